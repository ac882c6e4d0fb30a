// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What writer and reader of `haoh.observation/1` share beside the tables of pages: names, lengths.
#pragma once

#include <cstddef>
#include <limits>

namespace haoh::snapshot {

inline constexpr const char* kObservationSchema = "haoh.observation/1";

/// A page without a length of its own: a log. It is always written with its length.
inline constexpr std::size_t kAnyLength = std::numeric_limits<std::size_t>::max();
inline constexpr std::size_t kFeatureSize = 4;

inline constexpr const char* kAnaLogPage = "ana_log";
inline constexpr const char* kFeaturePages = "features";
inline constexpr const char* kDiscoveryLogPage = "log";

} // namespace haoh::snapshot
