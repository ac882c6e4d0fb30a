// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What every path selector is, and what they have in common.
#pragma once

#include <haoh/policy/path_table.hpp>
#include <haoh/visibility.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>

namespace HAOH_PUBLIC haoh {

/// Of one I/O that is about to be submitted.
struct SubmitContext {
    /// NUMA node of the submitting CPU. Selectors that remember their last choice do so for each
    /// node; a caller whose threads shall not share that may number its threads here.
    unsigned node{};
    /// Any clock that never goes back; only LatencySelector looks at it.
    std::chrono::nanoseconds now{};
};

/// A selector chooses among the paths to one namespace. ANA decides first: a non-optimized path is
/// chosen only where no optimized one is usable, and no path in another state ever.
///
/// Threading: `pick`, `started` and `completed` may be called by any number of threads at once,
/// beside the updates; they take no lock and allocate nothing. The others may be called from any
/// thread. Selectors can neither be copied nor moved.
///
/// - `pick`: the path for the next I/O; nullopt when no path may take one (it waits or fails, as the
///   caller likes). A path that was removed or became unusable before the call is never returned.
/// - `started`, `completed`: each I/O that is sent down a path, once each. Passed over for a path
///   that is gone, so that late completions need no care.
/// - `add_path`: at the end of the list; nullopt when there are PathTable::kMaxPaths already.
/// - `remove_path`, `set_path_state`: false when there is no such path (any more).
template <typename Selector>
concept PathSelector = requires(Selector& selector, const Selector& constant,
                                const SubmitContext& context, PathIndex path,
                                std::chrono::nanoseconds latency, const PathTraits& traits,
                                const PathState& state) {
    { selector.pick(context) }
    noexcept->std::same_as<std::optional<PathIndex>>;
    { selector.started(path) }
    noexcept;
    { selector.completed(path, latency) }
    noexcept;
    { selector.add_path(traits, state) } -> std::same_as<std::optional<PathIndex>>;
    { selector.remove_path(path) } -> std::same_as<bool>;
    { selector.set_path_state(path, state) } -> std::same_as<bool>;
    { constant.table() } -> std::same_as<const PathTable&>;
};

namespace policy {

using Mask = PathTable::Mask;

[[nodiscard]] constexpr Mask bit(unsigned place) {
    return Mask{1} << place;
}
/// \pre the mask is not empty, which saves the test that std::countr_zero needs
[[nodiscard]] constexpr unsigned first(Mask mask) {
    return static_cast<unsigned>(__builtin_ctzll(mask));
}
/// \pre the mask is not empty
[[nodiscard]] constexpr unsigned last(Mask mask) {
    return 63U - static_cast<unsigned>(__builtin_clzll(mask));
}
[[nodiscard]] constexpr Mask below(unsigned place) {
    return bit(place) - 1;
}
[[nodiscard]] constexpr Mask above(unsigned place) {
    return ~below(place) & ~bit(place);
}
/// The first one behind `place`, going round. \pre the mask is not empty
[[nodiscard]] constexpr unsigned first_after(Mask mask, unsigned place) {
    const Mask behind = mask & above(place);
    return first(behind != 0 ? behind : mask);
}

/// A place and the commands in flight there.
struct Depth {
    std::uint64_t key{UINT64_MAX};

    [[nodiscard]] unsigned place() const { return key & (PathTable::kMaxPaths - 1); }
    [[nodiscard]] std::uint64_t depth() const { return key >> PathIndex::kSlotBits; }
};

/// The place with the fewest commands in flight, the first of equals. \pre the mask is not empty
[[nodiscard]] inline Depth least_busy(const PathTable::View& view, Mask mask) {
    // Depth and place in one number: the least of them is the answer, without a branch for each.
    const auto key = [&view](unsigned place) {
        return std::uint64_t{view.depth_at(place)} << PathIndex::kSlotBits | place;
    };
    std::uint64_t least = UINT64_MAX;
    do {
        least = std::min(least, key(first(mask)));
        mask &= mask - 1;
    } while (mask != 0 && least >= PathTable::kMaxPaths); // nothing is below a depth of 0
    return {least};
}

/// Of all candidates the one with the fewest commands in flight, the first of equals.
[[nodiscard]] inline PathIndex least_busy(const PathTable::View& view) {
    const auto key = [&view](unsigned rank) {
        return std::uint64_t{view.candidate_depth(rank)} << PathIndex::kSlotBits | rank;
    };
    const unsigned count = view.candidate_count();
    if (count == 0) {
        return {};
    }
    std::uint64_t least = key(0);
    for (unsigned rank = count % 2 == 0 ? 0 : 1; rank < count && least >= PathTable::kMaxPaths;
         rank += 2) {
        least = std::min(least, std::min(key(rank), key(rank + 1)));
    }
    return view.candidate(Depth{least}.place());
}

[[nodiscard]] constexpr std::optional<PathIndex> or_none(PathIndex path) {
    return path.value == 0 ? std::nullopt : std::optional{path};
}

} // namespace policy

} // namespace haoh
