// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the kernel's controllers part from what these say of themselves.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "catalogue/host/down_addresses.hpp"
#include "judge/compare.hpp"
#include "judge/row.hpp"
#include "judge/subject.hpp"
#include "linux/sysfs_text.hpp"

#include <haoh/kernel.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kHostAnaIgnored;
extern const Row kHostCtrlCntlidUnique;
extern const Row kHostCtrlLive;
extern const Row kHostIdentityPair;

std::string names_of(const std::vector<const HostController*>& controllers) {
    std::vector<std::string> names;
    for (const HostController* controller : controllers) {
        names.push_back(controller->kernel->name);
    }
    return join_words(names);
}

/// Which of them were not asked because of their state.
std::vector<std::size_t> not_asked_of(const std::vector<const HostController*>& controllers) {
    std::vector<std::size_t> out;
    for (const HostController* controller : controllers) {
        if (controller->unobserved) {
            out.push_back(*controller->unobserved);
        }
    }
    return out;
}

constexpr std::string_view kNotAsked = ", and not asked";

/// \param addresses  whose controllers are told together
void judge_state(const HostSubsystem& subsystem, const std::vector<DownAddress>& addresses,
                 Findings& findings) {
    std::vector<const HostController*> down;
    std::vector<const HostController*> unread;
    std::vector<FindingValue> values;
    for (const HostController& controller : subsystem.controllers) {
        if (controller.kernel->state.state == Attribute::State::unreadable) {
            unread.push_back(&controller);
        } else if (!controller.kernel->live() &&
                   !is_down_with_others(addresses, *controller.kernel)) {
            down.push_back(&controller);
        }
        values.push_back(value_of(controller, std::string(controller.kernel->state.ok()
                                                              ? controller.kernel->state.text
                                                              : "state not readable")));
    }
    if (values.empty()) {
        return;
    }
    findings.count(kHostCtrlLive, unread.empty() ? Answer::Kind::holds : Answer::Kind::unknown);
    if (down.empty() && unread.empty()) {
        return;
    }
    const std::size_t all = subsystem.controllers.size();
    const std::string_view asked =
        not_asked_of(down.empty() ? unread : down).empty() ? std::string_view() : kNotAsked;
    std::vector<std::size_t> explains = not_asked_of(down);
    const std::vector<std::size_t> of_unread = not_asked_of(unread);
    explains.insert(explains.end(), of_unread.begin(), of_unread.end());
    findings.add(
        {.row = kHostCtrlLive,
         .subsystem = subsystem.nqn,
         .nsids = {},
         .what = down.empty()
                     ? fmt::format("of {} of {} controllers the state cannot be read{}: {}",
                                   unread.size(), all, asked, names_of(unread))
                     : fmt::format("{} of {} controllers not live{}: {}", down.size(), all, asked,
                                   names_of(down)),
         .values = std::move(values),
         .verdict = down.empty() ? std::optional{Verdict::unknown} : std::nullopt,
         .explains = std::move(explains)});
}

/// "60 connecting, 2 resetting".
std::string states_of(const std::vector<const HostController*>& controllers) {
    std::map<std::string_view, std::size_t> states;
    for (const HostController* controller : controllers) {
        ++states[controller->kernel->state.value()];
    }
    std::vector<std::string> words;
    for (const auto& [state, count] : states) {
        words.push_back(fmt::format("{} {}", count, state));
    }
    return fmt::format("{}", fmt::join(words, ", "));
}

/// \param host  to be named: with several hosts the report does that
void report_address(const DownAddress& one, std::string_view host, Findings& findings) {
    constexpr std::size_t kShown = 8;
    const std::size_t count = one.down.size();
    std::vector<const HostController*> named = one.down;
    named.resize(std::min(count, kShown));
    std::vector<std::size_t> explains = not_asked_of(one.down);
    findings.add(
        {.row = kHostCtrlLive,
         .subsystem = {},
         .nsids = {},
         .what = fmt::format(
             "{} controllers to {} not live{}{}, in {} subsystems: {}{}",
             count == one.controllers ? fmt::format("all {}", count)
                                      : fmt::format("{} of {}", count, one.controllers),
             one.place, host.empty() ? std::string() : fmt::format(" on {}", host),
             explains.empty() ? std::string_view() : kNotAsked, one.subsystems, names_of(named),
             count > kShown ? fmt::format(" and {} more", count - kShown) : std::string()),
         .values = {value_of_object(one.place, states_of(one.down))},
         .verdict = {},
         .explains = std::move(explains)});
}

