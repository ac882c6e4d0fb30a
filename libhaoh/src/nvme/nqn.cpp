// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/nqn.hpp>

#include "base/utf8.hpp"

#include <haoh/nvme/fabrics.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace haoh::nvme {

namespace {

constexpr std::string_view kPrefix = "nqn.";
constexpr std::string_view kUuidPrefix = "nqn.2014-08.org.nvmexpress:uuid:";
constexpr std::string_view kReservedDomain = "org.nvmexpress";
constexpr std::size_t kDateLength = 7; ///< yyyy-mm

constexpr bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}
constexpr bool is_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

std::optional<std::string> text_defect(std::string_view nqn) {
    for (std::size_t i = 0; i < nqn.size();) {
        const auto byte = static_cast<std::uint8_t>(nqn[i]);
        if (byte < 0x20 || byte == 0x7F) {
            return fmt::format("the control character {:02X}h at byte {}", byte, i);
        }
        const auto character = base::decode_utf8(nqn.substr(i));
        if (!character) {
            return fmt::format("byte {} ({:02X}h) is not UTF-8", i, byte);
        }
        i += character->length;
    }
    return std::nullopt;
}

/// "yyyy-mm".
bool is_date(std::string_view text) {
    if (text.size() != kDateLength || text[4] != '-') {
        return false;
    }
    for (const std::size_t i : {0U, 1U, 2U, 3U, 5U, 6U}) {
        if (!is_digit(text[i])) {
            return false;
        }
    }
    const int month = (text[5] - '0') * 10 + (text[6] - '0');
    return month >= 1 && month <= 12;
}

/// Labels of letters, digits and inner hyphens, with dots between them.
bool is_domain(std::string_view text) {
    while (true) {
        const std::string_view label = text.substr(0, text.find('.'));
        const bool well_formed = !label.empty() && label.front() != '-' && label.back() != '-' &&
                                 std::all_of(label.begin(), label.end(), [](char letter) {
                                     return is_letter(letter) || is_digit(letter) || letter == '-';
                                 });
        if (!well_formed) {
            return false;
        }
        if (label.size() == text.size()) {
            return true;
        }
        text.remove_prefix(label.size() + 1);
    }
}

/// `domain` is `org.nvmexpress` or below it.
bool is_reserved_domain(std::string_view domain) {
    return domain.starts_with(kReservedDomain) &&
           (domain.size() == kReservedDomain.size() || domain[kReservedDomain.size()] == '.');
}

} // namespace

std::optional<std::string> name_defect(std::string_view nqn) {
    if (nqn.empty()) {
        return "the name is empty";
    }
    if (nqn.size() > kNqnMaxLength) {
        return fmt::format("{} bytes are more than the {} allowed", nqn.size(), kNqnMaxLength);
    }
    return text_defect(nqn);
}

std::optional<std::string> nqn_defect(std::string_view nqn) {
    if (auto defect = name_defect(nqn)) {
        return defect;
    }
    if (nqn == kDiscoveryNqn) {
        return std::nullopt;
    }
    if (nqn.starts_with(kUuidPrefix)) {
        const std::string_view uuid = nqn.substr(kUuidPrefix.size());
        if (uuid.size() != 36 || !parse_uuid(uuid)) {
            return fmt::format("\"{}\" behind \"uuid:\" is not a UUID", uuid);
        }
        return std::nullopt;
    }
    if (!nqn.starts_with(kPrefix)) {
        return "the name does not start with \"nqn.\"";
    }
    const std::string_view date = nqn.substr(kPrefix.size(), kDateLength);
    if (!is_date(date)) {
        return fmt::format("\"{}\" is not a date of the form yyyy-mm", date);
    }
    const std::string_view rest = nqn.substr(kPrefix.size() + kDateLength);
    if (!rest.starts_with('.')) {
        return "no reversed domain name follows the date";
    }
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) {
        return "no colon follows the reversed domain name";
    }
    const std::string_view domain = rest.substr(1, colon - 1);
    if (!is_domain(domain)) {
        return fmt::format("\"{}\" is not a reversed domain name", domain);
    }
    if (is_reserved_domain(domain)) {
        return fmt::format("the domain {} is reserved: only its uuid form may be used",
                           kReservedDomain);
    }
    if (colon + 1 == rest.size()) {
        return "nothing follows the colon";
    }
    return std::nullopt;
}

} // namespace haoh::nvme
