// SPDX-License-Identifier: LGPL-2.1-or-later
#include "output_writer.hpp"

#include "base/file_descriptor.hpp"

#include "support/child_status.hpp"
#include "support/failing_call.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto kWriterLimit = 120s;

std::vector<std::string> threads() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/task"}) {
        out.push_back(entry.path().string());
    }
    return out;
}

/// How many there are now that were not there before.
std::size_t new_threads(const std::vector<std::string>& before) {
    const std::vector<std::string> now = threads();
    return static_cast<std::size_t>(
        std::count_if(now.begin(), now.end(), [&before](const std::string& one) {
            return std::find(before.begin(), before.end(), one) == before.end();
        }));
}

class OutputWriterTest : public ::testing::Test {
  protected:
    OutputWriterTest() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error("pipe");
        }
        reader_ = base::FileDescriptor{ends[0]};
        writer_ = base::FileDescriptor{ends[1]};
        ::fcntl(reader_.get(), F_SETFL, O_NONBLOCK);
    }
    /// Waits, without the executor, and reads what arrives meanwhile.
    template <typename Done>
    bool wait_until(Done done) {
        const auto deadline = std::chrono::steady_clock::now() + kWriterLimit;
        while (!done() && std::chrono::steady_clock::now() < deadline) {
            std::array<char, 65536> part{};
            const ::ssize_t got = ::read(reader_.get(), part.data(), part.size());
            read_.append(part.data(), static_cast<std::size_t>(std::max<::ssize_t>(got, 0)));
            if (got <= 0) {
                std::this_thread::sleep_for(1ms);
            }
        }
        return done();
    }
    /// What `written` says; nullopt when it says nothing.
    std::optional<bool> written(OutputWriter& output, std::chrono::milliseconds patience) {
        std::optional<bool> result;
        asio::co_spawn(context_, output.written(patience),
                       [&result](const std::exception_ptr&, bool all) { result = all; });
        const auto deadline = std::chrono::steady_clock::now() + kWriterLimit;
        while (!result && std::chrono::steady_clock::now() < deadline) {
            context_.restart();
            context_.run_one_for(5ms);
        }
        return result;
    }

    asio::io_context context_{1};
    base::FileDescriptor reader_;
    base::FileDescriptor writer_;
    std::string read_;
};

TEST_F(OutputWriterTest, texts_arrive_whole_and_in_order) {
    OutputWriter output{context_.get_executor(), writer_.get()};
    EXPECT_EQ(written(output, 0ms), true) << "nothing waits";
    std::string all;
    for (int number = 0; number < 200; ++number) {
        std::string text = std::to_string(number) + " ";
        text.resize(static_cast<std::size_t>(number * 100), 'x');
        output.write(text);
        all += text;
        if (number % 50 == 0) { // its thread has nothing to do
            ASSERT_TRUE(wait_until([&] { return output.waiting() == 0; }));
        }
    }
    EXPECT_TRUE(wait_until([&] { return output.waiting() == 0 && read_.size() >= all.size(); }));
    EXPECT_TRUE(read_ == all);
    EXPECT_EQ(written(output, kWriterLimit), true);
    EXPECT_EQ(output.failure(), std::error_code{});
    output.write("more");
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(written(output, kWriterLimit), true);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kWriterLimit) << "as soon as it is so";
}

TEST_F(OutputWriterTest, what_waits_is_what_was_not_written) {
    ASSERT_GE(::fcntl(writer_.get(), F_SETPIPE_SZ, 4096), 0);
    OutputWriter output{context_.get_executor(), writer_.get()};
    output.write("");
    EXPECT_EQ(output.waiting(), 0U);
    output.write(std::string(4096, 'a'));
    ASSERT_TRUE([&] {
        const auto deadline = std::chrono::steady_clock::now() + kWriterLimit;
        while (output.waiting() > 0 && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(1ms);
        }
        return output.waiting() == 0;
    }()) << "it is in the pipe";
    output.write(std::string(100, 'b'));
    output.write(std::string(23, 'c'));
    EXPECT_EQ(output.waiting(), 123U) << "the pipe is full";
    EXPECT_EQ(written(output, 20ms), false);
    EXPECT_EQ(output.waiting(), 123U);
    EXPECT_TRUE(wait_until([&] { return output.waiting() == 0; }));
}

