// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Events on their way to whoever takes them, in bounded memory and without losing the last state.
#pragma once

#include <haoh/event.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

namespace haoh::monitor {

/// Holds up to `capacity` events. When it is full, an event takes the place of the last one of its
/// kind about the same object: it keeps that one's `from` and cause, transitions add up, and it goes
/// to the end. One about an object that none is about is kept all the same, so there are never more
/// events than `capacity` and one for each kind and object.
class EventQueue {
  public:
    explicit EventQueue(std::size_t capacity) : capacity_{capacity} {}

    void push(Event event);
    [[nodiscard]] std::optional<Event> pop();
    [[nodiscard]] bool empty() const { return events_.empty(); }
    [[nodiscard]] std::size_t size() const { return events_.size(); }
    /// Events that were joined with a later one.
    [[nodiscard]] std::uint64_t merged() const { return merged_; }

  private:
    using Events = std::list<Event>;

    std::size_t capacity_;
    Events events_;
    std::unordered_map<std::string, Events::iterator> last_; ///< of each kind and object
    std::uint64_t merged_{};
};

} // namespace haoh::monitor