void judge_all_live(const Host& host, const Subject& subject, Findings& findings) {
    const std::vector<DownAddress> addresses = down_addresses(host);
    const std::string_view name =
        subject.hosts.size() == 1 ? std::string_view(host.kernel->host) : std::string_view();
    for (const DownAddress& one : addresses) {
        report_address(one, name, findings);
    }
    for (const HostSubsystem& subsystem : host.subsystems) {
        judge_state(subsystem, addresses, findings);
    }
}

/// sysfs keeps serial number, model and NQN of the first controller ever. When none of today's says
/// so, an address has led elsewhere since: a reconnection does not compare them.
void judge_first_seen(const HostSubsystem& subsystem, const Subject& /*subject*/,
                      Findings& findings) {
    std::vector<FindingValue> values;
    values.push_back(
        value_of_object(subsystem.observed->name,
                        fmt::format("serial {}, model {}", subsystem.observed->serial.value(),
                                    subsystem.observed->model.value())));
    bool known = false;
    std::vector<const HostController*> elsewhere;
    for (const HostController& controller : subsystem.controllers) {
        if (controller.asked == nullptr) {
            // It may be the one.
            known = true;
            continue;
        }
        const nvme::IdentifyController& id = controller.asked->id;
        known = known || (linux_kernel::sysfs_text(id.sn) == subsystem.observed->serial.value() &&
                          linux_kernel::sysfs_text(id.mn) == subsystem.observed->model.value());
        const std::string nqn = id.subsystem_nqn();
        if (nqn != subsystem.nqn && !nqn.empty()) {
            elsewhere.push_back(&controller);
            values.push_back(value_of(controller, "NQN " + nvme::printable(id.subnqn)));
        } else {
            values.push_back(
                value_of(controller, fmt::format("serial {}, model {}", nvme::printable(id.sn),
                                                 nvme::printable(id.mn))));
        }
    }
    const bool shown = subsystem.observed->serial.ok() && subsystem.observed->model.ok();
    const bool all_asked =
        std::all_of(subsystem.controllers.begin(), subsystem.controllers.end(),
                    [](const HostController& controller) { return controller.asked != nullptr; });
    if (shown && all_asked) {
        findings.judged(kHostCtrlFirstSeen);
    } else {
        findings.unknown(kHostCtrlFirstSeen);
    }
    if (!elsewhere.empty()) {
        findings.add(
            {.row = kHostCtrlFirstSeen,
             .subsystem = subsystem.nqn,
             .nsids = {},
             .what = fmt::format("{} now belongs to another subsystem", names_of(elsewhere)),
             .values = std::move(values),
             .verdict = {}});
    } else if (!known && shown && !subsystem.controllers.empty()) {
        findings.add({.row = kHostCtrlFirstSeen,
                      .subsystem = subsystem.nqn,
                      .nsids = {},
                      .what = "no controller has the serial number and model that the kernel saw "
                              "when it first connected",
                      .values = std::move(values),
                      .verdict = {}});
    }
}

