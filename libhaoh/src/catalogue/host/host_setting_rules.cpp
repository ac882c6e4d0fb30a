// SPDX-License-Identifier: LGPL-2.1-or-later
// Settings of the host that do not suit its controllers.
#include "catalogue/catalogue.hpp"
#include "catalogue/host/maker_policy.hpp"
#include "judge/compare.hpp"
#include "judge/row.hpp"
#include "judge/subject.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kHostIopolicyOnePath;
extern const Row kHostMultipathDm;
extern const Row kHostMultipathOn;
extern const Row kHostTimeoutAna;
extern const Row kHostTimeoutKeepAlive;
extern const Row kHostUdevIopolicy;

/// One path at a time, although several are optimized.
void judge_policy(const HostSubsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    if (subsystem.observed->iopolicy.ok()) {
        findings.judged(kHostIopolicyOnePath);
    } else if (subsystem.observed->iopolicy.state == Attribute::State::unreadable) {
        findings.unknown(kHostIopolicyOnePath);
    }
    if (shown_policy(subsystem.observed->iopolicy) != IoPolicy::numa) {
        return;
    }
    const auto spread = [](const HostNamespace& head) {
        std::size_t optimized = 0;
        bool placed = false;
        for (const HostPath& path : head.paths) {
            optimized += path.use.optimized() ? 1U : 0U;
            placed =
                placed || (path.controller != nullptr && !path.controller->kernel->near_no_node());
        }
        return optimized > 1 && !placed;
    };
    const auto affected =
        std::count_if(subsystem.namespaces.begin(), subsystem.namespaces.end(), spread);
    if (affected == 0) {
        return;
    }
    findings.add(
        {.row = kHostIopolicyOnePath,
         .subsystem = subsystem.nqn,
         .nsids = {},
         .what = fmt::format("I/O policy numa sends all I/O of each device down one of its "
                             "optimized paths ({} of {} devices have several)",
                             affected, subsystem.namespaces.size()),
         .values = {value_of_object(subsystem.observed->name, "iopolicy numa")},
         .verdict = {}});
}

/// Whether an attribute can be judged.
Answer::Kind asked(const Attribute& attribute) {
    switch (attribute.state) {
    case Attribute::State::ok:
        return Answer::Kind::holds;
    case Attribute::State::unreadable:
        return Answer::Kind::unknown;
    case Attribute::State::absent:
    case Attribute::State::empty:
        break;
    }
    return Answer::Kind::not_asked;
}

void judge_timeouts(const HostSubsystem& subsystem, const Subject& /*subject*/,
                    Findings& findings) {
    for (const HostController& controller : subsystem.controllers) {
        if (controller.asked == nullptr) {
            findings.unknown(kHostTimeoutAna);
            findings.unknown(kHostTimeoutKeepAlive);
            continue;
        }
        if (!controller.asked->ana()) {
            continue;
        }
        const std::uint64_t anatt = controller.asked->id.anatt;
        const KernelController& kernel = *controller.kernel;
        std::vector<std::string> short_ones;
        const auto judge = [&](std::string_view name, const Attribute& attribute) {
            const auto seconds = attribute.number(); // "off" waits for ever
            findings.count(kHostTimeoutAna, asked(attribute));
            if (seconds && *seconds < anatt) {
                short_ones.push_back(fmt::format("{} {} s", name, *seconds));
            }
        };
        judge("ctrl_loss_tmo", kernel.ctrl_loss_tmo);
        judge("fast_io_fail_tmo", kernel.fast_io_fail_tmo);
        if (!short_ones.empty()) {
            findings.add(
                {.row = kHostTimeoutAna,
                 .subsystem = subsystem.nqn,
                 .nsids = {},
                 .what = fmt::format("{} gives up before an ANA transition may end", kernel.name),
                 .values = {value_of(controller, fmt::format("{}; ANATT {} s",
                                                             fmt::join(short_ones, ", "), anatt))},
                 .verdict = {}});
        }
        // A silent controller is noticed after one and a half keep alive timeouts.
        const auto kato = kernel.kato.number();
        if (anatt != 0) {
            findings.count(kHostTimeoutKeepAlive, asked(kernel.kato));
        }
        if (kato && anatt != 0 && *kato * 3 > anatt * 2) {
            findings.add(
                {.row = kHostTimeoutKeepAlive,
                 .subsystem = subsystem.nqn,
                 .nsids = {},
                 .what = fmt::format("{} is noticed dead later than an ANA transition may take",
                                     kernel.name),
                 .values = {value_of(controller,
                                     fmt::format("kato {} s; ANATT {} s", *kato, anatt))},
                 .verdict = {}});
        }
    }
}

/// The maps of dm-multipath on the subsystem's devices; empty unless each device is in one.
std::set<std::string> dm_maps(const HostSubsystem& subsystem) {
    std::set<std::string> out;
    for (const HostNamespace& head : subsystem.namespaces) {
        const std::vector<KernelHolder>& holders = head.kernel->holders;
        const auto map =
            std::find_if(holders.begin(), holders.end(),
                         [](const KernelHolder& holder) { return holder.dm_multipath(); });
        if (map == holders.end()) {
            return {};
        }
        out.insert(map->name);
    }
    return out;
}

