// SPDX-License-Identifier: LGPL-2.1-or-later
// Selectors beyond the kernel's, one thread.
#include <haoh/policy.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <vector>

namespace haoh {
namespace {

using namespace std::chrono_literals;
using nvme::AnaState;
using ::testing::ElementsAre;

/// What holds of every selector.
template <typename Selector>
class AnySelectorTest : public ::testing::Test {
  protected:
    Selector selector_;
};
using AllSelectors =
    ::testing::Types<NumaSelector, RoundRobinSelector, QueueDepthSelector, SpdkRoundRobinSelector,
                     SiteAffinitySelector, LatencySelector, WeightedSelector>;
TYPED_TEST_SUITE(AnySelectorTest, AllSelectors);

TYPED_TEST(AnySelectorTest, HasAnAnswerForNoPath) {
    auto& selector = this->selector_;
    EXPECT_EQ(selector.pick({}), std::nullopt);
    const auto first = selector.add_path({}, {}).value();
    const auto second = selector.add_path({}, {}).value();
    EXPECT_TRUE(selector.pick({}));
    selector.set_path_state(first, {.live = false});
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(selector.pick({}), second);
    }
    selector.set_path_state(second, {.ana = AnaState::inaccessible});
    EXPECT_EQ(selector.pick({}), std::nullopt);
    selector.set_path_state(second, {});
    EXPECT_EQ(selector.pick({}), second);
    EXPECT_TRUE(selector.remove_path(second));
    EXPECT_FALSE(selector.remove_path(second));
    EXPECT_FALSE(selector.set_path_state(second, {}));
    EXPECT_EQ(selector.pick({}), std::nullopt);
    EXPECT_TRUE(selector.remove_path(first));
    EXPECT_EQ(selector.pick({}), std::nullopt);
    selector.started(first);
    selector.completed(first, 1ms);
}

TYPED_TEST(AnySelectorTest, LetsAnaDecideFirst) {
    auto& selector = this->selector_;
    std::vector<PathIndex> paths;
    for (const AnaState state : {AnaState::non_optimized, AnaState::optimized, AnaState::change}) {
        paths.push_back(selector.add_path({}, {.ana = state}).value());
    }
    std::chrono::nanoseconds now = 0s;
    for (int i = 0; i < 1000; ++i) {
        // However many are on the way already, and however long the others had none.
        now += 50ms;
        const auto path = selector.pick({.now = now});
        ASSERT_EQ(path, paths[1]);
        selector.started(*path);
    }
    selector.set_path_state(paths[1], {.ana = AnaState::persistent_loss});
    EXPECT_EQ(selector.pick({.now = now}), paths[0]);
}

template <typename Selector>
std::vector<unsigned> shares(Selector& selector, const std::vector<PathIndex>& paths,
                             unsigned count) {
    std::map<PathIndex, unsigned> picked;
    for (unsigned i = 0; i < count; ++i) {
        ++picked[selector.pick({}).value()];
    }
    std::vector<unsigned> out;
    for (const PathIndex path : paths) {
        out.push_back(picked[path]);
    }
    return out;
}

TEST(WeightedSelector, SharesByWeights) {
    WeightedSelector selector;
    std::vector<PathIndex> paths;
    for (const std::uint16_t weight : std::vector<std::uint16_t>{1, 3, 6}) {
        paths.push_back(selector.add_path({.weight = weight}).value());
    }
    EXPECT_THAT(shares(selector, paths, 1000), ElementsAre(100, 300, 600));
    selector.set_path_state(paths[2], {.live = false});
    EXPECT_THAT(shares(selector, paths, 1000), ElementsAre(250, 750, 0));
    selector.set_path_state(paths[2], {});
    EXPECT_THAT(shares(selector, paths, 1000), ElementsAre(100, 300, 600))
        << "the path that came back has nothing to make up for";
}

TEST(WeightedSelector, GivesAPathAWeightOf1WhereNoneIsTold) {
    WeightedSelector selector;
    const std::vector<PathIndex> paths{selector.add_path().value(),
                                       selector.add_path({.weight = 3}).value()};
    EXPECT_THAT(shares(selector, paths, 1000), ElementsAre(250, 750));
}

TEST(WeightedSelector, GoesOnWhereAStateIsToldAgain) {
    WeightedSelector selector;
    const PathIndex much = selector.add_path({.weight = 3}).value();
    const PathIndex little = selector.add_path({.weight = 1}).value();
    unsigned taken = 0;
    for (int i = 0; i < 400; ++i) {
        EXPECT_TRUE(selector.set_path_state(much, {}));
        taken += selector.pick({}) == little ? 1U : 0U;
    }
    EXPECT_EQ(taken, 100U);
    EXPECT_TRUE(selector.remove_path(little));
    EXPECT_FALSE(selector.set_path_state(little, {}));
}

TEST(WeightedSelector, BeginsAnewWhenPathsChange) {
    WeightedSelector selector;
    std::vector<PathIndex> paths{selector.add_path().value(), selector.add_path().value()};
    const auto round = [&] {
        for (const PathIndex path : paths) {
            EXPECT_EQ(selector.pick({}), path);
        }
    };
    for (int i = 0; i < 100; ++i) {
        round();
    }
    paths.push_back(selector.add_path().value());
    round(); // the new one need not catch up
    round();
    static_cast<void>(selector.pick({}));
    selector.remove_path(paths.back());
    paths.pop_back();
    round();
    static_cast<void>(selector.pick({}));
    selector.set_path_state(paths.front(), {.live = false});
    selector.set_path_state(paths.front(), {});
    round();
}

TEST(WeightedSelector, TakesTheFirstOfEquals) {
    WeightedSelector selector;
    std::vector<PathIndex> paths;
    for (const std::uint16_t weight : std::vector<std::uint16_t>{2, 2, 1}) {
        paths.push_back(selector.add_path({.weight = weight}).value());
    }
    // Strides of 1, 1 and 2: where the paths stand before each pick is 0 0 0, 1 0 0, 1 1 0,
    // 1 1 2, 2 1 2, and 2 2 2, where it begins anew.
    std::vector<PathIndex> picked;
    for (int i = 0; i < 10; ++i) {
        picked.push_back(selector.pick({}).value());
    }
    EXPECT_THAT(picked, ElementsAre(paths[0], paths[1], paths[2], paths[0], paths[1], paths[0],
                                    paths[1], paths[2], paths[0], paths[1]));
    selector.set_path_state(paths[2], {.live = false}); // a change begins anew
    EXPECT_EQ(selector.pick({}), paths[0]);
    selector.set_path_state(paths[2], {.live = false}); // no change does not
    EXPECT_EQ(selector.pick({}), paths[1]);
}

TEST(WeightedSelector, SpreadsEvenly) {
    WeightedSelector selector;
    const auto light = selector.add_path({.weight = 1});
    const auto heavy = selector.add_path({.weight = 4});
    unsigned run = 0;
    for (int i = 0; i < 100; ++i) {
        run = selector.pick({}) == heavy ? run + 1 : 0;
        EXPECT_LE(run, 5U);
    }
    EXPECT_NE(light, heavy);
}

/// Selectors that go by what is in flight, on paths that are alike otherwise.
template <typename Selector>
class LeastBusyTest : public ::testing::Test {};
using LeastBusySelectors = ::testing::Types<QueueDepthSelector, SiteAffinitySelector>;
TYPED_TEST_SUITE(LeastBusyTest, LeastBusySelectors);

TYPED_TEST(LeastBusyTest, TakesTheFirstOfThoseWithTheFewestInFlight) {
    unsigned states = 1;
    for (unsigned count = 1; count <= 5; ++count) {
        states *= 3;
        for (unsigned state = 0; state < states; ++state) { // each digit is the depth of a path
            TypeParam selector;
            std::vector<PathIndex> paths;
            std::vector<unsigned> depths;
            for (unsigned rest = state; paths.size() < count; rest /= 3) {
                paths.push_back(selector.add_path().value());
                depths.push_back(rest % 3);
                for (unsigned i = 0; i < depths.back(); ++i) {
                    selector.started(paths.back());
                }
            }
            const auto least = std::min_element(depths.begin(), depths.end()) - depths.begin();
            EXPECT_EQ(selector.pick({}), paths[static_cast<std::size_t>(least)])
                << ::testing::PrintToString(depths);
        }
    }
}

class SiteAffinityTest : public ::testing::Test {
  protected:
    SiteAffinityTest() {
        for (const std::uint16_t site : std::vector<std::uint16_t>{0, 0, 1, 1}) {
            paths_.push_back(selector_.add_path({.site = site}).value());
        }
    }
    std::vector<unsigned> submit(unsigned count) {
        for (unsigned i = 0; i < count; ++i) {
            const auto path = selector_.pick({});
            selector_.started(path.value());
        }
        std::vector<unsigned> out;
        for (const PathIndex path : paths_) {
            out.push_back(selector_.table().depth(path));
        }
        return out;
    }

