// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/kernel_policy.hpp>

#include <haoh/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace haoh {

namespace {

constexpr std::array<KernelPolicyInfo, 3> kKernelPolicies{{
    {.name = "numa",
     .since = {5, 1},
     .how =
         "Each NUMA node keeps to one path: the optimized one whose controller is nearest, and of "
         "several that are as near the first that was connected. It changes when that path is no "
         "longer live or optimized, and goes back as soon as it is.",
     .right = "Paths differ in their distance to the CPUs (PCIe, FC, RDMA adapters on several "
              "nodes), or all I/O is to stay on one array.",
     .wrong =
         "NVMe/TCP with several optimized paths: a TCP controller is near no node, so that all "
         "I/O of a device takes the path that was connected first and the others idle."},
    {.name = "round-robin",
     .since = {5, 1},
     .how =
         "Optimized paths by turns, whatever each has in flight; the non-optimized by turns when "
         "there is no optimized one.",
     .right = "All optimized paths are alike in latency and bandwidth.",
     .wrong = "Optimized paths that are unlike, as over two sites or with one failing link: each "
              "gets as many requests, so that the slowest sets the pace."},
    {.name = "queue-depth",
     .since = {6, 11},
     .how = "The optimized path whose controller has the fewest commands in flight, over all "
            "namespaces; then the non-optimized likewise. Of several the first that was connected.",
     .right = "Paths are unlike or unevenly loaded, and enough I/O is in flight to tell.",
     .wrong = "One I/O at a time: nothing is in flight, and every I/O takes the path that was "
              "connected first, near or far. A path that fails at once looks idle and draws I/O."},
}};

constexpr std::string_view kQueueDepth = "queue-depth";

DriverChange change_of(const KernelPolicyInfo& policy) {
    return policy.name == kQueueDepth ? DriverChange::queue_depth : DriverChange::io_policies;
}

/// Paths have the attribute queue_depth from 6.15 on, which is later than the policy.
bool shows_queue_depth(const KernelSubsystem& subsystem) {
    return std::any_of(
        subsystem.namespaces.begin(), subsystem.namespaces.end(), [](const KernelNamespace& head) {
            return std::any_of(head.paths.begin(), head.paths.end(), [](const KernelPath& path) {
                return path.queue_depth.state != Attribute::State::absent;
            });
        });
}

} // namespace

std::span<const KernelPolicyInfo> kernel_policies() {
    return kKernelPolicies;
}

const KernelPolicyInfo* find_kernel_policy(std::string_view name) {
    const auto* const found = std::find_if(kKernelPolicies.begin(), kKernelPolicies.end(),
                                           [name](const auto& one) { return one.name == name; });
    return found == kKernelPolicies.end() ? nullptr : &*found;
}

Presence presence_of(const KernelPolicyInfo& policy, std::string_view release) {
    const auto known = parse_kernel_release(release);
    return known ? presence_of(change_of(policy), *known) : Presence::unknown;
}

Presence presence_of(const KernelPolicyInfo& policy, const KernelObservation& kernel) {
    const bool is_shown =
        kernel.iopolicy.value() == policy.name ||
        std::any_of(kernel.subsystems.begin(), kernel.subsystems.end(),
                    [&](const KernelSubsystem& one) {
                        return one.iopolicy.value() == policy.name ||
                               (policy.name == kQueueDepth && shows_queue_depth(one));
                    });
    return is_shown ? Presence::present : presence_of(policy, kernel.release);
}

bool offers(std::string_view release, const KernelPolicyInfo& policy) {
    return presence_of(policy, release) != Presence::absent;
}

std::vector<std::string_view> offered_policies(std::string_view release) {
    std::vector<std::string_view> names;
    for (const KernelPolicyInfo& policy : kKernelPolicies) {
        if (offers(release, policy)) {
            names.push_back(policy.name);
        }
    }
    return names;
}

void require_policy(std::string_view policy) {
    if (find_kernel_policy(policy) == nullptr) {
        throw Error(Errc::invalid_argument, "set the I/O policy", fmt::format("'{}'", policy),
                    "no release of Linux has such a policy",
                    fmt::format("Linux has {}", fmt::join(offered_policies({}), ", ")));
    }
}

void require_offered(std::string_view policy, std::string_view release) {
    require_policy(policy);
    const KernelPolicyInfo& found = *find_kernel_policy(policy);
    if (!offers(release, found)) {
        throw Error(
            Errc::invalid_argument, "set the I/O policy", fmt::format("'{}'", policy),
            fmt::format("Linux has it from {}.{} on, and this is {}", found.since.major,
                        found.since.minor, release),
            fmt::format("Linux {} offers {}", release, fmt::join(offered_policies(release), ", ")));
    }
}

} // namespace haoh
