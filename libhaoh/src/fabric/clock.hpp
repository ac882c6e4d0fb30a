// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The time of sessions and connections.
#pragma once

#include <chrono>

namespace haoh::fabric {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

} // namespace haoh::fabric
