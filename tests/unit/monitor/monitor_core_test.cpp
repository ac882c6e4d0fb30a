// SPDX-License-Identifier: LGPL-2.1-or-later
// The way of events to the caller, and what a core knows of all controllers together.
#include "monitor/monitor_core.hpp"

#include "unit/model/sample_observation.hpp"

#include <haoh/error.hpp>
#include <haoh/nvme/identify_controller.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>

namespace haoh::monitor {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MonitorCoreTest : public ::testing::Test {
  protected:
    ~MonitorCoreTest() override {
        core_->end();
        settle();
    }
    void make(std::size_t queue = 100) {
        MonitorOptions options = options_;
        options.queue = queue;
        core_ = std::make_shared<MonitorCore>(context_.get_executor(), options);
        core_->begin();
    }
    /// What is ready is done.
    void settle() {
        context_.restart();
        context_.poll();
    }
    void lose(const char* source, const char* why = "why") {
        core_->lose_source(source, why, Moment::now());
    }
    void handle() {
        core_->set_handler([this](const Event& event) {
            told_.push_back(fmt::format("{} {} {}", event.sequence, event.source, event.text));
        });
    }
    /// Takes events until there is none.
    void take_all() {
        asio::co_spawn(
            context_,
            [this]() -> asio::awaitable<void> {
                while (auto event = co_await core_->next()) {
                    told_.push_back(fmt::format("{} {}", event->sequence, event->source));
                }
                told_.emplace_back("end");
            },
            asio::detached);
        settle();
    }

