// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The order and the pace in which an array is looked after when it tells nothing.
#pragma once

#include <haoh/observation.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace haoh::monitor {

/// All namespaces of a controller in turn, a few at a time, and at the end what is of the controller
/// itself. So few at a time that an array with many of them is not disturbed: then a round takes
/// longer.
class Round {
  public:
    /// Turns that a round takes, of a controller with no more namespaces than `kMost` a turn.
    static constexpr std::size_t kTurns = 60;
    /// Namespaces in one turn.
    static constexpr std::size_t kMost = 64;

    struct Portion {
        std::vector<std::uint32_t> nsids{};
        bool controller{}; ///< what is of the controller itself; the round is over then

        [[nodiscard]] bool empty() const { return nsids.empty() && !controller; }
        /// What is in one of the two.
        void add(const Portion& other);
    };
    /// What to look at in the next turn, which may be nothing.
    /// \param known  namespaces that the controller has, by NSID
    [[nodiscard]] Portion next(std::span<const NamespaceObservation> known);

    /// All of it was just read.
    void restart();
    /// It led to a reading of all: for as many turns as that would have taken there is none. However
    /// often an array changes, it is asked for at most twice as much.
    /// \param namespaces  that are read then
    void found(std::size_t namespaces);

  private:
    std::uint32_t after_{}; ///< the NSID of the last one that had its turn
    std::size_t credit_{};  ///< of `kTurns` for each that is due
    std::size_t pause_{};   ///< turns
};

} // namespace haoh::monitor
