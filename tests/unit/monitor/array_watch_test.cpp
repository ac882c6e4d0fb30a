// SPDX-License-Identifier: LGPL-2.1-or-later
// The monitor on simulated arrays that are asked directly.
#include "unit/monitor/array_watch.hpp"

#include <haoh/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_future.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace haoh::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct BrokenLogCase {
    const char* name;
    const char* lie;
    const char* told;
};

TEST_F(ArrayWatch, says_nothing_of_a_healthy_pair) {
    start();
    EXPECT_THAT(events_, IsEmpty());
    const MonitorStatus status = monitor_->status();
    EXPECT_EQ(status.controllers.size(), 2U);
    ASSERT_EQ(status.namespaces.size(), kNamespaces);
    EXPECT_EQ(status.namespaces[0].access.arrays, 2U);
    EXPECT_EQ(status.namespaces[0].access.access(), Access::restored);
    EXPECT_FALSE(status.subsystems.at(0).identity.empty());
    run_until([&] { return monitor_->status().subsystems.at(0).verdict == Verdict::pass; },
              "a verdict");
}

TEST_F(ArrayWatch, tells_a_change_with_its_latency) {
    start();
    ana("b", nvme::AnaState::inaccessible);
    run_until([&] { return count(EventKind::ana_change) == kNamespaces; }, "the change");
    const auto change = std::find_if(events_.begin(), events_.end(), [](const Event& event) {
        return event.kind == EventKind::ana_change;
    });
    EXPECT_EQ(change->to, "inaccessible");
    EXPECT_EQ(change->controller, to_string(options_.targets[1]));
    EXPECT_EQ(change->array, "array-b");
    EXPECT_EQ(change->ana_grpid, 1U);
    ASSERT_TRUE(change->latency());
    EXPECT_LT(*change->latency(), 60s);
    EXPECT_EQ(events_.front().kind, EventKind::aen);
    for (std::size_t i = 0; i < events_.size(); ++i) {
        EXPECT_EQ(events_[i].sequence, events_[0].sequence + i);
    }
}

TEST_F(ArrayWatch, loses_no_last_state_and_no_transition) {
    start();
    std::mt19937 random(7); // NOLINT: the same order each time
    std::uint64_t transitions = 0;
    auto state = nvme::AnaState::optimized;
    for (int burst = 0; burst < 100; ++burst) {
        // Up to ten within a moment; some are seen, others only counted.
        for (auto left = 1 + random() % 10; left > 0; --left) {
            state = state == nvme::AnaState::optimized ? nvme::AnaState::inaccessible
                                                       : nvme::AnaState::optimized;
            ana("b", state);
            ++transitions;
        }
        for (auto steps = random() % 30; steps > 0; --steps) {
            context_.restart();
            context_.run_one_for(1ms);
        }
    }
    const auto told = [&] {
        std::uint64_t sum = 0;
        for (const Event& event : events_) {
            if (event.kind == EventKind::ana_coalesced) {
                sum += event.transitions;
            } else if (event.kind == EventKind::ana_change && event.nsid == 1U) {
                ++sum;
            }
        }
        return sum;
    };
    run_until([&] { return told() >= transitions && state_of(1, 1) == to_string(state); },
              "every transition");
    EXPECT_EQ(told(), transitions);
    std::string last = "optimized";
    for (const Event& event : events_) {
        if (event.kind == EventKind::ana_change && event.nsid == 2U) {
            EXPECT_EQ(event.from, last) << "no gap, and none invented";
            EXPECT_NE(event.to, last);
            last = event.to;
        }
    }
    EXPECT_EQ(last, to_string(state));
}

TEST_F(ArrayWatch, is_not_driven_by_an_array_that_never_rests) {
    start();
    constexpr int kFlips = 10000;
    for (int i = 0; i < kFlips; ++i) {
        ana("b", i % 2 == 0 ? nvme::AnaState::inaccessible : nvme::AnaState::non_optimized);
        context_.restart();
        context_.poll();
    }
    const auto told = [&] {
        std::uint64_t sum = 0;
        for (const Event& event : events_) {
            const bool seen = event.kind == EventKind::ana_change && event.nsid == 1U;
            sum += event.kind == EventKind::ana_coalesced ? event.transitions : seen ? 1U : 0U;
        }
        return sum;
    };
    run_until([&] { return told() >= kFlips && state_of(1, 1) == "non-optimized"; }, "the end");
    EXPECT_EQ(told(), std::uint64_t{kFlips});
    EXPECT_LT(count(EventKind::aen), 1000U) << "it looks at a steady rate";
}

