// SPDX-License-Identifier: LGPL-2.1-or-later
// What is watched, and how closely.
#include "monitor/host_watch.hpp"
#include "support/sysfs_tree.hpp"

#include <haoh/error.hpp>
#include <haoh/monitor.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// haoh.h promises these for 0.
TEST(MonitorOptions, have_the_defaults_of_the_c_interface) {
    const MonitorOptions options;
    EXPECT_EQ(options.poll_interval, 1000ms);
    EXPECT_EQ(options.scan_interval, 10000ms);
    EXPECT_EQ(options.retry_interval, 1000ms);
    EXPECT_EQ(options.queue, 65536U);
    EXPECT_TRUE(options.read_ana_log);
    EXPECT_TRUE(options.read_identity);
    EXPECT_EQ(options.host, std::nullopt);
    EXPECT_THAT(options.targets, IsEmpty());
}

TEST(MonitorOptions, of_a_host_alone_need_no_identity_of_it) {
    Source source;
    source.names = {"nvme-subsys3"};
    source.identity.hostnqn = "nqn.2014-08.org.example:host";
    source.ask_controllers = false;
    const MonitorOptions options = monitor_options(source);
    ASSERT_TRUE(options.host);
    EXPECT_EQ(options.host->names, source.names);
    EXPECT_FALSE(options.host->ask_controllers);
    EXPECT_THAT(options.targets, IsEmpty());
    EXPECT_EQ(options.connect.host.hostnqn, "") << "it may be broken, and nobody is told it";
}

TEST(MonitorOptions, of_targets_have_what_is_said_of_them) {
    Source source;
    source.targets = {"tcp://10.0.0.1:4420", "tcp://10.0.0.2:4420"};
    source.subsysnqn = "nqn.2024-01.com.example:pair";
    source.identity.hostnqn = "nqn.2014-08.org.example:host";
    source.data_digest = true;
    MonitorOptions options = monitor_options(source);
    EXPECT_EQ(options.host, std::nullopt);
    ASSERT_THAT(options.targets, SizeIs(2));
    EXPECT_EQ(to_string(options.targets[1]), "tcp://10.0.0.2:4420");
    EXPECT_EQ(options.subsysnqn, source.subsysnqn);
    EXPECT_EQ(options.connect.host.hostnqn, source.identity.hostnqn);
    EXPECT_TRUE(options.connect.data_digest);
    source.host = true;
    EXPECT_TRUE(monitor_options(source).host);
    source.targets.push_back(source.targets[0]);
    EXPECT_THROW(static_cast<void>(monitor_options(source)), Error);
}

TEST(HostAbilities, are_what_this_machine_can_do_and_the_caller_wants) {
    struct Case {
        bool this_machine;
        bool ask;
        bool log;
        bool identity;
    };
    const test::SysfsTree recorded;
    for (unsigned bits = 0; bits < 16; ++bits) {
        const Case one{.this_machine = (bits & 1U) != 0,
                       .ask = (bits & 2U) != 0,
                       .log = (bits & 4U) != 0,
                       .identity = (bits & 8U) != 0};
        HostOptions options;
        options.sysroot = one.this_machine ? "/" : recorded.root();
        options.ask_controllers = one.ask;
        MonitorOptions wanted;
        wanted.read_ana_log = one.log;
        wanted.read_identity = one.identity;
        const HostTracker::Abilities abilities = abilities_of(options, wanted);
        EXPECT_EQ(abilities.sources, one.this_machine) << bits;
        EXPECT_EQ(abilities.logs, one.this_machine && one.ask && one.log) << bits;
        EXPECT_EQ(abilities.identities, one.this_machine && one.ask && one.identity) << bits;
    }
}

} // namespace
} // namespace haoh::monitor
