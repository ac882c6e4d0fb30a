// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/host_watch.hpp"

#include "host/kernel_log_follower.hpp"
#include "host/trace_instance.hpp"
#include "host/uevent_monitor.hpp"

#include <haoh/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace haoh::monitor {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kTrace = "trace";
constexpr std::string_view kUdev = "udev";
constexpr std::string_view kLog = "kmsg";
constexpr std::string_view kSysfs = "sysfs";
constexpr std::string_view kAdmin = "admin";

/// The kernel applies an ANA change one admin command after its event: looking often at first finds
/// it soon, looking seldom later costs little when it takes long.
constexpr std::array kPauses{1ms, 1ms, 2ms, 2ms, 3ms, 4ms, 6ms, 8ms, 10ms, 15ms, 20ms, 30ms, 50ms};
/// How long one looks after a hint that leads to nothing.
constexpr auto kLookFor = 2s;
/// Between two readings of an ANA log that does not agree with sysfs yet.
constexpr auto kReadAgain = 25ms;
/// The kernel scans a controller in the background, for an unknown time.
constexpr std::array<std::chrono::milliseconds, 5> kScans{2000ms, 600ms, 150ms, 40ms, 5ms};
constexpr unsigned kMaxHostBackoff = 32;

/// The retries of a source.
class Backoff {
  public:
    explicit Backoff(std::chrono::milliseconds first) : first_{first} {}
    std::chrono::milliseconds next() {
        const auto pause = first_ * factor_;
        factor_ = std::min(factor_ * 2, kMaxHostBackoff);
        return pause;
    }
    void reset() { factor_ = 1; }

  private:
    std::chrono::milliseconds first_;
    unsigned factor_{1};
};

std::set<std::string_view> names_of(const KernelObservation& kernel) {
    std::set<std::string_view> names;
    for (const KernelSubsystem& subsystem : kernel.subsystems) {
        for (const KernelController& controller : subsystem.controllers) {
            names.insert(controller.name);
        }
        for (const KernelNamespace& head : subsystem.namespaces) {
            for (const KernelPath& path : head.paths) {
                names.insert(path.name);
            }
        }
    }
    return names;
}

template <typename Open, typename Follow>
asio::awaitable<void> keep_following(std::shared_ptr<Hub> hub, std::string_view name, Open open,
                                     Follow follow) {
    Backoff backoff(hub->options().retry_interval);
    for (;;) {
        std::string problem;
        try {
            auto source = open();
            backoff.reset();
            hub->fusion().restore_source(name, Moment::now());
            hub->publish({.observed = Moment::now(), .cause = {}, .source = name});
            for (;;) {
                co_await follow(*source);
            }
        } catch (const Error& error) {
            problem = error.what();
        }
        co_await unless_stopped();
        hub->lose_source(name, problem);
        co_await pause(backoff.next());
    }
}

} // namespace

HostWatch::HostWatch(std::shared_ptr<Hub> hub, HostOptions options)
    : hub_{std::move(hub)}, options_{std::move(options)}, root_{options_.sysroot},
      controllers_{hub_->executor(), options_, host::open_nvme_device}, scan_due_{hub_->executor()},
      identity_due_{hub_->executor()} {
    options_.progress = nullptr;
    options_.read_log = false;
    options_.ask_udev = false;
}

asio::awaitable<KernelObservation> HostWatch::scan(KernelDetail detail) {
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
    kernel_ = co_await scan(KernelDetail::full);
}

void HostWatch::begin() {
    const auto self = shared_from_this();
    const auto run = [&](std::string_view name, asio::awaitable<void> (HostWatch::*body)()) {
        hub_->run([self, body] { return (*self.*body)(); }, std::string(name));
    };
    const Moment now = Moment::now();
    take(std::exchange(kernel_, {}), {.observed = now, .cause = {}, .source = kSysfs});
    fusion().restore_source(kSysfs, now);
    hub_->publish({.observed = now, .cause = {}, .source = kSysfs});
    run(kSysfs, &HostWatch::poll);
    run(kSysfs, &HostWatch::scan_when_due);
    if (!root_.this_machine()) {
        return;
    }
    run(kTrace, &HostWatch::follow_trace);
    run(kUdev, &HostWatch::follow_uevents);
    run(kLog, &HostWatch::follow_log);
    if (options_.ask_controllers && hub_->options().read_identity) {
        run(kAdmin, &HostWatch::identify_when_due);
    }
}

