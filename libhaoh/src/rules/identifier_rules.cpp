// SPDX-License-Identifier: LGPL-2.1-or-later
// Identifiers by themselves: that there are some, that they are well made, that namespaces may be
// shared at all.
#include "compare.hpp"
#include "fields.hpp"

#include <algorithm>
#include <map>

namespace haoh::judge {

namespace {

constexpr std::uint8_t kUidReuse = 1U << 3;

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
    if (nvme::all_zero(ieee)) {
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
    const bool reuse = (path.idns.nsfeat & kUidReuse) != 0;
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

constexpr std::array kIdentifierRows{
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

std::span<const Row> identifier_rows() {
    return kIdentifierRows;
}

} // namespace haoh::judge
