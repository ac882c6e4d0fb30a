// SPDX-License-Identifier: LGPL-2.1-or-later
// The identity of the subsystem but for its name: serial number, model, vendor, firmware.
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
extern const Row kCtrlFguidDomain;
extern const Row kCtrlFrDomain;
extern const Row kCtrlSnNotSharedByNqns;

template <std::size_t N>
std::string ascii(const std::array<std::uint8_t, N>& field) {
    std::string text = nvme::printable(field);
    return text.empty() ? "(blank)" : text;
}

template <auto Member>
std::optional<std::string> text(const Controller& controller) {
    if (!controller.has_identify) {
        return std::nullopt;
    }
    return ascii(controller.id.*Member);
}

std::optional<std::string> ieee(const Controller& controller) {
    if (!controller.has_identify) {
        return std::nullopt;
    }
    const auto& oui = controller.id.ieee;
    return fmt::format("{:02x}-{:02x}-{:02x}", oui[2], oui[1], oui[0]);
}

/// What is wrong with a field that must be printable ASCII, left-aligned and padded with spaces.
template <std::size_t N>
std::string padding_defect(const std::array<std::uint8_t, N>& field, std::string_view name) {
    const auto* const end = std::find_if(field.rbegin(), field.rend(), [](std::uint8_t byte) {
                                return byte != ' ' && byte != 0;
                            }).base();
    if (end == field.begin()) {
        return fmt::format("{} is blank", name);
    }
    if (field.front() == ' ') {
        return fmt::format("{} starts with a space", name);
    }
    if (std::any_of(field.begin(), end,
                    [](std::uint8_t byte) { return byte < 0x20 || byte > 0x7E; })) {
        return fmt::format("{} holds bytes outside 20h-7Eh: {}", name, nvme::printable(field));
    }
    if (std::find(end, field.end(), 0) != field.end()) {
        return fmt::format("{} is padded with NUL bytes", name);
    }
    return {};
}

Answer ascii_padded(const Controller& controller, const Subsystem& /*own*/) {
    std::string text = padding_defect(controller.id.sn, "SN");
    const std::string model = padding_defect(controller.id.mn, "MN");
    if (!text.empty() && !model.empty()) {
        text += ", ";
    }
    text += model;
    return text.empty() ? Answer::holds() : Answer::broken(std::move(text));
}

/// Serial numbers name nothing where every namespace has an identifier of its own.
std::optional<Verdict> told_by_identifiers(const Subsystem& subsystem) {
    const auto identified = [](const SharedNamespace& shared) {
        return std::all_of(shared.paths.begin(), shared.paths.end(), [](const Namespace* path) {
            return path->ids_known && (path->ids.uuid || path->ids.nguid || path->ids.eui64);
        });
    };
    const bool all =
        !subsystem.namespaces.empty() && !subsystem.unlisted() &&
        std::all_of(subsystem.namespaces.begin(), subsystem.namespaces.end(), identified);
    return all ? std::optional{Verdict::warn} : std::nullopt;
}

void judge_firmware(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    if (subsystem.controllers.size() < 2) {
        return;
    }
    std::map<std::string, std::size_t> revisions;
    std::map<std::size_t, std::set<std::string>> by_array;
    std::vector<std::pair<const Controller*, std::size_t>> classes;
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        if (!controller->has_identify) {
            findings.unknown(kCtrlFrDomain);
            continue;
        }
        const std::string revision = ascii(controller->id.fr);
        by_array[controller->array_id].insert(revision);
        classes.emplace_back(controller,
                             revisions.try_emplace(revision, revisions.size()).first->second);
        values.push_back(value_of(*controller, revision));
    }
    if (classes.size() > 1) {
        findings.judged(kCtrlFrDomain);
    }
    if (revisions.size() < 2) {
        return;
    }
    const bool inside = std::any_of(by_array.begin(), by_array.end(),
                                    [](const auto& array) { return array.second.size() > 1; });
    group_values(values);
    findings.add({.row = kCtrlFrDomain,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = "firmware revision (FR) differs " + between(classes),
                  .values = std::move(values),
                  .verdict = inside ? Verdict::warn : Verdict::note});
}

