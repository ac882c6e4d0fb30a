// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device.hpp"

#include <haoh/policy_overview.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

BlockStatistics counted(std::uint64_t reads, std::uint64_t writes) {
    BlockStatistics out;
    out.reads = reads;
    out.read_sectors = reads * 8;
    out.writes = writes;
    out.write_sectors = writes * 8;
    return out;
}

TEST(PathShares, are_those_of_all_requests) {
    const StatisticsReading before{.monotonic = {},
                                   .paths = {{"p0", counted(10, 0)}, {"p1", counted(5, 5)}}};
    const StatisticsReading after{.monotonic = {},
                                  .paths = {{"p0", counted(40, 0)}, {"p1", counted(5, 15)}}};
    const std::vector<std::string> paths{"p1", "p0"};
    const auto shares = path_shares(before, after, paths);
    ASSERT_THAT(shares, SizeIs(2));
    EXPECT_EQ(shares[0].path, "p1");
    EXPECT_EQ(shares[0].requests, 10U);
    EXPECT_EQ(shares[0].write_bytes, 10U * 4096);
    EXPECT_DOUBLE_EQ(shares[0].share, 0.25);
    EXPECT_EQ(shares[1].read_bytes, 30U * 4096);
    EXPECT_DOUBLE_EQ(shares[1].share, 0.75);
}

TEST(PathShares, count_requests_that_free_blocks) {
    BlockStatistics before = counted(1, 1);
    BlockStatistics after = counted(3, 2);
    before.discards = 10;
    after.discards = 14;
    const std::vector<std::string> paths{"p"};
    const auto shares = path_shares({.monotonic = {}, .paths = {{"p", before}}},
                                    {.monotonic = {}, .paths = {{"p", after}}}, paths);
    EXPECT_EQ(shares.front().requests, 7U);
    EXPECT_EQ(shares.front().read_bytes, 2U * 4096);
    EXPECT_EQ(shares.front().write_bytes, 1U * 4096);
}

TEST(PathShares, of_a_quiet_moment_are_none) {
    const StatisticsReading same{.monotonic = {}, .paths = {{"p0", counted(10, 0)}}};
    const std::vector<std::string> paths{"p0"};
    const auto shares = path_shares(same, same, paths);
    EXPECT_TRUE(shares[0].known);
    EXPECT_EQ(shares[0].share, 0.0);
}

TEST(PathShares, of_paths_that_came_or_went_are_not_known) {
    const StatisticsReading before{
        .monotonic = {},
        .paths = {{"gone", counted(10, 0)}, {"again", counted(10, 0)}, {"stays", counted(0, 0)}}};
    const StatisticsReading after{
        .monotonic = {},
        .paths = {{"gone", std::nullopt}, {"again", counted(3, 0)}, {"stays", counted(4, 0)}}};
    const std::vector<std::string> paths{"gone", "again", "stays", "never"};
    const auto shares = path_shares(before, after, paths);
    EXPECT_FALSE(shares[0].known);
    EXPECT_FALSE(shares[1].known) << "its counters began anew";
    EXPECT_DOUBLE_EQ(shares[2].share, 1.0);
    EXPECT_FALSE(shares[3].known);
}

TEST(PathShares, of_counters_of_which_one_went_back_are_not_known) {
    const std::vector<std::string> paths{"p"};
    BlockStatistics before;
    std::uint64_t BlockStatistics::*const members[] = {
        &BlockStatistics::reads, &BlockStatistics::writes, &BlockStatistics::discards,
        &BlockStatistics::read_sectors, &BlockStatistics::write_sectors};
    for (const auto member : members) {
        before.*member = 100;
    }
    const auto share_after = [&](const BlockStatistics& after) {
        return path_shares({.monotonic = {}, .paths = {{"p", before}}},
                           {.monotonic = {}, .paths = {{"p", after}}}, paths)
            .front();
    };
    EXPECT_TRUE(share_after(before).known);
    for (const auto member : members) {
        BlockStatistics after = before;
        after.*member = 101;
        EXPECT_TRUE(share_after(after).known);
        after.*member = 99;
        EXPECT_FALSE(share_after(after).known);
    }
}

TEST(PathShares, of_a_path_in_one_reading_alone_are_not_known) {
    const StatisticsReading with{.monotonic = {}, .paths = {{"p", counted(7, 0)}}};
    const StatisticsReading without{.monotonic = {}, .paths = {{"q", counted(7, 0)}}};
    const std::vector<std::string> paths{"p"};
    EXPECT_FALSE(path_shares(with, without, paths).front().known);
    EXPECT_FALSE(path_shares(without, with, paths).front().known);
    EXPECT_TRUE(path_shares(with, with, paths).front().known);
}

