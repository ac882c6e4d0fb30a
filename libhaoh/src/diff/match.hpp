// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which controller of one observation is which of another.
#pragma once

#include <haoh/observation.hpp>

#include <vector>

namespace haoh::differ {

struct Match {
    const ControllerObservation* before; ///< nullptr: it was added
    const ControllerObservation* after;  ///< nullptr: it was removed
    /// Matched by port, subsystem and host (and its name there) alone: the dynamic model gives another ID at each
    /// connection, so CNTLID says nothing.
    bool renumbered{};
};

/// Every controller of both, once. Of several that could be the same nothing is guessed: they count
/// as removed and added.
[[nodiscard]] std::vector<Match> match_controllers(const Observation& before,
                                                   const Observation& after);

} // namespace haoh::differ
