// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/host_watch.hpp"

#include "host/kernel_log_follower.hpp"
#include "host/trace_instance.hpp"
#include "host/uevent_monitor.hpp"

#include <haoh/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <utility>

namespace haoh::monitor {

namespace asio = boost::asio;

HostTracker::Abilities abilities_of(const HostOptions& options, const MonitorOptions& wanted) {
    const bool this_machine = host::SysfsRoot(options.sysroot).this_machine();
    const bool ask = this_machine && options.ask_controllers;
    return {.sources = this_machine,
            .logs = ask && wanted.read_ana_log,
            .identities = ask && wanted.read_identity};
}

HostWatch::HostWatch(std::shared_ptr<MonitorCore> core, HostOptions options)
    : HostWatch(core, options, abilities_of(options, core->options()), host::open_nvme_device) {}

HostWatch::HostWatch(std::shared_ptr<MonitorCore> core, HostOptions options,
                     HostTracker::Abilities abilities, host::DeviceOpener open)
    : core_{std::move(core)}, options_{std::move(options)}, root_{options_.sysroot},
      controllers_{core_->executor(), options_, std::move(open)}, due_{core_->executor()},
      tracker_{*core_, *this, abilities} {
    options_.progress = nullptr;
    options_.read_log = false;
    options_.ask_udev = false;
}

asio::awaitable<KernelObservation> HostWatch::read(KernelDetail detail) {
    HostOptions options = options_;
    options.detail = detail;
    const auto result = std::make_shared<KernelObservation>();
    std::function<void()> work = [result, options] { *result = read_kernel(options); };
    if (co_await scanner_.run(std::move(work), std::nullopt) !=
        host::BlockingThreads::Outcome::done) {
        throw Error(Errc::canceled, "read the kernel's view below", options_.sysroot);
    }
    co_return std::move(*result);
}

asio::awaitable<void> HostWatch::read_first() {
    first_ = co_await read(KernelDetail::full);
}

void HostWatch::begin() {
    tracker_.begin(std::exchange(first_, {}));
    core_->run([self = shared_from_this()] { return self->run(); },
               std::string(to_string(EventSource::sysfs)));
}

asio::awaitable<void> HostWatch::run() {
    for (;;) {
        if (jobs_.empty()) {
            jobs_ = tracker_.turn();
        }
        while (!jobs_.empty()) { // where memory is short, the others are begun later
            start(jobs_.front());
            jobs_.erase(jobs_.begin());
        }
        due_.expires_at(asio::steady_timer::time_point(tracker_.next()));
        co_await due_.async_wait(asio::as_tuple(asio::use_awaitable));
        co_await unless_stopped();
    }
}

void HostWatch::start(HostJob job) {
    std::string source(source_of(job.kind));
    core_->run([self = shared_from_this(), job = std::move(job)] { return self->work(job); },
               std::move(source));
}

asio::awaitable<void> HostWatch::work(HostJob job) {
    switch (job.kind) {
    case HostJob::Kind::scan:
        return scan();
    case HostJob::Kind::read_log:
        return read_log(std::move(job.controller));
    case HostJob::Kind::identify:
        return identify(std::move(job.controller));
    case HostJob::Kind::follow_trace:
        return follow<host::TraceInstance>(job.kind);
    case HostJob::Kind::follow_uevents:
        return follow<host::UeventMonitor>(job.kind);
    case HostJob::Kind::follow_kmsg:
        break;
    }
    return follow<host::KernelLogFollower>(HostJob::Kind::follow_kmsg);
}

asio::awaitable<void> HostWatch::scan() {
    std::optional<KernelObservation> kernel;
    std::optional<Error> failure;
    try {
        kernel = co_await read(KernelDetail::topology);
    } catch (const Error& error) {
        failure = error;
    }
    co_await unless_stopped();
    if (kernel) {
        tracker_.scanned(std::move(*kernel));
    } else {
        tracker_.scan_failed(*failure);
    }
    wake();
}

asio::awaitable<void> HostWatch::read_log(std::string controller) {
    std::optional<nvme::AnaLog> log;
    SourceProblem problem;
    try {
        log = co_await controllers_.read_ana_log(controller);
    } catch (const Error& error) {
        problem = error;
    }
    co_await unless_stopped();
    if (log) {
        tracker_.log_read(controller, std::move(*log));
    } else {
        tracker_.log_not_read(controller, problem);
    }
    wake();
}

asio::awaitable<void> HostWatch::identify(std::string controller) {
    std::optional<ControllerObservation> seen;
    SourceProblem problem = "it is gone";
    if (const KernelController* const known = tracker_.kernel().find_controller(controller)) {
        try {
            seen = co_await controllers_.read(*known, tracker_.kernel().host);
        } catch (const Error& error) {
            problem = error;
        }
        co_await unless_stopped();
    }
    if (seen) {
        tracker_.identified(controller, std::move(*seen));
    } else {
        tracker_.not_identified(controller, problem);
    }
    wake();
}

template <typename Follower>
asio::awaitable<void> HostWatch::follow(HostJob::Kind kind) {
    SourceProblem problem;
    try {
        Follower follower(core_->executor());
        tracker_.opened(kind);
        for (;;) {
            tracker_.take(co_await follower.next());
            wake();
        }
    } catch (const Error& error) {
        problem = error;
    }
    co_await unless_stopped();
    tracker_.lost(kind, problem);
    wake();
}

} // namespace haoh::monitor
