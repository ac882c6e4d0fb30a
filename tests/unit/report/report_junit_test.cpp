// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample.hpp"

#include <haoh/report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pugixml.hpp>

#include <string>
#include <vector>

namespace haoh {
namespace {

using test::add;
using test::healthy_pair;
using test::kSampleNqn;
using test::Sample;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A rendering, read by an XML parser.
class JUnit {
  public:
    explicit JUnit(const Sample& sample) : text{to_junit(sample.report, sample.observation)} {
        const pugi::xml_parse_result result = document.load_string(text.c_str());
        EXPECT_TRUE(result) << result.description();
    }

    [[nodiscard]] pugi::xml_node root() const { return document.child("testsuites"); }
    [[nodiscard]] pugi::xml_node suite(const std::string& name) const {
        return root().find_child_by_attribute("testsuite", "name", name.c_str());
    }
    [[nodiscard]] pugi::xml_node test_case(const std::string& suite_name,
                                           const std::string& name) const {
        return suite(suite_name).find_child_by_attribute("testcase", "name", name.c_str());
    }
    /// "118 tests, 1 failures, ..." of an element.
    [[nodiscard]] static std::string counts(pugi::xml_node node) {
        std::string out;
        for (const char* const key : {"tests", "failures", "errors", "skipped"}) {
            out += std::string(out.empty() ? "" : ", ") + key + " " + node.attribute(key).value();
        }
        return out;
    }
    [[nodiscard]] std::vector<std::string> suites() const {
        std::vector<std::string> out;
        for (const pugi::xml_node node : root().children("testsuite")) {
            out.emplace_back(node.attribute("name").value());
        }
        return out;
    }

