// SPDX-License-Identifier: LGPL-2.1-or-later
// Threads that pick while paths come, change and go. What each thread may see is checked here; that
// there is no data race is for ThreadSanitizer to say.
#include <haoh/policy.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <random>
#include <thread>
#include <vector>

namespace haoh {
namespace {

using namespace std::chrono_literals;

template <typename Selector>
class ConcurrentSelectorTest : public ::testing::Test {
  protected:
    Selector selector_;
};
using AllSelectors =
    ::testing::Types<NumaSelector, RoundRobinSelector, QueueDepthSelector, SpdkRoundRobinSelector,
                     SiteAffinitySelector, LatencySelector, WeightedSelector>;
TYPED_TEST_SUITE(ConcurrentSelectorTest, AllSelectors);

/// Submits until told to stop, at most 16 commands in flight; returns how many were submitted.
template <typename Selector, typename Check>
std::uint64_t submit(Selector& selector, const std::atomic<bool>& stop, const Check& check) {
    constexpr std::size_t kInFlight = 16;
    std::array<PathIndex, kInFlight> in_flight{};
    std::uint64_t count = 0;
    while (!stop.load(std::memory_order_relaxed)) {
        const auto path = selector.pick({.now = std::chrono::microseconds{count}});
        check(path);
        PathIndex& slot = in_flight.at(count++ % kInFlight);
        if (slot.value != 0) {
            selector.completed(slot, std::chrono::microseconds{1 + count % 64});
        }
        slot = path.value_or(PathIndex{});
        if (path) {
            selector.started(*path);
        }
    }
    for (const PathIndex path : in_flight) {
        if (path.value != 0) {
            selector.completed(path, 1us);
        }
    }
    return count;
}

TYPED_TEST(ConcurrentSelectorTest, PicksWhilePathsComeChangeAndGo) {
    auto& selector = this->selector_;
    // One path that is always good: there must be an answer at every moment.
    const PathIndex steady = selector.add_path({}, {}).value();
    std::atomic<bool> stop{};
    std::atomic<std::uint64_t> without{};
    std::vector<std::thread> submitters;
    submitters.reserve(2);
    for (int i = 0; i < 2; ++i) {
        submitters.emplace_back([&] {
            submit(selector, stop,
                   [&](const std::optional<PathIndex>& path) { without += path ? 0 : 1; });
        });
    }
    std::mt19937 random{1};
    std::vector<PathIndex> paths;
    for (int i = 0; i < 20000; ++i) {
        const auto one = random() % 8;
        if (paths.size() < 2 || (one == 0 && paths.size() < 12)) {
            paths.push_back(selector.add_path({}, {}).value());
        } else if (one == 1) {
            EXPECT_TRUE(selector.remove_path(paths.front()));
            paths.erase(paths.begin());
        } else {
            EXPECT_TRUE(selector.set_path_state(
                paths[random() % paths.size()],
                {.ana = static_cast<nvme::AnaState>(1 + random() % 4), .live = one != 2}));
        }
    }
    stop = true;
    for (std::thread& thread : submitters) {
        thread.join();
    }
    EXPECT_EQ(without, 0U);
    for (const PathIndex path : paths) {
        EXPECT_EQ(selector.table().depth(path), 0U);
        selector.remove_path(path);
    }
    EXPECT_EQ(selector.table().depth(steady), 0U) << "every command was counted off again";
    EXPECT_EQ(selector.pick({}), steady);
}

TYPED_TEST(ConcurrentSelectorTest, NeverPicksAPathThatWasRemovedBefore) {
    auto& selector = this->selector_;
    const PathIndex steady = selector.add_path({}, {}).value();
    // The newest name that may still be picked, told after each removal has returned; names of one
    // slot grow with each use of it, and slots are used in turn.
    std::atomic<std::uint32_t> epoch{};
    std::array<std::atomic<std::uint32_t>, PathTable::kMaxPaths> removed{};
    std::atomic<bool> stop{};
    std::atomic<std::uint64_t> stale{};
    std::vector<std::thread> submitters;
    submitters.reserve(2);
    for (int i = 0; i < 2; ++i) {
        submitters.emplace_back([&] {
            while (!stop.load()) {
                const std::uint32_t before = epoch.load();
                const auto path = selector.pick({});
                const std::uint32_t gone = path ? removed.at(path->slot()).load() : 0;
                // The slot's removal counts only where it was told before the pick began.
                if (path && path->value <= gone && epoch.load() == before) {
                    ++stale;
                }
            }
        });
    }
    for (int i = 0; i < 5000; ++i) {
        const PathIndex path = selector.add_path({}, {}).value();
        EXPECT_TRUE(selector.remove_path(path));
        ++epoch;
        removed.at(path.slot()) = path.value;
        ++epoch;
    }
    stop = true;
    for (std::thread& thread : submitters) {
        thread.join();
    }
    EXPECT_EQ(stale, 0U);
    EXPECT_EQ(selector.pick({}), steady);
}

TEST(ConcurrentWeightedSelector, KeepsTheShares) {
    WeightedSelector selector;
    const PathIndex light = selector.add_path({.weight = 1}).value();
    const PathIndex heavy = selector.add_path({.weight = 3}).value();
    std::array<std::atomic<unsigned>, 2> counts{};
    std::vector<std::thread> submitters;
    for (int i = 0; i < 2; ++i) {
        submitters.emplace_back([&] {
            for (int k = 0; k < 20000; ++k) {
                ++counts.at(selector.pick({}) == heavy ? 1 : 0);
            }
        });
    }
    for (std::thread& thread : submitters) {
        thread.join();
    }
    EXPECT_NEAR(counts[0], 10000, 2);
    EXPECT_NEAR(counts[1], 30000, 2);
    EXPECT_NE(light, heavy);
}

TEST(ConcurrentUpdates, FromSeveralThreadsAllCount) {
    RoundRobinSelector selector;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            for (int k = 0; k < 1000; ++k) {
                const PathIndex path = selector.add_path({}, {}).value();
                selector.set_path_state(path, {.live = false});
                selector.forget_current(path);
                EXPECT_TRUE(selector.remove_path(path));
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_TRUE(selector.table().paths().empty());
    EXPECT_EQ(selector.pick({}), std::nullopt);
}

} // namespace
} // namespace haoh
