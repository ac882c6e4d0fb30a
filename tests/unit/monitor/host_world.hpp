// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A host for a tracker: a tree of sysfs, answers to its jobs, and a clock that moves only when a
/// test says so.
#pragma once

#include "monitor/host_tracker.hpp"
#include "support/sysfs_tree.hpp"
#include "unit/monitor/events.hpp"

#include <haoh/host.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace haoh::monitor {

/// Two controllers, nvme0 on the array "near" and nvme1 on "far", and two namespaces, NSID 11
/// (nvme0n1) and 12 (nvme0n2), with a path through each: nvme0c0n1 and so on. All is live and
/// optimized. What is due happens within `pass`, in the order of its times.
class HostWorld : public HostReadings {
  public:
    using Time = std::chrono::nanoseconds;
    struct Sweep {
        Time at{};
        std::string controller; ///< empty: all
    };
    struct Job {
        Time at{};
        HostJob job;
    };

    HostWorld() {
        using namespace std::chrono_literals;
        tree.add_subsystem("nqn.2024-01.com.example:pair", 2, 2);
        tree.set("proc/sys/kernel/hostname", "db1");
        tree.set("proc/sys/kernel/osrelease", "6.12.1");
        // Nothing happens by itself, unless a test wants it.
        options.poll_interval = 3600s;
        options.scan_interval = 7200s;
        options.retry_interval = 1s;
        for (const auto& [name, address] :
             {std::pair("near", "10.0.0.1"), std::pair("far", "10.0.0.2")}) {
            Site& site = options.sites.emplace_back();
            site.name = name;
            site.addresses = {address};
        }
    }

    void begin(HostTracker::Abilities abilities) {
        core = std::make_shared<MonitorCore>(context_.get_executor(), options);
        core->begin();
        core->set_handler([this](const Event& event) { events.push_back(event); });
        tracker = std::make_unique<HostTracker>(*core, *this, abilities);
        tracker->begin(read(KernelDetail::full));
        start_ = clock_;
        pass({});
    }

    /// Lets time pass, and what happens in it happen.
    void pass(Time time) {
        const Time end = clock_.monotonic + time;
        for (int without_progress = 0; without_progress < 1000; ++without_progress) {
            while (!actions_.empty() && actions_.begin()->first <= clock_.monotonic) {
                const auto action = std::move(actions_.begin()->second);
                actions_.erase(actions_.begin());
                action();
            }
            for (const HostJob& job : tracker->turn()) {
                start(job);
            }
            Time due = tracker->next();
            if (!actions_.empty()) {
                due = std::min(due, actions_.begin()->first);
            }
            if (due > end) {
                move_to(end);
                return;
            }
            if (due > clock_.monotonic) {
                move_to(due);
                without_progress = 0;
            }
        }
        FAIL() << "it turns and turns, and no time passes";
    }
    /// Something that happens after a while.
    void after(Time time, std::function<void()> action) {
        actions_.emplace(clock_.monotonic + time, std::move(action));
    }
    /// Since the beginning.
    [[nodiscard]] Time elapsed() const { return clock_.monotonic - start_.monotonic; }
    [[nodiscard]] Time since_start(const Moment& moment) const {
        return moment.monotonic - start_.monotonic;
    }

    // What happens in the kernel.

    void ana(unsigned controller, unsigned head, std::string_view state) {
        tree.change(test::SysfsTree::path(0, controller, head) + "/ana_state", state);
    }
    void state(unsigned controller, std::string_view state) {
        tree.change(test::SysfsTree::controller(controller) + "/state", state);
    }

    // What it tells of it, now.

    static constexpr std::uint32_t kAnaChange = 0x000C0302;
    static constexpr std::uint32_t kNamespaceChange = 0x00040002;
    void aen(unsigned controller, std::optional<Time> at = {}, std::uint32_t result = kAnaChange) {
        tracker->take(std::vector<host::TraceInput>{
            host::TraceAen{.controller = controller,
                           .result = result,
                           .monotonic = at.value_or(clock_.monotonic)}});
    }
    void uevent(const std::string& name, const std::string& event, std::string subsystem = "nvme") {
        host::Uevents received;
        received.events.push_back({.action = "change",
                                   .subsystem = std::move(subsystem),
                                   .name = name,
                                   .event = event,
                                   .aen = {},
                                   .resize = false,
                                   .read_only = {},
                                   .received = clock_});
        tracker->take(received);
    }
    void kmsg(std::string text) {
        host::FollowedMessages received;
        received.messages.push_back({.text = std::move(text), .monotonic = clock_.monotonic});
        tracker->take(received);
    }

    // What it said.

