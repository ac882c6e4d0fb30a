// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/policy_report.hpp>

#include "base/json_text.hpp"
#include "report/text/json.hpp"

#include <haoh/kernel_policy.hpp>
#include <haoh/selector_info.hpp>

#include <fmt/format.h>

namespace haoh {
namespace {

using report::Json;
using report::put_text;

/// Names and states come from sysfs, or from whoever recorded a tree.
Json text(std::string_view raw) {
    return base::escape_bytes(raw);
}

Json head_of(std::string_view kind, std::string_view host, std::string_view release) {
    Json out{{"schema", "haoh.policy/1"}, {"kind", kind}};
    put_text(out, "host", host);
    put_text(out, "release", release);
    return out;
}

Json names(const std::vector<std::string>& all) {
    Json out = Json::array();
    for (const std::string& one : all) {
        out.push_back(text(one));
    }
    return out;
}

Json json_of(const NodeChoice& node) {
    Json out{{"node", node.node},
             {"next", to_string(node.next)},
             {"takes", names(node.takes)},
             {"certainty", to_string(node.certainty)},
             {"why", text(node.why)}};
    if (!node.others.empty()) {
        out["others"] = Json::array();
        for (const PathNotTaken& other : node.others) {
            out["others"].push_back({{"path", text(other.path)}, {"why", text(other.why)}});
        }
    }
    return out;
}

Json json_of(const std::vector<NodeChoice>& nodes) {
    Json out = Json::array();
    for (const NodeChoice& node : nodes) {
        out.push_back(json_of(node));
    }
    return out;
}

Json json_of(const ExplainedPath& path) {
    Json out{{"path", text(path.path)}, {"controller", text(path.controller)}};
    put_text(out, "site", path.array);
    put_text(out, "state", path.controller_state);
    put_text(out, "ana_state", path.ana_state);
    out["numa_node"] = path.numa_node ? Json(*path.numa_node) : Json(-1);
    if (path.numa_nodes) {
        out["numa_nodes"] = *path.numa_nodes;
    }
    if (path.queue_depth) {
        out["queue_depth"] = base::exact_number(*path.queue_depth);
    }
    out["usable"] = path.use.usable();
    if (!path.use.usable()) {
        put_text(out, "why", to_string(path.use));
    }
    return out;
}

void put_device(Json& out, const PathChoice& device) {
    out["device"] = text(device.device);
    if (device.nsid) {
        out["nsid"] = *device.nsid;
    }
    out["multipath"] = device.multipath;
    out["paths"] = Json::array();
    for (const ExplainedPath& path : device.paths) {
        out["paths"].push_back(json_of(path));
    }
    out["nodes"] = json_of(device.nodes);
}

Json json_of(const PathShare& share) {
    Json out{{"path", text(share.path)}, {"known", share.known}};
    if (share.known) {
        out["requests"] = base::exact_number(share.requests);
        out["read_bytes"] = base::exact_number(share.read_bytes);
        out["write_bytes"] = base::exact_number(share.write_bytes);
        out["share"] = share.share;
    }
    return out;
}

} // namespace

std::string policy_list_json(std::string_view release) {
    Json out = head_of("list", {}, release);
    out["policies"] = Json::array();
    for (const KernelPolicyInfo& policy : kernel_policies()) {
        const Presence presence = presence_of(policy.policy, release);
        out["policies"].push_back(
            {{"policy", policy.name},
             {"offered",
              presence == Presence::unknown ? Json() : Json(presence == Presence::present)},
             {"since", fmt::format("{}.{}", policy.since.major, policy.since.minor)},
             {"how", policy.how},
             {"right", policy.right},
             {"wrong", policy.wrong}});
    }
    out["selectors"] = Json::array();
    for (const SelectorInfo& selector : selector_infos()) {
        out["selectors"].push_back({{"selector", selector.name},
                                    {"how", selector.how},
                                    {"right", selector.right},
                                    {"wrong", selector.wrong}});
    }
    return report::dump(out);
}

std::string to_json(const PolicyOverview& overview) {
    Json out = head_of("show", overview.host, overview.release);
    if (overview.multipath) {
        out["multipath_parameter"] = *overview.multipath ? "Y" : "N"; // as the kernel prints it
    }
    put_text(out, "default_policy", overview.default_policy.text());
    out["udev_rules"] = names(overview.udev);
    out["measured_ms"] = overview.measured.count();
    out["subsystems"] = Json::array();
    for (const SubsystemPolicy& subsystem : overview.subsystems) {
        Json one{{"subsystem", text(subsystem.subsystem)}};
        put_text(one, "subsysnqn", subsystem.subsysnqn);
        put_text(one, "policy", subsystem.policy.text());
        one["devices"] = Json::array();
        for (const PathChoice& device : subsystem.devices) {
            put_device(one["devices"].emplace_back(Json::object()), device);
        }
        one["shares"] = Json::array();
        for (const PathShare& share : subsystem.shares) {
            one["shares"].push_back(json_of(share));
        }
        out["subsystems"].push_back(std::move(one));
    }
    return report::dump(out);
}

std::string to_json(const PathChoice& choice) {
    Json out = head_of("explain", choice.host, choice.release);
    out["subsystem"] = text(choice.subsystem);
    put_text(out, "subsysnqn", choice.subsysnqn);
    put_text(out, "policy", choice.policy.text());
    put_device(out, choice);
    out["losses"] = Json::array();
    for (const LossOutcome& loss : choice.losses) {
        out["losses"].push_back({{"lost", loss.array ? "array" : "path"},
                                 {"name", text(loss.name)},
                                 {"paths", names(loss.paths)},
                                 {"changes", loss.changes},
                                 {"nodes", json_of(loss.nodes)}});
    }
    out["notes"] = names(choice.notes);
    return report::dump(out);
}

} // namespace haoh
