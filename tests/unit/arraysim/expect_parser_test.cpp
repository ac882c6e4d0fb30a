// SPDX-License-Identifier: LGPL-2.1-or-later
// [expect] and [check]: what they take, and what they say of the rest.
#include <arraysim/scenario/scenario_parser.hpp>

#include <haoh/error.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::arraysim {
namespace {

using testing::HasSubstr;

Scenario scenario_with(std::string_view lines) {
    return parse_scenario(fmt::format("[[array]]\nname = \"a\"\n{}\n", lines), "e.toml");
}

std::string complaint_about(std::string_view lines) {
    try {
        (void)scenario_with(lines);
    } catch (const Error& error) {
        return fmt::format("{}: {}", error.object(), error.cause());
    }
    return {};
}

ExpectedReport report_of(std::string_view lines) {
    return scenario_with(fmt::format("[expect]\n{}", lines)).expect.value().report;
}

TEST(ExpectParser, NothingSaidIsAHealthyReport) {
    EXPECT_EQ(report_of(""), ExpectedReport{});
    const ExpectedReport most = report_of("exit = 4\nunobserved = 1000");
    EXPECT_EQ(most.exit, 4);
    EXPECT_EQ(most.unobserved, 1000U);
    EXPECT_EQ(report_of("exit = 0\nunobserved = 0").exit, 0);
    EXPECT_THAT(complaint_about("[expect]\nexit = 5"), HasSubstr("is not from 0 to 4"));
    EXPECT_THAT(complaint_about("[expect]\nunobserved = 1001"), HasSubstr("is not from 0 to 1000"));
    for (const char* const verdict : {"pass", "warn", "fail", "unknown"}) {
        EXPECT_EQ(report_of(fmt::format("verdict = \"{}\"", verdict)).verdict, verdict);
    }
    for (const char* const model : {"single", "stretched", "dispersed", "unknown"}) {
        EXPECT_EQ(report_of(fmt::format("model = \"{}\"", model)).model, model);
    }
    EXPECT_THAT(complaint_about("[expect]\nmodel = \"flat\""), HasSubstr("'flat' is none of"));
    EXPECT_THAT(complaint_about("[expect]\nverdict = \"note\""), HasSubstr("'note' is none of"));
    EXPECT_THAT(complaint_about("[expect]\nexits = 1"), HasSubstr("expect.exits: unknown key"));
}

TEST(ExpectParser, ReadsFindingsInFull) {
    for (const char* const verdict : {"fail", "warn", "unknown", "note"}) {
        for (const char* const severity : {"C", "L", "H", "M"}) {
            const auto report = report_of(fmt::format(
                "[[expect.finding]]\nverdict = \"{}\"\nseverity = \"{}\"\nrule = \"a.b\"\n"
                "nsids = [1, 4294967295]",
                verdict, severity));
            ASSERT_EQ(report.findings.size(), 1U);
            EXPECT_EQ(report.findings[0].verdict, verdict);
            EXPECT_EQ(report.findings[0].severity, severity);
            EXPECT_EQ(report.findings[0].nsids, (std::vector<std::uint32_t>{1, 4294967295U}));
            EXPECT_EQ(report.findings[0].subsystem, std::nullopt);
        }
    }
    const auto wrong = [](std::string_view lines) {
        return complaint_about(
            fmt::format("[[expect.finding]]\nverdict = \"fail\"\nseverity = \"C\"\n{}", lines));
    };
    EXPECT_EQ(wrong("rule = \"a.b\""), "");
    EXPECT_THAT(wrong(""), HasSubstr("expect.finding.rule: is missing"));
    EXPECT_THAT(wrong("rule = \"a.b\"\nnsids = [0]"), HasSubstr("is not from"));
    EXPECT_THAT(wrong("rule = \"a.b\"\nnsids = [4294967296]"), HasSubstr("is not from"));
    EXPECT_THAT(wrong("rule = \"a.b\"\nnsids = [2, 1]"), HasSubstr("must ascend"));
    EXPECT_THAT(wrong("rule = \"a.b\"\nvalues = [1]"), HasSubstr("must hold strings"));
    EXPECT_THAT(wrong("rule = \"a.b\"\nvalues = {a = [\"x\", 1]}"), HasSubstr("must hold strings"));
}

TEST(ExpectParser, ReadsFindingsInShort) {
    const auto loose = [](std::string_view lines) {
        return scenario_with(fmt::format("[expect]\n{}", lines)).expect.value().loose.value();
    };
    const LooseExpectation all =
        loose("findings = [\"FAIL a.b\", \"  WARN  c.d   4294967295 \", \"UNKNOWN e.f 0\", "
              "\"NOTE g.h\"]\nnotes = [\"i.j\", \"WARN k.l 7\"]");
    EXPECT_EQ(all.findings,
              (std::vector<LooseFinding>{{.verdict = "fail", .rule = "a.b", .nsid = {}},
                                         {.verdict = "warn", .rule = "c.d", .nsid = 4294967295U},
                                         {.verdict = "unknown", .rule = "e.f", .nsid = 0},
                                         {.verdict = "note", .rule = "g.h", .nsid = {}}}));
    EXPECT_EQ(all.notes,
              (std::vector<LooseFinding>{{.verdict = "note", .rule = "i.j", .nsid = {}},
                                         {.verdict = "warn", .rule = "k.l", .nsid = 7}}));
    EXPECT_TRUE(loose("notes = []").findings.empty());
    EXPECT_TRUE(loose("findings = []").notes.empty());
    const std::pair<const char*, const char*> wrong[] = {
        {"findings = [\"FAIL\"]", "'FAIL' names no rule"},
        {"findings = [\"\"]", "has no verdict"},
        {"findings = [\"PASS a.b\"]", "has no verdict"},
        {"findings = [\"FAIL ab\"]", "names no rule"},
        {"findings = [\"FAIL a.b 1 2\"]", "names no rule"},
        {"findings = [\"FAIL a.b 1x\"]", "'1x' is no NSID"},
        {"findings = [\"FAIL a.b 4294967296\"]", "'4294967296' is no NSID"},
        {"notes = [\"\"]", "names no rule"},
        {"notes = [\"a.b c.d\"]", "'c.d' is no NSID"},
    };
    for (const auto& [lines, said] : wrong) {
        EXPECT_THAT(complaint_about(fmt::format("[expect]\n{}", lines)), HasSubstr(said)) << lines;
    }
}

TEST(ExpectParser, ArraysThatAreNotThereCannotBeExpected) {
    constexpr std::string_view kFinding = "verdict = \"fail\"\nseverity = \"C\"\nrule = \"a.b\"\n";
    EXPECT_THAT(complaint_about(fmt::format("[expect]\nknown_fault = \"x\"\n[expect.today]\n"
                                            "[[expect.today.finding]]\n{}values = {{z = \"1\"}}",
                                            kFinding)),
                HasSubstr("values of a.b: there is no array 'z'"));
    EXPECT_EQ(complaint_about(fmt::format("[expect]\nknown_fault = \"x\"\n[expect.today]\n"
                                          "[[expect.today.finding]]\n{}values = {{a = \"1\"}}",
                                          kFinding)),
              "");
    EXPECT_THAT(complaint_about("[expect]\nknown_fault = \"x\"\n[expect.today]\nnotes = []"),
                HasSubstr("expect.today.notes: unknown key"));
}

TEST(ExpectParser, ReadsHowTheArraysAreAsked) {
    EXPECT_EQ(scenario_with("").check, CheckSpec{});
    EXPECT_EQ(scenario_with("[check]").check, CheckSpec{});
    const CheckSpec check =
        scenario_with("[check]\nnqn = \"nqn.x\"\ntargets = [\"a\", \"a\"]\nconfig = \"c\"\n"
                      "digests = true\ntimeout = \"1500ms\"\nwaivers = \"w\"\n"
                      "as_of = \"2026-12-01\"")
            .check;
    EXPECT_EQ(check.nqn, "nqn.x");
    EXPECT_EQ(check.targets, (std::vector<std::string>{"a", "a"}));
    EXPECT_EQ(check.config, "c");
    EXPECT_EQ(check.waivers, "w");
    EXPECT_EQ(check.as_of, "2026-12-01");
    EXPECT_TRUE(check.digests);
    EXPECT_EQ(check.timeout, std::chrono::milliseconds(1500));
    EXPECT_THAT(complaint_about("[check]\ntarget = \"a\""), HasSubstr("check.target: unknown key"));
}

TEST(ExpectParser, ReadsTheTimeline) {
    const auto timeline = scenario_with("[[timeline]]\nat = 0\naction = \"quit\"\n"
                                        "[[timeline]]\nat = \"1min\"\naction = \"state\"\n"
                                        "[[timeline]]\nat = 86400\naction = \"hang a\"")
                              .timeline;
    ASSERT_EQ(timeline.size(), 3U);
    EXPECT_EQ(timeline[0], (TimelineEntry{.at = {}, .action = "quit", .line = 5}));
    EXPECT_EQ(timeline[1].at, std::chrono::minutes(1));
    EXPECT_EQ(timeline[2].at, std::chrono::hours(24));
    EXPECT_THAT(complaint_about("[[timeline]]\nat = 1"),
                HasSubstr("e.toml:3: timeline.action: is missing"));
    EXPECT_THAT(complaint_about("[[timeline]]\nat = 1\naction = \"quit\"\nwhen = 2"),
                HasSubstr("e.toml:6: timeline.when: unknown key"));
    // Types are named as people name them.
    const std::pair<const char*, const char*> types[] = {
        {"{}", "a table"},     {"[]", "an array"},
        {"1", "an integer"},   {"1.5", "a number with a fraction"},
        {"true", "a boolean"}, {"2026-01-01", "a date or time"}};
    for (const auto& [value, type] : types) {
        EXPECT_THAT(complaint_about(fmt::format("[[timeline]]\nat = 1\naction = {}", value)),
                    HasSubstr(fmt::format("must be a string, not {}", type)));
    }
    EXPECT_THAT(complaint_about("power = \"up\"\ntreq = \"x\""), HasSubstr("not a string"));
}

} // namespace
} // namespace haoh::arraysim
