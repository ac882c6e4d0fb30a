// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which controllers a subsystem has on which array, and how to name some of them briefly.
#pragma once

#include <haoh/check.hpp>
#include <haoh/observation.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace haoh::report {

/// The controllers of one array (all texts are safe).
struct Array {
    std::string name;                                      ///< empty = not known
    std::vector<const ControllerObservation*> controllers; ///< in the observation's order
    /// Their controller IDs by their names, which several hosts may share.
    std::map<std::string, std::vector<std::uint16_t>> cntlids{};
    std::map<std::uint16_t, std::size_t> holders{}; ///< controllers with an ID

    void add(const ControllerObservation& controller);
};

/// One subsystem and its arrays. Points into the observation.
struct SubsystemArrays {
    std::string subsysnqn;
    std::vector<Array> arrays; ///< in the order in which they first occur
    std::set<std::uint32_t> nsids;
    std::map<std::string, std::size_t, std::less<>> places{}; ///< of the arrays, by their names

    /// The array of that name, made where there is none.
    Array& array(const std::string& name);

    [[nodiscard]] std::size_t controllers() const;
    /// nullptr when the subsystem has no such controller.
    [[nodiscard]] const Array* find_array(std::string_view name) const;
};

/// The subsystems of an observation in the order in which they first occur.
[[nodiscard]] std::vector<SubsystemArrays> subsystems_of(const Observation& observation,
                                                         const Attributions& attributions);

/// "array-a" when the names are those of all its controllers, else "array-a controllers 1-3"; full
/// names where controller IDs say too little. \param controllers  safe names; an empty name stands
/// for the whole array \param subsystem    nullptr = not observed
[[nodiscard]] std::string label_of(const SubsystemArrays* subsystem, const std::string& name,
                                   std::span<const std::string> controllers);

/// The ID that Connect gave the controller, else the one that it states itself.
[[nodiscard]] std::uint16_t cntlid_of(const ControllerObservation& controller);

/// "controller 1", "controllers 1-3, 7".
[[nodiscard]] std::string controllers_text(std::vector<std::uint32_t> cntlids);

} // namespace haoh::report
