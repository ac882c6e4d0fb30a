// SPDX-License-Identifier: LGPL-2.1-or-later
// The lists of active namespaces.
#include "compare.hpp"
#include "fields.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

std::optional<std::string> list_problem(const Controller& controller, const Subsystem& /*own*/) {
    const auto& problems = controller.observed->active_problems;
    if (!problems.empty()) {
        return problems.front();
    }
    return std::nullopt;
}

std::optional<std::string> beyond_limits(const Controller& controller, const Subsystem& /*own*/) {
    if (!controller.observed->active_nsids) {
        return std::nullopt;
    }
    const std::vector<std::uint32_t>& nsids = *controller.observed->active_nsids;
    const auto largest = std::max_element(nsids.begin(), nsids.end());
    if (largest != nsids.end() && *largest > controller.id.nn) {
        return fmt::format("nsid {}, NN {}", *largest, controller.id.nn);
    }
    // Without ANA, MNAN may be 0: as many as NN.
    if (controller.id.mnan != 0 && nsids.size() > controller.id.mnan) {
        return fmt::format("{} namespaces, MNAN {}", nsids.size(), controller.id.mnan);
    }
    return std::nullopt;
}

/// Who shows an NSID and who does not, of the controllers whose list is known.
struct Presence {
    std::vector<const Controller*> with;
    std::vector<const Controller*> without;

    /// Some array lacks it on every controller.
    [[nodiscard]] bool array_without() const {
        std::set<std::size_t> sites;
        for (const Controller* controller : with) {
            sites.insert(controller->site_id);
        }
        return std::any_of(without.begin(), without.end(), [&sites](const Controller* controller) {
            return !sites.contains(controller->site_id);
        });
    }
};

void report_presence(const Subsystem& subsystem, std::uint32_t nsid, const Presence& presence,
                     Findings& findings) {
    FoldKey key;
    for (const Controller* controller : presence.without) {
        key.add(controller->index);
    }
    findings.add_folded("nslist.active.equal", subsystem.nqn, nsid, std::move(key), [&] {
        std::vector<FindingValue> values;
        for (const Controller* controller : presence.with) {
            values.push_back(value_of(*controller, "present"));
        }
        for (const Controller* controller : presence.without) {
            values.push_back(value_of(*controller, "absent"));
        }
        group_values(values);
        std::vector<const Controller*> known = presence.with;
        known.insert(known.end(), presence.without.begin(), presence.without.end());
        const bool void_availability = subsystem.stretched && presence.array_without();
        return Wording{.what = "namespace is absent " + place(presence.without, known),
                       .values = std::move(values),
                       .verdict = void_availability ? std::nullopt : std::optional{Verdict::warn}};
    });
}

void judge_presence(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    std::vector<const Controller*> known;
    for (const Controller* controller : subsystem.controllers) {
        if (controller->observed->active_nsids) {
            known.push_back(controller);
        }
    }
    for (const SharedNamespace& shared : subsystem.namespaces) {
        // A namespace that only has another number elsewhere is not absent.
        if (shared.moved || shared.paths.size() >= known.size()) {
            continue;
        }
        Presence presence;
        auto path = shared.paths.begin();
        for (const Controller* controller : known) {
            while (path != shared.paths.end() &&
                   !(*path)->controller->observed->active_nsids.has_value()) {
                ++path;
            }
            if (path != shared.paths.end() && (*path)->controller == controller) {
                presence.with.push_back(controller);
                ++path;
            } else {
                presence.without.push_back(controller);
            }
        }
        if (!presence.with.empty() && !presence.without.empty()) {
            report_presence(subsystem, shared.nsid, presence, findings);
        }
    }
}

constexpr std::array kListRows{
    Row{.rule = {.id = "nslist.active.ascending",
                 .title = "The list of active namespaces is in ascending order",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §5.2.13.2.2: NSIDs in ascending order, zeros at the end",
                 .why =
                     "Hosts read the list from the last NSID on and stop at the first zero: they "
                     "miss namespaces, or remove those that they have.",
                 .fix = "Array: return each active NSID once, in ascending order."},
        .judge = CheckController{.clause = "malformed list of active namespaces",
                                 .defect = list_problem}},
    Row{.rule = {.id = "nslist.active.equal",
                 .title = "All controllers show the same namespaces",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "stretched availability; Base 2.3 §3.1.2 lets it differ by port",
                 .why =
                     "The volume has no path to that array and is lost with the other one; hosts "
                     "do not warn of it.",
                 .fix = "Array: map the namespace to this host on both arrays, see whether its "
                        "replication was set up completely. Host: rescan."},
        .judge = JudgeSubsystem{judge_presence}},
    Row{.rule = {.id = "nslist.active_le_nn",
                 .title = "Active namespaces fit NN and MNAN",
                 .rule_class = RuleClass::xrf,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.1 Figure 312",
                 .why =
                     "Hosts size their buffers by the limits: they cannot read the ANA log, or do "
                     "not use the namespace.",
                 .fix = "Array: report limits that cover every namespace."},
        .judge = CheckController{.clause = "active namespaces beyond the controller's limits",
                                 .defect = beyond_limits,
                                 .yields_to = {"ctrl.nn.equal", "ctrl.mnan.valid"}}},
};

} // namespace

std::span<const Row> list_rows() {
    return kListRows;
}

} // namespace haoh::judge
