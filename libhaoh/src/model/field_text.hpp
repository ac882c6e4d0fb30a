// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Names and values of fields for people: in decoded JSON and in differences.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/identify_controller.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace haoh::model {

/// What the bytes of a field of an Identify page are.
enum class FieldKind : std::uint8_t {
    number, ///< up to 8 bytes, little-endian
    flags,  ///< the same, bit by bit
    wide,   ///< a number of 16 bytes, little-endian
    text,   ///< ASCII or UTF-8, padded with blanks or NULs
    bytes,  ///< an identifier, in the order of the page
    oui,    ///< three bytes, little-endian, written as an OUI is
    format, ///< an LBA format
};
[[nodiscard]] FieldKind field_kind(const nvme::FieldRange& field);

[[nodiscard]] bool is_one_of(std::string_view name, std::span<const std::string_view> names);

/// The value of a field of `page` as text: "4096", "0x5f", "ms 0, lbads 9, rp 0", ...
[[nodiscard]] std::string field_text(const nvme::FieldRange& field, nvme::ByteView page);

/// An unsigned little-endian number of 16 bytes in decimal digits.
[[nodiscard]] std::string decimal(const std::array<std::uint8_t, 16>& value);

/// The name of a controller property: "cap", "vs", ...; "0x44" for one without a name here.
[[nodiscard]] std::string property_name(std::uint32_t offset);
[[nodiscard]] std::optional<std::uint32_t> property_offset(std::string_view name);

/// Reads "0x" and 1 to 16 lower-case or upper-case hexadecimal digits.
[[nodiscard]] std::optional<std::uint64_t> parse_hex_number(std::string_view text);

} // namespace haoh::model
