// SPDX-License-Identifier: LGPL-2.1-or-later
// Controllers that a kernel did not take: nothing of them is in sysfs, and nobody can be asked through
// them. What is left is what its log says.
#include "catalogue/catalogue.hpp"
#include "judge/row.hpp"
#include "judge/subject.hpp"
#include "linux/controller_message.hpp"
#include "linux/kernel_event_message.hpp"

#include <haoh/kernel.hpp>

#include <fmt/format.h>

#include <array>
#include <map>
#include <string>
#include <vector>

namespace haoh::judge {

namespace {

extern const Row kHostCtrlRefused; ///< below the functions

/// What the kernel said of each controller that it refused and that nothing has been since.
std::map<std::string, linux_kernel::KernelEventMessage> refused(const KernelObservation& kernel) {
    using Kind = linux_kernel::ControllerMessage::Kind;
    std::map<std::string, linux_kernel::KernelEventMessage> out;
    for (const KernelMessage& line : kernel.messages) {
        if (auto event = linux_kernel::parse_kernel_event(line.text);
            event && event->refusal && !event->nsid) {
            std::string name = event->device;
            out.insert_or_assign(std::move(name), std::move(*event));
            continue;
        }
        const auto message = linux_kernel::parse_controller_message(line.text);
        // One that was given up is told as that. Discovery takes any name for a moment.
        if (message &&
            (message->kind == Kind::given_up ||
             (message->kind == Kind::connected && message->subsysnqn != nvme::kDiscoveryNqn))) {
            out.erase(message->controller);
        }
    }
    for (const KernelSubsystem& subsystem : kernel.subsystems) {
        for (const KernelController& controller : subsystem.controllers) {
            out.erase(controller.name);
        }
    }
    for (const KernelController& controller : kernel.stray_controllers) {
        out.erase(controller.name);
    }
    return out;
}

/// What it said last of each kind of connection that it refused, without saying whose.
std::map<linux_kernel::KernelRefusal, linux_kernel::UnnamedRefusal>
refused_of_nobody(const KernelObservation& kernel) {
    using linux_kernel::KernelRefusal;
    std::map<KernelRefusal, linux_kernel::UnnamedRefusal> out;
    for (const KernelMessage& line : kernel.messages) {
        auto one = linux_kernel::parse_unnamed_refusal(line.text);
        if (one && (one->refusal == KernelRefusal::data_alignment ||
                    one->refusal == KernelRefusal::host_identity)) {
            const KernelRefusal kind = one->refusal;
            out.insert_or_assign(kind, *std::move(one));
        }
    }
    return out;
}

/// A connection is not a controller yet. Whether it was made since, nobody can tell: it is a note.
void report_nobodys(const KernelObservation& kernel, Findings& findings) {
    std::vector<FindingValue> values;
    for (const auto& [kind, one] : refused_of_nobody(kernel)) {
        values.push_back(
            value_of_object(one.origin, fmt::format("\"{}\" ({})", one.text, rule_of(kind))));
    }
    if (values.empty()) {
        return;
    }
    findings.add({.row = kHostCtrlRefused,
                  .subsystem = {},
                  .nsids = {},
                  .what =
                      "the kernel refused a connection; it does not say to what, nor whether it "
                      "was made since",
                  .values = std::move(values),
                  .verdict = Verdict::note});
}

void judge_refused(const Host& host, const Subject& /*subject*/, Findings& findings) {
    const KernelObservation& kernel = *host.kernel;
    if (!kernel.messages_error.empty()) {
        findings.unknown(kHostCtrlRefused);
        return;
    }
    if (!kernel.messages.empty()) {
        findings.judged(kHostCtrlRefused);
    }
    report_nobodys(kernel, findings);
    std::vector<std::string> names;
    std::vector<FindingValue> values;
    for (const auto& [name, event] : refused(kernel)) {
        names.push_back(name);
        values.push_back(value_of_object(
            name, fmt::format("\"{}\" ({})", event.reason, rule_of(event.refusal.value()))));
    }
    if (names.empty()) {
        return;
    }
    findings.add(
        {.row = kHostCtrlRefused,
         .subsystem = {},
         .nsids = {},
         .what = fmt::format("the kernel refused {} and has connected none of that name since",
                             join_words(names)),
         .values = std::move(values),
         .verdict = {}});
}

constexpr Row kHostCtrlRefused{
    .rule = {.id = "host.ctrl.refused",
             .title = "No controller was refused by the kernel",
             .rule_class = RuleClass::tmp,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis =
                 "Linux nvme_init_identify(), nvme_enable_ctrl() and nvme_tcp_setup_ctrl(): what "
                 "is refused leaves nothing but a message",
             .why =
                 "Its paths are missing, and nothing else on this host tells of it: what is left "
                 "looks complete.",
             .fix =
                 "Array: mend what the kernel says; the rule that is named tells how. Host: check "
                 "the array by itself (haoh check -t), and then connect again (nvme connect-all). "
                 "Nothing to do where it has been connected since by another name."},
    .judge = JudgeHost{judge_refused}};

constexpr std::array kHostRefusalRows{&kHostCtrlRefused};

} // namespace

std::span<const Row* const> host_refusal_rows() {
    return kHostRefusalRows;
}

} // namespace haoh::judge
