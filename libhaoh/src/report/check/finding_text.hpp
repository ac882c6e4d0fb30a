// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// How a finding reads, whatever it is written into: its headline, who says which value, its host where there
/// are several. All texts are safe (text.hpp), and none is wrapped.
#pragma once

#include "report/check/report_view.hpp"
#include "report/list/arrays.hpp"
#include "report/text/value_block.hpp"

#include <haoh/observation.hpp>

#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::report {

/// "FAIL".
[[nodiscard]] std::string upper(std::string_view word);

/// "Linux 6.12" of "6.12.107-amd64", "Linux 5.14 of EL 9.6" of "5.14.0-570.12.1.el9_6.x86_64".
[[nodiscard]] std::string short_release(const std::string& release);

/// The words of one report. View and observation must outlive it.
class FindingText {
  public:
    FindingText(const ReportView& view, const Observation& observation);

    /// In the order in which they first occur.
    [[nodiscard]] const std::vector<SubsystemArrays>& subsystems() const { return subsystems_; }

    /// "NSID 2: UUID differs ...", after the host where there are several: one clause.
    /// \param most  columns of the clause
    [[nodiscard]] std::string headline(const FindingItem& item, std::size_t most = kAll) const;
    /// What was not observed, and why.
    [[nodiscard]] std::string error(const Unobserved& one) const;
    /// What the finding is about, where there are several hosts.
    [[nodiscard]] std::string_view shown_host(const FindingItem& item) const;
    /// Each value once, and who says it: "array-a", "array-b controllers 1-3", of several hosts "alpha
    /// nvme0". \param each  one for each controller instead
    [[nodiscard]] std::vector<LabelledValue> values(const FindingGroup& group,
                                                    const FindingItem& item, bool each) const;

    static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  private:
    [[nodiscard]] std::string clause(const FindingItem& item, std::size_t most) const;
    [[nodiscard]] std::string_view unnamed_host(const FindingItem& item,
                                                std::string_view host) const;

    const ReportView& view_;
    std::vector<SubsystemArrays> subsystems_;
    std::map<std::string_view, std::size_t> places_; ///< of the subsystems, by their names
};

} // namespace haoh::report
