// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/presence.hpp"

#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

using namespace std::chrono_literals;

class PresenceTest : public ::testing::Test {
  protected:
    /// So much later on both clocks; asleep for so much more.
    std::optional<Presence::Gap> after(std::chrono::nanoseconds time,
                                       std::chrono::nanoseconds asleep = {}) {
        now_.monotonic += time;
        now_.boot += time + asleep;
        return presence_.see(now_);
    }

    Presence presence_;
    Presence::Clocks now_{.monotonic = 100h, .boot = 200h};
};

TEST_F(PresenceTest, has_no_gap_as_long_as_it_is_seen) {
    EXPECT_EQ(after(0s), std::nullopt) << "the first time";
    for (int beat = 0; beat < 100; ++beat) {
        EXPECT_EQ(after(Presence::kBeat + 4s), std::nullopt) << "a busy machine";
        EXPECT_FALSE(presence_.excuses(now_.monotonic - 1h));
        EXPECT_FALSE(presence_.has_returned());
    }
    EXPECT_EQ(after(0s), std::nullopt) << "it may be seen more often";
}

TEST_F(PresenceTest, has_a_gap_when_it_was_stopped) {
    after(0s);
    EXPECT_EQ(after(Presence::kBeat + 12s), (Presence::Gap{.length = 12s, .slept = 0s}));
    EXPECT_EQ(after(Presence::kBeat), std::nullopt) << "it is told once";
    EXPECT_NE(after(Presence::kBeat + Presence::kShortestGap), std::nullopt);
}

TEST_F(PresenceTest, has_a_gap_when_its_machine_slept) {
    after(0s);
    EXPECT_EQ(after(500ms, 8h), (Presence::Gap{.length = 8h - 500ms, .slept = 8h}));
}

TEST_F(PresenceTest, excuses_what_was_connected_before_and_is_lost_at_once) {
    after(0s);
    const auto began = now_.monotonic;
    after(10s);
    EXPECT_TRUE(presence_.has_returned());
    EXPECT_TRUE(presence_.excuses(began));
    EXPECT_TRUE(presence_.excuses(now_.monotonic - 1ns));
    EXPECT_FALSE(presence_.excuses(now_.monotonic)) << "it is a connection of afterwards";
    after(Presence::kAftermath - 1ns);
    EXPECT_TRUE(presence_.excuses(began));
    after(1ns);
    EXPECT_FALSE(presence_.excuses(began)) << "that has another reason";
    EXPECT_FALSE(presence_.has_returned());
}

TEST_F(PresenceTest, goes_by_the_clocks_of_this_machine) {
    const auto one = Presence::Clocks::now();
    const auto two = Presence::Clocks::now();
    EXPECT_GE(two.monotonic, one.monotonic);
    EXPECT_GE(two.boot, one.boot);
    const auto other = std::chrono::steady_clock::now().time_since_epoch();
    EXPECT_GE(other, one.monotonic) << "times of this clock are compared with it";
    EXPECT_LT(other, one.monotonic + 60s);
}

TEST(PresenceGap, is_described) {
    EXPECT_EQ(describe({.length = 12340ms, .slept = 0s}),
              "it did not run for 12.3 s: what changed back meanwhile was not seen");
    EXPECT_EQ(describe({.length = 100s, .slept = 90s}),
              "it did not run for 100.0 s, of which its machine slept 90.0 s: what changed back "
              "meanwhile was not seen");
}

} // namespace
} // namespace haoh::monitor
