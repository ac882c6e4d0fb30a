// SPDX-License-Identifier: LGPL-2.1-or-later
// Sources that are lost and come back, ANA logs that are read, controllers that are asked who they
// are: on a clock of the test's own.
#include "host_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

using namespace std::chrono_literals;
using test::SysfsTree;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Not;
using ::testing::SizeIs;
using Kind = HostJob::Kind;

std::vector<std::chrono::nanoseconds> pauses(const std::vector<std::chrono::nanoseconds>& times) {
    std::vector<std::chrono::nanoseconds> out;
    for (std::size_t i = 1; i < times.size(); ++i) {
        out.push_back(times[i] - times[i - 1]);
    }
    return out;
}

TEST(HostBackoff, doubles_up_to_a_bound_and_begins_anew) {
    Backoff backoff(100ms, 4);
    EXPECT_EQ(backoff.next(), 100ms);
    EXPECT_EQ(backoff.next(), 200ms);
    EXPECT_EQ(backoff.next(), 400ms);
    EXPECT_EQ(backoff.next(), 400ms);
    backoff.reset();
    EXPECT_EQ(backoff.next(), 100ms);
}

TEST(HostJobs, are_for_sources_as_events_name_them) {
    EXPECT_EQ(source_of(Kind::scan), "sysfs");
    EXPECT_EQ(source_of(Kind::read_log), "admin");
    EXPECT_EQ(source_of(Kind::identify), "admin");
    EXPECT_EQ(source_of(Kind::follow_trace), "trace");
    EXPECT_EQ(source_of(Kind::follow_uevents), "udev");
    EXPECT_EQ(source_of(Kind::follow_kmsg), "kmsg");
}

class HostSources : public ::testing::TestWithParam<std::pair<Kind, const char*>> {
  protected:
    HostWorld world;
};

INSTANTIATE_TEST_SUITE_P(Of, HostSources,
                         ::testing::Values(std::pair(Kind::follow_trace, "trace"),
                                           std::pair(Kind::follow_uevents, "udev"),
                                           std::pair(Kind::follow_kmsg, "kmsg")),
                         [](const auto& one) { return std::string(one.param.second); });

TEST_P(HostSources, one_that_works_is_opened_once) {
    world.begin({.sources = true, .logs = false, .identities = false});
    world.pass(3600s);
    EXPECT_THAT(world.times(GetParam().first), ElementsAre(0ns));
    EXPECT_THAT(world.events, IsEmpty());
}

TEST_P(HostSources, one_that_is_lost_is_tried_again_and_less_and_less_often) {
    const auto [kind, name] = GetParam();
    world.source_problems[kind] = "no permission";
    world.begin({.sources = true, .logs = false, .identities = false});
    world.pass(200s);
    EXPECT_THAT(pauses(world.times(kind)),
                ElementsAre(1s, 2s, 4s, 8s, 16s, 32s, 32s, 32s, 32s, 32s));
    ASSERT_THAT(told(world.events), ElementsAre(std::string("source_lost by ") + name))
        << "for one reason once";
    EXPECT_EQ(world.events[0].text, "no permission");
    world.source_problems.clear();
    world.pass(32s);
    EXPECT_THAT(told(world.events), ElementsAre(std::string("source_lost by ") + name,
                                                std::string("source_restored by ") + name));
    world.forget_the_past();
    world.pass(100s);
    EXPECT_THAT(world.times(kind), IsEmpty()) << "it is open";
    // Lost again: the pauses begin anew.
    world.source_problems[kind] = "no permission";
    const auto end = world.elapsed();
    world.tracker->lost(kind, "it has ended");
    world.pass(10s);
    EXPECT_THAT(world.times(kind), ElementsAre(end + 1s, end + 3s, end + 7s));
    EXPECT_EQ(world.of(EventKind::source_lost).at(0).text, "it has ended");
    const auto status = world.core->status();
    for (const MonitorStatus::Source& source : status.sources) {
        EXPECT_EQ(source.healthy, source.name != name) << source.name;
    }
}

