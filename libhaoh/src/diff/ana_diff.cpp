// SPDX-License-Identifier: LGPL-2.1-or-later
#include "diff/ana_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace haoh::differ {

namespace {

using Places = std::map<std::uint32_t, AnaPlace>;

Places places_of(const AnaObservation& ana) {
    ControllerObservation controller;
    controller.ana = ana;
    return controller.ana_places();
}

std::optional<AnaPlace> find(const Places& places, std::uint32_t nsid) {
    const auto found = places.find(nsid);
    return found == places.end() ? std::nullopt : std::optional(found->second);
}

void compare_places(const Places& before, const Places& after, AnaChanges& out) {
    std::set<std::uint32_t> nsids;
    for (const Places* places : {&before, &after}) {
        for (const auto& [nsid, place] : *places) {
            nsids.insert(nsid);
        }
    }
    const auto state = [](const std::optional<AnaPlace>& place) {
        return place ? nvme::to_string(place->state) : std::string{};
    };
    const auto group = [](const std::optional<AnaPlace>& place) {
        return place ? std::to_string(place->agid) : std::string{};
    };
    for (const std::uint32_t nsid : nsids) {
        const auto a = find(before, nsid);
        const auto b = find(after, nsid);
        if (state(a) != state(b)) {
            out.namespaces[nsid].push_back(
                {.field = "ana_state", .before = state(a), .after = state(b)});
        }
        if (group(a) != group(b)) {
            out.namespaces[nsid].push_back(
                {.field = "agid", .before = group(a), .after = group(b)});
        }
    }
}

/// The states of groups that no namespace tells of.
std::map<std::uint32_t, std::string> empty_groups(const nvme::AnaLog& log) {
    std::map<std::uint32_t, std::string> states;
    for (const nvme::AnaGroup& group : log.groups) {
        if (group.nsids.empty()) {
            states[group.agid] = nvme::to_string(group.state);
        }
    }
    return states;
}

std::set<std::uint32_t> agids_of(const nvme::AnaLog& log) {
    std::set<std::uint32_t> agids;
    for (const nvme::AnaGroup& group : log.groups) {
        agids.insert(group.agid);
    }
    return agids;
}

/// A group that becomes empty, or gets its first namespace, is seen by its namespaces.
void compare_empty_groups(const nvme::AnaLog& before, const nvme::AnaLog& after, AnaChanges& out) {
    const auto a = empty_groups(before);
    const auto b = empty_groups(after);
    const auto add = [&out](std::uint32_t agid, std::string was, std::string is) {
        out.log.push_back({.field = fmt::format("ana_group {}", agid),
                           .before = std::move(was),
                           .after = std::move(is)});
    };
    const std::set<std::uint32_t> all_before = agids_of(before);
    const std::set<std::uint32_t> all_after = agids_of(after);
    for (const auto& [agid, state] : a) {
        const auto now = b.find(agid);
        if (now != b.end() && now->second != state) {
            add(agid, state, now->second);
        } else if (!all_after.contains(agid)) {
            add(agid, state, {});
        }
    }
    for (const auto& [agid, state] : b) {
        if (!all_before.contains(agid)) {
            add(agid, {}, state);
        }
    }
}

/// The log as bytes with every change count zero.
nvme::Bytes without_change_counts(const Page& page) {
    nvme::Bytes bytes = page.whole();
    const nvme::AnaLog log = nvme::decode_ana_log(bytes);
    const auto clear = [&bytes](std::size_t offset) {
        for (std::size_t i = offset; i < std::min(offset + 8, bytes.size()); ++i) {
            bytes[i] = {};
        }
    };
    clear(0);
    std::size_t offset = nvme::kAnaLogHeaderSize;
    for (const nvme::AnaGroup& group : log.groups) {
        clear(offset + 8);
        offset += nvme::kAnaGroupHeaderSize + 4 * group.nsids.size();
    }
    return bytes;
}

std::string log_text(const nvme::AnaLog& log) {
    std::size_t namespaces = 0;
    for (const nvme::AnaGroup& group : log.groups) {
        namespaces += group.nsids.size();
    }
    std::string text = fmt::format("{} bytes, {} of {} groups, {} namespaces", log.length,
                                   log.groups.size(), log.nagd, namespaces);
    for (const nvme::Problem& problem : log.problems) {
        text += "; " + problem.text;
    }
    return text;
}

/// What no state and no group shows: order, repetition, reserved bytes, a log cut short.
void compare_form(const AnaObservation& before, const AnaObservation& after, AnaChanges& out) {
    const nvme::Bytes a = without_change_counts(before.log);
    const nvme::Bytes b = without_change_counts(after.log);
    std::string was = log_text(nvme::decode_ana_log(a));
    std::string is = log_text(nvme::decode_ana_log(b));
    if (was != is) {
        out.log.push_back({.field = "ana_log", .before = std::move(was), .after = std::move(is)});
        return;
    }
    for (FieldChange& change : changed_fields(a, b, {})) {
        change.field = "ana_log " + change.field;
        out.log.push_back(std::move(change));
    }
}

} // namespace

AnaChanges changed_ana(const AnaObservation& before, const AnaObservation& after) {
    AnaChanges out;
    if (before.stable != after.stable) {
        const auto text = [](bool stable) { return stable ? "stable" : "unstable"; };
        out.log.push_back(
            {.field = "ana_log", .before = text(before.stable), .after = text(after.stable)});
    }
    if (!before.stable || !after.stable || before.log == after.log) {
        return out;
    }
    if (!before.log.ok() || !after.log.ok()) {
        out.log = changed_page("ana_log", before.log, after.log, {});
        return out;
    }
    compare_places(places_of(before), places_of(after), out);
    compare_empty_groups(nvme::decode_ana_log(before.log.whole()),
                         nvme::decode_ana_log(after.log.whole()), out);
    if (out.log.empty() && out.namespaces.empty()) {
        compare_form(before, after, out);
    }
    return out;
}

} // namespace haoh::differ
