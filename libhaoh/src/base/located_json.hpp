// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Untrusted JSON text as a value whose parts know their lines, so that a message about content can
/// say where. nlohmann::json reads the text; it keeps no positions itself, and takes duplicate keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace haoh::base {

struct LocatedMember;

/// A JSON value and the line on which it begins.
struct LocatedValue {
    using Array = std::vector<LocatedValue>;
    using Object = std::vector<LocatedMember>; ///< in the order of the text, keys unique

    std::variant<std::nullptr_t, bool, std::uint64_t, std::int64_t, double, std::string, Array,
                 Object>
        data;
    std::uint32_t line{};

    /// "an object", "a number", ...: for messages.
    [[nodiscard]] std::string_view kind() const;
};

struct LocatedMember {
    std::string key;
    LocatedValue value;
};

struct JsonLimits {
    std::size_t bytes;   ///< of the text
    std::size_t depth;   ///< of nesting
    std::size_t values;  ///< in all
    std::size_t members; ///< of one object
};

/// A text that somebody else wrote, shortened and made safe to print, in quotes.
[[nodiscard]] std::string quote(std::string_view text);

/// \param operation, origin  for messages: "read", "pair.json"
/// \param first_line  which one of the origin the text begins with
/// \throws Error (malformed) with line and column where the text is not JSON or names a key twice;
///         (too_large) beyond a limit
[[nodiscard]] LocatedValue parse_located(std::string_view text, std::string_view operation,
                                         std::string_view origin, const JsonLimits& limits,
                                         std::uint32_t first_line = 1);

} // namespace haoh::base
