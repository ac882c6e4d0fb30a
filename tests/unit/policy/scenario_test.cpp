// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/error.hpp>
#include <haoh/path_use.hpp>
#include <haoh/simulate.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace haoh {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(PolicyScenarioToml, ReadsEveryKey) {
    const PolicyScenario scenario = parse_policy_scenario(R"(
title = "array b is farther away"
seed = 7
local_array = "b"
policies = ["numa", "latency"]
[workload]
mode = "open"
iops = 5000
size = 8192
write_share = 0.3
duration = "2s"
warmup = 0.5
[[path]]
name = "first"
array = "a"
latency = "250us"
distribution = "normal"
deviation = "50us"
bandwidth = 1000
concurrency = 64
ana_state = "non-optimized"
numa_node = 1
weight = 3
[[path]]
array = "b"
deviation = "1us"
[[path]]
array = "b"
[[timeline]]
at = "1s"
array = "a"
action = "lose"
detected_after = "15s"
[[timeline]]
at = 1.5
path = "b1"
ana_state = "change"
[[timeline]]
at = "1600ms"
array = "a"
action = "return"
)",
                                                          "s.toml");
    EXPECT_EQ(scenario.title, "array b is farther away");
    EXPECT_EQ(scenario.seed, 7U);
    EXPECT_EQ(scenario.local_array, "b");
    EXPECT_EQ(scenario.policies, (std::vector<std::string>{"numa", "latency"}));
    EXPECT_EQ(scenario.workload, (Workload{.mode = Workload::Mode::open,
                                           .iops = 5000,
                                           .size = 8192,
                                           .write_share = 0.3,
                                           .duration = 2s,
                                           .warmup = 500ms}));
    SimulatedPath first;
    first.name = "first";
    first.array = "a";
    first.latency = {.kind = LatencyDistribution::Kind::normal, .mean = 250us, .deviation = 50us};
    first.bandwidth = 1000;
    first.concurrency = 64;
    first.state.ana = nvme::AnaState::non_optimized;
    first.numa_node = 1;
    first.weight = 3;
    ASSERT_EQ(scenario.paths.size(), 3U);
    EXPECT_EQ(scenario.paths[0], first);
    EXPECT_EQ(scenario.paths[1].name, "b1");
    EXPECT_EQ(scenario.paths[1].latency.kind, LatencyDistribution::Kind::lognormal);
    EXPECT_EQ(scenario.paths[2].name, "b2");
    EXPECT_EQ(scenario.paths[2].latency, LatencyDistribution{});
    using Action = TimelineEntry::Action;
    ASSERT_EQ(scenario.timeline.size(), 3U);
    EXPECT_EQ(
        scenario.timeline[0],
        (TimelineEntry{.at = 1s, .action = Action::lose, .array = "a", .detected_after = 15s}));
    EXPECT_EQ(scenario.timeline[1],
              (TimelineEntry{.at = 1500ms, .path = "b1", .state = nvme::AnaState::change}));
    EXPECT_EQ(scenario.timeline[2].action, Action::return_back);
    EXPECT_EQ(simulate(scenario).policies.size(), 2U);
}

TEST(PolicyScenarioToml, WhatIsNotSaidStaysAsItIs) {
    const PolicyScenario scenario = parse_policy_scenario("[workload]\n[[path]]\n", "s.toml");
    EXPECT_EQ(scenario.workload.depth, Workload{}.depth);
    EXPECT_EQ(scenario.workload.size, Workload{}.size);
    EXPECT_EQ(scenario.workload.iops, Workload{}.iops);
    EXPECT_EQ(scenario.workload.write_share, Workload{}.write_share);
    EXPECT_EQ(scenario.workload.duration, Workload{}.duration);
    EXPECT_EQ(scenario.workload.warmup, Workload{}.warmup);
    ASSERT_EQ(scenario.paths.size(), 1U);
    SimulatedPath path;
    path.name = "path1";
    path.state.ana = nvme::AnaState::optimized;
    EXPECT_EQ(scenario.paths[0].latency, path.latency);
    EXPECT_EQ(scenario.paths[0].bandwidth, path.bandwidth);
    EXPECT_EQ(scenario.paths[0].concurrency, path.concurrency);
    EXPECT_EQ(scenario.paths[0].numa_node, path.numa_node);
    EXPECT_EQ(scenario.paths[0].weight, path.weight);
    EXPECT_EQ(scenario.paths[0].name, path.name);
}

struct Refused {
    const char* text;
    const char* place;
    const char* cause;
};

