// SPDX-License-Identifier: LGPL-2.1-or-later
// Why access is what it is, what is expected, and what is no path although it looks like one.
#include "monitor/fusion.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace haoh::monitor {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FusionTrouble : public ::testing::Test {
  protected:
    static View view_of(const std::string& name, const char* state = "optimized",
                        std::uint8_t uuid = 1, std::uint64_t bytes = 4096) {
        View view;
        view.controllers.push_back(
            {.name = name, .subsysnqn = "nqn", .address = {}, .state = ControllerState::live});
        ViewedNamespace& one = view.namespaces.emplace_back();
        one.subsysnqn = "nqn";
        one.nsid = 1;
        one.bytes = bytes;
        ViewedPath& path = one.paths.emplace_back();
        path.controller = name;
        path.ana_state = PathAnaState::of(state);
        path.ana_grpid = 1;
        path.bytes = bytes;
        path.volume = Volume{};
        path.volume->ids.uuid = nvme::Uuid{uuid};
        path.volume->lbads = 9;
        return view;
    }
    void see(const std::string& name, View view) {
        fusion_.see_controller({}, name, view, occasion());
        fusion_.set_array({}, name, "array-" + name);
    }
    void see(const std::string& name) { see(name, view_of(name)); }
    void lose(const std::string& name) {
        fusion_.see_controller_state({}, name, ControllerState::lost, occasion());
    }
    std::vector<Event> take() { return fusion_.take(occasion()); }
    /// Both are there and well, and then a has another size of which no event told.
    void grow_silently() {
        see("a");
        see("b");
        EXPECT_THAT(access(), testing::IsEmpty());
        source_ = kClock;
        see("a", view_of("a", "optimized", 1, 8192));
        EXPECT_THAT(access(), testing::IsEmpty());
    }
    /// Of events about access.
    std::vector<std::string> access() {
        std::vector<std::string> lines;
        for (const Event& event : take()) {
            if (event.kind == EventKind::access) {
                lines.push_back(fmt::format("{} {} {}", event.to,
                                            event.trouble ? to_string(*event.trouble) : "",
                                            event.text));
            }
        }
        return lines;
    }
    [[nodiscard]] Occasion occasion() const {
        return {.observed = {.monotonic = now_, .wall = now_}, .cause = {}, .source = source_};
    }

    std::string_view source_{"test"};
    std::chrono::nanoseconds now_{};
    Fusion fusion_;
};

TEST_F(FusionTrouble, is_not_told_before_each_array_that_is_expected_was_tried) {
    fusion_.expect_source("a");
    fusion_.expect_source("b");
    see("b", view_of("b", "inaccessible"));
    fusion_.restore_source("b", {});
    EXPECT_THAT(access(), IsEmpty()) << "b is the passive array of a healthy pair";
    see("a");
    fusion_.restore_source("a", {});
    EXPECT_THAT(access(), IsEmpty()) << "and that is all there is to say";
}

TEST_F(FusionTrouble, is_told_when_an_array_that_is_expected_does_not_come) {
    fusion_.expect_source("a");
    fusion_.expect_source("b");
    fusion_.expect_arrays({}, "nqn", {.arrays = {"array-a", "array-b"}, .least = 0});
    see("b");
    fusion_.restore_source("b", {});
    EXPECT_THAT(access(), IsEmpty());
    fusion_.lose_source("a", "refused", {});
    EXPECT_THAT(access(), ElementsAre("single_array absent array-a: not there"));
    see("a");
    EXPECT_THAT(access(), ElementsAre("restored  "));
}

TEST_F(FusionTrouble, is_that_two_arrays_are_expected_whatever_they_are_called) {
    fusion_.expect_arrays({}, "nqn", {.arrays = {}, .least = 2});
    see("a");
    EXPECT_THAT(access(), ElementsAre("single_array absent "));
    see("b");
    EXPECT_THAT(access(), ElementsAre("restored  "));
}

TEST_F(FusionTrouble, names_what_changed_last_for_the_worse) {
    see("a");
    see("b");
    EXPECT_THAT(access(), IsEmpty());
    see("b", view_of("b", "persistent-loss"));
    EXPECT_THAT(access(), ElementsAre("single_array ana array-b: ANA persistent-loss"));
    lose("a");
    EXPECT_THAT(access(), ElementsAre("no_path connection array-a: controller lost, array-b: ANA "
                                      "persistent-loss"));
    see("a");
    see("b");
    EXPECT_THAT(access(), ElementsAre("restored  "));
    see("a", view_of("a", "optimized", 1, 8192));
    EXPECT_THAT(access(), ElementsAre("single_array resize array-b: another size"));
    see("b", view_of("b", "optimized", 1, 8192));
    EXPECT_THAT(access(), ElementsAre("restored  "));
    View none = view_of("b");
    none.namespaces.clear();
    see("b", none);
    EXPECT_THAT(access(), ElementsAre("single_array removal array-b: no path"));
}

