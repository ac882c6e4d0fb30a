// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/error.hpp>
#include <haoh/simulate.hpp>

#include "policy/latency_histogram.hpp"
#include "policy/random_time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

namespace haoh {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using testing::HasSubstr;

SimulatedPath path(const std::string& name, const std::string& array, nanoseconds latency) {
    SimulatedPath out;
    out.name = name;
    out.array = array;
    out.latency.mean = latency;
    return out;
}

/// Two paths to two arrays, 100 us each, 32 outstanding commands of 4 KiB for one second.
PolicyScenario pair() {
    PolicyScenario out;
    out.workload.duration = 1s;
    out.paths = {path("a1", "a", 100us), path("b1", "b", 100us)};
    return out;
}

std::map<std::string, PolicyResult> by_policy(const SimulationResult& result) {
    std::map<std::string, PolicyResult> out;
    for (const PolicyResult& one : result.policies) {
        out[one.policy] = one;
    }
    return out;
}

PolicyResult run(PolicyScenario scenario, const std::string& policy) {
    scenario.policies = {policy};
    return simulate(scenario).policies.at(0);
}

/// The workload of the published comparison of Linux's policies with one that goes by latency
/// (linux-nvme, November 2025): NVMe/TCP, two paths; read MiB/s numa 50, round-robin 105,
/// queue-depth 230, latency 350 when one path is 30 ms slower.
PolicyScenario published(nanoseconds slower) {
    PolicyScenario out;
    out.workload = {.mode = Workload::Mode::closed,
                    .depth = 110,
                    .iops = 1,
                    .size = 16384,
                    .write_share = 0,
                    .duration = 20s,
                    .warmup = 2s};
    out.paths = {path("slow", "far", 4300us + slower), path("fast", "near", 4300us)};
    for (SimulatedPath& one : out.paths) {
        one.latency.kind = LatencyDistribution::Kind::lognormal;
        one.latency.deviation = 400us;
        one.bandwidth = 350;
    }
    return out;
}

TEST(Simulate, ReproducesThePublishedComparison) {
    auto results = by_policy(simulate(published(30ms)));
    const double numa = results["numa"].read_mib_s;
    const double round_robin = results["round-robin"].read_mib_s;
    const double queue_depth = results["queue-depth"].read_mib_s;
    const double latency = results["latency"].read_mib_s;
    EXPECT_NEAR(numa, 50, 50 * 0.1);
    EXPECT_NEAR(round_robin, 105, 105 * 0.25);
    EXPECT_NEAR(queue_depth, 230, 230 * 0.1);
    EXPECT_NEAR(latency, 350, 350 * 0.1);
    EXPECT_LT(numa * 1.5, round_robin);
    EXPECT_LT(round_robin * 1.5, queue_depth);
    EXPECT_LT(queue_depth * 1.2, latency);
}

TEST(Simulate, IsAboutEqualOnSymmetricPaths) {
    auto results = by_policy(simulate(published(0ms)));
    const double expected = results["round-robin"].read_mib_s;
    for (const auto& [name, one] : results) {
        // A single path is at its bandwidth; all others use both.
        EXPECT_NEAR(one.read_mib_s, expected, expected * (name == "numa" ? 0.15 : 0.03)) << name;
    }
}

TEST(Simulate, IsTheSameOnEveryRun) {
    PolicyScenario scenario = published(10ms);
    scenario.workload.duration = 1s;
    const SimulationResult first = simulate(scenario);
    EXPECT_EQ(simulate(scenario), first);
    scenario.seed = 2;
    EXPECT_NE(simulate(scenario), first);
}

TEST(Simulate, CountsWhatCanBeCountedByHand) {
    PolicyScenario scenario = pair();
    scenario.workload.depth = 4;
    scenario.workload.size = 1U << 20U;
    const PolicyResult one = run(scenario, "round-robin");
    EXPECT_NEAR(one.iops, 40000, 10) << "4 outstanding, 100 us each";
    EXPECT_NEAR(one.read_mib_s, 40000, 10);
    EXPECT_EQ(one.write_mib_s, 0);
    EXPECT_NEAR(static_cast<double>(one.p50.count()), 1e5, 1e3);
    EXPECT_EQ(one.p999, 100us);
    EXPECT_EQ(one.max, 100us);
    EXPECT_EQ(one.mean, 100us);
    EXPECT_EQ(one.longest_gap, 100us);
    EXPECT_EQ(one.paths.at(0).ios + one.paths.at(1).ios, one.ios);
    EXPECT_NEAR(one.paths[0].share, 0.5, 0.001);
    EXPECT_NEAR(one.cross_site_share, 0.5, 0.001);
    EXPECT_EQ(one.unfinished, 4U);
    EXPECT_EQ(one.retried + one.waited + one.refused, 0U);
}

TEST(Simulate, HasRatesOfASecond) {
    PolicyScenario scenario = pair();
    scenario.workload.size = 8192;
    scenario.workload.duration = 2s;
    scenario.workload.write_share = 0.25;
    scenario.local_array = "b";
    const PolicyResult one = run(scenario, "round-robin");
    EXPECT_DOUBLE_EQ(one.iops, static_cast<double>(one.ios) / 2);
    EXPECT_NEAR(one.mib_s(), one.iops / 128, 1e-6);
    EXPECT_NEAR(one.write_mib_s, one.mib_s() / 4, 10);
    EXPECT_NEAR(one.cross_site_share, one.paths.at(0).share, 1e-9);
    EXPECT_NEAR(one.cross_site_share, one.arrays.at(0).share, 1e-9);
    EXPECT_NEAR(one.arrays.at(0).share + one.arrays.at(1).share, 1, 1e-9);
    EXPECT_NEAR(one.cross_site_mib_s, one.mib_s() * one.cross_site_share, 1e-6);
}

TEST(Simulate, KeepsToABandwidth) {
    PolicyScenario scenario = pair();
    scenario.workload.size = 65536;
    scenario.paths[0].bandwidth = 100;
    EXPECT_NEAR(run(scenario, "numa").read_mib_s, 100, 0.5);
}

TEST(Simulate, ServesSoManyAtOnce) {
    PolicyScenario scenario = pair();
    scenario.paths[0].concurrency = 8;
    const PolicyResult one = run(scenario, "numa");
    EXPECT_NEAR(one.iops, 80000, 100);
    EXPECT_NEAR(static_cast<double>(one.p50.count()), 4e5, 4e3) << "32 wait in four rounds";
}

TEST(Simulate, ServesAnOpenWorkload) {
    PolicyScenario scenario = pair();
    scenario.workload.mode = Workload::Mode::open;
    scenario.workload.iops = 50000;
    scenario.workload.duration = 4s;
    scenario.workload.write_share = 0.25;
    const PolicyResult one = run(scenario, "queue-depth");
    EXPECT_NEAR(one.iops, 50000, 500);
    EXPECT_NEAR(one.write_mib_s / one.mib_s(), 0.25, 0.01);
    EXPECT_EQ(one.max, 100us);
    EXPECT_LT(one.unfinished, 50U) << "about 5 are on the way at any time";
    EXPECT_EQ(one.waited + one.refused, 0U);
    scenario.paths[0].concurrency = 1; // 10,000 a second at most
    scenario.workload.iops = 200000;
    EXPECT_GT(run(scenario, "numa").refused, 0U);
}

TEST(Simulate, PrefersTheLocalArray) {
    PolicyScenario scenario = pair();
    scenario.local_array = "b";
    scenario.workload.depth = 8;
    EXPECT_EQ(run(scenario, "site-affinity").cross_site_share, 0);
    EXPECT_EQ(run(scenario, "numa").cross_site_share, 1) << "it was connected first";
    scenario.paths[0].weight = 3;
    EXPECT_NEAR(run(scenario, "weighted").cross_site_share, 0.75, 0.001);
}

TimelineEntry entry(nanoseconds at, TimelineEntry::Action action, const std::string& array) {
    TimelineEntry out;
    out.at = at;
    out.action = action;
    out.array = array;
    out.detected_after = 200ms;
    return out;
}

TEST(Simulate, LosesAnArrayAndTakesItBack) {
    PolicyScenario scenario = pair();
    scenario.workload.warmup = 100ms;
    scenario.timeline = {entry(300ms, TimelineEntry::Action::lose, "a"),
                         entry(800ms, TimelineEntry::Action::return_back, "a")};
    for (const char* policy : {"numa", "round-robin", "queue-depth", "latency"}) {
        const PolicyResult one = run(scenario, policy);
        EXPECT_GT(one.retried, 0U) << policy;
        EXPECT_GT(one.paths.at(0).ios, 0U) << policy;
        EXPECT_GT(one.paths.at(1).ios, 0U) << policy;
        EXPECT_EQ(one.unfinished, 32U) << policy;
        EXPECT_LT(one.gaps.at(1), 1ms) << policy;
        EXPECT_LE(one.max, 201ms) << policy;
    }
    const PolicyResult numa = run(scenario, "numa");
    EXPECT_NEAR(static_cast<double>(numa.gaps.at(0).count()), 200e6, 1e6);
    EXPECT_EQ(numa.longest_gap, numa.gaps.at(0));
    EXPECT_EQ(numa.retried, 32U);
}

TEST(Simulate, WaitsWhereThereIsNoPath) {
    PolicyScenario scenario = pair();
    scenario.timeline = {{.at = 200ms, .array = "a", .state = nvme::AnaState::inaccessible},
                         {.at = 200ms, .array = "b", .state = nvme::AnaState::inaccessible},
                         {.at = 500ms, .path = "b1", .state = nvme::AnaState::optimized}};
    for (const std::string_view policy : simulated_policies()) {
        const PolicyResult one = run(scenario, std::string{policy});
        EXPECT_GE(one.waited, 32U) << policy;
        EXPECT_NEAR(static_cast<double>(one.longest_gap.count()), 300e6, 1e6) << policy;
        EXPECT_EQ(one.gaps.at(1), one.longest_gap) << policy;
        EXPECT_EQ(one.unfinished, 32U) << policy;
    }
    for (TimelineEntry& one : scenario.timeline) {
        one.state = nvme::AnaState::inaccessible;
    }
    EXPECT_EQ(run(scenario, "numa").unfinished, 32U);
}

TEST(Simulate, HasAllOfOneCommand) {
    PolicyScenario scenario = pair();
    scenario.workload.duration = 1ms;
    scenario.workload.depth = 1;
    scenario.paths[0].latency.mean = 600us;
    const PolicyResult one = run(scenario, "numa");
    EXPECT_EQ(one.ios, 1U);
    EXPECT_EQ(one.unfinished, 1U);
    EXPECT_EQ(one.paths.at(0).share, 1);
    EXPECT_EQ(one.arrays.at(1).share, 0);
}

TEST(Simulate, HasAResultWhereNothingCompletes) {
    PolicyScenario scenario = pair();
    for (SimulatedPath& one : scenario.paths) {
        one.state.live = false;
    }
    for (const PolicyResult& one : simulate(scenario).policies) {
        EXPECT_EQ(one.ios, 0U);
        EXPECT_EQ(one.p99, 0ns);
        EXPECT_EQ(one.longest_gap, 1s);
    }
}

TEST(Simulate, SaysWhatIsOutOfRange) {
    const auto refused = [](const char* words, auto change) {
        PolicyScenario scenario = pair();
        change(scenario);
        try {
            static_cast<void>(simulate(scenario));
            ADD_FAILURE() << "taken, and not: " << words;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::invalid_argument);
            EXPECT_THAT(error.what(), HasSubstr(words));
        }
    };
    using Scenario = PolicyScenario;
    refused("0 is not from 1 to 64", [](Scenario& one) { one.paths.clear(); });
    refused("second path \"a1\"", [](Scenario& one) { one.paths[1].name = "a1"; });
    refused("weight is 0", [](Scenario& one) { one.paths[0].weight = 0; });
    refused("path a1, latency", [](Scenario& one) { one.paths[0].latency.mean = 0ns; });
    refused("path b1, deviation", [](Scenario& one) { one.paths[1].latency.deviation = -1ns; });
    refused("of nan MiB/s", [](Scenario& one) { one.paths[0].bandwidth = NAN; });
    refused("of -1 MiB/s", [](Scenario& one) { one.paths[0].bandwidth = -1; });
    refused("path b1, concurrency", [](Scenario& one) { one.paths[1].concurrency = 65537; });
    refused("NUMA node is -2", [](Scenario& one) { one.paths[0].numa_node = -2; });
    refused("65 is not from 1 to 64", [](Scenario& one) { one.paths.resize(65, one.paths[0]); });
    refused("workload's depth", [](Scenario& one) { one.workload.depth = 0; });
    refused("workload's size", [](Scenario& one) { one.workload.size = 0; });
    refused("workload's iops", [](Scenario& one) { one.workload.iops = NAN; });
    refused("1.5 is not from 0 to 1", [](Scenario& one) { one.workload.write_share = 1.5; });
    refused("workload's duration", [](Scenario& one) { one.workload.duration = 0ns; });
    refused("workload's warmup", [](Scenario& one) { one.workload.warmup = -1ns; });
    refused("no path goes to \"c\"", [](Scenario& one) { one.local_array = "c"; });
    refused("no \"fastest\"", [](Scenario& one) { one.policies = {"fastest"}; });
    refused("no array \"c\"", [](Scenario& one) { one.timeline = {{.array = "c"}}; });
    refused("no path \"c1\"", [](Scenario& one) { one.timeline = {{.path = "c1"}}; });
}

