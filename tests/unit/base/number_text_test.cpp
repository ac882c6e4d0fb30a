// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/number_text.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace haoh::base {
namespace {

TEST(Numbers, are_read_as_a_whole_and_in_their_range) {
    EXPECT_EQ(parse_number<std::uint16_t>("0"), 0);
    EXPECT_EQ(parse_number<std::uint16_t>("65535"), 65535);
    EXPECT_EQ(parse_number<int>("-7"), -7);
    EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551615"), 18446744073709551615U);
    EXPECT_EQ(parse_number<unsigned>("fF", 16), 255U);
    for (const char* const text : {"", " 1", "1 ", "+1", "0x1", "1.0", "65536", "-1", "a"}) {
        EXPECT_EQ(parse_number<std::uint16_t>(text), std::nullopt) << text;
    }
    EXPECT_EQ(parse_number<unsigned>("0x1", 16), std::nullopt);
}

TEST(Numbers, are_grouped_by_thousands) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(1234567), "1,234,567");
    EXPECT_EQ(count_of(1, "rule"), "1 rule");
    EXPECT_EQ(count_of(0, "rule"), "0 rules");
    EXPECT_EQ(count_of(1024, "namespace"), "1,024 namespaces");
}

TEST(Numbers, are_counted_in_words) {
    const std::vector<std::pair<std::uint64_t, const char*>> all{{0, "0 paths"},
                                                                 {1, "1 path"},
                                                                 {2, "2 paths"},
                                                                 {999, "999 paths"},
                                                                 {1000, "1,000 paths"},
                                                                 {12345, "12,345 paths"},
                                                                 {100000, "100,000 paths"},
                                                                 {1000000, "1,000,000 paths"}};
    for (const auto& [count, text] : all) {
        EXPECT_EQ(count_of(count, "path"), text);
    }
}

TEST(NumberRuns, join_what_follows_one_another) {
    const auto text_of = [](const std::vector<std::uint32_t>& numbers) {
        std::string text;
        for (const NumberRun& run : runs_of(numbers)) {
            text += to_string(run) + "*" + std::to_string(run.count) + " ";
        }
        return text;
    };
    EXPECT_EQ(text_of({}), "");
    EXPECT_EQ(text_of({7}), "7*1 ");
    EXPECT_EQ(text_of({7, 8}), "7-8*2 ");
    EXPECT_EQ(text_of({7, 9}), "7*1 9*1 ");
    EXPECT_EQ(text_of({7, 7, 8, 8, 10}), "7-8*4 10*1 ");
    EXPECT_EQ(text_of({4294967294, 4294967295}), "4294967294-4294967295*2 ");
}

} // namespace
} // namespace haoh::base
