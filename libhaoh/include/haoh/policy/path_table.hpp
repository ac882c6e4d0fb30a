// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The paths to one namespace, as selectors see them: changed by few threads, read by every
/// submission.
///
/// Why a table of atomics and not a shared snapshot behind a pointer: a reader of a counted pointer
/// writes to memory that all submitters share, and that write alone costs more than a choice. Here
/// a state of all paths is a few words in one of `kGenerations` buffers. A writer fills the next
/// buffer and then publishes its number; a reader takes the number, reads, and begins anew only when
/// the writers have gone round the ring meanwhile. So a reader never waits for a writer, not even
/// for one that was preempted half-way, and always judges all paths at one moment.
///
/// Threading: everything marked "submitter" may be called by any number of threads at once, beside
/// any update; it takes no lock and allocates nothing. Updates may come from any thread; they take a
/// lock among themselves. What is picked after an update has returned follows that update.
#pragma once

#include <haoh/nvme/ana_log.hpp>
#include <haoh/visibility.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace HAOH_PUBLIC haoh {

/// A path as a selector names it. Never given to another path again (2^26 uses of a slot aside), so
/// that what is said of a removed path cannot be taken for its successor.
struct PathIndex {
    static constexpr unsigned kSlotBits = 6;

    std::uint32_t value{}; ///< 0: none

    auto operator<=>(const PathIndex&) const = default;
    /// 0 to 63, for a table of the caller's own; free for another path after `remove_path`.
    [[nodiscard]] constexpr unsigned slot() const { return value & ((1U << kSlotBits) - 1); }
};

/// Commands in flight on a controller. Selectors of several namespaces may share those of one
/// controller, as Linux does (struct nvme_ctrl, nr_active).
struct alignas(64) ControllerLoad {
    std::atomic<std::uint32_t> active{};

    void add() noexcept { active.fetch_add(1, std::memory_order_acq_rel); }
    /// Stops at 0 (drivers/nvme/host/multipath.c, nvme_mpath_end_request).
    void remove() noexcept {
        std::uint32_t count = active.load(std::memory_order_relaxed);
        while (count > 0 &&
               !active.compare_exchange_weak(count, count - 1, std::memory_order_acq_rel,
                                             std::memory_order_relaxed)) {
        }
    }
};

/// What does not change about a path.
struct PathTraits {
    int numa_node{-1};       ///< of its controller; -1: none, as always with NVMe/TCP
    std::uint16_t site{};    ///< array, any numbering of the caller's
    std::uint16_t weight{1}; ///< 1 to 65535; only WeightedSelector looks at it
    /// Shared count of the controller's commands; must outlive the selector. nullptr: its own.
    ControllerLoad* load{};
};

/// What may change about a path.
struct PathState {
    /// nullopt: the controller reports no ANA; its paths are always optimized (nvme_mpath_add_disk).
    std::optional<nvme::AnaState> ana{nvme::AnaState::optimized};
    bool live{true};    ///< controller state "live"
    bool deleting{};    ///< controller state "deleting": Linux still sends I/O down such paths
    bool usable{true};  ///< it has the namespace's size (NVME_NS_READY)
    bool ana_pending{}; ///< an ANA error came, and no log since (NVME_NS_ANA_PENDING)

    bool operator==(const PathState&) const = default;
    /// ANA is no part of it (nvme_path_is_disabled).
    [[nodiscard]] constexpr bool disabled() const {
        return (!live && !deleting) || ana_pending || !usable;
    }
    [[nodiscard]] constexpr bool optimized() const {
        return ana.value_or(nvme::AnaState::optimized) == nvme::AnaState::optimized;
    }
    [[nodiscard]] constexpr bool non_optimized() const {
        return ana == nvme::AnaState::non_optimized;
    }
};

/// The paths to one namespace and the sets of them that selectors choose from.
class PathTable {
  public:
    static constexpr unsigned kMaxPaths = 1U << PathIndex::kSlotBits;
    static constexpr std::size_t kGenerations = 4;

    /// A set of paths by their place in the list.
    using Mask = std::uint64_t;

