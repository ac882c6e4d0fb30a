// SPDX-License-Identifier: LGPL-2.1-or-later
#include "haoh_check.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace haoh::test {
namespace {

/// haoh gives up by itself long before; this is for a haoh that hangs.
constexpr std::chrono::minutes kTimeout(3);

std::string to_upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string describe(const nlohmann::json& finding) {
    auto text = to_upper(finding.at("verdict").get<std::string>()) + " " +
                finding.at("rule").get<std::string>();
    if (finding.contains("nsids")) // more than one; nsid is the first of them
        for (const auto& nsid : finding.at("nsids"))
            text += fmt::format(" {}", nsid.get<std::uint32_t>());
    else if (finding.contains("nsid"))
        text += fmt::format(" {}", finding.at("nsid").get<std::uint32_t>());
    return text;
}

} // namespace

std::multiset<std::string> CheckReport::findings_of(std::string_view verdict_word) const {
    std::multiset<std::string> result;
    const auto prefix = std::string(verdict_word) + " ";
    std::copy_if(findings.begin(), findings.end(), std::inserter(result, result.end()),
                 [&](const std::string& finding) { return finding.starts_with(prefix); });
    return result;
}

std::ostream& operator<<(std::ostream& stream, const CheckReport& report) {
    return stream << "exit status " << report.status << "\n" << report.text;
}

void expect_pass(const CheckReport& report) {
    EXPECT_EQ(report.status, 0) << report;
    EXPECT_EQ(report.verdict, "pass") << report;
    for (const auto* verdict : {"FAIL", "WARN", "UNKNOWN"})
        EXPECT_TRUE(report.findings_of(verdict).empty()) << report;
}

std::string haoh_program() {
    return environment("HAOH_BIN").value_or(HAOH_TOOL);
}

CheckReport haoh_check(const std::vector<std::uint16_t>& ports, std::string_view nqn,
                       const std::vector<std::string>& more) {
    std::vector<std::string> arguments{haoh_program(),   "check", "--nqn",
                                       std::string(nqn), "-o",    "json"};
    for (const auto port : ports) {
        arguments.emplace_back("-t");
        arguments.push_back(fmt::format("tcp://127.0.0.1:{}", port));
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    return parse_report(run_program(arguments, kTimeout));
}

CheckReport parse_report(const ProgramResult& result) {
    CheckReport report{.status = result.status,
                       .verdict = {},
                       .unobserved = 0,
                       .findings = {},
                       .outcomes = {},
                       .effects = {},
                       .text = result.standard_output + result.standard_error,
                       .duration = result.duration};
    try {
        const auto json = nlohmann::json::parse(result.standard_output);
        report.verdict = json.at("verdict").get<std::string>();
        report.unobserved = json.at("unobserved").size();
        for (const auto& finding : json.at("findings")) {
            report.findings.insert(describe(finding));
            if (finding.contains("on_kernel")) {
                const auto rule = finding.at("rule").get<std::string>();
                const auto& effect = finding.at("on_kernel");
                report.outcomes[rule] = effect.at("outcome").get<std::string>();
                report.effects[rule] = effect.at("text").get<std::string>();
            }
        }
    } catch (const nlohmann::json::exception& error) {
        throw std::runtime_error(
            fmt::format("haoh check ended with status {} and no report ({}): {}", report.status,
                        error.what(), report.text));
    }
    return report;
}

} // namespace haoh::test
