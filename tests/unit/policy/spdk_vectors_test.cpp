// SPDX-License-Identifier: LGPL-2.1-or-later
// What SPDK's own unit tests of its selectors require (test/unit/lib/bdev/nvme/bdev_nvme.c:
// test_find_io_path, test_find_next_io_path, test_find_io_path_min_qd), as vectors.
#include <haoh/policy.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haoh {
namespace {

using nvme::AnaState;

AnaState state_of(char letter) {
    switch (letter) {
    case 'o':
        return AnaState::optimized;
    case 'n':
        return AnaState::non_optimized;
    case 'l':
        return AnaState::persistent_loss;
    case 'c':
        return AnaState::change;
    default:
        return AnaState::inaccessible;
    }
}

/// Sets the state of each path by a letter; '-' is a path whose queue pair is not connected.
template <typename Selector>
void set(Selector& selector, std::string_view states) {
    const std::vector<PathIndex> paths = selector.table().paths();
    ASSERT_EQ(paths.size(), states.size());
    for (std::size_t i = 0; i < states.size(); ++i) {
        selector.set_path_state(paths[i], {.ana = state_of(states[i]), .live = states[i] != '-'});
    }
}

/// Places, 1-based as SPDK's tests number them; '0' for none.
template <typename Selector>
std::string picked(Selector& selector, unsigned count) {
    const std::vector<PathIndex> paths = selector.table().paths();
    std::string out;
    for (unsigned i = 0; i < count; ++i) {
        const auto path = selector.pick({});
        const auto found = path ? std::ranges::find(paths, *path) : paths.end();
        out += found == paths.end() ? '0' : static_cast<char>('1' + (found - paths.begin()));
    }
    return out;
}

TEST(SpdkVectors, OnePath) {
    SpdkRoundRobinSelector selector;
    selector.add_path();
    for (const auto& [states, expected] : std::vector<std::pair<const char*, const char*>>{
             {"i", "0"}, {"l", "0"}, {"c", "0"}, {"o", "1"}, {"n", "1"}, {"-", "0"}}) {
        set(selector, states);
        EXPECT_EQ(picked(selector, 1), expected) << states;
    }
}

TEST(SpdkVectors, OptimizedOrElseTheFirstNonOptimized) {
    SpdkRoundRobinSelector selector;
    selector.add_path();
    selector.add_path();
    set(selector, "no");
    EXPECT_EQ(picked(selector, 1), "2");
    set(selector, "nn");
    EXPECT_EQ(picked(selector, 1), "1");
}

/// The path that is taken when another one was the last.
struct NextPath {
    std::string_view last;
    std::string_view states;
    std::string_view expected;
};

TEST(SpdkVectors, TheNextPath) {
    for (const NextPath& one : std::vector<NextPath>{
             {"2", "ioi", "2"}, {"2", "non", "2"}, {"2", "oon", "1"}, {"3", "inn", "2"}}) {
        SpdkRoundRobinSelector selector;
        for (const char state : one.states) {
            selector.add_path({}, {.ana = state_of(state)});
        }
        int tries = 3;
        while (tries > 0 && picked(selector, 1) != one.last) {
            --tries;
        }
        ASSERT_GT(tries, 0) << one.states;
        EXPECT_EQ(picked(selector, 1), one.expected) << one.states;
    }
}

TEST(SpdkVectors, MinIo) {
    SpdkRoundRobinSelector selector{2};
    for (int i = 0; i < 3; ++i) {
        selector.add_path();
    }
    set(selector, "oon");
    EXPECT_EQ(picked(selector, 6), "112211");
}

TEST(SpdkVectors, QueueDepth) {
    QueueDepthSelector selector;
    std::vector<PathIndex> paths;
    for (int depth = 2; depth >= 0; --depth) {
        paths.push_back(selector.add_path().value());
        for (int i = 0; i < depth; ++i) {
            selector.started(paths.back());
        }
    }
    for (const char* states : {"oon", "nni", "ooi"}) {
        set(selector, states);
        EXPECT_EQ(picked(selector, 1), "2") << states;
    }
    for (int i = 0; i < 3; ++i) {
        selector.started(paths[1]);
    }
    EXPECT_EQ(picked(selector, 1), "1");
}

TEST(SpdkRoundRobin, KeepsACursorForEachChannel) {
    SpdkRoundRobinSelector selector{1, 2};
    const auto first = selector.add_path();
    const auto second = selector.add_path();
    EXPECT_EQ(selector.pick({.node = 0}), first);
    EXPECT_EQ(selector.pick({.node = 1}), first);
    EXPECT_EQ(selector.pick({.node = 0}), second);
}

TEST(SpdkRoundRobin, BeginsAnewInAllChannelsWhenAPathChanges) {
    struct Change {
        const char* name;
        void (*make)(SpdkRoundRobinSelector&, PathIndex third);
    };
    for (const Change& one :
         {Change{"added", [](auto&selector, PathIndex) { selector.add_path(); }},
          Change{"removed", [](auto&selector, PathIndex third) { selector.remove_path(third); }},
          Change{"of another state",
                 [](auto&selector, PathIndex third) {
                     selector.set_path_state(third, {.ana = AnaState::non_optimized});
                 }},
          Change{"told again",
                 [](auto&selector, PathIndex third) { selector.set_path_state(third, {}); }}}) {
        SpdkRoundRobinSelector selector{1, 2};
        const auto first = selector.add_path();
        const auto second = selector.add_path();
        const auto third = selector.add_path();
        for (const unsigned node : {0U, 1U}) {
            EXPECT_EQ(selector.pick({.node = node}), first);
        }
        one.make(selector, *third);
        for (const unsigned node : {0U, 1U}) {
            EXPECT_EQ(selector.pick({.node = node}), first) << one.name;
            EXPECT_EQ(selector.pick({.node = node}), second) << one.name;
        }
    }
}

TEST(SpdkRoundRobin, TakesNoneForOne) {
    SpdkRoundRobinSelector selector{0, 0};
    const auto first = selector.add_path();
    const auto second = selector.add_path();
    EXPECT_EQ(selector.pick({.node = 0}), first);
    EXPECT_EQ(selector.pick({.node = 1}), second) << "a node without a channel counts as 0";
    EXPECT_EQ(selector.pick({.node = 7}), first);
}

TEST(SpdkRoundRobin, HasTurnsOfAsManyAsItIsTold) {
    for (const unsigned min_io : {1U, 2U, 3U, 5U}) {
        SpdkRoundRobinSelector selector{min_io};
        const std::array paths{selector.add_path(), selector.add_path()};
        for (unsigned i = 0; i < 4 * min_io; ++i) {
            EXPECT_EQ(selector.pick({}), paths.at(i / min_io % 2)) << min_io << " " << i;
        }
    }
}

TEST(SpdkRoundRobin, EndsATurnWhenThePathGoes) {
    SpdkRoundRobinSelector selector{100};
    const auto first = selector.add_path();
    const auto second = selector.add_path();
    EXPECT_EQ(selector.pick({}), first);
    selector.remove_path(*first);
    EXPECT_EQ(selector.pick({}), second);
    selector.set_path_state(*second, {.live = false});
    EXPECT_EQ(selector.pick({}), std::nullopt);
}

} // namespace
} // namespace haoh
