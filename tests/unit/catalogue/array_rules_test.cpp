// SPDX-License-Identifier: LGPL-2.1-or-later
// What is said where it is not known which array a controller is on.
#include "unit/catalogue/case.hpp"
#include "unit/catalogue/linux_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::test {

namespace {

/// One target an array, whose further connections got IDs between those of the other.
void mix_ids(Pair& pair) {
    pair = Pair(1);
    pair.a[0].id.cntlid = 1;
    pair.a[0].probed = {3};
    pair.b[0].id.cntlid = 2;
    pair.b[0].probed = {4};
}

} // namespace

std::vector<Case> array_cases() {
    return {
        {"TwoTargetsMayBeOneArrayOrTwoWithMixedRanges",
         mix_ids,
         {"UNKNOWN model.arrays", "UNKNOWN ctrl.cntlid.partitioned"}},
        {"TwoArraysWithMixedRangesAreDeclared",
         [](Pair& pair) {
             mix_ids(pair);
             pair.options.config.profile = Profile::stretched;
         },
         {"WARN ctrl.cntlid.partitioned"}},
        {"TwoTargetsOfOneArrayAreDeclared",
         [](Pair& pair) {
             mix_ids(pair);
             pair.options.config.profile = Profile::single;
         },
         {}},
        {"TwoTargetsOfOneDomainHaveRangesOfTheirOwn",
         [](Pair& pair) {
             pair = Pair(1);
             pair.on_both([](Node& node) {
                 node.id.domainid = 1;
                 node.id.ctratt |= nvme::ctratt::multi_domain;
             });
         },
         {"UNKNOWN model.arrays", "UNKNOWN domain.id.unique"}},
    };
}

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kModelArrays = "model.arrays";

RuleState state_of(const Report& report, std::string_view rule) {
    const auto found = std::find_if(report.rules.begin(), report.rules.end(),
                                    [rule](const RuleResult& one) { return one.rule == rule; });
    return found == report.rules.end() ? RuleState::not_applicable : found->state;
}

/// A host with two controllers that have these IDs.
Observation host_with(std::uint16_t first, std::uint16_t second) {
    Pair pair(1);
    pair.a[0].id.cntlid = first;
    pair.b[0].id.cntlid = second;
    return connected(pair.observation());
}

TEST(ModelArrays, IsKnownOfAHealthyPairAndOfAHostThatIsConnectedToIt) {
    const Report direct = Pair(1).report();
    EXPECT_EQ(state_of(direct, kModelArrays), RuleState::held);
    EXPECT_TRUE(direct.arrays_known);
    EXPECT_EQ(direct.verdict, Verdict::pass);
    const Report host = check(connected(Pair(1).observation()));
    EXPECT_EQ(host.model, Model::stretched);
    EXPECT_EQ(state_of(host, kModelArrays), RuleState::held);
}

TEST(ModelArrays, IsANoteOfAHostAndNothingIsCalledSingle) {
    for (const std::uint16_t second : {std::uint16_t{11}, std::uint16_t{700}}) {
        const Report report = check(host_with(10, second));
        EXPECT_EQ(report.model, Model::unknown) << second;
        EXPECT_FALSE(report.arrays_known);
        EXPECT_EQ(report.verdict, Verdict::pass) << "nothing would be broken either way";
        EXPECT_EQ(state_of(report, "host.ns.usable_arrays"), RuleState::unknown);
        const std::vector<Finding> found = findings_of(host_with(10, second), kModelArrays);
        ASSERT_THAT(found, SizeIs(1)) << second;
        EXPECT_EQ(found[0].verdict, Verdict::note);
        EXPECT_EQ(found[0].host, "host1");
    }
}

TEST(ModelArrays, TellsTheLinesToPaste) {
    const std::vector<Finding> apart = findings_of(host_with(10, 700), kModelArrays);
    ASSERT_THAT(apart, SizeIs(1));
    EXPECT_THAT(apart[0].config,
                ElementsAre("# Correct what is not so. Where all are on one array, write only:",
                            "#   [check]", "#   profile = \"single\"", "[[site]]",
                            "name = \"site-1\"", "addresses = [\"10.1.0.1:4420\"]", "[[site]]",
                            "name = \"site-2\"", "addresses = [\"10.2.0.1:4420\"]"));
    EXPECT_EQ(apart[0].values.at(0).value, "10.1.0.1:4420, controller ID 10; controller ID 10, far "
                                           "from the others (50 % sure)");
    // Pasted, they settle it.
    std::string text;
    for (const std::string& line : apart[0].config) {
        text += line + "\n";
    }
    CheckOptions options;
    options.config = parse_config(text, "haoh.toml");
    const Report told = check(host_with(10, 700), options);
    EXPECT_EQ(told.model, Model::stretched);
    EXPECT_EQ(state_of(told, kModelArrays), RuleState::held);
    options.config = {};
    options.config.profile = Profile::single;
    EXPECT_EQ(check(host_with(10, 700), options).model, Model::single);
    options.config.profile = Profile::stretched;
    EXPECT_EQ(check(host_with(10, 700), options).model, Model::stretched)
        << "who says that there are two says what the gap is about";
}

TEST(ModelArrays, TellsControllerIdsWhereOneAddressLeadsToBoth) {
    Pair pair(1);
    pair.a[0].id.cntlid = 10;
    pair.b[0].id.cntlid = 700;
    pair.b[0].traddr = "array-b.example";
    const std::vector<Finding> found = findings_of(connected(pair.observation()), kModelArrays);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_THAT(found[0].config,
                testing::IsSupersetOf({"cntlids = [10, 10]", "cntlids = [700, 700]"}));
}

TEST(ModelArrays, MakesWhatWouldBeBrokenUnknown) {
    // One array with many hosts, or two with a cache each.
    Pair pair(1);
    pair.on_both([](Node& node) { node.id.vwc = 7; });
    pair.a[0].id.cntlid = 10;
    pair.b[0].id.cntlid = 700;
    const Observation host = connected(pair.observation());
    const std::vector<Finding> cache = findings_of(host, "ctrl.vwc.stretch_absent");
    ASSERT_THAT(cache, SizeIs(1));
    EXPECT_EQ(cache[0].verdict, Verdict::unknown);
    EXPECT_THAT(cache[0].fix, HasSubstr("[[site]]"));
    EXPECT_EQ(check(host).verdict, Verdict::unknown);
}

TEST(ModelArrays, IsToldOnceOfSubsystemsThatAreConnectedAlike) {
    Observation host = host_with(10, 700);
    host.controllers.clear();
    for (int number = 1; number < 60; ++number) {
        KernelSubsystem another = host.kernels[0].subsystems[0];
        another.subsysnqn = Attribute::of("nqn.2026-01.io.example:" + std::to_string(number));
        for (KernelController& controller : another.controllers) {
            controller.name += "_" + std::to_string(number);
        }
        another.namespaces.clear();
        host.kernels[0].subsystems.push_back(another);
    }
    const std::vector<Finding> found = findings_of(host, kModelArrays);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].subsystem, "");
    EXPECT_THAT(found[0].what, HasSubstr("of 60 subsystems"));
}

TEST(ModelArrays, SaysNothingOfOneController) {
    Pair pair(1);
    pair.b.clear();
    EXPECT_EQ(state_of(pair.report(), kModelArrays), RuleState::not_applicable);
    EXPECT_EQ(pair.report().model, Model::single);
    EXPECT_THAT(findings_of(connected(pair.observation()), kModelArrays), IsEmpty());
}

} // namespace
} // namespace haoh::test
