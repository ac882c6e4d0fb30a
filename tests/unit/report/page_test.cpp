// SPDX-License-Identifier: LGPL-2.1-or-later
// The page as a whole: what a browser and who cannot see it need of it.
#include "page.hpp"
#include "sample.hpp"
#include "sample_host.hpp"

#include "report/html/style.hpp"

#include <haoh/report.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace haoh::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Sample broken_pair() {
    Sample sample = healthy_pair();
    change_uuid_on_array_b(sample, 2);
    add(sample.report, uuid_finding(sample, 2));
    add(sample.report, firmware_note(sample));
    return sample;
}

Sample judged_sample(Sample sample) {
    sample.report = check(sample.observation);
    return sample;
}

struct NamedSample {
    std::string name;
    Sample sample;
};

std::vector<NamedSample> samples() {
    Sample unobserved = healthy_pair();
    add(unobserved, refused_target());
    return {{"healthy", healthy_pair()},
            {"broken", broken_pair()},
            {"unobserved", unobserved},
            {"host", healthy_host()},
            {"no root", host_without_root()},
            {"nothing", Sample{}},
            {"judged", judged_sample(healthy_pair())},
            {"judged host", judged_sample(host_without_root())}};
}

std::string html_of(const Sample& sample) {
    return to_html(sample.report, sample.observation);
}

TEST(HtmlPage, is_well_formed_and_begins_as_html_does) {
    for (const NamedSample& one : samples()) {
        SCOPED_TRACE(one.name);
        const std::string html = html_of(one.sample);
        EXPECT_THAT(html, StartsWith("<!DOCTYPE html>\n<html lang=\"en\""));
        EXPECT_EQ(html.substr(html.size() - 8), "</html>\n");
        const ParsedPage page(html);
        EXPECT_EQ(page.count("/html/head"), 1U);
        EXPECT_EQ(page.count("/html/body"), 1U);
    }
}

TEST(HtmlPage, has_the_landmarks_and_headings_that_lead_through_it) {
    for (const NamedSample& one : samples()) {
        SCOPED_TRACE(one.name);
        const ParsedPage page(html_of(one.sample));
        for (const char* const landmark : {"header", "nav", "main", "footer", "h1", "head/title"}) {
            EXPECT_EQ(page.count("//" + std::string(landmark)), 1U) << landmark;
        }
        // The first thing that a keyboard reaches leads past all others.
        EXPECT_EQ(page.first("//body/*[1]").attribute("href").value(), std::string("#main"));
        int level = 0;
        for (const pugi::xpath_node& heading : page.all("//h1|//h2|//h3|//h4")) {
            const int next = heading.node().name()[1] - '0';
            EXPECT_LE(next, level + 1) << ParsedPage::text_of(heading.node());
            level = next;
        }
    }
}

TEST(HtmlPage, leads_only_to_what_is_on_it) {
    for (const NamedSample& one : samples()) {
        SCOPED_TRACE(one.name);
        const ParsedPage page(html_of(one.sample));
        std::set<std::string> ids;
        for (const std::string& id : page.texts("//@id")) {
            EXPECT_TRUE(ids.insert(id).second) << "twice: " << id;
        }
        for (const std::string& link : page.texts("//@href")) {
            ASSERT_THAT(link, StartsWith("#"));
            EXPECT_TRUE(ids.contains(link.substr(1))) << link;
        }
        for (const std::string& label : page.texts("//@aria-labelledby")) {
            EXPECT_TRUE(ids.contains(label)) << label;
        }
        EXPECT_GT(page.count("//@href"), 3U);
    }
}

