// SPDX-License-Identifier: LGPL-2.1-or-later
// What the states of paths mean for access, for every combination of them. What is expected is
// computed here from what Linux does (drivers/nvme/host/multipath.c: nvme_path_is_disabled and
// __nvme_find_path), by rules of the test's own.
#include "monitor/fusion.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

namespace haoh::monitor {
namespace {

/// How sysfs tells a path's ANA state, and what Linux makes of it.
struct AnaRule {
    const char* state; ///< "": the subsystem is without ANA
    bool takes_io;     ///< __nvme_find_path gives it out
    bool optimized;    ///< ... before any other
    bool may_come;     ///< an ANA change alone makes it usable again
};
constexpr std::array kAnaRules{
    // Without ANA nvme_mpath_add_disk sets every path to optimized.
    AnaRule{"", true, true, true},
    AnaRule{"optimized", true, true, true},
    AnaRule{"non-optimized", true, false, true},
    // Requeued until another log comes: a transition that the controller announces.
    AnaRule{"inaccessible", false, false, true},
    AnaRule{"change", false, false, true},
    // Base 2.3, section 8.1.1.7: the relation is lost for good.
    AnaRule{"persistent-loss", false, false, false},
    // Neither is a state: nothing is known of the path.
    AnaRule{"invalid state", false, false, false},
    AnaRule{"unreadable", false, false, false},
};

/// A controller's state, and whether it takes new I/O to its end (nvme_path_is_disabled; of
/// NVME_CTRL_DELETING, which still completes I/O, the path is about to be gone).
struct ControllerRule {
    const char* state;
    bool takes_io;
};
constexpr std::array kControllerRules{
    ControllerRule{"live", true},       ControllerRule{"new", false},
    ControllerRule{"resetting", false}, ControllerRule{"connecting", false},
    ControllerRule{"deleting", false},  ControllerRule{"deleting (no IO)", false},
    ControllerRule{"dead", false},      ControllerRule{"unreadable", false},
};

struct PathCase {
    const AnaRule* ana;
    const ControllerRule* controller;
    unsigned array;

    [[nodiscard]] bool usable() const { return controller->takes_io && ana->takes_io; }
    [[nodiscard]] bool ready() const { return controller->takes_io && ana->may_come; }
};

/// Event.hpp's words, in its order: worst first.
Access expected_access(const std::vector<PathCase>& paths) {
    unsigned usable = 0;
    unsigned optimized = 0;
    std::set<unsigned> arrays;
    std::set<unsigned> serving;
    for (const PathCase& path : paths) {
        arrays.insert(path.array);
        usable += path.usable() ? 1U : 0U;
        optimized += path.usable() && path.ana->optimized ? 1U : 0U;
        if (path.ready()) {
            serving.insert(path.array);
        }
    }
    if (usable == 0) {
        return Access::no_path;
    }
    if (arrays.size() > 1 && serving.size() == 1) {
        return Access::single_array;
    }
    return optimized > 0 ? Access::restored : Access::no_optimized_path;
}

std::string text_of(const std::vector<PathCase>& paths) {
    std::string text;
    for (const PathCase& path : paths) {
        text += fmt::format("[array {}: {} on {}] ", path.array, path.ana->state,
                            path.controller->state);
    }
    return text;
}

const Occasion kNow{.observed = {}, .cause = {}, .source = "test"};

View view_of_paths(const std::vector<PathCase>& paths) {
    View view;
    ViewedNamespace one;
    one.subsysnqn = "nqn";
    one.nsid = 1;
    one.device = "nvme0n1";
    one.bytes = 4096;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        view.controllers.push_back({.name = fmt::format("nvme{}", i),
                                    .subsysnqn = "nqn",
                                    .address = {},
                                    .state = ControllerState::of(paths[i].controller->state)});
        one.paths.push_back({.controller = view.controllers.back().name,
                             .name = fmt::format("nvme0c{}n1", i),
                             .ana_state = PathAnaState::of(paths[i].ana->state),
                             .ana_grpid = 1,
                             .bytes = 4096});
    }
    view.namespaces.push_back(one);
    return view;
}

void begin_with(Fusion& fusion, const std::vector<PathCase>& paths) {
    fusion.see("h", view_of_paths(paths), kNow);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        fusion.set_array("h", fmt::format("nvme{}", i), fmt::format("array-{}", paths[i].array));
    }
}

std::vector<Event> access_events(Fusion& fusion) {
    std::vector<Event> all = fusion.take(kNow);
    std::erase_if(all, [](const Event& event) { return event.kind != EventKind::access; });
    return all;
}

