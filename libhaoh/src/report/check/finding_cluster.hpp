// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Findings of one cause: the same rule with the same words in several subsystems. A host with one
/// subsystem for each volume has as many of them as volumes, and they are told in one paragraph.
#pragma once

#include "report/check/report_view.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace haoh::report {

struct FindingCluster {
    std::vector<const FindingGroup*> groups; ///< at least one, in the order of the view

    [[nodiscard]] const FindingGroup& first() const { return *groups.front(); }
    [[nodiscard]] std::size_t items() const;
    [[nodiscard]] std::size_t findings() const;
};

/// Groups of this verdict that count (`FindingGroup::counts`) and differ in nothing but their subsystem,
/// in the order of the first of each. The view must outlive it.
[[nodiscard]] std::vector<FindingCluster> clusters_of(const ReportView& view, Verdict verdict);

/// Whether all of it is about what was not observed, of one host and for one reason that is known: one
/// is told then, and the others by their names.
[[nodiscard]] bool of_one_reason(const ReportView& view, const FindingCluster& cluster);

/// The lines for a configuration that items have; what several have, once.
[[nodiscard]] std::vector<std::string> lines_to_paste(const std::vector<const FindingItem*>& items);

/// Each line once, with how often it was there: a port that is down is down for all subsystems.
[[nodiscard]] std::vector<std::string> counted(std::vector<std::string> lines);

} // namespace haoh::report
