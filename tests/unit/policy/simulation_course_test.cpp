// SPDX-License-Identifier: LGPL-2.1-or-later
// What a scenario's timeline does to its commands, in courses that can be told by hand.
#include <haoh/simulate.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace haoh {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using Action = TimelineEntry::Action;

/// A path a1 to the array a and b1 to b, 100 us each, and 8 outstanding commands for a second.
PolicyScenario two_arrays() {
    PolicyScenario out;
    out.policies = {"numa"};
    out.workload.duration = 1s;
    out.workload.depth = 8;
    for (const char* const array : {"a", "b"}) {
        SimulatedPath& path = out.paths.emplace_back();
        path.name = std::string(array) + "1";
        path.array = array;
        path.latency.mean = 100us;
    }
    return out;
}

PolicyResult course(const PolicyScenario& scenario) {
    return simulate(scenario).policies.at(0);
}

TimelineEntry lose(nanoseconds at, nanoseconds detected_after) {
    return {.at = at, .action = Action::lose, .array = "a", .detected_after = detected_after};
}
TimelineEntry return_back(nanoseconds at) {
    return {.at = at, .action = Action::return_back, .array = "a"};
}
TimelineEntry ana(nanoseconds at, const std::string& array, nvme::AnaState state) {
    return {.at = at, .array = array, .state = state};
}

/// Of commands that take 100 us, within two of them.
void expect_about(nanoseconds found, nanoseconds expected) {
    EXPECT_GE(found, expected - 200us);
    EXPECT_LE(found, expected + 200us);
}

TEST(SimulatedLatency, HasItsQuantiles) {
    PolicyScenario scenario = two_arrays();
    scenario.policies = {"weighted"};
    scenario.workload.depth = 1;
    scenario.workload.duration = 4s;
    // In each 2000 commands 98.5 % of 100 us, 1 % of 1 ms, 0.45 % of 10 ms, 0.05 % of 30 ms.
    scenario.paths.clear();
    for (const auto& [latency, weight] : std::vector<std::pair<nanoseconds, unsigned>>{
             {100us, 1970}, {1ms, 20}, {10ms, 9}, {30ms, 1}}) {
        SimulatedPath& path = scenario.paths.emplace_back();
        path.name = std::to_string(weight);
        path.latency.mean = latency;
        path.weight = static_cast<std::uint16_t>(weight);
    }
    const PolicyResult one = course(scenario);
    const auto is_about = [](nanoseconds found, nanoseconds expected) {
        EXPECT_GE(found, expected);
        EXPECT_LE(found, expected + expected / 100);
    };
    is_about(one.p50, 100us);
    is_about(one.p99, 1ms);
    is_about(one.p999, 10ms);
    EXPECT_EQ(one.max, 30ms);
    EXPECT_NEAR(static_cast<double>(one.mean.count()), 337e6 / 2000, 1e4);
}

TEST(SimulatedWarmup, CountsForNothing) {
    PolicyScenario scenario = two_arrays();
    scenario.workload.duration = 200ms;
    const PolicyResult without = course(scenario);
    scenario.workload.warmup = 300ms;
    const PolicyResult with = course(scenario);
    EXPECT_NEAR(static_cast<double>(with.ios), static_cast<double>(without.ios), 8);
    EXPECT_NEAR(with.iops, 80000, 80);
    EXPECT_EQ(with.longest_gap, 100us);
}

TEST(SimulatedTime, HasItsBeginningAndNotItsEnd) {
    PolicyScenario scenario = two_arrays();
    scenario.workload.depth = 1;
    scenario.workload.warmup = 100ms; // a command completes at its end, and one at that of all
    const PolicyResult one = course(scenario);
    EXPECT_EQ(one.ios, 10000U);
    EXPECT_DOUBLE_EQ(one.iops, 10000);
    EXPECT_EQ(one.longest_gap, 100us);
}

TEST(SimulatedPath, TakesItsLatencyAndItsTransfer) {
    PolicyScenario scenario = two_arrays();
    scenario.workload.depth = 1;
    scenario.workload.size = 1U << 20U;
    scenario.workload.duration = 4s;
    scenario.paths[0].concurrency = 1;
    const PolicyResult fast = course(scenario);
    EXPECT_EQ(fast.max, 100us);
    EXPECT_DOUBLE_EQ(fast.read_mib_s, fast.iops) << "of a MiB each";
    scenario.paths[0].bandwidth = 1;
    EXPECT_EQ(course(scenario).max, 1s + 100us);
    EXPECT_EQ(course(scenario).mean, 1s + 100us);
    scenario.paths[0].concurrency = 0;
    EXPECT_EQ(course(scenario).max, 1s + 100us);
}

