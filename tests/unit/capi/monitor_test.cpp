// SPDX-License-Identifier: LGPL-2.1-or-later
#include "freed.hpp"
#include "served_pair.hpp"

#include "support/sysfs_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int kLimitMs = 120000;

class CapiMonitor : public ::testing::Test {
  protected:
    CapiMonitor() {
        const haoh_source source = pair_.source();
        haoh_monitor_options options HAOH_MONITOR_OPTIONS_INIT;
        options.retry_interval_ms = 50;
        monitor_.reset(haoh_monitor_new(&source, &options, error_));
        EXPECT_NE(monitor_, nullptr) << error_.message();
    }

    void start() {
        ASSERT_EQ(haoh_monitor_start(monitor_.get(), error_), 0) << error_.message();
        EXPECT_EQ(haoh_monitor_running(monitor_.get()), 1);
    }
    /// Goes through events until one is as wanted.
    EventHandle wait_for(haoh_event_kind kind, std::string_view to) {
        haoh_event* event = nullptr;
        while (haoh_monitor_next(monitor_.get(), kLimitMs, &event, error_) == 1) {
            EventHandle owner(event);
            const haoh_event_info info = info_of(event);
            if (info.kind == kind && info.to == to) {
                return owner;
            }
        }
        ADD_FAILURE() << "no such event: " << error_.message();
        return nullptr;
    }
    haoh_event_info info_of(const haoh_event* event) {
        haoh_event_info info HAOH_EVENT_INFO_INIT;
        EXPECT_EQ(haoh_event_get(event, &info, error_), 0) << error_.message();
        return info;
    }
    [[nodiscard]] bool readable(int timeout_ms) const {
        pollfd descriptor{.fd = haoh_monitor_fd(monitor_.get()), .events = POLLIN, .revents = 0};
        return ::poll(&descriptor, 1, timeout_ms) == 1;
    }
    /// Waits until so many paths are known to be in a state.
    void wait_for_paths(std::string_view state, unsigned wanted) {
        const auto deadline =
            std::chrono::steady_clock::now() + std::chrono::milliseconds{kLimitMs};
        while (paths_in(state) != wanted) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << state;
            std::this_thread::sleep_for(2ms);
        }
    }
    unsigned paths_in(std::string_view state) {
        const std::unique_ptr<haoh_path_list, Free<&haoh_path_list_free>> paths(
            haoh_monitor_paths(monitor_.get(), error_));
        unsigned count = 0;
        for (std::size_t index = 0; index < haoh_path_list_count(paths.get()); ++index) {
            haoh_path_info info HAOH_PATH_INFO_INIT;
            EXPECT_EQ(haoh_path_list_get(paths.get(), index, &info, error_), 0);
            count += info.ana_state == state ? 1U : 0U;
        }
        return count;
    }
    /// Takes all that is there, waiting a little for more.
    void drain() {
        haoh_event* event = nullptr;
        while (haoh_monitor_next(monitor_.get(), 200, &event, error_) == 1) {
            haoh_event_free(event);
        }
    }

    ServedPair pair_;
    ErrorSlot error_;
    MonitorHandle monitor_;
};

TEST_F(CapiMonitor, tells_an_ana_change) {
    start();
    drain();
    EXPECT_FALSE(readable(0));
    pair_.say("ana a all inaccessible");
    EXPECT_TRUE(readable(kLimitMs));
    const EventHandle event = wait_for(HAOH_EVENT_ANA_CHANGE, "inaccessible");
    ASSERT_NE(event, nullptr);
    const haoh_event_info info = info_of(event.get());
    EXPECT_STREQ(info.name, "ana_change");
    EXPECT_THAT(info.controller, StartsWith("tcp://127.0.0.1:"));
    EXPECT_GE(info.nsid, 1U);
    EXPECT_GT(info.sequence, 0U);
    EXPECT_GT(info.monotonic_ns, 0);
    EXPECT_GE(info.latency_ns, 0);
    EXPECT_THAT(owned(haoh_event_render(event.get(), HAOH_JSON, nullptr, error_)),
                AllOf(StartsWith("{"), HasSubstr(R"("haoh.event/1")"), ::testing::EndsWith("}")));
    EXPECT_THAT(owned(haoh_event_render(event.get(), HAOH_TEXT, nullptr, error_)),
                HasSubstr("inaccessible"));
    EXPECT_EQ(haoh_event_render(event.get(), HAOH_DOT, nullptr, error_), nullptr);
    EXPECT_THAT(owned(haoh_monitor_metrics(monitor_.get(), error_)), HasSubstr("haoh_"));
    EXPECT_THAT(owned(haoh_monitor_summary(monitor_.get(), nullptr, error_)), HasSubstr("event"));
    EXPECT_EQ(haoh_monitor_status(monitor_.get(), error_), HAOH_STATUS_OK);
}

