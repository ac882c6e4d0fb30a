// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/monitor_status.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace haoh {
namespace {

using namespace std::chrono_literals;

/// They are in the metrics of every host: a sum over hosts of other releases wants the same.
const std::vector<std::chrono::nanoseconds> kUpTo{250us, 500us, 1ms,   2500us, 5ms, 10ms,   25ms,
                                                  50ms,  100ms, 250ms, 500ms,  1s,  2500ms, 10s};

/// The bucket of one latency; -1 when it is not exactly one.
std::ptrdiff_t bucket_of(std::chrono::nanoseconds latency) {
    LatencyHistogram histogram;
    histogram.add(latency);
    const auto is_one = [](std::uint64_t count) { return count == 1; };
    const auto& counts = histogram.counts;
    if (std::count_if(counts.begin(), counts.end(), is_one) != 1 ||
        std::count(counts.begin(), counts.end(), 0U) !=
            static_cast<std::ptrdiff_t>(counts.size()) - 1) {
        return -1;
    }
    return std::find(counts.begin(), counts.end(), 1U) - counts.begin();
}

TEST(LatencyBuckets, never_move) {
    EXPECT_THAT(LatencyHistogram::kBounds, testing::ElementsAreArray(kUpTo));
    EXPECT_EQ(LatencyHistogram{}.counts.size(), kUpTo.size() + 1);
}

TEST(LatencyBuckets, hold_what_is_up_to_their_bound) {
    EXPECT_EQ(bucket_of(0ns), 0);
    for (std::size_t i = 0; i < kUpTo.size(); ++i) {
        const auto index = static_cast<std::ptrdiff_t>(i);
        EXPECT_EQ(bucket_of(kUpTo[i] - 1ns), index) << i;
        EXPECT_EQ(bucket_of(kUpTo[i]), index) << i;
        EXPECT_EQ(bucket_of(kUpTo[i] + 1ns), index + 1) << i;
    }
    EXPECT_EQ(bucket_of(1h), static_cast<std::ptrdiff_t>(kUpTo.size())) << "the rest";
}

TEST(LatencyHistogram, has_the_number_and_the_sum_of_what_was_added) {
    LatencyHistogram histogram;
    EXPECT_EQ(histogram.total(), 0U);
    EXPECT_EQ(histogram.sum, 0ns);
    for (const auto latency : {3ms, 4ms, 20ms, 60'000ms}) {
        histogram.add(latency);
    }
    EXPECT_EQ(histogram.total(), 4U);
    EXPECT_EQ(histogram.sum, 60'027ms);
    EXPECT_EQ(histogram.counts[4], 2U) << "up to 5 ms";
    EXPECT_EQ(histogram.counts[6], 1U) << "up to 25 ms";
    EXPECT_EQ(histogram.counts.back(), 1U);
    LatencyHistogram wide;
    wide.counts.fill(1ULL << 40U);
    EXPECT_EQ(wide.total(), 15ULL << 40U) << "more than 32 bits hold";
}

} // namespace
} // namespace haoh
