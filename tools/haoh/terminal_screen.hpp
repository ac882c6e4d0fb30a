// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// TerminalScreen: a terminal taken for a screen of one's own, and given back as it was.
#pragma once

#include "monitor_screen.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <termios.h>
#include <unistd.h>

namespace haoh::tool {

/// From construction to destruction the terminal shows the alternate screen without a cursor, and
/// its keys are neither shown nor collected into lines. Ctrl-C still is SIGINT: catch it, as SIGTERM
/// and SIGHUP, and destroy this before the process ends; an exception that is caught does that.
/// Used from its executor only.
class TerminalScreen {
  public:
    struct Descriptors {
        int input{STDIN_FILENO};
        int output{STDOUT_FILENO};
    };

    /// \throws Error when the output is not a terminal
    TerminalScreen(const boost::asio::any_io_executor& executor, Descriptors descriptors);
    explicit TerminalScreen(const boost::asio::any_io_executor& executor)
        : TerminalScreen{executor, Descriptors{}} {}
    ~TerminalScreen();
    TerminalScreen(const TerminalScreen&) = delete;
    TerminalScreen& operator=(const TerminalScreen&) = delete;

    /// Whether there is one that can be drawn on without being waited for.
    [[nodiscard]] static bool possible(int output = STDOUT_FILENO);

    [[nodiscard]] ScreenSize size() const;

    /// Shows these lines from the top, and nothing below them; writes only lines that changed. Never
    /// waits: a terminal that takes nothing, as one that was stopped, gets this screen late, or the
    /// next one.
    void draw(std::string_view lines);

    /// The next byte from the keyboard; nullopt when there is none to be had: the input is not a
    /// terminal, or it hung up. May be canceled; one caller at a time.
    [[nodiscard]] boost::asio::awaitable<std::optional<char>> next_key();
    /// Waits until what was drawn no longer fits: another size, or the process was stopped and goes
    /// on. The next `draw` writes everything. May be canceled; one caller at a time.
    [[nodiscard]] boost::asio::awaitable<void> next_resize();

  private:
    void enter();
    void leave() noexcept;
    void send(std::string_view bytes);
    bool flush();
    void go_on_when_taken();

    Descriptors descriptors_;
    int modes_descriptor_; ///< the one whose modes are changed
    /// An open file of our own, so that not to block is our choice alone.
    boost::asio::posix::stream_descriptor out_;
    std::optional<termios> modes_; ///< as they were
    std::optional<boost::asio::posix::stream_descriptor> keyboard_;
    boost::asio::signal_set signals_;
    std::deque<char> keys_;
    std::vector<std::string> shown_;
    std::string unsent_;                                    ///< the rest of one screen
    bool waiting_{};                                        ///< until the terminal takes more
    std::shared_ptr<bool> alive_{std::make_shared<bool>()}; ///< of what comes after the end
};

} // namespace haoh::tool
