// SPDX-License-Identifier: LGPL-2.1-or-later
// What controllers say of their commands: limits that MDTS does not bound, effects, and the firmware
// that executes them. Linux takes this of each controller: effects when it connects, limits with each scan.
#include "catalogue/catalogue.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"
#include "linux/kernel_effects.hpp"

#include <haoh/nvme/command.hpp>
#include <haoh/nvme/commands_log.hpp>
#include <haoh/nvme/firmware_log.hpp>
#include <haoh/nvme/identify_controller_nvm.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace haoh::judge {

namespace {

using Nvm = nvme::IdentifyControllerNvm;

// The rows are below the functions.
extern const Row kCtrlEffectsEqual;
extern const Row kCtrlCommandsEqual;

const Page* nvm_controller_page(const Controller& controller) {
    return &controller.observed->nvm_controller;
}

/// CNS 06h of a controller. From 2.0 on one that refuses it gives no limits, which is how Linux takes
/// it; before, the page is not expected, and nothing is known of its limits.
std::optional<Nvm> nvm_limits(const Controller& controller) {
    const Page& page = controller.observed->nvm_controller;
    if (page.ok()) {
        return nvme::decode_identify_controller_nvm(page.bytes);
    }
    const bool refused = page.state == Page::State::status &&
                         page.status.code() == nvme::status::invalid_field &&
                         controller.version() >= version_number(2, 0);
    return refused ? std::optional{Nvm{}} : std::nullopt;
}

/// A power of two in units of CAP.MPSMIN.
template <auto Member>
std::optional<std::string> page_limit(const Controller& controller) {
    constexpr unsigned kUnboundedShift = 40;
    const auto limits = nvm_limits(controller);
    if (!limits) {
        return std::nullopt;
    }
    const unsigned shift = (*limits).*Member;
    if (shift == 0) {
        return "not given";
    }
    if (shift > kUnboundedShift) {
        return fmt::format("2^{} pages", shift);
    }
    const std::uint64_t unit =
        controller.capabilities().value_or(nvme::Capabilities{}).page_bytes();
    return fmt::format("{} KiB", (unit << shift) / 1024);
}

template <auto Member>
std::optional<std::string> count_limit(const Controller& controller) {
    const auto limits = nvm_limits(controller);
    if (!limits) {
        return std::nullopt;
    }
    return (*limits).*Member == 0 ? "not given" : fmt::format("{}", (*limits).*Member);
}

template <auto Member>
std::optional<std::string> limit_bits(const Controller& controller) {
    const auto limits = nvm_limits(controller);
    return limits ? std::optional{fmt::format("{:#x}", (*limits).*Member)} : std::nullopt;
}

/// An accessor that only speaks for controllers with the command that is limited.
template <auto Accessor, std::uint16_t Command>
std::optional<std::string> of_command(const Controller& controller) {
    return controller.has_identify && (controller.id.oncs & Command) != 0 ? Accessor(controller)
                                                                          : std::nullopt;
}

// The Commands Supported and Effects log.

struct NamedCommand {
    std::uint8_t opcode;
    std::string_view name;
};
constexpr std::array<NamedCommand, 16> kAdminCommands{{{0x02, "Get Log Page"},
                                                       {0x06, "Identify"},
                                                       {0x08, "Abort"},
                                                       {0x09, "Set Features"},
                                                       {0x0A, "Get Features"},
                                                       {0x0C, "Asynchronous Event Request"},
                                                       {0x0D, "Namespace Management"},
                                                       {0x10, "Firmware Commit"},
                                                       {0x11, "Firmware Image Download"},
                                                       {0x14, "Device Self-test"},
                                                       {0x15, "Namespace Attachment"},
                                                       {0x18, "Keep Alive"},
                                                       {0x80, "Format NVM"},
                                                       {0x81, "Security Send"},
                                                       {0x82, "Security Receive"},
                                                       {0x84, "Sanitize"}}};
constexpr std::array<NamedCommand, 13> kIoCommands{{{0x00, "Flush"},
                                                    {0x01, "Write"},
                                                    {0x02, "Read"},
                                                    {0x04, "Write Uncorrectable"},
                                                    {0x05, "Compare"},
                                                    {0x08, "Write Zeroes"},
                                                    {0x09, "Dataset Management"},
                                                    {0x0C, "Verify"},
                                                    {0x0D, "Reservation Register"},
                                                    {0x0E, "Reservation Report"},
                                                    {0x11, "Reservation Acquire"},
                                                    {0x15, "Reservation Release"},
                                                    {0x19, "Copy"}}};

/// One command of one of the two sets.
struct Command {
    bool io{};
    std::uint8_t opcode{};
};

std::string command_text(const Command& command) {
    const std::span<const NamedCommand> names = command.io
                                                    ? std::span<const NamedCommand>(kIoCommands)
                                                    : std::span<const NamedCommand>(kAdminCommands);
    const auto found = std::find_if(names.begin(), names.end(), [&](const NamedCommand& one) {
        return one.opcode == command.opcode;
    });
    return found != names.end()
               ? std::string(found->name)
               : fmt::format("{} command {:02X}h", command.io ? "I/O" : "admin", command.opcode);
}

/// What Linux waits for and reads anew around a command of a program (nvme_passthru_start and
/// nvme_passthru_end).
constexpr std::uint32_t kActedOn =
    nvme::effects::changes_namespace | nvme::effects::changes_inventory |
    nvme::effects::changes_controller | nvme::effects::submission_mask;
/// What is compared at all: not the scope and other bits that versions before 2.0 do not have.
constexpr std::uint32_t kCompared =
    kActedOn | nvme::effects::supported | nvme::effects::changes_data;

/// Whose effects Linux knows by itself, whatever the log says: Format NVM, Security Receive, Sanitize.
bool known_to_linux(const Command& command) {
    return !command.io &&
           (command.opcode == 0x80 || command.opcode == 0x82 || command.opcode == 0x84);
}

std::string effects_text(std::uint32_t entry) {
    std::vector<std::string> words;
    const auto add = [&](std::uint32_t bit, const char* word) {
        if ((entry & bit) != 0) {
            words.emplace_back(word);
        }
    };
    add(nvme::effects::changes_data, "changes data");
    add(nvme::effects::changes_namespace, "changes namespaces");
    add(nvme::effects::changes_inventory, "changes which namespaces there are");
    add(nvme::effects::changes_controller, "changes the controller");
    switch (entry & nvme::effects::submission_mask) {
    case 0:
        break;
    case nvme::effects::submission_of_namespace:
        words.emplace_back("alone on its namespace");
        break;
    case nvme::effects::submission_of_all:
        words.emplace_back("alone on all namespaces");
        break;
    default:
        words.push_back(fmt::format("CSE {}", (entry & nvme::effects::submission_mask) >> 16U));
    }
    return words.empty() ? "no effect" : join_words(words);
}

/// The log of each controller that gave one.
struct ReadLog {
    const Controller* controller{};
    nvme::CommandsLog log;

