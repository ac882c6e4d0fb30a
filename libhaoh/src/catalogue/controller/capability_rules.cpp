// SPDX-License-Identifier: LGPL-2.1-or-later
// What controllers say that they can do. After a failover the host goes on with the commands that
// the other array allowed, so what they can do must be the same.
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/kernel_effects.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kCtrlOacsEqual;
extern const Row kCtrlOaesEqual;

using Id = nvme::IdentifyController;

constexpr std::uint16_t kLockdown = 1U << 10;
constexpr std::uint32_t kNormalNotices =
    nvme::oaes::namespace_attribute | nvme::oaes::firmware_activation | (1U << 17U) | (1U << 19U);
constexpr std::uint8_t kCachePresent = 0x01;

/// Whether a bit of CMIC is as it must be.
Answer cmic_as_due(const Controller& controller, bool right) {
    return right ? Answer::holds() : Answer::broken(fmt::format("CMIC {:#x}", controller.id.cmic));
}

Answer no_multiple_controllers(const Controller& controller, const Subsystem& subsystem) {
    const bool several = subsystem.controllers.size() > 1 || subsystem.incomplete;
    if (!several) {
        return Answer::not_asked();
    }
    return cmic_as_due(controller, (controller.id.cmic & nvme::cmic::multiple_controllers) != 0);
}

Answer no_multiple_ports(const Controller& controller, const Subsystem& subsystem) {
    const bool several = std::any_of(
        subsystem.controllers.begin(), subsystem.controllers.end(), [&](const Controller* other) {
            return other->observed->traddr != controller.observed->traddr ||
                   other->observed->trsvcid != controller.observed->trsvcid;
        });
    if (!several) {
        return Answer::not_asked();
    }
    return cmic_as_due(controller, (controller.id.cmic & nvme::cmic::multiple_ports) != 0);
}

Answer virtual_function(const Controller& controller, const Subsystem& /*own*/) {
    return cmic_as_due(controller, (controller.id.cmic & nvme::cmic::sr_iov) == 0);
}

void judge_admin_commands(const Subsystem& subsystem, const Subject& /*subject*/,
                          Findings& findings) {
    if (subsystem.controllers.size() < 2) {
        return;
    }
    std::map<std::uint16_t, std::size_t> seen;
    std::set<unsigned> lockdown;
    std::vector<std::pair<const Controller*, std::size_t>> classes;
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        if (!controller->has_identify) {
            findings.unknown(kCtrlOacsEqual);
            continue;
        }
        const std::uint16_t oacs = controller->id.oacs;
        lockdown.insert(oacs & kLockdown);
        classes.emplace_back(controller, seen.try_emplace(oacs, seen.size()).first->second);
        values.push_back(value_of(*controller, fmt::format("{:#x}", oacs)));
    }
    if (classes.size() > 1) {
        findings.judged(kCtrlOacsEqual);
    }
    if (seen.size() < 2) {
        return;
    }
    group_values(values);
    const bool defined_equal = lockdown.size() > 1;
    findings.add({.row = kCtrlOacsEqual,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = fmt::format("{} (OACS) differ {}",
                                      defined_equal ? "support for Lockdown and admin commands"
                                                    : "supported admin commands",
                                      between(classes)),
                  .values = std::move(values),
                  .verdict = defined_equal ? std::optional{Verdict::fail} : std::nullopt});
}

template <std::uint16_t Bit>
constexpr auto command = flag<&Id::oncs, Bit>;

/// What the controllers of a subsystem say of asynchronous events.
struct Notices {
    std::map<std::uint32_t, std::size_t> seen;
    Classes classes;
    std::set<bool> ana;                    ///< whether they report it
    std::vector<const Controller*> silent; ///< with ANA, without the notice of its changes
    std::vector<FindingValue> values;

    void add(const Controller& controller) {
        const bool ana_notice =
            controller.ana() && (controller.id.oaes & nvme::oaes::ana_change) != 0;
        const std::uint32_t notices =
            (controller.id.oaes & kNormalNotices) | (ana_notice ? nvme::oaes::ana_change : 0U);
        ana.insert(controller.ana());
        if (controller.ana() && !ana_notice) {
            silent.push_back(&controller);
        }
        classes.emplace_back(&controller, seen.try_emplace(notices, seen.size()).first->second);
        values.push_back(value_of(controller, fmt::format("{:#x}", controller.id.oaes)));
    }
};

