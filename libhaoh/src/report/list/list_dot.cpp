// SPDX-License-Identifier: LGPL-2.1-or-later
// `haoh list` as a graph in the DOT language of Graphviz.
#include "report/list/host_view.hpp"
#include "report/text/text.hpp"

#include <haoh/report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace haoh {
namespace {

using namespace report;

constexpr std::size_t kMaxDotRanges = 4;
constexpr std::size_t kMaxDevices = 3;
constexpr const char* kBad = "red3";

/// A string of DOT: no byte of it ends the string, or begins an escape or an entity of HTML, which
/// Graphviz would take for any character.
std::string quoted(const std::vector<std::string>& lines) {
    std::string out = "\"";
    for (const std::string& line : lines) {
        if (line.empty()) {
            continue;
        }
        if (out.size() > 1) {
            out += "\\n";
        }
        for (const char c : line) {
            if (c == '&') {
                out += "&amp;";
                continue;
            }
            if (c == '"' || c == '\\') {
                out += '\\';
            }
            out += c;
        }
    }
    return out + "\"";
}

std::string array_text(const std::string& array) {
    return array.empty() ? "array unknown" : array;
}

/// The text of a graph. Nodes are named by kind and number.
class Graph {
  public:
    std::string node(char kind, const std::vector<std::string>& label, const std::string& style,
                     const char* indent = "    ") {
        std::string name = fmt::format("{}{}", kind, nodes_++);
        out_ += fmt::format("{}{} [label={}{}];\n", indent, name, quoted(label),
                            style.empty() ? "" : ", " + style);
        return name;
    }
    void edge(const std::string& from, const std::string& to, const std::string& label, bool good) {
        edges_ += fmt::format("  {} -> {} [label={}{}];\n", from, to, quoted({label}),
                              good ? std::string{}
                                   : fmt::format(", style=dashed, color={0}, fontcolor={0}", kBad));
    }
    void begin_cluster(const std::vector<std::string>& label, const char* style) {
        out_ += fmt::format("  subgraph cluster_{} {{\n    label={};\n    {}\n", clusters_++,
                            quoted(label), style);
    }
    void end_cluster() { out_ += "  }\n"; }

    [[nodiscard]] std::string take() && {
        return "digraph haoh {\n"
               "  rankdir=LR;\n"
               "  node [shape=box, fontname=\"sans-serif\", fontsize=10];\n"
               "  edge [fontname=\"sans-serif\", fontsize=9];\n"
               "  graph [fontname=\"sans-serif\", fontsize=10];\n" +
               out_ + edges_ + "}\n";
    }

  private:
    std::string out_;
    std::string edges_;
    std::size_t nodes_{};
    std::size_t clusters_{};
};

constexpr const char* kArrayStyle = "style=rounded; color=gray50;";
constexpr const char* kNamespacesStyle = "style=dotted; color=gray70;";
constexpr const char* kHostStyle = "shape=oval";
constexpr const char* kControllerStyle = "";
constexpr const char* kNamespaceStyle = "shape=cylinder";
constexpr const char* kNoteStyle = "shape=note, color=red3";

/// What a host's kernel has.
class HostGraph {
  public:
    HostGraph(Graph& graph, const ListedHost& host) : graph_{graph} {
        host_ = graph_.node('h', {host.title}, kHostStyle, "  ");
        for (const ListedSubsystem& subsystem : host.subsystems) {
            add_subsystem(subsystem);
        }
        if (!host.stray_controllers.empty()) {
            graph_.begin_cluster({"controllers of no subsystem"}, kArrayStyle);
            for (const ListedController& controller : host.stray_controllers) {
                add_controller(controller);
            }
            graph_.end_cluster();
        }
        add_notes(host.broken, host_);
    }

  private:
    void add_controller(const ListedController& controller) {
        const std::string node = graph_.node('c',
                                             {controller.name, "controller " + controller.cntlid,
                                              controller.address, controller.state},
                                             kControllerStyle);
        controllers_[controller.name] = node;
        graph_.edge(host_, node, controller.live ? "" : controller.state, controller.live);
    }

    void add_subsystem(const ListedSubsystem& subsystem) {
        controllers_.clear();
        for (std::size_t i = 0; i < subsystem.controllers.size(); ++i) {
            const ListedController& controller = subsystem.controllers[i];
            if (i == 0 || subsystem.controllers[i - 1].array != controller.array) {
                if (i != 0) {
                    graph_.end_cluster();
                }
                graph_.begin_cluster(
                    {subsystem.arrays_known() ? array_text(controller.array) : subsystem.name},
                    kArrayStyle);
            }
            add_controller(controller);
        }
        if (!subsystem.controllers.empty()) {
            graph_.end_cluster();
        }
        graph_.begin_cluster({subsystem.subsysnqn}, kNamespacesStyle);
        for (const ListedPathSet& set : subsystem.path_sets) {
            add_path_set(subsystem, set);
        }
        for (const MissingPaths& missing : subsystem.missing) {
            const std::string node =
                graph_.node('n', {"NSID " + ranges(missing.nsids, kMaxDotRanges)},
                            fmt::format("{}, style=dashed, color={}", kNamespaceStyle, kBad));
            for (const std::string& controller : missing.controllers) {
                graph_.edge(controllers_[controller], node, std::string{missing.problem()}, false);
            }
        }
        graph_.end_cluster();
        add_notes(subsystem.broken, host_);
    }

