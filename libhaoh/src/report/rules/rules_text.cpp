// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/report.hpp>

#include "report/rules/rules_view.hpp"
#include "report/text/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh {
namespace {

using namespace report;

/// So many rules are told in full; more of them are a list.
constexpr std::size_t kMaxInFull = 3;

void write_in_full(TextWriter& writer, const Rule& rule) {
    writer.wrapped(0, 2, {{std::string{rule.id}, Tone::strong}});
    const auto field = [&](const std::string& name, std::string_view text, Tone tone) {
        constexpr std::size_t column = 9;
        if (!text.empty()) {
            writer.hanging(2, {{name, Tone::faint}, {std::string(column - 2 - name.size(), ' ')}},
                           column, {{std::string{text}, tone}});
        }
    };
    field("rule", rule.title, Tone::plain);
    field("class", fmt::format("{}: {}", to_string(rule.rule_class), meaning(rule.rule_class)),
          Tone::plain);
    field("else", fmt::format("{} ({})", to_string(rule.verdict), stake(rule.severity)),
          tone_of(rule.verdict));
    if (!rule.exception.empty()) {
        field("milder", fmt::format("because {}", rule.exception), Tone::plain);
    }
    if (const std::vector<std::string> windows = windows_of(rule); !windows.empty()) {
        field("window", fmt::format("one step milder with --window {}", fmt::join(windows, " or ")),
              Tone::plain);
    }
    field("why", rule.why, Tone::plain);
    for (const EffectView& view : effects_of(rule)) {
        field("linux",
              view.releases == "Linux"
                  ? std::string{view.effect->text}
                  : fmt::format("{}: {}", view.releases.substr(6), view.effect->text),
              Tone::plain);
    }
    field("fix", rule.fix, Tone::plain);
    field("basis", rule.basis, Tone::plain);
}

void write_list(TextWriter& writer, std::span<const Rule* const> rules) {
    std::size_t verdict_width = 0;
    std::size_t id_width = 0;
    for (const Rule* rule : rules) {
        verdict_width = std::max(verdict_width, to_string(rule->verdict).size());
        id_width = std::max(id_width, columns(rule->id));
    }
    // "fail  C  id  title", or the title below when it would have too little room.
    constexpr std::size_t least_room = 30;
    const std::size_t id_column = verdict_width + 5;
    const std::size_t title_column = id_column + id_width + 2;
    const bool beside = title_column + least_room <= writer.width();
    for (const Rule* rule : rules) {
        const std::string id{rule->id};
        Spans beginning{{fmt::format("{:<{}}", to_string(rule->verdict), verdict_width),
                         tone_of(rule->verdict)},
                        {fmt::format("  {}  ", to_string(rule->severity))},
                        {id, Tone::strong}};
        if (beside) {
            beginning.push_back({std::string(title_column - id_column - columns(id), ' ')});
            writer.hanging(0, beginning, title_column, {{std::string{rule->title}}});
        } else {
            writer.line(0, beginning);
            writer.wrapped(id_column, id_column, {{std::string{rule->title}}});
        }
    }
}

} // namespace

std::string to_text(std::span<const Rule* const> rules, const TextStyle& style) {
    TextWriter writer{style.width, style.color};
    if (style.verbose || rules.size() <= kMaxInFull) {
        for (const Rule* rule : rules) {
            writer.blank();
            write_in_full(writer, *rule);
        }
        return std::move(writer).take();
    }
    write_list(writer, rules);
    writer.blank();
    writer.wrapped(0, 0,
                   {{fmt::format("{}. At stake: C data corruption, L loss of access, H degraded, "
                                 "M management.",
                                 count_of(rules.size(), "rule")),
                     Tone::faint}});
    return std::move(writer).take();
}

} // namespace haoh
