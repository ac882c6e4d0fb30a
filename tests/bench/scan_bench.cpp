// SPDX-License-Identifier: LGPL-2.1-or-later
// The scan of a recorded tree: how long for how many paths, with what is read of each and with how
// many threads.
#include <haoh/host.hpp>

#include "support/sysfs_tree.hpp"

#include <benchmark/benchmark.h>

#include <map>
#include <memory>
#include <tuple>

namespace haoh {
namespace {

constexpr unsigned kControllers = 16;

/// One subsystem behind 16 controllers. Made once: that takes far longer than to read it.
const test::SysfsTree& tree_of(unsigned paths, test::KernelLayout layout) {
    static std::map<std::pair<unsigned, test::KernelLayout>, std::unique_ptr<test::SysfsTree>>
        trees;
    std::unique_ptr<test::SysfsTree>& tree = trees[{paths, layout}];
    if (!tree) {
        tree = std::make_unique<test::SysfsTree>(layout);
        tree->add_subsystem("nqn.2024-01.com.example:pair", kControllers, paths / kControllers);
    }
    return *tree;
}

void scan(benchmark::State& state, test::KernelLayout layout, KernelDetail detail) {
    const auto paths = static_cast<unsigned>(state.range(0));
    HostOptions options;
    options.sysroot = tree_of(paths, layout).root();
    options.detail = detail;
    options.scan_threads = static_cast<std::size_t>(state.range(1));
    std::size_t found = 0;
    for (auto _ : state) {
        const KernelObservation kernel = read_kernel(options);
        found = 0;
        for (const KernelNamespace& head : kernel.subsystems.at(0).namespaces) {
            found += head.paths.size();
        }
    }
    if (found != paths) {
        state.SkipWithError("not every path was found");
    }
    state.counters["paths/s"] = benchmark::Counter(static_cast<double>(paths),
                                                   benchmark::Counter::kIsIterationInvariantRate);
}

void sizes(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"paths", "threads"})->Unit(benchmark::kMillisecond)->UseRealTime();
    benchmark->MeasureProcessCPUTime();
    for (const int paths : {256, 1024, 4096, 8192, 16384}) {
        benchmark->Args({paths, 1})->Args({paths, 0});
    }
}

/// Of an older layout only what shows the difference: the trees take longer than the scans.
void one_size(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"paths", "threads"})->Unit(benchmark::kMillisecond)->UseRealTime();
    benchmark->MeasureProcessCPUTime();
    benchmark->Args({8192, 1})->Args({8192, 0});
}

BENCHMARK_CAPTURE(scan, topology_6_12, test::KernelLayout::v6_12, KernelDetail::topology)
    ->Apply(one_size);
BENCHMARK_CAPTURE(scan, full_6_12, test::KernelLayout::v6_12, KernelDetail::full)->Apply(one_size);
BENCHMARK_CAPTURE(scan, topology_7_3, test::KernelLayout::v7_3, KernelDetail::topology)
    ->Apply(sizes);
BENCHMARK_CAPTURE(scan, full_7_3, test::KernelLayout::v7_3, KernelDetail::full)->Apply(sizes);

} // namespace
} // namespace haoh
