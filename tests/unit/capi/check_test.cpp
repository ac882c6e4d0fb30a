// SPDX-License-Identifier: LGPL-2.1-or-later
#include "freed.hpp"
#include "served_pair.hpp"

#include <haoh/check.hpp>
#include <haoh/report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace haoh::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

arraysim::Scenario broken_scenario() {
    arraysim::NamespaceSpec other{.nsid = 2};
    other.uuid = nvme::parse_uuid("11111111-2222-4333-8444-555555555555");
    return arraysim::ScenarioBuilder()
        .ns({.nsid = 1, .count = 3})
        .array("a")
        .array("b")
        .without_ns(2)
        .ns(other)
        .build();
}

ObservationHandle observed(const ServedPair& pair) {
    ErrorSlot error;
    const haoh_source source = pair.source();
    ObservationHandle out(haoh_observe(&source, error));
    EXPECT_NE(out, nullptr) << error.message();
    return out;
}

TEST(CapiCheck, a_healthy_pair_passes) {
    const ServedPair pair;
    const ObservationHandle observation = observed(pair);
    ErrorSlot error;
    const ReportHandle report(haoh_check(observation.get(), nullptr, error));
    ASSERT_NE(report, nullptr) << error.message();
    EXPECT_EQ(haoh_report_status(report.get()), HAOH_STATUS_OK);
    EXPECT_EQ(haoh_report_verdict(report.get()), HAOH_VERDICT_PASS);
    EXPECT_EQ(haoh_report_count(report.get(), HAOH_VERDICT_FAIL), 0U);
    EXPECT_GT(haoh_report_count(report.get(), HAOH_VERDICT_PASS), 100U);
    EXPECT_EQ(haoh_report_count(report.get(), 9), 0U);
}

TEST(CapiCheck, what_was_there_and_is_gone_is_told) {
    const ServedPair whole(
        arraysim::ScenarioBuilder().ns({.nsid = 1, .count = 3}).array("a").build());
    const ObservationHandle before = observed(whole);
    const ServedPair less(
        arraysim::ScenarioBuilder().ns({.nsid = 1, .count = 2}).array("a").build());
    const ObservationHandle now = observed(less);
    ErrorSlot error;
    const char* rules[] = {"expect.namespace"};
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    options.rules = rules;
    options.rules_count = 1;
    const ReportHandle without(haoh_check(now.get(), &options, error));
    ASSERT_NE(without, nullptr) << error.message();
    EXPECT_EQ(haoh_report_count(without.get(), HAOH_VERDICT_FAIL), 0U);
    options.expected = before.get();
    const ReportHandle with(haoh_check(now.get(), &options, error));
    ASSERT_NE(with, nullptr) << error.message();
    EXPECT_EQ(haoh_report_count(with.get(), HAOH_VERDICT_FAIL), 1U);
    EXPECT_EQ(haoh_report_status(with.get()), HAOH_STATUS_FAILED);
    // As a program has it that was built before there was such a member.
    options.size = offsetof(haoh_check_options, expected);
    const ReportHandle old(haoh_check(now.get(), &options, error));
    ASSERT_NE(old, nullptr) << error.message();
    EXPECT_EQ(haoh_report_count(old.get(), HAOH_VERDICT_FAIL), 0U);
}

TEST(CapiCheck, a_site_that_fits_nothing_is_refused) {
    const ServedPair pair;
    const ObservationHandle observation = observed(pair);
    ErrorSlot error;
    const std::string text = "[[site]]\nname = \"west\"\naddresses = [\"10.9.0.0/16\"]\n";
    const ConfigHandle config(haoh_config_parse(text.data(), text.size(), "haoh.toml", error));
    ASSERT_NE(config, nullptr) << error.message();
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    options.config = config.get();
    EXPECT_EQ(haoh_check(observation.get(), &options, error), nullptr);
    EXPECT_EQ(haoh_error_code(error.get()), HAOH_INVALID_ARGUMENT);
    EXPECT_THAT(error.message(), HasSubstr("haoh.toml:1: site \"west\""));
}

