// SPDX-License-Identifier: LGPL-2.1-or-later
// Controller IDs, the controller model, type and version.
#include "compare.hpp"
#include "fields.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

constexpr std::uint16_t kLastCntlid = 0xFFEF;

/// Every controller ID that a controller and the further connections to its port were given.
std::vector<std::uint16_t> given_ids(const Controller& controller) {
    std::vector<std::uint16_t> out = controller.observed->probed_cntlids;
    if (const auto own = controller.cntlid()) {
        out.insert(out.begin(), *own);
    }
    return out;
}

std::string ids_text(const Controller& controller) {
    const auto own = controller.cntlid();
    std::string text = own ? fmt::format("{}", *own) : "unknown";
    const auto& probed = controller.observed->probed_cntlids;
    if (!probed.empty()) {
        text += fmt::format(" (further connections got {})", fmt::join(probed, ", "));
    }
    return text;
}

void judge_unique(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    std::map<std::uint16_t, std::vector<const Controller*>> users;
    for (const Controller* controller : subsystem.controllers) {
        for (const std::uint16_t id : given_ids(*controller)) {
            users[id].push_back(controller);
        }
    }
    std::vector<std::uint16_t> shared;
    std::set<const Controller*> involved;
    for (const auto& [id, controllers] : users) {
        if (controllers.size() > 1) {
            shared.push_back(id);
            involved.insert(controllers.begin(), controllers.end());
        }
    }
    if (shared.empty()) {
        return;
    }
    std::vector<const Controller*> places;
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        if (involved.contains(controller)) {
            places.push_back(controller);
            values.push_back(value_of(*controller, ids_text(*controller)));
        }
    }
    constexpr std::size_t kShown = 4;
    const std::size_t shown = std::min(shared.size(), kShown);
    std::string ids = fmt::format(
        "{}", fmt::join(shared.begin(), shared.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    if (shared.size() > shown) {
        ids += fmt::format(" and {} more", shared.size() - shown);
    }
    findings.add({.rule = "ctrl.cntlid.unique",
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = fmt::format("controller {} given out twice, {}",
                                      shared.size() == 1 ? fmt::format("ID {} was", ids)
                                                         : fmt::format("IDs {} were", ids),
                                      place(places, subsystem.controllers)),
                  .values = std::move(values),
                  .verdict = {}});
}

void judge_partition(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    if (!subsystem.stretched || findings.reported("ctrl.cntlid.unique", subsystem.nqn)) {
        return;
    }
    struct Range {
        std::uint16_t first{0xFFFF};
        std::uint16_t last{};
        std::string site;
    };
    std::map<std::size_t, Range> by_site;
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        Range& range = by_site[controller->site_id];
        range.site = controller->site;
        for (const std::uint16_t id : given_ids(*controller)) {
            range.first = std::min(range.first, id);
            range.last = std::max(range.last, id);
        }
        values.push_back(value_of(*controller, ids_text(*controller)));
    }
    std::vector<Range> ranges;
    for (const auto& [site, range] : by_site) {
        if (range.first <= range.last) {
            ranges.push_back(range);
        }
    }
    std::sort(ranges.begin(), ranges.end(),
              [](const Range& a, const Range& b) { return a.first < b.first; });
    std::vector<std::string> overlapping;
    std::uint16_t reached = 0;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        if (i > 0 && ranges[i].first <= reached) {
            if (overlapping.empty()) {
                overlapping.push_back(fmt::format("{} ({}-{})", ranges[i - 1].site,
                                                  ranges[i - 1].first, ranges[i - 1].last));
            }
            overlapping.push_back(
                fmt::format("{} ({}-{})", ranges[i].site, ranges[i].first, ranges[i].last));
        }
        reached = std::max(reached, ranges[i].last);
    }
    if (overlapping.empty()) {
        return;
    }
    group_values(values);
    findings.add({.rule = "ctrl.cntlid.partitioned",
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = "controller IDs of the arrays interleave: " + join_words(overlapping),
                  .values = std::move(values),
                  .verdict = {}});
}

std::optional<std::string> id_range(const Controller& controller, const Subsystem& /*own*/) {
    for (const std::uint16_t id : given_ids(controller)) {
        if (id > kLastCntlid) {
            return fmt::format("{:04X}h", id);
        }
    }
    return std::nullopt;
}

std::optional<std::string> id_connected(const Controller& controller, const Subsystem& /*own*/) {
    if (!controller.has_connection()) {
        return std::nullopt;
    }
    const Connection& connection = controller.observed->connection;
    if (connection.cntlid != controller.id.cntlid) {
        return fmt::format("Connect {}, Identify {}", connection.cntlid, controller.id.cntlid);
    }
    if (connection.requested_cntlid <= kLastCntlid &&
        connection.requested_cntlid != connection.cntlid) {
        return fmt::format("asked for {}, Connect {}", connection.requested_cntlid,
                           connection.cntlid);
    }
    return std::nullopt;
}

