// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Text for people: safe to print, wrapped, aligned, coloured. Knows nothing of storage.
#pragma once

#include "base/number_text.hpp"
#include "base/safe_text.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::report {

using base::column_slice;
using base::columns;
using base::count_of;
using base::grouped;
using base::safe_text;

/// "1-3, 5, 7" of ascending numbers; after `max_parts` runs "... and 512 more".
[[nodiscard]] std::string ranges(std::span<const std::uint32_t> ascending, std::size_t max_parts);
/// "a, b and c".
[[nodiscard]] std::string enumerate(std::span<const std::string> items);

/// What a piece of text is; the colours follow from it.
enum class Tone : std::uint8_t { plain, strong, faint, pass, note, unknown, warn, fail };

struct Span {
    std::string text;
    Tone tone{Tone::plain};
};
using Spans = std::vector<Span>;

/// Collects lines.
class TextWriter {
  public:
    /// \param width  columns, taken as 40 when it is less
    TextWriter(unsigned width, bool color);

    [[nodiscard]] std::size_t width() const { return width_; }

    /// One line as it is, however long.
    void line(std::size_t indent, const Spans& spans);
    /// Wraps between words: the first line starts at `indent`, the others at `hanging`. A word
    /// longer than a line stays whole, so that it can be copied.
    void wrapped(std::size_t indent, std::size_t hanging, const Spans& spans);
    /// A fixed beginning, then a text that wraps below its own first column.
    void hanging(std::size_t indent, const Spans& beginning, std::size_t column, const Spans& text);
    /// An empty line, never two in a row nor at the start.
    void blank();

    /// Everything, without an empty line at the end.
    [[nodiscard]] std::string take() &&;

  private:
    void put(const Span& span);
    void put_words(std::size_t column, std::size_t hanging, const Spans& spans);

    std::size_t width_;
    bool color_;
    std::string out_;
};

inline constexpr std::size_t kIndent = 2; ///< columns of a level

/// Cells in columns that are as wide as their widest cell.
class Table {
  public:
    enum class Align : std::uint8_t { left, right };

    explicit Table(std::vector<Align> aligns) : aligns_{std::move(aligns)} {}

    /// \pre as many cells as columns, each a safe text
    void row(std::vector<Span> cells) { rows_.push_back(std::move(cells)); }
    [[nodiscard]] std::size_t width() const;
    void write(TextWriter& writer, std::size_t indent) const;

    static constexpr std::size_t kGap = 2; ///< columns between cells

  private:
    [[nodiscard]] std::vector<std::size_t> widths() const;

    std::vector<Align> aligns_;
    std::vector<std::vector<Span>> rows_;
};

using Align = Table::Align;

/// Under which columns texts that ought to be equal differ: a line of spaces and `^`, or nothing
/// when marks would not help the eye (short texts, texts that differ in most columns).
[[nodiscard]] std::string difference_marks(std::span<const std::string> texts);
/// The same texts, shortened to `room` columns where they are longer: what they have in common at
/// the front gives way first, so that the first difference stays in sight.
[[nodiscard]] std::vector<std::string> shortened(std::vector<std::string> texts, std::size_t room);

} // namespace haoh::report
