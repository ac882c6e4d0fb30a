// SPDX-License-Identifier: LGPL-2.1-or-later
// Which namespace is which. How the paths relate was worked out in identity_map.cpp; here it is
// put into words.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "catalogue/namespace/identity_text.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/namespace_effects.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kNsIdUniqueInSubsystem;
extern const Row kNsIdentityOneNsid;
extern const Row kNsNsidMapEqual;

/// The row of a defect, and what differs by it alone.
struct Defect {
    const Row& row;
    std::string_view label; ///< empty where it takes more words
};

Defect describe(IdentityDefect defect) {
    switch (defect) {
    case IdentityDefect::uuid:
        return {.row = kNsUuidEqual, .label = "UUID"};
    case IdentityDefect::nguid:
        return {.row = kNsNguidEqual, .label = "NGUID"};
    case IdentityDefect::eui64:
        return {.row = kNsEui64Equal, .label = "EUI64"};
    case IdentityDefect::csi:
        return {.row = kNsCsiEqual, .label = "command set (CSI)"};
    case IdentityDefect::id_set:
        return {.row = kNsIdSetEqual, .label = {}};
    case IdentityDefect::other_volume:
    case IdentityDefect::none:
        break;
    }
    return {.row = kNsNsidMapEqual, .label = {}};
}

std::string_view label_of(nvme::IdType type) {
    switch (type) {
    case nvme::IdType::uuid:
        return "UUID";
    case nvme::IdType::nguid:
        return "NGUID";
    case nvme::IdType::eui64:
        return "EUI64";
    case nvme::IdType::csi:
        break;
    }
    return "CSI";
}

/// The paths by equal identifiers.
Classes classes_of(const SharedNamespace& shared) {
    std::map<nvme::NamespaceIds, std::size_t> seen;
    Classes out;
    for (const Namespace* path : shared.paths) {
        if (path->ids_known) {
            out.emplace_back(path->controller,
                             seen.try_emplace(path->ids, seen.size()).first->second);
        }
    }
    return out;
}

std::string what_of(const SharedNamespace& shared, const Classes& classes) {
    const std::string where = between(classes);
    const std::string_view label = describe(shared.defect).label;
    if (!label.empty()) {
        return fmt::format("{} differs {}", label, where);
    }
    if (shared.defect == IdentityDefect::id_set) {
        std::vector<std::string> names;
        for (const nvme::IdType type : partial_types(shared)) {
            names.emplace_back(label_of(type));
        }
        return fmt::format("{} is there on some controllers only: differs {}", join_words(names),
                           where);
    }
    return fmt::format("nsid {} is another volume: its identifiers differ {}", shared.nsid, where);
}

void report_defect(const Subsystem& subsystem, const SharedNamespace& shared, Findings& findings) {
    const Classes classes = classes_of(shared);
    FoldKey key;
    key.add(static_cast<std::uint64_t>(shared.defect));
    const std::vector<nvme::IdType> partial = partial_types(shared);
    key.add(partial.size());
    for (const nvme::IdType type : partial) {
        key.add(static_cast<std::uint64_t>(type));
    }
    for (const auto& [controller, number] : classes) {
        key.add(controller->index).add(number);
    }
    const Row& row = describe(shared.defect).row;
    findings.add_folded(row, subsystem.nqn, shared.nsid, std::move(key), [&] {
        std::vector<FindingValue> values;
        for (const Namespace* path : shared.paths) {
            if (path->ids_known) {
                values.push_back(value_of(*path->controller, value_text(path->ids, shared.defect)));
            }
        }
        group_values(values);
        return Wording{.what = what_of(shared, classes),
                       .values = std::move(values),
                       .verdict = {},
                       .names_nsid = shared.defect == IdentityDefect::other_volume};
    });
}

/// Whether every controller that shows one of the namespaces shows both.
bool same_controllers(const SharedNamespace& one, const SharedNamespace& other) {
    return std::equal(
        one.paths.begin(), one.paths.end(), other.paths.begin(), other.paths.end(),
        [](const Namespace* a, const Namespace* b) { return a->controller == b->controller; });
}

/// \param move  whose values are shown
void add_move(const Subsystem& subsystem, const Move& move, std::vector<std::uint32_t> nsids,
              std::string what, Findings& findings) {
    findings.add({.row = move.conflicting ? kNsNsidMapEqual : kNsIdentityOneNsid,
                  .subsystem = subsystem.nqn,
                  .nsids = std::move(nsids),
                  .what = std::move(what),
                  .values = move_values(subsystem, move),
                  .verdict = {}});
}

