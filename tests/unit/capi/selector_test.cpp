// SPDX-License-Identifier: LGPL-2.1-or-later
#include "freed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <vector>

namespace haoh::test {
namespace {

using ::testing::HasSubstr;

class CapiSelector : public ::testing::Test {
  protected:
    void make(const char* policy, const haoh_selector_options* options = nullptr) {
        selector_.reset(haoh_selector_new(policy, options, error_));
        ASSERT_NE(selector_, nullptr) << error_.message();
    }
    std::uint32_t add(int ana = HAOH_ANA_OPTIMIZED, std::uint16_t site = 0) {
        haoh_path path HAOH_PATH_INIT;
        path.ana = ana;
        path.site = site;
        const std::uint32_t added = haoh_selector_add_path(selector_.get(), &path, error_);
        EXPECT_NE(added, 0U) << error_.message();
        return added;
    }
    void set(std::uint32_t path, int ana) {
        haoh_path state HAOH_PATH_INIT;
        state.ana = ana;
        EXPECT_EQ(haoh_selector_set_path(selector_.get(), path, &state, error_), 0)
            << error_.message();
    }
    std::uint32_t pick() { return haoh_selector_pick(selector_.get(), 0, ++now_); }

    SelectorHandle selector_;
    ErrorSlot error_;
    std::uint64_t now_{};
};

TEST_F(CapiSelector, each_policy_follows_ana_and_never_gives_a_stale_path) {
    for (const char* policy : {"numa", "round-robin", "queue-depth", "site-affinity", "latency",
                               "weighted", "spdk-round-robin"}) {
        make(policy);
        EXPECT_EQ(pick(), 0U) << policy;
        const std::uint32_t first = add();
        const std::uint32_t second = add(HAOH_ANA_NON_OPTIMIZED);
        EXPECT_EQ(pick(), first) << policy;
        set(first, HAOH_ANA_INACCESSIBLE);
        EXPECT_EQ(pick(), second) << policy;
        EXPECT_EQ(haoh_selector_remove_path(selector_.get(), second, error_), 0);
        EXPECT_EQ(pick(), 0U) << policy;
        EXPECT_EQ(haoh_selector_remove_path(selector_.get(), second, error_), -HAOH_NOT_FOUND);
        const haoh_path state HAOH_PATH_INIT;
        EXPECT_EQ(haoh_selector_set_path(selector_.get(), second, &state, error_), -HAOH_NOT_FOUND);
        set(first, HAOH_ANA_NOT_REPORTED);
        EXPECT_EQ(pick(), first) << policy;
    }
}

TEST_F(CapiSelector, round_robin_takes_turns_and_queue_depth_looks_at_what_is_in_flight) {
    make("round-robin");
    std::set<std::uint32_t> paths{add(), add(), add()};
    EXPECT_EQ((std::set<std::uint32_t>{pick(), pick(), pick()}), paths);
    make("queue-depth");
    const std::uint32_t first = add();
    const std::uint32_t second = add();
    EXPECT_EQ(pick(), first);
    haoh_selector_started(selector_.get(), first);
    EXPECT_EQ(pick(), second);
    haoh_selector_completed(selector_.get(), first, 1000);
    EXPECT_EQ(pick(), first);
    EXPECT_NE(haoh_path_slot(first), haoh_path_slot(second));
    EXPECT_LT(haoh_path_slot(second), 64U);
}

TEST_F(CapiSelector, options_count) {
    haoh_selector_options options HAOH_SELECTOR_OPTIONS_INIT;
    options.local_site = 7;
    make("site-affinity", &options);
    static_cast<void>(add(HAOH_ANA_OPTIMIZED, 3));
    const std::uint32_t local = add(HAOH_ANA_OPTIMIZED, 7);
    EXPECT_EQ(pick(), local);

    const unsigned distances[] = {10, 40, 40, 10};
    options.nodes = 2;
    options.distances = distances;
    make("numa", &options);
    haoh_path far HAOH_PATH_INIT;
    far.numa_node = 0;
    haoh_path near HAOH_PATH_INIT;
    near.numa_node = 1;
    static_cast<void>(haoh_selector_add_path(selector_.get(), &far, error_));
    const std::uint32_t wanted = haoh_selector_add_path(selector_.get(), &near, error_);
    EXPECT_EQ(haoh_selector_pick(selector_.get(), 1, 0), wanted);
    options.nodes = 1025;
    EXPECT_EQ(haoh_selector_new("numa", &options, error_), nullptr);
    EXPECT_EQ(error_.code(), HAOH_INVALID_ARGUMENT);
}

TEST_F(CapiSelector, another_site_takes_io_from_the_spill_depth_on) {
    const auto in_flight_until_spilled = [&](std::uint32_t given, unsigned most) {
        haoh_selector_options options HAOH_SELECTOR_OPTIONS_INIT;
        options.local_site = 7;
        options.spill_depth = given;
        make("site-affinity", &options);
        static_cast<void>(add(HAOH_ANA_OPTIMIZED, 3));
        const std::uint32_t local = add(HAOH_ANA_OPTIMIZED, 7);
        for (unsigned in_flight = 0; in_flight < most; ++in_flight) {
            if (pick() != local) {
                return in_flight;
            }
            haoh_selector_started(selector_.get(), local);
        }
        return most;
    };
    EXPECT_EQ(in_flight_until_spilled(1, 100), 1U);
    EXPECT_EQ(in_flight_until_spilled(5, 100), 5U);
    EXPECT_EQ(in_flight_until_spilled(0, 100), 32U);
    EXPECT_EQ(in_flight_until_spilled(UINT32_MAX, 1000), 1000U);
}

TEST_F(CapiSelector, weights_share_io_and_none_is_one) {
    const auto share_of_first = [&](std::uint16_t first, std::uint16_t second) {
        make("weighted");
        haoh_path path HAOH_PATH_INIT;
        path.weight = first;
        const std::uint32_t wanted = haoh_selector_add_path(selector_.get(), &path, error_);
        path.weight = second;
        static_cast<void>(haoh_selector_add_path(selector_.get(), &path, error_));
        unsigned count = 0;
        for (unsigned round = 0; round < 60; ++round) {
            count += pick() == wanted ? 1U : 0U;
        }
        return count;
    };
    EXPECT_EQ(share_of_first(2, 1), 40U);
    EXPECT_EQ(share_of_first(0, 2), 20U);
    EXPECT_EQ(share_of_first(0, 0), 30U);
}

TEST_F(CapiSelector, latency_learns_from_what_came_back) {
    make("latency");
    const std::uint32_t slow = add();
    const std::uint32_t fast = add();
    unsigned to_fast = 0;
    for (unsigned round = 0; round < 1000; ++round) {
        now_ += 100'000;
        const std::uint32_t path = pick();
        to_fast += path == fast ? 1U : 0U;
        haoh_selector_started(selector_.get(), path);
        haoh_selector_completed(selector_.get(), path, path == slow ? 50'000'000 : 100'000);
    }
    EXPECT_GT(to_fast, 900U);
}

TEST_F(CapiSelector, distances_of_as_many_nodes_as_there_may_be_count) {
    constexpr unsigned kNodes = 1024;
    std::vector<unsigned> distances(std::size_t{kNodes} * kNodes, 40);
    for (std::size_t node = 0; node < kNodes; ++node) {
        distances[node * kNodes + node] = 10;
    }
    distances[6] = 11; // from node 0
    haoh_selector_options options HAOH_SELECTOR_OPTIONS_INIT;
    options.nodes = kNodes;
    options.distances = distances.data();
    make("numa", &options);
    haoh_path path HAOH_PATH_INIT;
    path.numa_node = 5;
    EXPECT_NE(haoh_selector_add_path(selector_.get(), &path, error_), 0U) << error_.message();
    path.numa_node = 6;
    const std::uint32_t near = haoh_selector_add_path(selector_.get(), &path, error_);
    EXPECT_NE(near, 0U) << error_.message();
    EXPECT_EQ(pick(), near);
}

TEST_F(CapiSelector, without_options_there_is_one_node) {
    haoh_selector_options options HAOH_SELECTOR_OPTIONS_INIT;
    const auto node_taken_from_node_1 = [&](const haoh_selector_options* given) {
        make("numa", given);
        haoh_path path HAOH_PATH_INIT;
        path.numa_node = 1;
        static_cast<void>(haoh_selector_add_path(selector_.get(), &path, error_));
        path.numa_node = 0;
        const std::uint32_t on_0 = haoh_selector_add_path(selector_.get(), &path, error_);
        return haoh_selector_pick(selector_.get(), 1, ++now_) == on_0 ? 0 : 1;
    };
    EXPECT_EQ(node_taken_from_node_1(nullptr), 0); // there is no node 1: it counts as node 0
    EXPECT_EQ(node_taken_from_node_1(&options), 0);
    options.nodes = 2;
    EXPECT_EQ(node_taken_from_node_1(&options), 1);
}

TEST_F(CapiSelector, states_that_take_no_io) {
    make("queue-depth");
    const std::uint32_t path = add();
    for (int haoh_path::*defect :
         {&haoh_path::not_live, &haoh_path::unusable, &haoh_path::ana_pending}) {
        haoh_path state HAOH_PATH_INIT;
        EXPECT_EQ(haoh_selector_set_path(selector_.get(), path, &state, error_), 0);
        EXPECT_EQ(pick(), path);
        state.*defect = 1;
        EXPECT_EQ(haoh_selector_set_path(selector_.get(), path, &state, error_), 0);
        EXPECT_EQ(pick(), 0U);
    }
    for (const int ana : {3, 4, 15, 9}) { // 9 is no state that there is
        set(path, ana);
        EXPECT_EQ(pick(), 0U) << ana;
    }
}

TEST_F(CapiSelector, what_is_wrong_is_named) {
    EXPECT_EQ(haoh_selector_new("fastest", nullptr, error_), nullptr);
    EXPECT_EQ(error_.code(), HAOH_INVALID_ARGUMENT);
    EXPECT_THAT(error_.message(), HasSubstr("queue-depth"));
    make("weighted");
    EXPECT_EQ(haoh_selector_add_path(selector_.get(), nullptr, error_), 0U);
    EXPECT_EQ(error_.code(), HAOH_INVALID_ARGUMENT);
    haoh_path path HAOH_PATH_INIT;
    for (int count = 0; count < 64; ++count) {
        EXPECT_NE(haoh_selector_add_path(selector_.get(), &path, error_), 0U);
    }
    EXPECT_EQ(haoh_selector_add_path(selector_.get(), &path, error_), 0U);
    EXPECT_EQ(error_.code(), HAOH_TOO_LARGE);
    path.numa_node = -2;
    make("numa");
    EXPECT_EQ(haoh_selector_add_path(selector_.get(), &path, error_), 0U);
    EXPECT_EQ(error_.code(), HAOH_INVALID_ARGUMENT);
}

} // namespace
} // namespace haoh::test