TEST(CapiCheck, a_defect_is_a_finding_with_its_values) {
    const ServedPair pair(broken_scenario());
    ObservationHandle observation = observed(pair);
    ErrorSlot error;
    const char* rules[] = {"ns.uuid.*"};
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    options.rules = rules;
    options.rules_count = 1;
    options.kernel = "6.12";
    const ReportHandle report(haoh_check(observation.get(), &options, error));
    ASSERT_NE(report, nullptr) << error.message();
    observation.reset(); // the report does not depend on it
    EXPECT_EQ(haoh_report_status(report.get()), HAOH_STATUS_FAILED);
    EXPECT_EQ(haoh_report_verdict(report.get()), HAOH_VERDICT_FAIL);
    ASSERT_EQ(haoh_report_finding_count(report.get()), 1U);

    haoh_finding finding HAOH_FINDING_INIT;
    ASSERT_EQ(haoh_report_finding(report.get(), 0, &finding, error), 0) << error.message();
    EXPECT_STREQ(finding.rule, "ns.uuid.equal");
    EXPECT_EQ(finding.verdict, HAOH_VERDICT_FAIL);
    EXPECT_STREQ(finding.severity, "C");
    ASSERT_EQ(finding.nsids_count, 1U);
    EXPECT_EQ(finding.nsids[0], 2U);
    EXPECT_STREQ(finding.on_release, "6.12");
    EXPECT_THAT(finding.on_kernel, HasSubstr("refused"));
    EXPECT_STRNE(finding.fix, "");
    ASSERT_EQ(finding.values_count, 2U);
    haoh_value value HAOH_VALUE_INIT;
    ASSERT_EQ(haoh_report_value(report.get(), 0, 1, &value, error), 0) << error.message();
    EXPECT_THAT(value.value, HasSubstr("11111111-2222-4333-8444-555555555555"));
    EXPECT_STRNE(value.controller, "");

    EXPECT_EQ(haoh_report_finding(report.get(), 1, &finding, error), -HAOH_NOT_FOUND);
    EXPECT_EQ(haoh_report_finding(report.get(), 0, nullptr, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_report_value(report.get(), 0, 2, &value, error), -HAOH_NOT_FOUND);
    EXPECT_THAT(owned(haoh_report_render(report.get(), HAOH_TEXT, nullptr, error)),
                HasSubstr("ns.uuid.equal"));
}

TEST(CapiCheck, tells_on_which_array_each_controller_is_and_how_sure_that_is) {
    const ServedPair pair;
    const ObservationHandle observation = observed(pair);
    ErrorSlot error;
    const ReportHandle report(haoh_check(observation.get(), nullptr, error));
    ASSERT_EQ(haoh_report_attribution_count(report.get()), 2U);
    for (const std::size_t index : {0U, 1U}) {
        haoh_attribution one HAOH_ATTRIBUTION_INIT;
        ASSERT_EQ(haoh_report_attribution(report.get(), index, &one, error), 0);
        EXPECT_STREQ(one.site, index == 0 ? "array-a" : "array-b");
        EXPECT_STREQ(one.host, "");
        EXPECT_THAT(one.controller, HasSubstr("tcp://127.0.0.1:"));
        EXPECT_THAT(one.evidence, HasSubstr("target tcp://127.0.0.1:"));
        EXPECT_GE(one.confidence, 80U);
        EXPECT_LT(one.confidence, 100U) << "nobody declared it";
    }
    haoh_attribution one HAOH_ATTRIBUTION_INIT;
    EXPECT_EQ(haoh_report_attribution(report.get(), 2, &one, error), -HAOH_NOT_FOUND);
    EXPECT_EQ(haoh_report_attribution(report.get(), 0, nullptr, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_report_attribution(nullptr, 0, &one, error), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_report_attribution_count(nullptr), 0U);

    const std::string toml = "[[site]]\nname = \"west\"\naddresses = [\"127.0.0.0/8\"]\n";
    const ConfigHandle config(haoh_config_parse(toml.data(), toml.size(), nullptr, error));
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    options.config = config.get();
    const ReportHandle declared(haoh_check(observation.get(), &options, error));
    ASSERT_NE(declared, nullptr) << error.message();
    ASSERT_EQ(haoh_report_attribution(declared.get(), 1, &one, error), 0) << error.message();
    EXPECT_STREQ(one.site, "west");
    EXPECT_EQ(one.confidence, 100U);
}

/// Two ranges of controller IDs in one domain: one array or two.
arraysim::Scenario doubtful_scenario() {
    return arraysim::ScenarioBuilder()
        .field("ctratt", std::uint64_t{0x401})
        .field("domainid", std::uint64_t{1})
        .array("a")
        .array("b")
        .build();
}

TEST(CapiCheck, a_finding_has_the_lines_that_settle_it) {
    const ServedPair pair(doubtful_scenario());
    const ObservationHandle observation = observed(pair);
    ErrorSlot error;
    const ReportHandle report(haoh_check(observation.get(), nullptr, error));
    ASSERT_NE(report, nullptr) << error.message();
    std::string lines;
    for (std::size_t index = 0; index < haoh_report_finding_count(report.get()); ++index) {
        haoh_finding finding HAOH_FINDING_INIT;
        ASSERT_EQ(haoh_report_finding(report.get(), index, &finding, error), 0);
        const char* line = nullptr;
        for (std::size_t at = 0;
             (line = haoh_report_finding_config(report.get(), index, at)) != nullptr; ++at) {
            EXPECT_STREQ(finding.rule, "model.arrays");
            lines += std::string(line) + "\n";
        }
    }
    EXPECT_THAT(lines, HasSubstr("[[site]]"));
    const ConfigHandle config(haoh_config_parse(lines.data(), lines.size(), nullptr, error));
    EXPECT_NE(config, nullptr) << "can be pasted: " << error.message();
    EXPECT_EQ(haoh_report_finding_config(report.get(), 99, 0), nullptr);
    EXPECT_EQ(haoh_report_finding_config(nullptr, 0, 0), nullptr);
}

TEST(CapiCheck, tells_what_became_of_each_rule) {
    const ServedPair pair(broken_scenario());
    const ObservationHandle observation = observed(pair);
    ErrorSlot error;
    const ReportHandle report(haoh_check(observation.get(), nullptr, error));
    const std::size_t count = haoh_report_rule_count(report.get());
    EXPECT_EQ(count, rules().size());
    std::array<std::size_t, 4> found{};
    std::string last;
    for (std::size_t i = 0; i < count; ++i) {
        int state = -1;
        const char* const id = haoh_report_rule(report.get(), i, &state, error);
        ASSERT_NE(id, nullptr);
        EXPECT_LT(last, id) << "ordered";
        last = id;
        ASSERT_TRUE(state >= HAOH_RULE_NOT_APPLICABLE && state <= HAOH_RULE_BROKEN) << id;
        ++found.at(static_cast<std::size_t>(state));
        if (last == "ns.uuid.equal") {
            EXPECT_EQ(state, HAOH_RULE_BROKEN);
        } else if (last == "host.ctrl.live") {
            EXPECT_EQ(state, HAOH_RULE_NOT_APPLICABLE);
        }
    }
    for (int state = HAOH_RULE_NOT_APPLICABLE; state <= HAOH_RULE_BROKEN; ++state) {
        EXPECT_EQ(haoh_report_rules_in(report.get(), state),
                  found.at(static_cast<std::size_t>(state)));
    }
    EXPECT_GT(found[HAOH_RULE_HELD], 100U);
    EXPECT_EQ(haoh_report_rules_in(report.get(), 4), 0U);
    EXPECT_EQ(haoh_report_rules_in(nullptr, HAOH_RULE_HELD), 0U);
    EXPECT_EQ(haoh_report_rule_count(nullptr), 0U);
    EXPECT_NE(haoh_report_rule(report.get(), 0, nullptr, error), nullptr);
    EXPECT_EQ(haoh_report_rule(report.get(), count, nullptr, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_NOT_FOUND);
}

TEST(CapiCheck, tells_what_the_cpp_interface_tells) {
    const ServedPair pair(broken_scenario());
    const ObservationHandle observation = observed(pair);
    ErrorSlot error;
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    options.kernel = "6.1";
    const ReportHandle report(haoh_check(observation.get(), &options, error));
    const std::string snapshot = owned(haoh_observation_json(observation.get(), error));
    CheckOptions same;
    same.kernel = "6.1";
    EXPECT_EQ(owned(haoh_report_render(report.get(), HAOH_JSON, nullptr, error)) + "\n",
              to_json(check(observation_from_json(snapshot, "snapshot"), same)));
}

TEST(CapiCheck, options_stand_above_the_configuration) {
    const ServedPair pair(broken_scenario());
    const ObservationHandle observation = observed(pair);
    ErrorSlot error;
    const std::string toml = "[check]\nprofile = \"dispersed\"\n";
    const ConfigHandle config(haoh_config_parse(toml.data(), toml.size(), nullptr, error));
    ASSERT_NE(config, nullptr) << error.message();
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    options.config = config.get();
    const auto told = [&] {
        const ReportHandle report(haoh_check(observation.get(), &options, error));
        return owned(haoh_report_render(report.get(), HAOH_TEXT, nullptr, error));
    };
    EXPECT_THAT(told(), HasSubstr("declared as dispersed"));
    options.profile = HAOH_PROFILE_STRETCHED;
    EXPECT_THAT(told(), Not(HasSubstr("declared as dispersed")));
    EXPECT_THAT(told(), HasSubstr("judged with profile stretched"));
    options.window = HAOH_WINDOW_NONE;
    const ConfigHandle named(haoh_config_parse(toml.data(), toml.size(), "haoh.toml", error));
    options.config = named.get();
    const ReportHandle report(haoh_check(observation.get(), &options, error));
    const std::string text = owned(haoh_report_render(report.get(), HAOH_JSON, nullptr, error));
    EXPECT_THAT(text, HasSubstr("\"version\": \"" + std::string(haoh_version()) + "\""));
    EXPECT_THAT(text, HasSubstr("\"config_file\": \"haoh.toml\""));
}

TEST(CapiCheck, what_is_wrong_is_named) {
    const ServedPair pair;
    const ObservationHandle observation = observed(pair);
    ErrorSlot error;
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    const auto refusal = [&] {
        const ReportHandle report(haoh_check(observation.get(), &options, error));
        EXPECT_EQ(report, nullptr);
        options = HAOH_CHECK_OPTIONS_INIT;
        return error.message();
    };
    options.profile = 77;
    EXPECT_THAT(refusal(), HasSubstr("profile 77"));
    options.window = -1;
    EXPECT_THAT(refusal(), HasSubstr("window -1"));
    options.kernel = "soon";
    EXPECT_THAT(refusal(), HasSubstr("soon"));
    options.kernel = "4.";
    EXPECT_THAT(refusal(), HasSubstr("write it as 6.12"));
    const char* rules[] = {"no.such.*"};
    options.rules = rules;
    options.rules_count = 1;
    EXPECT_THAT(refusal(), HasSubstr("no.such.*"));
    options.size = 3;
    EXPECT_THAT(refusal(), HasSubstr("haoh_check_options"));
}

TEST(CapiCheck, rules_are_listed) {
    ErrorSlot error;
    EXPECT_THAT(owned(haoh_rules(nullptr, HAOH_TEXT, nullptr, error)), HasSubstr("ctrl.sn.equal"));
    EXPECT_THAT(owned(haoh_rules("ns.uuid.*", HAOH_JSON, nullptr, error)),
                HasSubstr("haoh.rules/1"));
    EXPECT_EQ(haoh_rules("no.such", HAOH_TEXT, nullptr, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_rules(nullptr, HAOH_DOT, nullptr, error), nullptr) << "no such format";
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
    haoh_style style HAOH_STYLE_INIT;
    style.width = 40;
    const std::string narrow = owned(haoh_rules("ns.uuid.*", HAOH_TEXT, &style, error));
    style.width = 120;
    EXPECT_NE(owned(haoh_rules("ns.uuid.*", HAOH_TEXT, &style, error)), narrow);
}

TEST(CapiCheck, a_finding_holds_what_the_cpp_interface_tells) {
    const ServedPair pair(broken_scenario());
    const ObservationHandle observation = observed(pair);
    ErrorSlot error;
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    options.kernel = "6.12";
    const ReportHandle handle(haoh_check(observation.get(), &options, error));
    const std::string snapshot = owned(haoh_observation_json(observation.get(), error));
    CheckOptions same;
    same.kernel = "6.12";
    const Report report = check(observation_from_json(snapshot, "snapshot"), same);
    for (int verdict = HAOH_VERDICT_PASS; verdict <= HAOH_VERDICT_FAIL; ++verdict) {
        EXPECT_EQ(haoh_report_count(handle.get(), verdict),
                  report.count(static_cast<Verdict>(verdict)));
    }
    EXPECT_EQ(haoh_report_count(handle.get(), -1), 0U);
    EXPECT_EQ(haoh_report_render(handle.get(), HAOH_DOT, nullptr, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
    ASSERT_FALSE(report.findings.empty());
    ASSERT_EQ(haoh_report_finding_count(handle.get()), report.findings.size());
    for (std::size_t index = 0; index < report.findings.size(); ++index) {
        const Finding& expected = report.findings[index];
        haoh_finding finding HAOH_FINDING_INIT;
        ASSERT_EQ(haoh_report_finding(handle.get(), index, &finding, error), 0);
        EXPECT_EQ(finding.rule, expected.rule);
        EXPECT_EQ(finding.verdict, static_cast<int>(expected.verdict));
        EXPECT_EQ(finding.severity, to_string(expected.severity));
        EXPECT_EQ(finding.subsystem, expected.subsystem);
        EXPECT_EQ(finding.what, expected.what);
        EXPECT_EQ(finding.why, expected.why);
        EXPECT_EQ(finding.fix, expected.fix);
        EXPECT_EQ(finding.basis, expected.basis);
        EXPECT_EQ(finding.on_kernel, expected.on_kernel ? expected.on_kernel->text : "");
        EXPECT_EQ(finding.on_release, expected.on_kernel ? expected.on_kernel->release : "");
        ASSERT_EQ(finding.values_count, expected.values.size());
        for (std::size_t place = 0; place < finding.values_count; ++place) {
            haoh_value value HAOH_VALUE_INIT;
            ASSERT_EQ(haoh_report_value(handle.get(), index, place, &value, error), 0);
            EXPECT_EQ(value.controller, expected.values[place].controller);
            EXPECT_EQ(value.site, expected.values[place].array);
            EXPECT_EQ(value.value, expected.values[place].value);
        }
    }
}

TEST(CapiCheck, the_status_is_that_of_what_is_to_fail) {
    const ServedPair pair(
        arraysim::ScenarioBuilder()
            .array("a")
            .array("b")
            .lie(arraysim::AnswerKind::identify_controller, "mdts", std::uint64_t{5})
            .build());
    const ObservationHandle observation = observed(pair);
    ErrorSlot error;
    haoh_check_options options HAOH_CHECK_OPTIONS_INIT;
    const auto status = [&] {
        const ReportHandle report(haoh_check(observation.get(), &options, error));
        EXPECT_EQ(haoh_report_verdict(report.get()), HAOH_VERDICT_WARN);
        return haoh_report_status(report.get());
    };
    EXPECT_EQ(status(), HAOH_STATUS_OK);
    options.fail_on = HAOH_FAIL_ON_WARN;
    EXPECT_EQ(status(), HAOH_STATUS_FAILED);
    const std::string toml = "[check]\nfail_on = \"warn\"\n";
    const ConfigHandle config(haoh_config_parse(toml.data(), toml.size(), nullptr, error));
    ASSERT_NE(config, nullptr) << error.message();
    options.config = config.get();
    options.fail_on = 0;
    EXPECT_EQ(status(), HAOH_STATUS_FAILED);
    options.fail_on = HAOH_FAIL_ON_FAIL;
    EXPECT_EQ(status(), HAOH_STATUS_OK);
}

} // namespace
} // namespace haoh::test