TEST(Simulate, RunsThePolicyThatIsNamed) {
    PolicyScenario scenario = pair();
    scenario.paths.push_back(path("b2", "b", 300us));
    scenario.paths[1].weight = 2;
    scenario.paths[2].weight = 5;
    scenario.local_array = "b";
    scenario.workload.duration = 200ms;
    const auto results = by_policy(simulate(scenario));
    const auto share = [&results](const char* policy, std::size_t one) {
        return results.at(policy).paths.at(one).share;
    };
    EXPECT_EQ(share("numa", 0), 1);
    for (const char* const turns : {"round-robin", "spdk-round-robin"}) {
        EXPECT_NEAR(share(turns, 0), 1.0 / 3, 0.02) << turns;
        EXPECT_NEAR(share(turns, 2), 1.0 / 3, 0.02) << turns;
    }
    // As many in flight on each: by the inverse of the latencies, 3 to 3 to 1.
    EXPECT_NEAR(share("queue-depth", 0), 3.0 / 7, 0.03);
    EXPECT_NEAR(share("queue-depth", 2), 1.0 / 7, 0.03);
    EXPECT_EQ(share("site-affinity", 0), 0);
    EXPECT_NEAR(share("weighted", 2), 5.0 / 8, 0.02);
    EXPECT_NEAR(share("weighted", 1), 2.0 / 8, 0.02);
    EXPECT_LT(share("latency", 2), share("queue-depth", 2) * 0.75) << "as latency is squared";
    EXPECT_GT(share("latency", 2), 0);
}