    [[nodiscard]] std::uint32_t entry(const Command& command) const {
        return (command.io ? log.io : log.admin)[command.opcode];
    }
};

/// Of a command that all support only its effects are told.
std::string entry_text(const Row& row, std::uint32_t entry) {
    if (&row == &kCtrlEffectsEqual) {
        return effects_text(entry);
    }
    if ((entry & nvme::effects::supported) == 0) {
        return "not supported";
    }
    return (entry & ~nvme::effects::supported) == 0 ? "supported"
                                                    : "supported, " + effects_text(entry);
}

constexpr std::size_t kToldCommands = 6;

void report_commands(const Row& row, const std::vector<Command>& commands,
                     const std::vector<ReadLog>& logs, const Subsystem& subsystem,
                     Findings& findings) {
    if (commands.empty()) {
        return;
    }
    const std::size_t told = commands.size() <= kToldCommands + 1 ? commands.size() : kToldCommands;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < told; ++i) {
        names.push_back(command_text(commands[i]));
    }
    if (told < commands.size()) {
        names.push_back(fmt::format("{} more", commands.size() - told));
    }
    Classes classes;
    std::map<std::vector<std::uint32_t>, std::size_t> numbers;
    std::vector<FindingValue> values;
    for (const ReadLog& one : logs) {
        std::vector<std::uint32_t> entries;
        std::vector<std::string> parts;
        for (std::size_t i = 0; i < commands.size(); ++i) {
            const std::uint32_t entry = one.entry(commands[i]) & kCompared;
            entries.push_back(entry);
            if (i < told) {
                parts.push_back((commands.size() == 1 ? std::string() : names[i] + ": ") +
                                entry_text(row, entry));
            }
        }
        classes.emplace_back(one.controller,
                             numbers.try_emplace(std::move(entries), numbers.size()).first->second);
        values.push_back(value_of(*one.controller, fmt::format("{}", fmt::join(parts, "; "))));
    }
    group_values(values);
    findings.add({.row = row,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = fmt::format("{} of {} differs {}",
                                      &row == &kCtrlEffectsEqual ? "the effect" : "support",
                                      join_words(names), between(classes)),
                  .values = std::move(values),
                  .verdict = {}});
}

