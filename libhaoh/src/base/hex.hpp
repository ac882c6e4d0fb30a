// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Bytes as two hexadecimal digits. What is written is in lower case.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace haoh::base {

/// 0..15, or -1 for what is no digit in lower case.
[[nodiscard]] constexpr int lower_hex_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/// The same for digits in either case.
[[nodiscard]] constexpr int hex_value(char digit) {
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : lower_hex_value(digit);
}

inline void append_hex(std::string& out, std::uint8_t byte) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
}

/// A byte that is not to stand in a text itself, as `\x1b`.
inline void append_escape(std::string& out, std::uint8_t byte) {
    out += "\\x";
    append_hex(out, byte);
}

} // namespace haoh::base
