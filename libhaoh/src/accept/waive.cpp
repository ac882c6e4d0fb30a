// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/waivers.hpp>

#include "accept/finding_key.hpp"
#include "accept/waiver_scope.hpp"
#include "base/safe_text.hpp"
#include "catalogue/cited_rows.hpp"
#include "judge/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace haoh {
namespace {

using accept::WaiverScope;

/// A waiver and what it came to.
struct Held {
    const Waiver* waiver{};
    bool expired{};
    bool used{};
};

std::string place_of(const Waiver& waiver) {
    return waiver.where.empty() ? fmt::format("the waiver of {}", waiver.rule) : waiver.where;
}

Finding told(const judge::Row& row, const Waiver& waiver, std::string_view clause) {
    const Rule& rule = row.rule;
    Finding out;
    out.rule = rule.id;
    out.verdict = rule.verdict;
    out.severity = rule.severity;
    out.what = base::safe_text(
        fmt::format("the waiver of {} by {} {}", waiver.rule, waiver.owner, clause));
    out.values.push_back({.controller = {},
                          .array = {},
                          .value = base::safe_text("reason: " + waiver.reason),
                          .object = base::safe_text(place_of(waiver)),
                          .host = {}});
    out.basis = rule.basis;
    out.why = rule.why;
    out.fix = rule.fix;
    return out;
}

/// Marks what is covered. The waivers that a rule's findings may have are looked for once a rule.
void cover(Report& report, const WaiverScope& scope, std::vector<Held>& all) {
    std::map<std::string, std::vector<Held*>, std::less<>> by_rule;
    for (Finding& finding : report.findings) {
        finding.waived.reset();
        if (finding.verdict == Verdict::unknown || accept::about_waivers(finding.rule)) {
            continue;
        }
        const auto [at, is_new] = by_rule.try_emplace(finding.rule);
        if (is_new) {
            for (Held& one : all) {
                if (!one.expired && rule_matches(finding.rule, one.waiver->rule)) {
                    at->second.push_back(&one);
                }
            }
        }
        for (Held* one : at->second) {
            const Waiver& waiver = *one->waiver;
            if (!scope.covers(waiver, finding)) {
                continue;
            }
            one->used = true;
            if (!finding.waived) {
                finding.known = false;
                finding.waived = Waived{.reason = waiver.reason,
                                        .owner = waiver.owner,
                                        .expires = format_day(waiver.expires),
                                        .where = waiver.where};
            }
        }
    }
}

/// \return nullptr when the rule was not asked for
RuleResult* asked(Report& report, const judge::Row& row) {
    const auto found =
        std::ranges::find(report.rules, row.rule.id,
                          [](const RuleResult& one) -> std::string_view { return one.rule; });
    return found == report.rules.end() ? nullptr : &*found;
}

} // namespace

void waive(Report& report, const Observation& observation, const Waivers& waivers, Day day) {
    std::erase_if(report.findings,
                  [](const Finding& one) { return accept::about_waivers(one.rule); });
    std::vector<Held> all;
    for (const Waiver& waiver : waivers.all) {
        all.push_back({.waiver = &waiver, .expired = day > waiver.expires});
    }
    const bool by_names =
        std::ranges::any_of(waivers.all, [](const Waiver& one) { return !one.namespaces.empty(); });
    const WaiverScope scope(report, observation, by_names);
    cover(report, scope, all);

    JudgedWaivers judged{.file = waivers.file, .day = format_day(day)};
    RuleResult* const expired = asked(report, judge::kWaiverExpired);
    RuleResult* const unused = asked(report, judge::kWaiverUnused);
    for (const Held& one : all) {
        const Waiver& waiver = *one.waiver;
        if (one.expired) {
            ++judged.expired;
            if (expired != nullptr) {
                report.findings.push_back(
                    told(judge::kWaiverExpired, waiver,
                         fmt::format("expired on {}", format_day(waiver.expires))));
            }
        } else if (one.used) {
            ++judged.used;
        } else if (!scope.was_judged(waiver)) {
            ++judged.not_judged;
        } else {
            ++judged.unused;
            if (unused != nullptr) {
                report.findings.push_back(
                    told(judge::kWaiverUnused, waiver, "covers nothing that was found"));
            }
        }
    }
    if (expired != nullptr) {
        expired->state = judged.expired > 0    ? RuleState::broken
                         : waivers.all.empty() ? RuleState::not_applicable
                                               : RuleState::held;
    }
    if (unused != nullptr) {
        unused->state = judged.unused > 0 ? RuleState::broken
                        : judged.used > 0 ? RuleState::held
                                          : RuleState::not_applicable;
    }
    report.judged.waivers = std::move(judged);
    judge::settle(report);
}

} // namespace haoh
