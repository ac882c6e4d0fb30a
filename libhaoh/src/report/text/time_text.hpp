// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Times and durations as text.
#pragma once

#include <chrono>
#include <string>

namespace haoh::report {

/// "2026-05-01T14:03:07.123456Z": RFC 3339, UTC. \param wall  since 1970
[[nodiscard]] std::string rfc3339(std::chrono::nanoseconds wall);
/// "14:03:07.123456Z".
[[nodiscard]] std::string time_of_day(std::chrono::nanoseconds wall);

/// "210 us", "2.1 ms", "31.5 s", "12 min": as exact as people need it.
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds duration);
/// "2 d 3 h 14 min", "1 min 7 s", "850 ms".
[[nodiscard]] std::string long_duration_text(std::chrono::nanoseconds duration);

} // namespace haoh::report
