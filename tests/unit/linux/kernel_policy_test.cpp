// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/kernel_policy.hpp>

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <vector>

namespace haoh {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string refusal(std::string_view policy, std::string_view release) {
    try {
        require_offered(policy, release);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::invalid_argument);
        return error.what();
    }
    return {};
}

/// A policy and the releases on both sides of the one that brought it: numa came with the attribute
/// (5.1, as did round-robin), queue-depth with 6.11.
struct Boundary {
    const char* policy;
    KernelVersion before;
    KernelVersion since;
};
constexpr Boundary kBoundaries[] = {
    {"numa", {5, 0}, {5, 1}}, {"round-robin", {5, 0}, {5, 1}}, {"queue-depth", {6, 10}, {6, 11}}};

std::string release_of(const KernelVersion& version, std::string_view rest) {
    return std::to_string(version.major) + "." + std::to_string(version.minor) + std::string(rest);
}

TEST(KernelPolicy, is_offered_from_its_release_on) {
    EXPECT_EQ(kernel_policies().size(), std::size(kBoundaries));
    for (const Boundary& one : kBoundaries) {
        const KernelPolicyInfo* const policy = find_kernel_policy(one.policy);
        ASSERT_NE(policy, nullptr) << one.policy;
        for (const char* const rest : {"", ".0", ".255-amd64", "-rc1"}) {
            const std::string before = release_of(one.before, rest);
            const std::string since = release_of(one.since, rest);
            EXPECT_FALSE(offers(before, *policy)) << one.policy << " " << before;
            EXPECT_TRUE(offers(since, *policy)) << one.policy << " " << since;
            EXPECT_THAT(offered_policies(before), Not(Contains(one.policy))) << before;
            EXPECT_THAT(offered_policies(since), Contains(one.policy)) << since;
            EXPECT_NE(refusal(one.policy, before), "");
            EXPECT_EQ(refusal(one.policy, since), "");
        }
        EXPECT_TRUE(offers("7.3.4", *policy));
        EXPECT_TRUE(offers("", *policy)) << "a release that is not known";
        EXPECT_FALSE(offers("4.99", *policy)) << "the minor number does not make up for it";
    }
}

TEST(KernelPolicy, is_of_upstreams_releases) {
    for (const KernelVersion before : {KernelVersion{5, 99}, {6, 1}, {6, 10}}) {
        EXPECT_FALSE(offers(before, IoPolicy::queue_depth)) << before.major << "." << before.minor;
        EXPECT_FALSE(policy_change_forgets(before)) << before.major << "." << before.minor;
        EXPECT_TRUE(offers(before, IoPolicy::numa));
        EXPECT_TRUE(offers(before, IoPolicy::round_robin));
    }
    for (const KernelVersion since : {KernelVersion{6, 11}, {6, 12}, {7, 0}}) {
        EXPECT_TRUE(offers(since, IoPolicy::queue_depth)) << since.major << "." << since.minor;
        EXPECT_TRUE(policy_change_forgets(since)) << since.major << "." << since.minor;
        EXPECT_TRUE(offers(since, IoPolicy::numa));
        EXPECT_TRUE(offers(since, IoPolicy::round_robin));
    }
}

// However it is asked, it is one answer: that of the change of the driver.
TEST(KernelPolicy, has_one_answer_to_which_kernel_has_it) {
    const std::vector<std::string> releases{"4.18",
                                            "4.20",
                                            "5.0",
                                            "5.1",
                                            "5.14",
                                            "6.1",
                                            "6.8",
                                            "6.10",
                                            "6.11",
                                            "6.15",
                                            "7.3",
                                            "7.x",
                                            "5.14.0-570.12.1.el9_6.x86_64",
                                            "4.18.0-553.el8_10.x86_64",
                                            "6.8.0-45-generic",
                                            "6.4.0-150700.53.34-default"};
    for (const std::string& release : releases) {
        const KernelRelease known = parse_kernel_release(release).value();
        KernelObservation kernel;
        kernel.release = release;
        for (const KernelPolicyInfo& info : kernel_policies()) {
            const Presence answer = presence_of(info.change, known);
            EXPECT_EQ(presence_of(info.policy, known), answer) << release << " " << info.name;
            EXPECT_EQ(presence_of(info.policy, release), answer) << release << " " << info.name;
            EXPECT_EQ(presence_of(info.policy, kernel), answer) << release << " " << info.name;
            EXPECT_EQ(presence_of(info, release), answer) << release << " " << info.name;
            EXPECT_EQ(presence_of(info, kernel), answer) << release << " " << info.name;
            EXPECT_EQ(offers(release, info.policy), answer != Presence::absent) << release;
            EXPECT_EQ(offers(release, info), answer != Presence::absent) << release;
            if (known == KernelRelease{.upstream = known.upstream}) { // no more than a number
                EXPECT_EQ(offers(known.upstream, info.policy), answer == Presence::present)
                    << release << " " << info.name;
            }
        }
        EXPECT_EQ(policy_change_forgets(kernel), presence_of(IoPolicy::queue_depth, known))
            << release;
    }
}

