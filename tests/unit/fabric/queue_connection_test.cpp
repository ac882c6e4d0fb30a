// SPDX-License-Identifier: LGPL-2.1-or-later
// A connection over a stream of the test's own: nothing here has a socket.
#include "fabric/queue_connection.hpp"

#include <haoh/error.hpp>
#include <haoh/nvme/command.hpp>
#include <haoh/nvme/pdu.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <new>
#include <thread>

namespace haoh::fabric::test {
namespace {

using boost::asio::awaitable;
using boost::system::error_code;
using testing::HasSubstr;

/// Answers what is written to it, by a function from bytes to bytes.
class Script final : public ByteStream {
  public:
    struct State {
        std::function<nvme::Bytes(nvme::ByteView)> answer;
        error_code write_error;
        error_code end{boost::asio::error::eof}; ///< what the reader is told behind the answers
        bool hangs{};                            ///< instead: until it is closed
        bool no_memory_to_read{};
        bool no_memory_to_write{};
        bool sent_all{};
        bool closed{};
        std::deque<std::uint8_t> readable;
        std::vector<std::size_t> asked; ///< sizes of buffers to read into
        std::function<void()> wake;     ///< there is more to read
    };
    Script(boost::asio::any_io_executor executor, State& state)
        : state_{state}, changed_{executor, TimePoint::max()} {
        state_.wake = [this] { changed_.cancel(); };
    }

