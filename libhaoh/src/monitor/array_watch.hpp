// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Arrays asked directly: a controller of our own on each port, its asynchronous events, and what
/// its logs say then.
#pragma once

#include "monitor/monitor_core.hpp"

#include <haoh/fabric.hpp>

#include <memory>
#include <string>

namespace haoh::monitor {

/// A port of an array and a subsystem behind it.
struct WatchedPort {
    Address address;
    std::string subsysnqn;
    std::string target; ///< the address that the caller named
    std::string name;   ///< of the controller in events: stays through reconnects
};

/// The ports of the targets: as named, or, without an NQN, by their discovery logs.
/// \throws Error (not_found) when no target has any
[[nodiscard]] boost::asio::awaitable<std::vector<WatchedPort>>
find_ports(const MonitorOptions& options);

/// Watches a port until it is canceled: connects, and again after each loss.
[[nodiscard]] boost::asio::awaitable<void> watch_port(std::shared_ptr<MonitorCore> core,
                                                      WatchedPort port);

/// Tells what only time tells (Fusion::pass_time), until it is canceled.
[[nodiscard]] boost::asio::awaitable<void> watch_time(std::shared_ptr<MonitorCore> core);

} // namespace haoh::monitor