std::optional<std::string> model(const Controller& controller) {
    if (!controller.has_identify) {
        return std::nullopt;
    }
    return (controller.id.fcatt & 1U) != 0 ? "static" : "dynamic";
}

std::optional<std::string> io_type(const Controller& controller, const Subsystem& subsystem) {
    const auto type = static_cast<nvme::ControllerType>(controller.id.cntrltype);
    // 1.4 introduced the field.
    const bool older =
        type == nvme::ControllerType::not_reported && controller.version() < version_number(1, 4);
    if (type == nvme::ControllerType::io || older || subsystem.nqn == nvme::kDiscoveryNqn) {
        return std::nullopt;
    }
    switch (type) {
    case nvme::ControllerType::discovery:
        return "2 (discovery)";
    case nvme::ControllerType::administrative:
        return "3 (administrative)";
    case nvme::ControllerType::not_reported:
        return "0 (not reported)";
    case nvme::ControllerType::io:
        break;
    }
    return fmt::format("{} (undefined)", controller.id.cntrltype);
}

std::optional<std::string> version_matches(const Controller& controller, const Subsystem& /*own*/) {
    const auto vs = controller.observed->property(nvme::property::vs);
    if (!vs || *vs == controller.id.ver) {
        return std::nullopt;
    }
    return fmt::format("VS {}, VER {}", format_version(static_cast<std::uint32_t>(*vs)),
                       format_version(controller.id.ver));
}

std::optional<std::string> version(const Controller& controller) {
    if (controller.version() == 0) {
        return std::nullopt;
    }
    return format_version(controller.version());
}

/// Whether any controller of one array lists one of another array. One direction is enough: the
/// other list may have been read before that controller existed.
void judge_controller_list(const Subsystem& subsystem, const Subject& /*subject*/,
                           Findings& findings) {
    std::map<std::size_t, std::set<std::uint16_t>> ids_of_site;
    for (const Controller* controller : subsystem.controllers) {
        if (const auto id = controller->cntlid()) {
            ids_of_site[controller->site_id].insert(*id);
        }
    }
    std::set<std::size_t> sites_with_list;
    bool shared = false;
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        if (!controller->observed->controller_list.ok()) {
            continue;
        }
        const auto listed = controller->observed->subsystem_controllers().cntlids;
        sites_with_list.insert(controller->site_id);
        values.push_back(value_of(
            *controller, listed.empty() ? "none" : fmt::format("{}", fmt::join(listed, ", "))));
        for (const auto& [site, ids] : ids_of_site) {
            shared = shared || (site != controller->site_id &&
                                std::any_of(listed.begin(), listed.end(),
                                            [&ids](std::uint16_t id) { return ids.contains(id); }));
        }
    }
    if (!subsystem.stretched || sites_with_list.size() < 2 || shared ||
        findings.reported("ctrl.cntlid.unique", subsystem.nqn)) {
        return;
    }
    group_values(values);
    findings.add({.rule = "ctrl.list_cns13.contains_all",
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = "no array lists a controller of the other one (Identify CNS 13h)",
                  .values = std::move(values),
                  .verdict = {}});
}

std::optional<std::string> list_order(const Controller& controller, const Subsystem& /*own*/) {
    const nvme::ControllerList list = controller.observed->subsystem_controllers();
    // A reserved ID in the list is the finding about that controller.
    const auto found =
        std::find_if(list.problems.begin(), list.problems.end(), [](const auto& problem) {
            return problem.kind != nvme::ProblemKind::bad_value;
        });
    return found == list.problems.end() ? std::nullopt : std::optional{found->text};
}

