// SPDX-License-Identifier: LGPL-2.1-or-later
#include "duration.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace haoh::tool {

std::chrono::milliseconds parse_duration(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 6> kUnits{
        {{"", 1e3}, {"ms", 1.0}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3}}};
    constexpr double kYear = 366.0 * 86400e3;
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error == std::errc{} && number > 0) {
        const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
        for (const auto& [name, factor] : kUnits) {
            if (unit == name && number * factor <= kYear && number * factor >= 1) {
                return std::chrono::milliseconds(std::llround(number * factor));
            }
        }
    }
    throw Error(Errc::invalid_argument, "use", fmt::format("the time '{}'", text),
                "it is no time between 1ms and a year", "write 500ms, 30s, 5m, 2h or 1d");
}

} // namespace haoh::tool