    SiteAffinitySelector selector_{{.local_site = 1, .spill_depth = 4}};
    std::vector<PathIndex> paths_;
};

TEST_F(SiteAffinityTest, PrefersTheLocalArray) {
    EXPECT_THAT(submit(6), ElementsAre(0, 0, 3, 3));
}

TEST_F(SiteAffinityTest, SpillsOverByLoad) {
    EXPECT_THAT(submit(8), ElementsAre(0, 0, 4, 4));
    EXPECT_THAT(submit(4), ElementsAre(2, 2, 4, 4));
    EXPECT_THAT(submit(8), ElementsAre(5, 5, 5, 5)) << "deep everywhere: even";
    for (int i = 0; i < 3; ++i) {
        selector_.completed(paths_[3], 1ms);
    }
    EXPECT_THAT(submit(1), ElementsAre(5, 5, 5, 3)) << "2 in flight were below the limit";
}

TEST_F(SiteAffinityTest, FailsOverByAna) {
    selector_.set_path_state(paths_[2], {.ana = AnaState::inaccessible});
    EXPECT_THAT(submit(2), ElementsAre(0, 0, 0, 2));
    selector_.set_path_state(paths_[3], {.ana = AnaState::non_optimized});
    EXPECT_THAT(submit(2), ElementsAre(1, 1, 0, 2)) << "ANA decides before the site";
    selector_.set_path_state(paths_[2], {});
    EXPECT_THAT(submit(2), ElementsAre(1, 1, 2, 2));
}

TEST_F(SiteAffinityTest, NeverSpillsWhenToldSo) {
    SiteAffinitySelector selector{{.local_site = 1, .spill_depth = 0}};
    selector.add_path({.site = 0});
    const auto local = selector.add_path({.site = 1});
    for (int i = 0; i < 1000; ++i) {
        selector.started(selector.pick({}).value());
    }
    EXPECT_EQ(selector.table().depth(*local), 1000U);
}

// site_affinity_selector.hpp: site 0, from 32 in flight on.
TEST(SiteAffinitySelector, HasDefaults) {
    SiteAffinitySelector selector;
    const PathIndex far = selector.add_path({.site = 1}).value();
    const PathIndex local = selector.add_path({}).value();
    for (int i = 0; i < 32; ++i) {
        EXPECT_EQ(selector.pick({}), local) << i;
        selector.started(local);
    }
    EXPECT_EQ(selector.pick({}), far);
}

/// One I/O at a time through paths of a known latency.
class LatencyTest : public ::testing::Test {
  protected:
    LatencyTest() {
        for (const auto latency : {1ms, 30ms}) {
            const PathIndex path = selector_.add_path().value();
            paths_.push_back(path);
            latency_[path] = latency;
        }
    }
    std::vector<unsigned> run(std::chrono::nanoseconds time, std::chrono::nanoseconds pause = 0ns) {
        std::map<PathIndex, unsigned> picked;
        for (const auto end = now_ + time; now_ < end; now_ += pause) {
            const PathIndex path = selector_.pick({.now = now_}).value();
            ++picked[path];
            selector_.started(path);
            now_ += latency_[path];
            selector_.completed(path, latency_[path]);
        }
        return {picked[paths_[0]], picked[paths_[1]]};
    }

