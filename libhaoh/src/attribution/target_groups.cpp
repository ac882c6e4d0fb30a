// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attribution/target_groups.hpp"

#include "attribution/site_evidence.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

namespace haoh::attribution {

namespace {

// Attribution::confidence of what targets say.
constexpr std::uint8_t kNamed = 80; ///< a target, and nothing speaks against its being an array
constexpr std::uint8_t kCorroborated = 85; ///< ports of one range, and something else says so
constexpr std::uint8_t kSuspect = 50; ///< one range and two arrays, or one domain and two ranges
constexpr std::uint8_t kAstray = 50;  ///< an ID that is near to nobody's

/// What a target's own port says of a subsystem.
struct Pool {
    std::set<std::uint16_t> own;       ///< of controllers, all of one time
    std::set<std::uint16_t> ids;       ///< and of further connections
    std::vector<std::uint16_t> probed; ///< those of further connections, in order
    std::string serial;
    std::uint16_t domainid{};
    std::array<std::uint8_t, 16> fguid{};
    std::pair<std::string, std::string> endpoint;
    /// Ports of the subsystem in the log of the target's own discovery controller.
    std::set<std::pair<std::string, std::string>> listed;
};

bool meet(const std::set<std::uint16_t>& a, const std::set<std::uint16_t>& b) {
    return std::any_of(a.begin(), a.end(), [&b](std::uint16_t id) { return b.contains(id); });
}

/// Whether further connections were made a second time, to all ports beside those of the first time.
bool probed_twice(const Pool& pool) {
    return pool.probed.size() > 1;
}

bool contradict(const Pool& a, const Pool& b) {
    const bool beside = probed_twice(a) || probed_twice(b);
    const bool same_id = meet(a.own, b.ids) || meet(a.ids, b.own) || (beside && meet(a.ids, b.ids));
    const bool domains = a.domainid != 0 && b.domainid != 0 && a.domainid != b.domainid;
    return same_id || domains || a.serial != b.serial;
}

/// Two ports that take turns in one range: the IDs of each lie between those of the other.
bool one_range(const Pool& a, const Pool& b) {
    return !a.ids.empty() && !b.ids.empty() && *a.ids.begin() < *b.ids.rbegin() &&
           *b.ids.begin() < *a.ids.rbegin();
}

/// Whether two ports, of which one was asked first and last and the other twice in between, were given
/// one ID after the other: who hands them out knows of both. Two arrays, each with its own next ID, would
/// have given the last one before. Once IDs may begin anew, or skip those of hosts that are connected.
bool one_after_the_other(const Pool& outer, const Pool& inner) {
    constexpr int kClose = 32; ///< else they may be drawn at random
    const std::array<int, 4> ids{outer.probed[0], inner.probed[0], inner.probed[1],
                                 outer.probed[1]};
    unsigned falls = ids.front() < ids.back() ? 1 : 0;
    unsigned steps = 0;
    for (std::size_t i = 1; i < ids.size(); ++i) {
        falls += ids[i] < ids[i - 1] ? 1U : 0U;
        steps += ids[i] > ids[i - 1] && ids[i] - ids[i - 1] < kClose ? 1U : 0U;
    }
    return steps >= 2 && falls <= 1;
}

bool in_turn(const Pool& a, const Pool& b) {
    return a.probed.size() == 2 && b.probed.size() == 2 &&
           (one_after_the_other(a, b) || one_after_the_other(b, a));
}

/// Two ports of which nothing but one ID each is known, and those are near each other.
bool both_near(const Pool& a, const Pool& b) {
    return a.ids.size() == 1 && b.ids.size() == 1 &&
           std::max(*a.ids.begin(), *b.ids.begin()) - std::min(*a.ids.begin(), *b.ids.begin()) <
               kCntlidGap;
}

bool one_domain(const Pool& a, const Pool& b) {
    return a.domainid != 0 && a.domainid == b.domainid;
}

bool one_unit(const Pool& a, const Pool& b) {
    return !nvme::all_zero(a.fguid) && a.fguid == b.fguid;
}

/// An ID that both gave to further connections, of which none was left when the other came: the
/// lowest that is free, of one range.
bool reused_id(const Pool& a, const Pool& b) {
    return std::any_of(a.ids.begin(), a.ids.end(), [&](std::uint16_t id) {
        return b.ids.contains(id) && !a.own.contains(id) && !b.own.contains(id);
    });
}

using PoolOfTarget = std::map<std::string, Pool>;

/// One list of ports, which leaves out another target that serves the subsystem.
bool one_list(const Pool& a, const Pool& b, const PoolOfTarget& all) {
    return a.listed == b.listed && a.listed.contains(a.endpoint) && a.listed.contains(b.endpoint) &&
           std::any_of(all.begin(), all.end(), [&a](const auto& other) {
               return !a.listed.contains(other.second.endpoint);
           });
}

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
        const std::vector<std::uint16_t>& probed = controller.probed_cntlids;
        pool.probed.insert(pool.probed.end(), probed.begin(), probed.end());
        pool.ids.insert(probed.begin(), probed.end());
        const nvme::IdentifyController id = controller.identify_data();
        pool.serial = nvme::printable(id.sn);
        pool.domainid = id.domainid;
        pool.fguid = id.fguid;
        pool.endpoint = {controller.traddr, controller.trsvcid};
    }
    for (const DiscoveryObservation& discovery : observation.discovery) {
        if (!discovery.log.ok()) {
            continue;
        }
        for (const nvme::DiscoveryEntry& entry : discovery.entries().entries) {
            const auto by_target = out.find(entry.subnqn);
            if (by_target == out.end()) {
                continue;
            }
            if (const auto pool = by_target->second.find(discovery.target);
                pool != by_target->second.end()) {
                pool->second.listed.emplace(entry.traddr, entry.trsvcid);
            }
        }
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
    std::set<TargetPair> surely;  ///< of `together`, those of which more than IDs says it
    std::set<TargetPair> suspect; ///< may be one array, or two
};

/// Takes what one subsystem says. Where all of its targets look the same it says nothing of who
/// belongs together: two arrays whose ranges are mixed look so as well. Only another one whose IDs lie
/// apart shows that its arrays have ranges of their own.
/// \return whether all look the same
bool compare(const PoolOfTarget& pools,
             const std::map<std::string, std::size_t, std::less<>>& numbers, Likeness& out) {
    std::vector<std::pair<std::size_t, const Pool*>> targets;
    for (const auto& [target, pool] : pools) {
        targets.emplace_back(numbers.at(target), &pool);
    }
    Merged merged(targets.size());
    std::set<TargetPair> together;
    std::set<TargetPair> surely;
    std::set<TargetPair> by_turns;
    for (std::size_t a = 0; a < targets.size(); ++a) {
        for (std::size_t b = a + 1; b < targets.size(); ++b) {
            const TargetPair pair = std::minmax(targets[a].first, targets[b].first);
            const Pool& one = *targets[a].second;
            const Pool& other = *targets[b].second;
            if (contradict(one, other)) {
                out.apart.insert(pair);
            } else if (one_range(one, other) || reused_id(one, other)) {
                together.insert(pair);
                merged.merge(a, b);
                if (one_domain(one, other) || one_unit(one, other) || reused_id(one, other) ||
                    one_list(one, other, pools)) {
                    surely.insert(pair);
                }
                if (in_turn(one, other)) {
                    by_turns.insert(pair);
                }
            } else if (both_near(one, other) || one_domain(one, other)) {
                out.suspect.insert(pair);
            }
        }
    }
    const bool told_apart = merged.sets() > 1;
    if (told_apart) { // else it may be one range of two arrays
        surely.insert(by_turns.begin(), by_turns.end());
    }
    out.surely.insert(surely.begin(), surely.end());
    out.together.insert(surely.begin(), surely.end());
    (told_apart ? out.together : out.suspect).insert(together.begin(), together.end());
    return targets.size() > 1 && !told_apart;
}

/// How sure each target is, when it is known which are joined.
void weigh(const Likeness& likeness, const Merged& merged, std::vector<TargetGroup>& groups) {
    std::map<std::size_t, std::size_t> sizes;
    for (const TargetGroup& one : groups) {
        ++sizes[merged.find(one.number)];
    }
    const bool alone =
        std::any_of(sizes.begin(), sizes.end(), [](const auto& one) { return one.second == 1; });
    Merged sure(groups.size());
    for (const auto& pair : likeness.surely) {
        sure.merge(pair.first, pair.second);
    }
    for (const auto& pair : likeness.together) {
        if (likeness.apart.contains(pair)) {
            continue;
        }
        const bool joined = merged.find(pair.first) == merged.find(pair.second);
        const bool certain = joined && (!alone || sure.find(pair.first) == sure.find(pair.second));
        for (const std::size_t number : {pair.first, pair.second}) {
            groups[number].confidence =
                certain ? std::max(groups[number].confidence, kCorroborated) : kSuspect;
        }
    }
    for (const auto& pair : likeness.suspect) {
        const bool joined = merged.find(pair.first) == merged.find(pair.second);
        if (!joined && !likeness.apart.contains(pair)) {
            groups[pair.first].confidence = kSuspect;
            groups[pair.second].confidence = kSuspect;
        }
    }
}

} // namespace

