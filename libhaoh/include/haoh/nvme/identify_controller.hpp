// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Identify Controller data structure (CNS 01h), NVM Express Base Specification 2.1 Figure 312.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/visibility.h>

namespace HAOH_PUBLIC haoh {
namespace nvme {

inline constexpr std::size_t kIdentifySize = 4096; ///< every Identify page, in bytes

/// Bits of fields that rules and decoders name.
namespace cmic {
inline constexpr std::uint8_t multiple_ports = 0x01;
inline constexpr std::uint8_t multiple_controllers = 0x02;
inline constexpr std::uint8_t sr_iov = 0x04;
inline constexpr std::uint8_t ana_reporting = 0x08;
} // namespace cmic
namespace oaes {
inline constexpr std::uint32_t namespace_attribute = 1U << 8;
inline constexpr std::uint32_t firmware_activation = 1U << 9;
inline constexpr std::uint32_t ana_change = 1U << 11;
inline constexpr std::uint32_t discovery_log_change = 1U << 31;
} // namespace oaes
namespace ctratt {
inline constexpr std::uint32_t host_id_128 = 1U << 0;
inline constexpr std::uint32_t nvm_sets = 1U << 2;
inline constexpr std::uint32_t endurance_groups = 1U << 4;
inline constexpr std::uint32_t traffic_based_keep_alive = 1U << 6;
inline constexpr std::uint32_t uuid_list = 1U << 9;
inline constexpr std::uint32_t multi_domain = 1U << 10;
inline constexpr std::uint32_t extended_lba_formats = 1U << 15;
inline constexpr std::uint32_t reservations_host_id_interaction = 1U << 18;
inline constexpr std::uint32_t flexible_data_placement = 1U << 19;
} // namespace ctratt
namespace oncs {
inline constexpr std::uint16_t compare = 1U << 0;
inline constexpr std::uint16_t write_uncorrectable = 1U << 1;
inline constexpr std::uint16_t dataset_management = 1U << 2;
inline constexpr std::uint16_t write_zeroes = 1U << 3;
inline constexpr std::uint16_t save_select = 1U << 4;
inline constexpr std::uint16_t reservations = 1U << 5;
inline constexpr std::uint16_t verify = 1U << 7;
inline constexpr std::uint16_t copy = 1U << 8;
} // namespace oncs

enum class ControllerType : std::uint8_t {
    not_reported = 0,
    io = 1,
    discovery = 2,
    administrative = 3
};

/// A decoded Identify Controller page. Field names are the specification's abbreviations; values
/// are raw (0's based where the specification says so). Byte arrays are as on the wire.
struct IdentifyController {
    std::uint16_t vid{};                  ///< 1:0
    std::uint16_t ssvid{};                ///< 3:2
    std::array<std::uint8_t, 20> sn{};    ///< 23:4, ASCII
    std::array<std::uint8_t, 40> mn{};    ///< 63:24, ASCII
    std::array<std::uint8_t, 8> fr{};     ///< 71:64, ASCII
    std::uint8_t rab{};                   ///< 72
    std::array<std::uint8_t, 3> ieee{};   ///< 75:73, little-endian OUI
    std::uint8_t cmic{};                  ///< 76
    std::uint8_t mdts{};                  ///< 77, power of two in units of CAP.MPSMIN; 0 = no limit
    std::uint16_t cntlid{};               ///< 79:78
    std::uint32_t ver{};                  ///< 83:80
    std::uint32_t rtd3r{};                ///< 87:84
    std::uint32_t rtd3e{};                ///< 91:88
    std::uint32_t oaes{};                 ///< 95:92
    std::uint32_t ctratt{};               ///< 99:96
    std::uint16_t rrls{};                 ///< 101:100
    std::uint8_t cntrltype{};             ///< 111
    std::array<std::uint8_t, 16> fguid{}; ///< 127:112
    std::array<std::uint16_t, 3> crdt{};  ///< 133:128, units of 100 ms
    std::uint8_t crcap{};                 ///< 134 (2.1: reachability)
    std::uint8_t ciu{};                   ///< 135 (2.3)
    std::array<std::uint8_t, 8> cirn{};   ///< 143:136 (2.3)
    std::uint16_t oacs{};                 ///< 257:256
    std::uint8_t acl{};                   ///< 258, 0's based
    std::uint8_t aerl{};                  ///< 259, 0's based
    std::uint8_t frmw{};                  ///< 260
    std::uint8_t lpa{};                   ///< 261
    std::uint8_t elpe{};                  ///< 262, 0's based
    std::uint8_t npss{};                  ///< 263, 0's based
    std::uint8_t avscc{};                 ///< 264
    std::uint32_t hmpre{};                ///< 275:272
    std::uint32_t hmmin{};                ///< 279:276
    std::array<std::uint8_t, 16> tnvmcap{}; ///< 295:280
    std::array<std::uint8_t, 16> unvmcap{}; ///< 311:296
    std::uint16_t kas{};                    ///< 321:320, units of 100 ms; 0 = not supported
    std::uint32_t sanicap{};                ///< 331:328
    std::uint16_t nsetidmax{};              ///< 339:338
    std::uint16_t endgidmax{};              ///< 341:340
    std::uint8_t anatt{};                   ///< 342, seconds
    std::uint8_t anacap{};                  ///< 343
    std::uint32_t anagrpmax{};              ///< 347:344
    std::uint32_t nanagrpid{};              ///< 351:348
    std::uint16_t domainid{};               ///< 357:356
    std::uint16_t cqt{};                    ///< 387:386 (2.3), milliseconds
    std::uint8_t sqes{};                    ///< 512
    std::uint8_t cqes{};                    ///< 513
    std::uint16_t maxcmd{};                 ///< 515:514
    std::uint32_t nn{};                     ///< 519:516
    std::uint16_t oncs{};                   ///< 521:520
    std::uint16_t fuses{};                  ///< 523:522
    std::uint8_t fna{};                     ///< 524
    std::uint8_t vwc{};                     ///< 525
    std::uint16_t awun{};                   ///< 527:526, 0's based
    std::uint16_t awupf{};                  ///< 529:528, 0's based
    std::uint8_t icsvscc{};                 ///< 530
    std::uint8_t nwpc{};                    ///< 531
    std::uint16_t acwu{};                   ///< 533:532
    std::uint16_t ocfs{};                   ///< 535:534
    std::uint32_t sgls{};                   ///< 539:536
    std::uint32_t mnan{};                   ///< 543:540
    std::array<std::uint8_t, 16> maxdna{};  ///< 559:544
    std::uint32_t maxcna{};                 ///< 563:560
    std::array<std::uint8_t, 256> subnqn{}; ///< 1023:768, UTF-8, NUL-terminated
    std::uint32_t ioccsz{};                 ///< 1795:1792, units of 16 bytes
    std::uint32_t iorcsz{};                 ///< 1799:1796, units of 16 bytes
    std::uint16_t icdoff{};                 ///< 1801:1800, units of 16 bytes
    std::uint8_t fcatt{};                   ///< 1802, bit 0: static controller model
    std::uint8_t msdbd{};                   ///< 1803
    std::uint16_t ofcs{};                   ///< 1805:1804
    std::uint8_t dctype{};                  ///< 1806
    std::uint8_t ccrl{};                    ///< 1807 (2.3)

