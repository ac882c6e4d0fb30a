// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Controllers that a kernel has and that were not asked.
#pragma once

#include <haoh/observation.hpp>

#include <vector>

namespace haoh::attribution {

/// Of every host those that `observation.controllers` has not, with what the kernel knows of them.
[[nodiscard]] std::vector<ControllerObservation> unread_controllers(const Observation& observation);

} // namespace haoh::attribution
