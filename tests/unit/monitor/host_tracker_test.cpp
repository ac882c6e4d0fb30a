// SPDX-License-Identifier: LGPL-2.1-or-later
// What a monitor does when it hears of this host, and when it hears nothing: on a tree of sysfs and a
// clock of the test's own.
#include "host_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

using namespace std::chrono_literals;
using test::SysfsTree;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Not;
using ::testing::SizeIs;
using Kind = HostJob::Kind;

/// Hints come, nothing but sysfs can be read.
class HostHints : public ::testing::Test {
  protected:
    HostHints() { begin(); }
    void begin() {
        world.begin({.sources = true, .logs = false, .identities = false});
        world.pass(1s);
        EXPECT_THAT(world.events, IsEmpty()) << "what was there at first is no event";
        world.forget_the_past();
    }
    HostWorld world;
};

TEST_F(HostHints, a_trace_event_leads_to_the_change_that_follows_it) {
    const auto aen = world.now().monotonic;
    world.pass(5ms); // until it is read
    world.aen(0, aen);
    world.after(12ms, [&] { world.ana(0, 1, "inaccessible"); });
    world.pass(100ms);
    EXPECT_THAT(told(world.events), ElementsAre("aen nvme0 >ana_change by trace",
                                                "ana_change nvme0c0n1 optimized>inaccessible by "
                                                "trace"));
    ASSERT_THAT(world.events, SizeIs(2));
    EXPECT_EQ(world.events[0].latency(), 5ms) << "from the kernel's own time";
    EXPECT_EQ(world.events[0].transitions, 1U);
    const Event& change = world.events[1];
    ASSERT_TRUE(change.cause);
    EXPECT_EQ(change.cause->monotonic, aen);
    EXPECT_EQ(change.latency(), change.observed.monotonic - aen);
    EXPECT_GE(*change.latency(), 17ms);
    EXPECT_LE(*change.latency(), 17ms + 6ms) << "looks are a few milliseconds apart at first";
}

TEST_F(HostHints, an_event_from_the_future_is_one_of_now) {
    world.aen(0, world.now().monotonic + 1s);
    world.pass(1ms);
    ASSERT_THAT(world.events, SizeIs(1));
    EXPECT_EQ(world.events[0].latency(), 0ns);
}

TEST_F(HostHints, one_looks_often_at_first_then_less_and_not_for_ever) {
    const auto begin = world.elapsed();
    world.aen(0);
    world.pass(60s);
    const auto looks = world.looks("nvme0");
    ASSERT_THAT(looks, Not(IsEmpty()));
    EXPECT_EQ(looks.front(), begin) << "at once";
    const auto within = [&](std::chrono::nanoseconds time) {
        return std::count_if(looks.begin(), looks.end(),
                             [&](auto at) { return at <= begin + time; });
    };
    EXPECT_GE(within(10ms), 6);
    EXPECT_GE(within(100ms), 12);
    EXPECT_LE(within(60s), 60) << "what leads to nothing costs little";
    EXPECT_GE(looks.back(), begin + 1900ms) << "the kernel may take its time";
    EXPECT_LE(looks.back(), begin + 2100ms);
    for (std::size_t i = 2; i < looks.size(); ++i) {
        EXPECT_LE(looks[i] - looks[i - 1], 50ms);
        EXPECT_GE(looks[i] - looks[i - 1], looks[i - 1] - looks[i - 2]) << "look " << i;
    }
    EXPECT_THAT(world.looks("nvme1"), IsEmpty()) << "nobody spoke of it";
}

TEST_F(HostHints, another_hint_is_followed_at_once) {
    world.aen(0);
    world.pass(1s + 7ms); // in the middle of a pause
    world.forget_the_past();
    const auto second = world.elapsed();
    const auto cause = world.now().monotonic;
    world.aen(0);
    world.after(1ms, [&] { world.ana(0, 2, "change"); });
    world.pass(1500ms);
    EXPECT_EQ(world.looks("nvme0").front(), second);
    const auto changes = world.of(EventKind::ana_change);
    ASSERT_THAT(changes, SizeIs(1));
    EXPECT_EQ(changes[0].cause->monotonic, cause) << "the newer one";
    EXPECT_LE(*changes[0].latency(), 3ms);
    EXPECT_GE(world.looks("nvme0").back(), second + 1400ms) << "for as long as the first";
}

