// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/waivers.hpp>

#include "base/rfc3339.hpp"

#include <fmt/format.h>

namespace haoh {

std::string format_day(Day day) {
    const std::chrono::year_month_day date{day};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::optional<Day> parse_day(std::string_view text) {
    constexpr std::size_t kLength = 10; // "2027-01-31"
    if (text.size() != kLength) {
        return std::nullopt;
    }
    const auto wall = base::parse_rfc3339(std::string(text) + "T00:00Z");
    return wall ? std::optional{Day{std::chrono::floor<std::chrono::days>(*wall)}} : std::nullopt;
}

Day today() {
    return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

} // namespace haoh