TEST(PolicyOverview, has_what_the_kernel_says) {
    Device device("queue-depth", "6.12.1");
    device.path("optimized");
    device.kernel.iopolicy = Attribute::of("round-robin");
    device.kernel.udev_rules = {"/etc/udev/rules.d/71-a.rules", "/etc/udev/rules.d/72-b.rules"};
    PolicyOverview expected;
    expected.host = "alpha";
    expected.release = "6.12.1";
    expected.multipath = true;
    expected.default_policy = IoPolicy::round_robin;
    expected.udev = device.kernel.udev_rules;
    SubsystemPolicy& only = expected.subsystems.emplace_back();
    only.subsystem = "nvme-subsys0";
    only.subsysnqn = "nqn.2026-01.io.example:pair";
    only.policy = IoPolicy::queue_depth;
    only.devices = {current_choice(device.kernel, device.subsystem(), device.head(), {}, {})};
    EXPECT_EQ(policy_overview(device.kernel, {}, {}, {}), expected);
}

TEST(PolicyOverview, tells_of_each_subsystem_but_discovery) {
    Device device("round-robin");
    device.path("optimized").path("optimized");
    device.kernel.subsystems.emplace_back().subsystype = Attribute::of("discovery");
    const StatisticsReading before{.monotonic = std::chrono::seconds(1),
                                   .paths = {{"nvme0c0n1", counted(0, 0)}}};
    const StatisticsReading after{.monotonic = std::chrono::milliseconds(2500),
                                  .paths = {{"nvme0c0n1", counted(9, 0)}}};
    const PolicyOverview overview = policy_overview(device.kernel, device.numa, device.attributions,
                                                    StatisticsInterval{before, after});
    EXPECT_EQ(overview.default_policy, IoPolicy::numa);
    EXPECT_EQ(overview.measured, std::chrono::milliseconds(1500));
    ASSERT_THAT(overview.subsystems, SizeIs(1));
    const SubsystemPolicy& only = overview.subsystems.front();
    EXPECT_EQ(only.policy, IoPolicy::round_robin);
    ASSERT_THAT(only.shares, SizeIs(2));
    EXPECT_EQ(only.shares[0].path, "nvme0c0n1");
    EXPECT_TRUE(only.shares[0].known);
    EXPECT_EQ(only.shares[0].requests, 9U);
    EXPECT_DOUBLE_EQ(only.shares[0].share, 1.0);
    EXPECT_EQ(only.shares[1].path, "nvme0c1n1");
    EXPECT_FALSE(only.shares[1].known);
    ASSERT_THAT(only.devices, SizeIs(1));
    EXPECT_THAT(only.devices.front().losses, IsEmpty());
    EXPECT_THAT(policy_overview(device.kernel, device.numa, {}, std::nullopt).subsystems[0].shares,
                IsEmpty());
}

TEST(PolicyOverview, says_how_long_it_measured_to_the_nearest_millisecond) {
    const Device device("numa");
    const auto measured = [&device](std::chrono::nanoseconds from, std::chrono::nanoseconds to) {
        return policy_overview(device.kernel, {}, {},
                               StatisticsInterval{{.monotonic = from, .paths = {}},
                                                  {.monotonic = to, .paths = {}}})
            .measured.count();
    };
    using namespace std::chrono_literals;
    EXPECT_EQ(measured(1s, 2s), 1000);
    EXPECT_EQ(measured(1s, 2s + 600us), 1001);
    EXPECT_EQ(measured(1s, 2s + 400us), 1000);
    EXPECT_EQ(policy_overview(device.kernel, {}, {}, {}).measured.count(), 0);
}

TEST(PolicyOverview, is_of_known_policies_when_each_could_be_read) {
    Device device("numa");
    device.path("optimized");
    EXPECT_TRUE(policies_known(device.kernel));
    device.subsystem().iopolicy = {};
    EXPECT_TRUE(policies_known(device.kernel)) << "a kernel without the attribute hides nothing";
    device.subsystem().iopolicy.state = Attribute::State::unreadable;
    EXPECT_FALSE(policies_known(device.kernel));
    device.subsystem().iopolicy = Attribute::of("numa");
    device.kernel.unread.emplace_back();
    EXPECT_FALSE(policies_known(device.kernel));
}

} // namespace
} // namespace haoh::test
