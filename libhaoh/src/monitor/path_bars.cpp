// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/path_bars.hpp"

#include "catalogue/cited_rows.hpp"

#include <haoh/check.hpp>
#include <haoh/rule.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

namespace haoh::monitor {

namespace {

/// Rules about what a controller and its namespaces are. Where ANA keeps I/O away, its states say so.
constexpr std::array kJudged{"ctrl.*", "ns.*", "prop.*"};

bool bars(KernelOutcome outcome) {
    switch (outcome) {
    case KernelOutcome::path_refused:
    case KernelOutcome::path_unused:
    case KernelOutcome::controller_rejected:
    case KernelOutcome::io_errors:
    case KernelOutcome::io_hangs:
        return true;
    case KernelOutcome::unnoticed:
    case KernelOutcome::namespace_resized:
    case KernelOutcome::volumes_merged:
    case KernelOutcome::wrong_blocks:
    case KernelOutcome::ana_ignored:
    case KernelOutcome::data_at_risk:
        break;
    }
    return false;
}

bool bars(const Finding& finding) {
    // Of several that do not go together Linux refuses those that come later: see `refused_beside`.
    const RuleClass of = find_rule(finding.rule)->rule_class;
    return finding.verdict == Verdict::fail && finding.on_kernel &&
           bars(finding.on_kernel->outcome) && (of == RuleClass::int_ || of == RuleClass::xrf) &&
           finding.rule != judge::kNsNmicShared.rule.id;
}

} // namespace

void bar_paths(View& view, ControllerObservation& controller, const std::string& kernel) {
    Observation alone;
    alone.controllers.push_back(std::move(controller));
    CheckOptions options;
    options.rules.assign(kJudged.begin(), kJudged.end());
    options.kernel = kernel;
    const Report report = check(alone, options);
    controller = std::move(alone.controllers.front());

    std::optional<Refused> whole;
    std::map<std::uint32_t, Refused> by_nsid;
    for (const Finding& finding : report.findings) {
        if (!bars(finding)) {
            continue;
        }
        const Refused refused{.rule = find_rule(finding.rule)->id, .text = finding.what};
        if (!finding.nsid) {
            whole = whole.value_or(refused);
        } else if (finding.nsids.empty()) {
            by_nsid.try_emplace(*finding.nsid, refused);
        }
        for (const std::uint32_t nsid : finding.nsids) {
            by_nsid.try_emplace(nsid, refused);
        }
    }
    for (ViewedNamespace& viewed : view.namespaces) {
        const auto found = by_nsid.find(viewed.nsid);
        for (ViewedPath& path : viewed.paths) {
            path.barred = whole;
            if (!whole && found != by_nsid.end()) {
                path.barred = found->second;
            }
        }
    }
}

} // namespace haoh::monitor
