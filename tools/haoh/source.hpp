// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// SOURCE: where an observation comes from.
#pragma once

#include "terminal.hpp"

#include <haoh/config.hpp>
#include <haoh/observation.hpp>

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace haoh::tool {

struct SourceOptions {
    std::vector<std::string> targets;
    std::vector<std::string> snapshots;
    std::string nqn;
    std::string hostnqn;
    std::string hostid;
    double timeout{30};
    double command_timeout{5};
    bool header_digest{};
    bool data_digest{};
    bool no_probe{};
};

void add_source_options(CLI::App& command, SourceOptions& options);

/// Asks the targets and reads the snapshots, and joins what they gave.
/// \throws Error for wrong arguments and unreadable files; an array that does not answer is in `unobserved`
[[nodiscard]] Observation read_source(const SourceOptions& options, const OutputOptions& output);

/// The configuration of --config; the default when `path` is empty.
[[nodiscard]] Config read_config(const std::string& path);

/// Exit status of a command that only reads: complete, incomplete or nothing at all.
[[nodiscard]] int reading_status(const Observation& observation);

} // namespace haoh::tool
