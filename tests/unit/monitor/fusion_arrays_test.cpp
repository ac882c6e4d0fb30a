// SPDX-License-Identifier: LGPL-2.1-or-later
// A fusion of arrays that are asked directly, which together are one world.
#include "monitor/fusion.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace haoh::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Each controller's view comes alone.
class FusionOfArrays : public ::testing::Test {
  protected:
    static View view_of(const char* name, std::uint64_t bytes, const char* state = "optimized") {
        View view;
        view.controllers.push_back(
            {.name = name, .subsysnqn = "nqn", .address = {}, .state = ControllerState::live});
        ViewedNamespace& one = view.namespaces.emplace_back();
        one.subsysnqn = "nqn";
        one.nsid = 1;
        one.bytes = bytes;
        one.paths.push_back({.controller = name,
                             .name = {},
                             .ana_state = PathAnaState::of(state),
                             .ana_grpid = 1,
                             .bytes = bytes});
        return view;
    }
    void see(const char* name, std::uint64_t bytes, const char* state = "optimized") {
        fusion_.see_controller({}, name, view_of(name, bytes, state), occasion_);
        fusion_.set_array({}, name, name);
    }
    std::vector<std::string> take() {
        std::vector<std::string> lines;
        for (const Event& event : fusion_.take(occasion_)) {
            lines.push_back(fmt::format("{} {} {}>{}", to_string(event.kind), event.controller,
                                        event.from, event.to));
        }
        return lines;
    }
    const Occasion occasion_{.observed = {}, .cause = {}, .source = "test"};
    Fusion fusion_;
};

TEST_F(FusionOfArrays, states_of_a_view_count) {
    see("a", 4096);
    see("b", 4096);
    EXPECT_THAT(take(), IsEmpty());
    see("a", 4096, "change");
    EXPECT_THAT(take(), ElementsAre("ana_change a optimized>change"));
    fusion_.see_controller_state({}, "b", ControllerState::lost, occasion_);
    EXPECT_THAT(take(), ElementsAre("controller_state b live>lost", "access  restored>no_path"));
    see("b", 4096);
    EXPECT_THAT(take(), ElementsAre("controller_state b lost>live", "access  no_path>restored"))
        << "a view is that of a controller that answered";
}

TEST_F(FusionOfArrays, a_namespace_that_one_does_not_show_any_more_is_lost_on_it_alone) {
    see("a", 4096);
    see("b", 4096);
    EXPECT_THAT(take(), IsEmpty());
    View none = view_of("a", 4096);
    none.namespaces.clear();
    fusion_.see_controller({}, "a", none, occasion_);
    EXPECT_THAT(take(), ElementsAre("path_lost a optimized>", "access  restored>single_array"));
    fusion_.see_controller({}, "a", none, occasion_);
    EXPECT_THAT(take(), IsEmpty()) << "once";
    none = view_of("b", 4096);
    none.namespaces.clear();
    fusion_.see_controller({}, "b", none, occasion_);
    EXPECT_THAT(take(), ElementsAre("path_lost b optimized>", "namespace_removed  >",
                                    "access  single_array>no_path"));
    see("b", 4096);
    EXPECT_THAT(take(), ElementsAre("namespace_added  >", "path_added b >optimized"));
}

TEST_F(FusionOfArrays, sizes_that_differ_are_for_the_check_and_one_that_changes_is_news) {
    see("a", 4096);
    see("b", 8192);
    EXPECT_THAT(take(), ElementsAre("access  >single_array")) << "b's path takes no I/O";
    see("a", 4096);
    see("b", 8192);
    EXPECT_THAT(take(), IsEmpty()) << "as before";
    see("a", 8192);
    EXPECT_THAT(take(),
                ElementsAre("namespace_resized  4096>8192", "access  single_array>restored"));
    see("b", 0);
    EXPECT_THAT(take(), IsEmpty()) << "not known";
}

TEST_F(FusionOfArrays, a_size_that_becomes_known_is_no_change) {
    see("a", 4096);
    see("b", 0);
    EXPECT_THAT(take(), IsEmpty());
    see("b", 8192);
    EXPECT_THAT(take(), ElementsAre("access  restored>single_array")) << "b's path takes no I/O";
}

TEST_F(FusionOfArrays, growth_is_told_once_when_one_array_follows_the_other) {
    see("a", 4096);
    see("b", 4096);
    EXPECT_THAT(take(), IsEmpty());
    see("a", 8192);
    EXPECT_THAT(take(),
                ElementsAre("namespace_resized  4096>8192", "access  restored>single_array"));
    see("b", 8192);
    EXPECT_THAT(take(), ElementsAre("access  single_array>restored"));
}

