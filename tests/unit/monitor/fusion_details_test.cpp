// SPDX-License-Identifier: LGPL-2.1-or-later
// What a fusion knows, number by number: times, counts, sources, identities, arrays.
#include "monitor/fusion.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// One namespace, NSID 3, with a path through nvme0 and nvme1 each.
class FusionDetails : public ::testing::Test {
  protected:
    FusionDetails() {
        ViewedNamespace& one = view_.namespaces.emplace_back();
        one.subsysnqn = "nqn";
        one.nsid = 3;
        one.device = "nvme0n1";
        one.bytes = 4096;
        for (const char* name : {"nvme0", "nvme1"}) {
            view_.controllers.push_back({.name = name,
                                         .subsysnqn = "nqn",
                                         .address = fmt::format("at {}", name),
                                         .state = ControllerState::live});
            one.paths.push_back({.controller = name,
                                 .name = fmt::format("path of {}", name),
                                 .ana_state = PathAnaState::of("optimized"),
                                 .ana_grpid = 1,
                                 .bytes = 4096});
        }
    }
    [[nodiscard]] Occasion occasion() const {
        return {.observed = now_, .cause = {}, .source = "test"};
    }
    void see() { fusion_.see("h", view_, occasion()); }
    std::vector<Event> take() { return fusion_.take(occasion()); }
    std::vector<Event> take(EventKind kind) {
        std::vector<Event> all = take();
        std::erase_if(all, [&](const Event& event) { return event.kind != kind; });
        return all;
    }
    void ana(const char* controller, const char* state) {
        fusion_.see_ana_state("h", fmt::format("path of {}", controller), PathAnaState::of(state),
                              occasion());
    }
    void pass(std::chrono::nanoseconds time) {
        now_.monotonic += time;
        now_.wall += time;
    }
    [[nodiscard]] MonitorStatus::Namespace first() const {
        return fusion_.status(now_).namespaces.at(0);
    }

    Moment now_{.monotonic = 1000s, .wall = 5000s};
    View view_;
    Fusion fusion_;
};

TEST_F(FusionDetails, says_everything_in_words_that_are_safe_to_print) {
    const std::string hostile = "\x1b]0;owned\x07\n";
    const std::string safe = R"(\x1b]0;owned\x07\x0a)";
    fusion_.lose_source(hostile, "it says " + hostile, now_);
    fusion_.lose_source(hostile, "it says " + hostile, now_);
    fusion_.refuse("h", {.controller = hostile, .nsid = 1, .rule = "r", .text = hostile},
                   occasion());
    const std::vector<Event> told = take();
    ASSERT_EQ(told.size(), 2U) << "what was lost is told once";
    EXPECT_EQ(told[0].text, "it says " + safe);
    EXPECT_EQ(told[0].source, hostile) << "a name is exact";
    EXPECT_EQ(told[1].text, safe);
    EXPECT_EQ(told[1].controller, hostile);
    EXPECT_EQ(fusion_.status(now_).sources.at(0).problem, "it says " + safe);
}

TEST_F(FusionDetails, an_asynchronous_event_has_a_name) {
    see();
    const std::pair<nvme::AsyncEvent, const char*> events[] = {
        {{.type = 2, .info = 3, .log_page = 0x0C}, "ana_change"},
        {{.type = 2, .info = 0, .log_page = 4}, "namespace_attribute_changed"},
        {{.type = 2, .info = 0xF0, .log_page = 0x70}, "discovery_log_changed"},
        {{.type = 1, .info = 0x0A, .log_page = 2}, "type 1h info 0Ah log 02h"},
    };
    for (const auto& [event, name] : events) {
        fusion_.notice("h", {.controller = "nvme1", .event = event, .count = 4}, occasion());
        const auto told = take();
        ASSERT_THAT(told, SizeIs(1));
        EXPECT_EQ(told[0].to, name);
        EXPECT_EQ(told[0].transitions, 4U);
        EXPECT_EQ(told[0].controller, "nvme1");
        EXPECT_EQ(told[0].subsysnqn, "nqn");
        EXPECT_EQ(told[0].observed, now_);
    }
}

