// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/report_view.hpp"

#include "report/check/accepted_view.hpp"
#include "report/text/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace haoh::report {
namespace {

std::vector<ValueGroup> group_values(const std::vector<FindingValue>& values) {
    std::vector<ValueGroup> groups;
    // A device or a module is of one host, an array of all.
    using Key = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>;
    std::map<Key, std::size_t> known;
    for (const FindingValue& value : values) {
        const std::string_view owner = value.object.empty() ? std::string_view() : value.host;
        const auto [at, is_new] =
            known.try_emplace({value.array, value.value, value.object, owner}, groups.size());
        if (is_new) {
            groups.push_back({.array = safe_text(value.array),
                              .value = safe_text(value.value),
                              .object = safe_text(value.object),
                              .controllers = {}});
        }
        groups[at->second].controllers.push_back(safe_text(value.controller));
        groups[at->second].hosts.push_back(safe_text(value.host));
    }
    return groups;
}

/// Worst first; findings of equal weight keep their order.
std::vector<const Finding*> ordered(const std::vector<Finding>& findings) {
    std::vector<const Finding*> out;
    out.reserve(findings.size());
    for (const Finding& finding : findings) {
        out.push_back(&finding);
    }
    std::ranges::stable_sort(out, [](const Finding* a, const Finding* b) {
        return a->verdict != b->verdict ? a->verdict > b->verdict : a->severity < b->severity;
    });
    return out;
}

/// Equal for findings that are the same one for two namespaces: all but the NSID.
struct ItemKey {
    const Finding& finding;

