// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The Domain List (Identify, CNS 18h): Base 2.3 section 5.2.13.2.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/visibility.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace HAOH_PUBLIC haoh {
namespace nvme {

inline constexpr std::size_t kMaxDomainEntries = 31;

/// A domain that a controller reaches.
struct DomainEntry {
    std::uint16_t domainid{};
    std::array<std::uint8_t, 16> capacity{};    ///< in bytes, little-endian
    std::array<std::uint8_t, 16> unallocated{}; ///< likewise
    std::array<std::uint8_t, 16> max_group{};   ///< the largest endurance group that can be made

    bool operator==(const DomainEntry&) const = default;
};

/// As many entries as the list announces, and no more than it has room for. What is missing reads as zero.
[[nodiscard]] std::vector<DomainEntry> decode_domain_list(ByteView page);
/// \pre at most 31 entries
[[nodiscard]] Bytes encode_domain_list(std::span<const DomainEntry> domains);

} // namespace nvme
} // namespace haoh
