// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/view.hpp"

#include "base/address_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace haoh::monitor {

namespace {

constexpr std::uint64_t kSector = 512;

std::uint64_t bytes_of(const Attribute& sectors) {
    return sectors.number().value_or(0) * kSector;
}

std::string endpoint(std::string_view traddr, std::string_view trsvcid) {
    return trsvcid.empty() ? std::string(traddr)
                           : fmt::format("{}:{}", base::bracketed(traddr), trsvcid);
}

ViewedPath path_of(const KernelPath& path) {
    ViewedPath out;
    out.controller = path.controller;
    out.name = path.name;
    out.ana_state = path.ana_state.state == Attribute::State::unreadable
                        ? PathAnaState::not_read()
                        : PathAnaState::of(path.ana_state.value());
    if (const auto group = path.ana_grpid.number()) {
        out.ana_grpid = static_cast<std::uint32_t>(*group);
    }
    out.bytes = bytes_of(path.size);
    return out;
}

SourceProblem ana_problem_of(const ControllerObservation& controller) {
    if (!controller.identify_data().ana()) {
        return {};
    }
    const Page& log = controller.ana.log;
    if (!log.ok()) {
        return SourceProblem(log.state == Page::State::status
                                 ? refused_ana_log(log.status)
                                 : "its ANA log was not read: " + log.error);
    }
    return controller.ana.stable ? ana_log_problem(controller.ana_log())
                                 : SourceProblem("its ANA log changed at every attempt to read it");
}

std::string namespaces_problem_of(const ControllerObservation& controller) {
    const std::string out = "its active namespace list was not read";
    return controller.active_error.empty() ? out
                                           : fmt::format("{} ({})", out, controller.active_error);
}

} // namespace

std::string refused_ana_log(nvme::Status status) {
    return fmt::format("it refused its ANA log: {}", nvme::describe(status));
}

SourceProblem ana_log_problem(const nvme::AnaLog& log) {
    const auto cut = std::find_if(log.problems.begin(), log.problems.end(), [](const auto& one) {
        return one.kind == nvme::ProblemKind::truncated;
    });
    return cut == log.problems.end()
               ? SourceProblem()
               : SourceProblem(fmt::format("its ANA log is malformed: {}", cut->text),
                               "haoh check says more");
}

View view_of(const KernelObservation& kernel) {
    View view;
    for (const KernelSubsystem& subsystem : kernel.subsystems) {
        if (subsystem.discovery()) {
            continue;
        }
        const std::string nqn(subsystem.subsysnqn.value());
        for (const KernelController& controller : subsystem.controllers) {
            view.controllers.push_back({.name = controller.name,
                                        .subsysnqn = nqn,
                                        .address = endpoint(controller.address_part("traddr"),
                                                            controller.address_part("trsvcid")),
                                        .state = controller.state.ok()
                                                     ? controller.known_state()
                                                     : ControllerState::unreadable,
                                        .hostnqn = std::string(controller.hostnqn.value()),
                                        .hostid = std::string(controller.hostid.value())});
        }
        for (const KernelNamespace& head : subsystem.namespaces) {
            const auto nsid = head.nsid.number();
            if (!nsid) {
                continue;
            }
            ViewedNamespace& viewed = view.namespaces.emplace_back();
            viewed.subsysnqn = nqn;
            viewed.nsid = static_cast<std::uint32_t>(*nsid);
            viewed.device = head.name;
            viewed.bytes = bytes_of(head.size);
            if (head.ro.ok()) {
                viewed.read_only = head.ro.text == "1";
            }
            viewed.paths.reserve(head.paths.size());
            for (const KernelPath& path : head.paths) {
                viewed.paths.push_back(path_of(path));
            }
        }
    }
    return view;
}

View view_of(const ControllerObservation& controller) {
    View view;
    view.controllers.push_back({.name = controller.name,
                                .subsysnqn = controller.subsysnqn,
                                .address = endpoint(controller.traddr, controller.trsvcid),
                                .state = ControllerState::live});
    if (!controller.active_nsids) {
        view.namespaces_problem = namespaces_problem_of(controller);
    }
    view.ana_problem = ana_problem_of(controller);
    const bool has_ana = controller.identify_data().ana();
    std::map<std::uint32_t, AnaPlace> places;
    if (view.ana_problem.empty()) {
        places = controller.ana_places();
    }
    for (const NamespaceObservation& one : controller.namespaces) {
        ViewedNamespace& viewed = view.namespaces.emplace_back();
        viewed.subsysnqn = controller.subsysnqn;
        viewed.nsid = one.nsid;
        viewed.bytes = one.identify_data().size_bytes().value_or(0); // nothing read: 0 blocks
        ViewedPath path;
        path.controller = controller.name;
        path.bytes = viewed.bytes;
        path.volume = volume_of(one);
        if (const auto place = places.find(one.nsid); place != places.end()) {
            path.ana_state = place->second.state;
            path.ana_grpid = place->second.agid;
        } else if (!has_ana) {
            path.ana_state = PathAnaState();
        } // else its log does not tell: as Linux does, the state is taken for what it was
        viewed.paths.push_back(std::move(path));
    }
    return view;
}

std::map<std::uint32_t, AnaPlace> places_of(const nvme::AnaLog& log) {
    std::map<std::uint32_t, AnaPlace> places;
    for (const nvme::AnaGroup& group : log.groups) {
        for (const std::uint32_t nsid : group.nsids) {
            places[nsid] = {.agid = group.agid, .state = group.state};
        }
    }
    return places;
}

void apply_ana_log(View& view, const nvme::AnaLog& log) {
    const std::map<std::uint32_t, AnaPlace> places = places_of(log);
    for (ViewedNamespace& viewed : view.namespaces) {
        const auto place = places.find(viewed.nsid);
        if (place == places.end()) {
            continue;
        }
        for (ViewedPath& path : viewed.paths) {
            path.ana_state = place->second.state;
            path.ana_grpid = place->second.agid;
        }
    }
}

} // namespace haoh::monitor
