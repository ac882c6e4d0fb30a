// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/policy.hpp"

#include "freed.hpp"

#include "support/sysfs_tree.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <utility>

namespace haoh::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CapiPolicy : public ::testing::Test {
  protected:
    CapiPolicy() : root_{tree_.root()} {
        tree_.add_subsystem("nqn.2014-08.org.example:s", 2, 1);
        source_.sysroot = root_.c_str();
    }

    SysfsTree tree_;
    std::string root_;
    haoh_source source_ HAOH_SOURCE_INIT;
    ErrorSlot error_;
};

TEST_F(CapiPolicy, list_names_the_policies) {
    EXPECT_THAT(owned(haoh_policy_list(&source_, HAOH_TEXT, nullptr, error_)),
                HasSubstr("queue-depth"));
    EXPECT_THAT(owned(haoh_policy_list(&source_, HAOH_JSON, nullptr, error_)),
                HasSubstr("haoh.policy/1"));
}

TEST_F(CapiPolicy, list_is_of_the_release_of_the_source) {
    tree_.set("sys/kernel/osrelease", "6.1.176\n");
    EXPECT_THAT(owned(haoh_policy_list(&source_, HAOH_TEXT, nullptr, error_)),
                HasSubstr("queue-depth (not here"));
    tree_.set("sys/kernel/osrelease", "6.12.107\n");
    EXPECT_THAT(owned(haoh_policy_list(&source_, HAOH_TEXT, nullptr, error_)),
                Not(HasSubstr("not here")));
    source_.sysroot = nullptr; // this host
    EXPECT_THAT(owned(haoh_policy_list(&source_, HAOH_TEXT, nullptr, error_)),
                HasSubstr(" offers:"));
}

TEST_F(CapiPolicy, sites_of_a_configuration_are_named) {
    const std::string toml = "[[site]]\nname = \"east\"\naddresses = [\"0.0.0.0/0\"]\n";
    const ConfigHandle config(haoh_config_parse(toml.data(), toml.size(), nullptr, error_));
    ASSERT_NE(config, nullptr) << error_.message();
    for (const haoh_config* const given : {config.get(), static_cast<haoh_config*>(nullptr)}) {
        const bool named = given != nullptr;
        EXPECT_EQ(owned(haoh_policy_show(&source_, given, 0, HAOH_JSON, nullptr, nullptr, error_))
                          .find("\"site\": \"east\"") != std::string::npos,
                  named);
        EXPECT_EQ(owned(haoh_policy_explain(&source_, given, "nvme0n1", HAOH_JSON, nullptr, nullptr,
                                            error_))
                          .find("\"site\": \"east\"") != std::string::npos,
                  named);
    }
}

TEST_F(CapiPolicy, show_counts_io_for_as_long_as_it_was_told) {
    for (const unsigned controller : {0U, 1U}) {
        tree_.set(SysfsTree::path(0, controller, 1) + "/stat", "1 0 8 0 2 0 16 0 0 0 0\n");
    }
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(owned(haoh_policy_show(&source_, nullptr, 30, HAOH_TEXT, nullptr, nullptr, error_)),
                HasSubstr("0 requests"));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds{30});
    EXPECT_THAT(owned(haoh_policy_show(&source_, nullptr, 0, HAOH_TEXT, nullptr, nullptr, error_)),
                Not(HasSubstr("requests")));
}

TEST_F(CapiPolicy, a_policy_that_cannot_be_read_is_incomplete) {
    tree_.make_directory(SysfsTree::subsystem(0) + "/iopolicy");
    int status = 99;
    EXPECT_NE(owned(haoh_policy_show(&source_, nullptr, 0, HAOH_TEXT, nullptr, &status, error_)),
              "(null)");
    EXPECT_EQ(status, HAOH_STATUS_INCOMPLETE);
    EXPECT_NE(owned(haoh_policy_explain(&source_, nullptr, "nvme0n1", HAOH_TEXT, nullptr, &status,
                                        error_)),
              "(null)");
    EXPECT_EQ(status, HAOH_STATUS_INCOMPLETE);
}

TEST_F(CapiPolicy, show_tells_subsystems) {
    int status = 99;
    EXPECT_THAT(owned(haoh_policy_show(&source_, nullptr, 0, HAOH_JSON, nullptr, &status, error_)),
                HasSubstr("nqn.2014-08.org.example:s"));
    EXPECT_EQ(status, HAOH_STATUS_OK);
    const SysfsTree empty;
    const std::string root = empty.root();
    source_.sysroot = root.c_str();
    EXPECT_NE(owned(haoh_policy_show(&source_, nullptr, 0, HAOH_TEXT, nullptr, &status, error_)),
              "(null)");
    EXPECT_EQ(status, HAOH_STATUS_NOTHING);
}