    std::string text;
    pugi::xml_document document;
};

std::vector<std::string> children_of(pugi::xml_node node) {
    std::vector<std::string> out;
    for (const pugi::xml_node child : node.children()) {
        out.emplace_back(child.name());
    }
    return out;
}

TEST(ReportJUnit, has_a_case_for_each_rule_and_subsystem) {
    Sample sample = healthy_pair();
    sample.report.rules[3].state = RuleState::not_applicable;
    sample.report.rules[3].in_subsystem = {RuleState::not_applicable};
    const JUnit junit{sample};
    EXPECT_THAT(junit.suites(), ElementsAre(kSampleNqn, "no single subsystem"));
    EXPECT_EQ(junit.counts(junit.root()), "tests 118, failures 0, errors 0, skipped 1");
    EXPECT_EQ(junit.counts(junit.suite(kSampleNqn)), "tests 118, failures 0, errors 0, skipped 1");
    EXPECT_EQ(junit.counts(junit.suite("no single subsystem")),
              "tests 0, failures 0, errors 0, skipped 0");
    EXPECT_STREQ(junit.suite(kSampleNqn).attribute("timestamp").value(), "2026-09-01T03:00:00Z");
    const pugi::xml_node held = junit.test_case(kSampleNqn, sample.report.rules[0].rule);
    EXPECT_STREQ(held.attribute("classname").value(), kSampleNqn);
    EXPECT_THAT(children_of(held), IsEmpty());
    EXPECT_THAT(children_of(junit.test_case(kSampleNqn, sample.report.rules[3].rule)),
                ElementsAre("skipped"));
}

TEST(ReportJUnit, a_fail_is_a_failure_with_both_values_why_and_fix) {
    Sample sample = healthy_pair();
    add(sample.report, test::uuid_finding(sample, 2));
    const JUnit junit{sample};
    EXPECT_EQ(junit.counts(junit.root()), "tests 118, failures 1, errors 0, skipped 0");
    const pugi::xml_node failure = junit.test_case(kSampleNqn, "ns.uuid.equal").child("failure");
    EXPECT_STREQ(failure.attribute("message").value(),
                 "NSID 2: UUID differs between array-a and array-b");
    EXPECT_STREQ(failure.attribute("type").value(), "FAIL");
    EXPECT_STREQ(
        failure.text().get(),
        "FAIL: NSID 2: UUID differs between array-a and array-b\n"
        "  array-a, tcp://10.0.0.1:4420 controller 1     5d0f9a61-1c7e-4b02-8a00-0000000002a5\n"
        "  array-a, tcp://10.0.0.2:4420 controller 2     5d0f9a61-1c7e-4b02-8a00-0000000002a5\n"
        "  array-b, tcp://10.1.0.1:4420 controller 1001  5d0f9a61-1c7e-4b02-8a00-0000000002ff\n"
        "  array-b, tcp://10.1.0.2:4420 controller 1002  5d0f9a61-1c7e-4b02-8a00-0000000002ff\n"
        "Why: The host takes the two copies for different volumes: Linux leaves out the paths of "
        "the array that it meets second.\n"
        "Fix: Give both copies the same UUID, on the array that was set up second.\n"
        "At stake: data corruption\n"
        "Basis: Base 2.3 section 2.4.1; Linux nvme_ns_ids_equal()\n");
}

TEST(ReportJUnit, warnings_fail_only_when_asked_to) {
    Sample sample = healthy_pair();
    Finding warning = test::serial_finding(sample);
    warning.verdict = Verdict::warn;
    add(sample.report, warning);
    add(sample.report, test::firmware_note(sample));
    const JUnit lenient{sample};
    EXPECT_EQ(lenient.counts(lenient.root()), "tests 118, failures 0, errors 0, skipped 0");
    const pugi::xml_node passed = lenient.test_case(kSampleNqn, "ctrl.sn.equal");
    EXPECT_THAT(children_of(passed), ElementsAre("system-out"));
    EXPECT_THAT(passed.child("system-out").text().get(),
                HasSubstr("WARN: serial number differs between array-a and array-b\n"));
    sample.report.judged.fail_on = FailOn::warn;
    const JUnit strict{sample};
    EXPECT_EQ(strict.counts(strict.root()), "tests 118, failures 1, errors 0, skipped 0");
    EXPECT_THAT(children_of(strict.test_case(kSampleNqn, "ctrl.sn.equal")), ElementsAre("failure"));
    EXPECT_THAT(children_of(strict.test_case(kSampleNqn, "ctrl.fr.domain")),
                ElementsAre("system-out"));
}

TEST(ReportJUnit, what_is_not_known_is_an_error) {
    Sample sample = healthy_pair();
    Finding unknown = test::serial_finding(sample);
    unknown.verdict = Verdict::unknown;
    add(sample.report, unknown);
    sample.report.rules[5].state = RuleState::unknown;
    sample.report.rules[5].in_subsystem = {RuleState::unknown};
    add(sample, test::refused_target());
    const JUnit junit{sample};
    EXPECT_EQ(junit.counts(junit.root()), "tests 119, failures 0, errors 3, skipped 0");
    EXPECT_STREQ(
        junit.test_case(kSampleNqn, "ctrl.sn.equal").child("error").attribute("message").value(),
        "serial number differs between array-a and array-b");
    EXPECT_THAT(children_of(junit.test_case(kSampleNqn, sample.report.rules[5].rule)),
                ElementsAre("error"));
    EXPECT_STREQ(junit.test_case("no single subsystem", "observed tcp://10.2.0.1:4420")
                     .child("error")
                     .attribute("message")
                     .value(),
                 test::refused_target().error.c_str());
}

TEST(ReportJUnit, is_not_worse_than_the_verdict_either) {
    // What explains it is waived, so that the exit status is 0.
    Sample sample = healthy_pair();
    sample.report.rules[5].state = RuleState::unknown;
    sample.report.rules[5].in_subsystem = {RuleState::unknown};
    const JUnit junit{sample};
    EXPECT_EQ(junit.counts(junit.root()), "tests 118, failures 0, errors 0, skipped 1");
    sample.report.verdict = Verdict::unknown;
    const JUnit unknown{sample};
    EXPECT_EQ(unknown.counts(unknown.root()), "tests 118, failures 0, errors 1, skipped 0");
}

TEST(ReportJUnit, is_never_better_than_the_verdict) {
    // No rule had anything to judge.
    Sample sample = healthy_pair();
    for (RuleResult& rule : sample.report.rules) {
        rule.state = RuleState::not_applicable;
        rule.in_subsystem = {RuleState::not_applicable};
    }
    sample.report.verdict = Verdict::unknown;
    const JUnit junit{sample};
    EXPECT_EQ(junit.counts(junit.root()), "tests 119, failures 0, errors 1, skipped 118");
    EXPECT_THAT(children_of(junit.test_case("no single subsystem", "verdict")),
                ElementsAre("error"));
    // Nothing was there at all.
    const JUnit nothing{Sample{.observation = {}, .report = check({})}};
    EXPECT_THAT(nothing.suites(), ElementsAre("no single subsystem"));
    EXPECT_STREQ(nothing.root().attribute("errors").value(), "1");
    EXPECT_STREQ(nothing.root().attribute("failures").value(), "0");
}

TEST(ReportJUnit, tells_a_rule_that_holds_in_one_subsystem_and_not_in_another) {
    Sample sample = healthy_pair();
    const std::string other = "nqn.2026-01.com.example:other";
    sample.report.subsystems.push_back(other);
    for (RuleResult& rule : sample.report.rules) {
        rule.in_subsystem.push_back(RuleState::held);
    }
    add(sample.report, test::uuid_finding(sample, 2));
    for (RuleResult& rule : sample.report.rules) {
        if (rule.rule == "ns.uuid.equal") {
            rule.in_subsystem = {RuleState::broken, RuleState::held};
        }
    }
    const JUnit junit{sample};
    EXPECT_EQ(junit.counts(junit.suite(kSampleNqn)), "tests 118, failures 1, errors 0, skipped 0");
    EXPECT_EQ(junit.counts(junit.suite(other)), "tests 118, failures 0, errors 0, skipped 0");
    EXPECT_THAT(children_of(junit.test_case(other, "ns.uuid.equal")), IsEmpty());
}

TEST(ReportJUnit, what_is_of_no_single_subsystem_has_a_suite_of_its_own) {
    Sample sample = healthy_pair();
    RuleResult& rule = sample.report.rules[7];
    rule.in_subsystem = {RuleState::not_applicable};
    rule.elsewhere = RuleState::held;
    Finding host = test::serial_finding(sample);
    host.rule = "host.identity.unique";
    host.subsystem.clear();
    add(sample.report, host);
    const JUnit junit{sample};
    EXPECT_FALSE(junit.test_case(kSampleNqn, rule.rule)) << "it was judged, elsewhere";
    EXPECT_THAT(children_of(junit.test_case("no single subsystem", rule.rule)), IsEmpty());
    EXPECT_THAT(children_of(junit.test_case("no single subsystem", "host.identity.unique")),
                ElementsAre("failure"));
}

TEST(ReportJUnit, what_is_waived_or_known_is_skipped_with_the_reason) {
    Sample sample = healthy_pair();
    Finding waived = test::uuid_finding(sample, 2);
    waived.waived =
        Waived{.reason = "firmware 7.1 has it", .owner = "storage", .expires = "2027-01-31"};
    add(sample.report, waived);
    Finding known = test::serial_finding(sample);
    known.known = true;
    add(sample.report, known);
    sample.report.verdict = Verdict::pass;
    const JUnit junit{sample};
    EXPECT_EQ(junit.counts(junit.root()), "tests 118, failures 0, errors 0, skipped 2");
    const pugi::xml_node test = junit.test_case(kSampleNqn, "ns.uuid.equal");
    EXPECT_STREQ(test.child("skipped").attribute("message").value(),
                 "waived until 2027-01-31 by storage: firmware 7.1 has it");
    EXPECT_THAT(test.child("system-out").text().get(),
                HasSubstr("FAIL: NSID 2: UUID differs between array-a and array-b\n"
                          "(waived until 2027-01-31 by storage: firmware 7.1 has it)\n"));
    EXPECT_STREQ(
        junit.test_case(kSampleNqn, "ctrl.sn.equal").child("skipped").attribute("message").value(),
        "known: an earlier report has it");
    // One that counts beside it is a failure, and the waived one is told with it.
    add(sample.report, test::uuid_finding(sample, 1));
    const JUnit both{sample};
    const pugi::xml_node failed = both.test_case(kSampleNqn, "ns.uuid.equal");
    EXPECT_THAT(children_of(failed), ElementsAre("failure", "system-out"));
    EXPECT_THAT(failed.child("failure").text().get(), Not(HasSubstr("NSID 2")));
}

TEST(ReportJUnit, counts_what_it_does_not_name) {
    Sample sample = healthy_pair();
    for (const std::uint32_t nsid : {1U, 2U}) {
        Finding one = test::uuid_finding(sample, nsid);
        one.what += " of a volume " + std::to_string(nsid);
        add(sample.report, one);
    }
    const JUnit junit{sample};
    EXPECT_STREQ(
        junit.test_case(kSampleNqn, "ns.uuid.equal").child("failure").attribute("message").value(),
        "NSID 1: UUID differs between array-a and array-b of a volume 1; and 1 more");
}

TEST(ReportJUnit, is_xml_whatever_bytes_an_array_sent) {
    Sample sample = healthy_pair();
    Finding finding = test::serial_finding(sample);
    finding.values[0].value = std::string("\0\x01\x1f]]><a b='\"&\xef\xbf\xbf\xff", 18);
    add(sample.report, finding);
    const JUnit junit{sample};
    EXPECT_THAT(junit.test_case(kSampleNqn, "ctrl.sn.equal").child("failure").text().get(),
                HasSubstr("  \\x00\\x01\\x1f]]><a b='\"&\\xef\\xbf\\xbf\\xff\n"));
    for (const char byte : junit.text) {
        EXPECT_TRUE(byte == '\n' || static_cast<unsigned char>(byte) >= 0x20);
    }
}

} // namespace
} // namespace haoh
