// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a terminal would make of a text.
#pragma once

#include "report/text.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <string>

namespace haoh::test {

/// The text without its colours.
[[nodiscard]] inline std::string without_colour(const std::string& text) {
    std::string out;
    for (std::size_t index = 0; index < text.size(); ++index) {
        if (text.compare(index, 2, "\x1b[") == 0) {
            index = std::min(text.find('m', index), text.size());
        } else {
            out += text[index];
        }
    }
    return out;
}

/// The bytes other than newlines that are not printable ASCII, as hexadecimal.
[[nodiscard]] inline std::string unprintable_bytes(const std::string& text) {
    std::string out;
    for (const char byte : text) {
        if (byte != '\n' && (byte < 0x20 || byte == 0x7f)) {
            std::array<char, 8> hex{};
            static_cast<void>(std::snprintf(hex.data(), hex.size(), "%02x ",
                                            static_cast<unsigned>(byte) & 0xFFU));
            out += hex.data();
        }
    }
    return out;
}

/// The lines that are wider, unless they are one word (which stays whole to be copied).
[[nodiscard]] inline std::string lines_beyond(const std::string& text, std::size_t width) {
    std::istringstream lines{text};
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t word = line.find_first_not_of(' ');
        const bool one_word =
            word != std::string::npos && line.find(' ', word) == std::string::npos;
        if (report::columns(line) > width && !one_word) {
            out += line + '\n';
        }
    }
    return out;
}

} // namespace haoh::test
