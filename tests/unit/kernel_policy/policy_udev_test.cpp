// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/policy_udev.hpp>

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kNqn = "nqn.2026-01.io.example:pair";

TEST(PolicyUdev, rule_is_for_one_subsystem_or_all) {
    EXPECT_EQ(udev_rule("numa", kNqn),
              "ACTION==\"add|change\", SUBSYSTEM==\"nvme-subsystem\", ATTR{subsystype}==\"nvm\", "
              "ATTR{subsysnqn}==\"nqn.2026-01.io.example:pair\", ATTR{iopolicy}=\"numa\"\n");
    EXPECT_THAT(udev_rule("numa", ""), Not(HasSubstr("subsysnqn")));
}

TEST(PolicyUdev, refuses_names_that_udev_would_take_for_something_else) {
    for (const char* const nqn :
         {"nqn.a:b*", "nqn.a:[b", "nqn.a:b?", "nqn.a:b|c", "nqn.a:\"", "nqn.a:\\", "nqn.a:b\n",
          "nqn.a: b", "nqn.a:b]", "nqn.a:\x7F", "nqn.a:\x1F", "nqn.a:\xC3\xA4"}) {
        try {
            static_cast<void>(udev_rule("numa", nqn));
            ADD_FAILURE() << nqn;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::invalid_argument);
        }
    }
    EXPECT_NO_THROW(static_cast<void>(udev_rule("numa", "nqn.a:!~-_+{}")));
}

TEST(PolicyUdev, file_keeps_other_rules_and_replaces_its_own) {
    const std::string first = merge_udev_rules("", "numa", kNqn);
    EXPECT_TRUE(is_own_udev_file(first));
    EXPECT_EQ(merge_udev_rules(first, "numa", kNqn), first);
    const std::string second = merge_udev_rules(first, "round-robin", "nqn.2026-01.io.example:p");
    EXPECT_THAT(second, HasSubstr(udev_rule("numa", kNqn)));
    const std::string third = merge_udev_rules(second, "queue-depth", kNqn);
    EXPECT_THAT(third, HasSubstr(udev_rule("queue-depth", kNqn)));
    EXPECT_THAT(third, Not(HasSubstr("\"numa\"")));
    EXPECT_THAT(third, HasSubstr("round-robin"));
    // The last rule that fits has the last word.
    const std::string all = merge_udev_rules(third, "numa", "");
    EXPECT_LT(all.find(udev_rule("numa", "")), all.find(udev_rule("queue-depth", kNqn)));
    EXPECT_THAT(merge_udev_rules(all, "round-robin", ""), Not(HasSubstr("\"numa\"")));
}

TEST(PolicyUdev, file_is_a_header_and_its_rules_line_by_line) {
    const std::string own = merge_udev_rules("", "numa", kNqn);
    const std::string header = own.substr(0, own.find('\n') + 1);
    EXPECT_EQ(own, header + udev_rule("numa", kNqn));
    const std::string two = merge_udev_rules(own, "round-robin", "nqn.other");
    EXPECT_EQ(two, own + udev_rule("round-robin", "nqn.other"));
    // An editor may have taken the last newline, and left lines of its own.
    EXPECT_EQ(merge_udev_rules(two.substr(0, two.size() - 1), "numa", "nqn.third"),
              two + udev_rule("numa", "nqn.third"));
    EXPECT_EQ(merge_udev_rules(header + "\n# why\n", "numa", kNqn),
              header + "\n# why\n" + udev_rule("numa", kNqn));
    EXPECT_EQ(merge_udev_rules(header.substr(0, header.size() - 1), "numa", kNqn), own);
    // The one for all comes first, the one for a subsystem last.
    EXPECT_EQ(merge_udev_rules(two, "queue-depth", ""), header + udev_rule("queue-depth", "") +
                                                            udev_rule("numa", kNqn) +
                                                            udev_rule("round-robin", "nqn.other"));
    EXPECT_EQ(merge_udev_rules(two, "queue-depth", kNqn),
              header + udev_rule("round-robin", "nqn.other") + udev_rule("queue-depth", kNqn));
}

TEST(PolicyUdev, file_of_somebody_else_is_not_kept) {
    EXPECT_FALSE(is_own_udev_file(""));
    const std::string own = merge_udev_rules("", "numa", kNqn);
    const std::string header = own.substr(0, own.find('\n'));
    EXPECT_TRUE(is_own_udev_file(header)) << "an editor may have taken the newline";
    EXPECT_TRUE(is_own_udev_file(header + "\n"));
    EXPECT_FALSE(is_own_udev_file(header + ", and changed by hand\n"));
    EXPECT_FALSE(is_own_udev_file(header.substr(0, header.size() - 1)));
    EXPECT_FALSE(is_own_udev_file("\n" + own));
    EXPECT_FALSE(is_own_udev_file("# rules of the array's maker\n"));
    const std::string others = "# rules of the array's maker\n" + udev_rule("numa", "nqn.other") +
                               udev_rule("round-robin", "");
    for (const std::string& content :
         {others, header + ", and changed by hand\n" + others, "\n" + own, others + own}) {
        EXPECT_EQ(merge_udev_rules(content, "numa", kNqn), own) << content;
    }
}

} // namespace
} // namespace haoh
