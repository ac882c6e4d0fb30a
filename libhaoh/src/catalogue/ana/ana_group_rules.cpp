// SPDX-License-Identifier: LGPL-2.1-or-later
// ANA groups and path states over all controllers of a subsystem.
#include "catalogue/ana/ana_log_read.hpp"
#include "catalogue/ana/group_uses.hpp"
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
extern const Row kAnaGroupIdConsistent;
extern const Row kAnaGroupIdUniqueAcrossArrays;
extern const Row kAnaNsOptimizedPath;
extern const Row kAnaNsSingleOwner;
extern const Row kAnaNsUsablePath;
extern const Row kAnaNsUsablePathPerArray;

using nvme::AnaState;

/// Whether all paths lead to one volume, as far as identifiers tell: where they do not, that is the
/// finding, and there is nothing to compare.
bool one_volume(const SharedNamespace& shared) {
    return shared.volumes.size() == 1 && !shared.moved;
}

/// The group of a path; nullopt where it is not known or is a finding already.
std::optional<std::uint32_t> group_of(const Namespace& path) {
    const auto agid = path.log_agid();
    return agid && *agid <= path.controller->id.anagrpmax ? agid : std::nullopt;
}

std::string groups_text(const Controller& controller, const std::set<std::uint32_t>& agids) {
    constexpr std::size_t kShown = 4;
    std::vector<std::string> words;
    for (const nvme::AnaGroup& group : controller.log.groups) {
        if (agids.contains(group.agid) && !group.nsids.empty()) {
            if (words.size() == kShown) {
                words.emplace_back("...");
                break;
            }
            std::vector<std::uint32_t> nsids = group.nsids;
            std::sort(nsids.begin(), nsids.end());
            const std::size_t shown = std::min<std::size_t>(nsids.size(), 16);
            words.push_back(fmt::format("group {} = nsid {}{}", group.agid,
                                        format_nsids(std::span{nsids}.first(shown)),
                                        nsids.size() > shown ? ", ..." : ""));
        }
    }
    return fmt::format("{}", fmt::join(words, "; "));
}

void report_group(const Subsystem& subsystem, const SharedNamespace& shared, Findings& findings) {
    FoldKey key;
    std::map<std::uint32_t, std::size_t> seen;
    std::vector<std::pair<const Controller*, std::size_t>> classes;
    for (const Namespace* path : shared.paths) {
        if (const auto agid = group_of(*path)) {
            const std::size_t number = seen.try_emplace(*agid, seen.size()).first->second;
            classes.emplace_back(path->controller, number);
            key.add(path->controller->index).add(number);
        }
    }
    findings.add_folded(kAnaGroupIdConsistent, subsystem.nqn, shared.nsid, std::move(key), [&] {
        std::vector<FindingValue> values;
        for (const Namespace* path : shared.paths) {
            if (const auto agid = group_of(*path)) {
                values.push_back(value_of(*path->controller, fmt::format("group {}", *agid)));
            }
        }
        group_values(values);
        return Wording{.what = "ANA group differs " + between(classes),
                       .values = std::move(values),
                       .verdict = {}};
    });
}

/// The groups of one namespace on all controllers that report ANA.
struct Groups {
    const Namespace* first{};
    const Namespace* other{}; ///< in another group than the first
    std::size_t known{};      ///< paths
    std::size_t unknown{};
};

Groups groups_of(const SharedNamespace& shared) {
    Groups out;
    for (const Namespace* path : shared.paths) {
        const auto agid = group_of(*path);
        if (!agid) {
            out.unknown += ana_log_read(*path->controller) == AnaLogRead::none ? 0U : 1U;
            continue;
        }
        ++out.known;
        out.first = out.first == nullptr ? path : out.first;
        if (out.other == nullptr && *agid != *group_of(*out.first)) {
            out.other = path;
        }
    }
    return out;
}

/// Namespaces whose groups differ because group identifiers mean different groups.
struct Conflict {
    std::vector<std::uint32_t> nsids;
    std::set<std::uint32_t> agids;
};

void report_conflict(const Subsystem& subsystem, Conflict conflict, Findings& findings) {
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        if (controller->ana_log_ok) {
            values.push_back(value_of(*controller, groups_text(*controller, conflict.agids)));
        }
    }
    group_values(values);
    findings.add({.row = kAnaGroupIdUniqueAcrossArrays,
                  .subsystem = subsystem.nqn,
                  .nsids = std::move(conflict.nsids),
                  .what = fmt::format("{} ANA group identifiers mean different groups on different "
                                      "controllers",
                                      conflict.agids.size()),
                  .values = std::move(values),
                  .verdict = {}});
}

