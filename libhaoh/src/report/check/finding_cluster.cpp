// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/check/finding_cluster.hpp"

#include "report/text/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace haoh::report {

std::size_t FindingCluster::items() const {
    std::size_t sum = 0;
    for (const FindingGroup* group : groups) {
        sum += group->items.size();
    }
    return sum;
}

std::size_t FindingCluster::findings() const {
    std::size_t sum = 0;
    for (const FindingGroup* group : groups) {
        sum += group->findings();
    }
    return sum;
}

std::vector<FindingCluster> clusters_of(const ReportView& view, Verdict verdict) {
    using Key = std::tuple<std::string_view, Severity, std::string_view, std::string_view,
                           std::string_view, std::string_view, std::string_view>;
    std::vector<FindingCluster> out;
    std::map<Key, std::size_t> known;
    for (const FindingGroup& group : view.groups) {
        if (group.verdict != verdict || !group.counts()) {
            continue;
        }
        const std::string_view release =
            group.on_kernel ? std::string_view(group.on_kernel->release) : std::string_view();
        const std::string_view effect =
            group.on_kernel ? std::string_view(group.on_kernel->text) : std::string_view();
        const auto [at, is_new] = known.try_emplace(
            Key{group.rule, group.severity, group.basis, group.why, group.fix, release, effect},
            out.size());
        if (is_new) {
            out.emplace_back();
        }
        out[at->second].groups.push_back(&group);
    }
    return out;
}

bool of_one_reason(const ReportView& view, const FindingCluster& cluster) {
    const auto reason_of = [&view](const FindingItem& item) {
        return item.unobserved && *item.unobserved < view.unobserved.size()
                   ? view.unobserved[*item.unobserved].reason
                   : UnobservedReason::other;
    };
    const FindingItem& first = cluster.first().items.front();
    const UnobservedReason wanted = reason_of(first);
    return wanted != UnobservedReason::other &&
           std::ranges::all_of(cluster.groups, [&](const FindingGroup* group) {
               return std::ranges::all_of(group->items, [&](const FindingItem& item) {
                   return reason_of(item) == wanted && item.host == first.host;
               });
           });
}

std::vector<std::string> lines_to_paste(const std::vector<const FindingItem*>& items) {
    std::vector<std::string> out;
    std::set<std::vector<std::string>> told;
    for (const FindingItem* item : items) {
        if (told.insert(item->config).second) {
            out.insert(out.end(), item->config.begin(), item->config.end());
        }
    }
    return out;
}

std::vector<std::string> counted(std::vector<std::string> lines) {
    std::vector<std::pair<std::string, std::size_t>> out;
    std::map<std::string, std::size_t> known;
    for (std::string& line : lines) {
        const auto [at, is_new] = known.try_emplace(line, out.size());
        if (is_new) {
            out.emplace_back(std::move(line), 0);
        }
        ++out[at->second].second;
    }
    lines.clear();
    for (auto& [line, count] : out) {
        lines.push_back(count > 1 ? fmt::format("{} ({} times)", line, grouped(count))
                                  : std::move(line));
    }
    return lines;
}

} // namespace haoh::report
