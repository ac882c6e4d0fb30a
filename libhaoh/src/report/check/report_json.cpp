// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/report.hpp>

#include "report/check/report_view.hpp"
#include "report/text/json.hpp"
#include "report/text/text.hpp"

#include <algorithm>

namespace haoh {
namespace {

using report::FindingGroup;
using report::FindingItem;
using report::Json;
using report::ReportView;
using report::ValueGroup;

Json values_json(const std::vector<ValueGroup>& groups) {
    Json out = Json::array();
    for (const ValueGroup& group : groups) {
        for (std::size_t i = 0; i < group.controllers.size(); ++i) {
            Json value{{"controller", group.controllers[i]},
                       {"site", group.array},
                       {"value", group.value}};
            if (!group.object.empty()) {
                value["object"] = group.object;
            }
            if (!group.hosts[i].empty()) {
                value["host"] = group.hosts[i];
            }
            out.push_back(std::move(value));
        }
    }
    return out;
}

void add_accepted(Json& out, const FindingGroup& group) {
    if (group.waived) {
        out["waived"] = {{"reason", group.waived->reason},
                         {"owner", group.waived->owner},
                         {"expires", group.waived->expires}};
        if (!group.waived->where.empty()) {
            out["waived"]["where"] = group.waived->where;
        }
    }
    if (group.known) {
        out["known"] = true;
    }
}

Json gone_json(const GoneFinding& gone) {
    Json out{
        {"rule", gone.rule}, {"verdict", to_string(gone.verdict)}, {"subsystem", gone.subsystem}};
    if (!gone.host.empty()) {
        out["host"] = gone.host;
    }
    if (!gone.nsids.empty()) {
        out["nsids"] = gone.nsids;
    }
    out["what"] = gone.what;
    out["looked_for"] = gone.looked_for;
    return out;
}

/// What did not count for the verdict, and why.
void add_accepted(Json& out, const ReportView& view) {
    const auto counts = [](const std::array<std::size_t, 5>& all) {
        Json one;
        for (const Verdict verdict : {Verdict::fail, Verdict::warn, Verdict::note}) {
            one[std::string{to_string(verdict)}] = all[static_cast<std::size_t>(verdict)];
        }
        return one;
    };
    if (view.judged.waivers) {
        out["waived_counts"] = counts(view.waived);
    }
    if (view.judged.baseline) {
        out["known_counts"] = counts(view.known);
        out["gone"] = Json::array();
        for (const GoneFinding& gone : view.judged.baseline->gone) {
            out["gone"].push_back(gone_json(gone));
        }
    }
}

void add_accepted(Json& out, const Judged& judged) {
    const auto file = [](const std::string& name) {
        return name.empty() ? Json(nullptr) : Json(name);
    };
    if (judged.waivers) {
        out["waivers"] = {
            {"file", file(judged.waivers->file)}, {"day", judged.waivers->day},
            {"used", judged.waivers->used},       {"unused", judged.waivers->unused},
            {"expired", judged.waivers->expired}, {"not_judged", judged.waivers->not_judged}};
    }
    if (judged.baseline) {
        out["baseline"] = {{"file", file(judged.baseline->file)},
                           {"observed_at", judged.baseline->observed_at}};
    }
}

Json finding_json(const FindingGroup& group, const FindingItem& item,
                  std::optional<std::uint32_t> nsid) {
    Json out{{"rule", group.rule},
             {"verdict", to_string(group.verdict)},
             {"severity", to_string(group.severity)},
             {"subsystem", group.subsystem}};
    if (!item.host.empty()) {
        out["host"] = item.host;
    }
    if (nsid) {
        out["nsid"] = *nsid;
    }
    if (item.about_all) {
        out["nsids"] = item.nsids;
    }
    out["what"] = item.what;
    out["values"] = values_json(item.values);
    if (item.unobserved) {
        out["unobserved"] = *item.unobserved;
    }
    if (!item.explains.empty()) {
        out["explains"] = item.explains;
    }
    out["basis"] = group.basis;
    out["why"] = group.why;
    out["fix"] = group.fix;
    if (!item.config.empty()) {
        out["config"] = item.config;
    }
    if (group.on_kernel) {
        out["on_kernel"] = {{"release", group.on_kernel->release},
                            {"outcome", to_string(group.on_kernel->outcome)},
                            {"text", group.on_kernel->text},
                            {"source", group.on_kernel->basis}};
        if (!group.on_kernel->nearest.empty()) {
            out["on_kernel"]["nearest"] = group.on_kernel->nearest;
        }
    }
    add_accepted(out, group);
    return out;
}

Json judged_json(const ReportView& view) {
    const Judged& judged = view.judged;
    Json out{{"version", judged.version},
             {"profile", word_of(judged.profile)},
             {"window", word_of(judged.window)},
             {"fail_on", word_of(judged.fail_on)},
             {"policy", judged.policy ? Json(word_of(*judged.policy)) : Json(nullptr)},
             {"sites", judged.sites},
             {"config_file", judged.config_file.empty() ? Json(nullptr) : Json(judged.config_file)},
             {"expectation", judged.expected},
             {"hosts", view.hosts}};
    out["rules"] = {
        {"selected", judged.rules.empty() ? std::vector<std::string>{"*"} : judged.rules},
        {"asked", view.rules_evaluated},
        {"left_out", judged.rules_left_out}};
    if (!judged.excluded.empty()) {
        out["rules"]["excluded"] = judged.excluded;
    }
    add_accepted(out, judged);
    return out;
}

/// Where it differs from one subsystem to the other, it is told of each.
Json rule_json(const RuleResult& one) {
    Json out{{"id", one.rule}, {"state", to_string(one.state)}};
    const auto differs = [&](RuleState state) { return state != one.state; };
    if (std::ranges::any_of(one.in_subsystem, differs)) {
        for (const RuleState state : one.in_subsystem) {
            out["in_subsystem"].push_back(to_string(state));
        }
    }
    if (one.elsewhere != RuleState::not_applicable) {
        out["elsewhere"] = to_string(one.elsewhere);
    }
    return out;
}

Json findings_json(const ReportView& view) {
    Json out = Json::array();
    for (const FindingGroup& group : view.groups) {
        for (const FindingItem& item : group.items) {
            if (item.nsids.empty()) {
                out.push_back(finding_json(group, item, std::nullopt));
            }
            for (const std::uint32_t nsid : item.nsids) {
                out.push_back(finding_json(group, item, nsid));
                if (item.about_all) {
                    break;
                }
            }
        }
    }
    return out;
}

} // namespace

std::string to_json(const Report& report) {
    const ReportView view = report::view_of(report);
    Json out{{"schema", "haoh.report/1"},
             {"verdict", to_string(view.verdict)},
             {"model", to_string(view.model)},
             {"summary", view.summary},
             {"observed_at", view.observed_at},
             {"readings", view.readings},
             {"rules_evaluated", view.rules_evaluated}};
    if (!view.judged.version.empty()) {
        out["judged"] = judged_json(view);
    }
    if (!view.kernel.empty()) {
        out["kernel"] = view.kernel;
    }
    if (!view.hosts.empty()) {
        out["hosts"] = view.hosts;
    }
    for (const Verdict verdict :
         {Verdict::fail, Verdict::warn, Verdict::unknown, Verdict::note, Verdict::pass}) {
        out["counts"][std::string{to_string(verdict)}] =
            view.counts[static_cast<std::size_t>(verdict)];
    }
    add_accepted(out, view);
    for (const RuleState state :
         {RuleState::held, RuleState::broken, RuleState::unknown, RuleState::not_applicable}) {
        out["rule_counts"][std::string{to_string(state)}] = count(view, state);
    }
    out["subsystems"] = view.subsystems;
    out["rules"] = Json::array();
    for (const RuleResult& one : view.rules) {
        out["rules"].push_back(rule_json(one));
    }
    out["findings"] = findings_json(view);
    out["unobserved"] = Json::array();
    for (const Unobserved& one : view.unobserved) {
        Json unobserved{{"object", one.object},
                        {"target", one.target},
                        {"subsysnqn", one.subsysnqn},
                        {"error", one.error},
                        {"reason", to_string(one.reason)}};
        if (!one.host.empty()) {
            unobserved["host"] = one.host;
        }
        out["unobserved"].push_back(std::move(unobserved));
    }
    out["attributions"] = Json::array();
    for (const Attribution& one : view.attributions) {
        Json attribution{{"controller", report::safe_text(one.controller)},
                         {"site", report::safe_text(one.array)},
                         {"evidence", report::safe_text(one.evidence)},
                         {"confidence", one.confidence}};
        if (!one.host.empty()) {
            attribution["host"] = report::safe_text(one.host);
        }
        out["attributions"].push_back(std::move(attribution));
    }
    return report::dump(out);
}

} // namespace haoh
