// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What `haoh policy` tells, as text for people and as JSON: `haoh.policy/1`, whose `kind` says
/// which of the three it is. Every text ends with a newline and is safe to print; JSON is ASCII.
#pragma once

#include <haoh/path_choice.hpp>
#include <haoh/policy_overview.hpp>
#include <haoh/report.hpp>
#include <haoh/visibility.h>

#include <span>
#include <string>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// What a release offers, and when each policy is the wrong one.
/// \param release  "6.12.107-amd64"; empty: not known, nor what it offers
[[nodiscard]] std::string policy_list_text(std::string_view release, const TextStyle& style = {});
[[nodiscard]] std::string policy_list_json(std::string_view release);

using PolicyListFormat = Format<std::string_view>;
/// `haoh policy list -o`, of a release.
[[nodiscard]] std::span<const PolicyListFormat> policy_list_formats();

/// Namespaces whose I/O goes the same way are told together.
[[nodiscard]] std::string to_text(const PolicyOverview& overview, const TextStyle& style = {});
[[nodiscard]] std::string to_json(const PolicyOverview& overview);

using PolicyOverviewFormat = Format<const PolicyOverview&>;
/// `haoh policy show -o`.
[[nodiscard]] std::span<const PolicyOverviewFormat> policy_overview_formats();

/// NUMA nodes with the same choice are told together.
[[nodiscard]] std::string to_text(const PathChoice& choice, const TextStyle& style = {});
[[nodiscard]] std::string to_json(const PathChoice& choice);

using PathChoiceFormat = Format<const PathChoice&>;
/// `haoh policy explain -o`.
[[nodiscard]] std::span<const PathChoiceFormat> path_choice_formats();

} // namespace haoh
