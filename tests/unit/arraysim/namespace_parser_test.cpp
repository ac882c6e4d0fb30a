// SPDX-License-Identifier: LGPL-2.1-or-later
// Tables of namespaces, overrides and faults: what they take, and what they say of the rest.
#include <arraysim/scenario/scenario_parser.hpp>

#include <haoh/error.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::arraysim {
namespace {

using testing::HasSubstr;

constexpr std::string_view kArray = "[[array]]\nname = \"a\"\n";

/// What is wrong with a scenario: the place and the cause, or nothing.
std::string said_of(const std::string& text) {
    try {
        (void)parse_scenario(text, "x.toml");
    } catch (const Error& error) {
        return fmt::format("{}: {}", error.object(), error.cause());
    }
    return {};
}

std::string said_of_namespace(std::string_view lines) {
    return said_of(fmt::format("[[namespace]]\n{}\n{}", lines, kArray));
}

std::string said_of_table(std::string_view table, std::string_view lines) {
    return said_of(fmt::format("{}[[array.{}]]\n{}\n", kArray, table, lines));
}

NamespaceSpec namespace_of(std::string_view lines) {
    return parse_scenario(fmt::format("[[namespace]]\n{}\n{}", lines, kArray), "x.toml")
        .namespaces.at(0);
}

std::string longest_id(std::size_t bytes) {
    return std::string(2 * bytes, '0');
}

TEST(NamespaceParser, TakesNumbersUpToTheirBounds) {
    for (const char* const good :
         {"nsid = 1", "nsid = 4294967294", "count = 1", "count = 65536", "block_size = 512",
          "block_size = 1048576", "ana_group = 0", "ana_group = 4294967295", "ana_groups = 1",
          "ana_groups = 65536", "size = 0", "size = 9223372036854775807",
          "nsid = 4294967294\ncount = 1", "nsid = 4294967293\ncount = 2"}) {
        EXPECT_EQ(said_of_namespace(good), "") << good;
    }
    for (const char* const bad :
         {"nsid = 0", "nsid = 4294967295", "count = 0", "count = 65537", "block_size = 256",
          "block_size = 2097152", "ana_group = 4294967296", "ana_groups = 0", "ana_groups = 65537",
          "nsid = 4294967294\ncount = 2"}) {
        EXPECT_THAT(said_of_namespace(bad), HasSubstr("is not from")) << bad;
    }
    EXPECT_THAT(said_of_namespace("block_size = 513"), HasSubstr("not a power of two"));
    EXPECT_THAT(said_of_namespace("size = -1"), HasSubstr("-1 is not from 0"));
    EXPECT_THAT(said_of_namespace("size = true"), HasSubstr("must be an integer, not a boolean"));
}

TEST(NamespaceParser, SaysNothingThatItWasNotTold) {
    EXPECT_EQ(namespace_of(""), NamespaceSpec{});
    const NamespaceSpec zero = namespace_of("ana_group = 0\nsize = 0\nuuid = \"\"\nnguid = "
                                            "\"none\"\neui64 = \"\"\ndescriptors = []");
    EXPECT_EQ(zero.ana_group, 0U);
    EXPECT_EQ(zero.ana_groups, std::nullopt);
    EXPECT_EQ(zero.size, 0U);
    EXPECT_EQ(zero.uuid, nvme::Uuid{});
    EXPECT_EQ(zero.nguid, nvme::Nguid{});
    EXPECT_EQ(zero.eui64, nvme::Eui64{});
    ASSERT_TRUE(zero.descriptors);
    EXPECT_TRUE(zero.descriptors->empty());
}

TEST(NamespaceParser, ReadsDescriptorsThatFitAPage) {
    const auto list = [](std::size_t count, std::size_t bytes, std::size_t last) {
        std::string text = "descriptors = [";
        for (std::size_t i = 0; i < count; ++i) {
            text += fmt::format("{{type = 255, id = \"{}\"}}, ", longest_id(bytes));
        }
        return text + fmt::format("{{type = 0, id = \"{}\"}}]", longest_id(last));
    };
    const auto read = namespace_of(list(1, 255, 0)).descriptors.value();
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[0].nidt, 255);
    EXPECT_EQ(read[0].nid.size(), 255U);
    EXPECT_EQ(read[1].nidt, 0);
    EXPECT_TRUE(read[1].nid.empty());
    // A header of four bytes each: 15 * 259 + 211 are the 4096 bytes of a page.
    EXPECT_EQ(said_of_namespace(list(15, 255, 207)), "");
    EXPECT_THAT(said_of_namespace(list(15, 255, 208)), HasSubstr("do not fit a page"));
    EXPECT_THAT(said_of_namespace(list(1, 256, 0)), HasSubstr("at most 255 bytes"));
    EXPECT_THAT(said_of_namespace("descriptors = [{type = 1, id = \"0g\"}]"),
                HasSubstr("at most 255 bytes in hexadecimal"));
    EXPECT_THAT(said_of_namespace("descriptors = [{type = 1}]"),
                HasSubstr("namespace.descriptors.id: is missing"));
    EXPECT_THAT(said_of_namespace("descriptors = [{type = 256, id = \"00\"}]"),
                HasSubstr("is not from"));
    EXPECT_THAT(said_of_namespace("descriptors = [{type = 1, id = \"00\", x = 1}]"),
                HasSubstr("namespace.descriptors.x: unknown key"));
    EXPECT_THAT(said_of_namespace("nvm = {bogus = 1}"),
                HasSubstr("namespace.nvm.bogus: unknown key"));
    EXPECT_THAT(said_of_namespace("independent = {bogus = 1}"),
                HasSubstr("namespace.independent.bogus: unknown key"));
    EXPECT_THAT(said_of_namespace("absent = true"), HasSubstr("namespace.absent: unknown key"));
    EXPECT_THAT(said_of_namespace("noiob = -1"), HasSubstr("is negative"));
    EXPECT_THAT(said_of_namespace("noiob = 1.5"),
                HasSubstr("must be an integer or a string, not a number with a fraction"));
}