void judge_fru(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    if (!subsystem.stretched) {
        return;
    }
    std::map<std::array<std::uint8_t, 16>, std::vector<const Controller*>> units;
    std::set<std::size_t> arrays;
    for (const Controller* controller : subsystem.controllers) {
        if (!controller->has_identify) {
            findings.unknown(kCtrlFguidDomain);
        } else if (!nvme::all_zero(controller->id.fguid)) {
            units[controller->id.fguid].push_back(controller);
            arrays.insert(controller->array_id);
        }
    }
    if (arrays.size() > 1) {
        findings.judged(kCtrlFguidDomain);
    }
    for (const auto& [fguid, controllers] : units) {
        const bool torn = std::any_of(
            controllers.begin(), controllers.end(), [&controllers](const Controller* controller) {
                return controller->array_id != controllers.front()->array_id;
            });
        if (!torn) {
            continue;
        }
        std::vector<FindingValue> values;
        for (const Controller* controller : controllers) {
            values.push_back(value_of(*controller, nvme::to_hex(fguid)));
        }
        group_values(values);
        findings.add(
            {.row = kCtrlFguidDomain,
             .subsystem = subsystem.nqn,
             .nsids = {},
             .what = fmt::format("one FRU GUID {}", place(controllers, subsystem.controllers)),
             .values = std::move(values),
             .verdict = {}});
    }
}

void judge_serials(const Subject& subject, Findings& findings) {
    if (subject.subsystems.size() < 2) {
        return;
    }
    std::map<std::pair<std::string, std::string>, std::map<std::string, const Controller*>> owners;
    std::set<std::string> named;
    for (const Subsystem& subsystem : subject.subsystems) {
        for (const Controller* controller : subsystem.controllers) {
            if (!controller->has_identify) {
                findings.unknown(kCtrlSnNotSharedByNqns); // and it has no serial number
            }
            const std::string sn = nvme::printable(controller->id.sn);
            if (!sn.empty()) {
                owners[{sn, nvme::printable(controller->id.mn)}].try_emplace(subsystem.nqn,
                                                                             controller);
                named.insert(subsystem.nqn);
            }
        }
    }
    if (named.size() > 1) {
        findings.judged(kCtrlSnNotSharedByNqns);
    }
    for (const auto& [serial, subsystems] : owners) {
        if (subsystems.size() < 2) {
            continue;
        }
        std::vector<FindingValue> values;
        for (const auto& [nqn, controller] : subsystems) {
            values.push_back(value_of(*controller, fmt::format("SN {} as {}", serial.first, nqn)));
        }
        findings.add({.row = kCtrlSnNotSharedByNqns,
                      .subsystem = subsystems.begin()->first,
                      .nsids = {},
                      .what = fmt::format("{} subsystems show the serial number {} and model {}",
                                          subsystems.size(), serial.first, serial.second),
                      .values = std::move(values),
                      .verdict = {}});
    }
}

constexpr Row kCtrlSnEqual{
    .rule = {.id = "ctrl.sn.equal",
             .title = "Serial number (SN) is the same on all controllers",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312: the serial number of the NVM subsystem; practice: a "
                      "warning where every namespace has an identifier, because arrays are sold "
                      "that report one number a controller (NetApp E-Series, Lenovo DE)",
             .why = "Linux takes the number of whichever array connected first and shows it for "
                    "both, so device names can change at the next boot; namespaces without "
                    "identifiers are named by it and can be mixed up.",
             .fix = "Array: give the stretched subsystem one serial number and report it from "
                    "both arrays (nvmet: attr_serial). Host: reconnect both arrays afterwards.",
             .on_linux = linux_effect::kShownOnce},
    .judge = EqualControllers{
        .fields = {{{"serial number (SN)", "sn", text<&nvme::IdentifyController::sn>}}},
        .verdict = told_by_identifiers}};

constexpr Row kCtrlMnEqual{
    .rule = {.id = "ctrl.mn.equal",
             .title = "Model number (MN) is the same on all controllers",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::fail,
             .basis = "Base 2.1 Figure 312: the model number of the NVM subsystem",
             .why = "Linux keeps the model of the array that connected first: udev rules, "
                    "by-id names and settings by model depend on the order of connecting.",
             .fix = "Array: report one model number for the stretched subsystem from both arrays "
                    "(nvmet: attr_model), also between different generations.",
             .on_linux = linux_effect::kShownOnce},
    .judge = EqualControllers{
        .fields = {{{"model number (MN)", "mn", text<&nvme::IdentifyController::mn>}}}}};

constexpr Row kCtrlSnNotSharedByNqns{
    .rule = {.id = "ctrl.sn.not_shared_by_nqns",
             .title = "Subsystems with different NQNs have different serial numbers",
             .rule_class = RuleClass::uni,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312: SN identifies the subsystem within its vendor",
             .why = "Device names and inventories that go by serial number mix the subsystems "
                    "up.",
             .fix = "Array: give each subsystem a serial number of its own."},
    .judge = JudgeSubject{judge_serials}};

