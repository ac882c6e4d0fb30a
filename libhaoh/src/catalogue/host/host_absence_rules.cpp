// SPDX-License-Identifier: LGPL-2.1-or-later
// What a host should have and has not: controllers that were given up, never came, or are expected.
#include "base/address_text.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "catalogue/host/down_addresses.hpp"
#include "judge/row.hpp"
#include "judge/subject.hpp"
#include "linux/controller_message.hpp"

#include <haoh/kernel.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kHostCtrlRemoved;
extern const Row kHostCtrlSubsystem;
extern const Row kHostSubsystemControllers;

/// What of a subsystem without controllers something still uses.
std::string devices_of(const HostSubsystem& subsystem) {
    constexpr std::size_t kShown = 8;
    std::vector<std::string> names;
    for (const HostNamespace& head : subsystem.namespaces) {
        if (names.size() == kShown) {
            names.push_back(fmt::format("{} more", subsystem.namespaces.size() - kShown));
            break;
        }
        names.push_back(head.kernel->name);
    }
    return join_words(names);
}

void judge_abandoned(const Host& host, const Subject& /*subject*/, Findings& findings) {
    for (const HostSubsystem& subsystem : host.subsystems) {
        if (!subsystem.controllers.empty()) {
            findings.judged(kHostSubsystemControllers);
        }
    }
    for (const HostSubsystem& subsystem : host.abandoned) {
        const std::string& name = subsystem.observed->name;
        const std::string devices = devices_of(subsystem);
        findings.judged(kHostSubsystemControllers);
        findings.add(
            {.row = kHostSubsystemControllers,
             .subsystem = subsystem.nqn,
             .nsids = {},
             .what = devices.empty()
                         ? fmt::format("all controllers of {} were removed; something still has "
                                       "a device of it open, which fails all I/O",
                                       name)
                         : fmt::format("all controllers of {} were removed; {} cannot be reached",
                                       name, devices),
             .values = {value_of_object(name, fmt::format("serial {}, model {}, no controller",
                                                          subsystem.observed->serial.value(),
                                                          subsystem.observed->model.value()))},
             .verdict = {}});
    }
}

/// Controllers that have not come as far as to belong to a subsystem.
void judge_strays(const Host& host, const Subject& /*subject*/, Findings& findings) {
    if (!host.subsystems.empty()) {
        findings.judged(kHostCtrlSubsystem);
    }
    for (const KernelController& controller : host.kernel->stray_controllers) {
        const std::string_view state = controller.state.value();
        if (controller.terminal() || host.kernel->has_changed(controller.name) ||
            local_drive(controller.transport.value())) {
            continue;
        }
        findings.judged(kHostCtrlSubsystem);
        findings.add({.row = kHostCtrlSubsystem,
                      .subsystem = std::string(controller.subsysnqn.value()),
                      .nsids = {},
                      .what = fmt::format("{} is {} and belongs to no subsystem", controller.name,
                                          state.empty() ? "in an unknown state" : state),
                      .values = {value_of_object(controller.name,
                                                 fmt::format("{} {}", controller.transport.value(),
                                                             controller.address.value()))},
                      .verdict = {}});
    }
}

/// Address and port as everybody writes them: the kernel pads IPv6 with zeros.
std::string endpoint_of(std::string_view traddr, std::string_view trsvcid) {
    return fmt::format("{} {}", base::plain_address(traddr), trsvcid);
}

/// "10.0.0.1:4420", "[fd00::1]:4420".
std::string endpoint_of(std::string_view address) {
    const std::size_t colon = address.rfind(':');
    if (colon == std::string_view::npos) {
        return endpoint_of(address, {});
    }
    std::string_view traddr = address.substr(0, colon);
    if (traddr.starts_with('[') && traddr.ends_with(']')) {
        traddr = traddr.substr(1, traddr.size() - 2);
    }
    return endpoint_of(traddr, address.substr(colon + 1));
}

/// A controller that the kernel gave up, by what its log says of it.
struct GivenUp {
    std::string name;
    std::string subsysnqn; ///< empty when the log does not say it
    std::string address;   ///< likewise
    std::string said;
};

/// Those that did not come back, as far as the log tells.
class GivenUpLog {
  public:
    void take(const linux_kernel::ControllerMessage& message) {
        using Kind = linux_kernel::ControllerMessage::Kind;
        switch (message.kind) {
        case Kind::connected:
            forget(message.controller);
            forget_place(place_of(message.subsysnqn, message.address));
            known_[message.controller] = {.name = message.controller,
                                          .subsysnqn = message.subsysnqn,
                                          .address = message.address,
                                          .said = {}};
            break;
        case Kind::given_up:
            forget(message.controller);
            add(message);
            break;
        case Kind::removed:
            if (const auto same = gone_.find(message.controller); same != gone_.end()) {
                GivenUp one = same->second; // the end of what was given up
                forget(one.name);
                one.subsysnqn = message.subsysnqn;
                keep(std::move(one));
            } else {
                forget_subsystem(message.subsysnqn); // on request: so is it that others stay away
            }
            known_.erase(message.controller);
            break;
        }
    }

