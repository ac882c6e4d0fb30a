// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The words for the values of an enumeration, in both directions.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace haoh::arraysim {

template <typename Kind>
struct KindName {
    Kind kind;
    std::string_view text;
};

/// \return empty for a value without a name
template <typename Kind, std::size_t N>
std::string_view name_of(const std::array<KindName<Kind>, N>& names, Kind kind) {
    const auto* const found = std::ranges::find(names, kind, &KindName<Kind>::kind);
    return found == names.end() ? std::string_view{} : found->text;
}

template <typename Kind, std::size_t N>
std::optional<Kind> named(const std::array<KindName<Kind>, N>& names, std::string_view text) {
    const auto* const found = std::ranges::find(names, text, &KindName<Kind>::text);
    return found == names.end() ? std::nullopt : std::optional(found->kind);
}

template <typename Kind, std::size_t N>
constexpr std::array<Kind, N> kinds_of(const std::array<KindName<Kind>, N>& names) {
    std::array<Kind, N> kinds{};
    std::ranges::transform(names, kinds.begin(), &KindName<Kind>::kind);
    return kinds;
}

} // namespace haoh::arraysim
