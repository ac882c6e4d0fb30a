// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What text tells together of the choices of paths.
#pragma once

#include <haoh/path_choice.hpp>
#include <haoh/policy_overview.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace haoh::report {

/// Nodes that choose alike.
struct NodeGroup {
    std::vector<std::uint32_t> nodes; ///< ascending
    NodeChoice choice;                ///< of the first
};
[[nodiscard]] std::vector<NodeGroup> group_nodes(const std::vector<NodeChoice>& nodes);
/// "node 0", "nodes 0-3".
[[nodiscard]] std::string label_of(const NodeGroup& group);

/// Devices of a subsystem whose nodes choose alike, with controllers in the place of paths.
struct DeviceGroup {
    std::vector<std::string> devices;
    std::vector<std::uint32_t> nsids; ///< ascending; those that are readable
    std::vector<NodeGroup> nodes;     ///< `takes` are controllers
};
[[nodiscard]] std::vector<DeviceGroup> group_devices(const std::vector<PathChoice>& devices);
/// "nsid 1-3", "nvme0n1" where no NSID can be read.
[[nodiscard]] std::string label_of(const DeviceGroup& group);

/// What a controller carried over all its paths.
struct ControllerShare {
    std::string controller;
    std::string array;
    bool known{}; ///< of at least one path
    std::uint64_t requests{};
    std::uint64_t read_bytes{};
    std::uint64_t write_bytes{};
    double share{};
};
/// In the order in which the controllers first occur.
[[nodiscard]] std::vector<ControllerShare> controller_shares(const SubsystemPolicy& subsystem);

} // namespace haoh::report
