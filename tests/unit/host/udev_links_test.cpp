// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/udev_links.hpp"

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

} // namespace
} // namespace haoh::host