TEST_F(FusionDetails, a_path_counts_its_transitions_and_remembers_the_last) {
    see();
    EXPECT_EQ(first().paths[0].transitions, 0U);
    EXPECT_EQ(first().paths[0].last_change, std::nullopt);
    pass(1s);
    ana("nvme0", "change");
    pass(1s);
    ana("nvme0", "inaccessible");
    pass(1s);
    ana("nvme0", "inaccessible");
    const MonitorStatus::Path path = first().paths[0];
    EXPECT_EQ(path.transitions, 2U);
    EXPECT_EQ(path.last_change->monotonic, 1002s);
    EXPECT_EQ(path.ana_state, PathAnaState::of("inaccessible"));
    EXPECT_FALSE(path.use.usable());
    EXPECT_TRUE(first().paths[1].use.usable());
    const auto told = take(EventKind::ana_change);
    ASSERT_THAT(told, SizeIs(2));
    EXPECT_EQ(told[0].transitions, 1U);
}

TEST_F(FusionDetails, a_state_without_ana_has_a_name_in_events) {
    view_.namespaces[0].paths[0].ana_state = PathAnaState::of("");
    see();
    ana("nvme0", "optimized");
    ana("nvme0", "");
    const auto told = take(EventKind::ana_change);
    ASSERT_THAT(told, SizeIs(2));
    EXPECT_EQ(told[0].from, "no ANA");
    EXPECT_EQ(told[1].to, "no ANA");
}

TEST_F(FusionDetails, anatt_is_over_when_more_than_it_has_passed) {
    see();
    fusion_.set_anatt("h", "nvme0", 10);
    fusion_.set_anatt("h", "nvme1", 4);
    ana("nvme0", "change");
    EXPECT_EQ(fusion_.next_deadline(), std::optional(1010s + 1ms));
    pass(1s);
    ana("nvme1", "change");
    EXPECT_EQ(fusion_.next_deadline(), std::optional(1005s + 1ms)) << "the first one to come";
    pass(4s);
    fusion_.pass_time(now_);
    EXPECT_THAT(take(EventKind::anatt_exceeded), IsEmpty()) << "exactly is not longer";
    pass(1ms);
    fusion_.pass_time(now_);
    auto told = take(EventKind::anatt_exceeded);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].controller, "nvme1");
    EXPECT_EQ(told[0].source, "clock");
    EXPECT_EQ(told[0].cause->monotonic, 1001s);
    EXPECT_EQ(told[0].observed, now_);
    EXPECT_EQ(told[0].text, "longer than the 4 s of ANATT");
    EXPECT_EQ(fusion_.next_deadline(), std::optional(1010s + 1ms)) << "the other one's";
    ana("nvme0", "optimized");
    EXPECT_EQ(fusion_.next_deadline(), std::nullopt);
    ana("nvme1", "optimized");
    ana("nvme1", "change");
    pass(5s);
    fusion_.pass_time(now_);
    told = take(EventKind::anatt_exceeded);
    EXPECT_THAT(told, SizeIs(1)) << "each change has its time";
}

TEST_F(FusionDetails, anatt_counts_from_the_first_view_where_a_path_is_in_change_already) {
    view_.namespaces[0].paths[1].ana_state = PathAnaState::of("change");
    see();
    EXPECT_EQ(fusion_.next_deadline(), std::nullopt) << "ANATT is not known";
    fusion_.pass_time({.monotonic = 9000s, .wall = {}});
    EXPECT_THAT(take(EventKind::anatt_exceeded), IsEmpty());
    fusion_.set_anatt("h", "nvme1", 10);
    EXPECT_EQ(fusion_.next_deadline(), std::optional(1010s + 1ms));
    fusion_.set_anatt("h", "nvme9", 10); // not known
    fusion_.set_anatt("h", "nvme1", 0);
    EXPECT_EQ(fusion_.next_deadline(), std::nullopt) << "0: none is told";
}

