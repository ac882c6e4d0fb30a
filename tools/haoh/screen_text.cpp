// SPDX-License-Identifier: LGPL-2.1-or-later
#include "screen_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace haoh::tool {
namespace {

constexpr std::string_view kEllipsis = "…";

struct Character {
    char32_t value{};
    std::size_t length{}; ///< bytes; 0: not UTF-8
};

/// RFC 3629: what a lead byte announces, and the smallest value that may be written so long.
Character decode(std::string_view text) {
    struct Form {
        unsigned char mask, lead;
        std::size_t length;
        char32_t smallest;
    };
    static constexpr std::array<Form, 4> kForms{Form{0x80, 0x00, 1, 0}, Form{0xE0, 0xC0, 2, 0x80},
                                                Form{0xF0, 0xE0, 3, 0x800},
                                                Form{0xF8, 0xF0, 4, 0x10000}};
    const auto first = static_cast<unsigned char>(text.front());
    const auto* const form = std::find_if(kForms.begin(), kForms.end(), [first](const Form& one) {
        return (first & one.mask) == one.lead;
    });
    if (form == kForms.end()) {
        return {};
    }
    char32_t value = first & static_cast<unsigned char>(~form->mask);
    for (const char byte : text.substr(1, form->length - 1)) {
        const auto next = static_cast<unsigned char>(byte);
        if ((next & 0xC0U) != 0x80U) {
            return {};
        }
        value = (value << 6U) | (next & 0x3FU);
    }
    // What is cut off lacks six bits at least, and is smaller than what may be written so long.
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    return value < form->smallest || value > 0x10FFFF || surrogate
               ? Character{}
               : Character{.value = value, .length = form->length};
}

using Range = std::pair<char32_t, char32_t>;

template <std::size_t Count>
bool within(const std::array<Range, Count>& ranges, char32_t value) {
    return std::any_of(ranges.begin(), ranges.end(), [value](const Range& range) {
        return value >= range.first && value <= range.second;
    });
}

/// Controls, what is not seen, and what changes the direction of writing.
constexpr std::array<Range, 11> kHarmful{
    Range{0x00, 0x1F},     Range{0x7F, 0x9F},     Range{0xAD, 0xAD},      Range{0x61C, 0x61C},
    Range{0x180B, 0x180F}, Range{0x200B, 0x200F}, Range{0x2028, 0x202E},  Range{0x2060, 0x206F},
    Range{0xFEFF, 0xFEFF}, Range{0xFFF0, 0xFFFB}, Range{0xE0000, 0xE0FFF}};
/// Marks that stand on the character before them.
constexpr std::array<Range, 6> kCombining{Range{0x300, 0x36F},   Range{0x1AB0, 0x1B03},
                                          Range{0x1DC0, 0x1DFF}, Range{0x20D0, 0x20FF},
                                          Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}};
constexpr std::array<Range, 10> kWide{
    Range{0x1100, 0x115F},   Range{0x2E80, 0xA4CF},  Range{0xAC00, 0xD7A3}, Range{0xF900, 0xFAFF},
    Range{0xFE10, 0xFE19},   Range{0xFE30, 0xFE6F},  Range{0xFF01, 0xFF60}, Range{0xFFE0, 0xFFE6},
    Range{0x1F300, 0x1FAFF}, Range{0x20000, 0x3FFFD}};

std::size_t width_of(char32_t value) {
    return within(kCombining, value) ? 0 : within(kWide, value) ? 2 : 1;
}

/// The longest beginning of a safe text that takes at most `columns` columns.
std::string_view beginning(std::string_view text, std::size_t columns) {
    std::size_t used = 0;
    std::size_t end = 0;
    while (end < text.size()) {
        const Character character = decode(text.substr(end));
        used += width_of(character.value);
        if (used > columns) {
            break;
        }
        end += std::max<std::size_t>(character.length, 1);
    }
    return text.substr(0, end);
}

