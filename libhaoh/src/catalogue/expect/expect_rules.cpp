// SPDX-License-Identifier: LGPL-2.1-or-later
// What an earlier observation had, and is not there any more.
#include "base/address_text.hpp"
#include "catalogue/catalogue.hpp"
#include "judge/row.hpp"
#include "judge/subject.hpp"

#include <haoh/expectation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kExpectController;
extern const Row kHostExpected;
extern const Row kExpectNamespace;
extern const Row kExpectSubsystem;

/// "tcp://10.0.0.1:4420", as failures name it.
std::string place_text(const std::string& transport, const std::string& traddr,
                       const std::string& trsvcid) {
    const std::string address = base::plain_address(traddr);
    return fmt::format(
        "{}://{}{}", transport,
        parse_transport(transport) == Transport::fibre_channel ? address : base::bracketed(address),
        trsvcid.empty() || trsvcid == "none" ? std::string() : ":" + trsvcid);
}

/// Where a controller is: subsystem and place.
using Endpoint = std::pair<std::string, std::string>;

/// What is there now.
struct Now {
    std::set<std::string> hosts;
    std::set<std::string> subsystems;
    std::set<std::string> listed;                       ///< subsystems in discovery logs
    bool logs{};                                        ///< there are any
    std::set<Endpoint> endpoints;                       ///< of anybody
    std::set<std::pair<std::string, Endpoint>> by_host; ///< of a host
    std::set<std::string> unobserved;                   ///< objects and targets
    std::map<std::pair<std::string, std::uint32_t>, nvme::NamespaceIds> namespaces;

    explicit Now(const Subject& subject) {
        const Observation& seen = *subject.observation;
        for (const Controller& controller : subject.controllers) {
            const ControllerObservation& observed = *controller.observed;
            add(observed.host, observed.subsysnqn,
                place_text(observed.transport, observed.traddr, observed.trsvcid));
            for (const Namespace& path : controller.namespaces) {
                namespaces.try_emplace({observed.subsysnqn, path.nsid}, path.ids);
            }
        }
        for (const Host& host : subject.hosts) {
            hosts.insert(host.kernel->host);
            for (const HostSubsystem& subsystem : host.subsystems) {
                add_kernel(host, subsystem);
            }
        }
        for (const DiscoveryView& log : subject.discovery) {
            logs = true;
            for (const nvme::DiscoveryEntry& entry : log.log.entries) {
                listed.insert(entry.subnqn);
            }
        }
        for (const Unobserved& missing : seen.unobserved) {
            unobserved.insert(missing.object);
            unobserved.insert(missing.target);
        }
    }

  private:
    void add(const std::string& host, const std::string& nqn, std::string place) {
        subsystems.insert(nqn);
        by_host.insert({host, {nqn, place}});
        endpoints.emplace(nqn, std::move(place));
    }
    void add_kernel(const Host& host, const HostSubsystem& subsystem) {
        for (const HostController& one : subsystem.controllers) {
            add(host.kernel->host, subsystem.nqn,
                place_text(std::string(one.kernel->transport.value()),
                           std::string(one.kernel->address_part("traddr")),
                           std::string(one.kernel->address_part("trsvcid"))));
        }
        for (const HostNamespace& head : subsystem.namespaces) {
            if (head.nsid && !head.paths.empty()) {
                namespaces.try_emplace({subsystem.nqn, *head.nsid}, head.ids);
            }
        }
    }
};

/// What became of a controller that is expected.
enum class Fate : std::uint8_t {
    there,
    gone,
    unread,    ///< it was asked and did not answer: that is told
    not_asked, ///< nobody looked
};

Fate fate_of(const ExpectedController& wanted, const Now& now) {
    const std::string place = place_text(wanted.transport, wanted.traddr, wanted.trsvcid);
    const Endpoint endpoint{wanted.subsysnqn, place};
    const bool by_its_host = !wanted.host.empty() && !now.hosts.empty();
    if (by_its_host && !now.hosts.contains(wanted.host)) {
        return Fate::not_asked;
    }
    if (by_its_host ? now.by_host.contains({wanted.host, endpoint})
                    : now.endpoints.contains(endpoint)) {
        return Fate::there;
    }
    if (now.unobserved.contains(place) || now.unobserved.contains(wanted.name)) {
        return Fate::unread;
    }
    if (!now.hosts.empty()) {
        return Fate::gone;
    }
    // Arrays were asked: who was not among them is not gone, but what their logs leave out is.
    return now.logs && !now.listed.contains(wanted.subsysnqn) &&
                   !now.subsystems.contains(wanted.subsysnqn)
               ? Fate::gone
               : Fate::not_asked;
}

