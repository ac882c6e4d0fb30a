// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/arraysim/host.hpp"

#include <arraysim/protocol/command.hpp>

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

/// A Dataset Management command of several ranges (context attributes, length, start).
nvme::AdminCommand manage(std::initializer_list<std::pair<std::uint32_t, std::uint64_t>> ranges,
                          std::uint32_t attributes = 1U << 2) {
    nvme::AdminCommand command = deallocate(1, 0, 0);
    command.cdw[0] = static_cast<std::uint32_t>(ranges.size() - 1);
    command.cdw[1] = attributes;
    command.data_out.clear();
    for (const auto& [blocks, slba] : ranges) {
        const std::size_t at = command.data_out.size();
        command.data_out.resize(at + 16);
        nvme::store_le(command.data_out, at + 4, blocks);
        nvme::store_le(command.data_out, at + 8, slba);
    }
    return command;
}

nvme::AdminCommand compare(std::uint32_t nsid, std::uint64_t slba, Bytes data) {
    nvme::AdminCommand command = write_command(nsid, slba, std::move(data));
    command.opcode = io::compare;
    return command;
}

nvme::AdminCommand reservation_report(std::uint32_t length) {
    nvme::AdminCommand report;
    report.opcode = io::reservation_report;
    report.nsid = 1;
    report.cdw[0] = length / 4 - 1;
    report.cdw[1] = 1;
    report.data_in = length;
    return report;
}

/// Array "a" alone, with a queue for I/O.
struct Single {
    explicit Single(const Scenario& scenario)
        : simulator(scenario, kStart), admin(simulator, 0), queue(simulator, 0, admin.cntlid) {}
    std::uint16_t status_of(const nvme::AdminCommand& command) {
        return queue.run(command).status.value;
    }

    Simulator simulator;
    Admin admin;
    Io queue;
};

/// Another host, connected to an array for I/O.
struct Stranger {
    Stranger(Simulator& simulator, std::size_t array)
        : admin(simulator, array), queue(simulator, array) {
        nvme::ConnectParameters parameters;
        parameters.data.subnqn = simulator.array(array).nqn();
        parameters.data.hostnqn = "nqn.other";
        parameters.data.hostid = {9};
        admin.initialize();
        const Reply connected = admin.run(nvme::connect_command(parameters));
        EXPECT_TRUE(connected.status.ok());
        EXPECT_EQ(admin.enable(), 1U);
        queue.initialize();
        parameters.qid = 1;
        parameters.data.cntlid = static_cast<std::uint16_t>(connected.dword01);
        EXPECT_TRUE(queue.run(nvme::connect_command(parameters)).status.ok());
    }

    Queue admin;
    Queue queue;
};

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
    EXPECT_EQ(on(0, command).status.value, status::sgl_length_invalid | status::dnr);
}

TEST_F(IoCommandTest, DeallocateWorksOnAllOfItsRangesAndOnlyOnThem) {
    ASSERT_TRUE(on(0, write_command(1, 0, filled(4096, 0x11))).status.ok());
    ASSERT_TRUE(on(0, manage({{1, 1}, {0, 3}, {2, 5}})).status.ok());
    Bytes left = filled(4096, 0x11);
    std::fill_n(left.begin() + 512, 512, std::uint8_t{0});
    std::fill_n(left.begin() + 5 * 512, 1024, std::uint8_t{0});
    EXPECT_EQ(on(0, read_command(1, 0, 8)).data, left);
    // Only a hint about access: nothing is deallocated.
    ASSERT_TRUE(on(0, manage({{8, 0}}, 1U << 1)).status.ok());
    EXPECT_EQ(on(0, read_command(1, 0, 8)).data, left);
    // So many ranges must be there.
    auto command = manage({{1, 0}, {1, 7}});
    command.data_out.resize(31);
    EXPECT_EQ(on(0, command).status.value, status::sgl_length_invalid | status::dnr);
    command.cdw[0] |= 0x100; // reserved
    command.data_out.resize(32);
    EXPECT_TRUE(on(0, command).status.ok());
    EXPECT_EQ(on(0, read_command(1, 0, 1)).data, filled(512, 0));
}

TEST_F(IoCommandTest, RangesEndWithTheNamespace) {
    EXPECT_TRUE(on(0, manage({{1, kBlocks - 1}, {0, kBlocks}})).status.ok());
    EXPECT_TRUE(on(0, without_data(io::write_zeroes, 1, kBlocks - 1)).status.ok());
    for (const auto& command :
         {manage({{1, 0}, {2, kBlocks - 1}}), manage({{0, kBlocks + 1}}), manage({{1, ~0ULL}}),
          without_data(io::write_zeroes, 1, kBlocks - 1, 2)}) {
        EXPECT_EQ(on(0, command).status.value, status::lba_out_of_range | status::dnr);
    }
}

