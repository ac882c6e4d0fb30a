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

TEST(PolicyOverview, tells_of_each_subsystem_but_discovery) {
    Device device("round-robin");
    device.path("optimized").path("optimized");
    device.kernel.subsystems.emplace_back().subsystype = Attribute::of("discovery");
    const StatisticsReading before{.monotonic = std::chrono::seconds(1),
                                   .paths = {{"nvme0c0n1", counted(0, 0)}}};
    const StatisticsReading after{.monotonic = std::chrono::milliseconds(2500),
                                  .paths = {{"nvme0c0n1", counted(9, 0)}}};
    const PolicyOverview overview = policy_overview(device.kernel, device.numa, device.sites,
                                                    StatisticsInterval{before, after});
    EXPECT_EQ(overview.default_policy, "numa");
    EXPECT_EQ(overview.measured, std::chrono::milliseconds(1500));
    ASSERT_THAT(overview.subsystems, SizeIs(1));
    const SubsystemPolicy& only = overview.subsystems.front();
    EXPECT_EQ(only.policy, "round-robin");
    EXPECT_THAT(only.shares, SizeIs(2));
    ASSERT_THAT(only.devices, SizeIs(1));
    EXPECT_THAT(only.devices.front().losses, IsEmpty());
    EXPECT_THAT(policy_overview(device.kernel, device.numa, {}, std::nullopt).subsystems[0].shares,
                IsEmpty());
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
