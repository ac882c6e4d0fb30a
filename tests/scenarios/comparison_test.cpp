// SPDX-License-Identifier: LGPL-2.1-or-later
// The comparison of scenarios must be able to fail, in each of its dimensions.
#include "comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace haoh::scenarios {
namespace {

using arraysim::ExpectedFinding;
using arraysim::ExpectedReport;
using arraysim::ExpectedValue;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kNqn = "nqn.2026-01.io.example:pair";

ExpectedFinding uuid_differs() {
    return {.verdict = "fail",
            .severity = "C",
            .rule = "ns.uuid.equal",
            .nsids = {2},
            .subsystem = {},
            .what = {},
            .values = {{.array = "a", .text = "1111"}, {.array = "b", .text = "2222"}}};
}

ExpectedFinding firmware_differs() {
    return {.verdict = "note",
            .severity = "M",
            .rule = "ctrl.fr.domain",
            .nsids = {},
            .subsystem = {},
            .what = {},
            .values = {{.array = "a", .text = "1.0"}, {.array = "b", .text = "1.1"}}};
}

ExpectedReport failed() {
    return {.exit = 1,
            .verdict = "fail",
            .model = "stretched",
            .unobserved = 0,
            .findings = {uuid_differs(), firmware_differs()}};
}

/// As `said` gives it: with subsystem and clause.
ExpectedReport report() {
    ExpectedReport report = failed();
    for (ExpectedFinding& finding : report.findings) {
        finding.subsystem = kNqn;
        finding.what = "it differs between array-a and array-b";
    }
    return report;
}

TEST(ScenarioDifference, IsNoneWhereAllIsSaid) {
    EXPECT_EQ(difference(failed(), report(), kNqn), "");
    EXPECT_EQ(difference({}, {}, kNqn), "");
}

TEST(ScenarioDifference, DoesNotMindTheOrderOfFindings) {
    ExpectedReport expected = failed();
    std::swap(expected.findings[0], expected.findings[1]);
    EXPECT_EQ(difference(expected, report(), kNqn), "");
}

/// One thing that is not as expected, and what is said of it.
struct Lie {
    const char* name;
    std::function<void(ExpectedReport&)> tell;
    const char* message;
};

class ScenarioDifferenceOf : public testing::TestWithParam<Lie> {};

TEST_P(ScenarioDifferenceOf, IsTold) {
    ExpectedReport lie = report();
    GetParam().tell(lie);
    EXPECT_THAT(difference(failed(), lie, kNqn), HasSubstr(GetParam().message));
}

TEST_P(ScenarioDifferenceOf, IsToldTheOtherWayRound) {
    ExpectedReport expected = report();
    GetParam().tell(expected);
    EXPECT_NE(difference(expected, report(), kNqn), "");
}

INSTANTIATE_TEST_SUITE_P(
    Each, ScenarioDifferenceOf,
    testing::Values(
        Lie{"exit", [](ExpectedReport& r) { r.exit = 0; }, "exit status 0, expected 1"},
        Lie{"verdict", [](ExpectedReport& r) { r.verdict = "warn"; },
            "verdict warn, expected fail"},
        Lie{"model", [](ExpectedReport& r) { r.model = "single"; },
            "model single, expected stretched"},
        Lie{"unobserved", [](ExpectedReport& r) { r.unobserved = 1; },
            "1 things could not be observed, expected 0"},
        Lie{"verdict_of_finding", [](ExpectedReport& r) { r.findings[0].verdict = "warn"; },
            "unexpected: warn C ns.uuid.equal nsids 2"},
        Lie{"severity", [](ExpectedReport& r) { r.findings[0].severity = "L"; },
            "unexpected: fail L ns.uuid.equal nsids 2"},
        Lie{"rule", [](ExpectedReport& r) { r.findings[0].rule = "ns.nguid.equal"; },
            "missing:    fail C ns.uuid.equal nsids 2"},
        Lie{"other_namespace", [](ExpectedReport& r) { r.findings[0].nsids = {3}; },
            "unexpected: fail C ns.uuid.equal nsids 3"},
        Lie{"folded_namespaces",
            [](ExpectedReport& r) {
                r.findings[0].nsids = {2, 3, 4};
            },
            "unexpected: fail C ns.uuid.equal nsids 2 3 4"},
        Lie{"no_namespace", [](ExpectedReport& r) { r.findings[0].nsids.clear(); },
            "unexpected: fail C ns.uuid.equal of"},
        Lie{"namespace_too_much", [](ExpectedReport& r) { r.findings[1].nsids = {1}; },
            "unexpected: note M ctrl.fr.domain nsids 1"},
        Lie{"other_subsystem", [](ExpectedReport& r) { r.findings[0].subsystem = "nqn.other"; },
            "unexpected: fail C ns.uuid.equal nsids 2 of \"nqn.other\""},
        Lie{"no_subsystem", [](ExpectedReport& r) { r.findings[0].subsystem = ""; },
            "unexpected: fail C ns.uuid.equal nsids 2 of \"\""},
        Lie{"value_of_a", [](ExpectedReport& r) { r.findings[0].values[0].text = "3333"; },
            "a: 3333"},
        Lie{"value_of_b", [](ExpectedReport& r) { r.findings[0].values[1].text = "3333"; },
            "b: 3333"},
        Lie{"longer_value", [](ExpectedReport& r) { r.findings[0].values[1].text = "22222"; },
            "b: 22222"},
        Lie{"arrays_swapped",
            [](ExpectedReport& r) {
                std::swap(r.findings[0].values[0].text, r.findings[0].values[1].text);
            },
            "a: 2222\n        b: 1111"},
        Lie{"value_missing", [](ExpectedReport& r) { r.findings[0].values.pop_back(); },
            "unexpected: fail C ns.uuid.equal"},
        Lie{"value_too_much",
            [](ExpectedReport& r) {
                r.findings[0].values.push_back({.array = "b", .text = "2222"});
            },
            "unexpected: fail C ns.uuid.equal"},
        Lie{"finding_twice", [](ExpectedReport& r) { r.findings.push_back(r.findings.front()); },
            "unexpected: fail C ns.uuid.equal"},
        Lie{"note_too_much",
            [](ExpectedReport& r) {
                r.findings.push_back(
                    {.verdict = "note", .severity = "M", .rule = "ctrl.vid.equal"});
            },
            "unexpected: note M ctrl.vid.equal"},
        Lie{"unknown_too_much",
            [](ExpectedReport& r) {
                r.findings.push_back(
                    {.verdict = "unknown", .severity = "L", .rule = "snap.verdict_unknown"});
            },
            "unexpected: unknown L snap.verdict_unknown"},
        Lie{"finding_missing", [](ExpectedReport& r) { r.findings.erase(r.findings.begin()); },
            "missing:    fail C ns.uuid.equal"},
        Lie{"note_missing", [](ExpectedReport& r) { r.findings.pop_back(); },
            "missing:    note M ctrl.fr.domain"}),
    [](const auto& lie) { return std::string(lie.param.name); });

TEST(ScenarioDifference, WantsTheClauseToBeginAsExpected) {
    ExpectedReport expected;
    expected.findings = {{.verdict = "unknown",
                          .severity = "L",
                          .rule = "snap.verdict_unknown",
                          .nsids = {},
                          .subsystem = {},
                          .what = "tcp://{b} was not observed",
                          .values = {}}};
    ExpectedReport actual = expected;
    actual.findings[0].what = "tcp://{b} was not observed: nothing listens there";
    EXPECT_EQ(difference(expected, actual, kNqn), "");
    actual.findings[0].what = "tcp://{a} was not observed: nothing listens there";
    EXPECT_THAT(difference(expected, actual, kNqn), HasSubstr("unexpected: unknown L"));
}

// From a report to the terms of the scenario.

Address address(std::uint16_t port) {
    return {.traddr = "127.0.0.1", .trsvcid = port, .host_traddr = {}};
}

ControllerObservation controller(std::uint16_t port, std::uint16_t cntlid) {
    ControllerObservation out;
    out.name = "tcp://127.0.0.1:" + std::to_string(port) + " controller " + std::to_string(cntlid);
    out.traddr = "127.0.0.1";
    out.trsvcid = std::to_string(port);
    out.connection.cntlid = cntlid;
    return out;
}

FindingValue value(const ControllerObservation& controller, std::string site, std::string text) {
    return {.controller = controller.name, .array = std::move(site), .value = std::move(text)};
}

class ScenarioSaid : public testing::Test {
  protected:
    ScenarioSaid() {
        observation_.controllers = {a_, b_};
        finding_.rule = "ns.uuid.equal";
        finding_.verdict = Verdict::fail;
        finding_.severity = Severity::corruption;
        finding_.subsystem = kNqn;
        arrays_.ports = {{.array = "a", .address = address(4420)},
                         {.array = "a", .address = address(44201)},
                         {.array = "b", .address = address(4421)}};
        arrays_.asked = {address(4420), address(4421)};
    }

