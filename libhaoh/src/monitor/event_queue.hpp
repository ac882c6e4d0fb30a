// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Events on their way to whoever takes them, in bounded memory and without losing the last state.
#pragma once

#include <haoh/event.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace haoh::monitor {

/// Holds up to `capacity` events. When it is full, an event takes the place of the last one of its
/// kind about the same object: it keeps that one's `from` and cause, transitions add up, and it goes
/// to the end. One about an object that none is about takes the place of the oldest event of the
/// owner that has the most of them in its subsystem: whoever invents objects loses its own, and a
/// `source_lost` of the source "events" tells how many.
class EventQueue {
  public:
    /// \param capacity  at least 1
    explicit EventQueue(std::size_t capacity) : capacity_{capacity} {}

    /// \param owner  of what `host` and `subsysnqn` name: see OwnedEvent
    /// \throws std::bad_alloc  it is as before then, but for what the event would have joined
    void push(Event event, std::string_view owner = {});
    /// Counts an event for which there was no memory as left out.
    void lose(const Moment& observed);
    [[nodiscard]] std::optional<Event> pop();
    [[nodiscard]] bool empty() const { return events_.empty() && untold_ == 0; }
    [[nodiscard]] std::size_t size() const { return events_.size(); }
    /// Events that were joined with a later one.
    [[nodiscard]] std::uint64_t merged() const { return merged_; }
    /// Events that were left out.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  private:
    using Number = std::uint64_t; ///< in the order of the queue

    struct Waiting {
        Event event;
        std::string origin; ///< host, subsystem and owner
    };

    Event take(std::map<Number, Waiting>::iterator place);
    void insert(Event event, std::string key, std::string origin);
    void drop_one();
    void leave_out(const Moment& observed);

    std::size_t capacity_;
    std::map<Number, Waiting> events_;
    std::map<std::string, Number> last_;              ///< of each kind and object
    std::map<std::string, std::set<Number>> origins_; ///< of each origin
    Number next_{};
    std::uint64_t merged_{};
    std::uint64_t dropped_{};
    std::uint64_t untold_{}; ///< dropped and not told yet
    Moment dropped_at_;
    bool without_memory_{}; ///< was one of them
};

} // namespace haoh::monitor