    void add_path_set(const ListedSubsystem& subsystem, const ListedPathSet& set) {
        std::vector<std::string> devices;
        std::set<std::string> sizes;
        for (const std::size_t index : set.members) {
            devices.push_back(subsystem.namespaces[index].device);
            sizes.insert(subsystem.namespaces[index].size);
        }
        const std::string node = graph_.node(
            'n',
            {set.label(kMaxDotRanges), some_of(devices, kMaxDevices),
             sizes.size() == 1 ? *sizes.begin() : "", set.paths.empty() ? "no path" : ""},
            set.paths.empty() ? fmt::format("{}, color={}", kNamespaceStyle, kBad)
                              : kNamespaceStyle);
        for (const ListedPath& path : set.paths) {
            const bool told = path.use.usable() || (path.use.barred_by_ana() &&
                                                    path.use.kind != PathUse::Kind::ana_unreadable);
            const std::string label =
                told ? path.ana_state : fmt::format("{}: {}", path.ana_state, path.why);
            for (const std::string& name : path.controllers) {
                auto controller = controllers_.find(name);
                if (controller == controllers_.end()) { // gone, but its path is there
                    controller =
                        controllers_.emplace(name, graph_.node('c', {name}, "style=dashed")).first;
                }
                graph_.edge(controller->second, node, label, path.use.usable());
            }
        }
    }

    void add_notes(const std::vector<std::string>& clauses, const std::string& at) {
        if (!clauses.empty()) {
            graph_.edge(at, graph_.node('b', clauses, kNoteStyle, "  "), "", false);
        }
    }

    Graph& graph_;
    std::string host_;
    std::map<std::string, std::string> controllers_; ///< nodes by name
};

/// How one controller that was asked directly shows a namespace.
struct DirectPath {
    std::string state; ///< "optimized", "attached", "absent"
    bool told{true};   ///< false: an edge says it already
    bool good{};

    auto operator<=>(const DirectPath&) const = default;
};

DirectPath direct_path(const ControllerObservation& controller, std::uint32_t nsid,
                       const std::map<std::uint32_t, AnaPlace>& places) {
    if (controller.find_namespace(nsid) == nullptr) {
        return {.state = controller.active_nsids ? "absent" : "not read"};
    }
    const auto place = places.find(nsid);
    if (place == places.end()) {
        return {.state = "attached", .told = false, .good = true};
    }
    return {.state = nvme::to_string(place->second.state),
            .good = nvme::usable(place->second.state)};
}

void add_direct(Graph& graph, const std::string& host, const SubsystemArrays& subsystem) {
    std::vector<const ControllerObservation*> controllers;
    std::vector<std::string> nodes;
    for (const Array& array : subsystem.arrays) {
        graph.begin_cluster({array_text(array.name)}, kArrayStyle);
        for (const ControllerObservation* controller : array.controllers) {
            controllers.push_back(controller);
            nodes.push_back(graph.node('c', {safe_text(controller->name)}, kControllerStyle));
            graph.edge(host, nodes.back(), "", true);
        }
        graph.end_cluster();
    }
    std::vector<std::map<std::uint32_t, AnaPlace>> places;
    for (const ControllerObservation* controller : controllers) {
        places.push_back(controller->ana_places());
    }
    std::map<std::vector<DirectPath>, std::vector<std::uint32_t>> sets;
    for (const std::uint32_t nsid : subsystem.nsids) {
        std::vector<DirectPath> direct;
        for (std::size_t i = 0; i < controllers.size(); ++i) {
            direct.push_back(direct_path(*controllers[i], nsid, places[i]));
        }
        sets[std::move(direct)].push_back(nsid);
    }
    graph.begin_cluster({subsystem.subsysnqn}, kNamespacesStyle);
    for (const auto& [direct, nsids] : sets) {
        const std::string node =
            graph.node('n', {"NSID " + ranges(nsids, kMaxDotRanges)}, kNamespaceStyle);
        for (std::size_t i = 0; i < direct.size(); ++i) {
            graph.edge(nodes[i], node, direct[i].told ? direct[i].state : "", direct[i].good);
        }
    }
    graph.end_cluster();
}

} // namespace

std::string list_dot(const Observation& observation, const Attributions& attributions) {
    Graph graph;
    for (const ListedHost& host : host_views(observation, attributions)) {
        HostGraph{graph, host};
    }
    const std::vector<SubsystemArrays> direct = asked_directly(observation, attributions);
    if (!direct.empty()) {
        const std::string host = graph.node(
            'h', {observation.hostnqn.empty() ? "asked directly" : safe_text(observation.hostnqn)},
            kHostStyle, "  ");
        for (const SubsystemArrays& subsystem : direct) {
            add_direct(graph, host, subsystem);
        }
    }
    if (!observation.unobserved.empty()) {
        std::vector<std::string> lines{"not observed"};
        for (const Unobserved& one : observation.unobserved) {
            const bool name_host = observation.kernels.size() > 1 && !one.host.empty();
            lines.push_back(safe_text(name_host ? one.host + " " + one.object : one.object));
        }
        static_cast<void>(graph.node('b', lines, kNoteStyle, "  "));
    }
    return std::move(graph).take();
}

} // namespace haoh
