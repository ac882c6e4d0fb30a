// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What differs between two readings of a namespace through one controller.
#pragma once

#include "diff/page_diff.hpp"

#include <haoh/observation.hpp>

#include <vector>

namespace haoh::differ {

/// Identifiers, descriptors and pages; ANA has a log of its own.
[[nodiscard]] std::vector<FieldChange> changed_namespace(const NamespaceObservation& before,
                                                         const NamespaceObservation& after);

} // namespace haoh::differ
