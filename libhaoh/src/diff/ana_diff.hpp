// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What differs between two readings of an ANA log.
#pragma once

#include "diff/page_diff.hpp"

#include <haoh/observation.hpp>

#include <map>

namespace haoh::differ {

struct AnaChanges {
    std::vector<FieldChange> log; ///< of the log itself, or of groups without namespaces
    /// "ana_state" and "agid" for each NSID.
    std::map<std::uint32_t, std::vector<FieldChange>> namespaces;
};

/// Change counts are not compared: that they moved says nothing when all else is as it was.
[[nodiscard]] AnaChanges changed_ana(const AnaObservation& before, const AnaObservation& after);

} // namespace haoh::differ