TargetGroups::TargetGroups(const Observation& observation) {
    for (const ControllerObservation& controller : observation.controllers) {
        if (!controller.target.empty() &&
            by_target_.try_emplace(controller.target, groups_.size()).second) {
            groups_.push_back(
                {.number = groups_.size(), .targets = {controller.target}, .confidence = kNamed});
        }
    }
    if (groups_.size() > 1) {
        join(observation);
    }
    for (const DiscoveryObservation& discovery : observation.discovery) {
        if (discovery.log.ok() && groups_.size() > 1) {
            for (const nvme::DiscoveryEntry& entry : discovery.entries().entries) {
                named_by_[{entry.subnqn, entry.traddr, entry.trsvcid}].insert(discovery.target);
            }
        }
    }
}

bool TargetGroups::shared(const ControllerObservation& controller) const {
    const auto found =
        named_by_.find({controller.subsysnqn, controller.traddr, controller.trsvcid});
    return found != named_by_.end() && found->second.size() > 1;
}

void TargetGroups::join(const Observation& observation) {
    constexpr std::size_t kMost = 64; ///< targets that are compared, each with each
    const Pools pools = pools_of(observation);
    Merged merged(groups_.size());
    Likeness likeness;
    bool alike = false;
    bool different = false;
    for (const auto& [nqn, by_target] : pools) {
        for (const auto& [target, pool] : by_target) {
            if (!pool.ids.empty()) {
                ranges_[nqn].push_back(
                    {.target = target, .first = *pool.ids.begin(), .last = *pool.ids.rbegin()});
            }
        }
        if (groups_.size() <= kMost) {
            // Of a target that is named by a name, or does not offer it, no range is known.
            const bool all = by_target.size() == groups_.size();
            (compare(by_target, by_target_, likeness) && all ? alike : different) = true;
        }
    }
    one_pool_ = alike && !different && likeness.apart.empty();
    for (const auto& pair : likeness.together) {
        if (!likeness.apart.contains(pair)) {
            merged.merge(pair.first, pair.second);
        }
    }
    const bool torn =
        std::any_of(likeness.apart.begin(), likeness.apart.end(), [&merged](const auto& pair) {
            return merged.find(pair.first) == merged.find(pair.second);
        });
    const bool joins = !torn && merged.sets() < groups_.size();
    weigh(likeness, joins ? merged : Merged(groups_.size()), groups_);
    if (!joins) {
        return;
    }
    std::map<std::size_t, std::size_t> numbers;
    std::vector<TargetGroup> joined;
    for (const TargetGroup& one : groups_) {
        const auto [at, is_new] = numbers.try_emplace(merged.find(one.number), joined.size());
        if (is_new) {
            joined.push_back(
                {.number = joined.size(), .targets = {}, .confidence = one.confidence});
        }
        joined[at->second].targets.push_back(one.targets.front());
        joined[at->second].confidence = std::min(joined[at->second].confidence, one.confidence);
        by_target_[one.targets.front()] = at->second;
    }
    groups_ = std::move(joined);
}

