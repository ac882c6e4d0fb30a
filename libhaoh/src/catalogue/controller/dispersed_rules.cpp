// SPDX-License-Identifier: LGPL-2.1-or-later
// Namespaces that several subsystems show: dispersed ones, and those that only look like it.
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/namespace_effects.hpp"

#include <haoh/nvme/command.hpp>
#include <haoh/nvme/supported_logs.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kDispNguidOrUuidSame;
extern const Row kNsIdUniqueOnHost;
extern const Row kNsNmicNotBothModels;

bool says_dispersed(const Namespace& path) {
    return (path.idns.nmic & nvme::nmic::dispersed) != 0; // 0 where the page was not read
}

Answer dispersed_unshared(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.has_identify) {
        return Answer::unknown();
    }
    if (!says_dispersed(path)) {
        return Answer::not_asked();
    }
    return (path.idns.nmic & nvme::nmic::shared) != 0
               ? Answer::holds()
               : Answer::broken(fmt::format("NMIC {:#x}", path.idns.nmic));
}

/// Whether all paths to a namespace say that it is dispersed; unknown when only unread ones may
/// not.
Answer::Kind says_both_models(const SharedNamespace& shared) {
    bool unread = false;
    for (const Namespace* path : shared.paths) {
        if (path->has_identify && !says_dispersed(*path)) {
            return Answer::Kind::holds;
        }
        unread = unread || !path->has_identify;
    }
    return unread ? Answer::Kind::unknown : Answer::Kind::broken;
}

void judge_models(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    if (!subsystem.stretched) {
        return;
    }
    std::vector<std::uint32_t> nsids;
    std::set<const Controller*> saying;
    for (const SharedNamespace& shared : subsystem.namespaces) {
        const Answer::Kind kind = says_both_models(shared);
        findings.count(kNsNmicNotBothModels, kind);
        if (kind == Answer::Kind::broken) {
            nsids.push_back(shared.nsid);
            for (const Namespace* path : shared.paths) {
                saying.insert(path->controller);
            }
        }
    }
    if (nsids.empty()) {
        return;
    }
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        if (saying.contains(controller)) {
            values.push_back(value_of(*controller, "dispersed (NMIC bit 1)"));
        }
    }
    findings.add({.row = kNsNmicNotBothModels,
                  .subsystem = subsystem.nqn,
                  .nsids = std::move(nsids),
                  .what = "dispersed namespaces in a subsystem that is stretched over two arrays",
                  .values = std::move(values),
                  .verdict = {}});
}

Answer no_dispersed_log(const Controller& controller, const Subsystem& /*own*/) {
    const auto& paths = controller.namespaces;
    if (std::none_of(paths.begin(), paths.end(), says_dispersed)) {
        return std::all_of(paths.begin(), paths.end(),
                           [](const Namespace& path) { return path.has_identify; })
                   ? Answer::not_asked()
                   : Answer::unknown();
    }
    const Page& page = controller.observed->supported_logs;
    if (!page.ok()) {
        return Answer::unknown(); // the log is due, whether or not the page that lists it is there
    }
    return nvme::decode_supported_logs(page.bytes).supports(nvme::lid::dispersed_namespaces)
               ? Answer::holds()
               : Answer::broken("log page 17h is not among the supported ones");
}

/// One namespace of one subsystem.
struct Place {
    const Subsystem* subsystem{};
    const SharedNamespace* shared{};
};

bool dispersed(const Place& place) {
    return std::any_of(place.shared->paths.begin(), place.shared->paths.end(),
                       [](const Namespace* path) { return says_dispersed(*path); });
}

template <typename Id>
using Places = std::map<Id, std::vector<Place>>;

template <typename Id, typename Member>
void collect(const Subsystem& subsystem, Member member, Places<Id>& places) {
    for (const SharedNamespace& shared : subsystem.namespaces) {
        for (const Namespace* path : shared.paths) {
            const std::optional<Id>& id = path->ids.*member;
            if (!id) {
                continue;
            }
            std::vector<Place>& here = places[*id];
            // One subsystem is collected after the other.
            if (here.empty() || here.back().subsystem != &subsystem) {
                here.push_back({.subsystem = &subsystem, .shared = &shared});
            }
        }
    }
}

/// Namespaces by pair of subsystems that show them.
struct Overlap {
    std::set<std::uint32_t> nsids; ///< of the first subsystem
    Place first;
    Place second;
    bool all_dispersed{true};
};
using Overlaps = std::map<std::pair<const Subsystem*, const Subsystem*>, Overlap>;

template <typename Id>
void find_overlaps(const Places<Id>& places, Overlaps& out) {
    for (const auto& [id, here] : places) {
        for (std::size_t i = 1; i < here.size(); ++i) {
            const auto [at, fresh] = out.try_emplace({here[0].subsystem, here[i].subsystem});
            Overlap& overlap = at->second;
            if (fresh) {
                overlap.first = here[0];
                overlap.second = here[i];
            }
            overlap.nsids.insert(here[0].shared->nsid);
            overlap.all_dispersed =
                overlap.all_dispersed && dispersed(here[0]) && dispersed(here[i]);
        }
    }
}

