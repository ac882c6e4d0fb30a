// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/arraysim/host.hpp"

#include <gtest/gtest.h>

namespace haoh::arraysim::test {
namespace {

namespace io = nvme::io_opcode;
namespace status = nvme::status;
using nvme::Bytes;

constexpr std::uint64_t kBlocks = kDefaultNamespaceSize / 512;

nvme::AdminCommand without_data(std::uint8_t opcode, std::uint32_t nsid, std::uint64_t slba = 0,
                                std::uint32_t blocks = 1) {
    nvme::AdminCommand command = read_command(nsid, slba, blocks);
    command.opcode = opcode;
    command.data_in = 0;
    return command;
}

nvme::AdminCommand deallocate(std::uint32_t nsid, std::uint64_t slba, std::uint32_t blocks) {
    nvme::AdminCommand command;
    command.opcode = io::dataset_management;
    command.nsid = nsid;
    command.cdw[1] = 1U << 2;
    command.data_out.resize(16);
    nvme::store_le(command.data_out, 4, blocks);
    nvme::store_le(command.data_out, 8, slba);
    return command;
}

nvme::AdminCommand reservation(std::uint8_t opcode, std::uint32_t cdw10, std::uint64_t first,
                               std::optional<std::uint64_t> second) {
    nvme::AdminCommand command;
    command.opcode = opcode;
    command.nsid = 1;
    command.cdw[0] = cdw10;
    command.data_out.resize(second ? 16 : 8);
    nvme::store_le(command.data_out, 0, first);
    if (second) {
        nvme::store_le(command.data_out, 8, *second);
    }
    return command;
}

/// A pair of arrays with an I/O queue to each.
class IoCommandTest : public testing::Test {
  protected:
    IoCommandTest() {
        NamespaceSpec two;
        two.count = 2;
        simulator = std::make_unique<Simulator>(
            ScenarioBuilder().ns(two).array("a").array("b").build(), kStart);
        for (const std::size_t array : {0U, 1U}) {
            admin.push_back(std::make_unique<Admin>(*simulator, array));
            queue.push_back(std::make_unique<Io>(*simulator, array, admin.back()->cntlid));
        }
    }
    Reply on(std::size_t array, const nvme::AdminCommand& command) {
        return queue.at(array)->run(command);
    }
    void control(std::string_view line) { simulator->run(parse_control(line), kStart); }

