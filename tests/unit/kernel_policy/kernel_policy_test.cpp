// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/kernel_policy.hpp>

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(std::string_view policy, std::string_view release) {
    try {
        require_offered(policy, release);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::invalid_argument);
        return error.what();
    }
    return {};
}

TEST(KernelPolicy, queue_depth_is_there_from_6_11_on) {
    EXPECT_THAT(offered_policies("6.1.176"), ElementsAre("numa", "round-robin"));
    EXPECT_THAT(offered_policies("6.10.0"), ElementsAre("numa", "round-robin"));
    EXPECT_THAT(offered_policies("6.11.0"), ElementsAre("numa", "round-robin", "queue-depth"));
    EXPECT_THAT(offered_policies("7.3.4"), ElementsAre("numa", "round-robin", "queue-depth"));
    EXPECT_THAT(offered_policies(""), ElementsAre("numa", "round-robin", "queue-depth"));
}

TEST(KernelPolicy, what_is_not_offered_is_refused_with_what_is) {
    EXPECT_EQ(refusal("queue-depth", "6.12.107-amd64"), "");
    EXPECT_THAT(refusal("queue-depth", "6.1.176"),
                AllOf(HasSubstr("from 6.11 on, and this is 6.1.176"),
                      HasSubstr("Linux 6.1.176 offers numa, round-robin")));
    // The module parameter of old releases would take it for numa.
    EXPECT_THAT(refusal("numa2", "6.12.1"), HasSubstr("no release of Linux has such a policy"));
    EXPECT_THAT(refusal("", ""), HasSubstr("the kernel offers numa"));
}

TEST(KernelPolicy, each_says_when_it_is_the_wrong_one) {
    for (const KernelPolicyInfo& policy : kernel_policies()) {
        EXPECT_FALSE(policy.how.empty() || policy.right.empty() || policy.wrong.empty());
        EXPECT_EQ(find_kernel_policy(policy.name), &policy);
    }
    EXPECT_EQ(find_kernel_policy("service-time"), nullptr);
}

} // namespace
} // namespace haoh