TEST_P(HostSources, the_loss_of_one_costs_time_and_no_event) {
    world.options.poll_interval = 1s;
    for (const Kind kind : {Kind::follow_trace, Kind::follow_uevents, Kind::follow_kmsg}) {
        world.source_problems[kind] = "none here";
    }
    world.begin({.sources = true, .logs = false, .identities = false});
    world.pass(5500ms);
    world.ana(0, 1, "inaccessible");
    world.pass(500ms);
    EXPECT_THAT(told(world.of(EventKind::ana_change)),
                ElementsAre("ana_change nvme0c0n1 optimized>inaccessible by sysfs"));
}

nvme::AnaLog log_of(std::uint64_t count, nvme::AnaState state) {
    nvme::AnaLog log;
    log.chgc = count;
    log.groups.push_back({.agid = 1, .chgc = count, .state = state, .nsids = {11, 12}});
    return log;
}

/// ANA logs can be read, and take a millisecond.
class HostLogs : public ::testing::Test {
  protected:
    HostLogs() {
        world.takes[Kind::read_log] = 1ms;
        for (const char* name : {"nvme0", "nvme1"}) {
            world.logs[name] = log_of(7, nvme::AnaState::optimized);
        }
        world.begin({.sources = true, .logs = true, .identities = false});
        // A first count to compare with.
        world.aen(0);
        world.pass(1min);
        EXPECT_THAT(world.of(EventKind::ana_coalesced), IsEmpty());
        world.forget_the_past();
    }
    HostWorld world;
};

TEST_F(HostLogs, one_that_agrees_ends_the_look) {
    world.aen(0);
    world.logs["nvme0"] = log_of(8, nvme::AnaState::inaccessible);
    world.after(40ms, [&] {
        world.ana(0, 1, "inaccessible");
        world.ana(0, 2, "inaccessible");
    });
    const auto begin = world.elapsed();
    world.pass(1min);
    EXPECT_THAT(world.of(EventKind::ana_change), SizeIs(2));
    EXPECT_THAT(world.of(EventKind::ana_coalesced), IsEmpty()) << "one transition, and it was seen";
    const auto reads = world.times(Kind::read_log, "nvme0");
    EXPECT_THAT(reads.size(), AllOf(Ge(2U), Le(6U))) << "until it agreed";
    EXPECT_THAT(pauses(reads), Each(Ge(25ms)));
    EXPECT_EQ(reads.front(), begin) << "at once";
    EXPECT_LE(world.looks("nvme0").back(), begin + 200ms) << "and no longer";
    EXPECT_THAT(world.times(Kind::read_log, "nvme1"), IsEmpty());
}

/// A transition is two changes: into "change" or out of a state, and then into the next one.
TEST_F(HostLogs, one_that_agrees_does_not_end_the_look_at_once) {
    world.aen(0);
    world.after(6ms, [&] { world.ana(0, 1, "change"); }); // no event tells of it
    world.pass(1s);
    const auto changes = world.of(EventKind::ana_change);
    ASSERT_THAT(changes, SizeIs(1));
    EXPECT_LE(*changes[0].latency(), 20ms);
}

TEST_F(HostLogs, one_is_on_its_way_at_a_time) {
    world.takes[Kind::read_log] = 150ms;
    world.aen(0);
    world.logs["nvme0"] = log_of(8, nvme::AnaState::change); // does not come true
    world.pass(1s);
    EXPECT_THAT(world.times(Kind::read_log, "nvme0"), SizeIs(Ge(3U)));
    EXPECT_THAT(pauses(world.times(Kind::read_log, "nvme0")), Each(Ge(150ms)));
}

