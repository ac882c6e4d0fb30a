// SPDX-License-Identifier: LGPL-2.1-or-later
// From a change on an array that is asked directly to the event that tells it: an array that answers
// in one piece, and one that writes data and response apart. Both on loopback, on threads of their own.
// And beside it, for the same changes, who reads the ANA log each second instead.
#include "support/scenario_builder.hpp"

#include <arraysim/serve/server.hpp>

#include <haoh/fabric.hpp>
#include <haoh/monitor.hpp>
#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/command.hpp>

#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace haoh {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

class FlippedArray {
  public:
    FlippedArray(unsigned namespaces, bool split)
        : simulator_(scenario_of(namespaces, split), arraysim::Clock::now()),
          server_(context_.get_executor(), simulator_) {
        server_.start();
        address_ = server_.ports().front().address;
        thread_ = std::thread([this] { context_.run(); });
    }
    FlippedArray(const FlippedArray&) = delete;
    FlippedArray& operator=(const FlippedArray&) = delete;
    ~FlippedArray() {
        context_.stop();
        thread_.join();
    }

    [[nodiscard]] const Address& address() const { return address_; }
    [[nodiscard]] const std::string& subsysnqn() const { return simulator_.scenario().nqn; }
    void set(const std::string& state) {
        asio::post(context_,
                   [this, state] { server_.run(arraysim::parse_control("ana a all " + state)); });
    }

  private:
    static arraysim::Scenario scenario_of(unsigned namespaces, bool split) {
        arraysim::Scenario scenario =
            arraysim::ScenarioBuilder().ns({.nsid = 1, .count = namespaces}).array("a").build();
        scenario.arrays[0].split_answers = split;
        return scenario;
    }

    asio::io_context context_{1};
    arraysim::Simulator simulator_;
    arraysim::Server server_;
    Address address_;
    std::thread thread_;
};

/// A monitor of one array, and what it tells of its namespaces.
class Watcher {
  public:
    explicit Watcher(const FlippedArray& array) {
        MonitorOptions options;
        options.targets = {array.address()};
        options.subsysnqn = array.subsysnqn();
        options.connect.host = host_identity("nqn.2014-08.org.example:bench", "");
        monitor_.emplace(context_.get_executor(), std::move(options));
        monitor_->on_event([this](const Event& event) {
            if (event.kind == EventKind::ana_change) {
                ++changes_;
                told_ = event.latency();
            }
        });
        bool started = false;
        asio::co_spawn(context_, monitor_->start(), [&](const std::exception_ptr& failure) {
            started = true;
            if (failure) {
                std::rethrow_exception(failure);
            }
        });
        run_until([&] { return started; });
    }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;
    ~Watcher() {
        monitor_->stop();
        context_.restart();
        context_.run_for(std::chrono::seconds(10));
    }

    /// Until so many more changes were told. \return from the AEN to the last of them
    nanoseconds wait_changes(unsigned count) {
        const std::uint64_t wanted = changes_ + count;
        run_until([&] { return changes_ >= wanted; });
        return told_.value_or(nanoseconds{});
    }

  private:
    template <typename Condition>
    void run_until(Condition condition) {
        const auto limit = Clock::now() + std::chrono::seconds(60);
        while (!condition()) {
            context_.restart();
            context_.run_one_for(std::chrono::seconds(1));
            if (Clock::now() > limit) {
                throw std::runtime_error("the monitor tells nothing");
            }
        }
    }

    asio::io_context context_{1};
    std::optional<Monitor> monitor_;
    std::uint64_t changes_{};
    std::optional<nanoseconds> told_;
};

/// Reads the ANA log of an array each second, as one does who has no events, on a thread of its own.
class Poller {
  public:
    Poller(const FlippedArray& array, unsigned namespaces)
        : length_{static_cast<std::uint32_t>(nvme::ana_log_size_bound(1, namespaces))},
          address_{array.address()} {
        options_.subsysnqn = array.subsysnqn();
        options_.host = host_identity("nqn.2014-08.org.example:poller", "");
        asio::co_spawn(context_, poll(),
                       [this](const std::exception_ptr& failure) { failed_ = failure != nullptr; });
        thread_ = std::thread([this] { context_.run(); });
    }
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;
    ~Poller() {
        context_.stop();
        thread_.join();
    }