TEST_F(CapiMonitor, tells_the_paths_as_they_are) {
    pair_.say("ana b all non-optimized");
    start();
    const std::unique_ptr<haoh_path_list, Free<&haoh_path_list_free>> paths(
        haoh_monitor_paths(monitor_.get(), error_));
    ASSERT_EQ(haoh_path_list_count(paths.get()), 6U); // 3 namespaces on 2 arrays
    unsigned optimized = 0;
    haoh_path_info info HAOH_PATH_INFO_INIT;
    for (size_t index = 0; index < 6; ++index) {
        ASSERT_EQ(haoh_path_list_get(paths.get(), index, &info, error_), 0) << error_.message();
        EXPECT_STREQ(info.subsysnqn, pair_.source().nqn);
        EXPECT_GE(info.nsid, 1U);
        EXPECT_STREQ(info.controller_state, "live");
        EXPECT_THAT(info.site, ::testing::StartsWith("array-"));
        EXPECT_EQ(info.usable, 1);
        optimized += info.ana_state == std::string_view("optimized") ? 1U : 0U;
        if (info.controller == std::string_view(pair_.source().targets[1])) {
            EXPECT_STREQ(info.ana_state, "non-optimized");
        }
    }
    EXPECT_EQ(optimized, 3U);
    EXPECT_EQ(haoh_path_list_get(paths.get(), 6, &info, error_), -HAOH_NOT_FOUND);
    EXPECT_EQ(haoh_path_list_get(nullptr, 0, &info, error_), -HAOH_INVALID_ARGUMENT);
    EXPECT_EQ(haoh_monitor_paths(nullptr, error_), nullptr);
    EXPECT_EQ(haoh_path_list_count(nullptr), 0U);
}

TEST_F(CapiMonitor, nothing_happens_and_nothing_is_told_in_time) {
    start();
    drain();
    haoh_event* event = reinterpret_cast<haoh_event*>(8);
    EXPECT_EQ(haoh_monitor_next(monitor_.get(), 0, &event, error_), 0);
    EXPECT_EQ(event, nullptr);
    EXPECT_EQ(haoh_monitor_next(monitor_.get(), 0, nullptr, error_), -HAOH_INVALID_ARGUMENT);
}

/// A callback as a function object.
using Callback = std::function<int(const haoh_event*)>;
int call(void* data, const haoh_event* event) {
    return (*static_cast<Callback*>(data))(event);
}

TEST_F(CapiMonitor, a_callback_may_call_back) {
    start();
    drain();
    pair_.say("ana a all inaccessible");
    unsigned calls = 0;
    Callback back = [&](const haoh_event* event) {
        ++calls;
        EXPECT_STRNE(info_of(event).name, "");
        EXPECT_NE(owned(haoh_monitor_metrics(monitor_.get(), error_)), "(null)");
        haoh_monitor_free(monitor_.get()); // which cannot be, and is not
        haoh_event* next = nullptr;
        const int more = haoh_monitor_next(monitor_.get(), 0, &next, error_);
        EXPECT_GE(more, 0);
        haoh_event_free(next);
        EXPECT_EQ(haoh_monitor_stop(monitor_.get(), error_), 0);
        EXPECT_EQ(haoh_monitor_running(monitor_.get()), 0);
        return 0;
    };
    // What was queued when it was stopped is still told; then it is over.
    EXPECT_EQ(haoh_monitor_run(monitor_.get(), kLimitMs, call, &back, error_), 0);
    EXPECT_GE(calls, 1U);
    EXPECT_EQ(haoh_monitor_run(monitor_.get(), -1, call, &back, error_), 0);
}

