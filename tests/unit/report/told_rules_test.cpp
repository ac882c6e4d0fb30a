// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/told_rules.hpp"

#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::report {
namespace {

TEST(ToldRules, AreThoseAskedForThenThoseOfFindings) {
    test::Sample sample = test::healthy_pair();
    for (int twice = 0; twice < 2; ++twice) {
        Finding other = test::serial_finding(sample);
        other.rule = "of.another.release";
        other.nsid = static_cast<std::uint32_t>(twice);
        sample.report.findings.push_back(other);
    }
    const std::vector<ToldRule> told = told_rules(view_of(sample.report));
    ASSERT_EQ(told.size(), 119U);
    EXPECT_EQ(told[0].id, rules()[0].id);
    EXPECT_EQ(told[0].rule, &rules()[0]);
    EXPECT_EQ(told[118].id, "of.another.release");
    EXPECT_EQ(told[118].rule, nullptr);
}

TEST(ToldRules, HaveANameOfOneWord) {
    EXPECT_EQ(pascal_case("ns.uuid.equal"), "NsUuidEqual");
    EXPECT_EQ(pascal_case("snap.verdict_unknown"), "SnapVerdictUnknown");
    EXPECT_EQ(pascal_case("ns.cns08.supported"), "NsCns08Supported");
    EXPECT_EQ(pascal_case("\x80."), "");
}

TEST(ToldRules, HaveHelpWithAllThatIsKnown) {
    const Rule rule{.id = "a.b",
                    .title = "A is B",
                    .severity = Severity::loss,
                    .verdict = Verdict::warn,
                    .exception = "it is rare",
                    .basis = "Base 2.3",
                    .why = "It matters.",
                    .fix = "Mend it."};
    EXPECT_EQ(rule_help(rule), "At stake: loss of access.\nWhy it matters: It matters.\n"
                               "What to do: Mend it.\nBasis: Base 2.3\nMilder because: it is rare");
    const Rule* uuid = find_rule("ns.uuid.equal");
    ASSERT_NE(uuid, nullptr);
    EXPECT_THAT(rule_help(*uuid), testing::HasSubstr("\nLinux: "));
}

} // namespace
} // namespace haoh::report