asio::awaitable<void> HostWatch::follow_trace() {
    const auto open = [this] { return std::make_unique<host::TraceInstance>(hub_->executor()); };
    const auto follow = [this](host::TraceInstance& source) -> asio::awaitable<void> {
        const std::vector<host::TraceInput> inputs = co_await source.next();
        for (const host::TraceInput& input : inputs) {
            take(input);
        }
    };
    co_await keep_following(hub_, kTrace, open, follow);
}

asio::awaitable<void> HostWatch::follow_uevents() {
    const auto open = [this] { return std::make_unique<host::UeventMonitor>(hub_->executor()); };
    const auto follow = [this](host::UeventMonitor& source) -> asio::awaitable<void> {
        const host::Uevents received = co_await source.next();
        if (received.lost) {
            const Moment now = Moment::now();
            fusion().lose_source(kUdev, "the kernel had no room for some uevents", now);
            fusion().restore_source(kUdev, now);
            look_at_all({.observed = now, .cause = {}, .source = kUdev});
            ask_for_scan({.observed = now, .cause = {}, .source = kUdev});
        }
        for (const host::Uevent& event : received.events) {
            take(event);
        }
    };
    co_await keep_following(hub_, kUdev, open, follow);
}

asio::awaitable<void> HostWatch::follow_log() {
    const auto open = [this] {
        return std::make_unique<host::KernelLogFollower>(hub_->executor());
    };
    const auto follow = [this](host::KernelLogFollower& source) -> asio::awaitable<void> {
        const host::FollowedMessages received = co_await source.next();
        const Moment now = Moment::now();
        if (received.lost) {
            fusion().lose_source(kLog, "records were overwritten before they could be read", now);
            fusion().restore_source(kLog, now);
            ask_for_scan({.observed = now, .cause = {}, .source = kLog});
        }
        for (const host::FollowedMessage& message : received.messages) {
            if (const auto parsed = host::parse_kernel_event(message.text)) {
                take(*parsed);
            }
        }
    };
    co_await keep_following(hub_, kLog, open, follow);
}

void HostWatch::take(const host::TraceInput& input) {
    const Moment now = Moment::now();
    if (const auto* const aen = std::get_if<host::TraceAen>(&input)) {
        const std::string controller = fmt::format("nvme{}", aen->controller);
        if (!fusion().knows_controller(kernel_.host, controller)) {
            return;
        }
        const nvme::AsyncEvent event = nvme::decode_async_event(aen->result);
        const Occasion occasion{.observed = now,
                                .cause = Moment::at(std::min(aen->monotonic, now.monotonic), now),
                                .source = kTrace};
        fusion().notice(kernel_.host, {.controller = controller, .event = event}, occasion);
        hub_->publish(occasion);
        look(controller, occasion);
        if (event.namespace_attribute()) {
            ask_for_scan(occasion);
        }
        return;
    }
    const auto* const lost = std::get_if<host::TraceLost>(&input);
    const auto* const malformed = std::get_if<host::TraceMalformed>(&input);
    fusion().lose_source(kTrace,
                         malformed != nullptr ? malformed->reason
                         : lost->events ? fmt::format("{} events were overwritten before they "
                                                      "could be read",
                                                      *lost->events)
                                        : "events were overwritten before they could be read",
                         now);
    fusion().restore_source(kTrace, now);
    const Occasion hint{.observed = now, .cause = {}, .source = kTrace};
    hub_->publish(hint);
    look_at_all(hint);
}

