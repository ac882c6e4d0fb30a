// SPDX-License-Identifier: LGPL-2.1-or-later
// Identifiers by themselves: that there are some, that they are well made, that namespaces may be
// shared at all.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/namespace_effects.hpp"

#include <algorithm>
#include <map>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kNsNguidEmbedsEui64;

constexpr std::uint8_t kUidReuse = 1U << 3;

/// Of an identifier that a path does not have.
Answer absent(const Namespace& path) {
    return path.ids_known ? Answer::not_asked() : Answer::unknown();
}

/// No identifier on any controller; where only some have none, it is `ns.id.set_equal`.
Answer any_id(const Namespace& path, const Subsystem& subsystem, std::string_view none) {
    if (path.ids.any()) {
        return Answer::holds();
    }
    if (!path.ids_known || !path.has_identify) {
        return Answer::unknown();
    }
    const SharedNamespace* shared = subsystem.find(path.nsid);
    return shared == nullptr || shared->defect == IdentityDefect::none
               ? Answer::broken(std::string{none})
               : Answer::unknown();
}

/// UUIDs came with 1.3.
bool has_uuids(const Namespace& path) {
    return path.controller->version() >= version_number(1, 3);
}

Answer no_uuid(const Namespace& path, const Subsystem& subsystem) {
    return has_uuids(path) ? any_id(path, subsystem, "NGUID 0, EUI64 0, no UUID")
                           : Answer::not_asked();
}

Answer no_identifier(const Namespace& path, const Subsystem& subsystem) {
    return has_uuids(path) ? Answer::not_asked() : any_id(path, subsystem, "NGUID 0, EUI64 0");
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

Answer placeholder_id(const Namespace& path, const Subsystem& /*own*/) {
    const nvme::NamespaceIds& ids = path.ids;
    if (ids.uuid && placeholder(*ids.uuid)) {
        return Answer::broken("uuid " + nvme::format_uuid(*ids.uuid));
    }
    if (ids.nguid && placeholder(*ids.nguid)) {
        return Answer::broken("nguid " + nvme::format_nguid(*ids.nguid));
    }
    if (ids.eui64 && placeholder(*ids.eui64)) {
        return Answer::broken("eui64 " + nvme::format_eui64(*ids.eui64));
    }
    return path.ids_known && ids.any() ? Answer::holds() : absent(path);
}

Answer odd_uuid(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.ids.uuid) {
        return absent(path);
    }
    const nvme::Uuid& uuid = *path.ids.uuid;
    const unsigned version = uuid[6] >> 4U;
    const bool variant = (uuid[8] & 0xC0U) == 0x80U;
    if (variant && version >= 1 && version <= 7) {
        return Answer::holds();
    }
    // Many arrays send the bytes of the NGUID as UUID; that is unique, and known not to be one.
    if (path.ids.nguid && *path.ids.nguid == uuid) {
        return Answer::not_asked();
    }
    return Answer::broken(
        fmt::format("{} ({})", nvme::format_uuid(uuid),
                    variant ? fmt::format("version {}", version) : "variant is not 10b"));
}

Answer foreign_oui(nvme::ByteView oui, const Controller& controller) {
    if (!controller.has_identify) {
        return Answer::unknown();
    }
    const auto& ieee = controller.id.ieee;
    if (nvme::all_zero(ieee)) {
        return Answer::not_asked(); // not given
    }
    const std::array<std::uint8_t, 3> own{ieee[2], ieee[1], ieee[0]}; // in the order of identifiers
    if (std::equal(oui.begin(), oui.end(), own.begin())) {
        return Answer::holds();
    }
    return Answer::broken(fmt::format("{} in the identifier, {} of the controller",
                                      nvme::to_hex(oui), nvme::to_hex(own)));
}

Answer nguid_oui(const Namespace& path, const Subsystem& /*own*/) {
    constexpr std::size_t kOui = 8;
    return path.ids.nguid
               ? foreign_oui(nvme::ByteView{*path.ids.nguid}.subspan(kOui, 3), *path.controller)
               : absent(path);
}

