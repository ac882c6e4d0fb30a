// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Lengths of time as people write them. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace haoh::base {

/// The longest that is read: a year.
inline constexpr std::chrono::hours kLongestDuration{366 * 24};

/// "500ms", "1.5s", "2 h": a number that is not negative and a unit (ns, us, ms, s, m or min, h,
/// d), with blanks between them or not; without a unit it is seconds. Rounded to nanoseconds.
/// \return nullopt for anything else, and for more than kLongestDuration
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// \return nullopt for what is no number, negative, or more than kLongestDuration
[[nodiscard]] std::optional<std::chrono::nanoseconds> duration_of_seconds(double seconds);

} // namespace haoh::base
