// SPDX-License-Identifier: LGPL-2.1-or-later
#include "catalogue/ana/group_uses.hpp"

#include <algorithm>
#include <iterator>

namespace haoh::judge {

bool GroupUses::disjoint(const Controller& a, const Controller& b, std::uint32_t agid) {
    const auto [at, fresh] = known_.try_emplace({a.index, b.index, agid}, false);
    if (fresh) {
        const auto left = members(a, agid, b);
        const auto right = members(b, agid, a);
        std::vector<std::uint32_t> common;
        std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                              std::back_inserter(common));
        at->second = !left.empty() && !right.empty() && common.empty();
    }
    return at->second;
}

const GroupUses::Groups& GroupUses::groups_of(const Controller& controller) {
    const auto [at, fresh] = groups_.try_emplace(controller.index);
    if (fresh) {
        for (const nvme::AnaGroup& group : controller.log.groups) {
            std::vector<std::uint32_t>& nsids = at->second[group.agid];
            nsids.insert(nsids.end(), group.nsids.begin(), group.nsids.end());
        }
        for (auto& [agid, nsids] : at->second) {
            std::sort(nsids.begin(), nsids.end());
            nsids.erase(std::unique(nsids.begin(), nsids.end()), nsids.end());
        }
    }
    return at->second;
}

std::vector<std::uint32_t> GroupUses::members(const Controller& controller, std::uint32_t agid,
                                              const Controller& other) {
    std::vector<std::uint32_t> out;
    const Groups& groups = groups_of(controller);
    if (const auto found = groups.find(agid); found != groups.end()) {
        std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(out),
                     [&other](std::uint32_t nsid) {
                         return other.observed->find_namespace(nsid) != nullptr;
                     });
    }
    return out;
}

} // namespace haoh::judge