/// Notices that all must offer or none; the ANA notice is due wherever ANA is.
void judge_notices(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    Notices notices;
    for (const Controller* controller : subsystem.controllers) {
        if (controller->has_identify) {
            notices.add(*controller);
        } else {
            findings.unknown(kCtrlOaesEqual);
        }
    }
    const bool differ = notices.seen.size() > 1;
    const bool one_ana = notices.ana.size() < 2;
    if (differ && !one_ana && notices.silent.empty()) {
        // Without ANA there is no ANA notice: that difference is another rule's.
        findings.unknown(kCtrlOaesEqual);
        return;
    }
    if (notices.classes.size() > 1 || notices.ana.contains(true)) {
        findings.judged(kCtrlOaesEqual);
    }
    if (!differ && notices.silent.empty()) {
        return;
    }
    group_values(notices.values);
    findings.add({.row = kCtrlOaesEqual,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = notices.silent.empty()
                              ? "asynchronous events (OAES) differ " + between(notices.classes)
                              : "no notice of ANA changes (OAES bit 11 clear) " +
                                    place(notices.silent, subsystem.controllers),
                  .values = std::move(notices.values),
                  .verdict = {}});
}

std::optional<std::string> command_sets(const Controller& controller) {
    const Page& page = controller.observed->io_command_sets;
    if (!page.ok()) {
        return std::nullopt;
    }
    return page.bytes.empty() ? "none" : nvme::to_hex(page.bytes); // up to the last that is there
}

const Page* command_sets_page(const Controller& controller) {
    return &controller.observed->io_command_sets;
}

/// Without a cache there is nothing that a Flush of all namespaces could miss.
std::optional<std::string> flush_of_all(const Controller& controller) {
    return controller.has_identify && (controller.id.vwc & kCachePresent) != 0
               ? bits<&Id::vwc, 0x06, 1>(controller)
               : std::nullopt;
}

constexpr Row kResvSupportEqual{
    .rule = {.id = "resv.support.equal",
             .title = "Reservations are supported by all controllers, or by none",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §8.1.24: all controllers shall have the same support",
             .why = "A cluster that fences by reservation fences on one array only: a node that "
                    "was shut out keeps writing through the other one.",
             .fix = "Array: set ONCS bit 5 and implement reservations on both arrays, or on "
                    "neither. Host: do not use reservations until then.",
             .on_linux = linux_effect::kReservationsOnePath},
    .judge = EqualControllers{.fields = {{{"support for reservations (ONCS bit 5)", "oncs",
                                           command<nvme::oncs::reservations>}}}},
    .aliases = {"ctrl.oncs.reservations.equal"}};

constexpr Row kCtrlOncsDataCmdsEqual{
    .rule = {.id = "ctrl.oncs.data_cmds.equal",
             .title = "Optional data commands are the same (ONCS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice; Linux stacks the limits of all paths into the multipath device",
             .why = "A discard or write-zeroes that was legal on one array fails on the other "
                    "after a failover, or is left out on both.",
             .fix = "Array: offer the same optional commands on both arrays."},
    .judge = EqualControllers{
        .fields = {{{"Compare", "oncs", command<nvme::oncs::compare>},
                    {"Write Uncorrectable", "oncs", command<nvme::oncs::write_uncorrectable>},
                    {"Dataset Management", "oncs", command<nvme::oncs::dataset_management>},
                    {"Write Zeroes", "oncs", command<nvme::oncs::write_zeroes>},
                    {"Verify", "oncs", command<nvme::oncs::verify>},
                    {"Copy", "oncs", command<nvme::oncs::copy>}}}}};

