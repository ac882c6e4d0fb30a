// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/safe_text.hpp"

#include <haoh/safe_text.hpp>

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace haoh::base {
namespace {

TEST(SafeText, keeps_printable_text_of_any_script) {
    EXPECT_EQ(safe_text("serial \"S 1\" \\ 100%"), "serial \"S 1\" \\ 100%");
    EXPECT_EQ(safe_text("Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x97\x84"),
              "Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x97\x84");
}

TEST(SafeText, writes_control_characters_as_hexadecimal) {
    EXPECT_EQ(safe_text("a\x1b[31mb\r\n\t\x07\x7f"), "a\\x1b[31mb\\x0d\\x0a\\x09\\x07\\x7f");
    EXPECT_EQ(safe_text(std::string_view{"a\0b", 3}), "a\\x00b");
    EXPECT_EQ(safe_text("\xc2\x9b"), "\\xc2\\x9b"); // CSI as one C1 character
}

TEST(SafeText, writes_what_hides_or_turns_text_as_hexadecimal) {
    EXPECT_EQ(safe_text("a\xe2\x80\xae"
                        "z"),
              "a\\xe2\\x80\\xaez");                            // right-to-left override
    EXPECT_EQ(safe_text("a\xe2\x80\x8b"), "a\\xe2\\x80\\x8b"); // zero width space
    EXPECT_EQ(safe_text("\xef\xbb\xbf"), "\\xef\\xbb\\xbf");   // byte order mark
}

TEST(SafeText, writes_what_shows_nothing_or_is_no_character_of_xml_as_hexadecimal) {
    for (const char* const blank : {"\xe1\x85\x9f", "\xe1\x85\xa0", "\xe1\x9e\xb4", "\xe3\x85\xa4",
                                    "\xef\xbe\xa0", "\xef\xbf\xbe", "\xef\xbf\xbf"}) {
        EXPECT_EQ(safe_text(blank).substr(0, 2), "\\x") << blank;
    }
    // Their neighbours.
    for (const char* const good : {"\xe1\x85\x9e", "\xe1\x85\xa1", "\xe3\x85\xa3", "\xe3\x85\xa5",
                                   "\xef\xbe\x9f", "\xef\xbe\xa1", "\xef\xbf\xbd"}) {
        EXPECT_EQ(safe_text(good), good);
    }
}

TEST(SafeText, is_the_same_when_it_is_done_again) {
    const std::string once = safe_text("a\x1b]0;b\x07\\x1b \xff\n");
    EXPECT_EQ(once, R"(a\x1b]0;b\x07\x1b \xff\x0a)");
    EXPECT_EQ(safe_text(once), once);
    EXPECT_EQ(haoh::safe_text("\x1b"), "\\x1b") << "as it is exported";
}

TEST(SafeText, writes_what_is_not_utf8_as_hexadecimal) {
    EXPECT_EQ(safe_text("\xff\xfe"), "\\xff\\xfe");
    EXPECT_EQ(safe_text("ab\xc3"), "ab\\xc3");                        // cut short
    EXPECT_EQ(safe_text("\xc0\xaf"), "\\xc0\\xaf");                   // overlong
    EXPECT_EQ(safe_text("\xed\xa0\x80"), "\\xed\\xa0\\x80");          // surrogate
    EXPECT_EQ(safe_text("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"); // beyond U+10FFFF
    EXPECT_EQ(safe_text("\xe2\x82z"), "\\xe2\\x82z");
}

TEST(SafeText, shows_what_is_printable_and_escapes_the_rest) {
    EXPECT_EQ(safe_text("array-ä 日本"), "array-ä 日本");
    EXPECT_EQ(safe_text("a\x1b[31m\n"), "a\\x1b[31m\\x0a");
    EXPECT_EQ(safe_text("\xC3"), "\\xc3");
    EXPECT_EQ(safe_text("\xC0\x80"), "\\xc0\\x80");
    EXPECT_EQ(safe_text("\xED\xA0\x80"), "\\xed\\xa0\\x80");
    EXPECT_EQ(safe_text("\xF5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
    EXPECT_EQ(safe_text("\xE2\x80\xAE"), "\\xe2\\x80\\xae"); // writes from right to left
    EXPECT_EQ(safe_text(std::string(1, '\0')), "\\x00");
}

TEST(SafeText, takes_utf8_as_rfc_3629_has_it) {
    // The first and the last character of each length, and those next to what is no character.
    for (const char* const whole :
         {" ", "~", "\xC2\xA0", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
          "\xEF\xBF\xBD", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        EXPECT_EQ(safe_text(whole), whole);
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
        EXPECT_EQ(safe_text(bytes), shown);
        EXPECT_EQ(safe_text("a" + std::string{bytes} + "b"), "a" + std::string{shown} + "b");
        EXPECT_EQ(columns(bytes), std::string_view{bytes}.size()) << shown;
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

TEST(SafeText, escapes_what_does_not_show_itself) {
    // Unicode's general category Cc, and its properties Bidi_Control and Default_Ignorable; and the
    // separators of lines and paragraphs.
    const std::vector<std::pair<char32_t, char32_t>> unseen{
        {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},      {0x61C, 0x61C},
        {0x180B, 0x180F}, {0x200B, 0x200F}, {0x2028, 0x202E},  {0x2060, 0x206F},
        {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFB}, {0xE0000, 0xE0FFF}};
    for (const auto& [first, last] : unseen) {
        for (const char32_t value : {first, last}) {
            EXPECT_EQ(safe_text(utf8(value)).front(), '\\') << static_cast<std::uint32_t>(value);
        }
        if (first > 0) {
            EXPECT_EQ(safe_text(utf8(first - 1)), utf8(first - 1));
        }
        EXPECT_EQ(safe_text(utf8(last + 1)), utf8(last + 1));
    }
}

TEST(Columns, measures_columns) {
    EXPECT_EQ(columns(""), 0U);
    EXPECT_EQ(columns("ä▁█"), 3U);
    EXPECT_EQ(columns("日本"), 4U);
    EXPECT_EQ(columns("e\u0301"), 1U);
}

TEST(Columns, measures_by_what_unicode_says_of_a_character) {
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
    for (const auto& [value, wanted] : widths) {
        EXPECT_EQ(columns(utf8(value)), wanted) << static_cast<std::uint32_t>(value);
    }
}

TEST(Columns, count_characters_not_bytes) {
    EXPECT_EQ(columns("Z\xc3\xbcrich"), 6U);
    EXPECT_EQ(column_slice("Z\xc3\xbcrich", 1, 2), "\xc3\xbcr");
    EXPECT_EQ(column_slice("abc", 2, 9), "c");
    EXPECT_EQ(column_slice("abc", 5, 9), "");
    EXPECT_EQ(column_slice("日本語", 2, 2), "本");
    EXPECT_EQ(column_slice("日本語", 2, 3), "本") << "half a character is none";
    EXPECT_EQ(column_prefix("e\u0301e", 1), "e\u0301");
}

} // namespace
} // namespace haoh::base
