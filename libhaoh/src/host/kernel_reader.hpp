// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Subsystems, controllers, namespaces and paths of a tree.
#pragma once

#include "host/sysfs_directory.hpp"

#include <haoh/host.hpp>
#include <haoh/kernel.hpp>

#include <cstddef>

namespace haoh::host {

struct ScanOptions {
    KernelDetail detail{KernelDetail::full};
    std::size_t threads{1}; ///< at most; small trees take one
};

/// What is read of a path and of a head.
[[nodiscard]] std::vector<AttributeRow<KernelPath>> path_rows(KernelDetail detail);
[[nodiscard]] std::vector<AttributeRow<KernelNamespace>> head_rows(KernelDetail detail);

/// Fills `subsystems`, `stray_controllers`, and what is broken in `unread`.
/// \throws Error when the tree has no sys/class
void read_topology(const SysfsRoot& root, const ScanOptions& options, KernelObservation& out);

} // namespace haoh::host
