// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What this machine's kernel, or a recorded tree, shows of NVMe, and how a host is looked at.
#pragma once

#include <haoh/budget.hpp>
#include <haoh/kernel.hpp>
#include <haoh/observing.hpp>
#include <haoh/visibility.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// How much a scan reads of each namespace and path.
enum class KernelDetail {
    /// What is where and whether it can be used: NSID, IDs and size of a namespace, ANA state and
    /// size of a path (haoh/path_use.hpp). Takes about a third of the time.
    topology,
    full, ///< every attribute of haoh/kernel.hpp
};

/// Which host, what of it, and how long it may take.
struct HostOptions {
    /// The root of the tree with sys/class/nvme-subsystem: "/" is this machine, anything else a
    /// recorded tree, whose links never lead out of it and whose controllers are never asked.
    std::string sysroot{"/"};
    /// Only these subsystems, each by its NQN, by nvme-subsysN, or by nvmeN or nvmeNnM of it (also
    /// with /dev/ before). Empty: all.
    std::vector<std::string> names;
    bool ask_controllers{true}; ///< send admin commands to /dev/nvmeN; needs CAP_SYS_ADMIN
    KernelDetail detail{KernelDetail::full};
    /// Threads that read attributes of a large tree at the same time, the caller's among them; 0 = a
    /// few, as many as there are processors.
    std::size_t scan_threads{0};
    bool read_log{true}; ///< the kernel's log, /dev/kmsg; this machine only
    bool ask_udev{true}; ///< names below /dev/disk/by-id; this machine only
    /// How long to wait for one controller as a whole, and for one command. The kernel goes on with
    /// a command that is no longer waited for: a shorter timeout of its own would make it reset the
    /// controller.
    std::chrono::milliseconds timeout{kObserveTimeout};
    std::chrono::milliseconds command_timeout{kCommandTimeout};
    Budget budget{};          ///< of the controllers of one subsystem in all
    std::size_t depth{2};     ///< commands in flight to one controller: a thread for each
    ObserveProgress progress; ///< of controllers ("nvme3"); may be empty
};

/// The kernel's view: no admin command is sent, nothing waits for a controller. Objects that vanish
/// while they are read are left out; broken ones are there with the attributes that could be read.
/// \throws Error when there is no such tree, or a name of `names` is nowhere in it (not_found)
[[nodiscard]] KernelObservation read_kernel(const HostOptions& options);

/// The release of this machine's kernel, as `uname -r` prints it, or of a recorded tree's; empty when
/// it does not say.
/// \throws Error when there is no such tree
[[nodiscard]] std::string running_kernel(const std::string& sysroot = "/");

} // namespace haoh
