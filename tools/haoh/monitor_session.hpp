// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A run of `haoh monitor`: events from the monitor to the screen or to lines, to a program, to
/// whoever scrapes metrics.
#pragma once

#include "journal_file.hpp"
#include "terminal.hpp"
#include "until.hpp"

#include <haoh/monitor.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

namespace haoh::tool {

struct SessionOptions {
    MonitorOptions monitor;
    OutputOptions output; ///< one of event_formats()
    bool lines{};         ///< no screen, also on a terminal
    std::string program;  ///< --exec; empty: none
    std::string metrics;  ///< --metrics; empty: none
    std::optional<JournalFileOptions> journal;
    std::optional<std::chrono::milliseconds> duration;
    std::optional<Until> until;
};

/// Whether nothing was missed at the end.
[[nodiscard]] inline bool sources_are_healthy(const MonitorStatus& status) {
    return std::ranges::all_of(status.sources, &MonitorStatus::Source::healthy);
}

/// Watches until a signal (SIGINT, SIGTERM), `q`, the end of its time, or what it waits for.
/// \return the exit status: 1 when what it waited for did not come, 3 when a source could not be
///         read at the end
/// \throws Error
[[nodiscard]] int run_session(SessionOptions options);

} // namespace haoh::tool
