// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// One defect and everything that a report says of it. Each file of rules has its table of cases;
/// all of them run in case_test.cpp.
#pragma once

#include "unit/catalogue/pair.hpp"

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace haoh::test {

/// What a finding shows of each array, as it follows from the damage.
struct Shown {
    std::string rule;
    Severity severity{};
    std::string on_a; ///< of every controller; empty: nothing is shown of the array
    std::string on_b;
};

struct Case {
    std::string name;                  ///< a sentence in CamelCase
    std::function<void(Pair&)> damage; ///< of a healthy pair
    /// All findings, as `lines` writes them, with the verdicts of the expectation table, also where it
    /// marks the program as wrong.
    std::vector<std::string> expected;
    std::vector<Shown> shown{}; ///< of some of them
};

inline std::ostream& operator<<(std::ostream& out, const Case& one) {
    return out << one.name;
}

[[nodiscard]] std::vector<Case> snapshot_cases();
[[nodiscard]] std::vector<Case> subsystem_cases();
[[nodiscard]] std::vector<Case> controller_id_cases();
[[nodiscard]] std::vector<Case> capability_cases();
[[nodiscard]] std::vector<Case> command_cases();
[[nodiscard]] std::vector<Case> transport_cases();
[[nodiscard]] std::vector<Case> property_cases();
[[nodiscard]] std::vector<Case> ana_capability_cases();
[[nodiscard]] std::vector<Case> identity_cases();
[[nodiscard]] std::vector<Case> descriptor_cases();
[[nodiscard]] std::vector<Case> geometry_cases();
[[nodiscard]] std::vector<Case> format_cases();
[[nodiscard]] std::vector<Case> attribute_cases();
[[nodiscard]] std::vector<Case> list_cases();
[[nodiscard]] std::vector<Case> ana_log_cases();
[[nodiscard]] std::vector<Case> ana_group_cases();
[[nodiscard]] std::vector<Case> array_cases();
[[nodiscard]] std::vector<Case> site_cases();
[[nodiscard]] std::vector<Case> expect_cases();
[[nodiscard]] std::vector<Case> feature_cases();
[[nodiscard]] std::vector<Case> domain_cases();
[[nodiscard]] std::vector<Case> dispersed_cases();
[[nodiscard]] std::vector<Case> discovery_cases();
[[nodiscard]] std::vector<Case> mask_cases();
[[nodiscard]] std::vector<Case> boundary_cases();
[[nodiscard]] std::vector<Case> shown_cases();

} // namespace haoh::test
