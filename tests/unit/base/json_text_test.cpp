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

TEST(EscapeBytes, TakesOnlyAWholeEscapeForOne) {
    // `\xNN` in lower case is one, and nothing that is nearly so.
    for (const std::string_view text : {"ax41", "\\y41", "\\X41", "/x41", "\\x4g", "\\xg4", "\\x4A",
                                        "\\xA4", "\\x/0", "\\x0:", "\\x0", "\\x"}) {
        EXPECT_EQ(escape_bytes(text), text);
        EXPECT_EQ(unescape_bytes(text), text);
    }
    EXPECT_EQ(unescape_bytes("<\\x00\\x0a\\xa0\\x7f\\xff>"),
              (std::string_view{"<\x00\x0a\xa0\x7f\xff>", 7}));
    EXPECT_EQ(escape_bytes(std::string_view{"<\x00\xa0\xff>", 5}),
              (std::string{"<\0", 2} + "\\xa0\\xff>"));
}

TEST(EscapeBytes, ReadsNothingBehindTheText) {
    const std::string_view longer = "a\\x41";
    for (const std::size_t size : {1U, 2U, 3U, 4U}) {
        const std::string_view text = longer.substr(0, size);
        EXPECT_EQ(unescape_bytes(text), text);
        EXPECT_EQ(escape_bytes(text), text);
    }
    EXPECT_EQ(unescape_bytes(longer), "aA");
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

TEST(LayOut, HasNoLineOfManyKeysBeyondAHundredColumns) {
    const auto object = [](std::size_t width) { // of its line: {"a": "...", "b": 1, "c": 2, "d": 3}
        return Json{{"a", std::string(width - 33, 'w')}, {"b", 1}, {"c", 2}, {"d", 3}};
    };
    ASSERT_EQ(lay_out(object(60)).size(), 60U);
    EXPECT_EQ(lay_out(object(100)).size(), 100U);
    EXPECT_EQ(lay_out(object(100)).find('\n'), std::string::npos);
    EXPECT_NE(lay_out(object(101)).find('\n'), std::string::npos);
    // Two levels down it begins in column 4.
    const auto within = [&object](std::size_t width) {
        return lay_out(Json{{"list", Json::array({object(width), 1})}});
    };
    EXPECT_NE(within(96).find(lay_out(object(96))), std::string::npos) << within(96);
    EXPECT_EQ(within(97).find("{\"a\": "), std::string::npos) << within(97);
}

TEST(LayOut, CountsTheColumnsOfWhatIsWritten) {
    // Sixteen characters of two bytes are 96 columns as \uNNNN, and with the rest more than 100.
    std::string umlauts;
    for (int i = 0; i < 16; ++i) {
        umlauts += "\u00e9";
    }
    const std::string text = lay_out({{"a", umlauts}, {"b", 1}, {"c", 2}, {"d", 3}});
    EXPECT_NE(text.find('\n'), std::string::npos) << text;
}

TEST(LayOut, KeepsFewKeysAndLongListsOnOneLineHoweverWide) {
    const std::string word(60, 'w');
    const Json few{{"a", word}, {"b", word}, {"c", word}};
    EXPECT_EQ(lay_out(few).find('\n'), std::string::npos);
    const Json list{word, word, word, word};
    EXPECT_EQ(lay_out(list).find('\n'), std::string::npos);
}

TEST(LayOut, IndentsByTwoBlanksALevel) {
    EXPECT_EQ(lay_out(Json::parse(R"({"a": {"b": {"c": [1], "d": 2}}, "e": [[1], [2]]})")),
              "{\n"
              "  \"a\": {\n"
              "    \"b\": {\n"
              "      \"c\": [1],\n"
              "      \"d\": 2\n"
              "    }\n"
              "  },\n"
              "  \"e\": [\n"
              "    [1],\n"
              "    [2]\n"
              "  ]\n"
              "}");
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
