// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a waiver covers, and whether all that it is about was looked at.
#pragma once

#include <haoh/observation.hpp>
#include <haoh/waivers.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haoh::accept {

/// A report and its observation, as waivers are held against them. A view of both.
class WaiverScope {
  public:
    /// \param with_names  whether any waiver is about namespaces by their identifiers: it takes
    ///                    every page of them
    WaiverScope(const Report& report, const Observation& observation, bool with_names = true);

    /// Whether all that the finding is about lies within the waiver's scope. Its day is not asked.
    [[nodiscard]] bool covers(const Waiver& waiver, const Finding& finding) const;
    /// Whether, had it covered anything, that would be among the findings.
    [[nodiscard]] bool was_judged(const Waiver& waiver) const;

  private:
    void name_namespaces(const Observation& observation);
    [[nodiscard]] bool has_namespaces(const Waiver& waiver, const Finding& finding) const;
    [[nodiscard]] std::string_view release_of(const Finding& finding) const;
    [[nodiscard]] bool rules_were_judged(const Waiver& waiver) const;

    const Report& report_;
    std::vector<std::string_view> subsystems_;
    std::set<std::string_view> arrays_;
    std::map<std::string_view, std::string_view> releases_; ///< by host
    /// Digits of every identifier that any controller or kernel shows, by subsystem and NSID.
    std::map<std::pair<std::string_view, std::uint32_t>, std::set<std::string>> names_;
};

} // namespace haoh::accept
