// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/observation.hpp>

#include "base/json_text.hpp"
#include "model/field_text.hpp"
#include "model/observed_pages.hpp"
#include "snapshot/decoded_pages.hpp"
#include "snapshot/kernel_json.hpp"
#include "snapshot/observation_schema.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace haoh {

namespace {

using namespace snapshot;

using Json = nlohmann::ordered_json;

// Texts, numbers, identifiers.

Json text(std::string_view raw) {
    return base::escape_bytes(raw);
}

Json texts(const std::vector<std::string>& raw) {
    Json list = Json::array();
    for (const std::string& item : raw) {
        list.push_back(text(item));
    }
    return list;
}

template <typename Id, typename Format>
Json id_or_null(const std::optional<Id>& id, Format format) {
    return id ? Json(format(*id)) : Json(nullptr);
}

std::string hex_byte(unsigned value) {
    return fmt::format("0x{:02x}", value);
}

template <typename Names>
std::string code_name(unsigned code, const Names& names) {
    for (const auto& [value, name] : names) {
        if (value == code) {
            return name;
        }
    }
    return hex_byte(code);
}

// Raw pages.

Json page_json(const Page& page, std::size_t length) {
    switch (page.state) {
    case Page::State::not_read:
        break;
    case Page::State::ok:
        if (page.length == length) {
            return nvme::to_hex(page.bytes);
        }
        return {{"length", page.length}, {"bytes", nvme::to_hex(page.bytes)}};
    case Page::State::status:
        return {{"status", fmt::format("0x{:04x}", page.status.value)},
                {"text", nvme::describe(page.status)}};
    case Page::State::failed: {
        Json out{{"error", text(page.error)}};
        if (page.over_budget) {
            out["over_budget"] = to_string(*page.over_budget);
        }
        return out;
    }
    }
    return nullptr;
}

void add_page(Json& pages, const char* key, const Page& page, std::size_t length) {
    if (page.state != Page::State::not_read) {
        pages[key] = page_json(page, length);
    }
}

Json namespace_pages(const NamespaceObservation& path) {
    Json pages = Json::object();
    for (const model::PathPage& row : model::kPathPages) {
        add_page(pages, row.key, path.*row.page, nvme::kIdentifySize);
    }
    return pages;
}

Json controller_pages(const ControllerObservation& controller) {
    Json pages = Json::object();
    for (const model::ControllerPage& row : model::kControllerPages) {
        add_page(pages, row.key, controller.*row.page, row.length);
    }
    add_page(pages, kAnaLogPage, controller.ana.log, kAnyLength);
    if (!controller.features.empty()) {
        Json& features = pages[kFeaturePages] = Json::object();
        for (const auto& [fid, page] : controller.features) {
            features[hex_byte(fid)] = page_json(page, feature_size(fid));
        }
    }
    return pages;
}

// Decoded fields.

Json ana_json(const ControllerObservation& controller) {
    Json out{{"stable", controller.ana.stable}, {"attempts", controller.ana.attempts}};
    if (!controller.ana.log.ok()) {
        return out;
    }
    const nvme::AnaLog log = controller.ana_log();
    out["chgc"] = base::exact_number(log.chgc);
    Json& groups = out["groups"] = Json::array();
    for (const nvme::AnaGroup& group : log.groups) {
        groups.push_back({{"ana_grpid", group.agid},
                          {"ana_state", nvme::to_string(group.state)},
                          {"chgc", base::exact_number(group.chgc)},
                          {"nsids", group.nsids}});
    }
    return out;
}

/// A namespace with what is worked out once for both views of it.
struct PathView {
    const NamespaceObservation* path;
    nvme::NamespaceIds ids;
    std::optional<std::uint32_t> ana_grpid;
    std::optional<nvme::AnaState> ana_state;
};

std::vector<PathView> path_views(const ControllerObservation& controller) {
    const std::map<std::uint32_t, AnaPlace> places = controller.ana_places();
    std::vector<PathView> views;
    views.reserve(controller.namespaces.size());
    for (const NamespaceObservation& path : controller.namespaces) {
        PathView view{.path = &path, .ids = path.ids(), .ana_grpid = {}, .ana_state = {}};
        const auto place = places.find(path.nsid);
        if (place != places.end()) {
            view.ana_grpid = place->second.agid;
            view.ana_state = place->second.state;
        } else if (path.identify.ok()) {
            view.ana_grpid = path.identify_data().anagrpid;
        }
        views.push_back(view);
    }
    return views;
}

void add_ids(Json& out, const nvme::NamespaceIds& ids) {
    out["uuid"] = id_or_null(ids.uuid, nvme::format_uuid);
    out["nguid"] = id_or_null(ids.nguid, nvme::format_nguid);
    out["eui64"] = id_or_null(ids.eui64, nvme::format_eui64);
    out["csi"] = ids.csi;
}

void add_ana(Json& out, const PathView& view) {
    out["ana_grpid"] = view.ana_grpid ? Json(*view.ana_grpid) : Json(nullptr);
    out["ana_state"] = view.ana_state ? Json(nvme::to_string(*view.ana_state)) : Json(nullptr);
}

Json namespace_json(const PathView& view, bool with_pages) {
    const NamespaceObservation& path = *view.path;
    Json out{{"nsid", path.nsid}};
    add_ids(out, view.ids);
    if (path.identify.ok()) {
        const nvme::IdentifyNamespace id = path.identify_data();
        const nvme::LbaFormat& format = id.active_format();
        out["nsze"] = base::exact_number(id.nsze);
        out["ncap"] = base::exact_number(id.ncap);
        out["nuse"] = base::exact_number(id.nuse);
        out["logical_block_size"] =
            format.lbads >= 9 && format.lbads < 53 ? Json(1ULL << format.lbads) : Json(nullptr);
        out["metadata_bytes"] = format.ms;
        out["nmic"] = id.nmic;
        out["nsattr"] = id.nsattr;
    }
    add_ana(out, view);
    if (with_pages) {
        out["pages"] = namespace_pages(path);
    }
    return out;
}

Json connection_json(const Connection& connection) {
    Json out = {{"hostnqn", text(connection.hostnqn)},
                {"hostid", nvme::format_uuid(connection.hostid)},
                {"cntlid", connection.cntlid},
                {"requested_cntlid", connection.requested_cntlid},
                {"header_digest", connection.header_digest},
                {"data_digest", connection.data_digest},
                {"sq_flow_control_disabled", connection.sq_flow_control_disabled},
                {"maxh2cdata", connection.maxh2cdata}};
    if (connection.cpda) {
        out["cpda"] = *connection.cpda;
    }
    return out;
}

Json properties_json(const ControllerObservation& controller) {
    Json out = Json::object();
    for (const auto& [offset, value] : controller.properties) {
        const bool wide = offset == nvme::property::cap || value > 0xFFFFFFFFU;
        out[model::property_name(offset)] = fmt::format("0x{:0{}x}", value, wide ? 16 : 8);
    }
    return out;
}

Json controller_json(const ControllerObservation& controller, const std::vector<PathView>& paths,
                     bool with_pages) {
    Json out{{"name", text(controller.name)},         {"transport", text(controller.transport)},
             {"traddr", text(controller.traddr)},     {"trsvcid", text(controller.trsvcid)},
             {"target", text(controller.target)},     {"subsysnqn", text(controller.subsysnqn)},
             {"cntlid", controller.connection.cntlid}};
    if (!controller.host.empty()) {
        out["host"] = text(controller.host);
    }
    if (controller.identify.ok()) {
        const nvme::IdentifyController id = controller.identify_data();
        out["cntlid"] = id.cntlid;
        out["serial"] = nvme::printable(id.sn);
        out["model"] = nvme::printable(id.mn);
        out["firmware_rev"] = nvme::printable(id.fr);
    }
    out["connection"] = connection_json(controller.connection);
    out["properties"] = properties_json(controller);
    add_decoded_pages(out, controller);
    out["ana"] = ana_json(controller);
    out["active_nsids"] = controller.active_nsids ? Json(*controller.active_nsids) : Json(nullptr);
    out["active_problems"] = texts(controller.active_problems);
    Json& namespaces = out["namespaces"] = Json::array();
    for (const PathView& view : paths) {
        namespaces.push_back(namespace_json(view, with_pages));
    }
    out["probed_cntlids"] = controller.probed_cntlids;
    out["unread"] = texts(controller.unread);
    if (!controller.active_error.empty()) {
        out["active_error"] = text(controller.active_error);
    }
    if (with_pages) {
        out["pages"] = controller_pages(controller);
    }
    return out;
}

Json discovery_entry(const nvme::DiscoveryEntry& entry) {
    using Names = std::vector<std::pair<unsigned, const char*>>;
    const Names transports{{1, "rdma"}, {2, "fc"}, {3, "tcp"}, {254, "loop"}};
    const Names families{{1, "ipv4"}, {2, "ipv6"}, {3, "ib"}, {4, "fc"}, {254, "loop"}};
    const Names subsystems{{1, "discovery subsystem referral"},
                           {2, "nvme subsystem"},
                           {3, "current discovery subsystem"}};
    return {{"trtype", code_name(entry.trtype, transports)},
            {"adrfam", code_name(entry.adrfam, families)},
            {"subtype", code_name(entry.subtype, subsystems)},
            {"treq", entry.treq},
            {"portid", entry.portid},
            {"cntlid", entry.cntlid},
            {"asqsz", entry.asqsz},
            {"eflags", entry.eflags},
            {"trsvcid", text(entry.trsvcid)},
            {"subnqn", text(entry.subnqn)},
            {"traddr", text(entry.traddr)}};
}

Json discovery_json(const DiscoveryObservation& discovery, bool with_pages) {
    Json out{{"target", text(discovery.target)},
             {"address", text(discovery.address)},
             {"stable", discovery.stable}};
    if (discovery.log.ok()) {
        const nvme::DiscoveryLog log = discovery.entries();
        out["genctr"] = base::exact_number(log.genctr);
        Json& entries = out["entries"] = Json::array();
        for (const nvme::DiscoveryEntry& entry : log.entries) {
            entries.push_back(discovery_entry(entry));
        }
    }
    if (with_pages) {
        Json& pages = out["pages"] = Json::object();
        add_page(pages, kDiscoveryLogPage, discovery.log, kAnyLength);
    }
    return out;
}

// The view by subsystem: what controllers say is one namespace, and the paths to it.

Json subsystem_json(const std::string& subsysnqn, const Observation& observation,
                    const std::vector<std::vector<PathView>>& paths) {
    using Key = std::pair<std::uint32_t, nvme::NamespaceIds>;
    Json controllers = Json::array();
    std::map<Key, Json> namespaces;
    for (std::size_t i = 0; i < observation.controllers.size(); ++i) {
        const ControllerObservation& controller = observation.controllers[i];
        if (controller.subsysnqn != subsysnqn) {
            continue;
        }
        const Json name = text(controller.name);
        controllers.push_back(name);
        for (const PathView& view : paths[i]) {
            Json path{{"controller", name}};
            add_ana(path, view);
            namespaces.try_emplace(Key{view.path->nsid, view.ids}, Json::array())
                .first->second.push_back(std::move(path));
        }
    }
    Json out{{"subsysnqn", text(subsysnqn)}, {"controllers", std::move(controllers)}};
    Json& list = out["namespaces"] = Json::array();
    for (auto& [key, paths_to_it] : namespaces) {
        Json entry{{"nsid", key.first}};
        add_ids(entry, key.second);
        entry["paths"] = std::move(paths_to_it);
        list.push_back(std::move(entry));
    }
    return out;
}

Json subsystems_json(const Observation& observation,
                     const std::vector<std::vector<PathView>>& paths) {
    Json out = Json::array();
    std::vector<std::string> seen;
    for (const ControllerObservation& controller : observation.controllers) {
        if (std::find(seen.begin(), seen.end(), controller.subsysnqn) == seen.end()) {
            seen.push_back(controller.subsysnqn);
            out.push_back(subsystem_json(controller.subsysnqn, observation, paths));
        }
    }
    return out;
}

} // namespace

