// SPDX-License-Identifier: LGPL-2.1-or-later
// Selectors beyond the kernel's, one thread.
#include <haoh/policy.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
