// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/event_report.hpp>

#include "report/monitor/event_group.hpp"

#include <algorithm>
#include <vector>

namespace haoh {

using report::EventGroup;

class EventFolder::Impl {
  public:
    explicit Impl(const TextStyle& style) : style_{style} {}

    std::string push(const Event& event) {
        std::string lines = too_late(event) ? flush() : std::string{};
        last_ = event.observed.monotonic;
        if (join(event)) {
            return lines;
        }
        if (groups_.size() == kMaxOpen) {
            lines += flush();
        }
        groups_.emplace_back(event);
        return lines;
    }

    std::string flush() {
        std::string lines;
        for (const EventGroup& group : groups_) {
            lines += line_of(group, style_);
        }
        groups_.clear();
        return lines;
    }

    [[nodiscard]] bool empty() const { return groups_.empty(); }

  private:
    [[nodiscard]] bool too_late(const Event& event) const {
        return !groups_.empty() &&
               (event.observed.monotonic - last_ > kMoment ||
                event.observed.monotonic - groups_.front().first.observed.monotonic > kLongest);
    }

    /// An event goes no further back than to the last line about its namespace, or about none: what
    /// happened to one namespace stays in its order.
    bool join(const Event& event) {
        for (auto group = groups_.rbegin(); event.nsid && group != groups_.rend(); ++group) {
            if (group->takes(event, kMoment) && group->nsids.size() < kMaxJoined) {
                group->add(event);
                return true;
            }
            if (!group->first.nsid || group->nsids.contains(*event.nsid)) {
                return false;
            }
        }
        return false;
    }

    TextStyle style_;
    std::vector<EventGroup> groups_;
    std::chrono::nanoseconds last_{};
};

EventFolder::EventFolder(const TextStyle& style) : impl_{std::make_unique<Impl>(style)} {}
EventFolder::~EventFolder() = default;
EventFolder::EventFolder(EventFolder&& other) noexcept = default;
EventFolder& EventFolder::operator=(EventFolder&& other) noexcept = default;

std::string EventFolder::push(const Event& event) {
    return impl_->push(event);
}

std::string EventFolder::flush() {
    return impl_->flush();
}

bool EventFolder::empty() const {
    return impl_->empty();
}

} // namespace haoh
