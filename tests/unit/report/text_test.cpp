// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/text/text.hpp"

#include <gtest/gtest.h>

#include <array>

namespace haoh::report {
namespace {

TEST(Ranges, JoinRunsAndFoldTheRest) {
    const std::vector<std::uint32_t> numbers{1, 2, 3, 5, 7, 8, 4294967294U, 4294967295U};
    EXPECT_EQ(ranges(numbers, 8), "1-3, 5, 7-8, 4294967294-4294967295");
    EXPECT_EQ(ranges(numbers, 2), "1-3, 5 and 4 more");
    EXPECT_EQ(ranges({}, 2), "");
    EXPECT_EQ(ranges(std::array<std::uint32_t, 3>{4, 4, 4}, 2), "4");
}

TEST(Enumerate, PutsAndBeforeTheLast) {
    EXPECT_EQ(enumerate(std::vector<std::string>{"a"}), "a");
    EXPECT_EQ(enumerate(std::vector<std::string>{"a", "b"}), "a and b");
    EXPECT_EQ(enumerate(std::vector<std::string>{"a", "b", "c"}), "a, b and c");
    EXPECT_EQ(enumerate({}), "");
}

TEST(TextWriter, WrapsBetweenWordsWithAHangingIndent) {
    TextWriter writer{40, false};
    writer.wrapped(2, 4, {{"The quick brown fox jumps over the lazy dog and runs."}});
    EXPECT_EQ(std::move(writer).take(), "  The quick brown fox jumps over the\n"
                                        "    lazy dog and runs.\n");
}

TEST(TextWriter, LeavesAWordThatIsLongerThanALineWhole) {
    TextWriter writer{40, false};
    writer.wrapped(0, 2, {{"see " + std::string(60, 'x') + " there"}});
    EXPECT_EQ(std::move(writer).take(), "see\n  " + std::string(60, 'x') + "\n  there\n");
}

TEST(TextWriter, IsAtLeastFortyColumnsWide) {
    TextWriter writer{1, false};
    EXPECT_EQ(writer.width(), 40U);
    writer.wrapped(0, 0, {{"one two three"}});
    EXPECT_EQ(std::move(writer).take(), "one two three\n");
}

TEST(TextWriter, ColoursTheWordsNotTheSpaces) {
    TextWriter writer{40, true};
    writer.wrapped(0, 0, {{"FAIL", Tone::fail}, {"  a b"}});
    EXPECT_EQ(std::move(writer).take(), "\x1b[1;31mFAIL\x1b[0m  a b\n");
}

TEST(TextWriter, WrapsTheSameWithAndWithoutColour) {
    const Spans spans{{"one two three", Tone::strong},
                      {" four five six seven"},
                      {" eight nine ten eleven twelve", Tone::faint}};
    TextWriter plain{40, false};
    plain.wrapped(0, 2, spans);
    TextWriter coloured{40, true};
    coloured.wrapped(0, 2, spans);
    std::string stripped;
    const std::string out = std::move(coloured).take();
    for (std::size_t index = 0; index < out.size(); ++index) {
        if (out[index] == '\x1b') {
            index = out.find('m', index);
        } else {
            stripped += out[index];
        }
    }
    EXPECT_NE(out, stripped);
    EXPECT_EQ(stripped, std::move(plain).take());
}

TEST(TextWriter, WritesNoTwoEmptyLinesInARowAndNoneAtTheEdges) {
    TextWriter writer{40, false};
    writer.blank();
    writer.line(0, {{"a"}});
    writer.blank();
    writer.blank();
    writer.line(0, {{"b"}});
    writer.blank();
    EXPECT_EQ(std::move(writer).take(), "a\n\nb\n");
}

TEST(Table, AlignsCellsAndDropsSpacesAtTheEnd) {
    Table table{{Table::Align::right, Table::Align::left, Table::Align::left}};
    table.row({{"1"}, {"one"}, {"x"}});
    table.row({{"100"}, {"hundred"}, {""}});
    TextWriter writer{40, false};
    table.write(writer, 2);
    EXPECT_EQ(table.width(), 15U);
    EXPECT_EQ(std::move(writer).take(), "    1  one      x\n"
                                        "  100  hundred\n");
}

TEST(DifferenceMarks, PointAtTheDifferingColumns) {
    EXPECT_EQ(difference_marks(std::vector<std::string>{"0a1b2c3d4e", "0a1b2cff4e"}), "      ^^");
    EXPECT_EQ(difference_marks(std::vector<std::string>{"0a1b2c3d4e", "0a1b2c3d4e"}), "");
}

TEST(DifferenceMarks, CoverTheRangeWhenLengthsDiffer) {
    EXPECT_EQ(difference_marks(std::vector<std::string>{"nqn.2026.a:x1y", "nqn.2026.a:x123y"}),
              "             ^^");
    EXPECT_EQ(difference_marks(std::vector<std::string>{"SN0000012", "SN000001"}), "        ^");
}

TEST(DifferenceMarks, StayAwayFromShortAndWhollyDifferentTexts) {
    EXPECT_EQ(difference_marks(std::vector<std::string>{"SN0001", "SN0002"}), "");
    EXPECT_EQ(difference_marks(std::vector<std::string>{"aaaaaaaaaaaa", "bbbbbbbbbbbb"}), "");
    EXPECT_EQ(difference_marks(std::vector<std::string>{"only one text"}), "");
    // Unrelated UUIDs agree by chance in some columns, and in their dashes.
    EXPECT_EQ(difference_marks(std::vector<std::string>{"b0e7a181-b104-4a33-831d-922317d0ab5e",
                                                        "11111111-2222-4333-8444-555555555555"}),
              "");
}

TEST(Shortened, LeavesTextsThatFitAlone) {
    const std::vector<std::string> texts{"0123456789", "0123456780"};
    EXPECT_EQ(shortened(texts, 30), texts);
}

TEST(Shortened, KeepsTheFirstDifferenceInSight) {
    const std::string front(100, '0');
    const auto out = shortened({front + "a1" + front, front + "b1" + front}, 40);
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(columns(out[0]), 40U);
    EXPECT_TRUE(out[0].starts_with("...00000000a1000")) << out[0];
    EXPECT_TRUE(out[1].starts_with("...00000000b1000")) << out[1];
    EXPECT_TRUE(out[0].ends_with("..."));
}

TEST(Shortened, ShowsTheEndWhenThatIsWhereTextsDiffer) {
    const std::string front(60, '0');
    const auto out = shortened({front + "a", front + "b"}, 40);
    EXPECT_EQ(out[0], "..." + std::string(36, '0') + "a");
    EXPECT_EQ(out[1], "..." + std::string(36, '0') + "b");
}

TEST(Shortened, KeepsTheBeginningOfTextsThatDoNotDiffer) {
    const std::string text = "first " + std::string(100, 'x');
    const auto out = shortened({text, text}, 40);
    EXPECT_TRUE(out[0].starts_with("first xxx")) << out[0];
    EXPECT_EQ(columns(out[0]), 40U);
}

/// Whether the character is passed on as it is.
bool passed_on(char32_t value) {
    std::string text;
    if (value < 0x80) {
        text = {static_cast<char>(value)};
    } else if (value < 0x800) {
        text = {static_cast<char>(0xC0U | value >> 6U), static_cast<char>(0x80U | (value & 0x3FU))};
    } else if (value < 0x10000) {
        text = {static_cast<char>(0xE0U | value >> 12U),
                static_cast<char>(0x80U | (value >> 6U & 0x3FU)),
                static_cast<char>(0x80U | (value & 0x3FU))};
    } else {
        text = {static_cast<char>(0xF0U | value >> 18U),
                static_cast<char>(0x80U | (value >> 12U & 0x3FU)),
                static_cast<char>(0x80U | (value >> 6U & 0x3FU)),
                static_cast<char>(0x80U | (value & 0x3FU))};
    }
    return safe_text(text) == text;
}

/// Unicode's ranges of what is no character, controls, hides or turns text: the characters beside
/// them are harmless.
TEST(SafeText, KnowsTheEndsOfEachRange) {
    const std::vector<std::pair<char32_t, char32_t>> harmful{
        {0x00, 0x1F},     {0x7F, 0x9F},      {0xAD, 0xAD},     {0x061C, 0x061C}, {0x115F, 0x1160},
        {0x17B4, 0x17B5}, {0x180B, 0x180F},  {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},
        {0x3164, 0x3164}, {0xD800, 0xDFFF},  {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB},
        {0xFFFE, 0xFFFF}, {0xE0000, 0xE0FFF}};
    for (const auto& [first, last] : harmful) {
        EXPECT_FALSE(passed_on(first)) << std::hex << static_cast<unsigned>(first);
        EXPECT_FALSE(passed_on(last)) << std::hex << static_cast<unsigned>(last);
        EXPECT_TRUE(passed_on(last + 1)) << std::hex << static_cast<unsigned>(last);
        EXPECT_TRUE(first == 0 || passed_on(first - 1)) << std::hex << static_cast<unsigned>(first);
    }
    for (const char32_t value : {0x80U + 0x20U, 0x7FFU, 0x800U, 0xFFFDU, 0x10000U, 0x10FFFFU}) {
        EXPECT_TRUE(passed_on(value)) << std::hex << static_cast<unsigned>(value);
    }
    EXPECT_EQ(safe_text("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf") << "overlong";
    EXPECT_EQ(safe_text("\xf0\x8f\xbf\xbf"), "\\xf0\\x8f\\xbf\\xbf") << "overlong";
    EXPECT_EQ(safe_text("\xf8\x88\x80\x80\x80"), "\\xf8\\x88\\x80\\x80\\x80");
}

TEST(DifferenceMarks, HelpUpToHalfOfTheColumns) {
    EXPECT_EQ(difference_marks(std::vector<std::string>{"aaaaaaaaaa", "bbbbbaaaaa"}), "^^^^^");
    EXPECT_EQ(difference_marks(std::vector<std::string>{"aaaaaaaaaa", "bbbbbbaaaa"}), "");
    EXPECT_EQ(difference_marks(std::vector<std::string>{"aaaaaaaa", "aaaaaaab"}), "       ^");
    EXPECT_EQ(difference_marks(std::vector<std::string>{"aaaaaaa", "aaaaaab"}), "") << "short";
    EXPECT_EQ(difference_marks(std::vector<std::string>{"aaaaaaaa", "aaaaaaab", "baaaaaaa"}),
              "^      ^");
}

} // namespace
} // namespace haoh::report