void report_move(const Subsystem& subsystem, const Move& move, Findings& findings) {
    const SharedNamespace& first = *subsystem.find(move.nsids.front());
    const std::string where = between(classes_of(first));
    std::string what;
    if (!move.conflicting) {
        what = "one volume is " + homes(subsystem, move);
    } else if (move.nsids.size() == 2 &&
               same_controllers(first, *subsystem.find(move.nsids.back()))) {
        what = fmt::format("nsid {} and nsid {} are swapped {}", move.nsids.front(),
                           move.nsids.back(), where);
    } else {
        std::vector<std::string> arrays;
        for (const Controller* controller : subsystem.controllers) {
            if (arrays.empty() || arrays.back() != controller->array) {
                arrays.push_back(controller->array);
            }
        }
        what = fmt::format("nsid {} name other volumes on each of {}", brief_nsids(move.nsids),
                           join_words(arrays));
    }
    add_move(subsystem, move, move.nsids, std::move(what), findings);
}

/// Several of a kind as one: the NSIDs of all, the values of the first.
template <typename Entries>
std::vector<std::uint32_t> all_nsids(const Entries& entries) {
    std::set<std::uint32_t> out;
    for (const auto& entry : entries) {
        out.insert(entry.nsids.begin(), entry.nsids.end());
    }
    return {out.begin(), out.end()};
}

void report_moves(const Subsystem& subsystem, bool conflicting, Findings& findings) {
    std::vector<Move> moves;
    std::copy_if(subsystem.moves.begin(), subsystem.moves.end(), std::back_inserter(moves),
                 [conflicting](const Move& move) { return move.conflicting == conflicting; });
    if (moves.size() <= Findings::kUnfolded) {
        for (const Move& move : moves) {
            report_move(subsystem, move, findings);
        }
        return;
    }
    const std::vector<std::uint32_t> nsids = all_nsids(moves);
    add_move(subsystem, moves.front(), nsids,
             fmt::format("{} volumes have other NSIDs on each array (nsid {}; the values are "
                         "those of nsid {})",
                         nsids.size(), brief_nsids(nsids), format_nsids(moves.front().nsids)),
             findings);
}

/// Namespaces that share the same identifiers.
struct SharedBy {
    std::vector<std::uint32_t> nsids;
    std::vector<std::string> identifiers;
};

void report_shared(const Subsystem& subsystem, Findings& findings) {
    std::vector<SharedBy> groups;
    for (const SharedIdentifier& shared : subsystem.shared_identifiers) { // sorted by NSIDs
        if (groups.empty() || groups.back().nsids != shared.nsids) {
            groups.push_back({.nsids = shared.nsids, .identifiers = {}});
        }
        groups.back().identifiers.push_back(
            fmt::format("{} {}", nvme::to_string(shared.type), shared.text));
    }
    const auto add = [&](const SharedBy& group, std::vector<std::uint32_t> nsids,
                         std::string what) {
        std::vector<FindingValue> values;
        for (const Namespace* path : subsystem.find(group.nsids.front())->paths) {
            values.push_back(value_of(*path->controller, format_ids(path->ids)));
        }
        findings.add({.row = kNsIdUniqueInSubsystem,
                      .subsystem = subsystem.nqn,
                      .nsids = std::move(nsids),
                      .what = std::move(what),
                      .values = std::move(values),
                      .verdict = {}});
    };
    if (groups.size() <= Findings::kUnfolded) {
        for (const SharedBy& group : groups) {
            add(group, group.nsids,
                fmt::format("nsid {} share {}", brief_nsids(group.nsids),
                            join_words(group.identifiers)));
        }
        return;
    }
    const std::vector<std::uint32_t> nsids = all_nsids(groups);
    add(groups.front(), nsids,
        fmt::format("{} namespaces share identifiers with others (nsid {}; the values are those of "
                    "nsid {})",
                    nsids.size(), brief_nsids(nsids), brief_nsids(groups.front().nsids)));
}

// Where paths differ, that is a finding: of the row itself, or of another that explains it. Neither
// is counted here, and the row does not hold.

/// One identifier on all paths that have it.
/// \param id  of nvme::NamespaceIds: optional
template <typename Id>
Answer::Kind same_id(const SharedNamespace& shared, Id id) {
    std::decay_t<std::invoke_result_t<Id, const nvme::NamespaceIds&>> first;
    std::size_t known = 0;
    for (const Namespace* path : shared.paths) {
        const auto& value = std::invoke(id, path->ids);
        if (!value) {
            continue;
        }
        if (first && *first != *value) {
            return Answer::Kind::unknown;
        }
        first = value;
        ++known;
    }
    return known > 1 ? Answer::Kind::holds : Answer::Kind::not_asked;
}

/// Whether the identifiers of a path are not known.
bool unread_ids(const SharedNamespace& shared) {
    return std::any_of(shared.paths.begin(), shared.paths.end(),
                       [](const Namespace* path) { return !path->ids_known; });
}

