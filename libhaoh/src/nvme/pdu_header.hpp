// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What reader and writer of NVMe/TCP PDUs both know of headers.
#pragma once

#include <haoh/nvme/pdu.hpp>

namespace haoh::nvme::detail {

inline constexpr std::size_t kIcHeader = 128;
inline constexpr std::size_t kShortHeader =
    24; ///< termination requests, CapsuleResp, data PDUs, R2T
inline constexpr std::size_t kCapsuleCmdHeader = kCommonHeaderSize + kSqeSize;

// Offsets of fields, also the fatal error information of what is wrong with them.
inline constexpr std::uint32_t kTypeOffset = 0;
inline constexpr std::uint32_t kFlagsOffset = 1;
inline constexpr std::uint32_t kHlenOffset = 2;
inline constexpr std::uint32_t kPdoOffset = 3;
inline constexpr std::uint32_t kPlenOffset = 4;
inline constexpr std::uint32_t kPdaOffset = 10;   ///< HPDA, CPDA
inline constexpr std::uint32_t kDatalOffset = 16; ///< data PDUs

inline constexpr std::uint8_t kMaxDataAlignment = 31; ///< HPDA, CPDA, 0's based dwords

/// HLEN of a type; 0 for types that are not defined.
constexpr std::size_t header_length(PduType type) {
    switch (type) {
    case PduType::ic_req:
    case PduType::ic_resp:
        return kIcHeader;
    case PduType::capsule_cmd:
        return kCapsuleCmdHeader;
    case PduType::h2c_term_req:
    case PduType::c2h_term_req:
    case PduType::capsule_resp:
    case PduType::h2c_data:
    case PduType::c2h_data:
    case PduType::r2t:
        return kShortHeader;
    }
    return 0;
}

constexpr bool goes_to_host(PduType type) {
    return type == PduType::ic_resp || type == PduType::c2h_term_req ||
           type == PduType::capsule_resp || type == PduType::c2h_data || type == PduType::r2t;
}

/// Connection set-up and termination travel without digests.
constexpr bool may_have_digests(PduType type) {
    return type != PduType::ic_req && type != PduType::ic_resp && type != PduType::h2c_term_req &&
           type != PduType::c2h_term_req;
}

/// PDUs with a DATA field at PDO.
constexpr bool may_have_data(PduType type) {
    return type == PduType::capsule_cmd || type == PduType::h2c_data || type == PduType::c2h_data;
}

constexpr bool is_term_req(PduType type) {
    return type == PduType::h2c_term_req || type == PduType::c2h_term_req;
}

} // namespace haoh::nvme::detail
