// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// From a target's discovery log to the ports of its subsystems, over referrals.
#pragma once

#include "queue_connection.hpp"

#include <haoh/fabric.hpp>

#include <set>

namespace haoh::fabric {

/// A port of a subsystem, as a discovery log names it.
struct SubsystemPort {
    Address address;
    std::string subsysnqn;
    std::uint16_t cntlid{nvme::kDynamicController}; ///< to ask for

    auto operator<=>(const SubsystemPort&) const = default;
};

/// What the entries of one discovery log ask for.
struct DiscoveredPorts {
    std::vector<SubsystemPort> subsystems; ///< in the order of the log, each once
    std::vector<SubsystemPort> referrals;  ///< other discovery controllers
    std::vector<Unobserved> unusable;      ///< entries that cannot be followed and why, each once
};

/// Sorts the entries of a log. A subsystem that is there only over other transports is unusable;
/// one that has TCP ports, too, is asked over those.
/// \param target       the --target it came from
/// \param host_traddr  source address to connect from
[[nodiscard]] DiscoveredPorts sort_entries(const nvme::DiscoveryLog& log, const Address& target);

struct WalkOptions {
    Address target;
    ConnectOptions connect;
    unsigned max_referrals{};
    Deadline deadline;
    std::shared_ptr<Spending> spending; ///< of the target
};

struct Walk {
    std::vector<DiscoveryObservation> logs;
    std::vector<SubsystemPort> subsystems; ///< each once
    /// Each once; of entries that cannot be followed the first of them, and how many more there are.
    std::vector<Unobserved> unobserved;
};

/// Reads the target's discovery log and those that it refers to, each address once.
/// \throws Error when the target itself gives no log
[[nodiscard]] boost::asio::awaitable<Walk> walk_discovery(WalkOptions options);

/// Reads the discovery log of one address.
/// \throws Error
[[nodiscard]] boost::asio::awaitable<DiscoveryObservation>
read_discovery_log(Address address, ConnectOptions options, Deadline deadline,
                   std::shared_ptr<Spending> spending);

} // namespace haoh::fabric
