// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// udev rules that set an I/O policy.
#pragma once

#include "host/sysfs_directory.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace haoh::host {

/// Whether a rule, not just a comment, speaks of `iopolicy`. Pure.
[[nodiscard]] bool mentions_iopolicy(std::string_view rules);

/// Paths of such files, in the order in which udev looks for them. One that a file of the same name
/// in an earlier directory replaces is not in force, and not named.
/// \param problems  what could not be read is added
[[nodiscard]] std::vector<std::string> iopolicy_rules(const SysfsRoot& root,
                                                      std::vector<std::string>& problems);

} // namespace haoh::host
