// SPDX-License-Identifier: LGPL-2.1-or-later
// Which namespace is which. How the paths relate was worked out in identity_map.cpp; here it is
// put into words.
#include "compare.hpp"
#include "fields.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

std::string_view rule_of(IdentityDefect defect) {
    switch (defect) {
    case IdentityDefect::uuid:
        return "ns.uuid.equal";
    case IdentityDefect::nguid:
        return "ns.nguid.equal";
    case IdentityDefect::eui64:
        return "ns.eui64.equal";
    case IdentityDefect::csi:
        return "ns.csi.equal";
    case IdentityDefect::id_set:
        return "ns.id.set_equal";
    case IdentityDefect::other_volume:
    case IdentityDefect::none:
        break;
    }
    return "ns.nsid.map_equal";
}

std::string value_text(const nvme::NamespaceIds& ids, IdentityDefect defect) {
    switch (defect) {
    case IdentityDefect::uuid:
        return ids.uuid ? nvme::format_uuid(*ids.uuid) : "absent";
    case IdentityDefect::nguid:
        return ids.nguid ? nvme::format_nguid(*ids.nguid) : "absent";
    case IdentityDefect::eui64:
        return ids.eui64 ? nvme::format_eui64(*ids.eui64) : "absent";
    case IdentityDefect::csi:
        return fmt::format("{}", ids.csi);
    case IdentityDefect::id_set:
    case IdentityDefect::other_volume:
    case IdentityDefect::none:
        break;
    }
    return format_ids(ids);
}

/// The types that some paths have and others lack.
std::string partial_types(const SharedNamespace& shared) {
    std::array<std::set<bool>, 3> present;
    for (const Namespace* path : shared.paths) {
        if (path->ids_known) {
            present[0].insert(path->ids.uuid.has_value());
            present[1].insert(path->ids.nguid.has_value());
            present[2].insert(path->ids.eui64.has_value());
        }
    }
    constexpr std::array<std::string_view, 3> kNames{"UUID", "NGUID", "EUI64"};
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (present[i].size() > 1) {
            names.emplace_back(kNames[i]);
        }
    }
    return join_words(names);
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
    switch (shared.defect) {
    case IdentityDefect::uuid:
        return "UUID differs " + where;
    case IdentityDefect::nguid:
        return "NGUID differs " + where;
    case IdentityDefect::eui64:
        return "EUI64 differs " + where;
    case IdentityDefect::csi:
        return "command set (CSI) differs " + where;
    case IdentityDefect::id_set:
        return fmt::format("{} is there on some controllers only: differs {}",
                           partial_types(shared), where);
    case IdentityDefect::other_volume:
    case IdentityDefect::none:
        break;
    }
    return fmt::format("nsid {} is another volume: its identifiers differ {}", shared.nsid, where);
}

void report_defect(const Subsystem& subsystem, const SharedNamespace& shared, Findings& findings) {
    const Classes classes = classes_of(shared);
    FoldKey key;
    key.add(static_cast<std::uint64_t>(shared.defect)).add(partial_types(shared));
    for (const auto& [controller, number] : classes) {
        key.add(controller->index).add(number);
    }
    const std::string_view rule = rule_of(shared.defect);
    findings.add_folded(rule, subsystem.nqn, shared.nsid, std::move(key), [&] {
        std::vector<FindingValue> values;
        for (const Namespace* path : shared.paths) {
            if (path->ids_known) {
                values.push_back(value_of(*path->controller, value_text(path->ids, shared.defect)));
            }
        }
        group_values(values);
        return Wording{
            .what = what_of(shared, classes), .values = std::move(values), .verdict = {}};
    });
}

/// Where one volume is: "nsid 1 on array-a and nsid 5 on array-b".
std::string homes(const Subsystem& subsystem, const Move& move) {
    std::vector<std::string> words;
    for (const std::uint32_t nsid : move.nsids) {
        std::vector<const Controller*> here;
        for (const Namespace* path : subsystem.find(nsid)->paths) {
            here.push_back(path->controller);
        }
        words.push_back(fmt::format("nsid {} {}", nsid, place(here, subsystem.controllers)));
    }
    return join_words(words);
}

