// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Round robin as SPDK's bdev_nvme does it (module/bdev/nvme, active_active with round_robin).
#pragma once

#include <haoh/policy/table_selector.hpp>
#include <haoh/visibility.h>

#include <algorithm>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// The next optimized path behind the current one, going round; without one the first non-optimized
/// path behind it: always forwards. A path takes `min_io` I/Os before it is the next one's turn
/// (rr_min_io). SubmitContext::node is SPDK's channel; a node without one counts as 0. As there,
/// a change of any path makes all channels begin at the head of the list. A path that was removed or
/// has a lesser state than another is not kept for the rest of its turn.
class SpdkRoundRobinSelector : public TableSelector {
  public:
    /// \param min_io  0 counts as 1  \param channels  0 counts as 1
    explicit SpdkRoundRobinSelector(std::uint32_t min_io = 1, unsigned channels = 1)
        : TableSelector{{}, &next}, min_io_{std::max(min_io, 1U)},
          channels_(std::max(channels, 1U)) {}

    [[nodiscard]] std::optional<PathIndex> pick(const SubmitContext& context) noexcept {
        Channel& channel = channels_[context.node < channels_.size() ? context.node : 0];
        const PathTable::Cursor current{channel.current.load(std::memory_order_relaxed)};
        const std::uint32_t taken = channel.taken.load(std::memory_order_relaxed);
        const Choice choice = table_.read([&](const PathTable::View& view) {
            if (!view.holds(current)) {
                const PathTable::Mask mask = view.candidates();
                return Choice{mask == 0 ? PathTable::Cursor{} : view.cursor_at(policy::first(mask)),
                              0};
            }
            if (taken + 1 < min_io_ && (view.candidates() & policy::bit(current.place())) != 0) {
                return Choice{current, taken + 1};
            }
            return Choice{view.successor_at(current.place()), 0};
        });
        if (min_io_ != 1) {
            channel.taken.store(choice.taken, std::memory_order_relaxed);
        }
        channel.current.store(choice.path.word, std::memory_order_relaxed);
        return policy::or_none(choice.path.path());
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
    struct Choice {
        PathTable::Cursor path;
        std::uint32_t taken{};
    };
    struct alignas(64) Channel {
        std::atomic<std::uint64_t> current{}; ///< PathTable::Cursor
        std::atomic<std::uint32_t> taken{};   ///< by the current path, after its first I/O
    };

    [[nodiscard]] static unsigned next(const PathTable::View& view, unsigned place) {
        const PathTable::Mask mask = view.candidates();
        return mask == 0 ? PathTable::kMaxPaths : policy::first_after(mask, place);
    }
    void forget_current() noexcept {
        for (Channel& channel : channels_) {
            channel.current.store(0, std::memory_order_relaxed);
        }
    }

    std::uint32_t min_io_;
    std::vector<Channel> channels_;
};

static_assert(PathSelector<SpdkRoundRobinSelector>);

} // namespace haoh