Answer eui64_oui(const Namespace& path, const Subsystem& /*own*/) {
    return path.ids.eui64 ? foreign_oui(nvme::ByteView{*path.ids.eui64}.first(3), *path.controller)
                          : absent(path);
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
    std::size_t related = 0;
    for (const SharedNamespace& shared : subsystem.namespaces) {
        const Namespace* path = shared.paths.front();
        if (path->ids.nguid && path->ids.eui64) {
            found.try_emplace(relation(*path->ids.nguid, *path->ids.eui64), path);
            ++related;
        } else if (!path->ids_known && subsystem.namespaces.size() > 1) {
            findings.unknown(kNsNguidEmbedsEui64);
        }
    }
    if (related > 1) {
        findings.judged(kNsNguidEmbedsEui64);
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
    findings.add({.row = kNsNguidEmbedsEui64,
                  .subsystem = subsystem.nqn,
                  .nsids = std::move(nsids),
                  .what = "NGUID is built from EUI64 for some namespaces only",
                  .values = std::move(values),
                  .verdict = {}});
}

Answer reuse_without_id(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.has_identify) {
        return Answer::unknown();
    }
    if ((path.idns.nsfeat & kUidReuse) == 0) {
        return Answer::not_asked();
    }
    return path.ids.nguid || path.ids.eui64
               ? Answer::holds()
               : Answer::broken(fmt::format("NSFEAT {:#x}", path.idns.nsfeat));
}

Answer not_shared(const Namespace& path, const Subsystem& subsystem) {
    if (subsystem.controllers.size() < 2 && !subsystem.incomplete) {
        return Answer::not_asked();
    }
    if (!path.has_identify) {
        return Answer::unknown();
    }
    if ((path.idns.nmic & nvme::nmic::shared) != 0) {
        return Answer::holds();
    }
    // Dispersed namespaces have a rule of their own for this.
    return (path.idns.nmic & nvme::nmic::dispersed) != 0
               ? Answer::unknown()
               : Answer::broken(fmt::format("NMIC {:#x}", path.idns.nmic));
}

constexpr Row kNsUuidRequiredIfZero{
    .rule = {.id = "ns.uuid.required_if_zero",
             .title = "A namespace without NGUID and EUI64 has a UUID",
             .rule_class = RuleClass::int_,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §4.7.1.4: shall have one; Linux merges on the NSID alone when "
                      "there is none",
             .why = "Nothing proves that both arrays serve the same volume. Linux joins the paths "
                    "by their number without a word and mixes two volumes when they are two.",
             .fix = "Array: give the namespace a UUID or an NGUID, the same on both arrays. "
                    "Host: do not use the namespace over both arrays until then, and "
                    "disconnect before it is done: Linux takes a namespace in use away whose "
                    "identifiers change.",
             .on_linux = linux_effect::kNoIdentifier},
    .judge = CheckNamespace{.clause = "no identifier", .ask = no_uuid}};

constexpr Row kNsIdAtLeastOne{
    .rule = {.id = "ns.id.at_least_one",
             .title = "A namespace has an identifier",
             .rule_class = RuleClass::int_,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §4.7.1.4; for controllers before 1.3, which have no UUIDs",
             .why = "Nothing proves that both arrays serve the same volume. Linux joins the paths "
                    "by their number without a word and mixes two volumes when they are two.",
             .fix = "Array: give the namespace an NGUID or EUI64, the same on both arrays, or "
                    "move to a version with UUIDs. Host: disconnect the array that is changed "
                    "first, and connect it again afterwards: Linux takes a namespace in use "
                    "away whose identifiers change.",
             .on_linux = linux_effect::kNoIdentifier},
    .judge = CheckNamespace{.clause = "no identifier", .ask = no_identifier}};

constexpr Row kNsIdNotPlaceholder{
    .rule = {.id = "ns.id.not_placeholder",
             .title = "Identifiers are not placeholders",
             .rule_class = RuleClass::int_,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §4.5: globally unique",
             .why = "The next array of the same make shows the same identifier for another "
                    "volume, and a host that sees both mixes them up or refuses one.",
             .fix = "Array: generate identifiers that are unique. Host: disconnect the array "
                    "that is changed first, and connect it again afterwards: Linux takes a "
                    "namespace in use away whose identifiers change."},
    .judge =
        CheckNamespace{.clause = "identifier looks like a placeholder", .ask = placeholder_id}};

