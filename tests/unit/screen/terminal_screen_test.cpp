// SPDX-License-Identifier: LGPL-2.1-or-later
#include "terminal_screen.hpp"

#include "support/child_status.hpp"
#include "support/failing_call.hpp"
#include "support/growth.hpp"
#include "support/pty.hpp"

#include <haoh/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

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

constexpr std::chrono::seconds kScreenLimit{120};

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

TEST_F(TerminalScreenTest, changes_of_the_modes_what_it_needs) {
    termios before = pty_.modes();
    before.c_iflag |= static_cast<tcflag_t>(IXON);
    before.c_cc[VMIN] = 3;
    before.c_cc[VTIME] = 5;
    before.c_cc[VSUSP] = 26;
    ASSERT_EQ(::tcsetattr(pty_.slave(), TCSANOW, &before), 0);
    {
        const TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
        termios wanted = before;
        wanted.c_iflag &= ~static_cast<tcflag_t>(IXON); // Ctrl-S would stop the drawing
        wanted.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
        wanted.c_cc[VMIN] = 0;
        wanted.c_cc[VTIME] = 0;
        wanted.c_cc[VSUSP] = _POSIX_VDISABLE; // Ctrl-Z would leave the shell with our terminal
        EXPECT_TRUE(same_modes(pty_.modes(), wanted));
    }
    EXPECT_TRUE(same_modes(pty_.modes(), before));
}

TEST_F(TerminalScreenTest, reads_from_one_terminal_and_draws_on_another) {
    const Pty keys;
    const termios before = pty_.modes();
    const termios keys_before = keys.modes();
    keys.resize(33, 11);
    {
        TerminalScreen screen{context_.get_executor(),
                              {.input = keys.slave(), .output = pty_.slave()}};
        EXPECT_TRUE(same_modes(pty_.modes(), before));
        EXPECT_FALSE(same_modes(keys.modes(), keys_before)) << "it is the one with the keys";
        EXPECT_EQ(screen.size(), (ScreenSize{.columns = 80, .rows = 24}));
        EXPECT_THAT(pty_.shown(), StartsWith("\x1b[?1049h"));
        keys.type("k");
        EXPECT_EQ(key(screen), 'k');
        EXPECT_THAT(keys.shown(), IsEmpty());
    }
    EXPECT_TRUE(same_modes(keys.modes(), keys_before));
}

TEST_F(TerminalScreenTest, leaves_no_descriptor_open) {
    const auto open = [] {
        const std::filesystem::directory_iterator all{"/proc/self/fd"};
        return std::distance(begin(all), end(all));
    };
    // The first one of a context opens what the context keeps.
    { const TerminalScreen first{context_.get_executor(), ends_of(pty_)}; }
    const auto before = open();
    { const TerminalScreen screen{context_.get_executor(), ends_of(pty_)}; }
    EXPECT_EQ(open(), before);
}

TEST_F(TerminalScreenTest, says_what_it_has_no_descriptor_for) {
    const TerminalScreen first{context_.get_executor(), ends_of(pty_)};
    const int next = ::fcntl(pty_.slave(), F_DUPFD_CLOEXEC, 3);
    ::close(next);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    for (const auto& [left, missing] : {std::pair{0, "the keyboard"}, {1, "standard output"}}) {
        rlimit less = limit;
        less.rlim_cur = static_cast<rlim_t>(next + left);
        ::setrlimit(RLIMIT_NOFILE, &less);
        std::string text;
        try {
            const TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
        } catch (const Error& error) {
            text = error.what();
            EXPECT_EQ(error.code(), std::errc::too_many_files_open);
        }
        ::setrlimit(RLIMIT_NOFILE, &limit);
        EXPECT_THAT(text, HasSubstr(missing));
    }
    const TerminalScreen last{context_.get_executor(), ends_of(pty_)};
}

TEST_F(TerminalScreenTest, is_possible_on_a_terminal_that_has_a_kind) {
    const char* const kind = std::getenv("TERM");
    const std::optional<std::string> before =
        kind == nullptr ? std::nullopt : std::optional<std::string>{kind};
    for (const auto& [name, possible] :
         {std::pair{"xterm", true}, {"dumb", false}, {"", false}, {"dumber", true}}) {
        ::setenv("TERM", name, 1);
        EXPECT_EQ(TerminalScreen::possible(pty_.slave()), possible) << name;
    }
    ::unsetenv("TERM");
    EXPECT_FALSE(TerminalScreen::possible(pty_.slave()));
    if (before) {
        ::setenv("TERM", before->c_str(), 1);
    }
}

