// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html/findings.hpp"

#include "page.hpp"
#include "sample.hpp"

#include "report/check/report_view.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace haoh::test {
namespace {

using report::marked;
using report::MarkedPart;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Parts = std::vector<MarkedPart>;

std::vector<Parts> marks_of(const std::vector<std::string>& texts) {
    return marked(texts);
}

TEST(MarkedParts, are_where_texts_of_one_length_differ) {
    EXPECT_THAT(marks_of({"31 32 33 34", "31 FF 33 34"}),
                ElementsAre(Parts{{"31 ", false}, {"32", true}, {" 33 34", false}},
                            Parts{{"31 ", false}, {"FF", true}, {" 33 34", false}}));
}

TEST(MarkedParts, are_between_what_texts_begin_and_end_with) {
    EXPECT_THAT(marks_of({"Array 9000 model", "Array X model"}),
                ElementsAre(Parts{{"Array ", false}, {"9000", true}, {" model", false}},
                            Parts{{"Array ", false}, {"X", true}, {" model", false}}));
    // One of them has nothing there.
    EXPECT_THAT(marks_of({"firmware 1.0", "firmware 1.0 beta"}),
                ElementsAre(Parts{{"firmware 1.0", false}},
                            Parts{{"firmware 1.0", false}, {" beta", true}}));
}

TEST(MarkedParts, count_characters_and_not_bytes) {
    EXPECT_THAT(marks_of({"\u00e4\u00f6\u00fc 12345678", "\u00e4\u00f6\u00fc 1234567\u00df"}),
                ElementsAre(Parts{{"\u00e4\u00f6\u00fc 1234567", false}, {"8", true}},
                            Parts{{"\u00e4\u00f6\u00fc 1234567", false}, {"\u00df", true}}));
}

TEST(MarkedParts, are_none_where_all_or_nothing_differs) {
    EXPECT_THAT(marks_of({"AAAAAAAAAA", "BBBBBBBBBB"}),
                ElementsAre(Parts{{"AAAAAAAAAA", false}}, Parts{{"BBBBBBBBBB", false}}));
    EXPECT_THAT(marks_of({"same text here", "same text here"}),
                ElementsAre(Parts{{"same text here", false}}, Parts{{"same text here", false}}));
    EXPECT_THAT(marks_of({}), IsEmpty());
}

/// The findings alone.
ParsedPage findings_page(const Report& report, const Observation& observation) {
    return ParsedPage(to_html(report, observation));
}

const std::string kArticles = "//section[@id='findings']//article";

TEST(HtmlFindings, tell_both_values_and_what_differs) {
    Sample sample = healthy_pair();
    add(sample.report, serial_finding(sample));
    const ParsedPage page = findings_page(sample.report, sample.observation);
    EXPECT_EQ(page.count(kArticles), 1U);
    EXPECT_THAT(page.text(kArticles + "/h3"), HasSubstr("FAIL ctrl.sn.equal degraded"));
    EXPECT_THAT(page.texts(kArticles + "//tbody/tr/th"), ElementsAre("array-a", "array-b"));
    EXPECT_THAT(page.texts(kArticles + "//code[contains(@class, 'value')]"),
                ElementsAre("SN0001", "SN0002"));
    EXPECT_THAT(
        page.texts(kArticles + "//td[@class='tellers']"),
        ElementsAre("tcp://10.0.0.1:4420 controller 1 and tcp://10.0.0.2:4420 controller 2",
                    "tcp://10.1.0.1:4420 controller 1001 and tcp://10.1.0.2:4420 controller "
                    "1002"));
    EXPECT_THAT(page.texts(kArticles + "//dl/dt"), ElementsAre("Why", "Fix", "Basis"));
    EXPECT_THAT(
        page.texts(kArticles + "//dl/dd"),
        ElementsAre("The serial number is that of the subsystem: hosts show only the first.",
                    "Set the same serial number on both arrays.", "Base 2.1 Figure 312"));
}

TEST(HtmlFindings, mark_bytes_that_differ) {
    Sample sample = healthy_pair();
    Finding finding = serial_finding(sample);
    finding.values = values_by_array(sample, "53 4E 30 31 00 00", "53 4E 30 32 00 00");
    add(sample.report, finding);
    const ParsedPage page = findings_page(sample.report, sample.observation);
    EXPECT_THAT(page.texts(kArticles + "//mark"), ElementsAre("1", "2"));
}

TEST(HtmlFindings, tell_what_linux_does_and_what_to_paste) {
    Sample sample = healthy_pair();
    Finding finding = uuid_finding(sample, 1);
    finding.on_kernel = OnKernel{.release = "6.12.107-amd64",
                                 .outcome = KernelOutcome::path_refused,
                                 .text = "the path is refused",
                                 .basis = "core.c"};
    finding.config = {"[[site]]", "name = \"east\""};
    add(sample.report, finding);
    const ParsedPage page = findings_page(sample.report, sample.observation);
    EXPECT_THAT(page.texts(kArticles + "//dt"),
                ElementsAre("Why", "Linux 6.12", "Fix", "haoh.toml", "Basis"));
    EXPECT_EQ(page.text(kArticles + "//pre"), "[[site]]\nname = \"east\"\n");
    EXPECT_THAT(page.texts(kArticles + "//dd").back(), HasSubstr("; core.c"));
}

TEST(HtmlFindings, are_in_the_order_of_what_they_ask_for) {
    Sample sample = healthy_pair();
    add(sample.report, firmware_note(sample));
    Finding warning = serial_finding(sample);
    warning.verdict = Verdict::warn;
    warning.rule = "ctrl.mn.equal";
    add(sample.report, warning);
    Finding unknown = warning;
    unknown.verdict = Verdict::unknown;
    unknown.rule = "ctrl.cmic.equal";
    add(sample.report, unknown);
    add(sample.report, uuid_finding(sample, 1));
    const ParsedPage page = findings_page(sample.report, sample.observation);
    EXPECT_THAT(page.texts(kArticles + "//code[@class='rule']"),
                ElementsAre("ns.uuid.equal", "ctrl.cmic.equal", "ctrl.mn.equal", "ctrl.fr.domain"));
    EXPECT_THAT(page.texts(kArticles + "/@id"),
                ElementsAre("finding-1", "finding-2", "finding-3", "finding-4"));
}

TEST(HtmlFindings, fold_what_is_of_one_cause_and_count_the_rest) {
    Sample sample = healthy_pair(2);
    for (std::uint32_t nsid = 1; nsid <= 60; ++nsid) {
        Finding finding = uuid_finding(sample, nsid);
        finding.what += fmt::format(" in {}", nsid); // or they would be one item
        add(sample.report, finding);
    }
    const ParsedPage page = findings_page(sample.report, sample.observation);
    EXPECT_EQ(page.count(kArticles), 1U);
    EXPECT_EQ(page.count(kArticles + "/p[@class='what']"), 5U);
    EXPECT_EQ(page.text(kArticles + "/details/summary"), "45 more like this");
    EXPECT_EQ(page.count(kArticles + "/details/p[@class='what']"), 45U);
    EXPECT_EQ(page.text(kArticles + "/p[@class='more']"),
              "And 10 like this: NSID 51-60. JSON has each.");
}

TEST(HtmlFindings, name_the_subsystem_where_there_are_several) {
    Sample sample = healthy_pair();
    add(sample.report, uuid_finding(sample, 1));
    EXPECT_EQ(findings_page(sample.report, sample.observation).count("//p[@class='place']"), 0U);
    Finding other = uuid_finding(sample, 1);
    other.subsystem = "nqn.2026-01.com.example:stretched-2";
    add(sample.report, other);
    const ParsedPage page = findings_page(sample.report, sample.observation);
    EXPECT_EQ(page.count(kArticles), 1U);
    EXPECT_THAT(page.texts("//p[@class='place']"),
                ElementsAre("in nqn.2026-01.com.example:stretched-1",
                            "in nqn.2026-01.com.example:stretched-2"));
}

TEST(HtmlFindings, leave_what_was_not_observed_to_one_place) {
    Sample sample = healthy_pair();
    EXPECT_EQ(findings_page(sample.report, sample.observation).count("//section[@id='unobserved']"),
              0U);
    add(sample, refused_target());
    const ParsedPage page = findings_page(sample.report, sample.observation);
    EXPECT_THAT(page.texts("//section[@id='unobserved']//li"),
                ElementsAre(HasSubstr("connect to tcp://10.2.0.1:4420: connection refused")));
}

TEST(HtmlFindings, tell_what_is_waived_or_known_apart) {
    Sample sample = healthy_pair();
    EXPECT_EQ(findings_page(sample.report, sample.observation).count("//section[@id='accepted']"),
              0U);
    add_waived(sample.report, uuid_finding(sample, 1));
    Finding known = serial_finding(sample);
    known.known = true;
    ++sample.report.known[static_cast<std::size_t>(Verdict::fail)];
    sample.report.findings.push_back(known);
    sample.report.judged.baseline = JudgedBaseline{.file = "good.json",
                                                   .observed_at = "2026-08-01T03:00:00Z",
                                                   .gone = {{.rule = "ctrl.mn.equal",
                                                             .verdict = Verdict::fail,
                                                             .subsystem = kSampleNqn,
                                                             .host = "",
                                                             .nsids = {},
                                                             .what = "model number differs",
                                                             .looked_for = true}}};
    const ParsedPage page = findings_page(sample.report, sample.observation);
    EXPECT_EQ(page.text("//section[@id='findings']/p"), "None.");
    EXPECT_EQ(page.count("//header/div[@class='verdict pass']"), 1U);
    const std::string accepted = "//section[@id='accepted']";
    EXPECT_THAT(page.texts(accepted + "//article/h3"),
                ElementsAre(HasSubstr("WAIVED \u2717FAIL ns.uuid.equal"),
                            HasSubstr("KNOWN \u2717FAIL ctrl.sn.equal")));
    EXPECT_THAT(page.texts(accepted + "//article[1]//dd"),
                ::testing::IsSupersetOf({"until firmware 7.1, ticket 1234",
                                         "storage team, until 2027-01-31 (waivers.toml:12)"}));
    EXPECT_THAT(page.text(accepted + "//article[1]"),
                HasSubstr("Data can be corrupted as long as this is so."));
    EXPECT_THAT(page.text(accepted + "//li"), HasSubstr("GONE ctrl.mn.equal: "));
}

} // namespace
} // namespace haoh::test
