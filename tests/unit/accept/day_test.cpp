// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/waivers.hpp>

#include <gtest/gtest.h>

namespace haoh {
namespace {

TEST(Days, AreReadAndWrittenAlike) {
    for (const char* text : {"1970-01-01", "2026-12-01", "2028-02-29", "2261-12-31"}) {
        const auto day = parse_day(text);
        ASSERT_TRUE(day) << text;
        EXPECT_EQ(format_day(*day), text);
    }
    EXPECT_EQ(*parse_day("2027-01-01") - *parse_day("2026-12-31"), std::chrono::days{1});
}

TEST(Days, ThatThereAreNotAreRefused) {
    for (const char* text : {"", "2026-12-1", "2026-02-30", "2027-02-29", "2026-13-01", "26-12-01",
                             "2026-12-01T", "2026-12-01T00:00Z", "2026/12/01", " 2026-12-01",
                             "-026-12-01", "1969-12-31", "9999-12-31"}) {
        EXPECT_FALSE(parse_day(text)) << text;
    }
}

TEST(Days, TodayIsOneOfThem) {
    EXPECT_EQ(parse_day(format_day(today())), today());
    EXPECT_GT(today(), *parse_day("2026-01-01"));
}

} // namespace
} // namespace haoh
