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

/// The one host that all values are of; empty: none, or several.
std::string common_host(const std::vector<FindingValue>& values) {
    const auto differs = [&](const FindingValue& value) {
        return value.host != values.front().host;
    };
    return values.empty() || std::any_of(values.begin(), values.end(), differs)
               ? std::string()
               : values.front().host;
}

/// Whether the function that a row names, if it is of this kind, is that of the row that judges.
template <typename Kind>
bool named_by(const Row& row, const Row* judging) {
    const auto* const own = std::get_if<Kind>(&row.judge);
    const auto* const now = judging != nullptr ? std::get_if<Kind>(&judging->judge) : nullptr;
    return own == nullptr || (now != nullptr && *own == *now);
}

} // namespace

void sort_worst_first(std::vector<Finding>& findings) {
    std::stable_sort(findings.begin(), findings.end(), worse);
}

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

void Findings::name_host(Draft& draft) const {
    if (draft.host.empty()) {
        draft.host = host_;
    }
    if (draft.host.empty()) {
        draft.host = common_host(draft.values);
        return;
    }
    for (FindingValue& value : draft.values) {
        if (value.host.empty()) {
            value.host = draft.host;
        }
    }
}

/// What a row about arrays finds, where they are not known.
void Findings::doubt(Draft& draft) const {
    const Row& row = draft.row;
    if (row.by_array && unplaced_.contains({host_, draft.subsystem})) {
        draft.verdict = Verdict::unknown;
        draft.fix = "Configuration: say which array each controller is on ([[site]] in haoh.toml; "
                    "model.arrays has the lines), then check again.";
    }
}

void Findings::note(const Draft& draft) {
    const Row& row = draft.row;
    const bool named =
        named_by<JudgeSubsystem>(row, judging_) && named_by<JudgeSubject>(row, judging_) &&
        named_by<JudgeHost>(row, judging_) && named_by<JudgeHostSubsystem>(row, judging_);
    if (!named) {
        throw std::logic_error(
            fmt::format("{} is reported by a function that its row does not name", row.rule.id));
    }
    reported_.emplace(&row, draft.subsystem, draft.host);
    reported_on_.emplace(&row, draft.host);
}

void Findings::add(Draft draft) {
    doubt(draft);
    name_host(draft);
    note(draft);
    single_.push_back(std::move(draft));
}

