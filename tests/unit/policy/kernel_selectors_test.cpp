// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kernel_model.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace haoh {
namespace {

using nvme::AnaState;
using ::testing::ElementsAre;

template <typename Selector>
std::vector<PathIndex> add(Selector& selector, std::initializer_list<AnaState> states) {
    std::vector<PathIndex> out;
    for (const AnaState state : states) {
        out.push_back(selector.add_path({}, {.ana = state}).value());
    }
    return out;
}

/// Places in the order of arrival; -1 for none.
template <typename Selector>
std::vector<int> picks(Selector& selector, std::size_t count, unsigned node = 0) {
    const std::vector<PathIndex> paths = selector.table().paths();
    std::vector<int> out;
    for (std::size_t i = 0; i < count; ++i) {
        const auto path = selector.pick({.node = node});
        const auto found = path ? std::ranges::find(paths, *path) : paths.end();
        out.push_back(found == paths.end() ? -1 : static_cast<int>(found - paths.begin()));
    }
    return out;
}

constexpr AnaState kOptimized = AnaState::optimized;
constexpr AnaState kNonOptimized = AnaState::non_optimized;

TEST(RoundRobinSelector, TakesOptimizedPathsByTurns) {
    RoundRobinSelector selector;
    add(selector, {kOptimized, kOptimized, kOptimized});
    // Each path that came made Linux remember the first one.
    EXPECT_THAT(picks(selector, 6), ElementsAre(1, 2, 0, 1, 2, 0));
    selector.forget_current();
    EXPECT_THAT(picks(selector, 4), ElementsAre(0, 1, 2, 0));
}

TEST(RoundRobinSelector, TakesNonOptimizedPathsBackwards) {
    RoundRobinSelector selector;
    add(selector, {kNonOptimized, kNonOptimized, kNonOptimized});
    EXPECT_THAT(picks(selector, 7), ElementsAre(0, 2, 1, 0, 2, 1, 0));
}

TEST(RoundRobinSelector, PassesOverNonOptimizedPathsAmongOptimizedOnes) {
    RoundRobinSelector selector;
    add(selector, {kOptimized, kNonOptimized, kOptimized, AnaState::inaccessible});
    EXPECT_THAT(picks(selector, 4), ElementsAre(2, 0, 2, 0));
}

TEST(RoundRobinSelector, StaysOnTheOnlyOptimizedPath) {
    RoundRobinSelector selector;
    const auto paths = add(selector, {kNonOptimized, kOptimized, kNonOptimized});
    EXPECT_THAT(picks(selector, 3), ElementsAre(1, 1, 1));
    selector.set_path_state(paths[1], {.ana = AnaState::change});
    // What was remembered is no longer taken, and the search behind it keeps the last one it meets.
    EXPECT_THAT(picks(selector, 3), ElementsAre(0, 2, 0));
}

TEST(RoundRobinSelector, AsksNoAnaStateOfTheOnlyPath) {
    RoundRobinSelector selector;
    const auto paths = add(selector, {kOptimized});
    selector.set_path_state(paths[0], {.ana = AnaState::inaccessible});
    EXPECT_THAT(picks(selector, 2), ElementsAre(0, 0));
    selector.set_path_state(paths[0], {.ana = kOptimized, .live = false});
    EXPECT_THAT(picks(selector, 2), ElementsAre(-1, -1));
    RoundRobinSelector fresh;
    add(fresh, {AnaState::inaccessible});
    EXPECT_THAT(picks(fresh, 2), ElementsAre(-1, -1)) << "nothing is remembered yet";
}

TEST(RoundRobinSelector, RemembersForEachNode) {
    RoundRobinSelector selector{{.count = 2, .distances = {}}};
    add(selector, {kOptimized, kOptimized, kOptimized});
    EXPECT_THAT(picks(selector, 2, 0), ElementsAre(1, 2));
    EXPECT_THAT(picks(selector, 3, 1), ElementsAre(1, 2, 0));
    EXPECT_THAT(picks(selector, 1, 7), ElementsAre(0)) << "an unknown node counts as node 0";
    EXPECT_THAT(picks(selector, 1, 2), ElementsAre(1)) << "the first that the host does not have";
    EXPECT_THAT(picks(selector, 1, 1), ElementsAre(1));
    EXPECT_EQ(selector.current(1), selector.table().paths().at(1));
}

TEST(RoundRobinSelector, HasOneNodeWhereNoneAreTold) {
    RoundRobinSelector selector;
    EXPECT_EQ(selector.nodes().count, 1U);
    add(selector, {kOptimized, kOptimized, kOptimized});
    EXPECT_THAT(picks(selector, 1, 0), ElementsAre(1));
    EXPECT_THAT(picks(selector, 1, 1), ElementsAre(2));
}

TEST(RoundRobinSelector, RemembersNothingInThePlaceOfAPathThatIsGone) {
    RoundRobinSelector selector;
    const auto paths = add(selector, {kNonOptimized, kNonOptimized, kNonOptimized});
    selector.remove_path(paths[0]);
    PathIndex last; // in the slot of the first one
    do {
        selector.remove_path(last);
        last = add(selector, {kNonOptimized}).front();
    } while (last.slot() != paths[0].slot());
    for (std::size_t i = 0; i < PathTable::kGenerations; ++i) { // until all states have it
        selector.set_path_state(last, {.ana = kNonOptimized, .deleting = i % 2 == 0});
    }
    selector.remove_path(last);
    EXPECT_EQ(selector.current(0), std::nullopt);
    EXPECT_EQ(selector.pick({}), paths[1]) << "the first in the list";
}

TEST(QueueDepthSelector, GivesSerialIoToTheFirstListed) {
    QueueDepthSelector selector;
    const auto paths = add(selector, {kOptimized, kOptimized, kOptimized});
    for (int i = 0; i < 10; ++i) {
        const auto path = selector.pick({});
        ASSERT_EQ(path, paths[0]);
        selector.started(*path);
        selector.completed(*path, {});
    }
}

TEST(QueueDepthSelector, FillsFromTheFirstOfEquals) {
    QueueDepthSelector selector;
    const auto paths = add(selector, {kOptimized, kOptimized, kNonOptimized});
    std::vector<PathIndex> seen;
    for (int i = 0; i < 4; ++i) {
        seen.push_back(selector.pick({}).value());
        selector.started(seen.back());
    }
    EXPECT_THAT(seen, ElementsAre(paths[0], paths[1], paths[0], paths[1]));
    selector.completed(paths[1], {});
    EXPECT_EQ(selector.pick({}), paths[1]);
}

TEST(QueueDepthSelector, CountsAControllerForAllItsNamespaces) {
    std::array<ControllerLoad, 2> controllers;
    QueueDepthSelector first;
    QueueDepthSelector second;
    std::vector<PathIndex> paths;
    for (ControllerLoad& one : controllers) {
        first.add_path({.load = &one});
        paths.push_back(second.add_path({.load = &one}).value());
    }
    first.started(first.pick({}).value());
    EXPECT_EQ(second.pick({}), paths[1]);
    second.remove_path(paths[0]);
    EXPECT_EQ(controllers[0].active, 1U) << "a namespace that goes takes no commands with it";
}

TEST(NumaSelector, UsesTheFirstPathOverTcp) {
    NumaSelector selector{{.count = 2, .distances = {10, 21, 21, 10}}};
    const auto paths = add(selector, {kOptimized, kOptimized});
    EXPECT_THAT(picks(selector, 3, 0), ElementsAre(0, 0, 0));
    EXPECT_THAT(picks(selector, 3, 1), ElementsAre(0, 0, 0));
    selector.set_path_state(paths[0], {.live = false});
    EXPECT_THAT(picks(selector, 2), ElementsAre(1, 1));
    selector.set_path_state(paths[0], {});
    EXPECT_THAT(picks(selector, 2), ElementsAre(0, 0)) << "failback is immediate";
}

TEST(NumaSelector, UsesTheNearestController) {
    NumaSelector selector{{.count = 2, .distances = {10, 21, 21, 10}}};
    selector.add_path({.numa_node = 1});
    selector.add_path({.numa_node = 0});
    selector.add_path({.numa_node = 0});
    EXPECT_THAT(picks(selector, 2, 0), ElementsAre(1, 1));
    EXPECT_THAT(picks(selector, 2, 1), ElementsAre(0, 0));
}

// kernel_selectors.hpp: 10 within a node and 20 between any two.
TEST(NumaSelector, TellsNearFromFarWithoutDistances) {
    NumaSelector selector{{.count = 2, .distances = {}}};
    const PathIndex on_1 = selector.add_path({.numa_node = 1}).value();
    const PathIndex on_0 = selector.add_path({.numa_node = 0}).value();
    EXPECT_EQ(selector.pick({.node = 0}), on_0);
    EXPECT_EQ(selector.pick({.node = 1}), on_1);
    EXPECT_EQ(selector.current(0), on_0);
    EXPECT_EQ(selector.current(1), on_1);
}

TEST(NumaSelector, TakesAControllerOnANodeThatIsNotListedForRemote) {
    // 20 away, where the other one is nearer, as near, or farther than that.
    for (const unsigned other : {15U, 19U, 20U, 21U, 25U}) {
        NumaSelector selector{{.count = 2, .distances = {10, other, 11, 10}}};
        selector.add_path({.numa_node = 2});
        selector.add_path({.numa_node = 1});
        EXPECT_THAT(picks(selector, 1, 0), ElementsAre(other < 20 ? 1 : 0)) << other;
    }
}

TEST(NumaSelector, StaysOnANonOptimizedPathOnlyAsLongAsThereIsNoBetterOne) {
    NumaSelector selector;
    const auto paths = add(selector, {kNonOptimized, AnaState::inaccessible, kNonOptimized});
    EXPECT_THAT(picks(selector, 2), ElementsAre(0, 0));
    selector.set_path_state(paths[1], {.ana = kOptimized});
    EXPECT_THAT(picks(selector, 2), ElementsAre(1, 1));
}

TEST(NumaSelector, TakesAPathWithoutAnaAsOptimized) {
    NumaSelector selector;
    add(selector, {kNonOptimized});
    selector.add_path({}, {.ana = std::nullopt});
    EXPECT_THAT(picks(selector, 2), ElementsAre(1, 1));
}

TEST(NumaSelector, LeavesAPathThatFailedAnIo) {
    NumaSelector selector;
    const auto paths = add(selector, {kOptimized, kOptimized});
    selector.set_path_state(paths[0], {.ana_pending = true});
    EXPECT_THAT(picks(selector, 2), ElementsAre(1, 1));
    selector.forget_current(paths[1]);
    EXPECT_EQ(selector.current(0), std::nullopt);
    EXPECT_THAT(picks(selector, 1), ElementsAre(1));
    selector.remove_path(paths[1]);
    EXPECT_EQ(selector.current(0), std::nullopt) << "it is gone";
}

TEST(KernelSelector, SendsIoDownAPathThatIsBeingDeleted) {
    RoundRobinSelector selector;
    const auto paths = add(selector, {kOptimized, kOptimized});
    selector.set_path_state(paths[1], {.live = false, .deleting = true});
    EXPECT_THAT(picks(selector, 2), ElementsAre(1, 0));
}

TEST(KernelSelector, RefusesNodesThatDoNotAddUp) {
    EXPECT_THROW(NumaSelector(HostNodes{.count = 0, .distances = {}}), Error);
    EXPECT_THROW(NumaSelector(HostNodes{.count = 1025, .distances = {}}), Error);
    EXPECT_THROW(NumaSelector(HostNodes{.count = 2, .distances = {10}}), Error);
    EXPECT_THROW(NumaSelector(HostNodes{.count = 2, .distances = {10, 20, 20}}), Error);
    EXPECT_THROW(NumaSelector(HostNodes{.count = 2, .distances = {10, 20, 20, 10, 10}}), Error);
    EXPECT_NO_THROW(NumaSelector(HostNodes{.count = 1, .distances = {}}));
    EXPECT_NO_THROW(NumaSelector(HostNodes{.count = 1024, .distances = {}}));
    EXPECT_NO_THROW(NumaSelector(HostNodes{.count = 2, .distances = {10, 20, 20, 10}}));
}

class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_{seed} {}
    unsigned below(unsigned bound) { return static_cast<unsigned>(engine_() % bound); }
    bool one_in(unsigned count) { return below(count) == 0; }
    PathState state(unsigned bias) {
        constexpr std::array<std::optional<AnaState>, 7> kStates{
            kOptimized,   kNonOptimized,    AnaState::inaccessible,  AnaState::persistent_loss,
            std::nullopt, AnaState::change, static_cast<AnaState>(0)};
        PathState out;
        // Some runs have no optimized path, some only such: both matter more often than by chance.
        out.ana = bias == 1   ? std::optional{kOptimized}
                  : bias == 2 ? kStates.at(1 + below(2))
                              : kStates.at(below(kStates.size()));
        out.live = !one_in(6);
        out.deleting = !out.live && one_in(2);
        out.usable = !one_in(12);
        out.ana_pending = one_in(12);
        return out;
    }

