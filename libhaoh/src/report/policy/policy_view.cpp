// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/policy/policy_view.hpp"

#include "report/text/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace haoh::report {

namespace {

constexpr std::size_t kMaxPolicyRanges = 6;

bool alike(const NodeChoice& a, const NodeChoice& b) {
    const auto key = [](const NodeChoice& one) {
        return std::tie(one.next, one.takes, one.certainty, one.why, one.others);
    };
    return key(a) == key(b);
}

/// The choices of a device in terms of controllers, without what differs for each device.
std::vector<NodeGroup> by_controller(const PathChoice& device) {
    std::vector<NodeChoice> nodes = device.nodes;
    for (NodeChoice& node : nodes) {
        node.others.clear();
        for (std::string& name : node.takes) {
            const auto found = std::find_if(device.paths.begin(), device.paths.end(),
                                            [&](const auto& path) { return path.path == name; });
            if (found != device.paths.end()) {
                name = found->controller;
            }
        }
    }
    return group_nodes(nodes);
}

bool same(const std::vector<NodeGroup>& a, const std::vector<NodeGroup>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const NodeGroup& one, const NodeGroup& other) {
                          return one.nodes == other.nodes && alike(one.choice, other.choice);
                      });
}

} // namespace

std::vector<NodeGroup> group_nodes(const std::vector<NodeChoice>& nodes) {
    std::vector<NodeGroup> groups;
    for (const NodeChoice& node : nodes) {
        const auto found = std::find_if(groups.begin(), groups.end(), [&](const NodeGroup& group) {
            return alike(group.choice, node);
        });
        if (found == groups.end()) {
            groups.push_back({.nodes = {node.node}, .choice = node});
        } else {
            found->nodes.push_back(node.node);
        }
    }
    return groups;
}

std::string label_of(const NodeGroup& group) {
    return fmt::format("node{} {}", group.nodes.size() == 1 ? "" : "s",
                       ranges(group.nodes, kMaxPolicyRanges));
}

std::vector<DeviceGroup> group_devices(const std::vector<PathChoice>& devices) {
    std::vector<DeviceGroup> groups;
    for (const PathChoice& device : devices) {
        std::vector<NodeGroup> nodes = by_controller(device);
        auto found = std::find_if(groups.begin(), groups.end(), [&](const DeviceGroup& group) {
            return same(group.nodes, nodes);
        });
        if (found == groups.end()) {
            found = groups.insert(groups.end(),
                                  {.devices = {}, .nsids = {}, .nodes = std::move(nodes)});
        }
        found->devices.push_back(device.device);
        if (device.nsid) {
            found->nsids.push_back(*device.nsid);
        }
    }
    for (DeviceGroup& group : groups) {
        std::sort(group.nsids.begin(), group.nsids.end());
    }
    return groups;
}

std::string label_of(const DeviceGroup& group) {
    if (group.nsids.size() != group.devices.size()) {
        return group.devices.size() == 1 ? group.devices.front()
                                         : count_of(group.devices.size(), "device");
    }
    return group.devices.size() == 1
               ? fmt::format("{} (nsid {})", group.devices.front(), group.nsids.front())
               : fmt::format("nsid {}", ranges(group.nsids, kMaxPolicyRanges));
}

std::vector<ControllerShare> controller_shares(const SubsystemPolicy& subsystem) {
    std::map<std::string_view, const ExplainedPath*> paths;
    for (const PathChoice& device : subsystem.devices) {
        for (const ExplainedPath& path : device.paths) {
            paths.emplace(path.path, &path);
        }
    }
    std::vector<ControllerShare> out;
    for (const PathShare& share : subsystem.shares) {
        const auto path = paths.find(share.path);
        if (path == paths.end()) {
            continue;
        }
        const std::string& controller = path->second->controller;
        auto found = std::find_if(out.begin(), out.end(), [&](const ControllerShare& one) {
            return one.controller == controller;
        });
        if (found == out.end()) {
            found = out.insert(out.end(), ControllerShare{});
            found->controller = controller;
            found->array = path->second->array;
        }
        found->known = found->known || share.known;
        found->requests += share.requests;
        found->read_bytes += share.read_bytes;
        found->write_bytes += share.write_bytes;
        found->share += share.share;
    }
    return out;
}

} // namespace haoh::report
