// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample.hpp"

#include <haoh/report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace haoh {
namespace {

using test::add;
using test::healthy_pair;
using test::Sample;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kGitHubLimit = 65'536;

std::string markdown_of(const Sample& sample) {
    return to_markdown(sample.report, sample.observation);
}

TEST(ReportMarkdown, of_a_healthy_pair_is_a_few_lines) {
    EXPECT_EQ(markdown_of(healthy_pair()), "### haoh check: PASS\n"
                                           "\n"
                                           "Every rule that was judged holds.\n"
                                           "\n"
                                           "All 118 rules hold.\n"
                                           "\n"
                                           "<p>\n"
                                           "<code>nqn.2026-01.com.example:stretched-1</code>\n"
                                           "</p>\n");
}

TEST(ReportMarkdown, folds_each_finding_with_its_values) {
    Sample sample = healthy_pair();
    add(sample.report, test::uuid_finding(sample, 2));
    EXPECT_THAT(
        markdown_of(sample),
        EndsWith("\n"
                 "<details>\n"
                 "<summary><b>FAIL</b> <code>ns.uuid.equal</code> (data corruption): <code>NSID 2: "
                 "UUID differs between array-a and array-b</code></summary>\n"
                 "<table>\n"
                 "<tr><td colspan=\"2\"><code>NSID 2: UUID differs between array-a and "
                 "array-b</code></td></tr>\n"
                 "<tr><td><code>array-a</code></td><td><code>5d0f9a61-1c7e-4b02-8a00-0000000002a5"
                 "</code></td></tr>\n"
                 "<tr><td><code>array-b</code></td><td><code>5d0f9a61-1c7e-4b02-8a00-0000000002ff"
                 "</code></td></tr>\n"
                 "</table>\n"
                 "<b>Why:</b> The host takes the two copies for different volumes: Linux leaves "
                 "out the paths of the array that it meets second.<br>\n"
                 "<b>Fix:</b> Give both copies the same UUID, on the array that was set up "
                 "second.<br>\n"
                 "<b>Basis:</b> Base 2.3 section 2.4.1; Linux nvme_ns_ids_equal()<br>\n"
                 "</details>\n"));
}

TEST(ReportMarkdown, tells_the_worst_first_and_what_does_not_block_last) {
    Sample sample = healthy_pair();
    add(sample.report, test::firmware_note(sample));
    Finding warning = test::serial_finding(sample);
    warning.verdict = Verdict::warn;
    warning.rule = "ctrl.mn.equal";
    add(sample.report, warning);
    Finding unknown = test::serial_finding(sample);
    unknown.verdict = Verdict::unknown;
    unknown.rule = "ctrl.vid.equal";
    add(sample.report, unknown);
    Finding waived = test::serial_finding(sample);
    waived.waived =
        Waived{.reason = "firmware 7.1 has it", .owner = "storage", .expires = "2027-01-31"};
    add(sample.report, waived);
    add(sample.report, test::uuid_finding(sample, 2));
    add(sample, test::refused_target());
    const std::string text = markdown_of(sample);
    std::size_t at = 0;
    for (const char* const part :
         {"### haoh check: FAIL", "<b>FAIL</b> <code>ns.uuid.equal",
          "<b>UNKNOWN</b> <code>ctrl.vid", "<b>NOT OBSERVED</b>: 1</summary>",
          "<b>WARN</b> <code>ctrl.mn", "<b>NOTE</b> <code>ctrl.fr",
          "<b>FAIL</b>, waived <code>ctrl.sn.equal",
          "<code>waived until 2027-01-31 by storage: firmware 7.1 has it</code>"}) {
        const std::size_t found = text.find(part, at);
        ASSERT_NE(found, std::string::npos) << part << "\n" << text;
        at = found;
    }
}

TEST(ReportMarkdown, fits_into_a_comment_whatever_there_is_and_says_what_it_left_out) {
    Sample sample = healthy_pair();
    for (std::uint32_t number = 0; number < 2000; ++number) {
        Finding one = test::uuid_finding(sample, 1);
        one.nsid = number;
        one.why = "Because of " + std::to_string(number);
        one.values[0].value = std::string(5000, '<');
        add(sample.report, one);
    }
    const std::string text = markdown_of(sample);
    EXPECT_LT(text.size(), kGitHubLimit);
    EXPECT_GT(text.size(), kGitHubLimit / 2) << "there is room for some";
    const std::size_t told = [&] {
        std::size_t count = 0;
        for (std::size_t at = 0; (at = text.find("<details>", at)) != std::string::npos; ++at) {
            ++count;
        }
        return count;
    }();
    EXPECT_THAT(text, EndsWith("\n\nA comment has no room for " +
                               std::to_string(2000 - told).insert(1, ",") +
                               " more findings: the text and the other formats have all of it.\n"));
    EXPECT_THAT(text, Not(HasSubstr("Because of 1999")));
    EXPECT_THAT(text, HasSubstr("Because of 0"));
}

TEST(ReportMarkdown, bounds_what_one_rule_takes) {
    Sample sample = healthy_pair();
    for (std::uint32_t number = 1; number <= 30; ++number) {
        Finding one = test::uuid_finding(sample, 1);
        one.nsid = number;
        one.what += " in another way " + std::to_string(number);
        add(sample.report, one);
    }
    const std::string text = markdown_of(sample);
    EXPECT_THAT(text, HasSubstr("in another way 1</code> and 29 more</summary>"));
    EXPECT_THAT(text, HasSubstr("in another way 10</code></td>"));
    EXPECT_THAT(text, Not(HasSubstr("in another way 11<")));
    EXPECT_THAT(text, HasSubstr("<tr><td colspan=\"2\">and 20 more like this</td></tr>\n"));
}

/// What GitHub looks at for markup, mentions, references and links: all but tags and what is in <code>.
std::string outside_code(const std::string& text) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t open = text.find("<code>", at);
        out += text.substr(at, open == std::string::npos ? open : open - at);
        if (open == std::string::npos) {
            break;
        }
        const std::size_t close = text.find("</code>", open);
        EXPECT_NE(close, std::string::npos);
        EXPECT_EQ(text.substr(open, close - open).find('\n'), std::string::npos);
        EXPECT_EQ(text.find('<', open + 1), close) << "a tag in what was escaped";
        at = close + 7;
    }
    return out;
}

