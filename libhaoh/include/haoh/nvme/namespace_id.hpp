// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Namespace identifiers and the Namespace Identification Descriptor list (CNS 03h), Base 2.3
/// section 5.2.13.2.3.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/problem.hpp>
#include <haoh/visibility.h>

#include <compare>
#include <optional>

namespace HAOH_PUBLIC haoh {
namespace nvme {

using Eui64 = std::array<std::uint8_t, 8>;
using Nguid = std::array<std::uint8_t, 16>;
using Uuid = std::array<std::uint8_t, 16>;

enum class IdType : std::uint8_t { eui64 = 1, nguid = 2, uuid = 3, csi = 4 };
/// "eui64", "nguid", "uuid", "csi"; "nidt NN" for others.
[[nodiscard]] std::string to_string(IdType type);

/// One descriptor as sent.
struct IdDescriptor {
    std::uint8_t nidt{};
    Bytes nid{}; ///< NIDL bytes

    bool operator==(const IdDescriptor&) const = default;
};

/// The Namespace Identification Descriptor list (CNS 03h).
struct IdDescriptorList {
    std::vector<IdDescriptor> descriptors{}; ///< in the order sent
    std::vector<Problem> problems{};

    /// The first descriptor of a type with the length that the type has; nullptr when there is
    /// none.
    [[nodiscard]] const IdDescriptor* find(IdType type) const;
};

/// Decodes the page of a namespace; only the first 4,096 bytes are looked at. A descriptor of the
/// wrong length is kept and its NIDL is followed; one that runs past the end is left out.
///
/// Problems, by field and kind:
///
/// | field      | kind            | at the offset of                                          |
/// |------------|-----------------|-----------------------------------------------------------|
/// | "nidt"     | `bad_value`     | NIDT 0 in a descriptor with a length                      |
/// | "nidt"     | `duplicate`     | the second descriptor of a type                           |
/// | "nidl"     | `bad_length`    | a length that NIDT does not have (0 ends the list, too)   |
/// | "nidl"     | `truncated`     | a length that runs past the page or the bytes that came   |
/// | "nid"      | `zero_value`    | an EUI64, NGUID or UUID of zeros                          |
/// | "reserved" | `reserved_bits` | bytes 3:2 of a descriptor                                 |
/// | "list"     | `trailing_data` | the first byte behind the end that is not zero            |
/// | "list"     | `truncated`     | the end: fewer than 4,096 bytes came, without a list's end |
[[nodiscard]] IdDescriptorList decode_id_descriptors(ByteView page);
/// A page of 4,096 bytes. Encodes what it is given, valid or not; \pre the descriptors fit.
[[nodiscard]] Bytes encode(const std::vector<IdDescriptor>& descriptors);

/// The identity of a namespace as hosts compare it. An all-zero or absent identifier is nullopt.
struct NamespaceIds {
    std::optional<Uuid> uuid{};
    std::optional<Nguid> nguid{};
    std::optional<Eui64> eui64{};
    std::uint8_t csi{}; ///< command set: 0 NVM, 2 ZNS

    [[nodiscard]] bool any() const { return uuid || nguid || eui64; }
    auto operator<=>(const NamespaceIds&) const = default;
};

/// 8-4-4-4-12, lower case.
[[nodiscard]] std::string format_uuid(const Uuid& value);
/// Lower-case hexadecimal without separators, as the kernel's wwid and nvme-cli print NGUID and
/// EUI-64.
[[nodiscard]] std::string format_nguid(const Nguid& value);
[[nodiscard]] std::string format_eui64(const Eui64& value);
/// Reads a UUID with or without dashes, either case.
[[nodiscard]] std::optional<Uuid> parse_uuid(std::string_view text);
/// Reads 32 (NGUID) or 16 (EUI-64) hexadecimal digits; dashes, colons and spaces between bytes
/// allowed.
[[nodiscard]] std::optional<Nguid> parse_nguid(std::string_view text);
[[nodiscard]] std::optional<Eui64> parse_eui64(std::string_view text);

} // namespace nvme
} // namespace haoh
