// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What `haoh list` tells of a host: what its kernel made of the controllers, and where that is not
/// what they say themselves. All texts are safe (text.hpp).
#pragma once

#include "report/list/inventory.hpp"

#include <haoh/check.hpp>
#include <haoh/observation.hpp>
#include <haoh/path_use.hpp>

#include <compare>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haoh::report {

struct ListedController {
    const ControllerObservation* asked{}; ///< nullptr: it was not asked
    std::string name;                     ///< "nvme3"
    std::string array;                    ///< empty = not known
    std::string evidence;
    std::string cntlid;  ///< "1001"; "?" when it cannot be read
    std::string state;   ///< "live"
    std::string address; ///< "tcp 10.0.0.1:4420 from 10.0.0.9"
    bool live{};
};

/// Controllers of one array through which a namespace is reached in the same way.
struct ListedPath {
    std::string array;
    std::vector<std::string> controllers;
    std::string ana_state; ///< "optimized"; "no ANA", "not readable"
    PathUse use;           ///< its detail is as it came, and no text to show
    std::string why;       ///< `use`, as text

    /// By what is shown: paths that read alike are alike.
    std::strong_ordering operator<=>(const ListedPath& other) const;
    bool operator==(const ListedPath& other) const { return (*this <=> other) == 0; }
    /// "unusable: size 2048 of 4096 sectors"; what `ana_state` says already is left out.
    [[nodiscard]] std::string problem() const;
};

/// Namespaces whose paths are alike.
struct ListedPathSet {
    std::vector<std::uint32_t> nsids; ///< ascending
    std::vector<std::string> names;   ///< of namespaces whose NSID cannot be read
    std::vector<std::size_t> members; ///< all of them: indices of ListedSubsystem::namespaces
    std::set<std::uint32_t> groups;   ///< the ANA groups that they are in
    std::vector<ListedPath> paths;    ///< by array; empty: the kernel has none

    /// "NSID 1-512", "nvme0n3".
    [[nodiscard]] std::string label(std::size_t max_parts) const;
};

struct ListedNamespace {
    std::string nsid;   ///< "?" when it cannot be read
    std::string size;   ///< "64.0 GiB"
    std::string block;  ///< "512 B"
    std::string device; ///< "/dev/nvme0n1", "nvme0n1, no device node"
    /// "uuid", its text; strongest first. Empty: the kernel has none.
    std::vector<std::pair<std::string, std::string>> ids;
    std::vector<std::string> links; ///< below /dev/disk/by-id
};

/// Namespaces that controllers offer and the kernel has no path for.
struct MissingPaths {
    std::vector<std::string> controllers;
    std::vector<std::uint32_t> nsids; ///< ascending
    bool certain{};                   ///< false: there are paths whose NSID is not known

    [[nodiscard]] std::string_view problem() const;
};

struct ListedSubsystem {
    std::string subsysnqn;
    std::string name;     ///< "nvme-subsys0"
    std::string iopolicy; ///< empty when this kernel has none
    /// Each host NQN of its controllers, with those that use it.
    std::vector<std::pair<std::string, std::vector<std::string>>> hostnqns;
    std::vector<ListedController> controllers; ///< by array
    std::vector<ProductField> product;
    bool product_from_sysfs{}; ///< no controller was asked: `product` is the kernel's copy
    /// Where sysfs shows something else than a controller says, one sentence each.
    std::vector<std::string> copies;
    std::vector<ListedNamespace> namespaces;
    std::vector<ListedPathSet> path_sets;
    std::vector<MissingPaths> missing;
    std::vector<std::string> broken; ///< objects that are not whole, one clause each

    [[nodiscard]] bool arrays_known() const;
};

struct ListedHost {
    std::string host;
    std::string title; ///< "alpha: Linux 6.12.107-amd64"
    std::vector<ListedSubsystem> subsystems;
    std::vector<ListedController> stray_controllers;
    std::vector<std::string> broken; ///< of stray controllers
};

/// One for each kernel of the observation.
/// \param attributions  what `attribute` says of the observation
[[nodiscard]] std::vector<ListedHost> host_views(const Observation& observation,
                                                 const Attributions& attributions);

/// The subsystems of those controllers that no view of a host shows.
[[nodiscard]] std::vector<SubsystemArrays> asked_directly(const Observation& observation,
                                                          const Attributions& attributions);

/// "a, b, c and 5 more".
[[nodiscard]] std::string some_of(std::span<const std::string> items, std::size_t max_items);

} // namespace haoh::report
