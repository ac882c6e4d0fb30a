// SPDX-License-Identifier: LGPL-2.1-or-later
// Limits and sizes of controllers: what fits one array must fit the other.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/kernel_effects.hpp"

namespace haoh::judge {

namespace {

using Id = nvme::IdentifyController;

Answer atomic_order(const Controller& controller, const Subsystem& /*own*/) {
    // FFFFh is the largest value of both; 0's based, so that they compare as they are.
    if (controller.id.awupf <= controller.id.awun) {
        return Answer::holds();
    }
    return Answer::broken(
        fmt::format("AWUN {}, AWUPF {}", controller.id.awun, controller.id.awupf));
}

std::optional<std::string> transfer_size(const Controller& controller) {
    if (!controller.has_identify) {
        return std::nullopt;
    }
    const auto bytes = controller.max_transfer_bytes();
    return bytes ? fmt::format("{} KiB", *bytes / 1024) : "no limit";
}

Answer entry_sizes(const Controller& controller, const Subsystem& subsystem) {
    constexpr unsigned kSqe = 6; ///< 64 bytes
    constexpr unsigned kCqe = 4; ///< 16 bytes
    if (subsystem.nqn == nvme::kDiscoveryNqn) {
        return Answer::not_asked();
    }
    if ((controller.id.sqes & 0xFU) == kSqe && (controller.id.cqes & 0xFU) == kCqe) {
        return Answer::holds();
    }
    return Answer::broken(
        fmt::format("SQES {:#x}, CQES {:#x}", controller.id.sqes, controller.id.cqes));
}

Answer max_commands(const Controller& controller, const Subsystem& /*own*/) {
    if (controller.id.maxcmd == 0) {
        return Answer::broken("0");
    }
    const auto cap = controller.capabilities();
    if (!cap) {
        // Through a kernel: what can be judged there is judged.
        return controller.asked_directly() ? Answer::unknown() : Answer::holds();
    }
    if (controller.id.maxcmd > cap->mqes() + 1U) {
        return Answer::broken(fmt::format("{}, more than the {} entries of a queue",
                                          controller.id.maxcmd, cap->mqes() + 1U));
    }
    return Answer::holds();
}

/// Linux keeps one command of an I/O queue for Connect and one entry unused: two entries leave no
/// command for I/O.
Answer shallow_queues(const Controller& controller, const Subsystem& own) {
    constexpr unsigned kLeast = 3;
    if (own.nqn == nvme::kDiscoveryNqn) {
        return Answer::not_asked();
    }
    if (controller.id.maxcmd != 0 && controller.id.maxcmd < kLeast) {
        return Answer::broken(fmt::format("MAXCMD {}", controller.id.maxcmd));
    }
    const auto cap = controller.capabilities();
    if (!cap) {
        // Through a kernel: what can be judged there is judged.
        return controller.asked_directly() ? Answer::unknown() : Answer::holds();
    }
    return cap->mqes() + 1U >= kLeast ? Answer::holds()
                                      : Answer::broken(fmt::format("CAP.MQES {}", cap->mqes()));
}

Answer max_namespaces(const Controller& controller, const Subsystem& /*own*/) {
    if (!controller.ana()) {
        return Answer::not_asked();
    }
    if (controller.id.mnan != 0 && controller.id.mnan <= controller.id.nn) {
        return Answer::holds();
    }
    return Answer::broken(fmt::format("MNAN {}, NN {}", controller.id.mnan, controller.id.nn));
}

std::optional<std::string> valid_mnan(const Controller& controller) {
    if (!controller.has_identify || (controller.ana() && controller.id.mnan == 0)) {
        return std::nullopt;
    }
    return fmt::format("{}", controller.id.mnan);
}

std::optional<std::string> maxdna(const Controller& controller) {
    if (!controller.has_identify) {
        return std::nullopt;
    }
    return fmt::format("{}", nvme::load_le<std::uint64_t>(controller.id.maxdna, 0));
}

/// 0: not reported. With several domains it is that of what the controller reaches.
std::optional<std::string> total_capacity(const Controller& controller) {
    if (!controller.has_identify || nvme::all_zero(controller.id.tnvmcap) ||
        (controller.id.ctratt & nvme::ctratt::multi_domain) != 0) {
        return std::nullopt;
    }
    constexpr std::size_t kHalf = 8;
    const auto low = nvme::load_le<std::uint64_t>(controller.id.tnvmcap, 0);
    const auto high = nvme::load_le<std::uint64_t>(controller.id.tnvmcap, kHalf);
    return high == 0 ? fmt::format("{} bytes", low) : fmt::format("{:#x}{:016x} bytes", high, low);
}

Answer attached_namespaces(const Controller& controller, const Subsystem& /*own*/) {
    if (controller.id.maxcna == 0) {
        return Answer::not_asked();
    }
    if (!controller.observed->active_nsids) {
        return Answer::unknown();
    }
    const std::size_t count = controller.observed->active_nsids->size();
    return count <= controller.id.maxcna ? Answer::holds()
                                         : Answer::broken(fmt::format("{} namespaces, MAXCNA {}",
                                                                      count, controller.id.maxcna));
}

Answer no_keep_alive(const Controller& controller, const Subsystem& /*own*/) {
    return controller.id.kas == 0 ? Answer::broken("0") : Answer::holds();
}

std::optional<std::string> keep_alive(const Controller& controller) {
    if (!controller.has_identify || controller.id.kas == 0) {
        return std::nullopt;
    }
    return fmt::format("{} ms", controller.id.kas * 100U);
}

Answer host_memory(const Controller& controller, const Subsystem& /*own*/) {
    return controller.id.hmpre == 0 ? Answer::holds()
                                    : Answer::broken(fmt::format("HMPRE {}", controller.id.hmpre));
}

constexpr Row kCtrlAwupfEqual{
    .rule = {.id = "ctrl.awupf.equal",
             .title = "Atomic write sizes are the same on all controllers",
             .rule_class = RuleClass::eqs,
             .severity = Severity::loss,
             .verdict = Verdict::warn,
             .exception =
                 "the specification lets it differ, and only some stable kernels of 2025 refuse it",
             .basis = "practice: Base 2.3 §2.4.1 lets them differ, but some stable kernels "
                      "of 2025 refuse a controller with another AWUPF",
             .why = "Some kernels refuse the second array; databases that rely on atomic writes "
                    "get torn ones after a failover to the smaller size.",
             .fix = "Array: report the smaller value of both arrays on both. Host: configure "
                    "applications for the smaller value."},
    .judge = EqualControllers{.fields = {{{"AWUN", "awun", decimal<&Id::awun>},
                                          {"AWUPF", "awupf", decimal<&Id::awupf>},
                                          {"ACWU", "acwu", decimal<&Id::acwu>}}}}};

constexpr Row kCtrlAwunLe{
    .rule = {.id = "ctrl.awun.le",
             .title = "AWUPF is not greater than AWUN",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "practice: what is atomic over a power failure is atomic without one",
             .why = "The two values contradict each other; hosts take one or the other.",
             .fix = "Array: correct AWUN or AWUPF."},
    .judge = CheckController{.clause = "AWUPF is greater than AWUN", .ask = atomic_order}};

constexpr Row kCtrlMdtsMin{
    .rule = {.id = "ctrl.mdts.min",
             .title = "The largest transfer is the same on all controllers (MDTS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice; Linux takes the minimum of all paths, and it never grows back",
             .why = "Large I/O is split for the smaller array on both; on an array that is "
                    "connected later the limit of a device in use shrinks.",
             .fix = "Array: report the same MDTS (in bytes: 2^MDTS pages of CAP.MPSMIN) on both "
                    "arrays."},
    .judge = EqualControllers{.fields = {{{"largest transfer (MDTS)", "mdts", transfer_size}}}}};

constexpr Row kCtrlMaxcmdNonzero{
    .rule = {.id = "ctrl.maxcmd.nonzero",
             .title = "MAXCMD is given and fits the queues",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312: mandatory for fabrics; Linux limits queues by it",
             .why = "Linux warns and caps the queues at its own discretion.",
             .fix = "Array: report MAXCMD from 1 to MQES + 1."},
    .judge = CheckController{.clause = "MAXCMD out of range", .ask = max_commands}};

constexpr Row kCtrlQueueDepthMin{
    .rule = {.id = "ctrl.queue_depth.min",
             .title = "An I/O queue takes three commands (CAP.MQES, MAXCMD)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_alloc_io_tag_set(): of an I/O queue one command is kept for "
                      "Connect",
             .why = "Linux refuses the controller, without a message that says why: every path to "
                    "this array is missing.",
             .fix = "Array: report CAP.MQES of at least 2 (0's based) and MAXCMD of at least 3.",
             .on_linux = linux_effect::kQueueTooShort},
    .judge = CheckController{.clause = "I/O queues too small", .ask = shallow_queues},
    .aliases = {"prop.cap.mqes.min"}};

constexpr Row kCtrlMnanEqual{
    .rule = {.id = "ctrl.mnan.equal",
             .title = "The number of allowed namespaces is the same (MNAN)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.1 Figure 312: the maximum of the NVM subsystem",
             .why = "A namespace can be created on one array and not on the other; Linux sizes "
                    "its buffer for the ANA log by it.",
             .fix = "Array: report the same MNAN on both arrays."},
    .judge = EqualControllers{.fields = {{{"allowed namespaces (MNAN)", "mnan", valid_mnan}}}}};

constexpr Row kCtrlMaxdnaDomain{
    .rule = {.id = "ctrl.maxdna.domain",
             .title = "MAXDNA is the same inside an array",
             .rule_class = RuleClass::dom,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312: a maximum of the domain",
             .why = "The controllers of one domain contradict each other.",
             .fix = "Array: report one MAXDNA on all controllers of an array."},
    .judge = EqualControllers{.fields = {{{"namespace attachments (MAXDNA)", "maxdna", maxdna}}},
                              .inside_array = true},
    .by_array = true};

constexpr Row kCtrlMaxcna{
    .rule = {.id = "ctrl.maxcna",
             .title = "No more namespaces are active than may be attached (MAXCNA)",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312: the most namespaces that may be attached to this "
                      "controller",
             .why = "Whoever plans by the limit is refused further namespaces, or counts on room "
                    "that is not there.",
             .fix = "Array: report a MAXCNA that covers every namespace that is attached, or 0."},
    .judge = CheckController{.clause = "more active namespaces than MAXCNA",
                             .ask = attached_namespaces}};

constexpr Row kCtrlTnvmcap{
    .rule = {.id = "ctrl.tnvmcap",
             .title = "The total capacity is the same inside an array (TNVMCAP)",
             .rule_class = RuleClass::dom,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312: the capacity that the controller reaches; without "
                      "several domains all of it",
             .why = "Controllers that are taken for one array manage different capacities: they "
                    "may be two arrays.",
             .fix = "Host: see whether the sites of haoh.toml are right. Array: report one TNVMCAP "
                    "on all controllers of an array."},
    .judge = EqualControllers{.fields = {{{"total capacity (TNVMCAP)", "tnvmcap", total_capacity}}},
                              .inside_array = true},
    .by_array = true};

constexpr Row kCtrlKasSimilar{
    .rule = {.id = "ctrl.kas.similar",
             .title = "The granularity of keep alive is similar (KAS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §3.9: the timeout is rounded up to it",
             .why = "The arrays round the host's timeout differently, so that a dead path is "
                    "noticed sooner on one than on the other.",
             .fix = "Host: choose a keep alive timeout that is a multiple of both."},
    .judge = EqualControllers{.fields = {{{"granularity (KAS)", "kas", keep_alive}}}}};

constexpr Row kCtrlRtd3NpssHmbThermal{
    .rule = {.id = "ctrl.rtd3_npss_hmb_thermal",
             .title = "An array asks for no host memory (HMPRE)",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312: the host memory buffer is of PCIe",
             .why = "The field was copied from a local drive; others may have been as well.",
             .fix = "Array: report HMPRE 0."},
    .judge = CheckController{.clause = "asks for a host memory buffer", .ask = host_memory}};

constexpr Row kCtrlSqesCqes{
    .rule = {.id = "ctrl.sqes_cqes",
             .title = "Queue entries have their required sizes",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312: the required sizes are 6 (64 bytes) and 4 (16 bytes)",
             .why = "Hosts always use entries of 64 and 16 bytes.",
             .fix = "Array: report SQES 66h and CQES 44h."},
    .judge =
        CheckController{.clause = "required queue entry sizes not 6 and 4", .ask = entry_sizes},
    .fields = {"sqes", "cqes"}};

constexpr Row kCtrlKasNonzero{
    .rule = {.id = "ctrl.kas.nonzero",
             .title = "Keep alive is supported (KAS)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312: mandatory on fabrics; Linux \"keep-alive support is "
                      "mandatory for fabrics\"",
             .why = "Linux refuses the controller: every path to this array is missing.",
             .fix = "Array: support Keep Alive and report its granularity in KAS.",
             .on_linux = linux_effect::kNoKeepAlive},
    .judge = CheckController{.clause = "no keep alive (KAS is 0)", .ask = no_keep_alive},
    .fields = {"kas"},
    .refusals = {linux_kernel::KernelRefusal::no_keep_alive}};

} // namespace

constexpr Row kCtrlNnEqual{
    .rule = {.id = "ctrl.nn.equal",
             .title = "The largest NSID is the same on all controllers (NN)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312: the maximum of the NVM subsystem",
             .why = "A namespace above the smaller limit cannot exist on that array: its "
                    "volumes will lack half of their paths.",
             .fix = "Array: report one NN for the stretched subsystem, the same on both arrays "
                    "whatever each could do alone."},
    .judge = EqualControllers{.fields = {{{"largest NSID (NN)", "nn", decimal<&Id::nn>}}}}};

constexpr Row kCtrlMnanValid{
    .rule = {.id = "ctrl.mnan.valid",
             .title = "With ANA, MNAN is from 1 to NN",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312; Linux \"Invalid MNAN value %u\"",
             .why = "Linux does not start the controller: every path to this array is missing.",
             .fix = "Array: report MNAN, the number of namespaces that can be allowed, from 1 "
                    "to NN.",
             .on_linux = linux_effect::kMnanInvalid},
    .judge = CheckController{.clause = "MNAN is not from 1 to NN", .ask = max_namespaces},
    .yields_to = {&kCtrlNnEqual},
    .fields = {"mnan"},
    .refusals = {linux_kernel::KernelRefusal::mnan_invalid}};

namespace {

constexpr std::array kLimitRows{&kCtrlQueueDepthMin, &kCtrlAwupfEqual, &kCtrlAwunLe,
                                &kCtrlMdtsMin,       &kCtrlSqesCqes,   &kCtrlMaxcmdNonzero,
                                &kCtrlNnEqual,       &kCtrlMnanValid,  &kCtrlMnanEqual,
                                &kCtrlMaxdnaDomain,  &kCtrlMaxcna,     &kCtrlTnvmcap,
                                &kCtrlKasNonzero,    &kCtrlKasSimilar, &kCtrlRtd3NpssHmbThermal};

} // namespace

std::span<const Row* const> limit_rows() {
    return kLimitRows;
}

} // namespace haoh::judge
