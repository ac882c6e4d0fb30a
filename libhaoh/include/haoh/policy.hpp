// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which path the next I/O takes. Selectors for hosts that route their own I/O, and for explaining
/// and simulating what Linux does: one concept (`PathSelector`), any of
///
/// | selector                 | chooses                                                          |
/// |--------------------------|------------------------------------------------------------------|
/// | `NumaSelector`           | as Linux, policy numa                                            |
/// | `RoundRobinSelector`     | as Linux, policy round-robin                                     |
/// | `QueueDepthSelector`     | as Linux, policy queue-depth                                     |
/// | `SpdkRoundRobinSelector` | as SPDK, round_robin with rr_min_io                              |
/// | `SiteAffinitySelector`   | the local array, others when it is loaded or gone                |
/// | `LatencySelector`        | where the I/O is expected back first                             |
/// | `WeightedSelector`       | by weights                                                       |
///
///     haoh::QueueDepthSelector selector;
///     const auto east = selector.add_path({.site = 0});
///     const auto west = selector.add_path({.site = 1});
///     if (const auto path = selector.pick({.node = node})) {
///         selector.started(*path);
///         // ... path->slot() is the caller's own number of the path ...
///         selector.completed(*path, latency);
///     }
#pragma once

#include <haoh/policy/kernel_selectors.hpp>
#include <haoh/policy/latency_selector.hpp>
#include <haoh/policy/path_table.hpp>
#include <haoh/policy/selector.hpp>
#include <haoh/policy/site_affinity_selector.hpp>
#include <haoh/policy/spdk_round_robin_selector.hpp>
#include <haoh/policy/weighted_selector.hpp>
