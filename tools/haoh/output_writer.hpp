// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// OutputWriter: text on its way to a descriptor that may take nothing for a while.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <system_error>

namespace haoh::tool {

/// A thread writes, so that nobody waits for a pipe that is full, a terminal that was stopped or a
/// disk that hangs: descriptors of ours are other programs' too, and O_NONBLOCK would be theirs.
/// Used from its executor only.
class OutputWriter {
  public:
    /// \param progressed  called on the executor some time after text was written, or a write failed
    OutputWriter(const boost::asio::any_io_executor& executor, int descriptor,
                 std::function<void()> progressed = {});
    /// What was not written is lost. A write that waits is left to itself, and ends with the process.
    ~OutputWriter();
    OutputWriter(const OutputWriter&) = delete;
    OutputWriter& operator=(const OutputWriter&) = delete;

    /// Begins at once, and not with the first text: then there may be no thread to be had.
    void begin();
    /// Keeps the text, however much there is: `waiting` tells when to hold back. Nothing is kept after a
    /// failure.
    void write(std::string_view text);
    /// Waits until all is written, as long as some of it is within each `patience`. \return whether it is
    [[nodiscard]] boost::asio::awaitable<bool> written(std::chrono::milliseconds patience);
    /// `written` waits no longer.
    void give_up();
    /// Bytes that are not written yet.
    [[nodiscard]] std::size_t waiting() const;
    /// Of the first write that failed.
    [[nodiscard]] std::error_code failure() const;

  private:
    class State;

    std::function<void()> progressed_;
    boost::asio::steady_timer changed_; ///< canceled at each progress
    bool given_up_{};
    std::shared_ptr<State> state_;
};

} // namespace haoh::tool
