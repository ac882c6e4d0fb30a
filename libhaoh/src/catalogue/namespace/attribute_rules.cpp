// SPDX-License-Identifier: LGPL-2.1-or-later
// What else a namespace says of itself: reservations, write protection, readiness, caches, keys,
// where it belongs.
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/namespace_effects.hpp"

#include <algorithm>
#include <set>

namespace haoh::judge {

namespace {

// The row is below the function.
extern const Row kCtrlVwcStretchAbsent;

using Ns = nvme::IdentifyNamespace;
using Independent = nvme::IdentifyNamespaceIndependent;

constexpr std::uint8_t kPtpl = 1U << 0;
constexpr std::uint8_t kReservationTypes = 0x7E;
constexpr std::uint8_t kIeks = 1U << 7;

/// Whether a bit of RESCAP is set that is due where reservations are supported.
Answer reservation_bit(const Namespace& path, std::uint8_t bit) {
    if (!path.controller->has_identify) {
        return Answer::unknown();
    }
    if ((path.controller->id.oncs & nvme::oncs::reservations) == 0) {
        return Answer::not_asked();
    }
    if (!path.has_identify) {
        return Answer::unknown();
    }
    if ((path.idns.rescap & kReservationTypes) == 0) {
        return Answer::not_asked();
    }
    return (path.idns.rescap & bit) != 0
               ? Answer::holds()
               : Answer::broken(fmt::format("RESCAP {:#x}", path.idns.rescap));
}

Answer no_extended_keys(const Namespace& path, const Subsystem& /*own*/) {
    const Controller& controller = *path.controller;
    const bool due = !controller.has_identify || controller.version() >= version_number(1, 3);
    return due ? reservation_bit(path, kIeks) : Answer::not_asked();
}

Answer no_persistence(const Namespace& path, const Subsystem& subsystem) {
    return subsystem.stretched ? reservation_bit(path, kPtpl) : Answer::not_asked();
}

Answer formatting(const Namespace& path, const Subsystem& /*own*/) {
    constexpr unsigned kSupported = 0x80;
    constexpr unsigned kRemaining = 0x7F;
    if (!path.has_identify) {
        return Answer::unknown();
    }
    if ((path.idns.fpi & kSupported) == 0) {
        return Answer::not_asked();
    }
    const unsigned remaining = path.idns.fpi & kRemaining;
    return remaining == 0 ? Answer::holds() : Answer::broken(fmt::format("{} % remain", remaining));
}

Answer not_ready(const Namespace& path, const Subsystem& /*own*/) {
    if (!path.has_independent) {
        return path.observed->independent.state == Page::State::failed ? Answer::unknown()
                                                                       : Answer::not_asked();
    }
    return (path.independent.nstat & 1U) != 0
               ? Answer::holds()
               : Answer::broken(fmt::format("NSTAT {:#x}", path.independent.nstat));
}

/// Write protected on all paths; if not, that is the finding.
Answer not_writable(const Namespace& path, const Subsystem& subsystem) {
    if (!path.has_identify) {
        return Answer::unknown();
    }
    const auto is_protected = [](const Namespace& one) {
        return (one.idns.nsattr & nvme::nsattr::write_protected) != 0;
    };
    if (!is_protected(path)) {
        return Answer::holds();
    }
    const SharedNamespace* shared = subsystem.find(path.nsid);
    const bool is_alike =
        shared == nullptr ||
        std::all_of(shared->paths.begin(), shared->paths.end(), [&](const Namespace* other) {
            return !other->has_identify || is_protected(*other);
        });
    return is_alike ? Answer::broken("write protected") : Answer::unknown();
}

constexpr std::uint8_t kRotational = 1U << 4;
constexpr std::uint8_t kCacheNotPresent = 1U << 5;
constexpr std::uint8_t kVwcPresent = 1U << 0; ///< of the controller

/// A volatile write cache that counts: not taken back by every namespace (CNS 08h, VWCNP).
bool caches(const Namespace& path) {
    const bool taken_back =
        path.has_independent && (path.independent.nsfeat & kCacheNotPresent) != 0;
    return path.controller->has_identify && (path.controller->id.vwc & kVwcPresent) != 0 &&
           !taken_back;
}

/// Arrays that take writes for a namespace, and their controllers that cache them.
struct CachedWrites {
    std::set<std::size_t> arrays;
    std::vector<const Controller*> caching;

