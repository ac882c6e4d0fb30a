// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/linux_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kIdentityUnique = "host.identity.unique";

/// A healthy host of its own, with its own connections.
Observation host_named(const std::string& name, const std::string& nqn, const std::string& id) {
    Observation out = connected(Pair(1).observation());
    KernelObservation& kernel = out.kernels.front();
    kernel.host = name;
    for (KernelController& controller : kernel.subsystems.front().controllers) {
        controller.hostnqn = nqn.empty() ? Attribute{} : Attribute::of(nqn);
        controller.hostid = id.empty() ? Attribute{} : Attribute::of(id);
    }
    for (ControllerObservation& controller : out.controllers) {
        controller.host = name;
    }
    return out;
}

RuleState state_of(const Observation& observation) {
    for (const RuleResult& one : check(observation).rules) {
        if (one.rule == kIdentityUnique) {
            return one.state;
        }
    }
    return RuleState::unknown;
}

TEST(HostIdentityUnique, HoldsForHostsWithIdentitiesOfTheirOwn) {
    const Observation alpha = host_named("alpha", "nqn.a", "id-a");
    const Observation both = merge({alpha, host_named("beta", "nqn.b", "id-b")});
    EXPECT_THAT(findings_of(both, kIdentityUnique), IsEmpty());
    EXPECT_EQ(state_of(both), RuleState::held);
    EXPECT_EQ(state_of(alpha), RuleState::not_applicable) << "one host alone shares nothing";
    EXPECT_EQ(state_of(merge({alpha, alpha})), RuleState::not_applicable);
    EXPECT_EQ(state_of(merge({alpha, host_named("beta", "", "")})), RuleState::unknown);
}

TEST(HostIdentityUnique, IsBrokenByClones) {
    const Observation both =
        merge({host_named("alpha", "nqn.clone", "id-x"), host_named("beta", "nqn.clone", "id-x")});
    const std::vector<Finding> found = findings_of(both, kIdentityUnique);
    ASSERT_EQ(found.size(), 1U) << "NQN and ID together are one finding";
    EXPECT_EQ(found[0].verdict, Verdict::fail);
    EXPECT_EQ(found[0].severity, Severity::corruption);
    EXPECT_EQ(found[0].what, "alpha and beta have one host NQN: nqn.clone");
    EXPECT_EQ(found[0].host, "") << "it is about both";
    ASSERT_EQ(found[0].values.size(), 2U);
    EXPECT_EQ(found[0].values[0].object, "alpha");
    EXPECT_EQ(found[0].values[1].host, "beta");
    EXPECT_EQ(found[0].values[1].value, "nqn.clone, host ID id-x");
    EXPECT_EQ(state_of(both), RuleState::broken);
}

TEST(HostIdentityUnique, IsBrokenByAHostIdAlone) {
    const std::vector<Finding> found = findings_of(
        merge({host_named("alpha", "nqn.a", "id-x"), host_named("beta", "nqn.b", "id-x"),
               host_named("gamma", "nqn.c", "id-c")}),
        kIdentityUnique);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].what, "alpha and beta have one host ID: id-x");
}

TEST(HostIdentityUnique, TellsAHostIdThatMoreHostsShareThanTheNqn) {
    const std::vector<Finding> found = findings_of(
        merge({host_named("alpha", "nqn.a", "id-x"), host_named("beta", "nqn.a", "id-x"),
               host_named("gamma", "nqn.c", "id-x")}),
        kIdentityUnique);
    std::vector<std::string> told;
    for (const Finding& one : found) {
        told.push_back(one.what);
    }
    EXPECT_THAT(told, ElementsAre("alpha and beta have one host NQN: nqn.a",
                                  "alpha, beta and gamma have one host ID: id-x"));
}

TEST(HostIdentityUnique, NamesAFewOfMany) {
    std::vector<Observation> hosts;
    for (int number = 1; number <= 9; ++number) {
        hosts.push_back(host_named("node" + std::to_string(number), "nqn.image", "id-image"));
    }
    const std::vector<Finding> found = findings_of(merge(std::move(hosts)), kIdentityUnique);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found[0].what,
                HasSubstr("node1, node2, node3, node4 and 5 more have one host NQN"));
    EXPECT_EQ(found[0].values.size(), 9U);
}

} // namespace
} // namespace haoh::test
