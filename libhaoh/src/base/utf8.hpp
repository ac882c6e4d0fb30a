// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace haoh::base {

struct Utf8Character {
    char32_t value{};
    std::size_t length{}; ///< bytes, 1 to 4
};

/// The character that a text begins with; nullopt when its first bytes are none, and for no text.
[[nodiscard]] std::optional<Utf8Character> decode_utf8(std::string_view text);

/// The longest beginning of at most `most` bytes that does not end within a character. What is no
/// UTF-8 counts byte by byte.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t most);

} // namespace haoh::base
