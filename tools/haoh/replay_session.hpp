// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A run of `haoh monitor --replay`: a journal to the screen, to lines, to a summary or to metrics.
#pragma once

#include "terminal.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::tool {

struct ReplayOptions {
    std::vector<std::string> files;
    OutputOptions output;                          ///< one of event_formats()
    bool lines{};                                  ///< no screen, also on a terminal
    bool metrics{};                                ///< those at the end, and nothing else
    std::optional<double> speed;                   ///< times as fast as it was; nullopt: at once
    std::optional<std::chrono::nanoseconds> since; ///< since 1970
    std::optional<std::chrono::nanoseconds> to;
};

/// "max", or a number above 0. \throws Error
[[nodiscard]] std::optional<double> parse_speed(std::string_view text);
/// Since 1970. \param option  whose value it is, for messages \throws Error
[[nodiscard]] std::chrono::nanoseconds parse_time(std::string_view option, std::string_view text);

/// \return the exit status: 3 when something is not in the journal, or a source could not be read at the end
/// \throws Error
[[nodiscard]] int run_replay(ReplayOptions options);

} // namespace haoh::tool