FindingValue wanted_value(const ExpectedController& wanted) {
    const std::string place = place_text(wanted.transport, wanted.traddr, wanted.trsvcid);
    return value_of_object(wanted.host.empty() ? wanted.name : wanted.host + " " + wanted.name,
                           place);
}

/// The expected controllers of one subsystem on one host, by what became of them.
struct Fates {
    std::vector<const ExpectedController*> gone;
    std::vector<const ExpectedController*> not_asked;
    std::size_t there{};
    std::size_t unread{};
};

std::string on_host(const std::string& host) {
    return host.empty() ? std::string() : " on " + host;
}

void report_gone(const std::string& host, const std::string& nqn, const Fates& fates,
                 const Expectation& expected, Findings& findings) {
    const bool all = fates.there == 0 && fates.unread == 0 && fates.not_asked.empty();
    std::vector<FindingValue> values;
    for (const ExpectedController* one : fates.gone) {
        values.push_back(wanted_value(*one));
    }
    const std::size_t count = fates.gone.size();
    findings.add(
        {.row = all ? kExpectSubsystem : kExpectController,
         .subsystem = nqn,
         .nsids = {},
         .what = all ? fmt::format("the subsystem was there at {} and is not{}",
                                   expected.observed_at, on_host(host))
                     : fmt::format("{} controller{} that {} there at {} {} gone{}", count,
                                   count == 1 ? "" : "s", count == 1 ? "was" : "were",
                                   expected.observed_at, count == 1 ? "is" : "are", on_host(host)),
         .values = std::move(values),
         .verdict = {}});
}

void judge_controllers(const Expectation& expected, const Now& now, Findings& findings) {
    std::map<std::pair<std::string, std::string>, Fates> all; ///< by host and subsystem
    for (const ExpectedController& wanted : expected.controllers) {
        Fates& fates = all[{wanted.host, wanted.subsysnqn}];
        switch (fate_of(wanted, now)) {
        case Fate::there:
            ++fates.there;
            break;
        case Fate::gone:
            fates.gone.push_back(&wanted);
            break;
        case Fate::unread:
            ++fates.unread;
            break;
        case Fate::not_asked:
            fates.not_asked.push_back(&wanted);
            break;
        }
    }
    for (const auto& [key, fates] : all) {
        const auto& [host, nqn] = key;
        if (fates.there + fates.gone.size() > 0) {
            findings.judged(kExpectController);
            findings.judged(kExpectSubsystem);
        }
        if (fates.unread > 0) {
            findings.unknown(kExpectController);
        }
        if (!fates.gone.empty()) {
            report_gone(host, nqn, fates, expected, findings);
        }
        if (!fates.not_asked.empty() && (host.empty() || now.hosts.contains(host))) {
            std::vector<FindingValue> values;
            for (const ExpectedController* one : fates.not_asked) {
                values.push_back(wanted_value(*one));
            }
            findings.add({.row = kExpectController,
                          .subsystem = nqn,
                          .nsids = {},
                          .what = fmt::format("{} of the earlier controllers {} not asked",
                                              fates.not_asked.size(),
                                              fates.not_asked.size() == 1 ? "was" : "were"),
                          .values = std::move(values),
                          .verdict = Verdict::unknown,
                          .fix = "Name a target for each of them (-t), or look at the host."});
        }
    }
}

void judge_hosts(const Expectation& expected, const Now& now, Findings& findings) {
    if (now.hosts.empty()) {
        return; // arrays were asked
    }
    for (const std::string& host : expected.hosts) {
        findings.judged(kHostExpected);
        if (!now.hosts.contains(host)) {
            findings.add({.row = kHostExpected,
                          .subsystem = {},
                          .nsids = {},
                          .what = fmt::format("host {} was looked at at {} and is not now", host,
                                              expected.observed_at),
                          .values = {},
                          .verdict = {}});
        }
    }
}

bool has_id(const nvme::NamespaceIds& ids) {
    return ids.uuid || ids.nguid || ids.eui64;
}

/// No identifier in common, where both have one of a kind.
bool another_volume(const nvme::NamespaceIds& a, const nvme::NamespaceIds& b) {
    const bool shared = (a.uuid && a.uuid == b.uuid) || (a.nguid && a.nguid == b.nguid) ||
                        (a.eui64 && a.eui64 == b.eui64);
    const bool comparable = (a.uuid && b.uuid) || (a.nguid && b.nguid) || (a.eui64 && b.eui64);
    return comparable && !shared;
}

