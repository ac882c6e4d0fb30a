// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Namespace pages of Identify: CNS 00h (NVM Command Set Specification 1.1 Figure 114), CNS 05h for
/// the NVM command set (Figure 118) and CNS 08h, I/O Command Set independent (Base 2.3 Figure 335).
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/identify_controller.hpp>
#include <haoh/visibility.h>

#include <optional>

namespace HAOH_PUBLIC haoh {
namespace nvme {

namespace nmic {
inline constexpr std::uint8_t shared = 0x01;
inline constexpr std::uint8_t dispersed = 0x02;
} // namespace nmic
namespace nsattr {
inline constexpr std::uint8_t write_protected = 0x01;
}

/// One entry of the LBA format table.
struct LbaFormat {
    std::uint16_t ms{};   ///< metadata bytes per block
    std::uint8_t lbads{}; ///< log2 of the block size in bytes; 0 = format not available
    std::uint8_t rp{};    ///< relative performance, 0..3

    bool operator==(const LbaFormat&) const = default;
};

/// CNS 00h.
struct IdentifyNamespace {
    std::uint64_t nsze{};                  ///< 7:0, logical blocks
    std::uint64_t ncap{};                  ///< 15:8
    std::uint64_t nuse{};                  ///< 23:16
    std::uint8_t nsfeat{};                 ///< 24
    std::uint8_t nlbaf{};                  ///< 25, 0's based
    std::uint8_t flbas{};                  ///< 26
    std::uint8_t mc{};                     ///< 27
    std::uint8_t dpc{};                    ///< 28
    std::uint8_t dps{};                    ///< 29
    std::uint8_t nmic{};                   ///< 30
    std::uint8_t rescap{};                 ///< 31
    std::uint8_t fpi{};                    ///< 32
    std::uint8_t dlfeat{};                 ///< 33
    std::uint16_t nawun{};                 ///< 35:34
    std::uint16_t nawupf{};                ///< 37:36
    std::uint16_t nacwu{};                 ///< 39:38
    std::uint16_t nabsn{};                 ///< 41:40
    std::uint16_t nabo{};                  ///< 43:42
    std::uint16_t nabspf{};                ///< 45:44
    std::uint16_t noiob{};                 ///< 47:46
    std::array<std::uint8_t, 16> nvmcap{}; ///< 63:48
    std::uint16_t npwg{};                  ///< 65:64
    std::uint16_t npwa{};                  ///< 67:66
    std::uint16_t npdg{};                  ///< 69:68
    std::uint16_t npda{};                  ///< 71:70
    std::uint16_t nows{};                  ///< 73:72
    std::uint16_t mssrl{};                 ///< 75:74
    std::uint32_t mcl{};                   ///< 79:76
    std::uint8_t msrc{};                   ///< 80
    std::uint8_t kpios{};                  ///< 81
    std::uint8_t nulbaf{};                 ///< 82
    std::uint32_t kpiodaag{};              ///< 87:84
    std::uint32_t anagrpid{};              ///< 95:92
    std::uint8_t nsattr{};                 ///< 99
    std::uint16_t nvmsetid{};              ///< 101:100
    std::uint16_t endgid{};                ///< 103:102
    std::array<std::uint8_t, 16> nguid{};  ///< 119:104, big-endian as printed
    std::array<std::uint8_t, 8> eui64{};   ///< 127:120, big-endian as printed
    std::array<LbaFormat, 64> lbaf{};      ///< 383:128

    /// Index of the format in use: FLBAS 3:0, with 6:5 as its upper bits (more than 16 formats).
    [[nodiscard]] unsigned format_index() const;
    [[nodiscard]] const LbaFormat& active_format() const { return lbaf[format_index()]; }
    /// Size in bytes; nullopt when LBADS is below 9 or the product overflows 64 bits.
    [[nodiscard]] std::optional<std::uint64_t> size_bytes() const;
};

[[nodiscard]] IdentifyNamespace decode_identify_namespace(ByteView page);
[[nodiscard]] Bytes encode(const IdentifyNamespace& value);
[[nodiscard]] std::span<const FieldRange> identify_namespace_fields();

/// CNS 05h, CSI 00h.
struct IdentifyNamespaceNvm {
    std::uint64_t lbstm{};                 ///< 7:0
    std::uint8_t pic{};                    ///< 8
    std::uint8_t pifa{};                   ///< 9
    std::array<std::uint32_t, 64> elbaf{}; ///< 267:12

    /// Protection information format of an entry: 0 = 16-bit guard, 1 = 32-bit, 2 = 64-bit, 3 =
    /// qualified.
    [[nodiscard]] unsigned pif(unsigned index) const { return (elbaf[index % 64] >> 7U) & 3U; }
    /// Storage tag size of an entry in bits.
    [[nodiscard]] unsigned sts(unsigned index) const { return elbaf[index % 64] & 0x7FU; }
};

[[nodiscard]] IdentifyNamespaceNvm decode_identify_namespace_nvm(ByteView page);
[[nodiscard]] Bytes encode(const IdentifyNamespaceNvm& value);
[[nodiscard]] std::span<const FieldRange> identify_namespace_nvm_fields();

/// CNS 08h.
struct IdentifyNamespaceIndependent {
    std::uint8_t nsfeat{};    ///< 0
    std::uint8_t nmic{};      ///< 1
    std::uint8_t rescap{};    ///< 2
    std::uint8_t fpi{};       ///< 3
    std::uint32_t anagrpid{}; ///< 7:4
    std::uint8_t nsattr{};    ///< 8
    std::uint16_t nvmsetid{}; ///< 11:10
    std::uint16_t endgid{};   ///< 13:12
    std::uint8_t nstat{};     ///< 14, bit 0: namespace ready
    std::uint8_t kpios{};     ///< 15
    std::uint16_t maxkt{};    ///< 17:16
    std::uint32_t rgrpid{};   ///< 23:20
};

[[nodiscard]] IdentifyNamespaceIndependent decode_identify_namespace_independent(ByteView page);
[[nodiscard]] Bytes encode(const IdentifyNamespaceIndependent& value);
[[nodiscard]] std::span<const FieldRange> identify_namespace_independent_fields();

} // namespace nvme
} // namespace haoh
