// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample.hpp"

#include <haoh/report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>
#include <string>

namespace haoh {
namespace {

using nlohmann::json;
using test::add;
using test::healthy_pair;
using test::kSampleNqn;
using test::Sample;
using testing::HasSubstr;

json run_of(const Sample& sample) {
    const json document = json::parse(to_sarif(sample.report, sample.observation));
    EXPECT_EQ(document.at("version"), "2.1.0");
    EXPECT_EQ(document.at("runs").size(), 1U);
    return document.at("runs").at(0);
}

json result_of(const Sample& sample) {
    const json run = run_of(sample);
    EXPECT_EQ(run.at("results").size(), 1U);
    return run.at("results").at(0);
}

TEST(ReportSarif, has_the_rules_that_were_asked_for) {
    Sample sample = healthy_pair();
    sample.report.judged.version = "1.2.3";
    const json run = run_of(sample);
    const json& driver = run.at("tool").at("driver");
    EXPECT_EQ(driver.at("name"), "haoh");
    EXPECT_EQ(driver.at("version"), "1.2.3");
    ASSERT_EQ(driver.at("rules").size(), 118U);
    EXPECT_EQ(run.at("results"), json::array());
    const json& first = driver.at("rules").at(0);
    const Rule& rule = rules().front();
    EXPECT_EQ(first.at("id"), rule.id);
    EXPECT_EQ(first.at("shortDescription").at("text"), std::string(rule.title) + ".");
    EXPECT_THAT(first.at("help").at("text"), HasSubstr(std::string(rule.fix)));
    EXPECT_THAT(first.at("help").at("markdown"), HasSubstr("- **What to do:** "));
    EXPECT_EQ(first.at("properties").at("basis"), rule.basis);
    EXPECT_FALSE(first.contains("helpUri")) << "there is no page to go to";
    for (const json& one : driver.at("rules")) {
        const Rule* known = find_rule(one.at("id").get<std::string>());
        ASSERT_NE(known, nullptr);
        const std::string level = known->verdict == Verdict::fail   ? "error"
                                  : known->verdict == Verdict::warn ? "warning"
                                  : known->verdict == Verdict::note ? "note"
                                                                    : "none";
        EXPECT_EQ(one.at("defaultConfiguration").at("level"), level) << known->id;
        EXPECT_EQ(one.at("properties").at("severity"), to_string(known->severity));
    }
}

TEST(ReportSarif, a_result_has_both_values_and_where_it_is) {
    Sample sample = healthy_pair();
    add(sample.report, test::uuid_finding(sample, 2));
    const json run = run_of(sample);
    const json result = run.at("results").at(0);
    EXPECT_EQ(result.at("ruleId"), "ns.uuid.equal");
    const std::size_t index = result.at("ruleIndex");
    EXPECT_EQ(run.at("tool").at("driver").at("rules").at(index).at("id"), "ns.uuid.equal");
    EXPECT_EQ(result.at("kind"), "fail");
    EXPECT_EQ(result.at("level"), "error");
    EXPECT_EQ(result.at("message").at("text"),
              "NSID 2: UUID differs between array-a and array-b\n"
              "array-a: 5d0f9a61-1c7e-4b02-8a00-0000000002a5\n"
              "array-b: 5d0f9a61-1c7e-4b02-8a00-0000000002ff\n"
              "Why: The host takes the two copies for different volumes: Linux leaves out the "
              "paths of the array that it meets second.\n"
              "Fix: Give both copies the same UUID, on the array that was set up second.");
    ASSERT_EQ(result.at("locations").size(), 1U);
    const json& place = result.at("locations").at(0);
    EXPECT_EQ(place.at("physicalLocation").at("artifactLocation").at("uri"), "nvme-subsystems");
    const std::string nqn = kSampleNqn;
    const json& logical = place.at("logicalLocations");
    ASSERT_EQ(logical.size(), 6U); // subsystem, namespace, four controllers
    EXPECT_EQ(logical.at(0),
              (json{{"name", nqn}, {"fullyQualifiedName", nqn}, {"kind", "subsystem"}}));
    EXPECT_EQ(
        logical.at(1),
        (json{{"name", "2"}, {"fullyQualifiedName", nqn + "/nsid/2"}, {"kind", "namespace"}}));
    EXPECT_EQ(logical.at(5),
              (json{{"name", "tcp://10.1.0.2:4420 controller 1002"},
                    {"fullyQualifiedName", nqn + "/controller/tcp://10.1.0.2:4420 controller 1002"},
                    {"kind", "controller"}}));
    EXPECT_EQ(result.at("properties").at("values").size(), 4U);
    EXPECT_FALSE(result.contains("suppressions"));
    EXPECT_FALSE(result.contains("baselineState"));
}

TEST(ReportSarif, levels_follow_verdicts) {
    for (const auto& [verdict, kind, level] :
         {std::tuple{Verdict::fail, "fail", "error"},
          {Verdict::warn, "fail", "warning"},
          {Verdict::note, "fail", "note"},
          {Verdict::unknown, "open", "none"}}) { // §3.27.10: "none" for any kind but "fail"
        Sample sample = healthy_pair();
        Finding finding = test::serial_finding(sample);
        finding.verdict = verdict;
        add(sample.report, finding);
        const json result = result_of(sample);
        EXPECT_EQ(result.at("kind"), kind);
        EXPECT_EQ(result.at("level"), level);
    }
}

TEST(ReportSarif, has_a_result_for_each_namespace) {
    Sample sample = healthy_pair(3);
    for (const std::uint32_t nsid : {1U, 2U, 3U}) {
        Finding one = test::uuid_finding(sample, 1);
        one.nsid = nsid;
        add(sample.report, one);
    }
    Finding all = test::serial_finding(sample);
    all.nsid = 1;
    all.nsids = {1, 2};
    add(sample.report, all);
    const json results = run_of(sample).at("results");
    ASSERT_EQ(results.size(), 4U);
    std::set<std::string> prints;
    for (const json& result : results) {
        prints.insert(result.at("partialFingerprints").at("haohFinding/v1"));
    }
    EXPECT_EQ(prints.size(), 4U);
    EXPECT_EQ(results.at(2).at("properties").at("nsids"), json::array({3}));
    EXPECT_EQ(results.at(3).at("properties").at("nsids"), json::array({1, 2}));
}

TEST(ReportSarif, tells_how_the_run_went) {
    Sample sample = healthy_pair();
    json invocation = run_of(sample).at("invocations").at(0);
    EXPECT_EQ(invocation.at("executionSuccessful"), true);
    EXPECT_EQ(invocation.at("exitCode"), 0);
    EXPECT_EQ(invocation.at("startTimeUtc"), "2026-09-01T03:00:00Z");
    EXPECT_FALSE(invocation.contains("toolExecutionNotifications"));
    // A rule that fails is a result, not a failure of the tool.
    Sample failing = healthy_pair();
    add(failing.report, test::uuid_finding(failing, 2));
    invocation = run_of(failing).at("invocations").at(0);
    EXPECT_EQ(invocation.at("executionSuccessful"), true);
    EXPECT_EQ(invocation.at("exitCode"), 1);
    // What was not observed is one.
    add(sample, test::refused_target());
    invocation = run_of(sample).at("invocations").at(0);
    EXPECT_EQ(invocation.at("executionSuccessful"), false);
    EXPECT_EQ(invocation.at("exitCode"), 3);
    ASSERT_EQ(invocation.at("toolExecutionNotifications").size(), 1U);
    const json& told = invocation.at("toolExecutionNotifications").at(0);
    EXPECT_EQ(told.at("level"), "error");
    EXPECT_EQ(told.at("descriptor").at("id"), "other");
    EXPECT_EQ(told.at("message").at("text"), test::refused_target().error);
    // And so is nothing.
    invocation = run_of(Sample{.observation = {}, .report = check({})}).at("invocations").at(0);
    EXPECT_EQ(invocation.at("executionSuccessful"), false);
    EXPECT_EQ(invocation.at("exitCode"), 4);
    EXPECT_FALSE(invocation.contains("startTimeUtc"));
}

TEST(ReportSarif, counts_what_a_warning_is_asked_to_be) {
    Sample sample = healthy_pair();
    Finding warning = test::serial_finding(sample);
    warning.verdict = Verdict::warn;
    add(sample.report, warning);
    EXPECT_EQ(run_of(sample).at("invocations").at(0).at("exitCode"), 0);
    sample.report.judged.fail_on = FailOn::warn;
    EXPECT_EQ(run_of(sample).at("invocations").at(0).at("exitCode"), 1);
}

TEST(ReportSarif, what_is_waived_is_suppressed) {
    Sample sample = healthy_pair();
    Finding waived = test::uuid_finding(sample, 2);
    waived.waived =
        Waived{.reason = "firmware 7.1 has it", .owner = "storage", .expires = "2027-01-31"};
    add(sample.report, waived);
    const json result = result_of(sample);
    EXPECT_EQ(result.at("level"), "error") << "it is what it is";
    EXPECT_EQ(result.at("suppressions"),
              json::array({{{"kind", "external"},
                            {"status", "accepted"},
                            {"justification", "firmware 7.1 has it"},
                            {"properties", {{"owner", "storage"}, {"expires", "2027-01-31"}}}}}));
}

TEST(ReportSarif, what_an_earlier_report_had_is_unchanged) {
    Sample sample = healthy_pair();
    Finding known = test::uuid_finding(sample, 2);
    known.known = true;
    add(sample.report, known);
    sample.report.judged.baseline.emplace();
    EXPECT_EQ(result_of(sample).at("baselineState"), "unchanged");
    EXPECT_EQ(result_of(sample).at("suppressions"), json::array());
    sample.report.findings[0].known = false;
    EXPECT_EQ(result_of(sample).at("baselineState"), "new");
}

TEST(ReportSarif, knows_rules_that_only_a_finding_has) {
    Sample sample = healthy_pair();
    Finding other = test::serial_finding(sample);
    other.rule = "of.another.release";
    sample.report.findings.push_back(other);
    const json run = run_of(sample);
    const std::size_t index = run.at("results").at(0).at("ruleIndex");
    EXPECT_EQ(index, 118U);
    EXPECT_EQ(run.at("tool").at("driver").at("rules").at(index),
              (json{{"id", "of.another.release"}, {"name", "OfAnotherRelease"}}));
}

} // namespace
} // namespace haoh
