// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor_sample.hpp"

#include <set>

namespace haoh::test {
namespace {

constexpr std::chrono::seconds kBegan{1'795'341'600}; // 2026-11-22 10:00:00 UTC

std::string site_of(const std::string& controller) {
    return controller == "nvme1" || controller == "nvme3" ? "array-a" : "array-b";
}

} // namespace

Moment at_second(std::int64_t second) {
    return {.monotonic = std::chrono::seconds{1000 + second},
            .wall = kBegan + std::chrono::seconds{second}};
}

MonitorStatus::Namespace make_namespace(std::uint32_t nsid, const std::vector<PathSample>& paths) {
    MonitorStatus::Namespace out;
    out.host = "host-a";
    out.subsysnqn = kNqn;
    out.nsid = nsid;
    out.device = "nvme0n" + std::to_string(nsid);
    std::set<std::string> sites;
    std::set<std::string> ready;
    for (const PathSample& sample : paths) {
        MonitorStatus::Path& path = out.paths.emplace_back();
        path.controller = sample.controller;
        path.name = "nvme0c" + sample.controller.substr(4) + "n" + std::to_string(nsid);
        path.ana_state = PathAnaState::of(sample.ana_state);
        path.use = use_of({.controller_state = ControllerState::live, .ana_state = path.ana_state});
        path.transitions = sample.transitions;
        if (sample.changed >= 0) {
            path.last_change = at_second(sample.changed);
        }
        ++out.access.paths;
        out.access.usable += path.use.usable() ? 1U : 0U;
        out.access.optimized += sample.ana_state == "optimized" ? 1U : 0U;
        sites.insert(site_of(sample.controller));
        if (sample.ana_state != "persistent-loss") {
            ready.insert(site_of(sample.controller));
        }
    }
    out.access.arrays = static_cast<unsigned>(sites.size());
    out.access.ready = static_cast<unsigned>(ready.size());
    return out;
}

MonitorStatus make_status(std::vector<MonitorStatus::Namespace> namespaces) {
    MonitorStatus status;
    status.began = at_second(0);
    status.now = at_second(60);
    for (const char* const name : {"trace", "udev"}) {
        MonitorStatus::Source& source = status.sources.emplace_back();
        source.name = name;
        source.healthy = true;
    }
    status.subsystems.push_back({.host = "host-a",
                                 .subsysnqn = kNqn,
                                 .identity = "00000000000000aa",
                                 .verdict = Verdict::pass});
    for (const char* const name : {"nvme1", "nvme2"}) {
        status.controllers.push_back({.host = "host-a",
                                      .name = name,
                                      .subsysnqn = kNqn,
                                      .array = site_of(name),
                                      .address = "10.0.0.1:4420",
                                      .state = ControllerState::live});
    }
    status.namespaces = std::move(namespaces);
    return status;
}

MonitorStatus::Namespace pair_namespace(std::uint32_t nsid, const std::string& other) {
    return make_namespace(nsid, {{.controller = "nvme1", .ana_state = "optimized"},
                                 {.controller = "nvme2", .ana_state = other}});
}

Event ana_change(std::int64_t second, std::uint32_t nsid, const std::string& site) {
    Event event;
    event.kind = EventKind::ana_change;
    event.observed = at_second(second);
    event.host = "host-a";
    event.subsysnqn = kNqn;
    event.array = site;
    event.nsid = nsid;
    event.transitions = 1;
    return event;
}

} // namespace haoh::test
