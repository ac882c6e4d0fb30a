// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Things by the identifiers of a namespace that they carry. Ordered, not hashed: whoever chooses the
/// identifiers could have all of them in one bucket.
#pragma once

#include <haoh/nvme/namespace_id.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace haoh::judge {

struct IdKey {
    nvme::IdType type{};
    std::array<std::uint8_t, 16> value{};
    auto operator<=>(const IdKey&) const = default;
};

/// Its UUID, NGUID and EUI-64, as far as it has them.
[[nodiscard]] std::vector<IdKey> keys_of(const nvme::NamespaceIds& ids);
[[nodiscard]] std::string text_of(const IdKey& key);

/// Numbers of things, of which the lowest counts where several carry one identifier.
class IdIndex {
  public:
    /// \pre numbers ascend
    void add(const nvme::NamespaceIds& ids, std::size_t number);
    /// The first one that shares an identifier.
    [[nodiscard]] std::optional<std::size_t> find(const nvme::NamespaceIds& ids) const;

  private:
    std::map<IdKey, std::size_t> first_;
};

} // namespace haoh::judge
