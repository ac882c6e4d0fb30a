// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/sysfs_tree.hpp"

#include <haoh/error.hpp>
#include <haoh/host.hpp>

#include <gtest/gtest.h>

namespace haoh {
namespace {

TEST(ReadKernel, takes_a_recorded_tree_with_its_settings) {
    test::SysfsTree tree;
    tree.add_subsystem("nqn.2024-01.com.example:a", 1, 1);
    tree.add_subsystem("nqn.2024-01.com.example:b", 1, 1);
    tree.set("proc/sys/kernel/hostname", "db1\n");
    tree.set("sys/module/nvme_core/parameters/multipath", "Y\n");
    HostOptions options;
    options.sysroot = tree.root();
    options.names = {"nqn.2024-01.com.example:b"};
    const KernelObservation kernel = read_kernel(options);
    EXPECT_EQ(kernel.host, "db1");
    EXPECT_EQ(kernel.multipath.text, "Y");
    ASSERT_EQ(kernel.subsystems.size(), 1U);
    EXPECT_EQ(kernel.subsystems[0].name, "nvme-subsys1");
    EXPECT_EQ(kernel.messages_error, "a recorded tree has no kernel log");
}

TEST(ReadKernel, reads_this_machine) {
    HostOptions options;
    const KernelObservation kernel = read_kernel(options);
    EXPECT_TRUE(parse_kernel_version(kernel.release));
    EXPECT_NE(kernel.messages_error, "it was not asked for");
    EXPECT_NE(kernel.messages_error, "a recorded tree has no kernel log");
    options.read_log = false;
    EXPECT_EQ(read_kernel(options).messages_error, "it was not asked for");
}

TEST(ReadKernel, refuses_a_directory_that_is_no_tree) {
    HostOptions options;
    options.sysroot = "/nowhere/at/all";
    EXPECT_THROW(static_cast<void>(read_kernel(options)), Error);
}

} // namespace
} // namespace haoh
