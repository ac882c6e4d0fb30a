// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Renderings. Text and JSON of one thing are made from one model, so that they cannot drift.
#pragma once

#include <haoh/check.hpp>
#include <haoh/observation.hpp>
#include <haoh/rule.hpp>
#include <haoh/visibility.h>

#include <span>
#include <string>

namespace HAOH_PUBLIC haoh {

/// How text for people looks.
struct TextStyle {
    bool color{};       ///< ANSI colours
    unsigned width{80}; ///< columns to wrap at, at least 40
    bool verbose{};     ///< basis and every value, also where one array's controllers agree
};

/// Verdict first, worst finding first.
[[nodiscard]] std::string to_text(const Report& report, const Observation& observation,
                                  const TextStyle& style = {});
/// `haoh.report/1`.
[[nodiscard]] std::string to_json(const Report& report);

/// `haoh list`: for each host what its kernel made of its controllers, then what was asked directly:
/// subsystem, namespaces with their IDs, controllers by array, ANA state for each path.
[[nodiscard]] std::string list_text(const Observation& observation,
                                    const Attributions& attributions, const TextStyle& style = {});

/// `haoh list -o dot`: a graph for Graphviz, from the hosts over controllers, clustered by array, to
/// namespaces; namespaces whose paths are alike are one node, unusable paths are dashed and say why.
[[nodiscard]] std::string list_dot(const Observation& observation,
                                   const Attributions& attributions);

/// `haoh diff`.
[[nodiscard]] std::string to_text(std::span<const Difference> differences,
                                  const TextStyle& style = {});
/// `haoh.diff/1`.
[[nodiscard]] std::string to_json(std::span<const Difference> differences);

/// `haoh rules`.
[[nodiscard]] std::string to_text(std::span<const Rule* const> rules, const TextStyle& style = {});
/// `haoh.rules/1`.
[[nodiscard]] std::string to_json(std::span<const Rule* const> rules);
/// The page docs/rules.md.
[[nodiscard]] std::string to_markdown(std::span<const Rule* const> rules);

} // namespace haoh
