// SPDX-License-Identifier: LGPL-2.1-or-later
#include "accept/waiver_scope.hpp"

#include "unit/accept/deviation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using accept::WaiverScope;

/// A finding about NSID 2 of both arrays of a pair, and one about all of the pair.
class WaiverScopes : public ::testing::Test {
  protected:
    Pair pair_ = [] {
        Pair pair = with_other_uuid(2);
        pair.on_b([](Node& node) { node.id.sn = ascii<20>("OTHER"); });
        return pair;
    }();
    Observation observation_ = pair_.observation();
    Report report_ = pair_.report();
    WaiverScope scope_{report_, observation_};

    [[nodiscard]] const Finding& uuid() const { return *find(report_, "ns.uuid.equal"); }
    [[nodiscard]] const Finding& serial() const { return *find(report_, "ctrl.sn.equal"); }
    [[nodiscard]] bool covers(const Waiver& waiver) const { return scope_.covers(waiver, uuid()); }
};

TEST_F(WaiverScopes, WithoutABoundIsTheRule) {
    EXPECT_TRUE(covers(waiver_of("ns.uuid.equal")));
    EXPECT_FALSE(covers(waiver_of("ns.nguid.equal")));
    EXPECT_FALSE(scope_.covers(waiver_of("ns.uuid.equal"), serial()));
}

TEST_F(WaiverScopes, OfAGlobLeavesCorruptionOut) {
    EXPECT_FALSE(covers(waiver_of("ns.*")));
    EXPECT_FALSE(covers(waiver_of("*")));
    EXPECT_TRUE(scope_.covers(waiver_of("ctrl.*"), serial()));
    EXPECT_TRUE(scope_.covers(waiver_of("*"), serial()));
}

TEST_F(WaiverScopes, AreSubsystems) {
    Waiver waiver = waiver_of("ns.uuid.equal");
    waiver.subsystems = {"nqn.2020-01.*", kNqn};
    EXPECT_TRUE(covers(waiver));
    waiver.subsystems = {"nqn.2014-08.*:uuid:0a1b2c3d-*-4000-8000-000000000001"};
    EXPECT_TRUE(covers(waiver));
    waiver.subsystems = {"nqn.2020-01.*"};
    EXPECT_FALSE(covers(waiver));
}

TEST_F(WaiverScopes, HaveToHoldEveryArrayOfTheFinding) {
    Waiver waiver = waiver_of("ns.uuid.equal");
    waiver.arrays = {"array-a", "array-b"};
    EXPECT_TRUE(covers(waiver));
    waiver.arrays = {"array-b"};
    EXPECT_FALSE(covers(waiver)) << "array-a is not within";
    waiver.arrays = {"array-a", "array-b", "array-c"};
    EXPECT_TRUE(covers(waiver));
    Finding of_none = uuid();
    of_none.values.clear();
    EXPECT_FALSE(scope_.covers(waiver, of_none)) << "it is about no array";
}

TEST_F(WaiverScopes, HaveToHoldEveryNsidOfTheFinding) {
    Waiver waiver = waiver_of("ns.uuid.equal");
    waiver.nsids = {7, 2};
    EXPECT_TRUE(covers(waiver));
    waiver.nsids = {1, 3};
    EXPECT_FALSE(covers(waiver));
    Finding several = uuid();
    several.nsids = {2, 3};
    waiver.nsids = {2};
    EXPECT_FALSE(scope_.covers(waiver, several)) << "NSID 3 is not within";
    waiver.nsids = {2, 3};
    EXPECT_TRUE(scope_.covers(waiver, several));
    waiver.rule = "ctrl.sn.equal";
    EXPECT_FALSE(scope_.covers(waiver, serial())) << "it is about no namespace";
}

