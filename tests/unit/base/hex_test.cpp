// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace haoh::base {
namespace {

TEST(Hex, reads_each_digit_and_nothing_beside_them) {
    constexpr std::string_view kLower = "0123456789abcdef";
    constexpr std::string_view kUpper = "0123456789ABCDEF";
    for (int character = 0; character < 256; ++character) {
        const char digit = static_cast<char>(character);
        const auto lower = kLower.find(digit);
        const auto upper = kUpper.find(digit);
        const int in_lower = lower == std::string_view::npos ? -1 : static_cast<int>(lower);
        EXPECT_EQ(lower_hex_value(digit), in_lower) << character;
        EXPECT_EQ(hex_value(digit),
                  upper == std::string_view::npos ? in_lower : static_cast<int>(upper))
            << character;
    }
}

TEST(Hex, writes_two_digits_a_byte) {
    std::string text = "bytes: ";
    append_hex(text, 0x00);
    append_hex(text, 0x9A);
    append_hex(text, 0xFF);
    EXPECT_EQ(text, "bytes: 009aff");
}

TEST(Hex, escapes_a_byte) {
    std::string text;
    append_escape(text, 0x1B);
    append_escape(text, 0xE9);
    EXPECT_EQ(text, "\\x1b\\xe9");
}

} // namespace
} // namespace haoh::base
