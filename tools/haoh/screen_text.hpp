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

/// \name Safe texts (base/safe_text.hpp) in so many columns
///@{
/// With "…" for the end that is missing.
[[nodiscard]] std::string cut_end(std::string_view text, std::size_t columns);
/// The same, where the end tells more than the beginning.
[[nodiscard]] std::string cut_front(std::string_view text, std::size_t columns);
///@}

/// "1-3, 5, 7" of ascending numbers; beyond `columns` columns "1-3, 5 and 512 more".
[[nodiscard]] std::string number_ranges(std::span<const std::uint32_t> ascending,
                                        std::size_t columns);

/// What a piece of a line is; colours follow from it.
enum class ScreenTone : std::uint8_t { plain, strong, faint, good, warn, bad };

/// One line, made from left to right and never longer than it may be.
class ScreenLine {
  public:
    ScreenLine(std::size_t columns, bool color) : room_{columns}, color_{color} {}

    /// Adds a safe text; what has no room is cut.
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
