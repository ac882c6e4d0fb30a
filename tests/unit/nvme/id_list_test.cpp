// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/id_list.hpp>

#include <haoh/nvme/identify_controller.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace haoh::nvme {
namespace {

Bytes namespaces(std::initializer_list<std::uint32_t> nsids) {
    return encode_namespace_list(std::vector<std::uint32_t>(nsids));
}

Bytes controllers(std::initializer_list<std::uint16_t> cntlids) {
    return encode_controller_list(std::vector<std::uint16_t>(cntlids));
}

TEST(NamespaceList, ReadsAPage) {
    Bytes page(kIdentifySize);
    put(page, 0, hex("01 00 00 00 02 00 00 00 00 01 00 00 fe ff ff ff"));
    const NamespaceList list = decode_namespace_list(page);
    EXPECT_EQ(list.nsids, (std::vector<std::uint32_t>{1, 2, 256, 0xFFFFFFFE}));
    EXPECT_EQ(brief(list.problems), Briefs{});
    EXPECT_EQ(encode_namespace_list(list.nsids), page);
}

TEST(NamespaceList, MayBeEmptyOrFull) {
    EXPECT_TRUE(decode_namespace_list(Bytes(kIdentifySize)).nsids.empty());
    EXPECT_EQ(brief(decode_namespace_list(Bytes(kIdentifySize)).problems), Briefs{});

    std::vector<std::uint32_t> nsids(1024);
    std::iota(nsids.begin(), nsids.end(), 1U);
    const NamespaceList full = decode_namespace_list(encode_namespace_list(nsids));
    EXPECT_EQ(full.nsids, nsids);
    EXPECT_EQ(brief(full.problems), Briefs{});
}

TEST(NamespaceList, NamesOrderAndRepetition) {
    const NamespaceList list = decode_namespace_list(namespaces({1, 5, 3, 5, 5, 7}));
    EXPECT_EQ(brief(list.problems),
              (Briefs{"nsid not_ascending @8", "nsid duplicate @12", "nsid duplicate @16"}));
    EXPECT_EQ(list.problems[0].text, "NSID 3 comes after 5");
    EXPECT_EQ(list.problems[1].text, "NSID 5 is listed again");
    EXPECT_EQ(list.nsids, (std::vector<std::uint32_t>{1, 5, 3, 5, 5, 7})) << "as sent";
}

TEST(NamespaceList, NamesAZeroInside) {
    const NamespaceList list = decode_namespace_list(namespaces({1, 0, 3}));
    EXPECT_EQ(brief(list.problems), Briefs{"nsid zero_value @4"});
    EXPECT_EQ(list.problems[0].text, "entry 1 is zero, but there is data behind it");
    EXPECT_EQ(list.nsids, std::vector<std::uint32_t>{1}) << "a host stops there";
}

TEST(NamespaceList, NamesTheBroadcastValue) {
    EXPECT_EQ(brief(decode_namespace_list(namespaces({1, 0xFFFFFFFF})).problems),
              Briefs{"nsid bad_value @4"});
}

TEST(NamespaceList, NamesAPageThatWasCutShort) {
    const Bytes page = namespaces({1, 2, 3});
    EXPECT_EQ(brief(decode_namespace_list({}).problems), Briefs{"list truncated @0"});
    EXPECT_EQ(brief(decode_namespace_list(slice(page, 0, 10)).problems),
              Briefs{"list truncated @10"});
    EXPECT_EQ(decode_namespace_list(slice(page, 0, 10)).nsids, (std::vector<std::uint32_t>{1, 2}));
    EXPECT_EQ(brief(decode_namespace_list(slice(page, 0, 16)).problems), Briefs{})
        << "the end came";
}

TEST(NamespaceList, NamesDataBehindAFullPage) {
    std::vector<std::uint32_t> nsids(1024);
    std::iota(nsids.begin(), nsids.end(), 1U);
    Bytes page = encode_namespace_list(nsids);
    page.resize(kIdentifySize + 8);
    EXPECT_EQ(brief(decode_namespace_list(page).problems), Briefs{});
    page[kIdentifySize + 4] = 0x01;
    EXPECT_EQ(brief(decode_namespace_list(page).problems), Briefs{"list too_many @4096"});
    EXPECT_EQ(decode_namespace_list(page).nsids.size(), 1024U);
}

TEST(NamespaceList, ListsABoundedNumberOfProblems) {
    const NamespaceList list =
        decode_namespace_list(encode_namespace_list(std::vector<std::uint32_t>(1024, 0xFFFFFFFF)));
    ASSERT_EQ(list.problems.size(), kMaxProblems + 1);
    EXPECT_EQ(list.problems.back().field, "problems");
    EXPECT_EQ(list.problems.back().kind, ProblemKind::too_many);
    EXPECT_EQ(list.problems.back().text, "1983 more are not listed"); // 1,024 + 1,023 - 64
}

TEST(ControllerList, ReadsAPage) {
    Bytes page(kIdentifySize);
    put(page, 0, hex("03 00 00 00 01 00 ef ff"));
    const ControllerList list = decode_controller_list(page);
    EXPECT_EQ(list.cntlids, (std::vector<std::uint16_t>{0, 1, 0xFFEF}));
    EXPECT_EQ(brief(list.problems), Briefs{});
    EXPECT_EQ(encode_controller_list(list.cntlids), page);
}

TEST(ControllerList, MayBeEmptyOrFull) {
    EXPECT_EQ(brief(decode_controller_list(Bytes(kIdentifySize)).problems), Briefs{});
    std::vector<std::uint16_t> cntlids(2047);
    std::iota(cntlids.begin(), cntlids.end(), std::uint16_t{0});
    const ControllerList full = decode_controller_list(encode_controller_list(cntlids));
    EXPECT_EQ(full.cntlids, cntlids);
    EXPECT_EQ(brief(full.problems), Briefs{});
}

TEST(ControllerList, NamesOrderRepetitionAndReservedIds) {
    const ControllerList list = decode_controller_list(controllers({2, 1, 2, 0xFFF0}));
    EXPECT_EQ(brief(list.problems),
              (Briefs{"cntlid not_ascending @4", "cntlid duplicate @6", "cntlid bad_value @8"}));
    EXPECT_EQ(list.problems[0].text, "controller ID 1 comes after 2");
    EXPECT_EQ(list.problems[1].text, "controller ID 2 is listed again");
    EXPECT_EQ(list.problems[2].text, "controller ID FFF0h in the list");
    EXPECT_EQ(list.cntlids.size(), 4U);
}

TEST(ControllerList, NamesMoreThanAPageHolds) {
    Bytes page(kIdentifySize, 0x00);
    put(page, 0, hex("00 08")); // 2,048
    EXPECT_EQ(decode_controller_list(page).problems.front().field, "numid");
    EXPECT_EQ(decode_controller_list(page).problems.front().kind, ProblemKind::too_many);
    EXPECT_EQ(decode_controller_list(page).problems.front().text,
              "2048 entries announced (a page holds 2047)");
    EXPECT_EQ(decode_controller_list(page).cntlids.size(), 2047U);
    put(page, 0, hex("ff ff"));
    EXPECT_EQ(decode_controller_list(page).cntlids.size(), 2047U);
}

TEST(ControllerList, NamesEntriesThatDidNotCome) {
    const Bytes page = controllers({1, 2, 3});
    const ControllerList list = decode_controller_list(slice(page, 0, 6));
    EXPECT_EQ(brief(list.problems), Briefs{"numid truncated @0"});
    EXPECT_EQ(list.problems[0].text, "3 entries announced, 2 came");
    EXPECT_EQ(list.cntlids, (std::vector<std::uint16_t>{1, 2}));
    EXPECT_EQ(brief(decode_controller_list(slice(page, 0, 1)).problems),
              Briefs{"numid truncated @1"});
    EXPECT_EQ(brief(decode_controller_list({}).problems), Briefs{"numid truncated @0"});
    EXPECT_EQ(brief(decode_controller_list(slice(page, 0, 8)).problems), Briefs{});
}

TEST(ControllerList, NamesDataBehindTheEntries) {
    Bytes page = controllers({1, 2});
    page[20] = 0x07;
    EXPECT_EQ(brief(decode_controller_list(page).problems), Briefs{"list trailing_data @6"});
    EXPECT_EQ(decode_controller_list(page).problems[0].text,
              "data behind the 2 entries that are announced");
}

} // namespace
} // namespace haoh::nvme