constexpr Row kCtrlOncsSaveFeature{
    .rule = {.id = "ctrl.oncs.save_feature",
             .title = "Saving features is supported alike (ONCS bit 4)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::management,
             .verdict = Verdict::warn,
             .basis = "practice",
             .why = "A setting that was saved on one array is gone on the other one.",
             .fix = "Array: support Save in Set Features on both arrays, or on neither."},
    .judge = EqualControllers{
        .fields = {{{"support for saved features", "oncs", command<nvme::oncs::save_select>}}}}};

constexpr Row kCtrlFusesEqual{
    .rule = {.id = "ctrl.fuses.equal",
             .title = "Fused operations are the same (FUSES)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::warn,
             .exception =
                 "only clusters that lock by Compare and Write use it; Linux does not send it",
             .basis = "practice: cluster locks use fused Compare and Write",
             .why = "After a failover to the array without it, locks of clustered file systems "
                    "cannot be taken.",
             .fix = "Array: support fused Compare and Write on both arrays, or on neither."},
    .judge = EqualControllers{
        .fields = {{{"fused operations (FUSES)", "fuses", hexadecimal<&Id::fuses>}}}}};

constexpr Row kCtrlVwcEqual{
    .rule = {.id = "ctrl.vwc.equal",
             .title = "The volatile write cache is the same on all controllers (VWC)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §7.2; Linux 6.1 takes it from the controller that connected first",
             .why = "A host that connected the array without a cache first sends no flushes to "
                    "the other one: data that an application made sure of is lost with a power "
                    "cut there.",
             .fix = "Array: report VWC 0 on both arrays when writes are safe on completion, "
                    "else the same VWC on both.",
             .on_linux = linux_effect::kVwcDiffers},
    .judge = EqualControllers{
        .fields = {{{"volatile write cache (VWC bit 0)", "vwc", flag<&Id::vwc, kCachePresent>},
                    {"flush to all namespaces (VWC bits 2:1)", "vwc", flush_of_all}}}}};

constexpr Row kCtrlCtrattHidsEqual{
    .rule = {.id = "ctrl.ctratt.hids.equal",
             .title = "128-bit host identifiers on all controllers, or on none",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312, CTRATT bit 0: mandatory on fabrics; reservations go "
                      "by host identifier",
             .why = "The same host is two hosts to the arrays: a reservation that it holds on "
                    "one locks it out on the other.",
             .fix = "Array: support 128-bit host identifiers on both arrays."},
    .judge = EqualControllers{.fields = {{{"128-bit host identifier", "ctratt",
                                           flag<&Id::ctratt, nvme::ctratt::host_id_128>}}}}};

constexpr Row kCtrlCtrattTbkasEqual{
    .rule = {.id = "ctrl.ctratt.tbkas.equal",
             .title = "The style of keep alive is the same (CTRATT TBKAS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::warn,
             .exception = "it takes a connection that is lost at the wrong moment as well",
             .basis = "Base 2.3 §3.9, §9.6.2.1: the safe wait before a retry is 2 or 3 times the "
                      "keep alive timeout",
             .why = "A host that computes the wait from the wrong side retries too early; the "
                    "first write may still land after the retry.",
             .fix = "Array: use the same style of keep alive on both arrays."},
    .judge = EqualControllers{
        .fields = {{{"traffic based keep alive", "ctratt",
                     flag<&Id::ctratt, nvme::ctratt::traffic_based_keep_alive>}}}}};

constexpr Row kCtrlCtrattRhiiEqual{
    .rule = {.id = "ctrl.ctratt.rhii.equal",
             .title = "Reservations treat host identifiers alike (CTRATT RHII)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §8.1.24",
             .why = "A host without an identifier is fenced on one array and not on the other.",
             .fix = "Array: set CTRATT bit 18 on both arrays or on neither."},
    .judge = EqualControllers{
        .fields = {{{"reservations and host identifier", "ctratt",
                     flag<&Id::ctratt, nvme::ctratt::reservations_host_id_interaction>}}}}};

