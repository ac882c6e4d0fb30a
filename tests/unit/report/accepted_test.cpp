// SPDX-License-Identifier: LGPL-2.1-or-later
// What is waived, known and gone, in text and JSON.
#include "sample.hpp"
#include "support/json_schema.hpp"

#include "report/check/report_view.hpp"

#include <haoh/report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace haoh {
namespace {

using nlohmann::json;
using test::add;
using test::healthy_pair;
using test::Sample;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::size_t& of(std::array<std::size_t, 5>& counts, Verdict verdict) {
    return counts[static_cast<std::size_t>(verdict)];
}

const Waived kWaiver{.reason = "fixed in 4.2",
                     .owner = "storage team",
                     .expires = "2027-01-31",
                     .where = "waivers.toml:3"};

/// A finding that is accepted, as `waive` and `hold_against` leave it.
void add_waived(Sample& sample, Finding finding) {
    const Verdict before = sample.report.verdict;
    ++of(sample.report.waived, finding.verdict);
    finding.waived = kWaiver;
    add(sample.report, std::move(finding));
    sample.report.verdict = before;
    sample.report.judged.version = "1.0";
    sample.report.judged.waivers =
        JudgedWaivers{.file = "waivers.toml", .day = "2026-12-01", .used = 1};
}

void add_known(Sample& sample, Finding finding) {
    const Verdict before = sample.report.verdict;
    ++of(sample.report.known, finding.verdict);
    finding.known = true;
    add(sample.report, std::move(finding));
    sample.report.verdict = before;
    sample.report.judged.version = "1.0";
    sample.report.judged.baseline =
        JudgedBaseline{.file = "before.json", .observed_at = "2026-11-01T00:00:00Z"};
}

std::string accepted_text(const Sample& sample, bool verbose = false) {
    return to_text(sample.report, sample.observation, {.verbose = verbose});
}

json valid_json(const Sample& sample) {
    const std::string text = to_json(sample.report);
    EXPECT_EQ(test::schema_violations("report-1", text), "");
    EXPECT_EQ(test::undocumented_keys("report-1", text), "");
    return json::parse(text);
}

TEST(AcceptedText, OfAWaivedFailureSaysWhoAnswersForItAndThatDataIsAtStake) {
    Sample sample = healthy_pair();
    add_waived(sample, test::uuid_finding(sample, 2));
    const std::string text = accepted_text(sample);
    EXPECT_THAT(text, AllOf(StartsWith("PASS  No rule fails but for what is waived. What is waived "
                                       "can corrupt data.\n"
                                       "      1 finding waived, 117 rules hold.\n"),
                            HasSubstr("WAIVED  ns.uuid.equal  (FAIL, data corruption)\n"
                                      "  NSID 2: UUID differs between array-a and array-b\n"
                                      "  Data can be corrupted as long as this is so.\n"
                                      "  Reason: fixed in 4.2\n"
                                      "  Waived by: storage team, until 2027-01-31 "
                                      "(waivers.toml:3)\n"),
                            HasSubstr("waivers.toml as of 2026-12-01 (1 used)"),
                            Not(HasSubstr("\nFAIL"))));
    Sample serial = healthy_pair();
    add_waived(serial, test::serial_finding(serial));
    EXPECT_THAT(accepted_text(serial), Not(HasSubstr("corrupt")));
}

TEST(AcceptedText, OfAnotherFailureIsOfThatOneAndWarnsOfTheWaivedOneToo) {
    Sample sample = healthy_pair();
    add_waived(sample, test::uuid_finding(sample, 2));
    add(sample.report, test::serial_finding(sample));
    EXPECT_THAT(accepted_text(sample),
                AllOf(StartsWith("FAIL  What the controllers say does not fit together."),
                      HasSubstr("What is waived can corrupt"),
                      HasSubstr("1 rule fails, 1 finding waived"), HasSubstr("FAIL  ctrl.sn.equal"),
                      HasSubstr("WAIVED  ns.uuid.equal")));
}

TEST(AcceptedText, OfWhatIsKnownAndGone) {
    Sample sample = healthy_pair();
    add_known(sample, test::serial_finding(sample));
    sample.report.judged.baseline->gone = {{.rule = "ns.nsze.equal",
                                            .verdict = Verdict::fail,
                                            .subsystem = test::kSampleNqn,
                                            .host = {},
                                            .nsids = {2, 3, 4},
                                            .what = "size differs",
                                            .looked_for = true},
                                           {.rule = "host.path.missing",
                                            .verdict = Verdict::warn,
                                            .subsystem = test::kSampleNqn,
                                            .host = "alpha",
                                            .nsids = {},
                                            .what = "no path",
                                            .looked_for = false}};
    EXPECT_THAT(accepted_text(sample),
                AllOf(StartsWith("PASS  No rule fails but for what is known.\n"
                                 "      1 finding known, 117 rules hold.\n"),
                      HasSubstr("KNOWN  ctrl.sn.equal  (FAIL, degraded"),
                      HasSubstr("GONE  ns.nsze.equal: NSID 2-4: size differs\n"),
                      HasSubstr("NOT LOOKED FOR  host.path.missing: no path\n"),
                      HasSubstr("the baseline before.json of 2026-11-01T00:00:00Z")));
    const json out = valid_json(sample);
    EXPECT_EQ(out["findings"][0]["known"], true);
    EXPECT_EQ(out["known_counts"], (json{{"fail", 1}, {"warn", 0}, {"note", 0}}));
    EXPECT_EQ(out["gone"].size(), 2U);
    EXPECT_EQ(out["gone"][0]["nsids"], json::array({2, 3, 4}));
    EXPECT_EQ(out["gone"][1]["looked_for"], false);
    EXPECT_EQ(out["gone"][1]["host"], "alpha");
    EXPECT_FALSE(out["gone"][1].contains("nsids"));
    EXPECT_EQ(out["judged"]["baseline"]["file"], "before.json");
}

TEST(AcceptedText, FoldsMuchOfItButNoCorruption) {
    Sample sample = healthy_pair(16);
    for (int index = 0; index < 12; ++index) {
        Finding finding = test::serial_finding(sample);
        finding.rule = "ctrl.field" + std::to_string(index) + ".equal";
        add_known(sample, finding);
    }
    Finding grave = test::uuid_finding(sample, 2);
    grave.rule = "zz.last";
    add_known(sample, grave);
    const std::string text = accepted_text(sample);
    EXPECT_THAT(text, AllOf(HasSubstr("KNOWN  zz.last"), HasSubstr("more rules waived or known"),
                            HasSubstr("-v shows all of it")));
    EXPECT_THAT(accepted_text(sample, true), AllOf(HasSubstr("KNOWN  ctrl.field11.equal"),
                                                   Not(HasSubstr("more rules waived or known"))));
}

TEST(AcceptedJson, HasTheWaiverWithTheFinding) {
    Sample sample = healthy_pair();
    add_waived(sample, test::uuid_finding(sample, 2));
    const json out = valid_json(sample);
    EXPECT_EQ(out["verdict"], "pass");
    EXPECT_EQ(out["counts"]["fail"], 1);
    EXPECT_EQ(out["waived_counts"], (json{{"fail", 1}, {"warn", 0}, {"note", 0}}));
    EXPECT_EQ(out["findings"][0]["verdict"], "fail");
    EXPECT_EQ(out["findings"][0]["waived"], (json{{"reason", "fixed in 4.2"},
                                                  {"owner", "storage team"},
                                                  {"expires", "2027-01-31"},
                                                  {"where", "waivers.toml:3"}}));
    EXPECT_FALSE(out["findings"][0].contains("known"));
    EXPECT_EQ(out["judged"]["waivers"]["file"], "waivers.toml");
    EXPECT_FALSE(out["judged"].contains("baseline"));
    EXPECT_FALSE(out.contains("gone"));
    // Where nothing was given, nothing is told of it.
    const json plain = valid_json(healthy_pair());
    EXPECT_FALSE(plain.contains("waived_counts"));
    EXPECT_FALSE(plain.contains("known_counts"));
}

TEST(AcceptedJson, NamesTheRulesThatWereLeftOut) {
    Sample sample = healthy_pair();
    sample.report.judged.version = "1.0";
    sample.report.judged.rules = {"!ns.uuid.*"};
    sample.report.judged.rules_left_out = 1;
    sample.report.judged.excluded = {"ns.uuid.equal"};
    const json out = valid_json(sample);
    EXPECT_EQ(out["judged"]["rules"]["excluded"], json::array({"ns.uuid.equal"}));
    EXPECT_THAT(accepted_text(sample), HasSubstr("118 of 119 rules (!ns.uuid.*)"));
    EXPECT_THAT(accepted_text(sample, true), HasSubstr("without ns.uuid.equal"));
}

TEST(AcceptedView, FindingsOfTwoWaiversAreApartAndTextsAreSafe) {
    Sample sample = healthy_pair();
    add_waived(sample, test::uuid_finding(sample, 1));
    add_waived(sample, test::uuid_finding(sample, 2));
    sample.report.findings.back().waived->owner = "other\x1b[31m";
    add(sample.report, test::uuid_finding(sample, 3));
    sample.report.judged.waivers->file = "w\x1b.toml";
    const report::ReportView view = report::view_of(sample.report);
    ASSERT_EQ(view.groups.size(), 3U);
    EXPECT_EQ(view.groups[1].waived->owner, "other\\x1b[31m");
    EXPECT_TRUE(view.groups[2].counts());
    EXPECT_EQ(view.judged.waivers->file, "w\\x1b.toml");
    EXPECT_THAT(accepted_text(sample), Not(HasSubstr("\x1b")));
}

} // namespace
} // namespace haoh
