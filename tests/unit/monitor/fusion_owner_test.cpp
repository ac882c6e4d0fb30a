// SPDX-License-Identifier: LGPL-2.1-or-later
// Whose an event is, so that what one array does costs no other's events their room.
#include "monitor/event_queue.hpp"
#include "monitor/fusion.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace haoh::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

class FusionOwner : public ::testing::Test {
  protected:
    static View view_of(const char* controller, const std::vector<std::uint32_t>& nsids,
                        const char* state = "optimized") {
        View view;
        view.controllers.push_back({.name = controller,
                                    .subsysnqn = "nqn",
                                    .address = {},
                                    .state = ControllerState::live});
        for (const std::uint32_t nsid : nsids) {
            ViewedNamespace& one = view.namespaces.emplace_back();
            one.subsysnqn = "nqn";
            one.nsid = nsid;
            one.bytes = 4096;
            one.paths.push_back({.controller = controller,
                                 .name = {},
                                 .ana_state = PathAnaState::of(state),
                                 .ana_grpid = 1,
                                 .bytes = 4096});
        }
        return view;
    }
    void see(const char* controller, const std::vector<std::uint32_t>& nsids,
             const char* state = "optimized") {
        fusion_.see_controller({}, controller, view_of(controller, nsids, state), occasion_);
        fusion_.set_array({}, controller, controller);
    }
    std::vector<std::string> take() {
        std::vector<std::string> lines;
        for (const auto& [event, owner] : fusion_.take_owned(occasion_)) {
            lines.push_back(fmt::format("{} {}: {}", to_string(event.kind), event.nsid.value_or(0),
                                        owner.empty() ? "all" : owner));
        }
        return lines;
    }
    const Occasion occasion_{.observed = {}, .cause = {}, .source = "test"};
    Fusion fusion_;
};

TEST_F(FusionOwner, is_the_controller_that_an_event_is_about) {
    see("a", {1});
    see("b", {1});
    EXPECT_THAT(take(), IsEmpty());
    see("a", {1}, "persistent-loss");
    EXPECT_THAT(take(), ElementsAre("ana_change 1: a", "access 1: all"));
    fusion_.see_controller_state({}, "b", ControllerState::lost, occasion_);
    EXPECT_THAT(take(), ElementsAre("controller_state 0: b", "access 1: all"));
    fusion_.refuse({}, {.controller = "b", .nsid = 1, .rule = {}, .text = {}}, occasion_);
    fusion_.lose_source("b", "it is gone", {});
    EXPECT_THAT(take(), ElementsAre("path_refused 1: b", "source_lost 0: all"));
}

TEST_F(FusionOwner, of_a_namespace_is_who_alone_has_it) {
    see("a", {1});
    see("b", {1});
    EXPECT_THAT(take(), IsEmpty());
    see("b", {1, 2});
    EXPECT_THAT(take(), IsSupersetOf({"namespace_added 2: b", "path_added 2: b"}));
    see("b", {1, 2}, "persistent-loss");
    EXPECT_THAT(take(), IsSupersetOf({"ana_change 2: b", "access 2: b", "access 1: all"}));
    see("a", {1, 2});
    EXPECT_THAT(take(), ElementsAre("path_added 2: a", "access 2: all"));
    see("a", {1});
    EXPECT_THAT(take(), ElementsAre("path_lost 2: a", "access 2: b"));
    see("b", {1});
    EXPECT_THAT(take(), IsSupersetOf({"path_lost 2: b", "namespace_removed 2: b"}));
}

/// One array comes and goes with namespaces by the thousand; the other one's change is told.
TEST_F(FusionOwner, keeps_the_room_of_one_array_from_the_other) {
    EventQueue queue(100);
    see("honest", {1, 2});
    see("invents", {1, 2});
    std::vector<std::uint32_t> many(5000);
    std::generate(many.begin(), many.end(), [number = 2U]() mutable { return ++number; });
    const auto pass_on = [&] {
        for (auto& [event, owner] : fusion_.take_owned(occasion_)) {
            queue.push(std::move(event), owner);
        }
    };
    see("invents", many);
    pass_on();
    see("honest", {1, 2}, "non-optimized");
    pass_on();
    see("invents", {});
    pass_on();
    see("invents", many, "inaccessible");
    pass_on();
    EXPECT_LE(queue.size(), 100U);
    std::vector<std::string> told;
    while (const auto event = queue.pop()) {
        if (event->controller == "honest" ||
            (event->kind == EventKind::access && event->nsid.value_or(0) <= 2)) {
            told.push_back(fmt::format("{} {} {}", to_string(event->kind), event->nsid.value_or(0),
                                       event->to));
        }
    }
    EXPECT_THAT(told, IsSupersetOf({"ana_change 1 non-optimized", "ana_change 2 non-optimized",
                                    "access 1 single_array", "access 2 single_array"}));
}

} // namespace
} // namespace haoh::monitor
