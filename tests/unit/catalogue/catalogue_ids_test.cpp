// SPDX-License-Identifier: LGPL-2.1-or-later
// Each id of the catalogue is judged, or the program says why not: data/catalogue_ids.table.
#include "unit/catalogue/expectations.hpp"

#include <haoh/error.hpp>
#include <haoh/rule.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace haoh::test {
namespace {

const RuleAlias* alias_of(std::string_view id) {
    const auto all = rule_aliases();
    const auto found =
        std::find_if(all.begin(), all.end(), [id](const RuleAlias& one) { return one.id == id; });
    return found == all.end() ? nullptr : &*found;
}

/// As the table writes it.
std::string catalogue_state(const CatalogueId& wanted) {
    std::vector<std::string> states;
    if (const Rule* const rule = find_rule(wanted.id)) {
        const std::string rule_class{to_string(rule->rule_class)};
        const bool same = std::find(wanted.classes.begin(), wanted.classes.end(), rule_class) !=
                          wanted.classes.end();
        states.push_back(same ? "built" : "built " + rule_class);
    }
    if (const RuleAlias* const alias = alias_of(wanted.id)) {
        states.push_back("as " + std::string(alias->built_as));
    }
    if (const UnbuiltRule* const unbuilt = find_unbuilt_rule(wanted.id)) {
        states.emplace_back(to_string(unbuilt->reason));
    }
    std::string out;
    for (const std::string& state : states) {
        out += (out.empty() ? "" : " and ") + state;
    }
    return out.empty() ? "nowhere" : out;
}

TEST(CatalogueIds, AreEachJudgedOrSaidNotToBe) {
    std::set<std::string> seen;
    for (const CatalogueId& wanted : catalogue_ids()) {
        EXPECT_EQ(catalogue_state(wanted), wanted.state) << wanted.id;
        EXPECT_TRUE(seen.insert(wanted.id).second) << wanted.id << " is there twice";
    }
    EXPECT_EQ(seen.size(), 286U) << "the catalogue has as many";
}

TEST(CatalogueIds, AreAllThatIsSaidNotToBeJudged) {
    std::set<std::string_view> known;
    for (const CatalogueId& one : catalogue_ids()) {
        known.insert(one.id);
    }
    for (const UnbuiltRule& rule : unbuilt_rules()) {
        EXPECT_TRUE(known.contains(rule.id)) << rule.id;
        EXPECT_FALSE(rule.detail.empty()) << rule.id;
        EXPECT_FALSE(to_string(rule.reason).empty()) << rule.id;
        EXPECT_FALSE(meaning(rule.reason).empty()) << rule.id;
    }
    for (const RuleAlias& alias : rule_aliases()) {
        EXPECT_TRUE(known.contains(alias.id)) << alias.id;
        EXPECT_NE(find_rule(alias.built_as), nullptr) << alias.id << " as " << alias.built_as;
    }
}

TEST(CatalogueIds, AreInOrder) {
    const auto unbuilt = unbuilt_rules();
    EXPECT_TRUE(
        std::is_sorted(unbuilt.begin(), unbuilt.end(),
                       [](const UnbuiltRule& a, const UnbuiltRule& b) { return a.id < b.id; }));
    const auto aliases = rule_aliases();
    EXPECT_TRUE(std::is_sorted(aliases.begin(), aliases.end(),
                               [](const RuleAlias& a, const RuleAlias& b) { return a.id < b.id; }));
}

// A section stands by what the specification leaves open.
TEST(CatalogueIds, ThatTheSpecificationLeavesOpenSayWhere) {
    std::size_t open = 0;
    for (const UnbuiltRule& rule : unbuilt_rules()) {
        if (rule.reason == UnbuiltReason::unsettled || rule.reason == UnbuiltReason::may_differ) {
            ++open;
            EXPECT_THAT(std::string(rule.detail),
                        testing::ContainsRegex("Base 2\\.[0-9] (§|Figure )"))
                << rule.id;
        }
    }
    EXPECT_GT(open, 0U);
}

std::string why_not(const std::string& rule) {
    const std::vector<std::string> asked{rule};
    try {
        (void)select_rules(asked);
    } catch (const Error& error) {
        return error.what();
    }
    return "taken";
}

TEST(CatalogueIds, ThatAreAskedForAreToldWhyThereIsNone) {
    EXPECT_THAT(why_not("resv.report.equal"), testing::HasSubstr("needs an I/O queue"));
    EXPECT_THAT(why_not("resv.rescap.equal"), testing::HasSubstr("judged as ns.rescap.equal"));
    EXPECT_THAT(why_not("no.such.rule"), testing::HasSubstr("no rule has such a name"));
    EXPECT_EQ(why_not("ns.rescap.equal"), "taken");
}

} // namespace
} // namespace haoh::test
