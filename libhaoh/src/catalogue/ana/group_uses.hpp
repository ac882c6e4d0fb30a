// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What controllers use ANA group identifiers for.
#pragma once

#include "judge/subject.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

namespace haoh::judge {

/// Whether two controllers use one group identifier for groups that have no namespace in common.
class GroupUses {
  public:
    [[nodiscard]] bool disjoint(const Controller& a, const Controller& b, std::uint32_t agid);

  private:
    /// Of one controller, by AGID: the NSIDs, ascending and each once.
    using Groups = std::map<std::uint32_t, std::vector<std::uint32_t>>;

    const Groups& groups_of(const Controller& controller);
    /// Namespaces that a controller's log puts into a group and that another controller has as well.
    std::vector<std::uint32_t> members(const Controller& controller, std::uint32_t agid,
                                       const Controller& other);

    std::map<std::tuple<std::size_t, std::size_t, std::uint32_t>, bool> known_;
    std::map<std::size_t, Groups> groups_; ///< by controller
};

} // namespace haoh::judge
