// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The collector: reads a controller the same way whatever the channel, in a way that no torn
/// reading can look like a defect (ANA log before and after, read again when its change count
/// moved).
#pragma once

#include <haoh/admin_channel.hpp>
#include <haoh/budget.hpp>
#include <haoh/observation.hpp>
#include <haoh/visibility.h>

#include <chrono>
#include <functional>
#include <memory>

namespace HAOH_PUBLIC haoh {

/// How a controller is read, and how much of it at most.
struct CollectOptions {
    unsigned attempts{3}; ///< readings of a controller before its ANA data count as unstable
    std::size_t depth{0}; ///< commands in flight; 0 = the channel's depth
    std::uint32_t max_namespaces{65536};     ///< bound on active namespaces of one controller
    std::uint32_t max_log_bytes{16U << 20U}; ///< bound on one log page
    /// No command is started after this moment; what is missing then is unread, what was read is kept.
    std::chrono::steady_clock::time_point deadline{std::chrono::steady_clock::time_point::max()};
    /// From which all that is kept is taken, shared by all that is read of one target. What there is
    /// no room for is unread (`Page::over_budget`); a list of namespaces is read as a whole or not
    /// at all. Null: a budget of its own, as it is by default.
    std::shared_ptr<Spending> spending;
    /// Called between reads with the namespaces read so far and their number; may be empty.
    std::function<void(std::size_t done, std::size_t total)> progress;
};

/// Fills everything of a ControllerObservation that admin commands tell; name, address and
/// connection are the caller's. A command that fails becomes a Page or a line of `unread`, never an
/// exception; when the channel itself dies, the rest is marked unread and what was read is kept.
[[nodiscard]] boost::asio::awaitable<ControllerObservation>
collect_controller(AdminChannel& channel, CollectOptions options);

/// A whole discovery log, GENCTR the same before and after; `stable` is false when that never
/// happened. \throws Error when it cannot be read at all
[[nodiscard]] boost::asio::awaitable<DiscoveryObservation>
collect_discovery_log(AdminChannel& channel, CollectOptions options);

/// Reads a log page of `length` bytes in parts, each with Retain Asynchronous Event set.
/// \param part  bytes a command, a multiple of 4
/// \throws Error (command_failed) with the status when the controller refuses
[[nodiscard]] boost::asio::awaitable<nvme::Bytes>
read_log(AdminChannel& channel, std::uint8_t lid, std::uint64_t length, std::uint32_t part);

} // namespace haoh
