// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// MonitorScreen: what a monitor knows, on one screen. Does no I/O.
#pragma once

#include "transition_history.hpp"

#include <haoh/event.hpp>
#include <haoh/monitor_status.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace haoh::tool {

struct ScreenSize {
    unsigned columns{80};
    unsigned rows{24};

    bool operator==(const ScreenSize&) const = default;
};

class MonitorScreen {
  public:
    /// An event as one line without colours; what is longer than `width` is cut.
    using EventLine = std::function<std::string(const Event&, unsigned width)>;

    static constexpr std::size_t kMaxLines = 256; ///< events or lines that are kept

    /// \param event_line  none: events are counted only, and `tell` is given the lines
    explicit MonitorScreen(EventLine event_line = {}) : event_line_{std::move(event_line)} {}

    void push(const Event& event);
    /// Lines that stand among the last events, for who joins events before they are shown. Line
    /// ends and colours are taken off.
    void tell(std::string_view lines);

    /// The screen from its first line on, each with a newline at the end: at most `rows` lines of at
    /// most `columns` columns, besides escape sequences for colours. What is in trouble comes first;
    /// namespaces that have no room are counted.
    [[nodiscard]] std::string render(const MonitorStatus& status, ScreenSize size,
                                     bool color) const;

  private:
    struct Entry {
        Event event; ///< when `line` is empty
        std::string line;
    };
    void keep(Entry entry);
    [[nodiscard]] std::deque<std::string> last_lines(std::size_t count, unsigned columns) const;

    EventLine event_line_;
    TransitionHistory transitions_;
    std::deque<Entry> entries_;
};

} // namespace haoh::tool
