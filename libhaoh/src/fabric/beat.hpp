// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The pace of Keep Alive that the options of a connection ask for.
#pragma once

#include "session.hpp"

#include <haoh/fabric.hpp>

#include <chrono>

namespace haoh::fabric {

/// KATO, as Connect tells the controller: its patience with us is no shorter than ours with it.
[[nodiscard]] std::chrono::milliseconds kato_of(const ConnectOptions& options);
[[nodiscard]] Beat beat_of(const ConnectOptions& options);

} // namespace haoh::fabric
