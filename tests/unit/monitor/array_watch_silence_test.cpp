// SPDX-License-Identifier: LGPL-2.1-or-later
// Arrays that are quiet, late or silent, and how long it takes until that is known.
#include "unit/monitor/array_watch.hpp"

#include <haoh/error.hpp>

#include <boost/asio/co_spawn.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SilentArray : public ArrayWatch {
  protected:
    /// Both arrays give a host up as soon as its time is over, to the millisecond.
    void be_strict() {
        for (const char* array : {"a", "b"}) {
            say(std::string("set ") + array + " kas 1");
        }
    }
    /// Whose response comes in a segment of its own, which its TCP holds back until the data before
    /// it are acknowledged.
    void split_answers() {
        for (std::size_t array = 0; array < 2; ++array) {
            simulator_.array(array).spec().split_answers = true;
        }
    }
    [[nodiscard]] std::string name_of(std::size_t array) const {
        return to_string(options_.targets[array]);
    }
    std::chrono::milliseconds time_to_loss() {
        const auto begin = std::chrono::steady_clock::now();
        run_until([&] { return count(EventKind::source_lost) > 0; }, "the loss");
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - begin);
    }
};

TEST_F(SilentArray, an_idle_pair_is_kept_by_arrays_that_measure_strictly) {
    options_.connect.keep_alive = 2s;
    be_strict();
    start();
    const auto last = given_up("a");
    pass(5s);
    EXPECT_THAT(events_, IsEmpty());
    EXPECT_GT(given_up("a"), last) << "it heard of its host";
    EXPECT_EQ(healthy(), 2U);
}

TEST_F(SilentArray, is_lost_within_the_time_that_is_asked) {
    options_.connect.keep_alive = 10s;
    options_.connect.detect = 1s;
    start();
    EXPECT_EQ(monitor_->status().detection, 1s);
    say("hang a");
    EXPECT_LT(time_to_loss(), 8s) << "it would be 15 s";
    EXPECT_EQ(of(EventKind::source_lost)[0].source, name_of(0));
    EXPECT_EQ(count(EventKind::source_lost), 1U) << "the other one is there";
    EXPECT_EQ(state_of(1, 1), "optimized");
}

TEST_F(SilentArray, is_looked_for_as_the_status_says) {
    options_.connect.keep_alive = 400ms;
    start();
    EXPECT_EQ(monitor_->status().detection, 600ms);
}

TEST_F(SilentArray, a_detection_that_is_impossible_is_refused_at_the_start) {
    options_.connect.detect = 70s;
    monitor_.emplace(context_.get_executor(), options_);
    std::string said;
    boost::asio::co_spawn(context_, monitor_->start(), [&](const std::exception_ptr& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const Error& error) {
            said = error.what();
        }
    });
    run_until([&] { return !said.empty(); }, "an error");
    EXPECT_THAT(said, HasSubstr("notice silence within 70000 ms: it is too long"));
}

TEST_F(SilentArray, that_answers_again_in_time_was_late_and_not_lost) {
    options_.connect.keep_alive = 4s;
    start();
    say("hang a");
    run_until([&] { return count(EventKind::source_late) == 1U; }, "it to be late");
    say("up a");
    run_until([&] { return count(EventKind::source_late) == 2U; }, "the answer");
    const auto late = of(EventKind::source_late);
    EXPECT_EQ(late[0].source, name_of(0));
    EXPECT_EQ(late[0].to, kLate);
    EXPECT_EQ(late[0].text, "no answer to Keep Alive, given up after 4 s");
    ASSERT_TRUE(late[0].latency());
    EXPECT_GE(*late[0].latency(), 2s) << "half of its time";
    EXPECT_EQ(late[1].source, name_of(0));
    EXPECT_EQ(late[1].to, kAnswered);
    EXPECT_EQ(late[1].text, "Keep Alive was answered");
    EXPECT_GE(*late[1].latency(), *late[0].latency());
    EXPECT_EQ(late[1].cause->monotonic, late[0].cause->monotonic);
    EXPECT_EQ(count(EventKind::source_lost), 0U);
    EXPECT_EQ(healthy(), 2U);
}