    ExpectedFinding only(const Config& config = {}) {
        Report report;
        report.findings = {finding_};
        return said(report, observation_, config, arrays_).findings.at(0);
    }

    std::vector<ExpectedValue> values(const Config& config = {}) { return only(config).values; }

    ControllerObservation a_ = controller(4420, 1);
    ControllerObservation b_ = controller(4421, 1025);
    Observation observation_;
    Finding finding_;
    Arrays arrays_;
};

TEST_F(ScenarioSaid, NamesVerdictSeverityRuleAndSubsystem) {
    const ExpectedFinding finding = only();
    EXPECT_EQ(finding.verdict, "fail");
    EXPECT_EQ(finding.severity, "C");
    EXPECT_EQ(finding.rule, "ns.uuid.equal");
    EXPECT_EQ(finding.subsystem, kNqn);
    EXPECT_TRUE(finding.nsids.empty());
}

TEST_F(ScenarioSaid, NamesEveryNamespaceOfAFoldedFinding) {
    finding_.nsid = 2;
    EXPECT_THAT(only().nsids, ElementsAre(2));
    finding_.nsids = {2, 3, 7};
    EXPECT_THAT(only().nsids, ElementsAre(2, 3, 7));
}

TEST_F(ScenarioSaid, GivesEachValueToTheArrayOfItsController) {
    finding_.values = {value(b_, "array-b", "2222"), value(a_, "array-a", "1111")};
    EXPECT_THAT(values(), ElementsAre(ExpectedValue{"a", "1111"}, ExpectedValue{"b", "2222"}));
}

TEST_F(ScenarioSaid, TellsASiteThatIsNotTheControllersOwn) {
    finding_.values = {value(a_, "array-b", "1111"), value(b_, "array-b", "2222")};
    EXPECT_THAT(values(), ElementsAre(ExpectedValue{"a", "1111 (said of array-b)"},
                                      ExpectedValue{"b", "2222"}));
}

TEST_F(ScenarioSaid, TellsAConfiguredSiteThatIsNotTheControllersOwn) {
    Config config;
    config.sites = {
        {.name = "west", .addresses = {}, .cntlids = {{1, 1024}}, .portids = {}, .domainid = {}},
        {.name = "east",
         .addresses = {},
         .cntlids = {{1025, 2048}},
         .portids = {},
         .domainid = {}}};
    finding_.values = {value(a_, "west", "1111"), value(b_, "west", "2222")};
    EXPECT_THAT(values(config),
                ElementsAre(ExpectedValue{"a", "1111"}, ExpectedValue{"b", "2222 (said of west)"}));
}

TEST_F(ScenarioSaid, GivesAValueWithoutControllerToTheArrayThatWasAskedThere) {
    finding_.values = {{.controller = {}, .array = "array-b", .value = "127.0.0.1:4420: TREQ 0x5"},
                       {.controller = {}, .array = {}, .value = "of nobody"}};
    EXPECT_THAT(values(),
                ElementsAre(ExpectedValue{"", "of nobody"}, ExpectedValue{"b", "{a}: TREQ 0x5"}));
}

TEST_F(ScenarioSaid, PutsPlaceholdersForAddressesAndNotForHalfOfOne) {
    finding_.what = "tcp://127.0.0.1:44201 beside 127.0.0.1:4420, 127.0.0.1:4421 and 127.0.0.1:442";
    EXPECT_EQ(only().what, "tcp://{a 2} beside {a}, {b} and 127.0.0.1:442");
}

TEST_F(ScenarioSaid, CountsWhatWasNotObservedAndKnowsTheExitStatus) {
    Report report;
    report.verdict = Verdict::unknown;
    report.model = Model::unknown;
    report.unobserved.resize(2);
    const ExpectedReport out = said(report, {}, {}, arrays_);
    EXPECT_EQ(out.exit, 4);
    EXPECT_EQ(out.verdict, "unknown");
    EXPECT_EQ(out.model, "unknown");
    EXPECT_EQ(out.unobserved, 2U);
}

} // namespace
} // namespace haoh::scenarios
