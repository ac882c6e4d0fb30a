// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Prefers the array on the host's own site.
#pragma once

#include <haoh/policy/table_selector.hpp>
#include <haoh/visibility.h>

namespace HAOH_PUBLIC haoh {

/// Which array is near, and when the others help.
struct SiteAffinityOptions {
    std::uint16_t local_site{}; ///< as PathTraits::site
    /// Commands in flight on each local path from which on I/O may also go to another site; 0: never.
    std::uint32_t spill_depth{32};
};

/// Among the paths that ANA leaves: the local one with the fewest commands in flight. When each has
/// `spill_depth` or more, a path to another site takes the I/O if it has fewer. Without a local path
/// the other sites' take all. Of equals the first in the list.
class SiteAffinitySelector : public TableSelector {
  public:
    explicit SiteAffinitySelector(const SiteAffinityOptions& options = {})
        : TableSelector{options.local_site}, spill_depth_{options.spill_depth == 0
                                                              ? UINT32_MAX
                                                              : options.spill_depth} {}

    [[nodiscard]] std::optional<PathIndex> pick(const SubmitContext& /*context*/) noexcept {
        return policy::or_none(
            table_.read([this](const PathTable::View& view) { return choose(view); }));
    }

  private:
    [[nodiscard]] PathIndex choose(const PathTable::View& view) const {
        const PathTable::Mask all = view.candidates();
        const PathTable::Mask near = all & view.local();
        const PathTable::Mask far = all & ~near;
        if (all == 0) {
            return {};
        }
        policy::Depth best = policy::least_busy(view, near != 0 ? near : far);
        if (near != 0 && far != 0 && best.depth() >= spill_depth_) {
            const policy::Depth other = policy::least_busy(view, far);
            best = other.depth() < best.depth() ? other : best;
        }
        return view.path_at(best.place());
    }

    std::uint32_t spill_depth_;
};

static_assert(PathSelector<SiteAffinitySelector>);

} // namespace haoh
