// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/baseline.hpp>

#include "accept/finding_key.hpp"
#include "base/safe_text.hpp"
#include "judge/check.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace haoh {
namespace {

using accept::FindingKey;

/// The namespaces of findings with one key, with the worst verdict of each. 0 stands for none: no
/// finding is about NSID 0 and about no namespace under one key.
using Nsids = std::map<std::uint32_t, Verdict>;

std::vector<std::uint32_t> places_of(const BaselineFinding& finding) {
    return finding.nsids.empty() ? std::vector<std::uint32_t>{0} : finding.nsids;
}

/// Findings by what stays of them.
class Remembered {
  public:
    void add(const BaselineFinding& finding) {
        Nsids& nsids = all_[accept::key_of(finding)];
        for (const std::uint32_t nsid : places_of(finding)) {
            Verdict& worst = nsids[nsid];
            worst = std::max(worst, finding.verdict);
        }
    }
    /// nullptr when there is none.
    [[nodiscard]] const Nsids* find(const BaselineFinding& finding) const {
        const auto found = all_.find(accept::key_of(finding));
        return found == all_.end() ? nullptr : &found->second;
    }

  private:
    std::map<FindingKey, Nsids> all_;
};

bool is_known(const BaselineFinding& finding, const Remembered& before) {
    const Nsids* const nsids = before.find(finding);
    if (nsids == nullptr) {
        return false;
    }
    const auto was_there = [&](std::uint32_t nsid) {
        const auto found = nsids->find(nsid);
        return found != nsids->end() && found->second >= finding.verdict;
    };
    return std::ranges::all_of(places_of(finding), was_there);
}

/// What the report could have told again.
class LookedFor {
  public:
    LookedFor(const Report& report, const Observation& observation)
        : complete_{report.unobserved.empty()} {
        for (const RuleResult& one : report.rules) {
            if (one.state != RuleState::unknown) {
                rules_.insert(base::safe_text(one.rule));
            }
        }
        for (const std::string_view nqn : accept::subsystems_in(observation)) {
            subsystems_.insert(base::safe_text(nqn));
        }
        for (const std::string& host : report.hosts) {
            hosts_.insert(base::safe_text(host));
        }
    }
    [[nodiscard]] bool operator()(const BaselineFinding& finding) const {
        return complete_ && rules_.contains(finding.rule) &&
               (finding.subsystem.empty() || subsystems_.contains(finding.subsystem)) &&
               (finding.host.empty() || hosts_.contains(finding.host));
    }

  private:
    bool complete_;
    std::set<std::string> rules_;
    std::set<std::string> subsystems_;
    std::set<std::string> hosts_;
};

bool is_comparable(const BaselineFinding& finding) {
    return finding.verdict != Verdict::unknown && finding.verdict != Verdict::pass &&
           !accept::about_waivers(finding.rule);
}

/// What of a finding is not there any more.
std::vector<std::uint32_t> missing(const BaselineFinding& finding, const Remembered& now) {
    std::vector<std::uint32_t> places = places_of(finding);
    if (const Nsids* const nsids = now.find(finding)) {
        std::erase_if(places, [nsids](std::uint32_t nsid) { return nsids->contains(nsid); });
    }
    return places;
}

} // namespace

Baseline baseline_of(const Report& report) {
    Baseline out{.observed_at = base::safe_text(report.observed_at), .findings = {}};
    for (const Finding& finding : report.findings) {
        out.findings.push_back(accept::remembered(finding));
    }
    return out;
}

void hold_against(Report& report, const Observation& observation, const Baseline& baseline) {
    Remembered before;
    for (const BaselineFinding& finding : baseline.findings) {
        if (is_comparable(finding) && !finding.waived) {
            before.add(finding);
        }
    }
    Remembered now;
    for (Finding& finding : report.findings) {
        const BaselineFinding told = accept::remembered(finding);
        finding.known = is_comparable(told) && !finding.waived && is_known(told, before);
        if (is_comparable(told)) {
            now.add(told);
        }
    }
    JudgedBaseline judged{.file = baseline.file,
                          .observed_at = base::safe_text(baseline.observed_at)};
    const LookedFor looked_for(report, observation);
    for (const BaselineFinding& finding : baseline.findings) {
        if (!is_comparable(finding)) {
            continue;
        }
        std::vector<std::uint32_t> gone = missing(finding, now);
        if (gone.empty()) {
            continue;
        }
        if (finding.nsids.empty()) {
            gone.clear();
        }
        judged.gone.push_back({.rule = finding.rule,
                               .verdict = finding.verdict,
                               .subsystem = finding.subsystem,
                               .host = finding.host,
                               .nsids = std::move(gone),
                               .what = finding.what,
                               .looked_for = looked_for(finding)});
    }
    report.judged.baseline = std::move(judged);
    judge::settle(report);
}

} // namespace haoh
