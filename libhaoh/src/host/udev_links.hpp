// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Names that udev gave to namespaces.
#pragma once

#include <haoh/kernel.hpp>

namespace haoh::host {

/// Fills `links` of every namespace that has a device node, from this machine's udev database.
/// Without udev there are none.
void add_udev_links(KernelObservation& kernel);

} // namespace haoh::host
