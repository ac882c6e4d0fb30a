// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sample_monitor.hpp"

#include <string>

namespace haoh::test {

using namespace std::chrono_literals;

Moment moment(std::chrono::nanoseconds after) {
    return {.monotonic = 1000s + after, .wall = 1777644187123456789ns + after};
}

Event ana_event(std::uint32_t nsid, std::chrono::nanoseconds after) {
    Event event;
    event.kind = EventKind::ana_change;
    event.sequence = 7;
    event.observed = moment(after);
    event.cause = moment(after - 2100us);
    event.source = "trace";
    event.host = "host-1";
    event.subsysnqn = kMonitorNqn;
    event.controller = "nvme1";
    event.array = "array-b";
    event.nsid = nsid;
    event.device = "nvme0n" + std::to_string(nsid);
    event.path = "nvme0c1n" + std::to_string(nsid);
    event.from = "optimized";
    event.to = "inaccessible";
    event.ana_grpid = 1;
    event.change_count = 17;
    event.transitions = 1;
    return event;
}

Event access_event(Access from, Access to, std::uint32_t nsid) {
    Event event;
    event.kind = EventKind::access;
    event.sequence = 8;
    event.observed = moment();
    event.source = "trace";
    event.host = "host-1";
    event.subsysnqn = kMonitorNqn;
    event.nsid = nsid;
    event.device = "nvme0n" + std::to_string(nsid);
    event.from = to_string(from);
    event.to = to_string(to);
    const unsigned usable = to == Access::no_path ? 0 : to == Access::single_array ? 2 : 4;
    event.access = {.paths = 4,
                    .usable = usable,
                    .optimized = to == Access::no_optimized_path ? 0 : usable / 2,
                    .arrays = 2,
                    .ready = usable / 2};
    return event;
}

std::vector<Event> events_of_all_kinds() {
    std::vector<Event> events;
    for (const EventKindInfo& kind : event_kind_infos()) {
        Event event = ana_event();
        event.kind = kind.kind;
        event.sequence = events.size() + 1;
        event.cause.reset();
        event.from.clear();
        event.to.clear();
        event.transitions = 0;
        switch (event.kind) {
        case EventKind::ana_change:
            event = ana_event();
            break;
        case EventKind::ana_coalesced:
            event.nsid.reset();
            event.device.clear();
            event.path.clear();
            event.transitions = 2;
            event.text = "change count 17 to 21, 2 seen";
            break;
        case EventKind::aen:
            event.to = "ana_change";
            event.transitions = 1;
            break;
        case EventKind::path_added:
            event.to = "optimized";
            break;
        case EventKind::path_lost:
            event.from = "non-optimized";
            break;
        case EventKind::path_refused:
            event.source = "kmsg";
            event.rule = "ns.uuid.equal";
            event.text = "IDs don't match for shared namespace 1";
            break;
        case EventKind::controller_state:
            event.nsid.reset();
            event.device.clear();
            event.path.clear();
            event.source = "udev";
            event.from = "live";
            event.to = "connecting";
            break;
        case EventKind::namespace_resized:
            event.from = "1073741824";
            event.to = "2147483648";
            break;
        case EventKind::namespace_read_only:
            event.from = "writable";
            event.to = "read-only";
            break;
        case EventKind::identity_changed:
            event.rule = "host.ctrl.first_seen";
            event.text = "serial number \"A1\" is now \"B7\"";
            break;
        case EventKind::access:
            event = access_event(Access::restored, Access::single_array);
            break;
        case EventKind::anatt_exceeded:
            event.from = "change";
            event.source = "clock";
            event.cause = moment(-10s);
            event.text = "longer than the 10 s of ANATT";
            break;
        case EventKind::source_lost:
        case EventKind::source_restored:
            event = {};
            event.kind = kind.kind;
            event.sequence = events.size() + 1;
            event.observed = moment();
            event.source = "trace";
            if (event.kind == EventKind::source_lost) {
                event.text = "permission denied";
            }
            break;
        case EventKind::source_late:
            event = {};
            event.kind = kind.kind;
            event.sequence = events.size() + 1;
            event.observed = moment();
            event.cause = moment(-5s);
            event.source = "tcp://10.0.0.1:4420";
            event.to = kLate;
            event.text = "no answer to Keep Alive, given up after 10 s";
            break;
        case EventKind::namespace_added:
        case EventKind::namespace_removed:
            break;
        }
        events.push_back(event);
    }
    return events;
}

MonitorStatus monitor_status() {
    MonitorStatus status;
    status.began = moment();
    status.now = moment(3661s);
    status.sources = {{.name = "kmsg", .healthy = true, .problem = "", .lost = 0},
                      {.name = "trace", .healthy = false, .problem = "no tracefs", .lost = 1},
                      {.name = "udev", .healthy = true, .problem = "", .lost = 2}};
    status.subsystems = {{.host = "host-1",
                          .subsysnqn = kMonitorNqn,
                          .identity = "0123456789abcdef",
                          .verdict = Verdict::pass}};
    for (const char* name : {"nvme1", "nvme2", "nvme3", "nvme4"}) {
        const bool second = name[4] > '2';
        status.controllers.push_back(
            {.host = "host-1",
             .name = name,
             .subsysnqn = kMonitorNqn,
             .array = second ? "array-b" : "array-a",
             .address = "10.0.0." + std::string{name[4]} + ":4420",
             .state = name[4] == '4' ? ControllerState::connecting : ControllerState::live,
             .hostnqn = "nqn.2026-01.io.example:host-1",
             .hostid = "11111111-2222-4333-8444-555555555555"});
    }
    for (const std::uint32_t nsid : {1U, 2U}) {
        MonitorStatus::Namespace one;
        one.host = "host-1";
        one.subsysnqn = kMonitorNqn;
        one.nsid = nsid;
        one.device = "nvme0n" + std::to_string(nsid);
        one.bytes = std::uint64_t{1} << 30U;
        one.identity = "00000000000000a" + std::to_string(nsid);
        one.access = {.paths = nsid == 1 ? 4U : 2U,
                      .usable = nsid == 1 ? 3U : 2U,
                      .optimized = 2,
                      .arrays = 2,
                      .ready = nsid == 1 ? 2U : 1U};
        for (const auto& controller : status.controllers) {
            const bool second = controller.array == "array-b";
            if (nsid == 2 && second) {
                continue;
            }
            one.paths.push_back(
                {.controller = controller.name,
                 .name = "nvme0c" + controller.name.substr(4) + "n" + std::to_string(nsid),
                 .ana_state = second ? nvme::AnaState::non_optimized : nvme::AnaState::optimized,
                 .use = use_of({.controller_state = controller.state,
                                .ana_state = nvme::AnaState::optimized}),
                 .transitions = second ? 3U : 0U,
                 .last_change = {}});
        }
        status.namespaces.push_back(one);
    }
    status.events = {{EventKind::ana_change, 6}, {EventKind::access, 2}};
    status.coalesced = 4;
    for (const auto latency : {200us, 900us, 2100us, 20000us}) {
        status.ana_latency.add(latency);
    }
    status.ana_latency.add(20s);
    return status;
}

} // namespace haoh::test
