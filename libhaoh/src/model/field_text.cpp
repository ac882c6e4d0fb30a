// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/field_text.hpp"

#include "base/number_text.hpp"

#include <haoh/nvme/fabrics.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace haoh::model {

namespace {

using nvme::FieldRange;

struct PropertyName {
    std::uint32_t offset;
    std::string_view name;
};
constexpr std::array<PropertyName, 6> kProperties{{{nvme::property::cap, "cap"},
                                                   {nvme::property::vs, "vs"},
                                                   {nvme::property::cc, "cc"},
                                                   {nvme::property::csts, "csts"},
                                                   {nvme::property::nssr, "nssr"},
                                                   {nvme::property::crto, "crto"}}};

std::string format_text(nvme::ByteView page, std::size_t offset) {
    return fmt::format("ms {}, lbads {}, rp {}", nvme::load_le<std::uint16_t>(page, offset),
                       nvme::load_le<std::uint8_t>(page, offset + 2),
                       nvme::load_le<std::uint8_t>(page, offset + 3));
}

std::string bytes_text(const FieldRange& field, nvme::ByteView page) {
    nvme::ByteView there = nvme::slice(page, field.offset, field.length);
    nvme::Bytes bytes(there.begin(), there.end());
    bytes.resize(field.length);
    return nvme::to_hex(bytes);
}

} // namespace

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

FieldKind field_kind(const FieldRange& field) {
    constexpr std::array<std::string_view, 4> kText{"sn", "mn", "fr", "subnqn"};
    constexpr std::array<std::string_view, 5> kWide{"tnvmcap", "unvmcap", "megcap", "maxdna",
                                                    "nvmcap"};
    constexpr std::array<std::string_view, 37> kFlags{
        "vid",   "ssvid",  "cmic",    "ver",    "oaes",  "ctratt", "bpcap", "plsi",
        "crcap", "nvmsr",  "vwci",    "mec",    "oacs",  "frmw",   "lpa",   "avscc",
        "apsta", "hctma",  "sanicap", "anacap", "kpioc", "cdpa",   "oncs",  "fuses",
        "fna",   "vwc",    "icsvscc", "nwpc",   "ocfs",  "sgls",   "sqes",  "cqes",
        "ofcs",  "trattr", "nsfeat",  "nmic",   "fcatt"};
    constexpr std::array<std::string_view, 11> kNamespaceFlags{
        "mc", "dpc", "dps", "rescap", "fpi", "dlfeat", "nsattr", "flbas", "lbstm", "pic", "pifa"};
    if (is_one_of(field.name, kText)) {
        return FieldKind::text;
    }
    if (is_one_of(field.name, kWide)) {
        return FieldKind::wide;
    }
    if (field.name == "ieee") {
        return FieldKind::oui;
    }
    if (field.name.substr(0, 4) == "lbaf") {
        return FieldKind::format;
    }
    if (field.name == "eui64" || field.length > sizeof(std::uint64_t)) {
        return FieldKind::bytes;
    }
    if (is_one_of(field.name, kFlags) || is_one_of(field.name, kNamespaceFlags) ||
        field.name.substr(0, 5) == "elbaf") {
        return FieldKind::flags;
    }
    return FieldKind::number;
}

std::string field_text(const FieldRange& field, nvme::ByteView page) {
    const auto number =
        nvme::load_le<std::uint64_t>(nvme::slice(page, field.offset, field.length), 0);
    switch (field_kind(field)) {
    case FieldKind::number:
        return fmt::format("{}", number);
    case FieldKind::flags:
        return fmt::format("0x{:0{}x}", number, 2U * field.length);
    case FieldKind::wide:
        return decimal(nvme::load_array<16>(page, field.offset));
    case FieldKind::text:
        return nvme::printable(nvme::slice(page, field.offset, field.length));
    case FieldKind::oui:
        return fmt::format("{:06x}", number);
    case FieldKind::format:
        return format_text(page, field.offset);
    case FieldKind::bytes:
        break;
    }
    return bytes_text(field, page);
}

std::string decimal(const std::array<std::uint8_t, 16>& value) {
    std::array<std::uint8_t, 16> rest = value;
    std::string digits;
    do {
        unsigned remainder = 0;
        for (std::size_t i = rest.size(); i-- > 0;) {
            const unsigned part = remainder * 256U + rest[i];
            rest[i] = static_cast<std::uint8_t>(part / 10U);
            remainder = part % 10U;
        }
        digits += static_cast<char>('0' + remainder);
    } while (!nvme::all_zero(rest));
    std::reverse(digits.begin(), digits.end());
    return digits;
}

std::string property_name(std::uint32_t offset) {
    for (const PropertyName& property : kProperties) {
        if (property.offset == offset) {
            return std::string(property.name);
        }
    }
    return fmt::format("0x{:02x}", offset);
}

std::optional<std::uint32_t> property_offset(std::string_view name) {
    for (const PropertyName& property : kProperties) {
        if (property.name == name) {
            return property.offset;
        }
    }
    const auto number = parse_hex_number(name);
    if (!number) {
        return std::nullopt;
    }
    // Only as it is written: a property that has a name is known by that alone, so that none can be
    // there twice, and what is too large is written otherwise.
    const auto offset = static_cast<std::uint32_t>(*number);
    return property_name(offset) == name ? std::optional(offset) : std::nullopt;
}

std::optional<std::uint64_t> parse_hex_number(std::string_view text) {
    if (text.substr(0, 2) != "0x") {
        return std::nullopt;
    }
    text.remove_prefix(2);
    return base::parse_number<std::uint64_t>(text, 16);
}

} // namespace haoh::model
