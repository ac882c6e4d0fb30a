// SPDX-License-Identifier: LGPL-2.1-or-later
// What else a namespace says of itself: reservations, write protection, readiness, keys, where it
// belongs.
#include "compare.hpp"
#include "fields.hpp"

namespace haoh::judge {

namespace {

using Ns = nvme::IdentifyNamespace;
using Independent = nvme::IdentifyNamespaceIndependent;

constexpr std::uint8_t kPtpl = 1U << 0;
constexpr std::uint8_t kReservationTypes = 0x7E;
constexpr std::uint8_t kIeks = 1U << 7;

bool reservations(const Namespace& path) {
    return (path.controller->id.oncs & nvme::oncs::reservations) != 0 &&
           (path.idns.rescap & kReservationTypes) != 0;
}

std::optional<std::string> no_extended_keys(const Namespace& path, const Subsystem& /*own*/) {
    if (!reservations(path) || path.controller->version() < version_number(1, 3) ||
        (path.idns.rescap & kIeks) != 0) {
        return std::nullopt;
    }
    return fmt::format("RESCAP {:#x}", path.idns.rescap);
}

std::optional<std::string> no_persistence(const Namespace& path, const Subsystem& subsystem) {
    if (!subsystem.stretched || !reservations(path) || (path.idns.rescap & kPtpl) != 0) {
        return std::nullopt;
    }
    return fmt::format("RESCAP {:#x}", path.idns.rescap);
}

std::optional<std::string> formatting(const Namespace& path, const Subsystem& /*own*/) {
    constexpr unsigned kRemaining = 0x7F;
    const unsigned remaining = path.idns.fpi & kRemaining;
    const bool supported = (path.idns.fpi & 0x80U) != 0;
    if (!supported || remaining == 0) {
        return std::nullopt;
    }
    return fmt::format("{} % remain", remaining);
}

std::optional<std::string> not_ready(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.has_independent || (path.independent.nstat & 1U) != 0) {
        return std::nullopt;
    }
    return fmt::format("NSTAT {:#x}", path.independent.nstat);
}

constexpr std::uint8_t kRotational = 1U << 4;
constexpr std::uint8_t kCacheNotPresent = 1U << 5;

std::string protected_text(const Namespace& /*path*/, std::uint64_t key) {
    return key != 0 ? "write protected" : "writable";
}

constexpr std::array kAttributeRows{
    Row{.rule = {.id = "ns.rescap.equal",
                 .title = "Reservation capabilities are the same on all controllers (RESCAP)",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §2.4.1, §8.1.24",
                 .why =
                     "A cluster takes a kind of reservation that one array does not know: fencing "
                     "works on one path and not on the other.",
                 .fix = "Array: support the same reservation types for the namespace on both "
                        "arrays."},
        .judge = EqualNamespaces{.fields = {{{"reservation capabilities (RESCAP)",
                                              NamespacePage::identify, "rescap", key<&Ns::rescap>,
                                              as_hexadecimal},
                                             {"reservation capabilities (RESCAP, CNS 08h)",
                                              NamespacePage::independent, "rescap",
                                              independent_key<&Independent::rescap>, as_hexadecimal,
                                              Unit::none, true}}}}},
    Row{.rule = {.id = "resv.ieks",
                 .title = "Reservations ignore an existing key from 1.3 on (RESCAP IEKS)",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "Base 2.3 Figure 335: shall be set",
                 .why = "Cluster software registers with a flag that the array does not follow.",
                 .fix = "Array: implement the behaviour of 1.3 and set RESCAP bit 7."},
        .judge = CheckNamespace{.clause = "RESCAP bit 7 clear", .defect = no_extended_keys}},
    Row{.rule = {.id = "resv.ptpl",
                 .title = "Reservations survive a power loss (RESCAP PTPLS)",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::corruption,
                 .verdict = Verdict::warn,
                 .basis = "Base 2.3 §8.1.24",
                 .why =
                     "When an array restarts, it forgets who was fenced, and lets a node that was "
                     "shut out write again.",
                 .fix =
                     "Array: support Persist Through Power Loss for the namespace. Host: fence by "
                     "other means as well until then."},
        .judge = CheckNamespace{.clause = "reservations do not persist", .defect = no_persistence}},
    Row{.rule = {.id = "ns.nsattr.write_protect.equal",
                 .title = "Write protection is the same on all controllers (NSATTR)",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §2.4.1; Linux takes the state of the path that it scanned last",
                 .why =
                     "Writes go through on one array and fail on the other without a failover, and "
                     "data that was protected can be changed.",
                 .fix = "Array: protect the namespace on both arrays, or on neither."},
        .judge =
            EqualNamespaces{
                .fields = {{{"write protection (NSATTR bit 0)", NamespacePage::identify, "nsattr",
                             key_bits<&Ns::nsattr, nvme::nsattr::write_protected>, protected_text},
                            {"write protection (NSATTR bit 0, CNS 08h)", NamespacePage::independent,
                             "nsattr",
                             independent_bits<&Independent::nsattr, nvme::nsattr::write_protected>,
                             protected_text, Unit::none, true}}}}},
    Row{.rule = {.id = "ns.nmic.dispersed.equal",
                 .title = "The namespace is dispersed on all controllers or on none (NMIC DISNS)",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §2.4.1, Figure 335",
                 .why = "Hosts take the namespace for one that other subsystems share, or not, "
                        "depending on the path that they asked.",
                 .fix = "Array: set NMIC bit 1 alike on both arrays."},
        .judge =
            EqualNamespaces{
                .fields = {{{"dispersed namespace (NMIC bit 1)", NamespacePage::identify, "nmic",
                             key_bits<&Ns::nmic, nvme::nmic::dispersed>, as_flag},
                            {"dispersed namespace (NMIC bit 1, CNS 08h)",
                             NamespacePage::independent, "nmic",
                             independent_bits<&Independent::nmic, nvme::nmic::dispersed>, as_flag,
                             Unit::none, true}}}}},
    Row{.rule = {.id = "ns.fpi",
                 .title = "No format is under way (FPI)",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::corruption,
                 .verdict = Verdict::warn,
                 .basis = "NVM Command Set Specification 1.1 Figure 114",
                 .why =
                     "The namespace is being formatted through this controller: its data is going "
                     "away, and the other array may still serve it.",
                 .fix = "Host: stop I/O and find out who started the format. Array: let the format "
                        "finish on both copies before use."},
        .judge = CheckNamespace{.clause = "being formatted", .defect = formatting}},
    Row{.rule = {.id = "ns.nstat.nrdy",
                 .title = "The namespace is ready (NSTAT NRDY)",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "Base 2.3 Figure 335",
                 .why = "I/O to the namespace through this controller fails until it is ready.",
                 .fix = "Array: see what keeps the namespace from being ready. Check again after a "
                        "start."},
        .judge = CheckNamespace{.clause = "namespace not ready", .defect = not_ready}},
    Row{.rule = {.id = "ns.vwcnp.equal",
                 .title = "The write cache of the namespace is the same (CNS 08h VWCNP)",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §7.2, Figure 335",
                 .why =
                     "The host leaves out flushes that the other array needs: data that was made "
                     "sure of is lost with a power cut there.",
                 .fix = "Array: report the cache alike on both arrays."},
        .judge =
            EqualNamespaces{
                .fields = {{{"no volatile write cache (VWCNP)", NamespacePage::independent,
                             "nsfeat", independent_bits<&Independent::nsfeat, kCacheNotPresent>,
                             as_flag}}}}},
    Row{.rule = {.id = "ns.rmedia.equal",
                 .title = "Rotational media are reported alike (CNS 08h RMEDIA)",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::management,
                 .verdict = Verdict::note,
                 .basis = "Base 2.3 §2.4.1, Figure 335",
                 .why = "Schedulers choose by the array that was scanned last.",
                 .fix = "Array: report the same on both arrays."},
        .judge =
            EqualNamespaces{
                .fields = {{{"rotational media (RMEDIA)", NamespacePage::independent, "nsfeat",
                             independent_bits<&Independent::nsfeat, kRotational>, as_flag}}}}},
    Row{.rule = {.id = "ns.kpios_maxkt.equal",
                 .title = "Key per I/O is the same on all controllers",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::corruption,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 §2.4.1",
                 .why =
                     "Data written with a key through one array cannot be read through the other.",
                 .fix = "Array: enable Key Per I/O alike on both arrays, with the same keys."},
        .judge =
            EqualNamespaces{.fields = {{{"KPIOS", NamespacePage::identify, "kpios", key<&Ns::kpios>,
                                         as_hexadecimal},
                                        {"KPIODAAG", NamespacePage::identify, "kpiodaag",
                                         key<&Ns::kpiodaag>, as_decimal},
                                        {"KPIOS (CNS 08h)", NamespacePage::independent, "kpios",
                                         independent_key<&Independent::kpios>, as_hexadecimal,
                                         Unit::none, true},
                                        {"MAXKT", NamespacePage::independent, "maxkt",
                                         independent_key<&Independent::maxkt>, as_decimal}}}}},
    Row{.rule = {.id = "ns.endgid_nvmset.equal",
                 .title = "Endurance group and NVM set are the same",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::management,
                 .verdict = Verdict::note,
                 .basis = "Base 2.3 §2.4.1; arrays commonly report 0",
                 .why = "The namespace belongs to different groups, depending on the path.",
                 .fix = "Array: report the same identifiers on both arrays, or 0."},
        .judge =
            EqualNamespaces{
                .fields =
                    {{{"endurance group (ENDGID)", NamespacePage::identify,
                       "endgid", key<&Ns::endgid>, as_decimal},
                      {"NVM set (NVMSETID)", NamespacePage::identify, "nvmsetid",
                       key<&Ns::nvmsetid>, as_decimal},
                      {"endurance group (ENDGID, CNS 08h)", NamespacePage::independent, "endgid",
                       independent_key<&Independent::endgid>, as_decimal, Unit::none, true},
                      {"NVM set (NVMSETID, CNS 08h)", NamespacePage::independent, "nvmsetid",
                       independent_key<&Independent::nvmsetid>, as_decimal, Unit::none, true}}}}},
    Row{.rule = {.id = "reach.rgrpid.unique",
                 .title = "The reachability group is the same on all controllers (RGRPID)",
                 .rule_class = RuleClass::eqn,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "Base 2.3 §8.1.21.1",
                 .why = "A copy between namespaces that the host takes for reachable fails.",
                 .fix = "Array: number reachability groups once for the subsystem."},
        .judge =
            EqualNamespaces{
                .fields = {{{"reachability group (RGRPID)", NamespacePage::independent, "rgrpid",
                             independent_key<&Independent::rgrpid>, as_decimal}}}}},
};

} // namespace

std::span<const Row> attribute_rows() {
    return kAttributeRows;
}

} // namespace haoh::judge
