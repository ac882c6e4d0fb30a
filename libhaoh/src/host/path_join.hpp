// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which path belongs to which head. Pure.
#pragma once

#include <haoh/kernel.hpp>

#include <string>
#include <vector>

namespace haoh::host {

struct FoundHead {
    KernelNamespace head;
    std::vector<std::string> linked; ///< names of paths in its `multipath` directory
};

/// Puts heads and paths where they belong in `subsystem`, and everything in order. The links of a
/// head say whose a path is; where none names it (before Linux 6.15, or while the head is not
/// live), the instances in the names do. What fits no head is headless.
/// \param paths  by controller instance
void join_paths(KernelSubsystem& subsystem, std::vector<FoundHead> heads,
                std::vector<KernelPath> paths);

} // namespace haoh::host
