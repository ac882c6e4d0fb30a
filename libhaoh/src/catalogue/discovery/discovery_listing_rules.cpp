// SPDX-License-Identifier: LGPL-2.1-or-later
// Which ports of one subsystem discovery logs list, on both arrays.
#include "base/address_text.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/discovery/discovery_view.hpp"
#include "judge/compare.hpp"
#include "judge/fields.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace haoh::judge {

namespace {

// The rows are below the functions.
extern const Row kDiscLogComplete;
extern const Row kDiscLogConsistentBetweenArrays;

using Addresses = std::set<std::string>;

/// The array of each target that serves the subsystem; the target itself where it is not known.
std::map<std::string, std::string> arrays_of(const Subsystem& subsystem,
                                             const DiscoveryIndex& index) {
    std::map<std::string, std::string> out;
    for (const std::string& target : serving(subsystem)) {
        const DiscoveryView* const log = index.first_log(target);
        out.emplace(target, log == nullptr || log->array.empty() ? target : log->array);
    }
    return out;
}

/// What each array's discovery says of the subsystem: several listeners of one array may each have a
/// log of its own. Logs that have nothing in common are each array's own, which is legal; logs that
/// overlap are meant to be one and should be the same.
void judge_agreement(const Subsystem& subsystem, const DiscoveryIndex& index,
                     const std::set<std::string>& unsure, Findings& findings) {
    const std::map<std::string, std::string> arrays = arrays_of(subsystem, index);
    std::map<std::string, Addresses> by_array;
    std::map<std::string, const DiscoveryView*> log_of;
    std::set<std::string> sides;
    for (const auto& [target, array] : arrays) {
        if (const DiscoveryView* const log = index.first_log(target)) {
            by_array[array];
            log_of.try_emplace(array, log);
        }
        if (unsure.contains(target) || by_array.contains(array)) {
            sides.insert(array);
        }
    }
    // Referrals are part of what the target leads to.
    for (const Listing& listing : index.of(subsystem.nqn)) {
        const auto array = arrays.find(listing.log->observed->target);
        const auto here = array == arrays.end() ? by_array.end() : by_array.find(array->second);
        if (here != by_array.end()) {
            here->second.insert(address_text(*listing.entry));
        }
    }
    if (sides.size() > 1 && !unsure.empty()) {
        findings.unknown(kDiscLogConsistentBetweenArrays);
    }
    if (by_array.size() < 2) {
        return;
    }
    Addresses all;
    std::size_t listed = 0;
    bool same = true;
    for (const auto& [array, addresses] : by_array) {
        same = same && addresses == by_array.begin()->second;
        all.insert(addresses.begin(), addresses.end());
        listed += addresses.size();
    }
    if (!all.empty()) {
        findings.judged(kDiscLogConsistentBetweenArrays);
    }
    if (same) {
        return;
    }
    const bool overlapping = listed > all.size();
    std::vector<FindingValue> values;
    for (const auto& [array, addresses] : by_array) {
        values.push_back(log_value(
            *log_of[array], addresses.empty() ? "does not list the subsystem"
                                              : fmt::format("{}", fmt::join(addresses, ", "))));
    }
    findings.add({.row = kDiscLogConsistentBetweenArrays,
                  .subsystem = subsystem.nqn,
                  .nsids = {},
                  .what = overlapping
                              ? "discovery logs of the arrays list some ports in common, and "
                                "others not"
                              : "each array's discovery log lists its own ports only",
                  .values = std::move(values),
                  .verdict = overlapping ? std::optional{Verdict::warn} : std::nullopt});
}

/// Whether the logs that were read could name each port of a controller's array: one of a target of its
/// own was read, and none of them is in doubt.
class ToldArrays {
  public:
    ToldArrays(const Subsystem& subsystem, const DiscoveryIndex& index) {
        for (const Controller* controller : subsystem.controllers) {
            const std::string& target = controller->observed->target;
            const std::string& array = key_of(*controller);
            if (index.first_log(target) != nullptr) {
                told_.insert(array);
            }
            if (index.unsure(target)) {
                unsure_.insert(array);
            }
        }
    }
    [[nodiscard]] bool contains(const Controller& controller) const {
        const std::string& array = key_of(controller);
        return told_.contains(array) && !unsure_.contains(array);
    }

