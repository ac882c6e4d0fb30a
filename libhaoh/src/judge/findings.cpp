// SPDX-License-Identifier: LGPL-2.1-or-later
#include "judge/findings.hpp"

#include "base/safe_text.hpp"
#include "judge/row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace haoh::judge {

namespace {

bool worse(const Finding& a, const Finding& b) {
    if (a.verdict != b.verdict) {
        return a.verdict > b.verdict;
    }
    if (a.severity != b.severity) {
        return a.severity < b.severity;
    }
    return std::tie(a.rule, a.subsystem, a.nsid) < std::tie(b.rule, b.subsystem, b.nsid);
}

/// Whether the function that a row names, if it is of this kind, is that of the row that judges.
template <typename Kind>
bool named_by(const Row& row, const Row* judging) {
    const auto* const own = std::get_if<Kind>(&row.judge);
    const auto* const now = judging != nullptr ? std::get_if<Kind>(&judging->judge) : nullptr;
    return own == nullptr || (now != nullptr && *own == *now);
}

} // namespace

std::string brief_nsids(std::span<const std::uint32_t> nsids) {
    constexpr std::size_t kRanges = 6;
    std::size_t ranges = 0;
    for (std::size_t i = 0; i < nsids.size(); ++i) {
        if (i == 0 || nsids[i] != nsids[i - 1] + 1) {
            if (++ranges > kRanges) {
                return format_nsids(nsids.first(i)) + ", ...";
            }
        }
    }
    return format_nsids(nsids);
}

void Findings::note(const Row& row, const std::string& subsystem) {
    const bool named =
        named_by<JudgeSubsystem>(row, judging_) && named_by<JudgeSubject>(row, judging_) &&
        named_by<JudgeHost>(row, judging_) && named_by<JudgeHostSubsystem>(row, judging_);
    if (!named) {
        throw std::logic_error(
            fmt::format("{} is reported by a function that its row does not name", row.rule.id));
    }
    reported_.emplace(&row, subsystem);
}

void Findings::add(Draft draft) {
    note(draft.row, draft.subsystem);
    single_.push_back(std::move(draft));
}

void Findings::add_folded(const Row& row, const std::string& subsystem, std::uint32_t nsid,
                          FoldKey key, const std::function<Wording()>& make) {
    Group& group = groups_[{&row, subsystem, std::move(key)}];
    group.nsids.push_back(nsid);
    if (group.drafts.size() < kUnfolded) {
        Wording words = make();
        group.drafts.push_back({.row = row,
                                .subsystem = subsystem,
                                .nsids = {nsid},
                                .what = std::move(words.what),
                                .values = std::move(words.values),
                                .verdict = words.verdict,
                                .names_nsid = words.names_nsid,
                                .fix = words.fix});
        note(row, subsystem);
    }
}

void Findings::count(const Row& row, Answer::Kind answer) {
    switch (answer) {
    case Answer::Kind::not_asked:
        break;
    case Answer::Kind::unknown:
        unknown(row);
        break;
    case Answer::Kind::holds:
    case Answer::Kind::broken:
        judged(row);
        break;
    }
}

bool Findings::reported(const Row& row, const std::string& subsystem) const {
    return reported_.contains(std::pair{&row, subsystem});
}

bool Findings::explained(const Row& row, const std::string& subsystem) const {
    return std::any_of(row.yields_to.begin(), row.yields_to.end(), [&](const Row* other) {
        if (other == nullptr) {
            return false;
        }
        const auto first = reported_.lower_bound(std::pair{other, subsystem});
        return first != reported_.end() && first->first == other &&
               (subsystem.empty() || first->second == subsystem);
    });
}

