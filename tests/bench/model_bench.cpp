// SPDX-License-Identifier: LGPL-2.1-or-later
// Observations: memory, JSON both ways, merge, diff.
#include <haoh/observation.hpp>

#include "bench/heap.hpp"
#include "unit/model/sample_observation.hpp"

#include <benchmark/benchmark.h>

#include <optional>

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

double paths_of(const benchmark::State& state) {
    return static_cast<double>(state.range(0) * state.range(1));
}

/// The time is that of a copy; the counters are what one path and one controller without
/// namespaces occupy.
void memory(benchmark::State& state) {
    const Observation observation = observation_of(state);
    const Observation bare = test::healthy_pair(static_cast<unsigned>(state.range(0)), 0);
    const auto bytes_of = [](const Observation& value) {
        const std::size_t before = bench::heap_in_use();
        const std::optional<Observation> copy(value);
        benchmark::DoNotOptimize(copy);
        return static_cast<double>(bench::heap_in_use() - before);
    };
    const double full = bytes_of(observation);
    const double without = bytes_of(bare);
    for (auto _ : state) {
        Observation copy = observation;
        benchmark::DoNotOptimize(copy);
    }
    state.counters["B/path"] = (full - without) / paths_of(state);
    state.counters["B/controller"] = without / static_cast<double>(state.range(0));
    state.counters["MB"] = full / 1e6;
    if (full <= without) {
        state.SkipWithError("the allocator does not say what is in use");
    }
}
BENCHMARK(memory)->Apply(sizes);

void write_json(benchmark::State& state) {
    const Observation observation = observation_of(state);
    std::size_t bytes = 0;
    for (auto _ : state) {
        const std::string text = to_json(observation);
        bytes = text.size();
        benchmark::DoNotOptimize(text);
    }
    state.counters["MB"] = static_cast<double>(bytes) / 1e6;
    state.counters["B/path"] = static_cast<double>(bytes) / paths_of(state);
}
BENCHMARK(write_json)->Apply(sizes);

void write_listing(benchmark::State& state) {
    const Observation observation = observation_of(state);
    std::size_t bytes = 0;
    for (auto _ : state) {
        const std::string text = to_json(observation, false);
        bytes = text.size();
        benchmark::DoNotOptimize(text);
    }
    state.counters["MB"] = static_cast<double>(bytes) / 1e6;
}
BENCHMARK(write_listing)->Apply(sizes);

void read_json(benchmark::State& state) {
    const Observation observation = observation_of(state);
    const std::string text = to_json(observation);
    for (auto _ : state) {
        const Observation read = observation_from_json(text, "bench.json");
        benchmark::DoNotOptimize(read);
    }
    state.counters["MB/s"] = benchmark::Counter(static_cast<double>(text.size()) / 1e6,
                                                benchmark::Counter::kIsIterationInvariantRate);
    if (observation_from_json(text, "bench.json") != observation) {
        state.SkipWithError("what was written is not what is read");
    }
}
BENCHMARK(read_json)->Apply(sizes);

void merge_two(benchmark::State& state) {
    const Observation observation = observation_of(state);
    for (auto _ : state) {
        const Observation merged = merge({observation, observation});
        benchmark::DoNotOptimize(merged);
    }
    if (merge({observation, observation}) != observation) {
        state.SkipWithError("an observation merged with itself is another");
    }
}
BENCHMARK(merge_two)->Apply(sizes);

/// One field of each path is another.
void diff_all(benchmark::State& state) {
    const Observation before = observation_of(state);
    Observation after = before;
    for (ControllerObservation& controller : after.controllers) {
        for (NamespaceObservation& path : controller.namespaces) {
            nvme::IdentifyNamespace id = path.identify_data();
            id.nsze *= 2;
            path.identify = Page::of(nvme::encode(id));
        }
    }
    std::size_t found = 0;
    for (auto _ : state) {
        found = diff(before, after).size();
        benchmark::DoNotOptimize(found);
    }
    if (static_cast<double>(found) != paths_of(state)) {
        state.SkipWithError("not one difference for each path");
    }
}
BENCHMARK(diff_all)->Apply(sizes);

} // namespace
} // namespace haoh