TEST(KernelPolicy, is_of_the_release_that_brought_its_change) {
    for (const KernelPolicyInfo& info : kernel_policies()) {
        EXPECT_EQ(info.since, info_of(info.change).since) << info.name;
        EXPECT_EQ(info.name, to_string(info.policy));
        EXPECT_EQ(&info_of(info.policy), &info);
        EXPECT_EQ(find_kernel_policy(info.name), &info);
    }
    EXPECT_EQ(find_kernel_policy("future"), nullptr);
}

TEST(KernelPolicy, are_offered_in_their_order) {
    EXPECT_THAT(offered_policies("6.10.0"), ElementsAre("numa", "round-robin"));
    EXPECT_THAT(offered_policies("6.11.0"), ElementsAre("numa", "round-robin", "queue-depth"));
    EXPECT_THAT(offered_policies(""), ElementsAre("numa", "round-robin", "queue-depth"));
}

TEST(KernelPolicy, what_is_not_offered_is_refused_with_what_is) {
    EXPECT_EQ(refusal("queue-depth", "6.12.107-amd64"), "");
    EXPECT_THAT(refusal("queue-depth", "6.1.176"),
                AllOf(HasSubstr("from 6.11 on, and this is 6.1.176"),
                      HasSubstr("Linux 6.1.176 offers numa, round-robin")));
    EXPECT_EQ(refusal("queue-depth", "5.14.0-570.12.1.el9_6.x86_64"), "");
    EXPECT_EQ(refusal("queue-depth", "6.8.0-45-generic"), "") << "nobody knows: the kernel says";
    EXPECT_THAT(refusal("queue-depth", "4.18.0-553.el8_10.x86_64"), HasSubstr("from 6.11 on"));
    // The module parameter of old releases would take it for numa.
    EXPECT_THAT(refusal("numa2", "6.12.1"), HasSubstr("no release of Linux has such a policy"));
    EXPECT_THAT(refusal("", ""), HasSubstr("Linux has numa, round-robin, queue-depth"));
    EXPECT_THAT(refusal("numa2", "6.12.1"), Not(HasSubstr("from")));
}

TEST(KernelPolicy, is_known_of_a_host_that_shows_it) {
    const KernelPolicyInfo& depth = *find_kernel_policy("queue-depth");
    KernelObservation kernel;
    const auto of_release = [&](const char* release) {
        kernel.release = release;
        return presence_of(depth, kernel);
    };
    EXPECT_EQ(of_release("6.1.176"), Presence::absent);
    EXPECT_EQ(of_release("6.8.0-45-generic"), Presence::unknown);
    EXPECT_EQ(of_release(""), Presence::unknown);
    EXPECT_EQ(of_release("6.12.107"), Presence::present);
    kernel.subsystems.resize(2);
    kernel.subsystems[1].iopolicy = Attribute::of("round-robin");
    EXPECT_EQ(of_release("6.8.0-45-generic"), Presence::unknown);
    KernelObservation in_force = kernel;
    in_force.subsystems[1].iopolicy = Attribute::of("queue-depth");
    EXPECT_EQ(presence_of(depth, in_force), Presence::present);
    KernelObservation as_default = kernel;
    as_default.iopolicy = Attribute::of("queue-depth");
    EXPECT_EQ(presence_of(depth, as_default), Presence::present);
    // The attribute of paths came later than the policy (6.15); under another policy it is empty.
    kernel.subsystems[1].namespaces.resize(1);
    kernel.subsystems[1].namespaces[0].paths.resize(1);
    EXPECT_EQ(presence_of(depth, kernel), Presence::unknown);
    kernel.subsystems[1].namespaces[0].paths[0].queue_depth = Attribute::of("");
    EXPECT_EQ(presence_of(depth, kernel), Presence::present);
    EXPECT_EQ(presence_of(*find_kernel_policy("numa"), kernel), Presence::present);
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