TEST_F(CapiPolicy, explain_tells_the_next_path_and_when_there_is_none) {
    int status = 99;
    const auto explain = [&] {
        return owned(haoh_policy_explain(&source_, nullptr, "/dev/nvme0n1", HAOH_TEXT, nullptr,
                                         &status, error_));
    };
    EXPECT_THAT(explain(), HasSubstr("nvme0c0n1"));
    EXPECT_EQ(status, HAOH_STATUS_OK);
    for (const unsigned controller : {0U, 1U}) {
        tree_.change(SysfsTree::path(0, controller, 1) + "/ana_state", "inaccessible\n");
    }
    EXPECT_THAT(explain(), HasSubstr("nvme0c0n1"));
    EXPECT_EQ(status, HAOH_STATUS_FAILED);
    EXPECT_EQ(
        haoh_policy_explain(&source_, nullptr, "nvme5n5", HAOH_TEXT, nullptr, &status, error_),
        nullptr);
    EXPECT_EQ(error_.code(), HAOH_NOT_FOUND);
}

TEST_F(CapiPolicy, arrays_have_no_policy) {
    const char* targets[] = {"tcp://192.0.2.1"};
    source_.targets = targets;
    source_.targets_count = 1;
    source_.hostnqn = "nqn.2014-08.org.example:h";
    EXPECT_EQ(haoh_policy_show(&source_, nullptr, 0, HAOH_TEXT, nullptr, nullptr, error_), nullptr);
    EXPECT_EQ(error_.code(), HAOH_INVALID_ARGUMENT);
}

TEST_F(CapiPolicy, what_is_set_gives_back_what_it_was) {
    tree_.set("sys/kernel/osrelease", "6.1.176\n");
    const std::string file = SysfsTree::subsystem(0) + "/iopolicy";
    tree_.set(file, "numa\n");
    char* before = nullptr;
    capi::set_policy(
        {.policy = "round-robin", .subsystem = "nvme-subsys0", .sysroot = tree_.root()}, &before);
    EXPECT_EQ(owned(std::exchange(before, nullptr)), "numa");
    capi::set_policy({.policy = "numa", .subsystem = "nvme-subsys0", .sysroot = tree_.root()},
                     nullptr);
    const auto show = [&] {
        return owned(haoh_policy_show(&source_, nullptr, 0, HAOH_TEXT, nullptr, nullptr, error_));
    };
    EXPECT_THAT(show(), HasSubstr("nvme-subsys0: numa\n"));
    try {
        capi::set_policy(
            {.policy = "queue-depth", .subsystem = "nvme-subsys0", .sysroot = tree_.root()},
            &before);
        FAIL() << "no kernel before 6.11 has it";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("queue-depth"));
    }
    EXPECT_EQ(before, nullptr);
    EXPECT_THAT(show(), HasSubstr("nvme-subsys0: numa\n"));
}

TEST_F(CapiPolicy, an_unknown_policy_is_not_set) {
    EXPECT_EQ(haoh_policy_set("fastest", nullptr, nullptr, error_), -HAOH_INVALID_ARGUMENT);
    EXPECT_THAT(error_.message(), HasSubstr("round-robin"));
    // Nor one of a subsystem that is not there.
    EXPECT_EQ(haoh_policy_set("numa", "nvme-subsys1048575", nullptr, error_), -HAOH_NOT_FOUND);
    EXPECT_THAT(error_.message(), HasSubstr("nvme-subsys1048575"));
}

TEST_F(CapiPolicy, a_scenario_is_simulated) {
    const std::string toml =
        "policies = [\"numa\", \"round-robin\"]\n[workload]\nduration = \"50ms\"\n"
        "[[path]]\narray = \"a\"\n[[path]]\narray = \"b\"\n";
    for (const int format : {HAOH_TEXT, HAOH_JSON, HAOH_SVG}) {
        EXPECT_THAT(
            owned(haoh_policy_simulate(toml.data(), toml.size(), nullptr, format, nullptr, error_)),
            HasSubstr("round-robin"));
    }
    EXPECT_EQ(haoh_policy_simulate("x = 1", 5, "my.toml", HAOH_TEXT, nullptr, error_), nullptr);
    EXPECT_EQ(error_.code(), HAOH_MALFORMED);
    EXPECT_THAT(error_.message(), HasSubstr("my.toml"));
}

} // namespace
} // namespace haoh::test