constexpr Row kCtrlCtrattOther{
    .rule = {.id = "ctrl.ctratt.other",
             .title = "Other attributes are the same on all controllers (CTRATT)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice; ELBAS changes the meaning of protection information",
             .why = "Features that the host uses on one array are not there on the other.",
             .fix = "Array: offer the same attributes on both arrays."},
    .judge = EqualControllers{
        .fields = {
            {{"NVM sets", "ctratt", flag<&Id::ctratt, nvme::ctratt::nvm_sets>},
             {"endurance groups", "ctratt", flag<&Id::ctratt, nvme::ctratt::endurance_groups>},
             {"UUID list", "ctratt", flag<&Id::ctratt, nvme::ctratt::uuid_list>},
             {"delete endurance group", "ctratt", flag<&Id::ctratt, 1U << 13>},
             {"delete NVM set", "ctratt", flag<&Id::ctratt, 1U << 14>},
             {"extended LBA formats", "ctratt",
              flag<&Id::ctratt, nvme::ctratt::extended_lba_formats>},
             {"flexible data placement", "ctratt",
              flag<&Id::ctratt, nvme::ctratt::flexible_data_placement>}}}}};

constexpr Row kCtrlSanicapFnaEqual{
    .rule = {.id = "ctrl.sanicap_fna.equal",
             .title = "Format and Sanitize reach as far on all controllers (FNA, SANICAP)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::warn,
             .exception = "it takes a Format or a Sanitize that somebody sends",
             .basis = "Base 2.1 Figure 312: FNA says whether Format hits all namespaces",
             .why = "A format or erase that is harmless to others on one array wipes every "
                    "namespace on the other.",
             .fix = "Array: report the same FNA and SANICAP on both arrays. Host: do not format "
                    "or sanitize until then."},
    .judge = EqualControllers{.fields = {{{"FNA", "fna", hexadecimal<&Id::fna>},
                                          {"SANICAP", "sanicap", hexadecimal<&Id::sanicap>}}}}};

constexpr Row kCtrlNwpcEqual{
    .rule = {.id = "ctrl.nwpc.equal",
             .title = "Write protection is supported alike (NWPC)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::warn,
             .exception =
                 "it takes somebody who relies on a protection that one array does not give",
             .basis = "practice: a protected namespace must be protected on every path",
             .why = "A namespace that was write-protected through one array can be written "
                    "through the other.",
             .fix = "Array: support the same states of write protection on both arrays."},
    .judge = EqualControllers{
        .fields = {{{"write protection (NWPC)", "nwpc", hexadecimal<&Id::nwpc>}}}}};

constexpr Row kCtrlCsiVector{
    .rule = {.id = "ctrl.csi_vector",
             .title = "I/O command sets are the same on all controllers (CNS 1Ch)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::loss,
             .verdict = Verdict::warn,
             .exception = "the specification lets the combinations differ",
             .basis = "Base 2.3 §3.1.3.1: may differ, but a namespace's command set must be "
                      "enabled to reach it",
             .why = "Namespaces of a command set that one array lacks have no path there.",
             .fix = "Array: support the same I/O command sets on both arrays."},
    .judge =
        EqualControllers{.fields = {{{"I/O command sets", "", command_sets, command_sets_page}}}}};

constexpr Row kCtrlOcfsCopy{
    .rule = {.id = "ctrl.ocfs_copy",
             .title = "Copy formats are the same on all controllers (OCFS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice: copy offload goes down any path",
             .why = "A copy that one array accepts fails on the other.",
             .fix = "Array: support the same copy descriptor formats on both arrays."},
    .judge =
        EqualControllers{.fields = {{{"copy formats (OCFS)", "ocfs", hexadecimal<&Id::ocfs>}}}}};

constexpr Row kCtrlCmicMctrs{
    .rule = {.id = "ctrl.cmic.mctrs",
             .title = "Every controller allows others in its subsystem (CMIC MCTRS)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312; Linux \"Subsystem does not support multiple "
                      "controllers\"",
             .why = "Linux refuses the second controller, or makes no multipath device at all "
                    "when the first one lacks the bit.",
             .fix = "Array: set CMIC bit 1 on every controller of the subsystem, on both "
                    "arrays.",
             .on_linux = linux_effect::kOneController},
    .judge = CheckController{.clause = "multiple controllers not supported (CMIC bit 1 clear)",
                             .ask = no_multiple_controllers},
    .fields = {"cmic"},
    .refusals = {linux_kernel::KernelRefusal::one_controller}};

