// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/accept/deviation.hpp"

#include <haoh/baseline.hpp>
#include <haoh/error.hpp>
#include <haoh/report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace haoh::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refusal_of_report(const std::string& text) {
    try {
        static_cast<void>(baseline_from_json(text, "before.json"));
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

TEST(BaselineFile, IsTheReportThatWasWritten) {
    Pair pair = with_other_uuid(2);
    pair.on_b([](Node& node) { node.id.sn = ascii<20>("OTHER"); });
    Report report = pair.report();
    waive(report, pair.observation(), these({waiver_of("ctrl.sn.equal")}), kThisDay);
    Baseline wanted = baseline_of(report);
    wanted.file = "before.json";
    EXPECT_EQ(baseline_from_json(to_json(report), "before.json"), wanted);
}

TEST(BaselineFile, OfManyNamespacesKnowsThemAgain) {
    Pair pair(1, 12);
    for (std::uint32_t nsid = 1; nsid <= 9; ++nsid) {
        pair.on_b(nsid, [nsid](Path& path) {
            path.uuid(nvme::Uuid{0xAB, static_cast<std::uint8_t>(nsid), 2, 3, 0, 0, 0x40, 0, 0x80});
        });
    }
    Report report = pair.report();
    ASSERT_EQ(report.verdict, Verdict::fail);
    hold_against(report, pair.observation(), baseline_from_json(to_json(report), "before.json"));
    EXPECT_EQ(report.blocking(Verdict::fail), 0U);
}

TEST(BaselineFile, OfALaterReleaseMayHaveMore) {
    const std::string text = to_json(with_other_uuid(2).report());
    const std::string later =
        replaced(text, "\"verdict\":", "\"invented\": {\"a\": [1]}, \"verdict\":");
    EXPECT_EQ(baseline_from_json(later, "x"), baseline_from_json(text, "x"));
}

TEST(BaselineFile, ThatIsASnapshotIsRefusedByItsSchema) {
    EXPECT_THAT(refusal_of_report(to_json(Pair{}.observation())),
                AllOf(HasSubstr("before.json"), HasSubstr("/schema"), HasSubstr("a snapshot"),
                      HasSubstr("haoh.observation/1"), HasSubstr("--expect")));
    EXPECT_THAT(refusal_of_report(R"({"schema": "haoh.diff/1"})"),
                AllOf(HasSubstr("haoh.diff/1"), HasSubstr("haoh.report/1")));
    EXPECT_THAT(refusal_of_report(R"({"schema": "haoh.report/2"})"), HasSubstr("haoh.report/2"));
}

TEST(BaselineFile, ThatIsMalformedNamesFileLineAndKey) {
    const std::string good = R"({"schema": "haoh.report/1",
"observed_at": "2026-12-01T00:00:00Z",
"findings": [
{"rule": "ns.uuid.equal", "verdict": "fail", "subsystem": "nqn", "nsid": 2, "what": "differs",
"values": [{"controller": "c", "site": "array-a", "value": "1"}]}]})";
    EXPECT_EQ(refusal_of_report(good), "");
    EXPECT_THAT(refusal_of_report(""), HasSubstr("before.json:1"));
    EXPECT_THAT(refusal_of_report("[]"), HasSubstr("before.json:1"));
    EXPECT_THAT(refusal_of_report("{}"), AllOf(HasSubstr("before.json:1"), HasSubstr("schema")));
    EXPECT_THAT(refusal_of_report(replaced(good, "\"observed_at\"", "\"at\"")),
                HasSubstr("observed_at"));
    EXPECT_THAT(
        refusal_of_report(replaced(good, "\"verdict\": \"fail\"", "\"verdict\": \"bad\"")),
        AllOf(HasSubstr("before.json:4"), HasSubstr("/findings/0/verdict"), HasSubstr("bad")));
    EXPECT_THAT(refusal_of_report(replaced(good, "\"nsid\": 2", "\"nsid\": 4294967296")),
                HasSubstr("/findings/0/nsid"));
    EXPECT_THAT(refusal_of_report(replaced(good, "\"nsid\": 2", "\"nsids\": [1, \"x\"]")),
                HasSubstr("/findings/0/nsids/1"));
    EXPECT_THAT(refusal_of_report(replaced(good, "\"site\": \"array-a\"", "\"site\": 1")),
                AllOf(HasSubstr("before.json:5"), HasSubstr("/findings/0/values/0/site")));
    EXPECT_THAT(refusal_of_report(replaced(good, "\"rule\": \"ns.uuid.equal\",", "")),
                AllOf(HasSubstr("/findings/0"), HasSubstr("rule")));
}

TEST(BaselineFile, GivesTextsThatAreSafeToPrint) {
    const std::string text = R"({"schema": "haoh.report/1", "observed_at": "\u001b[0m",
"findings": [{"rule": "r\u0007", "verdict": "fail", "subsystem": "\u202e", "what": "\u001b[31m",
"values": [{"site": "\u001b", "object": "\u0000"}]}]})";
    const Baseline baseline = baseline_from_json(text, "x");
    EXPECT_EQ(baseline.observed_at, "\\x1b[0m");
    EXPECT_EQ(baseline.findings.front().rule, "r\\x07");
    EXPECT_EQ(baseline.findings.front().subsystem, "\\xe2\\x80\\xae");
    EXPECT_EQ(baseline.findings.front().what, "\\x1b[31m");
    EXPECT_THAT(baseline.findings.front().parties,
                ::testing::ElementsAre("array \\x1b", "object \\x00"));
}

} // namespace
} // namespace haoh::test
