// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What every way of observing has in common: how long it takes at most, and how it says how far it is.
#pragma once

#include <haoh/visibility.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// How long is waited for one target or controller in all, unless told otherwise.
inline constexpr std::chrono::milliseconds kObserveTimeout{30000};
/// And for one connection or command.
inline constexpr std::chrono::milliseconds kCommandTimeout{5000};

/// A target or controller, and its namespaces read so far of how many.
using ObserveProgress =
    std::function<void(std::string_view object, std::size_t done, std::size_t total)>;

} // namespace haoh
