// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/udev_links.hpp"

#include "fake_libudev.hpp"
#include "support/sysfs_tree.hpp"

#include <haoh/host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::host {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(UdevLinks, are_looked_up_for_namespaces_with_a_device_node) {
    KernelObservation kernel;
    KernelSubsystem& subsystem = kernel.subsystems.emplace_back();
    // No machine has this one.
    KernelNamespace& with = subsystem.namespaces.emplace_back();
    with.name = "nvme987654n1";
    with.dev = Attribute::of("259:0");
    with.links = {"/dev/disk/by-id/before"};
    KernelNamespace without = with;
    without.dev = {};
    without.logical_block_size = Attribute::of("512");
    subsystem.namespaces.push_back(without);
    add_udev_links(kernel);
    EXPECT_THAT(subsystem.namespaces[0].links, IsEmpty());
    EXPECT_THAT(subsystem.namespaces[1].links, ElementsAre("/dev/disk/by-id/before"));
}

TEST(UdevLinks, are_those_by_id_in_order) {
    test::FakeLibudev udev;
    udev.links["nvme0n1"] = {"/dev/disk/by-path/pci-0000:01:00.0-nvme-1",
                             "/dev/disk/by-id/nvme-uuid.2", "/dev/disk/by-id/nvme-eui.1",
                             "/dev/disk/by-uuid/1234"};
    udev.links["nvme0n2"] = {};
    udev.links["nvme1n1"] = {"/dev/disk/by-id/nvme-eui.3"};
    KernelObservation kernel;
    for (const std::vector<std::string>& names :
         {std::vector<std::string>{"nvme0n1", "nvme0n2", "nvme0n3"}, {"nvme1n1"}}) {
        KernelSubsystem& subsystem = kernel.subsystems.emplace_back();
        for (const std::string& name : names) {
            KernelNamespace& head = subsystem.namespaces.emplace_back();
            head.name = name;
            head.dev = Attribute::of("259:0");
        }
    }
    add_udev_links(kernel);
    const std::vector<KernelNamespace>& heads = kernel.subsystems[0].namespaces;
    EXPECT_THAT(heads[0].links,
                ElementsAre("/dev/disk/by-id/nvme-eui.1", "/dev/disk/by-id/nvme-uuid.2"));
    EXPECT_THAT(heads[1].links, IsEmpty()) << "without links";
    EXPECT_THAT(heads[2].links, IsEmpty()) << "not in the database";
    EXPECT_THAT(kernel.subsystems[1].namespaces[0].links,
                ElementsAre("/dev/disk/by-id/nvme-eui.3"));
    EXPECT_EQ(udev.held, 0);
}

TEST(UdevLinks, are_not_looked_up_for_a_recorded_tree) {
    test::FakeLibudev udev;
    udev.links["nvme0n1"] = {"/dev/disk/by-id/nvme-eui.1"};
    test::SysfsTree tree;
    tree.add_subsystem("nqn.2024-01.com.example:pair", 1, 1);
    HostOptions options;
    options.sysroot = tree.root();
    const KernelObservation kernel = read_kernel(options);
    ASSERT_EQ(kernel.subsystems.at(0).namespaces.at(0).name, "nvme0n1");
    EXPECT_THAT(kernel.subsystems[0].namespaces[0].links, IsEmpty());
}

TEST(UdevLinks, are_none_without_udev) {
    test::FakeLibudev udev;
    udev.no_context = true;
    udev.links["nvme0n1"] = {"/dev/disk/by-id/nvme-eui.1"};
    KernelObservation kernel;
    KernelNamespace& head = kernel.subsystems.emplace_back().namespaces.emplace_back();
    head.name = "nvme0n1";
    head.dev = Attribute::of("259:0");
    add_udev_links(kernel);
    EXPECT_THAT(head.links, IsEmpty());
}

} // namespace
} // namespace haoh::host
