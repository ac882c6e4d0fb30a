// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What every path selector is, and what they have in common.
#pragma once

#include <haoh/policy/path_table.hpp>

#include <bit>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

namespace haoh {

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
[[nodiscard]] constexpr unsigned first(Mask mask) {
    return static_cast<unsigned>(std::countr_zero(mask));
}
[[nodiscard]] constexpr unsigned last(Mask mask) {
    return 63U - static_cast<unsigned>(std::countl_zero(mask));
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

/// The place with the least value, the first of equals. \pre the mask is not empty
template <typename ValueAt>
[[nodiscard]] std::pair<unsigned, std::invoke_result_t<ValueAt, unsigned>>
least(Mask mask, ValueAt&& value_at) {
    unsigned best = first(mask);
    auto least_value = value_at(best);
    for (mask &= mask - 1; mask != 0; mask &= mask - 1) {
        const unsigned place = first(mask);
        const auto value = value_at(place);
        if (value < least_value) {
            best = place;
            least_value = value;
        }
    }
    return {best, least_value};
}

[[nodiscard]] constexpr std::optional<PathIndex> or_none(PathIndex path) {
    return path.value == 0 ? std::nullopt : std::optional{path};
}

} // namespace policy

} // namespace haoh
