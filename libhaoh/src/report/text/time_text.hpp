// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Times and durations as text.
#pragma once

#include "base/rfc3339.hpp"

#include <chrono>
#include <string>

namespace haoh::report {

using base::rfc3339;
using base::time_of_day;

/// "210 us", "2.1 ms", "31.5 s", "12 min": as exact as people need it.
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds duration);
/// "2 d 3 h 14 min", "1 min 7 s", "850 ms".
[[nodiscard]] std::string long_duration_text(std::chrono::nanoseconds duration);

} // namespace haoh::report
