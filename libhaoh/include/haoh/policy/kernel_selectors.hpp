// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The I/O policies of Linux native multipath, choice by choice as in drivers/nvme/host/multipath.c,
/// 6.1 to 7.3. These releases choose alike where they offer a policy at all (`offers`); they differ
/// in what a change of the policy does to the remembered paths, which `forget_current` expresses.
#pragma once

#include <haoh/io_policy.hpp>
#include <haoh/kernel_policy.hpp>
#include <haoh/policy/selector.hpp>
#include <haoh/visibility.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <optional>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// The NUMA nodes of a host.
struct HostNodes {
    unsigned count{1}; ///< 1 to 1024
    /// Row by row, count x count, as /sys/devices/system/node/nodeN/distance; empty: 10 within a
    /// node and 20 between any two.
    std::vector<unsigned> distances;
};

/// Use NumaSelector, RoundRobinSelector or QueueDepthSelector.
template <IoPolicy kPolicy>
class KernelSelector {
  public:
    /// \throws Error (invalid_argument) for a count out of range or a wrong number of distances
    explicit KernelSelector(HostNodes nodes = {});

    /// nvme_find_path. A node that the host does not have counts as node 0.
    [[nodiscard]] std::optional<PathIndex> pick(const SubmitContext& context) noexcept {
        const unsigned node = context.node < nodes_.count ? context.node : 0;
        if constexpr (kPolicy == IoPolicy::queue_depth) {
            return policy::or_none(
                table_.read([](const PathTable::View& view) { return policy::least_busy(view); }));
        } else {
            const PathTable::Cursor old = remembered(node);
            const PathTable::Cursor chosen = table_.read([&](const PathTable::View& view) {
                // A branch, so that what follows need not wait for the look at the list.
                if (view.holds(old)) [[likely]] {
                    return follow(view, node, old);
                }
                const PathTable::Cursor here = moved(view, old);
                return here.word == 0 ? nearest(view, node) : follow(view, node, here);
            });
            return remember(node, chosen);
        }
    }
    /// nvme_mpath_start_request: counts under queue-depth only.
    void started([[maybe_unused]] PathIndex path) noexcept {
        if constexpr (kPolicy == IoPolicy::queue_depth) {
            table_.started(path);
        }
    }
    /// nvme_mpath_end_request.
    void completed([[maybe_unused]] PathIndex path, std::chrono::nanoseconds /*latency*/) noexcept {
        if constexpr (kPolicy == IoPolicy::queue_depth) {
            table_.completed(path);
        }
    }

    std::optional<PathIndex> add_path(const PathTraits& traits = {}, const PathState& state = {});
    bool remove_path(PathIndex path);
    /// To be called for every reading of the ANA log, also where nothing changed: it makes Linux
    /// choose anew for all nodes when the path is live and optimized (nvme_mpath_set_live). As in
    /// Linux `ana_pending` makes all nodes forget the path (nvme_failover_req), and a path that is
    /// not usable makes them forget all (nvme_mpath_revalidate_paths).
    bool set_path_state(PathIndex path, const PathState& state);
    /// The path failed an I/O: nodes that remember it forget it (nvme_failover_req).
    void forget_current(PathIndex path) noexcept;
    /// All nodes forget: a namespace scan (nvme_mpath_revalidate_paths), a change of the policy
    /// (`policy_change_forgets`).
    void forget_current() noexcept;

    [[nodiscard]] const PathTable& table() const { return table_; }
    [[nodiscard]] const HostNodes& nodes() const { return nodes_; }
    /// head->current_path[node]; nullopt: none.
    [[nodiscard]] std::optional<PathIndex> current(unsigned node) const {
        return policy::or_none(remembered(node).path());
    }

  private:
    struct alignas(64) Current {
        std::atomic<std::uint64_t> cursor{};
    };