  private:
    std::mt19937_64 engine_;
};

/// The selector and the model, told the same, must answer the same.
template <IoPolicy kPolicy>
void compare(std::uint64_t seed) {
    Random random{seed};
    HostNodes nodes{.count = 1 + random.below(3), .distances = {}};
    for (unsigned i = 0; i < nodes.count * nodes.count; ++i) {
        nodes.distances.push_back(10 + random.below(4));
    }
    KernelSelector<kPolicy> selector{nodes};
    test::KernelModel model{kPolicy, nodes};
    std::vector<PathIndex> paths;
    std::vector<PathIndex> in_flight;
    const unsigned bias = random.below(4);
    for (unsigned step = 0; step < 400; ++step) {
        const unsigned action = random.below(40);
        if (action == 0 || paths.empty()) {
            if (paths.size() < 8) {
                const PathTraits traits{.numa_node =
                                            static_cast<int>(random.below(nodes.count + 1)) - 1};
                const PathState state = random.state(bias);
                paths.push_back(selector.add_path(traits, state).value());
                model.add(paths.back(), traits, state);
            }
        } else if (action == 1 && random.one_in(2)) {
            const auto gone = paths.begin() + random.below(static_cast<unsigned>(paths.size()));
            ASSERT_TRUE(selector.remove_path(*gone));
            model.remove(*gone);
            paths.erase(gone);
        } else if (action < 6) {
            const PathIndex path = paths[random.below(static_cast<unsigned>(paths.size()))];
            const PathState state = random.state(bias);
            ASSERT_TRUE(selector.set_path_state(path, state));
            model.set_state(path, state);
        } else if (action == 6) {
            selector.forget_current();
            model.forget_all();
        } else if (action == 7) {
            const PathIndex path = paths[random.below(static_cast<unsigned>(paths.size()))];
            selector.forget_current(path);
            model.forget(path);
        } else if (action < 16 && !in_flight.empty()) {
            const auto done =
                in_flight.begin() + random.below(static_cast<unsigned>(in_flight.size()));
            selector.completed(*done, {});
            model.end(*done);
            in_flight.erase(done);
        } else {
            const unsigned node = random.below(nodes.count);
            const PathIndex expected = model.pick(node);
            const auto path = selector.pick({.node = node});
            ASSERT_EQ(path.value_or(PathIndex{}).value, expected.value)
                << fmt::format("{}, seed {}, step {}", to_string(kPolicy), seed, step);
            if (path) {
                selector.started(*path);
                model.start(*path);
                in_flight.push_back(*path);
            }
        }
    }
}

TEST(KernelSelector, ChoosesAsTheKernelInAnyState) {
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        compare<IoPolicy::numa>(seed);
        compare<IoPolicy::round_robin>(seed);
        compare<IoPolicy::queue_depth>(seed);
        if (HasFatalFailure()) {
            return;
        }
    }
}

} // namespace
} // namespace haoh