    /// A path and its place, in one word that can be remembered: the place is the shortest way back
    /// to it for as long as the list stays.
    struct Cursor {
        std::uint64_t word{}; ///< 0: none

        [[nodiscard]] PathIndex path() const { return {static_cast<std::uint32_t>(word >> 32U)}; }
        [[nodiscard]] unsigned place() const { return word & (kMaxPaths - 1); }
    };

    /// All paths at one moment. Valid only within `read`.
    class View {
      public:
        [[nodiscard]] Mask listed() const { return get(listed_); }   ///< the lowest bits, no gaps
        [[nodiscard]] Mask enabled() const { return get(enabled_); } ///< not disabled
        [[nodiscard]] Mask optimized() const { return get(optimized_); }           ///< and enabled
        [[nodiscard]] Mask non_optimized() const { return get(non_optimized_); }   ///< and enabled
        [[nodiscard]] Mask live_optimized() const { return get(live_optimized_); } ///< likewise
        [[nodiscard]] Mask local() const { return get(local_); } ///< on the local site
        /// What ANA leaves to choose from: the optimized paths, else the non-optimized ones.
        [[nodiscard]] Mask candidates() const {
            const Mask best = optimized();
            return best != 0 ? best : non_optimized();
        }

        [[nodiscard]] PathIndex path_at(unsigned place) const { return {get(paths_[place])}; }
        [[nodiscard]] int numa_node_at(unsigned place) const { return get(numa_nodes_[place]); }
        /// 2^31 / PathTraits::weight.
        [[nodiscard]] std::uint32_t stride_at(unsigned place) const { return get(strides_[place]); }
        [[nodiscard]] const ControllerLoad& load_at(unsigned place) const {
            return *get(loads_[place]);
        }
        [[nodiscard]] std::uint32_t depth_at(unsigned place) const {
            return load_at(place).active.load(std::memory_order_relaxed);
        }
        /// The candidates once more, without gaps: how many, and each by its rank among them.
        [[nodiscard]] unsigned candidate_count() const { return get(candidate_count_); }
        [[nodiscard]] PathIndex candidate(unsigned rank) const { return {get(candidates_[rank])}; }
        [[nodiscard]] std::uint32_t candidate_depth(unsigned rank) const {
            return get(candidate_loads_[rank])->active.load(std::memory_order_relaxed);
        }

        [[nodiscard]] Cursor cursor_at(unsigned place) const {
            return {std::uint64_t{get(paths_[place])} << 32U | place};
        }
        /// Whether the path is listed where it was when the cursor was made.
        [[nodiscard]] bool holds(Cursor cursor) const {
            return cursor.word != 0 && path_at(cursor.place()) == cursor.path();
        }
        /// What `SuccessorOf` said of this place; nothing for none.
        [[nodiscard]] Cursor successor_at(unsigned place) const {
            return {get(successors_[place])};
        }
        /// Its place in the list; `kMaxPaths` for a path that is not listed.
        [[nodiscard]] unsigned place_of(PathIndex path) const {
            const unsigned place = get(places_[path.slot()]);
            return path_at(place) == path ? place : kMaxPaths;
        }

      private:
        friend class PathTable;
        template <typename Value>
        static Value get(const std::atomic<Value>& value) {
            // With acquire, reading a word of a later state makes the later number visible, too.
            return value.load(std::memory_order_acquire);
        }

        std::atomic<Mask> optimized_{};
        std::atomic<Mask> non_optimized_{};
        std::atomic<Mask> listed_{};
        std::atomic<Mask> enabled_{};
        std::atomic<Mask> live_optimized_{};
        std::atomic<Mask> local_{};
        std::atomic<unsigned> candidate_count_{};
        std::array<std::atomic<ControllerLoad*>, kMaxPaths> candidate_loads_{};
        std::array<std::atomic<std::uint32_t>, kMaxPaths> candidates_{};
        std::array<std::atomic<std::uint32_t>, kMaxPaths> paths_{};
        std::array<std::atomic<std::uint8_t>, kMaxPaths> places_{}; ///< by slot
        std::array<std::atomic<std::int16_t>, kMaxPaths> numa_nodes_{};
        std::array<std::atomic<std::uint32_t>, kMaxPaths> strides_{};
        std::array<std::atomic<std::uint64_t>, kMaxPaths> successors_{};
        std::array<std::atomic<ControllerLoad*>, kMaxPaths> loads_{};
    };

