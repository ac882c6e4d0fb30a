// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Words about rules that all renderings share.
#pragma once

#include <haoh/config.hpp>
#include <haoh/rule.hpp>

#include "report/text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace haoh::report {

/// What is at stake, in words: "data corruption".
[[nodiscard]] std::string_view stake(Severity severity);

/// The tone in which a verdict is written.
[[nodiscard]] Tone tone_of(Verdict verdict);

/// What a class asks for: "equal on all controllers of one subsystem".
[[nodiscard]] std::string_view meaning(RuleClass rule_class);

/// "migration", "upgrade", "resize": where the verdict falls one step.
[[nodiscard]] std::vector<std::string> windows_of(const Rule& rule);

} // namespace haoh::report