TEST(NamespaceParser, ArraysAreNamedOnceAndThereAreNotTooMany) {
    const auto arrays = [](std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i) {
            text += fmt::format("[[array]]\nname = \"{}\"\n", i);
        }
        return text;
    };
    EXPECT_EQ(said_of(arrays(64)), "");
    EXPECT_THAT(said_of(arrays(65)), HasSubstr("more than 64 arrays"));
    const auto nqn = [](std::size_t length) {
        return fmt::format("[subsystem]\nnqn = \"{}\"\n{}", std::string(length, 'n'), kArray);
    };
    EXPECT_EQ(said_of(nqn(1)), "");
    EXPECT_EQ(said_of(nqn(256)), "");
    EXPECT_THAT(said_of(nqn(0)), HasSubstr("must have 1 to 256 bytes"));
    EXPECT_THAT(said_of(nqn(257)), HasSubstr("must have 1 to 256 bytes"));
    // In an array the NSIDs are each said once as well.
    EXPECT_THAT(said_of_table("namespace", "nsid = 1\n[[array.namespace]]\nnsid = 1"),
                HasSubstr("NSID 1 stands twice"));
    EXPECT_THAT(said_of_table("namespace", "nsid = 1\ncount = 3\n[[array.namespace]]\nnsid = 3"),
                HasSubstr("NSID 3 stands twice"));
    EXPECT_EQ(said_of_table("namespace", "nsid = 1\ncount = 2\n[[array.namespace]]\nnsid = 3"), "");
    // As large as a scenario may be.
    std::string text(kArray);
    text.resize(kMaxScenarioSize, '#');
    EXPECT_EQ(said_of(text), "");
    EXPECT_THAT(said_of(text + "#"), HasSubstr("at most"));
}

