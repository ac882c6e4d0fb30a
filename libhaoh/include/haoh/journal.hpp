// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A journal: what a monitor told and what it knew, line by line, so that it can be looked at later.
#pragma once

#include <haoh/event.hpp>
#include <haoh/monitor_status.hpp>
#include <haoh/visibility.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace HAOH_PUBLIC haoh {

/// `haoh.event/1`: one line with a newline at the end, ASCII only.
[[nodiscard]] std::string to_json(const Event& event);
/// What `to_json` wrote, but for the time of day, which it has in microseconds. Keys that a later haoh may add are
/// passed over.
/// \param origin  for messages: a file's name
/// \throws Error
[[nodiscard]] Event event_from_json(std::string_view text, std::string_view origin);

/// `haoh.status/1`: one line with a newline at the end, ASCII only.
[[nodiscard]] std::string to_json(const MonitorStatus& status);
/// \throws Error
[[nodiscard]] MonitorStatus monitor_status_from_json(std::string_view text,
                                                     std::string_view origin);

/// A line of a journal that is none of an event: what the monitor knew. There is one at the beginning of each
/// file, now and then, where lines were lost, and at the end.
struct JournalEntry {
    enum class Kind : std::uint8_t {
        begin,     ///< a monitor began
        continued, ///< the one of an earlier file goes on
        status,    ///< now and then
        end,       ///< and came to an orderly end
    };
    Kind kind{};
    std::uint64_t sequence{}; ///< of the last event that is in `status`
    std::uint64_t lost{};     ///< events before this line that could not be written
    MonitorStatus status;

    bool operator==(const JournalEntry&) const = default;
};

/// `haoh.journal/1`: one line with a newline at the end, ASCII only.
[[nodiscard]] std::string to_json(const JournalEntry& entry);

using JournalLine = std::variant<Event, JournalEntry>;

inline constexpr std::size_t kLongestJournalLine = std::size_t{256} << 20U; ///< bytes

/// A line with or without its newline. \param number  of the line in its file, for messages
/// \throws Error
[[nodiscard]] JournalLine journal_line_from_json(std::string_view text, std::string_view origin,
                                                 std::uint64_t number = 1);

/// Carries what is known forward by an event: afterwards it is what a monitor knew then, as far as events tell.
/// They do not tell sizes, addresses, identities and verdicts of what is new, of what an array has when it
/// answers for the first time, nor that a namespace is seen from another array than it was. For many
/// events there is JournalPlayer.
void apply(MonitorStatus& status, const Event& event);

/// What was counted from one moment of a monitor to a later one: states of the later one, numbers of events,
/// transitions and latencies without those before. `began` is the earlier moment.
[[nodiscard]] MonitorStatus counted_since(MonitorStatus later, const MonitorStatus& earlier);

/// Goes through a journal, line by line, and has what was known at each of them. Does no I/O.
class JournalPlayer {
  public:
    /// Latencies that are kept for exact percentiles.
    static constexpr std::size_t kMostLatencies = std::size_t{1} << 20U;

    /// What a line is.
    struct Played {
        bool tells{};            ///< it is an event, and not one that was there before
        std::uint64_t missing{}; ///< events before it that are not in the journal
    };

    JournalPlayer();
    ~JournalPlayer();
    JournalPlayer(JournalPlayer&& other) noexcept;
    JournalPlayer& operator=(JournalPlayer&& other) noexcept;
    JournalPlayer(const JournalPlayer&) = delete;
    JournalPlayer& operator=(const JournalPlayer&) = delete;

    /// Whether the line is of another monitor than the ones before: to be asked before `take`, which forgets
    /// what was known.
    [[nodiscard]] bool begins(const JournalLine& line) const;
    Played take(const JournalLine& line);

    /// Some line was taken, and no end.
    [[nodiscard]] bool running() const;
    [[nodiscard]] MonitorStatus status() const;
    /// Counts are those from now on, and there are no latencies yet.
    void count_anew();
    /// Of the monitor of the last line, or since `count_anew`, from the AEN to the event, in their order; empty
    /// when not all events that told of one were there: then `status` has them in buckets.
    [[nodiscard]] std::span<const std::chrono::nanoseconds> latencies() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace haoh
