// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The catch-all: whole pages compared byte for byte, but for what may differ by its nature and
/// what a named rule has reported already.
#pragma once

#include "judge/compare.hpp"
#include "judge/row.hpp"

#include <cstdint>
#include <vector>

namespace haoh::judge {

/// Fields of namespace pages in which a named rule saw a difference, or will see it path by path.
class NamedFields {
  public:
    void add(NamespacePage page, std::string_view field) { fields_.emplace_back(page, field); }
    void add(const AskedBits& bits) { bits_.push_back(bits); }
    /// \param differing  bits of the field that are not the same everywhere
    [[nodiscard]] bool has(NamespacePage page, std::string_view field,
                           std::uint8_t differing) const;

  private:
    std::vector<std::pair<NamespacePage, std::string_view>> fields_;
    std::vector<AskedBits> bits_;
};

/// Judges a row that compares pages of namespaces, for one volume.
void compare_pages(const Row& row, std::span<const Namespace* const> volume,
                   const NamedFields& named, std::uint32_t nsid, const std::string& subsystem,
                   Scope scope, Findings& findings);

/// Judges a row that compares Identify Controller, but for fields that one of `rows` has reported.
void compare_pages(const Row& row, std::span<const Row* const> rows, const Subsystem& subsystem,
                   Findings& findings);

/// Fields that are never compared: they differ by their nature.
[[nodiscard]] std::span<const std::string_view> incomparable_fields(NamespacePage page);
[[nodiscard]] std::span<const std::string_view> incomparable_controller_fields();

} // namespace haoh::judge
