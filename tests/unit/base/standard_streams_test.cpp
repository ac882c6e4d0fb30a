// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/standard_streams.hpp"

#include "support/child_status.hpp"
#include "support/failing_call.hpp"
#include "support/thread_state.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace haoh::base {
namespace {

using test::status_of_child;

/// How many descriptors are open.
std::size_t descriptors() {
    const std::filesystem::directory_iterator all{"/proc/self/fd"};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(StandardStreams, that_are_closed_are_never_a_file_or_socket) {
    for (unsigned closed = 0; closed < 8; ++closed) {
        const int status = status_of_child([closed] {
            for (int number = 0; number < 3; ++number) {
                if ((closed >> static_cast<unsigned>(number) & 1U) != 0) {
                    ::close(number);
                }
            }
            const std::size_t before = descriptors();
            occupy_standard_streams();
            const std::size_t after = descriptors();
            if (after != before + static_cast<std::size_t>(std::popcount(closed))) {
                return 4;
            }
            if (::open("/dev/null", O_RDWR | O_CLOEXEC) <= STDERR_FILENO) {
                return 1;
            }
            if ((closed & 2U) != 0 &&
                write_all(STDOUT_FILENO, "x") != std::errc::bad_file_descriptor) {
                return 2;
            }
            char byte{};
            if ((closed & 1U) != 0 && (::read(STDIN_FILENO, &byte, 1) != -1 || errno != EBADF)) {
                return 3;
            }
            note("");
            return 0;
        });
        EXPECT_EQ(status, 0) << closed;
    }
}

TEST(StandardStreams, what_does_not_arrive_is_an_error_of_the_output) {
    const int status = status_of_child([] {
        const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
        ::dup2(full, STDOUT_FILENO);
        ::dup2(full, STDERR_FILENO);
        note("into nowhere"); // and nothing comes of it
        try {
            print("x");
        } catch (const OutputError& error) {
            return error.code() == std::errc::no_space_on_device ? 0 : 1;
        }
        return 2;
    });
    EXPECT_EQ(status, 0);
}

TEST(StandardStreams, a_pipe_that_was_set_not_to_block_takes_it_all) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    const std::string text(1'000'000, 't'); // more than the pipe holds
    std::error_code failure;
    std::thread writer{[&] {
        failure = write_all(ends[1], text);
        ::close(ends[1]);
    }};
    ::fcntl(ends[0], F_SETFL, 0);
    std::string read;
    std::array<char, 4096> part{};
    for (::ssize_t got = 0; (got = ::read(ends[0], part.data(), part.size())) > 0;) {
        read.append(part.data(), static_cast<std::size_t>(got));
    }
    writer.join();
    ::close(ends[0]);
    EXPECT_EQ(failure, std::error_code{});
    EXPECT_EQ(read, text);
}

/// A pipe and a thread that writes more into it than it holds.
class FullPipe {
  public:
    explicit FullPipe(int flags) {
        EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC | flags), 0);
        ::fcntl(ends_[0], F_SETFL, 0);
        writer_ = std::thread{[this] {
            thread_ = ::gettid();
            failure_ = write_all(ends_[1], text_);
            ::close(ends_[1]);
        }};
        while (thread_ == 0) {
            std::this_thread::yield();
        }
    }
    [[nodiscard]] bool writer_sleeps() const { return test::falls_asleep(thread_); }
    void interrupt() { ::pthread_kill(writer_.native_handle(), SIGUSR1); }
    /// Reads to the end; whether all arrived.
    bool arrives() {
        std::string read;
        std::array<char, 4096> part{};
        for (::ssize_t got = 0; (got = ::read(ends_[0], part.data(), part.size())) > 0;) {
            read.append(part.data(), static_cast<std::size_t>(got));
        }
        writer_.join();
        ::close(ends_[0]);
        return failure_ == std::error_code{} && read == text_;
    }

  private:
    std::array<int, 2> ends_{};
    std::string text_ = std::string(300'000, 't');
    std::error_code failure_;
    std::atomic<::pid_t> thread_{};
    std::thread writer_;
};

TEST(StandardStreams, a_writer_sleeps_until_there_is_room) {
    FullPipe pipe{O_NONBLOCK};
    EXPECT_TRUE(pipe.writer_sleeps());
    EXPECT_TRUE(pipe.arrives());
}

std::atomic<int> interruptions{}; // NOLINT: a signal handler knows nothing else

TEST(StandardStreams, a_writer_that_a_signal_interrupts_goes_on) {
    struct sigaction action {};
    action.sa_handler = [](int) { ++interruptions; }; // without SA_RESTART: write says EINTR
    struct sigaction before {};
    ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);
    FullPipe pipe{0};
    for (int number = 1; number <= 3; ++number) {
        EXPECT_TRUE(pipe.writer_sleeps());
        pipe.interrupt();
        while (interruptions < number) {
            std::this_thread::yield();
        }
    }
    EXPECT_TRUE(pipe.arrives());
    ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(StandardStreams, a_note_goes_to_standard_error_and_a_text_to_standard_output) {
    std::array<int, 2> errors{};
    std::array<int, 2> output{};
    ASSERT_EQ(::pipe2(errors.data(), O_CLOEXEC), 0);
    ASSERT_EQ(::pipe2(output.data(), O_CLOEXEC), 0);
    const int status = status_of_child([&] {
        ::dup2(output[1], STDOUT_FILENO);
        ::dup2(errors[1], STDERR_FILENO);
        print("a text");
        note("a note");
        finish_output();
        return ::fcntl(STDOUT_FILENO, F_GETFD) < 0 ? 1 : 0; // the number stays taken
    });
    EXPECT_EQ(status, 0);
    ::close(output[1]);
    ::close(errors[1]);
    std::array<char, 100> bytes{};
    EXPECT_EQ(::read(output[0], bytes.data(), bytes.size()), 6);
    EXPECT_EQ((std::string{bytes.data(), 6}), "a text");
    EXPECT_EQ(::read(errors[0], bytes.data(), bytes.size()), 6);
    EXPECT_EQ((std::string{bytes.data(), 6}), "a note");
    ::close(output[0]);
    ::close(errors[0]);
}

TEST(StandardStreams, a_descriptor_that_takes_no_byte_is_an_error) {
    const int status = status_of_child([] {
        if (!test::fail_call(SYS_write, 0)) {
            return 1;
        }
        return write_all(STDOUT_FILENO, "x") == std::errc::io_error ? 0 : 2;
    });
    EXPECT_EQ(status, 0);
}

TEST(StandardStreams, a_close_that_tells_of_no_space_is_an_error_of_the_output) {
    const auto end_with = [](int failure) {
        return status_of_child([failure] {
            if (!test::fail_call(SYS_close, failure)) {
                return 1;
            }
            try {
                finish_output();
            } catch (const OutputError& error) {
                return error.code() == std::errc::no_space_on_device ? 2 : 3;
            }
            return 4;
        });
    };
    EXPECT_EQ(end_with(ENOSPC), 2);
    EXPECT_EQ(end_with(EINTR), 4) << "a signal is no failure";
    EXPECT_EQ(status_of_child([] {
                  ::close(STDOUT_FILENO);
                  finish_output(); // nothing can have been printed
                  return 0;
              }),
              0);
}

TEST(StandardStreams, the_end_of_the_reader_is_told) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    ::close(ends[0]);
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(write_all(ends[1], "x"), std::errc::broken_pipe);
    std::signal(SIGPIPE, before);
    ::close(ends[1]);
}

} // namespace
} // namespace haoh::base
