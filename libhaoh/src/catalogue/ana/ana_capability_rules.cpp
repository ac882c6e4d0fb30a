// SPDX-License-Identifier: LGPL-2.1-or-later
// What controllers say of ANA in Identify Controller. Only those with ANA reporting are asked: that
// all have it is another rule's.
#include "catalogue/ana/ana_log_read.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/kernel_effects.hpp"

#include <haoh/nvme/command.hpp>
#include <haoh/nvme/supported_logs.hpp>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kAnaAnagrpmaxEqual;
extern const Row kAnaLogFitsLimits;
extern const Row kAnaLogFitsMdts;

using Id = nvme::IdentifyController;

Answer no_optimized_bit(const Controller& controller, const Subsystem& /*own*/) {
    if (!controller.ana()) {
        return Answer::not_asked();
    }
    return (controller.id.anacap & 1U) != 0
               ? Answer::holds()
               : Answer::broken(fmt::format("ANACAP {:#x}", controller.id.anacap));
}

Answer no_transition_time(const Controller& controller, const Subsystem& /*own*/) {
    if (!controller.ana()) {
        return Answer::not_asked();
    }
    return controller.id.anatt != 0 ? Answer::holds() : Answer::broken("0");
}

std::optional<std::string> transition_time(const Controller& controller) {
    if (!controller.ana() || controller.id.anatt == 0) {
        return std::nullopt;
    }
    return fmt::format("{} s", controller.id.anatt);
}

Answer too_many_groups(const Controller& controller, const Subsystem& /*own*/) {
    if (!controller.ana()) {
        return Answer::not_asked();
    }
    const Id& id = controller.id;
    if (controller.ana_log_ok && controller.log.groups.size() > id.nanagrpid) {
        return Answer::broken(fmt::format("NANAGRPID {}, {} groups in the log", id.nanagrpid,
                                          controller.log.groups.size()));
    }
    if (id.nanagrpid > id.anagrpmax) {
        return Answer::broken(
            fmt::format("NANAGRPID {}, ANAGRPMAX {}", id.nanagrpid, id.anagrpmax));
    }
    switch (ana_log_read(controller)) {
    case AnaLogRead::unread:
    case AnaLogRead::partly:
        return Answer::unknown(); // may hold more groups
    case AnaLogRead::none:
    case AnaLogRead::whole:
        break;
    }
    return Answer::holds();
}

/// What a host reads at most is what the limits allow.
Answer log_beyond_limits(const Controller& controller, const Subsystem& /*own*/) {
    switch (ana_log_read(controller)) {
    case AnaLogRead::none:
        return Answer::not_asked();
    case AnaLogRead::unread:
    case AnaLogRead::partly: // that it is cut off is another finding
        return Answer::unknown();
    case AnaLogRead::whole:
        break;
    }
    std::uint64_t nsids = 0;
    for (const nvme::AnaGroup& group : controller.log.groups) {
        nsids += group.nsids.size();
    }
    const std::uint64_t size = nvme::kAnaLogHeaderSize +
                               nvme::kAnaGroupHeaderSize * controller.log.groups.size() +
                               sizeof(std::uint32_t) * nsids;
    const std::uint64_t most =
        nvme::ana_log_size_bound(controller.id.nanagrpid, controller.id.mnan);
    if (size <= most) {
        return Answer::holds();
    }
    return Answer::broken(fmt::format(
        "{} bytes ({} groups, {} NSIDs), NANAGRPID {} and MNAN {} allow {}", size,
        controller.log.groups.size(), nsids, controller.id.nanagrpid, controller.id.mnan, most));
}

Answer log_too_large(const Controller& controller, const Subsystem& /*own*/) {
    if (!controller.ana()) {
        return Answer::not_asked();
    }
    const auto limit = controller.max_transfer_bytes();
    const std::uint64_t size =
        nvme::ana_log_size_bound(controller.id.nanagrpid, controller.id.mnan);
    if (!limit || size <= *limit) {
        return Answer::holds();
    }
    return Answer::broken(
        fmt::format("{} bytes (16 + 32 x NANAGRPID {} + 4 x MNAN {}), MDTS {} bytes", size,
                    controller.id.nanagrpid, controller.id.mnan, *limit));
}