TEST_F(HostHints, of_a_controller_that_nobody_watches_says_nothing) {
    world.aen(7);
    world.pass(10s);
    EXPECT_THAT(world.events, IsEmpty());
    EXPECT_THAT(world.sweeps, IsEmpty());
}

TEST_F(HostHints, a_namespace_event_asks_for_scans_and_an_ana_event_does_not) {
    world.aen(0);
    world.pass(10s);
    EXPECT_THAT(world.times(Kind::scan), IsEmpty());
    world.aen(0, {}, HostWorld::kNamespaceChange);
    world.pass(10s);
    EXPECT_THAT(world.times(Kind::scan), Not(IsEmpty()));
    EXPECT_THAT(told(world.events), Contains("aen nvme0 >namespace_attribute_changed by trace"));
}

TEST_F(HostHints, lost_trace_events_make_it_look_at_all_controllers) {
    const host::TraceInput losses[] = {host::TraceLost{.events = 12}, host::TraceLost{.events = {}},
                                       host::TraceMalformed{.reason = "no time", .line = "x"}};
    const std::string reasons[] = {"12 events were overwritten before they could be read",
                                   "events were overwritten before they could be read", "no time"};
    for (std::size_t i = 0; i < std::size(losses); ++i) {
        world.forget_the_past();
        world.tracker->take(std::vector{losses[i]});
        EXPECT_THAT(told(world.events),
                    ElementsAre("source_lost by trace", "source_restored by trace"))
            << "at once";
        EXPECT_EQ(world.events[0].text, reasons[i]);
        world.ana(1, 1, i % 2 == 0 ? "change" : "optimized");
        world.pass(10s);
        EXPECT_THAT(world.looks("nvme0"), Not(IsEmpty()));
        EXPECT_THAT(world.of(EventKind::ana_change), SizeIs(1));
    }
}

TEST_F(HostHints, several_scans_follow_a_uevent_for_the_kernel_takes_its_time) {
    const auto begin = world.elapsed();
    const Moment heard = world.now();
    world.uevent("nvme0n1", "", "block");
    world.after(1s, [&] { world.tree.remove(SysfsTree::path(0, 1, 1)); });
    world.pass(60s);
    const auto scans = world.times(Kind::scan);
    ASSERT_GE(scans.size(), 4U);
    EXPECT_LE(scans.size(), 8U) << "and that is all";
    EXPECT_LE(scans.front() - begin, 10ms);
    EXPECT_LE(scans.back() - begin, 10s);
    for (std::size_t i = 2; i < scans.size(); ++i) {
        EXPECT_GT(scans[i] - scans[i - 1], scans[i - 1] - scans[i - 2]);
    }
    const auto lost = world.of(EventKind::path_lost);
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].path, "nvme0c1n1");
    EXPECT_EQ(lost[0].source, "udev");
    EXPECT_EQ(lost[0].cause, heard);
    EXPECT_LE(world.since_start(lost[0].observed) - begin, 5s);
}

TEST_F(HostHints, what_a_later_poll_finds_by_itself_has_no_cause) {
    world.aen(0);
    world.pass(world.options.poll_interval - 10min);
    EXPECT_THAT(world.of(EventKind::ana_change), IsEmpty());
    world.ana(0, 1, "inaccessible");
    world.pass(20min);
    const auto changes = world.of(EventKind::ana_change);
    ASSERT_THAT(changes, SizeIs(1));
    EXPECT_EQ(changes[0].source, "sysfs");
    EXPECT_EQ(changes[0].cause, std::nullopt) << "the hint is long past";
}

