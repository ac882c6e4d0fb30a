// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// A TCP connection as a byte stream.
#pragma once

#include "byte_stream.hpp"

#include <haoh/resolver.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <utility>

namespace haoh::fabric {

class TcpStream final : public ByteStream {
  public:
    /// \param resolver  of host names; may be null where addresses are numeric
    TcpStream(const boost::asio::any_io_executor& executor, std::shared_ptr<Resolver> resolver)
        : socket_{executor}, resolver_{std::move(resolver)} {}

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

    /// At once, instead of with the next bytes that go the other way.
    void acknowledge();

    boost::asio::ip::tcp::socket socket_;
    std::shared_ptr<Resolver> resolver_;
};

} // namespace haoh::fabric
