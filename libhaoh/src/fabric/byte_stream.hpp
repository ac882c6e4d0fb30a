// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// What a connection needs of a transport: bytes, in order, both ways. TCP is one; whatever wraps
/// another stream, or a test's own, is another.
#pragma once

#include "clock.hpp"

#include <haoh/address.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

namespace haoh::fabric {

/// A stream's error for who does not know Asio.
[[nodiscard]] inline std::error_code as_std(const boost::system::error_code& error) {
    return {error.value(), std::generic_category()};
}

/// Used from one executor. What is in flight must have ended before it is destroyed; `close` ends it.
class ByteStream {
  public:
    ByteStream() = default;
    ByteStream(const ByteStream&) = delete;
    ByteStream& operator=(const ByteStream&) = delete;
    virtual ~ByteStream() = default;

    /// Opens it, once. \param name for errors
    /// \return the numeric address that it leads to
    /// \throws Error ("connect to NAME: ...")
    [[nodiscard]] virtual boost::asio::awaitable<std::string>
    open(Address address, TimePoint deadline, std::string name) = 0;
    /// At least one byte, or an error; asio::error::eof when the peer sends no more.
    [[nodiscard]] virtual boost::asio::awaitable<std::pair<boost::system::error_code, std::size_t>>
    read_some(boost::asio::mutable_buffer into) = 0;
    /// All of them, or an error.
    [[nodiscard]] virtual boost::asio::awaitable<boost::system::error_code>
    write(boost::asio::const_buffer bytes) = 0;
    /// Nothing more will be written: the peer reads the end.
    virtual void shutdown_send() = 0;
    /// Reading and writing end with an error.
    virtual void close() = 0;
};

} // namespace haoh::fabric
