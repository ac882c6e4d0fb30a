// SPDX-License-Identifier: LGPL-2.1-or-later
#include "inspect/readings.hpp"

#include "judge/check.hpp"

#include <haoh/rule.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

namespace haoh::inspection {

namespace {

/// Whether the moment could be to blame. What one structure says of itself came in one answer; and what
/// is unknown because an array does not answer costs as long again.
bool may_be_of_a_moment(const Finding& finding, const Report& report) {
    const Rule* const rule = find_rule(finding.rule);
    if (rule == nullptr || rule->rule_class == RuleClass::int_) {
        return false;
    }
    switch (finding.verdict) {
    case Verdict::fail:
    case Verdict::warn:
        return true;
    case Verdict::unknown:
        return report.unobserved.empty();
    case Verdict::pass:
    case Verdict::note:
        return false;
    }
    return false;
}

/// Whether the logs that count their changes are the same to the byte: an owner that moved and came back
/// leaves no other trace.
bool same_counts(const Observation& before, const Observation& after) {
    return std::equal(before.controllers.begin(), before.controllers.end(),
                      after.controllers.begin(), after.controllers.end(),
                      [](const ControllerObservation& a, const ControllerObservation& b) {
                          return a.ana.log == b.ana.log;
                      }) &&
           std::equal(before.discovery.begin(), before.discovery.end(), after.discovery.begin(),
                      after.discovery.end(),
                      [](const DiscoveryObservation& a, const DiscoveryObservation& b) {
                          return a.log == b.log;
                      });
}

/// Whether its connection ended before all was read: what is asked for last has no answer then.
bool broke_off(const ControllerObservation& controller) {
    const auto failed = [](const Page& page) {
        return page.state == Page::State::failed && !page.over_budget;
    };
    if (!controller.identify.ok()) {
        return failed(controller.identify);
    }
    const auto last = controller.features.find(nvme::fid::keep_alive_timer);
    return last != controller.features.end() && failed(last->second);
}

/// Connections that were lost, before a controller was known or later.
std::size_t lost_connections(const Observation& observation) {
    return static_cast<std::size_t>(
        std::count_if(observation.controllers.begin(), observation.controllers.end(), broke_off) +
        std::count_if(
            observation.unobserved.begin(), observation.unobserved.end(),
            [](const Unobserved& one) { return one.reason == UnobservedReason::connection_lost; }));
}

/// Whether an array says that it is between two states, which does not last (Base 2.3 section 8.1.1.9):
/// that nothing moves meanwhile is no answer.
bool in_transition(const Observation& observation) {
    return std::any_of(observation.controllers.begin(), observation.controllers.end(),
                       [](const ControllerObservation& controller) {
                           if (!controller.ana.log.ok()) {
                               return false;
                           }
                           const nvme::AnaLog log = controller.ana_log();
                           return std::any_of(log.groups.begin(), log.groups.end(),
                                              [](const nvme::AnaGroup& group) {
                                                  return group.state == nvme::AnaState::change;
                                              });
                       });
}

bool sees_less(const Observation& after, const Observation& before) {
    return after.unobserved.size() > before.unobserved.size() ||
           lost_connections(after) > lost_connections(before);
}

bool stands_still(const Observation& before, const Observation& after) {
    return same_counts(before, after) && diff(before, after).empty();
}

} // namespace

std::vector<Readings::Key> Readings::keys_of(const Finding& finding) {
    const Key key{.rule = finding.rule,
                  .host = finding.host,
                  .subsystem = finding.subsystem,
                  .nsid = finding.nsid,
                  .object = finding.values.empty() ? std::string() : finding.values.front().object};
    if (finding.nsids.empty()) {
        return {key};
    }
    std::vector<Key> keys;
    keys.reserve(finding.nsids.size());
    for (const std::uint32_t nsid : finding.nsids) {
        keys.push_back(key);
        keys.back().nsid = nsid;
    }
    return keys;
}

std::size_t Readings::times_seen(const Finding& finding) const {
    std::size_t most = 0;
    for (const Key& key : keys_of(finding)) {
        const auto found = seen_.find(key);
        most = std::max(most, found == seen_.end() ? 0 : found->second);
    }
    return most;
}

bool Readings::take(Inspection reading, bool quick) {
    ++tried_;
    if (last_) {
        if (sees_less(reading.observation, last_->observation)) {
            missed_ += quick ? 1 : limits_.missed + 1;
            return false;
        }
        moved_ = moved_ || !stands_still(last_->observation, reading.observation);
    }
    std::map<Key, std::size_t> seen;
    for (const Finding& finding : reading.report.findings) {
        if (may_be_of_a_moment(finding, reading.report)) {
            for (Key& key : keys_of(finding)) {
                const auto before = seen_.find(key);
                const std::size_t times = before == seen_.end() ? 1 : before->second + 1;
                seen.insert_or_assign(std::move(key), times);
            }
        }
    }
    seen_ = std::move(seen);
    missed_ = 0;
    broken_ = quick && lost_connections(reading.observation) > 0 ? broken_ + 1 : 0;
    last_ = std::move(reading);
    ++count_;
    return true;
}

bool Readings::settled() const {
    if (tried_ >= limits_.most || missed_ > limits_.missed) {
        return true;
    }
    if (missed_ > 0 || (broken_ > 0 && broken_ <= limits_.missed)) {
        return false;
    }
    return std::all_of(last_->report.findings.begin(), last_->report.findings.end(),
                       [&](const Finding& finding) {
                           return !may_be_of_a_moment(finding, last_->report) ||
                                  times_seen(finding) >= wanted(finding);
                       });
}

std::size_t Readings::wanted(const Finding& finding) const {
    const bool unknown = finding.verdict == Verdict::unknown;
    if (!moved_ && !(unknown && in_transition(last_->observation))) {
        return limits_.still;
    }
    // A state that passes is half of what is seen while it comes and goes.
    return unknown ? limits_.most : limits_.moving;
}

Inspection Readings::result() && {
    last_->report.readings = count_;
    if (count_ > 1) {
        judge::withdraw(last_->report, [this](Finding& finding) {
            if (!may_be_of_a_moment(finding, last_->report) || times_seen(finding) > 1) {
                return false;
            }
            finding.what +=
                fmt::format("; so it was in the last of {} readings, and not in the one "
                            "before",
                            count_);
            return true;
        });
    }
    return *std::move(last_);
}

std::chrono::milliseconds pause_before(std::size_t reading) {
    constexpr double kGoldenRatio = 0.618033988749895;
    constexpr double kLeast = 100;
    constexpr double kSpread = 200;
    const double turn = kGoldenRatio * static_cast<double>(reading);
    return std::chrono::milliseconds{std::lround(kLeast + kSpread * (turn - std::floor(turn)))};
}

} // namespace haoh::inspection
