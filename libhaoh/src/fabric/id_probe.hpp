// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Further connections to the ports of one subsystem, to see how its controller IDs are handed out.
#pragma once

#include "stream_controller.hpp"

#include <haoh/address.hpp>
#include <haoh/fabric.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace haoh::fabric {

/// A port that has a controller already.
struct ProbedPort {
    Address address;
    Deadline deadline;
    StreamController* controller{};   ///< its own, which stays
    std::vector<std::uint16_t> ids{}; ///< what further connections were given, in order
};

/// Which ID comes next, port by port in their order, and then once more from the last to the first: of
/// ports that draw from one range the one that is asked later gets the higher ID each time. All of these
/// connections are there until the end, so that none of their IDs is free meanwhile. The controllers are
/// not enabled. A port that refuses is left alone from there on.
class IdProbe {
  public:
    /// \param ports    of the subsystem that `options` has; they must outlive it
    IdProbe(std::vector<ProbedPort>& ports, ConnectOptions options);

    [[nodiscard]] boost::asio::awaitable<void> forwards();
    [[nodiscard]] boost::asio::awaitable<void> backwards();
    /// Whether two ports whose own controllers have different IDs were given the same one.
    [[nodiscard]] bool given_twice() const;

  private:
    [[nodiscard]] boost::asio::awaitable<void> ask(ProbedPort& port);
    /// An array that has given up a controller meanwhile may give its ID again.
    /// \throws Error when one with this ID does not answer
    [[nodiscard]] boost::asio::awaitable<void> expect_still_there(std::uint16_t cntlid);

    std::vector<ProbedPort>& ports_;
    ConnectOptions options_;
    std::vector<std::unique_ptr<StreamController>> held_;
};

} // namespace haoh::fabric