TEST_F(SilentArray, is_late_before_it_is_lost) {
    options_.connect.keep_alive = 2s;
    start();
    say("hang a");
    EXPECT_LT(time_to_loss(), 60s);
    ASSERT_EQ(count(EventKind::source_late), 1U);
    EXPECT_EQ(of(EventKind::source_late)[0].to, kLate);
    EXPECT_LT(of(EventKind::source_late)[0].sequence, of(EventKind::source_lost)[0].sequence);
}

TEST_F(SilentArray, connecting_is_not_late_but_in_vain) {
    options_.connect.timeout = 200ms;
    options_.connect.keep_alive = 10s;
    options_.connect.detect = 500ms;
    start();
    say("hang a");
    run_until([&] { return count(EventKind::source_lost) >= 2U; }, "a try in vain");
    EXPECT_LE(count(EventKind::source_late), 1U) << "of the connection that there was";
}

/// The deadline comes into being while the clock waits for something else, an hour away.
TEST_F(SilentArray, time_is_looked_at_when_there_is_something_to_tell) {
    options_.poll_interval = 1h;
    say("set a anatt 1");
    start();
    say("ana a all change"); // which no event tells
    say("namespace resize a 1 32MiB");
    run_until([&] { return count(EventKind::anatt_exceeded) > 0; }, "the end of ANATT");
}

/// The least of many: Linux would put each acknowledgement off by 40 ms, and so each command.
TEST_F(SilentArray, that_writes_data_and_response_apart_costs_no_time_of_ours) {
    split_answers();
    ConnectOptions connect = options_.connect;
    connect.subsysnqn = options_.subsysnqn;
    connect.timeout = 60s;
    connect.keep_alive = 0s;
    std::vector<std::chrono::nanoseconds> took;
    bool over = false;
    const auto ask = [&]() -> boost::asio::awaitable<void> {
        const auto controller = co_await FabricController::connect(options_.targets[0], connect);
        // At the beginning Linux acknowledges at once.
        constexpr int kWarm = 60;
        for (int i = 0; i < 2 * kWarm; ++i) {
            const auto begin = std::chrono::steady_clock::now();
            nvme::AdminCommand identify = nvme::identify_controller_command();
            const nvme::AdminResult page = co_await controller->submit(std::move(identify));
            EXPECT_TRUE(page.status.ok());
            if (i >= kWarm) {
                took.push_back(std::chrono::steady_clock::now() - begin);
            }
        }
    };
    boost::asio::co_spawn(context_, ask(), [&](const std::exception_ptr& failure) {
        over = true;
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
    run_until([&] { return over; }, "all answers");
    ASSERT_FALSE(took.empty());
    EXPECT_LT(*std::min_element(took.begin(), took.end()), 10ms);
}

TEST_F(SilentArray, that_writes_data_and_response_apart_is_seen_to_change_soon) {
    split_answers();
    options_.connect.keep_alive = 10s;
    start();
    for (int flip = 0; flip < 60; ++flip) {
        const std::size_t before = count(EventKind::ana_change);
        ana("b", flip % 2 == 0 ? nvme::AnaState::inaccessible : nvme::AnaState::optimized);
        run_until([&] { return count(EventKind::ana_change) >= before + kNamespaces; }, "it");
    }
    auto least = std::chrono::nanoseconds::max();
    const auto changes = of(EventKind::ana_change);
    for (std::size_t i = changes.size() / 2; i < changes.size(); ++i) {
        ASSERT_TRUE(changes[i].latency());
        least = std::min(least, *changes[i].latency());
    }
    EXPECT_LT(least, 10ms) << "several commands, of 40 ms each";
}

} // namespace
} // namespace haoh::test
