// SPDX-License-Identifier: LGPL-2.1-or-later
// What each kind of event makes of what is known.
#include "unit/report/sample_monitor.hpp"

#include <haoh/journal.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh {
namespace {

using namespace std::chrono_literals;

/// nvme1 to nvme4, of which nvme3 and nvme4 are on array-b and nvme4 is not live, with nsid 1 on all.
class Carried : public ::testing::Test {
  protected:
    Carried() { before = status; }

    static Event about_path(EventKind kind, const char* controller) {
        Event event = test::ana_event(1, 100s);
        event.kind = kind;
        event.cause.reset();
        event.controller = controller;
        event.array = controller[4] > '2' ? "array-b" : "array-a";
        event.path = std::string{"nvme0c"} + controller[4] + "n1";
        event.from.clear();
        event.to.clear();
        return event;
    }
    void carry(const Event& event) {
        before = status;
        apply(status, event);
    }
    [[nodiscard]] const MonitorStatus::Namespace& first() const {
        return status.namespaces.front();
    }
    [[nodiscard]] const MonitorStatus::Path* path(std::string_view controller) const {
        const auto found =
            std::ranges::find(first().paths, controller, &MonitorStatus::Path::controller);
        return found == first().paths.end() ? nullptr : &*found;
    }
    [[nodiscard]] const MonitorStatus::Controller* controller(std::string_view name) const {
        const auto found =
            std::ranges::find(status.controllers, name, &MonitorStatus::Controller::name);
        return found == status.controllers.end() ? nullptr : &*found;
    }

