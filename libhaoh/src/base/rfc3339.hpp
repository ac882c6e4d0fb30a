// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Moments of the time of day as text, and back (RFC 3339, UTC).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace haoh::base {

/// "2026-05-01T14:03:07.123456Z". \param wall  since 1970
[[nodiscard]] std::string rfc3339(std::chrono::nanoseconds wall);
/// The same with all of it: "2026-05-01T14:03:07.123456789Z".
[[nodiscard]] std::string rfc3339_exact(std::chrono::nanoseconds wall);
/// "14:03:07.123456Z".
[[nodiscard]] std::string time_of_day(std::chrono::nanoseconds wall);

/// A date and a time, with 'T' or a blank between them; seconds, up to nine digits of their fraction and the
/// offset ("Z", "+01:00") may be missing: without an offset it is UTC.
/// \return since 1970; nullopt for what is no such text, or not between the years 1970 and 2261
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_rfc3339(std::string_view text);

} // namespace haoh::base
