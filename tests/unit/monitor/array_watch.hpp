// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Two simulated arrays and a monitor that asks them directly.
#pragma once

#include "support/scenario_builder.hpp"
#include "unit/monitor/events.hpp"

#include <haoh/monitor.hpp>

#include <arraysim/serve/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace haoh::test {

class ArrayWatch : public ::testing::Test {
  protected:
    ArrayWatch()
        : simulator_(arraysim::ScenarioBuilder()
                         .ns({.nsid = 1, .count = kNamespaces})
                         .array("a")
                         .array("b")
                         .build(),
                     arraysim::Clock::now()),
          server_(context_.get_executor(), simulator_) {
        server_.start();
        for (const arraysim::ServedPort& port : server_.ports()) {
            options_.targets.push_back(port.address);
        }
        options_.subsysnqn = simulator_.scenario().nqn;
        options_.connect.host = host_identity("nqn.2014-08.org.example:host", "");
        options_.connect.timeout = std::chrono::seconds{2};
        options_.connect.keep_alive = std::chrono::milliseconds{400};
        options_.retry_interval = std::chrono::milliseconds{50};
    }

    ~ArrayWatch() override {
        if (monitor_) {
            monitor_->stop();
            run_until([this] { return stopped_; }, "the monitor to stop", true);
        }
        server_.stop();
    }

    void start() {
        monitor_.emplace(context_.get_executor(), options_);
        monitor_->on_event([this](const Event& event) { events_.push_back(event); });
        bool started = false;
        boost::asio::co_spawn(context_, monitor_->start(), [&](const std::exception_ptr& failure) {
            started = true;
            if (failure) {
                std::rethrow_exception(failure);
            }
        });
        run_until([&] { return started && healthy() == options_.targets.size(); },
                  "both arrays to be watched");
        for (const char* array : {"a", "b"}) {
            ana(array, nvme::AnaState::optimized);
        }
        run_until([&] { return state_of(0, 1) == "optimized" && state_of(1, 1) == "optimized"; },
                  "both arrays to be optimized");
        events_.clear();
    }

    /// Ends the monitor, for another `start`.
    void restart() {
        monitor_->stop();
        stopped_ = false;
        run_until([this] { return stopped_; }, "the end", true);
        monitor_.reset();
        stopped_ = false;
    }

    [[nodiscard]] std::size_t healthy() const {
        const MonitorStatus status = monitor_->status();
        return static_cast<std::size_t>(
            std::count_if(status.sources.begin(), status.sources.end(),
                          [](const MonitorStatus::Source& one) { return one.healthy; }));
    }

    template <typename Condition>
    void run_until(Condition condition, const char* what, bool ending = false) {
        if (ending) {
            boost::asio::co_spawn(context_, monitor_->stopped(),
                                  [this](const std::exception_ptr&) { stopped_ = true; });
        }
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{120};
        while (!condition()) {
            context_.restart();
            context_.run_one_for(std::chrono::milliseconds{20});
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "waited for " << what;
        }
    }

    /// Lets a time pass as the timers see it that are set already: those that were due before its
    /// end have had their turn and what follows from them, however late all of this is.
    void pass(std::chrono::milliseconds time) {
        boost::asio::steady_timer timer(context_, time);
        bool over = false;
        timer.async_wait([&](const boost::system::error_code&) { over = true; });
        run_until([&] { return over; }, "a time to pass");
        for (int quiet = 0; quiet < 5;) {
            context_.restart();
            quiet = context_.run_for(std::chrono::milliseconds{1}) == 0 ? quiet + 1 : 0;
        }
    }

    /// A command of the simulator's control language.
    void say(const std::string& line) { server_.run(arraysim::parse_control(line)); }
    /// From now on the array answers this with Internal Error.
    void refuse(const std::string& array, arraysim::AnswerKind answer) {
        arraysim::OverrideSpec lie;
        lie.answer = answer;
        lie.status = 0x0006;
        server_.run(arraysim::control::AddOverride{.array = array, .spec = std::move(lie)});
    }
    /// From now on only so many bytes come of this.
    void cut(const std::string& array, arraysim::AnswerKind answer, std::size_t bytes) {
        arraysim::FaultSpec fault;
        fault.kind = arraysim::FaultKind::short_data;
        fault.answer = answer;
        fault.value = bytes;
        faults(array).push_back({.spec = std::move(fault)});
    }
    [[nodiscard]] std::vector<arraysim::ActiveFault>& faults(const std::string& array) {
        return simulator_.array(array == "a" ? 0 : 1).faults;
    }
    void ana(const std::string& array, nvme::AnaState state) {
        say("ana " + array + " all " + nvme::to_string(state));
    }

    [[nodiscard]] std::size_t count(EventKind kind) const {
        return static_cast<std::size_t>(
            std::count_if(events_.begin(), events_.end(),
                          [&](const Event& event) { return event.kind == kind; }));
    }
    [[nodiscard]] std::vector<Event> of(EventKind kind) const { return events_of(events_, kind); }
    /// When an array gives a controller up, as it hears of its host.
    [[nodiscard]] arraysim::TimePoint given_up(const std::string& array) const {
        for (const arraysim::Controller& one : simulator_.controllers()) {
            if (one.array->name() == array && !one.discovery) {
                return one.kato_deadline;
            }
        }
        return {};
    }
    [[nodiscard]] std::string array_of(std::size_t array) const {
        for (const MonitorStatus::Controller& one : monitor_->status().controllers) {
            if (one.name == to_string(options_.targets[array])) {
                return one.array;
            }
        }
        return {};
    }
    [[nodiscard]] std::string state_of(std::size_t array, std::uint32_t nsid) const {
        const std::string name = to_string(options_.targets[array]);
        for (const MonitorStatus::Namespace& one : monitor_->status().namespaces) {
            for (const MonitorStatus::Path& path : one.paths) {
                if (one.nsid == nsid && path.controller == name) {
                    return path.ana_state.text();
                }
            }
        }
        return {};
    }

    static constexpr unsigned kNamespaces = 3;

    boost::asio::io_context context_{1};
    arraysim::Simulator simulator_;
    arraysim::Server server_;
    MonitorOptions options_;
    std::optional<Monitor> monitor_;
    std::vector<Event> events_;
    bool stopped_{};
};

} // namespace haoh::test