TEST_F(WaiverScopes, AreNamespacesByAnyOfTheirIdentifiers) {
    const nvme::NamespaceIds ids = observation_.controllers.front().namespaces[1].ids();
    ASSERT_TRUE(ids.uuid && ids.nguid);
    Waiver waiver = waiver_of("ns.uuid.equal");
    for (const std::string& name :
         {nvme::format_nguid(*ids.uuid), nvme::format_nguid(*ids.nguid)}) {
        waiver.namespaces = {name};
        EXPECT_TRUE(covers(waiver)) << name;
    }
    const nvme::NamespaceIds other = observation_.controllers.front().namespaces[0].ids();
    waiver.namespaces = {nvme::format_nguid(*other.uuid)};
    EXPECT_FALSE(covers(waiver)) << "that is NSID 1";
}

TEST_F(WaiverScopes, AreHostsAndTheirReleases) {
    Finding on_host = uuid();
    on_host.host = "alpha";
    Waiver waiver = waiver_of("ns.uuid.equal");
    waiver.hosts = {"alpha"};
    EXPECT_TRUE(scope_.covers(waiver, on_host));
    EXPECT_FALSE(covers(waiver)) << "it is about no host";
    on_host.host.clear();
    on_host.values.front().host = "alpha";
    on_host.values.back().host = "beta";
    EXPECT_FALSE(scope_.covers(waiver, on_host)) << "beta is not within";
    waiver.hosts = {"beta", "alpha"};
    EXPECT_TRUE(scope_.covers(waiver, on_host));

    waiver = waiver_of("ns.uuid.equal");
    waiver.kernels = {"6.12*"};
    EXPECT_FALSE(covers(waiver)) << "no release is known";
    on_host.on_kernel =
        OnKernel{.release = "6.12.107-amd64", .outcome = {}, .text = {}, .basis = {}};
    EXPECT_TRUE(scope_.covers(waiver, on_host));
    on_host.on_kernel->release = "6.1.0-40-amd64";
    EXPECT_FALSE(scope_.covers(waiver, on_host));
    report_.kernel = "6.12";
    EXPECT_TRUE(covers(waiver));
}

TEST_F(WaiverScopes, WereJudgedOnlyWhereAllOfThemWasSeen) {
    Waiver waiver = waiver_of("ctrl.mn.equal");
    EXPECT_TRUE(scope_.was_judged(waiver));
    waiver.subsystems = {"nqn.2020-01.*"};
    EXPECT_FALSE(scope_.was_judged(waiver)) << "no such subsystem was looked at";
    waiver.subsystems = {kNqn};
    EXPECT_TRUE(scope_.was_judged(waiver));
    waiver.arrays = {"array-a", "array-c"};
    EXPECT_FALSE(scope_.was_judged(waiver));
    waiver.arrays = {"array-a"};
    EXPECT_TRUE(scope_.was_judged(waiver));
    waiver.hosts = {"alpha"};
    EXPECT_FALSE(scope_.was_judged(waiver));
    report_.hosts = {"alpha"};
    EXPECT_TRUE(scope_.was_judged(waiver));
    waiver.kernels = {"6.12"};
    EXPECT_FALSE(scope_.was_judged(waiver));
    report_.kernel = "6.12";
    EXPECT_TRUE(scope_.was_judged(waiver));
    const auto rule = std::ranges::find(report_.rules, "ctrl.mn.equal", &RuleResult::rule);
    rule->state = RuleState::unknown;
    EXPECT_FALSE(scope_.was_judged(waiver)) << "its rule could not be judged";
    report_.rules.erase(rule);
    EXPECT_FALSE(scope_.was_judged(waiver)) << "its rule was not asked for";
}

TEST_F(WaiverScopes, WereNotJudgedWhereSomethingWasNotObserved) {
    const Waiver waiver = waiver_of("ctrl.mn.equal");
    ASSERT_TRUE(scope_.was_judged(waiver));
    report_.unobserved.emplace_back();
    EXPECT_FALSE(scope_.was_judged(waiver));
}

} // namespace
} // namespace haoh::test
