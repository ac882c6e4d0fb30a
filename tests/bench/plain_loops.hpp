// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The loops of Linux (nvme_round_robin_path, nvme_queue_depth_path) and of SPDK's bdev_nvme, written
/// plainly over linked paths: what the selectors' speed is measured against. One thread may change
/// paths only while no other picks; that is what they leave out.
#pragma once

#include <haoh/nvme/ana_log.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

namespace haoh::bench {

struct alignas(64) PlainPath {
    PlainPath* next{}; ///< nullptr: the last one
    bool live{true};
    bool ready{true};
    bool ana_pending{};
    nvme::AnaState ana{nvme::AnaState::optimized};
    std::atomic<std::uint32_t> active{};

    [[nodiscard]] bool disabled() const { return !live || ana_pending || !ready; }
};

/// A namespace head, or a channel of SPDK.
class PlainPaths {
  public:
    explicit PlainPaths(std::size_t count) : paths_(count) {
        for (std::size_t i = 0; i + 1 < count; ++i) {
            paths_[i].next = &paths_[i + 1];
        }
        for (auto& current : current_) {
            current.store(paths_.data(), std::memory_order_relaxed);
        }
    }

    PlainPath* kernel_round_robin(unsigned node) {
        PlainPath* old = current_.at(node).load(std::memory_order_relaxed);
        PlainPath* found = nullptr;
        if (paths_.front().next == nullptr) {
            return old->disabled() ? nullptr : old;
        }
        for (PlainPath* path = after(old); path != old; path = after(path)) {
            if (path->disabled()) {
                continue;
            }
            if (path->ana == nvme::AnaState::optimized) {
                current_.at(node).store(path, std::memory_order_relaxed);
                return path;
            }
            if (path->ana == nvme::AnaState::non_optimized) {
                found = path;
            }
        }
        if (!old->disabled() && (old->ana == nvme::AnaState::optimized ||
                                 (found == nullptr && old->ana == nvme::AnaState::non_optimized))) {
            return old;
        }
        if (found != nullptr) {
            current_.at(node).store(found, std::memory_order_relaxed);
        }
        return found;
    }

    PlainPath* kernel_queue_depth() {
        PlainPath* best = nullptr;
        PlainPath* fallback = nullptr;
        std::uint32_t least = UINT32_MAX;
        std::uint32_t fallback_least = UINT32_MAX;
        for (PlainPath* path = paths_.data(); path != nullptr; path = path->next) {
            if (path->disabled()) {
                continue;
            }
            const std::uint32_t depth = path->active.load(std::memory_order_relaxed);
            if (path->ana == nvme::AnaState::optimized && depth < least) {
                least = depth;
                best = path;
            } else if (path->ana == nvme::AnaState::non_optimized && depth < fallback_least) {
                fallback_least = depth;
                fallback = path;
            }
            if (least == 0) {
                return best;
            }
        }
        return best != nullptr ? best : fallback;
    }

    PlainPath* spdk_round_robin(unsigned channel, std::uint32_t min_io) {
        PlainPath* current = current_.at(channel).load(std::memory_order_relaxed);
        if (current != nullptr && ++counter_ < min_io) {
            return current;
        }
        counter_ = 0;
        PlainPath* const start = current != nullptr ? after(current) : paths_.data();
        PlainPath* path = start;
        PlainPath* fallback = nullptr;
        do {
            if (!path->disabled()) {
                if (path->ana == nvme::AnaState::optimized) {
                    current_.at(channel).store(path, std::memory_order_relaxed);
                    return path;
                }
                if (fallback == nullptr) {
                    fallback = path;
                }
            }
            path = after(path);
        } while (path != start);
        current_.at(channel).store(fallback, std::memory_order_relaxed);
        return fallback;
    }

    [[nodiscard]] PlainPath& at(std::size_t index) { return paths_.at(index); }

  private:
    [[nodiscard]] PlainPath* after(PlainPath* path) {
        return path->next != nullptr ? path->next : paths_.data();
    }

    std::vector<PlainPath> paths_;
    struct alignas(64) Slot : std::atomic<PlainPath*> {};
    std::array<Slot, 2> current_{}; ///< by node
    std::uint32_t counter_{};
};

} // namespace haoh::bench