    /// The place that comes after another one, by the rule of a selector; `kMaxPaths` for none.
    /// Asked when paths change, so that those who submit have the answer at hand.
    using SuccessorOf = unsigned (*)(const View& view, unsigned place);

    explicit PathTable(std::optional<std::uint16_t> local_site = {}, SuccessorOf rule = nullptr)
        : local_site_{local_site}, successor_of_{rule} {}
    PathTable(const PathTable&) = delete;
    PathTable& operator=(const PathTable&) = delete;
    ~PathTable() = default;

    /// At the end of the list. nullopt when there are `kMaxPaths` already.
    /// \throws Error (invalid_argument) for a weight of 0 or a NUMA node below -1 or above 32767
    std::optional<PathIndex> add(const PathTraits& traits, const PathState& state);
    /// False when there is no such path (any more).
    bool remove(PathIndex path);
    /// False when there is no such path (any more).
    bool set_state(PathIndex path, const PathState& state);
    /// In the order of arrival.
    [[nodiscard]] std::vector<PathIndex> paths() const;
    [[nodiscard]] std::optional<PathState> state(PathIndex path) const;
    [[nodiscard]] std::optional<PathTraits> traits(PathIndex path) const;

    /// Submitter. Calls `choose` with a view, again when that was overtaken, and returns its answer.
    /// `choose` must not change anything.
    template <typename Choose>
    auto read(Choose&& choose) const noexcept {
        for (;;) {
            const std::uint64_t number = number_.load(std::memory_order_acquire);
            const auto answer = choose(views_[number % kGenerations]);
            // The writer may be filling the buffer behind the newest; older ones are whole.
            if (number_.load(std::memory_order_relaxed) - number < kGenerations - 1) {
                return answer;
            }
        }
    }

    /// Submitter. Counts a command in flight; passes over paths that are gone.
    void started(PathIndex path) noexcept {
        if (ControllerLoad* load = load_of(path)) {
            load->add();
            if (!is_current(path)) { // a successor in the slot must not keep this count
                load->remove();
            }
        }
    }
    /// Submitter.
    void completed(PathIndex path) noexcept {
        if (ControllerLoad* load = load_of(path)) {
            load->remove();
        }
    }
    /// Commands in flight; 0 for a path that is gone.
    [[nodiscard]] std::uint32_t depth(PathIndex path) const noexcept {
        const ControllerLoad* load = load_of(path);
        return load == nullptr ? 0 : load->active.load(std::memory_order_relaxed);
    }
    [[nodiscard]] bool is_current(PathIndex path) const noexcept {
        return path.value != 0 &&
               slots_[path.slot()].path.load(std::memory_order_acquire) == path.value;
    }

  private:
    struct Record {
        PathIndex path;
        PathTraits traits;
        PathState state;
    };
    struct Slot {
        std::atomic<std::uint32_t> path{}; ///< 0: free
        std::atomic<ControllerLoad*> load{};
    };

    [[nodiscard]] ControllerLoad* load_of(PathIndex path) const noexcept {
        return is_current(path) ? slots_[path.slot()].load.load(std::memory_order_acquire)
                                : nullptr;
    }
    void publish();
    [[nodiscard]] const Record* find(PathIndex path) const;

    alignas(64) std::atomic<std::uint64_t> number_{};
    std::array<View, kGenerations> views_{};
    std::array<Slot, kMaxPaths> slots_{};
    std::array<ControllerLoad, kMaxPaths> loads_{};

    mutable std::mutex mutex_; ///< of all below
    std::optional<std::uint16_t> local_site_;
    SuccessorOf successor_of_;
    std::vector<Record> records_; ///< the list
    std::array<std::uint32_t, kMaxPaths> uses_{};
    unsigned next_slot_{};
};

} // namespace haoh
