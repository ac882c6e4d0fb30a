// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A Linux host that connected a pair of arrays: what its sysfs shows when controllers arrive in the
/// order of the observation.
#pragma once

#include "unit/catalogue/pair.hpp"

#include <haoh/kernel.hpp>

#include <string>
#include <vector>

namespace haoh::test {

/// The pair's controllers as nvme0, nvme1, ... of one kernel. Each namespace of a controller gets a
/// path where its identifiers are those of the first that came with its NSID; ANA states are those
/// of the logs.
[[nodiscard]] Observation connected(const Observation& pair,
                                    const std::string& release = "6.12.107-amd64");

/// A path of the only subsystem. \pre there is one
[[nodiscard]] KernelPath& path_of(Observation& host, std::uint32_t nsid,
                                  const std::string& controller);
[[nodiscard]] KernelNamespace& head_of(Observation& host, std::uint32_t nsid);
[[nodiscard]] KernelController& controller_of(Observation& host, const std::string& name);
/// Takes a path out, as the kernel does when it refuses one.
void refuse(Observation& host, std::uint32_t nsid, const std::string& controller);
/// A line of the kernel's log.
void log(Observation& host, const std::string& text);

/// The findings of one rule.
[[nodiscard]] std::vector<Finding> findings_of(const Observation& host, const std::string& rule,
                                               const Config& config = {});
/// What each of them is about and shows: `what`, then "nvme1 (array-b): connecting" for each value.
[[nodiscard]] std::vector<std::string> told(const Observation& host, const std::string& rule,
                                            const Config& config = {});

} // namespace haoh::test
