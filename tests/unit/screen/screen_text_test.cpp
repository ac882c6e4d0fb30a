// SPDX-License-Identifier: LGPL-2.1-or-later
#include "screen_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <utility>
#include <vector>

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

TEST(ScreenText, takes_utf8_as_rfc_3629_has_it) {
    // The first and the last character of each length, and those next to what is no character.
    for (const char* const whole :
         {" ", "~", "\xC2\xA0", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
          "\xEF\xBF\xBD", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        EXPECT_EQ(screen_text(whole), whole);
    }
    const std::vector<std::pair<const char*, const char*>> broken{
        {"\x80", R"(\x80)"}, // the rest of a character
        {"\xBF", R"(\xbf)"},
        {"\xC1\xBF", R"(\xc1\xbf)"}, // longer than it need be
        {"\xE0\x9F\xBF", R"(\xe0\x9f\xbf)"},
        {"\xF0\x8F\xBF\xBF", R"(\xf0\x8f\xbf\xbf)"},
        {"\xED\xA0\x80", R"(\xed\xa0\x80)"}, // half of a pair of UTF-16
        {"\xED\xBF\xBF", R"(\xed\xbf\xbf)"},
        {"\xF4\x90\x80\x80", R"(\xf4\x90\x80\x80)"}, // beyond the last
        {"\xF8\x88\x80\x80\x80", R"(\xf8\x88\x80\x80\x80)"},
        {"\xFF", R"(\xff)"},
        {"\xC3", R"(\xc3)"}, // cut off
        {"\xE6\x97", R"(\xe6\x97)"},
        {"\xF0\x9F\x98", R"(\xf0\x9f\x98)"},
        {"\xC3z", R"(\xc3z)"}, // something else where the rest should be
        {"\xE6\x97z", R"(\xe6\x97z)"},
        {"\xC3\xC3", R"(\xc3\xc3)"},
    };
    for (const auto& [bytes, shown] : broken) {
        EXPECT_EQ(screen_text(bytes), shown);
        EXPECT_EQ(screen_text("a" + std::string{bytes} + "b"), "a" + std::string{shown} + "b");
        EXPECT_EQ(screen_columns(bytes), std::string_view{bytes}.size()) << shown;
    }
}

std::string utf8(char32_t value) {
    const auto rest = [value](unsigned shift) {
        return static_cast<char>(0x80U | ((value >> shift) & 0x3FU));
    };
    const auto lead = [value](unsigned mark, unsigned shift) {
        return static_cast<char>(mark | (value >> shift));
    };
    if (value < 0x80) {
        return {static_cast<char>(value)};
    }
    if (value < 0x800) {
        return {lead(0xC0, 6), rest(0)};
    }
    return value < 0x10000 ? std::string{lead(0xE0, 12), rest(6), rest(0)}
                           : std::string{lead(0xF0, 18), rest(12), rest(6), rest(0)};
}

TEST(ScreenText, escapes_what_does_not_show_itself) {
    // Unicode's general category Cc, and its properties Bidi_Control and Default_Ignorable; and the
    // separators of lines and paragraphs.
    const std::vector<std::pair<char32_t, char32_t>> unseen{
        {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},      {0x61C, 0x61C},
        {0x180B, 0x180F}, {0x200B, 0x200F}, {0x2028, 0x202E},  {0x2060, 0x206F},
        {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFB}, {0xE0000, 0xE0FFF}};
    for (const auto& [first, last] : unseen) {
        for (const char32_t value : {first, last}) {
            EXPECT_EQ(screen_text(utf8(value)).front(), '\\') << static_cast<std::uint32_t>(value);
        }
        if (first > 0) {
            EXPECT_EQ(screen_text(utf8(first - 1)), utf8(first - 1));
        }
        EXPECT_EQ(screen_text(utf8(last + 1)), utf8(last + 1));
    }
}

TEST(ScreenText, measures_columns) {
    EXPECT_EQ(screen_columns(""), 0U);
    EXPECT_EQ(screen_columns("ä▁█"), 3U);
    EXPECT_EQ(screen_columns("日本"), 4U);
    EXPECT_EQ(screen_columns("e\u0301"), 1U);
}

TEST(ScreenText, measures_by_what_unicode_says_of_a_character) {
    // East_Asian_Width W or F; 0 for non-spacing marks; at the ends of each block, and beyond.
    const std::vector<std::pair<char32_t, std::size_t>> widths{
        {0x2FF, 1},   {0x300, 0},   {0x36F, 0},   {0x370, 1},   // combining diacritical marks
        {0x10FF, 1},  {0x1100, 2},  {0x115F, 2},  {0x1160, 1},  // leading consonants of Hangul
        {0x1AAF, 1},  {0x1AB0, 0},  {0x1B03, 0},  {0x1B04, 1},  // extended marks, and Balinese
        {0x1DBF, 1},  {0x1DC0, 0},  {0x1DFF, 0},  {0x1E00, 1},  // their supplement
        {0x20CF, 1},  {0x20D0, 0},  {0x20FF, 0},  {0x2100, 1},  // marks for symbols
        {0x2E7F, 1},  {0x2E80, 2},  {0xA4CF, 2},  {0xA4D0, 1},  // CJK radicals to Yi
        {0xABFF, 1},  {0xAC00, 2},  {0xD7A3, 2},  {0xD7A4, 1},  // syllables of Hangul
        {0xF8FF, 1},  {0xF900, 2},  {0xFAFF, 2},  {0xFB00, 1},  // CJK compatibility ideographs
        {0xFDFF, 1},  {0xFE00, 0},  {0xFE0F, 0},                // variation selectors
        {0xFE10, 2},  {0xFE19, 2},  {0xFE1A, 1},                // vertical forms
        {0xFE20, 0},  {0xFE2F, 0},                              // half marks
        {0xFE30, 2},  {0xFE6F, 2},  {0xFE70, 1},                // compatibility and small forms
        {0xFF00, 1},  {0xFF01, 2},  {0xFF60, 2},  {0xFF61, 1},  // fullwidth forms
        {0xFFDF, 1},  {0xFFE0, 2},  {0xFFE6, 2},  {0xFFE7, 1},  // fullwidth signs
        {0x1F2FF, 1}, {0x1F300, 2}, {0x1FAFF, 2}, {0x1FB00, 1}, // pictographs
        {0x1FFFF, 1}, {0x20000, 2}, {0x3FFFD, 2}, {0x3FFFE, 1}, // supplementary ideographs
    };
    for (const auto& [value, columns] : widths) {
        EXPECT_EQ(screen_columns(utf8(value)), columns) << static_cast<std::uint32_t>(value);
    }
}

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
    const std::vector<std::uint32_t> last{1, 3, 1000000};
    EXPECT_EQ(number_ranges(last, 13), "1, 3, 1000000") << "nothing follows it";
    EXPECT_EQ(number_ranges(last, 12), "1 and 2 more");
}

TEST(ScreenText, counts_in_words) {
    const std::vector<std::pair<std::uint64_t, const char*>> all{{0, "0 paths"},
                                                                 {1, "1 path"},
                                                                 {2, "2 paths"},
                                                                 {999, "999 paths"},
                                                                 {1000, "1,000 paths"},
                                                                 {12345, "12,345 paths"},
                                                                 {100000, "100,000 paths"},
                                                                 {1000000, "1,000,000 paths"}};
    for (const auto& [count, text] : all) {
        EXPECT_EQ(count_of(count, "path"), text);
    }
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