TEST_F(HostLogs, events_without_end_do_not_make_it_read_without_a_pause) {
    world.logs["nvme0"] = log_of(8, nvme::AnaState::change); // does not come true
    for (int i = 0; i < 100; ++i) {
        world.aen(0);
        world.pass(1ms);
    }
    EXPECT_THAT(world.times(Kind::read_log, "nvme0"), SizeIs(AllOf(Ge(2U), Le(5U))));
    EXPECT_THAT(pauses(world.times(Kind::read_log, "nvme0")), Each(Ge(25ms)));
}

TEST_F(HostLogs, its_change_count_tells_what_was_too_short_to_be_seen) {
    const Moment heard = world.now();
    world.logs["nvme0"] = log_of(11, nvme::AnaState::optimized);
    world.aen(0);
    world.pass(1min);
    const auto told = world.of(EventKind::ana_coalesced);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].transitions, 4U);
    EXPECT_EQ(told[0].controller, "nvme0");
    EXPECT_EQ(told[0].source, "admin");
    EXPECT_EQ(told[0].cause, heard);
    EXPECT_LE(*told[0].latency(), 10ms) << "when it is known";
}

TEST_F(HostLogs, a_connection_makes_the_count_begin_anew) {
    world.uevent("nvme0", "connected");
    world.logs["nvme0"] = log_of(4000, nvme::AnaState::optimized);
    world.pass(1min);
    EXPECT_THAT(world.of(EventKind::ana_coalesced), IsEmpty()) << "of another array, perhaps";
    world.logs["nvme0"] = log_of(4001, nvme::AnaState::optimized);
    world.aen(0);
    world.pass(1min);
    EXPECT_THAT(world.of(EventKind::ana_coalesced), SizeIs(1));
}

TEST_F(HostLogs, one_that_is_older_than_the_last_hint_does_not_end_the_look) {
    world.takes[Kind::read_log] = 5ms;
    world.aen(0);
    world.pass(2ms); // the log is on its way, with what was true then
    world.aen(0);
    world.logs["nvme0"] = log_of(8, nvme::AnaState::change);
    const auto begin = world.elapsed();
    world.after(60ms, [&] {
        world.ana(0, 1, "change");
        world.ana(0, 2, "change");
    });
    world.pass(1min);
    const auto changes = world.of(EventKind::ana_change);
    ASSERT_THAT(changes, SizeIs(2)) << "the next poll is an hour away";
    EXPECT_LE(world.since_start(changes[0].observed), begin + 120ms);
}

TEST_F(HostLogs, one_that_cannot_be_read_is_told_and_the_look_goes_on) {
    world.logs.erase("nvme0");
    world.aen(0);
    world.after(1s, [&] { world.ana(0, 1, "change"); });
    world.pass(1min);
    EXPECT_THAT(told(world.of(EventKind::source_lost)), ElementsAre("source_lost by admin"));
    EXPECT_EQ(world.of(EventKind::source_lost)[0].text, "no log");
    EXPECT_THAT(told(world.of(EventKind::ana_change)),
                ElementsAre("ana_change nvme0c0n1 optimized>change by trace"));
    EXPECT_THAT(world.times(Kind::read_log), SizeIs(1)) << "once a look is enough";
    world.ana(0, 1, "optimized");
    world.logs["nvme0"] = log_of(9, nvme::AnaState::optimized);
    world.aen(0);
    world.pass(1min);
    EXPECT_THAT(told(world.of(EventKind::source_restored)),
                ElementsAre("source_restored by admin"));
}

TEST_F(HostLogs, one_that_could_not_be_read_is_asked_for_again_when_the_next_hint_comes) {
    world.logs.erase("nvme0");
    world.aen(0);
    world.pass(100ms); // the look goes on for two seconds
    world.logs["nvme0"] = log_of(9, nvme::AnaState::optimized);
    world.aen(0);
    const auto heard = world.elapsed();
    world.pass(1min);
    ASSERT_THAT(world.times(Kind::read_log), SizeIs(Ge(2U)));
    EXPECT_LE(world.times(Kind::read_log)[1], heard + 50ms);
    EXPECT_THAT(told(world.of(EventKind::source_restored)),
                ElementsAre("source_restored by admin"));
}

