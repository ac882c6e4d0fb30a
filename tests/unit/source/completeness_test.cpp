// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/source.hpp>

#include "support/sysfs_tree.hpp"

#include <gtest/gtest.h>

namespace haoh::test {
namespace {

/// What was read of a host, and of each of its controllers.
Observation read(const SysfsTree& tree) {
    HostOptions options;
    options.sysroot = tree.root();
    Observation out;
    out.kernels.push_back(read_kernel(options));
    return out;
}

TEST(Completeness, nothing_at_all) {
    EXPECT_EQ(completeness(Observation{}), Completeness::nothing);
    EXPECT_EQ(completeness(read(SysfsTree())), Completeness::nothing);
    Observation failed;
    failed.unobserved.push_back(
        {.object = "tcp://192.0.2.1", .target = {}, .subsysnqn = {}, .error = "refused"});
    EXPECT_EQ(completeness(failed), Completeness::nothing);
}

TEST(Completeness, a_readable_host_is_complete_and_what_could_not_be_observed_counts) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2014-08.org.example:s", 2, 2);
    Observation whole = read(tree);
    EXPECT_EQ(completeness(whole), Completeness::complete);
    whole.unobserved.push_back(
        {.object = "nvme0", .target = {}, .subsysnqn = {}, .error = "no permission"});
    EXPECT_EQ(completeness(whole), Completeness::incomplete);
}

TEST(Completeness, an_attribute_that_cannot_be_read_counts_wherever_it_is) {
    for (const std::string& file :
         {SysfsTree::subsystem(0) + "/iopolicy", SysfsTree::controller(0) + "/state",
          SysfsTree::head(0, 1) + "/nsid", SysfsTree::path(0, 0, 1) + "/ana_state"}) {
        SysfsTree tree;
        tree.add_subsystem("nqn.2014-08.org.example:s", 1, 1);
        ASSERT_EQ(completeness(read(tree)), Completeness::complete) << file;
        tree.remove(file).make_directory(file);
        EXPECT_EQ(completeness(read(tree)), Completeness::incomplete) << file;
    }
}

TEST(Completeness, what_the_kernel_did_not_show_counts) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2014-08.org.example:s", 1, 1);
    tree.add_stray_controller();
    const Observation whole = read(tree);
    ASSERT_EQ(completeness(whole), Completeness::complete);
    const Attribute unreadable{
        .state = Attribute::State::unreadable, .nul_padded = false, .text = "Input/output error"};
    Observation changed = whole;
    changed.kernels[0].unread = {"open sys/class/nvme/nvme5: Permission denied"};
    EXPECT_EQ(completeness(changed), Completeness::incomplete);
    changed = whole;
    changed.kernels[0].stray_controllers.at(0).state = unreadable;
    EXPECT_EQ(completeness(changed), Completeness::incomplete);
    changed = whole;
    changed.kernels[0].subsystems.at(0).headless.emplace_back();
    EXPECT_EQ(completeness(changed), Completeness::complete);
    changed.kernels[0].subsystems[0].headless[0].ana_state = unreadable;
    EXPECT_EQ(completeness(changed), Completeness::incomplete);
}

TEST(Completeness, a_controller_alone_is_something) {
    Observation stray;
    stray.kernels.emplace_back();
    EXPECT_EQ(completeness(stray), Completeness::nothing);
    stray.kernels[0].stray_controllers.emplace_back();
    EXPECT_EQ(completeness(stray), Completeness::complete);
}

TEST(Completeness, a_page_that_a_controller_did_not_give_counts) {
    Observation observation;
    observation.controllers.emplace_back();
    EXPECT_EQ(completeness(observation), Completeness::complete);
    observation.controllers[0].unread.emplace_back();
    EXPECT_EQ(completeness(observation), Completeness::incomplete);
}

} // namespace
} // namespace haoh::test
