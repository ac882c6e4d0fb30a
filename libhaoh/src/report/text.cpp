// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace haoh::report {
namespace {

constexpr std::size_t kMinWidth = 40;

struct Character {
    char32_t value{};
    std::size_t length{};
};

bool is_continuation(std::string_view text, std::size_t index) {
    return index < text.size() && (static_cast<unsigned char>(text[index]) & 0xC0U) == 0x80U;
}

/// The UTF-8 character at `index`; nullopt for anything that RFC 3629 does not allow.
std::optional<Character> decode(std::string_view text, std::size_t index) {
    const auto byte = [&](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
    };
    const char32_t first = byte(index);
    if (first < 0x80) {
        return Character{.value = first, .length = 1};
    }
    std::size_t length = 0;
    char32_t value = 0;
    char32_t smallest = 0;
    if ((first & 0xE0U) == 0xC0U) {
        length = 2;
        value = first & 0x1FU;
        smallest = 0x80;
    } else if ((first & 0xF0U) == 0xE0U) {
        length = 3;
        value = first & 0x0FU;
        smallest = 0x800;
    } else if ((first & 0xF8U) == 0xF0U) {
        length = 4;
        value = first & 0x07U;
        smallest = 0x10000;
    } else {
        return std::nullopt;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if (!is_continuation(text, index + i)) {
            return std::nullopt;
        }
        value = (value << 6U) | (byte(index + i) & 0x3FU);
    }
    if (value < smallest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return std::nullopt;
    }
    return Character{.value = value, .length = length};
}

/// Whether a terminal shows the character as itself and leaves the rest of the line alone.
bool is_harmless(char32_t value) {
    const auto within = [value](char32_t first, char32_t last) {
        return value >= first && value <= last;
    };
    const bool control = value < 0x20 || within(0x7F, 0x9F);
    const bool invisible_or_turning = value == 0x061C || value == 0xFEFF || value == 0x00AD ||
                                      within(0x200B, 0x200F) || within(0x2028, 0x202E) ||
                                      within(0x2060, 0x206F) || within(0xFFF0, 0xFFFB) ||
                                      within(0xE0000, 0xE0FFF);
    return !control && !invisible_or_turning;
}

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
        std::size_t end = index + 1;
        while (is_continuation(text, end)) {
            ++end;
        }
        characters.push_back(text.substr(index, end - index));
        index = end;
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

std::string safe_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t index = 0; index < text.size();) {
        const std::optional<Character> character = decode(text, index);
        const std::size_t length = character ? character->length : 1;
        if (character && is_harmless(character->value)) {
            out += text.substr(index, length);
        } else {
            for (const char byte : text.substr(index, length)) {
                fmt::format_to(std::back_inserter(out), "\\x{:02x}",
                               static_cast<unsigned char>(byte));
            }
        }
        index += length;
    }
    return out;
}

std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

std::string_view column_slice(std::string_view text, std::size_t first, std::size_t count) {
    const auto offset_of = [text](std::size_t start, std::size_t steps) {
        std::size_t offset = start;
        for (; steps > 0 && offset < text.size(); --steps) {
            ++offset;
            while (is_continuation(text, offset)) {
                ++offset;
            }
        }
        return offset;
    };
    const std::size_t begin = offset_of(0, first);
    return text.substr(begin, offset_of(begin, count) - begin);
}

std::string grouped(std::uint64_t value) {
    std::string digits = fmt::to_string(value);
    for (std::size_t position = digits.size(); position > 3;) {
        position -= 3;
        digits.insert(position, 1, ',');
    }
    return digits;
}

std::string count_of(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string ranges(std::span<const std::uint32_t> ascending, std::size_t max_parts) {
    std::string out;
    std::size_t parts = 0;
    for (std::size_t index = 0; index < ascending.size();) {
        std::size_t last = index;
        while (last + 1 < ascending.size() && ascending[last + 1] - ascending[last] <= 1) {
            ++last;
        }
        if (parts == max_parts) {
            return out + fmt::format(" and {} more", grouped(ascending.size() - index));
        }
        out += parts == 0 ? "" : ", ";
        out += fmt::to_string(ascending[index]);
        if (ascending[last] != ascending[index]) {
            out += fmt::format("-{}", ascending[last]);
        }
        ++parts;
        index = last + 1;
    }
    return out;
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
