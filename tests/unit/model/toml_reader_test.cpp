// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/toml_reader.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace haoh::model {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// What reading the document says; empty when it was read.
std::string refusal(std::string_view text, const std::function<void(const TomlReader&)>& read) {
    try {
        const toml::table document = parse_toml(text, "x.toml");
        read(TomlReader{document, "x.toml"});
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), make_error_code(Errc::malformed));
        return error.what();
    }
    return {};
}

constexpr std::array<std::pair<std::string_view, int>, 2> kNames{{{"one", 1}, {"two", 2}}};

TEST(TomlReader, ReadsValuesAndLeavesWhatIsAbsent) {
    const toml::table document = parse_toml("text = \"a\"\nnumber = 7\nreal = 2\ntime = \"30ms\"\n"
                                            "seconds = 1.5\nlist = [\"x\", \"y\"]\nname = \"two\"\n"
                                            "[inner]\nnumber = 8\n[[each]]\nnumber = 9\n[[each]]\n",
                                            "x.toml");
    const TomlReader reader{document, "x.toml"};
    std::string text;
    std::uint8_t number = 0;
    double real = 0;
    std::chrono::nanoseconds time{};
    std::vector<std::string> list;
    int name = 0;
    std::vector<int> numbers;
    reader.get("text", text);
    reader.get("number", number, 0, 9);
    reader.get("real", real, 0, 9);
    reader.get("time", time, 0, 9);
    reader.get("list", list);
    reader.get("name", name, kNames);
    const auto inner = [&](const TomlReader& table) {
        numbers.push_back(0);
        table.get("number", numbers.back(), 0, 9);
    };
    reader.table("inner", inner);
    reader.tables("each", inner);
    EXPECT_EQ(text, "a");
    EXPECT_EQ(number, 7);
    EXPECT_EQ(real, 2);
    EXPECT_EQ(time, 30ms);
    EXPECT_THAT(list, ElementsAre("x", "y"));
    EXPECT_EQ(name, 2);
    EXPECT_THAT(numbers, ElementsAre(8, 9, 0));
    reader.get("seconds", time, 0, 9);
    EXPECT_EQ(time, 1500ms);
    reader.get("absent", text);
    reader.get("absent", number, 0, 9);
    reader.get("absent", name, kNames);
    EXPECT_EQ(text + std::to_string(number) + std::to_string(name), "a72");
    EXPECT_EQ(reader.array("absent"), nullptr);
}

TEST(TomlReader, SaysFileLineKeyAndWhatIsThere) {
    std::string text;
    int number = 0;
    double real = 0;
    std::chrono::nanoseconds time{};
    std::vector<std::string> list;
    using Read = std::function<void(const TomlReader&)>;
    const Read get_text = [&](const TomlReader& table) { table.get("k", text); };
    const Read get_number = [&](const TomlReader& table) { table.get("k", number, 1, 5); };
    const Read get_real = [&](const TomlReader& table) { table.get("k", real, 1, 5); };
    const Read get_time = [&](const TomlReader& table) { table.get("k", time, 1, 5); };
    const Read get_list = [&](const TomlReader& table) { table.get("k", list); };
    const Read get_name = [&](const TomlReader& table) { table.get("k", number, kNames); };
    const Read get_tables = [&](const TomlReader& table) { table.tables("k", [](const auto&) {}); };
    const Read get_inner = [&](const TomlReader& table) { table.table("t", get_text); };
    const Read only = [](const TomlReader& table) {
        constexpr std::array<std::string_view, 2> kKeys{"a", "b"};
        table.only_keys(kKeys);
    };
    const std::vector<std::tuple<std::string, Read, std::string>> cases{
        {"\nk = 1", get_text, "read x.toml:2: k: an integer, not a string"},
        {"k = \"1\"", get_number, "read x.toml:1: k: a string, not an integer"},
        {"k = 6", get_number, "read x.toml:1: k: 6 is not from 1 to 5"},
        {"k = true", get_real, "read x.toml:1: k: a boolean, not a number"},
        {"k = nan", get_real, "read x.toml:1: k: nan is not from 1 to 5"},
        {"k = \"2h\"", get_time,
         "read x.toml:1: k: not a time; write \"250us\", \"30ms\", \"5s\" or a number of seconds"},
        {"k = \"9s\"", get_time, "read x.toml:1: k: 9 s is not from 1 to 5 s"},
        {"k = [\n\"a\",\n1.5]", get_list,
         "read x.toml:3: k: a number with a fraction, not a string"},
        {"k = \"\"", get_list, "read x.toml:1: k: a string, not an array"},
        {"k = \"six\"", get_name,
         "read x.toml:1: k: \"six\" is none of its values; the values are one, two"},
        {"k = {}", get_tables, "read x.toml:1: k: a table, not an array of tables; write [[k]]"},
        {"k = [1]", get_tables, "read x.toml:1: k: an integer, not a table"},
        {"[t]\nk = 2026-11-22", get_inner, "read x.toml:2: t.k: a date or time, not a string"},
        {"c = 1", only, "read x.toml:1: c: unknown key; the keys are a, b"}};
    for (const auto& [document, read, message] : cases) {
        EXPECT_EQ(refusal(document, read), message);
    }
    EXPECT_THAT(refusal("a = 1\nb = ", only), testing::StartsWith("read x.toml:2: "));
}

} // namespace
} // namespace haoh::model
