// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/kernel_policy.hpp>

#include <haoh/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace haoh {

namespace {

KernelPolicyInfo info(IoPolicy policy, DriverChange change, std::string_view how,
                      std::string_view right, std::string_view wrong) {
    return {.policy = policy,
            .name = to_string(policy),
            .change = change,
            .since = info_of(change).since,
            .how = how,
            .right = right,
            .wrong = wrong};
}

/// In the order of IoPolicy.
std::array<KernelPolicyInfo, 3> policy_table() {
    return {
        info(IoPolicy::numa, DriverChange::io_policies,
             "Each NUMA node keeps to one path: the optimized one whose controller is nearest, and "
             "of several that are as near the first that was connected. It changes when that path "
             "is no longer live or optimized, and goes back as soon as it is.",
             "Paths differ in their distance to the CPUs (PCIe, FC, RDMA adapters on several "
             "nodes), or all I/O is to stay on one array.",
             "NVMe/TCP with several optimized paths: a TCP controller is near no node, so that all "
             "I/O of a device takes the path that was connected first and the others idle."),
        info(IoPolicy::round_robin, DriverChange::io_policies,
             "Optimized paths by turns, whatever each has in flight; the non-optimized by turns "
             "when there is no optimized one.",
             "All optimized paths are alike in latency and bandwidth.",
             "Optimized paths that are unlike, as over two sites or with one failing link: each "
             "gets as many requests, so that the slowest sets the pace."),
        info(
            IoPolicy::queue_depth, DriverChange::queue_depth,
            "The optimized path whose controller has the fewest commands in flight, over all "
            "namespaces; then the non-optimized likewise. Of several the first that was connected.",
            "Paths are unlike or unevenly loaded, and enough I/O is in flight to tell.",
            "One I/O at a time: nothing is in flight, and every I/O takes the path that was "
            "connected first, near or far. A path that fails at once looks idle and draws I/O."),
    };
}

/// Paths have the attribute queue_depth, which came later than the policy.
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
    static const std::array<KernelPolicyInfo, 3> policies = policy_table();
    return policies;
}

const KernelPolicyInfo* find_kernel_policy(std::string_view name) {
    const auto policy = parse_io_policy(name);
    return policy ? &info_of(*policy) : nullptr;
}

const KernelPolicyInfo& info_of(IoPolicy policy) {
    return kernel_policies()[static_cast<std::size_t>(policy)];
}

Presence presence_of(IoPolicy policy, const KernelRelease& release) {
    return presence_of(info_of(policy).change, release);
}

Presence presence_of(IoPolicy policy, std::string_view release) {
    const auto known = parse_kernel_release(release);
    return known ? presence_of(policy, *known) : Presence::unknown;
}

Presence presence_of(IoPolicy policy, const KernelObservation& kernel) {
    const ShownPolicy wanted = policy;
    const bool is_shown =
        shown_policy(kernel.iopolicy) == wanted ||
        std::any_of(kernel.subsystems.begin(), kernel.subsystems.end(),
                    [&](const KernelSubsystem& one) {
                        return shown_policy(one.iopolicy) == wanted ||
                               (policy == IoPolicy::queue_depth && shows_queue_depth(one));
                    });
    return is_shown ? Presence::present : presence_of(policy, kernel.release);
}

Presence presence_of(const KernelPolicyInfo& policy, std::string_view release) {
    return presence_of(policy.policy, release);
}

Presence presence_of(const KernelPolicyInfo& policy, const KernelObservation& kernel) {
    return presence_of(policy.policy, kernel);
}

bool offers(std::string_view release, IoPolicy policy) {
    return presence_of(policy, release) != Presence::absent;
}

bool offers(std::string_view release, const KernelPolicyInfo& policy) {
    return offers(release, policy.policy);
}

bool offers(KernelVersion kernel, IoPolicy policy) {
    return presence_of(policy, KernelRelease{.upstream = kernel}) == Presence::present;
}

Presence policy_change_forgets(const KernelObservation& kernel) {
    return presence_of(IoPolicy::queue_depth, kernel);
}

bool policy_change_forgets(KernelVersion kernel) {
    return offers(kernel, IoPolicy::queue_depth);
}

std::vector<std::string_view> offered_policies(std::string_view release) {
    std::vector<std::string_view> names;
    for (const KernelPolicyInfo& policy : kernel_policies()) {
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