TEST_F(CapiMonitor, a_callback_may_end_the_run_but_not_the_monitor) {
    start();
    pair_.say("ana a all inaccessible");
    Callback once = [](const haoh_event*) { return 1; };
    EXPECT_EQ(haoh_monitor_run(monitor_.get(), kLimitMs, call, &once, error_), 1);
    EXPECT_EQ(haoh_monitor_running(monitor_.get()), 1);
    EXPECT_EQ(haoh_monitor_run(monitor_.get(), 0, nullptr, nullptr, error_),
              -HAOH_INVALID_ARGUMENT);
}

TEST_F(CapiMonitor, starts_again) {
    for (int round = 0; round < 3; ++round) {
        start();
        EXPECT_EQ(haoh_monitor_start(monitor_.get(), error_), -HAOH_INVALID_ARGUMENT);
        drain();
        EXPECT_FALSE(readable(0)); // it runs, and nothing waits
        pair_.say(round % 2 == 0 ? "ana a all inaccessible" : "ana a all optimized");
        ASSERT_NE(wait_for(HAOH_EVENT_ANA_CHANGE, round % 2 == 0 ? "inaccessible" : "optimized"),
                  nullptr);
        EXPECT_EQ(haoh_monitor_stop(monitor_.get(), error_), 0);
        EXPECT_EQ(haoh_monitor_stop(monitor_.get(), error_), 0);
        EXPECT_EQ(haoh_monitor_running(monitor_.get()), 0);
        EXPECT_TRUE(readable(0)); // it has ended
    }
}