void Findings::finish(Draft draft, std::vector<Finding>& out) {
    const Row& row = draft.row;
    const Rule& rule = row.rule;
    Tally& tally = tallies_[&row];
    if (explained(row, draft.subsystem)) {
        tally.explained = true;
        return;
    }
    const Verdict verdict = relaxed(draft.verdict.value_or(rule.verdict), rule, window_);
    if (verdict == Verdict::pass) {
        tally.judged = true;
        return;
    }
    if (verdict == Verdict::unknown) {
        tally.unknown = true;
    } else {
        tally.told = true;
    }
    Finding finding;
    finding.rule = rule.id;
    finding.verdict = verdict;
    finding.severity = rule.severity;
    finding.subsystem = std::move(draft.subsystem);
    if (!draft.nsids.empty()) {
        finding.nsid = draft.nsids.front();
    }
    if (draft.nsids.size() > 1) {
        finding.nsids = std::move(draft.nsids);
    }
    finding.what = base::safe_text(draft.what);
    finding.values = std::move(draft.values);
    for (FindingValue& value : finding.values) {
        value.value = base::safe_text(value.value);
    }
    finding.unobserved = draft.unobserved;
    finding.names_nsid = draft.names_nsid;
    finding.basis = rule.basis;
    finding.why = rule.why;
    finding.fix = draft.fix.empty() ? rule.fix : draft.fix;
    out.push_back(std::move(finding));
}

std::vector<Finding> Findings::take() {
    std::vector<Finding> out;
    for (Draft& draft : single_) {
        finish(std::move(draft), out);
    }
    for (auto& [key, group] : groups_) {
        if (group.nsids.size() <= kUnfolded) {
            for (Draft& draft : group.drafts) {
                finish(std::move(draft), out);
            }
            continue;
        }
        std::sort(group.nsids.begin(), group.nsids.end());
        Draft folded = std::move(group.drafts.front());
        folded.nsids = std::move(group.nsids);
        folded.what +=
            fmt::format(", for {} namespaces (nsid {}; the values are those of nsid {})",
                        folded.nsids.size(), brief_nsids(folded.nsids), folded.nsids.front());
        finish(std::move(folded), out);
    }
    single_.clear();
    groups_.clear();
    reported_.clear();
    std::stable_sort(out.begin(), out.end(), worse);
    return out;
}

RuleState Findings::state(const Row& row) const {
    const auto found = tallies_.find(&row);
    if (found == tallies_.end()) {
        return RuleState::not_applicable;
    }
    const Tally& tally = found->second;
    if (tally.told) {
        return RuleState::broken;
    }
    if (tally.unknown || tally.explained) {
        return RuleState::unknown;
    }
    return tally.judged ? RuleState::held : RuleState::not_applicable;
}

Verdict relaxed(Verdict verdict, const Rule& rule, Window window) {
    const bool applies = window != Window::none &&
                         (rule.relaxed_in & (1U << static_cast<unsigned>(window))) != 0 &&
                         rule.severity != Severity::corruption;
    if (!applies) {
        return verdict;
    }
    switch (verdict) {
    case Verdict::fail:
        return Verdict::warn;
    case Verdict::warn:
        return Verdict::note;
    case Verdict::note:
        return Verdict::pass;
    case Verdict::unknown:
    case Verdict::pass:
        break;
    }
    return verdict;
}

FindingValue value_of(const Controller& controller, std::string text) {
    return {.controller = controller.name(), .site = controller.site, .value = std::move(text)};
}

FindingValue value_of_object(std::string_view object, std::string text) {
    return {.controller = {}, .site = {}, .value = std::move(text), .object = std::string(object)};
}

void group_values(std::vector<FindingValue>& values) {
    std::map<std::string, std::size_t> sites;
    std::map<std::string, std::size_t> texts;
    for (const FindingValue& value : values) {
        sites.try_emplace(value.site, sites.size());
        texts.try_emplace(value.value, texts.size());
    }
    std::stable_sort(values.begin(), values.end(),
                     [&](const FindingValue& a, const FindingValue& b) {
                         return std::pair{sites[a.site], texts[a.value]} <
                                std::pair{sites[b.site], texts[b.value]};
                     });
}

} // namespace haoh::judge
