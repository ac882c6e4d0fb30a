// SPDX-License-Identifier: LGPL-2.1-or-later
// A choice of each selector, beside plain loops that do the same without updates meanwhile. Paths
// are all optimized; `busy` ones have commands in flight, so that no search ends early.
#include "heap.hpp"
#include "plain_loops.hpp"

#include <haoh/policy.hpp>
#include <haoh/simulate.hpp>

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

namespace haoh {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kBusy = 3;

unsigned paths_of(const benchmark::State& state) {
    return static_cast<unsigned>(state.range(0));
}

void path_counts(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgName("paths")->Arg(2)->Arg(4)->Arg(16);
}

template <typename Selector>
void fill(Selector& selector, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        const auto path = selector.add_path({.site = static_cast<std::uint16_t>(i % 2)}, {});
        for (unsigned k = 0; path && k < kBusy + (i * 7) % 5; ++k) {
            selector.started(*path);
        }
    }
}

void fail_if_allocated(benchmark::State& state, std::size_t before) {
    if (bench::heap_in_use() != before) {
        state.SkipWithError("it allocated");
    }
}

template <typename Selector>
void pick(benchmark::State& state) {
    Selector selector;
    fill(selector, paths_of(state));
    SubmitContext context{.node = 0, .now = 1s};
    const std::size_t before = bench::heap_in_use();
    for (auto _ : state) {
        context.now += 1us;
        const auto path = selector.pick(context);
        if (!path) {
            state.SkipWithError("no path");
            break;
        }
        benchmark::DoNotOptimize(path->value);
    }
    fail_if_allocated(state, before);
}
BENCHMARK(pick<NumaSelector>)->Apply(path_counts);
BENCHMARK(pick<RoundRobinSelector>)->Apply(path_counts);
BENCHMARK(pick<SpdkRoundRobinSelector>)->Apply(path_counts);
BENCHMARK(pick<QueueDepthSelector>)->Apply(path_counts);
BENCHMARK(pick<SiteAffinitySelector>)->Apply(path_counts);
BENCHMARK(pick<LatencySelector>)->Apply(path_counts);
BENCHMARK(pick<WeightedSelector>)->Apply(path_counts);

/// A whole I/O: picked, started, completed.
template <typename Selector>
void whole_io(benchmark::State& state) {
    Selector selector;
    fill(selector, paths_of(state));
    SubmitContext context{.node = 0, .now = 1s};
    const std::size_t before = bench::heap_in_use();
    for (auto _ : state) {
        context.now += 1us;
        if (const auto path = selector.pick(context)) {
            selector.started(*path);
            selector.completed(*path, 100us);
        }
    }
    fail_if_allocated(state, before);
}
BENCHMARK(whole_io<RoundRobinSelector>)->Apply(path_counts);
BENCHMARK(whole_io<QueueDepthSelector>)->Apply(path_counts);
BENCHMARK(whole_io<SiteAffinitySelector>)->Apply(path_counts);
BENCHMARK(whole_io<LatencySelector>)->Apply(path_counts);
BENCHMARK(whole_io<WeightedSelector>)->Apply(path_counts);

void make_busy(bench::PlainPaths& paths, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        paths.at(i).active = kBusy + (i * 7) % 5;
    }
}

void plain_round_robin(benchmark::State& state) {
    bench::PlainPaths paths(paths_of(state));
    for (auto _ : state) {
        benchmark::DoNotOptimize(paths.kernel_round_robin(0));
    }
}
BENCHMARK(plain_round_robin)->Apply(path_counts);

void plain_spdk_round_robin(benchmark::State& state) {
    bench::PlainPaths paths(paths_of(state));
    for (auto _ : state) {
        benchmark::DoNotOptimize(paths.spdk_round_robin(0, 1));
    }
}
BENCHMARK(plain_spdk_round_robin)->Apply(path_counts);

