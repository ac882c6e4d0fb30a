// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html/matrix.hpp"

#include "page.hpp"
#include "sample.hpp"

#include "report/check/report_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace haoh::test {
namespace {

using report::Matrix;
using report::MatrixCell;
using report::MatrixRow;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Matrix matrix_of(const Sample& sample) {
    const report::ReportView view = report::view_of(sample.report);
    const report::ToldFindings told(view);
    return report::matrix_of(view, report::subsystems_of(sample.observation, view.attributions),
                             told);
}

/// The words of a rule's cells.
std::vector<std::string> cells(const Matrix& matrix, const std::string& rule) {
    const auto row = std::ranges::find(matrix.rows, rule, &MatrixRow::rule);
    std::vector<std::string> out;
    if (row == matrix.rows.end()) {
        return {"no row"};
    }
    for (const MatrixCell& cell : row->cells) {
        out.push_back(report::word_of(cell));
    }
    return out;
}

void set_state(Report& report, const std::string& rule, RuleState state) {
    const auto found = std::ranges::find(report.rules, rule, &RuleResult::rule);
    ASSERT_NE(found, report.rules.end());
    found->state = state;
    found->in_subsystem.assign(found->in_subsystem.size(), state);
}

TEST(Matrix, has_a_column_for_each_controller_and_a_row_for_each_rule) {
    const Sample sample = healthy_pair();
    const Matrix matrix = matrix_of(sample);
    EXPECT_TRUE(matrix.by_controller);
    std::vector<std::string> names;
    for (const report::MatrixColumn& column : matrix.columns) {
        names.push_back(column.array + " " + column.name);
    }
    EXPECT_THAT(names, ElementsAre("array-a 1", "array-a 2", "array-b 1001", "array-b 1002"));
    EXPECT_EQ(matrix.rows.size(), sample.report.rules.size());
    for (const MatrixRow& row : matrix.rows) {
        EXPECT_THAT(cells(matrix, row.rule), ElementsAre("held", "held", "held", "held"));
        EXPECT_EQ(row.anchor, "");
    }
}

TEST(Matrix, tells_where_a_rule_is_broken) {
    Sample sample = healthy_pair();
    add(sample.report, uuid_finding(sample, 1));
    add(sample.report, firmware_note(sample));
    const Matrix matrix = matrix_of(sample);
    EXPECT_THAT(cells(matrix, "ns.uuid.equal"), ElementsAre("FAIL", "FAIL", "FAIL", "FAIL"));
    EXPECT_THAT(cells(matrix, "ctrl.fr.domain"), ElementsAre("NOTE", "NOTE", "NOTE", "NOTE"));
    const auto row = std::ranges::find(matrix.rows, "ns.uuid.equal", &MatrixRow::rule);
    EXPECT_EQ(row->anchor, "finding-1");
}

TEST(Matrix, promises_nothing_of_controllers_that_no_finding_names) {
    Sample sample = healthy_pair();
    Finding finding = serial_finding(sample);
    finding.values = {finding.values.back()};
    add(sample.report, finding);
    EXPECT_THAT(cells(matrix_of(sample), "ctrl.sn.equal"), ElementsAre("-", "-", "-", "FAIL"));
}

TEST(Matrix, has_a_finding_about_an_array_in_its_columns_only) {
    Sample sample = healthy_pair();
    Finding finding = serial_finding(sample);
    finding.values = {{.controller = "", .array = "array-b", .value = "absent"}};
    add(sample.report, finding);
    EXPECT_THAT(cells(matrix_of(sample), "ctrl.sn.equal"), ElementsAre("-", "-", "FAIL", "FAIL"));
}

TEST(Matrix, has_a_finding_about_no_controller_in_all_columns_of_its_subsystem) {
    Sample sample = healthy_pair();
    Finding finding = serial_finding(sample);
    finding.values.clear();
    add(sample.report, finding);
    EXPECT_THAT(cells(matrix_of(sample), "ctrl.sn.equal"),
                ElementsAre("FAIL", "FAIL", "FAIL", "FAIL"));
    sample.report.findings.back().subsystem = "nqn.2026-01.com.example:another";
    EXPECT_THAT(cells(matrix_of(sample), "ctrl.sn.equal"), ElementsAre("-", "-", "-", "-"));
}

TEST(Matrix, knows_what_became_of_a_rule_in_each_subsystem) {
    Sample sample = healthy_pair();
    Finding finding = serial_finding(sample);
    finding.subsystem = "nqn.2026-01.com.example:another";
    finding.values.clear();
    add(sample.report, finding);
    EXPECT_THAT(cells(matrix_of(sample), "ctrl.sn.equal"), Each("-"));
    sample.report.subsystems = {kSampleNqn, finding.subsystem};
    const auto rule = std::ranges::find(sample.report.rules, "ctrl.sn.equal", &RuleResult::rule);
    rule->in_subsystem = {RuleState::held, RuleState::broken};
    EXPECT_THAT(cells(matrix_of(sample), "ctrl.sn.equal"), Each("held"));
    // What is about no single subsystem is about what is there, too.
    rule->in_subsystem = {RuleState::not_applicable, RuleState::broken};
    EXPECT_THAT(cells(matrix_of(sample), "ctrl.sn.equal"), Each("n/a"));
    rule->elsewhere = RuleState::held;
    EXPECT_THAT(cells(matrix_of(sample), "ctrl.sn.equal"), Each("held"));
}

TEST(Matrix, tells_what_is_waived_apart) {
    Sample sample = healthy_pair();
    add_waived(sample.report, serial_finding(sample));
    EXPECT_THAT(cells(matrix_of(sample), "ctrl.sn.equal"), Each("accepted"));
    // What is not waived outweighs it.
    Finding worse = serial_finding(sample);
    worse.values = {worse.values.front()};
    add(sample.report, worse);
    EXPECT_THAT(cells(matrix_of(sample), "ctrl.sn.equal"),
                ElementsAre("FAIL", "accepted", "accepted", "accepted"));
}

TEST(Matrix, tells_unknown_and_not_applicable_apart_from_held) {
    Sample sample = healthy_pair();
    const std::string unknown = sample.report.rules.at(0).rule;
    const std::string elsewhere = sample.report.rules.at(1).rule;
    set_state(sample.report, unknown, RuleState::unknown);
    set_state(sample.report, elsewhere, RuleState::not_applicable);
    const Matrix matrix = matrix_of(sample);
    EXPECT_THAT(cells(matrix, unknown), Each("unknown"));
    EXPECT_THAT(cells(matrix, elsewhere), Each("n/a"));
    EXPECT_THAT(cells(matrix, sample.report.rules.at(2).rule), Each("held"));
}

TEST(Matrix, has_one_column_where_no_controller_was_asked) {
    Sample sample = healthy_pair();
    sample.observation.controllers.clear();
    Finding finding = serial_finding(sample);
    add(sample.report, finding);
    const Matrix matrix = matrix_of(sample);
    EXPECT_EQ(matrix.columns.size(), 1U);
    EXPECT_THAT(cells(matrix, "ctrl.sn.equal"), ElementsAre("FAIL"));
    EXPECT_THAT(cells(matrix, matrix.rows.back().rule), ElementsAre("held"));
}

TEST(Matrix, of_many_controllers_is_by_array) {
    Sample sample = healthy_pair(1);
    for (std::uint16_t cntlid = 3; cntlid <= 24; ++cntlid) {
        sample.observation.controllers.push_back(
            sample_controller("10.0.0." + std::to_string(cntlid), cntlid, true, 1));
        sample.report.attributions.add({.host = "",
                                        .controller = sample.observation.controllers.back().name,
                                        .array = "array-a",
                                        .evidence = ""});
    }
    ASSERT_EQ(sample.observation.controllers.size(), 26U);
    const Matrix matrix = matrix_of(sample);
    EXPECT_FALSE(matrix.by_controller);
    ASSERT_EQ(matrix.columns.size(), 2U);
    EXPECT_EQ(matrix.columns[0].name, "24 controllers");
    EXPECT_EQ(matrix.columns[1].name, "2 controllers");
    EXPECT_EQ(matrix.columns_left_out, 0U);
}

TEST(Matrix, of_many_subsystems_has_those_with_findings) {
    Sample sample = healthy_pair(1);
    const Sample one = healthy_pair(1);
    for (int number = 2; number <= 30; ++number) {
        for (ControllerObservation controller : one.observation.controllers) {
            controller.subsysnqn += "-" + std::to_string(number);
            controller.name += " of " + std::to_string(number);
            sample.observation.controllers.push_back(controller);
        }
    }
    Finding finding = serial_finding(sample);
    finding.values.clear();
    finding.subsystem = sample.observation.controllers.back().subsysnqn;
    add(sample.report, finding);
    const Matrix matrix = matrix_of(sample);
    EXPECT_EQ(matrix.columns.size(), report::kMatrixColumns);
    EXPECT_EQ(matrix.columns.front().subsystem, finding.subsystem);
    // Of the first two arrays are known, of each other subsystem none is.
    EXPECT_EQ(matrix.columns_left_out, 31U - report::kMatrixColumns);
}

TEST(Matrix, is_written_with_a_word_in_each_cell_and_headers) {
    Sample sample = healthy_pair();
    add(sample.report, uuid_finding(sample, 1));
    const ParsedPage page(to_html(sample.report, sample.observation));
    const std::string table = "//section[@id='rules']/details[summary/code='ns.*']//table";
    EXPECT_THAT(page.texts(table + "/thead/tr[last()]/th"),
                ElementsAre("Rule", "1", "2", "1001", "1002"));
    EXPECT_THAT(page.texts(table + "/thead/tr[1]/th"), ElementsAre("Array", "array-a", "array-b"));
    const std::string row = table + "/tbody/tr[th//code='ns.uuid.equal']";
    EXPECT_THAT(page.texts(row + "/td"),
                ElementsAre("\u2717 FAIL", "\u2717 FAIL", "\u2717 FAIL", "\u2717 FAIL"));
    EXPECT_EQ(page.first(row + "/th/a").attribute("href").value(), std::string("#finding-1"));
    EXPECT_THAT(page.text("//section[@id='rules']/details[summary/code='ns.*']/summary"),
                HasSubstr("1 broken"));
    // What did not hold is seen without unfolding anything.
    EXPECT_THAT(page.texts("//section[@id='rules']/div//tbody//code"),
                ElementsAre("ns.uuid.equal"));
    const ParsedPage healthy(to_html(healthy_pair().report, healthy_pair().observation));
    EXPECT_EQ(healthy.count("//section[@id='rules']/div"), 0U);
    EXPECT_GT(healthy.count("//section[@id='rules']/details"), 1U);
}

} // namespace
} // namespace haoh::test
