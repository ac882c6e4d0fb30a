// SPDX-License-Identifier: LGPL-2.1-or-later
// What an array refuses, and one that never answers.
#include "unit/monitor/array_watch.hpp"

#include <haoh/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_future.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace haoh::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// What is refused for a while is what it was, and is read again although no event comes.
TEST_F(ArrayWatch, takes_a_refused_ana_log_for_no_state) {
    for (const bool namespaces_change : {false, true}) {
        SCOPED_TRACE(namespaces_change);
        start();
        ana("b", nvme::AnaState::inaccessible);
        run_until(
            [&] { return state_of(1, 1) == "inaccessible" && state_of(1, 2) == "inaccessible"; },
            "the change");
        events_.clear();
        refuse("b", arraysim::AnswerKind::ana_log);
        if (namespaces_change) {
            say("namespace add b 9 1MiB"); // all is read then
        } else {
            ana("b", nvme::AnaState::persistent_loss);
        }
        run_until([&] { return count(EventKind::source_lost) == 1U; }, "the refusal");
        EXPECT_THAT(of(EventKind::source_lost)[0].text, HasSubstr("ANA log"));
        EXPECT_EQ(count(EventKind::ana_change), 0U);
        for (const Event& event : of(EventKind::access)) {
            EXPECT_NE(event.to, "restored");
        }
        EXPECT_EQ(state_of(1, 1), "inaccessible") << "as it was known last";
        EXPECT_EQ(healthy(), 1U);
        pass(options_.retry_interval * 3);
        EXPECT_EQ(count(EventKind::source_lost), 1U) << "told once";

        say("override b clear");
        run_until([&] { return count(EventKind::source_restored) == 1U; }, "it to be read again");
        EXPECT_EQ(state_of(1, 1), namespaces_change ? "inaccessible" : "persistent-loss");
        if (namespaces_change) {
            say("namespace remove b 9");
            run_until([&] { return count(EventKind::namespace_removed) == 1U; }, "its end");
        }
        restart();
    }
}

/// Half an answer, and none at all, is as good as a refusal.
TEST_F(ArrayWatch, takes_half_an_answer_for_no_state) {
    for (const std::size_t came : {std::size_t{0}, std::size_t{24}}) {
        SCOPED_TRACE(came);
        start();
        cut("b", arraysim::AnswerKind::ana_log, came);
        ana("b", nvme::AnaState::inaccessible);
        run_until([&] { return count(EventKind::source_lost) == 1U; }, "it to be told");
        EXPECT_THAT(of(EventKind::source_lost)[0].text, HasSubstr("ANA log"));
        EXPECT_THAT(of(EventKind::source_lost)[0].text, HasSubstr("bytes came"));
        EXPECT_EQ(count(EventKind::ana_change) + count(EventKind::access), 0U);
        EXPECT_EQ(state_of(1, 1), "optimized") << "as it was known last";
        faults("b").clear();
        run_until([&] { return state_of(1, 1) == "inaccessible"; }, "it to be read again");
        restart();
    }
    for (const auto answer :
         {arraysim::AnswerKind::namespace_list, arraysim::AnswerKind::identify_namespace,
          arraysim::AnswerKind::descriptors}) {
        start();
        cut("b", answer, 0);
        say("namespace add b 9 1MiB"); // all is read then
        run_until(
            [&] { return count(EventKind::source_lost) + count(EventKind::namespace_added) > 0U; },
            "another reading");
        EXPECT_EQ(count(EventKind::namespace_removed) + count(EventKind::namespace_resized) +
                      count(EventKind::identity_changed),
                  0U)
            << static_cast<int>(answer);
        faults("b").clear();
        say("namespace remove b 9");
        restart();
    }
}

TEST_F(ArrayWatch, takes_a_refused_namespace_list_for_no_removal) {
    start();
    refuse("b", arraysim::AnswerKind::namespace_list);
    say("namespace resize b 2 64MiB"); // an event upon which all is read
    run_until([&] { return count(EventKind::source_lost) == 1U; }, "the refusal");
    EXPECT_THAT(of(EventKind::source_lost)[0].text, HasSubstr("active namespace list"));
    ana("b", nvme::AnaState::inaccessible);
    pass(options_.retry_interval * 3);
    EXPECT_EQ(count(EventKind::namespace_removed) + count(EventKind::path_lost) +
                  count(EventKind::access) + count(EventKind::identity_changed),
              0U);
    say("override b clear");
    run_until([&] { return count(EventKind::source_restored) == 1U; }, "it to be read again");
    run_until([&] { return state_of(1, 1) == "inaccessible"; }, "its states");
    EXPECT_EQ(count(EventKind::namespace_removed), 0U);

    say("namespace remove b 2");
    run_until([&] { return count(EventKind::path_lost) == 1U; }, "a removal that was read");
}

