// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/supported_logs.hpp>

#include <haoh/nvme/command.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

namespace haoh::nvme {
namespace {

TEST(SupportedLogs, ReadsTheSupportBit) {
    Bytes log(kSupportedLogsSize);
    put(log, 0, hex("01 00 00 00"));
    put(log, 0x008, hex("02 00 00 00")); // LID 02h: index offsets, but not supported
    put(log, 0x030, hex("03 00 00 00")); // LID 0Ch
    put(log, 0x3FC, hex("01 00 ff 00")); // LID FFh
    const SupportedLogs logs = decode_supported_logs(log);
    EXPECT_TRUE(logs.supports(lid::supported_logs));
    EXPECT_FALSE(logs.supports(lid::smart));
    EXPECT_TRUE(logs.supports(lid::ana));
    EXPECT_TRUE(logs.supports(0xFF));
    EXPECT_FALSE(logs.supports(lid::discovery));
    EXPECT_EQ(logs.lids[0xFF], 0x00FF0001U);
    EXPECT_EQ(encode(logs), log);
}

TEST(SupportedLogs, ReadsShortLogsAsZero) {
    const SupportedLogs logs = decode_supported_logs(hex("01 00 00 00 01"));
    EXPECT_TRUE(logs.supports(0));
    EXPECT_TRUE(logs.supports(1));
    EXPECT_FALSE(logs.supports(2));
    EXPECT_EQ(encode(decode_supported_logs({})), Bytes(kSupportedLogsSize));
}

} // namespace
} // namespace haoh::nvme
