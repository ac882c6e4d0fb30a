// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/udev_rules.hpp"

#include "support/sysfs_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::host {
namespace {

using ::testing::ElementsAre;

constexpr const char* kRule = "# queue by depth\nACTION==\"add\", SUBSYSTEM==\"nvme-subsystem\", "
                              "ATTR{iopolicy}=\"queue-depth\"\n";

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
    EXPECT_THAT(iopolicy_rules(SysfsRoot(tree.root())),
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
    EXPECT_EQ(iopolicy_rules(SysfsRoot(tree.root())), expected);
}

TEST(UdevRules, are_not_in_force_where_an_earlier_file_has_their_name) {
    test::SysfsTree tree;
    tree.set("usr/lib/udev/rules.d/71-vendor.rules", kRule);
    tree.link("etc/udev/rules.d/71-vendor.rules", "/dev/null");
    EXPECT_THAT(iopolicy_rules(SysfsRoot(tree.root())), ElementsAre());
}

} // namespace
} // namespace haoh::host
