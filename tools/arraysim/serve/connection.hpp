// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// One accepted connection: its socket and its session.
#pragma once

#include <arraysim/protocol/session.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace haoh::arraysim {

/// Errors of an operation are values.
inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

struct Connection : std::enable_shared_from_this<Connection> {
    Connection(boost::asio::ip::tcp::socket accepted, std::unique_ptr<Session> opened)
        : socket(std::move(accepted)), timer(socket.get_executor()), session(std::move(opened)) {
        timer.expires_at(TimePoint::max());
        session->on_wake = [this] { timer.cancel(); };
    }
    ~Connection() {
        if (session) {
            session->on_wake = {};
        }
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void drop() {
        boost::system::error_code ignored;
        if (session) {
            session->on_wake = {};
            session.reset();
        }
        socket.close(ignored);
        timer.cancel();
    }

    boost::asio::ip::tcp::socket socket;
    boost::asio::steady_timer timer; ///< wakes the writer
    std::unique_ptr<Session> session;
    bool ended{}; ///< the host closed its direction
};

/// Feeds the session until the host closes its direction.
[[nodiscard]] boost::asio::awaitable<void> read_connection(std::shared_ptr<Connection> connection);
/// Sends what the session says, when it says so, and closes the connection at its end.
[[nodiscard]] boost::asio::awaitable<void> write_connection(std::shared_ptr<Connection> connection);

} // namespace haoh::arraysim