TEST_F(HostHints, what_a_later_scan_finds_by_itself_has_no_cause) {
    world.uevent("nvme0n1", "", "block");
    world.pass(60s);
    world.tree.remove(SysfsTree::path(0, 1, 1));
    world.pass(world.options.scan_interval);
    const auto lost = world.of(EventKind::path_lost);
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].source, "sysfs");
    EXPECT_EQ(lost[0].cause, std::nullopt);
}

TEST_F(HostHints, a_hint_during_the_last_scan_of_another_has_its_own_scans) {
    world.uevent("nvme0n1", "", "block");
    world.pass(60s);
    const auto all = world.times(Kind::scan).size();
    world.forget_the_past();
    // Again, and the last one takes long.
    world.uevent("nvme0n1", "", "block");
    while (world.times(Kind::scan).size() < all) {
        if (world.times(Kind::scan).size() == all - 1) {
            world.takes[Kind::scan] = 100ms;
        }
        world.pass(1ms);
    }
    world.pass(50ms);
    const Moment heard = world.now();
    world.uevent("nvme0n2", "", "block");
    world.pass(20ms);
    EXPECT_EQ(world.times(Kind::scan).size(), all) << "one at a time";
    world.tree.remove(SysfsTree::path(0, 1, 2));
    world.pass(60s);
    EXPECT_EQ(world.times(Kind::scan).size(), 2 * all);
    const auto lost = world.of(EventKind::path_lost);
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].cause, heard);
}

TEST_F(HostHints, uevents_without_end_do_not_put_the_scan_off) {
    const auto begin = world.elapsed();
    world.tree.remove(SysfsTree::path(0, 0, 1));
    for (int i = 0; i < 100; ++i) {
        world.uevent("nvme0n1", "", "block");
        world.pass(1ms);
    }
    const auto lost = world.of(EventKind::path_lost);
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_LE(world.since_start(lost[0].observed) - begin, 10ms);
    EXPECT_LE(world.times(Kind::scan).size(), 100U / 5 + 1) << "nor does each have one of its own";
}

TEST_F(HostHints, an_overflow_of_uevents_makes_it_read_all_anew) {
    world.ana(1, 2, "non-optimized");
    world.tree.remove(SysfsTree::path(0, 0, 1));
    host::Uevents received;
    received.lost = true;
    world.tracker->take(received);
    EXPECT_THAT(told(world.events), ElementsAre("source_lost by udev", "source_restored by udev"))
        << "at once";
    EXPECT_THAT(world.events[0].text, ::testing::HasSubstr("no room"));
    world.pass(10s);
    EXPECT_THAT(told(world.of(EventKind::ana_change)),
                ElementsAre("ana_change nvme0c1n2 optimized>non-optimized by udev"));
    EXPECT_THAT(told(world.of(EventKind::path_lost)),
                ElementsAre("path_lost nvme0c0n1 optimized> by udev"));
    world.forget_the_past();
    world.tracker->take(host::Uevents{});
    world.pass(10s);
    EXPECT_THAT(world.events, IsEmpty()) << "nothing was lost";
    EXPECT_THAT(world.sweeps, IsEmpty());
}

/// Nothing that is watched is gone: only a scan can find it.
TEST_F(HostHints, an_overflow_of_uevents_makes_it_scan) {
    world.tree.set(SysfsTree::head(0, 2) + "/size", "4194304");
    host::Uevents received;
    received.lost = true;
    world.tracker->take(received);
    world.pass(10s);
    EXPECT_THAT(told(world.of(EventKind::namespace_resized)),
                ElementsAre("namespace_resized 12 1073741824>2147483648 by udev"));
}

TEST_F(HostHints, a_connection_makes_it_look) {
    world.state(1, "connecting");
    world.uevent("nvme1", "connected");
    world.pass(1ms);
    EXPECT_THAT(told(world.of(EventKind::controller_state)),
                ElementsAre("controller_state nvme1 live>connecting by udev"));
    EXPECT_THAT(world.forgotten, ElementsAre("nvme1")) << "its device may be another's";
    world.forget_the_past();
    world.forgotten.clear();
    world.uevent("nvme0", "rediscover");
    world.uevent("nvme0", "connected", "nvme-subsystem");
    world.pass(1s);
    EXPECT_THAT(world.looks("nvme0"), IsEmpty());
    EXPECT_THAT(world.forgotten, IsEmpty());
}

