// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Legal changes of a healthy pair, one after the other, from a thread of their own.
#pragma once

#include "unit/capi/served_pair.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace haoh::test {

/// A kind of change: its steps, in their order, from the first to the last and again.
struct ChurnKind {
    std::string name;
    /// Of an array: states of group 1 at the start.
    nvme::AnaState a{nvme::AnaState::optimized};
    nvme::AnaState b{nvme::AnaState::inaccessible};
    std::vector<std::vector<std::string>> moves; ///< the lines of each move are said at once
};

/// An owner that moves, directly and by way of Change; volumes that come, go and grow.
[[nodiscard]] const std::vector<ChurnKind>& churn_kinds();

/// Says the moves of a kind to a pair until it is destroyed.
class Churn {
  public:
    /// \param pause  between two moves, at most
    /// \param seed   of these pauses
    Churn(ServedPair& pair, const ChurnKind& kind, std::chrono::microseconds pause,
          std::uint32_t seed);
    ~Churn();
    Churn(const Churn&) = delete;
    Churn& operator=(const Churn&) = delete;

    [[nodiscard]] std::uint64_t moves() const { return moves_; }

  private:
    std::atomic<bool> ended_{};
    std::atomic<std::uint64_t> moves_{};
    std::thread thread_;
};

} // namespace haoh::test
