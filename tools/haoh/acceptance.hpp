// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Options of `haoh check` about what is known and accepted: waivers, an earlier report.
#pragma once

#include <haoh/baseline.hpp>
#include <haoh/check.hpp>
#include <haoh/observation.hpp>
#include <haoh/waivers.hpp>

#include <CLI/CLI.hpp>

#include <optional>
#include <string>

namespace haoh::tool {

struct AcceptanceOptions {
    std::string waivers;       ///< empty: not given
    std::string write_waivers; ///< empty: not given
    std::string baseline;      ///< empty: not given
    std::string as_of;         ///< empty: today
};

void add_acceptance_options(CLI::App& command, AcceptanceOptions& options);

/// What the options name, read before anything is looked at.
class Acceptance {
  public:
    /// \throws Error for a file that cannot be used, a day that is none, a draft's file that is there
    explicit Acceptance(const AcceptanceOptions& options);

    void apply(Report& report, const Observation& observation) const;
    /// Writes the draft, where one is wanted. \throws OutputError when it does not arrive
    void draft(const Report& report, FailOn fail_on, bool quiet) const;

  private:
    std::string draft_file_;
    Day day_;
    std::optional<Waivers> waivers_;
    std::optional<Baseline> baseline_;
};

} // namespace haoh::tool