TEST(Simulate, KeepsLinuxAndSpdkApart) {
    // list_is_singular: Linux does not ask the only path for its ANA state, SPDK does.
    PolicyScenario scenario = pair();
    scenario.paths.pop_back();
    scenario.timeline = {{.at = 500ms,
                          .action = TimelineEntry::Action::ana,
                          .array = "a",
                          .state = nvme::AnaState::inaccessible}};
    const std::uint64_t linux_ios = run(scenario, "round-robin").ios;
    const std::uint64_t spdk_ios = run(scenario, "spdk-round-robin").ios;
    EXPECT_NEAR(static_cast<double>(spdk_ios) / static_cast<double>(linux_ios), 0.5, 0.01);
}

/// A number and its limits, as simulate.hpp has them.
struct Limit {
    const char* name;
    void (*set)(PolicyScenario&, double value);
    double least;
    double most;
    double step; ///< to what lies outside
};

nanoseconds seconds_of(double value) {
    return nanoseconds{static_cast<std::int64_t>(std::llround(value * 1e9))};
}

const Limit kLimits[] = {
    {"mean", [](PolicyScenario& one, double it) { one.paths[0].latency.mean = seconds_of(it); },
     1e-6, 60, 1e-9},
    {"deviation",
     [](PolicyScenario& one, double it) { one.paths[0].latency.deviation = seconds_of(it); }, 0, 60,
     1e-9},
    {"bandwidth", [](PolicyScenario& one, double it) { one.paths[0].bandwidth = it; }, 0.001, 1e6,
     0.0001},
    {"concurrency",
     [](PolicyScenario& one, double it) {
         one.paths[0].concurrency = static_cast<unsigned>(std::max(it, 0.0));
     },
     0, 65536, 1},
    {"depth",
     [](PolicyScenario& one, double it) { one.workload.depth = static_cast<unsigned>(it); }, 1,
     65536, 1},
    {"iops", [](PolicyScenario& one, double it) { one.workload.iops = it; }, 1, 1e8, 0.5},
    {"size",
     [](PolicyScenario& one, double it) { one.workload.size = static_cast<std::uint32_t>(it); }, 1,
     1 << 30, 1},
    {"write share", [](PolicyScenario& one, double it) { one.workload.write_share = it; }, 0, 1,
     0.01},
    {"duration", [](PolicyScenario& one, double it) { one.workload.duration = seconds_of(it); },
     0.001, 3600, 1e-9},
    {"warmup", [](PolicyScenario& one, double it) { one.workload.warmup = seconds_of(it); }, 0,
     3600, 1e-9},
    {"at",
     [](PolicyScenario& one, double it) { one.timeline = {{.at = seconds_of(it), .array = "a"}}; },
     0, 3600, 1e-9},
    {"detected after",
     [](PolicyScenario& one, double it) {
         one.timeline = {{.array = "a", .detected_after = seconds_of(it)}};
     },
     0, 3600, 1e-9},
};

