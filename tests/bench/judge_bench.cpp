// SPDX-License-Identifier: LGPL-2.1-or-later
// Judging an observation by every rule: a healthy pair, and one where every namespace differs.
#include <haoh/check.hpp>

#include "unit/model/sample_observation.hpp"

#include <benchmark/benchmark.h>

namespace haoh {
namespace {

void sizes(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"controllers", "namespaces"})
        ->Args({2, 16})
        ->Args({16, 1024})
        ->Unit(benchmark::kMillisecond);
}

Observation observation_of(const benchmark::State& state) {
    return test::healthy_pair(static_cast<unsigned>(state.range(0)),
                              static_cast<unsigned>(state.range(1)));
}

void judge(benchmark::State& state, const Observation& observation, Verdict expected) {
    Report report;
    for (auto _ : state) {
        report = check(observation);
        benchmark::DoNotOptimize(report);
    }
    state.counters["rules"] = static_cast<double>(report.rules_evaluated);
    state.counters["findings"] = static_cast<double>(report.findings.size());
    if (report.verdict != expected || report.rules_evaluated == 0) {
        state.SkipWithError("not the verdict that was to be expected");
    }
}

void judge_healthy(benchmark::State& state) {
    judge(state, observation_of(state), Verdict::pass);
}
BENCHMARK(judge_healthy)->Apply(sizes);

/// The second array has another UUID, size and ANA group for every namespace.
void judge_broken(benchmark::State& state) {
    Observation observation = observation_of(state);
    for (std::size_t index = 1; index < observation.controllers.size(); index += 2) {
        for (NamespaceObservation& path : observation.controllers[index].namespaces) {
            nvme::IdentifyNamespace id = path.identify_data();
            id.nsze += 1;
            id.anagrpid += 1;
            path.identify = Page::of(nvme::encode(id));
            std::vector<nvme::IdDescriptor> descriptors = path.id_descriptors().descriptors;
            descriptors.at(1).nid[0] = static_cast<std::uint8_t>(descriptors.at(1).nid[0] ^ 1U);
            path.descriptors = Page::of(nvme::encode(descriptors));
        }
    }
    judge(state, observation, Verdict::fail);
}
BENCHMARK(judge_broken)->Apply(sizes);

} // namespace
} // namespace haoh
