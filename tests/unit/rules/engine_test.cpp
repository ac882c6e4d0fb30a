// SPDX-License-Identifier: LGPL-2.1-or-later
// How values are compared and told where more than two of them, or none, meet.
#include "unit/rules/pair.hpp"

#include <haoh/rule.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Comparison, SeesTheDeviantInTheMiddle) {
    Pair pair(3, 1);
    pair.b[1].id.vid = 7;
    const Report report = pair.report();
    ASSERT_THAT(lines(report), ElementsAre("NOTE ctrl.vid.equal"));
    EXPECT_THAT(report.findings[0].what, HasSubstr("between the controllers of array-b"));
    Pair first(3, 1);
    first.a[0].path(1).identify.dps = 1;
    const Report other = first.report();
    ASSERT_THAT(lines(other), ElementsAre("FAIL ns.dps.equal 1"));
    EXPECT_THAT(other.findings[0].what, HasSubstr("between the controllers of array-a"));
}

TEST(Comparison, NamesEachArrayThatIsTorn) {
    Pair pair(2, 1);
    pair.a[0].id.vid = pair.b[0].id.vid = 7;
    const Report report = pair.report();
    ASSERT_THAT(lines(report), ElementsAre("NOTE ctrl.vid.equal"));
    EXPECT_THAT(report.findings[0].what,
                HasSubstr("between the controllers of array-a and array-b"));
}

TEST(Comparison, GoesOnBehindAPathThatSaysNothing) {
    // NAWUN counts with NSABP only: the second controller has none, the third another one.
    Pair pair(2, 1);
    pair.on_all_paths([](Path& path) { path.identify.nsfeat |= 0x02; });
    pair.a[1].path(1).identify.nsfeat &= 0xFD;
    pair.on_b(1, [](Path& path) { path.identify.nawun = 15; });
    const Report report = pair.report();
    ASSERT_THAT(lines(report), ElementsAre("WARN ns.nsfeat.nsabp.equal 1"));
    EXPECT_THAT(report.findings[0].what,
                HasSubstr("atomic sizes reported (NSABP) and NAWUN differ"));
    EXPECT_EQ(report.findings[0].values[0].value, "atomic sizes reported (NSABP) yes, NAWUN 7");
    EXPECT_EQ(report.findings[0].values[1].value, "atomic sizes reported (NSABP) no");
}

TEST(Comparison, NamesNoArrayWhereNoneIsKnown) {
    // Connected by a host, with nothing that tells the arrays apart.
    Pair pair(2, 1);
    std::uint16_t cntlid = 1;
    pair.on_both([&cntlid](Node& node) {
        node.id.cntlid = cntlid++;
        node.target.clear();
    });
    pair.b[1].id.vid = 7;
    const Report report = pair.report();
    ASSERT_THAT(lines(report), ElementsAre("NOTE ctrl.vid.equal"));
    EXPECT_THAT(report.findings[0].what, testing::EndsWith("differs between controllers"));
    for (const FindingValue& value : report.findings[0].values) {
        EXPECT_EQ(value.site, "");
    }
}

TEST(Comparison, LeavesOutControllersThatDidNotAnswer) {
    // Decoded as zeros their pages would break every rule about numbers.
    Pair pair(2, 1);
    pair.b[0].edit = [](ControllerObservation& seen) {
        seen.identify = Page::of_failure("timed out");
    };
    for (const std::string& line : lines(pair.report())) {
        EXPECT_TRUE(line.starts_with("UNKNOWN ")) << line;
    }
}

TEST(Order, PutsFailuresFirstThenTheWorse) {
    Pair pair(1, 1);
    pair.on_b([](Node& node) {
        node.id.sn = ascii<20>("OTHER"); // FAIL, degraded
        node.id.nn = 2048;               // FAIL, loss
        node.path(1).identify.dps = 1;   // FAIL, corruption
        node.id.fna = 1;                 // WARN, corruption
        node.id.anatt = 20;              // WARN, degraded
        node.id.vid = 7;                 // NOTE, management
    });
    EXPECT_THAT(lines(pair.report()),
                ElementsAre("FAIL ns.dps.equal 1", "FAIL ctrl.nn.equal", "FAIL ctrl.sn.equal",
                            "WARN ctrl.sanicap_fna.equal", "WARN ana.anatt.equal",
                            "NOTE ctrl.vid.equal"));
}

TEST(Values, AreOfOneArrayTogetherAndAlikeTogether) {
    Pair pair(3, 1);
    pair.a[1].id.vid = 7;
    pair.b[0].id.vid = 7;
    const Report report = pair.report();
    ASSERT_EQ(report.findings.size(), 1U);
    std::vector<std::string> shown;
    for (const FindingValue& value : report.findings[0].values) {
        shown.push_back(value.site + " " + value.value);
    }
    // The array of the first controller first, and of each array the value that came first.
    EXPECT_THAT(shown, ElementsAre("array-a 0x1cc1", "array-a 0x1cc1", "array-a 0x7",
                                   "array-b 0x1cc1", "array-b 0x1cc1", "array-b 0x7"));
}

TEST(Window, RelaxesWarningsAndNotesByOneStep) {
    // ctrl.fr.domain warns inside an array and notes between arrays; an upgrade relaxes it.
    Pair inside(2, 1);
    inside.b[1].id.fr = ascii<8>("8");
    EXPECT_THAT(lines(inside.report()), ElementsAre("WARN ctrl.fr.domain"));
    inside.options.config.window = Window::upgrade;
    EXPECT_THAT(lines(inside.report()), ElementsAre("NOTE ctrl.fr.domain"));
    Pair between(2, 1);
    between.on_b([](Node& node) { node.id.fr = ascii<8>("8"); });
    EXPECT_THAT(lines(between.report()), ElementsAre("NOTE ctrl.fr.domain"));
    between.options.config.window = Window::upgrade;
    EXPECT_THAT(lines(between.report()), ElementsAre());
    between.options.config.window = Window::resize;
    EXPECT_THAT(lines(between.report()), ElementsAre("NOTE ctrl.fr.domain"));
}

TEST(Findings, SayWhatTheirRuleSays) {
    Pair pair(1, 1);
    pair.on_b([](Node& node) { node.id.nn = 2048; });
    const Report report = pair.report();
    ASSERT_EQ(report.findings.size(), 1U);
    const Rule& rule = *find_rule("ctrl.nn.equal");
    EXPECT_EQ(report.findings[0].basis, rule.basis);
    EXPECT_EQ(report.findings[0].why, rule.why);
    EXPECT_EQ(report.findings[0].fix, rule.fix);
    EXPECT_EQ(report.findings[0].severity, rule.severity);
    EXPECT_EQ(report.findings[0].subsystem, kNqn);
    EXPECT_FALSE(report.findings[0].nsid);
}

TEST(Findings, CountSixRangesOfNamespacesAndNoMore) {
    for (const unsigned ranges : {6U, 7U}) {
        Pair pair(1, 20);
        for (std::uint32_t range = 0; range < ranges; ++range) {
            pair.b[0].path(1 + 2 * range).identify.dps = 1;
        }
        const Report report = pair.report();
        ASSERT_EQ(report.findings.size(), 1U);
        EXPECT_THAT(
            report.findings[0].what,
            ranges == 6
                ? testing::AllOf(HasSubstr("(nsid 1, 3, 5, 7, 9, 11; "), Not(HasSubstr("...")))
                : testing::Matcher<std::string>(HasSubstr("(nsid 1, 3, 5, 7, 9, 11, ...; ")));
    }
}

} // namespace
} // namespace haoh::test
