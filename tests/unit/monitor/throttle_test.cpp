// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/throttle.hpp"

#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

using namespace std::chrono_literals;

/// How many turns there are at once.
int burst(Throttle& throttle, std::chrono::nanoseconds now) {
    int turns = 0;
    while (throttle.turn(now) == 0ns) {
        ++turns;
    }
    return turns;
}

TEST(Throttle, lets_fifty_turns_through_and_then_one_each_ten_milliseconds) {
    Throttle throttle;
    auto now = std::chrono::nanoseconds(100h);
    EXPECT_EQ(burst(throttle, now), 50);
    now += 10ms; // what the last one had to wait
    for (int i = 0; i < 100; ++i) {
        const auto wait = throttle.turn(now);
        EXPECT_EQ(wait, 10ms) << i;
        now += wait;
    }
}

TEST(Throttle, has_as_many_turns_again_as_it_rested_for) {
    Throttle throttle;
    auto now = std::chrono::nanoseconds(100h);
    EXPECT_EQ(burst(throttle, now), 50);
    now += 10ms + 200ms;
    EXPECT_EQ(burst(throttle, now), 20);
    now += 1h;
    EXPECT_EQ(burst(throttle, now), 50) << "and no more than that";
}

} // namespace
} // namespace haoh::monitor
