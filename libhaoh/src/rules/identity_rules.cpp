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

constexpr std::uint8_t kUidReuse = 1U << 3;

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

using Classes = std::vector<std::pair<const Controller*, std::size_t>>;

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
    Pattern pattern;
    pattern.add(static_cast<std::uint64_t>(shared.defect));
    for (const auto& [controller, number] : classes) {
        pattern.add(controller->index).add(number);
    }
    const std::string_view rule = rule_of(shared.defect);
    findings.add_folded(rule, subsystem.nqn, shared.nsid, pattern.value(), [&] {
        std::vector<FindingValue> values;
        for (const Namespace* path : shared.paths) {
            if (path->ids_known) {
                values.push_back(value_of(*path->controller, value_text(path->ids, shared.defect)));
            }
        }
        group_values(values);
        return Draft{.rule = rule,
                     .subsystem = subsystem.nqn,
                     .nsids = {shared.nsid},
                     .what = what_of(shared, classes),
                     .values = std::move(values),
                     .verdict = {}};
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

void report_move(const Subsystem& subsystem, const Move& move, Findings& findings) {
    const SharedNamespace& first = *subsystem.find(move.nsids.front());
    const std::string where = between(classes_of(first));
    std::string what;
    if (!move.conflicting) {
        what = "one volume is " + homes(subsystem, move);
    } else if (move.nsids.size() == 2 && first.paths.size() > 1 &&
               subsystem.find(move.nsids.back())->paths.size() > 1) {
        what = fmt::format("nsid {} and nsid {} are swapped {}", move.nsids.front(),
                           move.nsids.back(), where);
    } else {
        std::vector<std::string> sites;
        for (const Controller* controller : subsystem.controllers) {
            if (sites.empty() || sites.back() != controller->site) {
                sites.push_back(controller->site);
            }
        }
        what = fmt::format("nsid {} name other volumes on each of {}", format_nsids(move.nsids),
                           join_words(sites));
    }
    findings.add({.rule = move.conflicting ? "ns.nsid.map_equal" : "ns.identity.one_nsid",
                  .subsystem = subsystem.nqn,
                  .nsids = move.nsids,
                  .what = std::move(what),
                  .values = move_values(subsystem, move),
                  .verdict = {}});
}

void report_shared(const Subsystem& subsystem, Findings& findings) {
    // Namespaces that share all of their identifiers are one finding.
    std::map<std::vector<std::uint32_t>, std::vector<const SharedIdentifier*>> by_nsids;
    for (const SharedIdentifier& shared : subsystem.shared_identifiers) {
        by_nsids[shared.nsids].push_back(&shared);
    }
    for (const auto& [nsids, identifiers] : by_nsids) {
        std::vector<std::string> texts;
        std::vector<FindingValue> values;
        for (const SharedIdentifier* shared : identifiers) {
            texts.push_back(fmt::format("{} {}", nvme::to_string(shared->type), shared->text));
        }
        for (const Namespace* path : subsystem.find(nsids.front())->paths) {
            values.push_back(value_of(*path->controller, format_ids(path->ids)));
        }
        findings.add(
            {.rule = "ns.id.unique_in_subsystem",
             .subsystem = subsystem.nqn,
             .nsids = nsids,
             .what = fmt::format("{} namespaces share {}", nsids.size(), join_words(texts)),
             .values = std::move(values),
             .verdict = {}});
    }
}

void judge_identity(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    for (const Move& move : subsystem.moves) {
        report_move(subsystem, move, findings);
    }
    for (const SharedNamespace& shared : subsystem.namespaces) {
        if (shared.defect != IdentityDefect::none && !shared.moved) {
            report_defect(subsystem, shared, findings);
        }
    }
    report_shared(subsystem, findings);
}

/// No identifier on any controller; where only some have none, it is `ns.id.set_equal`.
bool without_id(const Namespace& path, const Subsystem& subsystem) {
    if (!path.ids_known || !path.has_identify || path.ids.any()) {
        return false;
    }
    const SharedNamespace* shared = subsystem.find(path.nsid);
    return shared == nullptr || shared->defect == IdentityDefect::none;
}

/// UUIDs came with 1.3.
bool has_uuids(const Namespace& path) {
    return path.controller->version() >= version_number(1, 3);
}

std::optional<std::string> no_uuid(const Namespace& path, const Subsystem& subsystem) {
    if (!has_uuids(path) || !without_id(path, subsystem)) {
        return std::nullopt;
    }
    return "NGUID 0, EUI64 0, no UUID";
}

std::optional<std::string> no_identifier(const Namespace& path, const Subsystem& subsystem) {
    if (has_uuids(path) || !without_id(path, subsystem)) {
        return std::nullopt;
    }
    return "NGUID 0, EUI64 0";
}

/// What a careless array fills in: one byte all over, or counted up.
bool placeholder(nvme::ByteView id) {
    const bool constant =
        std::all_of(id.begin(), id.end(), [&id](std::uint8_t byte) { return byte == id.front(); });
    bool counted = true;
    for (std::size_t i = 1; i < id.size(); ++i) {
        counted = counted && id[i] == static_cast<std::uint8_t>(id[i - 1] + 1);
    }
    return constant || counted;
}

std::optional<std::string> placeholder_id(const Namespace& path, const Subsystem& /*own*/) {
    const nvme::NamespaceIds& ids = path.ids;
    if (ids.uuid && placeholder(*ids.uuid)) {
        return "uuid " + nvme::format_uuid(*ids.uuid);
    }
    if (ids.nguid && placeholder(*ids.nguid)) {
        return "nguid " + nvme::format_nguid(*ids.nguid);
    }
    if (ids.eui64 && placeholder(*ids.eui64)) {
        return "eui64 " + nvme::format_eui64(*ids.eui64);
    }
    return std::nullopt;
}

std::optional<std::string> odd_uuid(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.ids.uuid) {
        return std::nullopt;
    }
    const nvme::Uuid& uuid = *path.ids.uuid;
    const unsigned version = uuid[6] >> 4U;
    const bool variant = (uuid[8] & 0xC0U) == 0x80U;
    if (variant && version >= 1 && version <= 7) {
        return std::nullopt;
    }
    // Many arrays send the bytes of the NGUID as UUID; that is unique, and known not to be one.
    if (path.ids.nguid && *path.ids.nguid == uuid) {
        return std::nullopt;
    }
    return fmt::format("{} ({})", nvme::format_uuid(uuid),
                       variant ? fmt::format("version {}", version) : "variant is not 10b");
}

/// The OUI of Identify Controller in the order of identifiers; nullopt when it is not given.
std::optional<std::array<std::uint8_t, 3>> oui_of(const Controller& controller) {
    const auto& ieee = controller.id.ieee;
    if (!controller.has_identify || nvme::all_zero(ieee)) {
        return std::nullopt;
    }
    return std::array<std::uint8_t, 3>{ieee[2], ieee[1], ieee[0]};
}

std::optional<std::string> foreign_oui(nvme::ByteView oui, const Controller& controller) {
    const auto own = oui_of(controller);
    if (!own || std::equal(oui.begin(), oui.end(), own->begin())) {
        return std::nullopt;
    }
    return fmt::format("{} in the identifier, {} of the controller", nvme::to_hex(oui),
                       nvme::to_hex(*own));
}

std::optional<std::string> nguid_oui(const Namespace& path, const Subsystem& /*own*/) {
    constexpr std::size_t kOui = 8;
    return path.ids.nguid
               ? foreign_oui(nvme::ByteView{*path.ids.nguid}.subspan(kOui, 3), *path.controller)
               : std::nullopt;
}

std::optional<std::string> eui64_oui(const Namespace& path, const Subsystem& /*own*/) {
    return path.ids.eui64 ? foreign_oui(nvme::ByteView{*path.ids.eui64}.first(3), *path.controller)
                          : std::nullopt;
}

/// Where the NGUID holds the EUI64: 0 nowhere, 1 in its lower half, 2 as OUI and extension.
unsigned relation(const nvme::Nguid& nguid, const nvme::Eui64& eui64) {
    if (std::equal(eui64.begin(), eui64.end(), nguid.begin() + 8)) {
        return 1;
    }
    return std::equal(eui64.begin(), eui64.end(), nguid.begin()) ? 2 : 0;
}

void judge_embedding(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    std::map<unsigned, const Namespace*> found;
    for (const SharedNamespace& shared : subsystem.namespaces) {
        const Namespace* path = shared.paths.front();
        if (path->ids.nguid && path->ids.eui64) {
            found.try_emplace(relation(*path->ids.nguid, *path->ids.eui64), path);
        }
    }
    if (found.size() < 2) {
        return;
    }
    std::vector<std::uint32_t> nsids;
    std::vector<FindingValue> values;
    for (const auto& [kind, path] : found) {
        nsids.push_back(path->nsid);
        values.push_back(value_of(*path->controller,
                                  fmt::format("nsid {} = {}", path->nsid, format_ids(path->ids))));
    }
    std::sort(nsids.begin(), nsids.end());
    findings.add({.rule = "ns.nguid.embeds_eui64",
                  .subsystem = subsystem.nqn,
                  .nsids = std::move(nsids),
                  .what = "NGUID is built from EUI64 for some namespaces only",
                  .values = std::move(values),
                  .verdict = {}});
}

std::optional<std::string> reuse_without_id(const Namespace& path, const Subsystem& /*own*/) {
    const bool reuse = path.has_identify && (path.idns.nsfeat & kUidReuse) != 0;
    if (!reuse || path.ids.nguid || path.ids.eui64) {
        return std::nullopt;
    }
    return fmt::format("NSFEAT {:#x}", path.idns.nsfeat);
}

std::optional<std::string> not_shared(const Namespace& path, const Subsystem& subsystem) {
    const bool alone = subsystem.controllers.size() < 2 && !subsystem.incomplete;
    if (alone || !path.has_identify || (path.idns.nmic & nvme::nmic::shared) != 0) {
        return std::nullopt;
    }
    // Dispersed namespaces have a rule of their own for this.
    if ((path.idns.nmic & nvme::nmic::dispersed) != 0) {
        return std::nullopt;
    }
    return fmt::format("NMIC {:#x}", path.idns.nmic);
}

constexpr std::array kRows{
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
    Row{.rule = {.id = "ns.uuid.required_if_zero",
                 .title = "A namespace without NGUID and EUI64 has a UUID",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §4.7.1.4: shall have one; Linux merges on the NSID alone when "
                          "there is none",
                 .why =
                     "Nothing proves that both arrays serve the same volume. Linux joins the paths "
                     "by their number without a word and mixes two volumes when they are two.",
                 .fix =
                     "Array: give the namespace a UUID or an NGUID, the same on both arrays. Host: "
                     "do not use the namespace over both arrays until then."},
        .judge = CheckNamespace{.clause = "no identifier", .defect = no_uuid}},
    Row{.rule = {.id = "ns.id.at_least_one",
                 .title = "A namespace has an identifier",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §4.7.1.4; for controllers before 1.3, which have no UUIDs",
                 .why =
                     "Nothing proves that both arrays serve the same volume. Linux joins the paths "
                     "by their number without a word and mixes two volumes when they are two.",
                 .fix = "Array: give the namespace an NGUID or EUI64, the same on both arrays, or "
                        "move to a version with UUIDs."},
        .judge = CheckNamespace{.clause = "no identifier", .defect = no_identifier}},
    Row{.rule = {.id = "ns.id.not_placeholder",
                 .title = "Identifiers are not placeholders",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §4.5: globally unique",
                 .why = "The next array of the same make shows the same identifier for another "
                        "volume, and a host that sees both mixes them up or refuses one.",
                 .fix = "Array: generate identifiers that are unique."},
        .judge = CheckNamespace{.clause = "identifier looks like a placeholder",
                                .defect = placeholder_id}},
    Row{.rule = {.id = "ns.uuid.rfc9562",
                 .title = "The UUID is one by RFC 9562",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::management,
                 .verdict = Verdict::note,
                 .basis =
                     "Base 2.3 §4.5.6, RFC 9562: variant 10b, version 1 to 7 (8 is unique by its "
                     "vendor's word only)",
                 .why = "Nothing says that the value is unique in the world.",
                 .fix = "Array: generate the UUID by one of the versions of RFC 9562."},
        .judge = CheckNamespace{.clause = "UUID of no known kind", .defect = odd_uuid}},
    Row{.rule = {.id = "ns.nguid.oui",
                 .title = "The NGUID holds the controller's OUI",
                 .rule_class = RuleClass::xrf,
                 .severity = Severity::management,
                 .verdict = Verdict::note,
                 .basis =
                     "Base 2.3 §4.5.3, §4.5.5: bytes 8 to 10, in the other byte order than IEEE of "
                     "Identify Controller",
                 .why =
                     "The identifier was made by another vendor (an imported volume keeps it), or "
                     "the bytes are in the wrong order.",
                 .fix =
                     "Array: check the byte order of the OUI. Nothing to do for imported volumes."},
        .judge = CheckNamespace{.clause = "NGUID with another OUI", .defect = nguid_oui}},
    Row{.rule =
            {.id = "ns.eui64.oui",
             .title = "The EUI64 holds the controller's OUI",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §4.5.3, §4.5.4: bytes 0 to 2, in the other byte order than IEEE of "
                      "Identify Controller",
             .why = "The identifier was made by another vendor (an imported volume keeps it), or "
                    "the bytes are in the wrong order.",
             .fix = "Array: check the byte order of the OUI. Nothing to do for imported volumes."},
        .judge = CheckNamespace{.clause = "EUI64 with another OUI", .defect = eui64_oui}},
    Row{.rule =
            {.id = "ns.nguid.embeds_eui64",
             .title = "NGUIDs are built from EUI64s everywhere or nowhere",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "practice",
             .why = "Namespaces of one subsystem got their identifiers in different ways, as after "
                    "an incomplete migration.",
             .fix = "Array: look where the namespaces that stand out come from."},
        .judge = JudgeSubsystem{judge_embedding}},
    Row{.rule = {.id = "ns.uid_reuse.bit",
                 .title = "UIDREUSE needs an NGUID or EUI64",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::management,
                 .verdict = Verdict::note,
                 .basis = "Base 2.3 §4.7.1.4, Figure 335: shall be cleared when both are zero",
                 .why = "The array promises not to reuse identifiers that it does not have.",
                 .fix = "Array: clear NSFEAT bit 3, or report an NGUID or EUI64."},
        .judge = CheckNamespace{.clause = "UIDREUSE without NGUID and EUI64",
                                .defect = reuse_without_id}},
    Row{.rule = {.id = "ns.uid_reuse.equal",
                 .title = "Reuse of identifiers is the same on all controllers (NSFEAT UIDREUSE)",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §2.4.1, §4.7.1.4",
                 .why =
                     "One array may give the identifier of a deleted namespace to a new one while "
                     "the other promises not to: hosts take a new volume for an old one.",
                 .fix = "Array: set NSFEAT bit 3 alike on both arrays."},
        .judge =
            EqualNamespaces{
                .fields =
                    {{{"identifier reuse (UIDREUSE)", NamespacePage::identify, "nsfeat",
                       key_bits<&nvme::IdentifyNamespace::nsfeat, kUidReuse>, as_flag},
                      {"identifier reuse (UIDREUSE, CNS 08h)", NamespacePage::independent, "nsfeat",
                       independent_bits<&nvme::IdentifyNamespaceIndependent::nsfeat, kUidReuse>,
                       as_flag, Unit::none, true}}}}},
    Row{.rule = {.id = "ns.nmic.shared",
                 .title = "The namespace may be shared by controllers (NMIC SHRNS)",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 Figure 335; Linux \"Duplicate unshared namespace\"",
                 .why = "Linux refuses the second path: the volume hangs on one controller.",
                 .fix =
                     "Array: set NMIC bit 0 for the namespace on every controller of both arrays."},
        .judge = CheckNamespace{.clause = "namespace not shared (NMIC bit 0 clear)",
                                .defect = not_shared}},
};

} // namespace

std::span<const Row> identity_rows() {
    return kRows;
}

} // namespace haoh::judge