TEST_F(HostHints, the_log_of_the_kernel_makes_it_look_and_scan) {
    world.ana(0, 1, "change");
    world.tree.remove(SysfsTree::path(0, 0, 2));
    world.kmsg("nvme nvme0: Failed to get ANA log: -4");
    world.pass(10s);
    const auto changes = world.of(EventKind::ana_change);
    ASSERT_THAT(changes, SizeIs(1));
    EXPECT_EQ(changes[0].source, "kmsg");
    EXPECT_EQ(changes[0].cause, std::nullopt) << "the log's clock is no time to count from";
    EXPECT_THAT(world.of(EventKind::path_lost), SizeIs(1));
    EXPECT_THAT(world.looks("nvme1"), IsEmpty());
    world.forget_the_past();
    world.kmsg("block nvme0n1: no usable path - requeuing I/O"); // of any controller
    world.pass(1ms);
    EXPECT_THAT(world.looks("nvme0"), Not(IsEmpty()));
    EXPECT_THAT(world.looks("nvme1"), Not(IsEmpty()));
    world.pass(10s);
    world.forget_the_past();
    world.kmsg("nvme nvme0: creating 2 I/O queues.");
    world.pass(10s);
    EXPECT_THAT(world.sweeps, IsEmpty());
    EXPECT_THAT(world.jobs, IsEmpty());
}

TEST_F(HostHints, a_refusal_is_told_with_its_rule) {
    world.kmsg("nvme nvme1: IDs don't match for shared namespace 12");
    ASSERT_THAT(world.events, SizeIs(1)) << "at once";
    const Event& event = world.events[0];
    EXPECT_EQ(event.kind, EventKind::path_refused);
    EXPECT_EQ(event.controller, "nvme1");
    EXPECT_EQ(event.nsid, 12U);
    EXPECT_EQ(event.rule, "host.path.missing");
    EXPECT_EQ(event.text, "IDs don't match for shared namespace 12");
    EXPECT_EQ(event.subsysnqn, "nqn.2024-01.com.example:pair");
    EXPECT_EQ(event.source, "kmsg");
    world.pass(10s);
    EXPECT_THAT(world.times(Kind::scan), Not(IsEmpty()));
    EXPECT_THAT(world.sweeps, IsEmpty()) << "no state changes with it";
}

TEST_F(HostHints, records_of_the_log_that_were_lost_lead_to_scans) {
    host::FollowedMessages received;
    received.lost = true;
    world.tracker->take(received);
    EXPECT_THAT(told(world.events), ElementsAre("source_lost by kmsg", "source_restored by kmsg"));
    world.pass(10s);
    EXPECT_THAT(world.times(Kind::scan), Not(IsEmpty()));
}

/// A tree alone, as a recorded one is: nothing but time leads to anything.
class HostPolls : public ::testing::Test {
  protected:
    void begin() {
        world.begin({});
        world.pass(0s);
        world.forget_the_past();
    }
    HostWorld world;
};

TEST_F(HostPolls, find_states_that_nobody_told_of) {
    world.options.poll_interval = 500ms;
    begin();
    world.pass(100ms);
    world.ana(0, 1, "non-optimized");
    world.state(1, "connecting");
    world.pass(399ms);
    EXPECT_THAT(world.events, IsEmpty());
    world.pass(1ms);
    EXPECT_THAT(told(world.events),
                ElementsAre("ana_change nvme0c0n1 optimized>non-optimized by sysfs",
                            "controller_state nvme1 live>connecting by sysfs",
                            "access 11 restored>single_array by sysfs",
                            "access 12 restored>single_array by sysfs"));
    for (const Event& event : world.events) {
        EXPECT_EQ(event.cause, std::nullopt);
        EXPECT_EQ(world.since_start(event.observed), 500ms);
    }
    world.pass(10s);
    EXPECT_THAT(world.looks("nvme0"), Contains(Ge(500ms + 1s))) << "one change seldom comes alone";
    EXPECT_THAT(world.looks("nvme1"), IsEmpty());
    EXPECT_THAT(world.times(Kind::scan), Not(IsEmpty())) << "paths may go with a connection";
    EXPECT_THAT(world.looks(""), SizeIs(21)) << "each 500 ms, whatever else is done";
}

