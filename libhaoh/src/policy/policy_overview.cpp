// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/policy_overview.hpp>

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace haoh {

namespace {

using Counters = std::unordered_map<std::string_view, const BlockStatistics*>;

Counters index(const StatisticsReading& reading) {
    Counters out;
    for (const PathStatistics& one : reading.paths) {
        if (one.statistics) {
            out.emplace(one.path, &*one.statistics);
        }
    }
    return out;
}

/// nullopt when a counter went back: the disk is another one of the same name.
std::optional<PathShare> growth(const BlockStatistics& before, const BlockStatistics& after) {
    constexpr std::uint64_t kSector = 512;
    if (after.reads < before.reads || after.writes < before.writes ||
        after.discards < before.discards || after.read_sectors < before.read_sectors ||
        after.write_sectors < before.write_sectors) {
        return std::nullopt;
    }
    PathShare out;
    out.known = true;
    out.requests = after.requests() - before.requests();
    out.read_bytes = (after.read_sectors - before.read_sectors) * kSector;
    out.write_bytes = (after.write_sectors - before.write_sectors) * kSector;
    return out;
}

std::vector<PathShare> shares(const Counters& before, const Counters& after,
                              std::span<const std::string> paths) {
    std::vector<PathShare> out;
    std::uint64_t total = 0;
    for (const std::string& path : paths) {
        const auto first = before.find(path);
        const auto second = after.find(path);
        std::optional<PathShare> one;
        if (first != before.end() && second != after.end()) {
            one = growth(*first->second, *second->second);
        }
        out.push_back(one.value_or(PathShare{}));
        out.back().path = path;
        total += out.back().requests;
    }
    for (PathShare& one : out) {
        one.share =
            total == 0 ? 0.0 : static_cast<double>(one.requests) / static_cast<double>(total);
    }
    return out;
}

} // namespace

std::vector<PathShare> path_shares(const StatisticsReading& before, const StatisticsReading& after,
                                   std::span<const std::string> paths) {
    return shares(index(before), index(after), paths);
}

PolicyOverview policy_overview(const KernelObservation& kernel, const NumaTopology& numa,
                               const Attributions& attributions,
                               const std::optional<StatisticsInterval>& interval) {
    PolicyOverview out;
    out.host = kernel.host;
    out.release = kernel.release;
    out.multipath = kernel.multipath.flag();
    out.default_policy = shown_policy(kernel.iopolicy);
    out.udev = kernel.udev_rules;
    const Counters first = interval ? index(interval->before) : Counters{};
    const Counters second = interval ? index(interval->after) : Counters{};
    if (interval) {
        out.measured = std::chrono::round<std::chrono::milliseconds>(interval->after.monotonic -
                                                                     interval->before.monotonic);
    }
    for (const KernelSubsystem& subsystem : kernel.subsystems) {
        if (subsystem.discovery()) {
            continue;
        }
        SubsystemPolicy one;
        one.subsystem = subsystem.name;
        one.subsysnqn = subsystem.subsysnqn.value();
        one.policy = shown_policy(subsystem.iopolicy);
        std::vector<std::string> paths;
        for (const KernelNamespace& head : subsystem.namespaces) {
            one.devices.push_back(current_choice(kernel, subsystem, head, numa, attributions));
            for (const KernelPath& path : head.paths) {
                paths.push_back(path.name);
            }
        }
        if (interval) {
            one.shares = shares(first, second, paths);
        }
        out.subsystems.push_back(std::move(one));
    }
    return out;
}

bool policies_known(const KernelObservation& kernel) {
    return kernel.unread.empty() &&
           std::ranges::none_of(kernel.subsystems, [](const KernelSubsystem& one) {
               return one.iopolicy.state == Attribute::State::unreadable;
           });
}

} // namespace haoh
