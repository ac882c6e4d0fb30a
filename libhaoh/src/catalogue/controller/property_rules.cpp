// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of controllers: CAP, VS, CSTS.
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/kernel_effects.hpp"

#include <algorithm>
#include <array>

namespace haoh::judge {

namespace {

/// With I/O command sets (bit 6) or the NVM command set alone (bit 0), NVM namespaces are served: a
/// controller of NVMe 1.4 beside one of 2.0 is no difference.
std::optional<std::string> command_sets_supported(const Controller& controller) {
    constexpr std::uint32_t kNvm = 0x41;
    const auto cap = controller.capabilities();
    if (!cap) {
        return std::nullopt;
    }
    const std::uint32_t others = cap->css() & ~kNvm;
    const std::string nvm{(cap->css() & kNvm) != 0 ? "NVM" : "no NVM"};
    return others == 0 ? nvm : fmt::format("{}, and {:#x}", nvm, others);
}

Answer large_pages(const Controller& controller, const Subsystem& /*own*/) {
    const auto cap = controller.capabilities();
    if (!cap) {
        return no_property(controller);
    }
    return cap->mpsmin() == 0 ? Answer::holds()
                              : Answer::broken(fmt::format("{} bytes", cap->page_bytes()));
}

Answer ready_time(const Controller& controller, const Subsystem& /*own*/) {
    const auto cap = controller.capabilities();
    if (!cap) {
        return no_property(controller);
    }
    return cap->timeout_ms() == 0 ? Answer::broken("0 ms") : Answer::holds();
}

std::optional<std::string> subsystem_reset(const Controller& controller) {
    const auto cap = controller.capabilities();
    return cap ? std::optional{yes_or_no(cap->nssrs())} : std::nullopt;
}

Answer not_ready(const Controller& controller, const Subsystem& /*own*/) {
    constexpr std::uint64_t kReady = 0x1;
    constexpr std::uint64_t kFatal = 0x2;
    constexpr std::uint64_t kShutdown = 0xC;
    const auto csts = controller.observed->property(nvme::property::csts);
    if (!csts) {
        return no_property(controller);
    }
    std::vector<std::string> words;
    if ((*csts & kFatal) != 0) {
        words.emplace_back("fatal status (CFS)");
    }
    if ((*csts & kShutdown) != 0) {
        words.emplace_back("shutting down (SHST)");
    }
    if ((*csts & kReady) == 0) {
        words.emplace_back("not ready (RDY)");
    }
    if (words.empty()) {
        return Answer::holds();
    }
    return Answer::broken(fmt::format("CSTS {:#x}: {}", *csts, join_words(words)));
}

/// What a controller may offer, and the version that has it.
struct Offer {
    bool offered{};
    std::uint32_t needed{};
    std::string_view what;
};

/// Reservation keys as of NVMe 1.3 (RESCAP bit 7, IEKS).
bool has_new_reservation_keys(const Controller& controller) {
    constexpr std::uint8_t kIeks = 1U << 7U;
    return std::any_of(controller.namespaces.begin(), controller.namespaces.end(),
                       [](const Namespace& path) { return (path.idns.rescap & kIeks) != 0; });
}

Answer old_version(const Controller& controller, const Subsystem& /*own*/) {
    const std::array offers{
        Offer{.offered = (controller.id.ctratt & nvme::ctratt::multi_domain) != 0,
              .needed = version_number(2, 0),
              .what = "domains"},
        Offer{.offered = controller.ana(), .needed = version_number(1, 3), .what = "ANA"},
        Offer{.offered = (controller.id.oncs & nvme::oncs::reservations) != 0 &&
                         has_new_reservation_keys(controller),
              .needed = version_number(1, 3),
              .what = "reservation keys as of 1.3 (RESCAP IEKS)"},
        Offer{.offered = true, .needed = version_number(1, 2, 1), .what = "fabrics"},
    };
    const std::uint32_t version = controller.version();
    if (version == 0) {
        return Answer::unknown();
    }
    const auto* const missing =
        std::find_if(offers.begin(), offers.end(), [version](const Offer& offer) {
            return offer.offered && version < offer.needed;
        });
    if (missing == offers.end()) {
        return Answer::holds();
    }
    return Answer::broken(fmt::format("{}, {} need {}", format_version(version), missing->what,
                                      format_version(missing->needed)));
}

constexpr Row kPropCapCssEqual{
    .rule = {.id = "prop.cap.css.equal",
             .title = "Supported command sets are the same (CAP.CSS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::loss,
             .verdict = Verdict::warn,
             .exception = "the specification lets command sets differ, and Linux joins both",
             .basis =
                 "Base 2.3 §3.1.3.1, §5.2.13.2.3: arrays of NVMe 1.4 and 2.0 may stand side by "
                 "side",
             .why = "A host finds namespaces of a command set through one array only.",
             .fix = "Array: offer the same command sets on both arrays."},
    .judge = EqualControllers{
        .fields = {{{"command sets (CAP.CSS)", "", command_sets_supported, property_page}}}}};

constexpr Row kPropCapMps{
    .rule = {.id = "prop.cap.mps",
             .title = "Memory pages of 4 KiB are supported (CAP.MPSMIN)",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis =
                 "Linux nvme_enable_ctrl() refuses a larger smallest page (\"Minimum device page "
                 "size\"): its own for NVMe is 4 KiB whatever the CPU's",
             .why = "Linux refuses the controller: every path to this array is missing.",
             .fix = "Array: report CAP.MPSMIN 0.",
             .on_linux = linux_effect::kPagesTooLarge},
    .judge =
        CheckController{.clause = "smallest memory page larger than 4 KiB", .ask = large_pages},
    .refusals = {linux_kernel::KernelRefusal::page_size}};

constexpr Row kPropCapToCrtoPlausible{
    .rule = {.id = "prop.cap.to_crto.plausible",
             .title = "The time to become ready is given (CAP.TO)",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §3.1.4: hosts wait that long for CSTS.RDY",
             .why = "A host may give up before the controller is ready, which delays the way "
                    "back after a failover.",
             .fix = "Array: report the time that enabling takes at worst.",
             .on_linux = linux_effect::kSlowlyReady},
    .judge = CheckController{.clause = "CAP.TO is 0", .ask = ready_time}};

constexpr Row kPropCapNssrsNsses{
    .rule = {.id = "prop.cap.nssrs_nsses",
             .title = "NVM subsystem reset is supported alike (CAP.NSSRS)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::loss,
             .verdict = Verdict::warn,
             .exception = "only a reset of the subsystem meets it",
             .basis = "practice: the reset is of the whole subsystem, which is both arrays",
             .why = "A subsystem reset through one array takes paths away that the other array "
                    "was to keep.",
             .fix = "Array: do not support NVM subsystem reset for a stretched subsystem."},
    .judge = EqualControllers{
        .fields = {{{"NVM subsystem reset (CAP.NSSRS)", "", subsystem_reset, property_page}}}}};

constexpr Row kPropCstsReadyNofatal{
    .rule = {.id = "prop.csts.ready_nofatal",
             .title = "The controller is ready and has no fatal status",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §3.1.4, §3.2.5.2: a controller may give up when reservations "
                      "cannot be synchronised",
             .why = "The controller serves no I/O.",
             .fix = "Array: find out why the controller gave up; look at the link between the "
                    "arrays. Host: the kernel resets such a controller when it notices."},
    .judge = CheckController{.clause = "controller not ready", .ask = not_ready}};

constexpr Row kPropVsSupported{
    .rule = {.id = "prop.vs.supported",
             .title = "The version is new enough for what the controller offers",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §1, Figure 335",
             .why = "Hosts that go by the version do not use the feature, or do not read the "
                    "fields that belong to it.",
             .fix = "Array: report the version that the implementation follows."},
    .judge = CheckController{.clause = "version too old for what is offered", .ask = old_version}};

constexpr std::array kPropertyRows{&kPropCapCssEqual,        &kPropCapMps,
                                   &kPropCapToCrtoPlausible, &kPropCapNssrsNsses,
                                   &kPropCstsReadyNofatal,   &kPropVsSupported};

} // namespace

std::span<const Row* const> property_rows() {
    return kPropertyRows;
}

} // namespace haoh::judge