  private:
    static const std::string& key_of(const Controller& controller) {
        return controller.array.empty() ? controller.observed->target : controller.array;
    }

    std::set<std::string> told_;
    std::set<std::string> unsure_;
};

constexpr std::string_view kTranslatedFix =
    "Nothing to do where addresses are translated on the way: let hosts behind the translation "
    "connect "
    "by address, and not by discovery. Else, Array: list the ports at which it answers.";

/// Controllers that answer on a port which no discovery log lists. What a log that was not read lists is
/// not known.
void judge_completeness(const Subsystem& subsystem, const Subject& subject, Findings& findings) {
    const std::vector<Listing>& listings = subject.listings.of(subsystem.nqn);
    if (listings.empty()) {
        return;
    }
    std::set<std::pair<std::string, std::string>> listed;
    for (const Listing& listing : listings) {
        listed.emplace(listing.entry->traddr, listing.entry->trsvcid);
    }
    const ToldArrays told(subsystem, subject.listings);
    std::vector<const Controller*> missing;
    std::vector<FindingValue> values;
    for (const Controller* controller : subsystem.controllers) {
        const ControllerObservation& observed = *controller->observed;
        if (!base::numeric_address(observed.traddr)) {
            continue;
        }
        if (listed.contains({observed.traddr, observed.trsvcid})) {
            findings.judged(kDiscLogComplete);
        } else if (!told.contains(*controller)) {
            findings.unknown(kDiscLogComplete);
        } else {
            findings.judged(kDiscLogComplete);
            missing.push_back(controller);
            values.push_back(
                value_of(*controller, fmt::format("{}:{}", observed.traddr, observed.trsvcid)));
        }
    }
    if (missing.empty()) {
        return;
    }
    const bool translated = subsystem.unasked.translated;
    findings.add(
        {.row = kDiscLogComplete,
         .subsystem = subsystem.nqn,
         .nsids = {},
         .what = (translated ? "discovery logs name other addresses than those that answered "
                             : "port that no discovery log lists ") +
                 place(missing, subsystem.controllers),
         .values = std::move(values),
         .verdict = {},
         .fix = translated ? kTranslatedFix : std::string_view()});
}

void judge_listing(const Subsystem& subsystem, const Subject& subject, Findings& findings) {
    const std::set<std::string> unsure = unsure_targets(subsystem, subject.listings);
    if (!unsure.empty()) {
        findings.unknown(kDiscLogComplete);
    }
    judge_agreement(subsystem, subject.listings, unsure, findings);
    judge_completeness(subsystem, subject, findings);
}

constexpr Row kDiscLogConsistentBetweenArrays{
    .rule = {.id = "disc.log.consistent_between_arrays",
             .title = "Both arrays' discovery logs list the same ports of the subsystem",
             .rule_class = RuleClass::eqs,
             .severity = Severity::degraded,
             .verdict = Verdict::note,
             .exception = "each array may serve a log of its own",
             .basis = "practice; a log of each array's own is legal",
             .why = "A host that asks one array does not find the ports of the other: after a "
                    "restart while that array is down it has no path.",
             .fix = "Array: list the ports of both arrays, or refer to the other's discovery "
                    "controller. Host: configure the discovery addresses of both arrays."},
    .judge = JudgeSubsystem{judge_listing}};

constexpr Row kDiscLogComplete{
    .rule = {.id = "disc.log.complete",
             .title = "Every port that answers is listed",
             .rule_class = RuleClass::xrf,
             .severity = Severity::degraded,
             .verdict = Verdict::note,
             .exception = "logs can be filtered by host, and addresses translated on the way",
             .basis = "practice; that it is absent is legal",
             .why = "Hosts that connect by discovery do not use the port.",
             .fix = "Array: list the port for this host, unless its address is translated."},
    .judge = JudgeSubsystem{judge_listing}};

constexpr std::array kDiscoveryListingRows{&kDiscLogConsistentBetweenArrays, &kDiscLogComplete};

} // namespace

std::span<const Row* const> listing_rows() {
    return kDiscoveryListingRows;
}

} // namespace haoh::judge