std::string id_word(const Place& place) {
    const Namespace& path = *place.shared->paths.front();
    return fmt::format("{} nsid {}: {}{}", place.subsystem->nqn, path.nsid, format_ids(path.ids),
                       dispersed(place) ? ", dispersed" : "");
}

void report_overlap(const Overlap& overlap, Findings& findings) {
    const std::string& nqn = overlap.first.subsystem->nqn;
    if (folded_name(nqn) == folded_name(overlap.second.subsystem->nqn)) {
        findings.unknown(kNsIdUniqueOnHost);
        return; // one subsystem, misspelt: that is the finding
    }
    std::vector<FindingValue> values;
    for (const Place& place : {overlap.first, overlap.second}) {
        values.push_back(value_of(*place.shared->paths.front()->controller, id_word(place)));
    }
    const std::vector<std::uint32_t> nsids(overlap.nsids.begin(), overlap.nsids.end());
    findings.add(
        {.row = kNsIdUniqueOnHost,
         .subsystem = nqn,
         .nsids = nsids,
         .what = fmt::format("the identifiers of nsid {} are also in subsystem {}{}",
                             brief_nsids(nsids), overlap.second.subsystem->nqn,
                             overlap.all_dispersed
                                 ? "; dispersed, which Linux does not support: it ignores the "
                                   "namespaces of the subsystem that connects second"
                                 : ""),
         .values = std::move(values),
         .verdict = overlap.all_dispersed ? std::optional{Verdict::note} : std::nullopt,
         .names_nsid = true});
}

/// Dispersed namespaces that share their NGUID.
void count_dispersed_ids(const Places<nvme::Nguid>& places, Findings& findings) {
    for (const auto& [nguid, here] : places) {
        for (std::size_t i = 1; i < here.size(); ++i) {
            if (dispersed(here[0]) && dispersed(here[i])) {
                findings.judged(kDispNguidOrUuidSame);
            }
        }
    }
}

/// Dispersed namespaces that share a UUID and not the NGUID, which is what hosts go by.
void judge_dispersed_ids(const Places<nvme::Uuid>& places, Findings& findings) {
    for (const auto& [uuid, here] : places) {
        for (std::size_t i = 1; i < here.size(); ++i) {
            const auto& first = here[0].shared->paths.front()->ids.nguid;
            const auto& other = here[i].shared->paths.front()->ids.nguid;
            if (!dispersed(here[0]) || !dispersed(here[i])) {
                continue;
            }
            findings.judged(kDispNguidOrUuidSame);
            if (first == other) {
                continue;
            }
            const std::string& nqn = here[0].subsystem->nqn;
            const std::uint32_t nsid = here[0].shared->nsid;
            findings.add_folded(kDispNguidOrUuidSame, nqn, nsid, FoldKey{}.add(i), [&] {
                std::vector<FindingValue> values;
                for (const Place& place : {here[0], here[i]}) {
                    values.push_back(
                        value_of(*place.shared->paths.front()->controller, id_word(place)));
                }
                return Wording{.what =
                                   "dispersed namespace with different NGUIDs in its subsystems",
                               .values = std::move(values),
                               .verdict = {}};
            });
        }
    }
}

/// The fields of dispersed namespaces, compared over their subsystems.
template <typename Id>
void judge_dispersed_fields(const Places<Id>& places, std::set<const SharedNamespace*>& judged,
                            Findings& findings) {
    for (const auto& [id, here] : places) {
        if (here.size() < 2 || !std::all_of(here.begin(), here.end(), dispersed) ||
            !judged.insert(here[0].shared).second) {
            continue;
        }
        std::vector<const Namespace*> volume;
        for (const Place& place : here) {
            volume.push_back(place.shared->paths.front());
        }
        judge_volume(catalogue(), volume, here[0].shared->nsid, here[0].subsystem->nqn, findings,
                     Scope::across_subsystems);
    }
}

/// Whether an identifier of a namespace is known; not asked where it has none.
Answer::Kind identified(const SharedNamespace& shared) {
    const auto& paths = shared.paths;
    if (std::any_of(paths.begin(), paths.end(),
                    [](const Namespace* path) { return path->ids.any(); })) {
        return Answer::Kind::holds;
    }
    return std::all_of(paths.begin(), paths.end(),
                       [](const Namespace* path) { return path->ids_known; })
               ? Answer::Kind::not_asked
               : Answer::Kind::unknown;
}

