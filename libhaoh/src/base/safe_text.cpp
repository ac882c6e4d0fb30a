// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/safe_text.hpp"

#include "base/hex.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace haoh::base {
namespace {

struct CodeRange {
    char32_t first, last;
};

bool within(std::span<const CodeRange> ranges, char32_t value) {
    return std::ranges::any_of(ranges, [value](const CodeRange& range) {
        return value >= range.first && value <= range.last;
    });
}

/// Controls, what is not seen, what changes the direction of writing, and what XML has no way to write.
constexpr std::array<CodeRange, 16> kHarmful{{{0x00, 0x1F},
                                              {0x7F, 0x9F},
                                              {0xAD, 0xAD},
                                              {0x61C, 0x61C},
                                              {0x115F, 0x1160},
                                              {0x17B4, 0x17B5},
                                              {0x180B, 0x180F},
                                              {0x200B, 0x200F},
                                              {0x2028, 0x202E},
                                              {0x2060, 0x206F},
                                              {0x3164, 0x3164},
                                              {0xFEFF, 0xFEFF},
                                              {0xFFA0, 0xFFA0},
                                              {0xFFF0, 0xFFFB},
                                              {0xFFFE, 0xFFFF},
                                              {0xE0000, 0xE0FFF}}};
/// Marks that stand on the character before them.
constexpr std::array<CodeRange, 6> kCombining{{{0x300, 0x36F},
                                               {0x1AB0, 0x1B03},
                                               {0x1DC0, 0x1DFF},
                                               {0x20D0, 0x20FF},
                                               {0xFE00, 0xFE0F},
                                               {0xFE20, 0xFE2F}}};
constexpr std::array<CodeRange, 10> kWide{{{0x1100, 0x115F},
                                           {0x2E80, 0xA4CF},
                                           {0xAC00, 0xD7A3},
                                           {0xF900, 0xFAFF},
                                           {0xFE10, 0xFE19},
                                           {0xFE30, 0xFE6F},
                                           {0xFF01, 0xFF60},
                                           {0xFFE0, 0xFFE6},
                                           {0x1F300, 0x1FAFF},
                                           {0x20000, 0x3FFFD}}};

std::size_t columns_of(char32_t value) {
    return value < kCombining.front().first ? 1
           : within(kCombining, value)      ? 0
           : within(kWide, value)           ? 2
                                            : 1;
}

/// The next character of a text that should be UTF-8; a byte that is not stands for itself.
Utf8Character next_character(std::string_view text) {
    return decode_utf8(text).value_or(Utf8Character{{}, 1});
}

} // namespace

std::string safe_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto plain = std::find_if(text.begin(), text.end(), [](char letter) {
            return letter < ' ' || letter > '~'; // as most texts have none
        });
        out.append(text.begin(), plain);
        text.remove_prefix(static_cast<std::size_t>(plain - text.begin()));
        if (text.empty()) {
            break;
        }
        const auto character = decode_utf8(text);
        const std::string_view bytes = text.substr(0, character ? character->length : 1);
        if (character && !within(kHarmful, character->value)) {
            out += bytes;
        } else {
            for (const char byte : bytes) {
                append_escape(out, static_cast<std::uint8_t>(byte));
            }
        }
        text.remove_prefix(bytes.size());
    }
    return out;
}

std::size_t columns(std::string_view text) {
    std::size_t sum = 0;
    while (!text.empty()) {
        const Utf8Character character = next_character(text);
        sum += columns_of(character.value);
        text.remove_prefix(character.length);
    }
    return sum;
}

std::string_view column_prefix(std::string_view text, std::size_t most) {
    std::size_t used = 0;
    std::size_t end = 0;
    while (end < text.size()) {
        const Utf8Character character = next_character(text.substr(end));
        used += columns_of(character.value);
        if (used > most) {
            break;
        }
        end += character.length;
    }
    return text.substr(0, end);
}

std::string_view column_slice(std::string_view text, std::size_t first, std::size_t count) {
    return column_prefix(text.substr(column_prefix(text, first).size()), count);
}

} // namespace haoh::base
