// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/toml_reader.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace haoh::base {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

using Read = std::function<void(TomlReader&)>;

/// What reading the document says; empty when it was read.
std::string refusal(std::string_view text, const Read& read) {
    try {
        const toml::table document = parse_toml(text, "x.toml");
        TomlReader reader{document, "x.toml"};
        read(reader);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), make_error_code(Errc::malformed));
        return error.what();
    }
    return {};
}

constexpr std::array<std::pair<std::string_view, int>, 2> kNames{{{"one", 1}, {"two", 2}}};

TEST(TomlReader, reads_values_and_leaves_what_is_absent) {
    const toml::table document = parse_toml("text = \"a\"\nnumber = 7\nreal = 2\ntime = \"30ms\"\n"
                                            "seconds = 1.5\nlist = [\"x\", \"y\"]\nname = \"two\"\n"
                                            "flag = true\nnumbers = [1, 2]\n"
                                            "[inner]\nnumber = 8\n[[each]]\nnumber = 9\n[[each]]\n",
                                            "x.toml");
    TomlReader reader{document, "x.toml"};
    EXPECT_EQ(reader.text("text"), "a");
    EXPECT_EQ(reader.integer("number", 0, 9), 7U);
    EXPECT_EQ(reader.integer<std::int8_t>("number", -1, 9), std::int8_t{7});
    EXPECT_EQ(reader.number("real", 0, 9), 2.0);
    EXPECT_EQ(reader.duration("time"), 30ms);
    EXPECT_EQ(reader.duration("seconds", 0, 9), 1500ms);
    EXPECT_EQ(reader.boolean("flag"), true);
    EXPECT_EQ(reader.choice("name", kNames), 2);
    EXPECT_EQ(reader.texts("list"), (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(reader.integers<int>("numbers", 0, 9), (std::vector<int>{1, 2}));
    std::vector<std::optional<std::uint64_t>> numbers;
    const Read inner = [&](TomlReader& table) { numbers.push_back(table.integer("number", 0, 9)); };
    reader.table("inner", inner);
    reader.tables("each", inner);
    EXPECT_THAT(numbers, ElementsAre(8U, 9U, std::nullopt));

    EXPECT_EQ(reader.text("absent"), std::nullopt);
    EXPECT_EQ(reader.integer("absent", 0, 9), std::nullopt);
    EXPECT_EQ(reader.number("absent", 0, 9), std::nullopt);
    EXPECT_EQ(reader.duration("absent"), std::nullopt);
    EXPECT_EQ(reader.boolean("absent"), std::nullopt);
    EXPECT_EQ(reader.choice("absent", kNames), std::nullopt);
    EXPECT_EQ(reader.texts("absent"), std::nullopt);
    EXPECT_EQ(reader.integers("absent", 0, 9), std::nullopt);
    EXPECT_EQ(reader.array("absent"), nullptr);
    EXPECT_EQ(reader.node("absent"), nullptr);
    reader.table("absent", inner);
    reader.tables("absent", inner);
    EXPECT_EQ(numbers.size(), 3U);
    reader.finish();
}

TEST(TomlReader, says_file_line_key_and_what_is_there) {
    const Read text = [](TomlReader& table) { static_cast<void>(table.text("k")); };
    const Read integer = [](TomlReader& table) { static_cast<void>(table.integer("k", 1, 5)); };
    const Read integers = [](TomlReader& table) { static_cast<void>(table.integers("k", 1, 5)); };
    const Read number = [](TomlReader& table) { static_cast<void>(table.number("k", 1, 5)); };
    const Read time = [](TomlReader& table) { static_cast<void>(table.duration("k", 1, 5)); };
    const Read flag = [](TomlReader& table) { static_cast<void>(table.boolean("k")); };
    const Read texts = [](TomlReader& table) { static_cast<void>(table.texts("k")); };
    const Read choice = [](TomlReader& table) { static_cast<void>(table.choice("k", kNames)); };
    const Read tables = [](TomlReader& table) { table.tables("k", [](TomlReader&) {}); };
    const Read inner = [&](TomlReader& table) { table.table("t", text); };
    const Read within = [&](TomlReader& table) {
        table.tables("t", [&](TomlReader& one) { one.table("u", text); });
    };
    const Read only = [](TomlReader& table) {
        static_cast<void>(table.text("b"));
        static_cast<void>(table.text("a"));
        table.finish();
    };
    const Read itself = [](TomlReader& table) {
        table.table("t", [](TomlReader& one) { one.fail("", "is wrong", "mend it"); });
    };
    const std::vector<std::tuple<std::string, Read, std::string>> cases{
        {"\nk = 1", text, "read x.toml:2: k: must be a string, not an integer"},
        {"k = \"1\"", integer, "read x.toml:1: k: must be an integer, not a string"},
        {"k = 6", integer, "read x.toml:1: k: 6 is not from 1 to 5"},
        {"k = 0", integer, "read x.toml:1: k: 0 is not from 1 to 5"},
        {"k = [1,\n6]", integers, "read x.toml:2: k: 6 is not from 1 to 5"},
        {"k = 1", integers, "read x.toml:1: k: must be an array of integers, not an integer"},
        {"k = true", number, "read x.toml:1: k: must be a number, not a boolean"},
        {"k = nan", number, "read x.toml:1: k: nan is not from 1 to 5"},
        {"k = 5.1", number, "read x.toml:1: k: 5.1 is not from 1 to 5"},
        {"k = \"x\"", time,
         "read x.toml:1: k: 'x' is no time; write \"250us\", \"30ms\", \"5s\" or a number of "
         "seconds"},
        {"k = true", time,
         "read x.toml:1: k: must be a time, not a boolean; write \"250us\", \"30ms\", \"5s\" or a "
         "number of seconds"},
        {"k = \"9s\"", time, "read x.toml:1: k: 9 s is not from 1 to 5 s"},
        {"k = 0.5", time, "read x.toml:1: k: 0.5 s is not from 1 to 5 s"},
        {"k = 1e300", time, "read x.toml:1: k: 1e+300 s is not from 1 to 5 s"},
        {"k = -1", time, "read x.toml:1: k: -1 s is not from 1 to 5 s"},
        {"k = 1", flag, "read x.toml:1: k: must be true or false, not an integer"},
        {"k = [\n\"a\",\n1.5]", texts,
         "read x.toml:3: k: must be a string, not a number with a fraction"},
        {"k = \"\"", texts, "read x.toml:1: k: must be an array of strings, not a string"},
        {"k = \"six\"", choice,
         "read x.toml:1: k: \"six\" is none of its values; the values are one, two"},
        {"k = {}", tables,
         "read x.toml:1: k: must be an array of tables, not a table; write [[k]]"},
        {"k = [1]", tables, "read x.toml:1: k: must be a table, not an integer; write [[k]]"},
        {"t = [1]", inner, "read x.toml:1: t: must be a table, not an array"},
        {"[t]\nk = 2026-11-22", inner, "read x.toml:2: t.k: must be a string, not a date or time"},
        {"[[t]]\n[t.u]\nk = 1", within, "read x.toml:3: t.u.k: must be a string, not an integer"},
        {"a = \"\"\nd = 1\nc = 1", only, "read x.toml:2: d: unknown key; the keys are b, a"},
        {"\n[t]", itself, "read x.toml:2: t: is wrong; mend it"}};
    for (const auto& [document, read, message] : cases) {
        EXPECT_EQ(refusal(document, read), message);
    }
    EXPECT_THAT(refusal("a = 1\nb = ", only), testing::StartsWith("read x.toml:2: "));
}

TEST(TomlReader, takes_the_ends_of_a_range) {
    const toml::table document = parse_toml("least = 1\nmost = 5\na = 1.0\n"
                                            "b = 5.0\nc = \"1s\"\nd = \"5s\"\nboth = [1, 5]\n"
                                            "day = \"1d\"\nnothing = 0",
                                            "x.toml");
    TomlReader reader{document, "x.toml"};
    EXPECT_EQ(reader.integer("least", 1, 5), 1U);
    EXPECT_EQ(reader.integer("most", 1, 5), 5U);
    EXPECT_EQ(reader.integers("both", 1, 5), (std::vector<std::uint64_t>{1, 5}));
    for (const auto& [key, value] :
         {std::pair{"least", 1.0}, {"most", 5.0}, {"a", 1.0}, {"b", 5.0}}) {
        EXPECT_EQ(reader.number(key, 1, 5), value) << key;
        EXPECT_EQ(reader.duration(key, 1, 5), std::chrono::duration<double>{value}) << key;
    }
    EXPECT_EQ(reader.duration("c", 1, 5), 1s);
    EXPECT_EQ(reader.duration("d", 1, 5), 5s);
    EXPECT_EQ(reader.duration("day"), 24h) << "the longest where nothing else is said";
    EXPECT_EQ(reader.duration("nothing"), 0s);
    const Read time = [](TomlReader& table) { static_cast<void>(table.duration("k")); };
    EXPECT_EQ(refusal("k = 86400.5", time), "read x.toml:1: k: 86400.5 s is not from 0 to 86400 s");
    EXPECT_EQ(refusal("k = -0.5", time), "read x.toml:1: k: -0.5 s is not from 0 to 86400 s");
}

TEST(TomlReader, refuses_what_is_no_time_however_wide_the_range) {
    const Read number = [](TomlReader& table) { static_cast<void>(table.number("k", 0, 5)); };
    const Read time = [](TomlReader& table) { static_cast<void>(table.duration("k", 0, 1e12)); };
    EXPECT_EQ(refusal("k = nan", time), "read x.toml:1: k: nan s is not from 0 to 1000000000000 s");
    EXPECT_EQ(refusal("k = 1e11", time),
              "read x.toml:1: k: 100000000000 s is not from 0 to 1000000000000 s");
    EXPECT_EQ(refusal("k = 31622400", time), "") << "a year is one";
    // An integer that a double cannot have exactly is not 0.
    EXPECT_EQ(refusal("k = 9007199254740993", time),
              "read x.toml:1: k: 9007199254740992 s is not from 0 to 1000000000000 s");
    EXPECT_EQ(refusal("k = 9007199254740993", number),
              "read x.toml:1: k: 9007199254740992 is not from 0 to 5");
}

TEST(TomlReader, says_the_place_of_what_is_wrong) {
    const Read absent = [](TomlReader& table) {
        table.table("t", [](TomlReader& one) {
            EXPECT_EQ(one.line_of("k"), 4);
            EXPECT_EQ(one.line_of("absent"), 2) << "of the table";
            EXPECT_EQ(one.where().begin.line, 2U);
            EXPECT_EQ(one.origin(), "x.toml");
            one.fail("absent", "is missing");
        });
    };
    EXPECT_EQ(refusal("\n[t]\n\nk = 1", absent), "read x.toml:2: t.absent: is missing");
    const Read there = [](TomlReader& table) { table.fail("k", "is wrong"); };
    EXPECT_EQ(refusal("\n\nk = 1", there), "read x.toml:3: k: is wrong");
    const Read all = [](TomlReader& table) { table.fail("", "is too short"); };
    EXPECT_EQ(refusal("\nk = 1", all), "read x.toml:1: is too short");
}

TEST(TomlReader, names_each_kind) {
    const toml::table document =
        parse_toml("a = {}\nb = []\nc = \"\"\nd = 1\ne = 1.0\nf = true\n"
                   "g = 2026-11-29\nh = 07:30:00\ni = 2026-11-29T07:30:00Z",
                   "x.toml");
    std::vector<std::string> kinds;
    for (const auto& [key, node] : document) {
        kinds.emplace_back(kind_of(node));
    }
    EXPECT_THAT(kinds, ElementsAre("a table", "an array", "a string", "an integer",
                                   "a number with a fraction", "a boolean", "a date or time",
                                   "a date or time", "a date or time"));
}

TEST(TomlReader, marks_a_raw_node_and_an_array_as_used) {
    const Read asked = [](TomlReader& table) {
        ASSERT_NE(table.node("a"), nullptr);
        EXPECT_TRUE(table.node("a")->is_integer());
        ASSERT_NE(table.array("b"), nullptr);
        EXPECT_EQ(table.array("b")->size(), 2U);
        table.finish();
    };
    EXPECT_EQ(refusal("a = 1\nb = [1, 2]", asked), "");
    EXPECT_EQ(refusal("a = 1\nb = 2", asked), "read x.toml:2: b: must be an array, not an integer");
    EXPECT_EQ(refusal("a = 1\nb = [1, 2]\nc = 3", asked),
              "read x.toml:3: c: unknown key; the keys are a, b")
        << "each once";
}

TEST(TomlReader, refuses_the_first_unknown_key_in_reading_order) {
    const Read none = [](TomlReader& table) { table.finish("mend it"); };
    const Read inner = [](TomlReader& table) {
        table.table("t", [](TomlReader& one) { one.finish("mend it"); });
    };
    EXPECT_EQ(refusal("c = 1\nb = 1\na = 1", none), "read x.toml:1: c: unknown key; mend it");
    EXPECT_EQ(refusal("a = 1\nb = 1\nc = 1", none), "read x.toml:1: a: unknown key; mend it");
    EXPECT_EQ(refusal("t = {c = 1, a = 1, b = 1}", inner),
              "read x.toml:1: t.c: unknown key; mend it");
    EXPECT_EQ(refusal("t = {}", inner), "");
}

TEST(TomlReader, knows_what_nobody_used) {
    const toml::table document = parse_toml("a = 1\nb = 2\nc = 3", "x.toml");
    TomlReader reader{document, "x.toml"};
    EXPECT_THAT(reader.unused(), ElementsAre("a", "b", "c"));
    static_cast<void>(reader.integer("b", 0, 9));
    EXPECT_THAT(reader.unused(), ElementsAre("a", "c"));
    EXPECT_TRUE(reader.has("a"));
    EXPECT_FALSE(reader.has("d"));
    EXPECT_EQ(reader.line_of("c"), 3);
    const Read named = [](TomlReader& table) { table.finish("see the manual"); };
    EXPECT_EQ(refusal("a = 1", named), "read x.toml:1: a: unknown key; see the manual");
}

} // namespace
} // namespace haoh::base
