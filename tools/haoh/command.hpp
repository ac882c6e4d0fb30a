// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The commands of haoh: each adds itself to the application and runs when it was chosen.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace haoh::tool {

/// Exit statuses of every command (docs/man/haoh.1).
enum Exit : int { ok = 0, failed = 1, usage = 2, incomplete = 3, nothing = 4 };

/// What a chosen command does; its result is the exit status.
using Run = std::function<int()>;

/// Each adds a subcommand to `app` that stores what to do in `run` when it is chosen.
void add_check(CLI::App& app, Run& run);
void add_diff(CLI::App& app, Run& run);
void add_list(CLI::App& app, Run& run);
void add_monitor(CLI::App& app, Run& run);
void add_policy(CLI::App& app, Run& run);
void add_rules(CLI::App& app, Run& run);
void add_snapshot(CLI::App& app, Run& run);

} // namespace haoh::tool