    [[nodiscard]] std::vector<GivenUp> gone() && {
        std::vector<GivenUp> out;
        for (auto& [name, one] : gone_) {
            out.push_back(std::move(one));
        }
        return out;
    }

  private:
    using Place = std::pair<std::string, std::string>; ///< subsystem and endpoint

    static Place place_of(const std::string& nqn, const std::string& address) {
        return {nqn, address.empty() ? std::string() : endpoint_of(address)};
    }
    void add(const linux_kernel::ControllerMessage& message) {
        GivenUp one;
        if (const auto known = known_.find(message.controller); known != known_.end()) {
            one = known->second;
        }
        one.name = message.controller;
        one.said = message.text;
        keep(std::move(one));
    }
    void keep(GivenUp one) {
        places_.emplace(place_of(one.subsysnqn, one.address), one.name);
        gone_[one.name] = std::move(one);
    }
    void forget(const std::string& name) {
        const auto found = gone_.find(name);
        if (found != gone_.end()) {
            places_.erase({place_of(found->second.subsysnqn, found->second.address), name});
            gone_.erase(found);
        }
    }
    void forget_place(const Place& place) {
        if (!place.second.empty()) {
            forget_from(places_.lower_bound({place, {}}),
                        [&place](const Place& other) { return other == place; });
        }
    }
    void forget_subsystem(const std::string& nqn) {
        forget_from(places_.lower_bound({{nqn, {}}, {}}),
                    [&nqn](const Place& other) { return other.first == nqn; });
    }
    template <typename Same>
    void forget_from(std::set<std::pair<Place, std::string>>::iterator first, Same same) {
        while (first != places_.end() && same(first->first)) {
            gone_.erase(first->second);
            first = places_.erase(first);
        }
    }

    std::map<std::string, GivenUp> known_;           ///< by controller, since it was connected
    std::map<std::string, GivenUp> gone_;            ///< likewise
    std::set<std::pair<Place, std::string>> places_; ///< of those that are gone
};

std::vector<GivenUp> given_up(const KernelObservation& kernel) {
    GivenUpLog log;
    for (const KernelMessage& line : kernel.messages) {
        if (const auto message = linux_kernel::parse_controller_message(line.text)) {
            log.take(*message);
        }
    }
    return std::move(log).gone();
}

/// What the host has: controllers by name, and their subsystems with endpoints.
struct Present {
    std::set<std::string> names;
    std::set<std::pair<std::string, std::string>> endpoints;

    explicit Present(const KernelObservation& kernel) {
        for (const KernelSubsystem& subsystem : kernel.subsystems) {
            for (const KernelController& controller : subsystem.controllers) {
                add(controller);
            }
        }
        for (const KernelController& controller : kernel.stray_controllers) {
            add(controller);
        }
    }

    [[nodiscard]] bool has(const GivenUp& one) const {
        return one.address.empty() || one.subsysnqn.empty()
                   ? names.contains(one.name)
                   : endpoints.contains({one.subsysnqn, endpoint_of(one.address)});
    }

  private:
    void add(const KernelController& controller) {
        names.insert(controller.name);
        endpoints.emplace(
            controller.subsysnqn.value(),
            endpoint_of(controller.address_part("traddr"), controller.address_part("trsvcid")));
    }
};

void judge_removed(const Host& host, const Subject& /*subject*/, Findings& findings) {
    const KernelObservation& kernel = *host.kernel;
    if (!kernel.messages_error.empty()) {
        findings.unknown(kHostCtrlRemoved);
        return;
    }
    if (!kernel.messages.empty()) {
        findings.judged(kHostCtrlRemoved);
    }
    const Present present(kernel);
    std::map<std::string, std::vector<GivenUp>> missing; ///< by subsystem
    for (GivenUp& one : given_up(kernel)) {
        if (one.subsysnqn != nvme::kDiscoveryNqn && !present.has(one)) {
            missing[one.subsysnqn].push_back(std::move(one));
        }
    }
    for (const auto& [nqn, all] : missing) {
        std::vector<std::string> names;
        std::vector<FindingValue> values;
        for (const GivenUp& one : all) {
            names.push_back(one.name);
            values.push_back(value_of_object(
                one.name, fmt::format("{}: \"{}\"",
                                      one.address.empty() ? "address not in the log" : one.address,
                                      one.said)));
        }
        findings.add({.row = kHostCtrlRemoved,
                      .subsystem = nqn,
                      .nsids = {},
                      .what = fmt::format("the kernel gave up {} and nothing has connected "
                                          "there since",
                                          join_words(names)),
                      .values = std::move(values),
                      .verdict = {}});
    }
}