TEST_F(ArrayWatch, sees_an_array_die_and_come_back) {
    start();
    say("down b");
    run_until([&] { return count(EventKind::access) == kNamespaces; }, "the loss");
    EXPECT_EQ(count(EventKind::source_lost), 1U);
    for (const Event& event : events_) {
        if (event.kind == EventKind::access) {
            EXPECT_EQ(event.to, "single_array");
        }
    }
    say("up b");
    run_until([&] { return count(EventKind::source_restored) == 1U; }, "the return");
    EXPECT_EQ(count(EventKind::access), 2 * kNamespaces);
    EXPECT_EQ(count(EventKind::identity_changed), 0U);
}

/// Half of the Keep Alive Timeout passes between two commands: what is tested is the order of the
/// monitor's timers and one of the test's own.
TEST_F(ArrayWatch, keeps_a_quiet_array_alive) {
    say("set a kas 600"); // it rounds the timeout up to a minute, and gives up nobody
    start();
    auto last = given_up("a");
    run_until([&] { return given_up("a") != last; }, "a first Keep Alive");
    for (int i = 0; i < 3; ++i) {
        last = given_up("a");
        pass(options_.connect.keep_alive * 9 / 10);
        ASSERT_NE(given_up("a"), last) << "after the Keep Alive " << i;
    }
    EXPECT_THAT(events_, IsEmpty());
}

TEST_F(ArrayWatch, notices_a_hanging_array_by_its_keep_alive) {
    start();
    say("hang a");
    run_until([&] { return count(EventKind::source_lost) == 1U; }, "the loss");
    EXPECT_EQ(of(EventKind::source_lost)[0].source, to_string(options_.targets[0]));
    EXPECT_THAT(of(EventKind::source_lost)[0].text, HasSubstr("nothing came for"));
    EXPECT_EQ(state_of(1, 1), "optimized") << "the other one is not touched";
    EXPECT_EQ(healthy(), 1U);
}

TEST_F(ArrayWatch, tries_an_array_again_less_and_less_often_until_it_answers) {
    options_.retry_interval = 60ms;
    start();
    say("down b");
    run_until([&] { return count(EventKind::source_lost) == 1U; }, "the loss");
    // Tries after 1, 3 and 7 intervals are in vain: the pause is the longest now, 4 intervals.
    pass(options_.retry_interval * 8);
    EXPECT_EQ(count(EventKind::source_restored), 0U);
    say("up b");
    pass(options_.retry_interval * 5);
    EXPECT_EQ(count(EventKind::source_restored), 1U);
    say("down b");
    run_until([&] { return count(EventKind::source_lost) == 2U; }, "another loss");
    say("up b");
    pass(options_.retry_interval * 3);
    EXPECT_EQ(count(EventKind::source_restored), 2U) << "the pauses begin anew";
}

/// A port that hangs up on everybody: a try cannot be earlier than its pause, however busy all is.
TEST_F(ArrayWatch, pauses_longer_and_longer_between_two_tries) {
    asio::ip::tcp::acceptor acceptor(context_, {asio::ip::address_v4::loopback(), 0});
    options_.targets = {
        {.traddr = "127.0.0.1", .trsvcid = acceptor.local_endpoint().port(), .host_traddr = {}}};
    std::vector<std::chrono::steady_clock::time_point> tries;
    asio::co_spawn(
        context_,
        [&]() -> asio::awaitable<void> {
            for (;;) {
                asio::ip::tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
                tries.push_back(std::chrono::steady_clock::now());
            }
        },
        [](const std::exception_ptr&) {});
    monitor_.emplace(context_.get_executor(), options_);
    asio::co_spawn(context_, monitor_->start(), asio::detached);
    run_until([&] { return tries.size() == 6; }, "six tries");
    const int pauses[] = {1, 2, 4, 4, 4};
    for (std::size_t i = 0; i < std::size(pauses); ++i) {
        EXPECT_GE(tries[i + 1] - tries[i], options_.retry_interval * pauses[i]) << i;
    }
}

TEST_F(ArrayWatch, counts_no_transition_of_an_array_that_was_away) {
    start();
    ana("b", nvme::AnaState::non_optimized); // there is a count to compare with
    run_until([&] { return state_of(1, 1) == "non-optimized"; }, "the change");
    say("down b");
    run_until([&] { return count(EventKind::source_lost) == 1U; }, "the loss");
    for (int i = 0; i < 5; ++i) {
        ana("b", nvme::AnaState::inaccessible);
        ana("b", nvme::AnaState::optimized);
    }
    say("up b");
    run_until([&] { return count(EventKind::source_restored) == 1U; }, "the return");
    EXPECT_EQ(state_of(1, 1), "optimized");
    EXPECT_EQ(count(EventKind::ana_coalesced), 0U) << "it may be another array's count";
    // And from then on they are counted.
    events_.clear();
    ana("b", nvme::AnaState::inaccessible);
    ana("b", nvme::AnaState::optimized);
    run_until([&] { return count(EventKind::ana_coalesced) == 1U; }, "a transition unseen");
    EXPECT_EQ(of(EventKind::ana_coalesced)[0].transitions, 2U);
    EXPECT_EQ(count(EventKind::ana_change), 0U);
}

