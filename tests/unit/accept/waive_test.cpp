// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/accept/deviation.hpp"

#include <haoh/config.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::chrono::days kDayAfter{1};

Report waived(const Pair& pair, std::vector<Waiver> all, Day day = kThisDay) {
    Report report = pair.report();
    waive(report, pair.observation(), these(std::move(all)), day);
    return report;
}

TEST(Waive, AFailureThatIsWaivedIsToldAndDoesNotBlock) {
    const Pair pair = with_other_uuid(2);
    ASSERT_EQ(pair.report().verdict, Verdict::fail);
    const Report report = waived(pair, {waiver_of("ns.uuid.equal")});
    EXPECT_EQ(report.verdict, Verdict::pass);
    EXPECT_EQ(exit_status(report, FailOn::fail, true), 0);
    EXPECT_THAT(lines(report), ElementsAre("FAIL ns.uuid.equal 2"));
    EXPECT_EQ(report.count(Verdict::fail), 1U);
    EXPECT_EQ(report.blocking(Verdict::fail), 0U);
    EXPECT_EQ(state_of(report, "ns.uuid.equal"), RuleState::broken);
    const Finding& finding = report.findings.front();
    ASSERT_TRUE(finding.waived);
    EXPECT_EQ(finding.waived->reason, "fixed in 4.2");
    EXPECT_EQ(finding.waived->owner, "storage team");
    EXPECT_EQ(finding.waived->expires, "2026-12-31");
    EXPECT_EQ(finding.waived->where, "waivers.toml:1");
    ASSERT_TRUE(report.judged.waivers);
    EXPECT_EQ(*report.judged.waivers,
              (JudgedWaivers{.file = "waivers.toml", .day = "2026-12-01", .used = 1}));
}

TEST(Waive, NothingElseIsWaived) {
    Pair pair = with_other_uuid(2);
    pair.on_b(3, [](Path& path) { path.uuid(nvme::Uuid{0xCD, 1, 2, 3, 0, 0, 0x40, 0, 0x80}); });
    Waiver waiver = waiver_of("ns.uuid.equal");
    waiver.nsids = {2};
    const Report report = waived(pair, {waiver});
    EXPECT_EQ(report.verdict, Verdict::fail);
    EXPECT_EQ(report.count(Verdict::fail), 2U);
    EXPECT_EQ(report.blocking(Verdict::fail), 1U);
    EXPECT_EQ(exit_status(report, FailOn::fail, true), 1);
}

TEST(Waive, AWaiverHoldsThroughItsLastDayAndNotBeyond) {
    const Pair pair = with_other_uuid(2);
    const Waiver waiver = waiver_of("ns.uuid.equal");
    EXPECT_EQ(waived(pair, {waiver}, waiver.expires).verdict, Verdict::pass);
    const Report after = waived(pair, {waiver}, waiver.expires + kDayAfter);
    EXPECT_EQ(after.verdict, Verdict::fail);
    EXPECT_THAT(lines(after), ElementsAre("FAIL ns.uuid.equal 2", "WARN waiver.expired"));
    const Finding& expired = *find(after, "waiver.expired");
    EXPECT_THAT(expired.what, AllOf(HasSubstr("ns.uuid.equal"), HasSubstr("storage team"),
                                    HasSubstr("2026-12-31")));
    ASSERT_EQ(expired.values.size(), 1U);
    EXPECT_EQ(expired.values.front().object, "waivers.toml:1");
    EXPECT_THAT(expired.values.front().value, HasSubstr("fixed in 4.2"));
    EXPECT_EQ(state_of(after, "waiver.expired"), RuleState::broken);
    EXPECT_EQ(state_of(waived(pair, {waiver}), "waiver.expired"), RuleState::held);
    EXPECT_EQ(after.judged.waivers->expired, 1U);
}

TEST(Waive, AnExpiredWaiverWarnsThoughWhatItWasForIsGone) {
    const Waiver waiver = waiver_of("ns.uuid.equal");
    const Report report = waived(Pair{}, {waiver}, waiver.expires + kDayAfter);
    EXPECT_EQ(report.verdict, Verdict::warn);
    EXPECT_EQ(exit_status(report, FailOn::fail, true), 0);
    EXPECT_EQ(exit_status(report, FailOn::warn, true), 1);
    EXPECT_THAT(lines(report), ElementsAre("WARN waiver.expired"));
}

TEST(Waive, AWaiverThatCoversNothingIsANote) {
    const Report report = waived(Pair{}, {waiver_of("ns.uuid.equal")});
    EXPECT_THAT(lines(report), ElementsAre("NOTE waiver.unused"));
    EXPECT_EQ(report.verdict, Verdict::pass);
    EXPECT_EQ(state_of(report, "waiver.unused"), RuleState::broken);
    EXPECT_EQ(report.judged.waivers->unused, 1U);
    EXPECT_EQ(state_of(waived(with_other_uuid(2), {waiver_of("ns.uuid.equal")}), "waiver.unused"),
              RuleState::held);
}

TEST(Waive, AWaiverOfWhatWasNotLookedAtIsNotUnused) {
    Waiver elsewhere = waiver_of("ns.uuid.equal");
    elsewhere.subsystems = {"nqn.2020-01.com.example:other"};
    const Report report = waived(Pair{}, {elsewhere});
    EXPECT_THAT(lines(report), IsEmpty());
    EXPECT_EQ(report.judged.waivers->not_judged, 1U);
    EXPECT_EQ(state_of(report, "waiver.unused"), RuleState::not_applicable);
    EXPECT_EQ(report.verdict, Verdict::pass);
}