void Findings::add_folded(const Row& row, const std::string& subsystem, std::uint32_t nsid,
                          FoldKey key, const std::function<Wording()>& make) {
    Group& group = groups_[{&row, subsystem, host_, std::move(key)}];
    group.nsids.push_back(nsid);
    if (group.drafts.size() < kUnfolded) {
        Wording words = make();
        Draft& draft = group.drafts.emplace_back(Draft{.row = row,
                                                       .subsystem = subsystem,
                                                       .nsids = {nsid},
                                                       .what = std::move(words.what),
                                                       .values = std::move(words.values),
                                                       .verdict = words.verdict,
                                                       .names_nsid = words.names_nsid,
                                                       .fix = words.fix});
        doubt(draft);
        name_host(draft);
        note(draft);
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
    const auto first = reported_.lower_bound({&row, subsystem, std::string()});
    return first != reported_.end() && std::get<0>(*first) == &row &&
           std::get<1>(*first) == subsystem;
}

/// What one host sees explains nothing of what another one does.
bool Findings::explained(const Draft& draft) const {
    const auto explains = [&](const Row& other, const std::string& host) {
        return draft.subsystem.empty() ? reported_on_.contains({&other, host})
                                       : reported_.contains({&other, draft.subsystem, host});
    };
    const auto reported_anywhere = [&](const Row& other) {
        if (!draft.subsystem.empty()) {
            return reported(other, draft.subsystem);
        }
        const auto first = reported_on_.lower_bound({&other, std::string()});
        return first != reported_on_.end() && first->first == &other;
    };
    const Row& row = draft.row;
    return std::any_of(row.yields_to.begin(), row.yields_to.end(), [&](const Row* other) {
        if (other == nullptr) {
            return false;
        }
        return draft.host.empty() ? reported_anywhere(*other)
                                  : explains(*other, draft.host) || explains(*other, std::string());
    });
}

bool Findings::tolerated(const Draft& draft) const {
    const Rule& rule = draft.row.get().rule;
    return relaxed(draft.verdict.value_or(rule.verdict), rule, window_) == Verdict::pass;
}

std::set<std::size_t> Findings::told_causes() const {
    std::set<std::size_t> out;
    for (const Draft& draft : single_) {
        if (!draft.explains.empty() && !explained(draft) && !tolerated(draft)) {
            out.insert(draft.explains.begin(), draft.explains.end());
        }
    }
    return out;
}

void Findings::finish(Draft draft, std::vector<Finding>& out) {
    const Row& row = draft.row;
    const Rule& rule = row.rule;
    Tally& tally = tallies_[number_of(draft.subsystem)][&row];
    if (explained(draft)) {
        tally.explained = true;
        return;
    }
    if (tolerated(draft)) {
        tally.judged = true;
        return;
    }
    const Verdict verdict = relaxed(draft.verdict.value_or(rule.verdict), rule, window_);
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
    finding.explains = std::move(draft.explains);
    finding.host = std::move(draft.host);
    finding.names_nsid = draft.names_nsid;
    finding.basis = rule.basis;
    finding.why = rule.why;
    finding.fix = draft.fix.empty() ? rule.fix : draft.fix;
    for (const std::string& line : draft.config) {
        finding.config.push_back(base::safe_text(line));
    }
    out.push_back(std::move(finding));
}

std::vector<Finding> Findings::take() {
    std::vector<Finding> out;
    const std::set<std::size_t> told = told_causes();
    for (Draft& draft : single_) {
        if (draft.unobserved && told.contains(*draft.unobserved)) {
            tallies_[number_of(draft.subsystem)][&draft.row.get()].explained = true;
            continue;
        }
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
    reported_on_.clear();
    sort_worst_first(out);
    return out;
}

std::size_t Findings::number_of(const std::string& nqn) {
    if (nqn.empty()) {
        return 0;
    }
    const auto [at, is_new] = numbers_.try_emplace(nqn, tallies_.size());
    if (is_new) {
        subsystems_.push_back(nqn);
        tallies_.emplace_back();
    }
    return at->second;
}

RuleState Findings::state_of(const Tally& tally) {
    if (tally.told) {
        return RuleState::broken;
    }
    if (tally.unknown || tally.explained) {
        return RuleState::unknown;
    }
    return tally.judged ? RuleState::held : RuleState::not_applicable;
}

RuleResult Findings::result(const Row& row) const {
    RuleResult out{.rule = std::string(row.rule.id)};
    std::vector<RuleState> states;
    for (const Tallies& tallies : tallies_) {
        const auto found = tallies.find(&row);
        states.push_back(found == tallies.end() ? RuleState::not_applicable
                                                : state_of(found->second));
    }
    out.state = *std::max_element(states.begin(), states.end()); // ascending by weight
    out.elsewhere = states.front();
    out.in_subsystem.assign(states.begin() + 1, states.end());
    // What was counted without a subsystem may be the very object that a finding names one of.
    const bool named = std::any_of(out.in_subsystem.begin(), out.in_subsystem.end(),
                                   [](RuleState state) { return state > RuleState::held; });
    if (out.elsewhere == RuleState::held && named) {
        out.elsewhere = RuleState::not_applicable;
    }
    return out;
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
    return {.controller = controller.name(),
            .array = controller.array,
            .value = std::move(text),
            .host = controller.observed->host};
}

FindingValue value_of_object(std::string_view object, std::string text) {
    return {.controller = {}, .array = {}, .value = std::move(text), .object = std::string(object)};
}

void group_values(std::vector<FindingValue>& values) {
    std::map<std::string, std::size_t> arrays;
    std::map<std::string, std::size_t> texts;
    for (const FindingValue& value : values) {
        arrays.try_emplace(value.array, arrays.size());
        texts.try_emplace(value.value, texts.size());
    }
    std::stable_sort(values.begin(), values.end(),
                     [&](const FindingValue& a, const FindingValue& b) {
                         return std::pair{arrays[a.array], texts[a.value]} <
                                std::pair{arrays[b.array], texts[b.value]};
                     });
}

} // namespace haoh::judge
