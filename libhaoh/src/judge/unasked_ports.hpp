// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Ports of a subsystem that discovery logs name and that were not asked: over a transport that haoh
/// does not speak, or because only other targets were named.
#pragma once

#include "judge/discovery_index.hpp"

#include <haoh/observation.hpp>

#include <set>
#include <string>
#include <vector>

namespace haoh::judge {

struct Subsystem;

struct UnaskedPort {
    Listing listing;
    std::string text;    ///< "RDMA 10.0.0.1:4420"
    bool same_address{}; ///< as that of a port which was asked: the same machine
};

struct UnaskedPorts {
    std::vector<UnaskedPort> ports; ///< each once
    /// So many of them may have been asked under another address, as where addresses are translated on the
    /// way: as many as were asked and are not listed.
    std::size_t maybe_asked{};
    /// Nothing that was asked over TCP is listed, and at least as much else is.
    bool translated{};
};

/// What was asked for and did not answer is not among them: `Observation::unobserved` has that. Nor is any
/// where all may have been asked under another address.
/// \param told  the objects of `Observation::unobserved`
[[nodiscard]] UnaskedPorts unasked_ports(const Subsystem& subsystem, const DiscoveryIndex& index,
                                         const std::set<std::string>& told);

/// "TCP 10.0.0.1:4420", "RDMA [fd00::1]:4420", "Fibre Channel nn-0x...:pn-0x...".
[[nodiscard]] std::string port_text(const nvme::DiscoveryEntry& entry);

} // namespace haoh::judge
