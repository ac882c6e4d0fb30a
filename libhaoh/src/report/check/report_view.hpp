// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What the renderings of a Report have in common: its order, its groups and its words are made
/// here, once. Text folds what is here and JSON writes it out; neither looks at the Report again.
#pragma once

#include <haoh/check.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::report {

/// Controllers of one array that say the same, or one other object. All texts are safe (text.hpp).
struct ValueGroup {
    std::string array;
    std::string value;
    std::string object;                   ///< what it is about, where that is no controller
    std::vector<std::string> controllers; ///< at least one; an empty name = about no controller
    std::vector<std::string> hosts{};     ///< of each of `controllers`; empty: of none

    /// The host that all of it is of; empty: of none, or several.
    [[nodiscard]] std::string_view host() const;
};

/// One finding, or findings that differ in nothing but their namespace.
struct FindingItem {
    std::vector<std::uint32_t> nsids; ///< ascending; empty = not about a namespace
    bool about_all{};                 ///< one finding about all of `nsids`, not one for each
    std::string what;
    std::vector<ValueGroup> values;
    std::string host;                        ///< Finding::host
    std::optional<std::size_t> unobserved{}; ///< what it tells, in ReportView::unobserved
    bool names_nsid{};                       ///< `what` says which namespace it is about
    std::vector<std::string> config{};       ///< Finding::config
    std::vector<std::size_t> explains{};     ///< Finding::explains

    [[nodiscard]] std::size_t findings() const {
        return nsids.empty() || about_all ? 1 : nsids.size();
    }
};

/// The findings of one rule that differ only in their object.
struct FindingGroup {
    std::string rule;
    Verdict verdict{};
    Severity severity{};
    std::string subsystem;
    std::string basis;
    std::string why;
    std::string fix;
    std::optional<OnKernel> on_kernel{};
    std::vector<FindingItem> items; ///< in the order of the report
    std::optional<Waived> waived{}; ///< Finding::waived
    bool known{};                   ///< Finding::known

    [[nodiscard]] bool counts() const { return !waived && !known; } ///< Finding::counts
    [[nodiscard]] std::size_t findings() const;
};

struct ReportView {
    Verdict verdict{};
    Model model{};
    std::string summary; ///< one or two sentences: what the verdict means for hosts
    std::string tally;   ///< one sentence: how many rules hold, fail, ...
    std::array<std::size_t, 5> counts{};
    std::array<std::size_t, 5> waived{}; ///< of `counts`
    std::array<std::size_t, 5> known{};  ///< of `counts`
    std::size_t rules_evaluated{};
    std::vector<RuleResult> rules;            ///< every rule that was asked for, ordered by ID
    std::vector<std::string> subsystems{};    ///< Report::subsystems
    std::array<std::size_t, 4> rule_counts{}; ///< of `rules`, by RuleState
    std::vector<FindingGroup> groups;         ///< worst first
    std::vector<Unobserved> unobserved;
    std::vector<std::size_t> untold; ///< of `unobserved`, those that no finding tells
    Attributions attributions;       ///< texts as they are: for looking up, not for showing
    std::string observed_at;
    std::size_t readings{1};
    std::string kernel;
    std::vector<std::string> hosts;
    bool connected{};
    Judged judged{}; ///< texts are safe
    /// `judged` in one clause: "by haoh 1.0, profile auto, ...". Empty: it is not known.
    std::string judged_by;
    /// What of it is not as it is where nothing is said: "window migration, 5 of 238 rules (ns.*)".
    std::string judged_with;

    /// Whether a host has to be named wherever something is about it.
    [[nodiscard]] bool several_hosts() const { return hosts.size() > 1; }
};

[[nodiscard]] inline std::size_t count(const ReportView& view, RuleState wanted) {
    return view.rule_counts[static_cast<std::size_t>(wanted)];
}

[[nodiscard]] ReportView view_of(const Report& report);

} // namespace haoh::report
