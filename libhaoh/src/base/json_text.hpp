// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How values become JSON text and texts from devices become JSON strings.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace haoh::base {

/// Integers up to this one are exact in every JSON reader (2^53 - 1).
inline constexpr std::uint64_t kLargestExactInteger = (1ULL << 53U) - 1;

/// Any bytes as UTF-8: bytes that are not part of UTF-8 become `\xNN`, and so does a backslash that
/// would read as the beginning of such an escape.
[[nodiscard]] std::string escape_bytes(std::string_view raw);
/// What `escape_bytes` was given.
[[nodiscard]] std::string unescape_bytes(std::string_view text);

/// A number where it is exact in every reader, else its decimal digits as a string.
[[nodiscard]] nlohmann::ordered_json exact_number(std::uint64_t value);

/// The value as ASCII, indented by two blanks a level. Lists of plain
/// values and objects of few plain values stay on one line, so that a thousand NSIDs are not a
/// thousand lines.
[[nodiscard]] std::string lay_out(const nlohmann::ordered_json& value);

} // namespace haoh::base
