// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/picture.hpp"

#include <haoh/journal.hpp>

#include "base/number_text.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace haoh {
namespace journal {
namespace {

/// What an event says of a path's state.
PathAnaState told_ana_state(std::string_view text) {
    if (text == kNoAna) {
        return {};
    }
    const PathAnaState not_read = PathAnaState::not_read();
    return text == not_read.text() ? not_read : PathAnaState::of(text);
}

/// Whether the states of controller and path say what the path is good for; where something else was the
/// reason, no event takes it back.
bool follows_from_states(PathUse::Kind kind) {
    switch (kind) {
    case PathUse::Kind::optimized:
    case PathUse::Kind::non_optimized:
    case PathUse::Kind::controller_gone:
    case PathUse::Kind::controller_not_live:
    case PathUse::Kind::ana_unreadable:
    case PathUse::Kind::ana_inaccessible:
    case PathUse::Kind::ana_persistent_loss:
    case PathUse::Kind::ana_change:
    case PathUse::Kind::ana_unknown:
    case PathUse::Kind::size_differs:
        return true;
    case PathUse::Kind::no_head:
    case PathUse::Kind::refused:
        break;
    }
    return false;
}

PathUse use_of(const MonitorStatus::Path& path, const MonitorStatus::Controller* controller) {
    if (!follows_from_states(path.use.kind)) {
        return path.use;
    }
    PathFacts facts;
    if (controller != nullptr) {
        facts.controller_state = controller->state;
    }
    facts.ana_state = path.ana_state;
    const std::string text = path.ana_state.text();
    facts.ana_problem = text;
    facts.same_size = !path.use.other_size;
    return haoh::use_of(facts);
}

auto place_of(std::vector<MonitorStatus::Path>& paths, std::string_view controller) {
    return std::find_if(paths.begin(), paths.end(),
                        [&](const auto& path) { return path.controller == controller; });
}

} // namespace

Picture::Picture(MonitorStatus status) : rest_{std::move(status)} {
    for (Head& head : std::exchange(rest_.namespaces, {})) {
        HeadKey key{head.host, head.subsysnqn, head.nsid, head.device};
        heads_.insert_or_assign(std::move(key), std::move(head));
    }
    for (Controller& one : std::exchange(rest_.controllers, {})) {
        std::pair key{one.host, one.name};
        controllers_.insert_or_assign(std::move(key), std::move(one));
    }
    for (MonitorStatus::Source& source : std::exchange(rest_.sources, {})) {
        std::string name = source.name;
        sources_.insert_or_assign(std::move(name), std::move(source));
    }
}

MonitorStatus Picture::status() const {
    MonitorStatus out = rest_;
    for (const auto& [name, source] : sources_) {
        out.sources.push_back(source);
    }
    for (const auto& [key, one] : controllers_) {
        out.controllers.push_back(one);
    }
    for (const auto& [key, head] : heads_) {
        out.namespaces.push_back(head);
    }
    return out;
}

void Picture::pass_time(const Moment& now) {
    if (now.monotonic >= rest_.now.monotonic) {
        rest_.now = now;
    }
}

void Picture::apply(const Event& event) {
    pass_time(event.observed);
    // Of the queue between the monitor and who takes its events: the monitor itself knows nothing of it.
    if (event.kind == EventKind::source_lost && event.source == kQueueSource) {
        return;
    }
    count(event);
    switch (event.kind) {
    case EventKind::ana_change:
        change_ana_state(event);
        break;
    case EventKind::path_added:
        add_path(event);
        break;
    case EventKind::path_lost:
        lose_path(event);
        break;
    case EventKind::path_refused:
        refuse_path(event);
        break;
    case EventKind::controller_state:
        change_controller(event);
        break;
    case EventKind::namespace_added:
        add_head(event);
        break;
    case EventKind::namespace_removed:
        heads_.erase(key_of(event));
        break;
    case EventKind::namespace_resized:
        if (Head* const head = head_of(event)) {
            head->bytes = base::parse_number<std::uint64_t>(event.to).value_or(head->bytes);
        }
        break;
    case EventKind::access:
        if (Head* const head = head_of(event); head != nullptr && event.access) {
            head->access = *event.access;
        }
        break;
    case EventKind::source_lost:
        if (event.source != kMonitorSource) { // else it is over
            change_source(event, false);
        }
        break;
    case EventKind::source_restored:
        change_source(event, true);
        break;
    default: // nothing but its number
        break;
    }
}

void Picture::count(const Event& event) {
    ++rest_.events[event.kind];
    if (event.kind == EventKind::ana_coalesced) {
        rest_.coalesced += event.transitions;
    }
    const auto latency = event.latency();
    std::int64_t sum = 0; // what a file says may be more than there is
    if (event.kind == EventKind::ana_change && latency &&
        !__builtin_add_overflow(rest_.ana_latency.sum.count(), latency->count(), &sum)) {
        rest_.ana_latency.add(*latency);
    }
}

void Picture::change_ana_state(const Event& event) {
    Head* const head = head_of(event);
    if (head == nullptr) {
        return;
    }
    const auto path = place_of(head->paths, event.controller);
    if (path == head->paths.end()) {
        return;
    }
    path->ana_state = told_ana_state(event.to);
    path->transitions += event.transitions;
    path->last_change = event.observed;
    settle(*head);
}

void Picture::add_path(const Event& event) {
    Head* const head = head_of(event);
    if (head == nullptr) {
        return;
    }
    auto path = std::find_if(head->paths.begin(), head->paths.end(),
                             [&](const Path& one) { return one.controller >= event.controller; });
    if (path == head->paths.end() || path->controller != event.controller) {
        path = head->paths.insert(path, Path{});
        path->controller = event.controller;
    }
    path->name = event.path;
    path->use.kind = PathUse::Kind::optimized; // one that was refused is not any more
    path->use.detail.clear();
    path->ana_state = told_ana_state(event.to);
    if (path->ana_state.state() == nvme::AnaState::change) {
        path->last_change = event.observed;
    }
    settle(*head);
}

/// Of a host, the kernel has no such path.
void Picture::refuse_path(const Event& event) {
    Head* const head = head_of(event);
    if (head == nullptr) {
        return;
    }
    if (const auto path = place_of(head->paths, event.controller); path != head->paths.end()) {
        path->use = {.kind = PathUse::Kind::refused,
                     .detail = event.rule,
                     .other_size = path->use.other_size};
        settle(*head);
    }
}

void Picture::lose_path(const Event& event) {
    Head* const head = head_of(event);
    if (head == nullptr) {
        return;
    }
    if (const auto path = place_of(head->paths, event.controller); path != head->paths.end()) {
        head->paths.erase(path);
        settle(*head);
    }
}

void Picture::change_controller(const Event& event) {
    const ControllerState state = ControllerState::of(event.to);
    const ControllerKey key{event.host, event.controller};
    const auto [place, fresh] = controllers_.try_emplace(key);
    Controller& one = place->second;
    one.host = event.host;
    one.name = event.controller;
    one.subsysnqn = event.subsysnqn;
    one.state = state;
    if (!event.array.empty()) {
        one.array = event.array;
    } else if (const auto before = arrays_.find(key); fresh && before != arrays_.end()) {
        one.array = before->second;
    }
    if (state == ControllerState::lost && !event.host.empty()) {
        // A host has no such controller any more; of an array it is still known.
        arrays_[key] = std::move(one.array);
        controllers_.erase(place);
    }
    const HeadKey first{.host = event.host, .subsysnqn = event.subsysnqn, .nsid = 0, .device = {}};
    for (auto here = heads_.lower_bound(first);
         here != heads_.end() && here->first.host == first.host &&
         here->first.subsysnqn == first.subsysnqn;
         ++here) {
        Head& head = here->second;
        if (place_of(head.paths, event.controller) != head.paths.end()) {
            settle(head);
        }
    }
}

void Picture::add_head(const Event& event) {
    const auto [place, fresh] = heads_.try_emplace(key_of(event));
    if (fresh) {
        Head& head = place->second;
        head.host = event.host;
        head.subsysnqn = event.subsysnqn;
        head.nsid = event.nsid.value_or(0);
        head.device = event.device;
    }
}

void Picture::change_source(const Event& event, bool healthy) {
    MonitorStatus::Source& source = sources_[event.source];
    source.name = event.source;
    source.healthy = healthy;
    source.pending = false;
    source.problem = healthy ? std::string{} : event.text;
    source.lost += healthy ? 0U : 1U;
}

/// What the states of its paths mean for a namespace.
void Picture::settle(Head& head) {
    std::set<std::string_view> arrays;
    std::set<std::string_view> ready;
    AccessCounts counts;
    for (Path& path : head.paths) {
        const Controller* const controller = controller_of(head, path);
        path.use = use_of(path, controller);
        ++counts.paths;
        counts.usable += path.use.usable() ? 1U : 0U;
        counts.optimized += path.use.optimized() ? 1U : 0U;
        const std::string_view array =
            controller == nullptr ? std::string_view{} : controller->array;
        arrays.insert(array);
        if (path.use.ready()) {
            ready.insert(array);
        }
    }
    // An array that had a path stays known.
    counts.arrays = std::max(head.access.arrays, static_cast<unsigned>(arrays.size()));
    counts.ready = static_cast<unsigned>(ready.size());
    head.access = counts;
}

Picture::HeadKey Picture::key_of(const Event& event) {
    return {event.host, event.subsysnqn, event.nsid.value_or(0), event.device};
}

Picture::Head* Picture::head_of(const Event& event) {
    const auto found = heads_.find(key_of(event));
    return found == heads_.end() ? nullptr : &found->second;
}

const Picture::Controller* Picture::controller_of(const Head& head, const Path& path) const {
    const auto found = controllers_.find({head.host, path.controller});
    return found == controllers_.end() ? nullptr : &found->second;
}

} // namespace journal

void apply(MonitorStatus& status, const Event& event) {
    journal::Picture picture{std::move(status)};
    picture.apply(event);
    status = picture.status();
}

} // namespace haoh
