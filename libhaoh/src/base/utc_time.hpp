// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The time of day as snapshots and reports have it.
#pragma once

#include <fmt/format.h>

#include <ctime>
#include <string>

namespace haoh::base {

/// "2026-11-29T02:30:00Z" (ISO 8601).
[[nodiscard]] inline std::string utc_text(std::time_t time) {
    std::tm parts{};
    gmtime_r(&time, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

} // namespace haoh::base
