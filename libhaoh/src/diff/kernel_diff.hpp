// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What differs between two readings of the same kernels.
#pragma once

#include <haoh/observation.hpp>

#include <vector>

namespace haoh::differ {

/// Differences of hosts that both readings have, and hosts that came or went. Objects are matched
/// by what they are (NQN, address, NSID), because numbers in names change when a host boots again.
/// Counters, what is in flight and the kernel's log are not compared: they move by themselves.
/// Fields of a path begin with "path" and stand at its controller and NSID; other fields begin with
/// "kernel".
void add_kernel_differences(const std::vector<KernelObservation>& before,
                            const std::vector<KernelObservation>& after,
                            std::vector<Difference>& out);

} // namespace haoh::differ
