// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Statuses and events of a stretched subsystem, for tests of screens.
#pragma once

#include <haoh/event.hpp>
#include <haoh/monitor_status.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace haoh::test {

inline constexpr const char* kNqn = "nqn.2026-01.org.example:pair";

/// The moment this many seconds after the monitor of these tests began, on 2026-11-22 10:00:00.
Moment at_second(std::int64_t second);

struct PathSample {
    std::string controller;
    std::string ana_state;
    std::uint64_t transitions = 0;
    std::int64_t changed = -1; ///< second of its last change; negative: never
};

/// "nvme0nN" with NSID N; counts follow from the paths, of which nvme1 and nvme3 are on array-a, and
/// all others on array-b.
MonitorStatus::Namespace make_namespace(std::uint32_t nsid, const std::vector<PathSample>& paths);

/// Host "host-a", a minute old, with nvme1 on array-a and nvme2 on array-b, sources all right.
MonitorStatus make_status(std::vector<MonitorStatus::Namespace> namespaces);

/// Optimized through nvme1, `other` through nvme2.
MonitorStatus::Namespace pair_namespace(std::uint32_t nsid, const std::string& other);

Event ana_change(std::int64_t second, std::uint32_t nsid, const std::string& site);

} // namespace haoh::test
