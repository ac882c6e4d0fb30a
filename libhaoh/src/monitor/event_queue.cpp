// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/event_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
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
    if (event.kind == EventKind::source_lost || event.kind == EventKind::source_restored ||
        event.kind == EventKind::source_late) {
        key += event.source;
    }
    return key;
}

std::string origin_of(const Event& event, std::string_view owner) {
    std::string origin = event.host + '\0' + event.subsysnqn + '\0';
    return origin += owner;
}

} // namespace

Event EventQueue::take(std::map<Number, Waiting>::iterator place) {
    auto& [number, waiting] = *place;
    const auto last = last_.find(key_of(waiting.event));
    if (last != last_.end() && last->second == number) {
        last_.erase(last);
    }
    const auto origin = origins_.find(waiting.origin);
    origin->second.erase(number);
    if (origin->second.empty()) {
        origins_.erase(origin);
    }
    Event taken = std::move(waiting.event);
    events_.erase(place);
    return taken;
}

void EventQueue::drop_one() {
    const auto most =
        std::max_element(origins_.begin(), origins_.end(), [](const auto& a, const auto& b) {
            return a.second.size() < b.second.size();
        });
    leave_out(take(events_.find(*most->second.begin())).observed);
}

void EventQueue::push(Event event, std::string_view owner) {
    std::string key = key_of(event);
    std::string origin = origin_of(event, owner);
    if (events_.size() >= capacity_) {
        if (const auto found = last_.find(key); found != last_.end()) {
            Event before = take(events_.find(found->second));
            event.from = std::move(before.from);
            event.transitions += before.transitions;
            event.cause = before.cause;
            ++merged_;
        } else {
            drop_one();
        }
    }
    insert(std::move(event), std::move(key), std::move(origin));
}

void EventQueue::insert(Event event, std::string key, std::string origin) {
    const Number number = next_++;
    const auto place =
        events_.emplace(number, Waiting{.event = std::move(event), .origin = origin}).first;
    auto of_origin = origins_.end();
    try {
        of_origin = origins_.try_emplace(std::move(origin)).first;
        of_origin->second.insert(number);
        last_[std::move(key)] = number;
    } catch (...) { // without memory: as if it had not come
        events_.erase(place);
        if (of_origin != origins_.end()) {
            of_origin->second.erase(number);
            if (of_origin->second.empty()) {
                origins_.erase(of_origin);
            }
        }
        throw;
    }
}

void EventQueue::lose(const Moment& observed) {
    without_memory_ = true;
    leave_out(observed);
}

void EventQueue::leave_out(const Moment& observed) {
    dropped_at_ = observed;
    ++dropped_;
    ++untold_;
}

std::optional<Event> EventQueue::pop() {
    if (untold_ > 0) {
        Event told;
        told.kind = EventKind::source_lost;
        told.observed = dropped_at_;
        told.source = kQueueSource;
        told.text = fmt::format("{} {} left out: {}; what is known of the state is whole", untold_,
                                untold_ == 1 ? "event was" : "events were",
                                without_memory_ ? "there was no memory for more"
                                                : "more came than were taken");
        told.advised = true; // there is nothing to be done
        untold_ = 0;
        without_memory_ = false;
        return told;
    }
    if (events_.empty()) {
        return std::nullopt;
    }
    return take(events_.begin());
}

} // namespace haoh::monitor