void HostWatch::take(const host::Uevent& event) {
    const Occasion occasion{.observed = Moment::now(), .cause = event.received, .source = kUdev};
    if (event.subsystem == "nvme" && event.event == "connected") {
        // The kernel does not look who it is that answers again.
        fusion().forget_change_count(kernel_.host, event.name);
        controllers_.forget(event.name);
        ask_for_identity(event.name);
        look(event.name, occasion);
    }
    // Sizes and write protection come with the scan: an uevent may be older than the last one.
    ask_for_scan(occasion);
}

void HostWatch::take(const host::KernelEventMessage& message) {
    // The log's clock is off by tens of milliseconds: it is no cause to count from.
    const Occasion occasion{.observed = Moment::now(), .cause = {}, .source = kLog};
    if (message.kind == host::KernelEventMessage::Kind::path_refused) {
        fusion().refuse(kernel_.host,
                        {.controller = message.device,
                         .nsid = message.nsid,
                         .rule = std::string(message.rule),
                         .text = message.reason},
                        occasion);
        hub_->publish(occasion);
    } else if (fusion().knows_controller(kernel_.host, message.device)) {
        look(message.device, occasion);
    } else {
        look_at_all(occasion);
    }
    ask_for_scan(occasion);
}

Occasion HostWatch::occasion_for(const std::string& controller, const Moment& observed) const {
    const auto look = looks_.find(controller);
    if (look == looks_.end() || !look->second.running) {
        return {.observed = observed, .cause = {}, .source = kSysfs};
    }
    return {
        .observed = observed, .cause = look->second.hint.cause, .source = look->second.hint.source};
}

void HostWatch::take(const std::vector<host::StateChange>& changes, const Occasion& otherwise) {
    using Kind = host::StateChange::Kind;
    for (const host::StateChange& change : changes) {
        const Occasion occasion = occasion_for(change.controller, change.observed);
        if (change.kind == Kind::gone) {
            tree_changed_ = true;
            ask_for_scan(occasion);
        } else if (change.path.empty()) {
            fusion().see_controller_state(kernel_.host, change.controller,
                                          change.kind == Kind::changed ? change.to : "unreadable",
                                          occasion);
            ask_for_scan(occasion);
        } else {
            fusion().see_ana_state(kernel_.host, change.path,
                                   change.kind == Kind::changed ? change.to : "unreadable",
                                   occasion);
            if (!looks_[change.controller].running) {
                look(change.controller,
                     {.observed = occasion.observed, .cause = {}, .source = kSysfs});
            }
        }
    }
    if (!changes.empty()) {
        hub_->publish(otherwise);
    }
}

void HostWatch::take(KernelObservation kernel, const Occasion& occasion) {
    fusion().see(kernel.host, view_of(kernel), occasion);
    const bool same = states_ && !tree_changed_ && names_of(kernel) == names_of(kernel_);
    std::set<std::string> before;
    for (const KernelSubsystem& subsystem : kernel_.subsystems) {
        for (const KernelController& controller : subsystem.controllers) {
            before.insert(controller.name);
        }
    }
    kernel_ = std::move(kernel);
    if (same) {
        return;
    }
    tree_changed_ = false;
    // The first sweep compares with what was told, not with a scan that may be older.
    fusion().write_states(kernel_);
    states_.emplace(root_, kernel_);
    for (const KernelSubsystem& subsystem : kernel_.subsystems) {
        if (subsystem.subsystype.value() == "discovery") {
            continue;
        }
        for (const KernelController& controller : subsystem.controllers) {
            if (before.erase(controller.name) == 0) {
                ask_for_identity(controller.name);
            }
        }
    }
    for (const std::string& gone : before) {
        controllers_.forget(gone);
        looks_.erase(gone);
        hub_->forget(kernel_.host, gone);
    }
    hub_->keep(kernel_);
}

