// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Words about rules that all renderings share.
#pragma once

#include <haoh/config.hpp>
#include <haoh/kernel_effect.hpp>
#include <haoh/rule.hpp>

#include "report/text/text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace haoh::report {

/// What is at stake, in words: "data corruption".
[[nodiscard]] std::string_view stake(Severity severity);

/// The tone in which a verdict is written.
[[nodiscard]] Tone tone_of(Verdict verdict);

/// "ns.uuid.equal" belongs to "ns".
[[nodiscard]] std::string_view family_of(std::string_view id);

/// A text inside a table cell or a paragraph of Markdown: what that or HTML would take for markup stays
/// text.
[[nodiscard]] std::string markdown_text(std::string_view text);

/// All that is known of a rule but its title, as a list of Markdown.
[[nodiscard]] std::string markdown_list(const Rule& rule);

/// What a class asks for: "equal on all controllers of one subsystem".
[[nodiscard]] std::string_view meaning(RuleClass rule_class);

/// "migration", "upgrade", "resize": where the verdict falls one step.
[[nodiscard]] std::vector<std::string> windows_of(const Rule& rule);

/// What Linux does where a rule does not hold, one for each run of releases.
struct EffectView {
    std::string releases; ///< "Linux", "Linux before 6.8 (EL 9: before 5.14.0-448)"
    const KernelEffect* effect{};
};
[[nodiscard]] std::vector<EffectView> effects_of(const Rule& rule);

} // namespace haoh::report
