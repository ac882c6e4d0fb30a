// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The selectors of haoh/policy.hpp beyond the kernel's policies, for people who have to choose one.
#pragma once

#include <haoh/visibility.h>

#include <span>
#include <string_view>

namespace HAOH_PUBLIC haoh {

/// A selector of this library, for host agents that route their own I/O; the kernel has none of them.
struct SelectorInfo {
    std::string_view name;  ///< as `haoh policy simulate` spells it: "site-affinity"
    std::string_view how;   ///< which path it takes
    std::string_view right; ///< when it is the right one
    std::string_view wrong; ///< and when not
};

[[nodiscard]] std::span<const SelectorInfo> selector_infos();

} // namespace haoh
