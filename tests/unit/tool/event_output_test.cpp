// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event_output.hpp"

#include "base/file_descriptor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace haoh::tool {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kOutputLimit = 120s;
constexpr std::size_t kPipeSize = 4096; ///< of the pipe that stalls
constexpr std::size_t kLine = 100;      ///< bytes of one event

/// A pipe of which the test is the reader.
class EventOutputTest : public ::testing::Test {
  protected:
    EventOutputTest() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0 ||
            ::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(kPipeSize)) < 0) {
            throw std::runtime_error("pipe");
        }
        reader_ = base::FileDescriptor{ends[0]};
        writer_ = base::FileDescriptor{ends[1]};
        ::fcntl(reader_.get(), F_SETFL, O_NONBLOCK);
    }

    EventOutputOptions options() {
        EventOutputOptions out;
        out.descriptor = writer_.get();
        out.bytes = 1000;
        out.events = 50;
        out.render = [](const Event& event) { return line(event.sequence); };
        out.on_failure = [this](std::error_code failure) { failure_ = failure; };
        out.on_left_out = [this](std::uint64_t count) { left_out_.push_back(count); };
        return out;
    }
    static std::string line(std::uint64_t number) {
        std::string text = std::to_string(number);
        text.resize(kLine - 1, '.');
        return text + "\n";
    }
    static Event event(std::uint64_t number) {
        Event out;
        out.sequence = number;
        return out;
    }
    template <typename Done>
    bool run_until(Done done) {
        const auto deadline = std::chrono::steady_clock::now() + kOutputLimit;
        while (!done() && std::chrono::steady_clock::now() < deadline) {
            context_.restart();
            context_.run_one_for(5ms);
        }
        return done();
    }
    /// Numbers of the lines that were read so far, while the context runs.
    bool read_until(std::uint64_t last) {
        return run_until([&] {
            std::array<char, 512> part{};
            const ::ssize_t got = ::read(reader_.get(), part.data(), part.size());
            text_.append(part.data(), static_cast<std::size_t>(std::max<::ssize_t>(got, 0)));
            for (std::size_t end = 0; (end = text_.find('\n')) != text_.npos;) {
                numbers_.push_back(std::stoull(text_));
                text_.erase(0, end + 1);
            }
            return !numbers_.empty() && numbers_.back() == last;
        });
    }
    std::optional<bool> written(EventOutput& output, std::chrono::milliseconds patience) {
        std::optional<bool> result;
        asio::co_spawn(context_, output.written(patience),
                       [&result](const std::exception_ptr&, bool all) { result = all; });
        run_until([&] { return result.has_value(); });
        return result;
    }

    asio::io_context context_{1};
    base::FileDescriptor reader_;
    base::FileDescriptor writer_;
    std::optional<std::error_code> failure_;
    std::vector<std::uint64_t> left_out_;
    std::vector<std::uint64_t> numbers_;
    std::string text_;
};

TEST_F(EventOutputTest, a_reader_that_reads_gets_every_event) {
    EventOutput output{context_.get_executor(), options()};
    for (std::uint64_t number = 1; number <= 300; ++number) {
        output.push(event(number));
        ASSERT_TRUE(number % 20 != 0 || read_until(number)) << number;
    }
    EXPECT_EQ(numbers_.size(), 300U);
    EXPECT_TRUE(left_out_.empty());
    EXPECT_EQ(written(output, kOutputLimit), true);
    EXPECT_EQ(failure_, std::nullopt);
}

