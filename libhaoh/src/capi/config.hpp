// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "capi/handle.hpp"

#include <haoh/config.hpp>

#include <string>

struct haoh_config : haoh::capi::Handle<0x68616f02U> {
    haoh::Config config;
    std::string file; ///< its name; empty: it has none
};

namespace haoh::capi {

/// \param config  NULL: the default
[[nodiscard]] Config config_of(const haoh_config* config);
/// What it was read from; empty: from nothing that has a name.
[[nodiscard]] std::string file_of(const haoh_config* config);

} // namespace haoh::capi
