// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The ANA log of a controller that is watched, whatever the channel.
#pragma once

#include "monitor/source_problem.hpp"

#include <haoh/admin_channel.hpp>
#include <haoh/budget.hpp>
#include <haoh/nvme/ana_log.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace haoh::monitor {

struct AnaReading {
    nvme::AnaLog log;
    std::vector<std::uint8_t> bytes; ///< of which it was decoded
    /// Why no state must be taken from the log: it was refused, or it is not whole. Empty: they may
    /// be taken.
    SourceProblem problem;
};

/// Reads the log with Retain Asynchronous Event, as far as there is room and time for it.
/// \throws Error of the channel, and when time is over
[[nodiscard]] boost::asio::awaitable<AnaReading>
read_ana(AdminChannel& channel, std::size_t depth, std::shared_ptr<Spending> spending,
         std::chrono::steady_clock::time_point deadline);

} // namespace haoh::monitor