constexpr Row kNsUuidRfc9562{
    .rule = {.id = "ns.uuid.rfc9562",
             .title = "The UUID is one by RFC 9562",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §4.5.6, RFC 9562: variant 10b, version 1 to 7 (8 is unique by its "
                      "vendor's word only)",
             .why = "Nothing says that the value is unique in the world.",
             .fix = "Array: generate the UUID by one of the versions of RFC 9562."},
    .judge = CheckNamespace{.clause = "UUID of no known kind", .ask = odd_uuid}};

constexpr Row kNsNguidOui{
    .rule = {.id = "ns.nguid.oui",
             .title = "The NGUID holds the controller's OUI",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis =
                 "Base 2.3 §4.5.3, §4.5.5: bytes 8 to 10, in the other byte order than IEEE of "
                 "Identify Controller",
             .why = "The identifier was made by another vendor (an imported volume keeps it), or "
                    "the bytes are in the wrong order.",
             .fix = "Array: check the byte order of the OUI. Nothing to do for imported volumes."},
    .judge = CheckNamespace{.clause = "NGUID with another OUI", .ask = nguid_oui}};

constexpr Row kNsEui64Oui{
    .rule = {.id = "ns.eui64.oui",
             .title = "The EUI64 holds the controller's OUI",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §4.5.3, §4.5.4: bytes 0 to 2, in the other byte order than IEEE of "
                      "Identify Controller",
             .why = "The identifier was made by another vendor (an imported volume keeps it), or "
                    "the bytes are in the wrong order.",
             .fix = "Array: check the byte order of the OUI. Nothing to do for imported volumes."},
    .judge = CheckNamespace{.clause = "EUI64 with another OUI", .ask = eui64_oui}};

constexpr Row kNsNguidEmbedsEui64{
    .rule = {.id = "ns.nguid.embeds_eui64",
             .title = "NGUIDs are built from EUI64s everywhere or nowhere",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "practice",
             .why = "Namespaces of one subsystem got their identifiers in different ways, as after "
                    "an incomplete migration.",
             .fix = "Array: look where the namespaces that stand out come from."},
    .judge = JudgeSubsystem{judge_embedding}};

constexpr Row kNsUidReuseBit{
    .rule = {.id = "ns.uid_reuse.bit",
             .title = "UIDREUSE needs an NGUID or EUI64",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §4.7.1.4, Figure 335: shall be cleared when both are zero",
             .why = "The array promises not to reuse identifiers that it does not have.",
             .fix = "Array: clear NSFEAT bit 3, or report an NGUID or EUI64."},
    .judge = CheckNamespace{.clause = "UIDREUSE without NGUID and EUI64", .ask = reuse_without_id}};

constexpr Row kNsUidReuseEqual{
    .rule = {.id = "ns.uid_reuse.equal",
             .title = "Reuse of identifiers is the same on all controllers (NSFEAT UIDREUSE)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1, §4.7.1.4",
             .why = "One array may give the identifier of a deleted namespace to a new one while "
                    "the other promises not to: hosts take a new volume for an old one.",
             .fix = "Array: set NSFEAT bit 3 alike on both arrays."},
    .judge = EqualNamespaces{
        .fields = {{{"identifier reuse (UIDREUSE)", NamespacePage::identify, "nsfeat",
                     key_bits<&nvme::IdentifyNamespace::nsfeat, kUidReuse>, as_flag},
                    {"identifier reuse (UIDREUSE, CNS 08h)", NamespacePage::independent, "nsfeat",
                     independent_bits<&nvme::IdentifyNamespaceIndependent::nsfeat, kUidReuse>,
                     as_flag, Unit::none, true}}}}};

} // namespace

constexpr Row kNsNmicShared{
    .rule = {.id = "ns.nmic.shared",
             .title = "The namespace may be shared by controllers (NMIC SHRNS)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 Figure 335; Linux \"Duplicate unshared namespace\"",
             .why = "Linux refuses the second path: the volume hangs on one controller.",
             .fix = "Array: set NMIC bit 0 for the namespace on every controller of both arrays.",
             .on_linux = linux_effect::kNotShared},
    .judge = CheckNamespace{.clause = "namespace not shared (NMIC bit 0 clear)",
                            .ask = not_shared,
                            .bits = {{{NamespacePage::identify, "nmic", nvme::nmic::shared},
                                      {NamespacePage::independent, "nmic", nvme::nmic::shared}}}},
    .refusals = {linux_kernel::KernelRefusal::not_shared}};

namespace {

constexpr std::array kIdentifierRows{&kNsUuidRequiredIfZero, &kNsIdAtLeastOne, &kNsIdNotPlaceholder,
                                     &kNsUuidRfc9562,        &kNsNguidOui,     &kNsEui64Oui,
                                     &kNsNguidEmbedsEui64,   &kNsUidReuseBit,  &kNsUidReuseEqual,
                                     &kNsNmicShared};

} // namespace

std::span<const Row* const> identifier_rows() {
    return kIdentifierRows;
}

} // namespace haoh::judge
