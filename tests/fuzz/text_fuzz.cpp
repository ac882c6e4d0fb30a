// SPDX-License-Identifier: LGPL-2.1-or-later
// Parsers of texts: NQNs, identifiers, hexadecimal; and text made of bytes for people.
#include "fuzz/property.hpp"

#include <haoh/nvme/namespace_id.hpp>
#include <haoh/nvme/nqn.hpp>

#include <string>

using namespace haoh;
using namespace haoh::nvme;

namespace {

std::string lower_hex(std::string_view text) {
    std::string digits;
    for (const char letter : text) {
        if (letter != '-' && letter != ':' && letter != ' ') {
            digits +=
                letter >= 'A' && letter <= 'F' ? static_cast<char>(letter - 'A' + 'a') : letter;
        }
    }
    return digits;
}

void identifiers(std::string_view text) {
    if (const auto uuid = parse_uuid(text)) {
        const std::string canonical = format_uuid(*uuid);
        fuzz::require(canonical.size() == 36 && parse_uuid(canonical) == uuid, "a UUID goes round");
        fuzz::require(lower_hex(canonical) == lower_hex(text), "a UUID has the digits of its text");
    }
    if (const auto nguid = parse_nguid(text)) {
        fuzz::require(format_nguid(*nguid) == lower_hex(text), "an NGUID has its text's digits");
    }
    if (const auto eui64 = parse_eui64(text)) {
        fuzz::require(format_eui64(*eui64) == lower_hex(text), "an EUI64 has its text's digits");
    }
    Bytes bytes;
    if (from_hex(text, bytes)) {
        fuzz::require(to_hex(bytes) == lower_hex(text), "hexadecimal goes round");
    }
}

void names(std::string_view text) {
    const auto defect = nqn_defect(text);
    if (defect) {
        fuzz::require(!defect->empty(), "a defect has a text");
        return;
    }
    fuzz::require(!text.empty() && text.size() <= kNqnMaxLength && text.starts_with("nqn."),
                  "a good name has the form of one");
    fuzz::require(
        std::none_of(text.begin(), text.end(),
                     [](char letter) { return static_cast<unsigned char>(letter) < 0x20; }),
        "a good name has no control characters");
}

/// Takes `\xNN` back.
Bytes unescape(std::string_view text) {
    Bytes bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            Bytes one;
            fuzz::require(text.size() - i >= 4 && text[i + 1] == 'x' &&
                              from_hex(text.substr(i + 2, 2), one),
                          "an escape is whole");
            bytes.push_back(one[0]);
            i += 3;
        } else {
            bytes.push_back(static_cast<std::uint8_t>(text[i]));
        }
    }
    return bytes;
}

void printing(ByteView field) {
    const std::string text = printable(field);
    fuzz::require(std::all_of(text.begin(), text.end(),
                              [](char letter) { return letter >= 0x20 && letter <= 0x7E; }),
                  "printable text is");
    while (!field.empty() && (field.back() == 0x20 || field.back() == 0x00)) {
        field = field.first(field.size() - 1);
    }
    fuzz::require(fuzz::same_bytes(unescape(text), field), "printable text loses padding only");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    identifiers(text);
    names(text);
    printing(ByteView(data, size));
    return 0;
}