TEST(HtmlPage, needs_nothing_but_itself) {
    for (const NamedSample& one : samples()) {
        SCOPED_TRACE(one.name);
        const ParsedPage page(html_of(one.sample));
        EXPECT_EQ(page.count("//script|//link|//img|//iframe|//object|//embed|//form|//base"), 0U);
        EXPECT_EQ(page.count("//@src|//@srcset|//@action|//@style"), 0U);
        EXPECT_EQ(page.count("//@*[starts-with(name(), 'on')]"), 0U);
        EXPECT_THAT(page.texts("//meta[@http-equiv='Content-Security-Policy']/@content"),
                    ElementsAre("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                                "form-action 'none'"));
    }
}

TEST(HtmlPage, has_tables_that_can_be_heard) {
    for (const NamedSample& one : samples()) {
        SCOPED_TRACE(one.name);
        const ParsedPage page(html_of(one.sample));
        EXPECT_EQ(page.count("//th"), page.count("//th[@scope]"));
        EXPECT_EQ(page.count("//table"), page.count("//table[caption]"));
        // Each row of a body begins with what it is about.
        EXPECT_EQ(page.count("//tbody/tr"), page.count("//tbody/tr[*[1][self::th]]"));
    }
}

TEST(HtmlPage, tells_the_verdict_first) {
    const ParsedPage healthy(html_of(healthy_pair()));
    const ParsedPage broken(html_of(broken_pair()));
    EXPECT_THAT(healthy.text("//h1"), StartsWith("\u2713PASS"));
    EXPECT_EQ(broken.text("//h1"), "\u2717"
                                   "FAILData can be corrupted. Do not let a host connect.");
    EXPECT_THAT(broken.text("//head/title"), StartsWith("haoh: FAIL: Data can be corrupted."));
    EXPECT_EQ(broken.count("//header/div[@class='verdict fail']"), 1U);
    EXPECT_EQ(healthy.count("//header/div[@class='verdict pass']"), 1U);
    EXPECT_EQ(healthy.text("//section[@id='findings']/p"), "None.");
    EXPECT_THAT(broken.text("//header"), HasSubstr("1 rule fails, 1 note"));
    EXPECT_THAT(broken.text("//header"), HasSubstr("Observed 2026-09-01T03:00:00Z: 4 controllers"));
}

TEST(HtmlPage, tells_how_it_was_judged) {
    const Sample sample = judged_sample(healthy_pair());
    const ParsedPage page(html_of(sample));
    const std::string facts = "//section[@id='judged']/dl";
    const auto fact = [&](const std::string& name) {
        return page.text(facts + "/dd[preceding-sibling::dt[1]='" + name + "']");
    };
    EXPECT_EQ(fact("haoh"), sample.report.judged.version);
    EXPECT_EQ(fact("Profile"), "auto");
    EXPECT_EQ(fact("Rules"), fmt::format("all {}", rules().size()));
    EXPECT_EQ(fact("Readings"), "1");
    EXPECT_EQ(page.count("//section[@id='judged']//tbody/tr"), 4U);
}

TEST(HtmlPage, of_very_many_namespaces_and_findings_is_bounded) {
    Sample sample = healthy_pair(1000);
    for (std::uint16_t cntlid = 3; cntlid <= 14; ++cntlid) {
        ControllerObservation controller =
            sample_controller(fmt::format("10.0.1.{}", cntlid), cntlid, cntlid % 2 == 0, 1000);
        sample.report.attributions.add({.host = "",
                                        .controller = controller.name,
                                        .array = cntlid % 2 == 0 ? "array-a" : "array-b",
                                        .evidence = ""});
        sample.observation.controllers.push_back(std::move(controller));
    }
    ASSERT_EQ(sample.observation.controllers.size(), 16U);
    EXPECT_LT(html_of(sample).size(), 400'000U);
    // As if each namespace had something of its own, with long values.
    const std::vector<std::string> ids{"ns.uuid.equal", "ns.nsze.equal", "ns.nguid.equal",
                                       "ns.eui64.equal"};
    for (std::uint32_t nsid = 1; nsid <= 1000; ++nsid) {
        for (const std::string& id : ids) {
            Finding finding = uuid_finding(sample, nsid);
            finding.rule = id;
            finding.what += fmt::format(" in {}", nsid);
            finding.values = {finding.values.front(), finding.values.back()};
            for (FindingValue& value : finding.values) {
                value.value += fmt::format("{} {}", nsid, std::string(4'000, 'x'));
            }
            sample.report.findings.push_back(finding);
        }
    }
    sample.report.counts[static_cast<std::size_t>(Verdict::fail)] = 4000;
    sample.report.verdict = Verdict::fail;
    const std::string html = html_of(sample);
    EXPECT_LT(html.size(), 3'000'000U);
    const ParsedPage page(html);
    EXPECT_EQ(page.count("//article"), ids.size());
    EXPECT_THAT(page.text("//article/p[@class='more']"), HasSubstr("And 950 like this"));
}

// Whether colours can be told apart is measured in a browser (tests/browser).
TEST(HtmlStyle, names_nothing_outside_and_is_for_screens_and_paper) {
    std::string all;
    for (const std::string_view part : report::style_sheet()) {
        all += part;
    }
    for (const char* const outside : {"url(", "@import", "@font-face", "http"}) {
        EXPECT_THAT(all, Not(HasSubstr(outside)));
    }
    for (const char* const markup : {"<", "&"}) {
        EXPECT_THAT(all, Not(HasSubstr(markup)));
    }
    EXPECT_THAT(all, HasSubstr("prefers-color-scheme: dark"));
    EXPECT_THAT(all, HasSubstr("@media print"));
    EXPECT_EQ(std::ranges::count(all, '{'), std::ranges::count(all, '}'));
}

} // namespace
} // namespace haoh::test