bool any_ids(const SharedNamespace& shared) {
    return std::any_of(shared.paths.begin(), shared.paths.end(),
                       [](const Namespace* path) { return path->ids.any(); });
}

Answer::Kind same_set(const SharedNamespace& shared) {
    const auto types = [](const Namespace* path) {
        return std::tuple(path->ids.uuid.has_value(), path->ids.nguid.has_value(),
                          path->ids.eui64.has_value());
    };
    const bool partial =
        std::any_of(shared.paths.begin(), shared.paths.end(), [&](const Namespace* path) {
            return types(path) != types(shared.paths.front());
        });
    if (partial) {
        return Answer::Kind::unknown;
    }
    return any_ids(shared) ? Answer::Kind::holds : Answer::Kind::not_asked;
}

/// Whether the paths to one NSID lead to one volume.
Answer::Kind same_volume(const SharedNamespace& shared) {
    // Nothing proves it without identifiers, and what is wrong with one has a rule of its own.
    return any_ids(shared) && shared.defect == IdentityDefect::none ? Answer::Kind::holds
                                                                    : Answer::Kind::unknown;
}

void count_paths(const SharedNamespace& shared, Findings& findings) {
    if (shared.paths.size() < 2) {
        return;
    }
    const bool unread = unread_ids(shared);
    const auto count = [&](const Row& row, Answer::Kind kind) {
        findings.count(row, unread ? Answer::Kind::unknown : kind);
    };
    using Ids = nvme::NamespaceIds;
    count(kNsNsidMapEqual, same_volume(shared));
    count(kNsUuidEqual, same_id(shared, &Ids::uuid));
    count(kNsNguidEqual, same_id(shared, &Ids::nguid));
    count(kNsEui64Equal, same_id(shared, &Ids::eui64));
    count(kNsCsiEqual, same_id(shared, [](const Ids& ids) { return std::optional{ids.csi}; }));
    count(kNsIdSetEqual, same_set(shared));
}

/// Whether the volumes of one NSID are looked for, and known, under the others.
void count_identifiers(const Subsystem& subsystem, Findings& findings) {
    if (subsystem.namespaces.size() < 2) {
        return;
    }
    std::set<std::uint32_t> conflicting;
    for (const Move& move : subsystem.moves) {
        if (move.conflicting) {
            conflicting.insert(move.nsids.begin(), move.nsids.end());
        }
    }
    for (const SharedNamespace& shared : subsystem.namespaces) {
        const bool unread = unread_ids(shared);
        if (!unread && !any_ids(shared)) {
            continue;
        }
        // A volume that moved is under two NSIDs, and not two volumes with one identifier.
        findings.count(kNsIdUniqueInSubsystem,
                       unread || shared.moved ? Answer::Kind::unknown : Answer::Kind::holds);
        if (subsystem.controllers.size() > 1) {
            findings.count(kNsIdentityOneNsid, unread || conflicting.contains(shared.nsid)
                                                   ? Answer::Kind::unknown
                                                   : Answer::Kind::holds);
        }
    }
}

void judge_identity(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    report_moves(subsystem, true, findings);
    report_moves(subsystem, false, findings);
    for (const SharedNamespace& shared : subsystem.namespaces) {
        count_paths(shared, findings);
        if (shared.defect != IdentityDefect::none && !shared.moved) {
            report_defect(subsystem, shared, findings);
        }
    }
    count_identifiers(subsystem, findings);
    if (subsystem.unlisted()) {
        for (const Row* row : identity_rows()) {
            findings.unknown(*row);
        }
    }
    report_shared(subsystem, findings);
}

constexpr Row kNsNsidMapEqual{
    .rule = {.id = "ns.nsid.map_equal",
             .title = "An NSID names the same volume on all controllers",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1, §3.2.1.6: the NSID shall be the same; Linux \"IDs don't "
                      "match for shared namespace\"",
             .why = "Linux refuses the paths of the array that connects second, so the volumes "
                    "hang on one array; a host that goes by NSID alone writes to the wrong "
                    "volume.",
             .fix = "Array: map the volumes under the same NSIDs on both arrays. Host: disconnect "
                    "the array that was wrong before that, and connect it again afterwards.",
             .on_linux = linux_effect::kIdsDiffer},
    .judge = JudgeSubsystem{judge_identity}};

constexpr Row kNsIdentityOneNsid{
    .rule = {.id = "ns.identity.one_nsid",
             .title = "A volume has one NSID in the subsystem",
             .rule_class = RuleClass::uni,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux \"duplicate IDs in subsystem for nsid\"",
             .why = "Linux refuses the second number: the volume has no path to that array. Hosts "
                    "that do not look show one volume as two disks.",
             .fix = "Array: map the volume under the same NSID on both arrays. Host: unmount "
                    "it, disconnect the array that is changed first, and connect it again "
                    "afterwards.",
             .on_linux = linux_effect::kIdsInSubsystem},
    .judge = JudgeSubsystem{judge_identity}};

