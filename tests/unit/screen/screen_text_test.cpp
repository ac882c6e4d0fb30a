// SPDX-License-Identifier: LGPL-2.1-or-later
#include "screen_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <utility>
#include <vector>

namespace haoh::tool {
namespace {

TEST(ScreenText, cuts_between_characters) {
    EXPECT_EQ(cut_end("nvme1", 5), "nvme1");
    EXPECT_EQ(cut_end("nvme1", 4), "nvm…");
    EXPECT_EQ(cut_end("äöü", 2), "ä…");
    EXPECT_EQ(cut_end("日本語", 4), "日…");
    EXPECT_EQ(cut_end("日本", 4), "日本");
    EXPECT_EQ(cut_end("日本", 3), "日…");
    EXPECT_EQ(cut_end("日本", 1), "…");
    EXPECT_EQ(cut_end("nvme1", 1), "…");
    EXPECT_EQ(cut_end("e\u0301e\u0301e\u0301", 2), "e\u0301…");
    EXPECT_EQ(cut_end("e\u0301e\u0301", 2), "e\u0301e\u0301");
    EXPECT_EQ(cut_end("\xFF\xFF\xFF", 2), "\xFF…");
    EXPECT_EQ(cut_end("x", 0), "");
    EXPECT_EQ(cut_end("", 0), "");
    EXPECT_EQ(cut_front("10.0.0.1:4420", 6), "…:4420");
    EXPECT_EQ(cut_front("日本語", 4), "…語");
    EXPECT_EQ(cut_front("nvme1", 5), "nvme1");
    EXPECT_EQ(cut_front("nvme1", 4), "…me1");
    EXPECT_EQ(cut_front("nvme1", 1), "…");
    EXPECT_EQ(cut_front("日本", 4), "日本");
    EXPECT_EQ(cut_front("日本", 3), "…本");
    EXPECT_EQ(cut_front("日本", 2), "…");
    EXPECT_EQ(cut_front("\xFF\xFF\xFF", 2), "…\xFF");
    EXPECT_EQ(cut_front("x", 0), "");
    EXPECT_EQ(cut_front("", 0), "");
}

TEST(ScreenText, joins_runs_of_numbers) {
    const std::vector<std::uint32_t> few{1, 2, 3, 5, 7, 8};
    EXPECT_EQ(number_ranges(few, 80), "1-3, 5, 7-8");
    EXPECT_EQ(number_ranges({}, 80), "");
    const std::vector<std::pair<std::vector<std::uint32_t>, const char*>> all{
        {{7}, "7"},
        {{7, 8}, "7-8"},
        {{7, 9}, "7, 9"},
        {{7, 7}, "7"},
        {{7, 7, 8, 8, 10}, "7-8, 10"},
        {{4294967294, 4294967295}, "4294967294-4294967295"},
    };
    for (const auto& [numbers, text] : all) {
        EXPECT_EQ(number_ranges(numbers, 80), text);
    }
    std::vector<std::uint32_t> odd(2048);
    std::iota(odd.begin(), odd.end(), 0U);
    for (std::uint32_t& number : odd) {
        number = 2 * number + 1;
    }
    EXPECT_EQ(number_ranges(odd, 24), "1, 3, 5 and 2,045 more");
}

TEST(ScreenText, says_as_many_numbers_as_have_room) {
    const std::vector<std::uint32_t> five{1, 3, 5, 7, 9};
    EXPECT_EQ(number_ranges(five, 80), "1, 3, 5, 7, 9");
    std::vector<std::uint32_t> odd(1024);
    for (std::uint32_t index = 0; index < odd.size(); ++index) {
        odd[index] = 2 * index + 1;
    }
    EXPECT_EQ(number_ranges(odd, 19), "1, 3 and 1,022 more");
    EXPECT_EQ(number_ranges(odd, 18), "1 and 1,023 more");
    for (std::size_t columns = 16; columns <= 200; ++columns) {
        EXPECT_LE(number_ranges(odd, columns).size(), columns);
    }
    // The first one is said in any case.
    EXPECT_EQ(number_ranges(odd, 0), "1 and 1,023 more");
    const std::vector<std::uint32_t> two{1, 3};
    EXPECT_EQ(number_ranges(two, 4), "1, 3");
    EXPECT_EQ(number_ranges(two, 3), "1 and 1 more");
    const std::vector<std::uint32_t> last{1, 3, 1000000};
    EXPECT_EQ(number_ranges(last, 13), "1, 3, 1000000") << "nothing follows it";
    EXPECT_EQ(number_ranges(last, 12), "1 and 2 more");
}

TEST(ScreenLine, is_never_longer_than_it_may_be_and_keeps_its_colours_whole) {
    ScreenLine line{8, true};
    line.put("ab", ScreenTone::bad).tab(4).put("日本語", ScreenTone::good).put("more");
    EXPECT_EQ(line.left(), 0U);
    EXPECT_EQ(std::move(line).take(), "\x1b[1;31mab\x1b[0m  \x1b[1;32m日…\x1b[0m…");
    EXPECT_EQ(std::move(ScreenLine{8, true}.put("ab").tab(6)).take(), "ab");
    EXPECT_EQ(std::move(ScreenLine{8, true}.put("").tab(3).put("").tab(5).put("x")).take(),
              "     x");
    EXPECT_EQ(std::move(ScreenLine{8, true}.put("abc").tab(3).put("d").tab(2).put("e")).take(),
              "abcde");
    EXPECT_EQ(std::move(ScreenLine{4, true}.put("abc").tab(9).put("d")).take(), "abc");
    EXPECT_EQ(std::move(ScreenLine{8, false}.put("ab", ScreenTone::bad)).take(), "ab");
}

TEST(ScreenLine, says_where_it_is) {
    ScreenLine line{10, true};
    EXPECT_EQ(line.columns(), 0U);
    EXPECT_EQ(line.put("日本", ScreenTone::bad).columns(), 4U);
    EXPECT_EQ(line.left(), 6U);
    EXPECT_EQ(line.tab(7).columns(), 7U);
    EXPECT_EQ(line.tab(99).columns(), 10U);
    EXPECT_EQ(line.left(), 0U);
}

TEST(ScreenLine, has_a_sequence_of_ecma_48_for_each_tone) {
    // SGR: 1 bold, 2 faint, 31 red, 32 green, 33 yellow.
    const std::vector<std::pair<ScreenTone, const char*>> all{
        {ScreenTone::plain, "x"},
        {ScreenTone::strong, "\x1b[1mx\x1b[0m"},
        {ScreenTone::faint, "\x1b[2mx\x1b[0m"},
        {ScreenTone::good, "\x1b[1;32mx\x1b[0m"},
        {ScreenTone::warn, "\x1b[1;33mx\x1b[0m"},
        {ScreenTone::bad, "\x1b[1;31mx\x1b[0m"}};
    for (const auto& [tone, text] : all) {
        EXPECT_EQ(std::move(ScreenLine{8, true}.put("x", tone)).take(), text);
        EXPECT_EQ(std::move(ScreenLine{8, false}.put("x", tone)).take(), "x");
    }
    EXPECT_EQ(std::move(ScreenLine{8, true}.put("x")).take(), "x");
}

} // namespace
} // namespace haoh::tool
