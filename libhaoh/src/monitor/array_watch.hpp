// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Arrays asked directly: a controller of our own on each port, its asynchronous events, and what
/// its logs say then.
#pragma once

#include "monitor/monitor_core.hpp"
#include "monitor/watched_port.hpp"

#include <memory>

namespace haoh::monitor {

/// Watches a port until it is canceled: connects, and again after each loss.
[[nodiscard]] boost::asio::awaitable<void> watch_port(std::shared_ptr<MonitorCore> core,
                                                      WatchedPort port);

/// Tells when the process did not run for a time, until it is canceled.
[[nodiscard]] boost::asio::awaitable<void> watch_presence(std::shared_ptr<MonitorCore> core);

/// Tells what only time tells (Fusion::pass_time), until it is canceled.
[[nodiscard]] boost::asio::awaitable<void> watch_time(std::shared_ptr<MonitorCore> core);

} // namespace haoh::monitor