TEST_F(IoCommandTest, CompareTellsEqualFromDifferent) {
    ASSERT_TRUE(on(0, write_command(1, 0, filled(512, 0x22))).status.ok());
    auto command = compare(1, 0, filled(512, 0x22));
    EXPECT_TRUE(on(1, command).status.ok());
    command.data_out[17] ^= 1U;
    EXPECT_EQ(on(1, command).status.value, status::compare_failure | status::dnr);
    command.cdw[2] = 1; // two blocks, of which one came
    EXPECT_EQ(on(1, command).status.value, status::sgl_length_invalid | status::dnr);
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
}

TEST_F(IoCommandTest, TransfersAreAsLargeAsMdtsSays) {
    EXPECT_TRUE(on(0, read_command(1, 0, 2048)).status.ok()); // 1 MiB
    EXPECT_EQ(on(0, read_command(1, 0, 2049)).status.value, status::invalid_field | status::dnr);
    // Nothing is transferred for zeros.
    EXPECT_TRUE(on(0, without_data(io::write_zeroes, 1, 0, 4096)).status.ok());
}

TEST_F(IoCommandTest, ReservedBitsBesideTheNumberOfBlocksChangeNothing) {
    auto command = read_command(1, 0, 1);
    command.cdw[2] |= 1U << 16; // of the directive type and flags
    EXPECT_EQ(on(0, command).data, filled(512, 0));
}

TEST_F(IoCommandTest, NamespacesThatAreNotThereAreRefused) {
    const std::uint32_t nn = simulator->array(0).identity().nn;
    for (const std::uint32_t nsid : {0U, nn + 1, 0xFFFFFFFEU}) { // no NSID of this subsystem
        EXPECT_EQ(on(0, read_command(nsid, 0, 1)).status.value,
                  status::invalid_namespace | status::dnr);
        EXPECT_EQ(on(0, without_data(io::flush, nsid)).status.value,
                  status::invalid_namespace | status::dnr);
    }
    for (const std::uint32_t nsid : {77U, nn}) { // inactive ones
        EXPECT_EQ(on(0, read_command(nsid, 0, 1)).status.value,
                  status::invalid_field | status::dnr);
    }
}

TEST(IoCommand, AnArrayWithoutAnaServesInAnyState) {
    const auto build = [](std::uint64_t cmic) {
        return ScenarioBuilder()
            .field("cmic", cmic)
            .array("a")
            .ana(nvme::AnaState::inaccessible)
            .build();
    };
    EXPECT_EQ(Single(build(0x0B)).status_of(read_command(1, 0, 1)), status::ana_inaccessible);
    EXPECT_EQ(Single(build(0x03)).status_of(read_command(1, 0, 1)), status::success);
}

TEST(IoCommand, ANamespaceThatSaysItIsProtectedTakesNoWrites) {
    Single array(ScenarioBuilder().ns_field(1, "nsattr", std::uint64_t{1}).array("a").build());
    EXPECT_EQ(array.status_of(read_command(1, 0, 1)), status::success);
    for (const auto& command : {write_command(1, 0, filled(512, 1)),
                                without_data(io::write_zeroes, 1), deallocate(1, 0, 1)}) {
        EXPECT_EQ(array.status_of(command), status::namespace_write_protected | status::dnr);
    }
}

TEST(IoCommand, ANamespaceCanBeReadAtOnce) {
    NamespaceSpec small;
    small.size = 4096;
    Single array(ScenarioBuilder().ns(small).array("a").build());
    EXPECT_EQ(array.status_of(read_command(1, 0, 8)), status::success);
    EXPECT_EQ(array.status_of(read_command(1, 0, 9)), status::lba_out_of_range | status::dnr);
    EXPECT_EQ(array.status_of(read_command(1, 1, 8)), status::lba_out_of_range | status::dnr);
}

TEST(IoCommand, BlocksFrom512BytesToOneMebibyteAreServed) {
    const auto served = [](unsigned lbads) {
        // LBADS is bits 23:16 of a format; the namespace has one block of any of these sizes.
        Single array(ScenarioBuilder()
                         .ns_field(1, "lbaf0", std::uint64_t{lbads} << 16U)
                         .ns_field(1, "nsze", std::uint64_t{1})
                         .array("a")
                         .build());
        return array.status_of(read_command(1, 0, 1, 1U << lbads));
    };
    EXPECT_EQ(served(8), status::invalid_namespace | status::dnr);
    EXPECT_EQ(served(9), status::success);
    EXPECT_EQ(served(20), status::success);
    EXPECT_EQ(served(21), status::invalid_namespace | status::dnr);
}

