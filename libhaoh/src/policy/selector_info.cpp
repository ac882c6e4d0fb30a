// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/selector_info.hpp>

#include <algorithm>
#include <array>

namespace haoh {

namespace {

constexpr std::array<SelectorInfo, 4> kSelectors{{
    {.kind = SelectorKind::site_affinity,
     .name = "site-affinity",
     .how = "The local array's path with the fewest commands in flight; another array's when each "
            "local one has its fill (spill_depth) or there is none.",
     .right = "Two sites, both optimized: I/O stays on the near array while that is healthy.",
     .wrong = "One site, or arrays that are as near: half of the paths idle."},
    {.kind = SelectorKind::latency,
     .name = "latency",
     .how =
         "The path where the next I/O is expected back first: the moving average of its "
         "completion times, times what it has in flight. Idle paths are probed, so that one that "
         "recovered gets I/O again.",
     .right = "Paths that are unlike in a way that nobody declared, or that changes.",
     .wrong = "Very little I/O: what is known of the paths is old, and probes are much of it."},
    {.kind = SelectorKind::weighted,
     .name = "weighted",
     .how = "Each path gets a share of the I/O as its weight is to the sum of them, evenly spread.",
     .right = "Links of known, unlike capacity.",
     .wrong = "Weights that no longer fit: it does not see that a path became slow."},
    {.kind = SelectorKind::spdk_round_robin,
     .name = "spdk-round-robin",
     .how = "Optimized paths by turns, a number of I/Os each (rr_min_io), as SPDK does.",
     .right = "To compare with SPDK, or where neighbouring I/Os should stay on one path.",
     .wrong = "Paths that are unlike, as with any round robin."},
}};

/// nullopt: the kernel has none that chooses like it.
std::optional<IoPolicy> kernel_policy_of(SelectorKind kind) {
    switch (kind) {
    case SelectorKind::numa:
        return IoPolicy::numa;
    case SelectorKind::round_robin:
        return IoPolicy::round_robin;
    case SelectorKind::queue_depth:
        return IoPolicy::queue_depth;
    case SelectorKind::site_affinity:
    case SelectorKind::latency:
    case SelectorKind::weighted:
    case SelectorKind::spdk_round_robin:
        break;
    }
    return std::nullopt;
}

} // namespace

std::string_view to_string(SelectorKind kind) {
    if (const auto policy = kernel_policy_of(kind)) {
        return to_string(*policy);
    }
    const auto* const found = std::ranges::find(kSelectors, kind, &SelectorInfo::kind);
    return found == kSelectors.end() ? "?" : found->name;
}

std::optional<SelectorKind> parse_selector_kind(std::string_view text) {
    if (const auto policy = parse_io_policy(text)) {
        return selector_of(*policy);
    }
    const auto* const found = std::ranges::find(kSelectors, text, &SelectorInfo::name);
    return found == kSelectors.end() ? std::nullopt : std::optional{found->kind};
}

SelectorKind selector_of(IoPolicy policy) {
    switch (policy) {
    case IoPolicy::numa:
        return SelectorKind::numa;
    case IoPolicy::round_robin:
        return SelectorKind::round_robin;
    case IoPolicy::queue_depth:
        break;
    }
    return SelectorKind::queue_depth;
}

std::span<const SelectorInfo> selector_infos() {
    return kSelectors;
}

} // namespace haoh
