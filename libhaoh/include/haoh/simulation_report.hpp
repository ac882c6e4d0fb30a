// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A simulation's result as text, JSON and a chart.
#pragma once

#include <haoh/report.hpp>
#include <haoh/simulate.hpp>
#include <haoh/visibility.h>

#include <span>
#include <string>

namespace HAOH_PUBLIC haoh {

/// All policies side by side: throughput, latency, gap, cross-site traffic; then the share of each
/// array, or with `verbose` of each path.
[[nodiscard]] std::string to_text(const SimulationResult& result, const TextStyle& style = {});
/// `haoh.simulation/1`.
[[nodiscard]] std::string to_json(const SimulationResult& result);
/// An SVG 1.1 document: a bar for each policy, as long as its throughput, in parts for the arrays.
[[nodiscard]] std::string to_svg(const SimulationResult& result);

using SimulationFormat = Format<const SimulationResult&>;
/// `haoh policy simulate -o`.
[[nodiscard]] std::span<const SimulationFormat> simulation_formats();

} // namespace haoh
