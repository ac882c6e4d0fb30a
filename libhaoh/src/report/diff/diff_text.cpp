// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/report.hpp>

#include "report/diff/diff_view.hpp"
#include "report/text/text.hpp"
#include "report/text/value_block.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh {
namespace {

using namespace report;

constexpr std::size_t kMaxDiffRanges = 6;
constexpr std::size_t kMaxControllers = 4;
constexpr std::size_t kMaxChanges = 20;

/// What both values need to stand on one line.
std::string one_line(const Change& change) {
    switch (change.kind) {
    case Difference::Kind::added:
        return "+ " + change.field + (change.after.empty() ? "" : " " + change.after);
    case Difference::Kind::removed:
        return "- " + change.field + (change.before.empty() ? "" : " " + change.before);
    case Difference::Kind::changed:
        return fmt::format("~ {} {} -> {}", change.field, change.before, change.after);
    }
    return {};
}

Tone kind_tone(Difference::Kind kind) {
    switch (kind) {
    case Difference::Kind::added:
        return Tone::pass;
    case Difference::Kind::removed:
        return Tone::fail;
    case Difference::Kind::changed:
        return Tone::plain;
    }
    return Tone::plain;
}

/// Whether a change is written as two lines, old above new.
bool write_change(TextWriter& writer, const Change& change, bool verbose) {
    constexpr std::size_t indent = 4;
    const std::string marks =
        change.kind == Difference::Kind::changed
            ? difference_marks(std::vector<std::string>{change.before, change.after})
            : std::string{};
    const std::string text = one_line(change);
    if (change.kind != Difference::Kind::changed) {
        writer.wrapped(indent, indent + 4, {{text, kind_tone(change.kind)}});
        return false;
    }
    if (marks.empty() && indent + columns(text) <= writer.width()) {
        writer.line(indent, {{text}});
        return false;
    }
    writer.line(indent, {{"~ " + change.field}});
    const std::vector<LabelledValue> values{{.label = "before", .value = change.before},
                                            {.label = "after", .value = change.after}};
    return write_value_block(writer, indent + 4, values, verbose);
}

} // namespace

std::string to_text(std::span<const Difference> differences, const TextStyle& style) {
    const DiffView view = diff_view(differences);
    TextWriter writer{style.width, style.color};
    writer.wrapped(0, 0, {{view.summary, Tone::strong}});
    bool folded = false;
    for (const ControllerChanges& block : view.controllers) {
        writer.blank();
        const std::size_t named = style.verbose || block.controllers.size() <= kMaxControllers + 1
                                      ? block.controllers.size()
                                      : kMaxControllers;
        for (std::size_t index = 0; index < named; ++index) {
            const std::string& name = block.controllers[index];
            writer.wrapped(0, 2, {{name.empty() ? "observation" : name, Tone::strong}});
        }
        if (named < block.controllers.size()) {
            folded = true;
            writer.line(0, {{fmt::format("and {}", count_of(block.controllers.size() - named,
                                                            "more controller")),
                             Tone::strong}});
        }
        std::size_t shown = 0;
        for (const NamespaceChanges& changes : block.namespaces) {
            if (!style.verbose && shown >= kMaxChanges) {
                break;
            }
            if (!changes.nsids.empty()) {
                writer.wrapped(2, 4, {{"NSID " + ranges(changes.nsids, kMaxDiffRanges)}});
            }
            for (const Change& change : changes.changes) {
                folded |= write_change(writer, change, style.verbose);
            }
            ++shown;
        }
        if (shown < block.namespaces.size()) {
            folded = true;
            writer.line(
                2, {{fmt::format("and changes of {}",
                                 count_of(block.namespaces.size() - shown, "more namespace"))}});
        }
    }
    if (folded) {
        writer.blank();
        writer.wrapped(0, 0, {{"-v shows all of it.", Tone::faint}});
    }
    return std::move(writer).take();
}

} // namespace haoh
