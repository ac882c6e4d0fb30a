// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/tracefs.hpp"

#include "support/sysfs_tree.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace haoh::host {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

TEST(FindTracefs, looks_where_it_belongs_and_then_where_it_was) {
    test::SysfsTree tree;
    tree.make_directory("sys/kernel/tracing");
    tree.make_directory("sys/kernel/debug/tracing/instances");
    EXPECT_EQ(find_tracefs(tree.root()), tree.root() + "/sys/kernel/debug/tracing");
    tree.make_directory("sys/kernel/tracing/instances");
    EXPECT_EQ(find_tracefs(tree.root()), tree.root() + "/sys/kernel/tracing");
}

TEST(FindTracefs, says_how_to_mount_it) {
    test::SysfsTree tree;
    try {
        static_cast<void>(find_tracefs(tree.root() + "/"));
        FAIL() << "nothing is there";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), make_error_code(Errc::not_found));
        EXPECT_EQ(error.object(), tree.root() + "/sys/kernel/tracing");
        EXPECT_EQ(error.advice(), "mount -t tracefs tracefs /sys/kernel/tracing");
    }
}

TEST(InstanceName, goes_round) {
    const InstanceName name{12, 3456789, 2};
    EXPECT_EQ(to_string(name), "haoh-12-3456789-2");
    EXPECT_EQ(parse_instance_name("haoh-12-3456789-2"), name);
    // In a container that is the program itself.
    EXPECT_EQ(parse_instance_name("haoh-1-0-0"), (InstanceName{1, 0, 0}));
}

TEST(InstanceName, is_none_of_others) {
    for (const char* text : {"", "haoh", "haoh-", "haoh-12-3", "haoh-12-3-", "haoh-12-3-4-5",
                             "haoh-12-3-4x", "haoh--12-3-4", "haoh-x-3-4", "haoh-0-3-4",
                             "bpf-12-3-4", "haoh-99999999999-3-4", "Haoh-12-3-4"}) {
        EXPECT_EQ(parse_instance_name(text), std::nullopt) << text;
    }
}

TEST(ProcessStart, is_behind_a_name_that_has_anything_in_it) {
    const std::string fields = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20 21";
    EXPECT_EQ(start_in_stat("12 (haoh) " + fields), 4242U);
    EXPECT_EQ(start_in_stat("12 (a ) b) 1 (c) " + fields), 4242U);
    EXPECT_EQ(start_in_stat("12 haoh " + fields + " 22 23"), std::nullopt) << "no name";
    for (const char* text : {"", "12 haoh S 1", "12 (haoh)", "12 (haoh) S 1 2 3",
                             "12 (haoh) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18",
                             "12 (haoh) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 x 20"}) {
        EXPECT_EQ(start_in_stat(text), std::nullopt) << text;
    }
}

TEST(ProcessStart, is_zero_for_a_process_that_is_gone) {
    const auto own = process_start(::getpid());
    ASSERT_TRUE(own);
    EXPECT_GT(*own, 0U);
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(0);
    }
    ASSERT_GT(child, 0);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_EQ(process_start(child), 0U);
}

TEST(Tracefs, makes_lists_and_removes_instances) {
    test::SysfsTree tree;
    tree.make_directory("t/instances");
    const Tracefs tracefs(tree.root() + "/t");
    EXPECT_EQ(tracefs.make_instance("a"), 0);
    EXPECT_EQ(tracefs.make_instance("b"), 0);
    EXPECT_EQ(tracefs.make_instance("a"), EEXIST);
    EXPECT_THAT(tracefs.instances(), UnorderedElementsAre("a", "b"));
    EXPECT_EQ(tracefs.remove_instance("a"), 0);
    EXPECT_EQ(tracefs.remove_instance("a"), ENOENT);
    EXPECT_THAT(tracefs.instances(), UnorderedElementsAre("b"));
    EXPECT_THAT(Tracefs("/none").instances(), ::testing::IsEmpty());
}

TEST(Tracefs, is_rid_of_instances_whose_process_is_gone) {
    test::SysfsTree tree;
    tree.make_directory("t/instances");
    const Tracefs tracefs(tree.root() + "/t");
    constexpr pid_t kNobody = 1 << 30; // no kernel counts as far
    const std::string dead = to_string({kNobody, 1, 0});
    const std::string used_again = to_string({::getpid(), 1, 0});
    const std::string living = to_string({::getpid(), process_start(::getpid()).value_or(0), 5});
    for (const std::string& name : {dead, used_again, living, std::string("someone")}) {
        EXPECT_EQ(tracefs.make_instance(name), 0);
    }
    remove_abandoned_instances(tracefs);
    EXPECT_THAT(tracefs.instances(), UnorderedElementsAre(living, "someone"));
}

} // namespace
} // namespace haoh::host
