// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/accept/deviation.hpp"

#include <haoh/baseline.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Report held(const Pair& now, const Baseline& before) {
    Report report = now.report();
    hold_against(report, now.observation(), before);
    return report;
}

Report held(const Pair& now, const Pair& before) {
    return held(now, baseline_of(before.report()));
}

TEST(Baselines, WhatWasThereBeforeIsKnownAndDoesNotBlock) {
    const Report report = held(with_other_uuid(2), with_other_uuid(2));
    EXPECT_EQ(report.verdict, Verdict::pass);
    EXPECT_EQ(exit_status(report, FailOn::fail, true), 0);
    EXPECT_TRUE(report.findings.front().known);
    EXPECT_EQ(report.count(Verdict::fail), 1U);
    EXPECT_EQ(report.known[static_cast<std::size_t>(Verdict::fail)], 1U);
    ASSERT_TRUE(report.judged.baseline);
    EXPECT_THAT(report.judged.baseline->gone, IsEmpty());
}

TEST(Baselines, WhatIsNewBlocksAndWhatWentAwayIsTold) {
    const Report report = held(with_other_uuid(2), with_other_uuid(3));
    EXPECT_EQ(report.verdict, Verdict::fail);
    EXPECT_FALSE(find(report, "ns.uuid.equal")->known);
    ASSERT_EQ(report.judged.baseline->gone.size(), 1U);
    const GoneFinding& gone = report.judged.baseline->gone.front();
    EXPECT_EQ(gone.rule, "ns.uuid.equal");
    EXPECT_EQ(gone.verdict, Verdict::fail);
    EXPECT_EQ(gone.subsystem, kNqn);
    EXPECT_THAT(gone.nsids, ElementsAre(3U));
    EXPECT_TRUE(gone.looked_for);
}

TEST(Baselines, OfAHealthyPairKnowNothing) {
    const Report report = held(with_other_uuid(2), Pair{});
    EXPECT_EQ(report.verdict, Verdict::fail);
    EXPECT_EQ(report.blocking(Verdict::fail), 1U);
    EXPECT_THAT(report.judged.baseline->gone, IsEmpty());
    EXPECT_EQ(held(Pair{}, Pair{}).verdict, Verdict::pass);
}

TEST(Baselines, ValuesAndWordsMayMove) {
    Pair other = with_other_uuid(2);
    other.on_b(2, [](Path& path) { path.uuid(nvme::Uuid{0xEE, 9, 9, 9, 0, 0, 0x40, 0, 0x80}); });
    Report report = held(other, with_other_uuid(2));
    EXPECT_TRUE(report.findings.front().known);
    Baseline before = baseline_of(with_other_uuid(2).report());
    before.findings.front().what = "said otherwise";
    EXPECT_TRUE(held(other, before).findings.front().known);
}

TEST(Baselines, AnotherSubsystemArrayOrHostIsAnotherFinding) {
    const Baseline before = baseline_of(with_other_uuid(2).report());
    const auto is_known = [&](const std::function<void(BaselineFinding&)>& edit) {
        Baseline other = before;
        edit(other.findings.front());
        return held(with_other_uuid(2), other).findings.front().known;
    };
    EXPECT_TRUE(is_known([](BaselineFinding&) {}));
    EXPECT_FALSE(is_known([](BaselineFinding& one) { one.subsystem = "nqn.other"; }));
    EXPECT_FALSE(is_known([](BaselineFinding& one) { one.host = "alpha"; }));
    EXPECT_FALSE(is_known([](BaselineFinding& one) { one.rule = "ns.nguid.equal"; }));
    EXPECT_FALSE(is_known([](BaselineFinding& one) { one.parties.pop_back(); }));
    EXPECT_FALSE(is_known([](BaselineFinding& one) { one.nsids = {1}; }));
    EXPECT_FALSE(is_known([](BaselineFinding& one) { one.nsids.clear(); }));
    EXPECT_TRUE(is_known([](BaselineFinding& one) { one.nsids = {1, 2}; }));
}

TEST(Baselines, NamesThatAKernelHandsOutAnewAreNoPartOfIt) {
    Finding finding = with_other_uuid(2).report().findings.front();
    finding.values = {{.controller = "nvme0", .array = "array-a", .value = "1", .object = {}},
                      {.controller = {}, .value = "2", .object = "nvme0n1"},
                      {.controller = {}, .value = "3", .object = "/dev/nvme3"},
                      {.controller = {}, .value = "3", .object = "alpha nvme-subsys1"},
                      {.controller = {}, .value = "4", .object = "nvme_core"}};
    Report report;
    report.findings = {finding};
    EXPECT_THAT(baseline_of(report).findings.front().parties,
                ElementsAre("array array-a", "object nvme_core"));
}

TEST(Baselines, WhatGotWorseIsNew) {
    const Pair pair = with_other_uuid(2);
    Baseline before = baseline_of(pair.report());
    before.findings.front().verdict = Verdict::warn;
    EXPECT_EQ(held(pair, before).verdict, Verdict::fail);
    EXPECT_THAT(held(pair, before).judged.baseline->gone, IsEmpty());
    before.findings.front().verdict = Verdict::unknown;
    EXPECT_EQ(held(pair, before).verdict, Verdict::fail) << "nobody knew";
}

