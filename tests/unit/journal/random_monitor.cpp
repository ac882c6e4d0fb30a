// SPDX-License-Identifier: LGPL-2.1-or-later
#include "random_monitor.hpp"

#include "base/safe_text.hpp"

#include <array>
#include <limits>
#include <string_view>

namespace haoh::test {
namespace {

/// Names that come from arrays and from sysfs, and what is hard about texts in JSON.
constexpr std::array<std::string_view, 16> kNames{
    "",
    "nvme1",
    "tcp://10.0.0.1:4420 controller 12",
    "nqn.2026-01.io.example:stretched",
    "optimized",
    "inaccessible",
    "live",
    "lost",
    "unreadable",
    "no ANA",
    "a \"quoted\" \\name\\",
    std::string_view{"a\0b\n\t\x7f", 6},
    "\xff\xfe raw",
    "\\x41 looks like an escape",
    "Speicher-Süd \xe2\x82\xac",
    "\xf0\x9f\x92\xbe",
};

} // namespace

std::uint64_t RandomMonitor::number(std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>{0, most}(engine_);
}

std::string RandomMonitor::name() {
    return std::string{kNames.at(number(kNames.size() - 1))};
}

std::string RandomMonitor::words() {
    return base::safe_text(name());
}

std::uint64_t RandomMonitor::count() {
    switch (number(5)) {
    case 0:
        return std::numeric_limits<std::uint64_t>::max();
    case 1:
        return (std::uint64_t{1} << 53U) - 1 + number(1); // on both sides of what readers round
    case 2:
        return 0;
    default:
        return number(100000);
    }
}

/// \param whole  nanoseconds that the time of day is a multiple of
Moment RandomMonitor::moment(std::int64_t whole) {
    constexpr std::uint64_t kLatest = 9'000'000'000'000'000'000; // the year 2255
    const auto wall = static_cast<std::int64_t>(number(kLatest)) / whole * whole;
    const std::uint64_t monotonic =
        chance() ? number(std::uint64_t{1} << 61U) : number(1'000'000'000'000'000);
    return {.monotonic = std::chrono::nanoseconds{static_cast<std::int64_t>(monotonic)},
            .wall = std::chrono::nanoseconds{wall}};
}

AccessCounts RandomMonitor::access() {
    const auto few = [this] { return static_cast<unsigned>(number(9)); };
    return {.paths = few(), .usable = few(), .optimized = few(), .arrays = few(), .ready = few()};
}

Event RandomMonitor::event() {
    constexpr std::int64_t kMicrosecond = 1000; // more haoh.event/1 does not have
    const auto small = [this] { return static_cast<std::uint32_t>(number(0xFFFFFFFF)); };
    Event out;
    out.kind = static_cast<EventKind>(number(kEventKinds - 1));
    out.sequence = count();
    out.observed = moment(kMicrosecond);
    if (chance()) {
        out.cause = moment(kMicrosecond);
    }
    out.source = name();
    out.host = name();
    out.subsysnqn = name();
    out.controller = name();
    out.array = name();
    if (chance()) {
        out.nsid = small();
    }
    out.device = name();
    out.path = name();
    out.from = name();
    out.to = name();
    if (chance()) {
        out.ana_grpid = small();
    }
    if (chance()) {
        out.change_count = count();
    }
    out.transitions = count();
    out.rule = chance() ? "ns.uuid.equal" : "";
    if (chance()) {
        out.access = access();
    }
    out.text = words();
    out.advised = chance();
    return out;
}

MonitorStatus::Path RandomMonitor::path() {
    MonitorStatus::Path out;
    out.controller = name();
    out.name = name();
    out.ana_state = chance() ? PathAnaState::not_read() : PathAnaState::of(name());
    if (chance()) {
        out.ana_state = nvme::kAnaStates.at(number(nvme::kAnaStates.size() - 1));
    }
    constexpr auto kLastUse = static_cast<std::uint64_t>(PathUse::Kind::size_differs);
    out.use = {.kind = static_cast<PathUse::Kind>(number(kLastUse)),
               .detail = name(),
               .other_size = chance()};
    out.transitions = count();
    if (chance()) {
        out.last_change = moment(1);
    }
    return out;
}

MonitorStatus RandomMonitor::status() {
    MonitorStatus out;
    out.began = moment(1);
    out.now = moment(1);
    for (std::uint64_t left = number(3); left > 0; --left) {
        out.sources.push_back({.name = name(),
                               .healthy = chance(),
                               .problem = words(),
                               .pending = chance(),
                               .lost = count()});
        out.subsystems.push_back({.host = name(),
                                  .subsysnqn = name(),
                                  .identity = chance() ? "0123456789abcdef" : "",
                                  .verdict = {}});
        if (chance()) {
            out.subsystems.back().verdict = static_cast<Verdict>(number(4));
        }
        out.controllers.push_back({.host = name(),
                                   .name = name(),
                                   .subsysnqn = name(),
                                   .array = name(),
                                   .address = name(),
                                   .state = ControllerState::of(name()),
                                   .hostnqn = name(),
                                   .hostid = name()});
        MonitorStatus::Namespace one;
        one.host = name();
        one.subsysnqn = name();
        one.nsid = static_cast<std::uint32_t>(number(0xFFFFFFFF));
        one.device = name();
        one.bytes = count();
        one.identity = chance() ? "fedcba9876543210" : "";
        one.access = access();
        for (std::uint64_t paths = number(3); paths > 0; --paths) {
            one.paths.push_back(path());
        }
        out.namespaces.push_back(std::move(one));
    }
    for (std::size_t kind = 0; kind < kEventKinds; ++kind) {
        if (chance()) {
            out.events[static_cast<EventKind>(kind)] = count();
        }
    }
    out.coalesced = count();
    for (std::uint64_t& bucket : out.ana_latency.counts) {
        bucket = count();
    }
    out.ana_latency.sum = moment(1).monotonic;
    out.queue_merged = count();
    out.queue_dropped = count();
    return out;
}

} // namespace haoh::test