TEST_F(HostLogs, that_of_a_controller_that_is_not_live_is_another_matter) {
    world.logs.erase("nvme0");
    world.aen(0);
    world.after(500us, [&] { world.state(0, "connecting"); }); // while it is asked
    world.pass(1min);
    EXPECT_THAT(world.of(EventKind::source_lost), IsEmpty());
    EXPECT_THAT(world.of(EventKind::controller_state), SizeIs(1));
    world.forget_the_past();
    world.aen(0);
    world.pass(1min);
    EXPECT_THAT(world.times(Kind::read_log), IsEmpty()) << "nobody asks it";
}

TEST_F(HostLogs, one_of_a_controller_that_is_gone_meanwhile_is_passed_over) {
    world.aen(0);
    world.pass(0s);
    ASSERT_THAT(world.times(Kind::read_log), SizeIs(1));
    world.tracker->scan_failed(Error(Errc::not_found, "find", "nvme-subsys0", "it is nowhere"));
    world.forget_the_past();
    world.pass(1min);
    EXPECT_THAT(world.of(EventKind::source_lost), IsEmpty());
    EXPECT_THAT(world.looks("nvme0"), IsEmpty());
}

TEST_F(HostLogs, one_that_cannot_be_read_of_a_controller_that_is_gone_is_passed_over) {
    world.logs.clear();
    world.aen(0);
    world.pass(0s);
    ASSERT_THAT(world.times(Kind::read_log), SizeIs(1));
    world.tracker->scan_failed(Error(Errc::not_found, "find", "nvme-subsys0", "it is nowhere"));
    world.forget_the_past();
    world.pass(1min);
    EXPECT_THAT(world.of(EventKind::source_lost), IsEmpty());
}

ControllerObservation identity(const std::string& serial, std::uint8_t anatt = 10) {
    nvme::IdentifyController data;
    data.anatt = anatt;
    std::fill(data.sn.begin(), data.sn.end(), std::uint8_t{' '});
    std::copy(serial.begin(), serial.end(), data.sn.begin());
    ControllerObservation seen;
    seen.identify = Page::of(nvme::encode(data));
    seen.subsysnqn = "nqn.2024-01.com.example:pair";
    return seen;
}

/// Controllers can be asked who they are, and take 3 ms.
class HostIdentities : public ::testing::Test {
  protected:
    HostIdentities() {
        for (const char* name : {"nvme0", "nvme1"}) {
            ControllerObservation seen = identity(std::string("SN-") + name);
            seen.name = name;
            world.identities[name] = seen;
        }
        world.takes[Kind::identify] = 3ms;
    }
    void begin() { world.begin({.sources = true, .logs = false, .identities = true}); }
    HostWorld world;
};

TEST_F(HostIdentities, are_read_once_at_the_beginning_one_after_the_other) {
    world.options.sites.clear();
    begin();
    world.pass(1h);
    EXPECT_THAT(world.times(Kind::identify, "nvme0"), ElementsAre(0ns));
    EXPECT_THAT(world.times(Kind::identify, "nvme1"), ElementsAre(3ms));
    EXPECT_THAT(world.events, IsEmpty());
    const MonitorStatus status = world.core->status();
    ASSERT_THAT(status.subsystems, SizeIs(1));
    EXPECT_EQ(status.subsystems[0].identity.size(), 16U);
    for (const MonitorStatus::Controller& controller : status.controllers) {
        EXPECT_EQ(controller.array, controller.name == "nvme0" ? "array-a" : "array-b")
            << "two serial numbers are two arrays";
    }
}

