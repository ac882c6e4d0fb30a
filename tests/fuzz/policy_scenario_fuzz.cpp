// SPDX-License-Identifier: LGPL-2.1-or-later
// A scenario of `haoh policy simulate`: accepted, or refused with file and line; what is accepted can
// be simulated and told, the same way each time.
#include "fuzz/property.hpp"

#include <haoh/error.hpp>
#include <haoh/simulate.hpp>
#include <haoh/simulation_report.hpp>

#include <algorithm>
#include <string>

using namespace haoh;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

/// A run takes as long as there are commands in it: some hundred are enough for every branch.
void shorten(PolicyScenario& scenario) {
    constexpr nanoseconds kDuration = 1ms;
    Workload& workload = scenario.workload;
    workload.duration = kDuration;
    workload.warmup = std::min<nanoseconds>(workload.warmup, kDuration / 4);
    workload.depth = std::min(workload.depth, 8U);
    workload.iops = std::min(workload.iops, 3e5);
    if (scenario.policies.empty() || scenario.policies.size() > 2) {
        const auto all = simulated_policies();
        scenario.policies = {std::string{all[scenario.seed % all.size()]}};
    }
    for (SimulatedPath& path : scenario.paths) {
        path.latency.mean = std::clamp<nanoseconds>(path.latency.mean, 20us, 1ms);
        path.latency.deviation = std::min<nanoseconds>(path.latency.deviation, 1ms);
    }
    // So that what happens by itself happens.
    for (TimelineEntry& entry : scenario.timeline) {
        entry.at %= 2 * kDuration;
        entry.detected_after %= kDuration;
    }
}

void hold(const PolicyScenario& scenario, const SimulationResult& result) {
    fuzz::require(result.policies.size() == scenario.policies.size(), "each policy has a result");
    for (const PolicyResult& one : result.policies) {
        std::uint64_t ios = 0;
        for (const SimulatedShare& path : one.paths) {
            ios += path.ios;
            fuzz::require(path.share >= 0 && path.share <= 1, "a share is one");
        }
        fuzz::require(one.paths.size() == scenario.paths.size() && ios == one.ios,
                      "each I/O is of one path");
        fuzz::require(one.p50 <= one.p99 && one.p99 <= one.p999 && one.mean <= one.max,
                      "quantiles ascend");
        fuzz::require(one.gaps.size() <= scenario.timeline.size(), "a gap has its entry");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    PolicyScenario scenario;
    try {
        scenario = parse_policy_scenario(text, "fuzz.toml");
    } catch (const Error& error) {
        fuzz::require(error.code() == make_error_code(Errc::malformed) &&
                          error.object().starts_with("fuzz.toml:") && !error.cause().empty(),
                      "an error says where and what is wrong");
        return 0;
    }
    // What was accepted is in its ranges: nothing below may throw.
    fuzz::require(!scenario.paths.empty() && scenario.paths.size() <= PathTable::kMaxPaths,
                  "a scenario has paths");
    shorten(scenario);
    const SimulationResult result = simulate(scenario);
    hold(scenario, result);
    if (scenario.paths.size() <= 8) {
        fuzz::require(simulate(scenario) == result, "the same scenario gives the same result");
    }
    fuzz::require(!to_text(result).empty() && !to_json(result).empty() && !to_svg(result).empty(),
                  "a result can be told");
    return 0;
}