asio::awaitable<void> HostWatch::poll() {
    for (;;) {
        const auto deadline = fusion().next_deadline();
        std::chrono::nanoseconds wait = hub_->options().poll_interval;
        if (deadline) {
            wait = std::clamp<std::chrono::nanoseconds>(*deadline - Moment::now().monotonic, 1ms,
                                                        wait);
        }
        co_await pause(wait);
        std::vector<host::StateChange> changes = states_->sweep();
        const Moment now = Moment::now();
        fusion().pass_time(now);
        take(changes, {.observed = now, .cause = {}, .source = kSysfs});
        hub_->publish({.observed = now, .cause = {}, .source = kSysfs});
    }
}

void HostWatch::ask_for_scan(const Occasion& hint) {
    scan_hint_ = hint;
    scans_left_ = kScans.size();
    scan_due_.expires_after(kScans.back());
}

asio::awaitable<void> HostWatch::scan_when_due() {
    scan_due_.expires_after(hub_->options().scan_interval);
    for (;;) {
        const auto [error] = co_await scan_due_.async_wait(asio::as_tuple(asio::use_awaitable));
        co_await unless_stopped();
        if (error) {
            continue; // it is due at another time
        }
        if (scans_left_ > 0) {
            --scans_left_;
        }
        const bool more = scans_left_ > 0;
        scan_due_.expires_after(more ? kScans.at(scans_left_ - 1) : hub_->options().scan_interval);
        KernelObservation kernel;
        std::string problem;
        try {
            kernel = co_await scan(KernelDetail::topology);
            fusion().restore_source(kSysfs, Moment::now());
        } catch (const Error& failure) {
            if (failure.code() != Errc::not_found) {
                problem = failure.what();
            }
            kernel.host = kernel_.host; // else all that was to be watched is gone
            kernel.release = kernel_.release;
        }
        co_await unless_stopped();
        if (!problem.empty()) {
            hub_->lose_source(kSysfs, problem);
            continue;
        }
        Occasion occasion{.observed = Moment::now(), .cause = {}, .source = kSysfs};
        if (scan_hint_) {
            occasion.cause = scan_hint_->cause;
            occasion.source = scan_hint_->source;
        }
        if (!more) {
            scan_hint_.reset();
        }
        take(std::move(kernel), occasion);
        hub_->publish(occasion);
    }
}

void HostWatch::look(const std::string& controller, const Occasion& hint) {
    Look& look = looks_[controller];
    look.hint = hint;
    look.until = hint.observed.monotonic + kLookFor;
    look.step = 0;
    look.log.reset();
    if (!std::exchange(look.running, true)) {
        hub_->run([self = shared_from_this(), controller] { return self->look_at(controller); },
                  std::string(kSysfs));
    }
}

void HostWatch::look_at_all(const Occasion& hint) {
    for (const KernelSubsystem& subsystem : kernel_.subsystems) {
        for (const KernelController& controller : subsystem.controllers) {
            look(controller.name, hint);
        }
    }
}

asio::awaitable<void> HostWatch::look_at(std::string controller) {
    const bool logs =
        root_.this_machine() && options_.ask_controllers && hub_->options().read_ana_log;
    for (;;) {
        const std::vector<host::StateChange> changes = states_->sweep(controller);
        const Moment now = Moment::now();
        take(changes, occasion_for(controller, now));
        const auto found = looks_.find(controller);
        if (found == looks_.end()) {
            co_return; // the controller went away
        }
        Look& look = found->second;
        if (look.log) {
            compare_log(controller, look);
        }
        if (now.monotonic >= look.until) {
            look.running = false;
            co_return;
        }
        if (logs && fusion().is_live(kernel_.host, controller) && !look.reading && !look.log &&
            now.monotonic >= look.read_again) {
            look.reading = true;
            look.read_again = now.monotonic + kReadAgain;
            hub_->run(
                [self = shared_from_this(), controller] { return self->read_log(controller); },
                std::string(kAdmin));
        }
        const auto step = std::min(look.step++, kPauses.size() - 1);
        co_await pause(kPauses.at(step));
    }
}

