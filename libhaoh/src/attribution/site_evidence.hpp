// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Which controllers of one subsystem are on one array, where nobody said so: no field of the
/// specification tells, but several separate.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace haoh::attribution {

/// What is known of one controller. Empty texts and zero domains are unknown.
struct SiteEvidence {
    std::uint16_t domainid{};
    std::string serial;
    std::string model{};
    std::string firmware{};
    std::optional<std::uint16_t> cntlid;
    std::string endpoint; ///< "10.0.0.1:4420"
};

struct Separation {
    std::string array;         ///< "array-a"; empty: nothing separates the controllers
    std::string evidence;      ///< "serial number X", "controller IDs 1-2, far from the others"
    std::uint8_t confidence{}; ///< Attribution::confidence
};

/// Controllers closer than this hand out their IDs from one range.
inline constexpr std::uint16_t kCntlidGap = 256;

/// One answer for each controller, by the first kind of evidence that separates them: domain IDs,
/// serial numbers, ranges of controller IDs that lie apart (and never meet at one port). Others that
/// separate them alike make it surer; a gap alone does not make it sure: an array with many hosts
/// gives one of them IDs that lie far apart. Arrays are named in the order of their lowest controller
/// ID.
/// \param taken  names that mean other arrays
[[nodiscard]] std::vector<Separation> separate(std::span<const SiteEvidence> controllers,
                                               const std::set<std::string>& taken = {});

} // namespace haoh::attribution
