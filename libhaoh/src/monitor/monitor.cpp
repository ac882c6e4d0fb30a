// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/monitor.hpp>

#include "monitor/array_watch.hpp"
#include "monitor/host_watch.hpp"
#include "monitor/monitor_core.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

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
        std::shared_ptr<monitor::HostWatch> host;
        if (options.host) {
            host = std::make_shared<monitor::HostWatch>(core, *options.host);
            co_await host->read_first();
        }
        std::vector<monitor::WatchedPort> ports;
        if (!options.targets.empty()) {
            ports = co_await monitor::find_ports(options);
        }
        core->begin();
        if (host) {
            host->begin();
        }
        for (const monitor::WatchedPort& port : ports) {
            core->expect_target(port.target);
        }
        for (monitor::WatchedPort& port : ports) {
            const std::string name = port.name;
            core->fusion().expect_source(name);
            core->run(
                [core = core, port = std::move(port)] { return monitor::watch_port(core, port); },
                name);
        }
        if (!host && !ports.empty()) { // else the host's polls do it
            core->run([core = core] { return monitor::watch_time(core); }, "clock");
        }
        co_await core->tried();
    }

    std::shared_ptr<monitor::MonitorCore> core;
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

} // namespace haoh
