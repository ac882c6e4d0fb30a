// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/blocking_threads.hpp"

#include "fake_device.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

namespace haoh::host {
namespace {

using namespace std::chrono_literals;
using Outcome = BlockingThreads::Outcome;
using test::Gate;

class Threads : public ::testing::Test {
  protected:
    Outcome run(BlockingThreads& threads, std::function<void()> work,
                std::optional<std::chrono::milliseconds> limit = std::nullopt) {
        return test::run(context_, threads.run(std::move(work), limit));
    }

    boost::asio::io_context context_{1};
};

TEST_F(Threads, run_work_elsewhere_to_its_end) {
    BlockingThreads threads(2);
    std::thread::id where;
    EXPECT_EQ(run(threads, [&] { where = std::this_thread::get_id(); }), Outcome::done);
    EXPECT_NE(where, std::thread::id{});
    EXPECT_NE(where, std::this_thread::get_id());
    EXPECT_EQ(threads.count(), 2U);
    EXPECT_EQ(BlockingThreads(0).count(), 1U);
}

TEST_F(Threads, hand_over_what_the_work_throws) {
    BlockingThreads threads(1);
    EXPECT_THROW(run(threads, [] { throw std::runtime_error("no"); }), std::runtime_error);
    EXPECT_EQ(run(threads, [] {}), Outcome::done) << "the thread goes on";
}

TEST_F(Threads, work_side_by_side_and_no_more_than_there_are) {
    BlockingThreads threads(3);
    const auto gate = std::make_shared<Gate>();
    std::atomic<int> done{0};
    std::atomic<int> most{0};
    std::atomic<int> now{0};
    const auto work = [&, gate] {
        most = std::max(most.load(), ++now);
        gate->pass();
        --now;
    };
    for (int i = 0; i < 9; ++i) {
        boost::asio::co_spawn(context_, threads.run(work, std::nullopt),
                              [&](const std::exception_ptr&, Outcome outcome) {
                                  done += outcome == Outcome::done ? 1 : 0;
                              });
    }
    std::thread opener([&] {
        EXPECT_TRUE(gate->wait_for(3));
        gate->open();
    });
    context_.run();
    opener.join();
    EXPECT_EQ(done, 9);
    EXPECT_LE(most, 3);
}

TEST_F(Threads, leave_late_work_behind_and_refuse_more_when_all_are_stuck) {
    const auto gate = std::make_shared<Gate>();
    {
        BlockingThreads threads(2);
        const auto work = [gate] { gate->pass(); };
        EXPECT_EQ(run(threads, work, 1ms), Outcome::late);
        EXPECT_EQ(run(
                      threads, [] {}, 1min),
                  Outcome::done)
            << "the other thread is free";
        EXPECT_EQ(run(threads, work, 1ms), Outcome::late);
        EXPECT_EQ(run(
                      threads, [] {}, 1min),
                  Outcome::stuck);
        ASSERT_TRUE(gate->wait_for(2)); // work that has not begun would not be done
    }
    gate->open();
    EXPECT_TRUE(gate->wait_for_passed(2));
}

TEST_F(Threads, are_of_use_again_when_late_work_ends) {
    BlockingThreads threads(1);
    const auto gate = std::make_shared<Gate>();
    EXPECT_EQ(run(
                  threads, [gate] { gate->pass(); }, 1ms),
              Outcome::late);
    gate->open();
    Outcome outcome = Outcome::stuck;
    const auto end = std::chrono::steady_clock::now() + 1min;
    while (outcome == Outcome::stuck && std::chrono::steady_clock::now() < end) {
        outcome = run(threads, [] {});
    }
    EXPECT_EQ(outcome, Outcome::done);
}

TEST_F(Threads, are_no_more_than_there_is_work_at_once) {
    BlockingThreads threads(8);
    std::set<std::thread::id> seen;
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(run(threads, [&] { seen.insert(std::this_thread::get_id()); }), Outcome::done);
    }
    EXPECT_EQ(seen.size(), 1U);
}

TEST_F(Threads, count_late_work_that_ended_no_longer) {
    BlockingThreads threads(1);
    for (int round = 0; round < 3; ++round) {
        const auto gate = std::make_shared<Gate>();
        Outcome outcome = Outcome::stuck; // until the late work of the last round has ended
        const auto end = std::chrono::steady_clock::now() + 1min;
        while (outcome == Outcome::stuck && std::chrono::steady_clock::now() < end) {
            outcome = run(
                threads, [gate] { gate->pass(); }, 1ms);
        }
        EXPECT_EQ(outcome, Outcome::late) << round;
        // A limit, so that one who waits for nothing does not do so for ever.
        std::optional<Outcome> second;
        boost::asio::co_spawn(context_, threads.run([] {}, 1ms),
                              [&](const std::exception_ptr&, Outcome got) { second = got; });
        context_.restart();
        context_.run_for(1min);
        ASSERT_EQ(second, Outcome::stuck) << round;
        gate->open();
        ASSERT_TRUE(gate->wait_for_passed(1));
    }
}

TEST_F(Threads, tell_who_waits_for_a_turn_that_there_will_be_none) {
    const auto gate = std::make_shared<Gate>();
    BlockingThreads threads(1);
    std::vector<Outcome> outcomes;
    for (int i = 0; i < 3; ++i) {
        boost::asio::co_spawn(
            context_, threads.run([gate] { gate->pass(); }, 1ms),
            [&](const std::exception_ptr&, Outcome outcome) { outcomes.push_back(outcome); });
    }
    context_.run();
    EXPECT_THAT(outcomes, ::testing::ElementsAre(Outcome::late, Outcome::stuck, Outcome::stuck));
    gate->open();
    EXPECT_TRUE(gate->wait_for_passed(1));
}

TEST_F(Threads, let_a_canceled_caller_go) {
    const auto gate = std::make_shared<Gate>();
    BlockingThreads threads(1);
    boost::asio::cancellation_signal signal;
    std::vector<Outcome> outcomes;
    const auto note = [&](const std::exception_ptr&, Outcome outcome) {
        outcomes.push_back(outcome);
    };
    boost::asio::co_spawn(context_, threads.run([gate] { gate->pass(); }, std::nullopt),
                          boost::asio::bind_cancellation_slot(signal.slot(), note));
    std::thread canceler([&] {
        EXPECT_TRUE(gate->wait_for(1));
        boost::asio::post(context_, [&] { signal.emit(boost::asio::cancellation_type::terminal); });
    });
    context_.run();
    canceler.join();
    EXPECT_THAT(outcomes, ::testing::ElementsAre(Outcome::canceled));
    gate->open();
    EXPECT_TRUE(gate->wait_for_passed(1));
}

TEST_F(Threads, outlive_the_context_of_who_waited) {
    const auto gate = std::make_shared<Gate>();
    {
        auto threads = std::make_shared<BlockingThreads>(1);
        boost::asio::io_context context{1};
        boost::asio::co_spawn(
            context,
            [threads, gate]() -> boost::asio::awaitable<void> {
                // By name: GCC 12 destroys a temporary of a co_await's arguments twice.
                std::function<void()> work = [gate] { gate->pass(); };
                static_cast<void>(co_await threads->run(std::move(work), std::nullopt));
            },
            boost::asio::detached);
        context.poll();
        EXPECT_TRUE(gate->wait_for(1));
    }
    gate->open();
    EXPECT_TRUE(gate->wait_for_passed(1));
}

/// Sets a flag at its end, and takes its time for it.
struct EndOfThread {
    std::atomic<bool>* ended{};
    ~EndOfThread() {
        if (ended != nullptr) {
            std::this_thread::sleep_for(50ms);
            *ended = true;
        }
    }
};

TEST_F(Threads, that_have_nothing_to_do_end_before_their_owner) {
    std::atomic<bool> ended{false};
    {
        BlockingThreads threads(1);
        EXPECT_EQ(run(threads,
                      [&] {
                          thread_local EndOfThread end;
                          end.ended = &ended;
                      }),
                  Outcome::done);
        EXPECT_FALSE(ended);
    }
    EXPECT_TRUE(ended);
}

} // namespace
} // namespace haoh::host
