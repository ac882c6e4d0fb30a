// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The Firmware Slot Information log (LID 03h), Base 2.3 section 5.2.12.1.4.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/visibility.h>

namespace HAOH_PUBLIC haoh {
namespace nvme {

inline constexpr std::size_t kFirmwareLogSize = 512;
inline constexpr std::size_t kFirmwareSlots = 7;
/// The Firmware Slot Information log page (03h).
struct FirmwareLog {
    std::uint8_t afi{}; ///< 0: slot in use 2:0, slot after the next controller level reset 6:4
    /// 63:8, slots 1 to 7, ASCII; all zero: nothing in it.
    std::array<std::array<std::uint8_t, 8>, kFirmwareSlots> frs{};

    [[nodiscard]] unsigned active_slot() const { return afi & 7U; } ///< 0 is reserved
    /// 0: none was chosen.
    [[nodiscard]] unsigned next_slot() const { return (afi >> 4U) & 7U; }
};

/// Decodes a log of any length; what is missing reads as zero.
[[nodiscard]] FirmwareLog decode_firmware_log(ByteView log);
/// The log of 512 bytes.
[[nodiscard]] Bytes encode(const FirmwareLog& log);

} // namespace nvme
} // namespace haoh