TEST(Simulate, TakesWhatIsInItsLimitsAndNothingElse) {
    for (const Limit& limit : kLimits) {
        const auto takes = [&](double value) {
            PolicyScenario scenario = pair();
            scenario.workload.duration = 1ms;
            scenario.workload.depth = 1;
            scenario.policies = {"numa"};
            limit.set(scenario, value);
            try {
                static_cast<void>(simulate(scenario));
            } catch (const Error&) {
                return false;
            }
            return true;
        };
        const bool is_long =
            std::string_view{limit.name} == "duration" || std::string_view{limit.name} == "warmup";
        EXPECT_TRUE(takes(limit.least)) << limit.name;
        EXPECT_TRUE(is_long || takes(limit.most)) << limit.name; // an hour would take too long
        EXPECT_FALSE(takes(limit.most + limit.step)) << limit.name;
        if (limit.name != std::string_view{"concurrency"}) { // it has no sign
            EXPECT_FALSE(takes(limit.least - limit.step)) << limit.name;
        }
    }
}

TEST(Simulate, TakesTheFirstPathsArrayForLocalWhereNoneIsNamed) {
    PolicyScenario scenario = pair();
    scenario.workload.duration = 1ms;
    const SimulationResult result = simulate(scenario);
    EXPECT_EQ(result.scenario.local_array, "a");
    EXPECT_EQ(result.scenario.policies.size(), simulated_policies().size());
}

