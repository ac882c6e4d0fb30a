// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Round robin as SPDK's bdev_nvme does it (module/bdev/nvme, active_active with round_robin).
#pragma once

#include <haoh/policy/table_selector.hpp>

#include <algorithm>
#include <vector>

namespace haoh {

/// The next optimized path behind the current one, going round; without one the first non-optimized
/// path behind it: always forwards. A path takes `min_io` I/Os before it is the next one's turn
/// (rr_min_io). SubmitContext::node is SPDK's channel; a node without a cursor counts as 0. As there,
/// a change of any path makes all channels begin at the head of the list. A path that was removed or
/// has a lesser state than another is not kept for the rest of its turn.
class SpdkRoundRobinSelector : public TableSelector {
  public:
    /// \param min_io  0 counts as 1  \param channels  0 counts as 1
    explicit SpdkRoundRobinSelector(std::uint32_t min_io = 1, unsigned channels = 1)
        : min_io_{std::max(min_io, 1U)}, cursors_(std::max(channels, 1U)) {}

    [[nodiscard]] std::optional<PathIndex> pick(const SubmitContext& context) noexcept {
        Cursor& cursor = cursors_[context.node < cursors_.size() ? context.node : 0];
        // One word: the current path and how many I/Os it has taken after the first.
        const std::uint64_t word = cursor.word.load(std::memory_order_relaxed);
        const PathIndex current{static_cast<std::uint32_t>(word)};
        const auto taken = static_cast<std::uint32_t>(word >> 32U);
        const bool stay = current.value != 0 && taken + 1 < min_io_;
        const PathIndex path =
            table_.read([&](const PathTable::View& view) { return choose(view, current, stay); });
        const std::uint64_t counted = stay && path == current ? taken + 1 : 0;
        cursor.word.store((counted << 32U) | path.value, std::memory_order_relaxed);
        return policy::or_none(path);
    }

    std::optional<PathIndex> add_path(const PathTraits& traits = {}, const PathState& state = {}) {
        const auto path = table_.add(traits, state);
        forget_current();
        return path;
    }
    bool remove_path(PathIndex path) {
        const bool removed = table_.remove(path);
        forget_current();
        return removed;
    }
    bool set_path_state(PathIndex path, const PathState& state) {
        const bool known = table_.set_state(path, state);
        forget_current();
        return known;
    }

  private:
    struct alignas(64) Cursor {
        std::atomic<std::uint64_t> word{};
    };

    [[nodiscard]] static PathIndex choose(const PathTable::View& view, PathIndex current,
                                          bool stay) {
        const PathTable::Mask mask = view.candidates();
        if (mask == 0) {
            return {};
        }
        const unsigned place = current.value == 0 ? PathTable::kMaxPaths : view.place_of(current);
        if (place == PathTable::kMaxPaths) {
            return view.path_at(policy::first(mask));
        }
        if (stay && (mask & policy::bit(place)) != 0) {
            return current;
        }
        return view.path_at(policy::first_after(mask, place));
    }
    void forget_current() noexcept {
        for (Cursor& cursor : cursors_) {
            cursor.word.store(0, std::memory_order_relaxed);
        }
    }

    std::uint32_t min_io_;
    std::vector<Cursor> cursors_; ///< by channel
};

static_assert(PathSelector<SpdkRoundRobinSelector>);

} // namespace haoh