    asio::io_context context_{1};
    MonitorOptions options_;
    std::shared_ptr<MonitorCore> core_;
    std::vector<std::string> told_;
};

TEST_F(MonitorCoreTest, next_gives_what_came_before_and_what_comes) {
    make();
    lose("a");
    lose("b");
    take_all();
    EXPECT_THAT(told_, ElementsAre("1 a", "2 b"));
    lose("c");
    settle();
    EXPECT_THAT(told_, ElementsAre("1 a", "2 b", "3 c"));
    core_->end();
    settle();
    EXPECT_THAT(told_, ElementsAre("1 a", "2 b", "3 c", "end"));
}

TEST_F(MonitorCoreTest, what_is_queued_can_be_taken_after_the_end_and_nothing_else_comes) {
    make();
    lose("a");
    core_->end();
    lose("b");
    take_all();
    EXPECT_THAT(told_, ElementsAre("1 a", "end"));
}

TEST_F(MonitorCoreTest, a_handler_gets_what_is_queued_first) {
    make();
    lose("a");
    handle();
    EXPECT_THAT(told_, ElementsAre("1 a why"));
    lose("b", "other");
    EXPECT_THAT(told_, ElementsAre("1 a why", "2 b other"));
    core_->set_handler({});
    lose("c");
    take_all();
    EXPECT_THAT(told_, ElementsAre("1 a why", "2 b other", "3 c"));
}

TEST_F(MonitorCoreTest, without_a_handler_what_is_queued_stays_there) {
    make();
    lose("a");
    core_->set_handler({});
    EXPECT_TRUE(core_->running());
    take_all();
    EXPECT_THAT(told_, ElementsAre("1 a"));
}

TEST_F(MonitorCoreTest, a_handler_that_throws_gets_nothing_more_of_what_is_queued) {
    make();
    lose("a");
    lose("b");
    int calls = 0;
    core_->set_handler([&](const Event&) {
        ++calls;
        throw std::runtime_error("enough");
    });
    EXPECT_EQ(calls, 1);
    EXPECT_FALSE(core_->running());
}

TEST_F(MonitorCoreTest, a_queue_that_is_full_joins_events_and_counts_them) {
    make(1);
    lose("a", "one");
    lose("a", "two");
    lose("a", "three");
    EXPECT_EQ(core_->status().queue_merged, 2U);
    handle();
    EXPECT_THAT(told_, ElementsAre("1 a three"));
}

TEST_F(MonitorCoreTest, a_queue_has_room_for_one_at_least) {
    make(0);
    lose("a", "one");
    lose("a", "two");
    EXPECT_EQ(core_->status().queue_merged, 1U);
}

TEST_F(MonitorCoreTest, what_a_handler_throws_ends_the_monitor_and_comes_out_at_its_end) {
    make();
    int calls = 0;
    core_->set_handler([&](const Event&) {
        ++calls;
        throw std::runtime_error("enough");
    });
    core_->fusion().lose_source("a", "why", Moment::now());
    core_->fusion().lose_source("b", "why", Moment::now());
    core_->publish({.observed = Moment::now(), .cause = {}, .source = "test"});
    EXPECT_EQ(calls, 1);
    EXPECT_FALSE(core_->running());
    std::exception_ptr failure;
    asio::co_spawn(context_, core_->ended(), [&](std::exception_ptr what) { failure = what; });
    settle();
    EXPECT_THROW(std::rethrow_exception(failure), std::runtime_error);
    failure = nullptr;
    asio::co_spawn(context_, core_->ended(), [&](std::exception_ptr what) { failure = what; });
    settle();
    EXPECT_FALSE(failure) << "once";
}

TEST_F(MonitorCoreTest, a_task_that_fails_is_a_source_lost_and_one_that_is_canceled_is_none) {
    make();
    handle();
    const auto fail = [&](const char* name, auto failure) {
        core_->run(
            [failure]() -> asio::awaitable<void> {
                throw failure;
                co_return;
            },
            name);
        settle();
    };
    fail("a", Error(Errc::malformed, "read", "x", "broken"));
    fail("b", Error(Errc::canceled, "read", "x"));
    fail("c", boost::system::system_error(asio::error::operation_aborted));
    fail("d", boost::system::system_error(asio::error::connection_reset));
    fail("e", 5);
    ASSERT_EQ(told_.size(), 3U);
    EXPECT_THAT(told_[0], ::testing::HasSubstr("1 a read x: broken"));
    EXPECT_THAT(told_[1], ::testing::HasSubstr("2 d "));
    EXPECT_THAT(told_[2], ::testing::HasSubstr("3 e something that is no exception"));
}

TEST_F(MonitorCoreTest, a_task_without_memory_begins_anew) {
    make();
    handle();
    int attempts = 0;
    core_->run(
        [&]() -> asio::awaitable<void> {
            if (++attempts < 3) {
                throw std::bad_alloc();
            }
            co_return;
        },
        "task");
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (attempts < 3 && std::chrono::steady_clock::now() < deadline) {
        context_.restart();
        context_.run_one_for(20ms);
    }
    settle();
    EXPECT_EQ(attempts, 3);
    EXPECT_THAT(told_, IsEmpty()) << "it was for a moment";
}

TEST_F(MonitorCoreTest, a_task_without_memory_is_a_source_lost_when_that_lasts) {
    make();
    handle();
    bool memory = false;
    bool over = false;
    core_->run(
        [&]() -> asio::awaitable<void> {
            if (!memory) {
                throw std::bad_alloc();
            }
            over = true;
            co_return;
        },
        "task");
    const auto run_until = [this](const bool& condition, std::size_t told) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while ((!condition || told_.size() < told) && std::chrono::steady_clock::now() < deadline) {
            context_.restart();
            context_.run_one_for(20ms);
        }
    };
    run_until(core_->running(), 1);
    EXPECT_THAT(told_, ElementsAre("1 task out of memory"));
    memory = true;
    run_until(over, 0);
    settle();
    EXPECT_THAT(told_, ElementsAre("1 task out of memory", "2 task "));
}

TEST_F(MonitorCoreTest, that_it_did_not_run_excuses_what_was_lost_meanwhile) {
    make();
    handle();
    const auto began = std::chrono::steady_clock::now();
    Presence::Clocks clocks = Presence::Clocks::now();
    clocks.boot -= 20s; // as if that had been before a stop
    clocks.monotonic -= 20s;
    EXPECT_FALSE(core_->has_returned());
    core_->begin();
    core_->look_back(clocks);
    EXPECT_THAT(told_, IsEmpty());
    EXPECT_TRUE(core_->excuses(began));
    EXPECT_TRUE(core_->has_returned());
    EXPECT_FALSE(core_->excuses(std::chrono::steady_clock::now())) << "that began later";
    ASSERT_EQ(told_.size(), 1U);
    EXPECT_EQ(told_[0].substr(0, 27), "1 monitor it did not run fo");
    EXPECT_THAT(core_->status().sources, IsEmpty()) << "it is over";
}

TEST_F(MonitorCoreTest, the_end_waits_for_every_task) {
    make();
    for (int i = 0; i < 3; ++i) {
        core_->run([]() -> asio::awaitable<void> { co_await pause(1h); }, "long");
    }
    settle();
    bool ended = false;
    asio::co_spawn(context_, core_->ended(), [&](const std::exception_ptr&) { ended = true; });
    settle();
    EXPECT_FALSE(ended);
    core_->end();
    EXPECT_FALSE(ended);
    settle();
    EXPECT_TRUE(ended);
    handle();
    EXPECT_THAT(told_, IsEmpty()) << "that they were canceled is no loss";
}

