// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/protocol/async_events.hpp>

#include <algorithm>

namespace haoh::arraysim {

bool AsyncEvents::request(std::uint16_t cid) {
    if (requests_.size() >= limit_) {
        return false;
    }
    requests_.push_back(cid);
    return true;
}

bool AsyncEvents::abort(std::uint16_t cid) {
    const auto found = std::find(requests_.begin(), requests_.end(), cid);
    if (found == requests_.end()) {
        return false;
    }
    requests_.erase(found);
    return true;
}

void AsyncEvents::raise(const nvme::AsyncEvent& event) {
    if (masked_.insert(event.log_page).second) {
        events_.push_back(event);
    }
}

void AsyncEvents::log_read(std::uint8_t lid) {
    // An event that is still pending stays: the host has no way to know that it read the log
    // between the event and its report, and losing it would leave the host with old states.
    const bool waiting = std::any_of(events_.begin(), events_.end(),
                                     [lid](const auto& event) { return event.log_page == lid; });
    if (!waiting) {
        masked_.erase(lid);
    }
}

void AsyncEvents::clear() {
    requests_.clear();
    events_.clear();
    masked_.clear();
}

std::optional<AsyncEvents::Completion> AsyncEvents::next() {
    if (requests_.empty() || events_.empty()) {
        return std::nullopt;
    }
    const Completion completion{.cid = requests_.front(), .event = events_.front()};
    requests_.pop_front();
    events_.pop_front();
    return completion;
}

} // namespace haoh::arraysim