    MonitorStatus status = test::monitor_status();
    MonitorStatus before;
};

TEST_F(Carried, by_nothing_is_what_it_was) {
    Event event = about_path(EventKind::aen, "nvme1");
    event.observed = status.now;
    carry(event);
    ++before.events[EventKind::aen];
    EXPECT_EQ(status, before);
}

TEST_F(Carried, by_an_ana_change_has_the_state_and_what_it_means) {
    Event event = about_path(EventKind::ana_change, "nvme1");
    event.to = "inaccessible";
    event.transitions = 3;
    event.observed = test::moment(3700s);
    event.cause = test::moment(3700s - 3ms);
    carry(event);
    EXPECT_EQ(path("nvme1")->ana_state, nvme::AnaState::inaccessible);
    EXPECT_EQ(path("nvme1")->use.kind, PathUse::Kind::ana_inaccessible);
    EXPECT_EQ(path("nvme1")->transitions, 3U);
    EXPECT_EQ(path("nvme1")->last_change, event.observed);
    // nvme2 on array-a, nvme3 non-optimized on array-b; nvme4 is connecting.
    EXPECT_EQ(first().access,
              (AccessCounts{.paths = 4, .usable = 2, .optimized = 1, .arrays = 2, .ready = 2}));
    EXPECT_EQ(status.events[EventKind::ana_change], 7U);
    EXPECT_EQ(status.ana_latency.total(), before.ana_latency.total() + 1);
    EXPECT_EQ(status.ana_latency.sum, before.ana_latency.sum + 3ms);
    EXPECT_EQ(status.now, event.observed);
    EXPECT_EQ(status.namespaces.at(1), before.namespaces.at(1)) << "of another one";

    event.to = "no ANA";
    carry(event);
    EXPECT_EQ(path("nvme1")->ana_state, PathAnaState{});
    EXPECT_EQ(path("nvme1")->transitions, 6U);
    event.to = "unreadable";
    carry(event);
    EXPECT_EQ(path("nvme1")->ana_state, PathAnaState::not_read());
    EXPECT_FALSE(path("nvme1")->use.usable());
    event.to = "(null)";
    carry(event);
    EXPECT_EQ(path("nvme1")->ana_state, PathAnaState::of("(null)"));
}

TEST_F(Carried, by_a_path_has_it_or_has_it_no_more) {
    Event lost = about_path(EventKind::path_lost, "nvme3");
    carry(lost);
    EXPECT_EQ(path("nvme3"), nullptr);
    EXPECT_EQ(first().access,
              (AccessCounts{.paths = 3, .usable = 2, .optimized = 2, .arrays = 2, .ready = 1}))
        << "nvme4 is not live, and array-b stays known";
    Event added = about_path(EventKind::path_added, "nvme3");
    added.to = "change";
    carry(added);
    ASSERT_NE(path("nvme3"), nullptr);
    EXPECT_EQ(path("nvme3")->name, "nvme0c3n1");
    EXPECT_EQ(path("nvme3")->ana_state, nvme::AnaState::change);
    EXPECT_EQ(path("nvme3")->last_change, added.observed) << "that is what ANATT counts from";
    EXPECT_EQ(path("nvme3")->transitions, 0U);
    EXPECT_EQ(first().access.ready, 2U);
    EXPECT_TRUE(std::ranges::is_sorted(first().paths, {}, &MonitorStatus::Path::controller));
    EXPECT_EQ(first().paths.size(), 4U);
}

TEST_F(Carried, by_a_controller_judges_its_paths_anew) {
    Event event = about_path(EventKind::controller_state, "nvme1");
    event.nsid.reset();
    event.device.clear();
    event.path.clear();
    event.to = "resetting";
    carry(event);
    EXPECT_EQ(controller("nvme1")->state, ControllerState::resetting);
    EXPECT_EQ(controller("nvme1")->address, "10.0.0.1:4420") << "which the event does not say";
    EXPECT_EQ(path("nvme1")->use.kind, PathUse::Kind::controller_not_live);
    EXPECT_EQ(first().access.usable, 2U);
    EXPECT_EQ(status.namespaces.at(1).access.usable, 1U);
    event.to = "lost";
    carry(event);
    EXPECT_EQ(controller("nvme1"), nullptr) << "a host has no such controller any more";
    EXPECT_EQ(path("nvme1")->use.kind, PathUse::Kind::controller_gone);
    event.to = "live";
    carry(event);
    EXPECT_EQ(controller("nvme1")->array, "array-a");
    EXPECT_EQ(first().access.usable, 3U);
}

TEST_F(Carried, of_an_array_keeps_a_controller_that_is_lost) {
    for (auto& one : status.controllers) {
        one.host.clear();
    }
    Event event = about_path(EventKind::controller_state, "nvme1");
    event.host.clear();
    event.to = "lost";
    carry(event);
    ASSERT_NE(controller("nvme1"), nullptr);
    EXPECT_EQ(controller("nvme1")->state, ControllerState::lost);
}

TEST_F(Carried, by_namespaces_has_those_there_are) {
    Event event = about_path(EventKind::namespace_removed, "");
    event.controller.clear();
    event.array.clear();
    event.path.clear();
    carry(event);
    ASSERT_EQ(status.namespaces.size(), 1U);
    EXPECT_EQ(first().nsid, 2U);
    Event access = test::access_event(Access::restored, Access::no_path);
    carry(access);
    EXPECT_EQ(status.namespaces.size(), 1U) << "what is said of one that is gone brings none back";
    event.kind = EventKind::namespace_added;
    carry(event);
    ASSERT_EQ(status.namespaces.size(), 2U);
    EXPECT_EQ(first().nsid, 1U);
    EXPECT_EQ(first().device, "nvme0n1");
    event.kind = EventKind::namespace_resized;
    event.to = "4096";
    carry(event);
    EXPECT_EQ(first().bytes, 4096U);
    event.to = "more";
    carry(event);
    EXPECT_EQ(first().bytes, 4096U) << "which is no number";
}

TEST_F(Carried, by_access_has_its_counts) {
    const Event event = test::access_event(Access::restored, Access::single_array);
    carry(event);
    EXPECT_EQ(first().access, event.access);
    EXPECT_EQ(status.events[EventKind::access], 3U);
}

TEST_F(Carried, by_sources_knows_which_are_lost) {
    Event event;
    event.kind = EventKind::source_lost;
    event.observed = test::moment(4000s);
    event.source = "udev";
    event.text = "no socket";
    carry(event);
    const auto source = [this](std::string_view name) {
        return *std::ranges::find(status.sources, name, &MonitorStatus::Source::name);
    };
    EXPECT_EQ(source("udev"),
              (MonitorStatus::Source{
                  .name = "udev", .healthy = false, .problem = "no socket", .lost = 3}));
    event.kind = EventKind::source_restored;
    carry(event);
    EXPECT_EQ(source("udev"),
              (MonitorStatus::Source{.name = "udev", .healthy = true, .problem = "", .lost = 3}));
    EXPECT_EQ(status.sources.size(), before.sources.size());
    event.source = "tcp://10.0.0.1:4420";
    carry(event);
    EXPECT_TRUE(source("tcp://10.0.0.1:4420").healthy);
}

TEST_F(Carried, by_events_that_the_queue_left_out_knows_no_source_of_that_name) {
    Event event;
    event.kind = EventKind::source_lost;
    event.observed = status.now;
    event.source = "events";
    carry(event);
    EXPECT_EQ(status, before);
}

TEST_F(Carried, by_a_time_in_which_nobody_watched_loses_nothing) {
    Event event;
    event.kind = EventKind::source_lost;
    event.observed = status.now;
    event.source = "monitor";
    carry(event);
    EXPECT_EQ(status.sources, before.sources);
    EXPECT_EQ(status.events.at(EventKind::source_lost),
              before.events.contains(EventKind::source_lost)
                  ? before.events.at(EventKind::source_lost) + 1
                  : 1U);
}

TEST_F(Carried, by_coalesced_transitions_counts_them) {
    Event event = about_path(EventKind::ana_coalesced, "nvme1");
    event.transitions = 5;
    carry(event);
    EXPECT_EQ(status.coalesced, 9U);
}

TEST_F(Carried, by_what_is_about_nothing_known_only_counts) {
    for (const EventKind kind : {EventKind::ana_change, EventKind::path_lost, EventKind::path_added,
                                 EventKind::namespace_removed, EventKind::namespace_resized}) {
        Event event = about_path(kind, "nvme1");
        event.nsid = 77;
        event.observed = status.now;
        carry(event);
        ++before.events[kind];
        EXPECT_EQ(status, before) << to_string(kind);
    }
}

TEST_F(Carried, by_an_event_of_before_stays_as_late_as_it_was) {
    carry(about_path(EventKind::aen, "nvme1"));
    EXPECT_EQ(status.now, before.now);
}

TEST_F(Carried, where_no_event_takes_a_reason_back_keeps_it) {
    status.namespaces.front().paths.front().use = {.kind = PathUse::Kind::no_head, .detail = {}};
    Event event = about_path(EventKind::ana_change, "nvme1");
    event.to = "optimized";
    carry(event);
    EXPECT_EQ(path("nvme1")->use.kind, PathUse::Kind::no_head);
    status.namespaces.front().paths.at(1).use = {
        .kind = PathUse::Kind::size_differs, .detail = {}, .other_size = true};
    event = about_path(EventKind::ana_change, "nvme2");
    event.to = "optimized";
    carry(event);
    EXPECT_EQ(path("nvme2")->use.kind, PathUse::Kind::size_differs);
    EXPECT_FALSE(path("nvme2")->use.ready());
}

TEST_F(Carried, by_latencies_that_no_clock_has_does_not_break) {
    status.ana_latency.sum = std::chrono::nanoseconds::max() - 1ns;
    Event event = about_path(EventKind::ana_change, "nvme1");
    event.cause = event.observed;
    event.cause->monotonic -= 1s;
    carry(event);
    EXPECT_EQ(status.ana_latency, before.ana_latency);
}

TEST(CountedSince, has_the_states_of_the_later_moment_and_what_came_between) {
    const MonitorStatus earlier = test::monitor_status();
    MonitorStatus later = earlier;
    later.now = test::moment(7200s);
    Event event = test::ana_event(1, 7000s);
    apply(later, event);
    event.kind = EventKind::source_lost;
    event.source = "udev";
    apply(later, event);
    later.coalesced += 2;
    later.queue_merged += 3;
    later.queue_dropped += 4;
    const MonitorStatus counted = counted_since(later, earlier);
    EXPECT_EQ(counted.began, earlier.now);
    EXPECT_EQ(counted.now, later.now);
    EXPECT_EQ(counted.events.at(EventKind::ana_change), 1U);
    EXPECT_EQ(counted.events.at(EventKind::source_lost), 1U);
    EXPECT_EQ(counted.events.at(EventKind::access), 0U);
    EXPECT_EQ(counted.coalesced, 2U);
    EXPECT_EQ(counted.queue_merged, 3U);
    EXPECT_EQ(counted.queue_dropped, 4U);
    EXPECT_EQ(counted.ana_latency.total(), 1U);
    EXPECT_EQ(counted.ana_latency.sum, 2100us);
    const auto& paths = counted.namespaces.front().paths;
    EXPECT_EQ(paths.at(0).transitions, 1U) << "nvme1";
    EXPECT_EQ(paths.at(2).transitions, 0U) << "nvme3 had its three before";
    EXPECT_EQ(paths.at(0).ana_state, nvme::AnaState::inaccessible);
    EXPECT_EQ(counted.sources.at(2).lost, 1U) << "udev";
    EXPECT_EQ(counted.sources.at(1).lost, 0U) << "trace";
    // What counts less than before is another one's.
    EXPECT_EQ(counted_since(earlier, later).coalesced, 0U);
}

} // namespace
} // namespace haoh
