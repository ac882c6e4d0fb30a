// SPDX-License-Identifier: LGPL-2.1-or-later
// A host watched with real timers and threads, on a tree of sysfs and devices that exist only here.
// What is decided when is tested without them (host_tracker_test.cpp, host_jobs_test.cpp).
#include "monitor/host_watch.hpp"
#include "support/sysfs_tree.hpp"
#include "unit/host/fake_device.hpp"
#include "unit/monitor/events.hpp"

#include <haoh/error.hpp>
#include <haoh/monitor.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>

namespace haoh::monitor {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::SysfsTree;
using ::testing::SizeIs;

class WatchedHost : public ::testing::Test {
  protected:
    WatchedHost() {
        tree_.add_subsystem("nqn.2024-01.com.example:pair", 2, 2);
        options_.host.emplace();
        options_.host->sysroot = tree_.root();
        options_.poll_interval = 10ms;
        options_.scan_interval = 20ms;
        options_.retry_interval = 10ms;
    }

    template <typename Condition>
    void run_until(Condition condition, const char* what) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (!condition()) {
            context_.restart();
            context_.run_one_for(20ms);
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "waited for " << what;
        }
    }
    /// Runs to its end. \return what it threw
    std::exception_ptr complete(asio::awaitable<void> coroutine) {
        bool done = false;
        std::exception_ptr failure;
        asio::co_spawn(context_, std::move(coroutine), [&](std::exception_ptr what) {
            failure = std::move(what);
            done = true;
        });
        run_until([&] { return done; }, "a coroutine");
        return failure;
    }
    [[nodiscard]] std::vector<Event> of(EventKind kind) const {
        return test::events_of(events_, kind);
    }
    void ana(unsigned controller, const char* state) {
        tree_.change(SysfsTree::path(0, controller, 1) + "/ana_state", state);
    }

    SysfsTree tree_;
    asio::io_context context_{1};
    MonitorOptions options_;
    std::vector<Event> events_;
};

TEST_F(WatchedHost, tells_what_changes_in_its_tree_until_it_is_stopped) {
    Monitor monitor(context_.get_executor(), options_);
    monitor.on_event([this](const Event& event) { events_.push_back(event); });
    for (const char* state : {"inaccessible", "optimized"}) { // it can be started again
        ASSERT_FALSE(complete(monitor.start()));
        EXPECT_THAT(monitor.status().namespaces, SizeIs(2));
        EXPECT_THAT(events_, ::testing::IsEmpty());
        ana(0, state);
        run_until([&] { return of(EventKind::ana_change).size() == 1; }, "the change");
        EXPECT_EQ(of(EventKind::ana_change)[0].to, state);
        tree_.remove(SysfsTree::path(0, 1, 2));
        if (state == std::string("inaccessible")) {
            run_until([&] { return of(EventKind::path_lost).size() == 1; }, "the loss of a path");
        }
        monitor.stop();
        ASSERT_FALSE(complete(monitor.stopped()));
        events_.clear();
        ana(0, "change");
        context_.restart();
        context_.run_for(50ms);
        EXPECT_THAT(events_, ::testing::IsEmpty()) << "nobody looks any more";
        ana(0, state);
    }
}

TEST_F(WatchedHost, is_not_started_on_a_tree_that_is_none) {
    options_.host->sysroot = tree_.root() + "/nowhere";
    Monitor monitor(context_.get_executor(), options_);
    const auto failure = complete(monitor.start());
    ASSERT_TRUE(failure);
    EXPECT_THROW(std::rethrow_exception(failure), Error);
    EXPECT_THAT(monitor.status().sources, ::testing::IsEmpty());
}

TEST_F(WatchedHost, loses_everything_with_its_tree) {
    options_.host->names = {"nvme-subsys0"};
    Monitor monitor(context_.get_executor(), options_);
    monitor.on_event([this](const Event& event) { events_.push_back(event); });
    ASSERT_FALSE(complete(monitor.start()));
    tree_.remove("sys/class/nvme-subsystem/nvme-subsys0");
    tree_.remove(SysfsTree::subsystem(0));
    run_until([&] { return of(EventKind::namespace_removed).size() == 2; }, "the loss");
    EXPECT_THAT(of(EventKind::access), SizeIs(2));
    monitor.stop();
    ASSERT_FALSE(complete(monitor.stopped()));
}