constexpr Row kCtrlCmicAnarsEqual{
    .rule = {.id = "ctrl.cmic.anars.equal",
             .title = "ANA reporting is the same on all controllers (CMIC ANARS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §8.1.1.1: shall be set on all controllers; Linux takes CMIC of "
                      "the first controller for all",
             .why = "Depending on which array connected first, the host ignores ANA on both (and "
                    "writes to inaccessible paths) or fails to start the controllers without "
                    "it.",
             .fix = "Array: enable ANA reporting on both arrays (CMIC bit 3, ANA log, ANACAP, "
                    "ANATT, ANAGRPMAX, NANAGRPID, MNAN).",
             .on_linux = linux_effect::kAnaOfOneArray},
    .judge = EqualControllers{.fields = {{{"ANA reporting (CMIC bit 3)", "cmic",
                                           flag<&Id::cmic, nvme::cmic::ana_reporting>}}}},
    .fields = {"anatt", "anacap", "anagrpmax", "oaes"}};

constexpr Row kCtrlCmicMports{
    .rule = {.id = "ctrl.cmic.mports",
             .title = "Several ports are announced where there are several (CMIC MPORTS)",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312",
             .why = "The subsystem answers on several ports and says that it has one.",
             .fix = "Array: set CMIC bit 0 on every controller."},
    .judge =
        CheckController{.clause = "one port only (CMIC bit 0 clear)", .ask = no_multiple_ports},
    .fields = {"cmic"}};

constexpr Row kCtrlCmicFt{
    .rule = {.id = "ctrl.cmic.ft",
             .title = "A fabrics controller is no virtual function (CMIC bit 2)",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312: SR-IOV is of PCIe",
             .why = "The bit has no meaning on a fabric; whatever reads it draws the wrong "
                    "conclusion.",
             .fix = "Array: clear CMIC bit 2."},
    .judge = CheckController{.clause = "says that it is an SR-IOV virtual function",
                             .ask = virtual_function},
    .fields = {"cmic"}};

constexpr Row kCtrlOacsEqual{
    .rule = {.id = "ctrl.oacs.equal",
             .title = "Optional admin commands are the same (OACS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice; Base 2.1 Figure 312 for bit 10 (Lockdown): the same for all "
                      "controllers",
             .why = "A management command works or fails depending on the array that it "
                    "reaches.",
             .fix = "Array: offer the same optional admin commands on both arrays."},
    .judge = JudgeSubsystem{judge_admin_commands},
    .fields = {"oacs"}};

constexpr Row kCtrlOaesEqual{
    .rule = {.id = "ctrl.oaes.equal",
             .title = "Asynchronous events are the same on all controllers, ANA changes among them",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis =
                 "Base 2.3 §8.1.1.1: the ANA notice shall be supported with ANA; Linux enables "
                 "what OAES offers",
             .why = "The host is not told of changes: it works with an old list of namespaces or "
                    "old path states, and notices a failover by failed I/O only.",
             .fix = "Array: offer the same events on both arrays, with ANA at least bits 8 and "
                    "11.",
             .on_linux = linux_effect::kEventsNotAnnounced},
    .judge = JudgeSubsystem{judge_notices},
    .fields = {"oaes"}};

constexpr std::array kCapabilityRows{
    &kCtrlCmicMctrs,        &kCtrlCmicAnarsEqual,  &kCtrlCmicMports,        &kCtrlCmicFt,
    &kCtrlOacsEqual,        &kResvSupportEqual,    &kCtrlOncsDataCmdsEqual, &kCtrlOncsSaveFeature,
    &kCtrlFusesEqual,       &kCtrlVwcEqual,        &kCtrlOaesEqual,         &kCtrlCtrattHidsEqual,
    &kCtrlCtrattTbkasEqual, &kCtrlCtrattRhiiEqual, &kCtrlCtrattOther,       &kCtrlSanicapFnaEqual,
    &kCtrlNwpcEqual,        &kCtrlCsiVector,       &kCtrlOcfsCopy};

} // namespace

std::span<const Row* const> capability_rows() {
    return kCapabilityRows;
}

} // namespace haoh::judge
