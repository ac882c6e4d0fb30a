// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Events that are told in one line.
#pragma once

#include <haoh/event.hpp>
#include <haoh/report.hpp>

#include <chrono>
#include <optional>
#include <set>
#include <string>

namespace haoh::report {

/// One event, and those that are alike but for the namespace.
struct EventGroup {
    explicit EventGroup(const Event& event);

    /// Whether the event says of another namespace what the group says of its own.
    [[nodiscard]] bool takes(const Event& event, std::chrono::nanoseconds moment) const;
    void add(const Event& event);

    Event first;
    std::chrono::nanoseconds last{}; ///< monotonic
    std::set<std::uint32_t> nsids;
    std::optional<std::chrono::nanoseconds> fastest;
    std::optional<std::chrono::nanoseconds> slowest;
};

/// One line with its newline.
[[nodiscard]] std::string line_of(const EventGroup& group, const TextStyle& style);

} // namespace haoh::report
