// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A TCP connection as a byte stream.
#pragma once

#include "byte_stream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <vector>

namespace haoh::fabric {

class TcpStream final : public ByteStream {
  public:
    explicit TcpStream(const boost::asio::any_io_executor& executor) : socket_{executor} {}

    /// Resolves, and connects to each address in turn.
    [[nodiscard]] boost::asio::awaitable<std::string> open(Address address, TimePoint deadline,
                                                           std::string name) override;
    [[nodiscard]] boost::asio::awaitable<std::pair<boost::system::error_code, std::size_t>>
    read_some(boost::asio::mutable_buffer into) override;
    [[nodiscard]] boost::asio::awaitable<boost::system::error_code>
    write(boost::asio::const_buffer bytes) override;
    void shutdown_send() override;
    void close() override;

  private:
    using Endpoint = boost::asio::ip::tcp::endpoint;

    [[nodiscard]] boost::asio::awaitable<boost::system::error_code>
    connect_to(Endpoint endpoint, std::string host_traddr, TimePoint until);

    boost::asio::ip::tcp::socket socket_;
};

} // namespace haoh::fabric
