// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What happens next: a heap of four children a node, which is shallow enough to stay in the cache.
#pragma once

#include <cstdint>
#include <vector>

namespace haoh::policy {

struct Due {
    std::int64_t time{};
    std::uint32_t io{};
};

class EventHeap {
  public:
    [[nodiscard]] bool empty() const { return heap_.empty(); }
    [[nodiscard]] const Due& top() const { return heap_.front(); }
    [[nodiscard]] std::size_t size() const { return heap_.size(); }

    void push(Due due) {
        std::size_t place = heap_.size();
        heap_.push_back(due);
        while (place > 0) {
            const std::size_t parent = (place - 1) / kChildren;
            if (heap_[parent].time <= due.time) {
                break;
            }
            heap_[place] = heap_[parent];
            place = parent;
        }
        heap_[place] = due;
    }
    void pop() {
        const Due last = heap_.back();
        heap_.pop_back();
        if (!heap_.empty()) {
            sink(last);
        }
    }
    /// As pop and push, for the price of one.
    void replace_top(Due due) { sink(due); }

  private:
    static constexpr std::size_t kChildren = 4;

    void sink(Due due) {
        const std::size_t size = heap_.size();
        std::size_t place = 0;
        for (;;) {
            const std::size_t first = place * kChildren + 1;
            if (first >= size) {
                break;
            }
            std::size_t least = first;
            const std::size_t end = first + kChildren < size ? first + kChildren : size;
            for (std::size_t child = first + 1; child < end; ++child) {
                least = heap_[child].time < heap_[least].time ? child : least;
            }
            if (due.time <= heap_[least].time) {
                break;
            }
            heap_[place] = heap_[least];
            place = least;
        }
        heap_[place] = due;
    }

    std::vector<Due> heap_;
};

} // namespace haoh::policy
