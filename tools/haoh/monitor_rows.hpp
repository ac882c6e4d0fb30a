// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a MonitorStatus has to show, folded: namespaces whose state and paths are alike are one.
#pragma once

#include <haoh/monitor_status.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace haoh::tool {

/// Controllers of one array whose paths to a namespace are alike.
struct PathRow {
    std::string array;
    std::vector<std::string> controllers;
    ControllerState state; ///< of the controllers
    std::string ana;       ///< "optimized"; "no ANA"; "no path": they have none to this namespace
    bool path{};
    PathUse use;                       ///< where there is one
    std::optional<Moment> last_change; ///< the latest of all
    std::uint64_t transitions{};       ///< the most that one path saw
};

/// Trouble first.
enum class Urgency : std::uint8_t {
    no_path,
    single_array,
    no_optimized_path,
    controller_without_path, ///< good access, though not through every controller
    none,
};
[[nodiscard]] constexpr bool is_trouble(Urgency urgency) {
    return urgency < Urgency::controller_without_path;
}

struct NamespaceRow {
    Urgency urgency{Urgency::none};
    AccessCounts access;              ///< of each
    std::vector<std::uint32_t> nsids; ///< ascending
    std::string device;               ///< of the first
    std::vector<PathRow> paths;       ///< by array
};

struct SubsystemRow {
    std::string host;
    std::string subsysnqn;
    std::string identity;
    std::optional<Verdict> verdict;
    std::size_t controllers{};
    std::size_t namespaces{};
    std::vector<NamespaceRow> rows; ///< most urgent first, then by NSID

    [[nodiscard]] Urgency urgency() const {
        return rows.empty() ? Urgency::none : rows.front().urgency;
    }
};

/// Most urgent first, then by host and NQN. Texts are as they came.
[[nodiscard]] std::vector<SubsystemRow> monitor_rows(const MonitorStatus& status);

} // namespace haoh::tool
