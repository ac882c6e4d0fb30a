// SPDX-License-Identifier: LGPL-2.1-or-later
#include "judge/check.hpp"

#include "base/number_text.hpp"
#include "judge/compare.hpp"
#include "judge/page_compare.hpp"
#include "judge/row.hpp"

#include <haoh/kernel_effect.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace haoh {

namespace {

/// What could not be observed is told whatever was asked for.
bool is_told(const Finding& finding, const std::vector<std::string>& globs) {
    return rule_chosen(finding.rule, globs) ||
           (finding.verdict == Verdict::unknown &&
            (finding.unobserved || !rule_excluded(finding.rule, globs)));
}

/// Judges one row for one subsystem, if it is of a kind that is judged so.
struct JudgeRow {
    const judge::Row& row;
    const judge::Subsystem& subsystem;
    judge::Findings& findings;

    void operator()(const judge::EqualControllers& kind) const {
        judge::judge_row(row, kind, subsystem, findings);
    }
    void operator()(const judge::CheckController& kind) const {
        judge::judge_row(row, kind, subsystem, findings);
    }
    void operator()(const judge::CheckNamespace& kind) const {
        judge::judge_row(row, kind, subsystem, findings);
    }
    void operator()(const judge::EqualNamespaces& /*kind*/) const {} // volume by volume
    void operator()(const judge::ComparePages& /*kind*/) const {}    // at the end
    void operator()(const judge::JudgeSubsystem& /*kind*/) const {}  // each function once
    void operator()(const judge::JudgeSubject& /*kind*/) const {}
    void operator()(const judge::JudgeHost& /*kind*/) const {}
    void operator()(const judge::JudgeHostSubsystem& /*kind*/) const {}
    void operator()(const judge::JudgeReport& /*kind*/) const {} // when it is made
};

using Rows = std::span<const judge::Row* const>;

/// The rows that name a function of this kind, one for each function.
template <typename Kind>
std::vector<const judge::Row*> functions(Rows rows) {
    std::vector<const judge::Row*> out;
    for (const judge::Row* row : rows) {
        const auto same = [row](const judge::Row* other) {
            return std::get<Kind>(row->judge) == std::get<Kind>(other->judge);
        };
        if (std::holds_alternative<Kind>(row->judge) &&
            std::none_of(out.begin(), out.end(), same)) {
            out.push_back(row);
        }
    }
    return out;
}

/// Whether rows of the kind are about single namespaces.
struct IsAboutNamespaces {
    bool operator()(const judge::EqualNamespaces& /*kind*/) const { return true; }
    bool operator()(const judge::CheckNamespace& /*kind*/) const { return true; }
    bool operator()(const judge::ComparePages& kind) const {
        return kind.of == judge::ComparePages::Of::namespaces;
    }
    template <typename Other>
    bool operator()(const Other& /*kind*/) const {
        return false; // functions count for themselves
    }
};

/// A controller that does not say which namespaces it has may have any: no rule about them holds.
void count_unlisted(Rows rows, const judge::Subsystem& subsystem, judge::Findings& findings) {
    if (!subsystem.unlisted()) {
        return;
    }
    for (const judge::Row* row : rows) {
        if (std::visit(IsAboutNamespaces{}, row->judge)) {
            findings.unknown(*row);
        }
    }
}

void judge_subsystem(Rows rows, const judge::Subsystem& subsystem, const judge::Subject& subject,
                     judge::Findings& findings) {
    findings.in_subsystem(subsystem.nqn);
    for (const judge::Row* row : rows) {
        findings.begin(*row);
        std::visit(JudgeRow{.row = *row, .subsystem = subsystem, .findings = findings}, row->judge);
    }
    for (const judge::Row* row : functions<judge::JudgeSubsystem>(rows)) {
        findings.begin(*row);
        std::get<judge::JudgeSubsystem>(row->judge).judge(subsystem, subject, findings);
    }
    count_unlisted(rows, subsystem, findings);
    for (const judge::SharedNamespace& shared : subsystem.namespaces) {
        for (const auto& volume : shared.volumes) {
            judge::judge_volume(rows, volume, shared.nsid, subsystem.nqn, findings);
        }
    }
    findings.in_subsystem({});
}

void judge_subject(Rows rows, const judge::Subject& subject, judge::Findings& findings) {
    for (const judge::Row* row : functions<judge::JudgeSubject>(rows)) {
        findings.begin(*row);
        std::get<judge::JudgeSubject>(row->judge).judge(subject, findings);
    }
}

void judge_hosts(Rows rows, const judge::Subject& subject, judge::Findings& findings) {
    for (const judge::Row* row : functions<judge::JudgeHost>(rows)) {
        findings.begin(*row);
        for (const judge::Host& host : subject.hosts) {
            findings.on_host(host.kernel->host);
            std::get<judge::JudgeHost>(row->judge).judge(host, subject, findings);
        }
    }
    for (const judge::Row* row : functions<judge::JudgeHostSubsystem>(rows)) {
        findings.begin(*row);
        for (const judge::Host& host : subject.hosts) {
            findings.on_host(host.kernel->host);
            for (const judge::HostSubsystem& subsystem : host.subsystems) {
                findings.in_subsystem(subsystem.nqn);
                std::get<judge::JudgeHostSubsystem>(row->judge).judge(subsystem, subject, findings);
            }
            findings.in_subsystem({});
        }
    }
    findings.on_host({});
}

/// What no other row has reported: therefore last.
void compare_controllers(Rows rows, const judge::Subsystem& subsystem, judge::Findings& findings) {
    findings.in_subsystem(subsystem.nqn);
    for (const judge::Row* row : rows) {
        const auto* const pages = std::get_if<judge::ComparePages>(&row->judge);
        if (pages != nullptr && pages->of == judge::ComparePages::Of::controller) {
            judge::compare_pages(*row, rows, subsystem, findings);
        }
    }
    findings.in_subsystem({});
}

/// Where rules about arrays have nothing to go by.
std::set<std::pair<std::string, std::string>> unplaced(const judge::Subject& subject) {
    std::set<std::pair<std::string, std::string>> out;
    for (const judge::Subsystem& subsystem : subject.subsystems) {
        if (!subsystem.arrays_known) {
            out.emplace(std::string(), subsystem.nqn);
        }
    }
    for (const judge::Host& host : subject.hosts) {
        for (const judge::HostSubsystem& subsystem : host.subsystems) {
            if (!subsystem.arrays_known) {
                out.emplace(host.kernel->host, subsystem.nqn);
            }
        }
    }
    return out;
}

/// None of them holds of a subsystem of which the arrays are not known.
void count_unplaced(Rows rows, const judge::Subject& subject, judge::Findings& findings) {
    for (const auto& [host, nqn] : unplaced(subject)) {
        findings.in_subsystem(nqn);
        for (const judge::Row* row : rows) {
            if (row->by_array) {
                findings.unknown(*row);
            }
        }
    }
    findings.in_subsystem({});
}

/// Two subsystems that show one namespace which both call dispersed.
bool dispersed(const judge::Subject& subject) {
    std::set<nvme::Nguid> nguids;
    std::set<nvme::Uuid> uuids;
    for (const judge::Subsystem& subsystem : subject.subsystems) {
        std::set<nvme::Nguid> own_nguids;
        std::set<nvme::Uuid> own_uuids;
        for (const judge::SharedNamespace& shared : subsystem.namespaces) {
            for (const judge::Namespace* path : shared.paths) {
                if ((path->idns.nmic & nvme::nmic::dispersed) == 0) {
                    continue;
                }
                if (path->ids.nguid) {
                    own_nguids.insert(*path->ids.nguid);
                }
                if (path->ids.uuid) {
                    own_uuids.insert(*path->ids.uuid);
                }
            }
        }
        const auto known = [](const auto& all, const auto& own) {
            return std::any_of(own.begin(), own.end(),
                               [&all](const auto& id) { return all.contains(id); });
        };
        if (known(nguids, own_nguids) || known(uuids, own_uuids)) {
            return true;
        }
        nguids.merge(own_nguids);
        uuids.merge(own_uuids);
    }
    return false;
}

Model detect_model(const judge::Subject& subject) {
    const auto& subsystems = subject.subsystems;
    const bool any =
        std::any_of(subject.controllers.begin(), subject.controllers.end(),
                    [](const judge::Controller& controller) { return controller.has_identify; });
    if (!any) {
        return Model::unknown;
    }
    if (std::any_of(subsystems.begin(), subsystems.end(), [](const judge::Subsystem& subsystem) {
            return subsystem.stretched && subsystem.arrays_known;
        })) {
        return Model::stretched;
    }
    if (dispersed(subject)) {
        return Model::dispersed;
    }
    if (!subject.all_arrays_known()) {
        return Model::unknown;
    }
    // Whoever did not answer may be the other array.
    return subject.observation->unobserved.empty() ? Model::single : Model::unknown;
}

Verdict verdict_of(const Report& report) {
    if (report.blocking(Verdict::fail) > 0) {
        return Verdict::fail;
    }
    const bool nothing_judged =
        report.count(RuleState::held) == 0 && report.count(RuleState::broken) == 0;
    if (report.count(Verdict::unknown) > 0 || !report.unobserved.empty() ||
        (report.model == Model::unknown && report.arrays_known) || nothing_judged) {
        return Verdict::unknown;
    }
    return report.blocking(Verdict::warn) > 0 ? Verdict::warn : Verdict::pass;
}

/// The release that findings speak of; empty for none.
std::string release_of(const CheckOptions& options, const Observation& observation) {
    if (!options.kernel.empty()) {
        return options.kernel;
    }
    for (const KernelObservation& kernel : observation.kernels) {
        if (!kernel.release.empty()) {
            return kernel.release;
        }
    }
    return {};
}

/// What is said in front of what another release does.
std::string caution(const KernelRelease& release, const KernelRelease& nearest) {
    return release.upstream == nearest.upstream && release.distribution == nearest.distribution
               ? "depends on the patch level, which is not told; the first of them: "
               : fmt::format("not known; {} of kernel.org, the nearest that is: ",
                             name_of(nearest));
}

std::optional<OnKernel> on_kernel(const Rule& rule, const std::string& text,
                                  const KernelRelease& release) {
    const KernelAnswer answer = kernel_answer(rule.on_linux, release);
    if (answer.effect == nullptr) {
        return std::nullopt;
    }
    OnKernel out{.release = text,
                 .outcome = answer.effect->outcome,
                 .text = std::string(answer.effect->text),
                 .basis = std::string(answer.effect->basis)};
    if (!answer.known) {
        out.text.insert(0, caution(release, answer.nearest));
        out.nearest =
            fmt::format("{}.{}", answer.nearest.upstream.major, answer.nearest.upstream.minor);
    }
    return out;
}

void say_what_kernel_does(Report& report, Rows rows, const CheckOptions& options,
                          const Observation& observation) {
    std::map<std::string_view, const Rule*> rules;
    for (const judge::Row* row : rows) {
        rules.emplace(row->rule.id, &row->rule);
    }
    std::map<std::string_view, std::string_view> releases; // by host
    if (options.kernel.empty()) {
        for (const KernelObservation& kernel : observation.kernels) {
            releases.emplace(kernel.host, kernel.release);
        }
    }
    for (Finding& finding : report.findings) {
        const auto own = releases.find(finding.host);
        const std::string text =
            own == releases.end() || own->second.empty() ? report.kernel : std::string(own->second);
        const auto release = parse_kernel_release(text);
        const auto rule = rules.find(finding.rule);
        if (release && rule != rules.end() && finding.verdict != Verdict::unknown) {
            finding.on_kernel = on_kernel(*rule->second, text, *release);
        }
    }
}

Judged judged_by(const CheckOptions& options) {
    const Config& config = options.config;
    Judged out{.version = HAOH_VERSION,
               .profile = config.profile,
               .window = config.window,
               .fail_on = config.fail_on,
               .policy = config.policy,
               .sites = {},
               .config_file = options.config_file,
               .rules = options.rules,
               .rules_left_out = 0,
               .expected = options.expected.has_value()};
    for (const Site& site : config.sites) {
        out.sites.push_back(site.name);
    }
    return out;
}

using Places = std::set<std::pair<std::string, std::string>>; ///< rule, subsystem

/// What is left of a rule of which some findings do not count as such.
void withdraw_state(RuleResult& result, const std::vector<std::string>& subsystems,
                    const Places& withdrawn, const Places& broken) {
    const auto state_in = [&](const std::string& subsystem, RuleState state) {
        const std::pair place{result.rule, subsystem};
        return withdrawn.contains(place) && !broken.contains(place) ? RuleState::unknown : state;
    };
    const auto of_rule = [&](const Places& places) {
        const auto first = places.lower_bound({result.rule, std::string()});
        return first != places.end() && first->first == result.rule;
    };
    if (of_rule(withdrawn) && !of_rule(broken)) {
        result.state = RuleState::unknown;
    }
    result.elsewhere = state_in({}, result.elsewhere);
    for (std::size_t index = 0; index < result.in_subsystem.size(); ++index) {
        result.in_subsystem[index] = state_in(subsystems[index], result.in_subsystem[index]);
    }
}

} // namespace

