// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Text for a screen: safe, measured and cut by the columns that a terminal gives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::tool {

/// A text of any origin as a terminal may have it: valid UTF-8 whose every character shows itself.
/// All else (control characters, changes of direction, broken UTF-8) becomes `\xNN`, byte by byte.
[[nodiscard]] std::string screen_text(std::string_view text);

/// Columns of a text of `screen_text`: wide characters take two, combining ones none.
[[nodiscard]] std::size_t screen_columns(std::string_view text);
/// At most `columns` columns of it, with "…" for the end that is missing.
[[nodiscard]] std::string cut_end(std::string_view text, std::size_t columns);
/// The same, where the end tells more than the beginning.
[[nodiscard]] std::string cut_front(std::string_view text, std::size_t columns);

/// "1-3, 5, 7" of ascending numbers; beyond `columns` columns "1-3, 5 and 512 more".
[[nodiscard]] std::string number_ranges(std::span<const std::uint32_t> ascending,
                                        std::size_t columns);
/// "1 namespace", "4,096 namespaces".
[[nodiscard]] std::string count_of(std::uint64_t count, std::string_view noun);

/// What a piece of a line is; colours follow from it.
enum class ScreenTone : std::uint8_t { plain, strong, faint, good, warn, bad };

/// One line, made from left to right and never longer than it may be.
class ScreenLine {
  public:
    ScreenLine(std::size_t columns, bool color) : room_{columns}, color_{color} {}

    /// Adds a text of `screen_text`; what has no room is cut.
    ScreenLine& put(std::string_view text, ScreenTone tone = ScreenTone::plain);
    /// Spaces up to `column`; none when the line is there already.
    ScreenLine& tab(std::size_t column);

    [[nodiscard]] std::size_t columns() const { return used_; }
    [[nodiscard]] std::size_t left() const { return room_ - used_; }
    /// Without spaces at the end.
    [[nodiscard]] std::string take() &&;

  private:
    std::size_t room_;
    bool color_;
    std::size_t used_{};
    std::size_t gap_{}; ///< spaces that are written when something follows
    std::string text_;
};

} // namespace haoh::tool