TEST_F(ArrayWatch, calls_no_path_good_that_was_never_read) {
    refuse("b", arraysim::AnswerKind::ana_log);
    monitor_.emplace(context_.get_executor(), options_);
    monitor_->on_event([this](const Event& event) { events_.push_back(event); });
    asio::co_spawn(context_, monitor_->start(), asio::detached);
    run_until([&] { return count(EventKind::source_lost) == 1U && healthy() == 1U; },
              "the first readings");
    EXPECT_EQ(state_of(1, 1), "unreadable");
    for (const auto& head : monitor_->status().namespaces) {
        EXPECT_EQ(head.access.usable, 1U);
    }
    say("override b clear");
    run_until([&] { return state_of(1, 1) == "optimized"; }, "the log");
}

TEST_F(ArrayWatch, keeps_identities_that_were_not_read_again) {
    start();
    for (const auto answer :
         {arraysim::AnswerKind::descriptors, arraysim::AnswerKind::identify_namespace}) {
        events_.clear();
        refuse("b", answer);
        say("namespace add b 9 1MiB");
        run_until([&] { return count(EventKind::namespace_added) == 1U; }, "another reading");
        say("override b clear");
        say("namespace remove b 9");
        run_until([&] { return count(EventKind::namespace_removed) == 1U; }, "yet another");
        EXPECT_EQ(count(EventKind::identity_changed), 0U);
    }
    refuse("b", arraysim::AnswerKind::descriptors);
    say("namespace add b 9 1MiB");
    run_until([&] { return count(EventKind::namespace_added) == 2U; }, "another reading");
    say("override b clear");
    say("set b 1 uuid 5ae1c1f0-0009-4c1a-9a55-6f6e65000099");
    say("namespace remove b 9");
    run_until([&] { return count(EventKind::identity_changed) == 1U; }, "a change that is one");
    EXPECT_THAT(of(EventKind::identity_changed)[0].text, HasSubstr("UUID of nsid 1"));
}

/// Arrays that take connections and never answer.
TEST_F(ArrayWatch, is_stopped_while_it_starts) {
    options_.subsysnqn.clear(); // their discovery logs are asked for
    options_.connect.timeout = 1h;
    options_.timeout = 1h;
    say("hang a");
    say("hang b");
    monitor_.emplace(context_.get_executor(), options_);
    std::future<void> started = asio::co_spawn(context_, monitor_->start(), asio::use_future);
    pass(20ms);
    ASSERT_NE(started.wait_for(0s), std::future_status::ready);
    EXPECT_TRUE(monitor_->status().controllers.empty()) << "and can be asked meanwhile";
    monitor_->stop();
    run_until([&] { return started.wait_for(0s) == std::future_status::ready; }, "the end");
    EXPECT_NO_THROW(started.get());
    std::future<std::optional<Event>> next =
        asio::co_spawn(context_, monitor_->next(), asio::use_future);
    run_until([&] { return next.wait_for(0s) == std::future_status::ready; }, "no event");
    EXPECT_EQ(next.get(), std::nullopt);

    options_.connect.timeout = 2s;
    say("up a");
    say("up b");
    options_.subsysnqn = simulator_.scenario().nqn;
    start(); // healthy again
}

TEST_F(ArrayWatch, does_not_start_where_nothing_is_found) {
    options_.subsysnqn.clear();
    options_.connect.timeout = 100ms;
    say("hang a");
    say("hang b");
    monitor_.emplace(context_.get_executor(), options_);
    std::future<void> started = asio::co_spawn(context_, monitor_->start(), asio::use_future);
    run_until([&] { return started.wait_for(0s) == std::future_status::ready; }, "the end");
    EXPECT_THROW(started.get(), Error);
    started = asio::co_spawn(context_, monitor_->start(), asio::use_future);
    run_until([&] { return started.wait_for(0s) == std::future_status::ready; }, "the end");
    try {
        started.get();
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::not_found) << "it may be tried again: " << error.what();
    }
}

} // namespace
} // namespace haoh::test
