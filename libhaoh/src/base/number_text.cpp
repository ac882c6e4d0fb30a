// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/number_text.hpp"

#include <fmt/format.h>

namespace haoh::base {

std::string grouped(std::uint64_t value) {
    std::string digits = fmt::to_string(value);
    for (std::size_t position = digits.size(); position > 3;) {
        position -= 3;
        digits.insert(position, 1, ',');
    }
    return digits;
}

std::string count_of(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::vector<NumberRun> runs_of(std::span<const std::uint32_t> ascending) {
    std::vector<NumberRun> runs;
    for (const std::uint32_t number : ascending) {
        if (runs.empty() || number - runs.back().last > 1) {
            runs.push_back({.first = number, .last = number, .count = 1});
        } else {
            runs.back().last = number;
            ++runs.back().count;
        }
    }
    return runs;
}

std::string to_string(const NumberRun& run) {
    return run.first == run.last ? fmt::to_string(run.first)
                                 : fmt::format("{}-{}", run.first, run.last);
}

} // namespace haoh::base
