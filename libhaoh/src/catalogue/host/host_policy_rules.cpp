// SPDX-License-Identifier: LGPL-2.1-or-later
// I/O policies and timeouts that do not suit the paths, the maker or the kernel.
#include "catalogue/catalogue.hpp"
#include "catalogue/host/maker_policy.hpp"
#include "judge/row.hpp"
#include "judge/subject.hpp"
#include "linux/kernel_event_message.hpp"

#include <haoh/kernel_policy.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kHostCtrlLossTmoMaker;
extern const Row kHostIopolicyMaker;
extern const Row kHostIopolicyOffered;
extern const Row kHostIopolicySites;

/// What was given for nvme_core.iopolicy and not taken, by the kernel's log; empty: nothing.
std::string_view refused_default(const KernelObservation& kernel) {
    for (const KernelMessage& message : kernel.messages) {
        if (const auto policy = linux_kernel::refused_io_policy(message.text)) {
            return *policy;
        }
    }
    return {};
}

void judge_default(const Host& host, const Subject& /*subject*/, Findings& findings) {
    const KernelObservation& kernel = *host.kernel;
    // What sysfs shows as the parameter the kernel took: it offers that, whatever its release.
    const std::string_view policy = refused_default(kernel);
    // What was refused is only in the log: without it there is nothing to judge by.
    if (policy.empty() && (!kernel.iopolicy.ok() || !kernel.messages_error.empty())) {
        return;
    }
    findings.judged(kHostIopolicyOffered);
    if (policy.empty()) {
        return;
    }
    findings.add({.row = kHostIopolicyOffered,
                  .subsystem = {},
                  .nsids = {},
                  .what = fmt::format("nvme_core.iopolicy is configured as '{}', which Linux {} "
                                      "does not offer",
                                      policy, kernel.release),
                  .values = {value_of_object("nvme_core",
                                             fmt::format("iopolicy {}", kernel.iopolicy.value()))},
                  .verdict = {}});
}

/// Round-robin over optimized paths to sites that the configuration tells apart.
void judge_sites(const HostSubsystem& subsystem, const Subject& subject, Findings& findings) {
    const Config& config = subject.config;
    if (shown_policy(subsystem.observed->iopolicy) != IoPolicy::round_robin) {
        return;
    }
    const auto configured = [&](const std::string& site) {
        return std::any_of(config.sites.begin(), config.sites.end(),
                           [&](const Site& one) { return one.name == site; });
    };
    const auto told_apart = [&] {
        std::set<std::string> arrays;
        for (const HostController& controller : subsystem.controllers) {
            if (configured(controller.array)) {
                arrays.insert(controller.array);
            }
        }
        return arrays.size() > 1;
    };
    if (!told_apart()) {
        return;
    }
    findings.judged(kHostIopolicySites);
    std::set<std::string> sites;
    std::size_t affected = 0;
    for (const HostNamespace& head : subsystem.namespaces) {
        std::set<std::string> used;
        for (const HostPath& path : head.paths) {
            if (path.use.optimized() && path.controller != nullptr &&
                configured(path.controller->array)) {
                used.insert(path.controller->array);
            }
        }
        if (used.size() > 1) {
            ++affected;
            sites.insert(used.begin(), used.end());
        }
    }
    if (affected == 0) {
        return;
    }
    std::vector<FindingValue> values;
    for (const HostController& controller : subsystem.controllers) {
        if (sites.contains(controller.array)) {
            values.push_back(value_of(controller, "gets its turn whatever its latency"));
        }
    }
    findings.add(
        {.row = kHostIopolicySites,
         .subsystem = subsystem.nqn,
         .nsids = {},
         .what = fmt::format("I/O policy round-robin sends as many requests to each of {} "
                             "({} of {} devices are optimized there)",
                             fmt::join(sites, " and "), affected, subsystem.namespaces.size()),
         .values = std::move(values),
         .verdict = {}});
}

void judge_maker(const HostSubsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    const std::string_view model = subsystem.observed->model.value();
    const MakerPolicy* const maker = maker_policy(model);
    const Attribute& policy = subsystem.observed->iopolicy;
    if (maker == nullptr || policy.state == Attribute::State::absent ||
        presence_of(maker->policy, *subsystem.host->kernel) == Presence::absent) {
        return;
    }
    if (!policy.ok()) {
        findings.unknown(kHostIopolicyMaker);
        return;
    }
    findings.judged(kHostIopolicyMaker);
    if (shown_policy(policy) == maker->policy) {
        return;
    }
    findings.add(
        {.row = kHostIopolicyMaker,
         .subsystem = subsystem.nqn,
         .nsids = {},
         .what = fmt::format("the I/O policy is {}, and the maker of {} asks for {}",
                             policy.value(), maker->model, to_string(maker->policy)),
         .values = {value_of_object(subsystem.observed->name,
                                    fmt::format("model {}, iopolicy {}", model, policy.value()))},
         .verdict = {}});
}