    [[nodiscard]] PathTable::Cursor remembered(unsigned node) const {
        return {current_[node].cursor.load(std::memory_order_relaxed)};
    }
    /// Nothing found leaves what is remembered.
    std::optional<PathIndex> remember(unsigned node, PathTable::Cursor chosen) noexcept {
        if (chosen.word == 0) {
            return std::nullopt;
        }
        if constexpr (kPolicy == IoPolicy::round_robin) {
            current_[node].cursor.store(chosen.word, std::memory_order_relaxed);
        } else if (remembered(node).word != chosen.word) { // no write where nothing changes
            current_[node].cursor.store(chosen.word, std::memory_order_relaxed);
        }
        return chosen.path();
    }
    /// Where the path is now; nothing when it is gone.
    [[nodiscard]] static PathTable::Cursor moved(const PathTable::View& view,
                                                 PathTable::Cursor old) {
        if (old.word == 0) {
            return {};
        }
        const unsigned place = view.place_of(old.path());
        return place < PathTable::kMaxPaths ? view.cursor_at(place) : PathTable::Cursor{};
    }
    /// What comes after the remembered path.
    [[nodiscard]] PathTable::Cursor follow(const PathTable::View& view, unsigned node,
                                           PathTable::Cursor here) const {
        if constexpr (kPolicy == IoPolicy::round_robin) {
            return view.successor_at(here.place());
        } else { // ANA_PENDING and READY are asked, too: their setters make the nodes forget
            return (view.live_optimized() & policy::bit(here.place())) != 0 ? here
                                                                            : nearest(view, node);
        }
    }

    /// __nvme_find_path
    [[nodiscard]] PathTable::Cursor nearest(const PathTable::View& view, unsigned node) const {
        PathTable::Mask mask = view.candidates();
        if (mask == 0) {
            return {};
        }
        unsigned best = policy::first(mask);
        if constexpr (kPolicy == IoPolicy::numa) {
            unsigned least = UINT_MAX; // with strict "<" the first of equals wins
            for (; mask != 0; mask &= mask - 1) {
                const unsigned place = policy::first(mask);
                const unsigned far = distance(node, view.numa_node_at(place));
                best = far < least ? place : best;
                least = std::min(far, least);
            }
        }
        return view.cursor_at(best);
    }
    [[nodiscard]] unsigned distance(unsigned from, int to) const {
        constexpr unsigned kLocal = 10;
        constexpr unsigned kRemote = 20;
        if (to < 0) {
            return kLocal;
        }
        const auto node = static_cast<unsigned>(to);
        if (node < nodes_.count && !nodes_.distances.empty()) {
            return nodes_.distances[std::size_t{from} * nodes_.count + node];
        }
        return node == from ? kLocal : kRemote;
    }

    /// nvme_round_robin_path, behind its look at what is remembered
    [[nodiscard]] static unsigned round_robin(const PathTable::View& view, unsigned old);

    void choose_for_all_nodes() noexcept;

    PathTable table_;
    HostNodes nodes_;
    std::vector<Current> current_; ///< by node
};

extern template class KernelSelector<IoPolicy::numa>;
extern template class KernelSelector<IoPolicy::round_robin>;
extern template class KernelSelector<IoPolicy::queue_depth>;

/// The nearest optimized path by the distance between the submitting node and the controller's,
/// until it stops being live and optimized. Over TCP controllers have no node: the first-connected
/// path takes all I/O.
using NumaSelector = KernelSelector<IoPolicy::numa>;
/// Optimized paths by turns; without one, non-optimized paths by turns, backwards. The only path
/// that there is takes I/O whatever its ANA state once it is the current one, as in Linux.
using RoundRobinSelector = KernelSelector<IoPolicy::round_robin>;
/// The controller with the fewest commands in flight, the first-connected of equals.
using QueueDepthSelector = KernelSelector<IoPolicy::queue_depth>;

static_assert(PathSelector<NumaSelector>);
static_assert(PathSelector<RoundRobinSelector>);
static_assert(PathSelector<QueueDepthSelector>);

} // namespace haoh
