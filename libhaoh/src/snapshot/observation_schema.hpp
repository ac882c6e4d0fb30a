// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What writer and reader of `haoh.observation/1` share beside the tables of pages: names, lengths.
#pragma once

#include <haoh/nvme/command.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>

namespace haoh::snapshot {

inline constexpr const char* kObservationSchema = "haoh.observation/1";

/// A page without a length of its own: a log. It is always written with its length.
inline constexpr std::size_t kAnyLength = std::numeric_limits<std::size_t>::max();
/// Dword 0, or the data where a feature carries some.
[[nodiscard]] constexpr std::size_t feature_size(std::uint8_t feature) {
    constexpr std::size_t kDword = 4;
    const std::size_t data = nvme::feature_data_bytes(feature);
    return data != 0 ? data : kDword;
}

inline constexpr const char* kAnaLogPage = "ana_log";
inline constexpr const char* kFeaturePages = "features";
inline constexpr const char* kDiscoveryLogPage = "log";

} // namespace haoh::snapshot