TEST_F(FusionDetails, one_transition_of_a_group_is_one_whatever_its_namespaces) {
    ViewedNamespace second = view_.namespaces[0];
    second.nsid = 4;
    second.device = "nvme0n2";
    for (ViewedPath& path : second.paths) {
        path.name += " of 4";
    }
    view_.namespaces.push_back(second);
    see();
    fusion_.see_change_count("h", "nvme0", 10, occasion());
    ana("nvme0", "change");
    fusion_.see_ana_state("h", "path of nvme0 of 4", PathAnaState::of("change"), occasion());
    const auto changes = take(EventKind::ana_change);
    ASSERT_THAT(changes, SizeIs(2));
    EXPECT_EQ(changes[0].change_count, 10U) << "the last count known";
    fusion_.see_change_count("h", "nvme0", 12, occasion());
    auto told = take(EventKind::ana_coalesced);
    ASSERT_THAT(told, SizeIs(1)) << "two, and one was seen";
    EXPECT_EQ(told[0].transitions, 1U);
    EXPECT_EQ(told[0].text, "change count 10 to 12, 1 seen");
    EXPECT_EQ(told[0].controller, "nvme0");
    EXPECT_EQ(told[0].array, "");
}

TEST_F(FusionDetails, namespaces_in_no_group_count_each) {
    view_.namespaces[0].paths[0].ana_grpid.reset();
    see();
    fusion_.see_change_count("h", "nvme0", 10, occasion());
    ana("nvme0", "change");
    ana("nvme0", "optimized");
    fusion_.see_change_count("h", "nvme0", 12, occasion());
    EXPECT_THAT(take(EventKind::ana_coalesced), IsEmpty());
    fusion_.see_change_count("h", "nvme0", 13, occasion());
    EXPECT_THAT(take(EventKind::ana_coalesced), SizeIs(1)) << "two, and no more";
}

TEST_F(FusionDetails, what_was_seen_before_its_log_counts_for_the_next_one) {
    see();
    fusion_.see_change_count("h", "nvme0", 10, occasion());
    ana("nvme0", "change");
    ana("nvme0", "inaccessible"); // later than the log
    fusion_.see_change_count("h", "nvme0", 11, occasion());
    EXPECT_THAT(take(EventKind::ana_coalesced), IsEmpty());
    fusion_.see_change_count("h", "nvme0", 12, occasion());
    EXPECT_THAT(take(EventKind::ana_coalesced), IsEmpty()) << "it was seen before";
    fusion_.see_change_count("h", "nvme0", 13, occasion());
    EXPECT_THAT(take(EventKind::ana_coalesced), SizeIs(1)) << "nothing is left";
    EXPECT_EQ(fusion_.status(now_).coalesced, 1U);
    fusion_.see_change_count("h", "nvme0", 13, occasion());
    fusion_.see_change_count("h", "nvme9", 13, occasion());
    EXPECT_THAT(take(), IsEmpty());
}

TEST_F(FusionDetails, a_log_that_says_nothing_new_takes_nothing_from_what_was_seen) {
    see();
    fusion_.see_change_count("h", "nvme0", 10, occasion());
    ana("nvme0", "change"); // later than the next log
    fusion_.see_change_count("h", "nvme0", 10, occasion());
    fusion_.see_change_count("h", "nvme0", 11, occasion());
    EXPECT_THAT(take(EventKind::ana_coalesced), IsEmpty()) << "it was seen";
    fusion_.see_change_count("h", "nvme0", 12, occasion());
    EXPECT_THAT(take(EventKind::ana_coalesced), SizeIs(1));
}

