// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Defects of array b, of each class, and what must be said of them whatever moves beside them.
#pragma once

#include "support/scenario_builder.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::test {

struct Planted {
    std::string name;
    std::string about; ///< its class: a word for the name of a test
    /// Every FAIL and WARN that there is, a note where that is all: "FAIL ns.uuid.equal 4".
    std::vector<std::string> told;
    /// Of the subsystem, as all arrays show it: a namespace from 4 on, which nothing else moves.
    std::vector<arraysim::NamespaceSpec> shared{};
    std::vector<arraysim::NamespaceSpec> on_b{};
    std::function<void(arraysim::ScenarioBuilder&)> b{}; ///< anything else of array b; may be empty
    std::function<void(arraysim::Scenario&)> everywhere{}; ///< of both arrays; may be empty
};

/// The expectations are those of the scenarios (tests/scenarios) with the same defect, which are written
/// by hand: where nothing moves they are told so.
[[nodiscard]] const std::vector<Planted>& planted();
/// Their classes, in the order of the table.
[[nodiscard]] std::vector<std::string> planted_classes();

} // namespace haoh::test
