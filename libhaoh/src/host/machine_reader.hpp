// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What is known of the machine as a whole: its name, its kernel, nvme_core's parameters.
#pragma once

#include "host/sysfs_directory.hpp"

#include <haoh/kernel.hpp>

namespace haoh::host {

/// Fills `host`, `release`, the module's parameters and `udev_rules`. The name and release of a
/// recorded tree are those of the machine where it was recorded, if it has them (sys/kernel,
/// proc/sys/kernel, etc/hostname), else empty.
void read_machine(const SysfsRoot& root, KernelObservation& out);

} // namespace haoh::host
