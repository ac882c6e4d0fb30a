// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The Supported Log Pages log (LID 00h), Base 2.3 section 5.2.12.1.1: 256 dwords, bit 0 of each =
/// LSUPP.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/visibility.h>

namespace HAOH_PUBLIC haoh {
namespace nvme {

inline constexpr std::size_t kSupportedLogsSize = 1024;

/// The Supported Log Pages log page (00h), by log identifier.
struct SupportedLogs {
    std::array<std::uint32_t, 256> lids{};
    [[nodiscard]] bool supports(std::uint8_t lid) const { return (lids[lid] & 1U) != 0; }
};

[[nodiscard]] SupportedLogs decode_supported_logs(ByteView log);
[[nodiscard]] Bytes encode(const SupportedLogs& logs);

} // namespace nvme
} // namespace haoh
