// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What became different between two scans of one machine.
#pragma once

#include <haoh/kernel.hpp>

#include <string>
#include <vector>

namespace haoh::host {

/// Names of the controllers whose state changed, of the namespaces whose identity or size did, of
/// the paths whose ANA state or size did, and of all that are in one of the two only; of a path
/// that came or went its controller and namespace, too. By what a scan of `KernelDetail::topology`
/// reads; sorted, each once.
[[nodiscard]] std::vector<std::string> changed_objects(const KernelObservation& before,
                                                       const KernelObservation& after);

} // namespace haoh::host
