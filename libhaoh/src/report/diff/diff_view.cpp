// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/diff/diff_view.hpp"

#include "report/text/text.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>

namespace haoh::report {
namespace {

/// The changes of one controller by object, in the order in which the objects first occur.
std::vector<NamespaceChanges> fold_namespaces(
    const std::vector<std::pair<std::optional<std::uint32_t>, std::vector<Change>>>& objects) {
    std::vector<NamespaceChanges> out;
    std::map<std::vector<Change>, std::size_t> known;
    for (const auto& [nsid, changes] : objects) {
        if (!nsid) {
            out.push_back({.nsids = {}, .changes = changes});
            continue;
        }
        const auto [at, is_new] = known.try_emplace(changes, out.size());
        if (is_new) {
            out.push_back({.nsids = {}, .changes = changes});
        }
        out[at->second].nsids.push_back(*nsid);
    }
    return out;
}

std::string summarize(const std::array<std::size_t, 3>& counts) {
    constexpr std::array<std::string_view, 3> words{"added", "removed", "changed"};
    std::size_t sum = 0;
    std::vector<std::string> parts;
    for (std::size_t kind = 0; kind < counts.size(); ++kind) {
        sum += counts[kind];
        if (counts[kind] > 0) {
            parts.push_back(fmt::format("{} {}", grouped(counts[kind]), words[kind]));
        }
    }
    if (sum == 0) {
        return "No difference.";
    }
    return fmt::format("{}: {}.", count_of(sum, "difference"), fmt::join(parts, ", "));
}

} // namespace

DiffView diff_view(std::span<const Difference> differences) {
    using Objects = std::vector<std::pair<std::optional<std::uint32_t>, std::vector<Change>>>;
    DiffView view;
    std::vector<std::pair<std::string, Objects>> controllers;
    std::map<std::string_view, std::size_t> known;
    for (const Difference& difference : differences) {
        ++view.counts[static_cast<std::size_t>(difference.kind)];
        const auto [at, is_new] = known.try_emplace(difference.controller, controllers.size());
        if (is_new) {
            controllers.emplace_back(safe_text(difference.controller), Objects{});
        }
        Objects& objects = controllers[at->second].second;
        if (objects.empty() || objects.back().first != difference.nsid) {
            objects.emplace_back(difference.nsid, std::vector<Change>{});
        }
        objects.back().second.push_back({.kind = difference.kind,
                                         .field = safe_text(difference.field),
                                         .before = safe_text(difference.before),
                                         .after = safe_text(difference.after)});
    }
    std::map<std::vector<NamespaceChanges>, std::size_t> blocks;
    for (auto& [name, objects] : controllers) {
        std::vector<NamespaceChanges> changes = fold_namespaces(objects);
        const auto [at, is_new] = blocks.try_emplace(changes, view.controllers.size());
        if (is_new) {
            view.controllers.push_back({.controllers = {}, .namespaces = std::move(changes)});
        }
        view.controllers[at->second].controllers.push_back(name);
    }
    view.summary = summarize(view.counts);
    return view;
}

} // namespace haoh::report