/// Makers that want the host to try for ever, so that an upgrade or a restart of the array takes no
/// path away.
struct MakersTimeout {
    std::string_view model;
    std::string_view transport; ///< empty: any
};
constexpr std::array<MakersTimeout, 4> kEndless{{{"NetApp ONTAP Controller", "tcp"},
                                                 {"HPE Alletra", "tcp"},
                                                 {"VASTData", ""},
                                                 {"dellemc-powerstore", ""}}};

void judge_loss_timeout(const HostSubsystem& subsystem, const Subject& /*subject*/,
                        Findings& findings) {
    const std::string_view model = subsystem.observed->model.value();
    const auto maker =
        std::find_if(kEndless.begin(), kEndless.end(),
                     [&model](const MakersTimeout& one) { return model.starts_with(one.model); });
    if (maker == kEndless.end()) {
        return;
    }
    std::vector<FindingValue> values;
    for (const HostController& controller : subsystem.controllers) {
        const Attribute& timeout = controller.kernel->ctrl_loss_tmo;
        if (!maker->transport.empty() && controller.kernel->transport.value() != maker->transport) {
            continue;
        }
        if (timeout.state == Attribute::State::unreadable) {
            findings.unknown(kHostCtrlLossTmoMaker);
        } else if (timeout.ok()) {
            findings.judged(kHostCtrlLossTmoMaker);
            if (const auto seconds = timeout.number()) { // "off" waits for ever
                values.push_back(value_of(controller, fmt::format("{} s", *seconds)));
            }
        }
    }
    if (values.empty()) {
        return;
    }
    findings.add({.row = kHostCtrlLossTmoMaker,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = fmt::format("ctrl_loss_tmo takes {} of {} controllers away after that "
                                      "time, and the maker of {} asks for -1",
                                      values.size(), subsystem.controllers.size(), maker->model),
                  .values = std::move(values),
                  .verdict = {}});
}

constexpr Row kHostIopolicyOffered{
    .rule =
        {.id = "host.iopolicy.offered",
         .title = "The kernel offers the I/O policy that is configured as default",
         .rule_class = RuleClass::xrf,
         .severity = Severity::degraded,
         .verdict = Verdict::warn,
         .basis = "Linux nvme_set_iopolicy(): a policy that it does not have is refused",
         .why = "The parameter is refused: subsystems get the default numa, or the module is "
                "not loaded at all.",
         .fix = "Host: take nvme_core.iopolicy out of the kernel's command line and "
                "modprobe.d, set round-robin, or use a kernel that has it: `haoh policy list` says "
                "from which Linux on, and distributions took it to older ones."},
    .judge = JudgeHost{judge_default}};

constexpr Row kHostIopolicySites{
    .rule = {.id = "host.iopolicy.sites",
             .title = "Round-robin does not spread I/O over sites",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::note,
             .exception = "it is the administrator's choice",
             .basis = "Linux nvme_round_robin_path(): optimized paths by turns, whatever their "
                      "latency",
             .why = "Half of the requests take the way to the other site: each waits for that "
                    "link, and its loss stalls them.",
             .fix = "Array: report the remote site's paths as non-optimized. Host: or set "
                    "queue-depth, where the kernel has it; see `haoh policy list`."},
    .judge = JudgeHostSubsystem{judge_sites}};

constexpr Row kHostIopolicyMaker{
    .rule = {.id = "host.iopolicy.maker",
             .title = "The I/O policy is the one that the array's maker asks for",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "nvme-cli 71-nvmf-*.rules: queue-depth for NetApp ONTAP, round-robin for "
                      "NetApp E-Series, HPE Alletra and VAST",
             .why = "The maker tested and supports the array with the other one.",
             .fix = "Host: set it with `haoh policy set`, and install the rules of nvme-cli so "
                    "that it stays."},
    .judge = JudgeHostSubsystem{judge_maker}};

constexpr Row kHostCtrlLossTmoMaker{
    .rule = {.id = "host.ctrl_loss_tmo.maker",
             .title = "Controllers are kept as long as the array's maker asks for",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::note,
             .exception = "it is the administrator's choice",
             .basis = "nvme-cli 71-nvmf-*.rules: ctrl_loss_tmo -1 for NetApp ONTAP and HPE Alletra "
                      "over TCP and for VAST; Dell's guide for PowerStore",
             .why = "An upgrade or a restart of the array can take longer: its paths are removed "
                    "then, and nothing in the kernel connects again.",
             .fix = "Host: connect with --ctrl-loss-tmo=-1, or echo -1 > "
                    "/sys/class/nvme/nvmeN/ctrl_loss_tmo for what is connected; install the rules "
                    "of nvme-cli or the maker's so that it stays."},
    .judge = JudgeHostSubsystem{judge_loss_timeout}};

constexpr std::array kHostPolicyRows{&kHostIopolicyOffered, &kHostIopolicySites,
                                     &kHostIopolicyMaker, &kHostCtrlLossTmoMaker};

} // namespace

std::span<const Row* const> host_policy_rows() {
    return kHostPolicyRows;
}

} // namespace haoh::judge
