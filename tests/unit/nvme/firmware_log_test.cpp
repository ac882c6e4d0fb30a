// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/firmware_log.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

namespace haoh::nvme {
namespace {

TEST(FirmwareLog, HasTheSlotsAndWhichIsInUse) {
    Bytes log(kFirmwareLogSize);
    put(log, 0, hex("72"));
    put(log, 8, hex("31 2e 30 20 20 20 20 20"));
    put(log, 56, hex("32 2e 30 20 20 20 20 21"));
    const FirmwareLog read = decode_firmware_log(log);
    EXPECT_EQ(read.active_slot(), 2U);
    EXPECT_EQ(read.next_slot(), 7U);
    EXPECT_EQ(printable(read.frs[0]), "1.0");
    EXPECT_TRUE(all_zero(read.frs[1]));
    EXPECT_EQ(printable(read.frs[6]), "2.0    !");
    EXPECT_EQ(encode(read), log);
}

TEST(FirmwareLog, KeepsTheSlotsApartFromReservedBits) {
    FirmwareLog log;
    log.afi = 0x8D;
    EXPECT_EQ(log.active_slot(), 5U);
    EXPECT_EQ(log.next_slot(), 0U);
}

TEST(FirmwareLog, ReadsShortLogsAsZero) {
    const FirmwareLog read = decode_firmware_log(hex("01 00 00 00 00 00 00 00 41"));
    EXPECT_EQ(read.active_slot(), 1U);
    EXPECT_EQ(read.frs[0][0], 'A');
    EXPECT_EQ(read.frs[0][1], 0);
    EXPECT_TRUE(all_zero(read.frs[6]));
}

} // namespace
} // namespace haoh::nvme
