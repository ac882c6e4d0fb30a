// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A set of transport addresses as `[[site]]` writes it.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace haoh::attribution {

/// "10.1.0.0/16", "fd00:1::/64", "192.0.2.7", "192.0.2.7:4421", "[fd00::1]:4420".
struct AddressRange {
    boost::asio::ip::address network;
    unsigned prefix{};                 ///< bits
    std::optional<std::uint16_t> port; ///< nullopt = any

    /// \param traddr  an address; a host name is in no range
    [[nodiscard]] bool contains(std::string_view traddr, std::string_view trsvcid) const;
    [[nodiscard]] bool overlaps(const AddressRange& other) const;
};

/// The range, or why the text is none (a clause) in `defect`.
[[nodiscard]] std::optional<AddressRange> parse_address_range(std::string_view text,
                                                              std::string& defect);

} // namespace haoh::attribution