    [[nodiscard]] std::vector<Event> of(EventKind kind) const {
        return test::events_of(events, kind);
    }
    [[nodiscard]] std::vector<Time> times(HostJob::Kind kind,
                                          std::string_view controller = {}) const {
        std::vector<Time> out;
        for (const Job& one : jobs) {
            if (one.job.kind == kind && (controller.empty() || one.job.controller == controller)) {
                out.push_back(one.at);
            }
        }
        return out;
    }
    [[nodiscard]] std::vector<Time> looks(std::string_view controller) const {
        std::vector<Time> out;
        for (const Sweep& sweep : sweeps) {
            if (sweep.controller == controller) {
                out.push_back(sweep.at);
            }
        }
        return out;
    }
    void forget_the_past() {
        events.clear();
        jobs.clear();
        sweeps.clear();
    }

    [[nodiscard]] Moment now() override { return clock_; }
    void watch(const KernelObservation& kernel) override {
        ++watches;
        states_.emplace(root_, kernel);
    }
    [[nodiscard]] std::vector<host::StateChange> sweep() override {
        sweeps.push_back({.at = elapsed(), .controller = {}});
        return now_observed(states_->sweep());
    }
    [[nodiscard]] std::vector<host::StateChange> sweep(std::string_view controller) override {
        sweeps.push_back({.at = elapsed(), .controller = std::string(controller)});
        return now_observed(states_->sweep(controller));
    }
    void forget(const std::string& controller) override { forgotten.push_back(controller); }

    test::SysfsTree tree;
    MonitorOptions options;
    std::shared_ptr<MonitorCore> core;
    std::unique_ptr<HostTracker> tracker;

    // Answers to jobs, as they are when the job begins, and how long they take.

    std::optional<Error> scan_error;
    std::map<std::string, nvme::AnaLog> logs;                ///< none: it cannot be read
    std::map<std::string, ControllerObservation> identities; ///< likewise
    std::map<HostJob::Kind, std::string> source_problems;    ///< none: it opens
    std::map<HostJob::Kind, Time> takes;

    std::vector<Event> events;
    std::vector<Sweep> sweeps;
    std::vector<Job> jobs;
    std::vector<std::string> forgotten;
    int watches{};

  private:
    void move_to(Time time) {
        clock_.wall += time - clock_.monotonic;
        clock_.monotonic = time;
    }
    [[nodiscard]] KernelObservation read(KernelDetail detail) const {
        HostOptions host;
        host.sysroot = tree.root();
        host.detail = detail;
        host.scan_threads = 1;
        return read_kernel(host);
    }
    std::vector<host::StateChange> now_observed(std::vector<host::StateChange> changes) const {
        for (host::StateChange& change : changes) {
            change.observed = clock_;
        }
        return changes;
    }

    void start(const HostJob& job) {
        jobs.push_back({.at = elapsed(), .job = job});
        after(takes[job.kind], answer(job));
    }
    std::function<void()> answer(const HostJob& job) {
        const std::string name = job.controller;
        switch (job.kind) {
        case HostJob::Kind::scan:
            if (scan_error) {
                return [this, error = *scan_error] { tracker->scan_failed(error); };
            }
            return [this, kernel = read(KernelDetail::topology)] { tracker->scanned(kernel); };
        case HostJob::Kind::read_log:
            if (const auto log = logs.find(name); log != logs.end()) {
                return [this, name, said = log->second] { tracker->log_read(name, said); };
            }
            return [this, name] { tracker->log_not_read(name, "no log"); };
        case HostJob::Kind::identify:
            if (const auto one = identities.find(name); one != identities.end()) {
                return [this, name, said = one->second] { tracker->identified(name, said); };
            }
            return [this, name] { tracker->not_identified(name, "no answer"); };
        default:
            break;
        }
        if (const auto problem = source_problems.find(job.kind); problem != source_problems.end()) {
            return [this, kind = job.kind, why = problem->second] { tracker->lost(kind, why); };
        }
        return [this, kind = job.kind] { tracker->opened(kind); };
    }

    boost::asio::io_context context_;
    host::SysfsRoot root_{tree.root()};
    std::optional<host::PathStates> states_;
    Moment clock_{.monotonic = std::chrono::hours(100), .wall = std::chrono::hours(400000)};
    Moment start_{clock_};
    std::multimap<Time, std::function<void()>> actions_;
};

/// "ana_change nvme0c0n1 optimized>change by trace": what a reader sees of an event.
inline std::string told(const Event& event) {
    std::string text(to_string(event.kind));
    const std::string object = !event.path.empty()         ? event.path
                               : !event.controller.empty() ? event.controller
                               : event.nsid                ? std::to_string(*event.nsid)
                                                           : std::string();
    text += object.empty() ? "" : " " + object;
    if (!event.from.empty() || !event.to.empty()) {
        text += fmt::format(" {}>{}", event.from, event.to);
    }
    return text + " by " + event.source;
}
inline std::vector<std::string> told(const std::vector<Event>& events) {
    std::vector<std::string> out;
    for (const Event& event : events) {
        out.push_back(told(event));
    }
    return out;
}

} // namespace haoh::monitor