/// A scan of sysfs takes its time: a path may be there whose controller is not.
TEST_F(FusionDetails, a_path_whose_controller_is_not_known_is_there_and_of_no_use) {
    view_.controllers.erase(view_.controllers.begin()); // nvme0
    view_.namespaces[0].paths[0].ana_state = PathAnaState::of("change");
    see();
    fusion_.set_anatt("h", "nvme0", 10);
    fusion_.set_array("h", "nvme0", "array-a");
    fusion_.set_array("h", "nvme1", "array-b");
    EXPECT_EQ(first().access,
              (AccessCounts{.paths = 2, .usable = 1, .optimized = 1, .arrays = 1, .ready = 1}));
    EXPECT_FALSE(first().paths.at(0).use.usable());
    EXPECT_EQ(fusion_.next_deadline(), std::nullopt) << "nobody said how long";
    pass(1h);
    fusion_.pass_time(now_);
    EXPECT_THAT(take(), IsEmpty());
    ana("nvme0", "optimized");
    const auto told = take();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].controller, "nvme0");
    EXPECT_EQ(told[0].array, "");
    EXPECT_EQ(told[0].change_count, std::nullopt);
    EXPECT_FALSE(first().paths.at(0).use.usable());
    EXPECT_EQ(first().identity, "");
    KernelObservation kernel;
    kernel.host = "h";
    kernel.subsystems.emplace_back().controllers.emplace_back().name = "nvme0";
    kernel.subsystems[0].controllers[0].state = Attribute::of("new");
    fusion_.write_states(kernel);
    EXPECT_EQ(kernel.subsystems[0].controllers[0].state.text, "new");
}

TEST_F(FusionDetails, a_count_that_is_forgotten_takes_with_it_what_was_seen) {
    see();
    fusion_.see_change_count("h", "nvme0", 10, occasion());
    ana("nvme0", "change");
    fusion_.forget_change_count("h", "nvme0");
    fusion_.forget_change_count("h", "nvme9");
    fusion_.see_change_count("h", "nvme0", 20, occasion());
    fusion_.see_change_count("h", "nvme0", 21, occasion());
    EXPECT_THAT(take(EventKind::ana_coalesced), SizeIs(1)) << "the change was before the count";
}

TEST_F(FusionDetails, a_path_may_have_another_name_group_and_size) {
    see();
    ViewedPath& path = view_.namespaces[0].paths[0];
    path.name = "renamed";
    path.ana_grpid = 9;
    path.bytes = 512;
    see();
    EXPECT_EQ(first().paths[0].name, "renamed");
    EXPECT_FALSE(first().paths[0].use.usable()) << "of another size";
    ana("nvme0", "change"); // the old name
    EXPECT_THAT(take(EventKind::ana_change), IsEmpty());
    fusion_.see_ana_state("h", "renamed", PathAnaState::of("change"), occasion());
    const auto told = take(EventKind::ana_change);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].ana_grpid, 9U);
    EXPECT_EQ(told[0].path, "renamed");
    // What a view does not know does not take away what is known.
    path.name.clear();
    path.ana_grpid.reset();
    path.bytes = 0;
    see();
    EXPECT_EQ(first().paths[0].name, "renamed");
    EXPECT_FALSE(first().paths[0].use.usable());
    fusion_.see_ana_state("h", "renamed", PathAnaState::of("optimized"), occasion());
    EXPECT_EQ(take(EventKind::ana_change).at(0).ana_grpid, 9U);
}

TEST_F(FusionDetails, sizes_and_protection_that_become_known_are_no_change) {
    view_.namespaces[0].bytes = 0;
    see();
    view_.namespaces[0].bytes = 4096;
    view_.namespaces[0].read_only = true;
    see();
    EXPECT_THAT(take(), IsEmpty());
    EXPECT_EQ(first().bytes, 4096U);
    view_.namespaces[0].read_only.reset();
    view_.namespaces[0].bytes = 0;
    see();
    EXPECT_EQ(first().bytes, 4096U) << "as known last";
    view_.namespaces[0].read_only = false;
    see();
    const auto told = take();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].from, "read-only");
    EXPECT_EQ(told[0].to, "writable");
    EXPECT_EQ(told[0].nsid, 3U);
    EXPECT_EQ(told[0].device, "nvme0n1");
}