TEST(Waive, TwoThatCoverOneFindingAreBothUsedAndTheFirstIsTold) {
    Waiver second = waiver_of("ns.uuid.equal");
    second.where = "waivers.toml:9";
    const Report report = waived(with_other_uuid(2), {waiver_of("ns.uuid.equal"), second});
    EXPECT_THAT(lines(report), ElementsAre("FAIL ns.uuid.equal 2"));
    EXPECT_EQ(report.judged.waivers->used, 2U);
    EXPECT_EQ(report.findings.front().waived->where, "waivers.toml:1");
    second.expires = kThisDay - kDayAfter;
    const Report one = waived(with_other_uuid(2), {second, waiver_of("ns.uuid.equal")});
    EXPECT_EQ(find(one, "ns.uuid.equal")->waived->where, "waivers.toml:1") << "the other is over";
}

TEST(Waive, AWarningAndANoteAreWaivedAlike) {
    Pair pair;
    pair.on_b([](Node& node) { node.id.fr = ascii<8>("9.9"); });
    const Report before = pair.report();
    ASSERT_EQ(before.findings.size(), 1U);
    ASSERT_NE(before.findings.front().verdict, Verdict::fail);
    const Report report = waived(pair, {waiver_of(before.findings.front().rule)});
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_TRUE(report.findings.front().waived);
    EXPECT_EQ(report.verdict, Verdict::pass);
}

TEST(Waive, WhatIsUnknownIsNeverWaived) {
    Pair pair;
    pair.a[0].edit = [](ControllerObservation& one) {
        one.unread = {"Identify Controller: lost"};
        one.identify = Page::of_failure("lost");
    };
    const Report before = pair.report();
    ASSERT_EQ(before.verdict, Verdict::unknown);
    ASSERT_FALSE(before.findings.empty());
    const Report report = waived(pair, {waiver_of("*"), waiver_of(before.findings.front().rule)});
    EXPECT_EQ(report.verdict, Verdict::unknown);
    EXPECT_EQ(exit_status(report, FailOn::fail, true), 3);
    for (const Finding& finding : report.findings) {
        EXPECT_FALSE(finding.verdict == Verdict::unknown && finding.waived) << finding.rule;
    }
    EXPECT_EQ(report.judged.waivers->unused, 0U) << "not all was seen";
}

TEST(Waive, AWaiverMayNameANamespaceByItsIdentifier) {
    const Pair pair = with_other_uuid(2);
    Waiver waiver = waiver_of("ns.uuid.equal");
    for (const std::uint32_t nsid : {1U, 2U}) {
        const auto ids = pair.observation().controllers.front().find_namespace(nsid)->ids();
        waiver.namespaces = {nvme::format_nguid(*ids.nguid)};
        EXPECT_EQ(waived(pair, {waiver}).verdict, nsid == 2 ? Verdict::pass : Verdict::fail);
    }
}

TEST(Waive, AGlobWaivesNoCorruption) {
    const Report report = waived(with_other_uuid(2), {waiver_of("*")});
    EXPECT_EQ(report.verdict, Verdict::fail);
    EXPECT_FALSE(find(report, "ns.uuid.equal")->waived);
    const Report serial = waived(with_other_serial(), {waiver_of("*")});
    EXPECT_TRUE(find(serial, "ctrl.sn.equal")->waived);
    EXPECT_EQ(with_other_serial().report().verdict, Verdict::warn);
    EXPECT_EQ(serial.verdict, Verdict::pass);
}

TEST(Waive, OnceMoreIsTheSame) {
    const Pair pair = with_other_uuid(2);
    std::vector<Waiver> all{waiver_of("ns.uuid.equal"), waiver_of("ns.nguid.equal"),
                            waiver_of("ctrl.sn.equal")};
    all[2].expires = kThisDay - kDayAfter;
    Report report = waived(pair, all);
    const Report once = report;
    waive(report, pair.observation(), these(all), kThisDay);
    EXPECT_EQ(lines(report), lines(once));
    EXPECT_EQ(report.counts, once.counts);
    EXPECT_EQ(report.judged, once.judged);
    waive(report, pair.observation(), these({}), kThisDay);
    EXPECT_EQ(lines(report), lines(pair.report()));
    EXPECT_EQ(report.verdict, Verdict::fail);
}

TEST(Waive, RulesThatWereNotAskedForTellNothing) {
    Pair pair = with_other_uuid(2);
    pair.options.rules = {"ns.*"};
    Waiver over = waiver_of("ns.nguid.equal");
    over.expires = kThisDay - kDayAfter;
    const Report report = waived(pair, {over, waiver_of("ns.eui64.equal")});
    EXPECT_THAT(lines(report), ElementsAre("FAIL ns.uuid.equal 2"));
    EXPECT_EQ(report.judged.waivers->expired, 1U);
    EXPECT_EQ(report.judged.waivers->unused, 1U);
}

TEST(Waive, WordsOfAFileAreSafeToPrint) {
    Waiver waiver = waiver_of("ns.uuid.equal");
    waiver.owner = "me\x1b[31m";
    waiver.reason = "be\acause";
    const Report report = waived(Pair{}, {waiver});
    const Finding& unused = *find(report, "waiver.unused");
    EXPECT_THAT(unused.what, HasSubstr("me\\x1b[31m"));
    EXPECT_THAT(unused.values.front().value, HasSubstr("be\\x07cause"));
}

} // namespace
} // namespace haoh::test
