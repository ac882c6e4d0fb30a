// SPDX-License-Identifier: LGPL-2.1-or-later
// Controller IDs, the controller model, type and version.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/kernel_effects.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kCtrlCntlidPartitioned;
extern const Row kCtrlListCns13ContainsAll;

constexpr std::uint16_t kLastCntlid = 0xFFEF;

/// Whether an ID was given out twice: to two controllers that exist, or to one and a further
/// connection beside it. Two further connections, one after the other, may get the same of one array.
bool id_given_twice(std::uint16_t id, const std::vector<const Controller*>& users,
                    bool arrays_known) {
    if (users.size() < 2) {
        return false;
    }
    const bool exists = std::any_of(users.begin(), users.end(),
                                    [id](const Controller* one) { return one->cntlid() == id; });
    const bool one_array = std::all_of(users.begin(), users.end(), [&users](const Controller* one) {
        return one->array_id == users.front()->array_id;
    });
    return exists || (!one_array && arrays_known);
}

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
    std::size_t given = 0;
    for (const Controller* controller : subsystem.controllers) {
        for (const std::uint16_t id : given_ids(*controller)) {
            users[id].push_back(controller);
            ++given;
        }
        if (!controller->cntlid() && subsystem.controllers.size() > 1) {
            findings.unknown(kCtrlCntlidUnique);
        }
    }
    if (given > 1) {
        findings.judged(kCtrlCntlidUnique);
    }
    std::vector<std::uint16_t> shared;
    std::set<const Controller*> involved;
    for (const auto& [id, controllers] : users) {
        if (id_given_twice(id, controllers, subsystem.arrays_known)) {
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
    findings.add({.row = kCtrlCntlidUnique,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = fmt::format("controller {} given out twice, {}",
                                      shared.size() == 1 ? fmt::format("ID {} was", ids)
                                                         : fmt::format("IDs {} were", ids),
                                      place(places, subsystem.controllers)),
                  .values = std::move(values),
                  .verdict = {}});
}

/// The controller IDs that an array has given.
struct IdRange {
    std::uint16_t first{0xFFFF};
    std::uint16_t last{};
    std::string array;
};

std::string range_text(const IdRange& range) {
    return fmt::format("{} ({}-{})", range.array, range.first, range.last);
}

/// Of the arrays of which an ID is known, ascending.
std::vector<IdRange> ranges_of(const Subsystem& subsystem) {
    std::map<std::size_t, IdRange> by_array;
    for (const Controller* controller : subsystem.controllers) {
        IdRange& range = by_array[controller->array_id];
        range.array = controller->array;
        for (const std::uint16_t id : given_ids(*controller)) {
            range.first = std::min(range.first, id);
            range.last = std::max(range.last, id);
        }
    }
    std::vector<IdRange> ranges;
    for (const auto& [array, range] : by_array) {
        if (range.first <= range.last) {
            ranges.push_back(range);
        }
    }
    std::sort(ranges.begin(), ranges.end(),
              [](const IdRange& a, const IdRange& b) { return a.first < b.first; });
    return ranges;
}

void judge_partition(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    if (!subsystem.stretched) {
        return;
    }
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        values.push_back(value_of(*controller, ids_text(*controller)));
        if (!controller->cntlid()) {
            findings.unknown(kCtrlCntlidPartitioned);
        }
    }
    const std::vector<IdRange> ranges = ranges_of(subsystem);
    if (ranges.size() > 1) {
        findings.judged(kCtrlCntlidPartitioned);
    }
    std::vector<std::string> overlapping;
    std::uint16_t reached = 0;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        if (i > 0 && ranges[i].first <= reached) {
            if (overlapping.empty()) {
                overlapping.push_back(range_text(ranges[i - 1]));
            }
            overlapping.push_back(range_text(ranges[i]));
        }
        reached = std::max(reached, ranges[i].last);
    }
    if (overlapping.empty()) {
        return;
    }
    group_values(values);
    findings.add({.row = kCtrlCntlidPartitioned,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = "controller IDs of the arrays interleave: " + join_words(overlapping),
                  .values = std::move(values),
                  .verdict = {}});
}

Answer id_range(const Controller& controller, const Subsystem& /*own*/) {
    for (const std::uint16_t id : given_ids(controller)) {
        if (id > kLastCntlid) {
            return Answer::broken(fmt::format("{:04X}h", id));
        }
    }
    return Answer::holds();
}

Answer id_connected(const Controller& controller, const Subsystem& /*own*/) {
    if (!controller.has_connection()) {
        return Answer::not_asked();
    }
    const Connection& connection = controller.observed->connection;
    if (connection.cntlid != controller.id.cntlid) {
        return Answer::broken(
            fmt::format("Connect {}, Identify {}", connection.cntlid, controller.id.cntlid));
    }
    if (connection.requested_cntlid <= kLastCntlid &&
        connection.requested_cntlid != connection.cntlid) {
        return Answer::broken(fmt::format("asked for {}, Connect {}", connection.requested_cntlid,
                                          connection.cntlid));
    }
    return Answer::holds();
}