    bool operator<(const ItemKey& other) const {
        const auto parts = [](const FindingValue& value) {
            return std::tie(value.controller, value.array, value.value, value.object, value.host);
        };
        if (finding.what != other.finding.what) {
            return finding.what < other.finding.what;
        }
        if (finding.host != other.finding.host) {
            return finding.host < other.finding.host;
        }
        return std::ranges::lexicographical_compare(finding.values, other.finding.values, {}, parts,
                                                    parts);
    }
};

std::optional<OnKernel> safe_effect(const std::optional<OnKernel>& effect) {
    if (!effect) {
        return std::nullopt;
    }
    return OnKernel{.release = safe_text(effect->release),
                    .outcome = effect->outcome,
                    .text = safe_text(effect->text),
                    .basis = safe_text(effect->basis),
                    .nearest = safe_text(effect->nearest)};
}

std::vector<std::string> safe_config(std::vector<std::string> lines) {
    for (std::string& line : lines) {
        line = safe_text(line);
    }
    return lines;
}

std::vector<RuleResult> safe_rules(std::vector<RuleResult> rules) {
    for (RuleResult& one : rules) {
        one.rule = safe_text(one.rule);
    }
    return rules;
}

/// Equal for what one waiver covers.
std::string waiver_key(const Finding& finding) {
    return finding.waived
               ? fmt::format("{}\n{}\n{}\n{}", finding.waived->where, finding.waived->expires,
                             finding.waived->owner, finding.waived->reason)
               : std::string();
}

std::vector<FindingGroup> group_findings(const std::vector<Finding>& findings) {
    using Key = std::tuple<std::string_view, Verdict, Severity, std::string_view, std::string_view,
                           std::string_view, std::string_view, std::string_view, std::string, bool>;
    struct Members {
        std::size_t group;
        std::map<ItemKey, std::size_t> items;
    };
    std::vector<FindingGroup> groups;
    std::map<Key, Members> known;
    for (const Finding* finding : ordered(findings)) {
        const std::string_view release =
            finding->on_kernel ? std::string_view(finding->on_kernel->release) : std::string_view();
        const Key key{finding->rule,        finding->verdict, finding->severity, finding->subsystem,
                      finding->basis,       finding->why,     finding->fix,      release,
                      waiver_key(*finding), finding->known};
        const auto [at, is_new] =
            known.try_emplace(key, Members{.group = groups.size(), .items = {}});
        if (is_new) {
            groups.push_back({.rule = safe_text(finding->rule),
                              .verdict = finding->verdict,
                              .severity = finding->severity,
                              .subsystem = safe_text(finding->subsystem),
                              .basis = safe_text(finding->basis),
                              .why = safe_text(finding->why),
                              .fix = safe_text(finding->fix),
                              .on_kernel = safe_effect(finding->on_kernel),
                              .items = {},
                              .waived = safe_waived(finding->waived),
                              .known = finding->known});
        }
        std::vector<FindingItem>& items = groups[at->second.group].items;
        const bool about_all = !finding->nsids.empty();
        if (finding->nsid && !about_all) {
            const auto [item, is_new_item] =
                at->second.items.try_emplace(ItemKey{*finding}, items.size());
            if (!is_new_item) {
                items[item->second].nsids.push_back(*finding->nsid);
                continue;
            }
        }
        items.push_back({.nsids = finding->nsids,
                         .about_all = about_all,
                         .what = safe_text(finding->what),
                         .values = group_values(finding->values),
                         .host = safe_text(finding->host),
                         .unobserved = finding->unobserved,
                         .names_nsid = finding->names_nsid,
                         .config = safe_config(finding->config),
                         .explains = finding->explains});
        if (finding->nsid && !about_all) {
            items.back().nsids.push_back(*finding->nsid);
        }
    }
    for (FindingGroup& group : groups) {
        for (FindingItem& item : group.items) {
            std::ranges::sort(item.nsids);
        }
    }
    return groups;
}

/// The gravest thing that a verdict rests on.
Severity gravest(const std::vector<FindingGroup>& groups, Verdict verdict) {
    Severity worst = Severity::management;
    for (const FindingGroup& group : groups) {
        if (group.verdict == verdict && group.counts()) {
            worst = std::min(worst, group.severity);
        }
    }
    return worst;
}

std::string summary_of_rest(const ReportView& view) {
    if (view.attributions.empty() && view.verdict != Verdict::fail) {
        return view.unobserved.empty() ? "There is no controller to judge."
                                       : "Nothing could be observed, so nothing can be promised.";
    }
    switch (view.verdict) {
    case Verdict::fail:
        switch (gravest(view.groups, Verdict::fail)) {
        case Severity::corruption:
            return view.connected
                       ? "Data can be corrupted. Keep I/O off what is named below until it is "
                         "repaired."
                       : "Data can be corrupted. Do not let a host connect.";
        case Severity::loss:
            return view.connected
                       ? "Access to data is lost, or will be when one array fails."
                       : "Hosts can lose access to data. Repair this before a host connects.";
        case Severity::degraded:
        case Severity::management:
            return view.connected ? "What the controllers say does not fit together."
                                  : "What the controllers say does not fit together. Repair this "
                                    "before a host connects.";
        }
        break;
    case Verdict::warn:
        switch (gravest(view.groups, Verdict::warn)) {
        case Severity::corruption:
            return view.connected ? "Access works, but data can be corrupted."
                                  : "Hosts can connect, but data can be corrupted.";
        case Severity::loss:
            return view.connected ? "Access works, but it can be lost."
                                  : "Hosts can connect, but can lose access to data.";
        case Severity::degraded:
        case Severity::management:
            break;
        }
        return view.connected ? "Access works, but availability or performance can suffer."
                              : "Hosts can connect, but availability or performance can suffer.";
    case Verdict::unknown:
        if (view.unobserved.empty() && !view.rules.empty() &&
            count(view, RuleState::not_applicable) == view.rules.size()) {
            return "No rule had anything to judge.";
        }
        return view.unobserved.empty()
                   ? "No rule fails, but not every rule could be judged."
                   : "No rule fails, but not everything could be observed. Do not rely on it.";
    case Verdict::note:
    case Verdict::pass:
        if (std::string accepted = accepted_summary(view); !accepted.empty()) {
            return accepted;
        }
        if (count(view, RuleState::unknown) > 0) {
            return "No rule fails, but not every rule could be judged.";
        }
        if (view.rules_evaluated < rules().size()) {
            return "Every rule that was judged holds.";
        }
        if (view.attributions.size() == 1) {
            return "No rule fails, but with one controller there was nothing to compare.";
        }
        return fmt::format("{}: {} told one consistent story.",
                           view.groups.empty() ? "Every rule that applies holds" : "No rule fails",
                           view.connected ? "this host is" : "hosts are");
    }
    return {};
}

std::string summarize(const ReportView& view) {
    const std::string rest = summary_of_rest(view);
    const std::string warning = corruption_warning(view);
    return rest.empty() || warning.empty() ? rest + warning : rest + " " + warning;
}

/// What findings already say that it was not observed.
std::set<std::size_t> told_by(const std::vector<FindingGroup>& groups) {
    std::set<std::size_t> out;
    for (const FindingGroup& group : groups) {
        for (const FindingItem& item : group.items) {
            if (item.unobserved) {
                out.insert(*item.unobserved);
            }
            out.insert(item.explains.begin(), item.explains.end());
        }
    }
    return out;
}

/// "all 163 rules that apply hold, 47 do not apply"; "150 rules hold, 3 could not be judged".
std::string tally_of_rules(const ReportView& view, std::string_view of_what) {
    const std::size_t held = count(view, RuleState::held);
    const std::size_t unknown = count(view, RuleState::unknown);
    const std::size_t elsewhere = count(view, RuleState::not_applicable);
    const bool all = held > 1 && unknown == 0 && count(view, RuleState::broken) == 0;
    std::vector<std::string> parts;
    if (held > 0) {
        parts.push_back(fmt::format("{}{}{} {}{}", all ? "all " : "", count_of(held, "rule"),
                                    all && elsewhere > 0 ? " that apply" : "",
                                    held == 1 ? "holds" : "hold", of_what));
    }
    if (unknown > 0) {
        parts.push_back(fmt::format("{} could not be judged", grouped(unknown)));
    }
    if (elsewhere > 0) {
        parts.push_back(fmt::format(
            "{} {} not apply", parts.empty() ? count_of(elsewhere, "rule") : grouped(elsewhere),
            elsewhere == 1 ? "does" : "do"));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

/// Each once, however many subsystems it was to be asked for.
std::size_t objects_not_observed(const ReportView& view) {
    std::set<std::pair<std::string_view, std::string_view>> objects;
    for (const Unobserved& one : view.unobserved) {
        objects.emplace(one.host, one.object);
    }
    return objects.size();
}

/// Findings that are unknown, without those that only say what was not observed.
std::size_t open_questions(const ReportView& view) {
    std::size_t out = 0;
    for (const FindingGroup& group : view.groups) {
        for (const FindingItem& item : group.items) {
            out += group.verdict == Verdict::unknown && !item.unobserved ? item.findings() : 0;
        }
    }
    return out;
}

std::string tally(const ReportView& view) {
    std::array<std::set<std::string_view>, 5> rules;
    for (const FindingGroup& group : view.groups) {
        if (group.counts()) {
            rules[static_cast<std::size_t>(group.verdict)].insert(group.rule);
        }
    }
    const auto number = [&](Verdict verdict) {
        return rules[static_cast<std::size_t>(verdict)].size();
    };
    std::vector<std::string> parts;
    const auto add = [&](Verdict verdict, std::string_view one, std::string_view many) {
        const std::size_t of_rules = number(verdict);
        const auto at = static_cast<std::size_t>(verdict);
        const std::size_t of_findings = view.counts[at] - view.waived[at] - view.known[at];
        if (of_rules == 0) {
            return;
        }
        std::string part =
            fmt::format("{} {}", count_of(of_rules, "rule"), of_rules == 1 ? one : many);
        if (of_findings > of_rules) {
            part += fmt::format(" ({})", count_of(of_findings, "finding"));
        }
        parts.push_back(std::move(part));
    };
    add(Verdict::fail, "fails", "fail");
    add(Verdict::warn, "warns", "warn");
    std::ranges::move(accepted_counts(view), std::back_inserter(parts));
    const std::size_t not_observed = objects_not_observed(view);
    if (not_observed > 0) {
        parts.push_back(count_of(not_observed, "object") + " not observed");
    }
    if (const std::size_t open = open_questions(view); open > 0) {
        parts.push_back(count_of(open, "finding") + " unknown");
    }
    if (const std::size_t notes = number(Verdict::note); notes > 0) {
        parts.push_back(count_of(notes, "note"));
    }
    if (!view.attributions.empty() || view.verdict == Verdict::fail) {
        parts.push_back(tally_of_rules(view, not_observed > 0 ? " for the rest" : ""));
    }
    if (parts.empty()) {
        return {};
    }
    std::string text = fmt::format("{}.", fmt::join(parts, ", "));
    if (text.starts_with('a')) {
        text.front() = 'A';
    }
    return text;
}

Judged safe_judged(Judged judged) {
    judged.version = safe_text(judged.version);
    judged.config_file = safe_text(judged.config_file);
    for (std::vector<std::string>* texts : {&judged.sites, &judged.rules}) {
        for (std::string& one : *texts) {
            one = safe_text(one);
        }
    }
    make_accepted_safe(judged);
    return judged;
}

/// \param all  also what is so where nothing is said
std::string settings_text(const ReportView& view, bool all) {
    const Judged& judged = view.judged;
    std::vector<std::string> parts;
    const auto add = [&](bool said, std::string text) {
        if (all || said) {
            parts.push_back(std::move(text));
        }
    };
    add(judged.profile != Profile::automatic, fmt::format("profile {}", word_of(judged.profile)));
    add(judged.window != Window::none, fmt::format("window {}", word_of(judged.window)));
    add(judged.fail_on != FailOn::fail, fmt::format("fail_on {}", word_of(judged.fail_on)));
    add(judged.policy.has_value(),
        judged.policy ? fmt::format("policy {}", word_of(*judged.policy)) : "no policy");
    add(!judged.rules.empty(),
        judged.rules.empty()
            ? fmt::format("all {}", count_of(view.rules_evaluated, "rule"))
            : fmt::format("{} of {} ({})", view.rules_evaluated,
                          count_of(view.rules_evaluated + judged.rules_left_out, "rule"),
                          fmt::join(judged.rules, ", ")));
    add(!judged.sites.empty(),
        judged.sites.empty() ? "no sites" : fmt::format("sites {}", fmt::join(judged.sites, ", ")));
    add(judged.expected, judged.expected ? "an expectation" : "no expectation");
    add(!judged.config_file.empty(),
        judged.config_file.empty() ? "no configuration file" : judged.config_file);
    if (judged.waivers) {
        parts.push_back(waivers_text(*judged.waivers));
    }
    if (judged.baseline) {
        parts.push_back(baseline_text(*judged.baseline));
    }
    if (all && !judged.excluded.empty()) {
        parts.push_back(fmt::format("without {}", fmt::join(judged.excluded, ", ")));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

} // namespace

std::string_view ValueGroup::host() const {
    const bool one = !hosts.empty() && std::ranges::all_of(hosts, [&](const std::string& other) {
        return other == hosts.front();
    });
    return one ? std::string_view(hosts.front()) : std::string_view();
}

std::size_t FindingGroup::findings() const {
    std::size_t sum = 0;
    for (const FindingItem& item : items) {
        sum += item.findings();
    }
    return sum;
}

ReportView view_of(const Report& report) {
    ReportView view{.verdict = report.verdict == Verdict::note ? Verdict::pass : report.verdict,
                    .model = report.model,
                    .summary = {},
                    .tally = {},
                    .counts = report.counts,
                    .waived = report.waived,
                    .known = report.known,
                    .rules_evaluated = report.rules_evaluated,
                    .rules = safe_rules(report.rules),
                    .subsystems = {},
                    .rule_counts = {},
                    .groups = group_findings(report.findings),
                    .unobserved = {},
                    .untold = {},
                    .attributions = report.attributions,
                    .observed_at = safe_text(report.observed_at),
                    .readings = report.readings,
                    .kernel = safe_text(report.kernel),
                    .hosts = {},
                    .connected = report.connected,
                    .judged = safe_judged(report.judged),
                    .judged_by = {},
                    .judged_with = {}};
    for (const RuleResult& one : view.rules) {
        ++view.rule_counts[static_cast<std::size_t>(one.state)];
    }
    for (const std::string& subsystem : report.subsystems) {
        view.subsystems.push_back(safe_text(subsystem));
    }
    for (const std::string& host : report.hosts) {
        view.hosts.push_back(safe_text(host));
    }
    for (const Unobserved& one : report.unobserved) {
        view.unobserved.push_back({.object = safe_text(one.object),
                                   .target = safe_text(one.target),
                                   .subsysnqn = safe_text(one.subsysnqn),
                                   .error = safe_text(one.error),
                                   .host = safe_text(one.host),
                                   .reason = one.reason});
    }
    const std::set<std::size_t> told = told_by(view.groups);
    for (std::size_t index = 0; index < view.unobserved.size(); ++index) {
        if (!told.contains(index)) {
            view.untold.push_back(index);
        }
    }
    view.summary = summarize(view);
    view.tally = tally(view);
    if (!view.judged.version.empty()) {
        view.judged_by = fmt::format("haoh {}: {}", view.judged.version, settings_text(view, true));
        view.judged_with = settings_text(view, false);
    }
    return view;
}

} // namespace haoh::report
