// SPDX-License-Identifier: LGPL-2.1-or-later
#include "judge/unasked_ports.hpp"

#include "judge/subject.hpp"

#include <boost/asio/ip/address.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace haoh::judge {

namespace {

/// An address as everybody writes it, so that two spellings of one are one.
std::string plain_address(const std::string& traddr) {
    boost::system::error_code error;
    const auto numeric = boost::asio::ip::make_address(traddr, error);
    return error ? traddr : numeric.to_string();
}

using Endpoint = std::pair<std::string, std::string>;

Endpoint endpoint_of(const nvme::DiscoveryEntry& entry) {
    return {plain_address(entry.traddr), entry.trsvcid.empty() ? "4420" : entry.trsvcid};
}

bool over_tcp(const nvme::DiscoveryEntry& entry) {
    return static_cast<nvme::TransportType>(entry.trtype) == nvme::TransportType::tcp;
}

/// The words in which a failure may name a port.
std::vector<std::string> names_of(const nvme::DiscoveryEntry& entry) {
    const auto [address, service] = endpoint_of(entry);
    const bool v6 = address.find(':') != std::string::npos;
    return {fmt::format("tcp://{}{}{}:{}", v6 ? "[" : "", address, v6 ? "]" : "", service),
            fmt::format("{} port {}", entry.traddr, entry.trsvcid)};
}

} // namespace

std::string port_text(const nvme::DiscoveryEntry& entry) {
    const auto transport = static_cast<nvme::TransportType>(entry.trtype);
    const bool fc = transport == nvme::TransportType::fibre_channel;
    const std::string address = fc ? entry.traddr : plain_address(entry.traddr);
    const bool v6 = !fc && address.find(':') != std::string::npos;
    const bool service = !entry.trsvcid.empty() && entry.trsvcid != "none";
    return fmt::format("{} {}{}{}{}", to_string(transport), v6 ? "[" : "", address, v6 ? "]" : "",
                       service ? ":" + entry.trsvcid : std::string());
}

std::vector<UnaskedPort> unasked_ports(const Subsystem& subsystem, const DiscoveryIndex& index,
                                       const std::set<std::string>& told) {
    const std::vector<Listing>& listings = index.of(subsystem.nqn);
    if (listings.empty()) {
        return {};
    }
    std::set<Endpoint> asked;
    std::set<std::string> addresses;
    for (const Controller* controller : subsystem.controllers) {
        if (controller->observed->known_transport() == Transport::tcp) {
            const std::string address = plain_address(controller->observed->traddr);
            asked.emplace(address, controller->observed->trsvcid);
            addresses.insert(address);
        }
    }
    std::set<Endpoint> not_listed = asked;
    std::vector<UnaskedPort> out;
    std::set<std::tuple<std::uint8_t, std::string, std::string>> seen;
    std::size_t over_tcp_too = 0;
    for (const Listing& listing : listings) {
        const nvme::DiscoveryEntry& entry = *listing.entry;
        if (static_cast<nvme::SubsystemType>(entry.subtype) != nvme::SubsystemType::nvm) {
            continue;
        }
        const Endpoint endpoint = endpoint_of(entry);
        if (over_tcp(entry) && asked.contains(endpoint)) {
            not_listed.erase(endpoint);
            continue;
        }
        const std::vector<std::string> names = names_of(entry);
        const bool known =
            std::any_of(names.begin(), names.end(),
                        [&told](const std::string& name) { return told.contains(name); });
        if (known || !seen.emplace(entry.trtype, endpoint.first, endpoint.second).second) {
            continue;
        }
        over_tcp_too += over_tcp(entry) ? 1U : 0U;
        out.push_back({.listing = listing,
                       .text = port_text(entry),
                       .same_address = addresses.contains(endpoint.first)});
    }
    if (over_tcp_too <= not_listed.size()) {
        std::erase_if(out, [](const UnaskedPort& port) { return over_tcp(*port.listing.entry); });
    }
    return out;
}

} // namespace haoh::judge
