// SPDX-License-Identifier: LGPL-2.1-or-later
// Every defect on its own: exactly the findings that belong to it, and no other.
#include "unit/catalogue/case.hpp"
#include "unit/catalogue/expectations.hpp"

#include <haoh/rule.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace haoh::test {
namespace {

std::vector<Case> all_cases() {
    std::vector<Case> out;
    for (auto& table :
         {snapshot_cases(),   subsystem_cases(), controller_id_cases(),  capability_cases(),
          transport_cases(),  property_cases(),  ana_capability_cases(), identity_cases(),
          descriptor_cases(), geometry_cases(),  format_cases(),         attribute_cases(),
          list_cases(),       ana_log_cases(),   ana_group_cases(),      feature_cases(),
          domain_cases(),     dispersed_cases(), discovery_cases(),      mask_cases(),
          boundary_cases(),   shown_cases(),     expect_cases(),         command_cases(),
          array_cases(),      site_cases()}) {
        out.insert(out.end(), table.begin(), table.end());
    }
    return out;
}

std::string details(const Report& report) {
    std::string out;
    for (const Finding& finding : report.findings) {
        out += finding.rule + ": " + finding.what + "\n";
        for (const FindingValue& value : finding.values) {
            out += "    " + value.array + " " + value.controller + ": " + value.value + "\n";
        }
    }
    return out;
}

/// The finding shows the values of the damage, and each of them on every controller of its array.
void expect_shown(const Report& report, const Shown& shown, const Pair& pair) {
    const auto found =
        std::find_if(report.findings.begin(), report.findings.end(),
                     [&shown](const Finding& finding) { return finding.rule == shown.rule; });
    ASSERT_NE(found, report.findings.end()) << shown.rule;
    EXPECT_EQ(found->severity, shown.severity) << shown.rule;
    std::vector<std::string> wanted;
    for (const auto& [array, nodes, value] :
         {std::tuple{"array-a", &pair.a, shown.on_a}, std::tuple{"array-b", &pair.b, shown.on_b}}) {
        for (const Node& node : *nodes) {
            if (!value.empty()) {
                wanted.push_back(std::string{array} + " " + node.name + ": " + value);
            }
        }
    }
    std::vector<std::string> values;
    for (const FindingValue& value : found->values) {
        values.push_back(value.array + " " + value.controller + ": " + value.value);
    }
    EXPECT_THAT(values, testing::ElementsAreArray(wanted)) << shown.rule;
}

class Defect : public testing::TestWithParam<Case> {};

TEST_P(Defect, IsReportedAloneAndInFull) {
    Pair pair;
    GetParam().damage(pair);
    const Report report = pair.report();
    std::vector<std::string> today;
    std::string why_wrong;
    for (const std::string& line : GetParam().expected) {
        today.push_back(as_today(line, why_wrong));
    }
    if (!why_wrong.empty()) {
        RecordProperty("expected_failure", why_wrong);
    }
    EXPECT_THAT(lines(report), testing::UnorderedElementsAreArray(today)) << details(report);
    for (const Finding& finding : report.findings) {
        EXPECT_FALSE(finding.what.empty()) << finding.rule;
        EXPECT_FALSE(finding.why.empty()) << finding.rule;
        EXPECT_FALSE(finding.fix.empty()) << finding.rule;
    }
    for (const Shown& shown : GetParam().shown) {
        expect_shown(report, shown, pair);
    }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Defect, testing::ValuesIn(all_cases()),
                         [](const testing::TestParamInfo<Case>& one) { return one.param.name; });

TEST(Catalogue, FindsNothingInAHealthyPair) {
    EXPECT_THAT(lines(Pair{}.report()), testing::IsEmpty()) << details(Pair{}.report());
    EXPECT_EQ(Pair{}.report().verdict, Verdict::pass);
    Pair with_logs;
    with_logs.with_discovery();
    EXPECT_THAT(lines(with_logs.report()), testing::IsEmpty()) << details(with_logs.report());
}

TEST(Catalogue, HasACaseForEachRule) {
    std::set<std::string> exercised;
    for (const Case& one : all_cases()) {
        for (const std::string& line : one.expected) {
            const std::size_t begin = line.find(' ') + 1;
            exercised.insert(line.substr(begin, line.find(' ', begin) - begin));
        }
    }
    for (const Rule& rule : rules()) {
        // What a host made of the pair: host_rules_test.cpp. Of a report: accept/waive_test.cpp.
        EXPECT_TRUE(rule.id.starts_with("host.") || rule.id.starts_with("waiver.") ||
                    exercised.contains(std::string{rule.id}))
            << rule.id;
    }
}

} // namespace
} // namespace haoh::test
