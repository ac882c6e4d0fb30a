// SPDX-License-Identifier: LGPL-2.1-or-later
// Ports that discovery logs name and that were not asked.
#include "catalogue/catalogue.hpp"
#include "catalogue/cited_rows.hpp"
#include "catalogue/discovery/discovery_view.hpp"
#include "judge/row.hpp"
#include "model/discovery_port.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kDiscPortAsked;
extern const Row kDiscReferralFollowed;

/// \param maybe_asked  so many of them under another address
std::string unasked_text(std::size_t count, std::size_t maybe_asked) {
    if (maybe_asked > 0) {
        return fmt::format(
            "at least {} of {} ports of the subsystem that are named {} not asked; {} "
            "answered at addresses that no log names",
            count - maybe_asked, count, count - maybe_asked == 1 ? "was" : "were", maybe_asked);
    }
    return fmt::format("{} port{} of the subsystem {} named and {} not asked", count,
                       count == 1 ? "" : "s", count == 1 ? "is" : "are",
                       count == 1 ? "was" : "were");
}

/// Ports that nobody asked. Where two arrays were, they are likely to be of these; what is at an
/// address that was asked is of the same machine.
void judge_asked(const Subsystem& subsystem, const Subject& subject, Findings& findings) {
    constexpr std::size_t kShown = 8;
    if (subject.listings.of(subsystem.nqn).empty()) {
        return;
    }
    findings.judged(kDiscPortAsked);
    const std::vector<UnaskedPort>& ports = subsystem.unasked.ports;
    if (ports.empty()) {
        return;
    }
    const bool foreign = std::any_of(ports.begin(), ports.end(),
                                     [](const UnaskedPort& port) { return !port.same_address; });
    const bool other_array =
        foreign && !subsystem.stretched && subject.config.profile != Profile::single;
    std::vector<FindingValue> values;
    for (const UnaskedPort& port : ports) {
        if (values.size() == kShown) {
            values.push_back(
                log_value(*port.listing.log, fmt::format("and {} more", ports.size() - kShown)));
            break;
        }
        values.push_back(log_value(*port.listing.log, port.text));
    }
    findings.add({.row = kDiscPortAsked,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = unasked_text(ports.size(), subsystem.unasked.maybe_asked) +
                          (other_array ? ": may be another array" : ""),
                  .values = std::move(values),
                  .verdict = other_array ? std::nullopt : std::optional{Verdict::note}});
}

/// Logs that other logs refer to and that nobody read: where two arrays are known, what they would say
/// is no news.
void judge_referrals(const Subject& subject, Findings& findings) {
    std::set<std::string> known;
    for (const DiscoveryObservation& log : subject.observation->discovery) {
        known.insert(log.address);
    }
    for (const Unobserved& missing : subject.observation->unobserved) {
        known.insert(missing.object);
    }
    const bool settled =
        subject.config.profile == Profile::single ||
        std::any_of(subject.subsystems.begin(), subject.subsystems.end(),
                    [](const Subsystem& subsystem) { return subsystem.stretched; });
    std::vector<FindingValue> values;
    for (const DiscoveryView& log : subject.discovery) {
        for (const nvme::DiscoveryEntry& entry : log.log.entries) {
            if (static_cast<nvme::SubsystemType>(entry.subtype) != nvme::SubsystemType::referral) {
                continue;
            }
            findings.judged(kDiscReferralFollowed);
            if (!settled && known.insert(model::port_object(entry)).second) {
                values.push_back(log_value(log, port_text(entry)));
            }
        }
    }
    if (!values.empty()) {
        findings.add({.row = kDiscReferralFollowed,
                      .subsystem = {},
                      .nsids = {},
                      .what = fmt::format("{} referral{} to other discovery controllers {} not "
                                          "followed",
                                          values.size(), values.size() == 1 ? "" : "s",
                                          values.size() == 1 ? "was" : "were"),
                      .values = std::move(values),
                      .verdict = {}});
    }
}

constexpr Row kDiscPortAsked{
    .rule = {.id = "disc.port.asked",
             .title = "Every port of the subsystem that a discovery log names was asked",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::unknown,
             .basis = "practice: what was not asked cannot be called good",
             .why = "Nothing is known of the controllers there: they may be those of another "
                    "array, with another story.",
             .fix = "Name a target for each port that haoh can ask (-t), or leave out --nqn: then "
                    "the discovery logs are followed. haoh asks over TCP; check what is offered "
                    "over RDMA or Fibre Channel on a host that is connected to it."},
    .judge = JudgeSubsystem{judge_asked},
    .yields_to = {&kModelDetect}};

constexpr Row kDiscReferralFollowed{
    .rule = {.id = "disc.referral.followed",
             .title = "Every discovery controller that a log refers to was asked",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::unknown,
             .basis = "Base 2.3 §3.1.3.3",
             .why = "It may name ports of another array, of which nothing is known.",
             .fix = "Leave out --nqn: then referrals over TCP are followed. Or name a target on "
                    "each array (-t)."},
    .judge = JudgeSubject{judge_referrals},
    .yields_to = {&kModelDetect}};

constexpr std::array kDiscoveryPortRows{&kDiscPortAsked, &kDiscReferralFollowed};

} // namespace

std::span<const Row* const> discovery_port_rows() {
    return kDiscoveryPortRows;
}

} // namespace haoh::judge
