// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A host that is connected to the arrays of the sample.
#pragma once

#include "sample.hpp"

#include <string>

namespace haoh::test {

/// `healthy_pair` as the host "alpha" sees it: nvme0 and nvme1 on array-a, nvme2 and nvme3 on
/// array-b, each asked, one head of 64 GiB for each namespace.
[[nodiscard]] Sample healthy_host(std::uint32_t namespaces = 2);

/// The same without root: no controller was asked, and each is in `unobserved`.
[[nodiscard]] Sample host_without_root(std::uint32_t namespaces = 2);

[[nodiscard]] inline KernelSubsystem& subsystem_of(Sample& sample) {
    return sample.observation.kernels.front().subsystems.front();
}
/// The path of `nsid` through nvmeN.
[[nodiscard]] KernelPath& path_of(Sample& sample, std::uint32_t nsid, std::size_t controller);

} // namespace haoh::test
