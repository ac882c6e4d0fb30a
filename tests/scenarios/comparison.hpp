// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a report says, in the terms of the scenario, and how that differs from what was expected.
#pragma once

#include <arraysim/scenario/expectation.hpp>
#include <arraysim/serve/server.hpp>

#include <haoh/check.hpp>

#include <string>
#include <vector>

namespace haoh::scenarios {

/// The arrays of a scenario, and where they are.
struct Arrays {
    std::vector<arraysim::ServedPort> ports;
    std::vector<Address> asked; ///< the targets, in their order
};

/// The report with arrays for sites and controllers, and placeholders for addresses. The text of a
/// value whose site is not the one of its controller ends with "(said of SITE)".
[[nodiscard]] arraysim::ExpectedReport said(const Report& report, const Observation& observation,
                                            const Config& config, const Arrays& arrays);

/// What differs, one line each; empty when all that is expected is said, and nothing else.
/// \param subsystem  the one of findings that name none
[[nodiscard]] std::string difference(const arraysim::ExpectedReport& expected,
                                     const arraysim::ExpectedReport& said,
                                     const std::string& subsystem);

} // namespace haoh::scenarios
