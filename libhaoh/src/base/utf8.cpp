// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/utf8.hpp"

#include <algorithm>
#include <array>

namespace haoh::base {

std::optional<Utf8Character> decode_utf8(std::string_view text) {
    /// What a lead byte announces, and the smallest value that may be written so long.
    struct Form {
        unsigned mask, lead;
        std::size_t length;
        char32_t smallest;
    };
    static constexpr std::array<Form, 4> kForms{Form{0x80, 0x00, 1, 0}, Form{0xE0, 0xC0, 2, 0x80},
                                                Form{0xF0, 0xE0, 3, 0x800},
                                                Form{0xF8, 0xF0, 4, 0x10000}};
    if (text.empty()) {
        return std::nullopt;
    }
    const unsigned first = static_cast<unsigned char>(text.front());
    const auto* const form = std::ranges::find_if(
        kForms, [first](const Form& one) { return (first & one.mask) == one.lead; });
    if (form == kForms.end() || form->length > text.size()) {
        return std::nullopt;
    }
    char32_t value = first & ~form->mask;
    for (const char byte : text.substr(1, form->length - 1)) {
        const unsigned next = static_cast<unsigned char>(byte);
        if ((next & 0xC0U) != 0x80U) {
            return std::nullopt;
        }
        value = (value << 6U) | (next & 0x3FU);
    }
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < form->smallest || value > 0x10FFFF || surrogate) {
        return std::nullopt;
    }
    return Utf8Character{.value = value, .length = form->length};
}

std::string_view utf8_prefix(std::string_view text, std::size_t most) {
    std::size_t end = 0;
    while (end < text.size()) {
        const auto character = decode_utf8(text.substr(end));
        const std::size_t next = end + (character ? character->length : 1);
        if (next > most) {
            break;
        }
        end = next;
    }
    return text.substr(0, end);
}

} // namespace haoh::base
