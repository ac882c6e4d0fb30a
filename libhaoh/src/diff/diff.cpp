// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/supported_logs.hpp>
#include <haoh/observation.hpp>

#include "base/safe_text.hpp"
#include "diff/ana_diff.hpp"
#include "diff/discovery_diff.hpp"
#include "diff/kernel_diff.hpp"
#include "diff/match.hpp"
#include "diff/namespace_diff.hpp"
#include "diff/page_diff.hpp"
#include "model/field_text.hpp"
#include "model/observed_pages.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace haoh {

namespace {

using namespace differ;

/// Controller IDs of `before` by the IDs of the same controllers in `after`, for each subsystem.
using Renumbering = std::map<std::pair<std::string, std::uint16_t>, std::uint16_t>;

/// Differences of one controller, or of the observation when it has no name.
class Findings {
  public:
    Findings(std::string controller, std::vector<Difference>& out)
        : controller_(std::move(controller)), out_(out) {}

    void add(FieldChange change, std::optional<std::uint32_t> nsid = {}) {
        Difference::Kind kind = Difference::Kind::changed;
        if (change.before.empty()) {
            kind = Difference::Kind::added;
        } else if (change.after.empty()) {
            kind = Difference::Kind::removed;
        }
        out_.push_back({.kind = kind,
                        .controller = controller_,
                        .nsid = nsid,
                        .field = std::move(change.field),
                        .before = std::move(change.before),
                        .after = std::move(change.after)});
    }
    void add(std::vector<FieldChange> changes, std::optional<std::uint32_t> nsid = {}) {
        for (FieldChange& change : changes) {
            add(std::move(change), nsid);
        }
    }
    /// A difference only if the two texts are not the same.
    void compare(const char* field, std::string before, std::string after,
                 std::optional<std::uint32_t> nsid = {}) {
        if (before != after) {
            add({.field = field, .before = std::move(before), .after = std::move(after)}, nsid);
        }
    }