TEST_F(HostIdentities, another_one_after_a_connection_is_an_event) {
    begin();
    world.pass(1s);
    world.identities["nvme1"].identify = identity("OTHER").identify;
    world.pass(1h);
    EXPECT_THAT(world.events, IsEmpty()) << "it connected once";
    world.uevent("nvme1", "connected");
    world.pass(1s);
    ASSERT_THAT(told(world.events), ElementsAre("identity_changed nvme1 by admin"));
    EXPECT_THAT(world.events[0].text, ::testing::HasSubstr("OTHER"));
    EXPECT_THAT(world.times(Kind::identify, "nvme0"), SizeIs(1));
}

TEST_F(HostIdentities, tell_how_long_a_change_may_take) {
    begin();
    world.pass(1s);
    world.ana(0, 1, "change");
    world.aen(0);
    world.pass(10s);
    EXPECT_THAT(world.of(EventKind::anatt_exceeded), IsEmpty());
    world.pass(10ms);
    EXPECT_THAT(world.of(EventKind::anatt_exceeded), SizeIs(1));
}

TEST_F(HostIdentities, bring_a_first_change_count_with_them) {
    for (auto& [name, seen] : world.identities) {
        nvme::AnaLog log = log_of(7, nvme::AnaState::optimized);
        log.nagd = 1;
        seen.ana.log = Page::of(nvme::encode(log));
    }
    world.identities["nvme1"].ana.stable = false;
    begin();
    world.pass(1s);
    for (const char* name : {"nvme0", "nvme1"}) {
        world.core->fusion().see_change_count(
            world.tracker->kernel().host, name, 9,
            {.observed = world.now(), .cause = {}, .source = "t"});
    }
    world.core->publish({.observed = world.now(), .cause = {}, .source = "t"});
    EXPECT_THAT(told(world.events), ElementsAre("ana_coalesced nvme0 by t"))
        << "a log that was not stable counts nothing";
}

TEST_F(HostIdentities, that_cannot_be_read_are_tried_again_and_less_and_less_often) {
    world.identities.erase("nvme0");
    begin();
    world.pass(40s);
    EXPECT_THAT(pauses(world.times(Kind::identify, "nvme0")),
                ElementsAre(1s + 3ms, 2s + 3ms, 4s + 3ms, 8s + 3ms, 16s + 3ms));
    EXPECT_THAT(world.times(Kind::identify, "nvme1"), SizeIs(1)) << "it has nothing to do with it";
    EXPECT_THAT(world.of(EventKind::source_lost),
                Contains(::testing::Field(&Event::text, "no answer")));
    world.identities["nvme0"] = world.identities["nvme1"];
    world.pass(40s);
    const auto reads = world.times(Kind::identify, "nvme0").size();
    world.pass(1h);
    EXPECT_EQ(world.times(Kind::identify, "nvme0").size(), reads);
    EXPECT_THAT(told(world.events).back(), "source_restored by admin");
    // A connection makes it try at once, whatever the pause is.
    world.identities.clear();
    world.uevent("nvme0", "connected");
    world.pass(20s);
    world.forget_the_past();
    const auto again = world.elapsed();
    world.uevent("nvme0", "connected");
    world.pass(1500ms);
    EXPECT_THAT(world.times(Kind::identify, "nvme0"), ElementsAre(again, again + 1s + 3ms));
}

TEST_F(HostIdentities, of_controllers_that_are_not_live_are_not_asked_for) {
    world.state(1, "connecting");
    begin();
    world.pass(1h);
    EXPECT_THAT(world.times(Kind::identify, "nvme1"), IsEmpty());
    world.state(1, "live");
    world.uevent("nvme1", "connected");
    world.pass(1s);
    EXPECT_THAT(world.times(Kind::identify, "nvme1"), SizeIs(1));
    // It goes while it is asked: no fault of the admin queue.
    world.identities.erase("nvme1");
    world.forget_the_past();
    world.uevent("nvme1", "connected");
    world.after(1ms, [&] { world.state(1, "connecting"); });
    world.pass(1h);
    EXPECT_THAT(world.of(EventKind::source_lost), IsEmpty());
    EXPECT_THAT(world.times(Kind::identify, "nvme1"), SizeIs(1));
    world.uevent("nvme9", "connected"); // not watched
    world.pass(1s);
    EXPECT_THAT(world.times(Kind::identify, "nvme9"), IsEmpty());
}

