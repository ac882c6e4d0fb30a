// SPDX-License-Identifier: LGPL-2.1-or-later
// All formats there are. What offers them asks these tables; a new one is a renderer and a row.
#include <haoh/event_report.hpp>
#include <haoh/policy_report.hpp>
#include <haoh/simulation_report.hpp>

#include <array>

namespace haoh {
namespace {

using Rules = std::span<const Rule* const>;
using Differences = std::span<const Difference>;
using Style = const TextStyle&;

constexpr auto kReport = std::to_array<ReportFormat>({
    {"text", ".txt", to_text},
    {"json", ".json",
     [](const Report& report, const Observation&, Style) { return to_json(report); }},
    {"junit", ".xml",
     [](const Report& report, const Observation& observation, Style) {
         return to_junit(report, observation);
     }},
    {"sarif", ".sarif",
     [](const Report& report, const Observation& observation, Style) {
         return to_sarif(report, observation);
     }},
    {"markdown", ".md",
     [](const Report& report, const Observation& observation, Style) {
         return to_markdown(report, observation);
     }},
    {"html", ".html",
     [](const Report& report, const Observation& observation, Style) {
         return to_html(report, observation);
     }},
});

constexpr auto kList = std::to_array<ListFormat>({
    {"text", ".txt",
     [](const Observation& observation, const std::vector<Site>& sites, Style style) {
         return list_text(observation, attribute(observation, sites), style);
     }},
    {"json", ".json",
     [](const Observation& observation, const std::vector<Site>&, Style) {
         return to_json(observation, false) + "\n";
     }},
    {"dot", ".dot",
     [](const Observation& observation, const std::vector<Site>& sites, Style) {
         return list_dot(observation, attribute(observation, sites));
     }},
});

constexpr auto kDiff = std::to_array<DiffFormat>({
    {"text", ".txt", to_text},
    {"json", ".json", [](Differences differences, Style) { return to_json(differences); }},
});

constexpr auto kRules = std::to_array<RulesFormat>({
    {"text", ".txt", to_text},
    {"json", ".json", [](Rules rules, Style) { return to_json(rules); }},
    {"markdown", ".md", [](Rules rules, Style) { return to_markdown(rules); }},
});

constexpr auto kEvent = std::to_array<EventFormat>({
    {"text", ".txt", event_line},
    {"json", ".jsonl", [](const Event& event, Style) { return to_json(event); }},
});

constexpr auto kPolicyList = std::to_array<PolicyListFormat>({
    {"text", ".txt", policy_list_text},
    {"json", ".json", [](std::string_view release, Style) { return policy_list_json(release); }},
});

constexpr auto kPolicyOverview = std::to_array<PolicyOverviewFormat>({
    {"text", ".txt", to_text},
    {"json", ".json", [](const PolicyOverview& overview, Style) { return to_json(overview); }},
});

constexpr auto kPathChoice = std::to_array<PathChoiceFormat>({
    {"text", ".txt", to_text},
    {"json", ".json", [](const PathChoice& choice, Style) { return to_json(choice); }},
});

constexpr auto kSimulation = std::to_array<SimulationFormat>({
    {"text", ".txt", to_text},
    {"json", ".json", [](const SimulationResult& result, Style) { return to_json(result); }},
    {"svg", ".svg", [](const SimulationResult& result, Style) { return to_svg(result); }},
});

} // namespace

std::span<const ReportFormat> report_formats() {
    return kReport;
}

std::span<const ListFormat> list_formats() {
    return kList;
}

std::span<const DiffFormat> diff_formats() {
    return kDiff;
}

std::span<const RulesFormat> rules_formats() {
    return kRules;
}

std::span<const EventFormat> event_formats() {
    return kEvent;
}

std::span<const PolicyListFormat> policy_list_formats() {
    return kPolicyList;
}

std::span<const PolicyOverviewFormat> policy_overview_formats() {
    return kPolicyOverview;
}

std::span<const PathChoiceFormat> path_choice_formats() {
    return kPathChoice;
}

std::span<const SimulationFormat> simulation_formats() {
    return kSimulation;
}

} // namespace haoh
