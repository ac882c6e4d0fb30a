// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Whether an array says something else than it did, although it told of no change.
#pragma once

#include "monitor/monitor_core.hpp"
#include "monitor/round.hpp"

#include <haoh/admin_channel.hpp>
#include <haoh/collector.hpp>
#include <haoh/observation.hpp>

#include <boost/asio/awaitable.hpp>

#include <string>

namespace haoh::monitor {

/// Of one namespace. What moves without anybody's doing (NUSE, NVMCAP, how far a format has come) and
/// what is vendor specific is no change, and what was not answered says nothing.
[[nodiscard]] bool says_otherwise(const NamespaceObservation& before,
                                  const NamespaceObservation& now);

/// Of a controller, in what `check` compares of its Identify page, and which namespaces are active.
[[nodiscard]] bool says_otherwise(const ControllerObservation& before,
                                  const ControllerObservation& now);

/// Reads a portion of a controller that is asked directly. \return what of it is not as it is known
[[nodiscard]] boost::asio::awaitable<Round::Portion>
changed_of(MonitorCore& core, std::string controller, AdminChannel& channel, Round::Portion portion,
           CollectOptions options);

} // namespace haoh::monitor
