// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Subsystems, controllers, namespaces and paths of a tree.
#pragma once

#include "host/sysfs_directory.hpp"

#include <haoh/kernel.hpp>

#include <cstddef>

namespace haoh::host {

struct ScanOptions {
    bool statistics{true};  ///< see HostOptions
    std::size_t threads{1}; ///< at most; small trees take one
};

/// What a path needs to be judged (state, group, size), and beyond that its counters and hints.
[[nodiscard]] std::vector<AttributeRow<KernelPath>> path_rows(bool statistics);
[[nodiscard]] std::vector<AttributeRow<KernelNamespace>> head_rows(bool statistics);

/// Fills `subsystems`, `stray_controllers`, and what is broken in `unread`.
/// \throws Error when the tree has no sys/class
void read_topology(const SysfsRoot& root, const ScanOptions& options, KernelObservation& out);

} // namespace haoh::host
