// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How the time that something takes grows, for tests that it is not quadratic. Processor time of
/// this process and a ratio of two: neither the machine nor what else it does matters.
#pragma once

#include <algorithm>
#include <ctime>

namespace haoh::test {

/// Seconds of processor time; the least of three runs, the others were disturbed.
template <typename Action>
double cpu_seconds(const Action& action) {
    double least = 1e9;
    for (int i = 0; i < 3; ++i) {
        const std::clock_t begin = std::clock();
        action();
        least = std::min(least, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    return least;
}

/// How many times as long the larger takes. What is too short to be measured counts as a millisecond.
template <typename Smaller, typename Larger>
double growth(const Smaller& smaller, const Larger& larger) {
    return cpu_seconds(larger) / std::max(cpu_seconds(smaller), 1e-3);
}

} // namespace haoh::test
