// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/uevent.hpp"

#include <gtest/gtest.h>

namespace haoh::host {
namespace {

constexpr Moment kMoment{std::chrono::seconds(5), std::chrono::seconds(1000)};

TEST(Uevent, of_a_controller_says_what_happened_to_it) {
    const auto event = uevent_of({{"ACTION", "change"},
                                  {"DEVPATH", "/devices/virtual/nvme-fabrics/ctl/nvme1"},
                                  {"SUBSYSTEM", "nvme"},
                                  {"NVME_EVENT", "connected"},
                                  {"NVME_TRTYPE", "tcp"},
                                  {"SEQNUM", "4711"}},
                                 kMoment);
    Uevent expected;
    expected.action = "change";
    expected.subsystem = "nvme";
    expected.name = "nvme1";
    expected.event = "connected";
    expected.received = kMoment;
    EXPECT_EQ(event, expected);
}

TEST(Uevent, may_carry_an_asynchronous_event) {
    const auto event = uevent_of({{"ACTION", "change"},
                                  {"DEVPATH", "/devices/virtual/nvme-fabrics/ctl/nvme1"},
                                  {"SUBSYSTEM", "nvme"},
                                  {"NVME_AEN", "0x70f002"}},
                                 kMoment);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->aen, "0x70f002");
    EXPECT_EQ(event->event, "");
}

TEST(Uevent, of_a_namespace_tells_size_and_writability) {
    const std::string path = "/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1";
    const UeventProperties plain{
        {"ACTION", "change"}, {"DEVPATH", path}, {"SUBSYSTEM", "block"}, {"DEVTYPE", "disk"}};
    UeventProperties resized = plain;
    resized.emplace("RESIZE", "1");
    UeventProperties read_only = plain;
    read_only.emplace("DISK_RO", "1");
    UeventProperties writable = plain;
    writable.emplace("DISK_RO", "0");
    UeventProperties strange = plain;
    strange.emplace("DISK_RO", "maybe");
    strange.emplace("RESIZE", "0");
    EXPECT_TRUE(uevent_of(resized, kMoment)->resize);
    EXPECT_EQ(uevent_of(resized, kMoment)->read_only, std::nullopt);
    EXPECT_EQ(uevent_of(read_only, kMoment)->read_only, true);
    EXPECT_EQ(uevent_of(writable, kMoment)->read_only, false);
    EXPECT_EQ(uevent_of(strange, kMoment)->read_only, std::nullopt);
    EXPECT_FALSE(uevent_of(strange, kMoment)->resize);
    EXPECT_EQ(uevent_of(plain, kMoment)->name, "nvme0n1");
}

TEST(Uevent, of_a_subsystem_is_one) {
    const auto event = uevent_of({{"ACTION", "add"},
                                  {"DEVPATH", "/devices/virtual/nvme-subsystem/nvme-subsys7"},
                                  {"SUBSYSTEM", "nvme-subsystem"}},
                                 kMoment);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->action, "add");
    EXPECT_EQ(event->name, "nvme-subsys7");
}

TEST(Uevent, is_about_nothing_else) {
    const auto about = [](const char* subsystem, const char* path) {
        return uevent_of({{"ACTION", "add"}, {"SUBSYSTEM", subsystem}, {"DEVPATH", path}}, kMoment)
            .has_value();
    };
    EXPECT_FALSE(about("block", "/devices/virtual/block/sda"));
    EXPECT_FALSE(about("block", "/devices/x/nvme0n1/nvme0n1p1"));
    EXPECT_FALSE(about("block", "/devices/x/nvme0"));
    EXPECT_FALSE(about("nvme", "/devices/x/nvme0n1"));
    EXPECT_FALSE(about("nvme-generic", "/devices/x/ng0n1"));
    EXPECT_FALSE(about("bdi", "/devices/virtual/bdi/nvme0n1"));
    EXPECT_FALSE(about("nvme", ""));
    EXPECT_EQ(uevent_of({}, kMoment), std::nullopt);
}

} // namespace
} // namespace haoh::host