    LatencySelector selector_{
        {.initial = 1ms, .probe_interval = 100ms, .probe_share = 16, .smoothing = 8}};
    std::vector<PathIndex> paths_;
    std::map<PathIndex, std::chrono::nanoseconds> latency_;
    std::chrono::nanoseconds now_{1h};
};

TEST_F(LatencyTest, LeavesTheSlowPathButForProbes) {
    const auto counts = run(10s);
    EXPECT_GT(counts[0], 7000U);
    EXPECT_GE(counts[1], 50U) << "a probe in each 116 ms";
    EXPECT_LE(counts[1], 100U);
}

TEST_F(LatencyTest, GivesARecoveredPathItsShareSoon) {
    run(1s);
    latency_[paths_[1]] = 500us;
    const auto early = run(200ms);
    EXPECT_GT(early[1], 0U);
    const auto later = run(1s);
    EXPECT_GT(later[1], 1800U);
}

TEST_F(LatencyTest, LeavesAPathThatBecomesSlow) {
    run(1s);
    latency_[paths_[0]] = 300ms;
    run(3s);
    const auto counts = run(6s);
    EXPECT_LE(counts[0], 15U) << "probes only";
    EXPECT_GT(counts[1], 50U);
}

TEST_F(LatencyTest, SendsAHostWithLittleIoNotDownSlowPaths) {
    run(1s);
    const auto counts = run(160s, 1s); // every I/O finds the other path due
    EXPECT_LE(counts[1], 160U / 16 + 1);
    EXPECT_GE(counts[1], 5U);
}

TEST_F(LatencyTest, LeavesAPathThatHangs) {
    LatencySelector selector;
    const auto first = selector.add_path();
    const auto second = selector.add_path();
    selector.started(*first);
    selector.completed(*first, 1ms);
    selector.started(*second);
    selector.completed(*second, 4ms);
    unsigned stuck = 0;
    for (int i = 0; i < 100; ++i) {
        const PathIndex path = selector.pick({.now = 1ms}).value();
        selector.started(path);
        if (path == first) {
            ++stuck;
        } else {
            selector.completed(path, 4ms);
        }
    }
    EXPECT_EQ(stuck, 4U);
}

TEST(LatencySelector, ProbesThePathThatWasIdleForLongest) {
    // Paths by the times of their last I/O; each order of the three that are due.
    for (const std::vector<int>& order : std::vector<std::vector<int>>{
             {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
        LatencySelector selector{
            {.initial = 1ms, .probe_interval = 100ms, .probe_share = 1, .smoothing = 8}};
        std::vector<PathIndex> paths;
        for (int i = 0; i < 3; ++i) {
            paths.push_back(selector.add_path().value());
        }
        std::vector<PathIndex> idle;
        std::chrono::nanoseconds now{1h};
        for (const int path : order) { // while it is the only one, it takes the I/O
            for (int other = 0; other < 3; ++other) {
                selector.set_path_state(paths.at(static_cast<std::size_t>(other)),
                                        {.live = other == path});
            }
            idle.push_back(paths.at(static_cast<std::size_t>(path)));
            ASSERT_EQ(selector.pick({.now = now}), idle.back());
            now += 30ms;
        }
        for (const PathIndex path : paths) {
            selector.set_path_state(path, {});
            selector.completed(path, 1ms); // alike in everything else
        }
        now += 100ms; // all three are due
        for (const PathIndex expected : idle) {
            EXPECT_EQ(selector.pick({.now = now}), expected) << order.at(0) << order.at(1);
        }
    }
}

TEST(LatencySelector, FindsAPathDueAfterTheIntervalAndNotBefore) {
    LatencySelector selector{
        {.initial = 1ms, .probe_interval = 100ms, .probe_share = 1, .smoothing = 8}};
    const PathIndex fast = selector.add_path().value();
    const PathIndex slow = selector.add_path().value();
    std::chrono::nanoseconds now{1h};
    const auto first = selector.pick({.now = now}); // neither had I/O yet: both are due
    EXPECT_NE(selector.pick({.now = now}), first);
    selector.completed(fast, 1ms);
    selector.completed(slow, 9ms);
    const auto later = now + 60ms;
    EXPECT_EQ(selector.pick({.now = later}), fast);
    EXPECT_EQ(selector.pick({.now = now + 100ms - 1ns}), fast) << "not due yet";
    EXPECT_EQ(selector.pick({.now = now + 100ms}), slow) << "due";
    EXPECT_EQ(selector.pick({.now = now + 100ms}), fast) << "probed";
    // The first completion after the probe replaces the average.
    selector.completed(slow, 500us);
    EXPECT_EQ(selector.average(slow), 500us);
    selector.completed(slow, 1300us);
    EXPECT_EQ(selector.average(slow), 600us) << "a part in eight";
}

TEST(LatencySelector, ProbesNoPathThatIsInUse) {
    LatencySelector selector{
        {.initial = 1ms, .probe_interval = 100ms, .probe_share = 1, .smoothing = 8}};
    const PathIndex fast = selector.add_path().value();
    const PathIndex slow = selector.add_path().value();
    std::chrono::nanoseconds now{1h};
    static_cast<void>(selector.pick({.now = now})); // each had its first probe
    static_cast<void>(selector.pick({.now = now}));
    selector.completed(fast, 1ms);
    selector.completed(slow, 9ms);
    unsigned probes = 0;
    for (int i = 0; i < 1000; ++i) {
        now += 10ms;
        const auto path = selector.pick({.now = now});
        probes += path == slow ? 1U : 0U;
        selector.completed(*path, path == slow ? 9ms : 1ms);
    }
    EXPECT_NEAR(probes, 100, 3) << "one in each 100 ms";
    selector.completed(fast, 9ms);
    EXPECT_EQ(selector.average(fast), 2ms) << "a part in eight: it was not probed";
}

TEST(LatencySelector, AssumesTheInitialLatencyOfAPathThatIsNotKnown) {
    for (const auto& [known, first] : {std::pair{500us, true}, std::pair{2000us, false}}) {
        LatencySelector selector{{.initial = 1ms}};
        const PathIndex measured = selector.add_path().value();
        const PathIndex other = selector.add_path().value();
        selector.completed(measured, known);
        EXPECT_EQ(selector.pick({.now = 1h}), first ? measured : other);
    }
}

// latency_selector.hpp: 1 ms, 100 ms, one in 16, one part in 8.
TEST(LatencySelector, HasDefaults) {
    for (const auto& [known, first] : {std::pair{999us, true}, std::pair{1001us, false}}) {
        LatencySelector selector;
        const PathIndex measured = selector.add_path().value();
        const PathIndex other = selector.add_path().value();
        selector.completed(measured, known);
        EXPECT_EQ(selector.pick({.now = 1h}), first ? measured : other);
    }
    LatencySelector selector;
    const PathIndex fast = selector.add_path().value();
    const PathIndex slow = selector.add_path().value();
    for (const PathIndex path : {fast, slow}) { // each has its last I/O at one moment
        selector.set_path_state(path == fast ? slow : fast, {.live = false});
        EXPECT_EQ(selector.pick({.now = 1h}), path);
        selector.set_path_state(path == fast ? slow : fast, {});
    }
    selector.completed(fast, 1ms);
    selector.completed(slow, 9ms);
    const auto picks_until_slow = [&](std::chrono::nanoseconds now) {
        unsigned picks = 1;
        while (picks < 100 && selector.pick({.now = now}) != slow) {
            ++picks;
        }
        return picks;
    };
    EXPECT_EQ(picks_until_slow(1h + 100ms - 1ns), 100U) << "not due";
    EXPECT_EQ(picks_until_slow(1h + 100ms), 16U);
    selector.completed(fast, 9ms);
    EXPECT_EQ(selector.average(fast), 2ms);
}

TEST(LatencySelector, KeepsItsOptionsInTheirLimits) {
    for (const auto& [smoothing, average] :
         std::vector<std::pair<std::uint32_t, std::chrono::nanoseconds>>{
             {0, 1024us}, {1, 1024us}, {2, 1536us}, {1024, 2047us}, {4096, 2047us}}) {
        LatencySelector selector{{.smoothing = smoothing}};
        const PathIndex path = selector.add_path().value();
        selector.completed(path, 2048us);
        selector.completed(path, 1024us);
        EXPECT_EQ(selector.average(path), average) << smoothing;
    }
    for (const auto& [share, every] : std::vector<std::pair<std::uint32_t, unsigned>>{
             {0, 1}, {1, 1}, {2, 2}, {1U << 20U, 1U << 20U}, {UINT32_MAX, 1U << 20U}}) {
        LatencySelector selector{{.probe_share = share}};
        const PathIndex fast = selector.add_path().value();
        const PathIndex slow = selector.add_path().value();
        selector.completed(fast, 1ms);
        selector.completed(slow, 1s);
        selector.set_path_state(slow, {.live = false});
        static_cast<void>(selector.pick({.now = 1h})); // only the slow one is due from now on
        selector.set_path_state(slow, {});
        unsigned picked = 1;
        while (picked <= every && selector.pick({.now = 1h}) != slow) {
            ++picked;
        }
        EXPECT_EQ(picked, every) << share;
    }
}

TEST(LatencySelector, FindsNoPathIdleForBeingTooDeep) {
    ControllerLoad deep;
    LatencySelector selector;
    const PathIndex hangs = selector.add_path({.load = &deep}).value();
    const PathIndex other = selector.add_path().value();
    selector.completed(hangs, 68s);
    selector.completed(other, 68s);
    selector.started(other);
    for (const std::uint32_t depth :
         {2U, (1U << 27U) - 1, 1U << 27U, (1U << 28U) - 1, 1U << 28U, UINT32_MAX - 1, UINT32_MAX}) {
        deep.active = depth;
        EXPECT_EQ(selector.pick({}), other) << depth;
    }
    deep.active = 0;
    EXPECT_EQ(selector.pick({}), hangs);
}

TEST(LatencySelector, KnowsTimesOfANanosecondOrMore) {
    for (const auto& [latency, average] : {std::pair{0ns, 1ns}, {1ns, 1ns}, {2ns, 2ns}}) {
        LatencySelector selector;
        const PathIndex path = selector.add_path().value();
        selector.completed(path, latency);
        EXPECT_EQ(selector.average(path), average);
    }
}

TEST(LatencySelector, ProbesNoPathThatIsTheOnlyOne) {
    LatencySelector selector{
        {.initial = 1ms, .probe_interval = 100ms, .probe_share = 1, .smoothing = 4}};
    const PathIndex only = selector.add_path().value();
    selector.completed(only, 800us);
    EXPECT_EQ(selector.pick({.now = 1h}), only);
    EXPECT_EQ(selector.pick({.now = 2h}), only); // however long it had none
    selector.completed(only, 400us);
    EXPECT_EQ(selector.average(only), 700us) << "no probe: the average moves";
}

TEST(LatencySelector, KnowsNothingOfAPathInThePlaceOfAnother) {
    LatencySelector selector;
    std::vector<PathIndex> named;
    // Places are used again after all others were.
    for (unsigned i = 0; i <= PathTable::kMaxPaths; ++i) {
        named.push_back(selector.add_path().value());
        if (i > 0) { // late words of another
            selector.completed(named.front(), 9ms);
        }
        EXPECT_EQ(selector.average(named.back()), std::nullopt);
        selector.completed(named.back(), 5ms);
        EXPECT_EQ(selector.average(named.back()), 5ms);
        EXPECT_TRUE(selector.remove_path(named.back()));
    }
    EXPECT_EQ(named.front().slot(), named.back().slot());
}

/// Another path in the place of one that was removed.
PathIndex in_place_of(LatencySelector& selector, PathIndex gone) {
    for (unsigned i = 0; i < PathTable::kMaxPaths; ++i) {
        const PathIndex path = selector.add_path().value();
        if (path.slot() == gone.slot()) {
            return path;
        }
        selector.remove_path(path);
    }
    ADD_FAILURE() << "the place is not used again";
    return {};
}

TEST(LatencySelector, KnowsNothingOfTheProbesOfAPathInThePlaceOfAnother) {
    LatencySelector selector{
        {.initial = 1ms, .probe_interval = 100ms, .probe_share = 1, .smoothing = 8}};
    const PathIndex stays = selector.add_path().value();
    const PathIndex goes = selector.add_path().value();
    static_cast<void>(selector.pick({.now = 1h})); // each had a probe
    static_cast<void>(selector.pick({.now = 1h}));
    selector.completed(stays, 1us);
    EXPECT_TRUE(selector.remove_path(goes)); // before its probe came back
    const PathIndex comes = in_place_of(selector, goes);
    EXPECT_FALSE(selector.remove_path(goes));
    selector.completed(comes, 800us);
    EXPECT_FALSE(selector.remove_path(goes));
    selector.completed(comes, 1600us);
    EXPECT_EQ(selector.average(comes), 900us) << "a part in eight: no probe is out";
    EXPECT_EQ(selector.pick({.now = 1h + 1ms}), comes) << "it never had one";
    EXPECT_EQ(selector.pick({.now = 1h + 2ms}), stays);
}

TEST_F(LatencyTest, ForgetsAPathThatIsRemoved) {
    run(1s);
    EXPECT_GT(selector_.average(paths_[1]).value(), 20ms);
    selector_.remove_path(paths_[1]);
    EXPECT_EQ(selector_.average(paths_[1]), std::nullopt);
    selector_.completed(paths_[1], 1s);
    EXPECT_EQ(selector_.average(paths_[1]), std::nullopt);
}

TEST_F(LatencyTest, AveragesWithWeights) {
    LatencySelector selector{
        {.initial = 1ms, .probe_interval = 1s, .probe_share = 1, .smoothing = 4}};
    const PathIndex path = selector.add_path().value();
    EXPECT_EQ(selector.average(path), std::nullopt);
    selector.completed(path, 800us);
    EXPECT_EQ(selector.average(path), 800us);
    selector.completed(path, 400us);
    EXPECT_EQ(selector.average(path), 700us);
    selector.completed(path, -5s);
    selector.completed(path, std::chrono::nanoseconds::max());
    EXPECT_GT(selector.average(path).value(), 10s);
}

} // namespace
} // namespace haoh