std::size_t Report::count(RuleState wanted) const {
    return static_cast<std::size_t>(
        std::count_if(rules.begin(), rules.end(),
                      [wanted](const RuleResult& result) { return result.state == wanted; }));
}

std::string_view to_string(Model value) {
    switch (value) {
    case Model::unknown:
        return "unknown";
    case Model::single:
        return "single";
    case Model::stretched:
        return "stretched";
    case Model::dispersed:
        return "dispersed";
    }
    return "?";
}

std::string format_nsids(std::span<const std::uint32_t> nsids) {
    std::string out;
    for (const base::NumberRun& run : base::runs_of(nsids)) {
        out += (out.empty() ? "" : ", ") + to_string(run);
    }
    return out;
}

Report judge::check(Rows rows, const Observation& observation, const CheckOptions& options) {
    const judge::Subject subject(observation, options.config,
                                 options.expected ? &*options.expected : nullptr);
    judge::Findings findings(options.config.window, unplaced(subject));
    for (const judge::Subsystem& subsystem : subject.subsystems) {
        judge_subsystem(rows, subsystem, subject, findings);
    }
    judge_subject(rows, subject, findings);
    judge_hosts(rows, subject, findings);
    count_unplaced(rows, subject, findings);
    for (const judge::Subsystem& subsystem : subject.subsystems) {
        compare_controllers(rows, subsystem, findings);
    }

    Report report;
    report.model = detect_model(subject);
    report.arrays_known = subject.all_arrays_known();
    report.unobserved = observation.unobserved;
    report.attributions = subject.attributions;
    report.observed_at = observation.observed_at;
    report.kernel = release_of(options, observation);
    for (const KernelObservation& kernel : observation.kernels) {
        report.hosts.push_back(kernel.host);
    }
    report.connected = !observation.kernels.empty();
    report.judged = judged_by(options);
    for (Finding& finding : findings.take()) {
        if (is_told(finding, options.rules)) {
            report.findings.push_back(std::move(finding));
        }
    }
    for (const judge::Row* row : rows) {
        if (rule_chosen(row->rule.id, options.rules)) {
            report.rules.push_back(findings.result(*row));
        } else if (rule_excluded(row->rule.id, options.rules)) {
            report.judged.excluded.emplace_back(row->rule.id);
        }
    }
    std::sort(report.judged.excluded.begin(), report.judged.excluded.end());
    report.subsystems = findings.subsystems();
    std::sort(report.rules.begin(), report.rules.end(),
              [](const RuleResult& a, const RuleResult& b) { return a.rule < b.rule; });
    report.rules_evaluated = report.rules.size();
    report.judged.rules_left_out = rows.size() - report.rules.size();
    say_what_kernel_does(report, rows, options, observation);
    settle(report);
    return report;
}

