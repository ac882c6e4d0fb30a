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

TEST_F(LocatedReader, PrintsForeignKeysSafely) {
    const Node& root = parse("{\"\\u001b[31m\": 3}");
    EXPECT_EQ(error_of([&root] { ObjectReader(root).finish(); }),
              R"(read x.json:1: /\x1b[31m: unknown key "\x1b[31m")");
}

} // namespace
} // namespace haoh::base
