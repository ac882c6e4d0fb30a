// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Times as people write them.
#pragma once

#include <chrono>
#include <string_view>

namespace haoh::tool {

/// "500ms", "30s", "5m", "2h", "1d", also "1.5s"; a bare number is seconds.
/// \throws Error (invalid_argument) for anything else, for nothing, and for more than a year
[[nodiscard]] std::chrono::milliseconds parse_duration(std::string_view text);

} // namespace haoh::tool
