// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/path_choice.hpp>

#include "base/safe_text.hpp"
#include "policy/choose.hpp"

#include <haoh/error.hpp>
#include <haoh/kernel_policy.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace haoh {

namespace {

using policy::Chooser;

ExplainedPath explained(const KernelSubsystem& subsystem, const KernelNamespace& head,
                        const KernelPath& path, std::string_view array) {
    ExplainedPath out;
    out.path = path.name;
    out.controller = path.controller;
    out.array = array;
    if (const KernelController* const controller = subsystem.find_controller(path.controller)) {
        out.controller_state = controller->state.value();
        out.numa_node = controller->near_node();
    }
    out.ana_state = path.ana_state.value();
    out.queue_depth = path.queue_depth.number();
    if (path.numa_nodes.ok()) {
        out.numa_nodes = parse_node_list(path.numa_nodes.value());
    } else if (path.numa_nodes.state == Attribute::State::empty) {
        out.numa_nodes.emplace();
    }
    out.use = use_of(subsystem, head, path);
    return out;
}

std::vector<unsigned> nodes_of(const NumaTopology& numa) {
    std::vector<unsigned> nodes;
    nodes.reserve(numa.nodes.size());
    for (const NumaNode& one : numa.nodes) {
        nodes.push_back(one.node);
    }
    return nodes.empty() ? std::vector<unsigned>{0} : nodes;
}

LossOutcome loss_of(const Chooser& chooser, const PathChoice& choice, bool array, std::string name,
                    const std::vector<std::size_t>& lost) {
    LossOutcome out;
    out.array = array;
    out.name = std::move(name);
    std::set<std::size_t> indexes;
    for (const std::size_t index : lost) {
        out.paths.push_back(choice.paths[index].path);
        indexes.insert(index);
    }
    for (const NodeChoice& now : choice.nodes) {
        NodeChoice then = chooser.choose(now.node, indexes);
        then.others.clear();
        out.changes = out.changes || then.next != now.next || then.takes != now.takes;
        out.nodes.push_back(std::move(then));
    }
    return out;
}

std::vector<LossOutcome> losses_of(const Chooser& chooser, const PathChoice& choice) {
    std::vector<LossOutcome> out;
    std::map<std::string, std::vector<std::size_t>, std::less<>> arrays;
    for (std::size_t i = 0; i < choice.paths.size(); ++i) {
        if (!choice.paths[i].array.empty()) {
            arrays[choice.paths[i].array].push_back(i);
        }
    }
    if (arrays.size() > 1) {
        for (const auto& [name, members] : arrays) {
            out.push_back(loss_of(chooser, choice, true, name, members));
        }
    }
    for (std::size_t i = 0; i < choice.paths.size(); ++i) {
        out.push_back(loss_of(chooser, choice, false, choice.paths[i].path, {i}));
    }
    return out;
}

/// "Linux 6.11": upstream's release that brought a change.
std::string upstream_name(DriverChange change) {
    return name_of(KernelRelease{.upstream = info_of(change).since});
}

std::vector<std::string> notes_of(const KernelObservation& kernel, const PathChoice& choice,
                                  bool shows_depth) {
    std::vector<std::string> notes;
    const auto any = [&](Certainty certainty) {
        const auto is = [certainty](const NodeChoice& node) {
            return node.certainty == certainty; // of I/O that is not sent it is known
        };
        return std::any_of(choice.nodes.begin(), choice.nodes.end(), is) ||
               std::any_of(choice.losses.begin(), choice.losses.end(), [&](const auto& loss) {
                   return std::any_of(loss.nodes.begin(), loss.nodes.end(), is);
               });
    };
    if (choice.multipath && choice.policy.empty()) {
        notes.emplace_back("The policy cannot be read.");
    } else if (choice.multipath && !choice.policy.known()) {
        notes.push_back(fmt::format("The policy {} is not known to this haoh.",
                                    base::safe_text(choice.policy.text())));
    }
    if (any(Certainty::likely)) {
        notes.emplace_back(
            "sysfs does not show in which order paths arrived: it is taken to be that of the "
            "controllers' instances, which is wrong where a controller was disconnected and its "
            "instance given away again.");
    }
    const Presence forgets = policy_change_forgets(kernel);
    if (choice.policy == IoPolicy::numa && forgets != Presence::present &&
        !kernel.release.empty() && choice.paths.size() > 1) {
        notes.push_back(fmt::format(
            "{} each node keeps the path that it used when the policy was changed: after "
            "round-robin that can be any optimized one.",
            forgets == Presence::absent
                ? "Before " + upstream_name(DriverChange::queue_depth)
                : "Unless this kernel has the policy queue-depth, which is not known,"));
    }
    if (any(Certainty::rotates)) {
        notes.emplace_back("Whose turn it is under round-robin is not shown in sysfs.");
    }
    if (choice.policy == IoPolicy::queue_depth && !shows_depth) {
        notes.push_back(
            fmt::format("What is in flight on a controller is not shown by this kernel: "
                        "that is so from {} on.",
                        upstream_name(DriverChange::path_load_shown)));
    }
    if (kernel.has_changed(choice.device) ||
        std::any_of(choice.paths.begin(), choice.paths.end(), [&](const ExplainedPath& path) {
            return kernel.has_changed(path.path) || kernel.has_changed(path.controller);
        })) {
        notes.emplace_back("Some of this changed while it was read.");
    }
    return notes;
}

} // namespace

