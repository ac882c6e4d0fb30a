// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/fusion.hpp"

#include "base/safe_text.hpp"
#include "monitor/find_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace haoh::monitor {

std::string told_ana(const PathAnaState& ana_state) {
    return ana_state.kind() == PathAnaState::none ? std::string(kNoAna) : ana_state.text();
}

namespace {

std::string aen_text(const nvme::AsyncEvent& event) {
    if (event.ana_change()) {
        return "ana_change";
    }
    if (event.namespace_attribute()) {
        return "namespace_attribute_changed";
    }
    if (event.discovery_log_change()) {
        return "discovery_log_changed";
    }
    return fmt::format("type {:X}h info {:02X}h log {:02X}h", event.type, event.info,
                       event.log_page);
}

} // namespace

std::pair<Fusion::Heads::iterator, Fusion::Heads::iterator>
Fusion::heads_of(World& world, const std::string& subsysnqn) {
    const auto first = world.heads.lower_bound({.subsysnqn = subsysnqn, .nsid = 0, .device = {}});
    auto last = first;
    while (last != world.heads.end() && last->first.subsysnqn == subsysnqn) {
        ++last;
    }
    return {first, last};
}

/// Groups that no path of the controller is in any more: an array may number them as it likes.
void Fusion::forget_groups(World& world, const std::string& controller) {
    Controller& one = *find_value(world.controllers, controller);
    std::set<std::uint32_t> used;
    const auto [first, last] = heads_of(world, one.subsysnqn);
    for (auto head = first; head != last; ++head) {
        const Path* const path = find_value(head->second.paths, controller);
        if (path != nullptr && path->ana_grpid) {
            used.insert(*path->ana_grpid);
        }
    }
    std::erase_if(one.group_states,
                  [&used](const auto& entry) { return !used.contains(entry.first); });
}

Fusion::World& Fusion::world_of(const std::string& host) {
    return worlds_[host];
}

OwnedEvent Fusion::event_of(EventKind kind, const std::string& host, const Occasion& occasion) {
    OwnedEvent out;
    out.event.kind = kind;
    out.event.observed = occasion.observed;
    out.event.cause = occasion.cause;
    out.event.source = occasion.source;
    out.event.host = host;
    return out;
}

OwnedEvent Fusion::event_of(EventKind kind, const std::string& host, const HeadKey& key,
                            const Occasion& occasion) const {
    OwnedEvent out = event_of(kind, host, occasion);
    out.event.subsysnqn = key.subsysnqn;
    out.event.nsid = key.nsid;
    out.event.device = key.device;
    const World* const world = find_value(worlds_, host);
    const Head* const head = world == nullptr ? nullptr : find_value(world->heads, key);
    out.owner = head == nullptr ? std::string{} : head->owner;
    return out;
}

// Each adds a whole event or, without memory, none.

Event& Fusion::add(EventKind kind, const std::string& host, const Occasion& occasion) {
    return events_.emplace_back(event_of(kind, host, occasion)).event;
}

Event& Fusion::add_head(EventKind kind, const std::string& host, const HeadKey& key,
                        const Occasion& occasion) {
    return events_.emplace_back(event_of(kind, host, key, occasion)).event;
}

Event& Fusion::add_controller(EventKind kind, const std::string& host, const std::string& name,
                              const Controller& controller, const Occasion& occasion) {
    OwnedEvent out = event_of(kind, host, occasion);
    out.event.subsysnqn = controller.subsysnqn;
    out.event.controller = name;
    out.event.array = controller.array;
    out.owner = name;
    return events_.emplace_back(std::move(out)).event;
}

Event& Fusion::add_path(EventKind kind, const std::string& host, const HeadKey& key,
                        const Path& path, const Occasion& occasion) {
    OwnedEvent out = event_of(kind, host, key, occasion);
    out.event.controller = path.controller;
    out.event.path = path.name;
    out.event.ana_grpid = path.ana_grpid;
    out.owner = path.controller;
    const World* const world = find_value(worlds_, host);
    const Controller* const controller =
        world == nullptr ? nullptr : find_value(world->controllers, path.controller);
    if (controller != nullptr) {
        out.event.array = controller->array;
    }
    return events_.emplace_back(std::move(out)).event;
}

