// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "capi/handle.hpp"

#include <haoh/baseline.hpp>
#include <haoh/observation.hpp>
#include <haoh/waivers.hpp>

struct haoh_waivers : haoh::capi::Handle<0x68616f0aU> {
    haoh::Waivers waivers;
    haoh::Day day{};
};

struct haoh_baseline : haoh::capi::Handle<0x68616f0bU> {
    haoh::Baseline baseline;
};

namespace haoh::capi {

/// The day that a text names. \param day  NULL: today
[[nodiscard]] Day day_of(const char* day);

/// What a check accepts; either may be nullptr.
struct Acceptance {
    const haoh_waivers* waivers{};
    const haoh_baseline* baseline{};

    void apply(Report& report, const Observation& observation) const;
};

} // namespace haoh::capi
