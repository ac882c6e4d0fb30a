// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/report.hpp>

#include "report/rules/rules_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace haoh {
namespace {

using namespace report;

std::string_view family_title(std::string_view family) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 20> titles{
        {{"ana", "Asymmetric namespace access"},
         {"ccr", "Cross-controller reset"},
         {"conn", "Connections"},
         {"ctrl", "Controllers"},
         {"ctrllist", "Controller lists"},
         {"disc", "Discovery"},
         {"disp", "Dispersed namespaces"},
         {"domain", "Domains"},
         {"expect", "What is expected"},
         {"feat", "Features"},
         {"host", "What a Linux host made of it"},
         {"log", "Log pages"},
         {"model", "The model"},
         {"ns", "Namespaces"},
         {"nslist", "Namespace lists"},
         {"prop", "Properties"},
         {"reach", "Reachability"},
         {"resv", "Reservations"},
         {"snap", "What was observed"},
         {"subsys", "The subsystem"}}};
    for (const auto& [prefix, title] : titles) {
        if (prefix == family) {
            return title;
        }
    }
    return family;
}

std::string anchor_of(std::string_view id) {
    std::string out;
    for (const char character : id) {
        if (character != '.') {
            out += character;
        }
    }
    return out;
}

std::string section(const Rule& rule) {
    return fmt::format("### {}\n\n{}.\n\n{}", rule.id, markdown_text(rule.title),
                       markdown_list(rule));
}

/// What a verdict follows from, and the rules of which it does not.
std::string verdict_table(std::span<const Rule* const> rules) {
    constexpr std::array kSeverities{Severity::corruption, Severity::loss, Severity::degraded,
                                     Severity::management};
    constexpr std::array kVerdicts{Verdict::fail, Verdict::warn, Verdict::note};
    std::string out = "## Verdict and stakes\n\n"
                      "The verdict of a rule follows what is at stake, whatever the family:\n\n"
                      "| at stake | a broken rule is |\n|---|---|\n";
    for (const Severity severity : kSeverities) {
        std::vector<std::string_view> verdicts;
        for (const Verdict verdict : kVerdicts) {
            if (verdict_follows(severity, verdict)) {
                verdicts.push_back(to_string(verdict));
            }
        }
        out += fmt::format("| {} | {} |\n", stake(severity), fmt::join(verdicts, " or "));
    }
    out += "\nWhat was not seen is **unknown**, whatever is at stake. The exit status follows the "
           "verdict. A rule that\nis milder says why:\n\n"
           "| rule | at stake | if not | because |\n|---|---|---|---|\n";
    for (const Rule* rule : rules) {
        if (!rule->exception.empty()) {
            out += fmt::format("| [{}](#{}) | {} | {} | {} |\n", rule->id, anchor_of(rule->id),
                               stake(rule->severity), to_string(rule->verdict),
                               markdown_text(rule->exception));
        }
    }
    return out;
}

/// What the catalogue names and the program does not judge, or judges under another name.
std::string unbuilt_section() {
    constexpr std::array kReasons{UnbuiltReason::io_queue,  UnbuiltReason::hardware,
                                  UnbuiltReason::unsettled, UnbuiltReason::may_differ,
                                  UnbuiltReason::unsafe,    UnbuiltReason::conduct,
                                  UnbuiltReason::not_yet};
    std::string out = "## What is not judged\n\n"
                      "The catalogue that haoh is built by names more rules. Those without a row, "
                      "and why:\n\n"
                      "| reason | rules |\n|---|---|\n";
    const std::span<const UnbuiltRule> all = unbuilt_rules();
    for (const UnbuiltReason reason : kReasons) {
        out += fmt::format("| {} | {} |\n", meaning(reason),
                           std::count_if(all.begin(), all.end(), [reason](const UnbuiltRule& rule) {
                               return rule.reason == reason;
                           }));
    }
    out += "\n| rule | reason | more |\n|---|---|---|\n";
    for (const UnbuiltRule& rule : all) {
        out += fmt::format("| {} | {} | {} |\n", markdown_text(rule.id), meaning(rule.reason),
                           markdown_text(rule.detail));
    }
    out += "\nRules of the catalogue that are judged under another name:\n\n"
           "| in the catalogue | judged as |\n|---|---|\n";
    for (const RuleAlias& alias : rule_aliases()) {
        out += fmt::format("| {} | [{}](#{}) |\n", markdown_text(alias.id), alias.built_as,
                           anchor_of(alias.built_as));
    }
    return out;
}

