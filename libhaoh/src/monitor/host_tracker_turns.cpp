// SPDX-License-Identifier: LGPL-2.1-or-later
// What is to be done when.
#include "monitor/host_tracker.hpp"

#include "monitor/find_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>

namespace haoh::monitor {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view kAdmin = to_string(EventSource::admin);

/// The kernel applies an ANA change one admin command after its event: looking often at first finds
/// it soon, looking seldom later costs little when it takes long.
constexpr std::array kPauses{1ms, 1ms, 2ms, 2ms, 3ms, 4ms, 6ms, 8ms, 10ms, 15ms, 20ms, 30ms, 50ms};
/// How long one looks after a hint that leads to nothing.
constexpr auto kLookFor = 2s;
/// How long one looks on when the array's log and sysfs agree.
constexpr auto kLookOn = 10ms;
/// Between two readings of an ANA log that does not agree with sysfs yet.
constexpr auto kReadAgain = 25ms;
/// The kernel scans a controller in the background, for an unknown time. Last pause first.
constexpr std::array<std::chrono::milliseconds, 5> kScans{2000ms, 600ms, 150ms, 40ms, 5ms};
/// Between two polls, whatever is due.
constexpr auto kPollAgain = 1ms;
constexpr unsigned kMaxHostBackoff = 32;
constexpr auto kNever = std::chrono::nanoseconds::max();

} // namespace

std::string_view source_of(HostJob::Kind kind) {
    switch (kind) {
    case HostJob::Kind::follow_trace:
        return to_string(EventSource::trace);
    case HostJob::Kind::follow_uevents:
        return to_string(EventSource::udev);
    case HostJob::Kind::follow_kmsg:
        return to_string(EventSource::kmsg);
    case HostJob::Kind::read_log:
    case HostJob::Kind::identify:
        return kAdmin;
    case HostJob::Kind::scan:
        break;
    }
    return to_string(EventSource::sysfs);
}

HostTracker::HostTracker(MonitorCore& core, HostReadings& readings, Abilities abilities)
    : core_{core}, readings_{readings}, abilities_{abilities} {
    if (abilities_.sources) {
        const Attempt first{.due = kNever,
                            .backoff = Backoff(core_.options().retry_interval, kMaxHostBackoff)};
        sources_ = {{HostJob::Kind::follow_trace, first},
                    {HostJob::Kind::follow_uevents, first},
                    {HostJob::Kind::follow_kmsg, first}};
    }
}

std::vector<HostJob> HostTracker::turn() {
    std::vector<HostJob> jobs;
    for (auto& [controller, look] : looks_) {
        if (look.running && look.due <= readings_.now().monotonic) {
            look_at(controller, look, jobs);
        }
    }
    if (poll_due_ <= readings_.now().monotonic) {
        try {
            poll();
        } catch (const std::bad_alloc&) { // the jobs are not lost with it
            poll_due_ = readings_.now().monotonic + kPollAgain;
        }
    }
    scan_if_due(jobs);
    identify_if_due(jobs);
    for (auto& [kind, source] : sources_) {
        if (source.due <= readings_.now().monotonic) {
            source.due = kNever;
            jobs.push_back({.kind = kind, .controller = {}});
        }
    }
    return jobs;
}

std::chrono::nanoseconds HostTracker::next() const {
    Time next = poll_due_;
    for (const auto& [controller, look] : looks_) {
        if (look.running) {
            next = std::min(next, look.due);
        }
    }
    if (!scanning_) {
        next = std::min(next, scan_due_);
    }
    if (!identifying_) {
        for (const auto& [controller, attempt] : identities_) {
            next = std::min(next, attempt.due);
        }
    }
    for (const auto& [kind, source] : sources_) {
        next = std::min(next, source.due);
    }
    return next;
}