TEST_F(HostPolls, begin_when_what_was_read_at_first_has_grown_old) {
    world.options.poll_interval = 500ms;
    world.begin({});
    ASSERT_THAT(world.core->status().sources, SizeIs(1));
    EXPECT_EQ(world.core->status().sources[0].name, "sysfs");
    EXPECT_TRUE(world.core->status().sources[0].healthy);
    world.pass(1200ms);
    ASSERT_THAT(world.looks(""), ElementsAre(500ms, 1000ms));
}

TEST_F(HostPolls, are_not_put_off_by_a_long_anatt) {
    world.options.poll_interval = 500ms;
    begin();
    world.core->fusion().set_anatt(world.tracker->kernel().host, "nvme0", 100);
    world.ana(0, 1, "change");
    world.pass(10s);
    ASSERT_THAT(world.of(EventKind::ana_change), SizeIs(1));
    EXPECT_THAT(world.looks(""), SizeIs(20));
}

TEST_F(HostPolls, look_closer_after_a_first_change) {
    world.options.poll_interval = 10s;
    begin();
    world.ana(0, 1, "change");
    world.after(10s + 30ms, [&] { world.ana(0, 1, "optimized"); });
    world.pass(10s + 60ms);
    EXPECT_THAT(told(world.of(EventKind::ana_change)),
                ElementsAre("ana_change nvme0c0n1 optimized>change by sysfs",
                            "ana_change nvme0c0n1 change>optimized by sysfs"));
}

TEST_F(HostPolls, tell_of_states_that_cannot_be_read) {
    world.options.poll_interval = 500ms;
    begin();
    const std::string file = SysfsTree::path(0, 0, 1) + "/ana_state";
    world.tree.remove(file);
    world.tree.make_directory(file);
    const std::string state = SysfsTree::controller(1) + "/state";
    world.tree.remove(state);
    world.tree.make_directory(state);
    world.pass(500ms);
    EXPECT_THAT(told(world.of(EventKind::ana_change)),
                ElementsAre("ana_change nvme0c0n1 optimized>unreadable by sysfs"));
    EXPECT_THAT(told(world.of(EventKind::controller_state)),
                ElementsAre("controller_state nvme1 live>unreadable by sysfs"));
    EXPECT_THAT(told(world.of(EventKind::access)),
                ElementsAre("access 11 restored>no_path by sysfs",
                            "access 12 restored>single_array by "
                            "sysfs"));
}

TEST_F(HostPolls, scans_find_paths_that_come_and_go_without_a_hint) {
    world.options.scan_interval = 10s;
    begin();
    world.pass(1s);
    world.tree.remove(SysfsTree::path(0, 1, 1));
    world.tree.set(SysfsTree::head(0, 2) + "/size", "4194304");
    world.pass(8999ms);
    EXPECT_THAT(world.events, IsEmpty());
    world.pass(1ms);
    EXPECT_THAT(told(world.events),
                ElementsAre("namespace_resized 12 1073741824>2147483648 by sysfs",
                            "path_lost nvme0c1n1 optimized> by sysfs",
                            "access 11 restored>single_array by sysfs",
                            "access 12 restored>no_path by sysfs"));
    world.forget_the_past();
    world.pass(30s);
    EXPECT_THAT(world.times(Kind::scan), ElementsAre(20s, 30s, 40s));
    EXPECT_THAT(world.events, IsEmpty());
    EXPECT_THAT(world.times(Kind::follow_trace), IsEmpty());
    EXPECT_THAT(world.times(Kind::identify), IsEmpty());
    EXPECT_THAT(world.times(Kind::read_log), IsEmpty());
}

