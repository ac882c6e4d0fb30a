// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/error.hpp>
#include <haoh/rule.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace haoh {
namespace {

TEST(Rules, AreSortedAndUnique) {
    const auto all = rules();
    ASSERT_GT(all.size(), 150U);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                               [](const Rule& a, const Rule& b) { return a.id < b.id; }));
    const auto twin = std::adjacent_find(all.begin(), all.end(),
                                         [](const Rule& a, const Rule& b) { return a.id == b.id; });
    EXPECT_TRUE(twin == all.end()) << twin->id;
}

TEST(Rules, SayEverythingThatAFindingNeeds) {
    for (const Rule& rule : rules()) {
        for (const std::string_view text : {rule.title, rule.basis, rule.why, rule.fix}) {
            EXPECT_GT(text.size(), 7U) << rule.id;
            EXPECT_EQ(text.find("  "), std::string_view::npos) << rule.id << ": " << text;
        }
        EXPECT_EQ(std::islower(static_cast<unsigned char>(rule.title.front())), 0) << rule.id;
        EXPECT_NE(rule.title.back(), '.') << rule.id;
        EXPECT_EQ(rule.why.back(), '.') << rule.id;
        EXPECT_EQ(rule.fix.back(), '.') << rule.id;
        EXPECT_NE(rule.verdict, Verdict::pass) << rule.id;
        const bool lower = std::all_of(rule.id.begin(), rule.id.end(), [](unsigned char letter) {
            return std::islower(letter) != 0 || std::isdigit(letter) != 0 || letter == '.' ||
                   letter == '_';
        });
        EXPECT_TRUE(lower) << rule.id;
    }
}

TEST(Rules, TellWhoHasToAct) {
    for (const Rule& rule : rules()) {
        const bool someone = rule.fix.find("Array:") != std::string_view::npos ||
                             rule.fix.find("Host:") != std::string_view::npos ||
                             rule.fix.find("Waivers:") != std::string_view::npos ||
                             rule.verdict == Verdict::unknown;
        EXPECT_TRUE(someone) << rule.id << ": " << rule.fix;
    }
}

TEST(Rules, OfCorruptionAreNeverRelaxed) {
    for (const Rule& rule : rules()) {
        if (rule.severity == Severity::corruption) {
            EXPECT_EQ(rule.relaxed_in, 0) << rule.id;
        }
    }
}

TEST(RuleChoice, TakesWhatIsNamedAndLeavesOutWhatIsExcludedInAnyOrder) {
    using Globs = std::vector<std::string>;
    EXPECT_TRUE(rule_chosen("ns.uuid.equal", {}));
    EXPECT_TRUE(rule_chosen("ns.uuid.equal", Globs{"ctrl.*", "ns.*"}));
    EXPECT_FALSE(rule_chosen("ns.uuid.equal", Globs{"ctrl.*"}));
    EXPECT_TRUE(rule_chosen("ns.uuid.equal", Globs{"!ctrl.*"}));
    EXPECT_FALSE(rule_chosen("ns.uuid.equal", Globs{"!ns.*"}));
    EXPECT_FALSE(rule_chosen("ns.uuid.equal", Globs{"!ns.uuid.*", "ns.*"}));
    EXPECT_FALSE(rule_chosen("ns.uuid.equal", Globs{"ns.*", "!ns.uuid.*"}));
    EXPECT_TRUE(rule_chosen("ns.nguid.equal", Globs{"ns.*", "!ns.uuid.*"}));
    EXPECT_FALSE(rule_chosen("ctrl.sn.equal", Globs{"ns.*", "!ns.uuid.*"}));
    EXPECT_TRUE(rule_excluded("ns.uuid.equal", Globs{"ns.*", "!ns.uuid.*"}));
    EXPECT_FALSE(rule_excluded("ns.nguid.equal", Globs{"ns.*", "!ns.uuid.*"}));
    EXPECT_FALSE(rule_excluded("ns.uuid.equal", Globs{"ns.uuid.*"}));
}

TEST(RuleChoice, RefusesWhatNamesNoRuleAndWhatLeavesNone) {
    using Globs = std::vector<std::string>;
    EXPECT_EQ(select_rules(Globs{"!ns.uuid.equal"}).size(), rules().size() - 1);
    EXPECT_EQ(select_rules(Globs{"!ns.*", "ns.uuid.*", "ctrl.sn.equal"}).size(), 1U);
    EXPECT_THROW(static_cast<void>(select_rules(Globs{"!nothing.*"})), Error);
    EXPECT_THROW(static_cast<void>(select_rules(Globs{"ns.*", "!*"})), Error);
    EXPECT_THROW(static_cast<void>(select_rules(Globs{"!"})), Error);
}

TEST(FindRule, FindsByTheWholeId) {
    const Rule* rule = find_rule("ns.uuid.equal");
    ASSERT_NE(rule, nullptr);
    EXPECT_EQ(rule->id, "ns.uuid.equal");
    EXPECT_EQ(rule->verdict, Verdict::fail);
    EXPECT_EQ(rule->severity, Severity::corruption);
    EXPECT_EQ(find_rule("ns.uuid"), nullptr);
    EXPECT_EQ(find_rule("zzz"), nullptr);
    EXPECT_EQ(find_rule(""), nullptr);
}

TEST(RuleMatches, TakesStarsAndQuestionMarks) {
    EXPECT_TRUE(rule_matches("ns.uuid.equal", "ns.uuid.equal"));
    EXPECT_TRUE(rule_matches("ns.uuid.equal", "ns.*"));
    EXPECT_TRUE(rule_matches("ns.uuid.equal", "*.equal"));
    EXPECT_TRUE(rule_matches("ns.uuid.equal", "ns.*.eq*l"));
    EXPECT_TRUE(rule_matches("ns.uuid.equal", "ns.?uid.equal"));
    EXPECT_TRUE(rule_matches("ns.uuid.equal", "*"));
    EXPECT_TRUE(rule_matches("ns.uuid.equal", "**uuid**"));
    EXPECT_TRUE(rule_matches("aaab", "*ab"));
    EXPECT_TRUE(rule_matches("", "*"));
    EXPECT_TRUE(rule_matches("", ""));
}

TEST(RuleMatches, RefusesEverythingElse) {
    EXPECT_FALSE(rule_matches("ns.uuid.equal", "ns.uuid"));
    EXPECT_FALSE(rule_matches("ns.uuid.equal", "uuid"));
    EXPECT_FALSE(rule_matches("ns.uuid.equal", "ns.uuid.equal?"));
    EXPECT_FALSE(rule_matches("ns.uuid.equal", "ctrl.*"));
    EXPECT_FALSE(rule_matches("ns.uuid.equal", "*.equa"));
    EXPECT_FALSE(rule_matches("ns.uuid.equal", ""));
    EXPECT_FALSE(rule_matches("", "?"));
}

TEST(Names, AreThoseOfTheCatalogue) {
    EXPECT_EQ(to_string(RuleClass::eqs), "EQS");
    EXPECT_EQ(to_string(RuleClass::int_), "INT");
    EXPECT_EQ(to_string(Severity::corruption), "C");
    EXPECT_EQ(to_string(Severity::management), "M");
    EXPECT_EQ(to_string(Verdict::unknown), "unknown");
    EXPECT_EQ(to_string(Verdict::fail), "fail");
}

} // namespace
} // namespace haoh
