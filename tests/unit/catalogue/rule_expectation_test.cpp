// SPDX-License-Identifier: LGPL-2.1-or-later
// Class, severity, verdict and windows of each rule against data/rule_expectations.table.
#include "unit/catalogue/expectations.hpp"

#include <haoh/config.hpp>
#include <haoh/rule.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::test {
namespace {

std::string windows_of(const Rule& rule) {
    constexpr std::array<std::pair<Window, std::string_view>, 3> kNames{
        {{Window::migration, "migration"},
         {Window::upgrade, "upgrade"},
         {Window::resize, "resize"}}};
    std::string out;
    for (const auto& [window, name] : kNames) {
        if ((rule.relaxed_in >> static_cast<unsigned>(window) & 1U) != 0) {
            out += (out.empty() ? "" : ",") + std::string(name);
        }
    }
    return out.empty() ? "-" : out;
}

std::string judgement_of(const Rule& rule) {
    return std::string(to_string(rule.rule_class)) + " " + std::string(to_string(rule.severity)) +
           " " + std::string(to_string(rule.verdict)) + " " + windows_of(rule);
}

class RuleExpected : public testing::TestWithParam<RuleExpectation> {};

TEST_P(RuleExpected, ClassSeverityVerdictAndWindows) {
    const RuleExpectation& wanted = GetParam();
    const Rule* rule = find_rule(wanted.id);
    ASSERT_NE(rule, nullptr) << "data/rule_expectations.table has a rule that the program lacks";
    const std::string judgement = judgement_of(*rule);
    if (wanted.today.empty()) {
        EXPECT_EQ(judgement, wanted.judgement) << "by " << wanted.sources;
        return;
    }
    RecordProperty("expected_failure", wanted.why_wrong);
    EXPECT_NE(judgement, wanted.judgement) << "mended: remove the mark of column today";
    EXPECT_EQ(judgement, wanted.today)
        << "wrong in another way than the mark says; right by " << wanted.sources;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, RuleExpected, testing::ValuesIn(rule_expectations()),
                         [](const testing::TestParamInfo<RuleExpectation>& one) {
                             return case_name(one.param.id);
                         });

TEST(RuleExpectations, AreThereForEveryRule) {
    std::vector<std::string> expected;
    for (const RuleExpectation& row : rule_expectations()) {
        expected.push_back(row.id);
    }
    std::vector<std::string> present;
    for (const Rule& rule : rules()) {
        present.emplace_back(rule.id);
    }
    EXPECT_EQ(present, expected) << "a new rule needs a row, in the order of the rules";
}

bool names_any(const std::string& text, const std::vector<std::string>& words) {
    for (const std::string& word : words) {
        if (text.find(word) != std::string::npos) {
            return true;
        }
    }
    return false;
}

// The way in which verdicts follow from severities (data/README.md), so that a row cannot be made
// to fit the program without a source.
TEST(RuleExpectations, AreFilledAsTheirReadmeSays) {
    for (const RuleExpectation& row : rule_expectations()) {
        EXPECT_FALSE(row.sources.empty()) << row.id;
        const bool grave = names_any(row.judgement, {" C ", " L "});
        if (row.judgement.find(" fail ") != std::string::npos) {
            EXPECT_TRUE(
                names_any(row.sources, grave ? std::vector<std::string>{"Base ", "NVM Command Set",
                                                                        "Linux ", "declared policy"}
                                             : std::vector<std::string>{"scenario "}))
                << row.id << " fails by " << row.sources;
        }
        if (row.judgement.find(" C warn ") != std::string::npos ||
            row.judgement.find(" C fail ") != std::string::npos) {
            EXPECT_TRUE(row.judgement.ends_with(" -")) << row.id << ": no window relaxes C";
        }
        EXPECT_EQ(row.today.empty(), row.why_wrong.empty()) << row.id;
        EXPECT_NE(row.today, row.judgement) << row.id;
    }
}

} // namespace
} // namespace haoh::test
