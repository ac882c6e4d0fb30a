// SPDX-License-Identifier: LGPL-2.1-or-later
// What holds for each row of each table of formats.
#include "sample.hpp"
#include "sample_monitor.hpp"

#include "unit/kernel_policy/device.hpp"

#include <haoh/event_report.hpp>
#include <haoh/policy_report.hpp>
#include <haoh/simulation_report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cctype>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace haoh::test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Not;
using ::testing::StartsWith;

/// Of a shell's word and of a file's name: nothing to quote.
void expect_plain(std::string_view word) {
    EXPECT_FALSE(word.empty());
    for (const char byte : word) {
        EXPECT_TRUE(std::islower(static_cast<unsigned char>(byte)) != 0 || byte == '-') << word;
    }
}

void expect_rendering(std::string_view name, const std::string& text) {
    EXPECT_THAT(text, EndsWith("\n")) << name;
    EXPECT_THAT(text, Not(EndsWith("\n\n"))) << name;
    if (name == "sarif") {
        EXPECT_EQ(nlohmann::json::parse(text, nullptr, false).value("version", ""), "2.1.0");
    } else if (name == "json") {
        const auto document = nlohmann::json::parse(text, nullptr, false);
        ASSERT_TRUE(document.is_object());
        EXPECT_THAT(document.value("schema", ""), StartsWith("haoh."));
    } else {
        EXPECT_THAT(text, Not(StartsWith("{"))) << name;
    }
}

/// The names of a table, of which each row was seen to hold and to render the sample.
template <typename... Things>
std::vector<std::string> names(std::span<const Format<Things...>> table,
                               const std::type_identity_t<Things>&... sample) {
    std::vector<std::string> out;
    std::set<std::string> renderings;
    for (const Format<Things...>& row : table) {
        out.emplace_back(row.name);
        expect_plain(row.name);
        EXPECT_THAT(std::string{row.suffix}, StartsWith(".")) << row.name;
        expect_plain(row.suffix.substr(1));
        EXPECT_EQ(find_format(table, row.name), &row) << "two of one name: " << row.name;
        // A style is for people.
        const std::string text = row.render(sample..., {});
        expect_rendering(row.name, text);
        if (&row != &table.front()) {
            EXPECT_EQ(row.render(sample..., {.color = true, .width = 40, .verbose = true}), text);
        }
        EXPECT_TRUE(renderings.insert(text).second) << row.name << " is another one's rendering";
    }
    EXPECT_EQ(find_format(table, ""), nullptr);
    EXPECT_EQ(find_format(table, "JSON"), nullptr);
    EXPECT_EQ(find_format(table, "jso"), nullptr);
    return out;
}

TEST(Formats, of_what_was_observed_and_judged) {
    Sample sample = healthy_pair();
    add(sample.report, uuid_finding(sample, 1));
    EXPECT_THAT(names(report_formats(), sample.report, sample.observation),
                ElementsAre("text", "json", "junit", "sarif", "markdown", "html"));
    EXPECT_THAT(names(list_formats(), sample.observation, std::vector<Site>{}),
                ElementsAre("text", "json", "dot"));
    const std::vector<Difference> differences =
        diff(sample.observation, healthy_pair(3).observation);
    ASSERT_FALSE(differences.empty());
    EXPECT_THAT(names(diff_formats(), differences), ElementsAre("text", "json"));
    const std::vector<const Rule*> rules = all_rules();
    EXPECT_THAT(names(rules_formats(), rules), ElementsAre("text", "json", "markdown"));
    EXPECT_THAT(names(event_formats(), ana_event()), ElementsAre("text", "json"));
}

TEST(Formats, of_policies) {
    Device device("round-robin");
    device.path("optimized").path("inaccessible");
    EXPECT_THAT(names(policy_list_formats(), device.kernel.release), ElementsAre("text", "json"));
    const PolicyOverview overview =
        policy_overview(device.kernel, device.numa, device.attributions, {});
    EXPECT_THAT(names(policy_overview_formats(), overview), ElementsAre("text", "json"));
    EXPECT_THAT(names(path_choice_formats(), device.explained()), ElementsAre("text", "json"));
    const SimulationResult result = simulate(parse_policy_scenario(
        "policies = [\"numa\"]\n[workload]\nduration = \"1ms\"\n[[path]]\narray = \"a\"\n", "s"));
    EXPECT_THAT(names(simulation_formats(), result), ElementsAre("text", "json", "svg"));
}

} // namespace
} // namespace haoh::test