TEST(IoCommand, MetadataIsOnlyWhatTheControllerMakesUpItself) {
    constexpr std::uint32_t kProtectionAction = 1U << 29; // PRACT
    const auto build = [](std::uint64_t metadata, std::uint64_t protection) {
        return ScenarioBuilder()
            .ns_field(1, "lbaf0", std::uint64_t{9} << 16U | metadata)
            .ns_field(1, "dps", protection)
            .array("a")
            .build();
    };
    auto plain = write_command(1, 0, filled(512, 7));
    auto generated = plain;
    generated.cdw[2] |= kProtectionAction;
    for (const std::uint64_t type : {1U, 2U, 4U}) { // DPS bits 2:0: protection is enabled
        Single array(build(8, type));
        EXPECT_EQ(array.status_of(generated), status::success);
        EXPECT_EQ(array.status_of(plain), status::invalid_field | status::dnr);
        EXPECT_EQ(array.status_of(without_data(io::write_zeroes, 1)), status::success);
    }
    // Not enabled (bit 3 is where it lies), or metadata of which protection is only a part.
    EXPECT_EQ(Single(build(8, 8)).status_of(generated), status::invalid_field | status::dnr);
    EXPECT_EQ(Single(build(16, 1)).status_of(generated), status::invalid_field | status::dnr);
    EXPECT_EQ(Single(build(0, 0)).status_of(generated), status::success);
}

TEST_F(IoCommandTest, FusedCommandsAreRefused) {
    for (unsigned fuse = 0; fuse < 3; ++fuse) {
        auto sqe = nvme::encode_sqe(without_data(io::flush, 1), 500, false);
        sqe[1] = static_cast<std::uint8_t>(sqe[1] | fuse);
        queue[0]->send(nvme::Pdu{nvme::CapsuleCmd{.sqe = sqe, .data = {}}});
        const auto entry = nvme::decode_cqe(nvme::slice(queue[0]->receive(), 8, 16));
        EXPECT_EQ(entry.status.value,
                  fuse == 0 ? status::success : status::invalid_field | status::dnr);
    }
}

TEST_F(IoCommandTest, AControllerThatIsNotReadyRunsNone) {
    Controller* const controller =
        simulator->find_controller(simulator->array(0), admin[0]->cntlid);
    ASSERT_NE(controller, nullptr);
    CommandContext context{.simulator = *simulator,
                           .array = simulator->array(0),
                           .controller = *controller,
                           .port = 0,
                           .now = kStart};
    const auto entry = nvme::decode_sqe(nvme::encode_sqe(without_data(io::flush, 1), 1, false));
    EXPECT_EQ(run_io(context, entry, {}).status, status::success);
    controller->csts = csts::fatal;
    EXPECT_EQ(run_io(context, entry, {}).status, status::command_sequence_error | status::dnr);
}

TEST(IoCommand, LiesAboutReadsAndWritesAreAimedAtANamespace) {
    NamespaceSpec two;
    two.count = 2;
    OverrideSpec reads;
    reads.answer = AnswerKind::read;
    reads.nsid = 2;
    reads.status = 0x0281; // Unrecovered Read Error
    OverrideSpec writes;
    writes.answer = AnswerKind::write;
    writes.nsid = 1;
    writes.status = 0x0280; // Write Fault
    Single array(ScenarioBuilder().ns(two).array("a").lie(reads).lie(writes).build());
    EXPECT_EQ(array.status_of(read_command(1, 0, 1)), status::success);
    EXPECT_EQ(array.status_of(read_command(2, 0, 1)), 0x0281);
    auto report = reservation_report(64);
    EXPECT_EQ(array.status_of(report), status::success);
    report.nsid = 2;
    EXPECT_EQ(array.status_of(report), 0x0281);
    for (const std::uint8_t opcode : {io::write_zeroes, io::flush}) {
        EXPECT_EQ(array.status_of(without_data(opcode, 1)), 0x0280);
        EXPECT_EQ(array.status_of(without_data(opcode, 2)), status::success);
    }
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

    Stranger other(*simulator, 1);
    for (const auto& command : {write_command(1, 0, filled(512, 2)),
                                without_data(io::write_zeroes, 1), deallocate(1, 0, 1)}) {
        EXPECT_EQ(other.queue.run(command).status.value,
                  status::reservation_conflict | status::dnr);
    }
    EXPECT_TRUE(other.queue.run(read_command(1, 0, 1)).status.ok());
    EXPECT_TRUE(other.queue.run(compare(1, 0, filled(512, 1))).status.ok());

    nvme::AdminCommand report = reservation_report(128);
    const Reply first = on(0, report);
    ASSERT_TRUE(first.status.ok());
    EXPECT_EQ(first.data, on(1, report).data);
    EXPECT_EQ(nvme::load_le<std::uint64_t>(first.data, 72), 0xAAU);
    report.cdw[1] = 0; // 64-bit host identifiers
    EXPECT_EQ(on(0, report).status.value, 0x018 | status::dnr);
}

