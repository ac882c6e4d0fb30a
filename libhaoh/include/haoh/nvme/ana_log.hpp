// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The Asymmetric Namespace Access log (LID 0Ch), Base 2.3 section 5.2.12.1.13, Figures 227 and
/// 228.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/problem.hpp>
#include <haoh/visibility.h>

#include <array>
#include <optional>
#include <string_view>

namespace HAOH_PUBLIC haoh {
namespace nvme {

enum class AnaState : std::uint8_t {
    optimized = 0x1,
    non_optimized = 0x2,
    inaccessible = 0x3,
    persistent_loss = 0x4,
    change = 0xF,
};
/// As Linux prints them in sysfs: "optimized", "non-optimized", "inaccessible", "persistent-loss",
/// "change"; "invalid (N)" for any other value.
[[nodiscard]] std::string to_string(AnaState state);
/// A defined state by its name; nullopt for anything else, also for what Linux prints where there is
/// no such state: "invalid state", "(null)".
[[nodiscard]] std::optional<AnaState> parse_ana_state(std::string_view text);
/// The defined ones.
inline constexpr std::array kAnaStates{AnaState::optimized, AnaState::non_optimized,
                                       AnaState::inaccessible, AnaState::persistent_loss,
                                       AnaState::change};
/// Whether a host may send I/O: optimized or non-optimized.
[[nodiscard]] constexpr bool usable(AnaState state) {
    return state == AnaState::optimized || state == AnaState::non_optimized;
}

inline constexpr std::size_t kAnaLogHeaderSize = 16;
inline constexpr std::size_t kAnaGroupHeaderSize = 32;

/// An ANA Group Descriptor.
struct AnaGroup {
    std::uint32_t agid{};
    std::uint64_t chgc{};
    AnaState state{};                   ///< low four bits of the byte; may hold undefined values
    std::uint8_t state_byte{};          ///< the whole byte, reserved bits included
    std::vector<std::uint32_t> nsids{}; ///< in the order sent

    bool operator==(const AnaGroup&) const = default;
};

/// The Asymmetric Namespace Access log page (0Ch).
struct AnaLog {
    std::uint64_t chgc{};
    std::uint16_t nagd{};            ///< what the header says; `groups` holds what was there
    std::vector<AnaGroup> groups{};  ///< in the order sent
    std::vector<Problem> problems{}; ///< see `decode_ana_log`
    std::size_t length{};            ///< bytes used by header and descriptors
};

/// Decodes a log of any length. Reads up to the first descriptor that does not fit; of that one the
/// NSIDs that came are kept. Zeros up to the end of the log did not come: controllers fill with them
/// what a host asks for beyond the log. Bytes behind the last descriptor are not looked at. What
/// needs other pages (ANAGRPMAX, ANACAP) is not judged here.
///
/// Problems, by field and kind:
///
/// | field    | kind            | at the offset of                                          |
/// |----------|-----------------|-----------------------------------------------------------|
/// | "header" | `truncated`     | the end: fewer than 16 bytes                              |
/// | "nagd"   | `truncated`     | the end: more descriptors announced than came             |
/// | "nnv"    | `truncated`     | NNV: more NSIDs announced than came                       |
/// | "agid"   | `zero_value`    | AGID 0                                                    |
/// | "agid"   | `not_ascending` | an AGID below the one before it                           |
/// | "agid"   | `duplicate`     | an AGID that was described before                         |
/// | "anas"   | `bad_value`     | the state byte: a state other than 1h to 4h and Fh        |
/// | "anas"   | `reserved_bits` | the state byte: bits 7:4                                  |
/// | "nsid"   | `zero_value`    | NSID 0; once for a run of them                            |
/// | "nsid"   | `bad_value`     | NSID FFFFFFFFh                                            |
/// | "nsid"   | `not_ascending` | an NSID below the one before it in its group              |
/// | "nsid"   | `duplicate`     | an NSID that occurred before, in this or in another group |
[[nodiscard]] AnaLog decode_ana_log(ByteView log);
/// Encodes what it is given, valid or not: `nagd` as stored, NNV from the NSIDs of the group, the
/// state from `state` and the reserved bits beside it from `state_byte`.
[[nodiscard]] Bytes encode(const AnaLog& log);

/// Size in bytes of the largest log a controller can send, as Linux allocates it:
/// 16 + 32 * NANAGRPID + 4 * MNAN (drivers/nvme/host/multipath.c, nvme_mpath_init_identify).
[[nodiscard]] constexpr std::uint64_t ana_log_size_bound(std::uint32_t nanagrpid,
                                                         std::uint32_t mnan) {
    return kAnaLogHeaderSize + kAnaGroupHeaderSize * std::uint64_t{nanagrpid} + 4ULL * mnan;
}

} // namespace nvme
} // namespace haoh
