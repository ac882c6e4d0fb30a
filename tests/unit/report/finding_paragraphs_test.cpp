// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/finding_paragraphs.hpp"

#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::report {
namespace {

TEST(FindingParagraphs, TellWhyOnceForAGroup) {
    test::Sample sample = test::healthy_pair();
    for (const std::uint32_t nsid : {1U, 2U}) {
        Finding one = test::uuid_finding(sample, nsid);
        one.values.clear();
        one.what += nsid == 1 ? " at first" : " in the end";
        one.config = {"[[site]]"};
        test::add(sample.report, one);
    }
    const ReportView view = view_of(sample.report);
    const FindingText words{view, sample.observation};
    std::vector<ToldItem> items;
    for (const FindingItem& item : view.groups.at(0).items) {
        items.push_back({.group = &view.groups.at(0), .item = &item});
    }
    EXPECT_EQ(paragraphs(words, items),
              "FAIL: NSID 1: UUID differs between array-a and array-b at first\n"
              "  [[site]]\n"
              "FAIL: NSID 2: UUID differs between array-a and array-b in the end\n"
              "  [[site]]\n"
              "Why: The host takes the two copies for different volumes: Linux leaves out the "
              "paths of the array that it meets second.\n"
              "Fix: Give both copies the same UUID, on the array that was set up second.\n"
              "At stake: data corruption\n"
              "Basis: Base 2.3 section 2.4.1; Linux nvme_ns_ids_equal()\n");
    EXPECT_EQ(paragraphs(words, {}), "");
}

TEST(FindingParagraphs, SayWhyAFindingDoesNotCount) {
    FindingGroup group;
    EXPECT_EQ(deviation(group), "");
    group.known = true;
    EXPECT_EQ(deviation(group), "known: an earlier report has it");
    group.waived = Waived{.reason = "because", .owner = "us", .expires = "2027-01-31"};
    EXPECT_EQ(deviation(group), "waived until 2027-01-31 by us: because");
}

TEST(FindingParagraphs, TakeNoOtherMomentThanOneInUtc) {
    EXPECT_EQ(moment("2026-09-01T03:00:00Z"), "2026-09-01T03:00:00Z");
    for (const char* const other : {"", "2026-09-01T03:00:00", "2026-09-01 03:00:00Z",
                                    "2026-09-01T03:00:00+00:00", "2026-09-0xT03:00:00Z"}) {
        EXPECT_EQ(moment(other), "") << other;
    }
}

} // namespace
} // namespace haoh::report