TEST_F(IoCommandTest, ExclusiveAccessKeepsOthersFromReadingToo) {
    constexpr std::uint32_t kExclusiveAccess = 2U << 8;
    ASSERT_TRUE(on(0, reservation(io::reservation_register, 0, 0, 0xAA)).status.ok());
    ASSERT_TRUE(on(0, reservation(io::reservation_acquire, kExclusiveAccess, 0xAA, 0)).status.ok());
    Stranger other(*simulator, 1);
    for (const auto& command : {read_command(1, 0, 1), write_command(1, 0, filled(512, 0)),
                                compare(1, 0, filled(512, 0))}) {
        EXPECT_EQ(other.queue.run(command).status.value,
                  status::reservation_conflict | status::dnr);
        EXPECT_TRUE(on(0, command).status.ok());
    }
    EXPECT_TRUE(other.queue.run(without_data(io::flush, 1)).status.ok());
    EXPECT_TRUE(other.queue.run(read_command(2, 0, 1)).status.ok()) << "of one namespace";
    ASSERT_TRUE(
        on(0, reservation(io::reservation_release, kExclusiveAccess, 0xAA, {})).status.ok());
    EXPECT_TRUE(other.queue.run(read_command(1, 0, 1)).status.ok());
}

TEST_F(IoCommandTest, ReservationCommandsCarryTheirKeysAndNoMore) {
    ASSERT_TRUE(on(0, reservation(io::reservation_register, 0, 0, 0xAA)).status.ok());
    for (const auto& command : {reservation(io::reservation_register, 0, 0, {}),
                                reservation(io::reservation_acquire, 1U << 8, 0xAA, {}),
                                reservation(io::reservation_release, 1U << 8, 0xAA, 0)}) {
        EXPECT_EQ(on(0, command).status.value, status::sgl_length_invalid | status::dnr);
    }
    // A key that is not the registered one.
    EXPECT_EQ(on(0, reservation(io::reservation_acquire, 1U << 8, 0xBB, 0)).status.value,
              status::reservation_conflict | status::dnr);
    EXPECT_EQ(on(0, reservation(io::reservation_release, 1U << 8, 0xBB, {})).status.value,
              status::reservation_conflict | status::dnr);
}

TEST_F(IoCommandTest, AReportIsAsLongAsAskedForUpToTheLargestTransfer) {
    const Reply small = on(0, reservation_report(16));
    EXPECT_TRUE(small.status.ok());
    EXPECT_EQ(small.data.size(), 16U);
    const Reply large = on(0, reservation_report(1U << 20)); // as MDTS says
    EXPECT_TRUE(large.status.ok());
    EXPECT_EQ(large.data.size(), 1U << 20);
    EXPECT_EQ(on(0, reservation_report((1U << 20) + 4)).status.value,
              status::invalid_field | status::dnr);
    auto command = reservation_report(64);
    command.data_in = 128;
    EXPECT_EQ(on(0, command).status.value, status::sgl_length_invalid | status::dnr);
}

TEST_F(IoCommandTest, CommandsThatAreNotOfferedAreRefused) {
    nvme::AdminCommand command = without_data(0x0C, 1); // Verify
    EXPECT_EQ(on(0, command).status.value, status::invalid_opcode | status::dnr);
    // What Identify Controller says of optional commands (ONCS), a bit at a time.
    const std::pair<std::uint64_t, nvme::AdminCommand> optional[] = {
        {1U << 0, compare(1, 0, filled(512, 0))},
        {1U << 2, deallocate(1, 0, 1)},
        {1U << 3, without_data(io::write_zeroes, 1)},
        {1U << 5, reservation(io::reservation_register, 0, 0, 0)},
        {1U << 5, reservation_report(64)},
        {1U << 5, reservation(io::reservation_acquire, 1U << 8, 0, 0)},
        {1U << 5, reservation(io::reservation_release, 1U << 8, 0, {})},
    };
    for (const std::uint64_t oncs : {0U, 1U << 0, 1U << 1, 1U << 2, 1U << 3, 1U << 4, 1U << 5}) {
        Single array(ScenarioBuilder().field("oncs", oncs).array("a").build());
        for (const auto& [bit, offered] : optional) {
            EXPECT_EQ(array.status_of(offered),
                      bit == oncs ? status::success : status::invalid_opcode | status::dnr)
                << oncs << " " << int{offered.opcode};
        }
        EXPECT_EQ(array.status_of(read_command(1, 0, 1)), status::success);
        EXPECT_EQ(array.status_of(write_command(1, 0, filled(512, 0))), status::success);
        EXPECT_EQ(array.status_of(without_data(io::flush, 1)), status::success);
    }
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