TEST_F(MonitorCoreTest, what_fails_because_of_the_end_is_no_loss) {
    make();
    core_->run(
        []() -> asio::awaitable<void> {
            try {
                co_await pause(1h);
            } catch (const std::exception&) {
                throw std::runtime_error("interrupted");
            }
        },
        "long");
    settle();
    core_->end();
    settle();
    EXPECT_THAT(core_->status().sources, IsEmpty());
}

TEST_F(MonitorCoreTest, one_waits_until_every_source_was_tried) {
    make();
    core_->fusion().expect_source("a");
    core_->fusion().expect_source("b");
    bool tried = false;
    asio::co_spawn(context_, core_->tried(), [&](const std::exception_ptr&) { tried = true; });
    settle();
    EXPECT_FALSE(tried);
    lose("a");
    settle();
    EXPECT_FALSE(tried);
    core_->fusion().restore_source("b", Moment::now());
    core_->publish({.observed = Moment::now(), .cause = {}, .source = "b"});
    settle();
    EXPECT_TRUE(tried);
    core_->fusion().expect_source("c");
    tried = false;
    asio::co_spawn(context_, core_->tried(), [&](const std::exception_ptr&) { tried = true; });
    settle();
    EXPECT_FALSE(tried);
    core_->end();
    settle();
    EXPECT_TRUE(tried) << "or it ends";
}

TEST_F(MonitorCoreTest, begins_anew) {
    make();
    lose("a");
    core_->end();
    const Moment before = Moment::now();
    core_->begin();
    EXPECT_TRUE(core_->running());
    EXPECT_GE(core_->status().began.monotonic, before.monotonic);
    EXPECT_LE(core_->status().began.monotonic, Moment::now().monotonic);
    EXPECT_THAT(core_->status().sources, IsEmpty());
    handle();
    EXPECT_THAT(told_, ElementsAre("1 a why")) << "what was queued can still be taken";
}

/// Controllers of a host, told apart by what they say of themselves.
class MonitorCoreArrays : public MonitorCoreTest {
  protected:
    MonitorCoreArrays() {
        make();
        see_both();
    }
    void see_both() {
        View view;
        for (const char* name : {"nvme0", "nvme1"}) {
            view.controllers.push_back(
                {.name = name, .subsysnqn = "nqn", .address = {}, .state = ControllerState::live});
        }
        core_->fusion().see("h", view, {.observed = Moment::now(), .cause = {}, .source = "test"});
    }
    static ControllerObservation controller(const std::string& name, const std::string& serial) {
        nvme::IdentifyController data;
        std::fill(data.sn.begin(), data.sn.end(), std::uint8_t{' '});
        std::copy(serial.begin(), serial.end(), data.sn.begin());
        ControllerObservation seen;
        seen.name = name;
        seen.subsysnqn = "nqn";
        seen.identify = Page::of(nvme::encode(data));
        return seen;
    }
    std::vector<std::string> arrays() {
        std::vector<std::string> out;
        for (const MonitorStatus::Controller& one : core_->status().controllers) {
            out.push_back(one.array);
        }
        return out;
    }
};

TEST_F(MonitorCoreArrays, follow_from_what_all_controllers_say_last) {
    core_->keep("h", controller("nvme0", "A"));
    EXPECT_THAT(arrays(), ElementsAre("", "")) << "nothing to tell it from";
    core_->keep("h", controller("nvme1", "B"));
    EXPECT_THAT(arrays(), ElementsAre("array-a", "array-b"));
    core_->keep("h", controller("nvme1", "A"));
    EXPECT_THAT(arrays(), ElementsAre("", "")) << "it is on the same array now";
    core_->keep("h", controller("nvme1", "B"));
    core_->forget("g", "nvme0"); // of another host
    core_->keep("h", controller("nvme1", "B"));
    EXPECT_THAT(arrays(), ElementsAre("array-a", "array-b"));
    core_->forget("h", "nvme0");
    core_->keep("h", controller("nvme1", "B"));
    EXPECT_EQ(arrays().at(1), "") << "nothing to tell it from any more";
}

