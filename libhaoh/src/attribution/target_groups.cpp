// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attribution/target_groups.hpp"

#include "attribution/site_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

namespace haoh::attribution {

namespace {

/// Whether a controller answers at the address of its target, and not at one that a log named.
bool at_target(const ControllerObservation& controller) {
    const bool v6 = controller.traddr.find(':') != std::string::npos;
    return controller.target == fmt::format("{}://{}{}{}:{}", controller.transport, v6 ? "[" : "",
                                            controller.traddr, v6 ? "]" : "", controller.trsvcid);
}

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

/// By subsystem and target.
using Pools = std::map<std::string, std::map<std::string, Pool>>;

Pools pools_of(const Observation& observation) {
    Pools out;
    for (const ControllerObservation& controller : observation.controllers) {
        if (controller.target.empty() || !at_target(controller) || !controller.identify.ok()) {
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
        const auto [low, high] = std::minmax(find(a), find(b));
        parent_[high] = low;
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
    std::set<std::pair<std::size_t, std::size_t>> apart;
    std::set<std::pair<std::size_t, std::size_t>> together;
    for (const auto& [nqn, by_target] : pools) {
        for (const auto& [target, pool] : by_target) {
            if (!pool.ids.empty()) {
                ranges_[nqn].push_back(
                    {.target = target, .first = *pool.ids.begin(), .last = *pool.ids.rbegin()});
            }
        }
        if (groups_.size() > kMost) {
            continue;
        }
        for (auto a = by_target.begin(); a != by_target.end(); ++a) {
            for (auto b = std::next(a); b != by_target.end(); ++b) {
                const std::pair pair =
                    std::minmax(by_target_.at(a->first), by_target_.at(b->first));
                if (contradict(a->second, b->second)) {
                    apart.insert(pair);
                } else if (one_range(a->second, b->second)) {
                    together.insert(pair);
                }
            }
        }
    }
    for (const auto& pair : together) {
        if (!apart.contains(pair)) {
            merged.merge(pair.first, pair.second);
        }
    }
    const bool torn = std::any_of(apart.begin(), apart.end(), [&merged](const auto& pair) {
        return merged.find(pair.first) == merged.find(pair.second);
    });
    // Two arrays whose ranges are mixed look the same, unless there is a third one apart.
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
    if (at_target(controller) || ranges == ranges_.end()) {
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
