// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The Discovery log (LID 70h), Base 2.3 Figure 310 ff.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/problem.hpp>
#include <haoh/visibility.h>

namespace HAOH_PUBLIC haoh {
namespace nvme {

inline constexpr std::size_t kDiscoveryHeaderSize = 1024;
inline constexpr std::size_t kDiscoveryEntrySize = 1024;
inline constexpr std::size_t kMaxDiscoveryEntries = 16384; ///< a bound of ours: 16 MiB of log

enum class TransportType : std::uint8_t { rdma = 1, fibre_channel = 2, tcp = 3, loop = 254 };
/// For people: "RDMA", "Fibre Channel", "TCP", "loop"; "transport type N" for any other value.
[[nodiscard]] std::string to_string(TransportType type);
enum class AddressFamily : std::uint8_t {
    ipv4 = 1,
    ipv6 = 2,
    infiniband = 3,
    fibre_channel = 4,
    loop = 254
};
enum class SubsystemType : std::uint8_t { referral = 1, nvm = 2, current_discovery = 3 };

/// A Discovery Log Page Entry.
struct DiscoveryEntry {
    std::uint8_t trtype{};  ///< TransportType, or an undefined value
    std::uint8_t adrfam{};  ///< AddressFamily, or an undefined value
    std::uint8_t subtype{}; ///< SubsystemType, or an undefined value
    std::uint8_t treq{};
    std::uint16_t portid{};
    std::uint16_t cntlid{}; ///< FFFFh dynamic, FFFEh static
    std::uint16_t asqsz{};
    std::uint16_t eflags{};
    std::string trsvcid{}; ///< up to the first NUL, trailing spaces cut
    std::string subnqn{};  ///< up to the first NUL
    std::string traddr{};  ///< as `trsvcid`
    std::array<std::uint8_t, 256> tsas{};

    bool operator==(const DiscoveryEntry&) const = default;
};

/// The Discovery log page (70h).
struct DiscoveryLog {
    std::uint64_t genctr{};
    std::uint64_t numrec{}; ///< what the header says
    std::uint16_t recfmt{};
    std::vector<DiscoveryEntry> entries{}; ///< what was there
    std::vector<Problem> problems{};
};

/// Decodes a log of any length: as many entries as were announced and came whole. Entries of a
/// record format other than 0 are not read. Texts begin with "entry N: ", counted from 0.
///
/// Problems, by field and kind:
///
/// | field                          | kind            | at the offset of                          |
/// |--------------------------------|-----------------|-------------------------------------------|
/// | "header"                       | `truncated`     | the end: fewer than 1,024 bytes           |
/// | "recfmt"                       | `bad_value`     | RECFMT: not 0                             |
/// | "numrec"                       | `truncated`     | NUMREC: more entries than came            |
/// | "numrec"                       | `too_many`      | NUMREC above `kMaxDiscoveryEntries`       |
/// | "trtype", "adrfam", "subtype"  | `bad_value`     | an undefined value                        |
/// | "cntlid"                       | `bad_value`     | FFF0h to FFFDh                            |
/// | "trsvcid", "traddr"            | `bad_value`     | the field: bytes outside 20h to 7Eh       |
/// | "trsvcid", "traddr", "subnqn"  | `trailing_data` | the field: not all zero behind a NUL      |
/// | "subnqn"                       | `bad_length`    | the field: no terminating NUL             |
///
/// Whether SUBNQN is a name is for `nqn_defect`.
[[nodiscard]] DiscoveryLog decode_discovery_log(ByteView log);
/// Encodes what it is given, `numrec` and `recfmt` as stored. Texts that are too long are cut.
[[nodiscard]] Bytes encode(const DiscoveryLog& log);

} // namespace nvme
} // namespace haoh
