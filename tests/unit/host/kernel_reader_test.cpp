// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/kernel_reader.hpp"

#include "support/sysfs_tree.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <span>

namespace haoh::host {
namespace {

using State = Attribute::State;
using test::KernelLayout;
using test::SysfsTree;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kNqn = "nqn.2024-01.com.example:pair";

KernelObservation read(const SysfsTree& tree, const ScanOptions& options = {}) {
    KernelObservation out;
    read_topology(SysfsRoot(tree.root()), options, out);
    return out;
}

template <typename Object>
std::vector<std::string> names(const std::vector<Object>& objects) {
    std::vector<std::string> result;
    for (const Object& object : objects) {
        result.push_back(object.name);
    }
    return result;
}

TEST(KernelReader, takes_no_plain_file_for_an_object) {
    SysfsTree tree;
    tree.add_subsystem(kNqn, 1, 1);
    const KernelObservation before = read(tree);
    tree.set("sys/class/nvme-subsystem/nvme-subsys7", "x\n");
    tree.set("sys/class/nvme/nvme7", "x\n");
    tree.set(SysfsTree::subsystem(0) + "/nvme8", "x\n");
    tree.set(SysfsTree::subsystem(0) + "/nvme0n7", "x\n");
    tree.set(SysfsTree::controller(0) + "/nvme0c0n7", "x\n");
    const KernelObservation after = read(tree);
    EXPECT_EQ(after.subsystems, before.subsystems);
    EXPECT_THAT(after.stray_controllers, IsEmpty());
    EXPECT_THAT(after.unread, IsEmpty());
}

class EachLayout : public ::testing::TestWithParam<KernelLayout> {};

TEST_P(EachLayout, is_read_whole) {
    SysfsTree tree(GetParam());
    tree.add_subsystem(kNqn, 2, 2).add_subsystem("nqn.2024-01.com.example:other", 1, 1);
    const KernelObservation kernel = read(tree);

    EXPECT_THAT(kernel.unread, IsEmpty());
    ASSERT_EQ(kernel.subsystems.size(), 2U);
    const KernelSubsystem& pair = kernel.subsystems[0];
    EXPECT_EQ(pair.name, "nvme-subsys0");
    EXPECT_EQ(pair.subsysnqn.text, kNqn);
    EXPECT_EQ(pair.model.text, "Example Array");
    EXPECT_EQ(pair.iopolicy.text, "numa");
    EXPECT_THAT(names(pair.controllers), ElementsAre("nvme0", "nvme1"));
    EXPECT_EQ(pair.controllers[1].cntlid.number(), 2U);
    EXPECT_EQ(pair.controllers[1].address_part("traddr"), "10.0.0.2");
    EXPECT_THAT(names(pair.namespaces), ElementsAre("nvme0n1", "nvme0n2"));
    EXPECT_EQ(pair.namespaces[0].nsid.number(), 11U) << "not the number in its name";
    EXPECT_TRUE(pair.namespaces[0].multipath);
    EXPECT_EQ(pair.namespaces[0].logical_block_size.number(), 512U);
    EXPECT_THAT(names(pair.namespaces[1].paths), ElementsAre("nvme0c0n2", "nvme0c1n2"));
    const KernelPath& path = pair.namespaces[1].paths[1];
    EXPECT_EQ(path.controller, "nvme1");
    EXPECT_EQ(path.ana_state.text, "optimized");
    EXPECT_EQ(path.logical_block_size.text, "512");
    EXPECT_THAT(pair.headless, IsEmpty());
    EXPECT_THAT(names(kernel.subsystems[1].controllers), ElementsAre("nvme2"));

    const bool links = GetParam() >= KernelLayout::v6_16;
    EXPECT_EQ(path.numa_nodes.state, links ? State::ok : State::absent);
    EXPECT_EQ(path.queue_depth.state, links ? State::empty : State::absent);
    const bool counters = GetParam() >= KernelLayout::v7_3;
    EXPECT_EQ(path.multipath_failover_count.state, counters ? State::ok : State::absent);
    EXPECT_EQ(pair.controllers[0].reconnect_count.state, counters ? State::ok : State::absent);
}

INSTANTIATE_TEST_SUITE_P(Kernel, EachLayout,
                         ::testing::Values(KernelLayout::v6_1, KernelLayout::v6_12,
                                           KernelLayout::v6_16, KernelLayout::v7_3));

TEST(KernelReader, orders_by_instance_and_not_by_name) {
    SysfsTree tree;
    tree.add_subsystem(kNqn, 12, 11);
    const KernelObservation kernel = read(tree);
    EXPECT_EQ(kernel.subsystems[0].controllers[2].name, "nvme2");
    EXPECT_EQ(kernel.subsystems[0].controllers[10].name, "nvme10");
    EXPECT_EQ(kernel.subsystems[0].namespaces[10].paths[11].name, "nvme0c11n11");
}

/// Without what says how it was recorded.
template <typename Object>
void forget_padding(Object& object, std::span<const AttributeRow<Object>> rows) {
    for (const AttributeRow<Object>& row : rows) {
        (object.*row.member).nul_padded = false;
    }
}

KernelObservation without_padding(KernelObservation kernel) {
    forget_padding(kernel, module_parameters());
    for (KernelSubsystem& subsystem : kernel.subsystems) {
        forget_padding(subsystem, subsystem_attributes());
        for (KernelController& controller : subsystem.controllers) {
            forget_padding(controller, controller_attributes());
        }
        for (KernelNamespace& head : subsystem.namespaces) {
            forget_padding(head, namespace_attributes());
            for (KernelPath& path : head.paths) {
                forget_padding(path, path_attributes());
            }
        }
    }
    return kernel;
}

// tar records an attribute at its nominal size: a page of the machine, which has 16 KiB on Apple's
// arm64 and 64 KiB on POWER and some arm64.
TEST(KernelReader, takes_the_same_from_a_padded_recording) {
    SysfsTree plain;
    plain.add_subsystem(kNqn, 2, 2);
    const KernelObservation wanted = read(plain);
    EXPECT_FALSE(wanted.subsystems[0].controllers[0].state.nul_padded);
    for (const std::size_t page : {4096U, 16384U, 65536U}) {
        SysfsTree padded;
        padded.nul_padded(page).add_subsystem(kNqn, 2, 2);
        const KernelObservation seen = read(padded);
        EXPECT_TRUE(seen.subsystems[0].controllers[0].state.nul_padded) << page;
        EXPECT_EQ(without_padding(seen), wanted) << page;
    }
}

TEST(KernelReader, shows_states_as_the_kernel_writes_them) {
    SysfsTree tree;
    tree.add_subsystem(kNqn, 3, 1);
    tree.set(SysfsTree::path(0, 0, 1) + "/ana_state", "invalid state\n");
    tree.set(SysfsTree::path(0, 1, 1) + "/ana_state", "(null)\n");
    tree.set(SysfsTree::controller(1) + "/state", "deleting (no IO)\n");
    tree.set(SysfsTree::controller(2) + "/state", "connecting\n");
    const KernelObservation kernel = read(tree);
    const auto& paths = kernel.subsystems[0].namespaces[0].paths;
    EXPECT_EQ(paths[0].ana_state.text, "invalid state");
    EXPECT_EQ(paths[1].ana_state.text, "(null)");
    EXPECT_TRUE(kernel.subsystems[0].controllers[1].terminal());
    EXPECT_EQ(kernel.subsystems[0].controllers[2].state.text, "connecting");
}

TEST(KernelReader, shows_a_controller_of_which_half_is_gone) {
    SysfsTree tree;
    tree.add_subsystem(kNqn, 2, 1);
    for (const char* file : {"/address", "/cntlid", "/hostnqn", "/transport"}) {
        tree.remove(SysfsTree::controller(1) + file);
    }
    tree.set(SysfsTree::controller(1) + "/state", "deleting\n");
    tree.make_directory(SysfsTree::controller(1) + "/serial");
    const KernelController half = read(tree).subsystems[0].controllers.at(1);
    EXPECT_EQ(half.state.text, "deleting");
    EXPECT_EQ(half.address.state, State::absent);
    EXPECT_EQ(half.serial.state, State::unreadable);
}

TEST(KernelReader, shows_what_is_broken_as_broken) {
    SysfsTree tree;
    tree.add_subsystem(kNqn, 3, 2);
    tree.make_loop("sys/class/nvme-subsystem/nvme-subsys7");
    tree.make_loop(SysfsTree::subsystem(0) + "/nvme1").make_loop("sys/class/nvme/nvme1");
    tree.make_loop(SysfsTree::path(0, 0, 1));
    tree.make_loop(SysfsTree::head(0, 2));
    tree.make_dangling(SysfsTree::path(0, 2, 1));
    const KernelObservation kernel = read(tree);

    constexpr const char* kLoop = "Too many levels of symbolic links";
    ASSERT_EQ(kernel.subsystems.size(), 2U);
    EXPECT_EQ(kernel.subsystems[1].name, "nvme-subsys7");
    EXPECT_EQ(kernel.subsystems[1].subsysnqn.text, kLoop);
    const KernelSubsystem& pair = kernel.subsystems[0];
    EXPECT_THAT(names(pair.controllers), ElementsAre("nvme0", "nvme1", "nvme2"));
    EXPECT_EQ(pair.controllers[1].state.text, kLoop);
    EXPECT_THAT(names(pair.namespaces), ElementsAre("nvme0n1", "nvme0n2"));
    EXPECT_EQ(pair.namespaces[1].nsid.text, kLoop);
    EXPECT_EQ(pair.namespaces[0].paths.at(0).ana_state.text, kLoop);
    EXPECT_EQ(pair.namespaces[0].paths.at(1).size.text, "a link that leads nowhere");
    EXPECT_THAT(kernel.unread, ElementsAre(HasSubstr("subsystem nvme-subsys7: Too many"),
                                           HasSubstr("controller nvme1: Too many")));
}

TEST(KernelReader, finds_a_controller_by_its_class_where_its_link_is_broken) {
    SysfsTree tree;
    tree.add_subsystem(kNqn, 1, 1);
    tree.make_dangling(SysfsTree::subsystem(0) + "/nvme0");
    EXPECT_TRUE(read(tree).subsystems[0].controllers.at(0).live());
}

// nvme_free_ctrl() removes the subsystem's link, which waits for whoever has the device open.
TEST(KernelReader, a_link_that_is_left_of_a_removed_controller_is_none) {
    SysfsTree tree;
    tree.add_subsystem(kNqn, 2, 1);
    tree.make_dangling(SysfsTree::subsystem(0) + "/nvme1").make_dangling("sys/class/nvme/nvme1");
    const KernelObservation broken = read(tree);
    EXPECT_THAT(names(broken.subsystems.at(0).controllers), ElementsAre("nvme0", "nvme1"));
    EXPECT_THAT(broken.unread, ElementsAre("controller nvme1: a link that leads nowhere"));

    tree.remove("sys/class/nvme/nvme1");
    const KernelObservation removed = read(tree);
    EXPECT_THAT(names(removed.subsystems.at(0).controllers), ElementsAre("nvme0"));
    EXPECT_THAT(removed.unread, IsEmpty());

    // Where nobody can say what controllers there are, it may be one.
    tree.remove("sys/class/nvme");
    const KernelObservation unlisted = read(tree);
    EXPECT_THAT(names(unlisted.subsystems.at(0).controllers), ElementsAre("nvme0", "nvme1"));
    EXPECT_EQ(unlisted.subsystems.at(0).controllers[1].state.state, State::unreadable);
}

TEST(KernelReader, reads_classes_of_real_directories) {
    SysfsTree tree;
    tree.add_subsystem(kNqn, 1, 1);
    const std::filesystem::path root(tree.root());
    tree.remove("sys/class/nvme-subsystem/nvme-subsys0").remove("sys/class/nvme/nvme0");
    tree.remove(SysfsTree::subsystem(0) + "/nvme0");
    std::filesystem::rename(root / SysfsTree::subsystem(0),
                            root / "sys/class/nvme-subsystem/nvme-subsys0");
    std::filesystem::rename(root / SysfsTree::controller(0),
                            root / "sys/class/nvme-subsystem/nvme-subsys0/nvme0");
    const KernelObservation kernel = read(tree);
    EXPECT_TRUE(kernel.subsystems.at(0).controllers.at(0).live());
    EXPECT_EQ(kernel.subsystems[0].namespaces.at(0).paths.size(), 1U);
    EXPECT_THAT(kernel.stray_controllers, IsEmpty());
}

TEST(KernelReader, follows_absolute_links_within_the_tree) {
    SysfsTree tree;
    tree.add_subsystem(kNqn, 1, 1);
    tree.link("sys/class/nvme-subsystem/nvme-subsys0", "/" + SysfsTree::subsystem(0));
    tree.link(SysfsTree::subsystem(0) + "/nvme0", "/" + SysfsTree::controller(0));
    EXPECT_EQ(read(tree).subsystems.at(0).namespaces.at(0).paths.size(), 1U);
}

TEST(KernelReader, takes_namespaces_without_multipath_for_their_own_path) {
    SysfsTree tree;
    tree.add_subsystem_without_multipath(kNqn, 2, 1);
    const KernelSubsystem subsystem = read(tree).subsystems.at(0);
    EXPECT_THAT(names(subsystem.namespaces), ElementsAre("nvme0n1", "nvme1n1"));
    const KernelNamespace& own = subsystem.namespaces[1];
    EXPECT_FALSE(own.multipath);
    EXPECT_EQ(own.nsid.number(), 11U);
    EXPECT_THAT(names(own.paths), ElementsAre("nvme1n1"));
    EXPECT_EQ(own.paths[0].controller, "nvme1");
    EXPECT_EQ(own.paths[0].size.text, "2097152");
}

TEST(KernelReader, sees_what_lies_on_a_namespace_that_is_its_own_path) {
    SysfsTree tree;
    tree.add_subsystem_without_multipath(kNqn, 1, 1);
    EXPECT_THAT(read(tree).subsystems.at(0).namespaces.at(0).holders, IsEmpty());
    tree.make_directory(SysfsTree::controller(0) + "/nvme0n1/holders/dm-3");
    tree.make_directory(SysfsTree::controller(0) + "/nvme0n1/holders/bcache0");
    tree.set("sys/block/dm-3/dm/uuid", "mpath-eui.1");
    const std::vector<KernelHolder> holders = read(tree).subsystems.at(0).namespaces.at(0).holders;
    ASSERT_EQ(holders.size(), 2U);
    EXPECT_EQ(holders[0].name, "bcache0");
    EXPECT_EQ(holders[0].dm_uuid, Attribute{});
    EXPECT_EQ(holders[1].name, "dm-3");
    EXPECT_TRUE(holders[1].dm_multipath());
}

TEST(KernelReader, shows_paths_whose_head_does_not_exist) {
    SysfsTree tree;
    tree.add_subsystem(kNqn, 2, 1);
    tree.remove(SysfsTree::head(0, 1));
    const KernelSubsystem subsystem = read(tree).subsystems.at(0);
    EXPECT_THAT(subsystem.namespaces, IsEmpty());
    EXPECT_THAT(names(subsystem.headless), ElementsAre("nvme0c0n1", "nvme0c1n1"));
}

TEST(KernelReader, believes_the_links_of_a_head) {
    SysfsTree tree(KernelLayout::v6_16);
    tree.add_subsystem(kNqn, 1, 2);
    tree.remove(SysfsTree::head(0, 1) + "/multipath").remove(SysfsTree::head(0, 2) + "/multipath");
    tree.link(SysfsTree::head(0, 1) + "/multipath/nvme0c0n2", "anywhere");
    tree.link(SysfsTree::head(0, 2) + "/multipath/nvme0c0n1", "anywhere");
    const KernelSubsystem subsystem = read(tree).subsystems.at(0);
    EXPECT_THAT(names(subsystem.namespaces[0].paths), ElementsAre("nvme0c0n2"));
    EXPECT_THAT(names(subsystem.namespaces[1].paths), ElementsAre("nvme0c0n1"));
}

TEST(KernelReader, lists_controllers_of_no_subsystem) {
    SysfsTree tree;
    tree.add_subsystem(kNqn, 1, 1).add_stray_controller();
    tree.make_dangling("sys/class/nvme/nvme8");
    const KernelObservation kernel = read(tree);
    EXPECT_THAT(names(kernel.stray_controllers), ElementsAre("nvme1", "nvme8"));
    EXPECT_EQ(kernel.stray_controllers[0].state.text, "connecting");
    EXPECT_EQ(kernel.stray_controllers[1].state.state, State::unreadable);
    EXPECT_THAT(kernel.unread, ElementsAre("controller nvme8: a link that leads nowhere"));
}

TEST(KernelReader, reads_less_for_the_topology) {
    SysfsTree tree(KernelLayout::v7_3);
    tree.add_subsystem(kNqn, 1, 1);
    const KernelObservation kernel = read(tree, {.detail = KernelDetail::topology, .threads = 1});
    const KernelPath path = kernel.subsystems.at(0).namespaces.at(0).paths.at(0);
    EXPECT_TRUE(path.ana_state.ok());
    EXPECT_EQ(path.ana_grpid.state, State::absent);
    EXPECT_TRUE(path.size.ok());
    EXPECT_EQ(path.ro.state, State::absent);
    EXPECT_EQ(path.multipath_failover_count.state, State::absent);
}

TEST(KernelReader, finds_the_same_with_any_number_of_threads) {
    SysfsTree tree(KernelLayout::v6_16);
    tree.add_subsystem(kNqn, 8, 100).add_subsystem("nqn.2024-01.com.example:other", 2, 3);
    const KernelObservation one = read(tree, {.detail = KernelDetail::full, .threads = 1});
    EXPECT_EQ(read(tree, {.detail = KernelDetail::full, .threads = 4}), one);
    EXPECT_EQ(one.subsystems[0].namespaces.size(), 100U);
    EXPECT_EQ(one.subsystems[0].namespaces[99].paths.size(), 8U);
}

TEST(KernelReader, holds_thousands_of_controllers) {
    SysfsTree tree(KernelLayout::v6_1);
    tree.add_subsystem(kNqn, 4096, 1);
    const KernelObservation kernel = read(tree, {.detail = KernelDetail::topology, .threads = 2});
    EXPECT_EQ(kernel.subsystems.at(0).controllers.size(), 4096U);
    EXPECT_EQ(kernel.subsystems[0].namespaces.at(0).paths.size(), 4096U);
}

TEST(KernelReader, knows_an_empty_machine_from_no_tree) {
    const SysfsTree empty;
    EXPECT_EQ(read(empty), KernelObservation{});
    SysfsTree other;
    other.remove("sys/class");
    try {
        static_cast<void>(read(other));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::not_found);
        EXPECT_THAT(error.what(), HasSubstr("it has no sys/class/nvme-subsystem; name the"));
    }
}

} // namespace
} // namespace haoh::host