TEST_F(EventOutputTest, a_reader_that_stalls_holds_up_nobody_and_misses_only_what_is_told) {
    const std::string first = "0" + std::string(kPipeSize - 2, '.') + "\n"; // it is full at once
    ASSERT_EQ(::write(writer_.get(), first.data(), first.size()),
              static_cast<::ssize_t>(kPipeSize));
    EventOutput output{context_.get_executor(), options()};
    constexpr std::uint64_t kEvents = 1000;
    for (std::uint64_t number = 1; number <= kEvents; ++number) {
        output.push(event(number)); // comes back, though the pipe is full
        context_.poll();
        context_.restart();
    }
    bool ran = false;
    asio::post(context_, [&ran] { ran = true; });
    EXPECT_TRUE(run_until([&] { return ran; })) << "the executor goes on";
    EXPECT_EQ(written(output, 50ms), false) << "not while nobody reads";
    EXPECT_TRUE(left_out_.empty()) << "not known yet how many";

    ASSERT_TRUE(read_until(kEvents)) << "the last events are kept";
    ASSERT_EQ(left_out_.size(), 1U) << "told once";
    EXPECT_EQ(numbers_.size() - 1 + left_out_[0], kEvents) << "each is written or counted";
    EXPECT_GT(left_out_[0], kEvents / 2);
    EXPECT_EQ(written(output, kOutputLimit), true);

    output.push(event(kEvents + 1)); // and all is as before
    EXPECT_TRUE(read_until(kEvents + 1));
    EXPECT_EQ(left_out_.size(), 1U);
}

TEST_F(EventOutputTest, so_many_events_wait_and_no_more) {
    const std::string first(kPipeSize, '.');
    ASSERT_EQ(::write(writer_.get(), first.data(), first.size()),
              static_cast<::ssize_t>(kPipeSize));
    EventOutput output{context_.get_executor(), options()};
    // Of lines of 100 bytes 10 are given to the writer, and 50 wait.
    for (std::uint64_t number = 1; number <= 60; ++number) {
        output.push(event(number));
    }
    output.release_all();
    EXPECT_TRUE(left_out_.empty());
    for (std::uint64_t number = 61; number <= 111; ++number) {
        output.push(event(number));
    }
    output.release_all();
    EXPECT_EQ(left_out_, (std::vector<std::uint64_t>{1}));
    EXPECT_EQ(EventOutputOptions{}.events, 16384U) << "haoh-monitor(1)";
}

TEST_F(EventOutputTest, all_that_waits_is_written_at_the_end) {
    EventOutput output{context_.get_executor(), options()};
    for (std::uint64_t number = 1; number <= 55; ++number) {
        output.push(event(number));
    }
    output.release_all();
    output.print(line(56));
    EXPECT_TRUE(read_until(56));
    EXPECT_EQ(numbers_.size(), 56U);
    EXPECT_EQ(written(output, kOutputLimit), true);
}

TEST_F(EventOutputTest, waiting_for_a_reader_can_be_given_up) {
    EventOutput output{context_.get_executor(), options()};
    output.print(std::string(10 * kPipeSize, 'x'));
    asio::post(context_, [&output] { output.give_up(); });
    EXPECT_EQ(written(output, std::chrono::hours{1}), false);
}

TEST_F(EventOutputTest, the_first_failure_is_told) {
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    reader_.reset();
    EventOutput output{context_.get_executor(), options()};
    output.push(event(1));
    EXPECT_TRUE(run_until([&] { return failure_.has_value(); }));
    EXPECT_EQ(failure_.value_or(std::error_code{}), std::errc::broken_pipe);
    output.push(event(2)); // goes nowhere, and waits for nothing
    EXPECT_EQ(written(output, kOutputLimit), false);
    std::signal(SIGPIPE, before);
}

TEST_F(EventOutputTest, to_be_destroyed_does_not_wait_for_the_reader) {
    {
        EventOutput output{context_.get_executor(), options()};
        output.print(std::string(10 * kPipeSize, 'x'));
        // Until the thread waits in its write.
        EXPECT_EQ(written(output, 50ms), false);
    }
    reader_.reset(); // ends the write, after which nothing is told any more
    context_.run_for(50ms);
    EXPECT_EQ(failure_, std::nullopt);
}

} // namespace
} // namespace haoh::tool
