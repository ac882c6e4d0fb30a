// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Texts of any origin, as a terminal may have them. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace haoh::base {

/// Valid UTF-8 whose every character shows itself: each byte of a control character, of one that
/// is invisible or changes the direction of writing, and of anything that is not UTF-8 becomes
/// `\xNN`.
[[nodiscard]] std::string safe_text(std::string_view text);

/// \name Columns of a safe text
/// What a terminal gives it: wide characters take two, combining ones none.
///@{
[[nodiscard]] std::size_t columns(std::string_view text);
/// The longest beginning that takes at most `most` columns; marks stay with their character.
[[nodiscard]] std::string_view column_prefix(std::string_view text, std::size_t most);
/// The part from column `first`, at most `count` columns long.
[[nodiscard]] std::string_view column_slice(std::string_view text, std::size_t first,
                                            std::size_t count);
///@}

} // namespace haoh::base
