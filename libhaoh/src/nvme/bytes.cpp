// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/bytes.hpp>

#include "base/hex.hpp"

namespace haoh::nvme {

std::string to_hex(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        base::append_hex(text, byte);
    }
    return text;
}

bool from_hex(std::string_view text, Bytes& out) {
    out.clear();
    if (text.size() % 2 != 0) {
        return false;
    }
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = base::hex_value(text[i]);
        const int low = base::hex_value(text[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return true;
}

std::string printable(ByteView field) {
    while (!field.empty() && (field.back() == 0x20 || field.back() == 0x00)) {
        field = field.first(field.size() - 1);
    }
    std::string text;
    text.reserve(field.size());
    for (const std::uint8_t byte : field) {
        if (byte >= 0x20 && byte <= 0x7E && byte != '\\') {
            text += static_cast<char>(byte);
        } else {
            base::append_escape(text, byte);
        }
    }
    return text;
}

std::string printable(std::string_view field) {
    const Bytes bytes(field.begin(), field.end());
    return printable(ByteView(bytes));
}

} // namespace haoh::nvme