Answer log_missing(const Controller& controller, const Subsystem& /*own*/) {
    if (!controller.ana()) {
        return Answer::not_asked();
    }
    const Page& log = controller.observed->ana.log;
    const std::uint16_t code = log.status.code();
    if (log.state == Page::State::status &&
        (code == nvme::status::invalid_log_page || code == nvme::status::invalid_field)) {
        return Answer::broken(nvme::describe(log.status));
    }
    if (log.ok()) {
        return Answer::holds();
    }
    const Page& supported = controller.observed->supported_logs;
    const bool is_unlisted =
        supported.ok() && !nvme::decode_supported_logs(supported.bytes).supports(nvme::lid::ana);
    return is_unlisted ? Answer::broken("log page 0Ch is not among the supported ones")
                       : Answer::unknown();
}

/// A log that is there and that the list of logs leaves out: Linux does not read that list.
Answer log_unlisted(const Controller& controller, const Subsystem& /*own*/) {
    const Page& supported = controller.observed->supported_logs;
    if (!controller.ana() || !controller.observed->ana.log.ok()) {
        return Answer::not_asked();
    }
    if (!supported.ok()) {
        return supported.state == Page::State::failed ? Answer::unknown() : Answer::not_asked();
    }
    return nvme::decode_supported_logs(supported.bytes).supports(nvme::lid::ana)
               ? Answer::holds()
               : Answer::broken("log page 0Ch is not among the supported ones");
}

constexpr Row kAnaAnacapEqual{
    .rule = {.id = "ana.anacap.equal",
             .title = "The ANA states that can be reported are the same (ANACAP)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §8.1.1.1",
             .why = "One array cannot say what state its paths are in, for example that they are "
                    "inaccessible.",
             .fix = "Array: support the same ANA states on both arrays (ANACAP bits 4:0)."},
    .judge = EqualControllers{.fields = {{{"reportable ANA states (ANACAP bits 4:0)", "anacap",
                                           with_ana<bits<&Id::anacap, 0x1F>>}}}}};

constexpr Row kAnaAnacapGidcsEqual{
    .rule = {.id = "ana.anacap.gidcs.equal",
             .title = "ANA group identifiers behave alike (ANACAP bits 6 and 7)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §8.1.1.2",
             .why = "Hosts keep a group for good that the other array may change at any time.",
             .fix = "Array: set ANACAP bits 6 and 7 alike on both arrays."},
    .judge = EqualControllers{.fields = {{{"group identifiers (ANACAP bits 7:6)", "anacap",
                                           with_ana<bits<&Id::anacap, 0xC0, 6>>}}}}};

constexpr Row kAnaAnattEqual{
    .rule = {.id = "ana.anatt.equal",
             .title = "The ANA transition time is the same on all controllers (ANATT)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §8.1.2.6: hosts decide by ANATT that all paths are down",
             .why = "During one failover the host waits longer for one array than for the other "
                    "and may reset controllers that are still in transition.",
             .fix = "Array: report the larger of both times on both arrays."},
    .judge =
        EqualControllers{.fields = {{{"ANA transition time (ANATT)", "anatt", transition_time}}}}};

constexpr Row kAnaAnagrpmaxEqual{
    .rule = {.id = "ana.anagrpmax.equal",
             .title = "The largest ANA group identifier is the same (ANAGRPMAX)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312: the maximum of any controller of the subsystem; Linux "
                      "rejects logs with larger identifiers",
             .why = "A group that one array may use makes Linux reject the log of the other: its "
                    "path states are not updated any more.",
             .fix = "Array: report one ANAGRPMAX for the stretched subsystem on both arrays."},
    .judge = EqualControllers{.fields = {{{"largest ANA group (ANAGRPMAX)", "anagrpmax",
                                           with_ana<decimal<&Id::anagrpmax>>}}}}};

constexpr Row kAnaLogFitsMdts{
    .rule = {.id = "ana.log.fits_mdts",
             .title = "The ANA log fits one transfer (MDTS)",
             .rule_class = RuleClass::xrf,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Linux \"ANA log page size (%zd) larger than MDTS (%zd), disabling ANA "
                      "support\"",
             .why = "Linux gives ANA up for this controller and takes all of its paths for "
                    "optimized, also those that are inaccessible.",
             .fix = "Array: raise MDTS, or lower NANAGRPID and MNAN, so that 16 + 32 x NANAGRPID "
                    "+ 4 x MNAN bytes fit one transfer.",
             .on_linux = linux_effect::kAnaLogTooLarge},
    .judge = CheckController{.clause = "ANA log larger than one transfer", .ask = log_too_large}};

