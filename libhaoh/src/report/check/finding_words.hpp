// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How a finding is named in a rendering for people: where it is, who says what, which release.
#pragma once

#include "report/check/report_view.hpp"
#include "report/list/arrays.hpp"

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace haoh::report {

/// Words about the findings of one view. The view and the subsystems must outlive it.
class FindingWords {
  public:
    FindingWords(const ReportView& view, std::span<const SubsystemArrays> subsystems);

    /// nullptr when no controller of it was observed.
    [[nodiscard]] const SubsystemArrays* find_subsystem(std::string_view subsysnqn) const;

    /// What the finding is about, where there are several hosts.
    [[nodiscard]] std::string_view shown_host(const FindingItem& item) const;
    [[nodiscard]] std::string error_text(const Unobserved& one) const;

    /// "alpha: NSID 2: UUID differs between array-a and array-b".
    /// \param max_clause  columns of what it says; what is longer ends with "..."
    /// \param max_ranges  runs of NSIDs
    [[nodiscard]] std::string headline_of(const FindingItem& item, std::size_t max_clause,
                                          std::size_t max_ranges) const;

    /// Who says a value: "array-a", "array-b controllers 1-3", and of several hosts "alpha nvme0".
    [[nodiscard]] std::string label_of(const FindingGroup& group, const FindingItem& item,
                                       const ValueGroup& value) const;

  private:
    const ReportView* view_;
    std::span<const SubsystemArrays> subsystems_;
    std::map<std::string_view, std::size_t> places_; ///< of the subsystems, by their names
};

/// "Linux 6.12" of "6.12.107-amd64", "Linux 5.14 of EL 9.6" of "5.14.0-570.12.1.el9_6.x86_64".
[[nodiscard]] std::string short_release(const std::string& release);

/// The first of a list, and how many more there are: "alpha, beta and 3 more".
[[nodiscard]] std::string some_names(std::span<const std::string> names, std::size_t max_names);

} // namespace haoh::report
