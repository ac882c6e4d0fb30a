// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The pace of something that others would drive without end.
#pragma once

#include <algorithm>
#include <chrono>

namespace haoh::monitor {

/// Lets a burst of 50 turns through and then one each 10 ms: an array that sends events without end
/// costs little, and the last state is seen all the same. Half a second of rest makes up for a
/// burst.
class Throttle {
  public:
    /// How long to wait before the next turn.
    std::chrono::nanoseconds turn(std::chrono::nanoseconds now) {
        // The bucket is full again when the past turns have been paid for.
        paid_until_ = std::max(paid_until_, now - kBurst * kPrice) + kPrice;
        return std::max(paid_until_ - now, std::chrono::nanoseconds{0});
    }

  private:
    static constexpr int kBurst = 50;
    static constexpr std::chrono::nanoseconds kPrice = std::chrono::milliseconds(10);
    std::chrono::nanoseconds paid_until_{};
};

} // namespace haoh::monitor