/// Seen at first, and become so.
void expect_access(const std::vector<PathCase>& paths) {
    const Access expected = expected_access(paths);
    Fusion first;
    begin_with(first, paths);
    const auto told_first = access_events(first);
    const MonitorStatus status = first.status({});
    const MonitorStatus::Namespace& now = status.namespaces.at(0);
    ASSERT_EQ(now.access.access(), expected) << text_of(paths);
    ASSERT_EQ(told_first.size(), expected == Access::restored ? 0U : 1U) << text_of(paths);
    if (!told_first.empty()) {
        ASSERT_EQ(told_first[0].from, "");
        ASSERT_EQ(told_first[0].to, to_string(expected)) << text_of(paths);
    }
    ASSERT_EQ(now.access.paths, paths.size());
    for (std::size_t i = 0; i < paths.size(); ++i) {
        ASSERT_EQ(now.paths.at(i).use.usable(), paths[i].usable())
            << text_of(paths) << "path " << i;
    }

    Fusion later;
    std::vector<PathCase> good = paths;
    for (PathCase& path : good) {
        path.ana = path.ana->state[0] == '\0' ? &kAnaRules[0] : &kAnaRules[1];
        path.controller = &kControllerRules[0];
    }
    begin_with(later, good);
    ASSERT_THAT(access_events(later), ::testing::IsEmpty()) << text_of(good);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        later.see_ana_state("h", fmt::format("nvme0c{}n1", i),
                            PathAnaState::of(paths[i].ana->state), kNow);
        later.see_controller_state("h", fmt::format("nvme{}", i),
                                   ControllerState::of(paths[i].controller->state), kNow);
    }
    const auto told_later = access_events(later);
    ASSERT_EQ(told_later.size(), expected == Access::restored ? 0U : 1U) << text_of(paths);
    if (!told_later.empty()) {
        ASSERT_EQ(told_later[0].from, "restored");
        ASSERT_EQ(told_later[0].to, to_string(expected)) << text_of(paths);
        ASSERT_EQ(told_later[0].access, now.access);
    }
}

TEST(AccessOfTwoPaths, follows_from_their_states) {
    for (const bool same_array : {false, true}) {
        for (const AnaRule& ana0 : kAnaRules) {
            for (const ControllerRule& controller0 : kControllerRules) {
                for (const AnaRule& ana1 : kAnaRules) {
                    for (const ControllerRule& controller1 : kControllerRules) {
                        expect_access({{&ana0, &controller0, 0},
                                       {&ana1, &controller1, same_array ? 0U : 1U}});
                        if (HasFatalFailure()) {
                            return;
                        }
                    }
                }
            }
        }
    }
}

/// Two paths on one of two arrays, or three arrays.
TEST(AccessOfThreePaths, follows_from_their_states) {
    std::vector<std::pair<const AnaRule*, const ControllerRule*>> states;
    for (const AnaRule& ana : kAnaRules) {
        states.emplace_back(&ana, &kControllerRules[0]);
    }
    states.emplace_back(&kAnaRules[1], &kControllerRules[3]); // optimized, connecting
    states.emplace_back(&kAnaRules[3], &kControllerRules[4]); // inaccessible, deleting
    for (const auto& arrays : {std::array{0U, 1U, 1U}, std::array{0U, 1U, 2U}}) {
        for (const auto& a : states) {
            for (const auto& b : states) {
                for (const auto& c : states) {
                    expect_access({{a.first, a.second, arrays[0]},
                                   {b.first, b.second, arrays[1]},
                                   {c.first, c.second, arrays[2]}});
                    if (HasFatalFailure()) {
                        return;
                    }
                }
            }
        }
    }
}

/// nvme_mpath_revalidate_paths takes NVME_NS_READY from a path whose capacity is not the head's.
struct SizeCase {
    const char* name;
    std::uint64_t head;
    std::uint64_t path;
    bool same;
};
class AccessOfSizes : public ::testing::TestWithParam<SizeCase> {};
INSTANTIATE_TEST_SUITE_P(Path, AccessOfSizes,
                         ::testing::Values(SizeCase{"same", 4096, 4096, true},
                                           SizeCase{"larger", 4096, 8192, false},
                                           SizeCase{"smaller", 4096, 512, false},
                                           SizeCase{"unknown", 4096, 0, true},
                                           SizeCase{"head_unknown", 0, 4096, true}),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(AccessOfSizes, a_path_of_another_size_serves_neither_now_nor_after_an_ana_change) {
    const SizeCase& size = GetParam();
    for (const char* state : {"optimized", "inaccessible"}) {
        View view = view_of_paths(
            {{&kAnaRules[1], &kControllerRules[0], 0}, {&kAnaRules[1], &kControllerRules[0], 1}});
        view.namespaces[0].bytes = size.head;
        view.namespaces[0].paths[0].bytes = size.head;
        view.namespaces[0].paths[1].bytes = size.path;
        view.namespaces[0].paths[1].ana_state = PathAnaState::of(state);
        Fusion fusion;
        fusion.see("h", view, kNow);
        fusion.set_array("h", "nvme0", "array-a");
        fusion.set_array("h", "nvme1", "array-b");
        const auto told = access_events(fusion);
        const MonitorStatus status = fusion.status({});
        const AccessCounts& counts = status.namespaces.at(0).access;
        const bool usable = size.same && std::string_view(state) == "optimized";
        EXPECT_EQ(counts.usable, usable ? 2U : 1U) << state;
        EXPECT_EQ(counts.optimized, usable ? 2U : 1U) << state;
        EXPECT_EQ(counts.arrays, 2U);
        EXPECT_EQ(counts.ready, size.same ? 2U : 1U) << state;
        EXPECT_EQ(told.size(), size.same ? 0U : 1U) << state;
    }
}

TEST(Access, an_array_that_had_a_path_is_one_that_is_missing) {
    Fusion fusion;
    begin_with(fusion, {{&kAnaRules[1], &kControllerRules[0], 0},
                        {&kAnaRules[1], &kControllerRules[0], 1}});
    EXPECT_THAT(access_events(fusion), ::testing::IsEmpty());
    fusion.see("h", view_of_paths({{&kAnaRules[1], &kControllerRules[0], 0}}), kNow);
    const auto told = access_events(fusion);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].to, "single_array");
    EXPECT_EQ(told[0].access,
              (AccessCounts{.paths = 1, .usable = 1, .optimized = 1, .arrays = 2, .ready = 1}));
}

} // namespace
} // namespace haoh::monitor
