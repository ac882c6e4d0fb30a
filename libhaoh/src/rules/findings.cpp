// SPDX-License-Identifier: LGPL-2.1-or-later
#include "findings.hpp"

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

void Findings::add(Draft draft) {
    reported_.emplace(draft.rule, draft.subsystem);
    single_.push_back(std::move(draft));
}

void Findings::add_folded(std::string_view rule, const std::string& subsystem, std::uint32_t nsid,
                          FoldKey key, const std::function<Wording()>& make) {
    Group& group = groups_[{rule, subsystem, std::move(key)}];
    group.nsids.push_back(nsid);
    if (group.drafts.size() < kUnfolded) {
        Wording words = make();
        group.drafts.push_back({.rule = rule,
                                .subsystem = subsystem,
                                .nsids = {nsid},
                                .what = std::move(words.what),
                                .values = std::move(words.values),
                                .verdict = words.verdict});
        reported_.emplace(rule, subsystem);
    }
}

bool Findings::reported(std::string_view rule, const std::string& subsystem) const {
    return reported_.contains(std::pair<std::string_view, std::string>{rule, subsystem});
}

void Findings::finish(Draft draft, std::vector<Finding>& out) const {
    const Rule* rule = find_rule(draft.rule);
    if (rule == nullptr) {
        throw std::logic_error(fmt::format("no rule {} in the catalogue", draft.rule));
    }
    const Verdict verdict = relaxed(draft.verdict.value_or(rule->verdict), *rule, window_);
    if (verdict == Verdict::pass) {
        return;
    }
    Finding finding;
    finding.rule = rule->id;
    finding.verdict = verdict;
    finding.severity = rule->severity;
    finding.subsystem = std::move(draft.subsystem);
    if (!draft.nsids.empty()) {
        finding.nsid = draft.nsids.front();
    }
    if (draft.nsids.size() > 1) {
        finding.nsids = std::move(draft.nsids);
    }
    finding.what = std::move(draft.what);
    finding.values = std::move(draft.values);
    finding.basis = rule->basis;
    finding.why = rule->why;
    finding.fix = rule->fix;
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
