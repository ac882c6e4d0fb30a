// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which subsystems the caller named. Pure.
#pragma once

#include <haoh/kernel.hpp>

#include <string>
#include <vector>

namespace haoh::host {

/// Keeps the subsystems that `names` name (see HostOptions), and of the stray controllers those
/// that it names themselves. No names keep all.
/// \throws Error (not_found) for a name of nothing
void select_subsystems(KernelObservation& kernel, const std::vector<std::string>& names);

} // namespace haoh::host
