// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/simulate.hpp>

#include "policy/simulation_engine.hpp"

#include <haoh/error.hpp>
#include <haoh/kernel_policy.hpp>
#include <haoh/policy.hpp>
#include <haoh/selector_info.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>

namespace haoh {
namespace {

using namespace std::chrono_literals;
using policy::Plan;
using policy::Step;

void require_scenario(bool holds, std::string_view what, const std::string& cause) {
    if (!holds) {
        throw Error(make_error_code(Errc::invalid_argument), "simulate", what, cause);
    }
}

template <typename Value>
void require_range(Value value, Value least, Value most, std::string_view what,
                   std::string_view unit = {}) {
    // Written so that it refuses what is no number.
    require_scenario(value >= least && value <= most, what,
                     fmt::format("{}{} is not from {} to {}", value, unit, least, most));
}

void require_time(std::chrono::nanoseconds value, std::chrono::nanoseconds least,
                  std::chrono::nanoseconds most, std::string_view what) {
    require_range(static_cast<double>(value.count()) / 1e9,
                  static_cast<double>(least.count()) / 1e9, static_cast<double>(most.count()) / 1e9,
                  what, " s");
}

void check_path(const SimulatedPath& path) {
    const std::string what = fmt::format("path {}", path.name);
    require_time(path.latency.mean, 1us, 60s, what + ", latency");
    require_time(path.latency.deviation, 0s, 60s, what + ", deviation");
    require_scenario(
        path.bandwidth == 0 || (path.bandwidth >= 0.001 && path.bandwidth <= 1e6), what,
        fmt::format("a bandwidth of {} MiB/s is not from 0.001 to 1000000", path.bandwidth));
    require_range(path.concurrency, 0U, 65536U, what + ", concurrency");
}

void check_workload(const Workload& workload) {
    require_range(workload.depth, 1U, 65536U, "the workload's depth");
    require_range(workload.iops, 1.0, 1e8, "the workload's iops");
    require_range(workload.size, 1U, 1U << 30U, "the workload's size");
    require_range(workload.write_share, 0.0, 1.0, "the workload's write share");
    require_time(workload.duration, 1ms, 1h, "the workload's duration");
    require_time(workload.warmup, 0s, 1h, "the workload's warmup");
}

void check_scenario(const PolicyScenario& scenario) {
    check_workload(scenario.workload);
    require_range(scenario.paths.size(), std::size_t{1}, std::size_t{PathTable::kMaxPaths},
                  "the number of paths");
    std::set<std::string_view> names;
    std::set<std::string_view> arrays;
    for (const SimulatedPath& path : scenario.paths) {
        check_path(path);
        require_scenario(names.insert(path.name).second, "the paths",
                         fmt::format("a second path \"{}\"", path.name));
        arrays.insert(path.array);
    }
    require_scenario(scenario.local_array.empty() || arrays.contains(scenario.local_array),
                     "the local array",
                     fmt::format("no path goes to \"{}\"", scenario.local_array));
    for (const std::string& policy : scenario.policies) {
        require_scenario(parse_selector_kind(policy).has_value(), "the policies",
                         fmt::format("there is no \"{}\", only {}", policy,
                                     fmt::join(simulated_policies(), ", ")));
    }
    for (const TimelineEntry& entry : scenario.timeline) {
        require_time(entry.at, 0s, 1h, "the timeline");
        require_time(entry.detected_after, 0s, 1h, "the timeline");
        require_scenario(
            entry.array.empty() ? names.contains(entry.path) : arrays.contains(entry.array),
            "the timeline",
            fmt::format("there is no {} \"{}\"", entry.array.empty() ? "path" : "array",
                        entry.array.empty() ? entry.path : entry.array));
    }
}

Step::Kind kind_of(TimelineEntry::Action action) {
    switch (action) {
    case TimelineEntry::Action::ana:
        return Step::Kind::ana;
    case TimelineEntry::Action::lose:
        return Step::Kind::lose;
    case TimelineEntry::Action::return_back:
        break;
    }
    return Step::Kind::return_back;
}

template <typename Selector, typename... Arguments>
PolicyResult run(const PolicyScenario& scenario, const Plan& plan, const Arguments&... arguments) {
    const auto selector = std::make_unique<Selector>(arguments...);
    return policy::Engine<Selector>{scenario, plan, *selector}.run();
}

PolicyResult run(SelectorKind kind, const PolicyScenario& scenario, const Plan& plan) {
    switch (kind) {
    case SelectorKind::numa:
        return run<NumaSelector>(scenario, plan);
    case SelectorKind::round_robin:
        return run<RoundRobinSelector>(scenario, plan);
    case SelectorKind::queue_depth:
        return run<QueueDepthSelector>(scenario, plan);
    case SelectorKind::site_affinity:
        return run<SiteAffinitySelector>(scenario, plan,
                                         SiteAffinityOptions{.local_site = plan.local_array});
    case SelectorKind::latency:
        return run<LatencySelector>(scenario, plan);
    case SelectorKind::weighted:
        return run<WeightedSelector>(scenario, plan);
    case SelectorKind::spdk_round_robin:
        break;
    }
    return run<SpdkRoundRobinSelector>(scenario, plan);
}

} // namespace

policy::Plan policy::plan(const PolicyScenario& scenario) {
    Plan out;
    const NormalQuantiles normal;
    for (const SimulatedPath& path : scenario.paths) {
        const auto found = std::ranges::find(out.arrays, path.array);
        out.array_of_path.push_back(static_cast<std::uint16_t>(found - out.arrays.begin()));
        if (found == out.arrays.end()) {
            out.arrays.push_back(path.array);
        }
        out.times.emplace_back(path.latency, normal);
    }
    const std::string& local =
        scenario.local_array.empty() ? scenario.paths.front().array : scenario.local_array;
    out.local_array =
        static_cast<std::uint16_t>(std::ranges::find(out.arrays, local) - out.arrays.begin());
    const std::int64_t warmup = scenario.workload.warmup.count();
    for (std::size_t i = 0; i < scenario.timeline.size(); ++i) {
        const TimelineEntry& entry = scenario.timeline[i];
        const std::int64_t time = warmup + entry.at.count();
        const std::int64_t detected = time + entry.detected_after.count();
        for (std::uint32_t path = 0; path < scenario.paths.size(); ++path) {
            const SimulatedPath& one = scenario.paths[path];
            if (entry.array.empty() ? one.name != entry.path : one.array != entry.array) {
                continue;
            }
            const Step step{.time = time,
                            .kind = kind_of(entry.action),
                            .path = path,
                            .state = entry.state,
                            .detected = detected};
            out.steps.push_back(step);
            if (step.kind == Step::Kind::lose) {
                out.steps.push_back({.time = detected, .kind = Step::Kind::detect, .path = path});
            }
        }
        out.entry_of_mark.push_back(i);
    }
    std::ranges::stable_sort(out.steps, {}, &Step::time);
    std::ranges::stable_sort(out.entry_of_mark, {},
                             [&](std::size_t entry) { return scenario.timeline[entry].at; });
    for (const std::size_t entry : out.entry_of_mark) {
        out.marks.push_back(warmup + scenario.timeline[entry].at.count());
    }
    return out;
}

std::span<const std::string_view> simulated_policies() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> out;
        for (const KernelPolicyInfo& policy : kernel_policies()) {
            out.push_back(policy.name);
        }
        for (const SelectorInfo& selector : selector_infos()) {
            out.push_back(selector.name);
        }
        return out;
    }();
    return names;
}

std::string_view to_string(LatencyDistribution::Kind kind) {
    switch (kind) {
    case LatencyDistribution::Kind::constant:
        return "constant";
    case LatencyDistribution::Kind::normal:
        return "normal";
    case LatencyDistribution::Kind::lognormal:
        break;
    }
    return "lognormal";
}

SimulationResult simulate(const PolicyScenario& scenario) {
    check_scenario(scenario);
    SimulationResult out;
    out.scenario = scenario;
    if (out.scenario.policies.empty()) {
        const auto all = simulated_policies();
        out.scenario.policies.assign(all.begin(), all.end());
    }
    if (out.scenario.local_array.empty()) {
        out.scenario.local_array = scenario.paths.front().array;
    }
    const Plan plan = policy::plan(out.scenario);
    for (const std::string& name : out.scenario.policies) {
        out.policies.push_back(run(parse_selector_kind(name).value(), out.scenario, plan));
        out.policies.back().policy = name;
    }
    return out;
}

} // namespace haoh
