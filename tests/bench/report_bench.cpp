// SPDX-License-Identifier: LGPL-2.1-or-later
// Rendering a report in every format of `haoh check -o`: of a healthy pair, and of one where every namespace
// differs. All of them together are to take less than a second.
#include <haoh/check.hpp>
#include <haoh/report.hpp>

#include "unit/model/sample_observation.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace haoh {
namespace {

Observation pair_of_sizes(const benchmark::State& state, bool broken) {
    Observation out = test::healthy_pair(static_cast<unsigned>(state.range(0)),
                                         static_cast<unsigned>(state.range(1)));
    for (std::size_t index = 1; broken && index < out.controllers.size(); index += 2) {
        for (NamespaceObservation& path : out.controllers[index].namespaces) {
            std::vector<nvme::IdDescriptor> descriptors = path.id_descriptors().descriptors;
            // Another one for each: nothing reads alike.
            descriptors.at(1).nid[0] = static_cast<std::uint8_t>(path.nsid);
            descriptors.at(1).nid[1] = static_cast<std::uint8_t>(path.nsid >> 8U);
            path.descriptors = Page::of(nvme::encode(descriptors));
        }
    }
    return out;
}

void render_all(benchmark::State& state, bool broken) {
    const Observation observation = pair_of_sizes(state, broken);
    const Report report = check(observation);
    std::size_t bytes = 0;
    for (auto _ : state) {
        bytes = 0;
        for (const ReportFormat& format : report_formats()) {
            bytes += format.render(report, observation, {}).size();
        }
        benchmark::DoNotOptimize(bytes);
    }
    state.counters["bytes"] = static_cast<double>(bytes);
    state.counters["findings"] = static_cast<double>(report.findings.size());
    if ((report.verdict == Verdict::fail) != broken || bytes == 0) {
        state.SkipWithError("not the verdict that was to be expected");
    }
}

void render_healthy(benchmark::State& state) {
    render_all(state, false);
}
BENCHMARK(render_healthy)
    ->ArgNames({"controllers", "namespaces"})
    ->Args({2, 16})
    ->Args({16, 1024})
    ->Unit(benchmark::kMillisecond);

void render_broken(benchmark::State& state) {
    render_all(state, true);
}
BENCHMARK(render_broken)
    ->ArgNames({"controllers", "namespaces"})
    ->Args({2, 16})
    ->Args({16, 1024})
    ->Unit(benchmark::kMillisecond);

} // namespace
} // namespace haoh
