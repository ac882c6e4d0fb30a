// SPDX-License-Identifier: LGPL-2.1-or-later
// `haoh policy set` on a tree that is this machine's /sys for a while.
#include "simulated_arrays.hpp"

#include "support/sysfs_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include <unistd.h>

namespace haoh::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kSetNqn = "nqn.2026-01.io.example:pair";
constexpr const char* kOtherNqn = "nqn.2026-01.io.example:other";
constexpr const char* kDefaultPolicy = "sys/module/nvme_core/parameters/iopolicy";

class PolicySet : public ::testing::Test {
  protected:
    PolicySet() {
        tree.add_subsystem(kSetNqn, 2, 1);
        tree.add_subsystem(kOtherNqn, 2, 1);
        tree.set(kDefaultPolicy, "numa\n");
    }
    void SetUp() override {
        if (run({"true"}).status != 0) {
            GTEST_SKIP() << "no mount namespace of one's own here";
        }
    }

    /// In a mount namespace where the tree's sys is /sys.
    ProgramResult run(const std::vector<std::string>& command) const {
        std::vector<std::string> words{"unshare", "--mount"};
        if (::geteuid() != 0) {
            words.emplace_back("--map-root-user");
        }
        words.insert(words.end(),
                     {"sh", "-c", "mount --bind \"$0/sys\" /sys && exec \"$@\"", tree.root()});
        words.insert(words.end(), command.begin(), command.end());
        return run_program(words, std::chrono::seconds{60});
    }
    ProgramResult policy(const std::vector<std::string>& words) const {
        std::vector<std::string> all{HAOH_PROGRAM, "policy"};
        all.insert(all.end(), words.begin(), words.end());
        return run(all);
    }
    ProgramResult set(std::vector<std::string> words) const {
        words.insert(words.begin(), "set");
        return policy(words);
    }
    static std::string content(const std::string& path) {
        std::ifstream file{path, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    /// The first line of a file of the tree.
    [[nodiscard]] std::string attribute(const std::string& file) const {
        const std::string text = content(tree.root() + "/" + file);
        return text.substr(0, text.find('\n'));
    }
    [[nodiscard]] std::string policy_of(unsigned instance) const {
        return attribute(SysfsTree::subsystem(instance) + "/iopolicy");
    }

    SysfsTree tree;
    ScratchDirectory directory;
};

TEST_F(PolicySet, sets_what_is_named_and_says_what_was) {
    const ProgramResult first = set({"round-robin", "nvme-subsys0"});
    EXPECT_EQ(first.status, 0) << first.standard_error;
    EXPECT_EQ(first.standard_output,
              std::string{"nvme-subsys0 ("} + kSetNqn + "): round-robin, was numa\n");
    EXPECT_EQ(policy_of(0), "round-robin");
    EXPECT_EQ(policy_of(1), "numa");
    EXPECT_EQ(attribute(kDefaultPolicy), "numa");
    EXPECT_EQ(set({"round-robin", kSetNqn}).standard_output,
              std::string{"nvme-subsys0 ("} + kSetNqn + "): round-robin, as before\n");
    // By a controller, and by a device of the other.
    const ProgramResult both = set({"round-robin", "nvme0", "nvme1n1"});
    EXPECT_EQ(both.status, 0) << both.standard_error;
    EXPECT_EQ(policy_of(1), "round-robin");
    EXPECT_EQ(both.standard_output, std::string{"nvme-subsys0 ("} + kSetNqn +
                                        "): round-robin, as before\nnvme-subsys1 (" + kOtherNqn +
                                        "): round-robin, was numa\n");
}

TEST_F(PolicySet, passes_nothing_on_that_is_written_for_a_terminal) {
    tree.set(SysfsTree::subsystem(0) + "/subsysnqn", "nqn.2026-01.io.example:\x1b]0;owned\x07\n");
    tree.set(SysfsTree::subsystem(0) + "/iopolicy", "numa\x1b]0;owned\x07\n");
    const ProgramResult told = set({"round-robin", "nvme-subsys0"});
    EXPECT_EQ(told.status, 0) << told.standard_error;
    EXPECT_EQ(
        told.standard_output,
        R"(nvme-subsys0 (nqn.2026-01.io.example:\x1b]0;owned\x07): round-robin, was numa\x1b]0;owned\x07)"
        "\n");
    const ProgramResult rule =
        set({"numa", "nvme-subsys0", "--udev-rule", directory.path("72-\x1b]0;x.rules")});
    EXPECT_THAT(rule.standard_output + rule.standard_error, Not(HasSubstr("\x1b")));
    EXPECT_THAT(set({"numa", "nvme-subsys1", "--udev-rule", directory.path("72-\x1b]0;x.rules")})
                    .standard_output,
                HasSubstr(R"(72-\x1b]0;x.rules: written)"));
}

TEST_F(PolicySet, sets_the_default_of_what_appears_later) {
    EXPECT_EQ(set({"round-robin", "--default"}).standard_output,
              "new subsystems: round-robin, was numa\n");
    EXPECT_EQ(set({"round-robin", "--default"}).standard_output,
              "new subsystems: round-robin, as before\n");
    EXPECT_EQ(attribute(kDefaultPolicy), "round-robin");
    EXPECT_EQ(policy_of(0), "numa");
}

TEST_F(PolicySet, refuses_what_the_kernel_does_not_offer_unless_it_is_to_decide) {
    EXPECT_EQ(set({"service-time", "nvme-subsys0"}).status, 2);
    EXPECT_EQ(policy_of(0), "numa");
    EXPECT_EQ(set({"service-time", "nvme-subsys0", "--force"}).status, 0);
    EXPECT_EQ(policy_of(0), "service-time");
}

TEST_F(PolicySet, exits_with_1_when_the_kernel_does_not_take_it) {
    tree.set("sys/module/nvme_core/parameters/multipath", "N\n");
    const std::string rules = directory.path("72-haoh.rules");
    const ProgramResult refused = set({"round-robin", "nvme-subsys0", "--udev-rule", rules});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.standard_error,
                AllOf(StartsWith("haoh: "), HasSubstr("native multipath is off")));
    EXPECT_THAT(refused.standard_output, IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(rules)) << "it would set what cannot be set";
    tree.set("sys/module/nvme_core/parameters/multipath", "Y\n");
    EXPECT_EQ(set({"round-robin", "nvme-subsys0", "--udev-rule", rules}).status, 0);
    EXPECT_TRUE(std::filesystem::exists(rules));
    // One that is not there is no refusal, also after one that is.
    EXPECT_EQ(set({"numa", "nvme-subsys0", "nvme-subsys7"}).status, 4);
}

TEST_F(PolicySet, writes_a_rule_for_each_subsystem_and_keeps_those_of_before) {
    const std::string rules = directory.path("72-haoh.rules");
    const ProgramResult first = set({"round-robin", "nvme-subsys0", "--udev-rule", rules});
    EXPECT_EQ(first.status, 0) << first.standard_error;
    EXPECT_THAT(first.standard_output, HasSubstr(rules + ": written"));
    EXPECT_THAT(content(rules),
                AllOf(HasSubstr("round-robin"), HasSubstr(kSetNqn), Not(HasSubstr(kOtherNqn))));
    EXPECT_EQ(set({"numa", "nvme-subsys1", "--udev-rule", rules}).status, 0);
    EXPECT_THAT(content(rules), AllOf(HasSubstr("\"round-robin\""), HasSubstr(kSetNqn),
                                      HasSubstr("\"numa\""), HasSubstr(kOtherNqn)));
    EXPECT_EQ(set({"numa", "nvme-subsys0", "nvme-subsys1", "--udev-rule", rules}).status, 0);
    EXPECT_THAT(content(rules), AllOf(HasSubstr("\"numa\""), HasSubstr(kSetNqn),
                                      HasSubstr(kOtherNqn), Not(HasSubstr("\"round-robin\""))));
    // Without the option no file is written, nor told of.
    EXPECT_THAT(set({"numa", "nvme-subsys0"}).standard_output, Not(HasSubstr("written")));
}

TEST_F(PolicySet, replaces_the_rules_of_others_only_when_told_to) {
    const std::string rules = directory.file("71-maker.rules", "# of the maker\n");
    EXPECT_EQ(set({"round-robin", "nvme-subsys0", "--udev-rule", rules}).status, 2);
    EXPECT_EQ(content(rules), "# of the maker\n");
    EXPECT_EQ(policy_of(0), "numa") << "nothing is changed before the file is known to be ours";
    EXPECT_EQ(set({"round-robin", "nvme-subsys0", "--udev-rule", rules, "--force"}).status, 0);
    EXPECT_THAT(content(rules), AllOf(HasSubstr(kSetNqn), Not(HasSubstr("of the maker"))));
}

TEST_F(PolicySet, a_file_of_rules_has_a_mebibyte_at_most) {
    const std::string own = [this] {
        const std::string file = directory.path("72-own.rules");
        EXPECT_EQ(set({"numa", "nvme-subsys1", "--udev-rule", file}).status, 0);
        return content(file);
    }();
    const std::size_t limit = std::size_t{1} << 20U;
    for (const std::size_t size : {limit, limit + 1}) {
        std::string text = own;
        while (text.size() < size) {
            const std::size_t line = std::min<std::size_t>(size - text.size(), 80);
            text += line < 2 ? "\n" : "#" + std::string(line - 2, 'x') + "\n";
        }
        const std::string file = directory.file("72-large.rules", text);
        EXPECT_EQ(set({"numa", "nvme-subsys0", "--udev-rule", file}).status, size > limit ? 2 : 0)
            << size;
    }
}

TEST_F(PolicySet, this_host_is_what_the_others_look_at_unless_told_otherwise) {
    EXPECT_THAT(policy({"show", "--for", "0", "nvme-subsys1"}).standard_output,
                AllOf(HasSubstr("nvme-subsys1: numa"), Not(HasSubstr("nvme-subsys0"))));
    EXPECT_THAT(policy({"explain", "nvme1n1"}).standard_output,
                StartsWith("nvme1n1 (nsid 11) of nvme-subsys1, policy numa\n"));
    const ProgramResult listed = run({HAOH_PROGRAM, "list", "nvme0"});
    EXPECT_THAT(listed.standard_output, AllOf(HasSubstr(kSetNqn), Not(HasSubstr(kOtherNqn))));
}

} // namespace
} // namespace haoh::test
