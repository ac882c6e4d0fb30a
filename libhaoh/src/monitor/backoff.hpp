// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The pauses of something that is tried again and again.
#pragma once

#include <algorithm>
#include <chrono>

namespace haoh::monitor {

/// An array that comes back should be seen soon, and asking is cheap.
inline constexpr unsigned kMaxArrayBackoff = 4;

/// Each pause is twice as long as the one before, up to `most` times the first.
class Backoff {
  public:
    Backoff(std::chrono::milliseconds first, unsigned most) : first_{first}, most_{most} {}

    [[nodiscard]] std::chrono::milliseconds next() {
        const auto pause = first_ * factor_;
        factor_ = std::min(factor_ * 2, most_);
        return pause;
    }
    /// It worked: the pauses begin anew.
    void reset() { factor_ = 1; }

  private:
    std::chrono::milliseconds first_;
    unsigned most_;
    unsigned factor_{1};
};

} // namespace haoh::monitor