void judge_group(const Subsystem& subsystem, const SharedNamespace& shared, GroupUses& uses,
                 Conflict& conflict, Findings& findings) {
    const Groups groups = groups_of(shared);
    if (groups.known + groups.unknown < 2) {
        return;
    }
    // Paths to different volumes are a finding of their own.
    const bool comparable = one_volume(shared);
    const auto kind =
        comparable && groups.unknown == 0 ? Answer::Kind::holds : Answer::Kind::unknown;
    findings.count(kAnaGroupIdUniqueAcrossArrays, kind);
    findings.count(kAnaGroupIdConsistent, kind);
    if (!comparable || groups.other == nullptr) {
        return;
    }
    const std::uint32_t a = *group_of(*groups.first);
    const std::uint32_t b = *group_of(*groups.other);
    const Controller& first = *groups.first->controller;
    const Controller& other = *groups.other->controller;
    if (uses.disjoint(first, other, a) || uses.disjoint(first, other, b)) {
        findings.unknown(kAnaGroupIdConsistent); // that is the other row's finding
        conflict.nsids.push_back(shared.nsid);
        conflict.agids.insert({a, b});
    } else {
        report_group(subsystem, shared, findings);
    }
}

void judge_groups(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    GroupUses uses;
    Conflict conflict;
    for (const SharedNamespace& shared : subsystem.namespaces) {
        judge_group(subsystem, shared, uses, conflict, findings);
    }
    if (!conflict.nsids.empty()) {
        report_conflict(subsystem, std::move(conflict), findings);
    }
}

/// The states of all paths of a namespace.
struct Paths {
    std::vector<std::pair<const Namespace*, AnaState>> known;
    bool complete{true}; ///< no path whose state is unknown or undefined

    [[nodiscard]] bool any(AnaState state) const {
        return std::any_of(known.begin(), known.end(),
                           [state](const auto& path) { return path.second == state; });
    }
    [[nodiscard]] bool usable() const {
        return std::any_of(known.begin(), known.end(),
                           [](const auto& path) { return nvme::usable(path.second); });
    }
};

bool defined(AnaState state) {
    switch (state) {
    case AnaState::optimized:
    case AnaState::non_optimized:
    case AnaState::inaccessible:
    case AnaState::persistent_loss:
    case AnaState::change:
        return true;
    }
    return false;
}

Paths paths_of(const SharedNamespace& shared) {
    Paths out;
    for (const Namespace* path : shared.paths) {
        const auto state = path->ana_state();
        if (state && defined(*state)) {
            out.known.emplace_back(path, *state);
        } else {
            out.complete = false;
        }
    }
    return out;
}

void report_paths(const Row& row, const Subsystem& subsystem, const SharedNamespace& shared,
                  const Paths& paths, const std::string& what, std::optional<Verdict> verdict,
                  Findings& findings, std::string_view fix = {}) {
    FoldKey key; // what is said follows from the states
    for (const auto& [path, state] : paths.known) {
        key.add(path->controller->index).add(static_cast<std::uint64_t>(state));
    }
    findings.add_folded(row, subsystem.nqn, shared.nsid, std::move(key), [&] {
        std::vector<FindingValue> values;
        for (const auto& [path, state] : paths.known) {
            values.push_back(value_of(*path->controller, nvme::to_string(state)));
        }
        group_values(values);
        return Wording{.what = what, .values = std::move(values), .verdict = verdict, .fix = fix};
    });
}

constexpr std::string_view kAskTheRest =
    "Ask the other ports of the subsystem, too (-t for each, or without --nqn, which follows the "
    "discovery logs): the path that is missing may be there.";

void judge_usable(const Subsystem& subsystem, const SharedNamespace& shared, const Paths& paths,
                  Findings& findings) {
    if (paths.usable()) {
        findings.judged(kAnaNsUsablePath);
        return;
    }
    // What is missing has a finding of its own, and may be the path that is needed.
    if (!paths.complete) {
        findings.unknown(kAnaNsUsablePath);
        return;
    }
    const bool moving = paths.any(AnaState::change);
    const bool open = moving || subsystem.incomplete;
    report_paths(kAnaNsUsablePath, subsystem, shared, paths,
                 open ? fmt::format("no usable path among those observed{}",
                                    moving ? "; a transition is under way" : "")
                      : std::string{"no usable path"},
                 open ? std::optional{Verdict::unknown} : std::nullopt, findings,
                 open && !moving && !subsystem.unasked.ports.empty() ? kAskTheRest
                                                                     : std::string_view{});
}

