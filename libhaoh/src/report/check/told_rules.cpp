// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/told_rules.hpp"

#include "report/rules/rules_view.hpp"

#include <fmt/format.h>

#include <set>

namespace haoh::report {

std::vector<ToldRule> told_rules(const ReportView& view) {
    std::vector<ToldRule> out;
    std::set<std::string_view> told;
    const auto add = [&](const std::string& id) {
        if (told.insert(id).second) {
            out.push_back({.id = id, .rule = find_rule(id)});
        }
    };
    for (const RuleResult& one : view.rules) {
        add(one.rule);
    }
    for (const FindingGroup& group : view.groups) {
        add(group.rule);
    }
    return out;
}

std::string pascal_case(std::string_view id) {
    std::string out;
    bool starts = true;
    for (const char character : id) {
        const bool lower = character >= 'a' && character <= 'z';
        if (lower || (character >= '0' && character <= '9')) {
            out += lower && starts ? static_cast<char>(character - 'a' + 'A') : character;
            starts = false;
        } else {
            starts = true;
        }
    }
    return out;
}

std::string rule_help(const Rule& rule) {
    std::string out = fmt::format("At stake: {}.\nWhy it matters: {}\nWhat to do: {}\nBasis: {}",
                                  stake(rule.severity), rule.why, rule.fix, rule.basis);
    if (!rule.exception.empty()) {
        out += fmt::format("\nMilder because: {}", rule.exception);
    }
    for (const EffectView& view : effects_of(rule)) {
        out += fmt::format("\n{}: {} ({})", view.releases, view.effect->text, view.effect->basis);
    }
    return out;
}

} // namespace haoh::report
