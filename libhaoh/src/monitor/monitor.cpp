// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/monitor.hpp>

#include "monitor/array_watch.hpp"
#include "monitor/host_watch.hpp"
#include "monitor/hub.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <utility>

namespace haoh {

namespace asio = boost::asio;

class Monitor::Impl {
  public:
    Impl(asio::any_io_executor executor, MonitorOptions options)
        : hub{std::make_shared<monitor::Hub>(std::move(executor), std::move(options))} {}

    asio::awaitable<void> start() {
        const MonitorOptions& options = hub->options();
        constexpr std::string_view kOperation = "start the monitor";
        if (hub->running()) {
            throw Error(Errc::invalid_argument, kOperation, {}, "it is running");
        }
        if (!options.host && options.targets.empty()) {
            throw Error(Errc::invalid_argument, kOperation, {},
                        "neither host nor targets were named");
        }
        std::shared_ptr<monitor::HostWatch> host;
        if (options.host) {
            host = std::make_shared<monitor::HostWatch>(hub, *options.host);
            co_await host->read_first();
        }
        std::vector<monitor::WatchedPort> ports;
        if (!options.targets.empty()) {
            ports = co_await monitor::find_ports(options);
        }
        hub->begin();
        if (host) {
            host->begin();
        }
        for (const monitor::WatchedPort& port : ports) {
            hub->expect_target(port.target);
        }
        for (monitor::WatchedPort& port : ports) {
            const std::string name = port.name;
            hub->fusion().expect_source(name);
            hub->run([hub = hub, port = std::move(port)] { return monitor::watch_port(hub, port); },
                     name);
        }
        if (!host && !ports.empty()) { // else the host's polls do it
            hub->run([hub = hub] { return monitor::watch_time(hub); }, "clock");
        }
        co_await hub->tried();
    }

    std::shared_ptr<monitor::Hub> hub;
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
    return impl_->hub->next();
}

void Monitor::on_event(std::function<void(const Event&)> handler) {
    impl_->hub->set_handler(std::move(handler));
}

void Monitor::stop() {
    impl_->hub->end();
}

asio::awaitable<void> Monitor::stopped() {
    return impl_->hub->ended();
}

MonitorStatus Monitor::status() const {
    return impl_->hub->status();
}

} // namespace haoh
