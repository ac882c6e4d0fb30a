// SPDX-License-Identifier: LGPL-2.1-or-later
// SARIF 2.1.0 (OASIS Standard, errata 01); sections below are its. What GitHub makes of it is in its "SARIF
// support for code scanning".
#include <haoh/report.hpp>

#include "report/check/finding_fingerprint.hpp"
#include "report/check/finding_paragraphs.hpp"
#include "report/check/report_view.hpp"
#include "report/check/told_rules.hpp"
#include "report/rules/rules_view.hpp"
#include "report/text/json.hpp"
#include "report/text/text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace haoh {
namespace {

using namespace report;

constexpr const char* kSarifSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What is judged is no file, and consumers show results in files: the same for all, in all runs.
constexpr const char* kArtifact = "nvme-subsystems";

/// §3.27.10.
std::string_view sarif_level(Verdict verdict) {
    switch (verdict) {
    case Verdict::fail:
        return "error";
    case Verdict::warn:
        return "warning";
    case Verdict::note:
        return "note";
    case Verdict::unknown: // its kind says what it is
    case Verdict::pass:
        break;
    }
    return "none";
}

/// §3.27.9: "the tool concluded that there was insufficient information to decide".
std::string_view sarif_kind(Verdict verdict) {
    return verdict == Verdict::unknown ? "open" : "fail";
}

Json sarif_rule(const ToldRule& told) {
    Json out{{"id", told.id}, {"name", pascal_case(told.id)}};
    if (told.rule == nullptr) {
        return out;
    }
    const Rule& rule = *told.rule;
    const std::string title = fmt::format("{}.", rule.title);
    out["shortDescription"] = {{"text", title}};
    out["fullDescription"] = {{"text", fmt::format("{} {}", title, rule.why)}};
    out["help"] = {{"text", rule_help(rule)}, {"markdown", markdown_list(rule)}};
    out["defaultConfiguration"] = {{"level", sarif_level(rule.verdict)}};
    out["properties"] = {{"class", to_string(rule.rule_class)},
                         {"severity", to_string(rule.severity)},
                         {"at stake", stake(rule.severity)},
                         {"basis", rule.basis},
                         {"tags", {"nvme", std::string(family_of(rule.id))}}};
    return out;
}

Json sarif_place(std::string_view kind, const std::string& name, const std::string& full) {
    return {{"name", name}, {"fullyQualifiedName", full}, {"kind", kind}};
}

Json sarif_file() {
    return {{"artifactLocation", {{"uri", kArtifact}, {"index", 0}}},
            {"region", {{"startLine", 1}, {"startColumn", 1}, {"endColumn", 2}}}};
}

class SarifReport {
  public:
    SarifReport(const ReportView& view, const Report& report, const Observation& observation)
        : view_{view}, words_{view, observation}, prints_{observation}, rules_{told_rules(view)},
          status_{exit_status(report, observation)} {
        for (std::size_t index = 0; index < rules_.size(); ++index) {
            indices_.try_emplace(rules_[index].id, index);
        }
    }

    [[nodiscard]] Json json() const {
        Json run{{"tool", {{"driver", driver()}}},
                 {"invocations", Json::array({invocation()})},
                 {"artifacts",
                  {{{"location", {{"uri", kArtifact}}},
                    {"description",
                     {{"text", "No file: it stands for the NVMe subsystems that were judged. "
                               "logicalLocations say which."}}}}}},
                 {"columnKind", "unicodeCodePoints"},
                 {"results", results()},
                 {"properties",
                  {{"verdict", to_string(view_.verdict)},
                   {"summary", view_.summary},
                   {"model", to_string(view_.model)}}}};
        if (!view_.judged_by.empty()) {
            run["properties"]["judgedBy"] = view_.judged_by;
        }
        return {{"$schema", kSarifSchema}, {"version", "2.1.0"}, {"runs", Json::array({run})}};
    }

  private:
    [[nodiscard]] Json driver() const {
        Json out{{"name", "haoh"}};
        if (!view_.judged.version.empty()) {
            out["version"] = view_.judged.version;
            out["semanticVersion"] = view_.judged.version;
        }
        out["shortDescription"] = {{"text", "Checks NVMe-oF subsystems that stretch over two "
                                            "arrays."}};
        out["rules"] = Json::array();
        for (const ToldRule& rule : rules_) {
            out["rules"].push_back(sarif_rule(rule));
        }
        return out;
    }

    /// §3.20. That a rule fails is a result of the tool, no failure of it.
    [[nodiscard]] Json invocation() const {
        Json out{{"executionSuccessful", status_ <= 1 && view_.unobserved.empty()},
                 {"exitCode", status_}};
        if (const std::string_view began = moment(view_.observed_at); !began.empty()) {
            out["startTimeUtc"] = began;
        }
        Json notifications = Json::array();
        for (const Unobserved& one : view_.unobserved) {
            Json notification{{"descriptor", {{"id", to_string(one.reason)}}},
                              {"level", "error"},
                              {"message", {{"text", words_.error(one)}}}};
            Json places = Json::array();
            if (!one.subsysnqn.empty()) {
                places.push_back(sarif_place("subsystem", one.subsysnqn, one.subsysnqn));
            }
            if (!one.object.empty()) {
                places.push_back(sarif_place("object", one.object, one.object));
            }
            if (!places.empty()) {
                notification["locations"] = Json::array({{{"logicalLocations", places}}});
            }
            notifications.push_back(std::move(notification));
        }
        if (!notifications.empty()) {
            out["toolExecutionNotifications"] = std::move(notifications);
        }
        return out;
    }

