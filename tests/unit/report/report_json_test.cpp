// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample.hpp"
#include "support/json_schema.hpp"

#include <haoh/kernel_effect.hpp>
#include <haoh/report.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <string>

namespace haoh {
namespace {

using nlohmann::json;
using test::add;
using test::healthy_pair;
using test::Sample;

void expect_valid_report(const std::string& text) {
    EXPECT_EQ(test::schema_violations("report-1", text), "");
    EXPECT_EQ(test::undocumented_keys("report-1", text), "");
}

TEST(ReportJson, OfAHealthyPairHasNoFinding) {
    const std::string text = to_json(healthy_pair().report);
    expect_valid_report(text);
    const json out = json::parse(text);
    EXPECT_EQ(out["schema"], "haoh.report/1");
    EXPECT_EQ(out["verdict"], "pass");
    EXPECT_EQ(out["model"], "stretched");
    EXPECT_EQ(out["counts"]["pass"], 118);
    EXPECT_EQ(out["counts"]["fail"], 0);
    EXPECT_EQ(out["findings"], json::array());
    EXPECT_EQ(out["unobserved"], json::array());
    EXPECT_EQ(out["attributions"].size(), 4U);
    EXPECT_EQ(out["attributions"][2]["site"], "array-b");
    EXPECT_TRUE(text.ends_with("}\n"));
}

TEST(ReportJson, HoldsEveryValueOfAFinding) {
    Sample sample = healthy_pair();
    add(sample.report, test::uuid_finding(sample, 2));
    const std::string text = to_json(sample.report);
    expect_valid_report(text);
    const json out = json::parse(text);
    EXPECT_EQ(out["verdict"], "fail");
    ASSERT_EQ(out["findings"].size(), 1U);
    const json& finding = out["findings"][0];
    EXPECT_EQ(finding["rule"], "ns.uuid.equal");
    EXPECT_EQ(finding["verdict"], "fail");
    EXPECT_EQ(finding["severity"], "C");
    EXPECT_EQ(finding["subsystem"], test::kSampleNqn);
    EXPECT_EQ(finding["nsid"], 2);
    EXPECT_FALSE(finding.contains("nsids"));
    ASSERT_EQ(finding["values"].size(), 4U);
    EXPECT_EQ(finding["values"][0], (json{{"controller", "tcp://10.0.0.1:4420 controller 1"},
                                          {"site", "array-a"},
                                          {"value", "5d0f9a61-1c7e-4b02-8a00-0000000002a5"}}));
    EXPECT_EQ(finding["values"][3]["controller"], "tcp://10.1.0.2:4420 controller 1002");
    for (const char* key : {"what", "basis", "why", "fix"}) {
        EXPECT_FALSE(finding[key].get<std::string>().empty()) << key;
    }
}

TEST(ReportJson, SaysWhatAKernelMakesOfAFinding) {
    Sample sample = healthy_pair();
    Finding finding = test::uuid_finding(sample, 2);
    finding.on_kernel = OnKernel{.release = "6.12",
                                 .outcome = KernelOutcome::io_errors,
                                 .text = "It makes no path.",
                                 .basis = "drivers/nvme/host/core.c"};
    add(sample.report, finding);
    sample.report.kernel = "6.12";
    const std::string text = to_json(sample.report);
    expect_valid_report(text);
    const json out = json::parse(text);
    EXPECT_EQ(out["kernel"], "6.12");
    EXPECT_EQ(out["findings"][0]["on_kernel"],
              (json{{"release", "6.12"},
                    {"outcome", to_string(finding.on_kernel->outcome)},
                    {"text", "It makes no path."},
                    {"source", "drivers/nvme/host/core.c"}}));
    // Of another release, where it is not known of this one.
    sample.report.findings[0].on_kernel->nearest = "6.1";
    const std::string nearest = to_json(sample.report);
    expect_valid_report(nearest);
    EXPECT_EQ(json::parse(nearest)["findings"][0]["on_kernel"]["nearest"], "6.1");
    // The schema wants each of them.
    for (const char* const key : {"release", "outcome", "text", "source"}) {
        json without = out;
        without["findings"][0]["on_kernel"].erase(key);
        EXPECT_NE(test::schema_violations("report-1", without.dump()), "") << key;
    }
}

TEST(ReportJson, SaysByWhatItWasJudged) {
    Sample sample = healthy_pair();
    EXPECT_FALSE(json::parse(to_json(sample.report)).contains("judged")) << "made by hand";
    sample.report.judged.version = "1.2.3";
    const std::string plain = to_json(sample.report);
    expect_valid_report(plain);
    EXPECT_EQ(json::parse(plain)["judged"],
              (json{{"version", "1.2.3"},
                    {"profile", "auto"},
                    {"window", "none"},
                    {"fail_on", "fail"},
                    {"policy", nullptr},
                    {"sites", json::array()},
                    {"config_file", nullptr},
                    {"expectation", false},
                    {"hosts", json::array()},
                    {"rules", {{"selected", {"*"}}, {"asked", 118}, {"left_out", 0}}}}));
    sample.report.hosts = {"alpha"};
    sample.report.judged = {.version = "1.2.3",
                            .profile = Profile::stretched,
                            .window = Window::migration,
                            .fail_on = FailOn::warn,
                            .policy = Policy::active_passive,
                            .sites = {"east", "west"},
                            .config_file = "haoh.toml",
                            .rules = {"ns.*", "ctrl.sn.*"},
                            .rules_left_out = 7,
                            .expected = true};
    const std::string text = to_json(sample.report);
    expect_valid_report(text);
    EXPECT_EQ(
        json::parse(text)["judged"],
        (json{{"version", "1.2.3"},
              {"profile", "stretched"},
              {"window", "migration"},
              {"fail_on", "warn"},
              {"policy", "active-passive"},
              {"sites", {"east", "west"}},
              {"config_file", "haoh.toml"},
              {"expectation", true},
              {"hosts", {"alpha"}},
              {"rules", {{"selected", {"ns.*", "ctrl.sn.*"}}, {"asked", 118}, {"left_out", 7}}}}));
}

TEST(ReportJson, LeavesOutTheNamespaceOfWhatIsAboutNone) {
    Sample sample = healthy_pair();
    add(sample.report, test::serial_finding(sample));
    const std::string text = to_json(sample.report);
    expect_valid_report(text);
    EXPECT_FALSE(json::parse(text)["findings"][0].contains("nsid"));
}

TEST(ReportJson, FoldsNothing) {
    Sample sample = healthy_pair();
    for (std::uint32_t nsid = 1; nsid <= 300; ++nsid) {
        Finding finding = test::uuid_finding(sample, 1);
        finding.nsid = nsid;
        add(sample.report, finding);
    }
    Finding all = test::serial_finding(sample);
    all.nsid = 5;
    all.nsids = {5, 6, 9};
    add(sample.report, all);
    const std::string text = to_json(sample.report);
    expect_valid_report(text);
    const json out = json::parse(text);
    ASSERT_EQ(out["findings"].size(), 301U);
    EXPECT_EQ(out["findings"][299]["nsid"], 300);
    EXPECT_EQ(out["findings"][300]["nsid"], 5);
    EXPECT_EQ(out["findings"][300]["nsids"], (json{5, 6, 9}));
    EXPECT_EQ(out["counts"]["fail"], 301);
}

TEST(ReportJson, TellsWhatWasNotObserved) {
    Sample sample = healthy_pair();
    add(sample, test::refused_target());
    const std::string text = to_json(sample.report);
    expect_valid_report(text);
    const json out = json::parse(text);
    EXPECT_EQ(out["verdict"], "unknown");
    ASSERT_EQ(out["unobserved"].size(), 1U);
    EXPECT_EQ(out["unobserved"][0]["object"], "tcp://10.2.0.1:4420");
}

TEST(ReportJson, LinksFindingsToWhatWasNotObserved) {
    Sample sample = healthy_pair();
    add(sample, test::refused_target());
    add(sample, test::refused_target());
    Finding cause = test::serial_finding(sample);
    cause.explains = {1};
    add(sample.report, cause);
    Finding told = test::serial_finding(sample);
    told.rule = "snap.verdict_unknown";
    told.verdict = Verdict::unknown;
    told.unobserved = 0;
    add(sample.report, told);
    Finding neither = test::serial_finding(sample);
    neither.rule = "ctrl.mn.equal";
    add(sample.report, neither);
    const std::string text = to_json(sample.report);
    expect_valid_report(text);
    const json out = json::parse(text);
    std::map<std::string, json> by_rule;
    for (const json& finding : out["findings"]) {
        by_rule[finding["rule"]] = finding;
    }
    EXPECT_EQ(by_rule[cause.rule]["explains"], json::array({1}));
    EXPECT_FALSE(by_rule[cause.rule].contains("unobserved"));
    EXPECT_EQ(by_rule[told.rule]["unobserved"], 0);
    EXPECT_FALSE(by_rule[told.rule].contains("explains"));
    EXPECT_FALSE(by_rule[neither.rule].contains("explains"));
    EXPECT_FALSE(by_rule[neither.rule].contains("unobserved"));
}

TEST(ReportJson, NamesHosts) {
    Sample sample = healthy_pair();
    Finding finding = test::serial_finding(sample);
    add(sample.report, finding);
    EXPECT_FALSE(json::parse(to_json(sample.report))["findings"][0].contains("host"));
    EXPECT_FALSE(json::parse(to_json(sample.report)).contains("hosts"));
    sample.report.findings.clear();
    sample.report.hosts = {"beta"};
    finding.host = "beta";
    finding.values[1].host = "beta";
    add(sample.report, finding);
    add(sample, {.object = "nvme1",
                 .target = "",
                 .subsysnqn = "",
                 .error = "e",
                 .host = "beta",
                 .reason = UnobservedReason::not_live});
    const std::string text = to_json(sample.report);
    expect_valid_report(text);
    const json out = json::parse(text);
    EXPECT_EQ(out["hosts"], json::array({"beta"}));
    EXPECT_EQ(out["findings"][0]["host"], "beta");
    EXPECT_FALSE(out["findings"][0]["values"][0].contains("host"));
    EXPECT_EQ(out["findings"][0]["values"][1]["host"], "beta");
    EXPECT_EQ(out["unobserved"][0]["host"], "beta");
    EXPECT_EQ(out["unobserved"][0]["reason"], "not_live");
}

TEST(ReportJson, IsValidWhateverBytesAControllerSends) {
    Sample sample = healthy_pair();
    Finding finding = test::serial_finding(sample);
    finding.what = std::string{"\0\x1b]0;x\x07 \xff\xc3", 10};
    finding.values[0].value = "\xe2\x80\xae\xed\xa0\x80";
    finding.values[0].controller = "\x80";
    add(sample.report, finding);
    add(sample, {.object = "\xfe", .target = "\n", .subsysnqn = "\x7f", .error = "\xf8"});
    const std::string text = to_json(sample.report);
    expect_valid_report(text);
    const json out = json::parse(text);
    EXPECT_EQ(out["findings"][0]["what"], "\\x00\\x1b]0;x\\x07 \\xff\\xc3");
    for (const char byte : text) {
        EXPECT_TRUE(byte == '\n' || (byte >= 0x20 && byte < 0x7f)) << static_cast<int>(byte);
    }
}

TEST(ReportJson, HoldsTheSameFindingsAsTheText) {
    Sample sample = healthy_pair();
    add(sample.report, test::firmware_note(sample));
    add(sample.report, test::serial_finding(sample));
    add(sample.report, test::uuid_finding(sample, 2));
    const json out = json::parse(to_json(sample.report));
    const std::string text = to_text(sample.report, sample.observation);
    std::size_t at = 0;
    for (const json& finding : out["findings"]) {
        const std::size_t found = text.find(finding["rule"].get<std::string>(), at);
        ASSERT_NE(found, std::string::npos) << finding["rule"];
        at = found;
    }
    EXPECT_NE(text.find(out["summary"].get<std::string>()), std::string::npos);
}

TEST(ReportSchema, RefusesWhatIsNotAReport) {
    EXPECT_NE(test::schema_violations("report-1", "{}"), "");
    json out = json::parse(to_json(healthy_pair().report));
    out["verdict"] = "good";
    EXPECT_NE(test::schema_violations("report-1", out.dump()), "");
    out["verdict"] = "pass";
    EXPECT_EQ(test::schema_violations("report-1", out.dump()), "");
    out["surprise"] = 1;
    EXPECT_EQ(test::schema_violations("report-1", out.dump()), ""); // the format may grow
    EXPECT_EQ(test::undocumented_keys("report-1", out.dump()), "/surprise\n");
}

} // namespace
} // namespace haoh