  private:
    std::string controller_;
    std::vector<Difference>& out_;
};

std::string yes_no(bool value) {
    return value ? "yes" : "no";
}

// Namespaces.

/// Which namespaces a controller says it has.
std::set<std::uint32_t> nsids_of(const ControllerObservation& controller) {
    std::set<std::uint32_t> nsids;
    if (controller.active_nsids) {
        nsids.insert(controller.active_nsids->begin(), controller.active_nsids->end());
    }
    for (const NamespaceObservation& path : controller.namespaces) {
        nsids.insert(path.nsid);
    }
    return nsids;
}

/// The fields of a namespace that changed in its pages, for each NSID.
using NamespaceChanges = std::map<std::uint32_t, std::vector<FieldChange>>;

NamespaceChanges compare_namespaces(const ControllerObservation& before,
                                    const ControllerObservation& after, Findings& findings) {
    NamespaceChanges changes;
    const auto list_text = [](const ControllerObservation& controller) {
        return controller.active_nsids ? "read" : "not readable";
    };
    findings.compare("active_nsids", list_text(before), list_text(after));
    if (before.active_nsids && after.active_nsids) {
        const std::set<std::uint32_t> a = nsids_of(before);
        const std::set<std::uint32_t> b = nsids_of(after);
        for (const std::uint32_t nsid : a) {
            if (!b.contains(nsid)) {
                changes[nsid] = {{.field = "namespace", .before = "active", .after = ""}};
            }
        }
        for (const std::uint32_t nsid : b) {
            if (!a.contains(nsid)) {
                changes[nsid] = {{.field = "namespace", .before = "", .after = "active"}};
            }
        }
    }
    for (const NamespaceObservation& path : before.namespaces) {
        if (const NamespaceObservation* now = after.find_namespace(path.nsid)) {
            std::vector<FieldChange> changed = changed_namespace(path, *now);
            if (!changed.empty()) {
                changes[path.nsid] = std::move(changed);
            }
        }
    }
    return changes;
}

/// ANA state and group of each namespace, where the namespace itself did not come or go.
void compare_ana(const ControllerObservation& before, const ControllerObservation& after,
                 NamespaceChanges& namespaces, Findings& findings) {
    AnaChanges ana = changed_ana(before.ana, after.ana);
    findings.add(std::move(ana.log));
    for (auto& [nsid, changes] : ana.namespaces) {
        std::vector<FieldChange>& known = namespaces[nsid];
        if (has(known, "namespace")) {
            continue;
        }
        for (FieldChange& change : changes) {
            // A namespace that moved to another group says so in Identify as well.
            const FieldChange same{
                .field = "anagrpid", .before = change.before, .after = change.after};
            if (std::find(known.begin(), known.end(), same) == known.end()) {
                known.push_back(std::move(change));
            }
        }
    }
}

// Controllers.

void compare_connection(const ControllerObservation& before, const ControllerObservation& after,
                        Findings& findings) {
    const Connection& a = before.connection;
    const Connection& b = after.connection;
    findings.compare("target", before.target, after.target);
    findings.compare("hostnqn", a.hostnqn, b.hostnqn);
    findings.compare("hostid", nvme::format_uuid(a.hostid), nvme::format_uuid(b.hostid));
    findings.compare("requested_cntlid", fmt::format("0x{:04x}", a.requested_cntlid),
                     fmt::format("0x{:04x}", b.requested_cntlid));
    findings.compare("header_digest", yes_no(a.header_digest), yes_no(b.header_digest));
    findings.compare("data_digest", yes_no(a.data_digest), yes_no(b.data_digest));
    findings.compare("sq_flow_control_disabled", yes_no(a.sq_flow_control_disabled),
                     yes_no(b.sq_flow_control_disabled));
    findings.compare("maxh2cdata", std::to_string(a.maxh2cdata), std::to_string(b.maxh2cdata));
    if (a.cpda && b.cpda) { // a snapshot from before it was kept says nothing of it
        findings.compare("cpda", std::to_string(*a.cpda), std::to_string(*b.cpda));
    }
}

void compare_properties(const ControllerObservation& before, const ControllerObservation& after,
                        Findings& findings) {
    std::set<std::uint32_t> offsets;
    for (const ControllerObservation* controller : {&before, &after}) {
        for (const auto& [offset, value] : controller->properties) {
            offsets.insert(offset);
        }
    }
    const auto text = [](std::optional<std::uint64_t> value) {
        return value ? fmt::format("0x{:08x}", *value) : std::string{};
    };
    for (const std::uint32_t offset : offsets) {
        findings.compare(model::property_name(offset).c_str(), text(before.property(offset)),
                         text(after.property(offset)));
    }
}

void compare_features(const ControllerObservation& before, const ControllerObservation& after,
                      Findings& findings) {
    const auto text = [](std::uint8_t fid, const Page& page) {
        return nvme::feature_data_bytes(fid) != 0
                   ? nvme::to_hex(page.bytes)
                   : fmt::format("0x{:08x}", nvme::load_le<std::uint32_t>(page.bytes, 0));
    };
    for (const auto& [fid, page] : before.features) {
        const auto found = after.features.find(fid);
        if (found == after.features.end() || fid == nvme::fid::timestamp) {
            continue;
        }
        const std::string name = fmt::format("feature 0x{:02x}", fid);
        if (page.ok() && found->second.ok()) {
            findings.compare(name.c_str(), text(fid, page), text(fid, found->second));
        } else {
            findings.add(changed_page(name, page, found->second, {}));
        }
    }
}

void compare_supported_logs(nvme::ByteView before, nvme::ByteView after, Findings& findings) {
    const auto a = nvme::decode_supported_logs(before);
    const auto b = nvme::decode_supported_logs(after);
    const auto text = [](std::uint32_t entry) {
        return entry == 0 ? std::string{} : fmt::format("0x{:08x}", entry);
    };
    for (std::size_t lid = 0; lid < a.lids.size(); ++lid) {
        findings.compare(fmt::format("log 0x{:02x}", lid).c_str(), text(a.lids[lid]),
                         text(b.lids[lid]));
    }
}

/// The fields by which a page is compared; empty: it has none, or is compared otherwise.
std::span<const nvme::FieldRange> fields_of(const model::ControllerPage& row) {
    if (row.page == &ControllerObservation::identify) {
        return nvme::identify_controller_fields();
    }
    if (row.page == &ControllerObservation::nvm_controller) {
        return nvme::identify_controller_nvm_fields();
    }
    return {};
}

/// What differs in a page field by field; of other pages than Identify with the page's name.
void compare_fields(const model::ControllerPage& row, const Match& match, Findings& findings) {
    const std::string name = row.key;
    const bool identify = row.page == &ControllerObservation::identify;
    std::vector<FieldChange> changes =
        changed_page(name, match.before->*row.page, match.after->*row.page, fields_of(row));
    if (identify && match.renumbered) {
        drop(changes, "cntlid");
    }
    for (FieldChange& change : changes) {
        if (!identify && change.field.find(name) == std::string::npos) {
            change.field = name + " " + change.field;
        }
    }
    findings.add(std::move(changes));
}

void compare_commands_log(nvme::ByteView before, nvme::ByteView after, Findings& findings) {
    const auto a = nvme::decode_commands_log(before);
    const auto b = nvme::decode_commands_log(after);
    const auto text = [](std::uint32_t entry) {
        return entry == 0 ? std::string{} : fmt::format("0x{:08x}", entry);
    };
    for (std::size_t opcode = 0; opcode < a.admin.size(); ++opcode) {
        findings.compare(fmt::format("admin command 0x{:02x}", opcode).c_str(),
                         text(a.admin[opcode]), text(b.admin[opcode]));
        findings.compare(fmt::format("I/O command 0x{:02x}", opcode).c_str(), text(a.io[opcode]),
                         text(b.io[opcode]));
    }
}

void compare_firmware_log(nvme::ByteView before, nvme::ByteView after, Findings& findings) {
    const auto a = nvme::decode_firmware_log(before);
    const auto b = nvme::decode_firmware_log(after);
    const auto number = [](unsigned slot) {
        return slot == 0 ? std::string{} : std::to_string(slot);
    };
    findings.compare("firmware slot in use", number(a.active_slot()), number(b.active_slot()));
    findings.compare("firmware slot after a reset", number(a.next_slot()), number(b.next_slot()));
    const auto text = [](const std::array<std::uint8_t, 8>& revision) {
        return nvme::all_zero(revision) ? std::string{} : nvme::printable(revision);
    };
    for (std::size_t slot = 0; slot < nvme::kFirmwareSlots; ++slot) {
        findings.compare(fmt::format("firmware slot {}", slot + 1).c_str(), text(a.frs[slot]),
                         text(b.frs[slot]));
    }
}

/// The IDs of CNS 13h without those of the short connections that only probed for IDs. With
/// `renumbering` they are those of `after`.
std::set<std::uint16_t> listed_cntlids(const ControllerObservation& controller,
                                       const Observation& observation,
                                       const Renumbering* renumbering) {
    std::set<std::uint16_t> listed;
    for (const std::uint16_t cntlid : controller.subsystem_controllers().cntlids) {
        listed.insert(cntlid);
    }
    for (const ControllerObservation& other : observation.controllers) {
        if (other.subsysnqn == controller.subsysnqn) {
            for (const std::uint16_t cntlid : other.probed_cntlids) {
                listed.erase(cntlid);
            }
        }
    }
    if (renumbering == nullptr) {
        return listed;
    }
    std::set<std::uint16_t> renumbered;
    for (const std::uint16_t cntlid : listed) {
        const auto found = renumbering->find({controller.subsysnqn, cntlid});
        renumbered.insert(found == renumbering->end() ? cntlid : found->second);
    }
    return renumbered;
}

/// Two observations and what is known of both as wholes.
struct Scene {
    const Observation& before;
    const Observation& after;
    Renumbering renumbering;
};

/// The IDs that only one of two lists has.
template <typename Id>
void compare_ids(const char* field, const std::set<Id>& was, const std::set<Id>& is,
                 Findings& findings) {
    for (const Id id : was) {
        if (!is.contains(id)) {
            findings.add({.field = field, .before = std::to_string(id), .after = ""});
        }
    }
    for (const Id id : is) {
        if (!was.contains(id)) {
            findings.add({.field = field, .before = "", .after = std::to_string(id)});
        }
    }
}

std::set<std::uint32_t> nsids_of(const Page& page) {
    const nvme::NamespaceList list = nvme::decode_namespace_list(page.whole());
    return {list.nsids.begin(), list.nsids.end()};
}

std::set<std::uint16_t> domains_of(const Page& page) {
    std::set<std::uint16_t> out;
    for (const nvme::DomainEntry& domain : nvme::decode_domain_list(page.bytes)) {
        out.insert(domain.domainid);
    }
    return out;
}

/// A page of both by what it says, where that is not fields.
void compare_page(const model::ControllerPage& row, const Scene& scene, const Match& match,
                  Findings& findings) {
    const Page& before = match.before->*row.page;
    const Page& after = match.after->*row.page;
    const bool lists = row.page == &ControllerObservation::controller_list;
    if (!before.ok() || !after.ok() || (before == after && !lists)) {
        compare_fields(row, match, findings);
    } else if (lists) { // the same IDs may be of other controllers
        compare_ids(row.key, listed_cntlids(*match.before, scene.before, &scene.renumbering),
                    listed_cntlids(*match.after, scene.after, nullptr), findings);
    } else if (row.page == &ControllerObservation::supported_logs) {
        compare_supported_logs(before.bytes, after.bytes, findings);
    } else if (row.page == &ControllerObservation::commands_log) {
        compare_commands_log(before.bytes, after.bytes, findings);
    } else if (row.page == &ControllerObservation::firmware_log) {
        compare_firmware_log(before.bytes, after.bytes, findings);
    } else if (row.page == &ControllerObservation::allocated_nsids) {
        compare_ids(row.key, nsids_of(before), nsids_of(after), findings);
    } else if (row.page == &ControllerObservation::domain_list) {
        compare_ids(row.key, domains_of(before), domains_of(after), findings);
    } else {
        compare_fields(row, match, findings);
    }
}

void compare_clauses(const char* field, const std::vector<std::string>& before,
                     const std::vector<std::string>& after, Findings& findings) {
    for (const std::string& clause : before) {
        if (std::find(after.begin(), after.end(), clause) == after.end()) {
            findings.add({.field = field, .before = clause, .after = ""});
        }
    }
    for (const std::string& clause : after) {
        if (std::find(before.begin(), before.end(), clause) == before.end()) {
            findings.add({.field = field, .before = "", .after = clause});
        }
    }
}

/// What a controller is called in a difference: names of sysfs need their host when there are more.
std::string label_of(const ControllerObservation& controller, const Observation& observation) {
    return controller.host.empty() || observation.kernels.size() < 2
               ? controller.name
               : controller.host + " " + controller.name;
}

void compare_controllers(const Scene& scene, const Match& match, std::vector<Difference>& out) {
    const ControllerObservation& before = *match.before;
    const ControllerObservation& after = *match.after;
    Findings findings(label_of(after, scene.after), out);
    compare_connection(before, after, findings);
    compare_properties(before, after, findings);
    for (const model::ControllerPage& row : model::kControllerPages) {
        compare_page(row, scene, match, findings);
    }
    compare_features(before, after, findings);
    compare_clauses("active_problems", before.active_problems, after.active_problems, findings);
    compare_clauses("unread", before.unread, after.unread, findings);
    NamespaceChanges namespaces = compare_namespaces(before, after, findings);
    compare_ana(before, after, namespaces, findings);
    for (auto& [nsid, changes] : namespaces) {
        findings.add(std::move(changes), nsid);
    }
}

// The observation.

void compare_unobserved(const Observation& before, const Observation& after,
                        std::vector<Difference>& out) {
    using Key = std::tuple<std::string, std::string, std::string, std::string>;
    const bool several_hosts = before.kernels.size() > 1 || after.kernels.size() > 1;
    const auto key_of = [&](const Unobserved& failure) {
        return Key{several_hosts ? failure.host : std::string(), failure.object, failure.target,
                   failure.subsysnqn};
    };
    std::map<Key, std::pair<std::set<std::string>, std::set<std::string>>> failures;
    for (const Unobserved& failure : before.unobserved) {
        failures[key_of(failure)].first.insert(failure.error);
    }
    for (const Unobserved& failure : after.unobserved) {
        failures[key_of(failure)].second.insert(failure.error);
    }
    for (const auto& [key, errors] : failures) {
        const auto& [host, object, target, subsysnqn] = key;
        Findings(host.empty() ? object : host + " " + object, out)
            .compare("unobserved", fmt::format("{}", fmt::join(errors.first, "; ")),
                     fmt::format("{}", fmt::join(errors.second, "; ")));
    }
}

void compare_discovery(const Observation& before, const Observation& after,
                       std::vector<Difference>& out) {
    using Key = std::pair<std::string, std::string>;
    using Log = const DiscoveryObservation*;
    std::map<Key, std::pair<Log, Log>> logs;
    for (const DiscoveryObservation& log : before.discovery) {
        logs[{log.target, log.address}].first = &log;
    }
    for (const DiscoveryObservation& log : after.discovery) {
        logs[{log.target, log.address}].second = &log;
    }
    for (const auto& [key, both] : logs) {
        Findings findings("discovery " + key.second, out);
        if (both.first == nullptr) {
            findings.add({.field = "discovery_log", .before = "", .after = "observed"});
        } else if (both.second == nullptr) {
            findings.add({.field = "discovery_log", .before = "observed", .after = ""});
        } else {
            findings.add(changed_discovery(*both.first, *both.second));
        }
    }
}

Renumbering renumbering_of(const std::vector<Match>& matches) {
    Renumbering renumbering;
    for (const Match& match : matches) {
        if (match.before != nullptr && match.after != nullptr) {
            renumbering[{match.before->subsysnqn, match.before->connection.cntlid}] =
                match.after->connection.cntlid;
        }
    }
    return renumbering;
}

} // namespace

