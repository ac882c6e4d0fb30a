// SPDX-License-Identifier: LGPL-2.1-or-later
#include "catalogue/catalogue.hpp"

#include "judge/check.hpp"

#include <haoh/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace haoh {

namespace judge {

std::span<const Row* const> catalogue() {
    static const std::vector<const Row*> rows = [] {
        std::vector<const Row*> out;
        for (const auto span :
             {snapshot_rows(),        subsystem_name_rows(), subsystem_rows(),
              controller_id_rows(),   capability_rows(),     limit_rows(),
              transport_rows(),       property_rows(),       ana_capability_rows(),
              identity_rows(),        identifier_rows(),     descriptor_rows(),
              geometry_rows(),        format_rows(),         protection_rows(),
              attribute_rows(),       list_rows(),           ana_log_rows(),
              ana_group_rows(),       feature_rows(),        domain_rows(),
              dispersed_rows(),       discovery_log_rows(),  discovery_entry_rows(),
              discovery_port_rows(),  expect_rows(),         host_absence_rows(),
              host_controller_rows(), host_identity_rows(),  host_path_rows(),
              host_policy_rows(),     host_refusal_rows(),   host_setting_rows(),
              command_rows(),         page_rows(),           site_rows(),
              array_rows(),           listing_rows(),        type_rows(),
              waiver_rows(),          host_feature_rows(),   attachment_rows()}) {
            out.insert(out.end(), span.begin(), span.end());
        }
        return out;
    }();
    return rows;
}

std::string_view rule_of(linux_kernel::KernelRefusal refusal) {
    const auto all = catalogue();
    const auto found = std::find_if(all.begin(), all.end(), [refusal](const Row* row) {
        return std::find(row->refusals.begin(), row->refusals.end(), refusal) !=
               row->refusals.end();
    });
    return found == all.end() ? std::string_view() : (*found)->rule.id;
}

} // namespace judge

namespace {

/// Of a name that the catalogue has and the program has not, why.
Error no_rule(const std::string& glob) {
    const std::string_view name = std::string_view(glob).substr(glob.starts_with('!') ? 1 : 0);
    std::string cause = "no rule has such a name";
    std::string advice = "'haoh rules' lists them";
    if (const UnbuiltRule* const unbuilt = find_unbuilt_rule(name)) {
        cause = fmt::format("it is not judged: {} ({})", meaning(unbuilt->reason), unbuilt->detail);
    }
    for (const RuleAlias& alias : rule_aliases()) {
        if (alias.id == name) {
            advice = fmt::format("it is judged as {}", alias.built_as);
        }
    }
    return {Errc::invalid_argument, "use", "rule " + glob, cause, advice};
}

} // namespace

std::span<const Rule> rules() {
    static const std::vector<Rule> sorted = [] {
        std::vector<Rule> out;
        for (const judge::Row* row : judge::catalogue()) {
            out.push_back(row->rule);
        }
        std::sort(out.begin(), out.end(), [](const Rule& a, const Rule& b) { return a.id < b.id; });
        return out;
    }();
    return sorted;
}

std::span<const RuleAlias> rule_aliases() {
    static const std::vector<RuleAlias> sorted = [] {
        std::vector<RuleAlias> out;
        for (const judge::Row* row : judge::catalogue()) {
            for (const std::string_view alias : row->aliases) {
                if (!alias.empty()) {
                    out.push_back({.id = alias, .built_as = row->rule.id});
                }
            }
        }
        std::sort(out.begin(), out.end(),
                  [](const RuleAlias& a, const RuleAlias& b) { return a.id < b.id; });
        return out;
    }();
    return sorted;
}

const Rule* find_rule(std::string_view id) {
    const auto all = rules();
    const auto found =
        std::lower_bound(all.begin(), all.end(), id, [](const Rule& rule, std::string_view wanted) {
            return rule.id < wanted;
        });
    return found != all.end() && found->id == id ? &*found : nullptr;
}

std::vector<const Rule*> select_rules(std::span<const std::string> globs) {
    for (const std::string& glob : globs) {
        const std::string_view names = std::string_view(glob).substr(glob.starts_with('!') ? 1 : 0);
        if (std::none_of(rules().begin(), rules().end(),
                         [&](const Rule& rule) { return rule_matches(rule.id, names); })) {
            throw no_rule(glob);
        }
    }
    std::vector<const Rule*> out;
    for (const Rule& rule : rules()) {
        if (rule_chosen(rule.id, globs)) {
            out.push_back(&rule);
        }
    }
    if (out.empty()) {
        throw Error(Errc::invalid_argument, "use", "rule " + globs.front(),
                    "what is chosen is left out again: no rule is left");
    }
    return out;
}

Report check(const Observation& observation, const CheckOptions& options) {
    return judge::check(judge::catalogue(), observation, options);
}

} // namespace haoh
