// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Fabrics commands: Connect, Property Get, Property Set, Disconnect (Base 2.3 section 6), and the
/// controller properties they reach (section 3.1.4).
#pragma once

#include <haoh/nvme/command.hpp>
#include <haoh/nvme/namespace_id.hpp>
#include <haoh/visibility.h>

namespace HAOH_PUBLIC haoh {
namespace nvme {

namespace fctype {
inline constexpr std::uint8_t property_set = 0x00;
inline constexpr std::uint8_t connect = 0x01;
inline constexpr std::uint8_t property_get = 0x04;
inline constexpr std::uint8_t authentication_send = 0x05;
inline constexpr std::uint8_t authentication_receive = 0x06;
inline constexpr std::uint8_t disconnect = 0x08;
} // namespace fctype

namespace property {
inline constexpr std::uint32_t cap = 0x00;  ///< 8 bytes
inline constexpr std::uint32_t vs = 0x08;   ///< 4 bytes
inline constexpr std::uint32_t cc = 0x14;   ///< 4 bytes
inline constexpr std::uint32_t csts = 0x1C; ///< 4 bytes
inline constexpr std::uint32_t nssr = 0x20; ///< 4 bytes
inline constexpr std::uint32_t crto = 0x68; ///< 4 bytes
} // namespace property

inline constexpr std::uint16_t kDynamicController = 0xFFFF; ///< Connect CNTLID, dynamic model
inline constexpr std::uint16_t kAnyStaticController =
    0xFFFE; ///< Connect CNTLID, any static controller
inline constexpr std::size_t kConnectDataSize = 1024;
inline constexpr std::string_view kDiscoveryNqn = "nqn.2014-08.org.nvmexpress.discovery";

/// The data of a Connect command.
struct ConnectData {
    Uuid hostid{};
    std::uint16_t cntlid{kDynamicController};
    std::string subnqn{}; ///< at most 223 bytes in a valid one
    std::string hostnqn{};

    bool operator==(const ConnectData&) const = default;
};
/// Decodes 1,024 bytes; what is missing reads as zero. Each name is what stands before the first NUL
/// of its 256 bytes, so it has 256 bytes when there is none.
[[nodiscard]] ConnectData decode_connect_data(ByteView data);
/// 1,024 bytes. Names beyond 256 bytes are cut.
[[nodiscard]] Bytes encode(const ConnectData& data);

/// What a Connect command asks for.
struct ConnectParameters {
    ConnectData data{};
    std::uint16_t qid{};
    std::uint16_t sqsize{31};       ///< 0's based
    bool sq_flow_control_disable{}; ///< CATTR bit 2
    std::uint32_t kato_ms{};        ///< 0 = no keep alive
};
[[nodiscard]] AdminCommand connect_command(const ConnectParameters& parameters);

/// \param size 4 or 8 bytes
[[nodiscard]] AdminCommand property_get_command(std::uint32_t offset, unsigned size);
[[nodiscard]] AdminCommand property_set_command(std::uint32_t offset, unsigned size,
                                                std::uint64_t value);

/// CAP, decoded.
struct Capabilities {
    std::uint64_t raw{};
    [[nodiscard]] std::uint16_t mqes() const {
        return static_cast<std::uint16_t>(raw & 0xFFFFU);
    } ///< 0's based
    [[nodiscard]] unsigned timeout_ms() const {
        return static_cast<unsigned>((raw >> 24U) & 0xFFU) * 500U;
    }
    [[nodiscard]] std::uint8_t css() const {
        return static_cast<std::uint8_t>((raw >> 37U) & 0xFFU);
    }
    [[nodiscard]] bool nssrs() const { return ((raw >> 36U) & 1U) != 0; }
    [[nodiscard]] unsigned mpsmin() const { return static_cast<unsigned>((raw >> 48U) & 0xFU); }
    /// Smallest memory page in bytes: the unit of MDTS.
    [[nodiscard]] std::uint32_t page_bytes() const { return 1U << (12U + mpsmin()); }
    /// CSS bit 6: one or more I/O command sets (CC.CSS = 110b).
    [[nodiscard]] bool io_command_sets() const { return (css() & 0x40U) != 0; }
};

} // namespace nvme
} // namespace haoh