constexpr Row kCtrlVidEqual{
    .rule = {.id = "ctrl.vid.equal",
             .title = "PCI vendor ID (VID) is the same on all controllers",
             .rule_class = RuleClass::eqs,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §4.7.1.2: part of the identity of the subsystem; Linux keeps the "
                      "first controller's",
             .why = "Quirks and names that go by vendor depend on which array connected first.",
             .fix = "Array: report the same VID from both arrays."},
    .judge = EqualControllers{
        .fields = {{{"vendor ID (VID)", "vid", hexadecimal<&nvme::IdentifyController::vid>}}}}};

constexpr Row kCtrlSsvidEqual{
    .rule = {.id = "ctrl.ssvid.equal",
             .title = "PCI subsystem vendor ID (SSVID) is the same on all controllers",
             .rule_class = RuleClass::eqs,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §4.7.1.2: part of the identity of the subsystem",
             .why = "Quirks and names that go by vendor depend on which array connected first.",
             .fix = "Array: report the same SSVID from both arrays."},
    .judge = EqualControllers{.fields = {{{"subsystem vendor ID (SSVID)", "ssvid",
                                           hexadecimal<&nvme::IdentifyController::ssvid>}}}}};

constexpr Row kCtrlIeeeEqual{
    .rule = {.id = "ctrl.ieee.equal",
             .title = "IEEE OUI is the same on all controllers",
             .rule_class = RuleClass::eqs,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312: the controller's vendor; one subsystem, one vendor",
             .why = "Inventories take the arrays for products of different vendors.",
             .fix = "Array: report the same OUI from both arrays."},
    .judge = EqualControllers{.fields = {{{"IEEE OUI", "ieee", ieee}}}}};

constexpr Row kCtrlFguidDomain{
    .rule = {.id = "ctrl.fguid.domain",
             .title = "Two arrays do not show one field-replaceable unit",
             .rule_class = RuleClass::dom,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.1 Figure 312: FGUID is the same for controllers of one FRU",
             .why = "The controllers say that they fail together; either the identity of a "
                    "physical unit was copied, or the addresses lead to one array.",
             .fix = "Host: make sure that the targets are two arrays. Array: report a unit's own "
                    "FGUID, or zero."},
    .judge = JudgeSubsystem{judge_fru},
    .by_array = true};

constexpr Row kCtrlSnMnAsciiPadded{
    .rule = {.id = "ctrl.sn_mn.ascii_padded",
             .title = "SN and MN are ASCII, left-aligned, padded with spaces",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §1.4.2, ASCII strings; multipath-tools mends NULs of targets",
             .why = "NULs and odd bytes end up in WWIDs and device names, and tools disagree "
                    "about them.",
             .fix = "Array: fill SN and MN with printable characters from the left and with "
                    "spaces (20h) to the end."},
    .judge = CheckController{.clause = "SN or MN not well formed", .ask = ascii_padded},
    .fields = {"sn", "mn"}};

constexpr Row kCtrlFrDomain{
    .rule = {.id = "ctrl.fr.domain",
             .title = "Firmware revision (FR) is the same inside an array",
             .rule_class = RuleClass::dom,
             .severity = Severity::management,
             .verdict = Verdict::warn,
             .basis = "Base 2.1 Figure 312: the firmware of the domain; Linux shows the last "
                      "controller's for all",
             .why = "Between two arrays it may differ and is only worth knowing. Inside one "
                    "array it means an upgrade that has not come to its end.",
             .fix = "Array: finish the upgrade on every controller. During an upgrade, check "
                    "with --window upgrade.",
             .relaxed_in = in_window(Window::upgrade),
             .on_linux = linux_effect::kRevisionShownOnce},
    .judge = JudgeSubsystem{judge_firmware},
    .fields = {"fr"},
    .by_array = true};

constexpr std::array kSubsystemRows{&kCtrlSnEqual,           &kCtrlMnEqual,  &kCtrlSnMnAsciiPadded,
                                    &kCtrlSnNotSharedByNqns, &kCtrlVidEqual, &kCtrlSsvidEqual,
                                    &kCtrlIeeeEqual,         &kCtrlFrDomain, &kCtrlFguidDomain};

} // namespace

std::span<const Row* const> subsystem_rows() {
    return kSubsystemRows;
}

} // namespace haoh::judge