std::optional<std::string> model(const Controller& controller) {
    if (!controller.has_identify) {
        return std::nullopt;
    }
    return (controller.id.fcatt & 1U) != 0 ? "static" : "dynamic";
}

Answer version_matches(const Controller& controller, const Subsystem& /*own*/) {
    const auto vs = controller.observed->property(nvme::property::vs);
    if (!vs) {
        return no_property(controller);
    }
    if (*vs == controller.id.ver) {
        return Answer::holds();
    }
    return Answer::broken(fmt::format("VS {}, VER {}",
                                      format_version(static_cast<std::uint32_t>(*vs)),
                                      format_version(controller.id.ver)));
}

std::optional<std::string> version(const Controller& controller) {
    if (controller.version() == 0) {
        return std::nullopt;
    }
    return format_version(controller.version());
}

using IdsOfArrays = std::map<std::size_t, std::set<std::uint16_t>>;

IdsOfArrays ids_of_arrays(const Subsystem& subsystem) {
    IdsOfArrays out;
    for (const Controller* controller : subsystem.controllers) {
        if (const auto id = controller->cntlid()) {
            out[controller->array_id].insert(*id);
        }
    }
    return out;
}

bool lists_other_array(const Controller& controller, const std::vector<std::uint16_t>& listed,
                       const IdsOfArrays& ids) {
    return std::any_of(ids.begin(), ids.end(), [&](const auto& array) {
        return array.first != controller.array_id &&
               std::any_of(listed.begin(), listed.end(),
                           [&array](std::uint16_t id) { return array.second.contains(id); });
    });
}

/// Not that the controller has no list: it could not be read.
bool list_unread(const Controller& controller) {
    return !controller.has_identify ||
           controller.observed->controller_list.state == Page::State::failed;
}

/// Whether any controller of one array lists one of another array. One direction is enough: the
/// other list may have been read before that controller existed.
void judge_controller_list(const Subsystem& subsystem, const Subject& /*subject*/,
                           Findings& findings) {
    if (!subsystem.stretched) {
        return;
    }
    const IdsOfArrays ids = ids_of_arrays(subsystem);
    std::set<std::size_t> arrays_with_list;
    bool shared = false;
    std::size_t unread = 0;
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        if (!controller->observed->controller_list.ok()) {
            unread += list_unread(*controller) ? 1U : 0U;
            continue;
        }
        const auto listed = controller->observed->subsystem_controllers().cntlids;
        arrays_with_list.insert(controller->array_id);
        values.push_back(value_of(
            *controller, listed.empty() ? "none" : fmt::format("{}", fmt::join(listed, ", "))));
        shared = shared || lists_other_array(*controller, listed, ids);
    }
    if (shared) {
        findings.judged(kCtrlListCns13ContainsAll);
        return;
    }
    if (unread > 0) {
        findings.unknown(kCtrlListCns13ContainsAll);
    }
    if (arrays_with_list.size() < 2) {
        return;
    }
    group_values(values);
    findings.add({.row = kCtrlListCns13ContainsAll,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = "no array lists a controller of the other one (Identify CNS 13h)",
                  .values = std::move(values),
                  .verdict = {}});
}

Answer list_order(const Controller& controller, const Subsystem& /*own*/) {
    if (!controller.observed->controller_list.ok()) {
        return list_unread(controller) ? Answer::unknown() : Answer::not_asked();
    }
    const nvme::ControllerList list = controller.observed->subsystem_controllers();
    // A reserved ID in the list is the finding about that controller.
    const auto found =
        std::find_if(list.problems.begin(), list.problems.end(), [](const auto& problem) {
            return problem.kind != nvme::ProblemKind::bad_value;
        });
    return found == list.problems.end() ? Answer::holds() : Answer::broken(found->text);
}

