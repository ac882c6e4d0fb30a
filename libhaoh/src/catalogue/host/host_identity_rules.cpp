// SPDX-License-Identifier: LGPL-2.1-or-later
// Several hosts side by side: each has an identity of its own.
#include "catalogue/catalogue.hpp"
#include "judge/row.hpp"
#include "judge/subject.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::judge {

namespace {

extern const Row kHostIdentityUnique; ///< below the functions

/// Hosts by one part of their identity.
using Users = std::map<std::string_view, std::set<std::size_t>>;

void add_users(const Host& host, std::size_t number, Users& nqns, Users& ids) {
    for (const HostSubsystem& subsystem : host.subsystems) {
        for (const HostController& controller : subsystem.controllers) {
            if (const std::string_view nqn = controller.kernel->hostnqn.value(); !nqn.empty()) {
                nqns[nqn].insert(number);
            }
            if (const std::string_view id = controller.kernel->hostid.value(); !id.empty()) {
                ids[id].insert(number);
            }
        }
    }
}

std::vector<std::string> host_names(const Subject& subject, const std::set<std::size_t>& hosts) {
    std::vector<std::string> out;
    for (const std::size_t number : hosts) {
        const std::string& name = subject.hosts[number].kernel->host;
        out.push_back(name.empty() ? std::string("a host without a name") : name);
    }
    return out;
}

/// Hosts that share the same things are told once.
void judge_shared_identity(const Subject& subject, Findings& findings) {
    Users nqns;
    Users ids;
    std::set<std::size_t> known;
    for (std::size_t number = 0; number < subject.hosts.size(); ++number) {
        add_users(subject.hosts[number], number, nqns, ids);
    }
    std::map<std::set<std::size_t>, std::vector<std::string>> shared;
    const auto collect = [&](const Users& users, std::string_view noun) {
        for (const auto& [value, hosts] : users) {
            known.insert(hosts.begin(), hosts.end());
            if (hosts.size() > 1) {
                shared[hosts].push_back(fmt::format("{} {}", noun, value));
            }
        }
    };
    collect(nqns, "host NQN");
    collect(ids, "host ID");
    if (known.size() > 1) {
        findings.judged(kHostIdentityUnique);
    }
    for (const auto& [hosts, what] : shared) {
        std::vector<FindingValue> values;
        const std::vector<std::string> names = host_names(subject, hosts);
        for (const std::string& name : names) {
            values.push_back(value_of_object(name, fmt::format("{}", fmt::join(what, ", "))));
        }
        findings.add(
            {.row = kHostIdentityUnique,
             .subsystem = {},
             .nsids = {},
             .what = fmt::format("{} use the same {}", join_words(names), join_words(what)),
             .values = std::move(values),
             .verdict = {}});
    }
}

constexpr Row kHostIdentityUnique{
    .rule = {.id = "host.identity.unique",
             .title = "Each host has a host NQN and a host ID of its own",
             .rule_class = RuleClass::uni,
             .severity = Severity::corruption,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 §5.2.26.1.32, §8.1.24",
             .why = "Arrays take them for one host: a reservation of one holds for the other, "
                    "which writes behind it, and a volume that is mapped to one is mapped to "
                    "both. Machines and containers cloned from one image are the usual cause.",
             .fix = "Host: stop I/O on all of them but one and disconnect them; give each an "
                    "identity of its own (nvme gen-hostnqn > /etc/nvme/hostnqn, the same UUID in "
                    "/etc/nvme/hostid), and connect again. Take both files out of the image. "
                    "Array: map the volumes to each new host NQN."},
    .judge = JudgeSubject{judge_shared_identity}};

constexpr std::array kHostIdentityRows{&kHostIdentityUnique};

} // namespace

std::span<const Row* const> host_identity_rows() {
    return kHostIdentityRows;
}

} // namespace haoh::judge
