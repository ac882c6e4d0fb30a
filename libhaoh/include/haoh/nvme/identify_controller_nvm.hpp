// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Identify Controller of the NVM command set (CNS 06h, CSI 00h), NVM Command Set Specification 1.1
/// section 4.1.5.2: limits of commands that MDTS does not bound.
#pragma once

#include <haoh/nvme/identify_controller.hpp>
#include <haoh/visibility.h>

namespace HAOH_PUBLIC haoh {
namespace nvme {

/// Field names are the specification's abbreviations; 0 = no limit is given. Sizes as powers of two are
/// in units of CAP.MPSMIN, as MDTS.
struct IdentifyControllerNvm {
    std::uint8_t vsl{};     ///< 0, Verify, power of two
    std::uint8_t wzsl{};    ///< 1, Write Zeroes, power of two
    std::uint8_t wusl{};    ///< 2, Write Uncorrectable, power of two
    std::uint8_t dmrl{};    ///< 3, ranges of one Dataset Management command
    std::uint32_t dmrsl{};  ///< 7:4, logical blocks of one such range
    std::uint64_t dmsl{};   ///< 15:8, logical blocks of all ranges of one command
    std::uint8_t kpiocap{}; ///< 16, key per I/O (1.1)
    std::uint8_t wzdsl{};   ///< 17, Write Zeroes with deallocation, power of two (1.1)
    std::uint16_t aocs{};   ///< 19:18, admin commands of the command set (1.1)
    std::uint32_t ver{};    ///< 23:20, version of the NVM command set (1.1)
};

/// Decodes a page of any length; what is missing reads as zero.
[[nodiscard]] IdentifyControllerNvm decode_identify_controller_nvm(ByteView page);
/// The page of 4,096 bytes.
[[nodiscard]] Bytes encode(const IdentifyControllerNvm& value);
/// Ascending by offset.
[[nodiscard]] std::span<const FieldRange> identify_controller_nvm_fields();

} // namespace nvme
} // namespace haoh