/// What becomes of a namespace whose identifiers differ.
constexpr std::string_view kRefused =
    "Linux refuses the path to the array that connects second: the volume hangs on one array, and "
    "which one depends on the order of connecting.";

} // namespace

constexpr Row kNsUuidEqual{
    .rule = {.id = "ns.uuid.equal",
             .title = "UUID is the same on all controllers",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux \"IDs don't match for shared namespace\"",
             .why = kRefused,
             .fix = "Array: first make sure that both really serve the same volume, then give "
                    "the copy the UUID of the original (nvmet: device_uuid). Host: disconnect "
                    "the array that is changed first, and connect it again afterwards: Linux "
                    "takes a namespace in use away whose identifiers change.",
             .on_linux = linux_effect::kIdsDiffer},
    .judge = JudgeSubsystem{judge_identity}};

constexpr Row kNsNguidEqual{
    .rule = {.id = "ns.nguid.equal",
             .title = "NGUID is the same on all controllers",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux \"IDs don't match for shared namespace\"",
             .why = kRefused,
             .fix = "Array: first make sure that both really serve the same volume, then give "
                    "the copy the NGUID of the original (nvmet: device_nguid). Host: "
                    "disconnect the array that is changed first, and connect it again "
                    "afterwards: Linux takes a namespace in use away whose identifiers "
                    "change.",
             .on_linux = linux_effect::kIdsDiffer},
    .judge = JudgeSubsystem{judge_identity}};

constexpr Row kNsEui64Equal{
    .rule = {.id = "ns.eui64.equal",
             .title = "EUI64 is the same on all controllers",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux \"IDs don't match for shared namespace\"",
             .why = kRefused,
             .fix = "Array: first make sure that both really serve the same volume, then give "
                    "the copy the EUI64 of the original. Host: disconnect the array that is "
                    "changed first, and connect it again afterwards: Linux takes a namespace "
                    "in use away whose identifiers change.",
             .on_linux = linux_effect::kIdsDiffer},
    .judge = JudgeSubsystem{judge_identity}};

constexpr Row kNsCsiEqual{
    .rule = {.id = "ns.csi.equal",
             .title = "The command set is the same on all controllers (CSI)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux compares it with the identifiers",
             .why = "Linux refuses the path of the array that connects second; a host that does "
                    "not, sends commands of one command set to the other.",
             .fix = "Array: report the same CSI descriptor on both arrays.",
             .on_linux = linux_effect::kIdsDiffer},
    .judge = JudgeSubsystem{judge_identity}};

constexpr Row kNsIdSetEqual{
    .rule = {.id = "ns.id.set_equal",
             .title = "The same kinds of identifier are there on all controllers",
             .rule_class = RuleClass::eqn,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_ns_ids_equal(): an absent identifier differs from a present one",
             .why = "To Linux these are different namespaces: it refuses the path to the array "
                    "that connects second. An identifier that is added later removes the "
                    "namespace from hosts that use it.",
             .fix = "Array: report the same identifiers (UUID, NGUID, EUI64) on both arrays, in "
                    "the descriptor list and in Identify Namespace. Host: reconnect afterwards.",
             .on_linux = linux_effect::kIdsDiffer},
    .judge = JudgeSubsystem{judge_identity}};

namespace {

constexpr Row kNsIdUniqueInSubsystem{
    .rule = {.id = "ns.id.unique_in_subsystem",
             .title = "No two namespaces of a subsystem share an identifier",
             .rule_class = RuleClass::uni,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §4.7.1: globally unique; Linux \"duplicate IDs in subsystem for "
                      "nsid\"",
             .why = "Linux refuses all but one of the namespaces; device names by identifier lead "
                    "to whichever came last.",
             .fix = "Array: give each namespace identifiers of its own; do not map one volume "
                    "twice. Host: disconnect the array that is changed first, and connect it "
                    "again afterwards: Linux takes a namespace in use away whose identifiers "
                    "change.",
             .on_linux = linux_effect::kIdsInSubsystem},
    .judge = JudgeSubsystem{judge_identity}};

constexpr std::array kIdentityRows{&kNsNsidMapEqual, &kNsIdentityOneNsid,    &kNsUuidEqual,
                                   &kNsNguidEqual,   &kNsEui64Equal,         &kNsCsiEqual,
                                   &kNsIdSetEqual,   &kNsIdUniqueInSubsystem};

} // namespace

std::span<const Row* const> identity_rows() {
    return kIdentityRows;
}

} // namespace haoh::judge
