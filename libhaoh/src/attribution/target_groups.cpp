// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attribution/target_groups.hpp"

#include "attribution/site_evidence.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

namespace haoh::attribution {

namespace {

/// What a target's own port says of a subsystem.
struct Pool {
    std::set<std::uint16_t> own; ///< of controllers, all of one time
    std::set<std::uint16_t> ids; ///< and of further connections, one after the other
    std::string serial;
    std::uint16_t domainid{};
};

bool meet(const std::set<std::uint16_t>& a, const std::set<std::uint16_t>& b) {
    return std::any_of(a.begin(), a.end(), [&b](std::uint16_t id) { return b.contains(id); });
}

bool contradict(const Pool& a, const Pool& b) {
    const bool same_id = meet(a.own, b.ids) || meet(a.ids, b.own);
    const bool domains = a.domainid != 0 && b.domainid != 0 && a.domainid != b.domainid;
    return same_id || domains || a.serial != b.serial;
}

/// Two ports that take turns in one range: the IDs of each lie between those of the other.
bool one_range(const Pool& a, const Pool& b) {
    return !a.ids.empty() && !b.ids.empty() && *a.ids.begin() < *b.ids.rbegin() &&
           *b.ids.begin() < *a.ids.rbegin();
}

using PoolOfTarget = std::map<std::string, Pool>;

/// By subsystem.
using Pools = std::map<std::string, PoolOfTarget>;

Pools pools_of(const Observation& observation) {
    Pools out;
    for (const ControllerObservation& controller : observation.controllers) {
        if (controller.target.empty() || !controller.at_target() || !controller.identify.ok()) {
            continue;
        }
        Pool& pool = out[controller.subsysnqn][controller.target];
        pool.own.insert(controller.connection.cntlid);
        pool.ids.insert(controller.connection.cntlid);
        pool.ids.insert(controller.probed_cntlids.begin(), controller.probed_cntlids.end());
        const nvme::IdentifyController id = controller.identify_data();
        pool.serial = nvme::printable(id.sn);
        pool.domainid = id.domainid;
    }
    return out;
}

/// Sets of targets, merged by and by.
class Merged {
  public:
    explicit Merged(std::size_t count) : parent_(count) {
        std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    }
    [[nodiscard]] std::size_t find(std::size_t one) const {
        while (parent_[one] != one) {
            one = parent_[one];
        }
        return one;
    }
    void merge(std::size_t a, std::size_t b) {
        const std::size_t one = find(a);
        const std::size_t other = find(b);
        parent_[std::max(one, other)] = std::min(one, other);
    }
    [[nodiscard]] std::size_t sets() const {
        std::size_t out = 0;
        for (std::size_t i = 0; i < parent_.size(); ++i) {
            out += parent_[i] == i ? 1U : 0U;
        }
        return out;
    }

  private:
    std::vector<std::size_t> parent_;
};

/// Two targets by number, the lower one first.
using TargetPair = std::pair<std::size_t, std::size_t>;

/// What subsystems say of targets, two at a time.
struct Likeness {
    std::set<TargetPair> together;
    std::set<TargetPair> apart;
};

/// Takes what one subsystem says. Where all of its targets look the same it says nothing of who
/// belongs together: two arrays whose ranges are mixed look so as well. Only another one whose IDs lie
/// apart shows that its arrays have ranges of their own.
void compare(const PoolOfTarget& pools,
             const std::map<std::string, std::size_t, std::less<>>& numbers, Likeness& out) {
    std::vector<std::pair<std::size_t, const Pool*>> targets;
    for (const auto& [target, pool] : pools) {
        targets.emplace_back(numbers.at(target), &pool);
    }
    Merged merged(targets.size());
    std::set<TargetPair> together;
    for (std::size_t a = 0; a < targets.size(); ++a) {
        for (std::size_t b = a + 1; b < targets.size(); ++b) {
            const TargetPair pair = std::minmax(targets[a].first, targets[b].first);
            if (contradict(*targets[a].second, *targets[b].second)) {
                out.apart.insert(pair);
            } else if (one_range(*targets[a].second, *targets[b].second)) {
                together.insert(pair);
                merged.merge(a, b);
            }
        }
    }
    if (merged.sets() > 1) {
        out.together.insert(together.begin(), together.end());
    }
}

} // namespace

TargetGroups::TargetGroups(const Observation& observation) {
    for (const ControllerObservation& controller : observation.controllers) {
        if (!controller.target.empty() &&
            by_target_.try_emplace(controller.target, groups_.size()).second) {
            groups_.push_back({.number = groups_.size(), .targets = {controller.target}});
        }
    }
    if (groups_.size() > 1) {
        join(observation);
    }
}

void TargetGroups::join(const Observation& observation) {
    constexpr std::size_t kMost = 64; ///< targets that are compared, each with each
    const Pools pools = pools_of(observation);
    Merged merged(groups_.size());
    Likeness likeness;
    for (const auto& [nqn, by_target] : pools) {
        for (const auto& [target, pool] : by_target) {
            if (!pool.ids.empty()) {
                ranges_[nqn].push_back(
                    {.target = target, .first = *pool.ids.begin(), .last = *pool.ids.rbegin()});
            }
        }
        if (groups_.size() <= kMost) {
            compare(by_target, by_target_, likeness);
        }
    }
    for (const auto& pair : likeness.together) {
        if (!likeness.apart.contains(pair)) {
            merged.merge(pair.first, pair.second);
        }
    }
    const bool torn =
        std::any_of(likeness.apart.begin(), likeness.apart.end(), [&merged](const auto& pair) {
            return merged.find(pair.first) == merged.find(pair.second);
        });
    if (torn || merged.sets() < 2 || merged.sets() == groups_.size()) {
        return;
    }
    std::map<std::size_t, std::size_t> numbers;
    std::vector<TargetGroup> joined;
    for (const TargetGroup& one : groups_) {
        const auto [at, is_new] = numbers.try_emplace(merged.find(one.number), joined.size());
        if (is_new) {
            joined.push_back({.number = joined.size(), .targets = {}});
        }
        joined[at->second].targets.push_back(one.targets.front());
        by_target_[one.targets.front()] = at->second;
    }
    groups_ = std::move(joined);
}

const TargetGroup& TargetGroups::of(const ControllerObservation& controller) const {
    const TargetGroup& own = groups_[by_target_.at(controller.target)];
    const auto ranges = ranges_.find(controller.subsysnqn);
    if (controller.at_target() || ranges == ranges_.end()) {
        return own;
    }
    const auto distance = [&controller](const Range& range) {
        const std::uint16_t id = controller.connection.cntlid;
        return id < range.first ? range.first - id : id > range.last ? id - range.last : 0;
    };
    std::optional<std::pair<int, std::size_t>> nearest; ///< distance, array
    bool near_own = false;
    bool own_known = false;
    for (const Range& range : ranges->second) {
        const std::size_t group = by_target_.at(range.target);
        const int away = distance(range);
        own_known = own_known || group == own.number;
        near_own = near_own || (group == own.number && away < kCntlidGap);
        if (!nearest || away < nearest->first) {
            nearest.emplace(away, group);
        }
    }
    const bool moves = own_known && !near_own && nearest && nearest->first < kCntlidGap;
    return moves ? groups_[nearest->second] : own;
}

bool TargetGroups::elsewhere(const ControllerObservation& controller) const {
    return of(controller).number != by_target_.at(controller.target);
}

} // namespace haoh::attribution
