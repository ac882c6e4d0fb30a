// SPDX-License-Identifier: LGPL-2.1-or-later
// Discovery logs by themselves.
#include "compare.hpp"
#include "discovery_view.hpp"
#include "fields.hpp"

#include <haoh/nvme/nqn.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace haoh::judge {

std::string address_text(const nvme::DiscoveryEntry& entry) {
    const bool v6 = entry.traddr.find(':') != std::string::npos;
    return fmt::format("{}{}{}:{}", v6 ? "[" : "", entry.traddr, v6 ? "]" : "", entry.trsvcid);
}

FindingValue log_value(const DiscoveryView& log, const std::string& text) {
    return {.controller = {},
            .site = log.site,
            .value = fmt::format("discovery controller {}: {}", log.observed->address, text)};
}

std::string frame_defect(const nvme::DiscoveryLog& log) {
    if (log.recfmt != 0) {
        return fmt::format("RECFMT {}", log.recfmt);
    }
    const auto found =
        std::find_if(log.problems.begin(), log.problems.end(), [](const auto& problem) {
            return problem.kind == nvme::ProblemKind::truncated;
        });
    return found == log.problems.end() ? std::string{} : found->text;
}

namespace {

void judge_headers(const std::vector<DiscoveryView>& logs, Findings& findings) {
    for (const DiscoveryView& log : logs) {
        const std::string text = frame_defect(log.log);
        if (!text.empty()) {
            findings.add(
                {.rule = "disc.header.recfmt",
                 .subsystem = {},
                 .nsids = {},
                 .what = fmt::format("malformed discovery log of {}", log.observed->address),
                 .values = {log_value(log, text)},
                 .verdict = {}});
        }
    }
}

void judge_log_stability(const Subject& subject, Findings& findings) {
    for (const DiscoveryObservation& observed : subject.observation->discovery) {
        if (observed.log.ok() && !observed.stable) {
            findings.add({.rule = "disc.genctr.stable_during_read",
                          .subsystem = {},
                          .nsids = {},
                          .what = fmt::format("the discovery log of {} changed during each reading",
                                              observed.address),
                          .values = {},
                          .verdict = {}});
        }
    }
}

/// Names of the subsystems under judgement are judged by Identify Controller.
void judge_entry_names(const Subject& subject, const std::vector<DiscoveryView>& logs,
                       Findings& findings) {
    constexpr std::size_t kShown = 4;
    std::set<std::string> judged;
    for (const Subsystem& subsystem : subject.subsystems) {
        judged.insert(subsystem.nqn);
    }
    for (const DiscoveryView& log : logs) {
        std::size_t count = 0;
        std::vector<FindingValue> values;
        for (const nvme::DiscoveryEntry& entry : log.log.entries) {
            const auto defect = nvme::nqn_defect(entry.subnqn);
            if (defect && judged.insert(entry.subnqn).second && ++count <= kShown) {
                const nvme::Bytes bytes(entry.subnqn.begin(), entry.subnqn.end());
                values.push_back(
                    log_value(log, fmt::format("\"{}\": {}", nvme::printable(bytes), *defect)));
            }
        }
        if (count > 0) {
            findings.add({.rule = "disc.entry.nqn_format",
                          .subsystem = {},
                          .nsids = {},
                          .what = fmt::format("{} malformed SUBNQN in the discovery log of {}",
                                              count, log.observed->address),
                          .values = std::move(values),
                          .verdict = {}});
        }
    }
}

void judge_duplicates(const std::vector<DiscoveryView>& logs, Findings& findings) {
    for (const DiscoveryView& log : logs) {
        std::set<std::tuple<unsigned, unsigned, std::string, std::string, std::string>> seen;
        for (const nvme::DiscoveryEntry& entry : log.log.entries) {
            const bool fresh =
                seen.emplace(entry.trtype, entry.adrfam, entry.traddr, entry.trsvcid, entry.subnqn)
                    .second;
            if (!fresh) {
                findings.add({.rule = "disc.entry.unique",
                              .subsystem = entry.subnqn,
                              .nsids = {},
                              .what = fmt::format("the discovery log of {} lists {} twice",
                                                  log.observed->address, address_text(entry)),
                              .values = {},
                              .verdict = {}});
                break;
            }
        }
    }
}

/// Two arrays with one unique discovery NQN that say different things.
void judge_discovery_names(const std::vector<DiscoveryView>& logs, Findings& findings) {
    std::map<std::string, std::vector<const DiscoveryView*>> names;
    for (const DiscoveryView& log : logs) {
        for (const nvme::DiscoveryEntry& entry : log.log.entries) {
            const bool own = static_cast<nvme::SubsystemType>(entry.subtype) ==
                             nvme::SubsystemType::current_discovery;
            if (own && entry.subnqn != nvme::kDiscoveryNqn) {
                std::vector<const DiscoveryView*>& here = names[entry.subnqn];
                if (here.empty() || here.back() != &log) {
                    here.push_back(&log);
                }
            }
        }
    }
    for (const auto& [nqn, here] : names) {
        const bool differ =
            std::any_of(here.begin(), here.end(), [&here](const DiscoveryView* log) {
                return log->log.entries != here.front()->log.entries &&
                       log->observed->target != here.front()->observed->target;
            });
        if (!differ) {
            continue;
        }
        std::vector<FindingValue> values;
        for (const DiscoveryView* log : here) {
            values.push_back(log_value(*log, fmt::format("{} entries", log->log.entries.size())));
        }
        findings.add({.rule = "disc.nqn_unique_vs_wellknown",
                      .subsystem = {},
                      .nsids = {},
                      .what = fmt::format("discovery subsystem {} says different things", nqn),
                      .values = std::move(values),
                      .verdict = {}});
    }
}

void judge_logs(const Subject& subject, Findings& findings) {
    judge_headers(subject.discovery, findings);
    judge_log_stability(subject, findings);
    judge_entry_names(subject, subject.discovery, findings);
    judge_duplicates(subject.discovery, findings);
    judge_discovery_names(subject.discovery, findings);
}

constexpr std::array kDiscoveryLogRows{
    Row{.rule = {.id = "disc.header.recfmt",
                 .title = "The discovery log is well formed",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::loss,
                 .verdict = Verdict::fail,
                 .basis = "Base 2.3 Figure 310 and following",
                 .why = "Hosts cannot read the log and do not find the array's ports.",
                 .fix = "Array: report RECFMT 0 and the number of entries that the log holds."},
        .judge = JudgeSubject{judge_logs}},
    Row{.rule = {.id = "disc.genctr.stable_during_read",
                 .title = "The discovery log stood still long enough to be read",
                 .rule_class = RuleClass::tmp,
                 .severity = Severity::degraded,
                 .verdict = Verdict::unknown,
                 .basis = "Base 2.3 §5.2.12.3.1: read again when GENCTR moved",
                 .why = "The entries may belong to different moments.",
                 .fix = "Check again later. Array: find what changes the log all the time."},
        .judge = ReportedElsewhere{}},
    Row{.rule = {.id = "disc.entry.nqn_format",
                 .title = "NQNs in the discovery log are well formed",
                 .rule_class = RuleClass::int_,
                 .severity = Severity::loss,
                 .verdict = Verdict::warn,
                 .basis = "Base 2.3 §4.7",
                 .why = "Hosts cannot connect to a subsystem of that name; it is not one of those "
                        "that are judged here.",
                 .fix = "Array: correct the name of the subsystem, or remove it."},
        .judge = ReportedElsewhere{}},
    Row{.rule = {.id = "disc.entry.unique",
                 .title = "Each port is listed once for a subsystem",
                 .rule_class = RuleClass::uni,
                 .severity = Severity::management,
                 .verdict = Verdict::note,
                 .basis = "Base 2.3 Figure 310",
                 .why = "Hosts connect twice to one port or refuse the second one.",
                 .fix = "Array: list each port once."},
        .judge = ReportedElsewhere{}},
    Row{.rule = {.id = "disc.nqn_unique_vs_wellknown",
                 .title = "A unique discovery NQN belongs to one discovery subsystem",
                 .rule_class = RuleClass::uni,
                 .severity = Severity::degraded,
                 .verdict = Verdict::warn,
                 .basis = "Base 2.3 §3.1.3.3",
                 .why =
                     "Hosts take the discovery controllers of both arrays for one and believe the "
                     "log of whichever answered.",
                 .fix =
                     "Array: give each discovery subsystem a name of its own, or let both say the "
                     "same."},
        .judge = ReportedElsewhere{}},
};

} // namespace

std::span<const Row> discovery_log_rows() {
    return kDiscoveryLogRows;
}

} // namespace haoh::judge