// simulate.hpp: 262144 may be outstanding.
TEST(SimulatedArrival, IsRefusedWhereTooManyAreOutstanding) {
    PolicyScenario scenario = two_arrays();
    scenario.workload.mode = Workload::Mode::open;
    scenario.workload.iops = 1e6;
    scenario.workload.duration = 250ms;
    for (SimulatedPath& path : scenario.paths) {
        path.state.live = false;
    }
    const PolicyResult some = course(scenario);
    EXPECT_EQ(some.refused, 0U);
    EXPECT_NEAR(static_cast<double>(some.unfinished), 250e3, 5e3);
    scenario.workload.duration = 300ms;
    const PolicyResult many = course(scenario);
    EXPECT_EQ(many.unfinished, 262144U);
    EXPECT_NEAR(static_cast<double>(many.refused), 300e3 - 262144, 5e3);
}

TEST(SimulatedArrival, TakesNoLookAtTheDepth) {
    PolicyScenario scenario = two_arrays();
    scenario.workload.mode = Workload::Mode::open;
    const PolicyResult one = course(scenario);
    scenario.workload.depth = 1000;
    EXPECT_EQ(course(scenario), one);
}

TEST(SimulatedTimeline, ChangesOnlyTheAnaState) {
    PolicyScenario scenario = two_arrays();
    scenario.timeline = {ana(500ms, "a", nvme::AnaState::optimized)};
    EXPECT_EQ(course(scenario).paths.at(0).share, 1);
    scenario.paths[0].state.usable = false;
    EXPECT_EQ(course(scenario).paths.at(0).share, 0);
}

TEST(SimulatedTimeline, HasTheOrderOfItsTimes) {
    PolicyScenario scenario = two_arrays();
    scenario.timeline = {ana(100ms, "a", nvme::AnaState::inaccessible),
                         ana(200ms, "b", nvme::AnaState::inaccessible),
                         ana(500ms, "b", nvme::AnaState::optimized),
                         ana(900ms, "a", nvme::AnaState::optimized)};
    PolicyResult forwards = course(scenario);
    expect_about(forwards.gaps.at(1), 300ms);
    EXPECT_NEAR(forwards.paths.at(0).share, 200.0 / 700, 0.001);
    std::ranges::reverse(scenario.timeline);
    PolicyResult backwards = course(scenario);
    std::ranges::reverse(backwards.gaps); // they are by entry
    EXPECT_EQ(backwards, forwards);
}

TEST(SimulatedTimeline, IsOfOnePathOrOfAnArray) {
    PolicyScenario scenario = two_arrays();
    SimulatedPath second = scenario.paths[0];
    second.name = "a2";
    scenario.paths.insert(scenario.paths.begin() + 1, second);
    const auto shares = [&scenario](const TimelineEntry& entry) {
        scenario.timeline = {entry};
        std::vector<double> out;
        for (const SimulatedShare& path : course(scenario).paths) {
            out.push_back(path.share);
        }
        return out;
    };
    TimelineEntry entry{.at = 250ms, .path = "a1", .state = nvme::AnaState::inaccessible};
    std::vector<double> found = shares(entry);
    EXPECT_NEAR(found.at(0), 0.25, 0.001);
    EXPECT_NEAR(found.at(1), 0.75, 0.001) << "the next path of the array";
    EXPECT_EQ(found.at(2), 0);
    entry.path = "a2";
    EXPECT_EQ(shares(entry).at(0), 1);
    entry = ana(250ms, "a", nvme::AnaState::inaccessible);
    found = shares(entry);
    EXPECT_NEAR(found.at(0), 0.25, 0.001);
    EXPECT_EQ(found.at(1), 0);
    EXPECT_NEAR(found.at(2), 0.75, 0.001);
}

TEST(SimulatedTimeline, OfOneMomentHasTheOrderOfTheScenario) {
    PolicyScenario scenario = two_arrays();
    scenario.timeline = {ana(100ms, "a", nvme::AnaState::inaccessible),
                         ana(100ms, "a", nvme::AnaState::optimized)};
    EXPECT_EQ(course(scenario).paths.at(0).share, 1);
    std::ranges::reverse(scenario.timeline);
    EXPECT_NEAR(course(scenario).paths.at(0).share, 0.1, 0.001);
}