void Fusion::see(const std::string& host, const View& view, const Occasion& occasion) {
    World& world = world_of(host);
    const bool silent = !std::exchange(world.known, true);
    take_in(host, world, view, occasion, {.silent = silent, .states = false});

    std::set<std::string_view> names;
    for (const ViewedController& controller : view.controllers) {
        names.insert(controller.name);
    }
    std::set<std::pair<HeadKey, std::string>> there;
    for (const ViewedNamespace& viewed : view.namespaces) {
        for (const ViewedPath& path : viewed.paths) {
            there.emplace(HeadKey{viewed.subsysnqn, viewed.nsid, viewed.device}, path.controller);
        }
        there.emplace(HeadKey{viewed.subsysnqn, viewed.nsid, viewed.device}, "");
    }
    for (auto head = world.heads.begin(); head != world.heads.end();) {
        for (auto path = head->second.paths.begin(); path != head->second.paths.end();) {
            const auto here = path++;
            if (!there.contains({head->first, here->first})) {
                lose_path(host, world, head, here, occasion);
            }
        }
        const auto here = head++;
        if (!there.contains({here->first, ""})) {
            lose_head_if_empty(host, world, here, occasion);
        }
    }
    for (auto one = world.controllers.begin(); one != world.controllers.end();) {
        const auto here = one++;
        if (!names.contains(here->first)) {
            change_controller_state(host, world, here->first, ControllerState::lost, occasion);
            world.digests.erase(here->second.subsysnqn);
            world.controllers.erase(here);
        }
    }
    std::set<std::string_view> subsystems;
    for (const auto& [name, controller] : world.controllers) {
        subsystems.insert(controller.subsysnqn);
    }
    const auto gone = [&](const auto& entry) { return !subsystems.contains(entry.first); };
    std::erase_if(world.verdicts, gone);
    // What has no controller any more may still have devices, whose access is told of.
    for (const auto& [key, head] : world.heads) {
        subsystems.insert(key.subsysnqn);
    }
    std::erase_if(world.expected, gone);
}

void Fusion::see_controller(const std::string& host, const std::string& controller,
                            const View& view, const Occasion& occasion) {
    World& world = world_of(host);
    const bool silent = !world.controllers.contains(controller);
    take_in(host, world, view, occasion, {.silent = silent, .states = true});

    const Controller* const known = find_value(world.controllers, controller);
    if (!view.namespaces_problem.empty() || known == nullptr) {
        return; // what is not in it may be there all the same
    }
    std::set<HeadKey> there;
    for (const ViewedNamespace& viewed : view.namespaces) {
        there.insert({viewed.subsysnqn, viewed.nsid, viewed.device});
    }
    const auto own = heads_of(world, known->subsysnqn);
    for (auto head = own.first; head != own.second;) {
        const auto here = head++;
        const auto path = here->second.paths.find(controller);
        if (path != here->second.paths.end() && !there.contains(here->first)) {
            lose_path(host, world, here, path, occasion);
            lose_head_if_empty(host, world, here, occasion);
        }
    }
    forget_groups(world, controller);
}

void Fusion::take_in(const std::string& host, World& world, const View& view,
                     const Occasion& occasion, Intake how) {
    for (const ViewedController& viewed : view.controllers) {
        take_in_controller(host, world, viewed, occasion, how);
    }
    for (const ViewedNamespace& viewed : view.namespaces) {
        const HeadKey key{viewed.subsysnqn, viewed.nsid, viewed.device};
        const auto [head, fresh] = world.heads.try_emplace(key);
        if (fresh) {
            head->second.bytes = viewed.bytes;
            head->second.read_only = viewed.read_only;
            if (viewed.paths.size() == 1) {
                head->second.owner = viewed.paths.front().controller;
            }
            if (!how.silent) {
                add_head(EventKind::namespace_added, host, key, occasion);
            }
        } else {
            // Of arrays each has a size of its own: see take_in_path.
            if (viewed.bytes != 0 && !key.device.empty()) {
                change_size(host, head, viewed.bytes, occasion);
            }
            if (viewed.read_only) {
                change_read_only(host, head, *viewed.read_only, occasion);
            }
        }
        for (const ViewedPath& path : viewed.paths) {
            take_in_path(host, world, head, path, occasion, how);
        }
        world.touched.insert(key);
    }
}

void Fusion::take_in_controller(const std::string& host, World& world,
                                const ViewedController& viewed, const Occasion& occasion,
                                Intake how) {
    const auto [found, fresh] = world.controllers.try_emplace(viewed.name);
    Controller& controller = found->second;
    if (controller.subsysnqn != viewed.subsysnqn) {
        world.digests.erase(controller.subsysnqn);
        world.digests.erase(viewed.subsysnqn);
        controller.subsysnqn = viewed.subsysnqn;
    }
    controller.address = viewed.address;
    controller.hostnqn = viewed.hostnqn;
    controller.hostid = viewed.hostid;
    if (how.silent) {
        controller.state = viewed.state;
    } else if (fresh || how.states) {
        change_controller_state(host, world, viewed.name, viewed.state, occasion);
    }
}

