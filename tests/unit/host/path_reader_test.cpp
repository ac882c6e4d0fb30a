// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/host.hpp>
#include <haoh/host_policy.hpp>

#include "support/sysfs_tree.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh {
namespace {

using test::SysfsTree;
using testing::Not;
using testing::SizeIs;

TEST(PathReader, reads_the_statistics_of_each_path) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2024-01.com.example:pair", 3, 2);
    tree.set(SysfsTree::path(0, 0, 1) + "/stat", " 1 0 8 0 2 0 16 0 0 0 0\n");
    tree.set(SysfsTree::path(0, 1, 1) + "/stat", "garbage\n");
    HostOptions options;
    options.sysroot = tree.root();
    const KernelObservation kernel = read_kernel(options);
    tree.remove(SysfsTree::controller(2));
    const StatisticsReading reading = read_path_statistics(kernel.subsystems, tree.root());
    ASSERT_THAT(reading.paths, SizeIs(6));
    EXPECT_EQ(reading.paths[0].path, "nvme0c0n1");
    ASSERT_TRUE(reading.paths[0].statistics);
    EXPECT_EQ(reading.paths[0].statistics->requests(), 3U);
    for (std::size_t i = 1; i < reading.paths.size(); ++i) {
        EXPECT_FALSE(reading.paths[i].statistics) << reading.paths[i].path;
    }
    EXPECT_THROW(static_cast<void>(read_path_statistics({}, "/nonexistent")), Error);
}

TEST(NumaReader, reads_distances_of_online_nodes) {
    SysfsTree tree;
    EXPECT_EQ(read_numa(tree.root()), (NumaTopology{{{0, {10}}}}));
    tree.set("sys/devices/system/node/online", "0,2\n");
    tree.set("sys/devices/system/node/node0/distance", "10 21\n");
    tree.set("sys/devices/system/node/node2/distance", "21 10\n");
    EXPECT_EQ(read_numa(tree.root()), (NumaTopology{{{0, {10, 21}}, {2, {21, 10}}}}));
    tree.remove("sys/devices/system/node/node2");
    EXPECT_EQ(read_numa(tree.root()), (NumaTopology{{{0, {10, 21}}, {2, {}}}}));
    EXPECT_THAT(read_numa("/").nodes, Not(SizeIs(0)));
}

TEST(NumaReader, takes_what_cannot_be_read_for_no_machine_without_nodes) {
    SysfsTree tree;
    tree.set("sys/devices/system/node/online", "0,2\n");
    tree.make_directory("sys/devices/system/node/node0/distance");
    EXPECT_THROW(static_cast<void>(read_numa(tree.root())), Error);
    tree.remove("sys/devices/system/node/node0/distance");
    EXPECT_THAT(read_numa(tree.root()).nodes, SizeIs(2));
    tree.remove("sys/devices/system/node/online").make_directory("sys/devices/system/node/online");
    EXPECT_THROW(static_cast<void>(read_numa(tree.root())), Error);
}

} // namespace
} // namespace haoh