/// Arrays that take connections and never answer, and a host that has patience.
TEST_F(CapiMonitor, a_start_that_takes_long_keeps_nobody_waiting) {
    pair_.say("hang a");
    pair_.say("hang b");
    haoh_source source = pair_.source();
    source.nqn = nullptr;
    source.timeout_ms = source.command_timeout_ms = 3600 * 1000;
    monitor_.reset(haoh_monitor_new(&source, nullptr, error_));
    ASSERT_NE(monitor_, nullptr) << error_.message();
    auto started = std::async(std::launch::async,
                              [this] { return haoh_monitor_start(monitor_.get(), nullptr); });
    const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds{kLimitMs};
    while (haoh_monitor_running(monitor_.get()) == 0) {
        ASSERT_LT(std::chrono::steady_clock::now(), limit);
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_EQ(haoh_monitor_status(monitor_.get(), error_), HAOH_STATUS_INCOMPLETE);
    const std::unique_ptr<haoh_path_list, Free<&haoh_path_list_free>> paths(
        haoh_monitor_paths(monitor_.get(), error_));
    EXPECT_EQ(haoh_path_list_count(paths.get()), 0U);
    EXPECT_EQ(started.wait_for(0s), std::future_status::timeout);

    EXPECT_EQ(haoh_monitor_stop(monitor_.get(), error_), 0) << error_.message();
    EXPECT_EQ(started.get(), 0);
    EXPECT_EQ(haoh_monitor_running(monitor_.get()), 0);
    haoh_event* event = nullptr;
    EXPECT_EQ(haoh_monitor_next(monitor_.get(), -1, &event, error_), 0);
}

TEST_F(CapiMonitor, another_thread_ends_a_wait) {
    start();
    drain();
    std::thread other([this] {
        haoh_event* event = nullptr;
        int got = 1;
        while ((got = haoh_monitor_next(monitor_.get(), -1, &event, nullptr)) == 1) {
            haoh_event_free(event);
        }
        EXPECT_EQ(got, 0);
    });
    EXPECT_EQ(haoh_monitor_stop(monitor_.get(), error_), 0);
    other.join();
}

TEST_F(CapiMonitor, a_wait_without_an_end_lasts_until_there_is_an_event) {
    start();
    drain();
    std::promise<void> about_to_wait;
    std::thread other([&] {
        about_to_wait.set_value();
        haoh_event* event = nullptr;
        EXPECT_EQ(haoh_monitor_next(monitor_.get(), -1, &event, nullptr), 1);
        haoh_event_free(event);
    });
    about_to_wait.get_future().get();
    pair_.say("ana a all inaccessible");
    other.join();
}

TEST_F(CapiMonitor, more_events_than_are_taken_ahead_come_in_order) {
    start();
    drain();
    for (int round = 0; round < 60; ++round) { // 6 events and more each
        pair_.say(round % 2 == 0 ? "ana a all inaccessible" : "ana a all optimized");
        pair_.say(round % 2 == 0 ? "ana b all inaccessible" : "ana b all optimized");
    }
    pair_.say("ana b all non-optimized");
    std::uint64_t last = 0;
    std::string state;
    while (state != "non-optimized") {
        haoh_event* event = nullptr;
        ASSERT_EQ(haoh_monitor_next(monitor_.get(), kLimitMs, &event, error_), 1)
            << error_.message();
        const EventHandle owner(event);
        const haoh_event_info info = info_of(event);
        EXPECT_GT(info.sequence, last);
        last = info.sequence;
        if (info.kind == HAOH_EVENT_ANA_CHANGE) {
            state = info.to;
        }
    }
}

TEST_F(CapiMonitor, what_waits_when_it_is_stopped_can_still_be_taken) {
    start();
    drain();
    for (int round = 0; round < 24; ++round) { // 3 events and more each: more than are taken ahead
        const std::string state = round % 2 == 0 ? "inaccessible" : "optimized";
        pair_.say("ana a all " + state);
        wait_for_paths(state, round % 2 == 0 ? 3 : 6);
    }
    pair_.say("ana a all non-optimized");
    wait_for_paths("non-optimized", 3);
    EXPECT_EQ(haoh_monitor_stop(monitor_.get(), error_), 0);
    EXPECT_EQ(haoh_monitor_running(monitor_.get()), 0);
    EXPECT_TRUE(readable(0));
    haoh_event* event = nullptr;
    std::uint64_t last = 0;
    unsigned count = 0;
    std::string state;
    while (haoh_monitor_next(monitor_.get(), -1, &event, error_) == 1) {
        const EventHandle owner(event);
        EXPECT_TRUE(readable(0)); // more waits, or it has ended
        const haoh_event_info info = info_of(event);
        EXPECT_TRUE(last == 0 || info.sequence == last + 1) << info.sequence;
        last = info.sequence;
        state = info.kind == HAOH_EVENT_ANA_CHANGE ? info.to : state;
        ++count;
    }
    EXPECT_GT(count, 64U);
    EXPECT_EQ(state, "non-optimized");
    EXPECT_EQ(haoh_monitor_next(monitor_.get(), -1, &event, error_), 0);
    EXPECT_EQ(haoh_error_code(error_.get()), HAOH_OK);
}

TEST_F(CapiMonitor, is_readable_as_long_as_an_event_waits) {
    start();
    drain();
    pair_.say("ana a all inaccessible");
    wait_for_paths("inaccessible", 3);
    EXPECT_TRUE(readable(kLimitMs));
    EXPECT_EQ(haoh_monitor_status(monitor_.get(), error_), HAOH_STATUS_OK); // it had its turn
    haoh_event* event = nullptr;
    unsigned count = 0;
    while (readable(count == 0 ? kLimitMs : 200)) {
        ASSERT_EQ(haoh_monitor_next(monitor_.get(), 0, &event, error_), 1) << error_.message();
        const EventHandle owner(event);
        count += info_of(event).kind == HAOH_EVENT_ANA_CHANGE ? 1U : 0U;
    }
    EXPECT_EQ(count, 3U);
}

TEST_F(CapiMonitor, starting_leaves_the_signals_of_the_caller_as_they_are) {
    sigset_t before;
    sigset_t after;
    ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &before), 0);
    start();
    ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &after), 0);
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1, SIGCHLD, SIGHUP}) {
        EXPECT_EQ(::sigismember(&before, signal), ::sigismember(&after, signal)) << signal;
    }
}

TEST_F(CapiMonitor, is_freed_after_its_callbacks) {
    start();
    pair_.say("ana a all inaccessible");
    Callback once = [](const haoh_event*) { return 1; };
    EXPECT_EQ(haoh_monitor_run(monitor_.get(), kLimitMs, call, &once, error_), 1);
    const int descriptor = haoh_monitor_fd(monitor_.get());
    EXPECT_NE(::fcntl(descriptor, F_GETFD), -1);
    monitor_.reset();
    EXPECT_EQ(::fcntl(descriptor, F_GETFD), -1);
}