/// A subsystem that is declared to be on several arrays.
void judge_arrays(const HostSubsystem& subsystem, const Subject& subject, Findings& findings) {
    if (subject.config.profile != Profile::stretched) {
        return;
    }
    std::set<std::string> seen;
    for (const HostController& controller : subsystem.controllers) {
        seen.insert(controller.array);
    }
    if (seen.contains("") && subsystem.controllers.size() > 1) {
        findings.unknown(kHostArrayExpected); // nobody knows which array: model.detect tells
        return;
    }
    findings.judged(kHostArrayExpected);
    if (seen.size() > 1) {
        return;
    }
    std::vector<std::string> others;
    for (const Site& site : subject.config.sites) {
        if (!seen.contains(site.name)) {
            others.push_back(site.name);
        }
    }
    std::vector<FindingValue> values;
    for (const HostController& controller : subsystem.controllers) {
        values.push_back(value_of(controller, std::string(controller.kernel->address.value())));
    }
    findings.add(
        {.row = kHostArrayExpected,
         .subsystem = subsystem.nqn,
         .nsids = {},
         .what = fmt::format("{} is declared as stretched and has no controller {}",
                             subsystem.observed->name,
                             others.empty() ? std::string("to a second array")
                                            : fmt::format("to {}", fmt::join(others, " or "))),
         .values = std::move(values),
         .verdict = {}});
}

constexpr Row kHostSubsystemControllers{
    .rule = {.id = "host.subsystem.controllers",
             .title = "A subsystem of the host has a controller",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvmf_should_reconnect(): after ctrl_loss_tmo controllers are "
                      "removed; what has a device open keeps its subsystem",
             .why = "Its devices have no path: I/O fails, or waits until delayed_removal_secs "
                    "are over, and nothing in the kernel connects again.",
             .fix = "Host: connect again (nvme connect-all, or nvme connect to each address). "
                    "I/O that still waits goes on then; else stop and unmount what has the old "
                    "device open (lsof, fuser -vm), and use the new one: the old one ends with "
                    "its last user. A ctrl_loss_tmo of -1 keeps trying."},
    .judge = JudgeHost{judge_abandoned}};

constexpr Row kHostCtrlSubsystem{
    .rule = {.id = "host.ctrl.subsystem",
             .title = "Every controller belongs to a subsystem",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Linux nvme_init_subsystem(): a controller has its subsystem from its first "
                      "Identify on",
             .why = "Its first connection is not complete: it has no namespaces, and is no path "
                    "of any device.",
             .fix = "Host: see the kernel's log for what keeps it; wait until it is live, or end "
                    "the attempt (echo 1 > /sys/class/nvme/nvmeN/delete_controller) and connect "
                    "again. Array: see whether the port answers, and whether this host is "
                    "allowed."},
    .judge = JudgeHost{judge_strays}};

constexpr Row kHostCtrlRemoved{
    .rule = {.id = "host.ctrl.removed",
             .title = "Controllers that the kernel gave up have been connected again",
             .rule_class = RuleClass::tmp,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Linux nvmf_should_reconnect(); its log says \"Removing controller\" when "
                      "ctrl_loss_tmo is over or the array refused",
             .why = "Its paths are gone, and nothing in the kernel connects again: what is left "
                    "looks complete, and fails with the next array or port.",
             .fix = "Host: connect to the address again (nvme connect-all, or nvme connect), and "
                    "see ctrl_loss_tmo: -1 keeps trying. Nothing to do where the path was taken "
                    "away by design."},
    .judge = JudgeHost{judge_removed},
    .yields_to = {&kHostSubsystemControllers}};

} // namespace

constexpr Row kHostArrayExpected{
    .rule = {.id = "host.array.expected",
             .title = "A host is connected to every array of a subsystem that is declared as "
                      "stretched",
             .rule_class = RuleClass::xrf,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "the declared profile",
             .why = "All paths lead to one array: when it fails, access is lost.",
             .fix = "Host: connect to the other array (nvme connect-all, or nvme connect to its "
                    "address), and see why it was not, or why it was given up. Configuration: "
                    "declare the subsystem as single if it is meant to be on one array only."},
    .judge = JudgeHostSubsystem{judge_arrays}};

namespace {

constexpr std::array kHostAbsenceRows{&kHostSubsystemControllers, &kHostCtrlSubsystem,
                                      &kHostCtrlRemoved, &kHostArrayExpected};

} // namespace

std::span<const Row* const> host_absence_rows() {
    return kHostAbsenceRows;
}

} // namespace haoh::judge
