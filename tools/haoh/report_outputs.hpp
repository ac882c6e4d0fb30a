// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// `-o FORMAT[=FILE]`, given as often as somebody wants the same report in another form.
#pragma once

#include <haoh/check.hpp>
#include <haoh/observation.hpp>
#include <haoh/report.hpp>

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace haoh::tool {

/// Adds -o, whose words it stores: FORMAT, or FORMAT=FILE. What is no format is wrong usage.
void add_report_option(CLI::App& command, std::vector<std::string>& words);

/// Where the report goes.
class ReportOutputs {
  public:
    /// To be made before anything is read. \param words  as `add_report_option` took them
    /// \throws Error when two go to one place, or a file could not be written
    explicit ReportOutputs(const std::vector<std::string>& words);

    /// Writes the files, whole or not at all, then standard output: the format that goes there; one line where
    /// none does, so that a job's log says what came of it; the text where nothing was asked for. What could
    /// be written is, whatever fails.
    /// \throws OutputError for the first that did not arrive; the others are told on standard error
    void write(const Report& report, const Observation& observation, const TextStyle& style) const;

  private:
    struct Output {
        const ReportFormat* format{};
        std::string file; ///< empty: standard output
    };

    std::vector<Output> outputs_;
};

} // namespace haoh::tool