void HostWatch::compare_log(const std::string& controller, Look& look) {
    const nvme::AnaLog log = *std::exchange(look.log, std::nullopt);
    if (!fusion().agrees(kernel_.host, controller, log)) {
        return; // the kernel has not come so far, or is ahead: read again
    }
    const Occasion occasion{.observed = Moment::now(), .cause = look.hint.cause, .source = kAdmin};
    fusion().see_change_count(kernel_.host, controller, log.chgc, occasion);
    hub_->publish(occasion);
    // It is as the array says: the hint has been followed.
    look.until = std::min(look.until, occasion.observed.monotonic + 10ms);
    look.read_again = look.until + kReadAgain;
}

asio::awaitable<void> HostWatch::read_log(std::string controller) {
    std::optional<nvme::AnaLog> log;
    std::string problem;
    try {
        log = co_await controllers_.read_ana_log(controller);
    } catch (const Error& error) {
        problem = error.what();
    }
    co_await unless_stopped();
    const auto found = looks_.find(controller);
    if (found == looks_.end()) {
        co_return;
    }
    found->second.reading = false;
    if (log) {
        found->second.log = std::move(log);
        fusion().restore_source(kAdmin, Moment::now());
    } else {
        // Without it transitions may stay uncounted, no state is missed. Once a look is enough.
        found->second.read_again = found->second.until;
        take(states_->sweep(controller), occasion_for(controller, Moment::now()));
        if (!fusion().is_live(kernel_.host, controller)) {
            co_return; // that is another matter
        }
        hub_->lose_source(kAdmin, problem);
    }
}

void HostWatch::ask_for_identity(const std::string& controller) {
    unidentified_.insert(controller);
    identity_due_.expires_after(0ms);
}

asio::awaitable<bool> HostWatch::identify(KernelController controller) {
    std::string problem;
    try {
        ControllerObservation seen = co_await controllers_.read(controller, kernel_.host);
        const Occasion occasion{.observed = Moment::now(), .cause = {}, .source = kAdmin};
        fusion().restore_source(kAdmin, occasion.observed);
        fusion().set_anatt(kernel_.host, controller.name, seen.identify_data().anatt);
        fusion().see_identity(kernel_.host, controller.name, identity_of(seen), occasion);
        if (seen.ana.stable && seen.ana.log.ok() &&
            fusion().agrees(kernel_.host, controller.name, seen.ana_log())) {
            fusion().see_change_count(kernel_.host, controller.name, seen.ana_log().chgc, occasion);
        }
        hub_->keep(kernel_.host, std::move(seen));
        hub_->publish(occasion);
        co_return true;
    } catch (const Error& error) {
        problem = error.what();
    }
    co_await unless_stopped();
    take(states_->sweep(controller.name), occasion_for(controller.name, Moment::now()));
    if (!fusion().is_live(kernel_.host, controller.name)) {
        co_return true; // until it connects again, which asks anew
    }
    hub_->lose_source(kAdmin, problem);
    co_return false;
}

asio::awaitable<void> HostWatch::identify_when_due() {
    Backoff backoff(hub_->options().retry_interval);
    std::set<std::string> again;
    for (;;) {
        while (!unidentified_.empty()) {
            const std::string name = *unidentified_.begin();
            unidentified_.erase(unidentified_.begin());
            const KernelController* const controller = kernel_.find_controller(name);
            if (controller == nullptr || controller->cntrltype.value() == "discovery") {
                continue;
            }
            // It was live when it connected; perhaps nobody has looked since.
            take(states_->sweep(name), occasion_for(name, Moment::now()));
            if (!fusion().is_live(kernel_.host, name)) {
                continue; // until it connects, which asks anew
            }
            if (!co_await identify(*controller)) {
                again.insert(name);
            }
            co_await unless_stopped();
        }
        if (again.empty()) {
            backoff.reset();
            identity_due_.expires_at(asio::steady_timer::time_point::max());
        } else {
            identity_due_.expires_after(backoff.next());
        }
        co_await identity_due_.async_wait(asio::as_tuple(asio::use_awaitable));
        co_await unless_stopped();
        unidentified_.merge(again);
        again.clear();
    }
}

} // namespace haoh::monitor
