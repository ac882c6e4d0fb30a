// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace haoh::base {
namespace {

TEST(Utf8, decodes_what_rfc_3629_allows) {
    // The first and the last of each length, and those next to the surrogates.
    const std::vector<std::pair<std::string, char32_t>> all{{std::string(1, '\0'), 0},
                                                            {"\x7F", 0x7F},
                                                            {"\xC2\x80", 0x80},
                                                            {"\xDF\xBF", 0x7FF},
                                                            {"\xE0\xA0\x80", 0x800},
                                                            {"\xED\x9F\xBF", 0xD7FF},
                                                            {"\xEE\x80\x80", 0xE000},
                                                            {"\xEF\xBF\xBF", 0xFFFF},
                                                            {"\xF0\x90\x80\x80", 0x10000},
                                                            {"\xF1\x80\x80\x80", 0x40000},
                                                            {"\xF2\xA5\x96\xB4", 0xA55B4},
                                                            {"\xF3\xBF\xBF\xBF", 0xFFFFF},
                                                            {"\xF4\x8F\xBF\xBF", 0x10FFFF}};
    for (const auto& [bytes, value] : all) {
        const auto character = decode_utf8(bytes + "\x80");
        ASSERT_TRUE(character) << static_cast<std::uint32_t>(value);
        EXPECT_EQ(character->value, value);
        EXPECT_EQ(character->length, bytes.size());
    }
}

TEST(Utf8, decodes_nothing_else) {
    for (const char* const bytes :
         {"", "\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",
          "\xED\xA0\x80", "\xED\xBF\xBF", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF",
          "\xC3", "\xE6\x97", "\xF0\x9F\x98", "\xC3z", "\xE6\x97z", "\xC3\xC3", "\xF0\x9F\x98z"}) {
        EXPECT_FALSE(decode_utf8(bytes)) << bytes;
    }
}

TEST(Utf8, prefix_ends_between_characters) {
    EXPECT_EQ(utf8_prefix("abc", 5), "abc");
    EXPECT_EQ(utf8_prefix("abc", 2), "ab");
    EXPECT_EQ(utf8_prefix("abc", 0), "");
    EXPECT_EQ(utf8_prefix("a日b", 4), "a日");
    for (const std::size_t most : {1U, 2U, 3U}) {
        EXPECT_EQ(utf8_prefix("a日b", most), "a");
    }
    EXPECT_EQ(utf8_prefix("\xFF\xFF\xFF", 2), "\xFF\xFF") << "bytes that are no UTF-8";
}

} // namespace
} // namespace haoh::base
