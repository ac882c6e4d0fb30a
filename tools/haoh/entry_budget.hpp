// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// EntryBudget: how soon an event may have what is known written into a journal again.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace haoh::tool {

/// Entries that events ask for may take more of the disk than those that time asks for: for a while very much
/// more, but not for long, as a path that comes and goes all night asks for one each time.
class EntryBudget {
  public:
    using Clock = std::chrono::steady_clock;

    /// \param rate  bytes a second that entries take which time asks for
    explicit EntryBudget(std::uint64_t rate) : rate_{rate} {}

    /// An event asked for one of so many bytes.
    void spend(std::uint64_t bytes, Clock::time_point now) {
        spent_ = spent(now) + bytes;
        at_ = now;
    }
    /// Until another one of so many bytes may be written.
    [[nodiscard]] std::chrono::seconds wait(std::uint64_t bytes, Clock::time_point now) const {
        const std::uint64_t room = rate_ * kHaste * kHasty;
        const std::uint64_t wanted = spent(now) + bytes;
        const std::uint64_t over = wanted - std::min(wanted, room);
        return std::chrono::seconds{
            1 + std::max(bytes / (rate_ * kHaste), over / (rate_ * kLastingHaste))};
    }

  private:
    static constexpr std::uint64_t kHaste = 512;       ///< times the rate, at once
    static constexpr std::uint64_t kHasty = 60;        ///< seconds of that
    static constexpr std::uint64_t kLastingHaste = 16; ///< times the rate, for ever

    [[nodiscard]] std::uint64_t spent(Clock::time_point now) const {
        const auto passed = std::chrono::floor<std::chrono::seconds>(now - at_);
        const std::uint64_t regained =
            static_cast<std::uint64_t>(passed.count()) * rate_ * kLastingHaste;
        return spent_ - std::min(spent_, regained);
    }

    std::uint64_t rate_;
    std::uint64_t spent_{}; ///< bytes, at that time
    Clock::time_point at_{};
};

} // namespace haoh::tool
