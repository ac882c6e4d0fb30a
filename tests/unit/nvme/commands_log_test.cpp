// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/commands_log.hpp>

#include <haoh/nvme/command.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

namespace haoh::nvme {
namespace {

TEST(CommandsLog, HasAdminCommandsBeforeThoseOfTheCommandSet) {
    Bytes log(kCommandsLogSize);
    put(log, 0x200, hex("1d 00 02 00")); // admin 80h: Format NVM
    put(log, 0x3FC, hex("01 00 00 00")); // admin FFh
    put(log, 0x404, hex("03 00 01 00")); // I/O 01h: Write
    put(log, 0x7FC, hex("01 00 00 40")); // I/O FFh
    const CommandsLog read = decode_commands_log(log);
    EXPECT_EQ(read.admin[0x80], effects::supported | effects::changes_namespace |
                                    effects::changes_inventory | effects::changes_controller |
                                    effects::submission_of_all);
    EXPECT_EQ(read.admin[0xFF], effects::supported);
    EXPECT_EQ(read.io[io_opcode::write],
              effects::supported | effects::changes_data | effects::submission_of_namespace);
    EXPECT_EQ(read.io[0xFF], 0x40000001U);
    EXPECT_EQ(read.admin[io_opcode::write], 0U);
    EXPECT_EQ(encode(read), log);
}

TEST(CommandsLog, ReadsShortLogsAsZero) {
    const CommandsLog read = decode_commands_log(hex("01 00 00 00 01"));
    EXPECT_EQ(read.admin[0], 1U);
    EXPECT_EQ(read.admin[1], 1U);
    EXPECT_EQ(read.admin[2], 0U);
    EXPECT_EQ(read.io[0], 0U);
    EXPECT_EQ(encode(decode_commands_log({})), Bytes(kCommandsLogSize));
}

} // namespace
} // namespace haoh::nvme
