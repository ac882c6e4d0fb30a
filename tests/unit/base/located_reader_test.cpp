// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/located_reader.hpp"

#include <gmock/gmock.h>

namespace haoh::base {
namespace {

constexpr JsonLimits kReaderLimits{.bytes = 1000, .depth = 10, .values = 100, .members = 10};

/// A parsed text with its root.
class LocatedReader : public testing::Test {
  protected:
    const Node& parse(std::string_view text) {
        document_ = parse_located(text, "read", "x.json", kReaderLimits);
        root_.emplace(context_, document_);
        return *root_;
    }

    template <typename Action>
    static std::string error_of(Action action) {
        try {
            action();
        } catch (const Error& error) {
            return error.what();
        }
        return "no error";
    }

  private:
    ReadContext context_{.operation = "read", .origin = "x.json"};
    LocatedValue document_;
    std::optional<Node> root_;
};

TEST_F(LocatedReader, GivesTypedValues) {
    const Node& root = parse(R"({"n": 255, "s": "text", "b": true, "l": [1, 2], "z": null})");
    ObjectReader reader(root);
    EXPECT_EQ(reader.required("n").number<std::uint8_t>(), 255);
    EXPECT_EQ(reader.required("s").string(), "text");
    EXPECT_TRUE(reader.required("s").is_string());
    EXPECT_TRUE(reader.required("b").boolean());
    EXPECT_TRUE(reader.required("z").is_null());
    std::vector<unsigned> items;
    reader.required("l").for_each_item(
        [&items](const Node& item) { items.push_back(item.number<unsigned>()); });
    EXPECT_EQ(items, (std::vector<unsigned>{1, 2}));
    EXPECT_EQ(error_of([&] { reader.finish(); }), "no error");
}

TEST_F(LocatedReader, GivesIntegersOfEitherSign) {
    const Node& root = parse(R"({"n": -255, "p": 255, "big": 18446744073709551615, "s": "1"})");
    ObjectReader reader(root);
    EXPECT_EQ(reader.required("n").integer(255), -255);
    EXPECT_EQ(reader.required("p").integer(255), 255);
    EXPECT_EQ(error_of([&] { static_cast<void>(reader.required("n").integer(254)); }),
              "read x.json:1: /n: -255 is less than -254");
    EXPECT_EQ(error_of([&] { static_cast<void>(reader.required("big").integer(254)); }),
              "read x.json:1: /big: 18446744073709551615 is more than 254");
    EXPECT_EQ(error_of([&] { static_cast<void>(reader.required("s").integer(254)); }),
              "read x.json:1: /s: a string where a whole number from 0 to 254 belongs");
}

TEST_F(LocatedReader, NamesLineAndPointerOfAWrongKind) {
    const Node& root = parse("{\"a\": [\n{\"b/c~\": \"x\"}]}");
    const std::string error = error_of([&root] {
        root.for_each_member([](std::string_view, const Node& list) {
            list.for_each_item([](const Node& object) {
                static_cast<void>(ObjectReader(object).required("b/c~").boolean());
            });
        });
    });
    EXPECT_EQ(error, "read x.json:2: /a/0/b~1c~0: a string where a boolean belongs");
}

TEST_F(LocatedReader, NamesTheRootByItsLine) {
    const Node& root = parse("[]");
    EXPECT_EQ(error_of([&root] { static_cast<void>(root.object()); }),
              "read x.json:1: a list where an object belongs");
}

TEST_F(LocatedReader, RefusesNumbersOutOfRange) {
    const Node& root = parse(R"([256, -1, 1.5, "1", 255])");
    std::vector<std::string> errors;
    root.for_each_item([&errors](const Node& item) {
        errors.push_back(error_of([&item] { static_cast<void>(item.number<std::uint8_t>()); }));
    });
    EXPECT_THAT(errors,
                testing::ElementsAre(
                    "read x.json:1: /0: 256 is more than 255",
                    "read x.json:1: /1: -1 where a number from 0 to 255 belongs",
                    "read x.json:1: /2: a number where a whole number from 0 to 255 belongs",
                    "read x.json:1: /3: a string where a whole number from 0 to 255 belongs",
                    "no error"));
}

TEST_F(LocatedReader, RefusesUnknownKeysAndMissingOnes) {
    const Node& root = parse("{\"known\": 1,\n\"for people\": 2,\n\"typo\": 3}");
    ObjectReader reader(root);
    static_cast<void>(reader.required("known"));
    reader.ignore({"for people", "not there"});
    EXPECT_EQ(error_of([&] { reader.finish(); }), "read x.json:3: /typo: unknown key \"typo\"");
    EXPECT_EQ(error_of([&] { static_cast<void>(reader.required("wanted")); }),
              "read x.json:1: the key \"wanted\" is missing");
    EXPECT_TRUE(reader.has("typo"));
    EXPECT_FALSE(reader.has("wanted"));
}

TEST_F(LocatedReader, TellsWhatAValueIsNot) {
    const Node& root = parse(R"([null, "text", true, 1, [], {}])");
    std::string nulls;
    std::string strings;
    root.for_each_item([&](const Node& item) {
        nulls += item.is_null() ? '1' : '0';
        strings += item.is_string() ? '1' : '0';
    });
    EXPECT_EQ(nulls, "100000");
    EXPECT_EQ(strings, "010000");
}

TEST_F(LocatedReader, SaysOfEachKindWhereItBelongs) {
    const Node& root = parse(R"({"x": null})");
    const Node x = ObjectReader(root).required("x");
    const std::string null = "read x.json:1: /x: null where ";
    EXPECT_EQ(error_of([&x] { static_cast<void>(x.boolean()); }), null + "a boolean belongs");
    EXPECT_EQ(error_of([&x] { static_cast<void>(x.string()); }), null + "a string belongs");
    EXPECT_EQ(error_of([&x] { static_cast<void>(x.list()); }), null + "a list belongs");
    EXPECT_EQ(error_of([&x] { static_cast<void>(x.object()); }), null + "an object belongs");
    EXPECT_EQ(error_of([&x] { static_cast<void>(x.number(7)); }),
              null + "a whole number from 0 to 7 belongs");
    EXPECT_EQ(error_of([&x] { x.fail("it is wrong", "mend it"); }),
              "read x.json:1: /x: it is wrong; mend it");
}

TEST_F(LocatedReader, RefusesWithTheCodeOfMalformedDataUnlessToldAnother) {
    const Node& root = parse("[1]");
    const auto code_of = [](const auto& action) {
        try {
            action();
        } catch (const Error& error) {
            return error.code();
        }
        return std::error_code{};
    };
    EXPECT_EQ(code_of([&root] { static_cast<void>(root.object()); }), Errc::malformed);
    EXPECT_EQ(code_of([&root] { root.fail("cause"); }), Errc::malformed);
    EXPECT_EQ(code_of([&root] { root.fail("cause", {}, Errc::unsupported); }), Errc::unsupported);
}

TEST_F(LocatedReader, CountsItemsAndGoesThroughMembersInTheirOrder) {
    const Node& root = parse("{\"b\": [1, 2,\n\"x\"], \"a\": 2}");
    std::string keys;
    root.for_each_member([&keys](std::string_view key, const Node&) { keys += key; });
    EXPECT_EQ(keys, "ba");
    const Node list = ObjectReader(root).required("b");
    EXPECT_EQ(list.list().size(), 3U);
    EXPECT_EQ(error_of([&list] {
                  list.for_each_item([](const Node& item) { static_cast<void>(item.number(9)); });
              }),
              "read x.json:2: /b/2: a string where a whole number from 0 to 9 belongs");
}

TEST_F(LocatedReader, UndoesTheEscapesOfTextsFromADevice) {
    const Node& root = parse(R"(["a\\xff", "\\x5cx41", ""])");
    EXPECT_EQ(texts(root), (std::vector<std::string>{"a\xff", "\\x41", ""}));
    EXPECT_EQ(root.list().size(), 3U);
    const Node first(root, std::size_t{0}, root.list().front());
    EXPECT_EQ(text(first), "a\xff");
    EXPECT_EQ(first.string(), "a\\xff") << "as it is in the document";
}

TEST_F(LocatedReader, AsksForTheKeysOfEachObjectApart) {
    const Node& root = parse(R"({"first": 1, "second": 2, "third": 3})");
    for (const std::string_view left : {"first", "second", "third"}) {
        ObjectReader reader(root);
        for (const std::string_view key : {"first", "second", "third"}) {
            if (key != left) {
                static_cast<void>(reader.required(key));
            }
        }
        EXPECT_EQ(error_of([&] { reader.finish(); }), "read x.json:1: /" + std::string{left} +
                                                          ": unknown key \"" + std::string{left} +
                                                          "\"");
        reader.ignore({left, "not there"});
        EXPECT_EQ(error_of([&] { reader.finish(); }), "no error");
        EXPECT_EQ(reader.node().object().size(), 3U);
    }
}

TEST_F(LocatedReader, PrintsForeignKeysSafely) {
    const Node& root = parse("{\"\\u001b[31m\": 3}");
    EXPECT_EQ(error_of([&root] { ObjectReader(root).finish(); }),
              R"(read x.json:1: /\x1b[31m: unknown key "\x1b[31m")");
}

} // namespace
} // namespace haoh::base
