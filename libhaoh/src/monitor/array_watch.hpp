// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Arrays asked directly: a controller of our own on each port, its asynchronous events, and what
/// its logs say then.
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

/// Watches a port until it is canceled: connects, and again after each loss.
[[nodiscard]] boost::asio::awaitable<void> watch_port(std::shared_ptr<MonitorCore> core,
                                                      WatchedPort port);

/// Tells when the process did not run for a time, until it is canceled.
[[nodiscard]] boost::asio::awaitable<void> watch_presence(std::shared_ptr<MonitorCore> core);

/// Tells what only time tells (Fusion::pass_time), until it is canceled.
[[nodiscard]] boost::asio::awaitable<void> watch_time(std::shared_ptr<MonitorCore> core);

} // namespace haoh::monitor
