// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/firmware_log.hpp>

namespace haoh::nvme {

namespace {

constexpr std::size_t kRevisions = 8; ///< offset of the first slot
constexpr std::size_t kRevisionSize = 8;

} // namespace

FirmwareLog decode_firmware_log(ByteView log) {
    FirmwareLog out;
    out.afi = load_le<std::uint8_t>(log, 0);
    for (std::size_t slot = 0; slot < kFirmwareSlots; ++slot) {
        out.frs[slot] = load_array<kRevisionSize>(log, kRevisions + slot * kRevisionSize);
    }
    return out;
}

Bytes encode(const FirmwareLog& log) {
    Bytes out(kFirmwareLogSize);
    out[0] = log.afi;
    for (std::size_t slot = 0; slot < kFirmwareSlots; ++slot) {
        std::copy(log.frs[slot].begin(), log.frs[slot].end(),
                  out.begin() + static_cast<std::ptrdiff_t>(kRevisions + slot * kRevisionSize));
    }
    return out;
}

} // namespace haoh::nvme
