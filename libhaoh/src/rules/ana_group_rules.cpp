// SPDX-License-Identifier: LGPL-2.1-or-later
// ANA groups and path states over all controllers of a subsystem.
#include "compare.hpp"
#include "fields.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

using nvme::AnaState;

bool in_range(const Namespace& path, std::uint32_t agid) {
    return agid != 0 && agid <= path.controller->id.anagrpmax;
}

/// The group of a path; nullopt where it is not known or is a finding already.
std::optional<std::uint32_t> group_of(const Namespace& path) {
    const auto agid = path.log_agid();
    return agid && in_range(path, *agid) ? agid : std::nullopt;
}

/// Namespaces that a controller's log puts into a group and that another controller has as well.
std::vector<std::uint32_t> members(const Controller& controller, std::uint32_t agid,
                                   const Controller& other) {
    std::vector<std::uint32_t> out;
    for (const nvme::AnaGroup& group : controller.log.groups) {
        if (group.agid != agid) {
            continue;
        }
        for (const std::uint32_t nsid : group.nsids) {
            if (other.observed->find_namespace(nsid) != nullptr) {
                out.push_back(nsid);
            }
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// Whether two controllers use one group identifier for groups that have no namespace in common.
class GroupUses {
  public:
    bool disjoint(const Controller& a, const Controller& b, std::uint32_t agid) {
        const auto [at, fresh] = known_.try_emplace({a.index, b.index, agid}, false);
        if (fresh) {
            const auto left = members(a, agid, b);
            const auto right = members(b, agid, a);
            std::vector<std::uint32_t> common;
            std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                                  std::back_inserter(common));
            at->second = !left.empty() && !right.empty() && common.empty();
        }
        return at->second;
    }

  private:
    std::map<std::tuple<std::size_t, std::size_t, std::uint32_t>, bool> known_;
};

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
    findings.add_folded("ana.group.id.consistent", subsystem.nqn, shared.nsid, std::move(key), [&] {
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

void judge_groups(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    GroupUses uses;
    std::vector<std::uint32_t> conflicting;
    std::set<std::uint32_t> agids;
    for (const SharedNamespace& shared : subsystem.namespaces) {
        if (shared.volumes.size() != 1 || shared.moved) {
            continue;
        }
        const Namespace* first = nullptr;
        const Namespace* other = nullptr;
        for (const Namespace* path : shared.paths) {
            const auto agid = group_of(*path);
            if (!agid) {
                continue;
            }
            first = first == nullptr ? path : first;
            if (other == nullptr && *agid != *group_of(*first)) {
                other = path;
            }
        }
        if (other == nullptr) {
            continue;
        }
        const std::uint32_t a = *group_of(*first);
        const std::uint32_t b = *group_of(*other);
        const bool renumbered = uses.disjoint(*first->controller, *other->controller, a) ||
                                uses.disjoint(*first->controller, *other->controller, b);
        if (renumbered) {
            conflicting.push_back(shared.nsid);
            agids.insert({a, b});
        } else {
            report_group(subsystem, shared, findings);
        }
    }
    if (conflicting.empty()) {
        return;
    }
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        if (controller->ana_log_ok) {
            values.push_back(value_of(*controller, groups_text(*controller, agids)));
        }
    }
    group_values(values);
    const std::size_t count = agids.size();
    findings.add({.rule = "ana.group.id.unique_across_arrays",
                  .subsystem = subsystem.nqn,
                  .nsids = std::move(conflicting),
                  .what = fmt::format("{} ANA group identifiers mean different groups on different "
                                      "controllers",
                                      count),
                  .values = std::move(values),
                  .verdict = {}});
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

void report_paths(std::string_view rule, const Subsystem& subsystem, const SharedNamespace& shared,
                  const Paths& paths, const std::string& what, std::optional<Verdict> verdict,
                  Findings& findings) {
    FoldKey key;
    key.add(verdict ? 1 + static_cast<std::uint64_t>(*verdict) : 0);
    for (const auto& [path, state] : paths.known) {
        key.add(path->controller->index).add(static_cast<std::uint64_t>(state));
    }
    findings.add_folded(rule, subsystem.nqn, shared.nsid, std::move(key), [&] {
        std::vector<FindingValue> values;
        for (const auto& [path, state] : paths.known) {
            values.push_back(value_of(*path->controller, nvme::to_string(state)));
        }
        group_values(values);
        return Wording{.what = what, .values = std::move(values), .verdict = verdict};
    });
}

void judge_availability(const Subsystem& subsystem, const SharedNamespace& shared,
                        const Paths& paths, Findings& findings) {
    // What is missing has a finding of its own, and may be the path that is needed.
    if (!paths.complete) {
        return;
    }
    if (!paths.usable()) {
        const bool moving = paths.any(AnaState::change);
        const bool open = moving || subsystem.incomplete;
        report_paths("ana.ns.usable_path", subsystem, shared, paths,
                     open ? fmt::format("no usable path among those observed{}",
                                        moving ? "; a transition is under way" : "")
                          : std::string{"no usable path"},
                     open ? std::optional{Verdict::unknown} : std::nullopt, findings);
        return;
    }
    if (!paths.any(AnaState::optimized) && !paths.any(AnaState::change) && !subsystem.incomplete) {
        report_paths("ana.ns.optimized_path", subsystem, shared, paths, "no optimized path", {},
                     findings);
    }
}

void judge_policy(const Subsystem& subsystem, const SharedNamespace& shared, const Paths& paths,
                  Policy policy, Findings& findings) {
    struct Site {
        std::string name;
        bool usable{};
        bool reachable{};
        bool optimized{};
    };
    std::map<std::size_t, Site> sites;
    for (const auto& [path, state] : paths.known) {
        Site& site = sites[path->controller->site_id];
        site.name = path->controller->site;
        site.usable = site.usable || nvme::usable(state);
        site.reachable = site.reachable || state != AnaState::persistent_loss;
        site.optimized = site.optimized || state == AnaState::optimized;
    }
    std::vector<std::string> owners;
    std::vector<std::string> idle;
    for (const auto& [id, site] : sites) {
        if (site.optimized) {
            owners.push_back(site.name);
        }
        if (!(policy == Policy::active_active ? site.usable : site.reachable)) {
            idle.push_back(site.name);
        }
    }
    if (policy == Policy::active_passive && owners.size() > 1) {
        report_paths("ana.ns.single_owner", subsystem, shared, paths,
                     "optimized on " + join_words(owners) + " at once", {}, findings);
    }
    if (!idle.empty() && paths.usable() && paths.complete) {
        report_paths("ana.ns.usable_path_per_array", subsystem, shared, paths,
                     fmt::format("no {} path on {}",
                                 policy == Policy::active_active ? "usable" : "reachable",
                                 join_words(idle)),
                     {}, findings);
    }
}

void judge_states(const Subsystem& subsystem, const Subject& subject, Findings& findings) {
    for (const SharedNamespace& shared : subsystem.namespaces) {
        if (shared.volumes.size() != 1 || shared.moved) {
            continue;
        }
        const Paths paths = paths_of(shared);
        judge_availability(subsystem, shared, paths, findings);
        if (subject.config.policy && subsystem.stretched) {
            judge_policy(subsystem, shared, paths, *subject.config.policy, findings);
        }
    }
}

constexpr std::array kAnaGroupRows{
    Row{.rule = {.id = "ana.group.id.unique_across_arrays",
                 .title = "An ANA group identifier means the same group on both arrays",
                 .rule_class = RuleClass::uni,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §8.1.1.2: identifiers are unique within the NVM subsystem",
                 .why =
                     "A notice about a group of one array is taken for another group of the other: "
                     "hosts believe states that belong to other volumes. Both arrays numbering "
                     "from 1 is the usual cause.",
                 .fix =
                     "Array: number ANA groups once for the stretched subsystem, the same members "
                     "under the same identifier on both arrays (nvmet: ana_grpid)."},
        .judge = JudgeSubsystem{judge_groups}},
    Row{.rule = {.id = "ana.group.id.consistent",
                 .title = "A namespace is in the same ANA group on all controllers",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::degraded,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §8.1.1.2, §2.4.1",
                 .why =
                     "Hosts and tools that go by group mix up which volumes fail over together; a "
                     "change of one group is read for the wrong volume.",
                 .fix = "Array: put the namespace into the same ANA group on both arrays (nvmet: "
                        "ana_grpid)."},
        .judge = ReportedElsewhere{}},
    Row{.rule =
            {.id = "ana.ns.usable_path",
             .title = "Each namespace has a usable path",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §8.1.2.1; Linux queues I/O without a limit",
             .why = "No path is optimized or non-optimized: I/O to the volume hangs until an array "
                    "takes it over.",
             .fix = "Array: find out why no array owns the group (quorum, witness, replication "
                    "link) and make one take it over. Host: do not reset anything meanwhile."},
        .judge = JudgeSubsystem{judge_states}},
    Row{.rule = {.id = "ana.ns.optimized_path",
                 .title = "Each namespace has an optimized path",
                 .rule_class = RuleClass::xrf,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "practice",
                 .why =
                     "All I/O takes the slower way, as after a failover that was not taken back.",
                 .fix = "Array: give the group back to its preferred array."},
        .judge = ReportedElsewhere{}},
    Row{.rule = {.id = "ana.ns.single_owner",
                 .title = "Active/passive: one array is optimized",
                 .rule_class = RuleClass::xrf,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "the declared policy (check.policy = \"active-passive\")",
                 .why = "Both arrays say that they own the volume. In an active/passive pair both "
                        "taking writes is a split brain.",
                 .fix =
                     "Array: stop one of them from taking writes at once, then compare the data. "
                     "Host: use one array only until then."},
        .judge = ReportedElsewhere{}},
    Row{.rule = {.id = "ana.ns.usable_path_per_array",
                 .title = "Each array can serve each namespace as the policy says",
                 .rule_class = RuleClass::xrf,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "the declared policy (check.policy)",
                 .why = "The volume hangs on one array: a failover has nowhere to go.",
                 .fix = "Array: look at the replication of the volume and bring its second copy "
                        "back."},
        .judge = ReportedElsewhere{}},
};

} // namespace

std::span<const Row> ana_group_rows() {
    return kAnaGroupRows;
}

} // namespace haoh::judge