TEST_F(MonitorCoreArrays, of_controllers_that_only_the_kernel_knows_follow_from_the_configuration) {
    core_->end();
    settle();
    for (const auto& [name, address] :
         {std::pair("east", "10.0.0.1"), std::pair("west", "10.0.0.2")}) {
        Site& site = options_.sites.emplace_back();
        site.name = name;
        site.addresses = {address};
    }
    make();
    see_both();
    KernelObservation kernel;
    kernel.host = "h";
    KernelSubsystem& subsystem = kernel.subsystems.emplace_back();
    subsystem.subsysnqn = Attribute::of("nqn");
    for (const char* name : {"nvme0", "nvme1"}) {
        KernelController& one = subsystem.controllers.emplace_back();
        one.name = name;
        one.address =
            Attribute::of(fmt::format("traddr=10.0.0.{},trsvcid=4420", name[4] - '0' + 1));
    }
    core_->keep(kernel);
    EXPECT_THAT(arrays(), ElementsAre("east", "west"));
    // One that was asked comes first then; sites stay with their controllers.
    ControllerObservation asked = controller("nvme1", "B");
    asked.traddr = "10.0.0.2";
    core_->keep("h", asked);
    EXPECT_THAT(arrays(), ElementsAre("east", "west"));
    std::swap(kernel.subsystems[0].controllers[0].address,
              kernel.subsystems[0].controllers[1].address);
    core_->forget("h", "nvme1");
    core_->keep(kernel);
    EXPECT_THAT(arrays(), ElementsAre("west", "east")) << "the last view counts";
}

TEST_F(MonitorCoreArrays, do_not_follow_from_what_was_known_before_the_beginning) {
    core_->keep("h", controller("nvme0", "A"));
    core_->keep("h", controller("nvme1", "B"));
    ASSERT_THAT(arrays(), ElementsAre("array-a", "array-b"));
    core_->end();
    settle();
    core_->begin();
    see_both();
    core_->keep("h", controller("nvme1", "B"));
    EXPECT_THAT(arrays(), ElementsAre("", "")) << "nothing to tell it from";
}

TEST_F(MonitorCoreArrays, tell_controllers_of_one_name_apart_by_their_hosts) {
    View view;
    view.controllers.push_back(
        {.name = "nvme0", .subsysnqn = "nqn", .address = {}, .state = ControllerState::live});
    core_->fusion().see("g", view, {.observed = Moment::now(), .cause = {}, .source = "test"});
    core_->keep("h", controller("nvme0", "A"));
    core_->keep("h", controller("nvme1", "B"));
    EXPECT_THAT(arrays(), ElementsAre("", "array-a", "array-b"));
    core_->keep("g", controller("nvme0", "C"));
    core_->keep("h", controller("nvme1", "B"));
    EXPECT_THAT(arrays(), ElementsAre("", "array-a", "array-b")) << "g has a nvme0 of its own";
    core_->forget("h", "nvme9");
    core_->keep("h", controller("nvme1", "B"));
    EXPECT_THAT(arrays(), ElementsAre("", "array-a", "array-b")) << "neither is nvme9";
}

TEST_F(MonitorCoreArrays, are_judged_again_after_a_new_beginning) {
    core_->keep("h", controller("nvme0", "A")); // the verdict is on its way
    core_->end();
    settle();
    core_->begin();
    see_both();
    core_->keep("h", controller("nvme0", "A"));
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (core_->status().subsystems.at(0).verdict == std::nullopt) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline);
        context_.restart();
        context_.run_one_for(20ms);
    }
}

TEST_F(MonitorCoreArrays, of_targets_are_named_in_the_order_in_which_they_are_expected) {
    std::vector<WatchedPort> ports;
    for (const char* target : {"a", "b", "c"}) {
        ports.push_back({.address = {}, .subsysnqn = "nqn", .target = target, .name = target});
    }
    core_->expect_ports({}, ports);
    ControllerObservation third = controller("nvme1", "C");
    third.target = "c";
    core_->keep("h", third);
    EXPECT_THAT(arrays(), ElementsAre("", "array-c"));
    ControllerObservation first = controller("nvme0", "A");
    first.target = "a";
    core_->keep("h", first);
    EXPECT_THAT(arrays(), ElementsAre("array-a", "array-c"));
}

