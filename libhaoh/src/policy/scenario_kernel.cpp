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

SimulatedPath path_of(const KernelSubsystem& subsystem, const KernelNamespace& head,
                      const KernelPath& path, std::string_view array) {
    SimulatedPath out;
    out.name = path.name;
    out.array = array;
    out.latency = kAssumed;
    out.state.ana.reset();
    if (path.ana_state.ok() || path.ana_state.state == Attribute::State::unreadable) {
        // A state that Linux has no name for, or that cannot be read, lets no I/O pass.
        out.state.ana =
            nvme::parse_ana_state(path.ana_state.value()).value_or(nvme::AnaState::inaccessible);
    }
    out.state.usable = same_size(head, path);
    if (const KernelController* controller = subsystem.find_controller(path.controller)) {
        out.state.live = controller->live();
        out.state.deleting = controller->state.value() == "deleting";
        if (const auto node = controller->numa_node.number()) { // not of "-1"
            out.numa_node = static_cast<int>(std::min<std::uint64_t>(*node, 1023));
        }
    } else {
        out.state.live = false;
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
                        subsystem, one, path, attributions.site_of(kernel.host, path.controller)));
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
