// SPDX-License-Identifier: LGPL-2.1-or-later
#include "judge/discovery_index.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace haoh::judge {

std::optional<std::string> frame_defect(const nvme::DiscoveryLog& log) {
    if (log.recfmt != 0) {
        return fmt::format("RECFMT {}", log.recfmt);
    }
    const auto found =
        std::find_if(log.problems.begin(), log.problems.end(), [](const auto& problem) {
            return problem.kind == nvme::ProblemKind::truncated;
        });
    return found == log.problems.end() ? std::nullopt : std::optional{found->text};
}

bool unread(const DiscoveryObservation& log) {
    return log.log.state == Page::State::failed || log.log.state == Page::State::status;
}

bool doubtful(const DiscoveryView& log) {
    return !log.observed->stable || frame_defect(log.log);
}

DiscoveryIndex::DiscoveryIndex(const Observation& observation,
                               const std::vector<DiscoveryView>& logs) {
    for (const DiscoveryObservation& log : observation.discovery) {
        if (unread(log)) {
            unsure_.insert(log.target);
        }
    }
    for (const DiscoveryView& log : logs) {
        if (doubtful(log)) {
            unsure_.insert(log.observed->target);
        }
        if (frame_defect(log.log)) {
            continue;
        }
        first_.try_emplace(log.observed->target, &log);
        for (const nvme::DiscoveryEntry& entry : log.log.entries) {
            listings_[entry.subnqn].push_back({.log = &log, .entry = &entry});
        }
    }
}

const std::vector<Listing>& DiscoveryIndex::of(const std::string& nqn) const {
    const auto found = listings_.find(nqn);
    return found == listings_.end() ? none_ : found->second;
}

const DiscoveryView* DiscoveryIndex::first_log(const std::string& target) const {
    const auto found = first_.find(target);
    return found == first_.end() ? nullptr : found->second;
}

} // namespace haoh::judge
