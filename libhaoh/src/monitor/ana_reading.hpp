// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The ANA log of a controller that is watched, whatever the channel.
#pragma once

#include <haoh/admin_channel.hpp>
#include <haoh/nvme/ana_log.hpp>

#include <cstddef>
#include <string>

namespace haoh::monitor {

struct AnaReading {
    nvme::AnaLog log;
    /// Why no state must be taken from the log: it was refused, or it is not whole. One clause;
    /// empty: they may be taken.
    std::string problem;
};

/// Reads the log with Retain Asynchronous Event. \throws Error of the channel
[[nodiscard]] boost::asio::awaitable<AnaReading> read_ana(AdminChannel& channel, std::size_t depth);

} // namespace haoh::monitor
