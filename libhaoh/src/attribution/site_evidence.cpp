// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attribution/site_evidence.hpp"

#include "attribution/array_name.hpp"

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
    SiteClasses classes = by_value(controllers, "domain ID", [](const SiteEvidence& one) {
        return one.domainid == 0 ? std::string{} : fmt::format("{}", one.domainid);
    });
    if (classes.of.empty()) {
        classes = by_value(controllers, "serial number",
                           [](const SiteEvidence& one) { return one.serial; });
    }
    if (classes.of.empty()) {
        classes = by_cntlid(controllers);
    }
    if (classes.of.empty()) {
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
                  .evidence = classes.evidence[classes.of[i]]};
    }
    return out;
}

} // namespace haoh::attribution
