// SPDX-License-Identifier: LGPL-2.1-or-later
// What a monitor knows, told: metrics, the screen and `--until` ask for it again and again.
#include <haoh/observation.hpp>

#include "monitor/fusion.hpp"
#include "monitor/monitor_core.hpp"
#include "unit/model/sample_observation.hpp"

#include <boost/asio/io_context.hpp>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

namespace haoh::monitor {
namespace {

void monitored_sizes(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgNames({"controllers", "namespaces"})
        ->Args({2, 16})
        ->Args({16, 1024})
        ->Args({64, 1000})
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

/// While all paths of a controller, and with them access of each namespace, come and go.
void access(benchmark::State& state) {
    Fusion fusion = fusion_of(state);
    const Occasion occasion{.observed = Moment::now(), .cause = {}, .source = "bench"};
    const std::string name = fusion.status(Moment::now()).controllers.front().name;
    bool live = true;
    for (auto _ : state) {
        live = !live;
        fusion.see_controller_state({}, name, live ? ControllerState::live : ControllerState::lost,
                                    occasion);
        std::vector<Event> events = fusion.take(occasion);
        benchmark::DoNotOptimize(events);
    }
    state.counters["paths"] = static_cast<double>(state.range(0) * state.range(1));
}
BENCHMARK(access)->Apply(monitored_sizes);

/// Arrays with a subsystem each, and a discovery log each that names it a number of times: all of it is
/// judged after one of them was lost. The processor's time counts, there is a pause in between.
void judge(benchmark::State& state) {
    const auto subsystems = static_cast<unsigned>(state.range(0));
    boost::asio::io_context context{1};
    const auto core = std::make_shared<MonitorCore>(context.get_executor(), MonitorOptions{});
    core->begin();
    std::vector<DiscoveryObservation> logs;
    std::vector<WatchedPort> ports;
    std::vector<ControllerObservation> controllers;
    for (unsigned number = 0; number < subsystems; ++number) {
        const std::string target = fmt::format("tcp://10.{}.{}.1:4420", number / 256, number % 256);
        const std::string nqn = fmt::format("nqn.2026-01.io.example:{}", number);
        nvme::DiscoveryLog log;
        nvme::DiscoveryEntry entry;
        entry.trtype = static_cast<std::uint8_t>(nvme::TransportType::tcp);
        entry.subtype = static_cast<std::uint8_t>(nvme::SubsystemType::nvm);
        entry.subnqn = nqn;
        entry.traddr = target.substr(6, target.find_last_of(':') - 6);
        entry.trsvcid = "4420";
        log.entries.assign(static_cast<std::size_t>(state.range(1)), entry);
        log.numrec = log.entries.size();
        DiscoveryObservation& seen = logs.emplace_back();
        seen.target = target;
        seen.log = Page::of(nvme::encode(log));
        ControllerObservation one = test::healthy_pair(1, 4).controllers.front();
        one.name = target;
        one.target = target;
        one.subsysnqn = nqn;
        one.traddr = entry.traddr;
        one.trsvcid = entry.trsvcid;
        ports.push_back(
            {.address = parse_address(target), .subsysnqn = nqn, .target = target, .name = target});
        controllers.push_back(std::move(one));
    }
    core->expect_ports(std::move(logs), ports);
    for (ControllerObservation& one : controllers) {
        core->keep({}, std::move(one));
    }
    context.run();
    for (auto _ : state) {
        core->lose_port(ports.front(), "it is away");
        context.restart();
        context.run();
    }
    core->end();
    context.restart();
    context.run();
}
BENCHMARK(judge)
    ->ArgNames({"controllers", "entries"})
    ->Args({2, 8})
    ->Args({64, 64})
    ->Args({256, 64})
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

} // namespace
} // namespace haoh::monitor