/// Of each subsystem whether its namespaces are all known.
class Known {
  public:
    explicit Known(const Subject& subject)
        : others_{std::all_of(subject.hosts.begin(), subject.hosts.end(),
                              [](const Host& host) { return host.kernel->unread.empty(); })} {
        for (const Subsystem& one : subject.subsystems) {
            asked_[one.nqn] = !one.unlisted() && !one.incomplete;
        }
    }
    [[nodiscard]] bool operator()(const std::string& nqn) const {
        const auto found = asked_.find(nqn);
        return found == asked_.end() ? others_ : found->second;
    }

  private:
    std::map<std::string, bool> asked_;
    bool others_;
};

void judge_namespaces(const Expectation& expected, const Now& now, const Subject& subject,
                      Findings& findings) {
    const Known known(subject);
    for (const ExpectedNamespace& wanted : expected.namespaces) {
        if (!now.subsystems.contains(wanted.subsysnqn)) {
            continue; // the subsystem is what is missing
        }
        const auto found = now.namespaces.find({wanted.subsysnqn, wanted.nsid});
        if (found == now.namespaces.end() && !known(wanted.subsysnqn)) {
            findings.unknown(kExpectNamespace);
            continue;
        }
        findings.judged(kExpectNamespace);
        const bool gone = found == now.namespaces.end();
        if (!gone && !another_volume(wanted.ids, found->second)) {
            continue;
        }
        FoldKey key;
        key.add(gone ? 0U : 1U);
        findings.add_folded(kExpectNamespace, wanted.subsysnqn, wanted.nsid, std::move(key), [&] {
            std::vector<FindingValue> values{
                value_of_object(expected.observed_at, has_id(wanted.ids) ? format_ids(wanted.ids)
                                                                         : std::string("present"))};
            values.push_back(
                value_of_object("now", gone ? std::string("absent") : format_ids(found->second)));
            return Wording{.what = gone ? "namespace is not shown any more"
                                        : "the NSID stands for another volume",
                           .values = std::move(values),
                           .verdict = {}};
        });
    }
}

void judge_expected(const Subject& subject, Findings& findings) {
    if (subject.expected == nullptr) {
        return;
    }
    const Now now(subject);
    judge_hosts(*subject.expected, now, findings);
    judge_controllers(*subject.expected, now, findings);
    judge_namespaces(*subject.expected, now, subject, findings);
}

constexpr Row kHostExpected{
    .rule = {.id = "host.expected",
             .title = "Every host of the earlier snapshot was looked at",
             .rule_class = RuleClass::tmp,
             .severity = Severity::degraded,
             .verdict = Verdict::unknown,
             .basis = "the declared expectation (--expect)",
             .why = "Nothing is known of what that host has today.",
             .fix = "Take a snapshot on that host, too, and name it (--snapshot)."},
    .judge = JudgeSubject{judge_expected}};

constexpr Row kExpectSubsystem{
    .rule = {.id = "expect.subsystem",
             .title = "Every subsystem of the earlier snapshot is still there",
             .rule_class = RuleClass::tmp,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "the declared expectation (--expect)",
             .why = "None of its controllers is left: its volumes cannot be reached.",
             .fix = "Host: connect again (nvme connect-all, or nvme connect to the addresses "
                    "above), and see the kernel's log for why it was given up. Array: see whether "
                    "the ports are up and this host is allowed. Take a new snapshot if it went by "
                    "design."},
    .judge = JudgeSubject{judge_expected}};

constexpr Row kExpectController{
    .rule = {.id = "expect.controller",
             .title = "Every controller of the earlier snapshot is still there",
             .rule_class = RuleClass::tmp,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "the declared expectation (--expect)",
             .why = "Each path that is gone brings the loss of access nearer; nothing in the "
                    "kernel connects again to a controller that was removed.",
             .fix = "Host: connect to the address again (nvme connect-all, or nvme connect), and "
                    "see the kernel's log for why it was given up. Array: see whether the port "
                    "is up. Take a new snapshot if it went by design."},
    .judge = JudgeSubject{judge_expected}};

constexpr Row kExpectNamespace{
    .rule = {.id = "expect.namespace",
             .title = "Every namespace of the earlier snapshot is still there",
             .rule_class = RuleClass::tmp,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "the declared expectation (--expect)",
             .why = "The volume cannot be reached, or its NSID leads to another one.",
             .fix = "Array: see whether the volume is still mapped to this host, under its NSID. "
                    "Host: then rescan the controllers. Take a new snapshot if it went by "
                    "design."},
    .judge = JudgeSubject{judge_expected}};

constexpr std::array kExpectRows{&kHostExpected, &kExpectSubsystem, &kExpectController,
                                 &kExpectNamespace};

} // namespace

std::span<const Row* const> expect_rows() {
    return kExpectRows;
}

} // namespace haoh::judge