std::vector<Difference> diff(const Observation& before, const Observation& after) {
    std::vector<Difference> out;
    Findings findings({}, out);
    findings.compare("hostnqn", before.hostnqn, after.hostnqn);
    findings.compare("hostid", before.hostid, after.hostid);
    const std::vector<Match> matches = match_controllers(before, after);
    const Scene scene{.before = before, .after = after, .renumbering = renumbering_of(matches)};
    for (const Match& match : matches) {
        if (match.before == nullptr) {
            Findings(label_of(*match.after, after), out)
                .add({.field = "controller", .before = "", .after = "observed"});
        } else if (match.after == nullptr) {
            Findings(label_of(*match.before, before), out)
                .add({.field = "controller", .before = "observed", .after = ""});
        } else {
            compare_controllers(scene, match, out);
        }
    }
    compare_discovery(before, after, out);
    compare_unobserved(before, after, out);
    add_kernel_differences(before.kernels, after.kernels, out);
    for (Difference& difference : out) {
        difference.before = base::safe_text(difference.before);
        difference.after = base::safe_text(difference.after);
    }
    std::stable_sort(out.begin(), out.end(), [](const Difference& a, const Difference& b) {
        return std::tie(a.controller, a.nsid, a.field) < std::tie(b.controller, b.nsid, b.field);
    });
    return out;
}

} // namespace haoh
