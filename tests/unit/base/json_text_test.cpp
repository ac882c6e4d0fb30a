// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/json_text.hpp"

#include <gmock/gmock.h>

namespace haoh::base {
namespace {

using Json = nlohmann::ordered_json;

TEST(EscapeBytes, LeavesUtf8Alone) {
    for (const std::string_view text :
         {"", "plain", "caf\u00e9", "\u20ac", "\U0001F600", "\u07ff\u0800\ud7ff\ue000\uffff",
          "C:\\path", "\\", "\\x", "\\xg0", "\\x4"}) {
        EXPECT_EQ(escape_bytes(text), text);
        EXPECT_EQ(unescape_bytes(text), text);
    }
}

TEST(EscapeBytes, WritesOtherBytesInHexadecimal) {
    EXPECT_EQ(escape_bytes("a\xff"), "a\\xff");
    EXPECT_EQ(escape_bytes("\x80"), "\\x80");
    EXPECT_EQ(escape_bytes("\xc3("), "\\xc3(");
    EXPECT_EQ(escape_bytes("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
    EXPECT_EQ(escape_bytes("\xe0\x80\xaf"), "\\xe0\\x80\\xaf") << "overlong";
    EXPECT_EQ(escape_bytes("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
    EXPECT_EQ(escape_bytes("\xf0\x80\x80\x80"), "\\xf0\\x80\\x80\\x80") << "overlong";
    EXPECT_EQ(escape_bytes("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "above U+10FFFF";
    EXPECT_EQ(escape_bytes("\xe2\x82"), "\\xe2\\x82") << "cut short";
}

TEST(EscapeBytes, MarksTextThatReadsAsAnEscape) {
    EXPECT_EQ(escape_bytes("\\x41"), "\\x5cx41");
    EXPECT_EQ(unescape_bytes("\\x5cx41"), "\\x41");
}

TEST(EscapeBytes, IsUndoneForEveryTextOfAFewBytes) {
    const std::string letters = "\\x5cg\xff\xc3\xa9";
    std::string text(5, ' ');
    for (std::size_t code = 0; code < 8 * 8 * 8 * 8 * 8; ++code) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            text[i] = letters[(code >> (3 * i)) & 7U];
        }
        ASSERT_EQ(unescape_bytes(escape_bytes(text)), text);
    }
}

TEST(ExactNumber, IsAStringWhenReadersCouldRoundIt) {
    EXPECT_EQ(exact_number(0), Json(0));
    EXPECT_EQ(exact_number(9007199254740991), Json(9007199254740991));
    EXPECT_EQ(exact_number(9007199254740992), Json("9007199254740992"));
    EXPECT_EQ(exact_number(~std::uint64_t{0}), Json("18446744073709551615"));
}

TEST(LayOut, KeepsListsAndSmallObjectsOnOneLine) {
    EXPECT_EQ(lay_out(Json::array()), "[]");
    EXPECT_EQ(lay_out(Json::object()), "{}");
    EXPECT_EQ(lay_out({1, 2, 3}), "[1, 2, 3]");
    EXPECT_EQ(lay_out({{"a", 1}, {"b", nullptr}}), "{\"a\": 1, \"b\": null}");
    EXPECT_EQ(lay_out({{"a", {1, 2}}, {"b", {{"c", true}}}}),
              "{\n  \"a\": [1, 2],\n  \"b\": {\"c\": true}\n}");
}

TEST(LayOut, BreaksLongObjectsOfManyKeys) {
    const std::string word(40, 'w');
    const Json value{{"a", word}, {"b", word}, {"c", word}, {"d", 1}};
    EXPECT_EQ(lay_out(value), "{\n  \"a\": \"" + word + "\",\n  \"b\": \"" + word +
                                  "\",\n  \"c\": \"" + word + "\",\n  \"d\": 1\n}");
}

TEST(LayOut, IsAsciiAndTheSameValue) {
    const Json value{{"caf\u00e9", {"\u20ac", "\x01\x7f\"\\"}}, {"list", {{{"x", {1}}}, {}}}};
    const std::string text = lay_out(value);
    EXPECT_EQ(Json::parse(text), value);
    EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                            [](char c) { return c == '\n' || (c >= ' ' && c < '\x7f'); }));
}

} // namespace
} // namespace haoh::base
