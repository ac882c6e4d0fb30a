// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a terminal would make of a text.
#pragma once

#include "report/text/text.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

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

/// The tones of the letters of `words` where they first occur; none where they do not.
[[nodiscard]] inline std::set<report::Tone> tones_of(const std::string& text,
                                                     const std::string& words) {
    using report::Tone;
    static const std::map<std::string, Tone> known{
        {"0", Tone::plain},   {"1", Tone::strong},     {"2", Tone::faint},   {"1;32", Tone::pass},
        {"1;36", Tone::note}, {"1;35", Tone::unknown}, {"1;33", Tone::warn}, {"1;31", Tone::fail}};
    std::string letters;
    std::vector<Tone> tones;
    Tone now = Tone::plain;
    for (std::size_t index = 0; index < text.size(); ++index) {
        if (text.compare(index, 2, "\x1b[") == 0) {
            const std::size_t end = text.find('m', index);
            now = known.at(text.substr(index + 2, end - index - 2));
            index = end;
        } else {
            letters += text[index];
            tones.push_back(now);
        }
    }
    std::set<Tone> out;
    const std::size_t at = letters.find(words);
    for (std::size_t index = at; at != std::string::npos && index < at + words.size(); ++index) {
        if (letters[index] != ' ' && letters[index] != '\n') {
            out.insert(tones[index]);
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