/// Namespaces whose identifiers can be looked for in other subsystems.
void count_identified(const Subject& subject, Findings& findings) {
    const auto sides = std::count_if(
        subject.subsystems.begin(), subject.subsystems.end(), [](const Subsystem& subsystem) {
            return !subsystem.namespaces.empty() ||
                   std::any_of(subsystem.controllers.begin(), subsystem.controllers.end(),
                               [](const Controller* one) { return namespaces_unread(*one); });
        });
    if (sides < 2) {
        return;
    }
    for (const Subsystem& subsystem : subject.subsystems) {
        for (const Controller* controller : subsystem.controllers) {
            if (namespaces_unread(*controller)) {
                findings.unknown(kNsIdUniqueOnHost);
            }
        }
        for (const SharedNamespace& shared : subsystem.namespaces) {
            const Answer::Kind kind = identified(shared);
            findings.count(kNsIdUniqueOnHost, kind);
            if (kind == Answer::Kind::unknown &&
                dispersed({.subsystem = &subsystem, .shared = &shared})) {
                findings.unknown(kDispNguidOrUuidSame);
            }
        }
    }
}

void judge_host(const Subject& subject, Findings& findings) {
    if (subject.subsystems.size() < 2) {
        return;
    }
    count_identified(subject, findings);
    Places<nvme::Nguid> nguids;
    Places<nvme::Uuid> uuids;
    Places<nvme::Eui64> eui64s;
    for (const Subsystem& subsystem : subject.subsystems) {
        collect(subsystem, &nvme::NamespaceIds::nguid, nguids);
        collect(subsystem, &nvme::NamespaceIds::uuid, uuids);
        collect(subsystem, &nvme::NamespaceIds::eui64, eui64s);
    }
    Overlaps overlaps;
    find_overlaps(nguids, overlaps);
    find_overlaps(uuids, overlaps);
    find_overlaps(eui64s, overlaps);
    for (const auto& [pair, overlap] : overlaps) {
        report_overlap(overlap, findings);
    }
    count_dispersed_ids(nguids, findings);
    judge_dispersed_ids(uuids, findings);
    std::set<const SharedNamespace*> judged;
    judge_dispersed_fields(nguids, judged, findings);
    judge_dispersed_fields(uuids, judged, findings);
}

constexpr Row kNsIdUniqueOnHost{
    .rule = {.id = "ns.id.unique_on_host",
             .title = "No identifier is shared with a namespace of another subsystem",
             .rule_class = RuleClass::uni,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §4.7.1; Linux \"ignoring nsid %u because of duplicate IDs\"",
             .why = "Linux ignores the namespace of the subsystem that connects second. Hosts "
                    "that do not look mix a clone up with its original.",
             .fix = "Array: give a clone identifiers of its own, remove the mapping that is "
                    "not needed, or mark a namespace that two subsystems share as dispersed. "
                    "Host: do not connect both subsystems; unmount the clone before its "
                    "identifiers change.",
             .on_linux = linux_effect::kIdsOnHost},
    .judge = JudgeSubject{judge_host},
    .refusals = {linux_kernel::KernelRefusal::ids_on_host}};

constexpr Row kNsNmicDispersedImpliesShared{
    .rule = {.id = "ns.nmic.dispersed_implies_shared",
             .title = "A dispersed namespace is shared (NMIC)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 Figure 335: shall be shared",
             .why = "Linux refuses the second path of a namespace that is not shared.",
             .fix = "Array: set NMIC bit 0 with bit 1."},
    .judge = CheckNamespace{.clause = "dispersed but not shared", .ask = dispersed_unshared},
    .aliases = {"disp.ns_not_private", "disp.shrns"}};

constexpr Row kNsNmicNotBothModels{
    .rule = {.id = "ns.nmic.not_both_models",
             .title = "A stretched subsystem has no dispersed namespaces",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::warn,
             .basis = "practice: Base 2.3 §8.1.10 allows it",
             .why = "It is not clear whether the peer is in this subsystem or in another one; "
                    "hosts that support one model only take the wrong one.",
             .fix = "Array: use one model, a stretched subsystem or dispersed namespaces."},
    .judge = JudgeSubsystem{judge_models},
    .yields_to = {&kNsNmicDispersedImpliesShared}};

constexpr Row kDispLog17Supported{
    .rule = {.id = "disp.log17.supported",
             .title = "Dispersed namespaces have their log (LID 17h)",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §8.1.10",
             .why = "Hosts cannot learn which other subsystems show the namespace.",
             .fix = "Array: support log page 17h and list it in the Supported Log Pages log."},
    .judge = CheckController{.clause = "no Dispersed Namespace Participating NVM Subsystems log",
                             .ask = no_dispersed_log}};

constexpr Row kDispNguidOrUuidSame{
    .rule = {.id = "disp.nguid_or_uuid_same",
             .title = "A dispersed namespace has one NGUID in all its subsystems",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §8.1.10.2",
             .why = "Hosts take the copies for different volumes and use both at once.",
             .fix = "Array: report the same NGUID in all participating subsystems."},
    .judge = JudgeSubject{judge_host}};

constexpr std::array kDispersedRows{&kNsIdUniqueOnHost, &kNsNmicDispersedImpliesShared,
                                    &kNsNmicNotBothModels, &kDispLog17Supported,
                                    &kDispNguidOrUuidSame};

} // namespace

std::span<const Row* const> dispersed_rows() {
    return kDispersedRows;
}

} // namespace haoh::judge
