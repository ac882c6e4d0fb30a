// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attribution/site_evidence.hpp"

#include "attribution/array_name.hpp"

#include <haoh/attribution.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace haoh::attribution {

namespace {

/// A class for each controller, and what the classes have in common; empty: no separation.
struct SiteClasses {
    std::vector<std::size_t> of; ///< by controller
    std::vector<std::string> evidence;
};

/// One class for each value; nothing when one of them is unknown or all are equal.
SiteClasses by_value(std::span<const SiteEvidence> controllers, std::string_view noun,
                     std::string (*value)(const SiteEvidence&)) {
    std::map<std::string, std::size_t> classes;
    SiteClasses out;
    for (const SiteEvidence& controller : controllers) {
        const std::string text = value(controller);
        if (text.empty()) {
            return {};
        }
        const auto [entry, is_new] = classes.try_emplace(text, classes.size());
        if (is_new) {
            out.evidence.push_back(fmt::format("{} {}", noun, text));
        }
        out.of.push_back(entry->second);
    }
    return classes.size() > 1 ? out : SiteClasses{};
}

SiteClasses by_cntlid(std::span<const SiteEvidence> controllers) {
    std::vector<std::uint16_t> ids;
    for (const SiteEvidence& controller : controllers) {
        if (!controller.cntlid) {
            return {};
        }
        ids.push_back(*controller.cntlid);
    }
    std::sort(ids.begin(), ids.end());
    std::vector<std::pair<std::uint16_t, std::uint16_t>> ranges;
    for (const std::uint16_t id : ids) {
        if (ranges.empty() || id - ranges.back().second >= kCntlidGap) {
            ranges.emplace_back(id, id);
        }
        ranges.back().second = id;
    }
    if (ranges.size() < 2) {
        return {};
    }
    SiteClasses out;
    std::map<std::string, std::size_t> ports;
    for (const SiteEvidence& controller : controllers) {
        const auto behind = std::lower_bound(
            ranges.begin(), ranges.end(), *controller.cntlid,
            [](const auto& range, std::uint16_t cntlid) { return range.second < cntlid; });
        const auto range = static_cast<std::size_t>(behind - ranges.begin());
        out.of.push_back(range);
        // One port hands out IDs of one array.
        if (!controller.endpoint.empty() &&
            ports.try_emplace(controller.endpoint, range).first->second != range) {
            return {};
        }
    }
    for (const auto& [first, last] : ranges) {
        out.evidence.push_back(
            first == last ? fmt::format("controller ID {}, far from the others", first)
                          : fmt::format("controller IDs {}-{}, far from the others", first, last));
    }
    return out;
}

/// What each kind of evidence weighs, in percent.
constexpr double kDomainsDiffer = 0.95; ///< Base 2.3 §3.2.5: they fail apart
constexpr double kOneDomain = 0.95;
constexpr double kOnePort = 0.9;
constexpr double kModelsDiffer = 0.9;    ///< one array is of one model
constexpr double kSerialsDiffer = 0.6;   ///< arrays are sold that have one for each controller
constexpr double kIdsApart = 0.5;        ///< so are those of one array that has many hosts
constexpr double kRoundDistance = 0.7;   ///< ranges that somebody configured
constexpr double kFirmwareDiffers = 0.4; ///< or is being upgraded
constexpr std::uint8_t kTorn = 50;       ///< percent, where evidence contradicts itself

/// Whether two ranges begin a round number apart, give or take hosts that came and went.
bool configured_distance(std::uint16_t a, std::uint16_t b) {
    const unsigned apart = a < b ? b - a : a - b;
    const auto is_near = [apart](unsigned unit, unsigned tolerance) {
        const unsigned rest = apart % unit;
        return apart + tolerance >= unit && (rest <= tolerance || unit - rest <= tolerance);
    };
    constexpr unsigned kFew = 16;
    constexpr unsigned kVeryFew = 2;
    return is_near(1000, kFew) || is_near(1024, kFew) || is_near(256, kVeryFew);
}

/// Whether the classes' lowest IDs all are.
bool configured_ranges(std::span<const SiteEvidence> controllers, const SiteClasses& classes) {
    std::map<std::size_t, std::uint16_t> first;
    for (std::size_t i = 0; i < controllers.size(); ++i) {
        if (!controllers[i].cntlid) {
            return false;
        }
        const auto [at, fresh] = first.try_emplace(classes.of[i], *controllers[i].cntlid);
        at->second = std::min(at->second, *controllers[i].cntlid);
    }
    std::vector<std::uint16_t> ids;
    for (const auto& [one, id] : first) {
        ids.push_back(id);
    }
    std::sort(ids.begin(), ids.end());
    for (std::size_t i = 1; i < ids.size(); ++i) {
        if (!configured_distance(ids[i - 1], ids[i])) {
            return false;
        }
    }
    return ids.size() > 1;
}

/// The same controllers together, whatever the classes are called.
bool alike(const SiteClasses& a, const SiteClasses& b) {
    if (a.of.size() != b.of.size()) {
        return false;
    }
    std::map<std::size_t, std::size_t> to;
    std::map<std::size_t, std::size_t> from;
    for (std::size_t i = 0; i < a.of.size(); ++i) {
        if (to.try_emplace(a.of[i], b.of[i]).first->second != b.of[i] ||
            from.try_emplace(b.of[i], a.of[i]).first->second != a.of[i]) {
            return false;
        }
    }
    return true;
}

/// All that separates the controllers.
struct Clues {
    SiteClasses domains;
    SiteClasses serials;
    SiteClasses ids;
    SiteClasses models;
    SiteClasses firmware;