/// Devices that answer, or cannot be opened.
class AskedHost : public WatchedHost {
  protected:
    void begin(bool sources = false) {
        core_ = std::make_shared<MonitorCore>(context_.get_executor(), options_);
        core_->set_handler([this](const Event& event) { events_.push_back(event); });
        const auto open = [this](const std::string& name) -> std::unique_ptr<host::NvmeDevice> {
            ++opened_[name];
            if (broken_) {
                throw Error(Errc::not_found, "open", name, "it is not there");
            }
            auto device = std::make_unique<test::ControllerDevice>(2);
            device->controller.before = [this](const nvme::AdminCommand& command,
                                               std::size_t) -> std::optional<nvme::AdminResult> {
                if (command.opcode != nvme::get_log_page_command(nvme::lid::ana, 0, 4).opcode ||
                    (command.cdw[0] & 0xFFU) != nvme::lid::ana) {
                    return std::nullopt;
                }
                nvme::AnaLog log = test::one_group_log({1, 2}, change_count_);
                log.nagd = 1;
                nvme::AdminResult result;
                result.data = nvme::encode(log);
                result.data.resize(command.data_in);
                return result;
            };
            return device;
        };
        watch_ = std::make_shared<HostWatch>(
            core_, *options_.host,
            HostTracker::Abilities{.sources = sources, .logs = true, .identities = true}, open);
        ASSERT_FALSE(complete(watch_->read_first()));
        core_->begin();
        watch_->begin();
    }
    void end() {
        core_->end();
        ASSERT_FALSE(complete(core_->ended()));
    }
    [[nodiscard]] bool identified() const {
        const MonitorStatus status = core_->status();
        return !status.subsystems.empty() && !status.subsystems[0].identity.empty();
    }

    std::atomic<std::uint64_t> change_count_{5};
    std::atomic<bool> broken_{};
    std::map<std::string, int> opened_;
    std::shared_ptr<MonitorCore> core_;
    std::shared_ptr<HostWatch> watch_;
};

TEST_F(AskedHost, tells_who_it_is_and_counts_what_was_not_seen) {
    begin();
    run_until([&] { return identified(); }, "identities");
    ana(0, "non-optimized");
    run_until([&] { return of(EventKind::ana_change).size() == 1; }, "the change");
    change_count_ = 9;
    run_until(
        [&] {
            if (of(EventKind::ana_coalesced).empty()) {
                // A log that was read before may have agreed.
                ana(1, of(EventKind::ana_change).size() % 2 == 0 ? "optimized" : "non-optimized");
            }
            return !of(EventKind::ana_coalesced).empty();
        },
        "transitions that were not seen");
    EXPECT_EQ(of(EventKind::ana_coalesced)[0].source, "admin");
    EXPECT_EQ(of(EventKind::ana_coalesced)[0].change_count, 9U);
    EXPECT_THAT(of(EventKind::source_lost), ::testing::IsEmpty());
    end();
}

/// Whether a source can be opened here or not, it is told by its own name.
TEST_F(AskedHost, listens_to_every_source_there_is) {
    begin(true);
    const auto named = [&] {
        std::vector<std::string> names;
        for (const MonitorStatus::Source& source : core_->status().sources) {
            names.push_back(source.name);
        }
        return names;
    };
    run_until([&] { return named().size() >= 5; }, "all of them");
    EXPECT_THAT(named(),
                ::testing::UnorderedElementsAre("admin", "kmsg", "sysfs", "trace", "udev"));
    end();
}

/// Another controller may have its name: what was opened of the old one is no use.
TEST_F(AskedHost, opens_a_controller_that_comes_back_anew) {
    begin();
    run_until([&] { return identified(); }, "identities");
    const std::string link = SysfsTree::subsystem(0) + "/nvme1";
    const std::string place = tree_.root() + "/" + SysfsTree::controller(1);
    const std::string aside = tree_.root() + "/aside";
    tree_.remove("sys/class/nvme/nvme1");
    tree_.remove(link);
    std::filesystem::rename(place, aside);
    run_until([&] { return of(EventKind::controller_state).size() == 1; }, "the loss");
    EXPECT_EQ(of(EventKind::controller_state)[0].to, "lost");
    std::filesystem::rename(aside, place);
    tree_.link("sys/class/nvme/nvme1", "../../devices/virtual/nvme-fabrics/ctl/nvme1");
    tree_.link(link, "../../nvme-fabrics/ctl/nvme1");
    run_until([&] { return opened_["nvme1"] == 2; }, "it to be opened again");
    EXPECT_EQ(opened_["nvme0"], 1) << "it stays open";
    end();
}

TEST_F(AskedHost, tries_again_until_its_controllers_answer) {
    broken_ = true;
    begin();
    run_until([&] { return !of(EventKind::source_lost).empty(); }, "the loss");
    EXPECT_EQ(of(EventKind::source_lost)[0].source, "admin");
    EXPECT_THAT(of(EventKind::source_lost)[0].text, ::testing::HasSubstr("not there"));
    // Nor can a log be read; states are told all the same.
    ana(0, "inaccessible");
    run_until([&] { return of(EventKind::ana_change).size() == 1; }, "the change");
    broken_ = false;
    run_until([&] { return identified(); }, "identities");
    run_until([&] { return !of(EventKind::source_restored).empty(); }, "the return");
    end();
}

} // namespace
} // namespace haoh::monitor
