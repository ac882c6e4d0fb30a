// SPDX-License-Identifier: LGPL-2.1-or-later
#include "screen_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace haoh::tool {
namespace {

TEST(ScreenText, shows_what_is_printable_and_escapes_the_rest) {
    EXPECT_EQ(screen_text("array-ä 日本"), "array-ä 日本");
    EXPECT_EQ(screen_text("a\x1b[31m\n"), "a\\x1b[31m\\x0a");
    EXPECT_EQ(screen_text("\xC3"), "\\xc3");
    EXPECT_EQ(screen_text("\xC0\x80"), "\\xc0\\x80");
    EXPECT_EQ(screen_text("\xED\xA0\x80"), "\\xed\\xa0\\x80");
    EXPECT_EQ(screen_text("\xF5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
    EXPECT_EQ(screen_text("\xE2\x80\xAE"), "\\xe2\\x80\\xae"); // writes from right to left
    EXPECT_EQ(screen_text(std::string(1, '\0')), "\\x00");
}

TEST(ScreenText, measures_columns) {
    EXPECT_EQ(screen_columns(""), 0U);
    EXPECT_EQ(screen_columns("ä▁█"), 3U);
    EXPECT_EQ(screen_columns("日本"), 4U);
    EXPECT_EQ(screen_columns("e\u0301"), 1U);
}

TEST(ScreenText, cuts_between_characters) {
    EXPECT_EQ(cut_end("nvme1", 5), "nvme1");
    EXPECT_EQ(cut_end("nvme1", 4), "nvm…");
    EXPECT_EQ(cut_end("äöü", 2), "ä…");
    EXPECT_EQ(cut_end("日本語", 4), "日…");
    EXPECT_EQ(cut_end("日本", 4), "日本");
    EXPECT_EQ(cut_end("x", 0), "");
    EXPECT_EQ(cut_front("10.0.0.1:4420", 6), "…:4420");
    EXPECT_EQ(cut_front("日本語", 4), "…語");
    EXPECT_EQ(cut_front("nvme1", 5), "nvme1");
    EXPECT_EQ(cut_front("x", 0), "");
}

TEST(ScreenText, joins_runs_of_numbers) {
    const std::vector<std::uint32_t> few{1, 2, 3, 5, 7, 8};
    EXPECT_EQ(number_ranges(few, 80), "1-3, 5, 7-8");
    EXPECT_EQ(number_ranges({}, 80), "");
    std::vector<std::uint32_t> odd(2048);
    std::iota(odd.begin(), odd.end(), 0U);
    for (std::uint32_t& number : odd) {
        number = 2 * number + 1;
    }
    EXPECT_EQ(number_ranges(odd, 24), "1, 3, 5 and 2,045 more");
}

TEST(ScreenLine, is_never_longer_than_it_may_be_and_keeps_its_colours_whole) {
    ScreenLine line{8, true};
    line.put("ab", ScreenTone::bad).tab(4).put("日本語", ScreenTone::good).put("more");
    EXPECT_EQ(line.left(), 0U);
    EXPECT_EQ(std::move(line).take(), "\x1b[1;31mab\x1b[0m  \x1b[1;32m日…\x1b[0m…");
    EXPECT_EQ(std::move(ScreenLine{8, true}.put("ab").tab(6)).take(), "ab");
    EXPECT_EQ(std::move(ScreenLine{8, false}.put("ab", ScreenTone::bad)).take(), "ab");
}

} // namespace
} // namespace haoh::tool
