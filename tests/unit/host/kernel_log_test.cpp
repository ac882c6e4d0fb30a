// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/kernel_log.hpp"

#include "unit/host/record_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <variant>

namespace haoh::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Kmsg, is_a_line_and_what_it_is_about) {
    const auto record = parse_kmsg("3,1180,5140900,-;nvme nvme1: IDs don't match for shared "
                                   "namespace 2\n SUBSYSTEM=nvme\n DEVICE=c241:1\n");
    ASSERT_TRUE(record);
    EXPECT_EQ(record->level, 3U);
    EXPECT_EQ(record->sequence, 1180U);
    EXPECT_EQ(record->microseconds, 5140900U);
    EXPECT_EQ(record->text, "nvme nvme1: IDs don't match for shared namespace 2");
    EXPECT_EQ(record->subsystem, "nvme");
}

TEST(Kmsg, may_have_more_fields_and_escapes) {
    const auto record = parse_kmsg("6,1,2,-,caller=T1;a\\x09b\\x5cx41\\xzz\\x4\n");
    ASSERT_TRUE(record);
    EXPECT_EQ(record->text, "a\tb\\x41\\xzz\\x4");
    EXPECT_EQ(record->subsystem, "");
    for (const auto& [escaped, plain] :
         std::vector<std::pair<std::string, std::string>>{{"\\x41", "A"},
                                                          {"a\\x41", "aA"},
                                                          {"\\x4", "\\x4"},
                                                          {"\\x", "\\x"},
                                                          {"\\", "\\"},
                                                          {"\\x4g1", "\\x4g1"},
                                                          {"\\X41", "\\X41"},
                                                          {"\\xff", "\xff"}}) {
        EXPECT_EQ(parse_kmsg("6,1,2,-;" + escaped)->text, plain) << escaped;
    }
}

TEST(Kmsg, is_nothing_else) {
    for (const char* other :
         {"", ";", "1,2,3", "6,1,2,-", "6,1,2,-,caller=T1 text", "6,1,2,-\n", "1,2;x",
          "1,2,3,-\n;x", "a,2,3,-;x", "1,2,-3,-;x", "1,2,99999999999999999999999,-;x"}) {
        EXPECT_FALSE(parse_kmsg(other)) << other;
    }
}

TEST(Kmsg, is_of_interest_when_it_is_about_this_hosts_nvme) {
    const auto about = [](std::string text, std::string subsystem = {}) {
        KmsgRecord record;
        record.text = std::move(text);
        record.subsystem = std::move(subsystem);
        return is_about_nvme(record);
    };
    EXPECT_TRUE(about("nvme nvme0: ANATT timeout, resetting controller."));
    EXPECT_TRUE(about("block nvme0n1: no usable path - requeuing I/O"));
    EXPECT_TRUE(about("nvme0n1: detected capacity change from 2097152 to 4194304"));
    EXPECT_TRUE(about("resetting", "nvme"));
    EXPECT_TRUE(about("nvmet and nvme1"));
    EXPECT_FALSE(about("nvmet: creating nvm controller 1 for subsystem pair"));
    EXPECT_FALSE(about("sda: detected capacity change from 0 to 8"));
    EXPECT_FALSE(about(""));
}

TEST(KernelLog, keeps_what_is_about_nvme_in_order) {
    const KernelLog log = read_kernel_log(
        reader_of({"6,1,10,-;usb 1-1: new device\n", "6,2,20,-;nvme nvme0: one\n", "rubbish",
                   "6,3,30,-;nvme nvme0: two\n", "4,4,40,-;Invalid physical block size (1536)\n"}));
    EXPECT_THAT(log.messages, ElementsAre(KernelMessage{20, "nvme nvme0: one"},
                                          KernelMessage{30, "nvme nvme0: two"},
                                          KernelMessage{40, "Invalid physical block size (1536)"}))
        << "the last may be of an NVMe disk";
    EXPECT_EQ(log.error, "");
}

TEST(KernelLog, goes_on_behind_records_that_were_overwritten) {
    const KernelLog log = read_kernel_log(reader_of(
        {EPIPE, "6,2,20,-;nvme nvme0: one\n", EINVAL, EINTR, "6,3,30,-;nvme nvme0: two\n"}));
    EXPECT_EQ(log.messages.size(), 2U);
    EXPECT_EQ(log.error, "");
}

TEST(KernelLog, keeps_what_it_has_when_reading_fails) {
    const KernelLog log = read_kernel_log(reader_of({"6,2,20,-;nvme nvme0: one\n", EIO}));
    EXPECT_EQ(log.messages.size(), 1U);
    EXPECT_EQ(log.error, "Input/output error");
}

TEST(KernelLog, is_bounded) {
    std::uint64_t count = 0;
    const KernelLog log = read_kernel_log([&](std::span<char> buffer) {
        const std::string text = "6,1," + std::to_string(count++) + ",-;nvme nvme0: again\n";
        std::copy(text.begin(), text.end(), buffer.begin());
        return static_cast<ssize_t>(text.size());
    });
    EXPECT_EQ(count, kMaxRecords);
    ASSERT_EQ(log.messages.size(), kMaxMessages);
    EXPECT_EQ(log.messages.back().microseconds, std::uint64_t{kMaxRecords} - 1)
        << "the last ones are kept";
    EXPECT_THAT(log.error, HasSubstr("more than"));
}

TEST(KernelLog, ends_without_an_error_where_there_is_no_more) {
    errno = EIO; // somebody else's
    const KernelLog log = read_kernel_log("/dev/null");
    EXPECT_THAT(log.messages, IsEmpty());
    EXPECT_EQ(log.error, "");
    EXPECT_THAT(read_kernel_log("/").error, HasSubstr("read /: Is a directory"));
}

TEST(KernelLog, says_why_it_cannot_be_opened) {
    const KernelLog log = read_kernel_log("/dev/none");
    EXPECT_THAT(log.messages, IsEmpty());
    EXPECT_EQ(log.error, "open /dev/none: No such file or directory");
}

} // namespace
} // namespace haoh::host
