// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/policy_file.hpp"

#include "support/sysfs_tree.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <functional>

namespace haoh::host {
namespace {

using test::SysfsTree;
using testing::HasSubstr;

constexpr const char* kParameters = "sys/module/nvme_core/parameters/";
constexpr const char* kPairNqn = "nqn.2024-01.com.example:pair";

class PolicyFileTest : public testing::Test {
  protected:
    PolicyFileTest() {
        tree.add_subsystem(kPairNqn, 2, 1);
        tree.set(std::string(kParameters) + "iopolicy", "numa\n");
        tree.set(std::string(kParameters) + "multipath", "Y\n");
    }

    PolicyChange set(const std::string& policy, const std::string& subsystem) const {
        return set_io_policy({.policy = policy, .subsystem = subsystem, .sysroot = tree.root()});
    }
    static std::string refusal(std::error_code code, const std::function<void()>& action) {
        try {
            action();
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code) << error.what();
            return error.what();
        }
        ADD_FAILURE() << "nothing was thrown";
        return {};
    }

    SysfsTree tree;
};

TEST_F(PolicyFileTest, sets_that_of_a_subsystem_by_each_of_its_names) {
    std::string before = "numa";
    for (const char* const name : {"nvme-subsys0", kPairNqn, "nvme1", "/dev/nvme0n1"}) {
        const std::string policy = before == "numa" ? "round-robin" : "numa";
        const PolicyChange change = set(policy, name);
        EXPECT_EQ(change.subsystem, "nvme-subsys0");
        EXPECT_EQ(change.subsysnqn, kPairNqn);
        EXPECT_EQ(change.file, "/sys/class/nvme-subsystem/nvme-subsys0/iopolicy");
        EXPECT_EQ(change.before, before);
        EXPECT_EQ(change.after, policy);
        before = policy;
    }
}

TEST_F(PolicyFileTest, sets_the_default) {
    const PolicyChange change = set("round-robin", "");
    EXPECT_EQ(change.file, "/sys/module/nvme_core/parameters/iopolicy");
    EXPECT_EQ(change.before, "numa");
    EXPECT_EQ(change.after, "round-robin");
    EXPECT_EQ(change.subsystem, "");
}

TEST_F(PolicyFileTest, refuses_a_subsystem_that_is_not_there) {
    EXPECT_THAT(refusal(Errc::not_found, [&] { set("numa", "nvme-subsys7"); }),
                HasSubstr("nvme-subsys7"));
}

TEST_F(PolicyFileTest, says_when_the_subsystem_vanished_in_between) {
    const SysfsRoot root(tree.root());
    const PolicyFile file(root, "nvme-subsys0");
    tree.remove(SysfsTree::subsystem(0));
    EXPECT_THAT(refusal(Errc::not_found, [&] { file.set("numa"); }),
                HasSubstr("has gone away in the meantime"));
    // Another one that got its instance stays as it is.
    tree.set(SysfsTree::subsystem(0) + "/subsysnqn", "nqn.2024-01.com.example:other\n");
    tree.set(SysfsTree::subsystem(0) + "/iopolicy", "round-robin\n");
    EXPECT_THAT(refusal(Errc::not_found, [&] { file.set("numa"); }), HasSubstr("gone away"));
    EXPECT_EQ(root.open(SysfsTree::subsystem(0)).attribute("iopolicy").text, "round-robin");
}

TEST_F(PolicyFileTest, needs_native_multipath) {
    tree.remove(SysfsTree::subsystem(0) + "/iopolicy");
    EXPECT_THAT(refusal(Errc::unsupported, [&] { set("numa", kPairNqn); }),
                HasSubstr("no native multipath"));
    tree.set(std::string(kParameters) + "multipath", "N\n");
    for (const char* const name : {kPairNqn, ""}) {
        EXPECT_THAT(refusal(Errc::unsupported, [&] { set("numa", name); }),
                    HasSubstr("nvme_core.multipath=N"));
    }
    tree.remove("sys/module");
    EXPECT_THAT(refusal(Errc::not_found, [&] { set("numa", ""); }),
                HasSubstr("nvme_core is not loaded"));
}

TEST_F(PolicyFileTest, says_what_the_file_system_says) {
    if (::geteuid() != 0) {
        const std::string file = tree.root() + "/" + SysfsTree::subsystem(0) + "/iopolicy";
        ASSERT_EQ(::chmod(file.c_str(), 0444), 0);
        EXPECT_THAT(refusal({EACCES, std::generic_category()}, [&] { set("numa", kPairNqn); }),
                    HasSubstr("run it as root"));
    }
    tree.make_directory(SysfsTree::subsystem(0) + "/iopolicy");
    EXPECT_THAT(refusal({EISDIR, std::generic_category()}, [&] { set("numa", kPairNqn); }),
                HasSubstr("nvme-subsys0"));
}

TEST_F(PolicyFileTest, writes_through_no_link) {
    tree.set("elsewhere", "numa\n");
    tree.link(SysfsTree::subsystem(0) + "/iopolicy", "/elsewhere");
    refusal({ELOOP, std::generic_category()}, [&] { set("round-robin", kPairNqn); });
    EXPECT_EQ(SysfsRoot(tree.root()).open(".").attribute("elsewhere").text, "numa");
}

TEST_F(PolicyFileTest, has_no_subsystem_for_a_controller_that_is_of_none_yet) {
    tree.add_stray_controller();
    EXPECT_THAT(refusal(Errc::not_found, [&] { set("numa", "nvme2"); }),
                HasSubstr("wait until it is live"));
}

} // namespace
} // namespace haoh::host
