// SPDX-License-Identifier: LGPL-2.1-or-later
// What the states of paths mean for access, and the state as a whole.
#include "monitor/fusion.hpp"

#include "base/safe_text.hpp"
#include "monitor/find_value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace haoh::monitor {

namespace {

constexpr std::size_t kMaxReasons = 4;

} // namespace

bool Fusion::same_size(const Head& head, const Path& path) {
    return head.bytes == 0 || path.bytes == 0 || head.bytes == path.bytes;
}

PathUse Fusion::use_of(const Controller* controller, const Path& path, bool fits) {
    PathFacts facts;
    if (controller != nullptr) {
        facts.controller_state = controller->state;
    }
    facts.ana_state = path.ana_state;
    std::string problem;
    if (path.ana_state.kind() == PathAnaState::unreadable) {
        problem = path.ana_state.text();
        facts.ana_problem = problem;
    }
    facts.same_size = fits;
    facts.refused = path.refused ? path.refused->rule : std::string_view{};
    return haoh::use_of(facts);
}

Fusion::Uses Fusion::uses_of(const World& world, const Head& head, bool sizes) {
    Uses uses;
    uses.reserve(head.paths.size());
    for (const auto& [name, path] : head.paths) {
        const Controller* const controller = find_value(world.controllers, name);
        uses.push_back({.path = &path,
                        .controller = controller,
                        .use = use_of(controller, path, !sizes || same_size(head, path))});
    }
    return uses;
}

AccessCounts Fusion::counts_of(const World& world, const HeadKey& key, const Head& head,
                               const Uses& uses) {
    AccessCounts counts;
    std::set<std::string_view> ready;
    for (const UsedPath& one : uses) {
        ++counts.paths;
        counts.usable += one.use.usable() ? 1U : 0U;
        counts.optimized += one.use.optimized() ? 1U : 0U;
        if (one.use.ready()) {
            ready.insert(one.array());
        }
    }
    std::set<std::string_view> arrays(head.arrays.begin(), head.arrays.end());
    if (const Expected* const expected = find_value(world.expected, key.subsysnqn)) {
        if (!expected->arrays.empty()) {
            arrays.insert(expected->arrays.begin(), expected->arrays.end());
            arrays.erase(""); // it is one of these
        }
        counts.arrays = expected->least;
    }
    counts.arrays = std::max(counts.arrays, static_cast<unsigned>(arrays.size()));
    counts.ready = static_cast<unsigned>(ready.size());
    return counts;
}

void Fusion::bind(Head& head) const {
    if (head.bound) {
        return;
    }
    // The target that was named first has the word: the order in which arrays answer says nothing.
    std::size_t best = order_.size() + 1;
    for (const auto& [name, path] : head.paths) {
        const auto place =
            static_cast<std::size_t>(std::ranges::find(order_, name) - order_.begin());
        if (path.volume && !path.barred && place < best) {
            best = place;
            head.bound = path.volume;
            head.bound_by = name;
        }
    }
}

void Fusion::admit(const std::string& host, Heads::iterator head, const Occasion& occasion) {
    bind(head->second);
    for (auto& [name, path] : head->second.paths) {
        std::optional<Refused> refused = path.barred;
        if (!refused && head->second.bound && path.volume) {
            Volume first = *head->second.bound;
            Volume now = *path.volume;
            if (head->second.bound_by == name) { // itself is nobody with whom it has to share
                first.shared = true;
                now.shared = true;
            }
            refused = refused_beside(first, now);
        }
        if (refused == path.refused) {
            continue;
        }
        if (refused) {
            Refused told = *refused;
            Event& event = add_path(EventKind::path_refused, host, head->first, path, occasion);
            event.rule = told.rule;
            event.text = std::move(told.text);
            head->second.worsened = Trouble::refused;
        } else {
            std::string state = told_ana(path.ana_state);
            add_path(EventKind::path_added, host, head->first, path, occasion).to =
                std::move(state);
        }
        path.refused = std::move(refused);
    }
}

