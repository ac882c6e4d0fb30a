// SPDX-License-Identifier: LGPL-2.1-or-later
// What the states of paths mean for access, and the state as a whole.
#include "monitor/fusion.hpp"

#include "base/safe_text.hpp"
#include "monitor/find_value.hpp"

#include <map>
#include <set>
#include <utility>

namespace haoh::monitor {

PathUse Fusion::use_of(const World& world, const Head& head, const Path& path) const {
    PathFacts facts;
    if (const Controller* const controller = find_value(world.controllers, path.controller)) {
        facts.controller_state = controller->state;
    }
    facts.ana_state = path.ana_state;
    const std::string text = path.ana_state.text();
    facts.ana_problem = text;
    facts.same_size = head.bytes == 0 || path.bytes == 0 || head.bytes == path.bytes;
    return haoh::use_of(facts);
}

AccessCounts Fusion::counts_of(const World& world, const Head& head) const {
    AccessCounts counts;
    std::set<std::string_view> ready;
    for (const auto& [name, path] : head.paths) {
        ++counts.paths;
        const PathUse use = use_of(world, head, path);
        counts.usable += use.usable() ? 1U : 0U;
        counts.optimized += use.optimized() ? 1U : 0U;
        if (use.ready()) {
            ready.insert(find_value(world.controllers, name)->array);
        }
    }
    counts.arrays = static_cast<unsigned>(head.arrays.size());
    counts.ready = static_cast<unsigned>(ready.size());
    return counts;
}

void Fusion::settle(const std::string& host, World& world, const Occasion& occasion) {
    for (const HeadKey& key : std::exchange(world.touched, {})) {
        Head& head = world.heads.at(key);
        const AccessCounts counts = counts_of(world, head);
        const Access now = counts.access();
        const auto before = std::exchange(head.access, now);
        // What was good from the beginning is no news; what was not, is.
        if (before == now || (!before && now == Access::restored)) {
            continue;
        }
        Event& event = add_head(EventKind::access, host, key, occasion);
        event.from = before ? to_string(*before) : std::string_view{};
        event.to = to_string(now);
        event.access = counts;
    }
}

std::vector<OwnedEvent> Fusion::take_owned(const Occasion& occasion) {
    for (auto& [host, world] : worlds_) {
        settle(host, world, occasion);
    }
    std::vector<OwnedEvent> taken = std::exchange(events_, {});
    for (OwnedEvent& one : taken) {
        Event& event = one.event;
        event.text = base::safe_text(event.text);
        ++counts_[event.kind];
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
            out.access = counts_of(world, head);
            for (const auto& [name, path] : head.paths) {
                out.paths.push_back({.controller = name,
                                     .name = path.name,
                                     .ana_state = path.ana_state,
                                     .use = use_of(world, head, path),
                                     .transitions = path.transitions,
                                     .last_change = path.last_change});
                const Controller* const controller = find_value(world.controllers, name);
                if (out.identity.empty() && controller != nullptr) {
                    out.identity = digest_of(*controller, key.nsid);
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
