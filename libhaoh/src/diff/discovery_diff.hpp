// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What differs between two readings of a discovery log.
#pragma once

#include "diff/page_diff.hpp"

#include <haoh/observation.hpp>

namespace haoh::differ {

/// Entries that came and went, and what changed in those that stayed. GENCTR is not compared: that
/// it moved says nothing when all else is as it was.
[[nodiscard]] std::vector<FieldChange> changed_discovery(const DiscoveryObservation& before,
                                                         const DiscoveryObservation& after);

} // namespace haoh::differ