    [[nodiscard]] Json results() const {
        Json out = Json::array();
        for (const FindingGroup& group : view_.groups) {
            for (const FindingItem& item : group.items) {
                for (const FindingItem& one : each_of(item)) {
                    out.push_back(result(group, one));
                }
            }
        }
        return out;
    }

    /// One for each namespace, as JSON has them: each is a problem of its own, and goes away alone.
    [[nodiscard]] static std::vector<FindingItem> each_of(const FindingItem& item) {
        if (item.about_all || item.nsids.size() < 2) {
            return {item};
        }
        std::vector<FindingItem> out;
        for (const std::uint32_t nsid : item.nsids) {
            out.push_back(item);
            out.back().nsids = {nsid};
        }
        return out;
    }

    [[nodiscard]] Json result(const FindingGroup& group, const FindingItem& item) const {
        const std::string identity = prints_.of(group, item, view_);
        Json out{{"ruleId", group.rule},
                 {"ruleIndex", indices_.at(group.rule)},
                 {"kind", sarif_kind(group.verdict)},
                 {"level", sarif_level(group.verdict)},
                 {"message", {{"text", message(group, item)}}},
                 {"locations", Json::array({location(group, item)})},
                 // The second is the only one that GitHub goes by.
                 {"partialFingerprints",
                  {{"haohFinding/v1", identity}, {"primaryLocationLineHash", identity + ":1"}}}};
        if (group.waived) {
            out["suppressions"] = Json::array(
                {{{"kind", "external"},
                  {"status", "accepted"},
                  {"justification", group.waived->reason},
                  {"properties",
                   {{"owner", group.waived->owner}, {"expires", group.waived->expires}}}}});
        } else if (view_.judged.baseline || view_.judged.waivers) {
            out["suppressions"] = Json::array(); // §3.27.23: none; absent would be "not known"
        }
        if (view_.judged.baseline) {
            out["baselineState"] = group.known ? "unchanged" : "new";
        }
        out["properties"] = properties(group, item);
        return out;
    }

    /// One paragraph for each: what, both values, why, what to do.
    [[nodiscard]] std::string message(const FindingGroup& group, const FindingItem& item) const {
        std::string out = words_.headline(item);
        for (const LabelledValue& one : words_.values(group, item, false)) {
            out += fmt::format("\n{}{}{}", one.label, one.label.empty() ? "" : ": ", one.value);
        }
        for (const auto& [label, text] :
             {std::pair{"Why: ", group.why}, std::pair{"Fix: ", group.fix}}) {
            out += text.empty() ? std::string() : fmt::format("\n{}{}", label, text);
        }
        return out;
    }

    [[nodiscard]] static Json location(const FindingGroup& group, const FindingItem& item) {
        Json places = Json::array();
        const std::string within = group.subsystem.empty() ? "" : group.subsystem + "/";
        if (!group.subsystem.empty()) {
            places.push_back(sarif_place("subsystem", group.subsystem, group.subsystem));
        }
        for (const std::uint32_t nsid : item.nsids) {
            const std::string name = std::to_string(nsid);
            places.push_back(sarif_place("namespace", name, within + "nsid/" + name));
        }
        std::set<std::string> told;
        const auto add = [&](std::string_view kind, const std::string& name, std::string full) {
            if (!name.empty() && told.insert(full).second) {
                places.push_back(sarif_place(kind, name, full));
            }
        };
        add("host", item.host, "host/" + item.host);
        for (const ValueGroup& value : item.values) {
            for (std::size_t i = 0; i < value.controllers.size(); ++i) {
                const std::string on =
                    value.hosts[i].empty() ? within : "host/" + value.hosts[i] + "/" + within;
                add("controller", value.controllers[i], on + "controller/" + value.controllers[i]);
                add("object", value.object, on + "object/" + value.object);
            }
        }
        Json out{{"physicalLocation", sarif_file()}};
        if (!places.empty()) {
            out["logicalLocations"] = std::move(places);
        }
        return out;
    }

    [[nodiscard]] Json properties(const FindingGroup& group, const FindingItem& item) const {
        Json out{{"verdict", to_string(group.verdict)},
                 {"severity", to_string(group.severity)},
                 {"basis", group.basis}};
        if (!item.nsids.empty()) {
            out["nsids"] = item.nsids;
        }
        Json values = Json::array();
        for (const LabelledValue& one : words_.values(group, item, true)) {
            values.push_back({{"of", one.label}, {"value", one.value}});
        }
        if (!values.empty()) {
            out["values"] = std::move(values);
        }
        if (group.on_kernel) {
            out["onKernel"] = {{"release", group.on_kernel->release},
                               {"outcome", to_string(group.on_kernel->outcome)},
                               {"text", group.on_kernel->text}};
        }
        if (!item.config.empty()) {
            out["config"] = item.config;
        }
        return out;
    }

    const ReportView& view_;
    FindingText words_;
    Fingerprints prints_;
    std::vector<ToldRule> rules_;
    std::map<std::string_view, std::size_t> indices_; ///< of `rules_`
    int status_{};
};

} // namespace

std::string to_sarif(const Report& report, const Observation& observation) {
    const ReportView view = view_of(report);
    return dump(SarifReport{view, report, observation}.json());
}

} // namespace haoh
