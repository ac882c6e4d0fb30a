// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/discovery_port.hpp"

#include "base/number_text.hpp"

#include <haoh/error.hpp>
#include <haoh/nvme/bytes.hpp>

#include <boost/asio/ip/address.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

namespace haoh::model {

Address port_address(const nvme::DiscoveryEntry& entry) {
    const auto fail = [&entry](std::string_view cause) {
        throw Error(make_error_code(Errc::malformed), "follow the discovery log entry for",
                    port_words(entry), cause, "have the array's configuration corrected");
    };
    const bool referral =
        static_cast<nvme::SubsystemType>(entry.subtype) == nvme::SubsystemType::referral;
    std::uint16_t port = referral ? kDiscoveryPort : kNvmeTcpPort;
    if (!entry.trsvcid.empty()) {
        port = base::parse_number<std::uint16_t>(entry.trsvcid).value_or(0);
        if (port == 0) {
            fail("its port (TRSVCID) is not a number from 1 to 65535");
        }
    }
    Address address;
    try {
        address = parse_address(
            to_string(Address{.traddr = entry.traddr, .trsvcid = port, .host_traddr = {}}));
    } catch (const Error& error) {
        fail(nvme::printable(error.cause()));
    }
    boost::system::error_code not_numeric;
    const auto numeric = boost::asio::ip::make_address(address.traddr, not_numeric);
    if (!not_numeric && numeric.is_unspecified()) {
        fail("the address stands for any address; no host can connect to it");
    }
    return address;
}

std::string port_words(const nvme::DiscoveryEntry& entry) {
    return fmt::format("{} port {}", nvme::printable(entry.traddr), nvme::printable(entry.trsvcid));
}

std::string port_object(const nvme::DiscoveryEntry& entry) {
    if (static_cast<nvme::TransportType>(entry.trtype) == nvme::TransportType::tcp) {
        try {
            return to_string(port_address(entry));
        } catch (const Error&) { // it makes none
        }
    }
    return port_words(entry);
}

} // namespace haoh::model
