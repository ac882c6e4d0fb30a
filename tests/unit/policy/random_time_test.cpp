// SPDX-License-Identifier: LGPL-2.1-or-later
// What the simulator draws its times from, and in which order it takes what is due.
#include "policy/event_heap.hpp"
#include "policy/latency_histogram.hpp"
#include "policy/random_time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

namespace haoh {
namespace {

using namespace std::chrono_literals;

// The first numbers that the published SplitMix64 gives for this seed.
TEST(Random, IsSplitMix64) {
    policy::Random random{1234567};
    for (const std::uint64_t expected :
         {6457827717110365317U, 3203168211198807973U, 9817491932198370423U, 4593380528125082431U,
          16408922859458223821U}) {
        EXPECT_EQ(random.next(), expected);
    }
}

TEST(NormalQuantiles, AreThoseOfTheNormalDistribution) {
    const policy::NormalQuantiles normal;
    const std::vector<double>& values = normal.values();
    constexpr std::size_t kParts = policy::NormalQuantiles::kParts;
    ASSERT_EQ(values.size(), kParts + 1);
    const auto below = [&](std::size_t i) { return 0.5 * std::erfc(-values[i] / std::sqrt(2.0)); };
    for (std::size_t i = 1; i < kParts; ++i) {
        ASSERT_NEAR(below(i), static_cast<double>(i) / kParts, 1e-12) << i;
    }
    EXPECT_NEAR(below(0), 0.25 / kParts, 1e-12);
    EXPECT_NEAR(1 - below(kParts), 0.25 / kParts, 1e-12);
}

/// How many of the times that are drawn lie below some, from one end of the distribution to the
/// other, against how many should.
void expect_drawn(const policy::RandomTime& time, const std::function<double(double)>& below,
                  const std::vector<double>& times) {
    constexpr std::size_t kCount = 1U << 20U;
    policy::Random random{7};
    std::vector<double> drawn(kCount);
    std::ranges::generate(drawn, [&] { return static_cast<double>(time.draw(random)); });
    for (const double one : times) {
        const double share = below(one);
        const double expected = share * kCount;
        const auto found = static_cast<double>(
            std::ranges::count_if(drawn, [one](double it) { return it < one; }));
        EXPECT_NEAR(found, expected, 5 * std::sqrt(expected * (1 - share)) + 1) << one;
    }
}

TEST(RandomTime, HasTheDistributionOfArrivals) {
    const double mean = 1e9;
    std::vector<double> times;
    for (const double above : {1.0 / 8192, 1.0 / 4096, 1.0 / 1024, 0.01, 0.1, 0.5}) {
        times.push_back(-mean * std::log(above));
        times.push_back(-mean * std::log1p(-above));
    }
    expect_drawn(
        policy::RandomTime::exponential(mean),
        [mean](double time) { return -std::expm1(-time / mean); }, times);
}

TEST(RandomTime, HasTheDistributionOfLatencies) {
    const policy::NormalQuantiles normal;
    const auto standard = [](double value) { return 0.5 * std::erfc(-value / std::sqrt(2.0)); };
    const std::vector<double> deviations{-3.3, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 3.3};
    std::vector<double> times;
    for (const double one : deviations) {
        times.push_back(1e9 + one * 2e8);
    }
    using Kind = LatencyDistribution::Kind;
    expect_drawn(
        {{.kind = Kind::normal, .mean = 1s, .deviation = 200ms}, normal},
        [&](double time) { return standard((time - 1e9) / 2e8); }, times);
    // A lognormal time of mean m and deviation d is exp of a normal one of variance
    // ln(1 + d^2 / m^2) and mean ln(m) - half of that.
    const double variance = std::log(1 + 0.2 * 0.2);
    times.clear();
    for (const double one : deviations) {
        times.push_back(std::exp(std::log(1e9) - variance / 2 + one * std::sqrt(variance)));
    }
    expect_drawn(
        {{.kind = Kind::lognormal, .mean = 1s, .deviation = 200ms}, normal},
        [&](double time) {
            return standard((std::log(time) - std::log(1e9) + variance / 2) / std::sqrt(variance));
        },
        times);
}

TEST(RandomTime, OfANormalDistributionStopsAtATenthOfTheMean) {
    const policy::RandomTime time{
        {.kind = LatencyDistribution::Kind::normal, .mean = 1ms, .deviation = 1ms},
        policy::NormalQuantiles{}};
    policy::Random random{7};
    std::int64_t least = INT64_MAX;
    for (int i = 0; i < 10000; ++i) {
        least = std::min(least, time.draw(random));
    }
    EXPECT_EQ(least, 100000);
}

TEST(EventHeap, GivesWhatIsDueFirst) {
    policy::Random random{3};
    policy::EventHeap heap;
    std::multiset<std::int64_t> expected;
    for (int step = 0; step < 20000; ++step) {
        const auto time = static_cast<std::int64_t>(random.next() % 5000);
        const std::uint64_t action = random.next() % 8;
        if (action < 4 || heap.empty()) {
            heap.push({.time = time, .io = 0});
            expected.insert(time);
        } else {
            expected.erase(expected.begin());
            if (action < 6) {
                heap.pop();
            } else {
                heap.replace_top({.time = time, .io = 0});
                expected.insert(time);
            }
        }
        ASSERT_EQ(heap.size(), expected.size());
        ASSERT_EQ(heap.empty(), expected.empty());
        if (!heap.empty()) {
            ASSERT_EQ(heap.top().time, *expected.begin()) << step;
        }
    }
}

TEST(EventHeap, KeepsEachIoWithItsTime) {
    policy::EventHeap heap;
    for (std::uint32_t io = 0; io < 100; ++io) {
        heap.push({.time = (io * 37) % 100, .io = io});
    }
    for (std::int64_t time = 0; time < 100; ++time) {
        EXPECT_EQ(heap.top().time, time);
        EXPECT_EQ(heap.top().io * 37 % 100, time);
        heap.pop();
    }
    EXPECT_TRUE(heap.empty());
}

TEST(LatencyHistogram, HasTheQuantilesOfWhatWasAdded) {
    policy::LatencyHistogram histogram;
    for (std::int64_t value = 200; value > 0; --value) { // below 256 each has its own bucket
        histogram.add(value);
    }
    EXPECT_EQ(histogram.count(), 200U);
    EXPECT_EQ(histogram.mean(), 100U); // 100.5
    EXPECT_EQ(histogram.max(), 200U);
    EXPECT_EQ(histogram.quantile(0), 1U);
    EXPECT_EQ(histogram.quantile(0.5), 101U);
    EXPECT_EQ(histogram.quantile(0.99), 199U);
    EXPECT_EQ(histogram.quantile(0.999), 200U);
    EXPECT_EQ(histogram.quantile(1), 200U);
}

} // namespace
} // namespace haoh