void judge_cntlids(const HostSubsystem& subsystem, const Subject& /*subject*/, Findings& findings) {
    std::map<std::string_view, std::vector<const HostController*>> users;
    std::size_t known = 0;
    for (const HostController& controller : subsystem.controllers) {
        if (controller.kernel->terminal()) {
            continue;
        }
        if (controller.kernel->cntlid.ok()) {
            ++known;
            users[controller.kernel->cntlid.value()].push_back(&controller);
        } else if (controller.kernel->cntlid.state == Attribute::State::unreadable) {
            findings.unknown(kHostCtrlCntlidUnique);
        }
    }
    if (known > 1) {
        findings.judged(kHostCtrlCntlidUnique);
    }
    for (const auto& [id, controllers] : users) {
        if (controllers.size() < 2) {
            continue;
        }
        std::vector<FindingValue> values;
        for (const HostController* controller : controllers) {
            values.push_back(
                value_of(*controller, fmt::format("controller ID {} at {}", id,
                                                  controller->kernel->address.value())));
        }
        findings.add(
            {.row = kHostCtrlCntlidUnique,
             .subsystem = subsystem.nqn,
             .nsids = {},
             .what = fmt::format("{} have the same controller ID {}", names_of(controllers), id),
             .values = std::move(values),
             .verdict = {}});
    }
}

/// Host NQNs and host IDs of one kernel: each belongs to one of the other.
void judge_host_identity(const Host& host, const Subject& /*subject*/, Findings& findings) {
    std::map<std::string_view, std::set<std::string_view>> ids;
    std::map<std::string_view, std::set<std::string_view>> nqns;
    std::vector<FindingValue> values;
    for (const HostSubsystem& subsystem : host.subsystems) {
        for (const HostController& controller : subsystem.controllers) {
            const std::string_view nqn = controller.kernel->hostnqn.value();
            const std::string_view id = controller.kernel->hostid.value();
            if (nqn.empty() || id.empty()) {
                continue;
            }
            ids[nqn].insert(id);
            nqns[id].insert(nqn);
            values.push_back(value_of(controller, fmt::format("{}, host ID {}", nqn, id)));
        }
    }
    const auto many = [](const auto& map) {
        return std::any_of(map.begin(), map.end(),
                           [](const auto& entry) { return entry.second.size() > 1; });
    };
    if (values.size() > 1) {
        findings.judged(kHostIdentityPair);
    }
    const bool many_ids = many(ids);
    if (!many_ids && !many(nqns)) {
        return;
    }
    group_values(values);
    findings.add({.row = kHostIdentityPair,
                  .subsystem = {},
                  .nsids = {},
                  .what = many_ids ? "one host NQN is used with several host IDs"
                                   : "one host ID is used with several host NQNs",
                  .values = std::move(values),
                  .verdict = {}});
}

/// Why a controller that reports ANA has paths without a state.
std::string ana_off_reason(const HostSubsystem& subsystem, const Controller& controller) {
    const auto most = controller.max_transfer_bytes();
    const std::uint64_t size =
        nvme::ana_log_size_bound(controller.id.nanagrpid, controller.id.mnan);
    if (most && size > *most) {
        return fmt::format("its ANA log can have {} bytes, a transfer {} (MDTS)", size, *most);
    }
    for (const HostController& other : subsystem.controllers) {
        if (other.asked != nullptr && !other.asked->ana()) {
            return fmt::format("{} reports no ANA, and was connected first", other.kernel->name);
        }
    }
    return "a controller that was connected first reported none";
}

void judge_ana_ignored(const HostSubsystem& subsystem, const Subject& /*subject*/,
                       Findings& findings) {
    for (const HostController& controller : subsystem.controllers) {
        if (!controller.kernel->live()) {
            continue;
        }
        if (controller.asked == nullptr) {
            findings.unknown(kHostAnaIgnored);
            continue;
        }
        if (!controller.asked->ana()) {
            continue;
        }
        bool without = false;
        for (const HostNamespace& head : subsystem.namespaces) {
            const HostPath* const path = head.find(*controller.kernel);
            if (path != nullptr && head.kernel->multipath) {
                const Attribute::State state = path->kernel->ana_state.state;
                findings.count(kHostAnaIgnored, state == Attribute::State::unreadable
                                                    ? Answer::Kind::unknown
                                                    : Answer::Kind::holds);
                without = without || state == Attribute::State::absent;
            }
        }
        if (without) {
            findings.add(
                {.row = kHostAnaIgnored,
                 .subsystem = subsystem.nqn,
                 .nsids = {},
                 .what = fmt::format("{} reports ANA and the kernel does not follow it: {}",
                                     controller.kernel->name,
                                     ana_off_reason(subsystem, *controller.asked)),
                 .values = {value_of(controller, "no ana_state in sysfs")},
                 .verdict = {}});
        }
    }
}

