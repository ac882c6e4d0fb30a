// SPDX-License-Identifier: LGPL-2.1-or-later
// What a monitor knows, told: metrics, the screen and `--until` ask for it again and again.
#include <haoh/observation.hpp>

#include "monitor/fusion.hpp"
#include "unit/model/sample_observation.hpp"

#include <benchmark/benchmark.h>

namespace haoh::monitor {
namespace {

void monitored_sizes(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"controllers", "namespaces"})
        ->Args({2, 16})
        ->Args({16, 1024})
        ->Unit(benchmark::kMillisecond);
}

Fusion fusion_of(const benchmark::State& state) {
    Observation seen = test::healthy_pair(static_cast<unsigned>(state.range(0)),
                                          static_cast<unsigned>(state.range(1)));
    const Occasion occasion{.observed = Moment::now(), .cause = {}, .source = "bench"};
    Fusion fusion;
    for (const ControllerObservation& controller : seen.controllers) {
        fusion.see_controller({}, controller.name, view_of(controller), occasion);
        fusion.see_identity({}, controller.name, identity_of(controller), occasion);
    }
    static_cast<void>(fusion.take(occasion));
    return fusion;
}

/// While nothing changes.
void status(benchmark::State& state) {
    const Fusion fusion = fusion_of(state);
    const Moment now = Moment::now();
    for (auto _ : state) {
        MonitorStatus told = fusion.status(now);
        benchmark::DoNotOptimize(told);
    }
    state.counters["paths"] = static_cast<double>(state.range(0) * state.range(1));
}
BENCHMARK(status)->Apply(monitored_sizes);

} // namespace
} // namespace haoh::monitor