constexpr std::array kControllerIdRows{
    Row{.rule = {.id = "ctrl.cntlid.unique",
                 .title = "No controller ID is used twice in the subsystem",
                 .rule_class = RuleClass::uni,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §4.7.1.3; Linux \"Duplicate cntlid %u with %s, rejecting\"",
                 .why = "A host refuses the second controller with the same ID: the path to one "
                        "array is missing, and which one depends on the order of connecting. After "
                        "a reconnect Linux does not test again, and reservations get mixed up.",
                 .fix =
                     "Array: give each array its own range of controller IDs, for example 1-9999 "
                     "and 10000-19999 (nvmet: attr_cntlid_min and attr_cntlid_max). Host: "
                     "disconnect and connect again afterwards."},
        .judge = JudgeSubsystem{judge_unique}},
    Row{.rule = {.id = "ctrl.cntlid.partitioned",
                 .title = "Each array hands out controller IDs of its own range",
                 .rule_class = RuleClass::uni,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "practice of nvmet, SPDK, Ceph and others (attr_cntlid_min/max)",
                 .why = "No ID collides yet, but the IDs of the arrays interleave: with the next "
                        "hosts that connect, or after a restart, two controllers get the same ID "
                        "and one is refused.",
                 .fix = "Array: configure disjoint ranges of controller IDs, wide enough for all "
                        "hosts and paths."},
        .judge = JudgeSubsystem{judge_partition}},
    Row{.rule = {.id = "ctrl.cntlid.range",
                 .title = "Controller IDs are not above FFEFh",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §6.3: FFF0h to FFFFh shall not be allocated",
                 .why = "These values mean something else in Connect and in reservation reports; "
                        "hosts may refuse the controller or misread who holds a reservation.",
                 .fix = "Array: allocate controller IDs from 0 to FFEFh."},
        .judge = CheckController{.clause = "reserved controller ID", .defect = id_range}},
    Row{.rule = {.id = "ctrl.cntlid.connect_match",
                 .title = "Connect and Identify Controller give the same controller ID",
                 .rule_class = RuleClass::xrf,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §6.3; Linux \"Mismatching cntlid: Connect %u vs Identify %u, "
                          "rejecting\"",
                 .why = "Linux refuses the controller: this path is missing on every host.",
                 .fix =
                     "Array: report in Identify Controller the ID that the Connect response "
                     "allocated; in the static model, connect the controller that was asked for."},
        .judge = CheckController{.clause = "controller IDs of Connect and Identify part",
                                 .defect = id_connected,
                                 .yields_to = {"ctrl.cntlid.range"}}},
    Row{.rule = {.id = "ctrl.model.equal",
                 .title = "All controllers are static, or all are dynamic",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §3.1: all controllers of a subsystem shall have the same model",
                 .why = "A host that asks for a dynamic controller is refused by the static array, "
                        "and the other way round: paths to one array are missing.",
                 .fix = "Array: use the same controller model on both arrays (FCATT bit 0, and the "
                        "CNTLID of the discovery log)."},
        .judge = EqualControllers{.fields = {{{"controller model (FCATT)", "fcatt", model}}}}},
    Row{.rule = {.id = "ctrl.type.io",
                 .title = "The controller is an I/O controller",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §3.1.3; Linux makes no namespaces for other types",
                 .why = "Hosts send no I/O to a discovery or administrative controller: it is no "
                        "path.",
                 .fix =
                     "Array: report CNTRLTYPE 1 for controllers with namespaces. Host: connect to "
                     "the array's I/O port, not to its discovery port."},
        .judge =
            CheckController{.clause = "controller type (CNTRLTYPE) is not I/O", .defect = io_type}},
    Row{.rule = {.id = "ctrl.ver.matches_vs",
                 .title = "Identify Controller VER is the VS property",
                 .rule_class = RuleClass::xrf,
                 .severity = Severity::management,
                 .verdict = Verdict::note,
                 .basis = "Base 2.1 Figure 312: VER reports the value of VS",
                 .why = "Hosts choose commands by one or the other and disagree about what the "
                        "controller can do.",
                 .fix = "Array: report the same version in both places."},
        .judge = CheckController{.clause = "VER is not VS", .defect = version_matches}},
    Row{.rule = {.id = "ctrl.ver.domain",
                 .title = "The NVMe version is the same on all controllers",
                 .rule_class = RuleClass::dom,
                 .severity = Severity::management,
                 .verdict = Verdict::warn,
                 .basis =
                     "practice; Linux reads namespaces of VS 2.0 and later by CNS 08h, of older "
                     "ones by CNS 00h",
                 .why = "The older side lacks fields and commands that hosts use on the newer one; "
                        "what Linux reads, and so what it compares, depends on the version.",
                 .fix = "Array: bring both arrays to a release with the same NVMe version. During "
                        "that, check with --window upgrade or --window migration.",
                 .relaxed_in = static_cast<std::uint8_t>(in_window(Window::upgrade) |
                                                         in_window(Window::migration))},
        .judge = EqualControllers{.fields = {{{"NVMe version (VS)", "ver", version}}}}},
    Row{.rule = {.id = "ctrl.list_cns13.contains_all",
                 .title = "The arrays know each other's controllers",
                 .rule_class = RuleClass::xrf,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "Base 2.3 §5.2.13.2: CNS 13h lists the controllers of the NVM subsystem",
                 .why = "Two systems answer to one name without sharing controller state: "
                        "reservations, namespace attachment and ID allocation are not coordinated, "
                        "or the link between the arrays is down.",
                 .fix = "Array: look at the link and the state of replication between the arrays; "
                        "let CNS 13h list the controllers of both. Host: nothing, but do not rely "
                        "on reservations."},
        .judge = JudgeSubsystem{judge_controller_list}},
    Row{.rule = {.id = "ctrllist.ascending",
                 .title = "The controller list is well formed",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::management,
                 .verdict = Verdict::note,
                 .basis = "Base 2.3 Figure 138: controller IDs in ascending order",
                 .why = "Tools that search the list miss controllers.",
                 .fix = "Array: list each controller ID once, in ascending order."},
        .judge =
            CheckController{.clause = "malformed controller list (CNS 13h)", .defect = list_order}},
};

} // namespace

std::span<const Row> controller_id_rows() {
    return kControllerIdRows;
}

} // namespace haoh::judge