void judge::settle(Report& report) {
    sort_worst_first(report.findings);
    report.counts = {};
    report.waived = {};
    report.known = {};
    std::set<std::string_view> with_finding;
    for (const Finding& finding : report.findings) {
        const auto at = static_cast<std::size_t>(finding.verdict);
        ++report.counts[at];
        report.waived[at] += finding.waived ? 1U : 0U;
        report.known[at] += finding.known && !finding.waived ? 1U : 0U;
        with_finding.insert(finding.rule);
    }
    report.counts[static_cast<std::size_t>(Verdict::pass)] = static_cast<std::size_t>(
        std::count_if(report.rules.begin(), report.rules.end(), [&](const RuleResult& result) {
            return !with_finding.contains(result.rule);
        }));
    report.verdict = verdict_of(report);
}

void judge::withdraw(Report& report, const std::function<bool(Finding&)>& is_withdrawn) {
    Places withdrawn;
    Places broken;
    for (Finding& finding : report.findings) {
        if (finding.verdict != Verdict::unknown && is_withdrawn(finding)) {
            finding.verdict = Verdict::unknown;
            finding.on_kernel.reset();
            withdrawn.emplace(finding.rule, finding.subsystem);
        } else if (finding.verdict != Verdict::unknown) {
            broken.emplace(finding.rule, finding.subsystem);
        }
    }
    if (withdrawn.empty()) {
        return;
    }
    for (RuleResult& result : report.rules) {
        withdraw_state(result, report.subsystems, withdrawn, broken);
    }
    settle(report);
}

int exit_status(const Report& report, FailOn fail_on, bool anything_observed) {
    constexpr int kHolds = 0;
    constexpr int kBroken = 1;
    constexpr int kIncomplete = 3;
    constexpr int kNothing = 4;
    if (!anything_observed) {
        return kNothing;
    }
    if (report.blocking(Verdict::fail) > 0 ||
        (fail_on == FailOn::warn && report.blocking(Verdict::warn) > 0)) {
        return kBroken;
    }
    return report.verdict == Verdict::unknown ? kIncomplete : kHolds;
}

int exit_status(const Report& report, const Observation& observation) {
    const bool missed = report.judged.expected && report.count(Verdict::fail) > 0;
    return exit_status(report, report.judged.fail_on, missed || is_anything(observation));
}

} // namespace haoh
