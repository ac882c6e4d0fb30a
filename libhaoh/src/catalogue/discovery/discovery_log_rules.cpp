// SPDX-License-Identifier: LGPL-2.1-or-later
// Discovery logs by themselves.
#include "base/address_text.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/discovery/discovery_view.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"

#include <haoh/nvme/nqn.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

namespace haoh::judge {

std::string address_text(const nvme::DiscoveryEntry& entry) {
    return fmt::format("{}:{}", base::bracketed(entry.traddr), entry.trsvcid);
}

FindingValue log_value(const DiscoveryView& log, const std::string& text) {
    return {.controller = {},
            .array = log.array,
            .value = fmt::format("discovery controller {}: {}", log.observed->address, text)};
}

std::set<std::string> serving(const Subsystem& subsystem) {
    std::set<std::string> out;
    for (const Controller* controller : subsystem.controllers) {
        out.insert(controller->observed->target);
    }
    return out;
}

std::set<std::string> unsure_targets(const Subsystem& subsystem, const DiscoveryIndex& index) {
    std::set<std::string> out = serving(subsystem);
    std::erase_if(out, [&index](const auto& target) { return !index.unsure(target); });
    return out;
}

namespace {

// The rows are below the functions.
extern const Row kDiscEntryNqnFormat;
extern const Row kDiscEntryUnique;
extern const Row kDiscGenctrStableDuringRead;
extern const Row kDiscHeaderRecfmt;
extern const Row kDiscNqnUniqueVsWellknown;

void judge_headers(const std::vector<DiscoveryView>& logs, Findings& findings) {
    for (const DiscoveryView& log : logs) {
        findings.judged(kDiscHeaderRecfmt);
        if (const auto text = frame_defect(log.log)) {
            findings.add(
                {.row = kDiscHeaderRecfmt,
                 .subsystem = {},
                 .nsids = {},
                 .what = fmt::format("malformed discovery log of {}", log.observed->address),
                 .values = {log_value(log, *text)},
                 .verdict = {}});
        }
    }
}

void judge_log_stability(const Subject& subject, Findings& findings) {
    for (const DiscoveryObservation& observed : subject.observation->discovery) {
        if (!observed.log.ok()) {
            continue;
        }
        findings.judged(kDiscGenctrStableDuringRead);
        if (!observed.stable) {
            findings.add({.row = kDiscGenctrStableDuringRead,
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
    std::set<std::string> own;
    for (const Subsystem& subsystem : subject.subsystems) {
        own.insert(subsystem.nqn);
    }
    std::set<std::string> judged;
    for (const DiscoveryView& log : logs) {
        std::size_t count = 0;
        std::vector<FindingValue> values;
        for (const nvme::DiscoveryEntry& entry : log.log.entries) {
            if (own.contains(entry.subnqn) || !judged.insert(entry.subnqn).second) {
                continue;
            }
            findings.judged(kDiscEntryNqnFormat);
            const auto defect = nvme::name_defect(entry.subnqn);
            if (defect && ++count <= kShown) {
                const nvme::Bytes bytes(entry.subnqn.begin(), entry.subnqn.end());
                values.push_back(
                    log_value(log, fmt::format("\"{}\": {}", nvme::printable(bytes), *defect)));
            }
        }
        if (count > 0) {
            findings.add({.row = kDiscEntryNqnFormat,
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
        if (log.log.entries.size() > 1) {
            findings.judged(kDiscEntryUnique);
        }
        std::set<std::tuple<unsigned, unsigned, std::string, std::string, std::string>> seen;
        for (const nvme::DiscoveryEntry& entry : log.log.entries) {
            const bool fresh =
                seen.emplace(entry.trtype, entry.adrfam, entry.traddr, entry.trsvcid, entry.subnqn)
                    .second;
            if (!fresh) {
                findings.add({.row = kDiscEntryUnique,
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

using DiscoveryNames = std::map<std::string, std::vector<const DiscoveryView*>>;

/// The logs of discovery subsystems that have a name of their own, by that name.
DiscoveryNames discovery_names(const std::vector<DiscoveryView>& logs) {
    DiscoveryNames names;
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
    return names;
}

/// Whether two logs say the same: compared once, though they may share thousands of names.
class SameEntries {
  public:
    bool operator()(const DiscoveryView* a, const DiscoveryView* b) {
        const auto [at, fresh] = known_.try_emplace({a, b}, false);
        if (fresh) {
            at->second = a->log.entries == b->log.entries;
        }
        return at->second;
    }

  private:
    std::map<std::pair<const DiscoveryView*, const DiscoveryView*>, bool> known_;
};

/// Two arrays with one unique discovery NQN that say different things.
/// \return whether they do
bool judge_discovery_name(const std::string& nqn, const std::vector<const DiscoveryView*>& here,
                          SameEntries& same, bool tell, Findings& findings) {
    const DiscoveryView& first = *here.front();
    std::vector<const DiscoveryView*> others; ///< of other arrays
    std::copy_if(here.begin(), here.end(), std::back_inserter(others),
                 [&first](const DiscoveryView* log) {
                     return log->observed->target != first.observed->target &&
                            (log->array.empty() || log->array != first.array);
                 });
    if (others.empty()) {
        return false;
    }
    if (std::any_of(here.begin(), here.end(),
                    [](const DiscoveryView* log) { return doubtful(*log); })) {
        findings.unknown(kDiscNqnUniqueVsWellknown);
    } else {
        findings.judged(kDiscNqnUniqueVsWellknown);
    }
    if (std::all_of(others.begin(), others.end(),
                    [&](const DiscoveryView* log) { return same(&first, log); })) {
        return false;
    }
    if (!tell) {
        return true;
    }
    std::vector<FindingValue> values;
    for (const DiscoveryView* log : here) {
        values.push_back(log_value(*log, fmt::format("{} entries", log->log.entries.size())));
    }
    findings.add({.row = kDiscNqnUniqueVsWellknown,
                  .subsystem = {},
                  .nsids = {},
                  .what = fmt::format("discovery subsystem {} says different things", nqn),
                  .values = std::move(values),
                  .verdict = {}});
    return true;
}

void judge_discovery_names(const DiscoveryNames& names, Findings& findings) {
    constexpr std::size_t kShown = 8;
    SameEntries same;
    std::size_t count = 0;
    for (const auto& [nqn, here] : names) {
        count += judge_discovery_name(nqn, here, same, count < kShown, findings) ? 1U : 0U;
    }
    if (count > kShown) {
        findings.add({.row = kDiscNqnUniqueVsWellknown,
                      .subsystem = {},
                      .nsids = {},
                      .what = fmt::format("{} more discovery subsystems say different things",
                                          count - kShown),
                      .values = {},
                      .verdict = {}});
    }
}

/// What nobody can say of logs that were not read, or not whole.
void count_unknown(const Subject& subject, bool own_names, Findings& findings) {
    for (const DiscoveryObservation& observed : subject.observation->discovery) {
        if (!unread(observed)) {
            continue;
        }
        for (const Row* row : {&kDiscHeaderRecfmt, &kDiscGenctrStableDuringRead,
                               &kDiscEntryNqnFormat, &kDiscEntryUnique}) {
            findings.unknown(*row);
        }
        if (own_names) {
            findings.unknown(kDiscNqnUniqueVsWellknown);
        }
    }
    for (const DiscoveryView& log : subject.discovery) {
        if (doubtful(log)) {
            findings.unknown(kDiscEntryNqnFormat);
            findings.unknown(kDiscEntryUnique);
        }
    }
}

void judge_logs(const Subject& subject, Findings& findings) {
    judge_headers(subject.discovery, findings);
    judge_log_stability(subject, findings);
    judge_entry_names(subject, subject.discovery, findings);
    judge_duplicates(subject.discovery, findings);
    const DiscoveryNames names = discovery_names(subject.discovery);
    judge_discovery_names(names, findings);
    count_unknown(subject, !names.empty(), findings);
}

constexpr Row kDiscHeaderRecfmt{
    .rule = {.id = "disc.header.recfmt",
             .title = "The discovery log is well formed",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::fail,
             .basis = "Base 2.3 Figure 310 and following",
             .why = "Hosts cannot read the log and do not find the array's ports.",
             .fix = "Array: report RECFMT 0 and the number of entries that the log holds."},
    .judge = JudgeSubject{judge_logs}};

constexpr Row kDiscGenctrStableDuringRead{
    .rule = {.id = "disc.genctr.stable_during_read",
             .title = "The discovery log stood still long enough to be read",
             .rule_class = RuleClass::tmp,
             .severity = Severity::loss,
             .verdict = Verdict::unknown,
             .basis = "Base 2.3 §5.2.12.3.1: read again when GENCTR moved",
             .why =
                 "The entries may belong to different moments: a port of an array can be missing.",
             .fix = "Check again later. Array: find what changes the log all the time."},
    .judge = JudgeSubject{judge_logs}};

constexpr Row kDiscEntryNqnFormat{
    .rule = {.id = "disc.entry.nqn_format",
             .title = "NQNs in the discovery log are well formed",
             .rule_class = RuleClass::int_,
             .severity = Severity::loss,
             .verdict = Verdict::warn,
             .exception = "the subsystem that cannot be reached is not the one that is judged",
             .basis = "Base 2.3 §4.7",
             .why = "Hosts cannot connect to a subsystem of that name; it is not one of those "
                    "that are judged here.",
             .fix = "Array: correct the name of the subsystem, or remove it."},
    .judge = JudgeSubject{judge_logs}};

constexpr Row kDiscEntryUnique{
    .rule = {.id = "disc.entry.unique",
             .title = "Each port is listed once for a subsystem",
             .rule_class = RuleClass::uni,
             .severity = Severity::management,
             .verdict = Verdict::note,
             .basis = "Base 2.3 Figure 310",
             .why = "Hosts connect twice to one port or refuse the second one.",
             .fix = "Array: list each port once."},
    .judge = JudgeSubject{judge_logs}};

constexpr Row kDiscNqnUniqueVsWellknown{
    .rule = {.id = "disc.nqn_unique_vs_wellknown",
             .title = "A unique discovery NQN belongs to one discovery subsystem",
             .rule_class = RuleClass::uni,
             .severity = Severity::degraded,
             .verdict = Verdict::warn,
             .basis = "Base 2.3 §3.1.3.3",
             .why = "Hosts take the discovery controllers of both arrays for one and believe the "
                    "log of whichever answered.",
             .fix = "Array: give each discovery subsystem a name of its own, or let both say the "
                    "same."},
    .judge = JudgeSubject{judge_logs}};

constexpr std::array kDiscoveryLogRows{&kDiscHeaderRecfmt, &kDiscGenctrStableDuringRead,
                                       &kDiscEntryNqnFormat, &kDiscEntryUnique,
                                       &kDiscNqnUniqueVsWellknown};

} // namespace

std::span<const Row* const> discovery_log_rows() {
    return kDiscoveryLogRows;
}

} // namespace haoh::judge
