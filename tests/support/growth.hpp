// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How the work that something takes grows, for tests that it does not grow with the square: processor
/// time of this thread, and the ratio of two. Neither a slow machine nor a busy one changes that.
#pragma once

#include <algorithm>
#include <ctime>
#include <limits>

namespace haoh::test {

/// Seconds of processor time that this thread has had.
inline double thread_seconds() {
    std::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Seconds of processor time that `action` takes.
template <typename Action>
double cpu_seconds(const Action& action) {
    const double start = thread_seconds();
    action();
    return thread_seconds() - start;
}

/// The most that 8 times as many may cost: 8 times as much, with sorting and caches somewhat more, and
/// 64 times where the cost is square.
constexpr double kMostForEightTimes = 24;

/// How many times as long the larger takes. Both are measured in turns, and the least of each counts:
/// the others were disturbed. What takes no time is done so often that it does; where two turns leave
/// no doubt there is no third.
template <typename Smaller, typename Larger>
double growth(const Smaller& smaller, const Larger& larger) {
    constexpr int kTurns = 5;
    constexpr double kNoDoubt = kMostForEightTimes / 2;
    constexpr double kMeasurable = 1e-3;
    int times = 1;
    const auto repeated = [&times](const auto& action) {
        return [&] {
            for (int i = 0; i < times; ++i) {
                action();
            }
        };
    };
    while (cpu_seconds(repeated(smaller)) < kMeasurable) {
        times *= 4;
    }
    double least_of_smaller = std::numeric_limits<double>::max();
    double least_of_larger = std::numeric_limits<double>::max();
    for (int turn = 0; turn < kTurns; ++turn) {
        least_of_smaller = std::min(least_of_smaller, cpu_seconds(repeated(smaller)));
        least_of_larger = std::min(least_of_larger, cpu_seconds(repeated(larger)));
        if (turn > 0 && least_of_larger < kNoDoubt * least_of_smaller) {
            break;
        }
    }
    return least_of_larger / least_of_smaller;
}

} // namespace haoh::test