TEST(PolicyScenarioToml, SaysWhereItIsWrong) {
    for (const Refused& one : std::vector<Refused>{
             {"", "s.toml:1: path", "there is none"},
             {"[[path]]\nname = 1", "s.toml:2: path.name", "must be a string"},
             {"[[path]]\nspeed = 1", "s.toml:2: path.speed", "unknown key"},
             {"[[path]]\nlatency = \"fast\"", "s.toml:2: path.latency", "'fast' is no time"},
             {"[[path]]\nlatency = \"nans\"", "s.toml:2: path.latency", "'nans' is no time"},
             {"[[path]]\nlatency = \"2h\"", "s.toml:2: path.latency", "7200 s is not from"},
             {"[[path]]\nlatency = 0", "s.toml:2: path.latency", "is not from"},
             {"[[path]]\nlatency = inf", "s.toml:2: path.latency", "inf s is not from"},
             {"[[path]]\nweight = 0", "s.toml:2: path.weight", "0 is not from 1"},
             {"[[path]]\nbandwidth = nan", "s.toml:2: path.bandwidth", "is not from"},
             {"[[path]]\nana_state = \"good\"", "s.toml:2: path.ana_state", "is no ANA state"},
             {"[[path]]\ndistribution = \"x\"", "s.toml:2: path.distribution", "none of its"},
             {"[[path]]\nname=\"p\"\n[[path]]\nname=\"p\"", "s.toml:4: path.name", "a second"},
             {"path = 1", "s.toml:1: path", "must be an array of tables"},
             {"path = [1]", "s.toml:1: path", "must be a table"},
             {"[[path]]\n[workload]\nmode = \"x\"", "s.toml:3: workload.mode", "none of its"},
             {"[[path]]\n[workload]\niops = 5", "s.toml:3: workload.iops", "says nothing"},
             {"[[path]]\n[workload]\nsize = 1.5", "s.toml:3: workload.size", "must be an integer"},
             {"[[path]]\n[workload]\nwrite_share = 2", "s.toml:3: workload.write_share", "2 is"},
             {"workload = 3\n[[path]]", "s.toml:1: workload", "must be a table"},
             {"policies = [\"x\"]\n[[path]]", "s.toml:1: policies", "unknown policy \"x\""},
             {"policies = [1]\n[[path]]", "s.toml:1: policies", "must be a string"},
             {"local_array = \"x\"\n[[path]]", "s.toml:1: local_array", "no path goes to \"x\""},
             {"[[path]]\n[[timeline]]\narray = \"\"", "s.toml:2: timeline.at", "missing"},
             {"[[path]]\n[[timeline]]\nat = 1", "s.toml:2: timeline.array", "either"},
             {"[[path]]\n[[timeline]]\nat = 1\npath = \"q\"", "s.toml:4: timeline.path",
              "no path has"},
             {"[[path]]\n[[timeline]]\nat = 1\npath = \"path1\"", "s.toml:2: timeline.action",
              "either"},
             {"[[path]]\n[[timeline]]\nat = 1\npath = \"path1\"\naction = \"x\"",
              "s.toml:5: timeline.action", "none of its"},
             {"[[path]]\n[[timeline]]\nat=1\npath=\"path1\"\naction=\"return\"\ndetected_after=1",
              "s.toml:6: timeline.detected_after", "belongs to"},
             {"[[path]\n", "s.toml:1", ""},
             {"surprise = 1", "s.toml:1: surprise", "unknown key"}}) {
        try {
            static_cast<void>(parse_policy_scenario(one.text, "s.toml"));
            ADD_FAILURE() << "accepted: " << one.text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::malformed) << one.text;
            EXPECT_THAT(error.what(), HasSubstr(one.place)) << one.text;
            EXPECT_THAT(error.what(), HasSubstr(one.cause)) << one.text;
        }
    }
}

/// A key, the table that it is in, and its limits as simulate.hpp has them.
struct KeyLimit {
    const char* table;
    const char* key;
    double least;
    double most;
    double step; ///< to what lies outside
};

