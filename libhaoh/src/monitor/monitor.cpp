// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/monitor.hpp>

#include "monitor/array_watch.hpp"
#include "monitor/found_ports.hpp"
#include "monitor/host_watch.hpp"
#include "monitor/monitor_core.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <functional>
#include <utility>

namespace haoh {

namespace asio = boost::asio;

class Monitor::Impl {
  public:
    Impl(asio::any_io_executor executor, MonitorOptions options)
        : core{std::make_shared<monitor::MonitorCore>(std::move(executor), std::move(options))} {}

    asio::awaitable<void> start() {
        const MonitorOptions& options = core->options();
        constexpr std::string_view kOperation = "start the monitor";
        if (core->running()) {
            throw Error(Errc::invalid_argument, kOperation, {}, "it is running");
        }
        if (!options.host && options.targets.empty()) {
            throw Error(Errc::invalid_argument, kOperation, {},
                        "neither host nor targets were named");
        }
        require_detection(options.connect.detect);
        core->begin();
        struct EndUnlessStarted {
            explicit EndUnlessStarted(monitor::MonitorCore& of) : core{&of} {}
            ~EndUnlessStarted() {
                if (core != nullptr) {
                    core->end();
                }
            }
            EndUnlessStarted(const EndUnlessStarted&) = delete;
            EndUnlessStarted& operator=(const EndUnlessStarted&) = delete;
            monitor::MonitorCore* core;
        } unless_started{*core};
        const auto found = std::make_shared<Found>();
        // Named: GCC 12 destroys a closure in a co_await expression twice.
        std::function<asio::awaitable<void>()> look = [core = core, found] {
            return find(core, found);
        };
        co_await core->prepare(std::move(look));
        if (!core->running()) {
            co_return; // it was stopped meanwhile
        }
        unless_started.core = nullptr;
        const std::shared_ptr<monitor::HostWatch>& host = found->host;
        std::vector<monitor::WatchedPort>& ports = found->arrays.ports;
        if (host) {
            host->begin();
        }
        for (const Address& target : options.targets) {
            const std::string name = to_string(target);
            const auto why = found->arrays.missing.find(name);
            if (why != found->arrays.missing.end()) {
                ports.push_back({.address = target, .subsysnqn = {}, .target = name, .name = name});
            }
        }
        std::ranges::stable_sort(ports, {}, [&options](const monitor::WatchedPort& port) {
            return std::ranges::find(options.targets, port.target,
                                     [](const Address& one) { return to_string(one); }) -
                   options.targets.begin();
        });
        core->expect_ports(std::move(found->arrays.logs), ports);
        for (const monitor::WatchedPort& port : ports) {
            core->fusion().expect_source(port.name);
        }
        for (monitor::WatchedPort& port : ports) {
            const std::string name = port.name;
            if (port.subsysnqn.empty()) {
                core->lose_source(name, found->arrays.missing.at(name), Moment::now());
                core->run([core = core,
                           target = port.address] { return monitor::watch_target(core, target); },
                          name);
                continue;
            }
            core->run(
                [core = core, port = std::move(port)] { return monitor::watch_port(core, port); },
                name);
        }
        core->run([core = core] { return monitor::watch_presence(core); },
                  std::string(kMonitorSource), monitor::Shortage::borne);
        if (!host && !ports.empty()) { // else the host's polls do it
            core->run([core = core] { return monitor::watch_time(core); },
                      std::string(monitor::kClock), monitor::Shortage::borne);
        }
        co_await core->tried();
        unless_started.core = core.get();
        core->require_known_sites(); // now: later, an array may just be away
        unless_started.core = nullptr;
    }

    std::shared_ptr<monitor::MonitorCore> core;

  private:
    /// What there is to watch.
    struct Found {
        std::shared_ptr<monitor::HostWatch> host;
        monitor::FoundPorts arrays;
    };

    static asio::awaitable<void> find(std::shared_ptr<monitor::MonitorCore> core,
                                      std::shared_ptr<Found> found) {
        const MonitorOptions& options = core->options();
        if (options.host) {
            found->host = std::make_shared<monitor::HostWatch>(core, *options.host);
            co_await found->host->read_first();
        }
        if (!options.targets.empty()) {
            found->arrays = co_await monitor::find_ports(options, options.targets);
            if (found->arrays.ports.empty()) {
                const auto& [target, why] = *found->arrays.missing.begin();
                throw Error(Errc::not_found, "watch the arrays", target, why.text(),
                            "name the subsystem with --nqn to wait for an array that is down");
            }
        }
    }
};

MonitorOptions monitor_options(const Source& source) {
    require_consistent(source);
    MonitorOptions options;
    if (source.reads_host()) {
        options.host = host_options(source);
    }
    if (!source.targets.empty()) {
        options.targets = target_addresses(source);
        options.subsysnqn = source.subsysnqn;
        options.connect = connect_options(source);
        options.timeout = source.timeout;
        options.budget = source.budget;
    }
    return options;
}

Monitor::Monitor(asio::any_io_executor executor, MonitorOptions options)
    : impl_{std::make_shared<Impl>(std::move(executor), std::move(options))} {}

Monitor::~Monitor() {
    stop();
}

asio::awaitable<void> Monitor::start() {
    co_await impl_->start();
}

asio::awaitable<std::optional<Event>> Monitor::next() {
    return impl_->core->next();
}

bool Monitor::has_event() const {
    return impl_->core->has_event();
}

void Monitor::on_event(std::function<void(const Event&)> handler) {
    impl_->core->set_handler(std::move(handler));
}

void Monitor::stop() {
    impl_->core->end();
}

asio::awaitable<void> Monitor::stopped() {
    return impl_->core->ended();
}

MonitorStatus Monitor::status() const {
    return impl_->core->status();
}

Observation Monitor::observation() const {
    return impl_->core->observation();
}

} // namespace haoh
