// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Two arrays of one subsystem, of which one is hostile at one step of the protocol: what it says there
/// is a misdeed's; everything else, and the other array, is haoh-arraysim's library as it is.
#pragma once

#include "hostile/misdeed.hpp"

#include <arraysim/protocol/session.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace haoh::test {

/// One accepted connection of either array.
class HostileLink;

/// Everything runs on the caller's context, one thread. Made by `make_shared`, ended by `stop`.
class HostilePair : public std::enable_shared_from_this<HostilePair> {
  public:
    /// \param enough  misdeeds after which the healthy array's state changes, once it is watched
    HostilePair(boost::asio::io_context& context, Step step, Misdeed misdeed, std::size_t enough);
    ~HostilePair();
    HostilePair(const HostilePair&) = delete;
    HostilePair& operator=(const HostilePair&) = delete;

    void start();
    /// Closes everything; what still runs ends soon.
    void stop();

    [[nodiscard]] const std::string& nqn() const { return simulator_.scenario().nqn; }
    /// tcp://ADDRESS:PORT
    [[nodiscard]] const std::string& healthy() const { return targets_[0]; }
    [[nodiscard]] const std::string& hostile() const { return targets_[1]; }
    /// How often the step was reached.
    [[nodiscard]] std::size_t misdeeds() const { return misdeeds_; }

  private:
    friend class HostileLink;

    boost::asio::awaitable<void> accept(std::size_t array);
    /// A host that watches the healthy array is told a change, so that it can show that it does.
    void change_when_watched();
    boost::asio::awaitable<void> change();

    boost::asio::io_context& context_;
    Step step_;
    Misdeed misdeed_;
    std::size_t enough_;
    arraysim::Simulator simulator_;
    std::vector<boost::asio::ip::tcp::acceptor> acceptors_;
    std::vector<std::string> targets_;
    std::vector<std::weak_ptr<HostileLink>> links_;
    std::size_t misdeeds_{};
    bool watched_{}; ///< the healthy array has an Asynchronous Event Request
    bool changed_{};
    bool stopped_{};
};

} // namespace haoh::test
