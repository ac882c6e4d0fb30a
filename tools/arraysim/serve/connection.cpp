// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/serve/connection.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace haoh::arraysim {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds kLinger{2}; ///< for the host to close its end
constexpr std::size_t kReadSize = 256U << 10U;

} // namespace

asio::awaitable<void> read_connection(std::shared_ptr<Connection> connection) {
    nvme::Bytes buffer(kReadSize);
    while (connection->session) {
        const auto [error, length] =
            co_await connection->socket.async_read_some(asio::buffer(buffer), kTuple);
        if (!connection->session) {
            co_return;
        }
        if (error) {
            break;
        }
        connection->session->receive(nvme::ByteView(buffer).first(length), Clock::now());
        connection->timer.cancel();
    }
    connection->ended = true;
    if (connection->session) {
        connection->session->close("the host closed the connection");
    }
    connection->timer.cancel();
}

asio::awaitable<void> write_connection(std::shared_ptr<Connection> connection) {
    while (connection->session) {
        Session& session = *connection->session;
        const TimePoint now = Clock::now();
        session.advance(now);
        if (session.closing() && session.reset()) {
            error_code ignored;
            connection->socket.set_option(asio::socket_base::linger(true, 0), ignored);
            connection->drop();
            co_return;
        }
        const nvme::Bytes output = session.take_output(now);
        if (!output.empty()) {
            const auto [error, length] =
                co_await asio::async_write(connection->socket, asio::buffer(output), kTuple);
            if (error) {
                break;
            }
            continue;
        }
        if (session.closing()) {
            break;
        }
        connection->timer.expires_at(session.next_deadline());
        co_await connection->timer.async_wait(kTuple);
    }
    if (!connection->session) {
        co_return;
    }
    // The host gets time to read what is on its way: closing with unread input would reset.
    error_code ignored;
    connection->socket.shutdown(tcp::socket::shutdown_send, ignored);
    const TimePoint deadline = Clock::now() + kLinger;
    while (!connection->ended && connection->session && Clock::now() < deadline) {
        connection->timer.expires_at(deadline);
        co_await connection->timer.async_wait(kTuple);
    }
    connection->drop();
}

} // namespace haoh::arraysim
