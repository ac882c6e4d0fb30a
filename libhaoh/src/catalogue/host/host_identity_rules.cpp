// SPDX-License-Identifier: LGPL-2.1-or-later
// Who several hosts are to the arrays.
#include "catalogue/catalogue.hpp"
#include "judge/row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::judge {

namespace {

// The row is below the function.
extern const Row kHostIdentityUnique;

constexpr std::size_t kMaxHostsNamed = 4;

/// Hosts by what they connect as.
using HostsByIdentity = std::map<std::string_view, std::set<const Host*>>;

struct FleetIdentities {
    HostsByIdentity nqns;
    HostsByIdentity ids;
    /// Of each host, every pair: "nqn..., host ID ...".
    std::map<const Host*, std::set<std::string>> pairs;
    bool unread{}; ///< a host does not say who it is
};

FleetIdentities identities_of(const Subject& subject) {
    FleetIdentities out;
    for (const Host& host : subject.hosts) {
        bool says_nothing = !host.subsystems.empty();
        for (const HostSubsystem& subsystem : host.subsystems) {
            for (const HostController& controller : subsystem.controllers) {
                const std::string_view nqn = controller.kernel->hostnqn.value();
                const std::string_view id = controller.kernel->hostid.value();
                if (!nqn.empty()) {
                    out.nqns[nqn].insert(&host);
                }
                if (!id.empty()) {
                    out.ids[id].insert(&host);
                }
                if (!nqn.empty() || !id.empty()) {
                    says_nothing = false;
                    out.pairs[&host].insert(fmt::format("{}, host ID {}",
                                                        nqn.empty() ? "host NQN not known" : nqn,
                                                        id.empty() ? "not known" : id));
                }
            }
        }
        out.unread = out.unread || says_nothing;
    }
    return out;
}

/// "alpha and beta", "alpha, beta, gamma, delta and 3 more".
std::string names_of(const Subject& subject, const std::set<const Host*>& hosts) {
    std::vector<std::string> names;
    for (const Host& host : subject.hosts) { // in their order
        if (hosts.contains(&host)) {
            names.push_back(host.kernel->host.empty() ? "an unnamed host" : host.kernel->host);
        }
    }
    if (names.size() > kMaxHostsNamed + 1) {
        const std::size_t rest = names.size() - kMaxHostsNamed;
        names.resize(kMaxHostsNamed);
        names.push_back(fmt::format("{} more", rest));
    }
    return join_words(names);
}

void report_shared(const Subject& subject, const FleetIdentities& known, std::string_view what,
                   std::string_view identity, const std::set<const Host*>& hosts,
                   Findings& findings) {
    std::vector<FindingValue> values;
    for (const Host& host : subject.hosts) {
        if (!hosts.contains(&host)) {
            continue;
        }
        for (const std::string& pair : known.pairs.at(&host)) {
            FindingValue& value = values.emplace_back(value_of_object(host.kernel->host, pair));
            value.host = host.kernel->host;
        }
    }
    findings.add(
        {.row = kHostIdentityUnique,
         .subsystem = {},
         .nsids = {},
         .what = fmt::format("{} have one {}: {}", names_of(subject, hosts), what, identity),
         .values = std::move(values),
         .verdict = {}});
}

void judge_fleet(const Subject& subject, Findings& findings) {
    if (subject.hosts.size() < 2) {
        return;
    }
    const FleetIdentities known = identities_of(subject);
    if (known.pairs.size() > 1) {
        findings.judged(kHostIdentityUnique);
    }
    if (known.unread) {
        findings.unknown(kHostIdentityUnique);
    }
    std::vector<const std::set<const Host*>*> told;
    for (const auto& [nqn, hosts] : known.nqns) {
        if (hosts.size() > 1) {
            report_shared(subject, known, "host NQN", nqn, hosts, findings);
            told.push_back(&hosts);
        }
    }
    for (const auto& [id, hosts] : known.ids) {
        // Whoever shares both is told once.
        const auto covers = [&hosts = hosts](const std::set<const Host*>* other) {
            return std::includes(other->begin(), other->end(), hosts.begin(), hosts.end());
        };
        if (hosts.size() > 1 && std::none_of(told.begin(), told.end(), covers)) {
            report_shared(subject, known, "host ID", id, hosts, findings);
        }
    }
}

constexpr Row kHostIdentityUnique{
    .rule = {.id = "host.identity.unique",
             .title = "Each host has a host NQN and a host ID of its own",
             .rule_class = RuleClass::uni,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §5.2.26.1.32, §8.1.24: reservations and access go by them",
             .why =
                 "The arrays take these machines for one host: a reservation or an access right of "
                 "one holds for the others, which then write at the same time.",
             .fix = "Host: they are clones of one machine, or of one image or container. Stop what "
                    "writes on all but one, write a new host NQN and a new host ID to "
                    "/etc/nvme/hostnqn and /etc/nvme/hostid of each, and leave both files out of "
                    "the image. Array: allow the new host NQNs, before the hosts connect again."},
    .judge = JudgeSubject{judge_fleet},
    .aliases = {"disp.hostid_unique"}};

constexpr std::array kHostIdentityRows{&kHostIdentityUnique};

} // namespace

std::span<const Row* const> host_identity_rows() {
    return kHostIdentityRows;
}

} // namespace haoh::judge
