// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a monitor tells, as text for people and as metrics; as JSON lines it is in journal.hpp.
#pragma once

#include <haoh/event.hpp>
#include <haoh/journal.hpp>
#include <haoh/monitor_status.hpp>
#include <haoh/report.hpp>
#include <haoh/visibility.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>

namespace HAOH_PUBLIC haoh {

/// One line with a newline at the end, safe to print, not wrapped. The time of day is UTC, as in
/// JSON: two sites need not be in one time zone. Verbose: date, subsystem and source as well.
[[nodiscard]] std::string event_line(const Event& event, const TextStyle& style = {});

using EventFormat = Format<const Event&>;
/// `haoh monitor -o`. For people `EventFolder` tells the same lines, fewer of them.
[[nodiscard]] std::span<const EventFormat> event_formats();

/// Joins what is alike and comes at once into one line: a failover of 4096 namespaces is one line
/// for each controller, not 4096. Text only; JSON tells each event.
class EventFolder {
  public:
    /// Alike events are joined while each comes within this time after the one before it.
    static constexpr std::chrono::milliseconds kMoment{100};
    /// And while the first one is not older than this.
    static constexpr std::chrono::milliseconds kLongest{1000};
    /// Lines that are open at once: a failover tells of paths and of access by turns.
    static constexpr std::size_t kMaxOpen = 8;
    /// Namespaces in one line.
    static constexpr std::size_t kMaxJoined = 65536;

    explicit EventFolder(const TextStyle& style = {});
    ~EventFolder();
    EventFolder(EventFolder&& other) noexcept;
    EventFolder& operator=(EventFolder&& other) noexcept;
    EventFolder(const EventFolder&) = delete;
    EventFolder& operator=(const EventFolder&) = delete;

    /// The lines that are complete now, often none.
    [[nodiscard]] std::string push(const Event& event);
    /// All that is open. To be called when no event came for `kMoment`, and at the end.
    [[nodiscard]] std::string flush();
    [[nodiscard]] bool empty() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// What a monitor has seen, when it ends.
/// \param latencies  from the AEN to the event, of as many `ana_change` events as the caller kept, in
///                   any order; empty: percentiles are read off `status.ana_latency`
[[nodiscard]] std::string summary_text(const MonitorStatus& status,
                                       std::span<const std::chrono::nanoseconds> latencies,
                                       const TextStyle& style = {});

/// Prometheus' text format 0.0.4. There is no `host` label: whoever scrapes adds `instance`. Labels
/// are names of things that are configured (subsystems, namespaces, controllers, arrays), never
/// texts, times or addresses of the moment; what a path and a namespace cost is in
/// examples/monitoring/README.md. Beyond 16384 paths or namespaces `haoh_omitted` counts those that
/// have no series.
[[nodiscard]] std::string to_metrics(const MonitorStatus& status);

} // namespace haoh