void plain_queue_depth(benchmark::State& state) {
    bench::PlainPaths paths(paths_of(state));
    make_busy(paths, paths_of(state));
    for (auto _ : state) {
        benchmark::DoNotOptimize(paths.kernel_queue_depth());
    }
}
BENCHMARK(plain_queue_depth)->Apply(path_counts);

/// Threads that submit to one selector; `own_node`: each remembers its own last choice.
template <typename Selector, bool kOwnNode>
void shared(benchmark::State& state) {
    static std::unique_ptr<Selector> selector;
    if (state.thread_index() == 0) {
        if constexpr (std::is_constructible_v<Selector, HostNodes>) {
            selector = std::make_unique<Selector>(HostNodes{.count = 2, .distances = {}});
        } else {
            selector = std::make_unique<Selector>();
        }
        fill(*selector, 4);
    }
    SubmitContext context{.node = kOwnNode ? static_cast<unsigned>(state.thread_index()) : 0,
                          .now = 1s};
    for (auto _ : state) {
        context.now += 1us;
        if (const auto path = selector->pick(context)) {
            selector->started(*path);
            selector->completed(*path, 100us);
        }
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(shared<NumaSelector, false>)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(shared<RoundRobinSelector, false>)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(shared<RoundRobinSelector, true>)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(shared<QueueDepthSelector, false>)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(shared<SiteAffinitySelector, false>)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(shared<LatencySelector, false>)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(shared<WeightedSelector, false>)->ThreadRange(1, 2)->UseRealTime();

void shared_plain_round_robin(benchmark::State& state) {
    static std::unique_ptr<bench::PlainPaths> paths;
    if (state.thread_index() == 0) {
        paths = std::make_unique<bench::PlainPaths>(4);
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(paths->kernel_round_robin(0));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(shared_plain_round_robin)->ThreadRange(1, 2)->UseRealTime();

void shared_plain_queue_depth(benchmark::State& state) {
    static std::unique_ptr<bench::PlainPaths> paths;
    if (state.thread_index() == 0) {
        paths = std::make_unique<bench::PlainPaths>(4);
        make_busy(*paths, 4);
    }
    for (auto _ : state) {
        bench::PlainPath* path = paths->kernel_queue_depth();
        path->active.fetch_add(1, std::memory_order_relaxed);
        path->active.fetch_sub(1, std::memory_order_relaxed);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(shared_plain_queue_depth)->ThreadRange(1, 2)->UseRealTime();

/// The simulation, as I/Os a second of real time; 32 outstanding, each path with its own latencies.
void simulation(benchmark::State& state, const char* policy) {
    PolicyScenario scenario;
    scenario.policies = {policy};
    scenario.workload.duration = 2s;
    for (unsigned i = 0; i < paths_of(state); ++i) {
        SimulatedPath& path = scenario.paths.emplace_back();
        path.name = std::to_string(i);
        path.array.assign(1, i % 2 == 0 ? 'a' : 'b');
        path.latency = {.kind = LatencyDistribution::Kind::lognormal,
                        .mean = 100us + 10us * i,
                        .deviation = 20us};
        path.bandwidth = 5000;
    }
    std::uint64_t ios = 0;
    for (auto _ : state) {
        ios += simulate(scenario).policies.front().ios;
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(ios));
}
BENCHMARK_CAPTURE(simulation, numa, "numa")->Apply(path_counts);
BENCHMARK_CAPTURE(simulation, round_robin, "round-robin")->Apply(path_counts);
BENCHMARK_CAPTURE(simulation, queue_depth, "queue-depth")->Apply(path_counts);
BENCHMARK_CAPTURE(simulation, site_affinity, "site-affinity")->Apply(path_counts);
BENCHMARK_CAPTURE(simulation, latency, "latency")->Apply(path_counts);
BENCHMARK_CAPTURE(simulation, weighted, "weighted")->Apply(path_counts);

} // namespace
} // namespace haoh
