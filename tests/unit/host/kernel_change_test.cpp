// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/kernel_change.hpp"

#include "support/sysfs_tree.hpp"

#include <haoh/host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::host {
namespace {

using test::SysfsTree;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class KernelChange : public ::testing::Test {
  protected:
    KernelChange() { tree_.add_subsystem("nqn.2024-01.com.example:pair", 2, 2); }
    [[nodiscard]] KernelObservation scan(KernelDetail detail = KernelDetail::topology) const {
        HostOptions options;
        options.sysroot = tree_.root();
        options.detail = detail;
        return read_kernel(options);
    }

    SysfsTree tree_;
};

TEST_F(KernelChange, is_nothing_when_nothing_changed) {
    EXPECT_THAT(changed_objects(scan(), scan()), IsEmpty());
}

TEST_F(KernelChange, does_not_depend_on_how_much_was_read) {
    EXPECT_THAT(changed_objects(scan(KernelDetail::full), scan()), IsEmpty());
}

TEST_F(KernelChange, names_what_has_another_state_or_size) {
    const KernelObservation before = scan();
    tree_.set(SysfsTree::path(0, 1, 1) + "/ana_state", "change\n");
    tree_.set(SysfsTree::path(0, 0, 2) + "/size", "7\n");
    tree_.set(SysfsTree::controller(1) + "/state", "connecting\n");
    EXPECT_THAT(changed_objects(before, scan()), ElementsAre("nvme0c0n2", "nvme0c1n1", "nvme1"));
}

TEST_F(KernelChange, names_the_ends_of_a_path_that_came_or_went) {
    const KernelObservation before = scan();
    tree_.remove(SysfsTree::path(0, 1, 2));
    EXPECT_THAT(changed_objects(before, scan()), ElementsAre("nvme0c1n2", "nvme0n2", "nvme1"));
    EXPECT_THAT(changed_objects(scan(), before), ElementsAre("nvme0c1n2", "nvme0n2", "nvme1"));
}

} // namespace
} // namespace haoh::host
