// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/source.hpp>

#include "support/sysfs_tree.hpp"

#include <haoh/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

namespace haoh::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string refusal(const Source& source) {
    try {
        require_consistent(source);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::invalid_argument);
        return error.what();
    }
    return {};
}

TEST(Source, names_of_a_host_are_told_by_their_form) {
    for (const char* name : {"nqn.2014-08.org.example:s", "nvme-subsys0", "nvme12", "nvme0n1",
                             "/dev/nvme0", "/dev/nvme0n1"}) {
        EXPECT_TRUE(is_host_name(name)) << name;
    }
    for (const char* name : {"", "nvme", "nvmen1", "nvme0n", "nvme0n1p1", "nvme0c1n1", "sda",
                             "pair.json", "nvme-subsys", "/dev/sda", "dev/nvme0"}) {
        EXPECT_FALSE(is_host_name(name)) << name;
    }
}

TEST(Source, a_link_below_dev_leads_to_its_device) {
    // /dev/fd is a link on each Linux, and leads out of /dev.
    EXPECT_EQ(resolve_device("/dev/fd"), std::filesystem::canonical("/dev/fd").string());
    EXPECT_EQ(resolve_device("/dev/no-such-link"), "/dev/no-such-link");
    EXPECT_EQ(resolve_device("nvme0n1"), "nvme0n1");
    EXPECT_EQ(resolve_device("/proc/self/cwd"), "/proc/self/cwd") << "a link, but not below /dev";
}

TEST(Source, a_host_is_looked_at_unless_there_are_targets) {
    EXPECT_TRUE(Source{}.reads_host());
    Source source;
    source.targets = {"tcp://192.0.2.1"};
    EXPECT_FALSE(source.reads_host());
    source.host = true;
    EXPECT_TRUE(source.reads_host());
    source.host = false;
    source.sysroot = "/";
    EXPECT_TRUE(source.reads_host());
}

TEST(Source, what_does_not_go_together_is_refused) {
    Source source;
    EXPECT_THAT(refusal(source), IsEmpty());
    source.names = {"pair.json"};
    EXPECT_THAT(refusal(source), HasSubstr("pair.json"));
    source.names = {"nvme0"};
    EXPECT_THAT(refusal(source), IsEmpty());
    source.targets = {"tcp://192.0.2.1"};
    EXPECT_THAT(refusal(source), HasSubstr("nvme0"));
    source.names = {};
    EXPECT_THAT(refusal(source), IsEmpty());
    source.targets = {"tcp://192.0.2.1", "tcp://192.0.2.1:4420"};
    EXPECT_THAT(refusal(source), HasSubstr("twice"));
    source.targets = {"nonsense"};
    EXPECT_THAT(refusal(source), HasSubstr("nonsense"));
    source.targets = {};
    source.subsysnqn = "nqn.2014-08.org.example:s";
    EXPECT_THAT(refusal(source), HasSubstr("without a target"));
    source.targets = {"tcp://192.0.2.1"};
    EXPECT_THAT(refusal(source), IsEmpty());
    source.subsysnqn = "not of the usual form"; // Linux takes it
    EXPECT_THAT(refusal(source), IsEmpty());
    source.subsysnqn = std::string(224, 'n');
    EXPECT_THAT(refusal(source), HasSubstr("nnn"));
}

TEST(Source, options_of_host_and_targets) {
    using namespace std::chrono_literals;
    Source source;
    source.names = {"nvme0"};
    source.sysroot = "/recorded";
    source.timeout = 7s;
    source.command_timeout = 2s;
    source.ask_controllers = false;
    std::string heard;
    source.progress = [&heard](std::string_view object, std::size_t, std::size_t) {
        heard = object;
    };
    const HostOptions host = host_options(source);
    EXPECT_EQ(host.sysroot, "/recorded");
    EXPECT_THAT(host.names, ::testing::ElementsAre("nvme0"));
    host.progress("nvme0", 1, 2);
    EXPECT_EQ(heard, "nvme0");
    EXPECT_EQ(host.timeout, 7s);
    EXPECT_EQ(host.command_timeout, 2s);
    EXPECT_FALSE(host.ask_controllers);
    source.identity.hostnqn = "nqn.2014-08.org.example:h";
    source.data_digest = true;
    const ConnectOptions connect = connect_options(source);
    EXPECT_EQ(connect.host.hostnqn, "nqn.2014-08.org.example:h");
    EXPECT_EQ(connect.timeout, 2s);
    EXPECT_TRUE(connect.data_digest);
    EXPECT_FALSE(connect.header_digest);
    source.identity = {};
    EXPECT_FALSE(connect_options(source).host.hostnqn.empty());

    source.data_digest = false;
    source.header_digest = true;
    EXPECT_TRUE(source.probe_cntlids) << "on, unless it is said";
    EXPECT_FALSE(connect_options(source).data_digest);
    EXPECT_TRUE(connect_options(source).header_digest);
    EXPECT_EQ(host_options(Source{}).sysroot, HostOptions{}.sysroot) << "this host";
    EXPECT_TRUE(host_options(Source{}).ask_controllers);
}