TEST_F(FusionDetails, a_namespace_that_had_no_path_is_not_lost_again) {
    see();
    ana("nvme0", "inaccessible");
    ana("nvme1", "inaccessible");
    EXPECT_THAT(take(EventKind::access), SizeIs(1));
    fusion_.see("h", View{}, occasion());
    const auto all = take();
    EXPECT_TRUE(std::none_of(all.begin(), all.end(),
                             [](const Event& event) { return event.kind == EventKind::access; }));
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const Event& event) {
        return event.kind == EventKind::namespace_removed;
    }));
    EXPECT_THAT(fusion_.status(now_).controllers, IsEmpty());
    EXPECT_THAT(fusion_.status(now_).namespaces, IsEmpty());
    ana("nvme0", "optimized");
    EXPECT_THAT(take(), IsEmpty()) << "its paths are not known any more";
}

TEST_F(FusionDetails, a_namespace_whose_paths_are_gone_stays_while_its_head_does) {
    see();
    EXPECT_THAT(take(), IsEmpty());
    view_.namespaces[0].paths.clear();
    see();
    auto told = take(EventKind::access);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].to, "no_path");
    EXPECT_EQ(told[0].access->paths, 0U);
    see();
    EXPECT_THAT(take(), IsEmpty());
    view_.namespaces.clear();
    see();
    told = take();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].kind, EventKind::namespace_removed);
}

TEST_F(FusionDetails, states_are_written_over_those_of_a_scan_where_both_are_known) {
    see();
    fusion_.see_ana_state("h", "path of nvme0", PathAnaState::not_read(), occasion());
    ana("nvme1", "change");
    fusion_.see_controller_state("h", "nvme0", ControllerState::connecting, occasion());
    KernelObservation kernel;
    kernel.host = "h";
    KernelSubsystem& subsystem = kernel.subsystems.emplace_back();
    for (const char* name : {"nvme0", "nvme1", "nvme2"}) {
        subsystem.controllers.emplace_back().name = name;
        subsystem.controllers.back().state = Attribute::of("new");
        KernelPath& path = subsystem.namespaces.emplace_back().paths.emplace_back();
        path.controller = name;
        path.name = fmt::format("path of {}", name);
        path.ana_state = Attribute::of("persistent-loss");
    }
    subsystem.controllers[1].state.state = Attribute::State::unreadable;
    KernelObservation elsewhere = kernel;
    elsewhere.host = "other";
    const KernelObservation before = elsewhere;
    fusion_.write_states(elsewhere);
    EXPECT_EQ(elsewhere, before);
    fusion_.write_states(kernel);
    EXPECT_EQ(subsystem.controllers[0].state.text, "connecting");
    EXPECT_EQ(subsystem.controllers[1].state.state, Attribute::State::unreadable);
    EXPECT_EQ(subsystem.controllers[2].state.text, "new");
    EXPECT_EQ(subsystem.namespaces[0].paths[0].ana_state.text, "persistent-loss")
        << "what could not be read is no state";
    EXPECT_EQ(subsystem.namespaces[1].paths[0].ana_state.text, "change");
    EXPECT_EQ(subsystem.namespaces[2].paths[0].ana_state.text, "persistent-loss");
}

TEST_F(FusionDetails, a_refusal_knows_its_array_where_its_controller_is_known) {
    see();
    fusion_.set_array("h", "nvme1", "array-b");
    fusion_.refuse("h", {.controller = "nvme1", .nsid = 5, .rule = "a.rule", .text = "why"},
                   occasion());
    fusion_.refuse("h", {.controller = "nvme9", .nsid = {}, .rule = "a.rule", .text = "why"},
                   occasion());
    const auto told = take(EventKind::path_refused);
    ASSERT_THAT(told, SizeIs(2));
    EXPECT_EQ(told[0].array, "array-b");
    EXPECT_EQ(told[0].subsysnqn, "nqn");
    EXPECT_EQ(told[0].nsid, 5U);
    EXPECT_EQ(told[0].rule, "a.rule");
    EXPECT_EQ(told[0].text, "why");
    EXPECT_EQ(told[1].array, "");
    EXPECT_EQ(told[1].controller, "nvme9");
}