TEST(PolicyScenarioToml, TakesWhatIsInTheLimitsOfAKey) {
    const std::string path = "[[path]]\narray = \"a\"\n";
    for (const KeyLimit& one : std::vector<KeyLimit>{
             {"[workload]\n", "depth", 1, 65536, 1},
             {"[workload]\nmode = \"open\"\n", "iops", 1, 1e8, 0.5},
             {"[workload]\n", "size", 1, 1 << 30, 1},
             {"[workload]\n", "write_share", 0, 1, 0.001},
             {"[workload]\n", "duration", 0.001, 3600, 1e-6},
             {"[workload]\n", "warmup", 0, 3600, 1e-6},
             {"", "latency", 1e-6, 60, 5e-7},
             {"", "deviation", 0, 60, 1e-6},
             {"", "bandwidth", 0.001, 1e6, 0.0005},
             {"", "concurrency", 1, 65536, 1},
             {"", "numa_node", -1, 1023, 1},
             {"", "weight", 1, 65535, 1},
             {"[[timeline]]\narray = \"a\"\naction = \"return\"\n", "at", 0, 3600, 1e-6},
             {"[[timeline]]\narray = \"a\"\naction = \"lose\"\nat = 0\n", "detected_after", 0, 3600,
              1e-6}}) {
        const auto takes = [&](double value) {
            std::string text = path + one.table;
            text += one.step == 1 ? fmt::format("{} = {:.0f}\n", one.key, value)
                                  : fmt::format("{} = {:.7f}\n", one.key, value);
            try {
                static_cast<void>(parse_policy_scenario(text, "s"));
            } catch (const Error&) {
                return false;
            }
            return true;
        };
        EXPECT_TRUE(takes(one.least)) << one.key;
        EXPECT_TRUE(takes(one.most)) << one.key;
        EXPECT_FALSE(takes(one.least - one.step)) << one.key;
        EXPECT_FALSE(takes(one.most + one.step)) << one.key;
    }
}

// What simulate.hpp says where a key is absent.
TEST(PolicyScenarioToml, TakesAnySeedThatIsNotNegative) {
    const std::string path = "[[path]]\narray = \"a\"\n";
    for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{INT64_MAX}}) {
        const std::string text = fmt::format("seed = {}\n{}", seed, path);
        EXPECT_EQ(parse_policy_scenario(text, "s").seed, seed);
    }
    EXPECT_THROW(static_cast<void>(parse_policy_scenario("seed = -1\n" + path, "s")), Error);
}

TEST(PolicyScenarioToml, HasDefaults) {
    const PolicyScenario closed = parse_policy_scenario("[[path]]\n", "s");
    EXPECT_EQ(closed.seed, 1U);
    EXPECT_EQ(closed.workload, (Workload{.mode = Workload::Mode::closed,
                                         .depth = 32,
                                         .iops = 10000,
                                         .size = 4096,
                                         .write_share = 0,
                                         .duration = 10s,
                                         .warmup = 0s}));
    EXPECT_EQ(closed.paths.front().latency,
              (LatencyDistribution{
                  .kind = LatencyDistribution::Kind::constant, .mean = 200us, .deviation = 0s}));
    EXPECT_EQ(closed.paths.front().weight, 1);
    EXPECT_EQ(closed.paths.front().numa_node, -1);
    EXPECT_EQ(closed.paths.front().concurrency, 0U);
    EXPECT_EQ(closed.paths.front().state, PathState{.ana = nvme::AnaState::optimized});
    const PolicyScenario losing = parse_policy_scenario(
        "[[path]]\narray = \"a\"\n[[timeline]]\nat = 1\narray = \"a\"\naction = \"lose\"\n", "s");
    EXPECT_EQ(losing.timeline.front().detected_after, 5s);
}

TEST(PolicyScenarioToml, HoldsAsManyPathsAsATable) {
    std::string text;
    for (unsigned i = 0; i < PathTable::kMaxPaths; ++i) {
        text += "[[path]]\n";
    }
    EXPECT_EQ(parse_policy_scenario(text, "s").paths.size(), PathTable::kMaxPaths);
    EXPECT_THROW(static_cast<void>(parse_policy_scenario(text + "[[path]]\n", "s")), Error);
}

KernelObservation host() {
    KernelObservation out;
    KernelSubsystem& subsystem = out.subsystems.emplace_back();
    for (const char* name : {"nvme0", "nvme1", "nvme2"}) {
        KernelController& controller = subsystem.controllers.emplace_back();
        controller.name = name;
        controller.state = Attribute::of("live");
        controller.numa_node = Attribute::of("-1");
    }
    subsystem.controllers[1].state = Attribute::of("connecting");
    subsystem.controllers[2].numa_node = Attribute::of("1");
    KernelNamespace& head = subsystem.namespaces.emplace_back();
    head.name = "nvme0n1";
    head.multipath = true;
    head.size = Attribute::of("2048");
    for (const char* name : {"nvme0", "nvme1", "nvme2"}) {
        KernelPath& path = head.paths.emplace_back();
        path.name = std::string{name}.insert(4, "0c") + "n1";
        path.controller = name;
        path.ana_state = Attribute::of("non-optimized");
        path.size = Attribute::of("2048");
    }
    head.paths[1].ana_state = Attribute::of("(null)");
    head.paths[2].ana_state = {};
    head.paths[2].size = Attribute::of("4096");
    subsystem.namespaces.emplace_back().name = "nvme0n2";
    return out;
}

