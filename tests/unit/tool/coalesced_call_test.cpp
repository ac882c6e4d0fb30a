// SPDX-License-Identifier: LGPL-2.1-or-later
#include "coalesced_call.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace haoh::tool {
namespace {

namespace asio = boost::asio;

class CoalescedCallTest : public ::testing::Test {
  protected:
    void run() {
        context_.restart();
        context_.poll();
    }

    asio::io_context context_{1};
    unsigned calls_{};
    std::optional<CoalescedCall> call_{std::in_place, context_.get_executor(),
                                       [this] { ++calls_; }};
};

TEST_F(CoalescedCallTest, IsMadeOnceForAllThatHappensUntilThen) {
    run();
    EXPECT_EQ(calls_, 0U);
    for (int i = 0; i < 3; ++i) {
        call_->tell();
    }
    EXPECT_EQ(calls_, 0U) << "on the executor, not here";
    run();
    EXPECT_EQ(calls_, 1U);
    run();
    EXPECT_EQ(calls_, 1U);
    call_->tell();
    run();
    EXPECT_EQ(calls_, 2U);
}

TEST_F(CoalescedCallTest, MissesNothingThatHappensMeanwhile) {
    bool again = true;
    call_.emplace(context_.get_executor(), [&] {
        ++calls_;
        if (std::exchange(again, false)) {
            call_->tell();
        }
    });
    call_->tell();
    run();
    EXPECT_EQ(calls_, 2U);
}

TEST_F(CoalescedCallTest, IsNotMadeOnceItIsClosed) {
    call_->tell();
    call_->close();
    run();
    call_->tell();
    run();
    EXPECT_EQ(calls_, 0U);
    call_.emplace(context_.get_executor(), [this] { ++calls_; });
    call_->tell();
    call_.reset();
    run();
    EXPECT_EQ(calls_, 0U);
}

TEST_F(CoalescedCallTest, HoldsNothingOfAnExecutorThatItNeedsNoMore) {
    std::optional<asio::io_context> context{std::in_place, 1};
    CoalescedCall call(context->get_executor(), [this] { ++calls_; });
    call.tell();
    call.close();
    context.reset(); // with what was posted
    call.tell();
    EXPECT_EQ(calls_, 0U);
}

TEST_F(CoalescedCallTest, MayBeCalledForByManyThreads) {
    constexpr unsigned kThreads = 4;
    constexpr unsigned kTimes = 1000;
    auto work = std::make_optional(asio::make_work_guard(context_));
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kThreads; ++i) {
        threads.emplace_back([this] {
            for (unsigned k = 0; k < kTimes; ++k) {
                call_->tell();
            }
        });
    }
    context_.run_for(std::chrono::milliseconds{1});
    for (std::thread& thread : threads) {
        thread.join();
    }
    work.reset();
    run();
    EXPECT_GE(calls_, 1U) << "at least for the last one";
    EXPECT_LE(calls_, kThreads * kTimes);
}

} // namespace
} // namespace haoh::tool