TEST(NamespaceParser, VersionsAreNumbersOfTwoOrThreeParts) {
    const auto version = [](std::string_view text) {
        return parse_scenario(fmt::format("[subsystem]\nversion = \"{}\"\n{}", text, kArray),
                              "x.toml")
            .version;
    };
    EXPECT_EQ(version("2.1"), 0x00020100U);
    EXPECT_EQ(version("1.2.1"), 0x00010201U);
    EXPECT_EQ(version("65535.255.255"), 0xFFFFFFFFU);
    EXPECT_EQ(version("0.0"), 0U);
    for (const char* const bad : {"", "2", "2.", ".1", "2.1.", "2.1.0.0", "65536.0", "1.256",
                                  "1.2.256", "x.1", "1.x", "1.2x", "1..2"}) {
        EXPECT_THAT(said_of(fmt::format("[subsystem]\nversion = \"{}\"\n{}", bad, kArray)),
                    HasSubstr("is no version"))
            << bad;
    }
}

TEST(OverrideParser, TakesNumbersUpToTheirBounds) {
    const auto said = [](std::string_view lines) {
        return said_of_table("override", fmt::format("answer = \"ana-log\"\n{}", lines));
    };
    for (const char* const good :
         {"status = 0", "status = 32767", "length = 0", "length = 1048576", "result = 0",
          "result = 9223372036854775807", "offset = 0\nvalue = 1", "offset = 1048575\nvalue = 1",
          "status = 1\nid = 4294967295", "status = 1\nnsid = 0", "status = 1\nwhen = 1",
          "status = 1\nwhen = 9223372036854775807", "replace = \"\""}) {
        EXPECT_EQ(said(good), "") << good;
    }
    for (const char* const bad : {"status = 32768", "length = 1048577",
                                  "offset = 1048576\nvalue = 1", "status = 1\nid = 4294967296",
                                  "status = 1\nnsid = 4294967296", "status = 1\nport = 64"}) {
        EXPECT_THAT(said(bad), HasSubstr("is not from")) << bad;
    }
    EXPECT_THAT(said("status = 1\nwhen = -1"), HasSubstr("which answer"));
    EXPECT_THAT(said("status = 1\nwhen = 1.5"), HasSubstr("which answer"));
    EXPECT_THAT(said("status = 1\nwhom = 1"), HasSubstr("array.override.whom: unknown key"));
    EXPECT_THAT(said("offset = 0\nvalue = \"0g\""), HasSubstr("hexadecimal"));
    // A value takes as many bytes as it needs.
    const auto bytes = [](std::string_view value) {
        return parse_scenario(fmt::format("{}[[array.override]]\nanswer = \"ana-log\"\n"
                                          "offset = 0\nvalue = {}\n",
                                          kArray, value),
                              "x.toml")
            .arrays.at(0)
            .overrides.at(0)
            .value.size();
    };
    EXPECT_EQ(bytes("0"), 1U);
    EXPECT_EQ(bytes("255"), 1U);
    EXPECT_EQ(bytes("256"), 2U);
    EXPECT_EQ(bytes("65535"), 2U);
    EXPECT_EQ(bytes("65536"), 3U);
    EXPECT_EQ(bytes("9223372036854775807"), 8U);
    EXPECT_EQ(bytes("\"00 01 02\""), 3U);
    const auto fault = [](std::string_view lines) {
        return said_of_table("fault", fmt::format("kind = \"stall\"\n{}", lines));
    };
    EXPECT_EQ(fault("value = 0\nnsid = 4294967295"), "");
    EXPECT_EQ(fault("value = 9223372036854775807\nport = 63"), "");
    EXPECT_THAT(fault("port = 64"), HasSubstr("is not from"));
    EXPECT_THAT(fault("field = \"x\""), HasSubstr("array.fault.field: unknown key"));
}

} // namespace
} // namespace haoh::arraysim
