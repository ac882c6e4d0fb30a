// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attribution/address_range.hpp"

#include "base/number_text.hpp"

#include <fmt/format.h>

#include <array>

namespace haoh::attribution {

namespace {

namespace ip = boost::asio::ip;

unsigned bits_of(const ip::address& address) {
    return address.is_v4() ? 32 : 128;
}

std::array<std::uint8_t, 16> bytes_of(const ip::address& address) {
    std::array<std::uint8_t, 16> out{};
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        std::copy(bytes.begin(), bytes.end(), out.begin());
    } else {
        const auto bytes = address.to_v6().to_bytes();
        std::copy(bytes.begin(), bytes.end(), out.begin());
    }
    return out;
}

bool same_prefix(const ip::address& a, const ip::address& b, unsigned bits) {
    if (a.is_v4() != b.is_v4()) {
        return false;
    }
    const auto left = bytes_of(a);
    const auto right = bytes_of(b);
    for (unsigned bit = 0; bit < bits; bit += 8) {
        const unsigned here = std::min(8U, bits - bit);
        const unsigned mask = (0xFF00U >> here) & 0xFFU;
        if (((static_cast<unsigned>(left[bit / 8]) ^ right[bit / 8]) & mask) != 0) {
            return false;
        }
    }
    return true;
}

std::optional<ip::address> address(std::string_view text) {
    boost::system::error_code error;
    const ip::address out = ip::make_address(std::string{text}, error);
    if (error) {
        return std::nullopt;
    }
    return out;
}

/// Cuts "ADDR:PORT" and "[ADDR]:PORT" in two; a bare IPv6 address has more than one colon.
bool split_port(std::string_view& text, std::string_view& port) {
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos) {
            return false;
        }
        const std::string_view rest = text.substr(close + 1);
        text = text.substr(1, close - 1);
        if (rest.empty()) {
            return true;
        }
        port = rest.substr(1);
        return rest.starts_with(':') && !port.empty();
    }
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos && colon == text.rfind(':')) {
        port = text.substr(colon + 1);
        text = text.substr(0, colon);
        return !port.empty();
    }
    return true;
}

} // namespace

bool AddressRange::contains(std::string_view traddr, std::string_view trsvcid) const {
    const auto found = address(traddr);
    if (!found || !same_prefix(network, *found, prefix)) {
        return false;
    }
    return !port || base::parse_number<std::uint16_t>(trsvcid) == port;
}

bool AddressRange::overlaps(const AddressRange& other) const {
    const bool ports = !port || !other.port || *port == *other.port;
    return ports && same_prefix(network, other.network, std::min(prefix, other.prefix));
}

std::optional<AddressRange> parse_address_range(std::string_view text, std::string& defect) {
    AddressRange out;
    std::string_view host = text;
    const std::size_t slash = text.find('/');
    std::string_view port;
    if (slash != std::string_view::npos) {
        host = text.substr(0, slash);
    } else if (!split_port(host, port)) {
        defect = fmt::format("\"{}\" is not ADDR:PORT", text);
        return std::nullopt;
    }
    const auto found = address(host);
    if (!found) {
        defect = fmt::format("\"{}\" is not an IPv4 or IPv6 address", host);
        return std::nullopt;
    }
    out.network = *found;
    out.prefix = bits_of(*found);
    if (slash != std::string_view::npos) {
        const auto prefix = base::parse_number<unsigned>(text.substr(slash + 1));
        if (!prefix || *prefix > bits_of(*found)) {
            defect = fmt::format("\"{}\" is not a prefix length from 0 to {}",
                                 text.substr(slash + 1), bits_of(*found));
            return std::nullopt;
        }
        out.prefix = *prefix;
    }
    if (!port.empty()) {
        out.port = base::parse_number<std::uint16_t>(port);
        if (!out.port || *out.port == 0) {
            defect = fmt::format("\"{}\" is not a port from 1 to 65535", port);
            return std::nullopt;
        }
    }
    return out;
}

} // namespace haoh::attribution
