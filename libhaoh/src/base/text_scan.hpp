// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Taking a line of the kernel's apart from its front. Pure.
#pragma once

#include <charconv>
#include <cstddef>
#include <string_view>
#include <system_error>

namespace haoh::base {

/// \return whether the text began with it
inline bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

/// \return whether the text began with a number that fits; else nothing is taken
template <typename Number>
bool take_number(std::string_view& text, Number& value, int base = 10) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{}) {
        return false;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

} // namespace haoh::base