std::optional<Trouble> Fusion::trouble_of(const World& world, const HeadKey& key, const Head& head,
                                          const Uses& uses) {
    std::set<Trouble> present;
    std::set<std::string_view> arrays; // that have a path at all
    for (const auto& [path, controller, use] : uses) {
        if (controller != nullptr) {
            arrays.insert(controller->array);
        }
        if (use.kind == PathUse::Kind::refused) {
            present.insert(Trouble::refused);
        } else if (use.other_size) {
            present.insert(Trouble::resize);
        } else if (use.barred_by_ana() || use.kind == PathUse::Kind::non_optimized) {
            present.insert(Trouble::ana);
        } else if (!use.usable()) {
            present.insert(Trouble::connection);
        }
    }
    const bool gone = std::ranges::any_of(
        head.arrays, [&arrays](const std::string& array) { return !arrays.contains(array); });
    if (head.paths.empty() || gone) {
        present.insert(Trouble::removal);
    }
    if (present.empty()) {
        const Expected* const expected = find_value(world.expected, key.subsysnqn);
        return expected == nullptr ? std::nullopt : std::optional(Trouble::absent);
    }
    const Trouble trouble =
        head.worsened && present.contains(*head.worsened) ? *head.worsened : *present.begin();
    if (trouble != Trouble::connection) {
        return trouble;
    }
    std::set<std::string_view> lost;
    for (const auto& [name, controller] : world.controllers) {
        if (controller.state.is_live()) {
            return trouble;
        }
        lost.insert(controller.array);
    }
    return lost.size() > 1 ? Trouble::host_link : trouble;
}

std::string Fusion::reasons_of(const World& world, const HeadKey& key, const Head& head,
                               const Uses& uses) {
    // Of each array the path that is nearest to being used.
    std::map<std::string_view, PathUse> arrays;
    for (const std::string& array : head.arrays) {
        arrays.try_emplace(array, PathUse{.kind = PathUse::Kind::no_head});
    }
    for (const UsedPath& used : uses) {
        const PathUse& use = used.use;
        PathUse& best = arrays[used.array()];
        const auto rank = [](const PathUse& one) {
            return one.usable() ? 1000 - static_cast<int>(one.kind) : static_cast<int>(one.kind);
        };
        if (rank(use) > rank(best) || best.kind == PathUse::Kind::no_head) {
            best = use;
        }
    }
    std::vector<std::string> told;
    for (const auto& [array, use] : arrays) {
        if (use.optimized() || array.empty()) {
            continue;
        }
        told.push_back(fmt::format("{}: {}", array,
                                   use.kind == PathUse::Kind::no_head ? "no path"
                                   : use.usable()                     ? "ANA non-optimized"
                                                                      : to_string(use)));
    }
    if (const Expected* const expected = find_value(world.expected, key.subsysnqn)) {
        for (const std::string& array : expected->arrays) {
            if (!arrays.contains(array)) {
                told.push_back(fmt::format("{}: not there", array));
            }
        }
    }
    if (told.size() > kMaxReasons) {
        const std::size_t more = told.size() - kMaxReasons;
        told.resize(kMaxReasons);
        told.push_back(fmt::format("{} more", more));
    }
    return fmt::format("{}", fmt::join(told, ", "));
}

void Fusion::tell_access(const std::string& host, World& world, Heads::iterator here,
                         const Occasion& occasion) {
    auto& [key, head] = *here;
    const Uses uses = uses_of(world, head);
    const AccessCounts counts = counts_of(world, key, head, uses);
    const Access now = counts.access();
    const std::optional<Access> before = head.access;
    if (now != Access::restored && !head.troubled) {
        head.troubled = occasion.observed;
    }
    // What was good from the beginning is no news; what was not, is.
    if (before != now && (before || now != Access::restored)) {
        const auto trouble =
            now == Access::restored ? std::nullopt : trouble_of(world, key, head, uses);
        std::string reasons = now == Access::restored ? "" : reasons_of(world, key, head, uses);
        std::string from{before ? to_string(*before) : std::string_view{}};
        std::string to{to_string(now)};
        Event& event = add_head(EventKind::access, host, key, occasion);
        event.from = std::move(from);
        event.to = std::move(to);
        event.access = counts;
        event.trouble = trouble;
        event.text = std::move(reasons);
        if (head.troubled) {
            event.lasting = occasion.observed.monotonic - head.troubled->monotonic;
        }
    }
    head.access = now;
    if (now == Access::restored) {
        head.troubled.reset();
        head.worsened.reset();
    }
}

bool Fusion::sizes_time_over(const Moment& since, const Moment& now) {
    return now.monotonic - since.monotonic > kSizesTime;
}

bool Fusion::awaits_sizes(const World& world, const HeadKey& key, Head& head, const Moment& now) {
    if (!head.resized) {
        return false;
    }
    const bool differ = std::ranges::any_of(
        head.paths, [&head](const auto& path) { return !same_size(head, path.second); });
    if (!differ || sizes_time_over(*head.resized, now)) {
        head.resized.reset();
        return false;
    }
    return head.access == counts_of(world, key, head, uses_of(world, head, false)).access();
}

