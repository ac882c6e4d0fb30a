// SPDX-License-Identifier: LGPL-2.1-or-later
// A host agent in C++: checks once, then routes its own I/O by a selector that follows what a monitor
// tells. One thread; everything is a coroutine of Boost.Asio.
//
// usage: agent-cpp NQN ADDRESS ADDRESS...     two arrays, "tcp://192.0.2.1"
//
// Prints a line for each finding, each event, and whenever the next I/O to namespace 1 takes another
// path. Ends on SIGTERM or SIGINT.
#include <haoh/check.hpp>
#include <haoh/event_report.hpp>
#include <haoh/monitor.hpp>
#include <haoh/policy.hpp>
#include <haoh/source.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdint>
#include <exception>
#include <iostream>
#include <map>
#include <string>

namespace {

namespace asio = boost::asio;

constexpr std::uint32_t kNsid = 1;

/// Without ANA all paths are as good; what cannot be read is not taken.
haoh::PathState state_of(const haoh::PathAnaState& ana_state) {
    using haoh::nvme::AnaState;
    haoh::PathState state;
    state.ana = ana_state.kind() == haoh::PathAnaState::none
                    ? AnaState::optimized
                    : ana_state.state().value_or(AnaState::inaccessible);
    return state;
}

/// The paths to one namespace, by what the monitor calls their controllers.
class Route {
  public:
    void set(const std::string& controller, const haoh::PathAnaState& ana_state) {
        const auto found = paths_.find(controller);
        if (found != paths_.end()) {
            selector_.set_path_state(found->second, state_of(ana_state));
        } else if (const auto path = selector_.add_path({}, state_of(ana_state))) {
            paths_.emplace(controller, *path);
        }
    }
    /// Where the next I/O goes. An agent that does I/O calls started and completed around each.
    void tell() {
        const auto path = selector_.pick({});
        std::string name = "none";
        for (const auto& [controller, index] : paths_) {
            name = path == index ? controller : name;
        }
        if (name != last_) {
            std::cout << "next I/O to namespace " << kNsid << ": " << name << '\n';
        }
        last_ = name;
    }

  private:
    haoh::QueueDepthSelector selector_;
    std::map<std::string, haoh::PathIndex> paths_;
    std::string last_{};
};

/// What must be known before the first I/O: is it one thing?
asio::awaitable<void> check(haoh::Source source) {
    const haoh::Observation observation = co_await haoh::observe(std::move(source));
    const haoh::Report report = haoh::check(observation);
    for (const haoh::Finding& finding : report.findings) {
        if (finding.verdict >= haoh::Verdict::warn) {
            std::cout << "finding: " << finding.rule << ": " << finding.what
                      << "\n  fix: " << finding.fix << '\n';
        }
    }
}

void take(Route& route, const haoh::Event& event) {
    std::cout << haoh::event_line(event);
    if (event.nsid != kNsid) {
        return;
    }
    if (event.kind == haoh::EventKind::ana_change || event.kind == haoh::EventKind::path_added) {
        route.set(event.controller, haoh::PathAnaState::of(event.to));
    } else if (event.kind == haoh::EventKind::path_lost) {
        route.set(event.controller, haoh::nvme::AnaState::inaccessible);
    }
    route.tell();
}

asio::awaitable<void> run(haoh::Source source, haoh::Monitor& monitor) {
    co_await check(std::move(source));
    co_await monitor.start();
    Route route;
    for (const auto& head : monitor.status().namespaces) {
        for (const auto& path : head.paths) {
            if (head.nsid == kNsid) {
                route.set(path.controller, path.ana_state);
            }
        }
    }
    std::cout << "watching\n";
    route.tell();
    std::cout.flush();
    while (const auto event = co_await monitor.next()) {
        take(route, *event);
        std::cout.flush();
    }
    co_await monitor.stopped();
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "usage: agent-cpp NQN ADDRESS...\n";
        return 2;
    }
    try {
        haoh::Source source;
        source.subsysnqn = argv[1];
        source.targets.assign(argv + 2, argv + argc);

        asio::io_context context{1};
        haoh::Monitor monitor(context.get_executor(), haoh::monitor_options(source));
        asio::signal_set signals(context, SIGINT, SIGTERM);
        signals.async_wait([&monitor](const auto& error, int) {
            if (!error) {
                monitor.stop();
            }
        });
        std::exception_ptr failure;
        asio::co_spawn(context, run(std::move(source), monitor), [&](std::exception_ptr error) {
            failure = std::move(error);
            signals.cancel();
        });
        context.run();
        if (failure) {
            std::rethrow_exception(failure);
        }
    } catch (const std::exception& error) {
        std::cerr << "agent-cpp: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