void HostTracker::poll() {
    const std::vector<host::StateChange> changes = readings_.sweep();
    const Moment now = readings_.now();
    polled_ = now.monotonic;
    const Occasion occasion{.observed = now, .cause = {}, .source = source_of(HostJob::Kind::scan)};
    take(changes, occasion);
    if (!core_.has_returned()) {
        fusion().pass_time(now); // of what is still so, and not of what nobody could hear yet
    }
    core_.publish(occasion);
    schedule_poll();
}

void HostTracker::schedule_poll() {
    poll_due_ = polled_ + core_.options().poll_interval;
    const auto deadline = fusion().next_deadline();
    if (deadline && !core_.has_returned()) { // else it is not told yet
        poll_due_ = std::min(poll_due_, std::max<Time>(*deadline, polled_ + kPollAgain));
    }
}

void HostTracker::ask_for_scan(const Occasion& hint) {
    scan_hint_ = hint;
    scans_left_ = kScans.size();
    // Hints without end do not put it off.
    scan_due_ = std::min<Time>(scan_due_, readings_.now().monotonic + kScans.back());
}

void HostTracker::scan_if_due(std::vector<HostJob>& jobs) {
    const Time now = readings_.now().monotonic;
    if (scanning_ || scan_due_ > now) {
        return;
    }
    if (scans_left_ > 0) {
        --scans_left_;
    }
    scan_due_ =
        now + (scans_left_ > 0 ? kScans.at(scans_left_ - 1) : core_.options().scan_interval);
    jobs.push_back({.kind = HostJob::Kind::scan, .controller = {}});
    scanning_ = true;
}

void HostTracker::look(const std::string& controller, const Occasion& hint) {
    Look& look = looks_[controller];
    look.hint = hint;
    look.number = ++hints_;
    look.until = hint.observed.monotonic + kLookFor;
    look.due = hint.observed.monotonic;
    // Also where the last look would not read the log any more.
    look.read_again = std::min<Time>(look.read_again, hint.observed.monotonic + kReadAgain);
    look.step = 0;
    look.log.reset();
    look.running = true;
}

void HostTracker::look_at_all(const Occasion& hint) {
    for (const KernelSubsystem& subsystem : kernel_.subsystems) {
        for (const KernelController& controller : subsystem.controllers) {
            look(controller.name, hint);
        }
    }
}

void HostTracker::look_at(const std::string& controller, Look& look, std::vector<HostJob>& jobs) {
    sweep(controller);
    const Time now = readings_.now().monotonic;
    if (look.log) {
        compare_log(controller, look);
    }
    if (now >= look.until) {
        look.running = false;
        return;
    }
    if (abilities_.logs && fusion().is_live(kernel_.host, controller) && !look.reading &&
        now >= look.read_again) {
        look.reading = true;
        look.read_for = look.number;
        look.read_again = now + kReadAgain;
        jobs.push_back({.kind = HostJob::Kind::read_log, .controller = controller});
    }
    look.due = now + kPauses.at(std::min(look.step++, kPauses.size() - 1));
}

void HostTracker::log_read(const std::string& controller, nvme::AnaLog log) {
    fusion().restore_source(kAdmin, readings_.now());
    Look* const look = find_value(looks_, controller);
    if (look == nullptr) {
        return; // the controller went away
    }
    look->reading = false;
    // One that is older than the last hint would agree with states that are about to change.
    if (look->read_for == look->number) {
        look->log = std::move(log);
    }
}

void HostTracker::compare_log(const std::string& controller, Look& look) {
    const nvme::AnaLog log = *std::exchange(look.log, std::nullopt);
    if (!fusion().agrees(kernel_.host, controller, log)) {
        return; // the kernel has not come so far, or is ahead: read again
    }
    const Occasion occasion{
        .observed = readings_.now(), .cause = look.hint.cause, .source = kAdmin};
    fusion().see_change_count(kernel_.host, controller, log.chgc, occasion);
    core_.publish(occasion);
    // It is as the array says: the hint has been followed.
    look.until = std::min<Time>(look.until, occasion.observed.monotonic + kLookOn);
    static_assert(kReadAgain > kLookOn);
    look.read_again = occasion.observed.monotonic + kReadAgain;
}