TEST(ReportMarkdown, nothing_of_an_array_is_markup) {
    const std::string hostile =
        "|`*_[x](http://evil.example)</code></td></table>\n\n# @everyone #1 "
        "<script>alert(1)</script> <!-- \\| ~~~ www.evil.example";
    Sample sample = healthy_pair();
    add(sample.report, test::uuid_finding(sample, 2));
    add(sample, test::refused_target());
    const std::string before = outside_code(markdown_of(sample));
    Finding& finding = sample.report.findings[0];
    finding.what += hostile;
    finding.values[0].value += hostile;
    finding.values[3].array = hostile;
    finding.host = hostile;
    sample.report.unobserved[0].error += hostile;
    for (ControllerObservation& one : sample.observation.controllers) {
        one.subsysnqn += hostile;
    }
    finding.subsystem += hostile;
    const std::string text = markdown_of(sample);
    EXPECT_THAT(text, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
    std::string outside = outside_code(text);
    for (const char* const piece : {"evil", "@", "script", "|", "`", "~", "everyone"}) {
        EXPECT_EQ(outside.find(piece), std::string::npos) << piece << "\n" << outside;
    }
    EXPECT_EQ(std::ranges::count(outside, '\n'), std::ranges::count(before, '\n') + 2)
        << "rows for two values more, and no line of the array's own";
}

TEST(ReportMarkdown, words_of_a_rule_mention_nobody) {
    Sample sample = healthy_pair();
    Finding finding = test::uuid_finding(sample, 2);
    finding.why = "@everyone: see #1 at https://evil.example or www.evil.example <b>";
    add(sample.report, finding);
    EXPECT_THAT(markdown_of(sample),
                HasSubstr("<b>Why:</b> @<wbr>everyone: see #<wbr>1 at https:<wbr>//evil.example or "
                          "www<wbr>.evil.example &lt;b&gt;<br>\n"));
}

} // namespace
} // namespace haoh
