// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading a controller completely over NVMe/TCP: commands pipelined to the queue's depth against
// one command at a time, in the same run, from a simulated array that answers each command after a
// round-trip time.
#include "support/scenario_builder.hpp"

#include <arraysim/serve/server.hpp>

#include <haoh/collector.hpp>
#include <haoh/fabric.hpp>

#include "bench/heap.hpp"

#include <benchmark/benchmark.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <exception>
#include <thread>

namespace haoh {
namespace {

namespace asio = boost::asio;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t kOneAtATime = 1;
constexpr std::size_t kQueueDepth = 0; ///< as CollectOptions has it: the channel's depth

/// A simulated array on a thread of its own, so that it does not wait for the reader.
class ServedArray {
  public:
    ServedArray(unsigned namespaces, std::chrono::microseconds round_trip)
        : simulator_(arraysim::ScenarioBuilder()
                         .ns({.nsid = 1, .count = namespaces})
                         .array("a")
                         .latency(round_trip)
                         .build(),
                     arraysim::Clock::now()),
          server_(context_.get_executor(), simulator_) {
        server_.start();
        address_ = server_.ports().front().address;
        subsysnqn_ = simulator_.scenario().nqn;
        thread_ = std::thread([this] { context_.run(); });
    }
    ServedArray(const ServedArray&) = delete;
    ServedArray& operator=(const ServedArray&) = delete;
    ~ServedArray() {
        context_.stop();
        thread_.join();
    }

    [[nodiscard]] const Address& address() const { return address_; }
    [[nodiscard]] const std::string& subsysnqn() const { return subsysnqn_; }

  private:
    asio::io_context context_{1};
    arraysim::Simulator simulator_;
    arraysim::Server server_;
    Address address_;
    std::string subsysnqn_;
    std::thread thread_;
};

struct Reading {
    ControllerObservation controller;
    Seconds taken{};
    std::size_t depth{}; ///< of the channel
};

asio::awaitable<Reading> read_controller(Address address, ConnectOptions connect,
                                         std::size_t depth) {
    const std::unique_ptr<FabricController> channel =
        co_await FabricController::connect(std::move(address), std::move(connect));
    CollectOptions options;
    options.depth = depth;
    Reading reading;
    reading.depth = channel->depth();
    const auto start = std::chrono::steady_clock::now();
    reading.controller = co_await collect_controller(*channel, std::move(options));
    reading.taken = std::chrono::steady_clock::now() - start;
    reading.controller.connection = channel->connection();
    co_await channel->shutdown();
    co_return reading;
}

/// \throws what the reading throws
Reading read(const ServedArray& array, std::size_t depth) {
    ConnectOptions connect;
    connect.subsysnqn = array.subsysnqn();
    connect.host = {.hostnqn = "nqn.2014-08.org.nvmexpress:uuid:"
                               "11111111-2222-4333-8444-555555555555",
                    .hostid = *nvme::parse_uuid("11111111-2222-4333-8444-555555555555"),
                    .origin = "benchmark"};
    asio::io_context context{1};
    std::exception_ptr failure;
    Reading result;
    asio::co_spawn(context, read_controller(array.address(), std::move(connect), depth),
                   [&](std::exception_ptr error, Reading reading) {
                       failure = std::move(error);
                       result = std::move(reading);
                   });
    context.run_for(std::chrono::seconds(60));
    if (failure) {
        std::rethrow_exception(failure);
    }
    return result;
}

/// What is wrong with a reading; empty when it is complete.
std::string defect_of(const Reading& reading, std::size_t namespaces) {
    const ControllerObservation& controller = reading.controller;
    if (!controller.unread.empty()) {
        return "unread: " + controller.unread.front();
    }
    if (!controller.identify.ok() || !controller.ana.stable || !controller.ana.log.ok() ||
        controller.namespaces.size() != namespaces) {
        return "the reading is not complete";
    }
    for (const NamespaceObservation& path : controller.namespaces) {
        if (!path.identify.ok() || !path.descriptors.ok() || !path.ids().any()) {
            return "a namespace was not read";
        }
    }
    return {};
}

/// The time is that of the pipelined reading.
void read_completely(benchmark::State& state) {
    const auto namespaces = static_cast<unsigned>(state.range(0));
    const ServedArray array(namespaces, std::chrono::microseconds(state.range(1)));
    Seconds pipelined{};
    Seconds serial{};
    std::size_t depth = 0;
    double bytes = 0;
    for (auto _ : state) {
        try {
            const Reading one_by_one = read(array, kOneAtATime);
            const std::size_t before = bench::heap_in_use();
            const Reading reading = read(array, kQueueDepth);
            bytes = static_cast<double>(bench::heap_in_use() - before);
            for (const Reading* each : {&one_by_one, &reading}) {
                const std::string defect = defect_of(*each, namespaces);
                if (!defect.empty()) {
                    state.SkipWithError(defect.c_str());
                    return;
                }
            }
            state.SetIterationTime(reading.taken.count());
            pipelined += reading.taken;
            serial += one_by_one.taken;
            depth = reading.depth;
        } catch (const std::exception& error) {
            state.SkipWithError(error.what());
            return;
        }
    }
    const auto rounds = static_cast<double>(state.iterations());
    state.counters["pipelined_ms"] = pipelined.count() * 1e3 / rounds;
    state.counters["serial_ms"] = serial.count() * 1e3 / rounds;
    state.counters["ratio"] = serial / pipelined;
    state.counters["depth"] = static_cast<double>(depth);
    state.counters["B/path"] = bytes / namespaces;
}
BENCHMARK(read_completely)
    ->ArgNames({"namespaces", "rtt_us"})
    ->Args({32, 1000})
    ->Args({1024, 0})
    ->Args({1024, 1000})
    ->Iterations(2)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

} // namespace
} // namespace haoh