std::string to_json(const Observation& observation, bool with_pages) {
    std::vector<std::vector<PathView>> paths;
    paths.reserve(observation.controllers.size());
    for (const ControllerObservation& controller : observation.controllers) {
        paths.push_back(path_views(controller));
    }
    Json out{{"schema", kObservationSchema},
             {"observed_at", text(observation.observed_at)},
             {"hostnqn", text(observation.hostnqn)},
             {"hostid", text(observation.hostid)},
             {"subsystems", subsystems_json(observation, paths)}};
    Json& controllers = out["controllers"] = Json::array();
    for (std::size_t i = 0; i < paths.size(); ++i) {
        controllers.push_back(controller_json(observation.controllers[i], paths[i], with_pages));
    }
    Json& discovery = out["discovery"] = Json::array();
    for (const DiscoveryObservation& log : observation.discovery) {
        discovery.push_back(discovery_json(log, with_pages));
    }
    Json& unobserved = out["unobserved"] = Json::array();
    for (const Unobserved& failure : observation.unobserved) {
        Json one{{"object", text(failure.object)},
                 {"target", text(failure.target)},
                 {"subsysnqn", text(failure.subsysnqn)},
                 {"error", text(failure.error)},
                 {"reason", to_string(failure.reason)}};
        if (!failure.host.empty()) {
            one["host"] = text(failure.host);
        }
        unobserved.push_back(std::move(one));
    }
    // Left out where arrays were asked directly: what older versions wrote has no such key either.
    if (!observation.kernels.empty()) {
        Json& kernels = out["kernels"] = Json::array();
        for (const KernelObservation& kernel : observation.kernels) {
            kernels.push_back(kernel_json(kernel));
        }
    }
    return base::lay_out(out);
}

} // namespace haoh
