// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// CRC-32C (Castagnoli), the digest of NVMe/TCP (NVMe/TCP Transport Specification section 3.3.1.1).
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/visibility.h>

namespace HAOH_PUBLIC haoh {
namespace nvme {

/// The digest of `bytes`; to continue, give the digest of what came before.
[[nodiscard]] std::uint32_t crc32c(ByteView bytes, std::uint32_t previous = 0);

} // namespace nvme
} // namespace haoh
