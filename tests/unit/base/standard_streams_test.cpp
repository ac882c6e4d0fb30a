// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/standard_streams.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace haoh::base {
namespace {

/// Runs it in a child; it returns the exit status.
template <typename Body>
int status_of_child(Body body) {
    const ::pid_t child = ::fork();
    if (child == 0) {
        ::_exit(body());
    }
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(StandardStreams, that_are_closed_are_never_a_file_or_socket) {
    for (unsigned closed = 0; closed < 8; ++closed) {
        const int status = status_of_child([closed] {
            for (int number = 0; number < 3; ++number) {
                if ((closed >> static_cast<unsigned>(number) & 1U) != 0) {
                    ::close(number);
                }
            }
            occupy_standard_streams();
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
