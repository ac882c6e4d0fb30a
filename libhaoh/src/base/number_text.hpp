// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Numbers as text, and back. Pure.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace haoh::base {

/// The whole text as a number that fits, as std::from_chars reads it: no blanks, no '+', no "0x".
template <std::integral Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text, int base = 10) {
    Number value{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    return error == std::errc{} && stop == end ? std::optional{value} : std::nullopt;
}

/// "1,024".
[[nodiscard]] std::string grouped(std::uint64_t value);
/// "1 namespace", "1,024 namespaces".
[[nodiscard]] std::string count_of(std::uint64_t count, std::string_view noun);

/// Numbers that follow one another.
struct NumberRun {
    std::uint32_t first{}, last{};
    std::size_t count{}; ///< how many of the numbers given: some may be equal
};
[[nodiscard]] std::vector<NumberRun> runs_of(std::span<const std::uint32_t> ascending);
/// "5", "1-3".
[[nodiscard]] std::string to_string(const NumberRun& run);

} // namespace haoh::base
