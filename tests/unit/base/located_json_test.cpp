// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/located_json.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>

namespace haoh::base {
namespace {

constexpr JsonLimits kLimits{.bytes = 1000, .depth = 4, .values = 20, .members = 4};

LocatedValue parse(std::string_view text) {
    return parse_located(text, "read", "x.json", kLimits);
}

std::string error_of(std::string_view text) {
    try {
        static_cast<void>(parse(text));
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

Errc code_of(std::string_view text) {
    try {
        static_cast<void>(parse(text));
    } catch (const Error& error) {
        return static_cast<Errc>(error.code().value());
    }
    return {};
}

TEST(LocatedJson, HasEveryKindOfValue) {
    const LocatedValue root = parse(R"([null, true, 1, -1, 1.5, "text", [], {}])");
    const auto& list = std::get<LocatedValue::Array>(root.data);
    std::vector<std::string_view> kinds;
    for (const LocatedValue& item : list) {
        kinds.push_back(item.kind());
    }
    EXPECT_THAT(kinds, testing::ElementsAre("null", "a boolean", "a number", "a number", "a number",
                                            "a string", "a list", "an object"));
    EXPECT_EQ(std::get<std::uint64_t>(list[2].data), 1U);
    EXPECT_EQ(std::get<std::int64_t>(list[3].data), -1);
    EXPECT_TRUE(std::get<bool>(list[1].data));
    EXPECT_EQ(std::get<double>(list[4].data), 1.5);
    EXPECT_EQ(std::get<std::string>(list[5].data), "text");
    EXPECT_FALSE(std::get<bool>(parse("false").data));
}

TEST(LocatedJson, KeepsTheOrderOfKeys) {
    const LocatedValue root = parse(R"({"b": 1, "a": {"c": 2}})");
    const auto& members = std::get<LocatedValue::Object>(root.data);
    ASSERT_EQ(members.size(), 2U);
    EXPECT_EQ(members[0].key, "b");
    EXPECT_EQ(members[1].key, "a");
    EXPECT_EQ(std::get<LocatedValue::Object>(members[1].value.data)[0].key, "c");
}

TEST(LocatedJson, KnowsTheLineOfEveryValue) {
    const LocatedValue root =
        parse("\n{\"a\": 1\n,\"b\": [2,\n3\n],\n\n\"c\": \"x\", \"d\": 4\n}\n");
    EXPECT_EQ(root.line, 2U);
    const auto& members = std::get<LocatedValue::Object>(root.data);
    EXPECT_EQ(members[0].value.line, 2U) << "a number that ends its line";
    EXPECT_EQ(members[1].value.line, 3U);
    const auto& list = std::get<LocatedValue::Array>(members[1].value.data);
    EXPECT_EQ(list[0].line, 3U);
    EXPECT_EQ(list[1].line, 4U);
    EXPECT_EQ(members[2].value.line, 7U);
}

TEST(LocatedJson, NamesLineAndColumnOfASyntaxError) {
    EXPECT_THAT(error_of("{\"a\": 1,\n  nonsense}"), testing::StartsWith("read x.json:2:4: "));
    EXPECT_THAT(error_of("[1, 2"), testing::StartsWith("read x.json:1:5: "));
    EXPECT_THAT(error_of(""), testing::StartsWith("read x.json:1:0: "));
    EXPECT_THAT(error_of("[1] 2"), testing::StartsWith("read x.json:1:5: "));
    EXPECT_THAT(error_of("{\"a\": 1e999}"), testing::HasSubstr("number overflow"));
    EXPECT_THAT(error_of("[\"\xff\"]"), testing::HasSubstr("UTF-8"));
    EXPECT_EQ(code_of("[1, 2"), Errc::malformed);
    EXPECT_EQ(code_of("{\"a\": 1e999}"), Errc::malformed);
}

TEST(LocatedJson, SaysWhatIsWrongWithoutThePrefixOfTheParser) {
    EXPECT_THAT(error_of("[1 2]"), testing::StartsWith("read x.json:1:5: syntax error while "));
    EXPECT_THAT(error_of("[1 2]"), testing::Not(testing::HasSubstr("exception")));
    EXPECT_THAT(error_of("{\"] a: column 7: \" 2}"),
                testing::StartsWith("read x.json:1:21: syntax error while "));
    EXPECT_EQ(error_of("1e999"), "read x.json:1:5: number overflow parsing '1e999'");
}

TEST(LocatedJson, ShortensWhatTheParserSaysOfALongText) {
    const std::string text = error_of("[\"" + std::string(400, 'a') + "\\q");
    const std::string_view place = "read x.json:1:404: ";
    ASSERT_THAT(text, testing::StartsWith(std::string{place} + "syntax error while "));
    EXPECT_EQ(text.size() - place.size(), 300U);
}

TEST(LocatedJson, PrintsNoByteOfTheTextThatIsNotPrintable) {
    const std::string message = error_of("[\x1b[31m\xff\x07 ]");
    EXPECT_TRUE(std::all_of(message.begin(), message.end(), [](char c) {
        return c >= ' ' && c < 127;
    })) << message;
}

TEST(LocatedJson, RefusesAKeyThatIsThereTwice) {
    EXPECT_EQ(error_of("{\"a\": 1,\n\"a\": 2}"), "read x.json:2:3: the key \"a\" is there twice");
    EXPECT_EQ(code_of("{\"a\": 1, \"b\": 2, \"a\": 2}"), Errc::malformed);
    EXPECT_EQ(code_of("{\"a\": 1, \"b\": {\"a\": 2}}"), Errc{}) << "of another object";
}

TEST(LocatedJson, IsBoundedInSizeDepthAndNumber) {
    EXPECT_EQ(code_of("[[[[]]]]"), Errc{});
    EXPECT_EQ(code_of("[[[[[]]]]]"), Errc::too_large);
    EXPECT_EQ(code_of(std::string(100'000, '[')), Errc::too_large);
    EXPECT_EQ(code_of("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"), Errc{});
    EXPECT_EQ(code_of("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"), Errc::too_large);
    EXPECT_EQ(code_of(R"({"a":1,"b":1,"c":1,"d":1})"), Errc{});
    EXPECT_EQ(code_of(R"({"a":1,"b":1,"c":1,"d":1,"e":1})"), Errc::too_large);
    EXPECT_EQ(code_of("1" + std::string(999, ' ')), Errc{});
    EXPECT_EQ(code_of("1" + std::string(1000, ' ')), Errc::too_large);
}

TEST(Quote, ShortensAndEscapes) {
    EXPECT_EQ(quote("abc"), "\"abc\"");
    EXPECT_EQ(quote("a\x1b"), "\"a\\x1b\"");
    EXPECT_EQ(quote(std::string(60, 'x')), "\"" + std::string(60, 'x') + "\"");
    EXPECT_EQ(quote(std::string(61, 'x')), "\"" + std::string(60, 'x') + "...\"");
}

} // namespace
} // namespace haoh::base
