// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/monitor.hpp>

#include "monitor/array_watch.hpp"
#include "monitor/host_watch.hpp"
#include "monitor/monitor_core.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

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
        std::vector<monitor::WatchedPort>& ports = found->ports;
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
        unless_started.core = core.get();
        core->require_known_sites(); // now: later, an array may just be away
        unless_started.core = nullptr;
    }

    std::shared_ptr<monitor::MonitorCore> core;

  private:
    /// What there is to watch.
    struct Found {
        std::shared_ptr<monitor::HostWatch> host;
        std::vector<monitor::WatchedPort> ports;
    };

    static asio::awaitable<void> find(std::shared_ptr<monitor::MonitorCore> core,
                                      std::shared_ptr<Found> found) {
        const MonitorOptions& options = core->options();
        if (options.host) {
            found->host = std::make_shared<monitor::HostWatch>(core, *options.host);
            co_await found->host->read_first();
        }
        if (!options.targets.empty()) {
            found->ports = co_await monitor::find_ports(options);
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

} // namespace haoh
