// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How far the NUMA nodes of a machine are from each other, and how sysfs writes lists of nodes.
/// Plain values.
#pragma once

#include <haoh/visibility.h>

#include <optional>
#include <string_view>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// The distance of a node to itself, and of a controller that is near no node (numa_node -1)
/// (include/linux/topology.h, LOCAL_DISTANCE).
inline constexpr unsigned kLocalDistance = 10;

/// Nodes are numbered below this on every architecture (MAX_NUMNODES).
inline constexpr unsigned kMostNumaNodes = 1024;

/// A node and its distances, as /sys/devices/system/node/nodeN/distance has them.
struct NumaNode {
    unsigned node{};
    std::vector<unsigned> distances; ///< to the machine's online nodes, in their order

    bool operator==(const NumaNode&) const = default;
};

/// The online nodes of a machine.
struct NumaTopology {
    std::vector<NumaNode> nodes; ///< ascending; a machine without NUMA has node 0 alone

    bool operator==(const NumaTopology&) const = default;
    /// The distance from one node to another; kLocalDistance where it is not known.
    [[nodiscard]] unsigned distance(unsigned from, unsigned to) const;
};

/// "0-1,4": the nodes of a list, ascending; empty for an empty text.
/// \return nullopt for what is no such list, or one with a node that no machine has
[[nodiscard]] std::optional<std::vector<unsigned>> parse_node_list(std::string_view text);

} // namespace haoh