    awaitable<std::string> open(Address address, TimePoint /*deadline*/,
                                std::string name) override {
        if (address.traddr == "nowhere") {
            throw Error(make_error_code(Errc::not_found), "connect to", name,
                        "there is no such peer");
        }
        co_return "192.0.2.1";
    }
    awaitable<std::pair<error_code, std::size_t>>
    read_some(boost::asio::mutable_buffer into) override {
        state_.asked.push_back(into.size());
        if (state_.no_memory_to_read) {
            throw std::bad_alloc();
        }
        while (state_.readable.empty() && !state_.closed && (state_.hangs || !state_.sent_all)) {
            error_code ignored;
            co_await changed_.async_wait(
                boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
        }
        if (state_.closed) {
            co_return std::pair{error_code{boost::asio::error::operation_aborted}, std::size_t{0}};
        }
        if (state_.readable.empty()) {
            co_return std::pair{state_.end, std::size_t{0}};
        }
        // One byte at a time: a stream owes no more.
        *static_cast<std::uint8_t*>(into.data()) = state_.readable.front();
        state_.readable.pop_front();
        co_return std::pair{error_code{}, std::size_t{1}};
    }
    awaitable<error_code> write(boost::asio::const_buffer bytes) override {
        if (state_.no_memory_to_write) {
            throw std::bad_alloc();
        }
        if (state_.write_error) {
            co_return state_.write_error;
        }
        const nvme::Bytes answer = state_.answer(
            nvme::ByteView{static_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
        state_.readable.insert(state_.readable.end(), answer.begin(), answer.end());
        state_.sent_all = true;
        changed_.cancel();
        co_return error_code{};
    }
    void shutdown_send() override {}
    void close() override {
        state_.closed = true;
        changed_.cancel();
    }

  private:
    State& state_;
    boost::asio::steady_timer changed_;
};

class QueueConnectionTest : public testing::Test {
  protected:
    using State = Script::State;

    /// What opening a connection says; empty when it is open.
    std::string open(const std::string& traddr = "there") {
        connection_ = std::make_shared<QueueConnection>(
            context_.get_executor(), SessionOptions{},
            std::make_unique<Script>(context_.get_executor(), state_));
        context_.restart();
        std::string said;
        bool done = false;
        boost::asio::co_spawn(
            context_,
            connection_->open({.traddr = traddr, .trsvcid = 4420, .host_traddr = {}},
                              Clock::now() + std::chrono::minutes{1}),
            [&](const std::exception_ptr& failure) {
                done = true;
                try {
                    if (failure) {
                        std::rethrow_exception(failure);
                    }
                } catch (const Error& error) {
                    said = error.what();
                }
            });
        while (!done && context_.run_one_for(std::chrono::minutes{1}) > 0) {
        }
        EXPECT_TRUE(done);
        return said;
    }
    void TearDown() override { end(); }
    void end() {
        connection_->close(
            {.code = make_error_code(Errc::canceled), .cause = "over", .advice = {}});
        connection_.reset();
        context_.restart();
        context_.run_for(std::chrono::minutes{1});
    }

    boost::asio::io_context context_;
    Script::State state_;
    std::shared_ptr<QueueConnection> connection_;
};

nvme::Bytes icresp() {
    return nvme::encode(nvme::IcResp{.pfv = 0, .cpda = 0, .dgst = 0, .maxh2cdata = 4096}, {});
}

TEST_F(QueueConnectionTest, OpensOverAnyStreamHoweverItCutsItsBytes) {
    state_.hangs = true;
    state_.answer = [](nvme::ByteView) { return icresp(); };
    EXPECT_EQ(open(), "");
    EXPECT_EQ(connection_->peer(), "192.0.2.1");
    EXPECT_FALSE(connection_->failed());
    EXPECT_EQ(state_.asked.size(), icresp().size() + 1) << "byte by byte, and once more";
}

TEST_F(QueueConnectionTest, SaysWhatTheStreamSays) {
    EXPECT_EQ(open("nowhere"), "connect to tcp://nowhere:4420: there is no such peer");
}

TEST_F(QueueConnectionTest, TellsAStreamThatEndsFromOneThatBreaks) {
    state_.answer = [](nvme::ByteView) { return nvme::Bytes{}; };
    EXPECT_THAT(open(), HasSubstr("closed"));
    EXPECT_TRUE(state_.closed);
    end();
    state_ = {};
    state_.answer = [](nvme::ByteView) { return nvme::Bytes{}; };
    state_.end = boost::asio::error::connection_reset;
    EXPECT_THAT(open(), HasSubstr("the connection was lost"));
    EXPECT_TRUE(state_.closed);
}

TEST_F(QueueConnectionTest, ClosesItsStreamOnce) {
    state_.hangs = true;
    state_.answer = [](nvme::ByteView) { return icresp(); };
    ASSERT_EQ(open(), "");
    EXPECT_FALSE(state_.closed);
    connection_->close({.code = make_error_code(Errc::canceled), .cause = "enough", .advice = {}});
    EXPECT_TRUE(state_.closed);
    EXPECT_TRUE(connection_->failed());
}

TEST_F(QueueConnectionTest, FailsWhenItCannotSend) {
    state_.hangs = true; // and the peer has nothing to say of it
    state_.answer = [](nvme::ByteView) { return icresp(); };
    state_.write_error = boost::asio::error::no_buffer_space;
    EXPECT_THAT(open(), HasSubstr("the connection was lost: No buffer space available"));
    EXPECT_TRUE(state_.closed);
}

/// Nobody waits for the loops of a connection, but for what they bring.
TEST_F(QueueConnectionTest, FailsWhenThereIsNoMemoryToReadOrToWrite) {
    state_.hangs = true;
    state_.answer = [](nvme::ByteView) { return icresp(); };
    for (bool State::*const lacking : {&State::no_memory_to_read, &State::no_memory_to_write}) {
        state_.*lacking = true;
        EXPECT_THAT(open(), HasSubstr("Cannot allocate memory"));
        EXPECT_TRUE(state_.closed);
        end();
        state_.*lacking = false;
        state_.closed = state_.sent_all = false;
        state_.readable.clear();
    }
    EXPECT_EQ(open(), "");
}

/// A controller that answers ICReq, and counts Keep Alive commands.
class BeatingConnectionTest : public QueueConnectionTest {
  protected:
    void begin(const Beat& beat) {
        state_.hangs = true;
        state_.answer = [this](nvme::ByteView bytes) {
            return bytes[0] == 0 ? icresp() : on_keep_alive(bytes);
        };
        ASSERT_EQ(open(), "");
        connection_->start_keep_alive(beat);
    }

    nvme::Bytes on_keep_alive(nvme::ByteView bytes) {
        ++beats_;
        nvme::CompletionEntry entry;
        entry.cid = nvme::load_le<std::uint16_t>(bytes, 8 + 2); // of the entry behind the header
        nvme::Bytes answer = nvme::encode(nvme::CapsuleResp{.cqe = nvme::encode_cqe(entry)}, {});
        if (!on_beat_) {
            return answer;
        }
        on_beat_(std::move(answer));
        return {};
    }

    template <typename Condition>
    bool wait_until(Condition condition, std::chrono::seconds limit) {
        const TimePoint until = Clock::now() + limit;
        while (!condition() && Clock::now() < until) {
            context_.restart();
            context_.run_one_for(std::chrono::milliseconds{5});
        }
        return condition();
    }

    unsigned beats_{};
    std::function<void(nvme::Bytes)> on_beat_; ///< empty: each is answered at once
};

/// Behind each answer the next one is due sooner than that answer was.
TEST_F(BeatingConnectionTest, TheTimerIsSetAnewByWhatComes) {
    begin({.interval = std::chrono::milliseconds{50}, .limit = std::chrono::minutes{2}});
    EXPECT_TRUE(wait_until([&] { return beats_ >= 5; }, std::chrono::seconds{60}));
    EXPECT_FALSE(connection_->failed());
}

/// The writer is where the process does not run for a while: when it goes on, the time for the answer
/// is over before anybody could have given one.
TEST_F(BeatingConnectionTest, WhoOversleptGivesAsMuchTimeMore) {
    constexpr std::chrono::milliseconds kSleep{400};
    boost::asio::steady_timer soon(context_);
    on_beat_ = [&](nvme::Bytes answer) {
        if (beats_ == 1) {
            std::this_thread::sleep_for(kSleep);
        }
        soon.expires_after(kSleep / 20);
        soon.async_wait([this, answer = std::move(answer)](const error_code& error) {
            if (!error) {
                state_.readable.insert(state_.readable.end(), answer.begin(), answer.end());
                state_.wake();
            }
        });
    };
    begin({.interval = kSleep / 4, .limit = kSleep / 4});
    EXPECT_TRUE(wait_until([&] { return beats_ >= 2; }, std::chrono::seconds{60}));
    EXPECT_FALSE(connection_->failed());
    soon.cancel();
    on_beat_ = [](nvme::Bytes) {}; // from now on it is silent
    EXPECT_TRUE(wait_until([&] { return connection_->failed(); }, std::chrono::seconds{60}));
}

} // namespace
} // namespace haoh::fabric::test