void judge_optimized(const Subsystem& subsystem, const SharedNamespace& shared, const Paths& paths,
                     Findings& findings) {
    if (paths.any(AnaState::optimized)) {
        findings.judged(kAnaNsOptimizedPath);
        return;
    }
    // One that is missing may be optimized, one in transition may become so; that no path is usable
    // is a finding of its own.
    if (!paths.complete || subsystem.incomplete || !paths.usable() || paths.any(AnaState::change)) {
        findings.unknown(kAnaNsOptimizedPath);
        return;
    }
    report_paths(kAnaNsOptimizedPath, subsystem, shared, paths, "no optimized path", {}, findings);
}

/// What one array has of one namespace.
struct ArrayPaths {
    std::string name;
    bool usable{};
    bool reachable{};
    bool optimized{};
};
using Arrays = std::map<std::size_t, ArrayPaths>;

Arrays by_array(const SharedNamespace& shared, const Paths& paths) {
    Arrays out;
    for (const Namespace* path : shared.paths) {
        out[path->controller->array_id].name = path->controller->array;
    }
    for (const auto& [path, state] : paths.known) {
        ArrayPaths& array = out[path->controller->array_id];
        array.usable = array.usable || nvme::usable(state);
        array.reachable = array.reachable || state != AnaState::persistent_loss;
        array.optimized = array.optimized || state == AnaState::optimized;
    }
    return out;
}

template <typename Wanted>
std::vector<std::string> names_where(const Arrays& arrays, Wanted wanted) {
    std::vector<std::string> out;
    for (const auto& [id, array] : arrays) {
        if (wanted(array)) {
            out.push_back(array.name);
        }
    }
    return out;
}

void judge_owner(const Subsystem& subsystem, const SharedNamespace& shared, const Paths& paths,
                 Findings& findings) {
    const std::vector<std::string> owners = names_where(
        by_array(shared, paths), [](const ArrayPaths& array) { return array.optimized; });
    const bool several = owners.size() > 1;
    if (!several && (!paths.complete || subsystem.incomplete)) {
        findings.unknown(kAnaNsSingleOwner); // the next path may be another owner's
        return;
    }
    findings.judged(kAnaNsSingleOwner);
    if (several) {
        report_paths(kAnaNsSingleOwner, subsystem, shared, paths,
                     "optimized on " + join_words(owners) + " at once", {}, findings);
    }
}

/// What each array has to have: usable paths if both take I/O, else paths that can become so.
void judge_each_array(const Subsystem& subsystem, const SharedNamespace& shared, const Paths& paths,
                      std::optional<Policy> policy, Findings& findings) {
    const bool active_active = policy == Policy::active_active;
    const auto arrays = by_array(shared, paths);
    const std::vector<std::string> idle =
        names_where(arrays, [active_active](const ArrayPaths& array) {
            return !(active_active ? array.usable : array.reachable);
        });
    if (idle.empty()) {
        // An array that does not show the namespace, or did not answer, is another finding.
        findings.count(kAnaNsUsablePathPerArray, arrays.size() == subsystem.arrays
                                                     ? Answer::Kind::holds
                                                     : Answer::Kind::unknown);
        return;
    }
    // Where no array serves the namespace, that is the finding.
    if (!paths.usable() || !paths.complete) {
        findings.unknown(kAnaNsUsablePathPerArray);
        return;
    }
    report_paths(
        kAnaNsUsablePathPerArray, subsystem, shared, paths,
        fmt::format("no {} path on {}", active_active ? "usable" : "reachable", join_words(idle)),
        {}, findings);
}