constexpr Row kCtrlCntlidPartitioned{
    .rule = {.id = "ctrl.cntlid.partitioned",
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
    .judge = JudgeSubsystem{judge_partition},
    .yields_to = {&kCtrlCntlidUnique},
    .by_array = true};

constexpr Row kCtrlCntlidRange{
    .rule = {.id = "ctrl.cntlid.range",
             .title = "Controller IDs are not above FFEFh",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §6.3: FFF0h to FFFFh shall not be allocated",
             .why = "These values mean something else in Connect and in reservation reports; "
                    "hosts may refuse the controller or misread who holds a reservation.",
             .fix = "Array: allocate controller IDs from 0 to FFEFh."},
    .judge = CheckController{.clause = "reserved controller ID", .ask = id_range}};

constexpr Row kCtrlCntlidConnectMatch{
    .rule = {.id = "ctrl.cntlid.connect_match",
             .title = "Connect and Identify Controller give the same controller ID",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §6.3; Linux \"Mismatching cntlid: Connect %u vs Identify %u, "
                      "rejecting\"",
             .why = "Linux refuses the controller: this path is missing on every host.",
             .fix = "Array: report in Identify Controller the ID that the Connect response "
                    "allocated; in the static model, connect the controller that was asked for.",
             .on_linux = linux_effect::kCntlidMismatch},
    .judge = CheckController{.clause = "controller IDs of Connect and Identify part",
                             .ask = id_connected},
    .yields_to = {&kCtrlCntlidRange},
    .refusals = {linux_kernel::KernelRefusal::cntlid_mismatch}};

constexpr Row kCtrlVerDomain{
    .rule = {.id = "ctrl.ver.domain",
             .title = "The NVMe version is the same on all controllers",
             .rule_class = RuleClass::dom,
             .severity = Severity::management,
             .verdict = Verdict::warn,
             .basis = "practice; Linux reads namespaces of VS 2.0 and later by CNS 08h, of older "
                      "ones by CNS 00h",
             .why = "The older side lacks fields and commands that hosts use on the newer one; "
                    "what Linux reads, and so what it compares, depends on the version.",
             .fix = "Array: bring both arrays to a release with the same NVMe version. During "
                    "that, check with --window upgrade or --window migration.",
             .relaxed_in = static_cast<std::uint8_t>(in_window(Window::upgrade) |
                                                     in_window(Window::migration))},
    .judge = EqualControllers{.fields = {{{"NVMe version (VS)", "ver", version}}}}};

constexpr Row kCtrlListCns13ContainsAll{
    .rule = {.id = "ctrl.list_cns13.contains_all",
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
    .judge = JudgeSubsystem{judge_controller_list},
    .yields_to = {&kCtrlCntlidUnique},
    .by_array = true};

constexpr Row kCtrllistAscending{
    .rule = {.id = "ctrllist.ascending",
             .title = "The controller list is well formed",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 Figure 138: controller IDs in ascending order",
             .why = "Tools that search the list miss controllers.",
             .fix = "Array: list each controller ID once, in ascending order."},
    .judge = CheckController{.clause = "malformed controller list (CNS 13h)", .ask = list_order}};

constexpr Row kCtrlVerMatchesVs{
    .rule = {.id = "ctrl.ver.matches_vs",
             .title = "Identify Controller VER is the VS property",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312: VER reports the value of VS",
             .why = "Hosts choose commands by one or the other and disagree about what the "
                    "controller can do.",
             .fix = "Array: report the same version in both places."},
    .judge = CheckController{.clause = "VER is not VS", .ask = version_matches},
    .fields = {"ver"}};

} // namespace

constexpr Row kCtrlCntlidUnique{
    .rule = {.id = "ctrl.cntlid.unique",
             .title = "No controller ID is used twice in the subsystem",
             .rule_class = RuleClass::uni,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §4.7.1.3; Linux \"Duplicate cntlid %u with %s, rejecting\"",
             .why = "A host refuses the second controller with the same ID: the path to one "
                    "array is missing, and which one depends on the order of connecting. After "
                    "a reconnect Linux does not test again, and reservations get mixed up.",
             .fix = "Array: give each array its own range of controller IDs, for example 1-9999 "
                    "and 10000-19999 (nvmet: attr_cntlid_min and attr_cntlid_max). Host: "
                    "disconnect and connect again afterwards.",
             .on_linux = linux_effect::kCntlidInUse},
    .judge = JudgeSubsystem{judge_unique},
    .refusals = {linux_kernel::KernelRefusal::cntlid_in_use}};

constexpr Row kCtrlModelEqual{
    .rule = {.id = "ctrl.model.equal",
             .title = "All controllers are static, or all are dynamic",
             .rule_class = RuleClass::eqs,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §3.1: all controllers of a subsystem shall have the same model",
             .why = "A host that asks for a dynamic controller is refused by the static array, "
                    "and the other way round: paths to one array are missing.",
             .fix = "Array: use the same controller model on both arrays (FCATT bit 0, and the "
                    "CNTLID of the discovery log)."},
    .judge = EqualControllers{.fields = {{{"controller model (FCATT)", "fcatt", model}}}}};

namespace {

constexpr std::array kControllerIdRows{
    &kCtrlCntlidUnique,       &kCtrlCntlidPartitioned,    &kCtrlCntlidRange,
    &kCtrlCntlidConnectMatch, &kCtrlModelEqual,           &kCtrlVerMatchesVs,
    &kCtrlVerDomain,          &kCtrlListCns13ContainsAll, &kCtrllistAscending};

} // namespace

std::span<const Row* const> controller_id_rows() {
    return kControllerIdRows;
}

} // namespace haoh::judge