TEST_F(CapiMonitor, the_summary_looks_as_it_is_told_to) {
    start();
    haoh_style style HAOH_STYLE_INIT;
    const std::string plain = owned(haoh_monitor_summary(monitor_.get(), &style, error_));
    EXPECT_THAT(plain, ::testing::Not(HasSubstr("\x1b[")));
    style.color = 1;
    EXPECT_THAT(owned(haoh_monitor_summary(monitor_.get(), &style, error_)), HasSubstr("\x1b["));
    style.width = 39;
    EXPECT_EQ(haoh_monitor_summary(monitor_.get(), &style, error_), nullptr);
    EXPECT_EQ(error_.code(), HAOH_INVALID_ARGUMENT);
}

TEST_F(CapiMonitor, its_thread_takes_no_signal) {
    start();
    // Of the two threads only this one can take it, and this one blocks it.
    sigset_t signals;
    sigset_t before;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGUSR1);
    ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &signals, &before), 0);
    // The simulator's thread was made before and could take it.
    bool monitor_blocks = false;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream status(task.path() / "status");
        for (std::string line; std::getline(status, line);) {
            monitor_blocks = monitor_blocks || line.starts_with("SigBlk:\tffff");
        }
    }
    EXPECT_TRUE(monitor_blocks);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_F(CapiMonitor, a_lost_array_makes_it_incomplete) {
    start();
    pair_.say("down a");
    ASSERT_NE(wait_for(HAOH_EVENT_CONTROLLER_STATE, "lost"), nullptr);
    EXPECT_EQ(haoh_monitor_status(monitor_.get(), error_), HAOH_STATUS_INCOMPLETE);
}

TEST(CapiMonitorSource, a_recorded_tree_is_polled) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2014-08.org.example:s", 2, 1);
    const std::string root = tree.root();
    haoh_source source HAOH_SOURCE_INIT;
    source.sysroot = root.c_str();
    haoh_monitor_options options HAOH_MONITOR_OPTIONS_INIT;
    options.poll_interval_ms = 10;
    ErrorSlot error;
    const MonitorHandle monitor(haoh_monitor_new(&source, &options, error));
    ASSERT_NE(monitor, nullptr) << error.message();
    ASSERT_EQ(haoh_monitor_start(monitor.get(), error), 0) << error.message();
    tree.change(SysfsTree::path(0, 0, 1) + "/ana_state", "inaccessible\n");
    std::string told;
    Callback find = [&told](const haoh_event* event) {
        haoh_event_info info HAOH_EVENT_INFO_INIT;
        EXPECT_EQ(haoh_event_get(event, &info, nullptr), 0);
        told = info.kind == HAOH_EVENT_ANA_CHANGE ? info.to : told;
        return told.empty() ? 0 : 1;
    };
    EXPECT_EQ(haoh_monitor_run(monitor.get(), kLimitMs, call, &find, error), 1);
    EXPECT_EQ(told, "inaccessible");
}

TEST(CapiMonitorSource, a_start_that_fails_is_told_also_after_one_that_did_not) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2014-08.org.example:s", 2, 1);
    tree.add_subsystem("nqn.2014-08.org.example:other", 1, 1);
    const std::string root = tree.root();
    const char* names[] = {"nvme-subsys1"};
    haoh_source source HAOH_SOURCE_INIT;
    source.sysroot = root.c_str();
    source.names = names;
    source.names_count = 1;
    ErrorSlot error;
    const MonitorHandle monitor(haoh_monitor_new(&source, nullptr, error));
    ASSERT_NE(monitor, nullptr) << error.message();
    EXPECT_EQ(haoh_monitor_start(monitor.get(), error), 0) << error.message();
    EXPECT_EQ(haoh_monitor_stop(monitor.get(), error), 0);
    tree.remove("sys/class/nvme-subsystem/nvme-subsys1");
    EXPECT_EQ(haoh_monitor_start(monitor.get(), error), -HAOH_NOT_FOUND);
    EXPECT_EQ(haoh_monitor_running(monitor.get()), 0);
}