TEST_F(FusionDetails, an_array_counts_until_its_last_controller_is_named_otherwise) {
    ViewedNamespace& one = view_.namespaces[0];
    view_.controllers.push_back(view_.controllers[1]);
    view_.controllers[2].name = "nvme2";
    view_.controllers.push_back(view_.controllers[1]);
    view_.controllers[3].name = "nvme3";
    one.paths.push_back(one.paths[1]);
    one.paths[2].controller = "nvme2";
    one.paths[2].name = "path of nvme2";
    see();
    for (const char* name : {"nvme0", "nvme1", "nvme2"}) {
        fusion_.set_array("h", name, "x");
    }
    EXPECT_EQ(first().access.arrays, 1U) << "one array for all, and none without a name";
    fusion_.set_array("h", "nvme3", "z");
    EXPECT_EQ(first().access.arrays, 1U) << "it has no path to the namespace";
    fusion_.set_array("h", "nvme2", "y");
    EXPECT_EQ(first().access.arrays, 2U) << "x is still there";
    EXPECT_EQ(first().access.ready, 2U);
    fusion_.set_array("h", "nvme1", "y");
    fusion_.set_array("h", "nvme0", "y");
    EXPECT_EQ(first().access.arrays, 1U) << "x is gone";
    fusion_.set_array("h", "nvme9", "y");
    // What it means for access is told.
    EXPECT_THAT(take(), IsEmpty());
    fusion_.see_controller_state("h", "nvme1", ControllerState::connecting, occasion());
    fusion_.see_controller_state("h", "nvme2", ControllerState::connecting, occasion());
    EXPECT_THAT(take(EventKind::access), IsEmpty()) << "one array, and one path is left";
    fusion_.set_array("h", "nvme0", "x");
    const auto told = take(EventKind::access);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].to, "single_array");
}

TEST_F(FusionDetails, an_array_that_is_known_counts_for_a_namespace_that_comes) {
    see();
    fusion_.set_array("h", "nvme0", "x");
    fusion_.set_array("h", "nvme1", "y");
    view_.namespaces.push_back(view_.namespaces[0]);
    ViewedNamespace& second = view_.namespaces[1];
    second.nsid = 4;
    second.device = "nvme0n2";
    for (ViewedPath& path : second.paths) {
        path.name += " of 4";
    }
    see();
    const MonitorStatus status = fusion_.status(now_);
    ASSERT_THAT(status.namespaces, SizeIs(2));
    EXPECT_EQ(status.namespaces[1].access.arrays, 2U);
    EXPECT_EQ(status.namespaces[1].access.ready, 2U);
}

TEST_F(FusionDetails, a_status_has_everything) {
    fusion_.see("g", View{}, occasion());
    see();
    fusion_.set_array("h", "nvme1", "array-b");
    fusion_.set_verdict("h", "nqn", Verdict::warn);
    fusion_.lose_source("trace", "gone", now_);
    fusion_.restore_source("udev", now_);
    ana("nvme0", "change");
    static_cast<void>(take());
    pass(1s);
    const MonitorStatus status = fusion_.status(now_);
    EXPECT_EQ(status.now, now_);
    ASSERT_THAT(status.sources, SizeIs(2));
    EXPECT_EQ(status.sources[0].name, "trace");
    EXPECT_FALSE(status.sources[0].healthy);
    EXPECT_EQ(status.sources[0].problem, "gone");
    EXPECT_EQ(status.sources[0].lost, 1U);
    EXPECT_EQ(status.sources[1].name, "udev");
    EXPECT_TRUE(status.sources[1].healthy);
    ASSERT_THAT(status.subsystems, SizeIs(1));
    EXPECT_EQ(status.subsystems[0].host, "h");
    EXPECT_EQ(status.subsystems[0].subsysnqn, "nqn");
    EXPECT_EQ(status.subsystems[0].verdict, Verdict::warn);
    EXPECT_EQ(status.subsystems[0].identity, "") << "nobody said who it is";
    ASSERT_THAT(status.controllers, SizeIs(2));
    EXPECT_EQ(status.controllers[1].host, "h");
    EXPECT_EQ(status.controllers[1].name, "nvme1");
    EXPECT_EQ(status.controllers[1].subsysnqn, "nqn");
    EXPECT_EQ(status.controllers[1].array, "array-b");
    EXPECT_EQ(status.controllers[1].address, "at nvme1");
    EXPECT_EQ(status.controllers[1].state, ControllerState::live);
    ASSERT_THAT(status.namespaces, SizeIs(1));
    const MonitorStatus::Namespace& one = status.namespaces[0];
    EXPECT_EQ(one.host, "h");
    EXPECT_EQ(one.subsysnqn, "nqn");
    EXPECT_EQ(one.nsid, 3U);
    EXPECT_EQ(one.device, "nvme0n1");
    EXPECT_EQ(one.bytes, 4096U);
    EXPECT_EQ(one.identity, "");
    ASSERT_THAT(one.paths, SizeIs(2));
    EXPECT_EQ(one.paths[1].controller, "nvme1");
    EXPECT_EQ(one.paths[1].name, "path of nvme1");
    EXPECT_EQ(status.events.at(EventKind::ana_change), 1U);
    EXPECT_EQ(status.events.at(EventKind::source_lost), 1U);
    EXPECT_FALSE(status.events.contains(EventKind::source_restored));
}