    void add(const Namespace& path, bool cached) {
        arrays.insert(path.controller->array_id);
        if (cached) {
            caching.push_back(path.controller);
        }
    }
    [[nodiscard]] bool wrong() const { return arrays.size() > 1 && !caching.empty(); }
};

/// The controllers that make the rule broken for a namespace; none when it is not.
std::vector<const Controller*> cached_on_stretch(const SharedNamespace& shared,
                                                 Findings& findings) {
    CachedWrites known;
    CachedWrites possible; // if the paths whose state is not known take writes
    for (const Namespace* path : shared.paths) {
        const auto state = path->ana_state();
        if (state && nvme::usable(*state)) {
            known.add(*path, caches(*path));
        }
        if (!state || nvme::usable(*state)) {
            possible.add(*path, !path->controller->has_identify || caches(*path));
        }
    }
    if (possible.wrong() && !known.wrong()) {
        findings.unknown(kCtrlVwcStretchAbsent);
    } else if (known.arrays.size() > 1) {
        findings.judged(kCtrlVwcStretchAbsent);
    }
    return known.wrong() ? known.caching : std::vector<const Controller*>{};
}

void judge_stretched_cache(const Subsystem& subsystem, const Subject& /*subject*/,
                           Findings& findings) {
    std::vector<std::uint32_t> nsids;
    std::set<const Controller*> caching;
    for (const SharedNamespace& shared : subsystem.namespaces) {
        const std::vector<const Controller*> here = cached_on_stretch(shared, findings);
        if (!here.empty()) {
            nsids.push_back(shared.nsid);
            caching.insert(here.begin(), here.end());
        }
    }
    if (nsids.empty()) {
        return;
    }
    std::vector<const Controller*> offenders;
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        if (caching.contains(controller)) {
            offenders.push_back(controller);
            values.push_back(value_of(*controller, fmt::format("VWC {:#x}", controller->id.vwc)));
        }
    }
    findings.add(
        {.row = kCtrlVwcStretchAbsent,
         .subsystem = subsystem.nqn,
         .nsids = std::move(nsids),
         .what = fmt::format("volatile write cache {}, and both arrays take writes for the same "
                             "namespaces",
                             place(offenders, subsystem.controllers)),
         .values = std::move(values),
         .verdict = {}});
}

std::string protected_text(const Namespace& /*path*/, const FieldKey& key) {
    return key.number != 0 ? "write protected" : "writable";
}

constexpr Row kNsRescapEqual{
    .rule = {.id = "ns.rescap.equal",
             .title = "Reservation capabilities are the same on all controllers (RESCAP)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1, §8.1.24",
             .why = "A cluster takes a kind of reservation that one array does not know: fencing "
                    "works on one path and not on the other.",
             .fix = "Array: support the same reservation types for the namespace on both "
                    "arrays."},
    .judge =
        EqualNamespaces{
            .fields = {{{"reservation capabilities (RESCAP)", NamespacePage::identify, "rescap",
                         key<&Ns::rescap>, as_hexadecimal},
                        {"reservation capabilities (RESCAP, CNS 08h)", NamespacePage::independent,
                         "rescap", independent_key<&Independent::rescap>, as_hexadecimal,
                         Unit::none, true}}}},
    .aliases = {"resv.rescap.equal"}};

constexpr Row kResvIeks{
    .rule = {.id = "resv.ieks",
             .title = "Reservations ignore an existing key from 1.3 on (RESCAP IEKS)",
             .rule_class = RuleClass::int_,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 Figure 335: shall be set",
             .why = "Cluster software registers with a flag that the array does not follow.",
             .fix = "Array: implement the behaviour of 1.3 and set RESCAP bit 7."},
    .judge = CheckNamespace{.clause = "RESCAP bit 7 clear", .ask = no_extended_keys}};

constexpr Row kResvPtpl{
    .rule = {.id = "resv.ptpl",
             .title = "Reservations survive a power loss (RESCAP PTPLS)",
             .rule_class = RuleClass::int_,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §8.1.24: a namespace with reservations shall support it",
             .why = "When an array restarts, it forgets who was fenced, and lets a node that was "
                    "shut out write again.",
             .fix = "Array: support Persist Through Power Loss for the namespace. Host: fence by "
                    "other means as well until then."},
    .judge = CheckNamespace{.clause = "reservations do not persist", .ask = no_persistence}};

constexpr Row kNsNsattrWriteProtectEqual{
    .rule = {.id = "ns.nsattr.write_protect.equal",
             .title = "Write protection is the same on all controllers (NSATTR)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1; Linux takes the state of the path that it scanned last",
             .why = "Writes go through on one array and fail on the other without a failover, and "
                    "data that was protected can be changed.",
             .fix = "Array: protect the namespace on both arrays, or on neither.",
             .on_linux = linux_effect::kWriteProtectionDiffers},
    .judge = EqualNamespaces{
        .fields = {
            {{"write protection (NSATTR bit 0)", NamespacePage::identify, "nsattr",
              key_bits<&Ns::nsattr, nvme::nsattr::write_protected>, protected_text},
             {"write protection (NSATTR bit 0, CNS 08h)", NamespacePage::independent, "nsattr",
              independent_bits<&Independent::nsattr, nvme::nsattr::write_protected>, protected_text,
              Unit::none, true}}}}};

constexpr Row kNsNsattrWritable{
    .rule = {.id = "ns.nsattr.writable",
             .title = "The namespace can be written (NSATTR)",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 Figure 335; practice: a note, as snapshots are protected on "
                      "purpose",
             .why = "The device is read-only on the host.",
             .fix = "Array: take the write protection off, if the namespace is to be written.",
             .on_linux = linux_effect::kReadOnly},
    .judge = CheckNamespace{.clause = "write protected", .ask = not_writable}};

constexpr Row kNsNmicDispersedEqual{
    .rule = {.id = "ns.nmic.dispersed.equal",
             .title = "The namespace is dispersed on all controllers or on none (NMIC DISNS)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1, Figure 335",
             .why = "Hosts take the namespace for one that other subsystems share, or not, "
                    "depending on the path that they asked.",
             .fix = "Array: set NMIC bit 1 alike on both arrays."},
    .judge = EqualNamespaces{
        .fields = {{{"dispersed namespace (NMIC bit 1)", NamespacePage::identify, "nmic",
                     key_bits<&Ns::nmic, nvme::nmic::dispersed>, as_flag},
                    {"dispersed namespace (NMIC bit 1, CNS 08h)", NamespacePage::independent,
                     "nmic", independent_bits<&Independent::nmic, nvme::nmic::dispersed>, as_flag,
                     Unit::none, true}}}}};

constexpr Row kNsFpi{
    .rule = {.id = "ns.fpi",
             .title = "No format is under way (FPI)",
             .rule_class = RuleClass::int_,
             .severity = Severity::corruption,
             .verdict = Verdict::warn,
             .exception = "a format that is under way comes to its end",
             .basis = "NVM Command Set Specification 1.1 Figure 114",
             .why = "The namespace is being formatted through this controller: its data is going "
                    "away, and the other array may still serve it.",
             .fix = "Host: stop I/O and find out who started the format. Array: let the format "
                    "finish on both copies before use."},
    .judge = CheckNamespace{.clause = "being formatted", .ask = formatting}};

constexpr Row kNsNstatNrdy{
    .rule = {.id = "ns.nstat.nrdy",
             .title = "The namespace is ready (NSTAT NRDY)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 Figure 335; Linux from 6.13 on makes no path until it is ready",
             .why = "The path is missing, without a message, or its I/O fails until the namespace "
                    "is ready.",
             .fix = "Array: see what keeps the namespace from being ready. Check again after a "
                    "start.",
             .on_linux = linux_effect::kNotReady},
    .judge = CheckNamespace{.clause = "namespace not ready", .ask = not_ready}};

constexpr Row kNsVwcnpEqual{
    .rule = {.id = "ns.vwcnp.equal",
             .title = "The write cache of the namespace is the same (CNS 08h VWCNP)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §7.2, Figure 335",
             .why = "The host leaves out flushes that the other array needs: data that was made "
                    "sure of is lost with a power cut there.",
             .fix = "Array: report the cache alike on both arrays.",
             .on_linux = linux_effect::kVwcnpDiffers},
    .judge = EqualNamespaces{
        .fields = {{{"no volatile write cache (VWCNP)", NamespacePage::independent, "nsfeat",
                     independent_bits<&Independent::nsfeat, kCacheNotPresent>, as_flag}}}}};

constexpr Row kCtrlVwcStretchAbsent{
    .rule = {.id = "ctrl.vwc.stretch_absent",
             .title = "No volatile write cache where both arrays take writes",
             .rule_class = RuleClass::int_,
             .severity = Severity::corruption,
             .verdict = Verdict::warn,
             .exception =
                 "arrays that flush before they fail over, or share the cache, lose nothing",
             .basis = "Base 2.3 §7.2: Flush covers what was completed by the controller that "
                      "gets it",
             .why = "The host spreads writes over both arrays and sends Flush to one: nothing "
                    "promises that the writes in the other array's cache are safe.",
             .fix = "Array: make writes safe on completion (mirrored or battery-backed) and "
                    "report VWC 0. Host: until then use one array at a time.",
             .on_linux = linux_effect::kFlushOnePath},
    .judge = JudgeSubsystem{judge_stretched_cache},
    .by_array = true};

constexpr Row kNsRmediaEqual{
    .rule = {.id = "ns.rmedia.equal",
             .title = "Rotational media are reported alike (CNS 08h RMEDIA)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §2.4.1, Figure 335",
             .why = "Schedulers choose by the array that was scanned last.",
             .fix = "Array: report the same on both arrays."},
    .judge = EqualNamespaces{
        .fields = {{{"rotational media (RMEDIA)", NamespacePage::independent, "nsfeat",
                     independent_bits<&Independent::nsfeat, kRotational>, as_flag}}}}};

constexpr Row kNsKpiosMaxktEqual{
    .rule = {.id = "ns.kpios_maxkt.equal",
             .title = "Key per I/O is the same on all controllers",
             .rule_class = RuleClass::eqn,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §2.4.1",
             .why = "Data written with a key through one array cannot be read through the other.",
             .fix = "Array: enable Key Per I/O alike on both arrays, with the same keys."},
    .judge = EqualNamespaces{
        .fields = {
            {{"KPIOS", NamespacePage::identify, "kpios", key<&Ns::kpios>, as_hexadecimal},
             {"KPIODAAG", NamespacePage::identify, "kpiodaag", key<&Ns::kpiodaag>, as_decimal},
             {"KPIOS (CNS 08h)", NamespacePage::independent, "kpios",
              independent_key<&Independent::kpios>, as_hexadecimal, Unit::none, true},
             {"MAXKT", NamespacePage::independent, "maxkt", independent_key<&Independent::maxkt>,
              as_decimal}}}}};

constexpr Row kNsEndgidNvmsetEqual{
    .rule = {.id = "ns.endgid_nvmset.equal",
             .title = "Endurance group and NVM set are the same",
             .rule_class = RuleClass::eqn,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §2.4.1; arrays commonly report 0",
             .why = "The namespace belongs to different groups, depending on the path.",
             .fix = "Array: report the same identifiers on both arrays, or 0."},
    .judge = EqualNamespaces{
        .fields = {{{"endurance group (ENDGID)", NamespacePage::identify, "endgid",
                     key<&Ns::endgid>, as_decimal},
                    {"NVM set (NVMSETID)", NamespacePage::identify, "nvmsetid", key<&Ns::nvmsetid>,
                     as_decimal},
                    {"endurance group (ENDGID, CNS 08h)", NamespacePage::independent, "endgid",
                     independent_key<&Independent::endgid>, as_decimal, Unit::none, true},
                    {"NVM set (NVMSETID, CNS 08h)", NamespacePage::independent, "nvmsetid",
                     independent_key<&Independent::nvmsetid>, as_decimal, Unit::none, true}}},
        .own_of_subsystem = true}};

constexpr Row kReachRgrpidUnique{
    .rule = {.id = "reach.rgrpid.unique",
             .title = "The reachability group is the same on all controllers (RGRPID)",
             .rule_class = RuleClass::eqn,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §8.1.21.1",
             .why = "A copy between namespaces that the host takes for reachable fails.",
             .fix = "Array: number reachability groups once for the subsystem."},
    .judge =
        EqualNamespaces{.fields = {{{"reachability group (RGRPID)", NamespacePage::independent,
                                     "rgrpid", independent_key<&Independent::rgrpid>, as_decimal}}},
                        .own_of_subsystem = true}};

constexpr std::array kAttributeRows{&kNsRescapEqual,
                                    &kResvIeks,
                                    &kResvPtpl,
                                    &kNsNsattrWriteProtectEqual,
                                    &kNsNsattrWritable,
                                    &kNsNmicDispersedEqual,
                                    &kNsFpi,
                                    &kNsNstatNrdy,
                                    &kNsVwcnpEqual,
                                    &kCtrlVwcStretchAbsent,
                                    &kNsRmediaEqual,
                                    &kNsKpiosMaxktEqual,
                                    &kNsEndgidNvmsetEqual,
                                    &kReachRgrpidUnique};

} // namespace

std::span<const Row* const> attribute_rows() {
    return kAttributeRows;
}

} // namespace haoh::judge
