// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/udev_rules.hpp"

#include "faulty_calls.hpp"

#include "support/sysfs_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::host {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kRule = "# queue by depth\nACTION==\"add\", SUBSYSTEM==\"nvme-subsystem\", "
                              "ATTR{iopolicy}=\"queue-depth\"\n";

/// Of a tree of which all can be read.
std::vector<std::string> rules_of(const test::SysfsTree& tree) {
    std::vector<std::string> problems;
    std::vector<std::string> out = iopolicy_rules(SysfsRoot(tree.root()), problems);
    EXPECT_THAT(problems, IsEmpty());
    return out;
}

TEST(UdevRules, are_not_what_a_comment_says) {
    EXPECT_TRUE(mentions_iopolicy(kRule));
    EXPECT_TRUE(mentions_iopolicy("ATTR{iopolicy}=\"numa\""));
    EXPECT_FALSE(mentions_iopolicy("# iopolicy\n\n  #ATTR{iopolicy}=\"numa\"\n"));
    EXPECT_FALSE(mentions_iopolicy(""));
}

TEST(UdevRules, are_looked_for_where_udev_does) {
    test::SysfsTree tree;
    tree.set("usr/lib/udev/rules.d/71-vendor.rules", kRule);
    tree.set("usr/lib/udev/rules.d/60-other.rules", "ENV{X}=\"1\"\n");
    tree.set("usr/lib/udev/rules.d/71-vendor.txt", kRule);
    tree.set("run/udev/rules.d/80-b.rules", kRule).set("run/udev/rules.d/80-a.rules", kRule);
    tree.set("etc/udev/rules.d/99-mine.rules", kRule);
    tree.link("lib", "usr/lib");
    EXPECT_THAT(rules_of(tree),
                ElementsAre("/etc/udev/rules.d/99-mine.rules", "/run/udev/rules.d/80-a.rules",
                            "/run/udev/rules.d/80-b.rules",
                            "/usr/lib/udev/rules.d/71-vendor.rules"));
}

TEST(UdevRules, have_the_order_of_their_names) {
    test::SysfsTree tree;
    std::vector<std::string> expected;
    for (const char* const name : {"50", "10", "40", "20", "30", "60", "00"}) {
        expected.push_back(std::string("/etc/udev/rules.d/") + name + ".rules");
        tree.set(expected.back().substr(1), kRule);
    }
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(rules_of(tree), expected);
}

TEST(UdevRules, are_not_in_force_where_an_earlier_file_has_their_name) {
    test::SysfsTree tree;
    tree.set("usr/lib/udev/rules.d/71-vendor.rules", kRule);
    tree.link("etc/udev/rules.d/71-vendor.rules", "/dev/null");
    EXPECT_THAT(rules_of(tree), ElementsAre());
}

TEST(UdevRules, that_cannot_be_read_are_told_and_what_udev_does_not_read_is_not) {
    test::SysfsTree tree;
    tree.set("etc/udev/rules.d/10-a.rules", kRule).set("etc/udev/rules.d/20-b.rules", kRule);
    tree.make_directory("etc/udev/rules.d/30-folder.rules");
    tree.make_dangling("etc/udev/rules.d/40-nowhere.rules");
    ASSERT_THAT(rules_of(tree), SizeIs(2));
    FaultyCalls calls;
    const SysfsRoot root(tree.root(), calls);
    std::vector<std::string> problems;
    calls.fail(FaultyCalls::Call::read, "10-a.rules", EIO);
    EXPECT_THAT(iopolicy_rules(root, problems), ElementsAre("/etc/udev/rules.d/20-b.rules"));
    EXPECT_THAT(problems, ElementsAre("/etc/udev/rules.d/10-a.rules: Input/output error"));
    for (const FaultyCalls::Call call : {FaultyCalls::Call::open, FaultyCalls::Call::list}) {
        problems.clear();
        calls.work_again();
        calls.fail(call, "etc/udev/rules.d", EMFILE);
        EXPECT_THAT(iopolicy_rules(root, problems), IsEmpty());
        EXPECT_THAT(problems, ElementsAre("/etc/udev/rules.d: Too many open files"));
    }
}

} // namespace
} // namespace haoh::host
