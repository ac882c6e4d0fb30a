// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// SOURCE: where an observation comes from.
#pragma once

#include "terminal.hpp"

#include <haoh/config.hpp>
#include <haoh/inspection.hpp>
#include <haoh/monitor.hpp>
#include <haoh/observation.hpp>
#include <haoh/source.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::tool {

struct SourceOptions {
    /// Positional: what to look at on this host, see Source::names.
    std::vector<std::string> names;
    std::string sysroot; ///< empty: not given
    std::vector<std::string> targets;
    std::vector<std::string> snapshots;
    std::string nqn;
    std::string hostnqn;
    std::string hostid;
    double timeout{std::chrono::duration<double>{kObserveTimeout}.count()}; ///< seconds
    double command_timeout{std::chrono::duration<double>{kCommandTimeout}.count()};
    bool header_digest{};
    bool data_digest{};
    bool no_probe{};
};

/// All but the positional names.
void add_source_options(CLI::App& command, SourceOptions& options);
/// The positional names.
void add_host_names(CLI::App& command, SourceOptions& options);

/// Looks at this host (when no other source is given, or `sysroot` is), asks the targets, reads the
/// snapshots, and joins what they gave.
/// \throws Error for wrong arguments and unreadable files; an array that does not answer is in `unobserved`
[[nodiscard]] Observation read_source(const SourceOptions& options, const OutputOptions& output);

/// An observation that was recorded. \throws Error naming the file
[[nodiscard]] Observation read_snapshot(const std::string& path);

/// The same, judged; what does not hold is read again, unless it is recorded (inspect.hpp).
[[nodiscard]] Inspection inspect_source(const SourceOptions& options, const OutputOptions& output,
                                        const CheckOptions& check);

/// What to watch instead of reading it once. \throws Error for wrong arguments
[[nodiscard]] MonitorOptions monitor_options(const SourceOptions& options);

/// The configuration of --config; the default when `path` is empty.
[[nodiscard]] Config read_config(const std::string& path);

/// Whether there is a controller or a subsystem to tell of. Says so on standard error when a host was
/// looked at and has none.
[[nodiscard]] bool anything_observed(const Observation& observation);

/// Exit status of a command that only reads: complete, incomplete or nothing at all.
[[nodiscard]] int reading_status(const Observation& observation);

} // namespace haoh::tool
