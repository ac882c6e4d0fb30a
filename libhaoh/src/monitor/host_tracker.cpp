// SPDX-License-Identifier: LGPL-2.1-or-later
// What is heard and read of this host, and what it means.
#include "monitor/host_tracker.hpp"

#include "catalogue/catalogue.hpp"
#include "monitor/find_value.hpp"
#include "monitor/kept_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

namespace haoh::monitor {

namespace {

constexpr std::string_view kTrace = to_string(EventSource::trace);
constexpr std::string_view kUdev = to_string(EventSource::udev);
constexpr std::string_view kKmsg = to_string(EventSource::kmsg);
constexpr std::string_view kSysfs = to_string(EventSource::sysfs);

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

std::string reason_of(const host::TraceInput& loss) {
    if (const auto* const malformed = std::get_if<host::TraceMalformed>(&loss)) {
        return malformed->reason;
    }
    const auto* const lost = std::get_if<host::TraceLost>(&loss);
    return lost != nullptr && lost->events
               ? fmt::format("{} events were overwritten before they could be read", *lost->events)
               : std::string("events were overwritten before they could be read");
}

} // namespace

void HostTracker::begin(KernelObservation kernel) {
    const Moment now = readings_.now();
    const Occasion occasion{.observed = now, .cause = {}, .source = kSysfs};
    polled_ = now.monotonic;
    scan_due_ = now.monotonic + core_.options().scan_interval;
    for (auto& [kind, source] : sources_) {
        source.due = now.monotonic;
    }
    take(std::move(kernel), occasion);
    fusion().restore_source(kSysfs, now);
    core_.publish(occasion);
}

void HostTracker::miss(std::string_view source, std::string_view why, const Moment& now) {
    fusion().lose_source(source, why, now);
    fusion().restore_source(source, now);
    core_.publish({.observed = now, .cause = {}, .source = source});
}

void HostTracker::take(const std::vector<host::TraceInput>& inputs) {
    for (const host::TraceInput& input : inputs) {
        take(input);
    }
}

void HostTracker::take(const host::TraceInput& input) {
    const Moment now = readings_.now();
    const auto* const aen = std::get_if<host::TraceAen>(&input);
    if (aen == nullptr) {
        miss(kTrace, reason_of(input), now);
        look_at_all({.observed = now, .cause = {}, .source = kTrace});
        return;
    }
    const std::string controller = fmt::format("nvme{}", aen->controller);
    if (!fusion().knows_controller(kernel_.host, controller)) {
        return;
    }
    const nvme::AsyncEvent event = nvme::decode_async_event(aen->result);
    const Occasion occasion{.observed = now,
                            .cause = Moment::at(std::min(aen->monotonic, now.monotonic), now),
                            .source = kTrace};
    fusion().notice(kernel_.host, {.controller = controller, .event = event}, occasion);
    core_.publish(occasion);
    look(controller, occasion);
    if (event.namespace_attribute()) {
        ask_for_scan(occasion);
    }
}

void HostTracker::take(const host::Uevents& received) {
    if (received.lost) {
        const Moment now = readings_.now();
        const Occasion hint{.observed = now, .cause = {}, .source = kUdev};
        miss(kUdev, "the kernel had no room for some uevents", now);
        look_at_all(hint);
        ask_for_scan(hint);
    }
    for (const host::Uevent& event : received.events) {
        take(event);
    }
}

void HostTracker::take(const host::Uevent& event) {
    const Occasion occasion{.observed = readings_.now(), .cause = event.received, .source = kUdev};
    if (event.subsystem == "nvme" && event.event == "connected") {
        // The kernel does not look who it is that answers again.
        fusion().forget_change_count(kernel_.host, event.name);
        readings_.forget(event.name);
        ask_for_identity(event.name);
        look(event.name, occasion);
    }
    // Sizes and write protection come with the scan: an uevent may be older than the last one.
    ask_for_scan(occasion);
}

void HostTracker::take(const host::FollowedMessages& received) {
    if (received.lost) {
        const Moment now = readings_.now();
        miss(kKmsg, "records were overwritten before they could be read", now);
        ask_for_scan({.observed = now, .cause = {}, .source = kKmsg});
    }
    for (const host::FollowedMessage& message : received.messages) {
        if (const auto parsed = linux_kernel::parse_kernel_event(message.text)) {
            take(*parsed);
        }
    }
}

void HostTracker::take(const linux_kernel::KernelEventMessage& message) {
    // The log's clock is off by tens of milliseconds: it is no cause to count from.
    const Occasion occasion{.observed = readings_.now(), .cause = {}, .source = kKmsg};
    if (message.kind == linux_kernel::KernelEventMessage::Kind::path_refused) {
        fusion().refuse(kernel_.host,
                        {.controller = message.device,
                         .nsid = message.nsid,
                         .rule = std::string(judge::rule_of(message.refusal.value())),
                         .text = message.reason},
                        occasion);
        core_.publish(occasion);
    } else if (fusion().knows_controller(kernel_.host, message.device)) {
        look(message.device, occasion);
    } else {
        look_at_all(occasion);
    }
    ask_for_scan(occasion);
}

void HostTracker::opened(HostJob::Kind kind) {
    const Moment now = readings_.now();
    sources_.at(kind).backoff.reset();
    fusion().restore_source(source_of(kind), now);
    core_.publish({.observed = now, .cause = {}, .source = source_of(kind)});
}

void HostTracker::lost(HostJob::Kind kind, const SourceProblem& problem) {
    const Moment now = readings_.now();
    Attempt& attempt = sources_.at(kind);
    attempt.due = now.monotonic + attempt.backoff.next();
    core_.lose_source(source_of(kind), problem, now);
}

Occasion HostTracker::occasion_for(const std::string& controller, const Moment& observed) const {
    const Look* const look = find_value(looks_, controller);
    if (look == nullptr || !look->running) {
        return {.observed = observed, .cause = {}, .source = kSysfs};
    }
    return {.observed = observed, .cause = look->hint.cause, .source = look->hint.source};
}

void HostTracker::sweep(const std::string& controller) {
    const std::vector<host::StateChange> changes = readings_.sweep(controller);
    take(changes, occasion_for(controller, readings_.now()));
}

void HostTracker::take(const std::vector<host::StateChange>& changes, const Occasion& otherwise) {
    using Kind = host::StateChange::Kind;
    for (const host::StateChange& change : changes) {
        const Occasion occasion = occasion_for(change.controller, change.observed);
        if (change.kind == Kind::gone) {
            tree_changed_ = true;
            ask_for_scan(occasion);
        } else if (change.path.empty()) {
            fusion().see_controller_state(kernel_.host, change.controller,
                                          change.kind == Kind::changed
                                              ? ControllerState::of(change.to)
                                              : ControllerState::unreadable,
                                          occasion);
            ask_for_scan(occasion);
        } else {
            fusion().see_ana_state(kernel_.host, change.path,
                                   change.kind == Kind::changed ? PathAnaState::of(change.to)
                                                                : PathAnaState::not_read(),
                                   occasion);
            if (!looks_[change.controller].running) {
                look(change.controller,
                     {.observed = occasion.observed, .cause = {}, .source = kSysfs});
            }
        }
    }
    if (!changes.empty()) {
        core_.publish(otherwise);
        schedule_poll();
    }
}

void HostTracker::take(KernelObservation kernel, const Occasion& occasion) {
    fusion().see(kernel.host, view_of(kernel), occasion);
    const bool same = !tree_changed_ && names_of(kernel) == names_of(kernel_);
    std::set<std::string> before;
    for (const KernelSubsystem& subsystem : kernel_.subsystems) {
        for (const KernelController& controller : subsystem.controllers) {
            before.insert(controller.name);
        }
    }
    kernel_ = std::move(kernel);
    schedule_poll();
    if (same) {
        return;
    }
    tree_changed_ = false;
    // The first sweep compares with what was told, not with a scan that may be older.
    fusion().write_states(kernel_);
    readings_.watch(kernel_);
    for (const KernelSubsystem& subsystem : kernel_.subsystems) {
        for (const KernelController& controller : subsystem.controllers) {
            if (before.erase(controller.name) == 0) {
                ask_for_identity(controller.name);
            }
        }
    }
    for (const std::string& gone : before) {
        readings_.forget(gone);
        looks_.erase(gone);
        core_.forget(kernel_.host, gone);
    }
    forget_identities();
    core_.keep(kernel_);
}

void HostTracker::scanned(KernelObservation kernel) {
    scanning_ = false;
    Occasion occasion{.observed = readings_.now(), .cause = {}, .source = kSysfs};
    if (scan_hint_) {
        occasion.cause = scan_hint_->cause;
        occasion.source = scan_hint_->source;
    }
    // Another hint may have come while this scan was on its way.
    if (scans_left_ == 0) {
        scan_hint_.reset();
    }
    // An identity that is not read is none that has gone, and a size no other.
    if (const std::string unread = keep_unread(kernel, kernel_); unread.empty()) {
        fusion().restore_source(kSysfs, occasion.observed);
    } else {
        fusion().lose_source(kSysfs, unread, occasion.observed);
    }
    take(std::move(kernel), occasion);
    core_.publish(occasion);
}

void HostTracker::scan_failed(const Error& error) {
    if (error.code() == Errc::not_found) {
        // All that was to be watched is gone.
        KernelObservation empty;
        empty.host = kernel_.host;
        empty.release = kernel_.release;
        scanned(std::move(empty));
        return;
    }
    scanning_ = false;
    core_.lose_source(kSysfs, error, readings_.now());
}

} // namespace haoh::monitor
