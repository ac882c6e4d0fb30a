// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The policy of each subsystem of a kernel, where its I/O goes now, and what each path carried. Pure.
#pragma once

#include <haoh/io_policy.hpp>
#include <haoh/kernel.hpp>
#include <haoh/numa.hpp>
#include <haoh/path_choice.hpp>
#include <haoh/path_statistics.hpp>
#include <haoh/visibility.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// What one path carried between two readings.
struct PathShare {
    std::string path;
    bool known{};             ///< false: not in both readings, or its counters began anew
    std::uint64_t requests{}; ///< completed: reads, writes, discards
    std::uint64_t read_bytes{};
    std::uint64_t write_bytes{};
    double share{}; ///< of all requests of these paths, 0 to 1; 0 when there were none

    bool operator==(const PathShare&) const = default;
};

/// \param before,after  readings of the same subsystems
/// \param paths         those that share, e.g. of one device; the result is in their order
[[nodiscard]] std::vector<PathShare> path_shares(const StatisticsReading& before,
                                                 const StatisticsReading& after,
                                                 std::span<const std::string> paths);

/// A subsystem's policy and where its I/O goes.
struct SubsystemPolicy {
    std::string subsystem;
    std::string subsysnqn;
    ShownPolicy policy;              ///< empty: none, or not readable
    std::vector<PathChoice> devices; ///< without losses and notes
    std::vector<PathShare> shares;   ///< of all paths of the subsystem; empty: not measured

    bool operator==(const SubsystemPolicy&) const = default;
};

/// The policies of one kernel.
struct PolicyOverview {
    std::string host;
    std::string release;
    std::optional<bool> multipath;        ///< nvme_core.multipath; nullopt: not there
    ShownPolicy default_policy;           ///< of subsystems that appear later; empty: not readable
    std::vector<std::string> udev;        ///< files of rules that set a policy
    std::chrono::milliseconds measured{}; ///< between the two readings; 0: none
    std::vector<SubsystemPolicy> subsystems;

    bool operator==(const PolicyOverview&) const = default;
};

/// \param interval  nullopt: shares are not told
[[nodiscard]] PolicyOverview policy_overview(const KernelObservation& kernel,
                                             const NumaTopology& numa,
                                             const Attributions& attributions,
                                             const std::optional<StatisticsInterval>& interval);

/// Whether the policy of each subsystem could be read, and all else of this view.
[[nodiscard]] bool policies_known(const KernelObservation& kernel);

} // namespace haoh