TEST_F(TerminalScreenTest, of_no_size_has_the_usual_one) {
    const TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
    for (const auto& [columns, rows] :
         {std::pair<unsigned short, unsigned short>{0, 0}, {0, 50}, {50, 0}}) {
        pty_.resize(columns, rows);
        EXPECT_EQ(screen.size(), (ScreenSize{.columns = 80, .rows = 24}));
    }
    pty_.resize(1, 1);
    EXPECT_EQ(screen.size(), (ScreenSize{.columns = 1, .rows = 1}));
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

TEST_F(TerminalScreenTest, no_key_is_lost_however_many_come_at_once) {
    TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
    std::string typed;
    for (int number = 0; number < 600; ++number) {
        typed += static_cast<char>('a' + number % 26);
    }
    pty_.type(typed);
    std::string read;
    while (read.size() < typed.size()) {
        const std::optional<char> one = key(screen);
        ASSERT_TRUE(one);
        read += *one;
    }
    EXPECT_EQ(read, typed);
}

TEST_F(TerminalScreenTest, no_key_comes_after_a_hangup) {
    TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
    pty_.hang_up();
    EXPECT_EQ(key(screen), std::nullopt);
    EXPECT_EQ(key(screen), std::nullopt);
    // Nobody is there to be waited for, however busy this machine is.
    auto fastest = std::chrono::steady_clock::duration::max();
    for (int round = 0; round < 10; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        screen.draw("nobody sees this " + std::to_string(round) + "\n");
        fastest = std::min(fastest, std::chrono::steady_clock::now() - begin);
    }
    EXPECT_LT(fastest, std::chrono::milliseconds{50});
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
    EXPECT_THAT(pty_.shown(), Not(HasSubstr("\x1b[?1049h"))) << "it is not taken twice";
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

/// A screen of more bytes than a terminal takes at once.
std::string large_screen(char letter) {
    std::string out;
    for (int line = 0; line < 500; ++line) {
        out += std::string(100, letter) + "\n";
    }
    return out;
}

TEST_F(TerminalScreenTest, what_is_not_taken_at_once_comes_when_it_is) {
    TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
    screen.draw(large_screen('x'));
    const std::string end = "\x1b[500;1H\x1b[2K" + std::string(100, 'x');
    std::string shown = pty_.shown();
    EXPECT_FALSE(shown.ends_with(end)) << "all of it was taken at once";
    const auto deadline = std::chrono::steady_clock::now() + kScreenLimit;
    while (!shown.ends_with(end) && std::chrono::steady_clock::now() < deadline) {
        context_.restart();
        context_.run_for(std::chrono::milliseconds{1}); // nobody draws
        shown += pty_.shown();
    }
    EXPECT_TRUE(shown.ends_with(end)) << shown.size() << " bytes";
}

TEST_F(TerminalScreenTest, what_was_not_taken_does_not_come_after_the_end) {
    {
        TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
        screen.draw(large_screen('x'));
        const std::string begun = pty_.shown();
        EXPECT_THAT(begun, HasSubstr("x"));
        EXPECT_LT(begun.size(), large_screen('x').size()) << "all of it was taken";
    }
    const std::string end = pty_.shown();
    EXPECT_THAT(end, AllOf(Not(HasSubstr("x")), EndsWith("\x1b[?1049l")));
}

/// The fastest of several calls: what one takes, however busy this machine is.
template <typename Call>
std::chrono::steady_clock::duration fastest(Call call) {
    auto least = std::chrono::steady_clock::duration::max();
    for (int round = 0; round < 20; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        call(round);
        least = std::min(least, std::chrono::steady_clock::now() - begin);
    }
    return least;
}

TEST_F(TerminalScreenTest, a_terminal_that_was_stopped_holds_up_nobody) {
    TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
    ASSERT_EQ(::tcflow(pty_.slave(), TCOOFF), 0); // as Ctrl-S does it where nobody prevents it
    EXPECT_THAT(pty_.shown(), HasSubstr("\x1b[?1049h"));
    EXPECT_LT(fastest([&](int round) {
                  screen.draw("line " + std::to_string(round) + "\n");
                  context_.restart();
                  context_.poll();
              }),
              std::chrono::milliseconds{50});
    EXPECT_THAT(pty_.shown(), IsEmpty());
    ASSERT_EQ(::tcflow(pty_.slave(), TCOON), 0);
    std::string shown;
    const auto deadline = std::chrono::steady_clock::now() + kScreenLimit;
    while (!shown.ends_with("the end") && std::chrono::steady_clock::now() < deadline) {
        screen.draw("the end\n");
        shown += pty_.shown();
    }
    EXPECT_THAT(shown, AllOf(StartsWith("\x1b[1;1H\x1b[2Kline 0"), EndsWith("the end")));
}

TEST_F(TerminalScreenTest, ends_although_its_terminal_was_stopped) {
    const termios before = pty_.modes();
    {
        TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
        ASSERT_EQ(::tcflow(pty_.slave(), TCOOFF), 0);
        screen.draw("line\n");
    }
    EXPECT_TRUE(same_modes(pty_.modes(), before));
    context_.restart();
    context_.poll(); // what waited for it is gone
    ASSERT_EQ(::tcflow(pty_.slave(), TCOON), 0);
}

TEST_F(TerminalScreenTest, a_terminal_that_takes_nothing_holds_up_nobody) {
    TerminalScreen screen{context_.get_executor(), ends_of(pty_)};
    const auto begin = std::chrono::steady_clock::now();
    std::string last;
    EXPECT_LT(fastest([&](int round) {
                  last = large_screen(static_cast<char>('a' + round));
                  screen.draw(last);
              }),
              std::chrono::milliseconds{50});
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

TEST_F(TerminalScreenTest, says_that_the_keyboard_cannot_be_waited_for) {
    EXPECT_EQ(test::status_of_child([this] {
                  asio::io_context context;
                  // The first one of a context makes what all of them share.
                  { const TerminalScreen first{context.get_executor(), ends_of(pty_)}; }
                  if (!test::fail_call(SYS_epoll_ctl, ENOMEM)) {
                      return 1;
                  }
                  try {
                      const TerminalScreen screen{context.get_executor(), ends_of(pty_)};
                  } catch (const Error& error) {
                      return error.code() == std::errc::not_enough_memory ? 0 : 2;
                  }
                  return 3;
              }),
              0);
}

} // namespace
} // namespace haoh::tool