TEST(CapiMonitorSource, paths_of_a_host_have_their_names_and_their_site) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2014-08.org.example:s", 2, 1);
    tree.set("proc/sys/kernel/hostname", "alpha\n");
    tree.set(SysfsTree::controller(1) + "/state", "connecting\n");
    const std::string root = tree.root();
    ErrorSlot error;
    const std::string toml = "[[site]]\nname = \"east\"\naddresses = [\"10.0.0.1\"]\n"
                             "[[site]]\nname = \"west\"\naddresses = [\"10.0.0.2\"]\n";
    const ConfigHandle config(haoh_config_parse(toml.data(), toml.size(), nullptr, error));
    ASSERT_NE(config, nullptr) << error.message();
    haoh_source source HAOH_SOURCE_INIT;
    source.sysroot = root.c_str();
    haoh_monitor_options options HAOH_MONITOR_OPTIONS_INIT;
    options.config = config.get();
    const MonitorHandle monitor(haoh_monitor_new(&source, &options, error));
    ASSERT_NE(monitor, nullptr) << error.message();
    ASSERT_EQ(haoh_monitor_start(monitor.get(), error), 0) << error.message();
    const std::unique_ptr<haoh_path_list, Free<&haoh_path_list_free>> paths(
        haoh_monitor_paths(monitor.get(), error));
    std::vector<std::string> told;
    for (std::size_t index = 0; index < haoh_path_list_count(paths.get()); ++index) {
        haoh_path_info info HAOH_PATH_INFO_INIT;
        ASSERT_EQ(haoh_path_list_get(paths.get(), index, &info, error), 0) << error.message();
        std::string line;
        for (const char* const text :
             {info.host, info.subsysnqn, info.device, info.path, info.controller,
              info.controller_state, info.site, info.ana_state}) {
            line += std::string(text) + " ";
        }
        told.push_back(line + std::to_string(info.nsid) + " " + std::to_string(info.usable));
    }
    EXPECT_THAT(told, ::testing::ElementsAre(
                          "alpha nqn.2014-08.org.example:s nvme0n1 nvme0c0n1 nvme0 live east "
                          "optimized 11 1",
                          "alpha nqn.2014-08.org.example:s nvme0n1 nvme0c1n1 nvme1 connecting "
                          "west optimized 11 0"));
    haoh_path_info info HAOH_PATH_INFO_INIT;
    info.size = offsetof(haoh_path_info, usable) + sizeof(int); // the first version's
    EXPECT_EQ(haoh_path_list_get(paths.get(), 0, &info, error), 0) << error.message();
    --info.size;
    EXPECT_EQ(haoh_path_list_get(paths.get(), 0, &info, error), -HAOH_INVALID_ARGUMENT);
}

TEST(CapiMonitorSource, what_is_wrong_is_named) {
    ErrorSlot error;
    haoh_monitor_options options HAOH_MONITOR_OPTIONS_INIT;
    options.poll_interval_ms = 9;
    EXPECT_EQ(haoh_monitor_new(nullptr, &options, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_INVALID_ARGUMENT);
    EXPECT_THAT(error.message(), HasSubstr("9 ms"));
    options = HAOH_MONITOR_OPTIONS_INIT;
    options.flags = 1024;
    EXPECT_EQ(haoh_monitor_new(nullptr, &options, error), nullptr);
    EXPECT_EQ(error.code(), HAOH_UNSUPPORTED);

    const SysfsTree tree;
    const std::string root = tree.root();
    const char* names[] = {"nvme3"};
    haoh_source source HAOH_SOURCE_INIT;
    source.sysroot = root.c_str();
    source.names = names;
    source.names_count = 1;
    const MonitorHandle monitor(haoh_monitor_new(&source, nullptr, error));
    ASSERT_NE(monitor, nullptr) << error.message();
    EXPECT_EQ(haoh_monitor_start(monitor.get(), error), -HAOH_NOT_FOUND);
    EXPECT_EQ(haoh_monitor_running(monitor.get()), 0);
    haoh_event* event = nullptr;
    EXPECT_EQ(haoh_monitor_next(monitor.get(), -1, &event, error), 0);
    EXPECT_EQ(haoh_monitor_start(monitor.get(), error), -HAOH_NOT_FOUND);
}

} // namespace
} // namespace haoh::test