/// What each controller shows under the NSIDs of a move.
std::vector<FindingValue> move_values(const Subsystem& subsystem, const Move& move) {
    constexpr std::size_t kShown = 4;
    std::map<const Controller*, std::vector<std::string>> texts;
    for (std::size_t i = 0; i < std::min(move.nsids.size(), kShown); ++i) {
        for (const Namespace* path : subsystem.find(move.nsids[i])->paths) {
            texts[path->controller].push_back(
                fmt::format("nsid {} = {}", path->nsid, format_ids(path->ids)));
        }
    }
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        const auto text = texts.find(controller);
        if (text != texts.end()) {
            values.push_back(
                value_of(*controller, fmt::format("{}{}", fmt::join(text->second, "; "),
                                                  move.nsids.size() > kShown ? "; ..." : "")));
        }
    }
    group_values(values);
    return values;
}

/// Whether every controller that shows one of the namespaces shows both.
bool same_controllers(const SharedNamespace& one, const SharedNamespace& other) {
    return std::equal(
        one.paths.begin(), one.paths.end(), other.paths.begin(), other.paths.end(),
        [](const Namespace* a, const Namespace* b) { return a->controller == b->controller; });
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
        std::vector<std::string> sites;
        for (const Controller* controller : subsystem.controllers) {
            if (sites.empty() || sites.back() != controller->site) {
                sites.push_back(controller->site);
            }
        }
        what = fmt::format("nsid {} name other volumes on each of {}", brief_nsids(move.nsids),
                           join_words(sites));
    }
    findings.add({.rule = move.conflicting ? "ns.nsid.map_equal" : "ns.identity.one_nsid",
                  .subsystem = subsystem.nqn,
                  .nsids = move.nsids,
                  .what = std::move(what),
                  .values = move_values(subsystem, move),
                  .verdict = {}});
}

/// Several of a kind as one: the NSIDs of all, the values of the first.
template <typename Entries>
std::vector<std::uint32_t> all_nsids(const Entries& entries) {
    std::set<std::uint32_t> out;
    for (const auto* entry : entries) {
        out.insert(entry->nsids.begin(), entry->nsids.end());
    }
    return {out.begin(), out.end()};
}

void report_moves(const Subsystem& subsystem, bool conflicting, Findings& findings) {
    std::vector<const Move*> moves;
    for (const Move& move : subsystem.moves) {
        if (move.conflicting == conflicting) {
            moves.push_back(&move);
        }
    }
    if (moves.size() <= Findings::kUnfolded) {
        for (const Move* move : moves) {
            report_move(subsystem, *move, findings);
        }
        return;
    }
    std::vector<std::uint32_t> nsids = all_nsids(moves);
    findings.add(
        {.rule = conflicting ? "ns.nsid.map_equal" : "ns.identity.one_nsid",
         .subsystem = subsystem.nqn,
         .nsids = nsids,
         .what = fmt::format("{} volumes have other NSIDs on each array (nsid {}; the values are "
                             "those of nsid {})",
                             nsids.size(), brief_nsids(nsids), format_nsids(moves.front()->nsids)),
         .values = move_values(subsystem, *moves.front()),
         .verdict = {}});
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
    const auto values_of = [&subsystem](const SharedBy& group) {
        std::vector<FindingValue> values;
        for (const Namespace* path : subsystem.find(group.nsids.front())->paths) {
            values.push_back(value_of(*path->controller, format_ids(path->ids)));
        }
        return values;
    };
    if (groups.size() <= Findings::kUnfolded) {
        for (const SharedBy& group : groups) {
            findings.add({.rule = "ns.id.unique_in_subsystem",
                          .subsystem = subsystem.nqn,
                          .nsids = group.nsids,
                          .what = fmt::format("nsid {} share {}", brief_nsids(group.nsids),
                                              join_words(group.identifiers)),
                          .values = values_of(group),
                          .verdict = {}});
        }
        return;
    }
    std::vector<const SharedBy*> all;
    for (const SharedBy& group : groups) {
        all.push_back(&group);
    }
    std::vector<std::uint32_t> nsids = all_nsids(all);
    findings.add(
        {.rule = "ns.id.unique_in_subsystem",
         .subsystem = subsystem.nqn,
         .nsids = nsids,
         .what = fmt::format("{} namespaces share identifiers with others (nsid {}; the "
                             "values are those of nsid {})",
                             nsids.size(), brief_nsids(nsids), brief_nsids(groups.front().nsids)),
         .values = values_of(groups.front()),
         .verdict = {}});
}

void judge_identity(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    report_moves(subsystem, true, findings);
    report_moves(subsystem, false, findings);
    for (const SharedNamespace& shared : subsystem.namespaces) {
        if (shared.defect != IdentityDefect::none && !shared.moved) {
            report_defect(subsystem, shared, findings);
        }
    }
    report_shared(subsystem, findings);
}

