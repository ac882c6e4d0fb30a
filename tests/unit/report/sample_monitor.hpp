// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a monitor might tell of a stretched pair.
#pragma once

#include <haoh/event.hpp>
#include <haoh/monitor_status.hpp>

#include <cstdint>
#include <vector>

namespace haoh::test {

inline constexpr const char* kMonitorNqn = "nqn.2026-01.io.example:stretched";

/// 2026-05-01T14:03:07.123456789Z and as long after it; the monotonic clock is at 1000 s then.
[[nodiscard]] Moment moment(std::chrono::nanoseconds after = {});

/// nvme1 on array-b: nsid 1 goes from optimized to inaccessible, 2.1 ms after the AEN.
[[nodiscard]] Event ana_event(std::uint32_t nsid = 1, std::chrono::nanoseconds after = {});
[[nodiscard]] Event access_event(Access from, Access to, std::uint32_t nsid = 1);
/// One of each kind, in the order of the enumeration, as a monitor fills them in.
[[nodiscard]] std::vector<Event> events_of_all_kinds();

/// An hour of two namespaces with two paths to each of two arrays; nsid 2 has no path to array-b.
[[nodiscard]] MonitorStatus monitor_status();

} // namespace haoh::test