void judge_commands(const Subsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    if (subsystem.controllers.size() < 2) {
        return;
    }
    std::vector<ReadLog> logs;
    bool unread = false;
    for (const Controller* controller : subsystem.controllers) {
        const Page& page = controller->observed->commands_log;
        if (page.ok()) {
            logs.push_back({controller, nvme::decode_commands_log(page.bytes)});
        }
        unread = unread || page.state == Page::State::failed;
    }
    for (const Row* row : {&kCtrlEffectsEqual, &kCtrlCommandsEqual}) {
        if (unread) {
            findings.unknown(*row);
        } else if (logs.size() > 1) {
            findings.judged(*row);
        }
    }
    if (logs.size() < 2) {
        return;
    }
    std::vector<Command> effects;
    std::vector<Command> others;
    for (const bool io : {false, true}) {
        for (unsigned opcode = 0; opcode < 256; ++opcode) {
            const Command command{io, static_cast<std::uint8_t>(opcode)};
            const std::uint32_t first = logs.front().entry(command);
            std::uint32_t differing = 0;
            bool all_support = true;
            for (const ReadLog& one : logs) {
                differing |= one.entry(command) ^ first;
                all_support = all_support && (one.entry(command) & nvme::effects::supported) != 0;
            }
            if (all_support && (differing & kActedOn) != 0 && !known_to_linux(command)) {
                effects.push_back(command);
            } else if ((all_support && (differing & kCompared) != 0) ||
                       (differing & nvme::effects::supported) != 0) {
                others.push_back(command);
            }
        }
    }
    report_commands(kCtrlEffectsEqual, effects, logs, subsystem, findings);
    report_commands(kCtrlCommandsEqual, others, logs, subsystem, findings);
}

// Firmware slots.

const Page* firmware_page(const Controller& controller) {
    return &controller.observed->firmware_log;
}

/// Not what is in the slot in use: that is the firmware revision (FR), which has a rule of its own.
std::optional<std::string> firmware_slots(const Controller& controller) {
    const Page& page = controller.observed->firmware_log;
    if (!page.ok()) {
        return std::nullopt;
    }
    const nvme::FirmwareLog log = nvme::decode_firmware_log(page.bytes);
    std::string out = fmt::format("slot {} in use", log.active_slot());
    for (std::size_t slot = 0; slot < nvme::kFirmwareSlots; ++slot) {
        if (slot + 1 != log.active_slot() && !nvme::all_zero(log.frs[slot])) {
            out += fmt::format(", {}: {}", slot + 1, nvme::printable(log.frs[slot]));
        }
    }
    return out;
}

Answer firmware_waits(const Controller& controller, const Subsystem& /*own*/) {
    const Page& page = controller.observed->firmware_log;
    if (!page.ok()) {
        return page.state == Page::State::failed ? Answer::unknown() : Answer::not_asked();
    }
    const nvme::FirmwareLog log = nvme::decode_firmware_log(page.bytes);
    const unsigned next = log.next_slot();
    if (next == 0 || next == log.active_slot()) {
        return Answer::holds();
    }
    return Answer::broken(fmt::format(
        "slot {} ({}) after slot {} ({})", next, nvme::printable(log.frs[next - 1]),
        log.active_slot(),
        log.active_slot() == 0 ? "none" : nvme::printable(log.frs[log.active_slot() - 1])));
}

constexpr Row kCtrlCommandLimitsEqual{
    .rule = {.id = "ctrl.command_limits.equal",
             .title = "Write Zeroes and Dataset Management are limited alike (CNS 06h)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis =
                 "practice; Linux reads them with each scan, and a device has the minimum of its "
                 "paths (of Write Zeroes in 6.1 what was scanned last)",
             .why = "Discarding and zeroing is split for the smaller array on both; when an array "
                    "is connected later, the limits of a device in use shrink.",
             .fix = "Array: report the same WZSL, DMRL and DMRSL on both arrays.",
             .on_linux = linux_effect::kLimitsDiffer},
    .judge = EqualControllers{
        .fields = {
            {{"largest Write Zeroes (WZSL)", "",
              of_command<page_limit<&Nvm::wzsl>, nvme::oncs::write_zeroes>, nvm_controller_page},
             {"ranges of a Dataset Management command (DMRL)", "",
              of_command<count_limit<&Nvm::dmrl>, nvme::oncs::dataset_management>,
              nvm_controller_page},
             {"blocks of such a range (DMRSL)", "",
              of_command<count_limit<&Nvm::dmrsl>, nvme::oncs::dataset_management>,
              nvm_controller_page}}}}};

