// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Legal changes of a healthy pair while it is looked at.
#pragma once

#include "unit/capi/served_pair.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace haoh::test {

/// What is done at once, in lines of the simulator's control language, and these:
///
///     host comes ARRAY    another host connects: a controller more, the next ID is taken
///     host leaves ARRAY   the one that came last
///     reset ARRAY         all connections to it are reset; its ports stay open
using ChurnMove = std::vector<std::string>;
/// Moves in their order, from the first to the last and again: then all is as it was.
using ChurnCycle = std::vector<ChurnMove>;

/// A kind of change.
struct ChurnKind {
    std::string name;
    /// Of an array: states of group 1 at the start.
    nvme::AnaState a{nvme::AnaState::optimized};
    nvme::AnaState b{nvme::AnaState::inaccessible};
    std::vector<ChurnCycle> cycles; ///< go on independently of each other
};

/// Owners that move; volumes that come, go, grow, and move to another group; hosts that connect and
/// leave; connections that are reset; and all of it at once. They touch namespaces 1 to 3, and the ANA
/// groups 1 and 9.
[[nodiscard]] const std::vector<ChurnKind>& churn_kinds();

/// Which pair, and when it moves.
struct ChurnPace {
    std::string name{};
    std::uint32_t namespaces{};
    std::chrono::microseconds latency{}; ///< of array b
    /// By time, so long between two moves at most; the lines of a move are said one after the other. 0:
    /// by answers.
    std::chrono::microseconds pause{};
    /// By answers: a move at once after one in so many of them.
    unsigned one_in{};
    std::vector<arraysim::AnswerKind> after{}; ///< only of these answers; empty: of all
    unsigned percent{};                        ///< of all checks: those of slow pairs take long
};
[[nodiscard]] const std::vector<ChurnPace>& churn_paces();

/// The healthy pair that a kind moves at a pace. Namespaces from 4 on stay as they are.
[[nodiscard]] arraysim::ScenarioBuilder churned_subsystem(const ChurnPace& pace);
/// Array a, which is followed by what is said of array b.
arraysim::ScenarioBuilder& with_arrays(arraysim::ScenarioBuilder& builder, const ChurnKind& kind,
                                       const ChurnPace& pace);

/// Moves a pair until it is destroyed; it is then as it was.
class Churn {
  public:
    /// \param reading  how long one takes: what moves by time is no quicker, on a busy machine either
    /// \param seed     of what is drawn: the pauses, the answers, and which cycle moves
    Churn(ServedPair& pair, const ChurnKind& kind, const ChurnPace& pace,
          std::chrono::microseconds reading, std::uint32_t seed);
    ~Churn();
    Churn(const Churn&) = delete;
    Churn& operator=(const Churn&) = delete;

    [[nodiscard]] std::uint64_t moves() const { return moves_; }

  private:
    [[nodiscard]] const ChurnMove& next();
    /// The moves that lead back to the start.
    [[nodiscard]] std::vector<ChurnMove> rest();
    void move_by_time(std::chrono::microseconds pause);

    ServedPair& pair_;
    const ChurnKind& kind_;
    const ChurnPace& pace_;
    std::minstd_rand random_;
    std::vector<std::size_t> done_; ///< moves of each cycle
    std::atomic<bool> ended_{};
    std::atomic<std::uint64_t> moves_{};
    std::thread thread_; ///< where it moves by time
};

} // namespace haoh::test
