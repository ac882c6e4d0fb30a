// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/error.hpp>
#include <haoh/path_use.hpp>
#include <haoh/simulate.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace haoh {
namespace {

using namespace std::chrono_literals;

constexpr LatencyDistribution kAssumed{
    .kind = LatencyDistribution::Kind::lognormal, .mean = 200us, .deviation = 50us};

/// What a selector is told of ANA by what would become of the path if nothing else barred it.
nvme::AnaState ana_of(const PathUse& use) {
    switch (use.kind) {
    case PathUse::Kind::optimized:
        return nvme::AnaState::optimized;
    case PathUse::Kind::non_optimized:
        return nvme::AnaState::non_optimized;
    case PathUse::Kind::ana_persistent_loss:
        return nvme::AnaState::persistent_loss;
    case PathUse::Kind::ana_change:
        return nvme::AnaState::change;
    case PathUse::Kind::ana_inaccessible:
    case PathUse::Kind::ana_unknown: // lets no I/O pass, either
    case PathUse::Kind::ana_unreadable:
    case PathUse::Kind::no_head:
    case PathUse::Kind::controller_gone:
    case PathUse::Kind::controller_not_live:
    case PathUse::Kind::refused:
    case PathUse::Kind::size_differs:
        break;
    }
    return nvme::AnaState::inaccessible;
}

/// What `use_of` decides, taken apart: in a simulation each part changes by itself.
PathState state_of(const PathFacts& facts) {
    const PathUse use = use_of(facts);
    PathState out;
    out.live = use.kind != PathUse::Kind::controller_gone &&
               use.kind != PathUse::Kind::controller_not_live;
    out.deleting =
        facts.controller_state && facts.controller_state->kind() == ControllerState::deleting;
    out.usable = !use.other_size;
    out.ana.reset();
    if (!facts.without_ana()) {
        PathFacts otherwise_good = facts;
        otherwise_good.controller_state = ControllerState::live;
        otherwise_good.same_size = true;
        out.ana = ana_of(use_of(otherwise_good));
    }
    return out;
}

SimulatedPath path_of(const KernelSubsystem& subsystem, const KernelNamespace& head,
                      const KernelPath& path, std::string_view array) {
    SimulatedPath out;
    out.name = path.name;
    out.array = array;
    out.latency = kAssumed;
    out.state = state_of(facts_of(subsystem, head, path));
    if (const KernelController* controller = subsystem.find_controller(path.controller)) {
        if (const auto node = controller->near_node()) {
            out.numa_node = static_cast<int>(*node);
        }
    }
    return out;
}

} // namespace

PolicyScenario scenario_of(const KernelObservation& kernel, std::string_view head,
                           const Attributions& attributions) {
    std::vector<std::string_view> known;
    for (const KernelSubsystem& subsystem : kernel.subsystems) {
        for (const KernelNamespace& one : subsystem.namespaces) {
            known.push_back(one.name);
            if (one.name != head) {
                continue;
            }
            PolicyScenario out;
            out.title = one.name;
            for (const KernelPath& path : one.paths) {
                if (out.paths.size() < PathTable::kMaxPaths) {
                    out.paths.push_back(path_of(
                        subsystem, one, path, attributions.array_of(kernel.host, path.controller)));
                }
            }
            if (out.paths.empty()) {
                throw Error(make_error_code(Errc::invalid_argument), "simulate", head,
                            "it has no path");
            }
            return out;
        }
    }
    throw Error(make_error_code(Errc::not_found), "simulate", head, "there is no such namespace",
                known.empty() ? "the kernel has none"
                              : fmt::format("there are {}", fmt::join(known, ", ")));
}

} // namespace haoh
