// SPDX-License-Identifier: LGPL-2.1-or-later
// Arrays that announce more than there is room for, beside others that do not.
#include "discovery_entries.hpp"
#include "fake_array.hpp"

#include <haoh/check.hpp>
#include <haoh/fabric.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh {
namespace {

using namespace std::chrono_literals;
using test::FakeArray;
using test::nvm_entry;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace asio = boost::asio;

class ObserveBudget : public testing::Test {
  protected:
    ObserveBudget() {
        options.connect.host = {
            .hostnqn = "nqn.2024-01.com.example:host", .hostid = {0xAB}, .origin = "test"};
        options.connect.timeout = 30s;
        options.timeout = 60s;
        options.targets = {a.address(), b.address()};
        options.subsysnqn = a.subsysnqn;
        a.next_cntlid = 100;
        b.next_cntlid = 2000;
        show(a, 3);
        show(b, 3);
    }

    static void show(FakeArray& array, std::uint32_t count) {
        array.namespaces.clear();
        for (std::uint32_t nsid = 1; nsid <= count; ++nsid) {
            array.namespaces[nsid] = fmt::format("11111111-2222-4333-8444-{:012x}", nsid);
        }
    }

    Observation observe_all() { return test::run(context, observe(options)); }

    /// The state of a rule.
    static RuleState state_of(const Report& report, std::string_view rule) {
        for (const RuleResult& one : report.rules) {
            if (one.rule == rule) {
                return one.state;
            }
        }
        return RuleState::not_applicable;
    }

    asio::io_context context;
    FakeArray a{context};
    FakeArray b{context};
    ObserveOptions options;
};

constexpr std::string_view kSameNamespaces = "nslist.active.equal";

TEST_F(ObserveBudget, WhatOneArrayHasTooMuchOfIsUnknownAndNoDefect) {
    const Report healthy = check(observe_all()); // of small arrays that have their faults
    EXPECT_EQ(state_of(healthy, kSameNamespaces), RuleState::held);
    show(b, 600);
    options.budget.objects = 500;
    const Observation seen = observe_all();
    EXPECT_THAT(seen.unobserved, IsEmpty());
    ASSERT_THAT(seen.controllers, SizeIs(2));
    EXPECT_THAT(seen.controllers[0].unread, IsEmpty()) << "the other array has a budget of its own";
    EXPECT_THAT(seen.controllers[0].namespaces, SizeIs(3));
    EXPECT_EQ(seen.controllers[1].active_nsids, std::nullopt);
    EXPECT_THAT(seen.controllers[1].unread, Contains(HasSubstr("600 active namespaces: 500 ")));
    EXPECT_TRUE(seen.controllers[1].identify.ok());
    const Report report = check(seen);
    for (const Finding& finding : report.findings) {
        EXPECT_FALSE(finding.verdict == Verdict::fail && finding.rule.starts_with("ns") &&
                     state_of(healthy, finding.rule) != RuleState::broken)
            << finding.rule;
    }
    EXPECT_GT(report.count(Verdict::unknown), healthy.count(Verdict::unknown));
    EXPECT_EQ(state_of(report, kSameNamespaces), RuleState::unknown);
    EXPECT_GT(report.count(RuleState::held), 20U) << "the rest is judged";

    options.budget = {};
    const Report whole = check(observe_all());
    EXPECT_EQ(state_of(whole, kSameNamespaces), RuleState::broken) << "what it really is";
}

TEST_F(ObserveBudget, ADiscoveryLogThatHasNoRoomIsToldAndTheOtherTargetIsJudged) {
    options.subsysnqn.clear();
    a.log = {nvm_entry(a.address(), a.subsysnqn)};
    for (int port = 1; port <= 600; ++port) {
        b.log.push_back(nvm_entry(
            {.traddr = "10.0.0.1", .trsvcid = static_cast<std::uint16_t>(port), .host_traddr = {}},
            "nqn.2026-01.io.example:b"));
    }
    options.budget.objects = 500;
    const Observation seen = observe_all();
    ASSERT_THAT(seen.controllers, SizeIs(1));
    EXPECT_EQ(seen.controllers[0].target, to_string(a.address()));
    ASSERT_THAT(seen.unobserved, SizeIs(1));
    EXPECT_EQ(seen.unobserved[0].target, to_string(b.address()));
    EXPECT_THAT(seen.unobserved[0].error, HasSubstr("500 namespaces and entries of logs are kept"));
    EXPECT_THAT(seen.unobserved[0].error, HasSubstr("one subsystem at a time"));
    EXPECT_EQ(seen.unobserved[0].reason, UnobservedReason::budget);
}

TEST_F(ObserveBudget, TheLogBesideASubsystemThatWasNamedIsToldAsWell) {
    b.log.assign(600, nvm_entry(b.address(), b.subsysnqn));
    options.budget.objects = 500;
    const Observation seen = observe_all();
    EXPECT_THAT(seen.controllers, SizeIs(2));
    ASSERT_THAT(seen.unobserved, SizeIs(1));
    EXPECT_THAT(seen.unobserved[0].error, HasSubstr("read the discovery log of"));
}

} // namespace
} // namespace haoh