    /// Until it has seen another state than the last time.
    /// \return when that was
    Clock::time_point wait_change() {
        const auto limit = Clock::now() + std::chrono::seconds(60);
        const Clock::rep before = last_;
        while (changed_ == before) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            if (failed_ || Clock::now() > limit) {
                throw std::runtime_error("the poller sees nothing");
            }
        }
        last_ = changed_;
        return Clock::time_point(Clock::duration(last_));
    }

  private:
    asio::awaitable<void> poll() {
        const auto controller = co_await FabricController::connect(address_, options_);
        asio::steady_timer timer(context_, Clock::now());
        std::optional<nvme::AnaState> known;
        for (;;) {
            nvme::AdminCommand command = nvme::get_log_page_command(nvme::lid::ana, 0, length_);
            const nvme::AdminResult result = co_await controller->submit(std::move(command));
            const nvme::AnaLog log = nvme::decode_ana_log(result.data);
            const nvme::AnaState state = log.groups.at(0).state;
            if (std::exchange(known, state) != state) {
                changed_ = Clock::now().time_since_epoch().count();
            }
            timer.expires_at(timer.expiry() + std::chrono::seconds(1));
            co_await timer.async_wait(asio::use_awaitable);
        }
    }

    asio::io_context context_{1};
    std::uint32_t length_;
    Address address_;
    ConnectOptions options_;
    std::atomic<Clock::rep> changed_{}; ///< when it saw the last change
    Clock::rep last_{};                 ///< that was taken
    std::atomic<bool> failed_{};
    std::thread thread_;
};

double microseconds_at(std::vector<nanoseconds>& times, unsigned percent) {
    std::sort(times.begin(), times.end());
    const std::size_t rank = (times.size() * percent + 99) / 100;
    return static_cast<double>(times[std::max<std::size_t>(rank, 1) - 1].count()) / 1e3;
}

void count(benchmark::State& state, const std::string& name, std::vector<nanoseconds>& times) {
    state.counters[name + "_p50"] = microseconds_at(times, 50);
    state.counters[name + "_p99"] = microseconds_at(times, 99);
}

/// The time is that from the change to the last event; the counters are microseconds.
void aen_to_event(benchmark::State& state) {
    constexpr auto kPause = std::chrono::milliseconds(12); // longer than the monitor's own pace
    const auto namespaces = static_cast<unsigned>(state.range(0));
    std::vector<nanoseconds> from_aen;
    std::vector<nanoseconds> from_change;
    try {
        FlippedArray array(namespaces, state.range(1) != 0);
        Watcher watcher(array);
        bool usable = true;
        for (auto _ : state) {
            std::this_thread::sleep_for(kPause);
            usable = !usable;
            const auto begin = Clock::now();
            array.set(usable ? "optimized" : "inaccessible");
            from_aen.push_back(watcher.wait_changes(namespaces));
            from_change.push_back(Clock::now() - begin);
            state.SetIterationTime(std::chrono::duration<double>(from_change.back()).count());
        }
    } catch (const std::exception& error) {
        state.SkipWithError(error.what());
        return;
    }
    count(state, "aen", from_aen);
    count(state, "change", from_change);
}

/// Of the same changes, at moments that have nothing to do with the poller's.
void aen_beside_poller(benchmark::State& state) {
    const auto namespaces = static_cast<unsigned>(state.range(0));
    std::vector<nanoseconds> by_event;
    std::vector<nanoseconds> by_poll;
    try {
        FlippedArray array(namespaces, state.range(1) != 0);
        Watcher watcher(array);
        Poller poller(array, namespaces);
        poller.wait_change();   // what it sees first
        std::mt19937 random(1); // NOLINT: the same moments each time
        std::uniform_int_distribution<int> pause(0, 999);
        bool usable = true;
        for (auto _ : state) {
            std::this_thread::sleep_for(std::chrono::milliseconds(pause(random)));
            usable = !usable;
            const auto begin = Clock::now();
            array.set(usable ? "optimized" : "inaccessible");
            watcher.wait_changes(namespaces);
            by_event.push_back(Clock::now() - begin);
            by_poll.push_back(poller.wait_change() - begin);
            state.SetIterationTime(std::chrono::duration<double>(by_event.back()).count());
        }
    } catch (const std::exception& error) {
        state.SkipWithError(error.what());
        return;
    }
    count(state, "event", by_event);
    count(state, "poll", by_poll);
}
BENCHMARK(aen_beside_poller)
    ->ArgNames({"namespaces", "split"})
    ->Args({256, 0})
    ->Args({256, 1})
    ->Iterations(100)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

BENCHMARK(aen_to_event)
    ->ArgNames({"namespaces", "split"})
    ->Args({4, 0})
    ->Args({4, 1})
    ->Args({256, 0})
    ->Args({256, 1})
    ->Iterations(1000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

} // namespace
} // namespace haoh
