// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "capi/handle.hpp"

#include <haoh/observation.hpp>

#include <memory>
#include <utility>

/// Shared with what was made from it: handles do not depend on each other.
struct haoh_observation : haoh::capi::Handle<0x68616f03U> {
    explicit haoh_observation(haoh::Observation observation)
        : value{std::make_shared<const haoh::Observation>(std::move(observation))} {}
    std::shared_ptr<const haoh::Observation> value;
};

namespace haoh::capi {

/// \throws Error (invalid_argument)
[[nodiscard]] inline const Observation& value_of(const haoh_observation* handle) {
    return *object(handle, "haoh_observation *").value;
}

} // namespace haoh::capi
