// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The ports of arrays that are asked directly: which there are to watch.
#pragma once

#include "monitor/monitor_core.hpp"
#include "monitor/source_problem.hpp"
#include "monitor/watched_port.hpp"

#include <haoh/fabric.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace haoh::monitor {

struct FoundPorts {
    std::vector<WatchedPort> ports;
    std::vector<DiscoveryObservation> logs;
    /// Of a target without any port: why.
    std::map<std::string, SourceProblem> missing;
};

/// The ports of these targets: as named, or, without an NQN, by their discovery logs.
[[nodiscard]] boost::asio::awaitable<FoundPorts> find_ports(const MonitorOptions& options,
                                                            std::vector<Address> targets);

/// Looks for ports of a target that had none, and watches what it finds.
[[nodiscard]] boost::asio::awaitable<void> watch_target(std::shared_ptr<MonitorCore> core,
                                                        Address target);

} // namespace haoh::monitor
