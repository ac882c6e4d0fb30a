// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/report_view.hpp"

#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::report {
namespace {

using test::add;
using test::healthy_pair;
using test::Sample;

TEST(ReportView, SaysThatAHealthyReportIsHealthy) {
    const ReportView view = view_of(healthy_pair().report);
    EXPECT_EQ(view.verdict, Verdict::pass);
    EXPECT_TRUE(view.groups.empty());
    EXPECT_EQ(view.tally, "All 118 rules hold.");
}

TEST(ReportView, PutsTheWorstFirstWhateverTheOrderOfTheReport) {
    Sample sample = healthy_pair();
    add(sample.report, test::firmware_note(sample));
    add(sample.report, test::serial_finding(sample));
    add(sample.report, test::uuid_finding(sample, 2));
    const ReportView view = view_of(sample.report);
    ASSERT_EQ(view.groups.size(), 3U);
    EXPECT_EQ(view.groups[0].rule, "ns.uuid.equal");
    EXPECT_EQ(view.groups[1].rule, "ctrl.sn.equal");
    EXPECT_EQ(view.groups[2].rule, "ctrl.fr.domain");
    EXPECT_EQ(view.tally, "2 rules fail, 1 note, 115 rules hold.");
    EXPECT_EQ(view.summary, "Data can be corrupted. Do not let a host connect.");
}

TEST(ReportView, JoinsControllersOfOneArrayThatSayTheSame) {
    Sample sample = healthy_pair();
    Finding finding = test::serial_finding(sample);
    finding.values[3].value = "SN0003";
    add(sample.report, finding);
    const ReportView view = view_of(sample.report);
    const std::vector<ValueGroup>& values = view.groups[0].items[0].values;
    ASSERT_EQ(values.size(), 3U);
    EXPECT_EQ(values[0].array, "array-a");
    EXPECT_EQ(values[0].controllers.size(), 2U);
    EXPECT_EQ(values[1].value, "SN0002");
    EXPECT_EQ(values[1].controllers.size(), 1U);
    EXPECT_EQ(values[2].value, "SN0003");
}

TEST(ReportView, FoldsFindingsThatDifferOnlyInTheirNamespace) {
    Sample sample = healthy_pair(4);
    Finding finding = test::uuid_finding(sample, 3);
    add(sample.report, finding);
    finding.nsid = 1;
    add(sample.report, finding);
    add(sample.report, test::uuid_finding(sample, 2)); // other values
    const ReportView view = view_of(sample.report);
    ASSERT_EQ(view.groups.size(), 1U);
    ASSERT_EQ(view.groups[0].items.size(), 2U);
    EXPECT_EQ(view.groups[0].items[0].nsids, (std::vector<std::uint32_t>{1, 3}));
    EXPECT_EQ(view.groups[0].items[1].nsids, (std::vector<std::uint32_t>{2}));
    EXPECT_EQ(view.groups[0].findings(), 3U);
    EXPECT_EQ(view.tally, "1 rule fails (3 findings), 117 rules hold.");
}

TEST(ReportView, KeepsAFindingAboutSeveralNamespacesOneFinding) {
    Sample sample = healthy_pair(4);
    Finding finding = test::uuid_finding(sample, 2);
    finding.nsids = {2, 3, 4};
    add(sample.report, finding);
    add(sample.report, finding);
    const ReportView view = view_of(sample.report);
    ASSERT_EQ(view.groups[0].items.size(), 2U);
    EXPECT_TRUE(view.groups[0].items[0].about_all);
    EXPECT_EQ(view.groups[0].findings(), 2U);
}

TEST(ReportView, DoesNotFoldWhatIsAboutDifferentSubsystems) {
    Sample sample = healthy_pair();
    Finding finding = test::serial_finding(sample);
    add(sample.report, finding);
    finding.subsystem = "nqn.2026-01.com.example:other";
    add(sample.report, finding);
    EXPECT_EQ(view_of(sample.report).groups.size(), 2U);
}

TEST(ReportView, NamesTheGravestConsequence) {
    Sample sample = healthy_pair();
    add(sample.report, test::serial_finding(sample));
    EXPECT_EQ(
        view_of(sample.report).summary,
        "What the controllers say does not fit together. Repair this before a host connects.");
    Finding lost = test::serial_finding(sample);
    lost.severity = Severity::loss;
    add(sample.report, lost);
    EXPECT_EQ(view_of(sample.report).summary,
              "Hosts can lose access to data. Repair this before a host connects.");
    // A note is no reason for alarm, whatever its severity.
    Sample noted = healthy_pair();
    Finding note = test::firmware_note(noted);
    note.severity = Severity::corruption;
    add(noted.report, note);
    EXPECT_EQ(view_of(noted.report).verdict, Verdict::pass);
    EXPECT_EQ(view_of(noted.report).tally, "1 note, 117 rules hold.");
}

TEST(ReportView, DoesNotPraiseWhatWasNotJudgedOrNotSeen) {
    Sample sample = healthy_pair();
    sample.report.rules_evaluated = 1;
    sample.report.counts[0] = 1;
    EXPECT_EQ(view_of(sample.report).summary, "Every rule that was judged holds.");
    add(sample, test::refused_target());
    EXPECT_EQ(view_of(sample.report).summary,
              "No rule fails, but not everything could be observed. Do not rely on it.");
    sample.report.attributions = {};
    EXPECT_EQ(view_of(sample.report).summary,
              "Nothing could be observed, so nothing can be promised.");
}

TEST(ReportView, PraisesOnlyWhenEveryRuleWasJudged) {
    Sample sample = healthy_pair();
    sample.report.rules_evaluated = rules().size();
    sample.report.counts[0] = rules().size();
    EXPECT_EQ(view_of(sample.report).summary,
              "Every rule that applies holds: hosts are told one consistent story.");
    sample.report.attributions = Attributions({sample.report.attributions[0]});
    EXPECT_EQ(view_of(sample.report).summary,
              "No rule fails, but with one controller there was nothing to compare.");
}

TEST(ReportView, CountsRulesByWhatBecameOfThem) {
    Sample sample = healthy_pair();
    const auto tally = [&sample](std::size_t held, std::size_t unknown, std::size_t elsewhere) {
        sample.report.rules.clear();
        sample.report.rules.resize(held, {.rule = "r", .state = RuleState::held});
        sample.report.rules.resize(held + unknown, {.rule = "r", .state = RuleState::unknown});
        sample.report.rules.resize(held + unknown + elsewhere,
                                   {.rule = "r", .state = RuleState::not_applicable});
        return view_of(sample.report).tally;
    };
    EXPECT_EQ(tally(167, 0, 43), "All 167 rules that apply hold, 43 do not apply.");
    EXPECT_EQ(tally(2, 0, 1), "All 2 rules that apply hold, 1 does not apply.");
    EXPECT_EQ(tally(1, 0, 0), "1 rule holds.");
    EXPECT_EQ(tally(5, 2, 3), "5 rules hold, 2 could not be judged, 3 do not apply.");
    EXPECT_EQ(tally(0, 0, 22), "22 rules do not apply.");
    EXPECT_EQ(tally(0, 0, 1), "1 rule does not apply.");
}

TEST(ReportView, DoesNotSayThatEveryRuleHoldsWhereOneIsUnknown) {
    Sample sample = healthy_pair();
    sample.report.rules_evaluated = rules().size();
    sample.report.rules[0].state = RuleState::unknown;
    EXPECT_EQ(view_of(sample.report).summary, "No rule fails, but not every rule could be judged.");
}

TEST(ReportView, DoesNotBoastOfRulesThatHadNothingToJudge) {
    Sample sample = healthy_pair();
    sample.report.verdict = Verdict::unknown;
    sample.report.rules = {{.rule = "host.ctrl.live", .state = RuleState::not_applicable}};
    EXPECT_EQ(view_of(sample.report).summary, "No rule had anything to judge.");
    sample.report.rules.push_back({.rule = "ctrl.sn.equal", .state = RuleState::unknown});
    EXPECT_EQ(view_of(sample.report).summary, "No rule fails, but not every rule could be judged.");
}

TEST(ReportView, KnowsWhatAFindingAlreadyTells) {
    Sample sample = healthy_pair();
    add(sample, test::refused_target());
    EXPECT_EQ(view_of(sample.report).untold.size(), 1U);
    EXPECT_EQ(view_of(sample.report).tally,
              "1 object not observed, all 118 rules hold for the rest.");
    Finding told = test::serial_finding(sample);
    told.rule = "snap.verdict_unknown";
    told.verdict = Verdict::unknown;
    told.what = "tcp://10.2.0.1:4420 was not observed: " + test::refused_target().error;
    told.unobserved = 0;
    told.values.clear();
    add(sample.report, told);
    EXPECT_TRUE(view_of(sample.report).untold.empty());
    // Which one it is goes by its place and not by its text: another that failed alike is not told.
    Sample twice = sample;
    add(twice, test::refused_target());
    EXPECT_EQ(view_of(twice.report).untold, std::vector<std::size_t>{1});
    EXPECT_EQ(view_of(sample.report).tally,
              "1 object not observed, 117 rules hold for the rest, 1 could not be judged.");
}

TEST(ReportView, TellsWhatWasNotObservedWithItsCause) {
    Sample sample = healthy_pair();
    add(sample, test::refused_target());
    Finding cause = test::serial_finding(sample);
    cause.rule = "host.ctrl.live";
    cause.verdict = Verdict::warn;
    cause.explains = {0};
    add(sample.report, cause);
    const ReportView view = view_of(sample.report);
    EXPECT_TRUE(view.untold.empty());
    EXPECT_THAT(view.tally, testing::HasSubstr("1 rule warns, 1 object not observed"));
}

TEST(ReportView, CountsWhatIsUnknownAsWhatItIs) {
    Sample sample = healthy_pair();
    Finding open = test::serial_finding(sample);
    open.rule = "model.arrays";
    open.verdict = Verdict::unknown;
    add(sample.report, open);
    EXPECT_EQ(view_of(sample.report).tally,
              "1 finding unknown, 117 rules hold, 1 could not be judged.");
    // One target, asked for two subsystems.
    add(sample, test::refused_target());
    add(sample, test::refused_target());
    sample.report.unobserved.back().subsysnqn += "2";
    EXPECT_EQ(view_of(sample.report).tally, "1 object not observed, 1 finding unknown, 117 rules "
                                            "hold for the rest, 1 could not be judged.");
}

TEST(ReportView, MakesEveryTextSafe) {
    Sample sample = healthy_pair();
    Finding finding = test::serial_finding(sample);
    finding.what = "a\x1b[2J";
    finding.values[0].value = "\xff";
    finding.values[0].controller = "c\n";
    add(sample.report, finding);
    test::set_array(sample.report, 0, "\t");
    const ReportView view = view_of(sample.report);
    EXPECT_EQ(view.groups[0].items[0].what, "a\\x1b[2J");
    EXPECT_EQ(view.groups[0].items[0].values[0].value, "\\xff");
    EXPECT_EQ(view.groups[0].items[0].values[0].controllers[0], "c\\x0a");
    EXPECT_THAT(to_json(sample.report), testing::HasSubstr(R"("site": "\\x09")"));
}

TEST(ReportView, FoldsOnlyWhatReadsAlike) {
    const auto items = [](const FindingValue& first, const FindingValue& second) {
        Sample sample = test::healthy_pair();
        for (const FindingValue& value : {first, second}) {
            Finding finding = test::uuid_finding(sample, sample.report.findings.empty() ? 1 : 2);
            finding.values = {value};
            sample.report.findings.push_back(finding);
        }
        return view_of(sample.report).groups.at(0).items.size();
    };
    const FindingValue value{.controller = "nvme0", .array = "array-a", .value = "x"};
    EXPECT_EQ(items(value, value), 1U);
    for (std::string FindingValue::*part :
         {&FindingValue::controller, &FindingValue::array, &FindingValue::value}) {
        FindingValue other = value;
        other.*part += "1";
        EXPECT_EQ(items(value, other), 2U);
    }
    EXPECT_EQ(items({.controller = "ab", .array = "c", .value = ""},
                    {.controller = "a", .array = "bc", .value = ""}),
              2U);
}

} // namespace
} // namespace haoh::report