constexpr Row kHostCtrlLive{
    .rule = {.id = "host.ctrl.live",
             .title = "Every controller is live",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Linux enum nvme_ctrl_state",
             .why = "Its paths carry no I/O, while their ana_state goes on saying what it last "
                    "was.",
             .fix = "Host: see the kernel's log for why it reconnects; after ctrl_loss_tmo it "
                    "is removed and has to be connected again. Array: see whether the port is "
                    "up."},
    .judge = JudgeHost{judge_all_live}};

} // namespace

constexpr Row kHostCtrlFirstSeen{
    .rule = {.id = "host.ctrl.first_seen",
             .title = "A controller is still the one that the kernel first saw",
             .rule_class = RuleClass::tmp,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_init_subsystem(): compared when first connected, never after "
                      "a reconnection",
             .why = "Another array answers at the address: the kernel serves its data under the "
                    "old device.",
             .fix = "Host: stop I/O, disconnect the subsystem (nvme disconnect -n NQN) and "
                    "connect again. Network: find who took over the address. Nothing to do "
                    "after a migration that replaced every controller by design."},
    .judge = JudgeHostSubsystem{judge_first_seen}};

namespace {

constexpr Row kHostCtrlCntlidUnique{
    .rule = {.id = "host.ctrl.cntlid_unique",
             .title = "Live controllers of a subsystem have different IDs in the kernel",
             .rule_class = RuleClass::uni,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_validate_cntlid(): judged when first connected, never after a "
                      "reconnection",
             .why = "Arrays that were given one range handed out an ID twice; the next new "
                    "connection is rejected, and reservations confuse the two.",
             .fix = "Array: give each array a range of controller IDs of its own (nvmet: "
                    "attr_cntlid_min, attr_cntlid_max). Host: then reconnect one of them."},
    .judge = JudgeHostSubsystem{judge_cntlids},
    .yields_to = {&kCtrlCntlidUnique}};

constexpr Row kHostIdentityPair{
    .rule = {.id = "host.identity.pair",
             .title = "A host NQN and a host ID belong together",
             .rule_class = RuleClass::uni,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §5.2.26.1.32; Linux nvmf_host_add() from 6.5 on",
             .why = "Arrays take the connections for several hosts: reservations and access "
                    "rights hold for some paths only.",
             .fix = "Host: connect every controller with one --hostnqn and one --hostid "
                    "(/etc/nvme/hostnqn and /etc/nvme/hostid)."},
    .judge = JudgeHost{judge_host_identity},
    .yields_to = {&kConnHostnqnHostidSame},
    .refusals = {linux_kernel::KernelRefusal::host_identity}};

constexpr Row kHostAnaIgnored{
    .rule = {.id = "host.ana.ignored",
             .title = "The kernel follows the ANA states that a controller reports",
             .rule_class = RuleClass::xrf,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Linux nvme_mpath_init_identify(): CMIC of the first controller, log size "
                      "against MDTS",
             .why = "Every path counts as optimized: I/O goes where the array does not want it, "
                    "and can circle on a path that refuses it.",
             .fix = "Array: report ANA on both arrays; raise MDTS or lower NANAGRPID and MNAN "
                    "until the log fits. Host: then disconnect and connect again."},
    .judge = JudgeHostSubsystem{judge_ana_ignored}};

constexpr std::array kHostControllerRows{&kHostCtrlLive, &kHostCtrlFirstSeen,
                                         &kHostCtrlCntlidUnique, &kHostIdentityPair,
                                         &kHostAnaIgnored};

} // namespace

std::span<const Row* const> host_controller_rows() {
    return kHostControllerRows;
}

} // namespace haoh::judge
