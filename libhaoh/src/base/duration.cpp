// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/duration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace haoh::base {

std::optional<std::chrono::nanoseconds> duration_of_seconds(double seconds) {
    constexpr double kLongest = std::chrono::duration<double>{kLongestDuration}.count();
    const bool inside = seconds >= 0 && seconds <= kLongest; // NaN is not
    return inside ? std::optional{std::chrono::nanoseconds{std::llround(seconds * 1e9)}}
                  : std::nullopt;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 9> kUnits{{{"", 1},
                                                                         {"ns", 1e-9},
                                                                         {"us", 1e-6},
                                                                         {"ms", 1e-3},
                                                                         {"s", 1},
                                                                         {"m", 60},
                                                                         {"min", 60},
                                                                         {"h", 3600},
                                                                         {"d", 86400}}};
    double number{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    std::string_view unit{stop, static_cast<std::size_t>(end - stop)};
    if (const std::size_t start = unit.find_first_not_of(' '); start != std::string_view::npos) {
        unit.remove_prefix(start);
    }
    const auto* const known =
        std::ranges::find(kUnits, unit, [](const auto& one) { return one.first; });
    return known == kUnits.end() ? std::nullopt : duration_of_seconds(number * known->second);
}

} // namespace haoh::base