TEST_F(ArrayWatch, tells_that_a_change_takes_too_long) {
    say("set b anatt 1");
    start();
    ana("b", nvme::AnaState::change);
    say("namespace add b 9 1MiB"); // of the beginning of a change alone no array tells
    run_until([&] { return count(EventKind::anatt_exceeded) == kNamespaces + 1; },
              "ANATT to be over");
    for (const Event& event : of(EventKind::anatt_exceeded)) {
        EXPECT_EQ(event.controller, to_string(options_.targets[1]));
        EXPECT_GT(*event.latency(), 1s);
    }
}

TEST_F(ArrayWatch, knows_arrays_by_the_ports_of_a_configuration) {
    for (std::size_t i = 0; i < options_.targets.size(); ++i) {
        Site& site = options_.sites.emplace_back();
        site.name = i == 0 ? "east" : "west";
        site.addresses = {
            fmt::format("{}:{}", options_.targets[i].traddr, options_.targets[i].trsvcid)};
    }
    start();
    EXPECT_EQ(array_of(0), "east");
    EXPECT_EQ(array_of(1), "west");
    EXPECT_EQ(monitor_->status().namespaces.at(0).access.arrays, 2U);
}

TEST_F(ArrayWatch, sees_another_array_behind_the_address) {
    start();
    say("down b");
    run_until([&] { return count(EventKind::source_lost) == 1U; }, "the loss");
    say("set b sn OTHER");
    say("up b");
    run_until([&] { return count(EventKind::identity_changed) == 1U; }, "the change");
}