/// No hint came, and the next poll is an hour away.
TEST_F(HostIdentities, of_one_that_is_lost_between_two_tries_are_not_asked_for) {
    world.identities.erase("nvme0");
    begin();
    world.pass(1500ms); // tried twice
    world.state(0, "connecting");
    world.pass(10s);
    EXPECT_THAT(world.times(Kind::identify, "nvme0"), SizeIs(2));
    EXPECT_THAT(told(world.of(EventKind::controller_state)),
                ElementsAre("controller_state nvme0 live>connecting by sysfs"));
}

TEST_F(HostIdentities, of_one_that_is_lost_while_it_is_asked_are_another_matter) {
    world.identities.erase("nvme0");
    world.options.retry_interval = 1h;
    begin();
    world.after(0s, [&] { world.state(0, "connecting"); });
    world.pass(1min);
    EXPECT_THAT(told(world.of(EventKind::controller_state)),
                ElementsAre("controller_state nvme0 live>connecting by sysfs"));
    EXPECT_THAT(world.of(EventKind::source_lost), IsEmpty());
}

TEST_F(HostIdentities, of_one_that_connects_while_it_is_asked_are_read_again) {
    begin();
    world.pass(1s);
    world.forget_the_past();
    world.uevent("nvme0", "connected");
    world.pass(1ms);
    world.uevent("nvme0", "connected");
    world.pass(1s);
    EXPECT_THAT(world.times(Kind::identify, "nvme0"), SizeIs(2));
    EXPECT_THAT(pauses(world.times(Kind::identify, "nvme0")), ElementsAre(3ms));
}

TEST_F(HostIdentities, of_one_that_is_gone_meanwhile_are_passed_over) {
    begin();
    world.pass(0s);
    world.tracker->scan_failed(Error(Errc::not_found, "find", "nvme-subsys0", "it is nowhere"));
    world.pass(1min);
    EXPECT_THAT(world.core->status().subsystems, IsEmpty());
    EXPECT_THAT(world.of(EventKind::source_lost), IsEmpty());
}

TEST_F(HostIdentities, of_one_that_is_gone_meanwhile_tell_nothing_of_the_others) {
    world.options.sites.clear();
    world.takes[Kind::identify] = 100ms;
    begin();
    for (const char* file : {"sys/class/nvme/nvme0", "sys/devices/virtual/nvme-fabrics/ctl/nvme0",
                             "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0"}) {
        world.tree.remove(file);
    }
    world.uevent("nvme0", "");
    world.pass(1min);
    const MonitorStatus status = world.core->status();
    ASSERT_THAT(status.controllers, SizeIs(1));
    EXPECT_EQ(status.controllers[0].name, "nvme1");
    EXPECT_EQ(status.controllers[0].array, "") << "there is no other array to tell it from";
}

TEST_F(HostIdentities, of_discovery_controllers_are_not_asked_for) {
    world.tree.set(SysfsTree::controller(1) + "/cntrltype", "discovery");
    begin();
    world.pass(1min);
    EXPECT_THAT(world.times(Kind::identify, "nvme0"), SizeIs(1));
    EXPECT_THAT(world.times(Kind::identify, "nvme1"), IsEmpty());
}

TEST_F(HostIdentities, of_discovery_subsystems_are_not_asked_for) {
    world.tree.set(SysfsTree::subsystem(0) + "/subsystype", "discovery");
    begin();
    world.pass(1min);
    EXPECT_THAT(world.times(Kind::identify), IsEmpty());
}

} // namespace
} // namespace haoh::monitor
