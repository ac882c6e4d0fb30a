// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/event_queue.hpp"

#include <utility>

namespace haoh::monitor {

namespace {

/// Kind and object; the parts come from outside, so each is closed by a NUL.
std::string key_of(const Event& event) {
    std::string key(to_string(event.kind));
    for (const std::string* part : {&event.host, &event.subsysnqn, &event.controller, &event.device,
                                    &event.path, &event.rule}) {
        key += '\0';
        key += *part;
    }
    key += '\0';
    key += event.nsid ? std::to_string(*event.nsid) : "-";
    if (event.kind == EventKind::source_lost || event.kind == EventKind::source_restored) {
        key += event.source;
    }
    return key;
}

} // namespace

void EventQueue::push(Event event) {
    std::string key = key_of(event);
    if (events_.size() >= capacity_) {
        if (const auto found = last_.find(key); found != last_.end()) {
            Event& before = *found->second;
            event.from = std::move(before.from);
            event.transitions += before.transitions;
            event.cause = before.cause;
            events_.erase(found->second);
            ++merged_;
        }
    }
    events_.push_back(std::move(event));
    last_[std::move(key)] = std::prev(events_.end());
}

std::optional<Event> EventQueue::pop() {
    if (events_.empty()) {
        return std::nullopt;
    }
    const auto first = events_.begin();
    // There is a last one of whatever is on its way.
    if (const auto last = last_.find(key_of(*first)); last->second == first) {
        last_.erase(last);
    }
    Event event = std::move(*first);
    events_.erase(first);
    return event;
}

} // namespace haoh::monitor