TEST_F(HostPolls, a_controller_that_vanishes_is_scanned_for_at_once_and_comes_back) {
    world.options.poll_interval = 500ms;
    begin();
    // All of it: the class, the subsystem, its directory.
    world.tree.remove("sys/class/nvme/nvme1");
    world.tree.remove(SysfsTree::subsystem(0) + "/nvme1");
    const std::string place = world.tree.root() + "/" + SysfsTree::controller(1);
    const std::string aside = world.tree.root() + "/aside";
    std::filesystem::rename(place, aside);
    world.pass(550ms);
    EXPECT_THAT(told(world.events), ElementsAre("path_lost nvme0c1n1 optimized> by sysfs",
                                                "path_lost nvme0c1n2 optimized> by sysfs",
                                                "controller_state nvme1 live>lost by sysfs",
                                                "access 11 restored>single_array by sysfs",
                                                "access 12 restored>single_array by sysfs"));
    EXPECT_THAT(world.forgotten, ElementsAre("nvme1"));
    EXPECT_EQ(world.tracker->kernel().find_controller("nvme1"), nullptr);
    world.pass(10s);
    world.forget_the_past();
    std::filesystem::rename(aside, place);
    world.tree.link("sys/class/nvme/nvme1", "../../devices/virtual/nvme-fabrics/ctl/nvme1");
    world.tree.link(SysfsTree::subsystem(0) + "/nvme1", "../../nvme-fabrics/ctl/nvme1");
    world.uevent("nvme1", "connected");
    world.pass(10s);
    EXPECT_THAT(told(world.events), ElementsAre("controller_state nvme1 >live by udev",
                                                "path_added nvme0c1n1 >optimized by udev",
                                                "path_added nvme0c1n2 >optimized by udev",
                                                "access 11 single_array>restored by udev",
                                                "access 12 single_array>restored by udev"));
    world.forget_the_past();
    world.ana(1, 1, "inaccessible");
    world.pass(500ms);
    EXPECT_THAT(world.of(EventKind::ana_change), SizeIs(1)) << "it is watched again";
}

TEST_F(HostPolls, a_path_that_vanished_and_came_back_meanwhile_is_watched_again) {
    world.options.poll_interval = 500ms;
    begin();
    const std::string place = world.tree.root() + "/" + SysfsTree::path(0, 1, 1);
    const std::string aside = world.tree.root() + "/aside";
    std::filesystem::rename(place, aside);
    world.pass(500ms); // its states are gone, and a scan is due
    std::filesystem::rename(aside, place);
    world.pass(10s);
    EXPECT_THAT(world.events, IsEmpty()) << "no scan missed it";
    world.ana(1, 1, "inaccessible");
    world.pass(500ms);
    EXPECT_THAT(world.of(EventKind::ana_change), SizeIs(1));
}

/// Of thousands of paths each has a file that stays open.
TEST_F(HostPolls, scans_that_find_the_same_do_not_open_all_files_anew) {
    world.options.scan_interval = 10s;
    begin();
    world.pass(60s);
    ASSERT_THAT(world.times(Kind::scan), SizeIs(6));
    EXPECT_EQ(world.watches, 1);
    world.tree.remove(SysfsTree::path(0, 1, 1));
    world.pass(60s);
    EXPECT_EQ(world.watches, 2) << "another tree";
}

TEST_F(HostPolls, states_that_were_told_are_not_told_again_after_a_late_scan) {
    world.options.scan_interval = 10s;
    world.options.poll_interval = 500ms;
    world.takes[Kind::scan] = 2s;
    begin();
    world.after(9s, [&] { world.tree.remove(SysfsTree::path(0, 1, 2)); });
    world.after(10s + 100ms, [&] { world.ana(0, 1, "change"); });
    world.pass(60s);
    EXPECT_THAT(told(world.of(EventKind::ana_change)),
                ElementsAre("ana_change nvme0c0n1 optimized>change by sysfs"));
}