void judge_multipath(const HostSubsystem& subsystem, const Subject& /*subject*/,
                     Findings& findings) {
    if (subsystem.controllers.size() < 2) {
        return;
    }
    findings.count(kHostMultipathOn, asked(subsystem.host->kernel->multipath));
    if (subsystem.host->kernel->multipath.flag() != false) {
        return;
    }
    findings.judged(kHostMultipathDm);
    const std::set<std::string> maps = dm_maps(subsystem);
    if (!maps.empty()) {
        constexpr std::size_t kShown = 8;
        std::vector<FindingValue> values;
        for (const std::string& name : maps) {
            if (values.size() < kShown) {
                values.push_back(value_of_object(name, "dm-multipath"));
            }
        }
        findings.unknown(kHostMultipathOn); // told by the other row
        findings.add({.row = kHostMultipathDm,
                      .subsystem = subsystem.nqn,
                      .nsids = {},
                      .what = fmt::format("native multipath is off (nvme_core.multipath=N), and "
                                          "dm-multipath joins the paths in {} map{}",
                                          maps.size(), maps.size() == 1 ? "" : "s"),
                      .values = std::move(values),
                      .verdict = {}});
        return;
    }
    findings.add({.row = kHostMultipathOn,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = fmt::format("native multipath is off (nvme_core.multipath=N) and the "
                                      "subsystem has {} controllers",
                                      subsystem.controllers.size()),
                  .values = {},
                  .verdict = {}});
}

/// Arrays whose makers ship a udev rule for the I/O policy with nvme-cli.
void judge_udev(const HostSubsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    const std::string_view model = subsystem.observed->model.value();
    if (maker_policy(model) == nullptr) {
        return;
    }
    findings.judged(kHostUdevIopolicy);
    if (!subsystem.host->kernel->udev_rules.empty()) {
        return;
    }
    findings.add({.row = kHostUdevIopolicy,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = "no udev rule sets an I/O policy",
                  .values = {value_of_object(subsystem.observed->name,
                                             fmt::format("model {}, iopolicy {}", model,
                                                         subsystem.observed->iopolicy.value()))},
                  .verdict = {}});
}

constexpr Row kHostIopolicyOnePath{
    .rule = {.id = "host.iopolicy.one_path",
             .title = "The I/O policy uses every optimized path",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::note,
             .exception = "it is the kernel's default: every host would be warned of",
             .basis = "Linux nvme_numa_path(): over TCP no path is nearer than another",
             .why = "The other paths idle; the order of connecting decides which array carries "
                    "the load.",
             .fix = "Host: set round-robin, or queue-depth where the kernel has it (echo "
                    "round-robin > /sys/class/nvme-subsystem/nvme-subsysN/iopolicy), if both "
                    "arrays may carry I/O."},
    .judge = JudgeHostSubsystem{judge_policy}};

constexpr Row kHostTimeoutAna{
    .rule = {.id = "host.timeout.ana",
             .title = "The host waits longer than an ANA transition may take",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::warn,
             .exception = "only a transition that takes its whole time meets it",
             .basis = "Base 2.3 §8.1.1 (ANATT); Linux nvmf_should_reconnect(), "
                      "nvme_failfast_work()",
             .why = "During a failover that the array does in time, the controller is removed "
                    "or I/O fails.",
             .fix = "Host: connect with a --ctrl-loss-tmo and --fast-io-fail-tmo well above "
                    "ANATT."},
    .judge = JudgeHostSubsystem{judge_timeouts}};

constexpr Row kHostTimeoutKeepAlive{
    .rule = {.id = "host.timeout.keep_alive",
             .title = "A dead controller is noticed within an ANA transition",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::note,
             .exception = "it is the administrator's choice",
             .basis = "Base 2.3 §3.9; Linux nvme_keep_alive_work()",
             .why = "I/O that is under way to an array that died silently waits longer than a "
                    "failover takes.",
             .fix = "Host: connect with a smaller --keep-alive-tmo."},
    .judge = JudgeHostSubsystem{judge_timeouts}};

constexpr Row kHostMultipathOn{
    .rule = {.id = "host.multipath.on",
             .title = "Native multipath is on where a subsystem has several controllers",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_core.multipath",
             .why = "Each controller makes devices of its own: nothing fails over, and two "
                    "devices write to one volume.",
             .fix = "Host: remove nvme_core.multipath=N from the kernel's command line and "
                    "modprobe.d, and restart."},
    .judge = JudgeHostSubsystem{judge_multipath}};

constexpr Row kHostMultipathDm{
    .rule = {.id = "host.multipath.dm",
             .title = "Paths are joined by native multipath, not by dm-multipath",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis =
                 "Linux nvme_core.multipath; practice: oVirt and guides for older releases ask "
                 "for dm-multipath",
             .why = "multipathd chooses the paths, not the kernel's NVMe driver: what is said here "
                    "of paths and I/O policies is not what happens.",
             .fix =
                 "Host: nothing to do where the platform asks for it; see `multipath -ll` for the "
                 "paths."},
    .judge = JudgeHostSubsystem{judge_multipath}};

constexpr Row kHostUdevIopolicy{
    .rule = {.id = "host.udev.iopolicy",
             .title = "The array maker's udev rule for the I/O policy is installed",
             .rule_class = RuleClass::xrf,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "nvme-cli ships 71-nvmf-*.rules",
             .why = "Subsystems that appear later get the kernel's default policy, not the one "
                    "that the maker asks for.",
             .fix = "Host: install the rules of nvme-cli, or the maker's host utilities."},
    .judge = JudgeHostSubsystem{judge_udev}};

constexpr std::array kHostSettingRows{&kHostIopolicyOnePath,  &kHostTimeoutAna,
                                      &kHostTimeoutKeepAlive, &kHostMultipathOn,
                                      &kHostMultipathDm,      &kHostUdevIopolicy};

} // namespace

std::span<const Row* const> host_setting_rows() {
    return kHostSettingRows;
}

} // namespace haoh::judge
