// SPDX-License-Identifier: LGPL-2.1-or-later
#include "judge/unasked_ports.hpp"

#include "base/address_text.hpp"
#include "judge/subject.hpp"
#include "model/discovery_port.hpp"

#include <fmt/format.h>

#include <set>
#include <tuple>
#include <utility>

namespace haoh::judge {

namespace {

using Endpoint = std::pair<std::string, std::string>;

Endpoint endpoint_of(const nvme::DiscoveryEntry& entry) {
    return {base::plain_address(entry.traddr), entry.trsvcid.empty() ? "4420" : entry.trsvcid};
}

bool over_tcp(const nvme::DiscoveryEntry& entry) {
    return static_cast<nvme::TransportType>(entry.trtype) == nvme::TransportType::tcp;
}

} // namespace

std::string port_text(const nvme::DiscoveryEntry& entry) {
    const auto transport = static_cast<nvme::TransportType>(entry.trtype);
    const bool fc = transport == nvme::TransportType::fibre_channel;
    const std::string address =
        fc ? entry.traddr : base::bracketed(base::plain_address(entry.traddr));
    const bool service = !entry.trsvcid.empty() && entry.trsvcid != "none";
    return fmt::format("{} {}{}", to_string(transport), address,
                       service ? ":" + entry.trsvcid : std::string());
}

UnaskedPorts unasked_ports(const Subsystem& subsystem, const DiscoveryIndex& index,
                           const std::set<std::string>& told) {
    const std::vector<Listing>& listings = index.of(subsystem.nqn);
    if (listings.empty()) {
        return {};
    }
    std::set<Endpoint> asked;
    std::set<std::string> addresses;
    for (const Controller* controller : subsystem.controllers) {
        if (controller->observed->known_transport() == Transport::tcp) {
            const std::string address = base::plain_address(controller->observed->traddr);
            asked.emplace(address, controller->observed->trsvcid);
            addresses.insert(address);
        }
    }
    std::set<Endpoint> not_listed = asked;
    UnaskedPorts out;
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
        if (told.contains(model::port_object(entry)) ||
            !seen.emplace(entry.trtype, endpoint.first, endpoint.second).second) {
            continue;
        }
        over_tcp_too += over_tcp(entry) ? 1U : 0U;
        out.ports.push_back({.listing = listing,
                             .text = port_text(entry),
                             .same_address = addresses.contains(endpoint.first)});
    }
    out.translated = !asked.empty() && not_listed == asked && over_tcp_too >= asked.size();
    out.maybe_asked = not_listed.size();
    if (over_tcp_too <= not_listed.size()) {
        std::erase_if(out.ports,
                      [](const UnaskedPort& port) { return over_tcp(*port.listing.entry); });
        out.maybe_asked = 0;
    }
    return out;
}

} // namespace haoh::judge