TEST(LatencyHistogram, IsExactToOnePercent) {
    for (const std::int64_t value : {0, 1, 255, 256, 257, 1000, 123456, 98765432, 2000000000}) {
        policy::LatencyHistogram histogram;
        histogram.add(value);
        histogram.add(value * 2 + 1000);
        const auto found = static_cast<double>(histogram.quantile(0.25));
        EXPECT_GE(found, static_cast<double>(value));
        EXPECT_LE(found, static_cast<double>(value) * 1.01);
        EXPECT_EQ(histogram.quantile(1), static_cast<std::uint64_t>(value * 2 + 1000));
    }
    policy::LatencyHistogram histogram;
    EXPECT_EQ(histogram.quantile(0.5), 0U);
    histogram.add(-1);
    histogram.add(INT64_MAX);
    EXPECT_EQ(histogram.count(), 2U);
}

TEST(RandomTime, HasMeanAndDeviation) {
    for (const auto kind :
         {LatencyDistribution::Kind::normal, LatencyDistribution::Kind::lognormal}) {
        const policy::RandomTime time{{.kind = kind, .mean = 1ms, .deviation = 200us},
                                      policy::NormalQuantiles{}};
        policy::Random random{7};
        double sum = 0;
        double squares = 0;
        constexpr int kCount = 200000;
        for (int i = 0; i < kCount; ++i) {
            const auto value = static_cast<double>(time.draw(random));
            sum += value;
            squares += value * value;
        }
        const double mean = sum / kCount;
        EXPECT_NEAR(mean, 1e6, 5e3);
        EXPECT_NEAR(std::sqrt(squares / kCount - mean * mean), 2e5, 4e3);
    }
}

TEST(RandomTime, HasTheMeanOfArrivals) {
    const policy::RandomTime time = policy::RandomTime::exponential(1e5);
    policy::Random random{7};
    double sum = 0;
    for (int i = 0; i < 200000; ++i) {
        sum += static_cast<double>(time.draw(random));
    }
    EXPECT_NEAR(sum / 200000, 1e5, 1e3);
}

} // namespace
} // namespace haoh
