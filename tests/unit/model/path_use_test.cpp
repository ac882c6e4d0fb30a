// SPDX-License-Identifier: LGPL-2.1-or-later
// What a path can be used for, by the rules of Linux: nvme_path_is_disabled wants a live controller
// (state_show of drivers/nvme/host/sysfs.c has its names) and NVME_NS_READY, which
// nvme_mpath_revalidate_paths takes from paths of another size; __nvme_find_path looks at optimized
// and non-optimized ones only.
#include "sample_kernel.hpp"

#include <haoh/path_use.hpp>

#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace haoh {
namespace {

using Kind = PathUse::Kind;

Attribute unread(const std::string& why) {
    return {.state = Attribute::State::unreadable, .nul_padded = false, .text = why};
}

/// A path of which all is well but for what a test changes.
struct OnePath {
    KernelObservation kernel = test::sample_kernel("alpha", 1);

    KernelController& controller() { return kernel.subsystems[0].controllers[1]; }
    KernelNamespace& head() { return kernel.subsystems[0].namespaces[0]; }
    KernelPath& path() { return head().paths[1]; }
    PathUse use() { return use_of(kernel.subsystems[0], head(), path()); }
};

struct UseCase {
    std::string name;
    void (*change)(OnePath&);
    PathUse use;
    std::string words;
    bool ready{}; ///< an ANA change alone would make it usable, if it is not already
};

std::ostream& operator<<(std::ostream& out, const UseCase& one) {
    return out << one.name;
}

void set_ana(OnePath& one, const char* text) {
    one.path().ana_state = Attribute::of(text);
}

void set_state(OnePath& one, const char* text) {
    one.controller().state = Attribute::of(text);
}

PathUse use(Kind kind, std::string detail = {}, bool other_size = false) {
    return {.kind = kind, .detail = std::move(detail), .other_size = other_size};
}

class UseOfPath : public testing::TestWithParam<UseCase> {};

TEST_P(UseOfPath, is_as_in_linux) {
    const UseCase& expected = GetParam();
    OnePath one;
    ASSERT_EQ(one.use(), use(Kind::optimized));
    expected.change(one);
    EXPECT_EQ(one.use().kind, expected.use.kind);
    EXPECT_EQ(one.use().detail, expected.use.detail);
    EXPECT_EQ(one.use().other_size, expected.use.other_size);
    EXPECT_EQ(to_string(one.use()), expected.words);
    EXPECT_EQ(one.use().ready(), expected.ready);
    EXPECT_EQ(one.use().usable(), expected.words == "usable");
}

const std::vector<UseCase> kUses{
    {"optimized", [](OnePath& one) { set_ana(one, "optimized"); }, use(Kind::optimized), "usable",
     true},
    {"non_optimized", [](OnePath& one) { set_ana(one, "non-optimized"); }, use(Kind::non_optimized),
     "usable", true},
    {"no_ana", [](OnePath& one) { one.path().ana_state = {}; }, use(Kind::optimized), "usable",
     true},
    {"inaccessible", [](OnePath& one) { set_ana(one, "inaccessible"); },
     use(Kind::ana_inaccessible), "ANA inaccessible", true},
    {"change", [](OnePath& one) { set_ana(one, "change"); }, use(Kind::ana_change), "ANA change",
     true},
    {"persistent_loss", [](OnePath& one) { set_ana(one, "persistent-loss"); },
     use(Kind::ana_persistent_loss), "ANA persistent-loss", false},
    {"state_0", [](OnePath& one) { set_ana(one, "invalid state"); },
     use(Kind::ana_unknown, "invalid state"), "ANA invalid state", false},
    {"state_without_name", [](OnePath& one) { set_ana(one, "(null)"); },
     use(Kind::ana_unknown, "(null)"), "ANA (null)", false},
    {"ana_unreadable", [](OnePath& one) { one.path().ana_state = unread("Input/output error"); },
     use(Kind::ana_unreadable, "Input/output error"), "ANA state not readable: Input/output error",
     false},
    {"reads_like_unreadable",
     [](OnePath& one) { set_ana(one, "state not readable: Input/output error"); },
     use(Kind::ana_unknown, "state not readable: Input/output error"),
     "ANA state not readable: Input/output error", false},
    {"controller_gone", [](OnePath& one) { one.path().controller = "nvme9"; },
     use(Kind::controller_gone), "its controller is gone", false},
    {"controller_connecting", [](OnePath& one) { set_state(one, "connecting"); },
     use(Kind::controller_not_live, "connecting"), "controller connecting", false},
    {"controller_deleting", [](OnePath& one) { set_state(one, "deleting"); },
     use(Kind::controller_not_live, "deleting"), "controller deleting", false},
    {"controller_of_an_ana_state", [](OnePath& one) { set_state(one, "optimized"); },
     use(Kind::controller_not_live, "optimized"), "controller optimized", false},
    {"controller_inaccessible", [](OnePath& one) { set_state(one, "inaccessible"); },
     use(Kind::controller_not_live, "inaccessible"), "controller inaccessible", false},
    {"controller_unreadable", [](OnePath& one) { one.controller().state = unread("gone"); },
     use(Kind::controller_not_live), "controller in an unknown state", false},
    {"ana_state_live", [](OnePath& one) { set_ana(one, "live"); }, use(Kind::ana_unknown, "live"),
     "ANA live", false},
    {"size", [](OnePath& one) { one.path().size = Attribute::of("2048"); },
     use(Kind::size_differs, "2048 of 4096 sectors", true), "size 2048 of 4096 sectors", false},
    {"size_unreadable", [](OnePath& one) { one.path().size = unread("gone"); },
     use(Kind::optimized), "usable", true},
    {"size_of_head_unreadable", [](OnePath& one) { one.head().size = unread("gone"); },
     use(Kind::optimized), "usable", true},
    {"size_of_no_head",
     [](OnePath& one) {
         one.path().size = Attribute::of("2048");
         one.head().multipath = false;
     },
     use(Kind::optimized), "usable", true},
    {"inaccessible_and_size",
     [](OnePath& one) {
         set_ana(one, "inaccessible");
         one.path().size = Attribute::of("2048");
     },
     use(Kind::ana_inaccessible, "", true), "ANA inaccessible", false},
    {"change_and_size",
     [](OnePath& one) {
         set_ana(one, "change");
         one.path().size = Attribute::of("2048");
     },
     use(Kind::ana_change, "", true), "ANA change", false},
    {"connecting_and_inaccessible",
     [](OnePath& one) {
         set_state(one, "connecting");
         set_ana(one, "inaccessible");
     },
     use(Kind::controller_not_live, "connecting"), "controller connecting", false},
};

INSTANTIATE_TEST_SUITE_P(AllReasons, UseOfPath, testing::ValuesIn(kUses),
                         [](const auto& one) { return one.param.name; });

TEST(UseOfPathTable, has_every_reason_of_a_path_that_has_a_head) {
    std::set<Kind> kinds;
    for (const UseCase& one : kUses) {
        kinds.insert(one.use.kind);
    }
    EXPECT_EQ(kinds, (std::set{Kind::optimized, Kind::non_optimized, Kind::controller_gone,
                               Kind::controller_not_live, Kind::ana_unreadable,
                               Kind::ana_inaccessible, Kind::ana_persistent_loss, Kind::ana_change,
                               Kind::ana_unknown, Kind::size_differs}));
}

TEST(PathUseOfTwoReasons, differs_where_they_read_alike) {
    OnePath one;
    one.path().ana_state = unread("Input/output error");
    OnePath other;
    set_ana(other, "state not readable: Input/output error");
    ASSERT_EQ(to_string(one.use()), to_string(other.use()));
    EXPECT_NE(one.use(), other.use());
}

TEST(PathUseReason, is_the_ana_state_or_something_else) {
    struct Row {
        Kind kind;
        bool barred_by_ana;
        const char* words; ///< without a detail
    };
    const std::vector<Row> rows{
        {Kind::optimized, false, "usable"},
        {Kind::non_optimized, false, "usable"},
        {Kind::no_head, false, "no head"},
        {Kind::controller_gone, false, "its controller is gone"},
        {Kind::controller_not_live, false, "controller in an unknown state"},
        {Kind::ana_unreadable, true, "ANA state not readable: "},
        {Kind::ana_inaccessible, true, "ANA inaccessible"},
        {Kind::ana_persistent_loss, true, "ANA persistent-loss"},
        {Kind::ana_change, true, "ANA change"},
        {Kind::ana_unknown, true, "ANA "},
        {Kind::size_differs, false, "another size"}};
    for (const Row& row : rows) {
        EXPECT_EQ(use(row.kind).barred_by_ana(), row.barred_by_ana) << row.words;
        EXPECT_EQ(to_string(use(row.kind)), row.words);
        EXPECT_EQ(use(row.kind).optimized(), row.kind == Kind::optimized) << row.words;
    }
    EXPECT_EQ(to_string(use(Kind::size_differs, "2048 of 4096 sectors")),
              "size 2048 of 4096 sectors");
}

TEST(PathUseReason, where_nothing_is_said_is_none) {
    EXPECT_TRUE(PathUse{}.optimized());
    EXPECT_FALSE(PathUse{}.other_size);
    EXPECT_EQ(to_string(PathUse{}), "usable");
}

// multipath.c: nvme_mpath_revalidate_paths clears NVME_NS_READY of a path whose capacity is not that of
// the head.
TEST(SameSize, is_asked_of_heads_with_paths_alone) {
    OnePath one;
    EXPECT_TRUE(same_size(one.head(), one.path()));
    one.path().size = Attribute::of("4097");
    EXPECT_FALSE(same_size(one.head(), one.path()));
    one.head().multipath = false;
    EXPECT_TRUE(same_size(one.head(), one.path()));
    one.head().multipath = true;
    one.path().size = unread("4097");
    EXPECT_TRUE(same_size(one.head(), one.path())) << "not known";
    one.path().size = Attribute::of("4097");
    one.head().size = Attribute{};
    EXPECT_TRUE(same_size(one.head(), one.path())) << "not known";
}

TEST(FactsOfAPath, say_what_decides) {
    OnePath one;
    const auto facts = [&] { return facts_of(one.kernel.subsystems[0], one.head(), one.path()); };
    EXPECT_EQ(facts().controller_state, ControllerState::live);
    EXPECT_EQ(facts().ana_state, PathAnaState(nvme::AnaState::optimized));
    EXPECT_TRUE(facts().same_size);
    EXPECT_FALSE(facts().without_ana());
    set_state(one, "connecting");
    one.path().size = Attribute::of("2048");
    EXPECT_EQ(facts().controller_state, ControllerState::connecting);
    EXPECT_FALSE(facts().same_size);
    one.path().ana_state = {};
    EXPECT_TRUE(facts().without_ana());
    one.path().ana_state = unread("");
    EXPECT_FALSE(facts().without_ana()) << "nobody knows";
    EXPECT_EQ(facts().ana_state, PathAnaState::not_read());
    one.path().controller = "nvme9";
    EXPECT_EQ(facts().controller_state, std::nullopt);
}

TEST(PathUseOfFacts, knows_that_sizes_differ_without_the_sizes) {
    EXPECT_TRUE(
        use_of({.controller_state = ControllerState::live, .ana_state = nvme::AnaState::optimized})
            .usable());
    const PathUse use = use_of({.controller_state = ControllerState::live,
                                .ana_state = nvme::AnaState::optimized,
                                .same_size = false});
    EXPECT_EQ(use.kind, Kind::size_differs);
    EXPECT_FALSE(use.ready());
    EXPECT_EQ(use_of(PathFacts{}).kind, Kind::controller_gone);
    EXPECT_FALSE(use_of(PathFacts{}).other_size);
    // Without ANA, of which all paths count as optimized.
    EXPECT_EQ(use_of({.controller_state = ControllerState::live, .ana_state = {}}).kind,
              Kind::optimized);
}

} // namespace
} // namespace haoh
