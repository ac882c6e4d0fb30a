// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A controller: what a host gets by a Connect command of the admin queue, until that queue goes.
#pragma once

#include <arraysim/protocol/async_events.hpp>

#include <haoh/nvme/namespace_id.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace haoh::arraysim {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

class Array;
class Session;

namespace csts {
inline constexpr std::uint32_t ready = 0x1;
inline constexpr std::uint32_t fatal = 0x2;
inline constexpr std::uint32_t shutdown_complete = 0x8;
} // namespace csts

/// Features of a controller; those of a namespace live in its volume.
struct Features {
    std::uint32_t async_event_configuration{};
    std::uint32_t kato_ms{};
    std::uint32_t number_of_queues{}; ///< as granted, CDW11 format
    std::uint32_t volatile_write_cache{1};
    std::uint64_t timestamp_ms{};
    bool timestamp_set{};
    std::uint32_t reservation_notification_mask{};
    std::array<std::uint8_t, 512> host_behavior{};
    std::map<std::uint8_t, std::uint32_t> others; ///< arbitration, temperature threshold, ...
};

struct Controller {
    Array* array{};
    std::size_t port{}; ///< of the admin queue, index into the array's ports
    std::uint16_t cntlid{};
    bool discovery{};
    std::string hostnqn;
    nvme::Uuid hostid{};
    std::uint32_t cc{};
    std::uint32_t csts{};
    Features features;
    AsyncEvents events;
    std::set<std::uint32_t> changed_namespaces; ///< for LID 04h
    TimePoint kato_deadline{TimePoint::max()};
    Session* admin{};
    std::map<std::uint16_t, Session*> queues; ///< I/O queues by QID

    [[nodiscard]] bool ready() const { return (csts & csts::ready) != 0; }
};

} // namespace haoh::arraysim
