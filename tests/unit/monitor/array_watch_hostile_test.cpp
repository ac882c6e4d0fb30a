// SPDX-License-Identifier: LGPL-2.1-or-later
// An array that sends events without end, and has other namespaces each time.
#include "unit/fabric/fake_array.hpp"

#include <haoh/monitor.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace haoh::test {
namespace {

using testing::HasSubstr;

class HostileArray : public testing::Test {
  protected:
    HostileArray() {
        options_.targets = {array_.address()};
        options_.subsysnqn = array_.subsysnqn;
        options_.connect.host = host_identity("nqn.2014-08.org.example:host", "");
        options_.retry_interval = std::chrono::milliseconds{20};
        array_.on_command = [this](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                                   nvme::ByteView /*data*/) { return answer(link, entry); };
        show(1, 100);
    }

    ~HostileArray() override {
        if (monitor_) {
            events_without_end_ = false;
            monitor_->stop();
            bool stopped = false;
            boost::asio::co_spawn(context_, monitor_->stopped(),
                                  [&](const std::exception_ptr&) { stopped = true; });
            run_until([&] { return stopped; }, "the monitor to stop");
        }
    }

    /// From now on it has these namespaces.
    void show(std::uint32_t first, std::uint32_t count) {
        array_.namespaces.clear();
        for (std::uint32_t nsid = first; nsid < first + count; ++nsid) {
            array_.namespaces[nsid] = fmt::format("11111111-2222-4333-8444-{:012x}", nsid);
        }
    }

    bool answer(const FakeArray::Link& link, const nvme::SubmissionEntry& entry) {
        const bool list = entry.opcode == nvme::opcode::identify && entry.nsid == 0 &&
                          static_cast<std::uint8_t>(entry.cdw[0]) == nvme::cns::active_namespaces;
        if (list) {
            ++readings_;
            if (events_without_end_) {
                show(1 + 1000 * readings_, 100);
            }
        }
        if (entry.opcode == nvme::opcode::async_event_request && events_without_end_) {
            link->respond(entry.cid, 0, kNamespacesChanged);
            return true;
        }
        return false;
    }

    /// Says that its namespaces changed: once, or from now on whenever it is asked.
    void tell_of_change(bool without_end = false) {
        run_until([&] { return !array_.links.empty() && !array_.links.back()->events.empty(); },
                  "the array to be asked for events");
        const FakeArray::Link& link = array_.links.back();
        ASSERT_FALSE(link->events.empty());
        events_without_end_ = without_end;
        link->respond(link->events.back(), 0, kNamespacesChanged);
        link->events.pop_back();
    }

    void start() {
        monitor_.emplace(context_.get_executor(), options_);
        bool started = false;
        boost::asio::co_spawn(context_, monitor_->start(), [&](const std::exception_ptr& failure) {
            started = true;
            if (failure) {
                std::rethrow_exception(failure);
            }
        });
        run_until([&] { return started; }, "the monitor to start");
    }

    /// The condition may cost more than the work, so it is not asked after every step of it.
    template <typename Condition>
    void run_until(Condition condition, const char* what) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{120};
        while (!condition()) {
            context_.restart();
            context_.run_for(std::chrono::milliseconds{5});
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "waited for " << what;
        }
    }

    /// All that is queued.
    std::vector<Event> take() {
        std::vector<Event> events;
        monitor_->on_event([&](const Event& event) { events.push_back(event); });
        monitor_->on_event({});
        return events;
    }

    [[nodiscard]] MonitorStatus::Source source() const { return monitor_->status().sources.at(0); }

    static constexpr std::uint32_t kNamespacesChanged = 0x040002;

    boost::asio::io_context context_{1};
    FakeArray array_{context_};
    MonitorOptions options_;
    std::optional<Monitor> monitor_;
    std::uint32_t readings_{};
    bool events_without_end_{};
};

TEST_F(HostileArray, WhatIsKeptOfInventedNamespacesIsBounded) {
    options_.queue = 100;
    start();
    EXPECT_EQ(monitor_->status().queue_dropped, 0U) << "a healthy array";
    for (const MonitorStatus::Namespace& one : monitor_->status().namespaces) {
        ASSERT_EQ(to_string(one.paths.at(0).use), "usable");
    }
    EXPECT_EQ(monitor_->status().namespaces.size(), 100U);
    const std::uint32_t before = readings_;
    tell_of_change(true);
    run_until([&] { return readings_ >= before + 15; }, "15 readings");
    events_without_end_ = false;
    const MonitorStatus status = monitor_->status();
    EXPECT_LE(status.namespaces.size(), 200U) << "those of one reading, and of one under way";
    EXPECT_GT(status.queue_dropped, 4'000U) << "five for each namespace and reading";
    const std::vector<Event> events = take();
    EXPECT_LE(events.size(), 101U);
    EXPECT_EQ(events.at(0).kind, EventKind::source_lost);
    EXPECT_EQ(events.at(0).source, "events");
    EXPECT_THAT(events.at(0).text, HasSubstr("events were left out"));
}

TEST_F(HostileArray, MoreThanThereIsRoomForIsUnreadAndTheLastStateStays) {
    options_.budget.objects = 150;
    start();
    EXPECT_TRUE(source().healthy) << source().problem;
    EXPECT_EQ(monitor_->status().namespaces.size(), 100U);
    static_cast<void>(take());
    show(1, 1000);
    tell_of_change();
    run_until([&] { return !source().healthy; }, "the source to be lost");
    EXPECT_THAT(source().problem, HasSubstr("1000 active namespaces: 150 namespaces and entries"));
    EXPECT_EQ(monitor_->status().namespaces.size(), 100U);
    for (const Event& event : take()) {
        EXPECT_TRUE(event.kind == EventKind::aen || event.kind == EventKind::source_lost)
            << to_string(event.kind);
    }
    show(1, 120);
    run_until([&] { return source().healthy; }, "the array to be read again");
    EXPECT_EQ(monitor_->status().namespaces.size(), 120U);
}

TEST_F(HostileArray, TheBudgetIsThatOfTheTargetAndNotOfEachReading) {
    options_.budget.objects = 150;
    start();
    for (int round = 0; round < 5; ++round) {
        const std::uint32_t before = readings_;
        show(1 + 1000 * static_cast<std::uint32_t>(round), 100);
        tell_of_change();
        run_until(
            [&] {
                return readings_ > before && monitor_->status().namespaces.size() == 100U &&
                       monitor_->status().namespaces.front().nsid ==
                           1 + 1000 * static_cast<std::uint32_t>(round);
            },
            "the other namespaces");
        EXPECT_TRUE(source().healthy) << source().problem;
    }
}

} // namespace
} // namespace haoh::test
