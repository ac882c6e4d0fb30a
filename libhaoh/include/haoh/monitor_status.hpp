// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// MonitorStatus: what a monitor knows at one moment, and what it has counted since it began.
#pragma once

#include <haoh/controller_state.hpp>
#include <haoh/event.hpp>
#include <haoh/path_use.hpp>
#include <haoh/verdict.hpp>
#include <haoh/visibility.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// Times in buckets that never move, so that they can be summed over hosts.
struct LatencyHistogram {
    /// Upper bounds, inclusive, in ascending order; one more bucket holds the rest.
    static constexpr std::array<std::chrono::microseconds, 14> kBounds{
        std::chrono::microseconds{250},       std::chrono::microseconds{500},
        std::chrono::microseconds{1'000},     std::chrono::microseconds{2'500},
        std::chrono::microseconds{5'000},     std::chrono::microseconds{10'000},
        std::chrono::microseconds{25'000},    std::chrono::microseconds{50'000},
        std::chrono::microseconds{100'000},   std::chrono::microseconds{250'000},
        std::chrono::microseconds{500'000},   std::chrono::microseconds{1'000'000},
        std::chrono::microseconds{2'500'000}, std::chrono::microseconds{10'000'000}};

    std::array<std::uint64_t, kBounds.size() + 1> counts{}; ///< of each bucket alone
    std::chrono::nanoseconds sum{};

    bool operator==(const LatencyHistogram&) const = default;
    void add(std::chrono::nanoseconds latency);
    [[nodiscard]] std::uint64_t total() const;
};

/// All that a monitor knows at a moment: states, and counts since it began. What metrics are made of.
struct MonitorStatus {
    /// A controller that is there, or was.
    struct Controller {
        std::string host;
        std::string name;
        std::string subsysnqn;
        std::string array;
        std::string address; ///< "10.0.0.1:4420"
        ControllerState state;
        std::string
            hostnqn{}; ///< as which the host connected it; empty: not known, or asked directly
        std::string hostid{};

        bool operator==(const Controller&) const = default;
    };
    /// A path to a namespace.
    struct Path {
        std::string controller;
        std::string name; ///< "nvme0c1n1"; empty on an array that is asked directly
        PathAnaState ana_state;
        PathUse use;
        std::uint64_t transitions{};         ///< since the monitor began
        std::optional<Moment> last_change{}; ///< of its ANA state

        bool operator==(const Path&) const = default;
    };
    /// A namespace and its paths.
    struct Namespace {
        std::string host;
        std::string subsysnqn;
        std::uint32_t nsid{};
        std::string device; ///< "nvme0n1"; empty on an array
        std::uint64_t bytes{};
        /// 16 hexadecimal digits over identifiers, size and block size as the controllers tell them;
        /// equal on every host that sees the same volume. Empty: not read yet.
        std::string identity;
        AccessCounts access;
        std::vector<Path> paths;

        bool operator==(const Namespace&) const = default;
    };
    /// What the controllers of a subsystem say it is.
    struct Subsystem {
        std::string host;
        std::string subsysnqn;
        /// 16 hexadecimal digits over serial numbers, models and all namespaces' identities.
        std::string identity;
        std::optional<Verdict> verdict; ///< of the last check; nullopt: there was none

        bool operator==(const Subsystem&) const = default;
    };
    /// Where events come from.
    struct Source {
        std::string name; ///< "trace", "udev", "kmsg", "sysfs", "tcp://10.0.0.1:4420"
        bool healthy{};
        std::string problem;  ///< why it is not
        bool pending{};       ///< not tried yet: what it tells is not in here
        std::uint64_t lost{}; ///< how often it was lost

        bool operator==(const Source&) const = default;
    };

    Moment began;
    Moment now;
    std::vector<Source> sources;
    std::vector<Subsystem> subsystems;
    std::vector<Controller> controllers;
    std::vector<Namespace> namespaces; ///< by subsystem and NSID
    std::map<EventKind, std::uint64_t> events;
    std::uint64_t coalesced{};     ///< ANA transitions that only the change count told of
    LatencyHistogram ana_latency;  ///< from the AEN to the event `ana_change`
    std::uint64_t queue_merged{};  ///< events joined because nobody took them
    std::uint64_t queue_dropped{}; ///< events left out because nobody took them
    /// How long it takes at most until an array that is asked directly is given up because it fell
    /// silent; 0: none is asked, or that is not looked for.
    std::chrono::nanoseconds detection{};

    bool operator==(const MonitorStatus&) const = default;
};

} // namespace haoh
