// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Shares I/O out by weights.
#pragma once

#include <haoh/policy/table_selector.hpp>
#include <haoh/visibility.h>

namespace HAOH_PUBLIC haoh {

/// Among the paths that ANA leaves, each takes a share of the I/O as its PathTraits::weight is to
/// the sum of theirs, evenly spread (stride scheduling: each I/O moves its path forward by a stride
/// of 2^31 / weight; the path that is furthest behind is next, the first of equals). Every change of
/// a path begins anew, so that a path that comes back has nothing to make up for.
class WeightedSelector : public TableSelector {
  public:
    [[nodiscard]] std::optional<PathIndex> pick(const SubmitContext& /*context*/) noexcept {
        for (;;) {
            Choice choice =
                table_.read([this](const PathTable::View& view) { return choose(view); });
            if (choice.path.value == 0) {
                return std::nullopt;
            }
            // Fails only when another thread took a turn meanwhile.
            if (passes_[choice.path.slot()].value.compare_exchange_strong(
                    choice.pass, choice.pass + choice.stride, std::memory_order_relaxed)) {
                return choice.path;
            }
        }
    }

    std::optional<PathIndex> add_path(const PathTraits& traits = {}, const PathState& state = {}) {
        return after_change(table_.add(traits, state));
    }
    bool remove_path(PathIndex path) { return after_change(table_.remove(path)); }
    bool set_path_state(PathIndex path, const PathState& state) {
        return table_.state(path) == state || after_change(table_.set_state(path, state));
    }

  private:
    struct Choice {
        PathIndex path;
        std::uint64_t pass{};
        std::uint64_t stride{};
    };
    struct alignas(64) Pass {
        std::atomic<std::uint64_t> value{};
    };

    [[nodiscard]] std::uint64_t pass_of(PathIndex path) const {
        return passes_[path.slot()].value.load(std::memory_order_relaxed);
    }
    [[nodiscard]] Choice choose(const PathTable::View& view) const {
        PathTable::Mask mask = view.candidates();
        if (mask == 0) {
            return {};
        }
        Choice best;
        unsigned best_place = 0;
        for (; mask != 0; mask &= mask - 1) {
            const unsigned place = policy::first(mask);
            const PathIndex path = view.path_at(place);
            const std::uint64_t pass = pass_of(path);
            // The difference has a sign, so that passes may run over.
            if (best.path.value == 0 || static_cast<std::int64_t>(pass - best.pass) < 0) {
                best.path = path;
                best.pass = pass;
                best_place = place;
            }
        }
        best.stride = view.stride_at(best_place);
        return best;
    }
    template <typename Result>
    Result after_change(Result result) {
        for (Pass& pass : passes_) {
            pass.value.store(0, std::memory_order_relaxed);
        }
        return result;
    }

    std::array<Pass, PathTable::kMaxPaths> passes_{}; ///< by slot
};

static_assert(PathSelector<WeightedSelector>);

} // namespace haoh
