// SPDX-License-Identifier: LGPL-2.1-or-later
// What became of a rule in each subsystem: held in one, broken in another.
#include "unit/catalogue/linux_host.hpp"
#include "unit/catalogue/pair.hpp"

#include "judge/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace haoh::test {
namespace {

using testing::Each;
using testing::ElementsAre;

const std::string kOther = "nqn.2014-08.org.nvmexpress:uuid:0a1b2c3d-0000-4000-8000-000000000002";

/// A pair, and another one beside it that shows other volumes.
class TwoSubsystems {
  public:
    TwoSubsystems() {
        second.on_both([](Node& node) {
            node.nqn(kOther);
            node.name += " of another";
            std::ranges::copy(std::string_view("OTHER"), node.id.sn.begin());
            for (Path& path : node.paths) {
                path.uuid(nvme::Uuid{0x77, static_cast<std::uint8_t>(path.nsid)});
                path.nguid(nvme::Nguid{0x77, static_cast<std::uint8_t>(path.nsid)});
                path.eui64(nvme::Eui64{0x77, static_cast<std::uint8_t>(path.nsid)});
            }
        });
    }

    [[nodiscard]] Report report() const {
        return check(merge({first.observation(), second.observation()}));
    }

    Pair first{1, 4};
    Pair second{1, 4};
};

RuleResult result_of(const Report& report, std::string_view rule) {
    const auto found = std::ranges::find(report.rules, rule, &RuleResult::rule);
    EXPECT_NE(found, report.rules.end()) << rule;
    return *found;
}

TEST(RuleInSubsystem, HoldsInOneAndIsBrokenInAnother) {
    TwoSubsystems two;
    const Report healthy = two.report();
    EXPECT_THAT(healthy.subsystems, ElementsAre(kNqn, kOther));
    EXPECT_THAT(result_of(healthy, "ns.uuid.equal").in_subsystem, Each(RuleState::held));
    two.second.on_b(2, [](Path& path) { path.uuid(nvme::Uuid{0x99}); });
    const Report report = two.report();
    const RuleResult broken = result_of(report, "ns.uuid.equal");
    EXPECT_EQ(broken.state, RuleState::broken);
    EXPECT_THAT(broken.in_subsystem, ElementsAre(RuleState::held, RuleState::broken));
    EXPECT_EQ(broken.elsewhere, RuleState::not_applicable);
}

TEST(RuleInSubsystem, IsUnknownWhereItCouldNotBeJudged) {
    TwoSubsystems two;
    two.first.b[0].path(2).edit = [](NamespaceObservation& seen) {
        seen.descriptors = Page::of_failure("timed out");
    };
    const RuleResult rule = result_of(two.report(), "ns.uuid.equal");
    EXPECT_EQ(rule.state, RuleState::unknown);
    EXPECT_THAT(rule.in_subsystem, ElementsAre(RuleState::unknown, RuleState::held));
}

TEST(RuleInSubsystem, IsTheStateOfTheWorst) {
    TwoSubsystems two;
    two.first.on_b(2, [](Path& path) { path.uuid(nvme::Uuid{0x99}); });
    Pair pair;
    pair.on_b(1, [](Path& path) { path.block_size(12); });
    for (const Report& report :
         {two.report(), pair.report(), Pair().report(), check(connected(Pair().observation()))}) {
        ASSERT_FALSE(report.rules.empty());
        for (const RuleResult& one : report.rules) {
            ASSERT_EQ(one.in_subsystem.size(), report.subsystems.size()) << one.rule;
            RuleState worst = one.elsewhere;
            for (const RuleState state : one.in_subsystem) {
                worst = std::max(worst, state);
            }
            EXPECT_EQ(worst, one.state) << one.rule;
        }
    }
}

TEST(RuleInSubsystem, IsBrokenWhereItsFindingsAre) {
    TwoSubsystems two;
    two.second.on_b(2, [](Path& path) { path.uuid(nvme::Uuid{0x99}); });
    two.first.on_b([](Node& node) { node.id.sn[0] = 'Z'; });
    const Report report = two.report();
    ASSERT_FALSE(report.findings.empty());
    for (const RuleResult& one : report.rules) {
        for (std::size_t index = 0; index < report.subsystems.size(); ++index) {
            const bool found = std::ranges::any_of(report.findings, [&](const Finding& finding) {
                return finding.rule == one.rule && finding.verdict != Verdict::unknown &&
                       finding.subsystem == report.subsystems[index];
            });
            EXPECT_EQ(one.in_subsystem[index] == RuleState::broken, found)
                << one.rule << " " << report.subsystems[index];
        }
    }
}

TEST(RuleInSubsystem, OfWhatIsOfNoneIsElsewhere) {
    const RuleResult host = result_of(check(connected(Pair().observation())), "host.ctrl.live");
    EXPECT_EQ(host.elsewhere, host.state);
    const Report report = Pair().with_discovery().report();
    const RuleResult logs = result_of(report, "disc.header.recfmt");
    EXPECT_EQ(logs.state, RuleState::held);
    EXPECT_EQ(logs.elsewhere, RuleState::held);
    EXPECT_THAT(logs.in_subsystem, Each(RuleState::not_applicable));
}

TEST(RuleInSubsystem, PromisesNothingBesideAFindingThatNamesOne) {
    // Two subsystems with one serial number: judged over all of them, told of one.
    TwoSubsystems two;
    const char* const rule = "ctrl.sn.not_shared_by_nqns";
    EXPECT_EQ(result_of(two.report(), rule).elsewhere, RuleState::held);
    two.second.on_both([&](Node& node) { node.id.sn = two.first.a[0].id.sn; });
    const RuleResult broken = result_of(two.report(), rule);
    EXPECT_EQ(broken.state, RuleState::broken);
    EXPECT_EQ(broken.elsewhere, RuleState::not_applicable);
    EXPECT_THAT(broken.in_subsystem, ElementsAre(RuleState::broken, RuleState::not_applicable));
}

TEST(RuleInSubsystem, FollowsWhatIsWithdrawn) {
    TwoSubsystems two;
    two.first.on_b(2, [](Path& path) { path.uuid(nvme::Uuid{0x99}); });
    two.second.on_b(2, [](Path& path) { path.uuid(nvme::Uuid{0x99}); });
    Report report = two.report();
    ASSERT_THAT(result_of(report, "ns.uuid.equal").in_subsystem, Each(RuleState::broken));
    judge::withdraw(report, [](const Finding& finding) { return finding.subsystem == kOther; });
    EXPECT_EQ(result_of(report, "ns.uuid.equal").state, RuleState::broken);
    EXPECT_THAT(result_of(report, "ns.uuid.equal").in_subsystem,
                ElementsAre(RuleState::broken, RuleState::unknown));
    judge::withdraw(report, [](const Finding&) { return true; });
    EXPECT_EQ(result_of(report, "ns.uuid.equal").state, RuleState::unknown);
    EXPECT_THAT(result_of(report, "ns.uuid.equal").in_subsystem, Each(RuleState::unknown));
}

} // namespace
} // namespace haoh::test
