// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/scenario/scenario_parts.hpp>

#include "base/number_text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <span>

namespace haoh::arraysim {

namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kMaxExit = 4;
constexpr std::uint64_t kMaxUnobserved = 1000;

std::string read_choice(TomlReader& reader, std::string_view key,
                        std::optional<std::string> fallback,
                        std::span<const std::string_view> choices) {
    auto text = reader.text(key);
    if (!text) {
        if (!fallback) {
            reader.fail(key, "is missing", fmt::format("one of: {}", fmt::join(choices, ", ")));
        }
        return *fallback;
    }
    if (std::find(choices.begin(), choices.end(), *text) == choices.end()) {
        reader.fail(key, fmt::format("'{}' is none of: {}", *text, fmt::join(choices, ", ")));
    }
    return *text;
}

/// A text, or several.
void read_texts(const TomlReader& reader, const toml::node& node, const std::string& array,
                std::vector<ExpectedValue>& values) {
    const auto add = [&](const toml::node& item) {
        const auto text = item.value_exact<std::string>();
        if (!text) {
            reader.fail_at(item.source(), "values",
                           fmt::format("must hold strings, not {}", base::kind_of(item)));
        }
        values.push_back({.array = array, .text = *text});
    };
    const toml::array* const list = node.as_array();
    if (list == nullptr) {
        add(node);
        return;
    }
    for (const toml::node& item : *list) {
        add(item);
    }
}

ExpectedFinding read_finding(TomlReader& reader) {
    ExpectedFinding finding;
    finding.verdict =
        read_choice(reader, "verdict", {}, std::array{"fail"sv, "warn"sv, "unknown"sv, "note"sv});
    finding.severity = read_choice(reader, "severity", {}, std::array{"C"sv, "L"sv, "H"sv, "M"sv});
    const auto rule = reader.text("rule");
    if (!rule || rule->find('.') == std::string::npos) {
        reader.fail("rule", rule ? fmt::format("'{}' names no rule", *rule) : "is missing");
    }
    finding.rule = *rule;
    for (const std::uint64_t nsid :
         reader.integers("nsids", 1, kMax32).value_or(std::vector<std::uint64_t>{})) {
        if (!finding.nsids.empty() && nsid <= finding.nsids.back()) {
            reader.fail("nsids", "must ascend");
        }
        finding.nsids.push_back(static_cast<std::uint32_t>(nsid));
    }
    finding.subsystem = reader.text("subsystem");
    finding.what = reader.text("what").value_or("");
    if (const toml::node* const values = reader.node("values")) {
        if (const toml::table* const arrays = values->as_table()) {
            for (const auto& [array, texts] : *arrays) {
                read_texts(reader, texts, std::string(array.str()), finding.values);
            }
        } else {
            read_texts(reader, *values, {}, finding.values);
        }
    }
    reader.finish();
    return finding;
}

/// What differs from `fallback`, and the findings.
ExpectedReport read_report(TomlReader& reader, const ExpectedReport& fallback) {
    ExpectedReport report;
    report.exit = static_cast<int>(
        reader.integer("exit", 0, kMaxExit).value_or(static_cast<std::uint64_t>(fallback.exit)));
    report.verdict = read_choice(reader, "verdict", fallback.verdict,
                                 std::array{"pass"sv, "warn"sv, "fail"sv, "unknown"sv});
    report.model = read_choice(reader, "model", fallback.model,
                               std::array{"single"sv, "stretched"sv, "dispersed"sv, "unknown"sv});
    report.unobserved = static_cast<std::size_t>(
        reader.integer("unobserved", 0, kMaxUnobserved).value_or(fallback.unobserved));
    reader.tables("finding",
                  [&](TomlReader& inner) { report.findings.push_back(read_finding(inner)); });
    return report;
}

/// "FAIL ns.uuid.equal 1" or "ns.uuid.equal".
LooseFinding parse_loose(const TomlReader& reader, std::string_view key, std::string_view text,
                         bool with_verdict) {
    std::vector<std::string> words;
    std::size_t start = 0;
    while (start < text.size()) {
        const std::size_t end = std::min(text.find(' ', start), text.size());
        if (end > start) {
            words.emplace_back(text.substr(start, end - start));
        }
        start = end + 1;
    }
    LooseFinding finding{.verdict = "note", .rule = {}, .nsid = {}};
    constexpr std::array kVerdicts{"FAIL", "WARN", "NOTE", "UNKNOWN"};
    if (!words.empty() &&
        std::find(kVerdicts.begin(), kVerdicts.end(), words.front()) != kVerdicts.end()) {
        finding.verdict = words.front();
        for (char& c : finding.verdict) {
            c = static_cast<char>(c - 'A' + 'a');
        }
        words.erase(words.begin());
    } else if (with_verdict) {
        reader.fail(key, fmt::format("'{}' has no verdict", text),
                    "write \"FAIL rule\", \"WARN rule\" or \"FAIL rule NSID\"");
    }
    if (words.empty() || words.size() > 2 || words.front().find('.') == std::string::npos) {
        reader.fail(key, fmt::format("'{}' names no rule", text));
    }
    finding.rule = words.front();
    if (words.size() == 2) {
        const auto nsid = base::parse_number<std::uint32_t>(words[1]);
        if (!nsid) {
            reader.fail(key, fmt::format("'{}' is no NSID", words[1]));
        }
        finding.nsid = nsid;
    }
    return finding;
}

std::optional<LooseExpectation> read_loose(TomlReader& reader) {
    const auto findings = reader.texts("findings");
    const auto notes = reader.texts("notes");
    if (!findings && !notes) {
        return std::nullopt;
    }
    if (reader.raw().contains("finding")) {
        reader.fail("finding", "stands beside findings or notes",
                    "write all findings as [[expect.finding]], or all short");
    }
    LooseExpectation loose;
    for (const std::string& text : findings.value_or(std::vector<std::string>{})) {
        loose.findings.push_back(parse_loose(reader, "findings", text, true));
    }
    for (const std::string& text : notes.value_or(std::vector<std::string>{})) {
        loose.notes.push_back(parse_loose(reader, "notes", text, false));
    }
    return loose;
}

} // namespace

ExpectSpec read_expect(TomlReader& reader) {
    ExpectSpec spec;
    spec.loose = read_loose(reader);
    spec.report = read_report(reader, {});
    spec.known_fault = reader.text("known_fault").value_or("");
    reader.table("today", [&](TomlReader& inner) {
        spec.today = read_report(inner, spec.report);
        inner.finish();
    });
    if (spec.known_fault.empty() == spec.today.has_value()) {
        reader.fail(spec.today ? "today" : "known_fault",
                    "known_fault (why) and today (what is said now) go together");
    }
    reader.finish("the keys are: exit, verdict, model, unobserved, finding (or findings and "
                  "notes), known_fault, today");
    return spec;
}

} // namespace haoh::arraysim
