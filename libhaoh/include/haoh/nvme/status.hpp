// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Completion status: SC 7:0, SCT 10:8, CRD 12:11, M 13, DNR 14 (Base 2.3 section 4.2.3), without
/// the phase bit: as Linux prints it ("0x4182" is DNR | SCT 1h | SC 82h).
#pragma once

#include <haoh/visibility.h>

#include <cstdint>
#include <string>

namespace HAOH_PUBLIC haoh {
namespace nvme {

/// The status field of a completion, without the phase tag.
struct Status {
    std::uint16_t value{};

    [[nodiscard]] constexpr bool ok() const { return (value & 0x7FFU) == 0; }
    [[nodiscard]] constexpr std::uint8_t sct() const {
        return static_cast<std::uint8_t>((value >> 8U) & 7U);
    }
    [[nodiscard]] constexpr std::uint8_t sc() const {
        return static_cast<std::uint8_t>(value & 0xFFU);
    }
    [[nodiscard]] constexpr bool dnr() const { return (value & 0x4000U) != 0; }
    /// Status code type and code together: 0x182 for Connect Invalid Parameters.
    [[nodiscard]] constexpr std::uint16_t code() const { return value & 0x7FFU; }
    bool operator==(const Status&) const = default;
};

/// Codes that this code base names (SCT << 8 | SC).
namespace status {
inline constexpr std::uint16_t success = 0x000;
inline constexpr std::uint16_t invalid_opcode = 0x001;
inline constexpr std::uint16_t invalid_field = 0x002;
inline constexpr std::uint16_t command_id_conflict = 0x003;
inline constexpr std::uint16_t data_transfer_error = 0x004;
inline constexpr std::uint16_t internal_error = 0x006;
inline constexpr std::uint16_t abort_requested = 0x007;
inline constexpr std::uint16_t invalid_namespace = 0x00B;
inline constexpr std::uint16_t command_sequence_error = 0x00C;
inline constexpr std::uint16_t sgl_length_invalid = 0x00F;
inline constexpr std::uint16_t invalid_sgl_offset = 0x016;
inline constexpr std::uint16_t namespace_write_protected = 0x020;
inline constexpr std::uint16_t lba_out_of_range = 0x080;
inline constexpr std::uint16_t namespace_not_ready = 0x082;
inline constexpr std::uint16_t reservation_conflict = 0x083;
inline constexpr std::uint16_t aer_limit_exceeded = 0x105;
inline constexpr std::uint16_t invalid_log_page = 0x109;
inline constexpr std::uint16_t feature_not_saveable = 0x10D;
inline constexpr std::uint16_t connect_incompatible_format = 0x180;
inline constexpr std::uint16_t connect_controller_busy = 0x181;
inline constexpr std::uint16_t connect_invalid_parameters = 0x182;
inline constexpr std::uint16_t connect_restart_discovery = 0x183;
inline constexpr std::uint16_t connect_invalid_host = 0x184;
inline constexpr std::uint16_t invalid_queue_type = 0x185;
inline constexpr std::uint16_t discover_restart = 0x190;
inline constexpr std::uint16_t authentication_required = 0x191;
inline constexpr std::uint16_t compare_failure = 0x285;
inline constexpr std::uint16_t internal_path_error = 0x300;
inline constexpr std::uint16_t ana_persistent_loss = 0x301;
inline constexpr std::uint16_t ana_inaccessible = 0x302;
inline constexpr std::uint16_t ana_transition = 0x303;
inline constexpr std::uint16_t dnr = 0x4000; ///< do not retry, to be or-ed in
} // namespace status

/// "Connect Invalid Host (sct 1h sc 84h, do not retry)"; codes without a name give the numbers
/// alone.
[[nodiscard]] std::string describe(Status status);

} // namespace nvme
} // namespace haoh
