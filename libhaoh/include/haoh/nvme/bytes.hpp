// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Little-endian access to untrusted byte ranges. Reads beyond the end give zero, so that a decoder
/// of a fixed page need not test each field; a caller that must know tests the size first.
#pragma once

#include <haoh/visibility.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {
namespace nvme {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using MutableByteView = std::span<std::uint8_t>;

/// The unsigned little-endian integer at `offset`; bytes past the end count as zero.
template <typename T>
[[nodiscard]] constexpr T load_le(ByteView bytes, std::size_t offset) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T) && offset + i < bytes.size(); ++i) {
        value |= static_cast<std::uint64_t>(bytes[offset + i]) << (8U * i);
    }
    return static_cast<T>(value);
}

/// Writes `value` little-endian at `offset`. \pre `offset + sizeof(T) <= bytes.size()`
template <typename T>
constexpr void store_le(MutableByteView bytes, std::size_t offset, T value) {
    const auto wide = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        bytes[offset + i] = static_cast<std::uint8_t>(wide >> (8U * i));
    }
}

/// `length` bytes from `offset`, shortened to what is there (empty when nothing is).
[[nodiscard]] constexpr ByteView slice(ByteView bytes, std::size_t offset, std::size_t length) {
    if (offset >= bytes.size()) {
        return {};
    }
    return bytes.subspan(offset, std::min(length, bytes.size() - offset));
}

/// A fixed array of `N` bytes from `offset`; bytes past the end are zero.
template <std::size_t N>
[[nodiscard]] constexpr std::array<std::uint8_t, N> load_array(ByteView bytes, std::size_t offset) {
    std::array<std::uint8_t, N> out{};
    for (std::size_t i = 0; i < N && offset + i < bytes.size(); ++i) {
        out[i] = bytes[offset + i];
    }
    return out;
}

/// Whether every byte is zero (true for an empty range).
[[nodiscard]] constexpr bool all_zero(ByteView bytes) {
    for (const std::uint8_t byte : bytes) {
        if (byte != 0) {
            return false;
        }
    }
    return true;
}

/// Lower-case hexadecimal without separators.
[[nodiscard]] std::string to_hex(ByteView bytes);
/// The bytes of a hexadecimal text (even length, either case, no separators).
/// \return false, with `out` unspecified, when the text is anything else.
[[nodiscard]] bool from_hex(std::string_view text, Bytes& out);

/// A fixed ASCII field for people: trailing spaces and NULs cut, the backslash and other bytes
/// outside 20h-7Eh written as `\xNN`, so that fields that differ in more than their padding never
/// print alike.
[[nodiscard]] std::string printable(ByteView field);
/// The same of a field that was taken for text, whatever is in it.
[[nodiscard]] std::string printable(std::string_view field);

} // namespace nvme
} // namespace haoh