constexpr std::string_view kIntroduction = R"(# What haoh judges

This page is written by `haoh rules -o markdown` from the table that `haoh check` works by.

A rule that does not hold gives **fail**, **warn** or **note**; the last column says what is at
stake. A rule that could not be judged, because a controller did not answer, gives **unknown**.
`haoh rules GLOB` prints the same in a terminal, and `haoh check --rule GLOB` judges only some.

The basis of a rule: "Base" is the NVM Express Base Specification; where Linux is named, the host's
driver acts on it; "practice" is what stretched subsystems need although no specification demands it.
Where it is known what Linux does, from 6.1 to 7.3, it is told with the function of the driver
(drivers/nvme/host); `haoh check --kernel RELEASE` adds it to each finding.

)";

} // namespace

std::string_view report::family_of(std::string_view id) {
    return id.substr(0, id.find('.'));
}

std::string report::markdown_text(std::string_view text) {
    std::string out;
    for (const char character : text) {
        if (std::string_view{"\\`*[]<>|"}.find(character) != std::string_view::npos) {
            out += '\\';
        }
        out += character;
    }
    return out;
}

std::string report::markdown_list(const Rule& rule) {
    std::string out =
        fmt::format("- **If not:** {}, {}\n", to_string(rule.verdict), stake(rule.severity));
    if (!rule.exception.empty()) {
        out += fmt::format("- **Milder because:** {}\n", markdown_text(rule.exception));
    }
    out +=
        fmt::format("- **Class:** {}, {}\n", to_string(rule.rule_class), meaning(rule.rule_class));
    if (const std::vector<std::string> windows = windows_of(rule); !windows.empty()) {
        out += fmt::format("- **One step milder with:** `--window {}`\n",
                           fmt::join(windows, "` or `--window "));
    }
    out += fmt::format("- **Why it matters:** {}\n- **What to do:** {}\n- **Basis:** {}\n",
                       markdown_text(rule.why), markdown_text(rule.fix), markdown_text(rule.basis));
    for (const EffectView& view : effects_of(rule)) {
        out += fmt::format("- **{}:** {} ({})\n", view.releases, markdown_text(view.effect->text),
                           markdown_text(view.effect->basis));
    }
    return out;
}

std::string to_markdown(std::span<const Rule* const> rules) {
    std::string out = "<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->\n";
    out += kIntroduction;
    std::map<std::string_view, std::vector<const Rule*>> families;
    for (const Rule* rule : rules) {
        families[family_of(rule->id)].push_back(rule);
    }
    out += "| rule | what must hold | if not | at stake |\n|---|---|---|---|\n";
    for (const auto& [family, members] : families) {
        for (const Rule* rule : members) {
            out += fmt::format("| [{}](#{}) | {} | {} | {} |\n", rule->id, anchor_of(rule->id),
                               markdown_text(rule->title), to_string(rule->verdict),
                               stake(rule->severity));
        }
    }
    out += '\n' + verdict_table(rules);
    for (const auto& [family, members] : families) {
        out += fmt::format("\n## {}\n", family_title(family));
        for (const Rule* rule : members) {
            out += '\n' + section(*rule);
        }
    }
    if (rules.size() == haoh::rules().size()) {
        out += '\n' + unbuilt_section();
    }
    return out;
}

} // namespace haoh