/// Of a size that no event told: the other array may have it, too, and is looked at.
TEST_F(FusionTrouble, is_none_where_the_other_array_grew_as_silently) {
    grow_silently();
    ASSERT_TRUE(fusion_.next_deadline());
    now_ += 9s;
    EXPECT_GT(*fusion_.next_deadline(), now_);
    EXPECT_THAT(access(), IsEmpty());
    see("b", view_of("b", "optimized", 1, 8192));
    EXPECT_THAT(access(), IsEmpty());
    EXPECT_FALSE(fusion_.next_deadline());
    now_ += 1h;
    EXPECT_THAT(access(), IsEmpty());
}

TEST_F(FusionTrouble, is_another_size_when_the_other_array_does_not_follow) {
    grow_silently();
    now_ = *fusion_.next_deadline();
    fusion_.pass_time(occasion().observed);
    EXPECT_THAT(access(), ElementsAre("single_array resize array-b: another size"));
    EXPECT_FALSE(fusion_.next_deadline());
    see("b", view_of("b", "optimized", 1, 8192));
    EXPECT_THAT(access(), ElementsAre("restored  "));
}

TEST_F(FusionTrouble, is_told_at_once_when_it_is_more_than_a_size_that_may_follow) {
    grow_silently();
    lose("a");
    EXPECT_THAT(access(), ElementsAre("no_path connection array-a: controller lost, array-b: "
                                      "another size"));
}

TEST_F(FusionTrouble, of_all_arrays_at_once_is_this_hosts_own_link) {
    see("a");
    see("b");
    EXPECT_THAT(access(), IsEmpty());
    lose("a");
    EXPECT_THAT(access(), ElementsAre("single_array connection array-a: controller lost"));
    lose("b");
    EXPECT_THAT(access(), ElementsAre(HasSubstr("no_path host_link")));
}

TEST_F(FusionTrouble, of_one_array_alone_is_not_this_hosts_own_link) {
    see("a");
    EXPECT_THAT(access(), IsEmpty());
    lose("a");
    EXPECT_THAT(access(), ElementsAre("no_path connection array-a: controller lost"));
}

TEST_F(FusionTrouble, has_its_length_from_its_beginning_to_its_end) {
    see("a");
    see("b");
    static_cast<void>(take());
    now_ = 10s;
    lose("b");
    std::vector<Event> events = take();
    EXPECT_EQ(events.back().lasting, 0s);
    now_ = 12s;
    lose("a");
    events = take();
    EXPECT_EQ(events.back().to, "no_path");
    EXPECT_EQ(events.back().lasting, 2s) << "it was worse than it should be since 10 s";
    now_ = 15s;
    see("a");
    see("b");
    events = take();
    EXPECT_EQ(events.back().to, "restored");
    EXPECT_EQ(events.back().lasting, 5s);
    now_ = 20s;
    lose("b");
    EXPECT_EQ(take().back().lasting, 0s) << "another one";
}

TEST_F(FusionTrouble, is_a_path_to_another_volume) {
    see("a");
    see("b");
    EXPECT_THAT(access(), IsEmpty());
    lose("b");
    EXPECT_THAT(access(), ElementsAre("single_array connection array-b: controller lost"));
    see("b", view_of("b", "optimized", 2));
    const std::vector<Event> events = take();
    ASSERT_EQ(events.size(), 2U) << "live again, the refusal, and nothing is restored";
    EXPECT_EQ(events[0].kind, EventKind::controller_state);
    EXPECT_EQ(events[1].kind, EventKind::path_refused);
    EXPECT_EQ(events[1].rule, "ns.uuid.equal");
    EXPECT_EQ(events[1].controller, "b");
    EXPECT_EQ(events[1].nsid, 1U);
    see("b", view_of("b", "optimized", 2));
    EXPECT_THAT(take(), IsEmpty()) << "once";
    const MonitorStatus status = fusion_.status({});
    EXPECT_EQ(status.namespaces.at(0).paths.at(1).use.kind, PathUse::Kind::refused);
    EXPECT_EQ(status.namespaces.at(0).paths.at(1).use.detail, "ns.uuid.equal");
    EXPECT_EQ(status.namespaces.at(0).access.usable, 1U);
    see("b");
    EXPECT_THAT(access(), ElementsAre("restored  ")) << "it is the right one again";
}