void judge_states(const Subsystem& subsystem, const Subject& subject, Findings& findings) {
    const std::optional<Policy> policy = subsystem.stretched ? subject.config.policy : std::nullopt;
    std::vector<const Row*> asked{&kAnaNsUsablePath, &kAnaNsOptimizedPath};
    if (subsystem.stretched) {
        asked.push_back(&kAnaNsUsablePathPerArray);
    }
    if (policy == Policy::active_passive) {
        asked.push_back(&kAnaNsSingleOwner);
    }
    for (const SharedNamespace& shared : subsystem.namespaces) {
        if (!one_volume(shared)) {
            for (const Row* row : asked) {
                findings.unknown(*row);
            }
            continue;
        }
        const Paths paths = paths_of(shared);
        judge_usable(subsystem, shared, paths, findings);
        judge_optimized(subsystem, shared, paths, findings);
        if (subsystem.stretched) {
            judge_each_array(subsystem, shared, paths, policy, findings);
        }
        if (policy == Policy::active_passive) {
            judge_owner(subsystem, shared, paths, findings);
        }
    }
}

constexpr Row kAnaGroupIdUniqueAcrossArrays{
    .rule = {.id = "ana.group.id.unique_across_arrays",
             .title = "An ANA group identifier means the same group on both arrays",
             .rule_class = RuleClass::uni,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §8.1.1.2: identifiers are unique within the NVM subsystem",
             .why = "A notice about a group of one array is taken for another group of the other: "
                    "hosts believe states that belong to other volumes. Both arrays numbering "
                    "from 1 is the usual cause.",
             .fix = "Array: number ANA groups once for the stretched subsystem, the same members "
                    "under the same identifier on both arrays (nvmet: ana_grpid)."},
    .judge = JudgeSubsystem{judge_groups}};

constexpr Row kAnaGroupIdConsistent{
    .rule = {.id = "ana.group.id.consistent",
             .title = "A namespace is in the same ANA group on all controllers",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §8.1.1.2, §2.4.1",
             .why = "Hosts and tools that go by group mix up which volumes fail over together; a "
                    "change of one group is read for the wrong volume.",
             .fix = "Array: put the namespace into the same ANA group on both arrays (nvmet: "
                    "ana_grpid)."},
    .judge = JudgeSubsystem{judge_groups},
    .aliases = {"ana.group.members.consistent"}};

constexpr Row kAnaNsUsablePath{
    .rule = {.id = "ana.ns.usable_path",
             .title = "Each namespace has a usable path",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §8.1.2.1; Linux queues I/O without a limit",
             .why = "No path is optimized or non-optimized: I/O to the volume hangs until an array "
                    "takes it over.",
             .fix = "Array: find out why no array owns the group (quorum, witness, replication "
                    "link) and make one take it over. Host: do not reset anything meanwhile.",
             .on_linux = linux_effect::kNoUsablePath},
    .judge = JudgeSubsystem{judge_states},
    .yields_to = {&kModelDetect}};

constexpr Row kAnaNsOptimizedPath{
    .rule = {.id = "ana.ns.optimized_path",
             .title = "Each namespace has an optimized path",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice",
             .why = "All I/O takes the slower way, as after a failover that was not taken back.",
             .fix = "Array: give the group back to its preferred array.",
             .on_linux = linux_effect::kNoOptimizedPath},
    .judge = JudgeSubsystem{judge_states}};

constexpr Row kAnaNsSingleOwner{
    .rule = {.id = "ana.ns.single_owner",
             .title = "Active/passive: one array is optimized",
             .rule_class = RuleClass::xrf,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "the declared policy (check.policy = \"active-passive\")",
             .why = "Both arrays say that they own the volume. In an active/passive pair both "
                    "taking writes is a split brain.",
             .fix = "Array: stop one of them from taking writes at once, then compare the data. "
                    "Host: use one array only until then."},
    .judge = JudgeSubsystem{judge_states},
    .by_array = true};

constexpr Row kAnaNsUsablePathPerArray{
    .rule = {.id = "ana.ns.usable_path_per_array",
             .title = "Each array can serve each namespace",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "the declared policy (check.policy); without one, persistent loss, which is "
                      "final (Base 2.3 §8.1.1)",
             .why = "The volume hangs on one array: a failover has nowhere to go.",
             .fix = "Array: look at the replication of the volume and bring its second copy "
                    "back."},
    .judge = JudgeSubsystem{judge_states},
    .by_array = true};

constexpr std::array kAnaGroupRows{
    &kAnaGroupIdUniqueAcrossArrays, &kAnaGroupIdConsistent, &kAnaNsUsablePath,
    &kAnaNsOptimizedPath,           &kAnaNsSingleOwner,     &kAnaNsUsablePathPerArray};

} // namespace

std::span<const Row* const> ana_group_rows() {
    return kAnaGroupRows;
}

} // namespace haoh::judge