std::string_view to_string(Certainty value) {
    switch (value) {
    case Certainty::known:
        return "known";
    case Certainty::likely:
        return "likely";
    case Certainty::rotates:
        return "rotates";
    }
    return {};
}

std::string_view to_string(NextIo value) {
    switch (value) {
    case NextIo::sent:
        return "sent";
    case NextIo::queued:
        return "queued";
    case NextIo::failed:
        return "failed";
    }
    return {};
}

PathChoice current_choice(const KernelObservation& kernel, const KernelSubsystem& subsystem,
                          const KernelNamespace& head, const NumaTopology& numa,
                          const Attributions& attributions) {
    PathChoice out;
    out.host = kernel.host;
    out.release = kernel.release;
    out.subsystem = subsystem.name;
    out.subsysnqn = subsystem.subsysnqn.value();
    out.device = head.name;
    const auto nsid = head.nsid.number();
    if (nsid && *nsid <= 0xFFFFFFFFU) {
        out.nsid = static_cast<std::uint32_t>(*nsid);
    }
    out.policy = shown_policy(subsystem.iopolicy);
    out.multipath = head.multipath;
    for (const KernelPath& path : head.paths) {
        out.paths.push_back(
            explained(subsystem, head, path, attributions.array_of(kernel.host, path.controller)));
    }
    const Chooser chooser(subsystem, head, numa, out);
    for (const unsigned node : nodes_of(numa)) {
        out.nodes.push_back(chooser.choose(node, {}));
    }
    return out;
}

PathChoice explain(const KernelObservation& kernel, const KernelSubsystem& subsystem,
                   const KernelNamespace& head, const NumaTopology& numa,
                   const Attributions& attributions) {
    PathChoice out = current_choice(kernel, subsystem, head, numa, attributions);
    out.losses = losses_of(Chooser(subsystem, head, numa, out), out);
    out.notes = notes_of(kernel, out, std::ranges::any_of(head.paths, [](const KernelPath& path) {
                             return path.queue_depth.state != Attribute::State::absent;
                         }));
    return out;
}

FoundDevice find_device(const KernelObservation& kernel, std::string_view name) {
    constexpr std::string_view kDevices = "/dev/";
    const std::string_view wanted =
        name.starts_with(kDevices) ? name.substr(kDevices.size()) : name;
    for (const KernelSubsystem& subsystem : kernel.subsystems) {
        for (const KernelNamespace& head : subsystem.namespaces) {
            if (head.name == wanted) {
                return {.subsystem = &subsystem, .head = &head};
            }
        }
    }
    throw Error(Errc::not_found, "find", name, "the kernel has no such namespace",
                "name a device nvmeXnZ that `haoh list` shows");
}

bool all_sent(const PathChoice& choice) {
    return std::ranges::all_of(choice.nodes,
                               [](const NodeChoice& node) { return node.next == NextIo::sent; });
}

bool policy_known(const PathChoice& choice) {
    return !choice.multipath || !choice.policy.empty();
}

bool paths_known(const KernelObservation& kernel, const FoundDevice& device) {
    const auto unreadable = [](const Attribute& one) {
        return one.state == Attribute::State::unreadable;
    };
    return kernel.unread.empty() &&
           std::ranges::none_of(device.subsystem->controllers,
                                [&](const auto& one) { return unreadable(one.state); }) &&
           std::ranges::none_of(device.head->paths,
                                [&](const auto& one) { return unreadable(one.ana_state); });
}

} // namespace haoh