TEST_F(FusionTrouble, is_a_volume_that_becomes_another_one_under_its_own_name) {
    see("a");
    EXPECT_THAT(access(), IsEmpty());
    see("a", view_of("a", "optimized", 2));
    EXPECT_THAT(access(), ElementsAre("no_path refused array-a: refused by ns.uuid.equal"));
}

TEST_F(FusionTrouble, follows_the_array_that_was_named_first) {
    for (const bool a_is_quicker : {true, false}) {
        fusion_ = {};
        fusion_.expect_source("a");
        fusion_.expect_source("b");
        for (const char* name : {a_is_quicker ? "a" : "b", a_is_quicker ? "b" : "a"}) {
            see(name, view_of(name, "optimized", name[0] == 'a' ? 1 : 2));
            fusion_.restore_source(name, {});
        }
        const std::vector<Event> events = take();
        ASSERT_EQ(events.size(), 2U);
        EXPECT_EQ(events[0].kind, EventKind::path_refused);
        EXPECT_EQ(events[0].controller, "b");
        EXPECT_EQ(events[1].to, "single_array");
        EXPECT_EQ(events[1].trouble, Trouble::refused);
    }
}

TEST_F(FusionTrouble, is_a_path_that_Linux_does_not_make_by_itself) {
    View barred = view_of("a");
    barred.namespaces[0].paths[0].barred =
        Refused{.rule = "ns.ncap.nonzero", .text = "no capacity"};
    see("a", barred);
    const std::vector<Event> events = take();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].rule, "ns.ncap.nonzero");
    EXPECT_EQ(events[1].to, "no_path");
    see("a");
    EXPECT_THAT(access(), ElementsAre("restored  "));
}

TEST_F(FusionTrouble, is_no_unshared_namespace_of_one_controller) {
    View alone = view_of("a");
    alone.namespaces[0].paths[0].volume->shared = false;
    see("a", alone);
    see("a", alone);
    EXPECT_THAT(take(), IsEmpty());
    see("b");
    EXPECT_THAT(access(), ElementsAre("single_array refused array-b: refused by ns.nmic.shared"));
}

TEST_F(FusionTrouble, of_a_change_count_is_no_namespace_that_comes_or_goes) {
    see("a");
    fusion_.see_change_count({}, "a", 5, occasion());
    static_cast<void>(take());
    View more = view_of("a");
    more.namespaces.push_back(more.namespaces[0]);
    more.namespaces[1].nsid = 2;
    see("a", more);
    fusion_.see_change_count({}, "a", 6, occasion());
    for (const Event& event : take()) {
        EXPECT_NE(event.kind, EventKind::ana_coalesced) << event.text;
    }
    see("a");
    fusion_.see_change_count({}, "a", 8, occasion());
    const std::vector<Event> events = take();
    EXPECT_EQ(events.front().kind, EventKind::path_lost);
    EXPECT_EQ(events.back().kind, EventKind::ana_coalesced) << "one more than the namespace's";
    EXPECT_EQ(events.back().transitions, 1U);
}

TEST_F(FusionTrouble, of_a_change_count_that_does_not_count_is_told_once) {
    see("a");
    fusion_.see_change_count({}, "a", 0, occasion());
    static_cast<void>(take());
    std::vector<Event> told;
    for (const char* state : {"inaccessible", "optimized", "inaccessible", "optimized"}) {
        see("a", view_of("a", state));
        fusion_.see_change_count({}, "a", 0, occasion());
        for (Event& event : take()) {
            if (event.kind == EventKind::ana_coalesced) {
                told.push_back(std::move(event));
            }
        }
    }
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].transitions, 0U);
    EXPECT_EQ(told[0].controller, "a");
    EXPECT_EQ(told[0].text, "its change count stays 0");
}

TEST_F(FusionTrouble, of_a_change_count_that_is_late_is_none) {
    see("a");
    fusion_.see_change_count({}, "a", 7, occasion());
    static_cast<void>(take());
    std::uint64_t count = 7;
    for (const char* state : {"inaccessible", "optimized", "inaccessible", "optimized"}) {
        see("a", view_of("a", state));
        fusion_.see_change_count({}, "a", count, occasion()); // that of the transition before
        ++count;
        for (const Event& event : take()) {
            EXPECT_NE(event.kind, EventKind::ana_coalesced) << event.text;
        }
    }
}

} // namespace
} // namespace haoh::monitor