TEST(PolicyScenarioOfAHost, HasItsPaths) {
    const Attributions attributions(
        {{.host = "other", .controller = "nvme1", .array = "c", .evidence = {}},
         {.host = {}, .controller = "nvme0", .array = "a", .evidence = {}},
         {.host = {}, .controller = "nvme2", .array = "b", .evidence = {}}});
    const PolicyScenario scenario = scenario_of(host(), "nvme0n1", attributions);
    EXPECT_EQ(scenario.title, "nvme0n1");
    ASSERT_EQ(scenario.paths.size(), 3U);
    EXPECT_EQ(scenario.paths[0].name, "nvme0c0n1");
    EXPECT_EQ(scenario.paths[0].array, "a");
    EXPECT_EQ(scenario.paths[0].state, (PathState{.ana = nvme::AnaState::non_optimized}));
    EXPECT_EQ(scenario.paths[0].latency,
              (LatencyDistribution{.kind = LatencyDistribution::Kind::lognormal,
                                   .mean = std::chrono::microseconds{200},
                                   .deviation = std::chrono::microseconds{50}}));
    EXPECT_EQ(scenario.paths[0].numa_node, -1);
    EXPECT_EQ(scenario.paths[1].array, "");
    EXPECT_EQ(scenario.paths[1].state,
              (PathState{.ana = nvme::AnaState::inaccessible, .live = false}));
    EXPECT_EQ(scenario.paths[2].array, "b");
    EXPECT_EQ(scenario.paths[2].state, (PathState{.ana = std::nullopt, .usable = false}));
    EXPECT_EQ(scenario.paths[2].numa_node, 1);
    EXPECT_EQ(simulate(scenario).policies.front().paths.at(0).share, 1);
}

TEST(PolicyScenarioOfAHost, TakesNodesThatASelectorHas) {
    for (const auto& [text, node] : std::vector<std::pair<const char*, int>>{
             {"-1", -1}, {"0", 0}, {"1023", 1023}, {"1024", -1}, {"99999", -1}, {"", -1}}) {
        KernelObservation kernel = host();
        kernel.subsystems.front().controllers.front().numa_node = Attribute::of(text);
        EXPECT_EQ(scenario_of(kernel, "nvme0n1", {}).paths.front().numa_node, node) << text;
    }
}

TEST(PolicyScenarioOfAHost, HasTheStateOfEachController) {
    const auto state_with = [](const char* state) {
        KernelObservation kernel = host();
        kernel.subsystems.front().controllers.front().state = Attribute::of(state);
        return scenario_of(kernel, "nvme0n1", {}).paths.front().state;
    };
    EXPECT_EQ(state_with("live"), (PathState{.ana = nvme::AnaState::non_optimized}));
    EXPECT_EQ(state_with("deleting"),
              (PathState{.ana = nvme::AnaState::non_optimized, .live = false, .deleting = true}));
    KernelObservation kernel = host();
    kernel.subsystems.front().controllers.clear();
    EXPECT_EQ(scenario_of(kernel, "nvme0n1", {}).paths.front().state,
              (PathState{.ana = nvme::AnaState::non_optimized, .live = false}))
        << "the controller is gone";
}

TEST(PolicyScenarioOfAHost, TakesAPathForUsableWhereASizeIsNotKnown) {
    const auto usable = [](const Attribute& of_path, const Attribute& of_head) {
        KernelObservation kernel = host();
        kernel.subsystems.front().namespaces.front().size = of_head;
        kernel.subsystems.front().namespaces.front().paths.front().size = of_path;
        return scenario_of(kernel, "nvme0n1", {}).paths.front().state.usable;
    };
    EXPECT_TRUE(usable(Attribute::of("8"), Attribute::of("8")));
    EXPECT_FALSE(usable(Attribute::of("8"), Attribute::of("9")));
    EXPECT_TRUE(usable({}, Attribute::of("9")));
    EXPECT_TRUE(usable(Attribute::of("8"), {}));
}

