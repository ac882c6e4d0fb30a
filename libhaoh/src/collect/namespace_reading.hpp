// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The namespaces of a controller: which there are, and what it says of each. All of them when a
/// controller is read, and some of them when what is known of one is looked after.
#pragma once

#include "model/observed_pages.hpp"
#include "page_reader.hpp"

#include <haoh/collector.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace haoh {

/// Which of a namespace's pages this controller can be asked for. Linux asks by the same signs
/// (drivers/nvme/host/core.c, nvme_scan_ns): an older controller may treat an unknown CNS as a fault.
[[nodiscard]] std::vector<model::PathPage> namespace_reads(const ControllerObservation& controller);

/// The active namespace list, with what is wrong with it.
[[nodiscard]] boost::asio::awaitable<void> read_active_namespaces(PageReader& reader,
                                                                  ControllerObservation& out);

/// These pages of namespaces whose NSIDs are set.
[[nodiscard]] boost::asio::awaitable<void> read_pages(PageReader& reader,
                                                      std::vector<model::PathPage> reads,
                                                      std::span<NamespaceObservation> namespaces);

/// What a controller says of these namespaces now. What fails is a Page, never an exception.
[[nodiscard]] boost::asio::awaitable<std::vector<NamespaceObservation>>
collect_namespaces(AdminChannel& channel, std::vector<model::PathPage> reads,
                   std::vector<std::uint32_t> nsids, CollectOptions options);

/// Identify Controller and the active namespace list, and nothing else of a controller.
[[nodiscard]] boost::asio::awaitable<ControllerObservation> collect_outline(AdminChannel& channel,
                                                                            CollectOptions options);

} // namespace haoh