std::string_view sequence_of(ScreenTone tone) {
    switch (tone) {
    case ScreenTone::plain:
        return {};
    case ScreenTone::strong:
        return "\x1b[1m";
    case ScreenTone::faint:
        return "\x1b[2m";
    case ScreenTone::good:
        return "\x1b[1;32m";
    case ScreenTone::warn:
        return "\x1b[1;33m";
    case ScreenTone::bad:
        return "\x1b[1;31m";
    }
    return {};
}

std::string grouped(std::uint64_t value) {
    std::string digits = fmt::to_string(value);
    for (std::size_t position = digits.size(); position > 3;) {
        position -= 3;
        digits.insert(position, 1, ',');
    }
    return digits;
}

} // namespace

std::string screen_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Character character = decode(text);
        const std::string_view bytes = text.substr(0, std::max<std::size_t>(character.length, 1));
        // What is no UTF-8 has the value 0, which is harmful as well.
        if (!within(kHarmful, character.value)) {
            out += bytes;
        } else {
            for (const char byte : bytes) {
                fmt::format_to(std::back_inserter(out), "\\x{:02x}",
                               static_cast<unsigned char>(byte));
            }
        }
        text.remove_prefix(bytes.size());
    }
    return out;
}

std::size_t screen_columns(std::string_view text) {
    std::size_t sum = 0;
    while (!text.empty()) {
        const Character character = decode(text);
        sum += width_of(character.value);
        text.remove_prefix(std::max<std::size_t>(character.length, 1));
    }
    return sum;
}

std::string cut_end(std::string_view text, std::size_t columns) {
    // No text has more columns than bytes.
    if (text.size() <= columns || screen_columns(text) <= columns) {
        return std::string{text};
    }
    return columns == 0 ? std::string{}
                        : std::string{beginning(text, columns - 1)}.append(kEllipsis);
}

std::string cut_front(std::string_view text, std::size_t columns) {
    std::size_t width = screen_columns(text);
    if (width <= columns) {
        return std::string{text};
    }
    if (columns == 0) {
        return {};
    }
    while (width > columns - 1) {
        const Character character = decode(text);
        width -= width_of(character.value);
        text.remove_prefix(std::max<std::size_t>(character.length, 1));
    }
    return std::string{kEllipsis}.append(text);
}

std::string number_ranges(std::span<const std::uint32_t> ascending, std::size_t columns) {
    constexpr std::size_t kTail = 15; // " and 4,096 more"
    std::string out;
    std::size_t kept = 0; ///< bytes after which there is room for the tail
    std::size_t left = 0; ///< numbers behind them
    for (std::size_t index = 0; index < ascending.size();) {
        std::size_t last = index;
        while (last + 1 < ascending.size() && ascending[last + 1] - ascending[last] <= 1) {
            ++last;
        }
        out += fmt::format("{}{}", out.empty() ? "" : ", ", ascending[index]);
        if (ascending[last] != ascending[index]) {
            out += fmt::format("-{}", ascending[last]);
        }
        index = last + 1;
        if (kept == 0 || out.size() + kTail <= columns) {
            kept = out.size();
            left = ascending.size() - index;
        }
        if (out.size() > columns && left > 0) {
            return out.substr(0, kept) + fmt::format(" and {} more", grouped(left));
        }
    }
    return out;
}

std::string count_of(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

ScreenLine& ScreenLine::put(std::string_view text, ScreenTone tone) {
    if (text.empty() || left() == 0) {
        return *this;
    }
    const std::string piece = cut_end(text, left());
    used_ += screen_columns(piece);
    text_.append(std::exchange(gap_, 0), ' ');
    const std::string_view sequence = color_ ? sequence_of(tone) : std::string_view{};
    text_.append(sequence).append(piece).append(sequence.empty() ? "" : "\x1b[0m");
    return *this;
}

ScreenLine& ScreenLine::tab(std::size_t column) {
    const std::size_t target = std::min(column, room_);
    if (target > used_) {
        gap_ += target - used_;
        used_ = target;
    }
    return *this;
}

std::string ScreenLine::take() && {
    return std::move(text_);
}

} // namespace haoh::tool
