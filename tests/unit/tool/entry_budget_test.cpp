// SPDX-License-Identifier: LGPL-2.1-or-later
#include "entry_budget.hpp"

#include <gtest/gtest.h>

namespace haoh::tool {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kRate = 2048;
constexpr std::uint64_t kMiB = 1024 * 1024;

/// How many entries of that size are written while each moment asks for one.
std::uint64_t entries_within(std::chrono::seconds time, std::uint64_t bytes) {
    EntryBudget budget{kRate};
    EntryBudget::Clock::time_point now{1h};
    const auto end = now + time;
    for (std::uint64_t count = 0;; ++count) {
        now += budget.wait(bytes, now);
        if (now > end) {
            return count;
        }
        budget.spend(bytes, now);
    }
}

TEST(EntryBudgetTest, a_small_entry_may_be_written_each_second) {
    EXPECT_EQ(entries_within(1h, 20'000), 3600U);
}

TEST(EntryBudgetTest, a_large_one_soon_but_not_all_night) {
    EntryBudget budget{kRate};
    EXPECT_EQ(budget.wait(10 * kMiB, EntryBudget::Clock::time_point{1h}), 11s);
    EXPECT_EQ(entries_within(60s, 10 * kMiB), 5U);
    const std::uint64_t night = entries_within(8h, 10 * kMiB) * 10 * kMiB;
    EXPECT_LE(night, 60 * kMiB + 8 * 3600 * 16 * kRate);
    EXPECT_GE(night, 8 * 3600 * 16 * kRate);
}

TEST(EntryBudgetTest, after_a_quiet_time_it_is_soon_again) {
    EntryBudget budget{kRate};
    EntryBudget::Clock::time_point now{1h};
    for (int one = 0; one < 6; ++one) {
        budget.spend(10 * kMiB, now);
    }
    EXPECT_GT(budget.wait(10 * kMiB, now), 300s);
    EXPECT_EQ(budget.wait(10 * kMiB, now + 1h), 11s);
}

} // namespace
} // namespace haoh::tool
