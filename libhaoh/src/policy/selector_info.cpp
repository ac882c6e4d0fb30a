// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/selector_info.hpp>

#include <array>

namespace haoh {

namespace {

constexpr std::array<SelectorInfo, 4> kSelectors{{
    {.name = "site-affinity",
     .how = "The local array's path with the fewest commands in flight; another array's when each "
            "local one has its fill (spill_depth) or there is none.",
     .right = "Two sites, both optimized: I/O stays on the near array while that is healthy.",
     .wrong = "One site, or arrays that are as near: half of the paths idle."},
    {.name = "latency",
     .how =
         "The path where the next I/O is expected back first: the moving average of its "
         "completion times, times what it has in flight. Idle paths are probed, so that one that "
         "recovered gets I/O again.",
     .right = "Paths that are unlike in a way that nobody declared, or that changes.",
     .wrong = "Very little I/O: what is known of the paths is old, and probes are much of it."},
    {.name = "weighted",
     .how = "Each path gets a share of the I/O as its weight is to the sum of them, evenly spread.",
     .right = "Links of known, unlike capacity.",
     .wrong = "Weights that no longer fit: it does not see that a path became slow."},
    {.name = "spdk-round-robin",
     .how = "Optimized paths by turns, a number of I/Os each (rr_min_io), as SPDK does.",
     .right = "To compare with SPDK, or where neighbouring I/Os should stay on one path.",
     .wrong = "Paths that are unlike, as with any round robin."},
}};

} // namespace

std::span<const SelectorInfo> selector_infos() {
    return kSelectors;
}

} // namespace haoh