void HostTracker::log_not_read(const std::string& controller, const SourceProblem& problem) {
    Look* const look = find_value(looks_, controller);
    if (look == nullptr) {
        return;
    }
    look->reading = false;
    // Without it transitions may stay uncounted, no state is missed. Once a look is enough.
    look->read_again = look->until;
    sweep(controller);
    if (fusion().is_live(kernel_.host, controller)) { // else that is another matter
        core_.lose_source(kAdmin, problem, readings_.now());
    }
}

void HostTracker::ask_for_identity(const std::string& controller) {
    if (abilities_.identities) {
        identities_.insert_or_assign(
            controller,
            Attempt{.due = readings_.now().monotonic,
                    .backoff = Backoff(core_.options().retry_interval, kMaxHostBackoff)});
    }
}

bool HostTracker::can_be_identified(const std::string& controller) {
    const KernelController* const known = kernel_.find_controller(controller);
    if (known == nullptr || known->cntrltype.value() == "discovery") {
        return false; // nor is there one of a discovery subsystem in the fusion
    }
    // It was live when it connected; perhaps nobody has looked since.
    sweep(controller);
    return fusion().is_live(kernel_.host, controller); // else until it connects, which asks anew
}

void HostTracker::forget_identities() {
    // One that has just connected may not have been found yet.
    std::erase_if(identities_, [this](const auto& entry) {
        return entry.second.due == kNever && entry.first != identifying_ &&
               kernel_.find_controller(entry.first) == nullptr;
    });
}

void HostTracker::identify_if_due(std::vector<HostJob>& jobs) {
    for (auto& [controller, attempt] : identities_) {
        if (identifying_ || attempt.due > readings_.now().monotonic) {
            continue;
        }
        attempt.due = kNever;
        if (can_be_identified(controller)) {
            identifying_ = controller;
            jobs.push_back({.kind = HostJob::Kind::identify, .controller = controller});
        }
    }
}

void HostTracker::identified(const std::string& controller, ControllerObservation seen) {
    identifying_.reset();
    const Occasion occasion{.observed = readings_.now(), .cause = {}, .source = kAdmin};
    const bool known = fusion().knows_controller(kernel_.host, controller);
    if (const SourceProblem problem = known ? core_.admit(seen) : SourceProblem();
        !problem.empty()) {
        core_.lose_source(kAdmin, {fmt::format("{}: {}", controller, problem.what), problem.advice},
                          occasion.observed);
        return; // what was known of it stays
    }
    fusion().restore_source(kAdmin, occasion.observed);
    if (known) {
        fusion().set_anatt(kernel_.host, controller, seen.identify_data().anatt);
        fusion().see_identity(kernel_.host, controller, identity_of(seen), occasion);
        if (seen.ana.stable && seen.ana.log.ok() &&
            fusion().agrees(kernel_.host, controller, seen.ana_log())) {
            fusion().see_change_count(kernel_.host, controller, seen.ana_log().chgc, occasion);
        }
        core_.keep(kernel_.host, std::move(seen));
        schedule_poll();
    }
    core_.publish(occasion);
}

void HostTracker::not_identified(const std::string& controller, const SourceProblem& problem) {
    identifying_.reset();
    sweep(controller);
    if (!fusion().is_live(kernel_.host, controller)) {
        return; // until it connects again, which asks anew
    }
    Attempt& attempt = identities_.at(controller);
    if (attempt.due == kNever) { // else it connected again meanwhile
        attempt.due = readings_.now().monotonic + attempt.backoff.next();
    }
    core_.lose_source(kAdmin, problem, readings_.now());
}

} // namespace haoh::monitor