/// Two arrays that are asked directly, with a subsystem each, and the discovery log of each.
class MonitorCoreVerdicts : public MonitorCoreTest {
  protected:
    static std::string target(unsigned number) {
        return fmt::format("tcp://10.0.0.{}:4420", number + 1);
    }
    static std::string nqn(unsigned number) {
        return fmt::format("nqn.2026-01.io.example:{}", number);
    }
    static DiscoveryObservation log(unsigned number, std::uint64_t records = 1) {
        nvme::DiscoveryLog log;
        nvme::DiscoveryEntry& entry = log.entries.emplace_back();
        entry.trtype = static_cast<std::uint8_t>(nvme::TransportType::tcp);
        entry.adrfam = static_cast<std::uint8_t>(nvme::AddressFamily::ipv4);
        entry.subtype = static_cast<std::uint8_t>(nvme::SubsystemType::nvm);
        entry.cntlid = 0xFFFF;
        entry.asqsz = 32;
        entry.portid = static_cast<std::uint16_t>(number + 1);
        entry.subnqn = nqn(number);
        entry.traddr = fmt::format("10.0.0.{}", number + 1);
        entry.trsvcid = "4420";
        log.numrec = records;
        DiscoveryObservation seen;
        seen.target = target(number);
        seen.log = Page::of(nvme::encode(log));
        return seen;
    }
    void know(const std::vector<DiscoveryObservation>& logs) {
        make();
        std::vector<WatchedPort> ports;
        for (unsigned number = 0; number < 2; ++number) {
            ports.push_back({.address = parse_address(target(number)),
                             .subsysnqn = nqn(number),
                             .target = target(number),
                             .name = target(number)});
        }
        core_->expect_ports(logs, ports);
        for (unsigned number = 0; number < 2; ++number) {
            ControllerObservation one = test::healthy_pair(1, 2).controllers.front();
            nvme::IdentifyController id = one.identify_data();
            const std::string name = nqn(number);
            id.subnqn.fill(0);
            std::copy(name.begin(), name.end(), id.subnqn.begin());
            one.identify = Page::of(nvme::encode(id));
            one.name = target(number);
            one.target = target(number);
            one.subsysnqn = name;
            one.traddr = fmt::format("10.0.0.{}", number + 1);
            one.trsvcid = "4420";
            core_->fusion().see_controller({}, one.name, view_of(one), {});
            core_->keep({}, std::move(one));
        }
        verdicts();
    }
    /// Waits until all is judged.
    std::vector<Verdict> verdicts() {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        context_.restart();
        context_.run_until(deadline);
        std::vector<Verdict> out;
        for (const MonitorStatus::Subsystem& one : core_->status().subsystems) {
            EXPECT_TRUE(one.verdict) << one.subsysnqn;
            out.push_back(one.verdict.value_or(Verdict::unknown));
        }
        return out;
    }
};

TEST_F(MonitorCoreVerdicts, leave_what_is_judged_where_it_was) {
    const std::vector<DiscoveryObservation> logs{log(0), log(1)};
    know(logs);
    const Observation before = core_->observation();
    EXPECT_EQ(before.discovery, logs);
    ASSERT_EQ(before.controllers.size(), 2U);
    EXPECT_EQ(before.controllers[1].namespaces.size(), 2U);
    core_->lose_port({.address = {}, .subsysnqn = nqn(0), .target = target(0), .name = target(0)},
                     "it is away");
    static_cast<void>(verdicts());
    const Observation after = core_->observation();
    EXPECT_EQ(after.discovery, logs);
    ASSERT_EQ(after.controllers.size(), 1U);
    EXPECT_EQ(after.controllers[0], before.controllers[1]);
    EXPECT_EQ(after.unobserved.size(), 1U);
}

TEST_F(MonitorCoreVerdicts, are_those_of_logs_of_their_own_arrays) {
    know({log(0), log(1)});
    const std::vector<Verdict> good = verdicts();
    ASSERT_EQ(good.size(), 2U);
    EXPECT_EQ(good[0], good[1]);
    core_->end();
    settle();
    know({log(0), log(1, 7)}); // it says that there is more than there is
    const std::vector<Verdict> bad = verdicts();
    ASSERT_EQ(bad.size(), 2U);
    EXPECT_EQ(bad[0], good[0]);
    EXPECT_NE(bad[1], good[1]);
    core_->end();
    settle();
    // Of an array without a subsystem of its own it may be about any of them.
    DiscoveryObservation foreign = log(1, 7);
    foreign.target = target(8);
    know({log(0), log(1), foreign});
    const std::vector<Verdict> both = verdicts();
    ASSERT_EQ(both.size(), 2U);
    EXPECT_NE(both[0], good[0]);
    EXPECT_NE(both[1], good[1]);
}

} // namespace
} // namespace haoh::monitor