void Fusion::settle(const std::string& host, World& world, const Occasion& occasion) {
    if (host.empty() && expects_source()) {
        return; // the first picture of the arrays is not whole: one of them alone says nothing
    }
    for (const HeadKey& key : world.waiting) {
        const Head& head = world.heads.at(key);
        if (!head.resized || sizes_time_over(*head.resized, occasion.observed)) {
            world.touched.insert(key);
        }
    }
    // One is done with when it is told: without memory the others wait for the next time.
    for (auto next = world.touched.begin(); next != world.touched.end();) {
        const auto head = world.heads.find(*next);
        admit(host, head, occasion);
        if (awaits_sizes(world, *next, head->second, occasion.observed)) {
            world.waiting.insert(*next);
        } else {
            tell_access(host, world, head, occasion);
            world.waiting.erase(*next);
        }
        next = world.touched.erase(next);
    }
}

std::vector<OwnedEvent> Fusion::take_owned(const Occasion& occasion) {
    for (auto& [host, world] : worlds_) {
        settle(host, world, occasion);
    }
    // What may lack memory comes before the first of them is taken, and may come twice.
    for (OwnedEvent& one : events_) {
        one.event.text = base::safe_text(one.event.text);
        counts_.try_emplace(one.event.kind);
    }
    std::vector<OwnedEvent> taken = std::exchange(events_, {});
    for (const auto& [event, owner] : taken) {
        ++counts_.at(event.kind);
        if (event.kind == EventKind::ana_change && event.latency()) {
            ana_latency_.add(*event.latency());
        }
    }
    return taken;
}

std::vector<Event> Fusion::take(const Occasion& occasion) {
    std::vector<Event> out;
    for (OwnedEvent& one : take_owned(occasion)) {
        out.push_back(std::move(one.event));
    }
    return out;
}

bool Fusion::is_live(const std::string& host, std::string_view controller) const {
    const World* const world = find_value(worlds_, host);
    if (world == nullptr) {
        return false;
    }
    const Controller* const found = find_value(world->controllers, controller);
    return found != nullptr && found->state.is_live();
}

bool Fusion::knows_controller(const std::string& host, std::string_view name) const {
    const World* const world = find_value(worlds_, host);
    return world != nullptr && world->controllers.contains(name);
}

Fusion::Sizes Fusion::sizes() const {
    Sizes out;
    for (const auto& [host, world] : worlds_) {
        out.controllers += world.controllers.size();
        out.heads += world.heads.size();
        out.path_names += world.by_path.size();
        out.verdicts += world.verdicts.size();
        out.expected += world.expected.size();
        for (const auto& [name, controller] : world.controllers) {
            out.groups += controller.group_states.size();
        }
        for (const auto& [key, head] : world.heads) {
            out.paths += head.paths.size();
        }
    }
    return out;
}

MonitorStatus Fusion::status(const Moment& now) const {
    MonitorStatus status;
    status.now = now;
    for (const auto& [name, source] : sources_) {
        status.sources.push_back(source);
    }
    for (const auto& [host, world] : worlds_) {
        std::map<std::string, std::vector<const ControllerIdentity*>> identities;
        for (const auto& [name, controller] : world.controllers) {
            status.controllers.push_back({.host = host,
                                          .name = name,
                                          .subsysnqn = controller.subsysnqn,
                                          .array = controller.array,
                                          .address = controller.address,
                                          .state = controller.state,
                                          .hostnqn = controller.hostnqn,
                                          .hostid = controller.hostid});
            auto& known = identities[controller.subsysnqn];
            if (controller.identity) {
                known.push_back(&*controller.identity);
            }
        }
        for (const auto& [nqn, known] : identities) {
            const Verdict* const verdict = find_value(world.verdicts, nqn);
            status.subsystems.push_back(
                {.host = host,
                 .subsysnqn = nqn,
                 .identity = digest_of(world, nqn, known),
                 .verdict = verdict == nullptr ? std::nullopt : std::optional(*verdict)});
        }
        for (const auto& [key, head] : world.heads) {
            MonitorStatus::Namespace& out = status.namespaces.emplace_back();
            out.host = host;
            out.subsysnqn = key.subsysnqn;
            out.nsid = key.nsid;
            out.device = key.device;
            out.bytes = head.bytes;
            Uses uses = uses_of(world, head);
            out.access = counts_of(world, key, head, uses);
            out.paths.reserve(uses.size());
            for (UsedPath& one : uses) {
                out.paths.push_back({.controller = one.path->controller,
                                     .name = one.path->name,
                                     .ana_state = one.path->ana_state,
                                     .use = std::move(one.use),
                                     .transitions = one.path->transitions,
                                     .last_change = one.path->last_change});
                if (out.identity.empty() && one.controller != nullptr) {
                    out.identity = digest_of(*one.controller, key.nsid);
                }
            }
        }
    }
    status.events = counts_;
    status.coalesced = coalesced_;
    status.ana_latency = ana_latency_;
    return status;
}

} // namespace haoh::monitor