/// What a scan read may be older than what was told meanwhile, and be true again when it comes.
TEST_F(HostPolls, states_that_were_told_are_compared_with_after_a_late_scan) {
    world.options.scan_interval = 10s;
    world.options.poll_interval = 500ms;
    world.takes[Kind::scan] = 2s;
    const std::string place = world.tree.root() + "/" + SysfsTree::path(0, 1, 2);
    const std::string aside = world.tree.root() + "/aside";
    std::filesystem::rename(place, aside);
    begin();
    // With a path more, all are watched anew from then on.
    world.after(9s, [&] { std::filesystem::rename(aside, place); });
    world.after(10s + 100ms, [&] { world.ana(0, 1, "change"); });
    world.after(12s - 1ns, [&] { world.ana(0, 1, "optimized"); });
    world.pass(60s);
    EXPECT_THAT(told(world.of(EventKind::ana_change)),
                ElementsAre("ana_change nvme0c0n1 optimized>change by sysfs",
                            "ana_change nvme0c0n1 change>optimized by sysfs"));
}

/// Nothing of the new controller and no path of the old one has another name.
TEST_F(HostPolls, a_controller_that_comes_without_a_path_is_watched) {
    world.options.poll_interval = 500ms;
    world.options.scan_interval = 10s;
    for (const unsigned head : {1U, 2U}) {
        world.tree.remove(SysfsTree::path(0, 1, head));
    }
    const std::string place = world.tree.root() + "/" + SysfsTree::controller(1);
    const std::string aside = world.tree.root() + "/aside";
    std::filesystem::rename(place, aside);
    world.tree.remove("sys/class/nvme/nvme1");
    world.tree.remove(SysfsTree::subsystem(0) + "/nvme1");
    begin();
    EXPECT_EQ(world.tracker->kernel().find_controller("nvme1"), nullptr);
    std::filesystem::rename(aside, place);
    world.tree.link("sys/class/nvme/nvme1", "../../devices/virtual/nvme-fabrics/ctl/nvme1");
    world.tree.link(SysfsTree::subsystem(0) + "/nvme1", "../../nvme-fabrics/ctl/nvme1");
    world.pass(11s);
    EXPECT_THAT(told(world.events), ElementsAre("controller_state nvme1 >live by sysfs"));
    world.state(1, "connecting");
    world.pass(500ms);
    EXPECT_EQ(told(world.events).back(), "controller_state nvme1 live>connecting by sysfs");
}

TEST_F(HostPolls, a_path_that_comes_is_watched) {
    world.options.poll_interval = 500ms;
    world.options.scan_interval = 10s;
    const std::string place = world.tree.root() + "/" + SysfsTree::path(0, 1, 1);
    const std::string aside = world.tree.root() + "/aside";
    std::filesystem::rename(place, aside);
    begin();
    std::filesystem::rename(aside, place);
    world.pass(11s);
    EXPECT_THAT(world.of(EventKind::path_added), SizeIs(1));
    world.ana(1, 1, "inaccessible");
    world.pass(500ms);
    EXPECT_THAT(told(world.of(EventKind::ana_change)),
                ElementsAre("ana_change nvme0c1n1 optimized>inaccessible by sysfs"));
}

TEST_F(HostPolls, a_scan_that_fails_is_a_source_lost_until_one_succeeds) {
    world.options.scan_interval = 10s;
    begin();
    world.scan_error = Error(Errc::invalid_argument, "read", "sys", "broken");
    world.pass(10s);
    EXPECT_THAT(told(world.events), ElementsAre("source_lost by sysfs"));
    EXPECT_THAT(world.events[0].text, ::testing::HasSubstr("broken"));
    EXPECT_NE(world.tracker->kernel().find_controller("nvme0"), nullptr) << "as known last";
    world.pass(10s);
    EXPECT_THAT(world.events, SizeIs(1)) << "the same is told once";
    world.scan_error.reset();
    world.pass(10s);
    EXPECT_THAT(told(world.events),
                ElementsAre("source_lost by sysfs", "source_restored by sysfs"));
}

