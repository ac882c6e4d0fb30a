// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The one seam for all I/O to a controller: run this admin command, give me the bytes.
#pragma once

#include <haoh/nvme/command.hpp>
#include <haoh/observing.hpp>
#include <haoh/visibility.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>

namespace HAOH_PUBLIC haoh {

/// A way to a controller's admin queue. Implementations: NVMe/TCP (haoh/fabric.hpp), replay from a
/// snapshot, and the kernel's device. Not thread-safe: used from its executor's strand; any number
/// of commands may be in flight.
class AdminChannel {
  public:
    AdminChannel() = default;
    AdminChannel(const AdminChannel&) = delete;
    AdminChannel& operator=(const AdminChannel&) = delete;
    virtual ~AdminChannel() = default;

    /// Runs one command. Waits for a free queue entry first. The awaiting coroutine's cancellation
    /// (terminal) abandons the command. \return the completion, whatever its status, and what came of
    /// the data, which may be less than was asked for \throws Error when no completion came: timed
    /// out, connection lost, protocol broken
    [[nodiscard]] virtual boost::asio::awaitable<nvme::AdminResult>
    submit(nvme::AdminCommand command) = 0;

    /// How many commands are worth having in flight at once (at least 1).
    [[nodiscard]] virtual std::size_t depth() const = 0;

    /// The controller in words for messages: "tcp://10.0.0.1:4420 controller 12", "nvme3".
    [[nodiscard]] virtual const std::string& name() const = 0;

    [[nodiscard]] virtual boost::asio::any_io_executor executor() = 0;
};

} // namespace haoh
