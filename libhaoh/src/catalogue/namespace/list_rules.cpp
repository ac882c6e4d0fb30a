// SPDX-License-Identifier: LGPL-2.1-or-later
// The lists of active namespaces.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/namespace_effects.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kNslistActiveAny;
extern const Row kNslistActiveEqual;

Answer list_problem(const Controller& controller, const Subsystem& /*own*/) {
    const auto& problems = controller.observed->active_problems;
    if (!problems.empty()) {
        return Answer::broken(problems.front());
    }
    return controller.observed->active_nsids ? Answer::holds() : Answer::unknown();
}

Answer beyond_limits(const Controller& controller, const Subsystem& /*own*/) {
    if (!controller.observed->active_nsids) {
        return Answer::unknown();
    }
    const std::vector<std::uint32_t>& nsids = *controller.observed->active_nsids;
    if (nsids.empty()) {
        return Answer::not_asked();
    }
    const std::uint32_t largest = *std::max_element(nsids.begin(), nsids.end());
    if (largest > controller.id.nn) {
        return Answer::broken(fmt::format("nsid {}, NN {}", largest, controller.id.nn));
    }
    // Without ANA, MNAN may be 0: as many as NN.
    if (controller.id.mnan != 0 && nsids.size() > controller.id.mnan) {
        return Answer::broken(
            fmt::format("{} namespaces, MNAN {}", nsids.size(), controller.id.mnan));
    }
    return Answer::holds();
}

/// Who shows an NSID and who does not, of the controllers whose list is known.
struct Presence {
    std::vector<const Controller*> with;
    std::vector<const Controller*> without;

    /// Some array lacks it on every controller.
    [[nodiscard]] bool array_without() const {
        std::set<std::size_t> arrays;
        for (const Controller* controller : with) {
            arrays.insert(controller->array_id);
        }
        return std::any_of(without.begin(), without.end(), [&arrays](const Controller* controller) {
            return !arrays.contains(controller->array_id);
        });
    }
};