TEST(SimulatedGap, CountsOnBothSidesOfWhatHappensInIt) {
    PolicyScenario scenario = two_arrays();
    scenario.timeline = {lose(300ms, 200ms), ana(350ms, "b", nvme::AnaState::optimized),
                         ana(400ms, "b", nvme::AnaState::optimized),
                         ana(800ms, "b", nvme::AnaState::optimized)};
    const PolicyResult one = course(scenario);
    for (std::size_t i = 0; i < 3; ++i) {
        expect_about(one.gaps.at(i), 200ms);
    }
    EXPECT_EQ(one.gaps.at(3), 100us);
    expect_about(one.longest_gap, 200ms);
}

TEST(SimulatedLoss, IsFoundWhenTheFirstOneIs) {
    PolicyScenario scenario = two_arrays();
    scenario.timeline = {lose(100ms, 300ms), lose(200ms, 50ms), lose(250ms, 500ms)};
    const PolicyResult one = course(scenario);
    expect_about(one.longest_gap, 300ms);
    EXPECT_EQ(one.retried, 8U);
    EXPECT_EQ(one.unfinished, 8U);
}

TEST(SimulatedLoss, IsNotFoundWhenAnEarlierOneWouldHaveBeen) {
    PolicyScenario scenario = two_arrays();
    scenario.workload.mode = Workload::Mode::open;
    scenario.timeline = {lose(100ms, 400ms), return_back(200ms), lose(400ms, 300ms)};
    const PolicyResult one = course(scenario);
    // The second loss is known at 700 ms only, not at 500; commands arrive in each 100 us or so.
    EXPECT_GE(one.gaps.at(2), 298ms);
    EXPECT_LE(one.gaps.at(2), 302ms);
}

TEST(SimulatedLoss, IsNotFoundOfAPathThatCameBackBefore) {
    PolicyScenario scenario = two_arrays();
    scenario.timeline = {lose(300ms, 200ms), return_back(400ms)};
    EXPECT_EQ(course(scenario).paths.at(1).ios, 0U);
    scenario.timeline = {lose(300ms, 200ms), return_back(600ms)};
    EXPECT_GT(course(scenario).paths.at(1).ios, 0U);
}

TEST(SimulatedLoss, OfAMomentLosesWhatIsOnTheWay) {
    PolicyScenario scenario = two_arrays();
    scenario.paths.resize(1);
    scenario.paths[0].latency.mean = 100ms;
    EXPECT_EQ(course(scenario).retried, 0U);
    scenario.timeline = {lose(250ms, 1s), return_back(260ms)};
    EXPECT_EQ(course(scenario).retried, 8U);
}

TEST(SimulatedReturn, OfAPathThatWasNotLostChangesNothing) {
    PolicyScenario scenario = two_arrays();
    scenario.paths[0].concurrency = 1; // so that commands wait in line
    scenario.paths[0].bandwidth = 100;
    scenario.timeline = {ana(300ms, "b", nvme::AnaState::optimized)};
    const PolicyResult nothing = course(scenario);
    scenario.timeline = {return_back(300ms)};
    EXPECT_EQ(course(scenario), nothing);
}

TEST(SimulatedReturn, FindsNobodyInLine) {
    PolicyScenario scenario = two_arrays();
    scenario.paths.resize(1);
    scenario.paths[0].concurrency = 1;
    scenario.paths[0].latency.mean = 10ms;
    scenario.timeline = {lose(101ms, 20ms), return_back(501ms)};
    const PolicyResult one = course(scenario);
    // 10 before the loss, and from 501 ms on one in each 10 ms: 49.
    EXPECT_EQ(one.ios, 59U);
    EXPECT_EQ(one.retried, 8U);
    EXPECT_GE(one.waited, 8U);
    // 8 commands were in line until 180 ms, of the server or of the link: they wait no more, and
    // one completes in each 10 ms from 131 ms on.
    scenario.timeline = {lose(101ms, 20ms), return_back(131ms)};
    EXPECT_EQ(course(scenario).ios, 10U + 86U);
    scenario.paths[0].latency.mean = 1us;
    scenario.paths[0].bandwidth = 100;
    scenario.workload.size = 1U << 20U;
    for (const unsigned concurrency : {0U, 1U}) {
        scenario.paths[0].concurrency = concurrency;
        EXPECT_EQ(course(scenario).ios, 10U + 86U) << concurrency;
    }
}

TEST(SimulatedKind, HasAName) {
    using Kind = LatencyDistribution::Kind;
    EXPECT_EQ(to_string(Kind::constant), "constant");
    EXPECT_EQ(to_string(Kind::normal), "normal");
    EXPECT_EQ(to_string(Kind::lognormal), "lognormal");
}

} // namespace
} // namespace haoh