TEST_F(FusionDetails, a_namespace_has_the_identity_that_one_of_its_controllers_tells) {
    see();
    ControllerIdentity other{.subnqn = "nqn", .serial = "S", .model = "M", .namespaces = {}};
    other.namespaces[4].uuid = "four";
    fusion_.see_identity("h", "nvme0", other, occasion());
    EXPECT_EQ(first().identity, "") << "it does not know this one";
    ControllerIdentity knows = other;
    knows.namespaces[3].uuid = "three";
    fusion_.see_identity("h", "nvme1", knows, occasion());
    fusion_.see_identity("h", "nvme9", knows, occasion());
    EXPECT_EQ(first().identity, knows.namespaces[3].digest());
    other.namespaces[3].uuid = "another three";
    fusion_.see_identity("h", "nvme0", other, occasion());
    EXPECT_EQ(first().identity, other.namespaces[3].digest()) << "the first one's";
    const std::array<const ControllerIdentity*, 2> both{&other, &knows};
    EXPECT_EQ(fusion_.status(now_).subsystems.at(0).identity, identity_digest(both));
}

TEST_F(FusionDetails, an_identity_that_changed_names_the_rule_and_the_controller) {
    see();
    ControllerIdentity identity{.subnqn = "nqn", .serial = "S", .model = "M", .namespaces = {}};
    fusion_.see_identity("h", "nvme1", identity, occasion());
    identity.serial = "T";
    fusion_.see_identity("h", "nvme1", identity, occasion());
    fusion_.see_identity("h", "nvme1", identity, occasion());
    const auto told = take();
    ASSERT_THAT(told, SizeIs(1)) << "once: it is the known one then";
    EXPECT_EQ(told[0].rule, "host.ctrl.first_seen");
    EXPECT_EQ(told[0].controller, "nvme1");
}

TEST_F(FusionDetails, only_changes_with_a_cause_have_a_latency) {
    see();
    fusion_.see_ana_state("h", "path of nvme0", PathAnaState::of("change"),
                          {.observed = now_, .cause = Moment::at(999s, now_), .source = "test"});
    ana("nvme1", "change");
    fusion_.see_controller_state(
        "h", "nvme1", ControllerState::connecting,
        {.observed = now_, .cause = Moment::at(999s, now_), .source = "test"});
    static_cast<void>(take());
    EXPECT_EQ(fusion_.status(now_).ana_latency.total(), 1U);
    EXPECT_EQ(fusion_.status(now_).ana_latency.sum, 1s);
}