void Fusion::take_in_path(const std::string& host, World& world, Heads::iterator head,
                          const ViewedPath& viewed, const Occasion& occasion, Intake how) {
    const auto [found, fresh] = head->second.paths.try_emplace(viewed.controller);
    Path& path = found->second;
    if (fresh) {
        path = {.controller = viewed.controller,
                .name = {},
                .ana_state = viewed.ana_state.value_or(PathAnaState::not_read()),
                .ana_grpid = viewed.ana_grpid,
                .bytes = viewed.bytes};
        head->second.owner = head->second.paths.size() == 1 ? path.controller : std::string{};
        if (Controller* const controller = find_value(world.controllers, path.controller)) {
            ++controller->moved;
            head->second.arrays.insert(controller->array);
            if (path.ana_grpid) {
                controller->group_states.try_emplace(*path.ana_grpid, path.ana_state);
            }
        }
        if (path.in_change()) {
            path.last_change = occasion.observed;
        }
    }
    if (!viewed.name.empty()) {
        world.by_path.erase(path.name);
        path.name = viewed.name;
        world.by_path[path.name] = head;
    }
    if (fresh && !how.silent) {
        add_path(EventKind::path_added, host, head->first, path, occasion).to =
            told_ana(path.ana_state);
    }
    if (viewed.ana_grpid && viewed.ana_grpid != path.ana_grpid) {
        if (Controller* const controller = find_value(world.controllers, path.controller)) {
            ++controller->moved;
        }
        path.ana_grpid = viewed.ana_grpid;
    }
    if (viewed.volume) {
        path.volume = viewed.volume;
        path.barred = viewed.barred;
    }
    if (viewed.bytes != 0) {
        // Arrays may differ in size: that is a matter for `haoh check`. One that is given another
        // size is news, and the others are to follow.
        if (head->first.device.empty() && path.bytes != 0 && path.bytes != viewed.bytes) {
            change_size(host, head, viewed.bytes, occasion);
        }
        path.bytes = viewed.bytes;
    }
    if (how.states && viewed.ana_state) {
        change_ana_state(host, world, head->first, path, *viewed.ana_state, occasion);
    }
}

void Fusion::change_ana_state(const std::string& host, World& world, const HeadKey& key, Path& path,
                              const PathAnaState& state, const Occasion& occasion) {
    if (path.ana_state == state) {
        return;
    }
    Controller* const controller = find_value(world.controllers, path.controller);
    if (controller != nullptr) {
        count_transition(*controller, path, state);
    }
    Event& event = add_path(EventKind::ana_change, host, key, path, occasion);
    event.from = told_ana(path.ana_state);
    event.to = told_ana(state);
    event.transitions = 1;
    if (controller != nullptr) {
        event.change_count = controller->change_count;
    }
    path.ana_state = state;
    ++path.transitions;
    path.last_change = occasion.observed;
    path.anatt_exceeded = false;
    Head& head = world.heads.at(key);
    if (use_of(controller, path, same_size(head, path)).barred_by_ana() ||
        state.state() == nvme::AnaState::non_optimized) {
        head.worsened = Trouble::ana;
    }
    world.touched.insert(key);
}

void Fusion::change_controller_state(const std::string& host, World& world, const std::string& name,
                                     const ControllerState& state, const Occasion& occasion) {
    Controller* const controller = find_value(world.controllers, name);
    if (controller == nullptr || controller->state == state) {
        return;
    }
    Event& event = add_controller(EventKind::controller_state, host, name, *controller, occasion);
    event.from = controller->state.text();
    event.to = state.text();
    controller->state = state;
    const auto [first, last] = heads_of(world, controller->subsysnqn);
    for (auto head = first; head != last; ++head) {
        if (head->second.paths.contains(name)) {
            if (!state.is_live()) {
                head->second.worsened = Trouble::connection;
            }
            world.touched.insert(head->first);
        }
    }
}

void Fusion::change_size(const std::string& host, Heads::iterator head, std::uint64_t bytes,
                         const Occasion& occasion) {
    if (head->second.bytes == bytes) {
        return;
    }
    if (head->second.bytes != 0) {
        Event& event = add_head(EventKind::namespace_resized, host, head->first, occasion);
        event.from = std::to_string(head->second.bytes);
        event.to = std::to_string(bytes);
        head->second.worsened = Trouble::resize;
        if (occasion.source == kClock) {
            head->second.resized = occasion.observed;
        }
    }
    head->second.bytes = bytes;
}

