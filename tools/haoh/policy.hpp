// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The subcommands of `haoh policy`.
#pragma once

#include "command.hpp"

namespace haoh::tool {

/// `haoh policy set`, the only command of haoh that changes something.
/// \param policy  the command that it belongs to
void add_policy_set(CLI::App& policy, Run& run);
/// `haoh policy simulate`.
/// \param policy  the command that it belongs to
void add_policy_simulate(CLI::App& policy, Run& run);

} // namespace haoh::tool
