// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/source.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string refusal(const haoh_source& source, Errc code = Errc::invalid_argument) {
    try {
        static_cast<void>(capi::source_of(&source));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), code);
        return error.what();
    }
    return {};
}

TEST(CapiSource, nothing_is_this_host) {
    const Source none = capi::source_of(nullptr);
    EXPECT_TRUE(none.reads_host());
    haoh_source empty HAOH_SOURCE_INIT;
    const Source same = capi::source_of(&empty);
    EXPECT_THAT(same.names, IsEmpty());
    EXPECT_EQ(same.timeout, none.timeout);
    EXPECT_EQ(same.identity.hostnqn, ""); // which is told to arrays alone
    EXPECT_TRUE(same.ask_controllers);
    EXPECT_TRUE(same.probe_cntlids);
}

TEST(CapiSource, everything_is_taken) {
    const char* names[] = {"nvme0", "nvme-subsys1"};
    const char* targets[] = {"tcp://192.0.2.1"};
    haoh_source given HAOH_SOURCE_INIT;
    given.names = names;
    given.names_count = 2;
    given.sysroot = "/recorded";
    given.targets = targets;
    given.targets_count = 1;
    given.nqn = "nqn.2014-08.org.example:s";
    given.hostnqn = "nqn.2014-08.org.example:h";
    given.hostid = "0f1e2d3c-0000-4000-8000-0123456789ab";
    given.timeout_ms = 1500;
    given.command_timeout_ms = 250;
    given.flags = HAOH_SOURCE_HDR_DIGEST | HAOH_SOURCE_DATA_DIGEST | HAOH_SOURCE_NO_PROBE |
                  HAOH_SOURCE_NO_COMMANDS | HAOH_SOURCE_HOST;
    const Source source = capi::source_of(&given);
    EXPECT_THAT(source.names, ElementsAre("nvme0", "nvme-subsys1"));
    EXPECT_THAT(source.targets, ElementsAre("tcp://192.0.2.1"));
    EXPECT_EQ(source.sysroot, "/recorded");
    EXPECT_EQ(source.subsysnqn, "nqn.2014-08.org.example:s");
    EXPECT_EQ(source.identity.hostnqn, "nqn.2014-08.org.example:h");
    EXPECT_EQ(source.timeout, 1500ms);
    EXPECT_EQ(source.command_timeout, 250ms);
    EXPECT_TRUE(source.header_digest && source.data_digest && source.host);
    EXPECT_FALSE(source.probe_cntlids || source.ask_controllers);
}

TEST(CapiSource, what_is_wrong_is_named) {
    const char* gap[] = {"nvme0", nullptr};
    haoh_source given HAOH_SOURCE_INIT;
    given.names = gap;
    given.names_count = 2;
    EXPECT_THAT(refusal(given), HasSubstr("names[1]"));
    given = HAOH_SOURCE_INIT;
    given.targets_count = 1;
    EXPECT_THAT(refusal(given), HasSubstr("targets"));
    given = HAOH_SOURCE_INIT;
    given.flags = 0x8000;
    EXPECT_THAT(refusal(given, Errc::unsupported), HasSubstr("0x8000"));
    given = HAOH_SOURCE_INIT;
    EXPECT_THAT(refusal(given), IsEmpty());
}

TEST(CapiSource, each_flag_says_one_thing) {
    const auto with = [](unsigned flags) {
        haoh_source given HAOH_SOURCE_INIT;
        given.flags = flags;
        const Source source = capi::source_of(&given);
        return std::vector<bool>{source.header_digest, source.data_digest, !source.probe_cntlids,
                                 !source.ask_controllers, source.host};
    };
    const unsigned flags[] = {HAOH_SOURCE_HDR_DIGEST, HAOH_SOURCE_DATA_DIGEST, HAOH_SOURCE_NO_PROBE,
                              HAOH_SOURCE_NO_COMMANDS, HAOH_SOURCE_HOST};
    for (std::size_t i = 0; i < std::size(flags); ++i) {
        std::vector<bool> expected(std::size(flags));
        expected[i] = true;
        EXPECT_EQ(with(flags[i]), expected) << i;
    }
}

} // namespace
} // namespace haoh::test