void report_presence(const Subsystem& subsystem, std::uint32_t nsid, const Presence& presence,
                     Findings& findings) {
    FoldKey key;
    for (const Controller* controller : presence.without) {
        key.add(controller->index);
    }
    findings.add_folded(kNslistActiveEqual, subsystem.nqn, nsid, std::move(key), [&] {
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

/// \param known  the controllers whose list was read
Presence presence_of(const SharedNamespace& shared, const std::vector<const Controller*>& known) {
    Presence out;
    auto path = shared.paths.begin();
    for (const Controller* controller : known) {
        while (path != shared.paths.end() &&
               !(*path)->controller->observed->active_nsids.has_value()) {
            ++path;
        }
        if (path != shared.paths.end() && (*path)->controller == controller) {
            out.with.push_back(controller);
            ++path;
        } else {
            out.without.push_back(controller);
        }
    }
    return out;
}

void judge_presence(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    if (subsystem.controllers.size() < 2) {
        return;
    }
    std::vector<const Controller*> known;
    for (const Controller* controller : subsystem.controllers) {
        if (controller->observed->active_nsids) {
            known.push_back(controller);
        } else {
            findings.unknown(kNslistActiveEqual);
        }
    }
    if (known.size() < 2) {
        return;
    }
    for (const SharedNamespace& shared : subsystem.namespaces) {
        const bool everywhere = shared.paths.size() >= known.size();
        // A namespace that only has another number elsewhere is not absent; rules about identity
        // tell of it.
        if (shared.moved && !everywhere) {
            findings.unknown(kNslistActiveEqual);
            continue;
        }
        findings.judged(kNslistActiveEqual);
        if (everywhere) {
            continue;
        }
        const Presence presence = presence_of(shared, known);
        if (!presence.with.empty() && !presence.without.empty()) {
            report_presence(subsystem, shared.nsid, presence, findings);
        }
    }
}

/// The host NQNs as which the controllers were asked.
std::set<std::string> host_nqns(const Subsystem& subsystem, const Subject& subject) {
    std::set<std::string> out;
    for (const Controller* controller : subsystem.controllers) {
        std::string nqn = controller->observed->connection.hostnqn;
        const KernelObservation* const kernel =
            subject.observation->kernel_of(*controller->observed);
        if (const KernelController* const own =
                kernel == nullptr ? nullptr : kernel->find_controller(controller->name())) {
            nqn = own->hostnqn.value();
        }
        out.insert(std::move(nqn));
    }
    out.erase("");
    return out;
}

/// Offers no namespaces by its nature.
bool without_io(const Controller& controller) {
    constexpr std::uint8_t kIo = 1; ///< CNTRLTYPE; 0: not reported
    return controller.observed->subsysnqn == nvme::kDiscoveryNqn || controller.id.cntrltype > kIo;
}

void judge_any(const Subsystem& subsystem, const Subject& subject, Findings& findings) {
    if (std::any_of(subsystem.controllers.begin(), subsystem.controllers.end(),
                    [](const Controller* controller) { return without_io(*controller); })) {
        return;
    }
    if (!subsystem.namespaces.empty()) {
        findings.judged(kNslistActiveAny);
        return;
    }
    if (subsystem.unlisted()) {
        findings.unknown(kNslistActiveAny);
        return;
    }
    const std::set<std::string> nqns = host_nqns(subsystem, subject);
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        values.push_back(value_of(*controller, "no active namespace"));
    }
    group_values(values);
    findings.add({.row = kNslistActiveAny,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = nqns.empty() ? std::string("no namespace is shown to this host")
                                       : fmt::format("no namespace is shown to the host NQN {}",
                                                     fmt::join(nqns, ", ")),
                  .values = std::move(values),
                  .verdict = {}});
}

constexpr Row kNslistActiveAny{
    .rule = {.id = "nslist.active.any",
             .title = "The subsystem shows a namespace to this host",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::unknown,
             .basis = "practice: arrays mask namespaces by host NQN",
             .why = "There is no volume to judge: either there is none, or all are hidden from "
                    "this host NQN, and what other hosts see may be in any state.",
             .fix = "Host: check with the host NQN that the volumes are mapped to (--hostnqn, "
                    "/etc/nvme/hostnqn); without one haoh uses a generated one that no array "
                    "knows. Array: map the volumes to this host on both arrays."},
    .judge = JudgeSubsystem{judge_any}};

constexpr Row kNslistActiveAscending{
    .rule = {.id = "nslist.active.ascending",
             .title = "The list of active namespaces is in ascending order",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §5.2.13.2.2: NSIDs in ascending order, zeros at the end",
             .why = "Hosts read the list from the last NSID on and stop at the first zero: they "
                    "miss namespaces, or remove those that they have.",
             .fix = "Array: return each active NSID once, in ascending order."},
    .judge = CheckController{.clause = "malformed list of active namespaces", .ask = list_problem}};

constexpr Row kNslistActiveEqual{
    .rule = {.id = "nslist.active.equal",
             .title = "All controllers show the same namespaces",
             .rule_class = RuleClass::eqs,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "stretched availability; Base 2.3 §3.1.2 lets it differ by port",
             .why = "The volume has no path to that array and is lost with the other one; hosts "
                    "do not warn of it.",
             .fix = "Array: map the namespace to this host on both arrays, see whether its "
                    "replication was set up completely. Host: rescan.",
             .on_linux = linux_effect::kNotListed},
    .judge = JudgeSubsystem{judge_presence}};

constexpr Row kNslistActiveLeNn{
    .rule = {.id = "nslist.active_le_nn",
             .title = "Active namespaces fit NN and MNAN",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312",
             .why = "Hosts size their buffers by the limits: they cannot read the ANA log, or do "
                    "not use the namespace.",
             .fix = "Array: report limits that cover every namespace."},
    .judge = CheckController{.clause = "active namespaces beyond the controller's limits",
                             .ask = beyond_limits},
    .yields_to = {&kCtrlNnEqual, &kCtrlMnanValid}};

constexpr std::array kListRows{&kNslistActiveAny, &kNslistActiveAscending, &kNslistActiveEqual,
                               &kNslistActiveLeNn};

} // namespace

std::span<const Row* const> list_rows() {
    return kListRows;
}

} // namespace haoh::judge