TEST_F(OutputWriterTest, a_reader_that_is_slow_is_waited_for) {
    ASSERT_GE(::fcntl(writer_.get(), F_SETPIPE_SZ, 4096), 0);
    OutputWriter output{context_.get_executor(), writer_.get()};
    const std::string text(20 * 4096, 's');
    output.write(text);
    std::thread reader{[&] {
        std::array<char, 4096> part{};
        while (read_.size() < text.size()) {
            std::this_thread::sleep_for(50ms); // each is a sign of life
            const ::ssize_t got = ::read(reader_.get(), part.data(), part.size());
            read_.append(part.data(), static_cast<std::size_t>(std::max<::ssize_t>(got, 0)));
        }
    }};
    const auto begin = std::chrono::steady_clock::now();
    std::optional<bool> all;
    // On a busy machine the reader may be late, and not for ever.
    for (int attempt = 0; attempt < 20 && all != std::optional{true}; ++attempt) {
        all = written(output, 900ms);
    }
    EXPECT_EQ(all, true);
    EXPECT_GT(std::chrono::steady_clock::now() - begin, 900ms) << "longer than the patience";
    reader.join();
    EXPECT_TRUE(read_ == text);
}

TEST_F(OutputWriterTest, progress_is_told_once_until_it_is_heard) {
    int told = 0;
    OutputWriter output{context_.get_executor(), writer_.get(), [&told] { ++told; }};
    for (int round = 1; round <= 3; ++round) {
        output.write(std::string(50'000, 'x')); // in many parts
        ASSERT_TRUE(wait_until([&] { return output.waiting() == 0; }));
        EXPECT_EQ(told, round - 1) << "on the executor only";
        const auto deadline = std::chrono::steady_clock::now() + kWriterLimit;
        while (told < round && std::chrono::steady_clock::now() < deadline) {
            context_.restart();
            context_.run_one_for(5ms);
        }
        context_.restart();
        context_.poll();
        EXPECT_EQ(told, round);
    }
}

TEST_F(OutputWriterTest, after_its_end_nothing_is_told_and_no_thread_is_left) {
    const std::vector<std::string> before = threads();
    int told = 0;
    {
        OutputWriter idle{context_.get_executor(), writer_.get()};
        idle.write("");
        EXPECT_EQ(new_threads(before), 0U) << "there is nothing to write";
        OutputWriter output{context_.get_executor(), writer_.get(), [&told] { ++told; }};
        output.write("text");
        ASSERT_TRUE(wait_until([&] { return output.waiting() == 0; }));
        EXPECT_EQ(new_threads(before), 1U);
        // Progress may still be on its way to the executor.
    }
    EXPECT_TRUE(wait_until([&] { return new_threads(before) == 0; }));
    context_.restart();
    context_.poll();
    EXPECT_EQ(told, 0);
}

TEST_F(OutputWriterTest, signals_are_for_the_other_threads) {
    const std::vector<std::string> before = threads();
    ::sigset_t mask{};
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    OutputWriter output{context_.get_executor(), writer_.get()};
    output.write("text");
    ::sigset_t after{};
    ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
    for (int number = 1; number < SIGRTMIN; ++number) {
        EXPECT_EQ(::sigismember(&after, number), ::sigismember(&mask, number)) << number;
    }
    EXPECT_EQ(new_threads(before), 1U);
    for (const std::string& thread : threads()) {
        if (std::find(before.begin(), before.end(), thread) == before.end()) {
            std::ifstream file{thread + "/status"};
            const std::string status{std::istreambuf_iterator<char>{file}, {}};
            const std::string blocked = status.substr(status.find("SigBlk:") + 7, 17);
            const auto bits = std::stoull(blocked, nullptr, 16);
            for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT, SIGCHLD}) {
                EXPECT_EQ(bits >> static_cast<unsigned>(number - 1) & 1U, 1U) << blocked;
            }
        }
    }
    EXPECT_TRUE(wait_until([&] { return output.waiting() == 0; }));
}

