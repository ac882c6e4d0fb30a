// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The rules that a report tells of: those that were asked for, and those of findings beside them.
#pragma once

#include "report/check/report_view.hpp"

#include <haoh/rule.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace haoh::report {

struct ToldRule {
    std::string id;
    const Rule* rule{}; ///< nullptr: this library does not have it
};

/// Those of `ReportView::rules` in their order, then those that only findings have, each once.
[[nodiscard]] std::vector<ToldRule> told_rules(const ReportView& view);

/// "NsUuidEqual" of "ns.uuid.equal".
[[nodiscard]] std::string pascal_case(std::string_view id);

/// Why it matters, what to do, what Linux does and what the rule rests on, as plain text.
[[nodiscard]] std::string rule_help(const Rule& rule);

} // namespace haoh::report
