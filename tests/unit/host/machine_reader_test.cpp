// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/machine_reader.hpp"

#include "support/sysfs_tree.hpp"

#include <haoh/error.hpp>
#include <haoh/host.hpp>

#include <gtest/gtest.h>

#include <sys/utsname.h>

namespace haoh::host {
namespace {

KernelObservation read(const std::string& path) {
    KernelObservation out;
    read_machine(SysfsRoot(path), out);
    return out;
}

TEST(MachineReader, says_nothing_of_a_machine_that_was_not_recorded) {
    const test::SysfsTree tree;
    const KernelObservation out = read(tree.root());
    EXPECT_EQ(out.host, "");
    EXPECT_EQ(out.release, "");
    EXPECT_EQ(out.multipath.state, Attribute::State::absent);
}

TEST(MachineReader, finds_name_and_release_in_a_recorded_tree) {
    test::SysfsTree tree;
    tree.set("proc/sys/kernel/osrelease", "6.12.107-amd64\n");
    tree.set("proc/sys/kernel/hostname", "db1\n");
    EXPECT_EQ(read(tree.root()).release, "6.12.107-amd64");
    EXPECT_EQ(read(tree.root()).host, "db1");
    tree.set("sys/kernel/osrelease", "7.3.4\n");
    tree.remove("proc/sys/kernel/hostname").set("etc/hostname", "db2\n");
    EXPECT_EQ(read(tree.root()).release, "7.3.4");
    EXPECT_EQ(running_kernel(tree.root()), "7.3.4");
    EXPECT_EQ(read(tree.root()).host, "db2");
}

TEST(MachineReader, says_what_cannot_be_read) {
    test::SysfsTree tree;
    tree.make_directory("sys/kernel/osrelease").make_directory("sys/kernel/hostname");
    const KernelObservation out = read(tree.root());
    EXPECT_EQ(out.release, "");
    EXPECT_EQ(out.unread, (std::vector<std::string>{"the kernel's release: Is a directory",
                                                    "the host's name: Is a directory"}));
    EXPECT_THROW(static_cast<void>(running_kernel(tree.root())), Error);
    // Another place of the same will do.
    tree.set("proc/sys/kernel/osrelease", "6.12.107-amd64\n").set("etc/hostname", "db1\n");
    EXPECT_EQ(read(tree.root()).unread, std::vector<std::string>{});
    EXPECT_EQ(running_kernel(tree.root()), "6.12.107-amd64");
}

TEST(MachineReader, reads_the_parameters_of_the_module) {
    test::SysfsTree tree;
    tree.set("sys/module/nvme_core/parameters/multipath", "N\n");
    tree.set("sys/module/nvme_core/parameters/iopolicy", "round-robin\n");
    const KernelObservation out = read(tree.root());
    EXPECT_EQ(out.multipath.text, "N");
    EXPECT_EQ(out.iopolicy.text, "round-robin");
    EXPECT_EQ(out.multipath_always_on.state, Attribute::State::absent);
}

TEST(MachineReader, names_rules_of_udev_that_set_a_policy) {
    test::SysfsTree tree;
    tree.set("etc/udev/rules.d/99-mine.rules", "ATTR{iopolicy}=\"queue-depth\"\n");
    const KernelObservation out = read(tree.root());
    EXPECT_EQ(out.udev_rules, std::vector<std::string>{"/etc/udev/rules.d/99-mine.rules"});
    EXPECT_TRUE(out.unread.empty());
}

TEST(MachineReader, knows_this_machine) {
    struct utsname machine {};
    ASSERT_EQ(::uname(&machine), 0);
    const KernelObservation out = read("/");
    EXPECT_EQ(out.host, machine.nodename);
    EXPECT_EQ(out.release, machine.release);
}

} // namespace
} // namespace haoh::host
