// SPDX-License-Identifier: LGPL-2.1-or-later
// Features by which a controller knows its host, and what it tells that host.
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"

#include <haoh/nvme/command.hpp>
#include <haoh/nvme/namespace_id.hpp>

namespace haoh::judge {

namespace {

extern const Row kFeatHostidSame;

bool serves_discovery(const Controller& controller, const Subsystem& own) {
    return own.nqn == nvme::kDiscoveryNqn ||
           controller.id.cntrltype == static_cast<std::uint8_t>(nvme::ControllerType::discovery);
}

/// nullptr: nobody asked for it.
const Page* feature_of(const Controller& controller, std::uint8_t fid) {
    const auto found = controller.observed->features.find(fid);
    return found == controller.observed->features.end() ? nullptr : &found->second;
}

// Asynchronous events: each connection has a configuration of its own, so only that of a kernel's counts.

Answer events_on(const Controller& controller, std::uint32_t wanted) {
    if (controller.asked_directly() || local_drive(controller.observed->transport) || wanted == 0) {
        return Answer::not_asked();
    }
    const Page* const page = feature_of(controller, nvme::fid::async_event_configuration);
    if (page == nullptr || !page->ok()) {
        return page != nullptr && page->state == Page::State::failed ? Answer::unknown()
                                                                     : Answer::not_asked();
    }
    const auto enabled = nvme::load_le<std::uint32_t>(page->bytes, 0);
    return (wanted & ~enabled) == 0 ? Answer::holds()
                                    : Answer::broken(fmt::format("OAES {:#x}, feature 0Bh {:#x}",
                                                                 controller.id.oaes, enabled));
}

Answer events_of_volumes(const Controller& controller, const Subsystem& own) {
    constexpr std::uint32_t kWanted = nvme::oaes::namespace_attribute | nvme::oaes::ana_change;
    return events_on(controller,
                     serves_discovery(controller, own) ? 0 : controller.id.oaes & kWanted);
}

Answer events_of_discovery(const Controller& controller, const Subsystem& own) {
    return events_on(controller, serves_discovery(controller, own)
                                     ? controller.id.oaes & nvme::oaes::discovery_log_change
                                     : 0);
}

// The host identifier.

/// What the host said when it connected.
std::optional<nvme::Uuid> connected_hostid(const Controller& controller, const Subject& subject) {
    if (controller.asked_directly()) {
        return controller.has_connection() ? std::optional{controller.observed->connection.hostid}
                                           : std::nullopt;
    }
    const KernelObservation* const kernel = subject.observation->kernel_of(*controller.observed);
    const KernelController* const own =
        kernel == nullptr ? nullptr : kernel->find_controller(controller.name());
    return own == nullptr ? std::nullopt : nvme::parse_uuid(own->hostid.value());
}

/// ONCS.RESERVS: nothing but reservations goes by the host ID.
constexpr unsigned kReservations = 1U << 5U;

void judge_hostid(const Subsystem& subsystem, const Subject& subject, Findings& findings) {
    std::vector<const Controller*> offenders;
    std::vector<FindingValue> values;
    bool reserves = false; // one of them takes reservations
    for (const Controller* controller : subsystem.controllers) {
        const Page* const page = feature_of(*controller, nvme::fid::host_id);
        if (page == nullptr || local_drive(controller->observed->transport)) {
            continue;
        }
        if (page->state == Page::State::failed) {
            findings.unknown(kFeatHostidSame);
            continue;
        }
        const auto said = connected_hostid(*controller, subject);
        if (!page->ok() || !said) {
            continue;
        }
        findings.judged(kFeatHostidSame);
        const auto known = nvme::load_array<sizeof(nvme::Uuid)>(page->bytes, 0);
        if (known != *said) {
            offenders.push_back(controller);
            reserves = reserves || (controller->id.oncs & kReservations) != 0;
            values.push_back(value_of(
                *controller, fmt::format("{}, connected as {}",
                                         known == nvme::Uuid{} ? "none" : nvme::format_uuid(known),
                                         nvme::format_uuid(*said))));
        }
    }
    if (offenders.empty()) {
        return;
    }
    group_values(values);
    findings.add({.row = kFeatHostidSame,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = fmt::format("another host identifier is in force {}",
                                      place(offenders, subsystem.controllers)),
                  .values = std::move(values),
                  .verdict = reserves ? std::nullopt : std::optional{Verdict::note}});
}

// What a host said of its behavior.

const Page* behavior_page(const Controller& controller) {
    return feature_of(controller, nvme::fid::host_behavior);
}

/// Means nothing where there are no extended formats.
std::optional<std::string> extended_formats(const Controller& controller) {
    constexpr std::size_t kLbafee = 2;
    const Page* const page = behavior_page(controller);
    if (!controller.has_identify || page == nullptr || !page->ok() ||
        (controller.id.ctratt & nvme::ctratt::extended_lba_formats) == 0) {
        return std::nullopt;
    }
    const bool enabled = (nvme::load_le<std::uint8_t>(page->bytes, kLbafee) & 1U) != 0;
    return enabled ? "enabled" : "disabled";
}

constexpr Row kFeatAenConfigEnabled{
    .rule = {.id = "feat.aen_config.enabled",
             .title = "The host is told of changes of namespaces and ANA states (feature 0Bh)",
             .rule_class = RuleClass::int_,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §5.2.26.1.5; Linux enables what OAES offers when it connects",
             .why = "The host hears of no change: it keeps old path states until I/O fails, and "
                    "does not see new namespaces or sizes.",
             .fix = "Array: keep the configuration for as long as the connection lasts. Host: "
                    "connect that controller again while other paths carry the I/O."},
    .judge = CheckController{.clause = "events that are offered are not enabled",
                             .ask = events_of_volumes}};

constexpr Row kDiscAenEnabled{
    .rule = {.id = "disc.aen.enabled",
             .title = "The host is told of changes of the discovery log (feature 0Bh)",
             .rule_class = RuleClass::int_,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §5.2.26.1.5; Linux enables what OAES offers when it connects",
             .why =
                 "A persistent discovery connection that hears of nothing: the ports of an array "
                 "that is added are not found.",
             .fix = "Array: keep the configuration for as long as the connection lasts. Host: make "
                    "the persistent discovery connection anew."},
    .judge = CheckController{.clause = "events of the discovery log are offered and not enabled",
                             .ask = events_of_discovery}};

constexpr Row kFeatHostidSame{
    .rule = {.id = "feat.hostid.same",
             .title = "The controller knows the host by the host ID of Connect (feature 81h)",
             .rule_class = RuleClass::xrf,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis =
                 "Base 2.3 §5.2.26.1.32: over a fabric the host ID is that of Connect; §8.1.24",
             .why =
                 "Reservations go by the host ID: the host loses its own, or passes a fence that "
                 "was meant for it.",
             .fix = "Array: take the host ID from Connect, on each controller. Host: use no "
                    "reservations through this subsystem until that is mended."},
    .judge = JudgeSubsystem{judge_hostid}};

constexpr Row kFeatHostbehaviorEqual{
    .rule = {.id = "feat.hostbehavior.equal",
             .title = "Extended LBA formats are enabled alike for one host (feature 16h)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::corruption,
             .verdict = Verdict::warn,
             .exception = "it takes a namespace with one of the extended formats",
             .basis = "Base 2.3 §5.2.26.1: feature 16h LBAFEE; Linux enables it where CTRATT has "
                      "ELBAS",
             .why = "A namespace with 32 or 64 bits of guard has another format, or none, through "
                    "the other array: writes through it carry wrong protection.",
             .fix = "Host: connect again, with one kernel, to the controller that has it disabled, "
                    "while other paths carry the I/O. "
                    "Array: keep what the host set for as long as the connection lasts."},
    .judge = EqualControllers{
        .fields = {{{"extended LBA formats (LBAFEE)", "", extended_formats, behavior_page}}},
        .inside_host = true}};

constexpr std::array kHostFeatureRows{&kFeatAenConfigEnabled, &kDiscAenEnabled, &kFeatHostidSame,
                                      &kFeatHostbehaviorEqual};

} // namespace

std::span<const Row* const> host_feature_rows() {
    return kHostFeatureRows;
}

} // namespace haoh::judge
