// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/text/time_text.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace haoh::report {

using std::chrono::nanoseconds;

std::string duration_text(nanoseconds duration) {
    if (duration < nanoseconds{0}) {
        return "-" + duration_text(-duration);
    }
    const auto value = static_cast<double>(duration.count());
    // The bounds are where the smaller unit would round up to 1000.0.
    if (value < 999'500) {
        return fmt::format("{:.0f} us", value / 1e3);
    }
    if (value < 999'950'000) {
        return fmt::format("{:.1f} ms", value / 1e6);
    }
    return value < 600e9 ? fmt::format("{:.1f} s", value / 1e9)
                         : fmt::format("{:.0f} min", value / 60e9);
}

std::string long_duration_text(nanoseconds duration) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(duration).count();
    if (seconds < 1) {
        return duration_text(duration);
    }
    struct Part {
        std::int64_t count;
        std::string_view unit;
    };
    const std::array<Part, 4> parts{{{seconds / 86400, "d"},
                                     {seconds / 3600 % 24, "h"},
                                     {seconds / 60 % 60, "min"},
                                     {seconds % 60, "s"}}};
    std::string out;
    for (const Part& part : parts) {
        const bool seconds_of_days = part.unit == "s" && seconds >= 86400;
        if (part.count > 0 && !seconds_of_days) {
            out += fmt::format("{}{} {}", out.empty() ? "" : " ", part.count, part.unit);
        }
    }
    return out;
}

} // namespace haoh::report