TEST_F(FusionDetails, sources_that_are_expected_are_pending_until_they_were_tried) {
    EXPECT_FALSE(fusion_.expects_source());
    fusion_.expect_source("a");
    fusion_.expect_source("b");
    EXPECT_TRUE(fusion_.expects_source());
    EXPECT_TRUE(fusion_.status(now_).sources.at(0).pending);
    EXPECT_EQ(fusion_.status(now_).sources.at(0).name, "a");
    EXPECT_THAT(take(), IsEmpty());
    fusion_.lose_source("a", "why", now_);
    EXPECT_TRUE(fusion_.expects_source()) << "b";
    fusion_.restore_source("b", now_);
    EXPECT_FALSE(fusion_.expects_source());
    auto told = take();
    ASSERT_THAT(told, SizeIs(1)) << "that b works at first is no news";
    EXPECT_EQ(told[0].kind, EventKind::source_lost);
    EXPECT_EQ(told[0].source, "a");
    fusion_.lose_source("a", "another reason", now_);
    EXPECT_THAT(take(), SizeIs(1));
    EXPECT_EQ(fusion_.status(now_).sources.at(0).lost, 2U);
    EXPECT_EQ(fusion_.status(now_).sources.at(0).problem, "another reason");
    fusion_.restore_source("a", now_);
    told = take();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].source, "a");
    EXPECT_EQ(told[0].observed, now_);
    EXPECT_TRUE(fusion_.status(now_).sources.at(0).healthy);
    EXPECT_EQ(fusion_.status(now_).sources.at(0).problem, "");
    fusion_.lose_source("a", "another reason", now_);
    EXPECT_THAT(take(), SizeIs(1)) << "the same reason again, but it worked meanwhile";
    fusion_.lose_source("c", "", now_);
    EXPECT_THAT(take(), SizeIs(1)) << "without a reason, too";
    fusion_.restore_source("c", now_);
    fusion_.lose_source("c", "", now_);
    EXPECT_THAT(take(EventKind::source_lost), SizeIs(1)) << "again";
}

TEST_F(FusionDetails, a_log_agrees_when_every_path_is_in_its_state) {
    see();
    nvme::AnaLog log;
    log.groups.push_back({.agid = 1, .chgc = 1, .state = nvme::AnaState::optimized, .nsids = {3}});
    EXPECT_TRUE(fusion_.agrees("h", "nvme0", log));
    ana("nvme1", "change");
    EXPECT_TRUE(fusion_.agrees("h", "nvme0", log)) << "another controller's paths do not count";
    EXPECT_FALSE(fusion_.agrees("h", "nvme1", log));
    log.groups[0].nsids = {4};
    EXPECT_TRUE(fusion_.agrees("h", "nvme1", log)) << "nothing is said of it";
    log.groups[0].nsids = {3};
    EXPECT_TRUE(fusion_.agrees("h", "nvme9", log)) << "it has no path";
}

TEST_F(FusionDetails, hosts_are_worlds_of_their_own) {
    see();
    fusion_.see("g", view_, occasion());
    fusion_.see_ana_state("g", "path of nvme0", PathAnaState::of("change"), occasion());
    EXPECT_TRUE(fusion_.is_live("h", "nvme0"));
    fusion_.see_controller_state("g", "nvme0", ControllerState::connecting, occasion());
    EXPECT_FALSE(fusion_.is_live("g", "nvme0"));
    EXPECT_FALSE(fusion_.is_live("g", "nvme9"));
    EXPECT_FALSE(fusion_.is_live("elsewhere", "nvme0"));
    EXPECT_TRUE(fusion_.is_live("h", "nvme0"));
    EXPECT_TRUE(fusion_.knows_controller("g", "nvme1"));
    EXPECT_FALSE(fusion_.knows_controller("g", "nvme9"));
    EXPECT_FALSE(fusion_.knows_controller("elsewhere", "nvme1"));
    EXPECT_EQ(fusion_.status(now_).namespaces.at(1).paths[0].ana_state,
              PathAnaState::of("optimized"));
    for (const Event& event : take()) {
        EXPECT_EQ(event.host, "g");
    }
}

} // namespace
} // namespace haoh::monitor