TEST(PolicyScenarioOfAHost, TakesAPathOfUnreadableStateForNoPathWithoutAna) {
    KernelObservation kernel = host();
    kernel.subsystems[0].namespaces[0].paths[0].ana_state = {
        .state = Attribute::State::unreadable, .nul_padded = false, .text = "Permission denied"};
    const PolicyScenario scenario = scenario_of(kernel, "nvme0n1", {});
    EXPECT_EQ(scenario.paths.at(0).state, (PathState{.ana = nvme::AnaState::inaccessible}));
    EXPECT_EQ(scenario.paths.at(2).state.ana, std::nullopt);
}

// Whether a path can be used is decided in one place (haoh/path_use.hpp): what a selector is told of each
// path comes to the same, but for I/O to a controller that is being deleted, which the kernel lets pass.
TEST(PolicyScenarioOfAHost, TakesPathsForUsableThatAre) {
    const Attribute unreadable{
        .state = Attribute::State::unreadable, .nul_padded = false, .text = "gone"};
    std::vector<Attribute> states{unreadable, {}, Attribute::of("")};
    for (const char* const text : {"new", "live", "resetting", "connecting", "deleting",
                                   "deleting (no IO)", "dead", "future"}) {
        states.push_back(Attribute::of(text));
    }
    std::vector<Attribute> anas{unreadable, {}, Attribute::of("")};
    for (const char* const text : {"optimized", "non-optimized", "inaccessible", "persistent-loss",
                                   "change", "(null)", "invalid state", "future"}) {
        anas.push_back(Attribute::of(text));
    }
    std::size_t usable = 0;
    for (const Attribute& state : states) {
        for (const Attribute& ana : anas) {
            for (const Attribute& size :
                 {unreadable, {}, Attribute::of("2048"), Attribute::of("1")}) {
                for (const char* const controller : {"nvme0", "nvme9"}) {
                    KernelObservation kernel = host();
                    KernelSubsystem& subsystem = kernel.subsystems.front();
                    KernelNamespace& head = subsystem.namespaces.front();
                    KernelPath& path = head.paths.front();
                    subsystem.controllers.front().state = state;
                    path.ana_state = ana;
                    path.size = size;
                    path.controller = controller;
                    const PathUse use = use_of(subsystem, head, path);
                    const PathState told = scenario_of(kernel, head.name, {}).paths.front().state;
                    const bool may_pass =
                        !told.disabled() && (told.optimized() || told.non_optimized());
                    EXPECT_EQ(may_pass && !told.deleting, use.usable())
                        << state.text << ", " << ana.text << ", " << size.text << ", "
                        << controller;
                    EXPECT_EQ(may_pass && told.optimized() && !told.deleting, use.optimized());
                    EXPECT_EQ(told.deleting, state.value() == "deleting" &&
                                                 std::string_view(controller) == "nvme0");
                    usable += use.usable() ? 1U : 0U;
                }
            }
        }
    }
    EXPECT_EQ(usable, 4U * 3)
        << "live, of four ANA states, and of the head's size or one not known";
}

TEST(PolicyScenarioOfAHost, SaysWhatThereIs) {
    try {
        static_cast<void>(scenario_of(host(), "nvme9n9", {}));
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::not_found);
        EXPECT_THAT(error.what(), HasSubstr("nvme0n1, nvme0n2"));
    }
    const auto code = [](const KernelObservation& kernel, std::string_view head) {
        try {
            static_cast<void>(scenario_of(kernel, head, {}));
            return std::error_code{};
        } catch (const Error& error) {
            return error.code();
        }
    };
    EXPECT_EQ(code(host(), "nvme0n1"), std::error_code{});
    EXPECT_EQ(code(host(), "nvme0n2"), Errc::invalid_argument) << "it has no path";
    EXPECT_EQ(code({}, "nvme0n1"), Errc::not_found);
}

TEST(ScenarioOf, TakesAsManyPathsAsASelectorHasRoomFor) {
    for (const unsigned count : {PathTable::kMaxPaths, PathTable::kMaxPaths + 1}) {
        KernelObservation kernel;
        KernelNamespace& head = kernel.subsystems.emplace_back().namespaces.emplace_back();
        head.name = "nvme0n1";
        for (unsigned i = 0; i < count; ++i) {
            head.paths.emplace_back().name = "nvme0c" + std::to_string(i) + "n1";
        }
        const PolicyScenario scenario = scenario_of(kernel, "nvme0n1", {});
        ASSERT_EQ(scenario.paths.size(), std::size_t{PathTable::kMaxPaths});
        EXPECT_EQ(scenario.paths.back().name, "nvme0c63n1");
    }
}

} // namespace
} // namespace haoh
