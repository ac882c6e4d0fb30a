// SPDX-License-Identifier: LGPL-2.1-or-later
#include "terminal_screen.hpp"

#include "support/pty.hpp"

#include <haoh/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>

namespace haoh::tool {
namespace {

namespace asio = boost::asio;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using test::Pty;

constexpr std::chrono::seconds kScreenLimit{60};

TerminalScreen::Descriptors ends_of(const Pty& pty) {
    return {.input = pty.slave(), .output = pty.slave()};
}

bool same_modes(const termios& left, const termios& right) {
    return left.c_iflag == right.c_iflag && left.c_oflag == right.c_oflag &&
           left.c_cflag == right.c_cflag && left.c_lflag == right.c_lflag &&
           std::equal(std::begin(left.c_cc), std::end(left.c_cc), std::begin(right.c_cc));
}

/// Runs a coroutine to its end, for a bounded time.
template <typename Result>
Result result_of(asio::io_context& context, asio::awaitable<Result> body) {
    std::optional<Result> result;
    std::exception_ptr failure;
    bool done = false;
    asio::co_spawn(context, std::move(body), [&](std::exception_ptr error, Result value) {
        failure = std::move(error);
        result = std::move(value);
        done = true;
    });
    context.restart();
    const auto deadline = std::chrono::steady_clock::now() + kScreenLimit;
    while (!done && context.run_one_until(deadline) > 0) {
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    if (!done) {
        throw std::runtime_error("still waits");
    }
    return *result;
}

asio::awaitable<bool> resized(TerminalScreen& screen) {
    co_await screen.next_resize();
    co_return true;
}

class TerminalScreenTest : public ::testing::Test {
  protected:
    std::optional<char> key(TerminalScreen& screen) {
        return result_of(context_, screen.next_key());
    }

    Pty pty_;
    asio::io_context context_;
};

TEST_F(TerminalScreenTest, gives_the_terminal_back_as_it_was) {
    const termios before = pty_.modes();
    {
        const TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
        const termios during = pty_.modes();
        EXPECT_EQ(during.c_lflag & static_cast<tcflag_t>(ECHO | ICANON), 0U);
        EXPECT_NE(during.c_lflag & static_cast<tcflag_t>(ISIG), 0U) << "Ctrl-C is a signal";
        EXPECT_THAT(pty_.shown(), AllOf(StartsWith("\x1b[?1049h"), HasSubstr("\x1b[?25l")));
    }
    EXPECT_TRUE(same_modes(pty_.modes(), before));
    EXPECT_THAT(pty_.shown(), AllOf(HasSubstr("\x1b[?25h"), EndsWith("\x1b[?1049l")));
}

TEST_F(TerminalScreenTest, gives_it_back_when_an_exception_ends_it) {
    const termios before = pty_.modes();
    try {
        TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
        screen.draw("line\n");
        throw std::runtime_error("end");
    } catch (const std::runtime_error&) {
        EXPECT_TRUE(same_modes(pty_.modes(), before));
    }
    EXPECT_THAT(pty_.shown(), EndsWith("\x1b[?1049l"));
}

TEST_F(TerminalScreenTest, leaves_flags_of_the_open_file_alone) {
    const TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
    EXPECT_EQ(::fcntl(pty_.slave(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(TerminalScreenTest, writes_what_changed) {
    TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
    screen.draw("one\ntwo\nthree\n");
    EXPECT_THAT(pty_.shown(),
                EndsWith("\x1b[1;1H\x1b[2Kone\x1b[2;1H\x1b[2Ktwo\x1b[3;1H\x1b[2Kthree"));
    screen.draw("one\nTWO\nthree\n");
    EXPECT_EQ(pty_.shown(), "\x1b[2;1H\x1b[2KTWO");
    screen.draw("one\nTWO\nthree\n");
    EXPECT_THAT(pty_.shown(), IsEmpty());
    screen.draw("one\n");
    EXPECT_EQ(pty_.shown(), "\x1b[2;1H\x1b[J");
    screen.draw("one\n\nx");
    EXPECT_EQ(pty_.shown(), "\x1b[2;1H\x1b[2K\x1b[3;1H\x1b[2Kx");
}

TEST_F(TerminalScreenTest, keys_come_one_by_one_without_enter_or_echo) {
    TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
    EXPECT_THAT(pty_.shown(), Not(IsEmpty()));
    pty_.type("qx");
    EXPECT_EQ(key(screen), 'q');
    EXPECT_EQ(key(screen), 'x');
    pty_.type("\n");
    EXPECT_EQ(key(screen), '\n');
    EXPECT_THAT(pty_.shown(), IsEmpty());
}

TEST_F(TerminalScreenTest, no_key_comes_after_a_hangup) {
    TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
    pty_.hang_up();
    EXPECT_EQ(key(screen), std::nullopt);
    EXPECT_EQ(key(screen), std::nullopt);
    screen.draw("nobody sees this\n");
}

TEST_F(TerminalScreenTest, no_key_comes_from_what_is_no_terminal) {
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const termios before = pty_.modes();
    {
        TerminalScreen screen{context_.get_executor(), {.input = null, .output = pty_.slave()}};
        EXPECT_EQ(pty_.modes().c_lflag & static_cast<tcflag_t>(ECHO), 0U);
        EXPECT_EQ(key(screen), std::nullopt);
    }
    EXPECT_TRUE(same_modes(pty_.modes(), before));
    ::close(null);
}

TEST_F(TerminalScreenTest, only_a_terminal_will_do) {
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    EXPECT_THROW(TerminalScreen(context_.get_executor(), {.input = pty_.slave(), .output = null}),
                 Error);
    EXPECT_FALSE(TerminalScreen::possible(null));
    ::close(null);
}

TEST_F(TerminalScreenTest, another_size_is_told_and_drawn_anew) {
    TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
    EXPECT_EQ(screen.size(), (ScreenSize{.columns = 80, .rows = 24}));
    screen.draw("one\n");
    EXPECT_THAT(pty_.shown(), Not(IsEmpty()));
    pty_.resize(200, 60);
    ::raise(SIGWINCH); // this is not our controlling terminal
    EXPECT_TRUE(result_of(context_, resized(screen)));
    EXPECT_EQ(screen.size(), (ScreenSize{.columns = 200, .rows = 60}));
    screen.draw("one\n");
    EXPECT_THAT(pty_.shown(), EndsWith("\x1b[1;1H\x1b[2Kone"));
}

TEST_F(TerminalScreenTest, goes_on_where_it_was_stopped) {
    TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
    termios modes = pty_.modes();
    const termios during = modes;
    modes.c_lflag |= static_cast<tcflag_t>(ECHO | ICANON);
    ASSERT_EQ(::tcsetattr(pty_.slave(), TCSANOW, &modes), 0);
    EXPECT_THAT(pty_.shown(), Not(IsEmpty()));
    ::raise(SIGCONT);
    EXPECT_TRUE(result_of(context_, resized(screen)));
    EXPECT_TRUE(same_modes(pty_.modes(), during));
    EXPECT_THAT(pty_.shown(), StartsWith("\x1b[?1049h"));
}

TEST_F(TerminalScreenTest, a_terminal_that_takes_nothing_holds_up_nobody_for_long) {
    TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
    const auto begin = std::chrono::steady_clock::now();
    std::string last;
    for (int round = 0; round < 20; ++round) {
        last.clear();
        for (int line = 0; line < 500; ++line) {
            last += std::string(100, static_cast<char>('a' + round)) + "\n";
        }
        screen.draw(last);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kScreenLimit);
    // What it gets in the end is whole: the rest of the first screen, then the last one.
    const std::string end = "\x1b[500;1H\x1b[2K" + std::string(100, 't');
    std::string shown = pty_.shown();
    const auto deadline = begin + kScreenLimit * 2;
    while (!shown.ends_with(end) && std::chrono::steady_clock::now() < deadline) {
        screen.draw(last);
        shown += pty_.shown();
    }
    EXPECT_NE(shown.find("\x1b[500;1H\x1b[2Ka"), std::string::npos);
    EXPECT_TRUE(shown.ends_with(end)) << shown.size() << " bytes";
}

} // namespace
} // namespace haoh::tool