constexpr Row kCtrlCommandLimitsOther{
    .rule = {.id = "ctrl.command_limits.other",
             .title = "Other limits of the NVM command set are the same (CNS 06h)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "practice; Linux does not go by them",
             .why = "A program that sends such commands by itself gets an error on one array only.",
             .fix = "Array: report the same VSL, WUSL, DMSL and WZDSL on both arrays. Host: have "
                    "programs keep to the smaller limits."},
    .judge = EqualControllers{
        .fields = {{{"largest Verify (VSL)", "", page_limit<&Nvm::vsl>, nvm_controller_page},
                    {"largest Write Uncorrectable (WUSL)", "", page_limit<&Nvm::wusl>,
                     nvm_controller_page},
                    {"blocks of a Dataset Management command (DMSL)", "", count_limit<&Nvm::dmsl>,
                     nvm_controller_page},
                    {"largest Write Zeroes that deallocates (WZDSL)", "", page_limit<&Nvm::wzdsl>,
                     nvm_controller_page},
                    {"KPIOCAP", "", limit_bits<&Nvm::kpiocap>, nvm_controller_page},
                    {"AOCS", "", limit_bits<&Nvm::aocs>, nvm_controller_page}}}}};

constexpr Row kCtrlEffectsEqual{
    .rule = {.id = "ctrl.effects.equal",
             .title = "A command has the same effects on all controllers (LID 05h)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "practice; Linux holds I/O back and scans anew by the log of the controller "
                      "that the command goes to, since 7.2 by that of the one connected first",
             .why =
                 "By way of one array an administrator's command holds up all I/O to the "
                 "subsystem, or what it changed is seen at once; by way of the other it does not.",
             .fix =
                 "Array: report the same effects of a command on both arrays. Host: rescan after "
                 "such a command (nvme ns-rescan).",
             .on_linux = linux_effect::kEffectsDiffer},
    .judge = JudgeSubsystem{judge_commands}};

constexpr Row kCtrlCommandsEqual{
    .rule = {.id = "ctrl.commands.equal",
             .title = "The same commands are supported on all controllers (LID 05h)",
             .rule_class = RuleClass::eqs,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis =
                 "practice: two versions of one product differ in it; Linux lets users without "
                 "privileges send only what the log has (since 6.2)",
             .why = "A command that a program sends by itself works on one path and fails on "
                    "another.",
             .fix = "Array: run the same release on both arrays. Host: have programs use what both "
                    "support.",
             .on_linux = linux_effect::kCommandsDiffer},
    .judge = JudgeSubsystem{judge_commands}};

constexpr Row kCtrlFirmwareSlotsDomain{
    .rule = {.id = "ctrl.firmware_slots.domain",
             .title = "The controllers of an array tell of the same firmware slots (LID 03h)",
             .rule_class = RuleClass::dom,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §5.2.12.1.4: of the domain; two arrays may differ",
             .why = "An update has reached only a part of the array.",
             .fix = "Array: complete the update on all controllers of the array.",
             .relaxed_in = in_window(Window::upgrade)},
    .judge = EqualControllers{.fields = {{{"firmware slots", "", firmware_slots, firmware_page}}},
                              .inside_array = true}};

constexpr Row kCtrlFirmwarePending{
    .rule = {.id = "ctrl.firmware_slots.pending",
             .title = "No other firmware waits for the next reset (LID 03h)",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 §5.2.12.1.4; Linux resets a controller when a connection is lost",
             .why =
                 "After the next reset the controller runs other firmware, at a time that nobody "
                 "chose; what it says of itself may change.",
             .fix = "Array: activate the firmware in a maintenance window, and check again.",
             .relaxed_in = in_window(Window::upgrade)},
    .judge = CheckController{.clause = "other firmware waits for a reset", .ask = firmware_waits}};

constexpr std::array kCommandRows{&kCtrlCommandLimitsEqual,  &kCtrlCommandLimitsOther,
                                  &kCtrlEffectsEqual,        &kCtrlCommandsEqual,
                                  &kCtrlFirmwareSlotsDomain, &kCtrlFirmwarePending};

} // namespace

std::span<const Row* const> command_rows() {
    return kCommandRows;
}

} // namespace haoh::judge