/// Not of a thing that is gone, nor of another one.
TEST_F(HostPolls, what_a_scan_cannot_read_is_as_it_was) {
    world.options.scan_interval = 10s;
    const std::string head = SysfsTree::head(0, 1);
    for (const std::string& file :
         {SysfsTree::subsystem(0) + "/subsysnqn", head + "/nsid", head + "/size",
          SysfsTree::path(0, 1, 1) + "/size", std::string("proc/sys/kernel/hostname")}) {
        world.events.clear();
        begin();
        const std::filesystem::path place = std::filesystem::path(world.tree.root()) / file;
        std::filesystem::rename(place, place.string() + ".aside");
        world.tree.make_directory(file);
        world.pass(10s);
        EXPECT_THAT(told(world.events), ElementsAre("source_lost by sysfs")) << file;
        ASSERT_THAT(world.events, SizeIs(1));
        EXPECT_THAT(world.events[0].text, ::testing::HasSubstr("Is a directory"));
        world.tree.remove(file);
        std::filesystem::rename(place.string() + ".aside", place);
        world.pass(10s);
        EXPECT_THAT(told(world.events),
                    ElementsAre("source_lost by sysfs", "source_restored by sysfs"))
            << file;
    }
}

TEST_F(HostPolls, when_all_that_was_named_is_nowhere_all_is_gone) {
    world.options.scan_interval = 10s;
    begin();
    const KernelObservation before = world.tracker->kernel();
    ASSERT_EQ(before.release, "6.12.1");
    ASSERT_EQ(before.host, "db1");
    world.scan_error = Error(Errc::not_found, "find", "nvme-subsys0", "it is nowhere");
    world.pass(10s);
    EXPECT_THAT(told(world.of(EventKind::source_lost)), IsEmpty());
    EXPECT_THAT(
        told(world.of(EventKind::access)),
        ElementsAre("access 11 restored>no_path by sysfs", "access 12 restored>no_path by sysfs"));
    EXPECT_THAT(world.of(EventKind::controller_state), SizeIs(2));
    EXPECT_THAT(world.of(EventKind::namespace_removed), SizeIs(2));
    EXPECT_EQ(world.tracker->kernel().host, before.host);
    EXPECT_EQ(world.tracker->kernel().release, before.release);
    world.scan_error.reset();
    world.forget_the_past();
    world.pass(10s);
    EXPECT_THAT(told(world.of(EventKind::namespace_added)),
                ElementsAre("namespace_added 11 by sysfs", "namespace_added 12 by sysfs"))
        << "and back again";
    EXPECT_THAT(world.of(EventKind::path_added), SizeIs(4));
}

TEST_F(HostPolls, a_change_longer_than_anatt_is_told_when_its_time_is_over) {
    begin();
    world.core->fusion().set_anatt(world.tracker->kernel().host, "nvme0", 10);
    world.pass(1s);
    world.ana(0, 1, "change");
    world.aen(0); // told of it now; nothing else is polled for an hour
    world.pass(0s);
    ASSERT_THAT(world.of(EventKind::ana_change), SizeIs(1));
    const Moment since = world.events.back().observed;
    world.pass(10s);
    EXPECT_THAT(world.of(EventKind::anatt_exceeded), IsEmpty());
    world.pass(10ms);
    const auto told = world.of(EventKind::anatt_exceeded);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].path, "nvme0c0n1");
    EXPECT_EQ(told[0].cause, since);
    world.forget_the_past();
    world.pass(60s);
    EXPECT_THAT(world.events, IsEmpty()) << "once";
    EXPECT_THAT(world.looks(""), IsEmpty()) << "and the pace is as slow as before";
}

TEST_F(HostPolls, a_change_that_turns_out_to_be_over_was_not_too_long) {
    begin();
    world.core->fusion().set_anatt(world.tracker->kernel().host, "nvme0", 10);
    world.ana(0, 1, "change");
    world.aen(0);
    world.pass(0s);
    world.after(10s, [&] { world.ana(0, 1, "optimized"); }); // which nobody hears of
    world.pass(20s);
    EXPECT_THAT(world.of(EventKind::ana_change), SizeIs(2)) << "it was looked at";
    EXPECT_THAT(world.of(EventKind::anatt_exceeded), IsEmpty());
}

} // namespace
} // namespace haoh::monitor