constexpr std::array kIdentityRows{
    Row{.rule = {.id = "ns.nsid.map_equal",
                 .title = "An NSID names the same volume on all controllers",
                 .rule_class = RuleClass::eqs,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis =
                     "Base 2.3 §2.4.1, §3.2.1.6: the NSID shall be the same; Linux \"IDs don't "
                     "match for shared namespace\"",
                 .why = "Linux refuses the paths of the array that connects second, so the volumes "
                        "hang on one array; a host that goes by NSID alone writes to the wrong "
                        "volume.",
                 .fix =
                     "Array: map the volumes under the same NSIDs on both arrays. Host: disconnect "
                     "the array that was wrong before that, and connect it again afterwards."},
        .judge = JudgeSubsystem{judge_identity}},
    Row{.rule = {.id = "ns.identity.one_nsid",
                 .title = "A volume has one NSID in the subsystem",
                 .rule_class = RuleClass::uni,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §2.4.1; Linux \"duplicate IDs in subsystem for nsid\"",
                 .why =
                     "Linux refuses the second number: the volume has no path to that array. Hosts "
                     "that do not look show one volume as two disks.",
                 .fix = "Array: map the volume under the same NSID on both arrays."},
        .judge = ReportedElsewhere{}},
    Row{.rule = {.id = "ns.uuid.equal",
                 .title = "UUID is the same on all controllers",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §2.4.1; Linux \"IDs don't match for shared namespace\"",
                 .why =
                     "Linux refuses the path to the array that connects second: the volume hangs "
                     "on one array, and which one depends on the order of connecting.",
                 .fix =
                     "Array: first make sure that both really serve the same volume, then give the "
                     "copy the UUID of the original (nvmet: device_uuid). Host: rescan or "
                     "reconnect."},
        .judge = ReportedElsewhere{}},
    Row{.rule = {.id = "ns.nguid.equal",
                 .title = "NGUID is the same on all controllers",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §2.4.1; Linux \"IDs don't match for shared namespace\"",
                 .why =
                     "Linux refuses the path to the array that connects second: the volume hangs "
                     "on one array, and which one depends on the order of connecting.",
                 .fix =
                     "Array: first make sure that both really serve the same volume, then give the "
                     "copy the NGUID of the original (nvmet: device_nguid). Host: rescan or "
                     "reconnect."},
        .judge = ReportedElsewhere{}},
    Row{.rule = {.id = "ns.eui64.equal",
                 .title = "EUI64 is the same on all controllers",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §2.4.1; Linux \"IDs don't match for shared namespace\"",
                 .why =
                     "Linux refuses the path to the array that connects second: the volume hangs "
                     "on one array, and which one depends on the order of connecting.",
                 .fix =
                     "Array: first make sure that both really serve the same volume, then give the "
                     "copy the EUI64 of the original. Host: rescan or reconnect."},
        .judge = ReportedElsewhere{}},
    Row{.rule = {.id = "ns.csi.equal",
                 .title = "The command set is the same on all controllers (CSI)",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §2.4.1; Linux compares it with the identifiers",
                 .why =
                     "Linux refuses the path of the array that connects second; a host that does "
                     "not, sends commands of one command set to the other.",
                 .fix = "Array: report the same CSI descriptor on both arrays."},
        .judge = ReportedElsewhere{}},
    Row{.rule = {.id = "ns.id.set_equal",
                 .title = "The same kinds of identifier are there on all controllers",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis =
                     "Linux nvme_ns_ids_equal(): an absent identifier differs from a present one",
                 .why = "To Linux these are different namespaces: it refuses the path to the array "
                        "that connects second. An identifier that is added later removes the "
                        "namespace from hosts that use it.",
                 .fix =
                     "Array: report the same identifiers (UUID, NGUID, EUI64) on both arrays, in "
                     "the descriptor list and in Identify Namespace. Host: reconnect afterwards."},
        .judge = ReportedElsewhere{}},
    Row{.rule = {.id = "ns.id.unique_in_subsystem",
                 .title = "No two namespaces of a subsystem share an identifier",
                 .rule_class = RuleClass::uni,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis =
                     "Base 2.3 §4.7.1: globally unique; Linux \"duplicate IDs in subsystem for "
                     "nsid\"",
                 .why =
                     "Linux refuses all but one of the namespaces; device names by identifier lead "
                     "to whichever came last.",
                 .fix = "Array: give each namespace identifiers of its own; do not map one volume "
                        "twice."},
        .judge = ReportedElsewhere{}},
};

} // namespace

std::span<const Row> identity_rows() {
    return kIdentityRows;
}

} // namespace haoh::judge
