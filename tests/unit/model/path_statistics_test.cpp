// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/path_statistics.hpp>

#include <gtest/gtest.h>

namespace haoh {
namespace {

TEST(BlockStatistics, has_the_fields_of_each_release) {
    const auto now = parse_block_statistics(
        "     325        2    13312       73       11        3       88        9        1       95 "
        "      96        7        0     1024        4       13        5\n");
    ASSERT_TRUE(now);
    EXPECT_EQ(now->reads, 325U);
    EXPECT_EQ(now->read_sectors, 13312U);
    EXPECT_EQ(now->writes, 11U);
    EXPECT_EQ(now->write_sectors, 88U);
    EXPECT_EQ(now->in_flight, 1U);
    EXPECT_EQ(now->discards, 7U);
    EXPECT_EQ(now->flushes, 13U);
    EXPECT_EQ(now->requests(), 343U);
    const auto old = parse_block_statistics("1 2 3 4 5 6 7 8 9 10 11");
    ASSERT_TRUE(old);
    EXPECT_EQ(old->requests(), 6U);
    EXPECT_EQ(*old,
              (BlockStatistics{
                  .reads = 1, .read_sectors = 3, .writes = 5, .write_sectors = 7, .in_flight = 9}));
    const auto middle = parse_block_statistics("1\t2\n3 4 5 6 7 8 9 10 11 12 13 14 15 \n");
    ASSERT_TRUE(middle);
    EXPECT_EQ(middle->discards, 12U);
    EXPECT_EQ(middle->flushes, 0U) << "not counted by 4.18";
    EXPECT_EQ(middle->read_sectors, 3U);
    EXPECT_TRUE(parse_block_statistics("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18"));
}

TEST(BlockStatistics, of_something_else_is_nothing) {
    for (const char* const text :
         {"", " ", "1 2 3", "1 2 3 4 5 6 7 8 9 10", "1 2 3 4 5 6 7 8 9 10 ",
          "1 2 3 4 5 6 7 8 9 10 x", "1 2 3 4 5 6 7 8 9 10 11x",
          "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17x",
          "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17.5", "1,2 3 4 5 6 7 8 9 10 11 12",
          "-1 2 3 4 5 6 7 8 9 10 11", "1.5 2 3 4 5 6 7 8 9 10 11",
          "99999999999999999999 2 3 4 5 6 7 8 9 10 11"}) {
        EXPECT_FALSE(parse_block_statistics(text)) << text;
    }
}

} // namespace
} // namespace haoh