void Fusion::change_read_only(const std::string& host, Heads::iterator head, bool read_only,
                              const Occasion& occasion) {
    if (head->second.read_only == read_only) {
        return;
    }
    const auto word = [](bool on) { return on ? kReadOnly : kWritable; };
    if (head->second.read_only) {
        Event& event = add_head(EventKind::namespace_read_only, host, head->first, occasion);
        event.from = word(!read_only);
        event.to = word(read_only);
    }
    head->second.read_only = read_only;
}

void Fusion::lose_path(const std::string& host, World& world, Heads::iterator head,
                       Paths::iterator path, const Occasion& occasion) {
    add_path(EventKind::path_lost, host, head->first, path->second, occasion).from =
        told_ana(path->second.ana_state);
    world.by_path.erase(path->second.name);
    if (Controller* const controller = find_value(world.controllers, path->first)) {
        ++controller->moved;
    }
    if (head->second.paths.erase(path); head->second.paths.size() == 1) {
        head->second.owner = head->second.paths.begin()->first;
    }
    head->second.worsened = Trouble::removal;
    world.touched.insert(head->first);
}

void Fusion::lose_head_if_empty(const std::string& host, World& world, Heads::iterator head,
                                const Occasion& occasion) {
    if (!head->second.paths.empty()) {
        return;
    }
    add_head(EventKind::namespace_removed, host, head->first, occasion);
    tell_access(host, world, head, occasion); // whoever used it has lost its last path
    world.touched.erase(head->first);
    world.waiting.erase(head->first);
    world.heads.erase(head);
}

void Fusion::write_states(KernelObservation& kernel) const {
    const World* const world = find_value(worlds_, kernel.host);
    if (world == nullptr) {
        return;
    }
    const auto write = [](Attribute& attribute, std::string_view state) {
        if (attribute.ok()) {
            attribute = Attribute::of(state);
        }
    };
    for (KernelSubsystem& subsystem : kernel.subsystems) {
        for (KernelController& controller : subsystem.controllers) {
            if (const auto* const known = find_value(world->controllers, controller.name)) {
                if (known->state != ControllerState::unreadable) {
                    write(controller.state, known->state.text());
                }
            }
        }
        for (KernelNamespace& head : subsystem.namespaces) {
            for (KernelPath& path : head.paths) {
                const Heads::iterator* const place = find_value(world->by_path, path.name);
                if (place == nullptr) {
                    continue;
                }
                if (const auto* const known = find_value((*place)->second.paths, path.controller)) {
                    if (known->ana_state.kind() != PathAnaState::unreadable) {
                        write(path.ana_state, known->ana_state.text());
                    }
                }
            }
        }
    }
}

void Fusion::see_ana_state(const std::string& host, std::string_view path,
                           const PathAnaState& state, const Occasion& occasion) {
    World& world = world_of(host);
    Heads::iterator* const head = find_value(world.by_path, path);
    if (head == nullptr) {
        return;
    }
    for (auto& [controller, one] : (*head)->second.paths) {
        if (one.name == path) {
            change_ana_state(host, world, (*head)->first, one, state, occasion);
        }
    }
}

void Fusion::see_controller_state(const std::string& host, const std::string& controller,
                                  const ControllerState& state, const Occasion& occasion) {
    change_controller_state(host, world_of(host), controller, state, occasion);
}

void Fusion::notice(const std::string& host, const AenNotice& aen, const Occasion& occasion) {
    const Controller* const controller = find_value(world_of(host).controllers, aen.controller);
    if (controller == nullptr) {
        return; // of a subsystem that is not watched
    }
    Event& event = add_controller(EventKind::aen, host, aen.controller, *controller, occasion);
    event.to = aen_text(aen.event);
    event.transitions = aen.count;
}

void Fusion::refuse(const std::string& host, const Refusal& refusal, const Occasion& occasion) {
    Event& event = add(EventKind::path_refused, host, occasion);
    event.controller = refusal.controller;
    events_.back().owner = refusal.controller;
    event.nsid = refusal.nsid;
    event.rule = refusal.rule;
    event.text = refusal.text;
    const auto* const controller = find_value(world_of(host).controllers, refusal.controller);
    if (controller != nullptr) {
        event.subsysnqn = controller->subsysnqn;
        event.array = controller->array;
    }
}

void Fusion::set_verdict(const std::string& host, const std::string& subsysnqn, Verdict verdict) {
    world_of(host).verdicts[subsysnqn] = verdict;
}

} // namespace haoh::monitor