    [[nodiscard]] bool ana() const { return (cmic & cmic::ana_reporting) != 0; }
    /// SUBNQN up to the first NUL (or all 256 bytes when there is none), byte for byte.
    [[nodiscard]] std::string subsystem_nqn() const;
};

/// Decodes a page of any length; what is missing reads as zero.
[[nodiscard]] IdentifyController decode_identify_controller(ByteView page);
/// The page of 4,096 bytes; fields that the structure does not name are zero.
[[nodiscard]] Bytes encode(const IdentifyController& value);

/// Where a field lies: for masks, for naming a differing byte, and for overrides by name.
struct FieldRange {
    std::string_view name; ///< the specification's abbreviation in lower case: "sn", "nanagrpid"
    std::uint16_t offset;  ///< in bytes
    std::uint16_t length;  ///< in bytes
};

/// Every field of Identify Controller that the specification (2.3) names, ascending by offset; what
/// no entry covers is reserved or vendor specific.
[[nodiscard]] std::span<const FieldRange> identify_controller_fields();

/// The field of that name; nullptr when there is none. \param fields  one of the tables
[[nodiscard]] const FieldRange* find_field(std::span<const FieldRange> fields,
                                           std::string_view name);
/// The field that covers a byte; nullptr for reserved and vendor specific bytes.
[[nodiscard]] const FieldRange* field_at(std::span<const FieldRange> fields, std::size_t offset);

} // namespace nvme
} // namespace haoh
