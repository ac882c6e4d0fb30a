// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/attribute_text.hpp"

#include <fmt/format.h>

#include <cstring>
#include <string>

namespace haoh::host {

Attribute attribute_of(std::string_view bytes) {
    if (bytes.size() > kMaxAttributeBytes) {
        return unreadable_attribute(fmt::format("longer than {} bytes", kMaxAttributeBytes));
    }
    std::string_view text = bytes.substr(0, bytes.find('\0'));
    const bool nul_padded = text.size() < bytes.size();
    if (bytes.find_first_not_of('\0', text.size()) != std::string_view::npos) {
        return unreadable_attribute("NUL bytes inside its text");
    }
    const std::size_t last = text.find_last_not_of(" \t\n\v\f\r");
    text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    Attribute attribute = Attribute::of(text);
    attribute.nul_padded = nul_padded;
    return attribute;
}

Attribute unreadable_attribute(std::string_view why) {
    return {.state = Attribute::State::unreadable, .nul_padded = false, .text = std::string(why)};
}

std::string_view errno_text(int error) {
    const char* const text = ::strerrordesc_np(error);
    return text != nullptr ? text : "unknown error";
}

} // namespace haoh::host