    std::unique_ptr<Simulator> simulator;
    std::vector<std::unique_ptr<Admin>> admin;
    std::vector<std::unique_ptr<Io>> queue;
};

TEST_F(IoCommandTest, WhatIsWrittenThroughOneArrayIsReadThroughTheOther) {
    const Bytes data = filled(4096, 0xA7);
    EXPECT_TRUE(on(0, write_command(1, 10, data)).status.ok());
    EXPECT_EQ(on(1, read_command(1, 10, 8)).data, data);
    EXPECT_EQ(on(1, read_command(2, 10, 8)).data, filled(4096, 0));
    EXPECT_EQ(on(1, read_command(1, 9, 1)).data, filled(512, 0));
}

TEST_F(IoCommandTest, LargeTransfersTravelInSeveralPdus) {
    Bytes data(512U << 10U);
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
    }
    queue[0]->h2c_data_size = 64U << 10U;
    EXPECT_TRUE(on(0, write_command(1, 0, data)).status.ok());
    EXPECT_EQ(on(0, read_command(1, 0, 1024)).data, data);
}

TEST_F(IoCommandTest, FlushWriteZeroesAndDeallocate) {
    ASSERT_TRUE(on(0, write_command(1, 0, filled(4096, 0x11))).status.ok());
    EXPECT_TRUE(on(0, without_data(io::flush, 1)).status.ok());
    EXPECT_TRUE(on(0, without_data(io::flush, nvme::kAllNamespaces)).status.ok());
    EXPECT_TRUE(on(0, without_data(io::write_zeroes, 1, 1, 2)).status.ok());
    EXPECT_EQ(on(0, read_command(1, 0, 1)).data, filled(512, 0x11));
    EXPECT_EQ(on(0, read_command(1, 1, 2)).data, filled(1024, 0));
    EXPECT_TRUE(on(0, deallocate(1, 4, 2)).status.ok());
    EXPECT_EQ(on(0, read_command(1, 4, 2)).data, filled(1024, 0));
    EXPECT_EQ(on(0, read_command(1, 6, 1)).data, filled(512, 0x11));
}

TEST_F(IoCommandTest, DeallocateTakesAPageOfRangesAsLinuxSendsIt) {
    auto command = deallocate(1, 0, 1);
    command.data_out.resize(4096);
    EXPECT_TRUE(on(0, command).status.ok());
    command.data_out.resize(8);
    EXPECT_EQ(on(0, command).status.code(), status::sgl_length_invalid);
}

TEST_F(IoCommandTest, CompareTellsEqualFromDifferent) {
    ASSERT_TRUE(on(0, write_command(1, 0, filled(512, 0x22))).status.ok());
    auto command = write_command(1, 0, filled(512, 0x22));
    command.opcode = io::compare;
    EXPECT_TRUE(on(1, command).status.ok());
    command.data_out[17] ^= 1U;
    EXPECT_EQ(on(1, command).status.code(), status::compare_failure);
}

TEST_F(IoCommandTest, BlocksBeyondTheEndAreOutOfRange) {
    EXPECT_TRUE(on(0, read_command(1, kBlocks - 1, 1)).status.ok());
    for (const auto& command :
         {read_command(1, kBlocks, 1), read_command(1, kBlocks - 1, 2), read_command(1, ~0ULL, 2),
          without_data(io::write_zeroes, 1, kBlocks, 1), deallocate(1, kBlocks, 1)}) {
        const Reply reply = on(0, command);
        EXPECT_EQ(reply.status.code(), status::lba_out_of_range);
        EXPECT_TRUE(reply.status.dnr());
    }
}

TEST_F(IoCommandTest, LengthsThatDoNotMatchTheBlocksAreRefused) {
    auto command = read_command(1, 0, 8);
    command.data_in = 512;
    EXPECT_EQ(on(0, command).status.value, status::sgl_length_invalid | status::dnr);
    command = write_command(1, 0, filled(1024, 0));
    command.cdw[2] = 0;
    EXPECT_EQ(on(0, command).status.code(), status::sgl_length_invalid);
    EXPECT_EQ(on(0, read_command(1, 0, 4096)).status.code(), status::invalid_field); // over MDTS
}

TEST_F(IoCommandTest, NamespacesThatAreNotThereAreRefused) {
    EXPECT_EQ(on(0, read_command(0, 0, 1)).status.code(), status::invalid_namespace);
    EXPECT_EQ(on(0, read_command(5000, 0, 1)).status.code(), status::invalid_namespace);
    EXPECT_EQ(on(0, read_command(77, 0, 1)).status.code(), status::invalid_field);
}

TEST_F(IoCommandTest, StatesOfTheGroupDecideWhatIoGets) {
    const std::pair<const char*, std::uint16_t> cases[] = {
        {"ana b 1 inaccessible", status::ana_inaccessible},
        {"ana b 1 persistent-loss", status::ana_persistent_loss},
        {"ana b 1 change", status::ana_transition},
        {"ana b 1 non-optimized", status::success},
        {"ana b 1 optimized", status::success},
    };
    for (const auto& [line, code] : cases) {
        control(line);
        for (const auto& command : {read_command(1, 0, 1), write_command(1, 0, filled(512, 1)),
                                    without_data(io::flush, 1)}) {
            const Reply reply = on(1, command);
            EXPECT_EQ(reply.status.value, code) << line; // without DNR: the host may fail over
            EXPECT_TRUE(on(0, command).status.ok()) << line;
        }
    }
}

TEST_F(IoCommandTest, WriteProtectionLetsReadsThrough) {
    control("namespace protect a 1 on");
    for (const std::size_t array : {0U, 1U}) {
        EXPECT_TRUE(on(array, read_command(1, 0, 1)).status.ok());
        EXPECT_EQ(on(array, write_command(1, 0, filled(512, 1))).status.code(),
                  status::namespace_write_protected);
        EXPECT_EQ(on(array, without_data(io::write_zeroes, 1)).status.code(),
                  status::namespace_write_protected);
    }
    control("namespace protect a 1 off");
    EXPECT_TRUE(on(1, write_command(1, 0, filled(512, 1))).status.ok());
}

TEST_F(IoCommandTest, ReservationsHoldOnBothArrays) {
    constexpr std::uint32_t kWriteExclusive = 1U << 8;
    EXPECT_TRUE(on(0, reservation(io::reservation_register, 0, 0, 0xAA)).status.ok());
    EXPECT_TRUE(on(0, reservation(io::reservation_acquire, kWriteExclusive, 0xAA, 0)).status.ok());
    EXPECT_TRUE(on(1, write_command(1, 0, filled(512, 1))).status.ok()); // the same host

    Queue other_admin(*simulator, 1);
    nvme::ConnectParameters parameters;
    parameters.data.subnqn = simulator->array(1).nqn();
    parameters.data.hostnqn = "nqn.other";
    parameters.data.hostid = {9};
    other_admin.initialize();
    const Reply connected = other_admin.run(nvme::connect_command(parameters));
    ASSERT_TRUE(connected.status.ok());
    ASSERT_EQ(other_admin.enable(), 1U);
    Queue other(*simulator, 1);
    other.initialize();
    parameters.qid = 1;
    parameters.data.cntlid = static_cast<std::uint16_t>(connected.dword01);
    ASSERT_TRUE(other.run(nvme::connect_command(parameters)).status.ok());
    EXPECT_EQ(other.run(write_command(1, 0, filled(512, 2))).status.code(),
              status::reservation_conflict);
    EXPECT_TRUE(other.run(read_command(1, 0, 1)).status.ok());

    nvme::AdminCommand report;
    report.opcode = io::reservation_report;
    report.nsid = 1;
    report.cdw[0] = 128 / 4 - 1;
    report.cdw[1] = 1;
    report.data_in = 128;
    const Reply first = on(0, report);
    ASSERT_TRUE(first.status.ok());
    EXPECT_EQ(first.data, on(1, report).data);
    EXPECT_EQ(nvme::load_le<std::uint64_t>(first.data, 72), 0xAAU);
    report.cdw[1] = 0; // 64-bit host identifiers
    EXPECT_EQ(on(0, report).status.code(), 0x018);
}

TEST_F(IoCommandTest, CommandsThatAreNotOfferedAreRefused) {
    nvme::AdminCommand command = without_data(0x0C, 1); // Verify
    EXPECT_EQ(on(0, command).status.code(), status::invalid_opcode);
    Simulator poor(ScenarioBuilder().field("oncs", std::uint64_t{0}).array("a").build(), kStart);
    Admin first(poor, 0);
    Io second(poor, 0, first.cntlid);
    EXPECT_EQ(second.run(without_data(io::write_zeroes, 1)).status.code(), status::invalid_opcode);
    EXPECT_TRUE(second.run(read_command(1, 0, 1)).status.ok());
}

TEST_F(IoCommandTest, NamespacesOfDifferentBlockSizesShareBytes) {
    NamespaceSpec large;
    large.nsid = 1;
    large.block_size = 4096;
    Simulator mixed(ScenarioBuilder().array("a").array("b").ns(large).build(), kStart);
    Admin a(mixed, 0);
    Admin b(mixed, 1);
    Io small_blocks(mixed, 0, a.cntlid);
    Io large_blocks(mixed, 1, b.cntlid);
    ASSERT_TRUE(small_blocks.run(write_command(1, 8, filled(4096, 0x3C))).status.ok());
    EXPECT_EQ(large_blocks.run(read_command(1, 1, 1, 4096)).data, filled(4096, 0x3C));
}

} // namespace
} // namespace haoh::arraysim::test
