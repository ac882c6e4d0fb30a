// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Where an array's port is: the address of a target.
#pragma once

#include <haoh/visibility.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {

inline constexpr std::uint16_t kNvmeTcpPort = 4420;   ///< I/O controllers (IANA)
inline constexpr std::uint16_t kDiscoveryPort = 8009; ///< discovery controllers (IANA)

/// An NVMe/TCP transport address. `traddr` is an IPv4 or IPv6 address without brackets, or a host
/// name.
struct Address {
    std::string traddr;
    std::uint16_t trsvcid{kNvmeTcpPort};
    std::string host_traddr; ///< source address to bind to; empty = the system chooses

    bool operator==(const Address&) const = default;
    auto operator<=>(const Address&) const = default;
};

/// Reads `tcp://ADDR[:PORT]` (IPv6 in brackets) or the kernel's
/// `transport=tcp,traddr=ADDR[,trsvcid=PORT]
/// [,host_traddr=ADDR]`.
/// \throws Error (invalid_argument) that quotes the text and says what is wrong with it
[[nodiscard]] Address parse_address(std::string_view text);

/// `tcp://ADDR:PORT`, with brackets around IPv6: the same text that `parse_address` reads.
[[nodiscard]] std::string to_string(const Address& address);

} // namespace haoh