constexpr Row kAnaNanagrpidCovers{
    .rule =
        {.id = "ana.nanagrpid.covers",
         .title = "NANAGRPID covers the groups of the log",
         .rule_class = RuleClass::int_,
         .severity = Severity::degraded,
         .verdict = Verdict::warn,
         .basis = "Base 2.1 Figure 312; Linux sizes its buffer 16 + 32 x NANAGRPID + 4 x MNAN",
         .why = "Hosts make room for so many groups, and MNAN namespaces. With more groups the log "
                "fits only as long as there are fewer namespaces: beyond that the controller is "
                "not started. More than ANAGRPMAX there cannot be.",
         .fix = "Array: report the number of groups that the controller supports, at most "
                "ANAGRPMAX.",
         .on_linux = linux_effect::kAnaGroupsBeyondLog},
    .judge = CheckController{.clause = "NANAGRPID does not fit", .ask = too_many_groups},
    .yields_to = {&kAnaAnagrpmaxEqual, &kAnaLogFitsMdts, &kAnaLogFitsLimits}};

constexpr Row kAnaLogFitsLimits{
    .rule = {.id = "ana.log.fits_limits",
             .title = "The ANA log is no longer than NANAGRPID and MNAN allow",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312; Linux nvme_mpath_init_identify() reads 16 + 32 x "
                      "NANAGRPID + 4 x MNAN bytes, nvme_parse_ana_log() refuses what is cut off",
             .why = "Linux does not start the controller: every path to this array is missing. On "
                    "one that is connected path states are not updated any more.",
             .fix = "Array: report as many groups (NANAGRPID) and namespaces (MNAN) as the log can "
                    "have.",
             .on_linux = linux_effect::kAnaLogBeyondLimits},
    .judge = CheckController{.clause = "ANA log longer than announced", .ask = log_beyond_limits},
    .yields_to = {&kAnaLogFitsMdts, &kCtrlMnanValid}};

constexpr Row kLogSupportedAna{
    .rule = {.id = "log.supported.ana",
             .title = "Controllers with ANA have the ANA log",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §8.1.1.1: shall support the log; Linux fails to start the "
                      "controller without it",
             .why = "Linux does not start the controller: every path to this array is missing.",
             .fix = "Array: support log page 0Ch, and list it in the Supported Log Pages log.",
             .on_linux = linux_effect::kNoAnaLog},
    .judge = CheckController{.clause = "no ANA log", .ask = log_missing}};

constexpr Row kLogListedAna{
    .rule = {.id = "log.listed.ana",
             .title = "The ANA log is among the supported log pages (LID 00h)",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "practice: the log is there; Linux does not read the list, and others may",
             .why = "A host that goes by the list takes the controller for one without ANA.",
             .fix = "Array: list log page 0Ch in the Supported Log Pages log."},
    .judge = CheckController{.clause = "ANA log not listed", .ask = log_unlisted}};

constexpr Row kAnaAnacapOptimizedBit{
    .rule = {.id = "ana.anacap.optimized_bit",
             .title = "The optimized state can be reported (ANACAP bit 0)",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §8.1.1.1: shall be set",
             .why = "Hosts that go by ANACAP expect no optimized path.",
             .fix = "Array: set ANACAP bit 0 on every controller."},
    .judge = CheckController{.clause = "ANACAP bit 0 clear", .ask = no_optimized_bit},
    .fields = {"anacap"}};

constexpr Row kAnaAnattValid{
    .rule = {.id = "ana.anatt.valid",
             .title = "The ANA transition time is not zero (ANATT)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312; Linux resets the controller after 2 x ANATT",
             .why = "Linux resets the controller the moment that a group is in transition, with "
                    "all I/O in flight on it.",
             .fix = "Array: report the longest time that a transition takes, in seconds.",
             .on_linux = linux_effect::kAnattTimeout},
    .judge = CheckController{.clause = "ANATT is 0", .ask = no_transition_time},
    .fields = {"anatt"}};

constexpr std::array kAnaCapabilityRows{
    &kAnaAnacapOptimizedBit, &kAnaAnacapEqual,    &kAnaAnacapGidcsEqual, &kAnaAnattValid,
    &kAnaAnattEqual,         &kAnaAnagrpmaxEqual, &kAnaLogFitsMdts,      &kAnaNanagrpidCovers,
    &kAnaLogFitsLimits,      &kLogSupportedAna,   &kLogListedAna};

} // namespace

std::span<const Row* const> ana_capability_rows() {
    return kAnaCapabilityRows;
}

} // namespace haoh::judge
