// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/domain_list.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

namespace haoh::nvme {
namespace {

TEST(DomainList, HasItsEntriesAfterAHeadOfTheirSize) {
    Bytes page(4096);
    put(page, 0, hex("02"));
    put(page, 128, hex("01 00"));
    put(page, 128 + 16, hex("00 00 00 00 05"));
    put(page, 256, hex("02 01"));
    put(page, 256 + 32, hex("07"));
    put(page, 256 + 48, hex("08"));
    const std::vector<DomainEntry> read = decode_domain_list(page);
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[0].domainid, 1U);
    EXPECT_EQ(read[0].capacity[4], 5U);
    EXPECT_EQ(read[1].domainid, 0x0102U);
    EXPECT_EQ(read[1].unallocated[0], 7U);
    EXPECT_EQ(read[1].max_group[0], 8U);
    EXPECT_EQ(encode_domain_list(read), page);
}

TEST(DomainList, HasNoMoreEntriesThanRoom) {
    Bytes page(4096);
    page[0] = 0xFF;
    EXPECT_EQ(decode_domain_list(page).size(), kMaxDomainEntries);
    EXPECT_TRUE(decode_domain_list({}).empty());
    const std::vector<DomainEntry> cut = decode_domain_list(Bytes{1});
    ASSERT_EQ(cut.size(), 1U);
    EXPECT_EQ(cut[0], DomainEntry{});
}

} // namespace
} // namespace haoh::nvme
