// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Chooses by what completions took.
#pragma once

#include <haoh/policy/table_selector.hpp>
#include <haoh/visibility.h>

#include <algorithm>

namespace HAOH_PUBLIC haoh {

/// How fast what is known of a path grows old.
struct LatencyOptions {
    /// What is assumed of a path before its first completion.
    std::chrono::nanoseconds initial{std::chrono::milliseconds{1}};
    /// A path that got no I/O for this long is due for a probe: what is known of it is too old.
    std::chrono::nanoseconds probe_interval{std::chrono::milliseconds{100}};
    /// While a path is due, one in this many I/Os is the probe, so that a host with little I/O is not
    /// sent down slow paths all the time. 1 to 2^20.
    std::uint32_t probe_share{16};
    /// One in this many parts of the average is the newest completion. 1 to 1024.
    std::uint32_t smoothing{8};
};

/// Among the paths that ANA leaves, the one where the next I/O is expected back first: the weighted
/// moving average of completion times, times the commands in flight and itself. A path that hangs
/// completes nothing, but its commands in flight add up, so that it is left, too.
///
/// Probes: an I/O of the caller that goes to an idle path. The first completion after a probe
/// replaces the average, so that a path that recovered gets its share with one probe and one that
/// became worse costs one. `SubmitContext::now` must be given.
///
/// Averages of threads that complete at the same moment may lose each other's sample; that is
/// deliberate, a read-modify-write would cost all of them.
class LatencySelector : public TableSelector {
  public:
    explicit LatencySelector(const LatencyOptions& options = {})
        : initial_{in_range(options.initial)}, probe_interval_{options.probe_interval.count()},
          probe_share_{std::clamp(options.probe_share, 1U, 1U << 20U)},
          smoothing_{std::clamp(options.smoothing, 1U, 1024U)} {}

    [[nodiscard]] std::optional<PathIndex> pick(const SubmitContext& context) noexcept {
        const std::int64_t now = context.now.count();
        const Choice choice =
            table_.read([&](const PathTable::View& view) { return choose(view, now); });
        if (choice.due.value != 0 &&
            due_.fetch_add(1, std::memory_order_relaxed) % probe_share_ == probe_share_ - 1) {
            Estimate& estimate = estimates_[choice.due.slot()];
            std::int64_t last = choice.due_last;
            // One thread of those that find the path due at the same moment.
            if (estimate.last_pick.compare_exchange_strong(last, now, std::memory_order_relaxed)) {
                estimate.outdated.store(true, std::memory_order_relaxed);
                return choice.due;
            }
        }
        if (choice.path.value == 0) {
            return std::nullopt;
        }
        std::atomic<std::int64_t>& last = estimates_[choice.path.slot()].last_pick;
        // Precise to a part of the interval: a write for every I/O would be felt by all threads.
        if (now - last.load(std::memory_order_relaxed) > probe_interval_ / 4) {
            last.store(now, std::memory_order_relaxed);
        }
        return choice.path;
    }

    void completed(PathIndex path, std::chrono::nanoseconds latency) noexcept {
        table_.completed(path);
        if (!table_.is_current(path)) {
            return;
        }
        Estimate& estimate = estimates_[path.slot()];
        const std::uint64_t sample = in_range(latency);
        std::uint64_t average = estimate.latency.load(std::memory_order_relaxed);
        if (average == 0 || (estimate.outdated.load(std::memory_order_relaxed) &&
                             estimate.outdated.exchange(false, std::memory_order_relaxed))) {
            average = sample;
        } else {
            average += sample / smoothing_ - average / smoothing_;
        }
        estimate.latency.store(average, std::memory_order_relaxed);
    }

    bool remove_path(PathIndex path) {
        const bool removed = table_.remove(path);
        if (removed) {
            Estimate& estimate = estimates_[path.slot()];
            estimate.latency.store(0, std::memory_order_relaxed);
            estimate.last_pick.store(kNever, std::memory_order_relaxed);
            estimate.outdated.store(false, std::memory_order_relaxed);
        }
        return removed;
    }

    /// The average; nullopt before the first completion.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> average(PathIndex path) const {
        const std::uint64_t value =
            table_.is_current(path)
                ? estimates_[path.slot()].latency.load(std::memory_order_relaxed)
                : 0;
        return value == 0 ? std::nullopt
                          : std::optional{std::chrono::nanoseconds{
                                static_cast<std::chrono::nanoseconds::rep>(value)}};
    }

  private:
    static constexpr std::int64_t kNever = INT64_MIN / 2;

    struct Choice {
        PathIndex path;
        PathIndex due; ///< idle for longest, when that is too long
        std::int64_t due_last{};
    };
    struct alignas(64) Estimate {
        std::atomic<std::uint64_t> latency{}; ///< 0: unknown
        std::atomic<std::int64_t> last_pick{kNever};
        std::atomic<bool> outdated{}; ///< the next completion replaces `latency`
    };

    /// 1 ns to 68 s, so that it can be multiplied by any depth.
    [[nodiscard]] static std::uint64_t in_range(std::chrono::nanoseconds latency) {
        constexpr std::int64_t kLongest = std::int64_t{1} << 36U;
        return static_cast<std::uint64_t>(std::clamp<std::int64_t>(latency.count(), 1, kLongest));
    }

    [[nodiscard]] Choice choose(const PathTable::View& view, std::int64_t now) const {
        constexpr std::uint64_t kDeepest = (1U << 27U) - 1;
        Choice choice;
        PathTable::Mask mask = view.candidates();
        const bool alternatives = (mask & (mask - 1)) != 0;
        std::uint64_t least = UINT64_MAX;
        std::int64_t longest = probe_interval_;
        for (; mask != 0; mask &= mask - 1) {
            const unsigned place = policy::first(mask);
            const PathIndex path = view.path_at(place);
            const Estimate& estimate = estimates_[path.slot()];
            const std::uint64_t known = estimate.latency.load(std::memory_order_relaxed);
            const std::uint64_t depth = std::min<std::uint64_t>(view.depth_at(place), kDeepest);
            const std::uint64_t expected = (known == 0 ? initial_ : known) * (depth + 1);
            if (expected < least) {
                least = expected;
                choice.path = path;
            }
            const std::int64_t last = estimate.last_pick.load(std::memory_order_relaxed);
            if (alternatives && now - last >= longest) {
                longest = now - last;
                choice.due = path;
                choice.due_last = last;
            }
        }
        return choice;
    }

    std::uint64_t initial_;
    std::int64_t probe_interval_;
    std::uint32_t probe_share_;
    std::uint32_t smoothing_;
    alignas(64) std::atomic<std::uint32_t> due_{};
    std::array<Estimate, PathTable::kMaxPaths> estimates_{}; ///< by slot
};

static_assert(PathSelector<LatencySelector>);

} // namespace haoh