TargetGroups::Placed TargetGroups::place(const ControllerObservation& controller) const {
    const std::size_t own = by_target_.at(controller.target);
    const auto ranges = ranges_.find(controller.subsysnqn);
    if (controller.at_target() || ranges == ranges_.end()) {
        return {.group = own, .near = true};
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
        own_known = own_known || group == own;
        near_own = near_own || (group == own && away < kCntlidGap);
        if (!nearest || away < nearest->first) {
            nearest.emplace(away, group);
        }
    }
    const bool moves = own_known && !near_own && nearest && nearest->first < kCntlidGap;
    return {.group = moves ? nearest->second : own,
            .near = moves || near_own || !own_known || !shared(controller)};
}

const TargetGroup& TargetGroups::of(const ControllerObservation& controller) const {
    return groups_[place(controller).group];
}

std::uint8_t TargetGroups::confidence(const ControllerObservation& controller) const {
    const Placed placed = place(controller);
    const std::uint8_t sure = groups_[placed.group].confidence;
    return placed.near ? sure : std::min(sure, kAstray);
}

bool TargetGroups::astray(const ControllerObservation& controller) const {
    return !place(controller).near;
}

bool TargetGroups::elsewhere(const ControllerObservation& controller) const {
    return of(controller).number != by_target_.at(controller.target);
}

} // namespace haoh::attribution
