// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Differences in the groups in which both renderings tell them: what changed alike is together.
#pragma once

#include <haoh/observation.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace haoh::report {

/// One change. All texts are safe (text.hpp).
struct Change {
    Difference::Kind kind{};
    std::string field;
    std::string before;
    std::string after;

    auto operator<=>(const Change&) const = default;
};

/// Changes that several namespaces have in common.
struct NamespaceChanges {
    std::vector<std::uint32_t> nsids; ///< ascending; empty = of the controller itself
    std::vector<Change> changes;      ///< in the order given

    auto operator<=>(const NamespaceChanges&) const = default;
};

/// Changes that several controllers have in common.
struct ControllerChanges {
    std::vector<std::string> controllers; ///< an empty name = of the observation itself
    std::vector<NamespaceChanges> namespaces;
};

struct DiffView {
    std::string summary;
    std::array<std::size_t, 3> counts{}; ///< by Difference::Kind
    std::vector<ControllerChanges> controllers;
};

[[nodiscard]] DiffView diff_view(std::span<const Difference> differences);

} // namespace haoh::report
