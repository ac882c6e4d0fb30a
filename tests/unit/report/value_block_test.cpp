// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/text/value_block.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::report {
namespace {

std::string block(unsigned width, const std::vector<LabelledValue>& values, bool complete = false) {
    TextWriter writer{width, false};
    write_value_block(writer, 4, values, complete);
    return std::move(writer).take();
}

TEST(ValueBlock, AlignsValuesAndMarksTheDifference) {
    EXPECT_EQ(block(80, {{"array-a", "0a1b2c3d4e5f6071"}, {"b", "0a1b2c3d4ea06071"}}),
              "    array-a  0a1b2c3d4e5f6071\n"
              "    b        0a1b2c3d4ea06071\n"
              "                       ^^\n");
}

TEST(ValueBlock, PutsLabelsAboveWhereThereIsNoRoomBeside) {
    EXPECT_EQ(block(40, {{"array-a", "5d0f9a61-1c7e-4b02-8a00-0000000002a5"},
                         {"array-b", "5d0f9a61-1c7e-4b02-8a00-0000000002ff"}}),
              "  array-a:\n"
              "    5d0f9a61-1c7e-4b02-8a00-0000000002a5\n"
              "  array-b:\n"
              "    5d0f9a61-1c7e-4b02-8a00-0000000002ff\n"
              "                                      ^^\n");
}

TEST(ValueBlock, NeedsNoLabel) {
    EXPECT_EQ(block(80, {{"", "one value"}}), "    one value\n");
}

TEST(ValueBlock, ShowsSpacesAndEmptyValuesAsTheyAre) {
    EXPECT_EQ(block(80, {{"array-a", "SN  1"}, {"array-b", " SN 1"}, {"array-c", ""}}),
              "    array-a  SN  1\n"
              "    array-b   SN 1\n"
              "    array-c  (empty)\n");
}

TEST(ValueBlock, ShowsEachKindOfValueWhenThereAreMany) {
    std::vector<LabelledValue> values;
    for (int index = 0; index < 20; ++index) {
        values.push_back({"controller " + std::to_string(index), "same"});
    }
    values.push_back({"controller 20", "other"});
    EXPECT_EQ(block(80, values), "    controller 0   same\n"
                                 "    controller 1   same\n"
                                 "    controller 2   same\n"
                                 "    controller 3   same\n"
                                 "    controller 4   same\n"
                                 "    controller 20  other\n"
                                 "    and 15 more\n");
    const std::string complete = block(80, values, true);
    EXPECT_EQ(std::ranges::count(complete, '\n'), 21);
}

TEST(ValueBlock, CutsLongValuesAroundTheDifferenceUnlessAllIsAskedFor) {
    const std::string front(200, '0');
    const std::vector<LabelledValue> values{{"array-a", front + "aa"}, {"array-b", front + "bb"}};
    TextWriter writer{60, false};
    EXPECT_TRUE(write_value_block(writer, 4, values, false));
    const std::string text = std::move(writer).take();
    EXPECT_EQ(text, "    array-a  ..." + std::string(42, '0') + "aa\n" + "    array-b  ..." +
                        std::string(42, '0') + "bb\n" + std::string(58, ' ') + "^^\n");
    TextWriter whole{60, false};
    EXPECT_FALSE(write_value_block(whole, 4, values, true));
    EXPECT_NE(std::move(whole).take().find(front + "aa"), std::string::npos);
}

TEST(ValueBlock, WrapsListsOfWordsOneThingALine) {
    const std::string ids = "uuid 5d0f9a61-1c7e-4b02-8a00-0000000002a5, nguid 5d0f9a611c7e4b028a00";
    TextWriter writer{60, false};
    const std::vector<LabelledValue> values{{"array-a", "nsid 1 = " + ids + "; nsid 2 = none"},
                                            {"array-b", "nsid 1 = none; nsid 2 = " + ids}};
    EXPECT_FALSE(write_value_block(writer, 4, values, false));
    EXPECT_EQ(std::move(writer).take(), "    array-a  nsid 1 = uuid\n"
                                        "             5d0f9a61-1c7e-4b02-8a00-0000000002a5, nguid\n"
                                        "             5d0f9a611c7e4b028a00;\n"
                                        "             nsid 2 = none\n"
                                        "    array-b  nsid 1 = none;\n"
                                        "             nsid 2 = uuid\n"
                                        "             5d0f9a61-1c7e-4b02-8a00-0000000002a5, nguid\n"
                                        "             5d0f9a611c7e4b028a00\n");
}

TEST(ValueBlock, AListThatJustFitsIsOneLine) {
    const std::string list = "nsid 1 = none; nsid 22 = none; a 3 4"; // 36 of 40 - 4
    EXPECT_EQ(block(40, {{"", list}}), "    " + list + "\n");
    EXPECT_EQ(block(40, {{"", list + "5"}}), "    nsid 1 = none;\n    nsid 22 = none;\n"
                                             "    a 3 45\n");
}

TEST(ValueBlock, CutsWordsThatWouldTakeMoreThanFiveLines) {
    const auto shortens = [](std::size_t columns) { // 80 - 4 - 7 - 2 are for a value: 67
        std::string text;
        while (text.size() + 10 < columns) {
            text += "something ";
        }
        text.append(columns - text.size(), 'x');
        TextWriter writer{80, false};
        return write_value_block(
            writer, 4, std::vector<LabelledValue>{{"array-a", text}, {"array-b", "1"}}, false);
    };
    EXPECT_FALSE(shortens(std::size_t{5} * 67));
    EXPECT_TRUE(shortens(std::size_t{5} * 67 + 1));
}

TEST(ValueBlock, WritesNothingForNoValue) {
    EXPECT_EQ(block(80, {}), "");
}

} // namespace
} // namespace haoh::report
