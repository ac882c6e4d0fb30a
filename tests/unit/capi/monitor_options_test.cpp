// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/monitor_options.hpp"

#include "freed.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

haoh_monitor_options options() {
    return HAOH_MONITOR_OPTIONS_INIT;
}

TEST(CapiMonitorOptions, nothing_is_this_host_and_what_the_header_says) {
    const haoh_monitor_options zeros = options();
    for (const haoh_monitor_options* const given :
         {static_cast<const haoh_monitor_options*>(nullptr), &zeros}) {
        const MonitorOptions out = capi::monitor_options_of(nullptr, given);
        EXPECT_TRUE(out.host);
        EXPECT_THAT(out.targets, IsEmpty());
        EXPECT_THAT(out.sites, IsEmpty());
        EXPECT_EQ(out.poll_interval, 1s);
        EXPECT_EQ(out.scan_interval, 10s);
        EXPECT_EQ(out.retry_interval, 1s);
        EXPECT_EQ(out.queue, 65536U);
        EXPECT_EQ(out.connect.detect, 0ms);
        EXPECT_TRUE(out.read_ana_log);
        EXPECT_TRUE(out.read_identity);
    }
}

TEST(CapiMonitorOptions, everything_is_taken) {
    ErrorSlot error;
    const std::string toml = "[[site]]\nname = \"east\"\naddresses = [\"127.0.0.1\"]\n";
    const ConfigHandle config(haoh_config_parse(toml.data(), toml.size(), nullptr, error));
    ASSERT_NE(config, nullptr) << error.message();
    haoh_source source HAOH_SOURCE_INIT;
    source.sysroot = "/recorded";
    haoh_monitor_options given = options();
    given.config = config.get();
    given.poll_interval_ms = 10;
    given.scan_interval_ms = 2;
    given.retry_interval_ms = 3;
    given.queue = 4;
    given.detect_ms = 500;
    const MonitorOptions out = capi::monitor_options_of(&source, &given);
    ASSERT_TRUE(out.host);
    EXPECT_EQ(out.host->sysroot, "/recorded");
    ASSERT_EQ(out.sites.size(), 1U);
    EXPECT_EQ(out.sites[0].name, "east");
    EXPECT_EQ(out.poll_interval, 10ms);
    EXPECT_EQ(out.scan_interval, 2ms);
    EXPECT_EQ(out.retry_interval, 3ms);
    EXPECT_EQ(out.queue, 4U);
    EXPECT_EQ(out.connect.detect, 500ms);
}

TEST(CapiMonitorOptions, each_flag_says_one_thing) {
    haoh_monitor_options given = options();
    given.flags = HAOH_MONITOR_NO_ANA_LOG;
    EXPECT_FALSE(capi::monitor_options_of(nullptr, &given).read_ana_log);
    EXPECT_TRUE(capi::monitor_options_of(nullptr, &given).read_identity);
    given.flags = HAOH_MONITOR_NO_IDENTITY;
    EXPECT_TRUE(capi::monitor_options_of(nullptr, &given).read_ana_log);
    EXPECT_FALSE(capi::monitor_options_of(nullptr, &given).read_identity);
    given.flags = HAOH_MONITOR_NO_ANA_LOG | HAOH_MONITOR_NO_IDENTITY;
    EXPECT_FALSE(capi::monitor_options_of(nullptr, &given).read_ana_log);
    EXPECT_FALSE(capi::monitor_options_of(nullptr, &given).read_identity);
    for (std::uint32_t flag = 4; flag != 0; flag <<= 1U) {
        given.flags = flag;
        EXPECT_THROW(static_cast<void>(capi::monitor_options_of(nullptr, &given)), Error) << flag;
    }
}

TEST(CapiMonitorOptions, silence_is_noticed_within_half_a_second_to_a_minute) {
    haoh_monitor_options given = options();
    for (const std::uint32_t possible : {500U, 60000U}) {
        given.detect_ms = possible;
        EXPECT_EQ(capi::monitor_options_of(nullptr, &given).connect.detect.count(), possible);
    }
    for (const std::uint32_t wrong : {1U, 499U, 60001U}) {
        given.detect_ms = wrong;
        EXPECT_THROW(static_cast<void>(capi::monitor_options_of(nullptr, &given)), Error) << wrong;
    }
    // A program that was built before there was such a thing.
    given.detect_ms = 1;
    given.size = offsetof(haoh_monitor_options, detect_ms);
    EXPECT_EQ(capi::monitor_options_of(nullptr, &given).connect.detect, 0ms);
}

} // namespace
} // namespace haoh::test
