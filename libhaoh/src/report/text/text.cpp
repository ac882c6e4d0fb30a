// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/text/text.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace haoh::report {
namespace {

constexpr std::size_t kMinWidth = 40;

std::string_view escape_sequence(Tone tone) {
    switch (tone) {
    case Tone::plain:
        return {};
    case Tone::strong:
        return "\x1b[1m";
    case Tone::faint:
        return "\x1b[2m";
    case Tone::pass:
        return "\x1b[1;32m";
    case Tone::note:
        return "\x1b[1;36m";
    case Tone::unknown:
        return "\x1b[1;35m";
    case Tone::warn:
        return "\x1b[1;33m";
    case Tone::fail:
        return "\x1b[1;31m";
    }
    return {};
}

/// A word and the spaces before it; the pieces keep their tones.
struct Word {
    std::size_t gap{};
    Spans pieces;

    [[nodiscard]] std::size_t width() const {
        std::size_t sum = 0;
        for (const Span& piece : pieces) {
            sum += columns(piece.text);
        }
        return sum;
    }
};

std::vector<Word> split_words(const Spans& spans) {
    std::vector<Word> words;
    std::size_t gap = 0;
    bool inside = false;
    for (const Span& span : spans) {
        for (const char character : span.text) {
            if (character == ' ') {
                ++gap;
                inside = false;
                continue;
            }
            if (!inside) {
                words.push_back({.gap = gap, .pieces = {}});
                gap = 0;
                inside = true;
            }
            Spans& pieces = words.back().pieces;
            if (pieces.empty() || pieces.back().tone != span.tone) {
                pieces.push_back({.text = {}, .tone = span.tone});
            }
            pieces.back().text += character;
        }
    }
    return words;
}

/// The columns of one text, a character each.
std::vector<std::string_view> split_characters(std::string_view text) {
    std::vector<std::string_view> characters;
    for (std::size_t index = 0; index < text.size();) {
        const auto character = base::decode_utf8(text.substr(index));
        characters.push_back(text.substr(index, character ? character->length : 1));
        index += characters.back().size();
    }
    return characters;
}

using Characters = std::vector<std::string_view>;

std::size_t common_prefix(std::span<const Characters> texts) {
    std::size_t length = texts.front().size();
    for (const Characters& text : texts) {
        const auto [here, there] = std::ranges::mismatch(texts.front(), text);
        length = std::min(length, static_cast<std::size_t>(here - texts.front().begin()));
    }
    return length;
}

std::size_t common_suffix(std::span<const Characters> texts, std::size_t prefix) {
    std::size_t length = texts.front().size();
    for (const Characters& text : texts) {
        std::size_t same = 0;
        while (same < texts.front().size() - prefix && same < text.size() - prefix &&
               text[text.size() - 1 - same] == texts.front()[texts.front().size() - 1 - same]) {
            ++same;
        }
        length = std::min(length, same);
    }
    return length;
}

std::vector<Characters> split_all(std::span<const std::string> texts) {
    std::vector<Characters> all;
    all.reserve(texts.size());
    for (const std::string& text : texts) {
        all.push_back(split_characters(text));
    }
    return all;
}

std::string trimmed(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

} // namespace

std::string ranges(std::span<const std::uint32_t> ascending, std::size_t max_parts) {
    const std::vector<base::NumberRun> runs = base::runs_of(ascending);
    std::string out;
    std::size_t left = ascending.size();
    for (const base::NumberRun& run : std::span{runs}.first(std::min(runs.size(), max_parts))) {
        out += (out.empty() ? "" : ", ") + to_string(run);
        left -= run.count;
    }
    return left == 0 ? out : out + fmt::format(" and {} more", grouped(left));
}

std::string enumerate(std::span<const std::string> items) {
    std::string out;
    for (std::size_t index = 0; index < items.size(); ++index) {
        if (index > 0) {
            out += index + 1 == items.size() ? " and " : ", ";
        }
        out += items[index];
    }
    return out;
}

TextWriter::TextWriter(unsigned width, bool color)
    : width_{std::max<std::size_t>(width, kMinWidth)}, color_{color} {}

void TextWriter::put(const Span& span) {
    const std::string_view sequence = color_ ? escape_sequence(span.tone) : std::string_view{};
    if (sequence.empty() || span.text.empty()) {
        out_ += span.text;
    } else {
        out_.append(sequence).append(span.text).append("\x1b[0m");
    }
}

void TextWriter::line(std::size_t indent, const Spans& spans) {
    out_.append(indent, ' ');
    for (const Span& span : spans) {
        put(span);
    }
    out_ += '\n';
}

void TextWriter::wrapped(std::size_t indent, std::size_t hanging, const Spans& spans) {
    out_.append(indent, ' ');
    put_words(indent, hanging, spans);
}

void TextWriter::hanging(std::size_t indent, const Spans& beginning, std::size_t column,
                         const Spans& text) {
    out_.append(indent, ' ');
    for (const Span& span : beginning) {
        put(span);
    }
    put_words(column, column, text);
}

void TextWriter::put_words(std::size_t column, std::size_t hanging, const Spans& spans) {
    bool first = true;
    Span run; // what is still to be written of one tone
    const auto flush = [&] {
        put(run);
        run = {};
    };
    for (const Word& word : split_words(spans)) {
        const std::size_t size = word.width();
        if (!first && column + word.gap + size > width_) {
            flush();
            out_ += '\n';
            out_.append(hanging, ' ');
            column = hanging;
        } else if (!first) {
            if (run.tone != word.pieces.front().tone) {
                flush();
            }
            run.text.append(word.gap, ' ');
            column += word.gap;
        }
        for (const Span& piece : word.pieces) {
            if (run.tone != piece.tone) {
                flush();
                run.tone = piece.tone;
            }
            run.text += piece.text;
        }
        column += size;
        first = false;
    }
    flush();
    out_ += '\n';
}

void TextWriter::blank() {
    if (!out_.empty() && !out_.ends_with("\n\n")) {
        out_ += '\n';
    }
}

std::string TextWriter::take() && {
    while (out_.ends_with("\n\n")) {
        out_.pop_back();
    }
    return std::move(out_);
}

std::vector<std::size_t> Table::widths() const {
    std::vector<std::size_t> out(aligns_.size());
    for (const std::vector<Span>& row : rows_) {
        for (std::size_t column = 0; column < out.size(); ++column) {
            out[column] = std::max(out[column], columns(row[column].text));
        }
    }
    return out;
}

std::size_t Table::width() const {
    std::size_t sum = 0;
    for (const std::size_t width : widths()) {
        sum += width + (sum > 0 ? kGap : 0);
    }
    return sum;
}

void Table::write(TextWriter& writer, std::size_t indent) const {
    const std::vector<std::size_t> size = widths();
    for (const std::vector<Span>& row : rows_) {
        std::size_t last = row.size();
        while (last > 0 && row[last - 1].text.empty()) {
            --last;
        }
        Spans spans;
        for (std::size_t column = 0; column < last; ++column) {
            const std::size_t padding = size[column] - columns(row[column].text);
            const bool right = aligns_[column] == Align::right;
            const std::size_t before =
                (column > 0 && size[column - 1] > 0 ? kGap : 0) + (right ? padding : 0);
            spans.push_back({.text = std::string(before, ' '), .tone = Tone::plain});
            spans.push_back(row[column]);
            if (!right && column + 1 < last) {
                spans.push_back({.text = std::string(padding, ' '), .tone = Tone::plain});
            }
        }
        writer.line(indent, spans);
    }
}

std::string difference_marks(std::span<const std::string> texts) {
    constexpr std::size_t shortest = 8;
    if (texts.size() < 2) {
        return {};
    }
    const std::vector<Characters> all = split_all(texts);
    const std::size_t length = std::ranges::max(all, {}, &Characters::size).size();
    const std::size_t least = std::ranges::min(all, {}, &Characters::size).size();
    if (least < shortest) {
        return {};
    }
    std::string marks(length, ' ');
    if (least == length) {
        for (std::size_t column = 0; column < length; ++column) {
            for (const Characters& text : all) {
                if (text[column] != all.front()[column]) {
                    marks[column] = '^';
                }
            }
        }
    } else {
        const std::size_t prefix = common_prefix(all);
        const std::size_t suffix = common_suffix(all, prefix);
        for (std::size_t column = prefix; column < length - suffix; ++column) {
            marks[column] = '^';
        }
    }
    const auto different = static_cast<std::size_t>(std::ranges::count(marks, '^'));
    // Two values that have nothing to do with each other agree here and there by chance.
    if (different == 0 || different * 2 > length) {
        return {};
    }
    return trimmed(std::move(marks));
}

std::vector<std::string> shortened(std::vector<std::string> texts, std::size_t room) {
    constexpr std::size_t context = 8;
    constexpr std::string_view ellipsis = "...";
    if (texts.empty() || room <= 2 * ellipsis.size() + context ||
        std::ranges::all_of(texts, [room](const auto& text) { return columns(text) <= room; })) {
        return texts;
    }
    const std::vector<Characters> all = split_all(texts);
    const std::size_t prefix = texts.size() > 1 ? common_prefix(all) : 0;
    const std::size_t longest = std::ranges::max(all, {}, &Characters::size).size();
    // With one distinct text nothing differs, and its beginning says the most.
    const bool differ = texts.size() > 1 && prefix < longest;
    std::size_t cut = differ && prefix > context + ellipsis.size() ? prefix - context : 0;
    if (longest <= room) {
        cut = 0;
    } else if (cut > 0 && longest - cut + ellipsis.size() < room) {
        cut = longest + ellipsis.size() - room;
    }
    std::vector<std::string> out;
    out.reserve(texts.size());
    for (std::size_t index = 0; index < texts.size(); ++index) {
        std::string text = cut > 0 ? std::string{ellipsis} : std::string{};
        const std::size_t left = all[index].size() - cut; // what is cut is less than all begin with
        const std::size_t space = room - text.size();
        if (left <= space) {
            text += column_slice(texts[index], cut, left);
        } else {
            text += column_slice(texts[index], cut, space - ellipsis.size());
            text += ellipsis;
        }
        out.push_back(std::move(text));
    }
    return out;
}

} // namespace haoh::report
