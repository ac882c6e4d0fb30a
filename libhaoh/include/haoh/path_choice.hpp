// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which path the next I/O to a device takes on Linux, and why no other. Pure functions on what sysfs
/// shows, by the kernel's own steps (drivers/nvme/host/multipath.c, nvme_find_path and
/// nvme_available_path).
#pragma once

#include <haoh/check.hpp>
#include <haoh/io_policy.hpp>
#include <haoh/kernel.hpp>
#include <haoh/numa.hpp>
#include <haoh/path_use.hpp>
#include <haoh/visibility.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// A path of a device, with what decides about it.
struct ExplainedPath {
    std::string path;             ///< "nvme0c1n1"
    std::string controller;       ///< "nvme1"
    std::string array;            ///< that it leads to; empty when unknown
    std::string controller_state; ///< "live"; empty when not readable
    std::string ana_state;        ///< as sysfs has it; empty without ANA: it counts as optimized
    std::optional<unsigned> numa_node;               ///< of the controller; nullopt: near no node
    std::optional<std::uint64_t> queue_depth;        ///< commands in flight on the controller
    std::optional<std::vector<unsigned>> numa_nodes; ///< whose I/O goes here; from Linux 6.15 on
    PathUse use;

    bool operator==(const ExplainedPath&) const = default;
};

/// How well a choice is known.
enum class Certainty : std::uint8_t {
    known,   ///< the kernel shows it, or there is only one way
    likely,  ///< rests on the order in which paths arrived, taken to be that of the controllers'
             ///< instances because sysfs does not show it; or on what is in flight at the moment
    rotates, ///< round-robin: by turns, and sysfs does not show whose turn it is
};
/// "known", "likely", "rotates".
[[nodiscard]] std::string_view to_string(Certainty value);

/// What becomes of the next I/O.
enum class NextIo : std::uint8_t {
    sent,   ///< down a path
    queued, ///< held in the kernel until a path is usable
    failed, ///< ends with an error (EIO)
};
/// "sent", "queued", "failed".
[[nodiscard]] std::string_view to_string(NextIo value);

/// Why a path does not get the next I/O.
struct PathNotTaken {
    std::string path;
    std::string why; ///< one clause: "ANA inaccessible", "it arrived after nvme0c0n1"

    bool operator==(const PathNotTaken&) const = default;
};

/// The next I/O that a CPU of one NUMA node submits.
struct NodeChoice {
    unsigned node{};
    NextIo next{};
    /// One path; under round-robin those that take turns, under a policy that is not known here
    /// those that it can choose from. Empty unless `sent`.
    std::vector<std::string> takes;
    Certainty certainty{};
    std::string why; ///< one sentence
    std::vector<PathNotTaken> others;

    bool operator==(const NodeChoice&) const = default;
};

/// What changes when a path, or an array with all its paths, stops to answer.
struct LossOutcome {
    bool array{};                   ///< false: a path
    std::string name;               ///< "nvme0c1n1", "array-a"
    std::vector<std::string> paths; ///< that are lost
    std::vector<NodeChoice> nodes;  ///< without `others`
    bool changes{};                 ///< some node's I/O goes elsewhere, or nowhere

    bool operator==(const LossOutcome&) const = default;
};

/// A device explained.
struct PathChoice {
    std::string host;
    std::string release;
    std::string subsystem; ///< "nvme-subsys0"
    std::string subsysnqn;
    std::string device;                ///< "nvme0n1"
    std::optional<std::uint32_t> nsid; ///< nullopt: not readable
    ShownPolicy policy; ///< of the subsystem; empty: there is none, or it cannot be read
    bool multipath{};   ///< false: the device is its own and only path
    std::vector<ExplainedPath> paths; ///< in the order of the observation: by controller instance
    std::vector<NodeChoice> nodes;    ///< ascending
    std::vector<LossOutcome> losses;  ///< arrays, where at least two are known, then paths
    std::vector<std::string> notes;   ///< what cannot be seen from here, one sentence each

    bool operator==(const PathChoice&) const = default;
};

/// Which path the next I/O to a device takes, from each NUMA node, and why no other.
/// \param numa   of the machine; without nodes it is one node, 0
/// \param attributions  may be empty: then no loss of an array is told
[[nodiscard]] PathChoice explain(const KernelObservation& kernel, const KernelSubsystem& subsystem,
                                 const KernelNamespace& head, const NumaTopology& numa,
                                 const Attributions& attributions);

/// `explain` without losses and notes.
[[nodiscard]] PathChoice current_choice(const KernelObservation& kernel,
                                        const KernelSubsystem& subsystem,
                                        const KernelNamespace& head, const NumaTopology& numa,
                                        const Attributions& attributions);

/// Whether each node's next I/O is sent: not queued, and not failed.
[[nodiscard]] bool all_sent(const PathChoice& choice);
/// Whether the policy that chooses could be read, where there is one.
[[nodiscard]] bool policy_known(const PathChoice& choice);

/// A device in an observation, which must outlive it.
struct FoundDevice {
    const KernelSubsystem* subsystem{};
    const KernelNamespace* head{};
};
/// \param name  "nvme0n1", also below /dev
/// \throws Error (not_found)
[[nodiscard]] FoundDevice find_device(const KernelObservation& kernel, std::string_view name);
/// Whether all was read that decides whether the next I/O of a device has a path.
[[nodiscard]] bool paths_known(const KernelObservation& kernel, const FoundDevice& device);

} // namespace haoh
