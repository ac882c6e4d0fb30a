// SPDX-License-Identifier: LGPL-2.1-or-later
// A fusion of arrays that are asked directly, which together are one world.
#include "monitor/fusion.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
            {.name = name, .subsysnqn = "nqn", .address = {}, .state = "live"});
        ViewedNamespace& one = view.namespaces.emplace_back();
        one.subsysnqn = "nqn";
        one.nsid = 1;
        one.bytes = bytes;
        one.paths.push_back(
            {.controller = name, .name = {}, .ana_state = state, .ana_grpid = 1, .bytes = bytes});
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
    fusion_.see_controller_state({}, "b", "lost", occasion_);
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

} // namespace
} // namespace haoh::monitor
