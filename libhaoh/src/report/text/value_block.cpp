// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/text/value_block.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace haoh::report {
namespace {

constexpr std::size_t kMaxValues = 6;
constexpr std::size_t kGap = 2;
/// A value beside its label needs that much room, or it goes below.
constexpr std::size_t kLeastRoom = 36;

struct Layout {
    bool stacked{};
    std::size_t label_width{};
    std::size_t value_column{};
    std::size_t room{};
};

Layout layout_of(const TextWriter& writer, std::size_t indent,
                 std::span<const LabelledValue> values) {
    std::size_t label_width = 0;
    std::size_t longest = 0;
    for (const LabelledValue& value : values) {
        label_width = std::max(label_width, columns(value.label));
        longest = std::max(longest, columns(value.value));
    }
    if (label_width == 0) {
        return {.value_column = indent, .room = writer.width() - indent};
    }
    const std::size_t beside = indent + label_width + kGap;
    if (beside + std::min(longest, kLeastRoom) <= writer.width()) {
        return {
            .label_width = label_width, .value_column = beside, .room = writer.width() - beside};
    }
    return {.stacked = true, .value_column = indent, .room = writer.width() - indent};
}

/// The values to show: the first of each kind, so that a long list still shows what differs.
std::vector<LabelledValue> chosen(std::span<const LabelledValue> values) {
    if (values.size() <= kMaxValues + 1) {
        return {values.begin(), values.end()};
    }
    std::vector<bool> taken(values.size());
    std::size_t count = 0;
    std::set<std::string_view> seen;
    for (std::size_t index = 0; index < values.size() && count < kMaxValues; ++index) {
        if (seen.insert(values[index].value).second) {
            taken[index] = true;
            ++count;
        }
    }
    for (std::size_t index = 0; index < values.size() && count < kMaxValues; ++index) {
        if (!taken[index]) {
            taken[index] = true;
            ++count;
        }
    }
    std::vector<LabelledValue> out;
    for (std::size_t index = 0; index < values.size(); ++index) {
        if (taken[index]) {
            out.push_back(values[index]);
        }
    }
    return out;
}

std::size_t longest_word(std::string_view text) {
    std::size_t longest = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        longest = std::max(longest, columns(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return longest;
}

/// Whether values that are longer than a line read well on a few: words do, pages of bytes do not.
bool wraps_well(std::span<const std::string> texts, std::size_t room) {
    constexpr std::size_t max_lines = 5;
    return std::ranges::all_of(texts, [room](const std::string& text) {
        return longest_word(text) <= room && columns(text) <= max_lines * room;
    });
}

/// A list of things, each from a line of its own on.
void write_wrapped(TextWriter& writer, std::size_t indent, Spans beginning, std::size_t column,
                   std::string_view text) {
    constexpr std::string_view separator = "; ";
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        const std::string_view part = text.substr(0, end == text.npos ? end : end + 1);
        if (!beginning.empty()) {
            writer.hanging(indent, beginning, column, {{std::string{part}}});
            beginning.clear();
        } else {
            writer.wrapped(column, column, {{std::string{part}}});
        }
        text.remove_prefix(end == text.npos ? text.size() : end + separator.size());
    }
}

} // namespace

bool write_value_block(TextWriter& writer, std::size_t indent,
                       std::span<const LabelledValue> values, bool complete) {
    const std::vector<LabelledValue> shown =
        complete ? std::vector<LabelledValue>{values.begin(), values.end()} : chosen(values);
    const Layout layout = layout_of(writer, indent, shown);
    std::vector<std::string> texts;
    for (const LabelledValue& value : shown) {
        texts.push_back(value.value.empty() ? "(empty)" : value.value);
    }
    const std::vector<std::string> whole = texts;
    if (!complete && !wraps_well(texts, layout.room)) {
        texts = shortened(std::move(texts), layout.room);
    }
    for (std::size_t index = 0; index < shown.size(); ++index) {
        const std::string& label = shown[index].label;
        Spans beginning;
        if (layout.stacked) {
            writer.wrapped(indent - 2, indent, {{label + ":", Tone::faint}});
        } else if (layout.label_width > 0) {
            beginning = {{label, Tone::faint},
                         {std::string(layout.label_width - columns(label) + kGap, ' ')}};
        }
        if (columns(texts[index]) <= layout.room) {
            // As it is: spaces are a difference, too.
            beginning.push_back({texts[index]});
            writer.line(indent, beginning);
        } else {
            write_wrapped(writer, indent, std::move(beginning), layout.value_column, texts[index]);
        }
    }
    const bool fit = std::ranges::all_of(
        texts, [&](const std::string& text) { return columns(text) <= layout.room; });
    const std::string marks = fit ? difference_marks(texts) : std::string{};
    if (!marks.empty()) {
        const std::size_t first = marks.find('^');
        writer.line(layout.value_column + first, {{marks.substr(first), Tone::fail}});
    }
    if (shown.size() < values.size()) {
        writer.line(indent, {{fmt::format("and {} more", values.size() - shown.size())}});
    }
    return shown.size() < values.size() || texts != whole;
}

} // namespace haoh::report