TEST(Baselines, WhatIsUnknownIsNotKnown) {
    Pair pair;
    pair.a[0].edit = [](ControllerObservation& one) {
        one.unread = {"Identify Controller: lost"};
        one.identify = Page::of_failure("lost");
    };
    ASSERT_EQ(pair.report().verdict, Verdict::unknown);
    const Report report = held(pair, pair);
    EXPECT_EQ(report.verdict, Verdict::unknown);
    EXPECT_EQ(exit_status(report, FailOn::fail, true), 3);
    EXPECT_THAT(report.judged.baseline->gone, IsEmpty());
}

TEST(Baselines, OfManyNamespacesKnowEachOfThem) {
    const auto damaged = [](std::uint32_t from, std::uint32_t to) {
        Pair pair(1, 12);
        for (std::uint32_t nsid = from; nsid <= to; ++nsid) {
            pair.on_b(nsid, [nsid](Path& path) {
                path.uuid(
                    nvme::Uuid{0xAB, static_cast<std::uint8_t>(nsid), 2, 3, 0, 0, 0x40, 0, 0x80});
            });
        }
        return pair;
    };
    ASSERT_EQ(damaged(1, 8).report().findings.front().nsids.size(), 8U) << "folded";
    EXPECT_EQ(held(damaged(1, 8), damaged(1, 8)).verdict, Verdict::pass);
    EXPECT_EQ(held(damaged(1, 8), damaged(1, 9)).verdict, Verdict::pass);
    EXPECT_EQ(held(damaged(1, 9), damaged(1, 8)).verdict, Verdict::fail) << "NSID 9 is new";
    EXPECT_EQ(held(damaged(2, 4), damaged(1, 8)).verdict, Verdict::pass) << "unfolded now";
    const Report fewer = held(damaged(2, 4), damaged(1, 8));
    ASSERT_EQ(fewer.judged.baseline->gone.size(), 1U);
    EXPECT_THAT(fewer.judged.baseline->gone.front().nsids, ElementsAre(1U, 5U, 6U, 7U, 8U));
}

TEST(Baselines, WhatOnlyAWaiverCoveredIsNotKnownByThem) {
    const Pair pair = with_other_uuid(2);
    Report waived = pair.report();
    waive(waived, pair.observation(), these({waiver_of("ns.uuid.equal")}), kThisDay);
    ASSERT_EQ(waived.verdict, Verdict::pass);
    const Report report = held(pair, baseline_of(waived));
    EXPECT_EQ(report.verdict, Verdict::fail);
    EXPECT_THAT(report.judged.baseline->gone, IsEmpty()) << "it is there";
    EXPECT_EQ(held(Pair{}, baseline_of(waived)).judged.baseline->gone.size(), 1U);
}

TEST(Baselines, AWaiverWinsWhicheverComesFirst) {
    const Pair pair = with_other_uuid(2);
    Report report = held(pair, pair);
    waive(report, pair.observation(), these({waiver_of("ns.uuid.equal")}), kThisDay);
    EXPECT_TRUE(report.findings.front().waived);
    EXPECT_FALSE(report.findings.front().known);
    EXPECT_EQ(report.blocking(Verdict::fail), 0U);
    hold_against(report, pair.observation(), baseline_of(pair.report()));
    EXPECT_FALSE(report.findings.front().known);
    EXPECT_EQ(report.verdict, Verdict::pass);
}

TEST(Baselines, AnExpiredWaiverIsNeverKnown) {
    const Waiver waiver = waiver_of("ns.uuid.equal");
    Report report;
    report = Pair{}.report();
    waive(report, Pair{}.observation(), these({waiver}), waiver.expires + std::chrono::days{1});
    const Baseline before = baseline_of(report);
    hold_against(report, Pair{}.observation(), before);
    EXPECT_FALSE(find(report, "waiver.expired")->known);
    EXPECT_EQ(exit_status(report, FailOn::warn, true), 1);
    EXPECT_THAT(held(Pair{}, before).judged.baseline->gone, IsEmpty());
}

TEST(Baselines, WhatCouldNotBeLookedForIsToldAsThat) {
    const Baseline before = baseline_of(with_other_uuid(3).report());
    const auto looked_for = [&](const Pair& now) {
        return held(now, before).judged.baseline->gone.front().looked_for;
    };
    EXPECT_TRUE(looked_for(Pair{}));
    Pair left_out;
    left_out.options.rules = {"!ns.uuid.*"};
    EXPECT_FALSE(looked_for(left_out));
    Pair unseen;
    unseen.unobserved.emplace_back();
    EXPECT_FALSE(looked_for(unseen));
    Pair elsewhere;
    elsewhere.on_both([](Node& node) { node.nqn("nqn.2020-01.com.example:other"); });
    EXPECT_FALSE(looked_for(elsewhere));
}

} // namespace
} // namespace haoh::test