TEST_F(OutputWriterTest, the_first_failure_stays_and_nothing_is_written_after_it) {
    // Nobody is at this port: the first datagram goes, the second one is told so, another would go.
    const auto socket_at = [](::in_port_t port, ::sockaddr_in& address) {
        base::FileDescriptor out{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
        address = {.sin_family = AF_INET,
                   .sin_port = port,
                   .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
                   .sin_zero = {}};
        return out;
    };
    ::sockaddr_in address{};
    ::socklen_t size = sizeof address;
    base::FileDescriptor gone = socket_at(0, address);
    ASSERT_EQ(::bind(gone.get(), reinterpret_cast<const ::sockaddr*>(&address), size), 0);
    ASSERT_EQ(::getsockname(gone.get(), reinterpret_cast<::sockaddr*>(&address), &size), 0);
    gone.reset();
    const base::FileDescriptor here = socket_at(address.sin_port, address);
    ASSERT_EQ(::connect(here.get(), reinterpret_cast<const ::sockaddr*>(&address), size), 0);

    std::optional<std::error_code> told;
    std::optional<OutputWriter> output;
    output.emplace(context_.get_executor(), here.get(), [&] { told = output->failure(); });
    output->write(std::string(std::size_t{4} * 4096, 'x'));
    EXPECT_EQ(written(*output, kWriterLimit), false);
    EXPECT_EQ(output->failure(), std::errc::connection_refused);
    EXPECT_EQ(output->waiting(), std::size_t{2} * 4096);
    output->write("goes nowhere");
    EXPECT_EQ(output->waiting(), std::size_t{2} * 4096) << "and is not kept";
    EXPECT_EQ(written(*output, kWriterLimit), false);
    context_.restart();
    context_.poll();
    EXPECT_EQ(told, output->failure());
}

TEST_F(OutputWriterTest, a_failure_of_the_last_part_is_one) {
    const base::FileDescriptor full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
    OutputWriter output{context_.get_executor(), full.get()};
    output.write("text");
    EXPECT_EQ(written(output, kWriterLimit), false);
    EXPECT_EQ(output.failure(), std::errc::no_space_on_device);
}

TEST_F(OutputWriterTest, waiting_can_be_given_up_before_or_while_one_waits) {
    ASSERT_GE(::fcntl(writer_.get(), F_SETPIPE_SZ, 4096), 0);
    OutputWriter output{context_.get_executor(), writer_.get()};
    output.write(std::string(10'000, 'x'));
    output.give_up();
    EXPECT_EQ(written(output, std::chrono::hours{1}), false);
}

TEST_F(OutputWriterTest, one_that_has_begun_needs_no_other_thread) {
    EXPECT_EQ(test::status_of_child([this] {
                  asio::io_context context;
                  OutputWriter output{context.get_executor(), writer_.get()};
                  output.begin();
                  if (!test::fail_call(SYS_clone3, EAGAIN) || !test::fail_call(SYS_clone, EAGAIN)) {
                      return 1;
                  }
                  output.write("text");
                  if (output.failure() || !wait_until([this] { return read_ == "text"; })) {
                      return 2;
                  }
                  return 0;
              }),
              0);
}

TEST_F(OutputWriterTest, without_a_thread_the_output_has_failed) {
    EXPECT_EQ(test::status_of_child([this] {
                  asio::io_context context;
                  bool told = false;
                  OutputWriter output{context.get_executor(), writer_.get(), [&] { told = true; }};
                  if (!test::fail_call(SYS_clone3, EAGAIN) || !test::fail_call(SYS_clone, EAGAIN)) {
                      return 1;
                  }
                  output.write("text");
                  if (output.failure() != std::errc::resource_unavailable_try_again) {
                      return 2;
                  }
                  context.run();
                  return told ? 0 : 3;
              }),
              0);
}

} // namespace
} // namespace haoh::tool