class BrokenLog : public ArrayWatch, public ::testing::WithParamInterface<BrokenLogCase> {};
INSTANTIATE_TEST_SUITE_P(
    Of, BrokenLog,
    ::testing::Values(
        // More groups than follow; but not more than one Get Log Page brings, which the array
        // answers with zeros to its end.
        BrokenLogCase{"groups", "override b ana-log nagd 3", "malformed"},
        // So many that the array refuses to go on.
        BrokenLogCase{"refused", "override b ana-log nagd 300", "Invalid Field"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST_P(BrokenLog, is_not_believed) {
    start();
    say(GetParam().lie);
    ana("b", nvme::AnaState::inaccessible);
    run_until([&] { return count(EventKind::source_lost) == 1U; }, "the malformed log");
    EXPECT_THAT(of(EventKind::source_lost)[0].text, HasSubstr(GetParam().told));
    EXPECT_EQ(count(EventKind::ana_change), 0U);
    EXPECT_EQ(state_of(1, 1), "optimized") << "as it was known last";
    say("override b clear");
    ana("b", nvme::AnaState::non_optimized);
    run_until([&] { return count(EventKind::source_restored) == 1U; }, "a good one");
    run_until([&] { return state_of(1, 1) == "non-optimized"; }, "its states");
}

TEST_F(ArrayWatch, sees_namespaces_come_and_go) {
    start();
    say("namespace add a 9 1MiB");
    run_until([&] { return count(EventKind::namespace_added) == 1U; }, "the namespace");
    EXPECT_EQ(of(EventKind::namespace_added)[0].nsid, 9U);
    say("namespace remove a 9");
    run_until([&] { return count(EventKind::namespace_removed) == 1U; }, "its end");
    EXPECT_EQ(of(EventKind::namespace_removed)[0].nsid, 9U);
}

TEST_F(ArrayWatch, sees_namespaces_grow) {
    start();
    const std::uint64_t before = monitor_->status().namespaces.at(1).bytes;
    ASSERT_NE(before, 0U);
    const std::uint64_t after = 2 * before;
    // On one array after the other, as administrators do.
    for (const char* array : {"a", "b"}) {
        say(std::string("namespace resize ") + array + " 2 " + std::to_string(after));
        run_until([&] { return count(EventKind::aen) == (array[0] == 'a' ? 1U : 2U); },
                  "the event");
        run_until(
            [&] {
                return monitor_->status().namespaces.at(1).access.ready ==
                       (array[0] == 'a' ? 1U : 2U);
            },
            "its size to be read");
    }
    const auto told = of(EventKind::namespace_resized);
    ASSERT_EQ(told.size(), 1U) << "once: the other array follows";
    EXPECT_EQ(told[0].nsid, 2U);
    EXPECT_EQ(told[0].from, std::to_string(before));
    EXPECT_EQ(told[0].to, std::to_string(after));
    ASSERT_TRUE(told[0].cause);
    // As Linux does it: paths of another size take no I/O.
    const auto access = of(EventKind::access);
    ASSERT_EQ(access.size(), 2U);
    EXPECT_EQ(access[0].to, "single_array");
    EXPECT_EQ(access[1].to, "restored");
    const MonitorStatus status = monitor_->status();
    EXPECT_EQ(status.namespaces.at(1).bytes, after);
    EXPECT_EQ(status.namespaces.at(0).bytes, before);
}

TEST_F(ArrayWatch, waits_for_an_array_that_is_down_at_first) {
    say("down b");
    monitor_.emplace(context_.get_executor(), options_);
    monitor_->on_event([this](const Event& event) { events_.push_back(event); });
    asio::co_spawn(context_, monitor_->start(), asio::detached);
    run_until([&] { return count(EventKind::source_lost) == 1U && healthy() == 1; }, "one array");
    say("up b");
    run_until([&] { return healthy() == 2; }, "the other one");
}

/// Arrays are array-a and array-b in the order of the arguments, as `haoh check` names them.
TEST_F(ArrayWatch, names_arrays_by_their_targets_whoever_answers_first) {
    say("down a");
    monitor_.emplace(context_.get_executor(), options_);
    monitor_->on_event([this](const Event& event) { events_.push_back(event); });
    asio::co_spawn(context_, monitor_->start(), asio::detached);
    run_until([&] { return count(EventKind::source_lost) == 1U && healthy() == 1; }, "one array");
    EXPECT_EQ(array_of(1), "array-b") << "alone, too";
    ana("b", nvme::AnaState::inaccessible);
    run_until([&] { return count(EventKind::ana_change) == kNamespaces; }, "a change of b");
    say("up a");
    run_until([&] { return healthy() == 2; }, "the other one");
    ana("a", nvme::AnaState::non_optimized);
    run_until([&] { return state_of(0, 1) == "non-optimized"; }, "a change of a");
    for (const Event& event : events_) {
        if (!event.controller.empty()) {
            EXPECT_EQ(event.array,
                      event.controller == to_string(options_.targets[0]) ? "array-a" : "array-b")
                << to_string(event.kind);
        }
    }
    EXPECT_EQ(array_of(0), "array-a");
    EXPECT_EQ(array_of(1), "array-b");
    run_until([&] { return monitor_->status().subsystems.at(0).verdict.has_value(); }, "a verdict");
    EXPECT_EQ(monitor_->status().subsystems.size(), 1U);
}

TEST_F(ArrayWatch, starts_and_stops_as_often_as_one_likes) {
    monitor_.emplace(context_.get_executor(), options_);
    for (int i = 0; i < 5; ++i) {
        bool started = false;
        bool done = false;
        std::optional<Event> event;
        asio::co_spawn(
            context_,
            [&]() -> asio::awaitable<void> {
                co_await monitor_->start();
                started = true;
                event = co_await monitor_->next();
                monitor_->stop();
                co_await monitor_->stopped();
                while (co_await monitor_->next()) {
                    // What was queued can still be taken, and then it is over.
                }
            },
            [&](const std::exception_ptr& failure) {
                EXPECT_FALSE(failure);
                if (failure) {
                    try {
                        std::rethrow_exception(failure);
                    } catch (const std::exception& error) {
                        ADD_FAILURE() << error.what();
                    }
                }
                done = true;
            });
        bool flipped = false;
        run_until(
            [&] {
                if (!flipped && started && healthy() == 2) {
                    ana("a", i % 2 == 0 ? nvme::AnaState::inaccessible : nvme::AnaState::optimized);
                    flipped = true;
                }
                return done;
            },
            "an event and the end");
        EXPECT_TRUE(event);
    }
}

TEST_F(ArrayWatch, refuses_to_watch_nothing) {
    monitor_.emplace(context_.get_executor(), MonitorOptions{});
    std::future<void> started = asio::co_spawn(context_, monitor_->start(), asio::use_future);
    run_until([&] { return started.wait_for(0s) == std::future_status::ready; }, "the refusal");
    EXPECT_THROW(started.get(), Error);
}

TEST_F(ArrayWatch, refuses_to_start_twice) {
    start();
    std::future<void> started = asio::co_spawn(context_, monitor_->start(), asio::use_future);
    run_until([&] { return started.wait_for(0s) == std::future_status::ready; }, "the refusal");
    EXPECT_THROW(started.get(), Error);
    EXPECT_EQ(healthy(), 2U) << "and goes on";
}

} // namespace
} // namespace haoh::test
