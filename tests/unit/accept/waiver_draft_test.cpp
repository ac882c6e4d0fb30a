// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/accept/deviation.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// As somebody fills in a draft.
std::string filled_in(std::string draft) {
    for (const auto& [todo, word] :
         {std::pair{"FILL IN: why is this accepted?", "known"}, {"FILL IN: who answers for it?", "me"}}) {
        for (std::size_t at = draft.find(todo); at != std::string::npos; at = draft.find(todo)) {
            draft.replace(at, std::string_view(todo).size(), word);
        }
    }
    return draft;
}

TEST(WaiverDraft, IsRefusedUntilItIsFilledInAndThenWaivesAll) {
    Pair pair = with_other_uuid(2);
    pair.on_b([](Node& node) { node.id.sn = ascii<20>("OTHER"); });
    Report report = pair.report();
    const std::string draft = draft_waivers(report, FailOn::fail, kThisDay);
    EXPECT_THROW(static_cast<void>(parse_waivers(draft, "draft.toml", kThisDay)), Error);
    const Waivers waivers = parse_waivers(filled_in(draft), "draft.toml", kThisDay);
    ASSERT_EQ(waivers.all.size(), report.count(Verdict::fail));
    waive(report, pair.observation(), waivers, kThisDay);
    EXPECT_EQ(report.blocking(Verdict::fail), 0U);
    EXPECT_EQ(find(report, "waiver.unused"), nullptr);
}

TEST(WaiverDraft, SaysWhatEachIsForAndWarnsOfCorruption) {
    const std::string uuid = draft_waivers(with_other_uuid(2).report(), FailOn::fail, kThisDay);
    EXPECT_THAT(uuid, AllOf(HasSubstr("# FAIL: UUID differs"), HasSubstr("DATA CAN BE CORRUPTED"),
                            HasSubstr("rule = \"ns.uuid.equal\""), HasSubstr("nsids = [2]"),
                            HasSubstr("arrays = [\"array-a\", \"array-b\"]"),
                            HasSubstr("expires = 2027-03-01")));
    EXPECT_THAT(draft_waivers(with_other_serial().report(), FailOn::warn, kThisDay),
                AllOf(HasSubstr("# WARN: serial number"), HasSubstr("rule = \"ctrl.sn.equal\""),
                      Not(HasSubstr("DATA CAN BE CORRUPTED"))));
}

TEST(WaiverDraft, HasOnlyWhatBlocks) {
    Pair pair;
    pair.on_b([](Node& node) { node.id.mdts = 3; });
    const Report warned = pair.report();
    ASSERT_GT(warned.count(Verdict::warn), 0U);
    ASSERT_EQ(warned.count(Verdict::fail), 0U);
    EXPECT_THAT(draft_waivers(warned, FailOn::fail, kThisDay), Not(HasSubstr("[[waiver]]")));
    EXPECT_THAT(draft_waivers(warned, FailOn::warn, kThisDay), HasSubstr("[[waiver]]"));
    Report waived = with_other_uuid(2).report();
    waive(waived, with_other_uuid(2).observation(), these({waiver_of("ns.uuid.equal")}), kThisDay);
    const std::string none = draft_waivers(waived, FailOn::fail, kThisDay);
    EXPECT_THAT(none, HasSubstr("There is none"));
    EXPECT_TRUE(parse_waivers(none, "draft.toml", kThisDay).all.empty());
}

TEST(WaiverDraft, HoldsNamesThatTomlOrAGlobWouldTakeForSomethingElse) {
    Report report = with_other_uuid(2).report();
    ASSERT_EQ(report.findings.size(), 1U);
    Finding& finding = report.findings.front();
    finding.what = "\"quoted\" \\ \x1b[31m\n[[waiver]]";
    finding.values.front().array = "a \"b\" \\c";
    for (const std::string& name :
         {std::string("*"), std::string("nqn.a\"b\\c"), std::string("nqn.\x1b[0m\n\xff"),
          std::string("n?n*\xc3\xa4")}) {
        finding.subsystem = name;
        const Waivers waivers = parse_waivers(
            filled_in(draft_waivers(report, FailOn::fail, kThisDay)), "draft.toml", kThisDay);
        ASSERT_EQ(waivers.all.size(), 1U) << name;
        ASSERT_EQ(waivers.all.front().subsystems.size(), 1U);
        const std::string& glob = waivers.all.front().subsystems.front();
        EXPECT_EQ(glob.find('*'), std::string::npos) << name;
        EXPECT_TRUE(rule_matches(name, glob)) << name << " by " << glob;
        EXPECT_THAT(waivers.all.front().arrays, ElementsAre("a \"b\" \\c", "array-a", "array-b"));
    }
}

} // namespace
} // namespace haoh::test
