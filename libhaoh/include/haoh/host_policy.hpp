// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The I/O policy of this machine: setting it, and the measurements by which to choose one.
#pragma once

#include <haoh/kernel.hpp>
#include <haoh/numa.hpp>
#include <haoh/path_statistics.hpp>
#include <haoh/visibility.h>

#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace HAOH_PUBLIC haoh {

/// The online NUMA nodes below `sysroot`, from sys/devices/system/node; node 0 alone where the
/// kernel has no NUMA, or the tree no nodes.
/// \throws Error when there is no such tree
[[nodiscard]] NumaTopology read_numa(const std::string& sysroot = "/");

/// Reads the file `stat` of each path of these subsystems, one after another. Nothing is sent to a
/// controller. Paths that went away since they were observed have no statistics.
/// \throws Error when there is no such tree
[[nodiscard]] StatisticsReading read_path_statistics(std::span<const KernelSubsystem> subsystems,
                                                     const std::string& sysroot = "/");

/// Reads, waits in this thread, and reads again. \return nullopt when the time is 0
/// \throws Error when there is no such tree
[[nodiscard]] std::optional<StatisticsInterval>
measure_path_statistics(std::span<const KernelSubsystem> subsystems, std::chrono::milliseconds time,
                        const std::string& sysroot = "/");

/// What to set.
struct PolicySetting {
    std::string policy; ///< a word of the kernel's, see haoh/kernel_policy.hpp
    /// An NQN, nvme-subsysN, or nvmeN or nvmeNnM of it. Empty: the default, which subsystems that
    /// appear later take; those that are there keep theirs.
    std::string subsystem;
    std::string sysroot{"/"};
};

/// What was set, and where.
struct PolicyChange {
    std::string subsystem; ///< "nvme-subsys0"; empty: the default
    std::string subsysnqn;
    std::string file; ///< that was written
    std::string before;
    std::string after; ///< read back

    bool operator==(const PolicyChange&) const = default;
};

/// Writes the policy and reads it back. From Linux 6.11 on the kernel forgets which path each NUMA
/// node used; before, it keeps them (nvme_subsys_iopolicy_update). Needs root. The caller checks
/// first that the word is a policy (`require_policy`): the module parameter of releases before 7.0
/// takes any text that begins with a policy's name. Whether it has the policy, the kernel says.
/// \throws Error: not_found (no such subsystem, also when it vanishes in between), unsupported (no
///         native multipath), invalid_argument (the kernel answered EINVAL), unexpected (it took the
///         policy and shows another one), and what the file system says (EROFS, EACCES)
PolicyChange set_io_policy(const PolicySetting& setting);

} // namespace haoh