/// A controller with a namespace and a group of that number, and no other.
View invented(const std::string& name, std::uint32_t number) {
    View view;
    view.controllers.push_back(
        {.name = name, .subsysnqn = "nqn " + name, .address = {}, .state = ControllerState::live});
    ViewedNamespace& one = view.namespaces.emplace_back();
    one.subsysnqn = "nqn " + name;
    one.nsid = number;
    one.bytes = 4096;
    one.paths.push_back({.controller = name,
                         .name = {},
                         .ana_state = PathAnaState::of("optimized"),
                         .ana_grpid = number,
                         .bytes = 4096});
    return view;
}

TEST_F(FusionOfArrays, what_is_gone_leaves_nothing_behind) {
    constexpr std::uint32_t kRounds = 1000;
    fusion_.see_controller({}, "honest", invented("honest", 7), occasion_);
    fusion_.see_controller({}, "invents", invented("invents", 1), occasion_);
    static_cast<void>(fusion_.take(occasion_));
    const Fusion::Sizes before = fusion_.sizes();
    EXPECT_EQ(before.heads, 2U);
    EXPECT_EQ(before.groups, 2U);
    for (std::uint32_t number = 2; number <= kRounds; ++number) {
        fusion_.see_controller({}, "invents", invented("invents", number), occasion_);
        EXPECT_EQ(fusion_.take(occasion_).size(), 5U)
            << "added, path added, path lost, removed, and no path left";
    }
    EXPECT_EQ(fusion_.sizes(), before);
    EXPECT_EQ(fusion_.status({}).namespaces.size(), 2U);
    EXPECT_EQ(fusion_.status({}).namespaces[0].nsid, 7U) << "the other one is untouched";
}

TEST_F(FusionOfArrays, of_a_host_what_is_gone_leaves_nothing_behind) {
    const auto see = [this](std::uint32_t number) {
        const std::string name = fmt::format("nvme{}", number);
        View view = invented(name, number);
        view.namespaces[0].device = name + "n1";
        view.namespaces[0].paths[0].name = name + "c1n1";
        fusion_.see("host", view, occasion_);
        fusion_.set_verdict("host", "nqn " + name, Verdict::pass);
        fusion_.expect_arrays("host", "nqn " + name, {.arrays = {}, .least = 2});
        static_cast<void>(fusion_.take(occasion_));
    };
    see(1);
    const Fusion::Sizes before = fusion_.sizes();
    EXPECT_EQ(before, (Fusion::Sizes{.controllers = 1,
                                     .heads = 1,
                                     .paths = 1,
                                     .path_names = 1,
                                     .groups = 1,
                                     .verdicts = 1,
                                     .expected = 1}));
    for (std::uint32_t number = 2; number <= 1000; ++number) {
        see(number);
    }
    EXPECT_EQ(fusion_.sizes(), before);
}

/// Names that an array draws by lot, beside one that stays, and one of which only devices are left.
TEST_F(FusionOfArrays, what_is_expected_of_invented_subsystems_goes_with_them) {
    std::mt19937 random(7); // NOLINT: the same names each time
    const auto view_with = [&](unsigned inventions) {
        View view = invented("nvme0", 1);
        View left = invented("nvme1", 1);
        view.namespaces.push_back(left.namespaces[0]);
        view.namespaces.back().device = "nvme1n1";
        for (unsigned i = 0; i < inventions; ++i) {
            const View other = invented(fmt::format("nvme{:08x}", random()), 1);
            view.controllers.push_back(other.controllers[0]);
            view.namespaces.push_back(other.namespaces[0]);
        }
        return view;
    };
    const auto see = [&](const View& view) {
        fusion_.see("host", view, occasion_);
        for (const ViewedNamespace& one : view.namespaces) { // as it is with `Profile::stretched`
            fusion_.expect_arrays("host", one.subsysnqn, {.arrays = {}, .least = 2});
        }
        static_cast<void>(fusion_.take(occasion_));
    };
    fusion_.expect_arrays({}, "nqn of an array that never answered", {.arrays = {"a"}, .least = 1});
    for (int round = 0; round < 200; ++round) {
        see(view_with(static_cast<unsigned>(random() % 20)));
        ASSERT_LE(fusion_.sizes().expected, 22U) << round;
    }
    see(view_with(0));
    EXPECT_EQ(fusion_.sizes().expected, 3U) << "what was named stays";
    const MonitorStatus status = fusion_.status({});
    ASSERT_EQ(status.namespaces.size(), 2U);
    for (const MonitorStatus::Namespace& one : status.namespaces) {
        EXPECT_EQ(one.access.arrays, 2U) << one.subsysnqn;
    }
}

} // namespace
} // namespace haoh::monitor
