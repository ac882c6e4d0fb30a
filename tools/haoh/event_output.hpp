// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// EventOutput: events on their way to standard output, whose reader may be slow or stall.
#pragma once

#include "output_writer.hpp"

#include <haoh/event.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>

#include <unistd.h>

namespace haoh::tool {

struct EventOutputOptions {
    std::function<std::string(const Event&)> render; ///< may give nothing yet
    std::function<void(std::error_code)> on_failure;
    /// Events were left out, and now others follow, or the end.
    std::function<void(std::uint64_t)> on_left_out;
    std::size_t events{16384};                ///< that wait; beyond that the oldest are left out
    std::size_t bytes{std::size_t{1} << 20U}; ///< of text that waits; beyond that events wait
    int descriptor{STDOUT_FILENO};
};

/// Nobody waits for the reader. Used from its executor only.
class EventOutput {
  public:
    EventOutput(const boost::asio::any_io_executor& executor, EventOutputOptions options);

    void begin() { writer_.begin(); } ///< see OutputWriter
    void push(const Event& event);
    /// There was no memory for one.
    void leave_out() { ++left_out_; }
    /// Text that is none of an event; it is never left out.
    void print(std::string_view text);

    /// Holds no event back any more.
    void release_all();
    /// Waits until all is written, as OutputWriter::written.
    [[nodiscard]] boost::asio::awaitable<bool> written(std::chrono::milliseconds patience);
    void give_up() { writer_.give_up(); }
    [[nodiscard]] std::error_code failure() const { return writer_.failure(); }

  private:
    void progressed();
    void release(std::size_t bytes);

    EventOutputOptions options_;
    std::deque<Event> events_;
    std::uint64_t left_out_{}; ///< not told yet
    bool holding_{};           ///< events wait for the reader
    OutputWriter writer_;
};

} // namespace haoh::tool
