// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample.hpp"
#include "support/json_schema.hpp"
#include "terminal.hpp"

#include "linux/kernel_effects.hpp"

#include <haoh/config.hpp>
#include <haoh/report.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>

namespace haoh {
namespace {

using nlohmann::json;

constexpr std::uint8_t window_bit(Window window) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(window));
}

const Rule kRule{.id = "ctrl.fr.domain",
                 .title = "Firmware is the same inside one array",
                 .rule_class = RuleClass::dom,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "Base 2.1 Figure 312",
                 .why = "Two revisions in one array are only meant to be there during an upgrade.",
                 .fix = "Finish the upgrade, or declare it with --window upgrade.",
                 .relaxed_in = window_bit(Window::upgrade) | window_bit(Window::migration),
                 .on_linux = linux_effect::kRevisionShownOnce};

std::vector<const Rule*> times(std::size_t count) {
    return std::vector<const Rule*>(count, &kRule);
}

TEST(RulesText, TellsOneRuleInFull) {
    EXPECT_EQ(to_text(times(1)), R"(ctrl.fr.domain
  rule   Firmware is the same inside one array
  class  DOM: equal inside one array, may differ between arrays
  else   warn (degraded)
  window one step milder with --window migration or upgrade
  why    Two revisions in one array are only meant to be there during an
         upgrade.
  linux  sysfs shows for every controller the revision of the one identified
         last
  fix    Finish the upgrade, or declare it with --window upgrade.
  basis  Base 2.1 Figure 312
)");
}

TEST(RulesText, ListsManyRulesInALineEach) {
    EXPECT_EQ(to_text(times(4)),
              "warn  H  ctrl.fr.domain  Firmware is the same inside one array\n"
              "warn  H  ctrl.fr.domain  Firmware is the same inside one array\n"
              "warn  H  ctrl.fr.domain  Firmware is the same inside one array\n"
              "warn  H  ctrl.fr.domain  Firmware is the same inside one array\n"
              "\n"
              "4 rules. At stake: C data corruption, L loss of access, H degraded, M\n"
              "management.\n");
    EXPECT_NE(to_text(times(4), {.verbose = true}).find("  basis  Base"), std::string::npos);
}

TEST(RulesText, FitsANarrowTerminal) {
    const std::string text = to_text(times(4), {.width = 40});
    EXPECT_TRUE(text.starts_with("warn  H  ctrl.fr.domain\n"
                                 "         Firmware is the same inside one\n"
                                 "         array\n"))
        << text;
}

TEST(RulesText, OfAllRulesStaysInsideTheWidth) {
    for (const unsigned width : {60U, 80U, 120U}) {
        EXPECT_EQ(test::lines_beyond(to_text(test::all_rules(), {.width = width}), width), "");
    }
}

TEST(RulesJson, HoldsEveryRule) {
    const std::string text = to_json(test::all_rules());
    EXPECT_EQ(test::schema_violations("rules-1", text), "");
    EXPECT_EQ(test::undocumented_keys("rules-1", text), "");
    const json out = json::parse(text);
    EXPECT_EQ(out["schema"], "haoh.rules/1");
    ASSERT_EQ(out["rules"].size(), rules().size());
    for (std::size_t index = 0; index < rules().size(); ++index) {
        EXPECT_EQ(out["rules"][index]["id"], rules()[index].id);
    }
}

TEST(RulesJson, NamesTheWindowsThatMakeARuleMilder) {
    const json out = json::parse(to_json(times(1)));
    EXPECT_EQ(out["rules"][0]["relaxed_in"], (json{"migration", "upgrade"}));
    EXPECT_EQ(out["rules"][0]["class"], "DOM");
    EXPECT_EQ(out["rules"][0]["severity"], "H");
    EXPECT_EQ(out["rules"][0]["verdict"], "warn");
}

TEST(RulesMarkdown, LinksTheTableToTheSections) {
    const std::string page = to_markdown(times(1));
    EXPECT_NE(page.find("| [ctrl.fr.domain](#ctrlfrdomain) | Firmware is the same inside one array "
                        "| warn | degraded |\n"),
              std::string::npos)
        << page;
    EXPECT_NE(page.find("\n### ctrl.fr.domain\n\nFirmware is the same inside one array.\n"),
              std::string::npos)
        << page;
}

TEST(RulesMarkdown, KeepsMarkupCharactersText) {
    Rule rule = kRule;
    rule.title = "a|b *c* <d>";
    const std::string page = to_markdown(std::array<const Rule*, 1>{&rule});
    EXPECT_NE(page.find("a\\|b \\*c\\* \\<d\\>"), std::string::npos) << page;
}

TEST(RulesMarkdown, HasWhatIsNotJudgedBesideAllRules) {
    const std::string all = to_markdown(test::all_rules());
    for (const UnbuiltRule& rule : unbuilt_rules()) {
        EXPECT_NE(all.find("\n| " + std::string(rule.id) + " | " +
                           std::string(meaning(rule.reason)) + " | "),
                  std::string::npos)
            << rule.id;
    }
    for (const RuleAlias& alias : rule_aliases()) {
        EXPECT_NE(all.find("\n| " + std::string(alias.id) + " | [" + std::string(alias.built_as)),
                  std::string::npos)
            << alias.id;
    }
    EXPECT_EQ(to_markdown(times(1)).find("What is not judged"), std::string::npos);
}

TEST(RulesMarkdown, IsWhatThePageSays) {
    EXPECT_TRUE(test::read_source_file("docs/rules.md") == to_markdown(test::all_rules()))
        << "docs/rules.md is not what the rules say. The page follows the program, and the program "
           "follows the tables in tests/unit/catalogue/data, which no command writes. In this "
           "order: "
           "find the source of what changed (specification, kernel), write it into the row of the "
           "rule there, let catalogue_test pass, and then run `haoh rules -o markdown > "
           "docs/rules.md`. A page that changed without a row that did is a fault of the program.";
}

TEST(RulesTexts, AreComplete) {
    ASSERT_FALSE(rules().empty());
    for (const Rule& rule : rules()) {
        EXPECT_FALSE(rule.title.empty()) << rule.id;
        EXPECT_FALSE(rule.title.ends_with('.')) << rule.id << ": a title is no sentence";
        EXPECT_FALSE(rule.why.empty()) << rule.id;
        EXPECT_FALSE(rule.fix.empty()) << rule.id;
        EXPECT_FALSE(rule.basis.empty()) << rule.id;
    }
}

} // namespace
} // namespace haoh
