// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/rest.hpp"

#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

using namespace std::chrono_literals;

TEST(Rest, is_nine_times_as_long_as_the_work) {
    Rest rest;
    const Rest::Clock::time_point now = Rest::Clock::now();
    EXPECT_LE(rest.until(), now) << "nothing was done yet";
    rest.worked(10ms, now);
    EXPECT_EQ(rest.until(), now + 90ms);
    rest.worked(0ms, now + 1s);
    EXPECT_EQ(rest.until(), now + 1s);
}

/// Until so much of the processor was used.
void work_for(std::chrono::nanoseconds time) {
    const auto processor = [] {
        ::timespec now{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
    };
    const auto begin = processor();
    while (processor() - begin < time) {
    }
}

TEST(Rest, counts_work_by_the_processor) {
    Rest rest;
    const Rest::Clock::time_point begin = Rest::Clock::now();
    {
        const Rest::Work work(rest);
        work_for(20ms);
    }
    EXPECT_GE(rest.until(), begin + 10 * 20ms);
}

} // namespace
} // namespace haoh::monitor