    explicit Clues(std::span<const SiteEvidence> controllers)
        : domains{by_value(controllers, "domain ID",
                           [](const SiteEvidence& one) {
                               return one.domainid == 0 ? std::string{}
                                                        : fmt::format("{}", one.domainid);
                           })},
          serials{by_value(controllers, "serial number",
                           [](const SiteEvidence& one) { return one.serial; })},
          ids{by_cntlid(controllers)}, models{by_value(
                                           controllers, "model",
                                           [](const SiteEvidence& one) { return one.model; })},
          firmware{by_value(controllers, "firmware",
                            [](const SiteEvidence& one) { return one.firmware; })} {}

    [[nodiscard]] const SiteClasses& first() const {
        return !domains.of.empty() ? domains : !serials.of.empty() ? serials : ids;
    }
    /// Of the classes that were chosen.
    [[nodiscard]] std::uint8_t confidence(std::span<const SiteEvidence> controllers) const {
        const SiteClasses& chosen = first();
        double doubt = 1;
        const auto weigh = [&](const SiteClasses& clue, double weight) {
            if (!clue.of.empty() && alike(chosen, clue)) {
                doubt *= 1 - weight;
            }
        };
        weigh(domains, kDomainsDiffer);
        weigh(serials, kSerialsDiffer);
        weigh(models, kModelsDiffer);
        weigh(firmware, kFirmwareDiffers);
        weigh(ids, kIdsApart);
        if (!ids.of.empty() && configured_ranges(controllers, ids)) {
            weigh(ids, kRoundDistance);
        }
        return percent(1 - doubt);
    }
    [[nodiscard]] static std::uint8_t percent(double value) {
        constexpr double kWhole = 100;
        constexpr double kNeverCertain = 99;
        return static_cast<std::uint8_t>(std::min(value * kWhole + 0.5, kNeverCertain));
    }
};

/// How sure it is that all of them are on one array, where nothing separates them.
std::uint8_t sure_of_one_array(std::span<const SiteEvidence> controllers) {
    const SiteEvidence& first = controllers.front();
    const auto all = [&](auto same) {
        return std::all_of(controllers.begin(), controllers.end(), same);
    };
    double doubt = 1;
    if (controllers.size() == 1) {
        doubt = 0;
    }
    if (all([&](const SiteEvidence& one) {
            return one.domainid != 0 && one.domainid == first.domainid;
        })) {
        doubt *= 1 - kOneDomain;
    }
    if (all([&](const SiteEvidence& one) {
            return !one.endpoint.empty() && one.endpoint == first.endpoint;
        })) {
        doubt *= 1 - kOnePort;
    }
    return Clues::percent(1 - doubt);
}

/// So many names that are not taken.
std::vector<std::string> array_names(std::size_t count, const std::set<std::string>& taken) {
    std::vector<std::string> out;
    for (std::size_t number = 0; out.size() < count; ++number) {
        std::string name = array_name(number);
        if (!taken.contains(name)) {
            out.push_back(std::move(name));
        }
    }
    return out;
}

} // namespace

std::vector<Separation> separate(std::span<const SiteEvidence> controllers,
                                 const std::set<std::string>& taken) {
    std::vector<Separation> out(controllers.size());
    if (controllers.empty()) {
        return out;
    }
    const std::uint8_t one_array = sure_of_one_array(controllers);
    const Clues clues(controllers);
    const SiteClasses& classes = clues.first();
    const std::uint8_t confidence = classes.of.empty() ? 0 : clues.confidence(controllers);
    // One domain fails together, whatever else differs in it; if that is much, nothing is sure.
    if (classes.of.empty() || (clues.domains.of.empty() && one_array >= kSureOfArray)) {
        for (Separation& one : out) {
            one.confidence = confidence >= kSureOfArray ? kTorn : one_array;
        }
        return out;
    }
    std::vector<std::size_t> order(controllers.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return controllers[a].cntlid.value_or(0) < controllers[b].cntlid.value_or(0);
    });
    std::map<std::size_t, std::size_t> ranks;
    for (const std::size_t i : order) {
        ranks.try_emplace(classes.of[i], ranks.size());
    }
    const std::vector<std::string> names = array_names(ranks.size(), taken);
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = {.array = names[ranks.at(classes.of[i])],
                  .evidence = classes.evidence[classes.of[i]],
                  .confidence = confidence};
    }
    return out;
}

} // namespace haoh::attribution
