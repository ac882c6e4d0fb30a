// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// One description of a fixed page, used three ways: to decode it, to encode it, and to tell which
/// field lies at which offset. A page's description is a function template
///
///     template <typename Visitor, typename Page> constexpr void visit(Visitor& v, Page& page) {
///         v.field("vid", 0, page.vid);   // a member of the structure
///         v.range("rpmbs", 312, 4);      // a field that the structure does not hold
///     }
///
/// in ascending order of offsets.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/identify_controller.hpp>
#include <haoh/nvme/identify_namespace.hpp>

#include <concepts>
#include <type_traits>

namespace haoh::nvme::detail {

/// Size on the wire.
template <typename T>
inline constexpr std::size_t kWireSize = sizeof(T);
template <>
inline constexpr std::size_t kWireSize<LbaFormat> = 4;

/// Reads members from a page.
class FieldDecoder {
  public:
    explicit FieldDecoder(ByteView page) : page_(page) {}

    template <std::unsigned_integral T>
    void field(std::string_view /*name*/, std::size_t offset, T& member) {
        member = load_le<T>(page_, offset);
    }
    template <std::size_t N>
    void field(std::string_view /*name*/, std::size_t offset, std::array<std::uint8_t, N>& member) {
        member = load_array<N>(page_, offset);
    }
    void field(std::string_view /*name*/, std::size_t offset, LbaFormat& member) {
        member.ms = load_le<std::uint16_t>(page_, offset);
        member.lbads = load_le<std::uint8_t>(page_, offset + 2);
        member.rp = load_le<std::uint8_t>(page_, offset + 3) & 0x03U;
    }
    void range(std::string_view /*name*/, std::size_t /*offset*/, std::size_t /*length*/) {}

  private:
    ByteView page_;
};

/// Writes members to a page that is large enough.
class FieldEncoder {
  public:
    explicit FieldEncoder(MutableByteView page) : page_(page) {}

    template <std::unsigned_integral T>
    void field(std::string_view /*name*/, std::size_t offset, const T& member) {
        store_le(page_, offset, member);
    }
    template <std::size_t N>
    void field(std::string_view /*name*/, std::size_t offset,
               const std::array<std::uint8_t, N>& member) {
        std::copy(member.begin(), member.end(),
                  page_.begin() + static_cast<std::ptrdiff_t>(offset));
    }
    void field(std::string_view /*name*/, std::size_t offset, const LbaFormat& member) {
        store_le(page_, offset, member.ms);
        store_le(page_, offset + 2, member.lbads);
        store_le(page_, offset + 3, static_cast<std::uint8_t>(member.rp & 0x03U));
    }
    void range(std::string_view /*name*/, std::size_t /*offset*/, std::size_t /*length*/) {}

  private:
    MutableByteView page_;
};

/// Counts fields.
class FieldCounter {
  public:
    template <typename T>
    constexpr void field(std::string_view /*name*/, std::size_t /*offset*/, const T& /*member*/) {
        ++count_;
    }
    constexpr void range(std::string_view /*name*/, std::size_t /*offset*/,
                         std::size_t /*length*/) {
        ++count_;
    }
    [[nodiscard]] constexpr std::size_t count() const { return count_; }

  private:
    std::size_t count_{};
};

/// Lists fields with their ranges.
template <std::size_t Count>
class FieldLister {
  public:
    template <typename T>
    constexpr void field(std::string_view name, std::size_t offset, const T& /*member*/) {
        range(name, offset, kWireSize<T>);
    }
    constexpr void range(std::string_view name, std::size_t offset, std::size_t length) {
        table_[next_++] = {.name = name,
                           .offset = static_cast<std::uint16_t>(offset),
                           .length = static_cast<std::uint16_t>(length)};
    }
    [[nodiscard]] constexpr const std::array<FieldRange, Count>& table() const { return table_; }

  private:
    std::array<FieldRange, Count> table_{};
    std::size_t next_{};
};

/// Whether the fields lie in order, without overlap, inside a page.
constexpr bool well_laid_out(std::span<const FieldRange> fields) {
    std::size_t end = 0;
    for (const FieldRange& field : fields) {
        if (field.offset < end || field.length == 0) {
            return false;
        }
        end = std::size_t{field.offset} + field.length;
    }
    return end <= kIdentifySize;
}

/// The names of a table's entries: "lbaf0", "lbaf1", ... `Name` is what comes before the number.
template <std::size_t Count>
class IndexedNames {
  public:
    static_assert(Count <= 100);

    constexpr explicit IndexedNames(std::string_view name) {
        for (std::size_t i = 0; i < Count; ++i) {
            Text& text = texts_[i];
            for (const char letter : name) {
                text.letters[text.length++] = letter;
            }
            if (i >= 10) {
                text.letters[text.length++] = static_cast<char>('0' + i / 10);
            }
            text.letters[text.length++] = static_cast<char>('0' + i % 10);
        }
    }
    [[nodiscard]] constexpr std::string_view operator[](std::size_t i) const {
        return {texts_[i].letters.data(), texts_[i].length};
    }

  private:
    struct Text {
        std::array<char, 14> letters{};
        std::size_t length{};
    };
    std::array<Text, Count> texts_{};
};

} // namespace haoh::nvme::detail