TEST(Source, is_as_patient_as_its_parts) {
    using namespace std::chrono_literals;
    // As haoh.h and haoh(1) promise.
    EXPECT_EQ(Source{}.timeout, 30s);
    EXPECT_EQ(Source{}.command_timeout, 5s);
    EXPECT_EQ(HostOptions{}.timeout, Source{}.timeout);
    EXPECT_EQ(HostOptions{}.command_timeout, Source{}.command_timeout);
    EXPECT_EQ(ObserveOptions{}.timeout, Source{}.timeout);
    EXPECT_EQ(ConnectOptions{}.timeout, Source{}.command_timeout);
    EXPECT_EQ(HostOptions{}.ask_controllers, Source{}.ask_controllers);
    EXPECT_EQ(ObserveOptions{}.probe_cntlids, Source{}.probe_cntlids);
    EXPECT_EQ(ConnectOptions{}.header_digest, Source{}.header_digest);
    EXPECT_EQ(ConnectOptions{}.data_digest, Source{}.data_digest);
}

TEST(Source, a_target_that_is_silent_takes_its_time_and_no_more) {
    // It accepts a connection, or its kernel does, and never says a word.
    boost::asio::io_context context;
    namespace ip = boost::asio::ip;
    const ip::tcp::acceptor silent(context, {ip::make_address("127.0.0.1"), 0});
    Source source;
    source.targets = {"tcp://127.0.0.1:" + std::to_string(silent.local_endpoint().port())};
    source.identity.hostnqn = "nqn.2014-08.org.example:h";
    source.subsysnqn = "nqn.2014-08.org.example:s";
    source.timeout = std::chrono::milliseconds{200};
    source.command_timeout = std::chrono::minutes{10};
    std::vector<std::string> heard;
    source.progress = [&heard](std::string_view object, std::size_t, std::size_t) {
        heard.emplace_back(object);
    };
    const auto began = std::chrono::steady_clock::now();
    const Observation observation = observe_now(source);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::minutes{5});
    EXPECT_THAT(observation.unobserved,
                ::testing::ElementsAre(::testing::Field(&Unobserved::target, source.targets[0])));
    EXPECT_THAT(heard, ::testing::Contains(source.targets[0]));
}

/// What does not keep to the time that it was given, as when a coroutine is gone for want of memory.
class NeverAnswers : public Resolver {
  public:
    boost::asio::awaitable<std::vector<boost::asio::ip::address>>
    resolve(std::string /*host*/, std::chrono::steady_clock::time_point /*deadline*/) override {
        boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                        std::chrono::steady_clock::time_point::max());
        co_await never.async_wait(boost::asio::use_awaitable);
        co_return std::vector<boost::asio::ip::address>{};
    }
};

TEST(Source, ends_although_somebody_waits_for_ever) {
    Source source;
    source.targets = {"tcp://array.example"};
    source.identity.hostnqn = "nqn.2014-08.org.example:h";
    source.subsysnqn = "nqn.2014-08.org.example:s";
    source.timeout = std::chrono::milliseconds{100};
    source.resolver = std::make_shared<NeverAnswers>();
    try {
        static_cast<void>(observe_now(source));
        ADD_FAILURE() << "nothing was observed";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), std::errc::timed_out) << error.what();
    }
}

TEST(Source, a_recorded_tree_is_observed_in_this_thread) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2014-08.org.example:s", 2, 3);
    Source source;
    source.sysroot = tree.root();
    const Observation observation = observe_now(source);
    ASSERT_THAT(observation.kernels, SizeIs(1));
    EXPECT_THAT(observation.kernels[0].subsystems, SizeIs(1));
    source.names = {"nvme9"};
    EXPECT_THROW(static_cast<void>(observe_now(source)), Error);
    source.names = {"nonsense"};
    EXPECT_THROW(static_cast<void>(observe_now(source)), Error);
}

TEST(Source, host_and_targets_are_joined) {
    SysfsTree tree;
    tree.add_subsystem("nqn.2014-08.org.example:s", 1, 1);
    Source source;
    source.sysroot = tree.root();
    source.targets = {"tcp://127.0.0.1:1"}; // nobody listens
    source.identity.hostnqn = "nqn.2014-08.org.example:h";
    source.subsysnqn = "nqn.2014-08.org.example:s";
    const Observation observation = observe_now(source);
    EXPECT_THAT(observation.kernels, SizeIs(1));
    EXPECT_THAT(observation.unobserved, ::testing::Contains(::testing::Field(
                                            &Unobserved::error, HasSubstr("127.0.0.1:1"))));
}

} // namespace
} // namespace haoh::test
