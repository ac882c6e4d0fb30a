// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which problem a finding is, so that it is known again in the next run.
#pragma once

#include "report/check/report_view.hpp"

#include <haoh/observation.hpp>

#include <map>
#include <string>
#include <utility>

namespace haoh::report {

/// Made of rule, subsystem, namespace, host and the addresses of the controllers: of what stays the same as
/// long as the problem does. Not of values, words, positions and times; nor of names that Linux gives in the
/// order in which things come (nvme3, nvme0n1), nor of controller IDs, which an array may give out anew with
/// each connection. Two problems that differ in nothing else are one.
class Fingerprints {
  public:
    explicit Fingerprints(const Observation& observation);

    /// A UUID (version 5, RFC 9562 §5.5). \param view  that the finding is of
    [[nodiscard]] std::string of(const FindingGroup& group, const FindingItem& item,
                                 const ReportView& view) const;

  private:
    /// The address of a controller; what its array is called where it has none, else its name.
    [[nodiscard]] std::string controller(const std::string& host, const std::string& name,
                                         const std::string& array) const;

    std::map<std::pair<std::string, std::string>, std::string> addresses_; ///< by host and name
};

} // namespace haoh::report
