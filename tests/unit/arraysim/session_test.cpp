// SPDX-License-Identifier: LGPL-2.1-or-later
// The controller's end of a connection, byte by byte.
#include "unit/arraysim/host.hpp"
#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

#include <set>

namespace haoh::arraysim::test {
namespace {

using nvme::Bytes;
using nvme::Fes;
using nvme::hex;
namespace status = nvme::status;

Bytes icreq() {
    Bytes bytes = hex("00 00 80 00 80 00 00 00"   // ICReq, HLEN 128, PLEN 128
                      "00 00 00 00 00 00 00 00"); // PFV 0, HPDA 0, no digests, MAXR2T 0
    bytes.resize(128);
    return bytes;
}

class SessionTest : public testing::Test {
  protected:
    /// A simulator that lasts as long as the test: queues of it end before.
    Simulator& simulate(const ScenarioBuilder& builder = ScenarioBuilder().array("a")) {
        simulators.push_back(std::make_unique<Simulator>(builder.build(), kStart));
        return *simulators.back();
    }
    /// Expects a termination request and that nothing more is taken.
    static void expect_termination(Queue& queue, Fes fes, std::uint32_t fei) {
        const Bytes bytes = queue.receive();
        ASSERT_GE(bytes.size(), 24U);
        EXPECT_EQ(bytes[0], 0x03); // C2HTermReq
        EXPECT_EQ(nvme::load_le<std::uint16_t>(bytes, 8), static_cast<std::uint16_t>(fes));
        EXPECT_EQ(nvme::load_le<std::uint32_t>(bytes, 10), fei);
        EXPECT_TRUE(queue.session().closing());
        queue.send(icreq());
        EXPECT_TRUE(queue.receive().empty());
    }

    std::vector<std::unique_ptr<Simulator>> simulators;
};

TEST_F(SessionTest, AnswersIcReqByte) {
    Queue queue(simulate(), 0);
    queue.send(icreq());
    const Bytes answer = queue.receive();
    ASSERT_EQ(answer.size(), 128U);
    const Bytes expected = hex("01 00 80 00 80 00 00 00"   // ICResp, HLEN 128, PLEN 128
                               "00 00 00 00 00 00 02 00"); // PFV 0, CPDA 0, MAXH2CDATA 128 KiB
    EXPECT_EQ(Bytes(answer.begin(), answer.begin() + 16), expected);
    EXPECT_TRUE(nvme::all_zero(nvme::slice(answer, 16, 112)));
}

TEST_F(SessionTest, TakesIcReqInPieces) {
    Queue queue(simulate(), 0);
    for (const std::uint8_t byte : icreq()) {
        EXPECT_TRUE(queue.receive().empty());
        queue.send(Bytes{byte});
    }
    EXPECT_EQ(queue.receive().size(), 128U);
}

TEST_F(SessionTest, AgreesToDigestsOnlyWhereItOffersThem) {
    Queue all(simulate(), 0);
    EXPECT_EQ(all.initialize(3).dgst, 3);
    Queue none(simulate(ScenarioBuilder().array("a").with([](ArraySpec& spec) {
                   spec.header_digest = false;
                   spec.data_digest = false;
                   spec.maxh2cdata = 4096;
               })),
               0);
    const auto answer = none.initialize(3);
    EXPECT_EQ(answer.dgst, 0);
    EXPECT_EQ(answer.maxh2cdata, 4096U);
}

TEST_F(SessionTest, ACapsuleBeforeIcReqIsASequenceError) {
    Queue queue(simulate(), 0);
    queue.send(nvme::Pdu{nvme::CapsuleCmd{}});
    expect_termination(queue, Fes::sequence_error, 0);
}

TEST_F(SessionTest, ASecondIcReqIsASequenceError) {
    Queue queue(simulate(), 0);
    queue.initialize();
    queue.send(icreq());
    expect_termination(queue, Fes::sequence_error, 0);
}

TEST_F(SessionTest, AnUnknownPduFormatVersionIsAnUnsupportedParameter) {
    Queue queue(simulate(), 0);
    Bytes bytes = icreq();
    bytes[8] = 1;
    queue.send(bytes);
    expect_termination(queue, Fes::unsupported_parameter, 8);
}

TEST_F(SessionTest, AWrongHeaderLengthNamesTheField) {
    Queue queue(simulate(), 0);
    Bytes bytes = icreq();
    bytes[2] = 64;
    queue.send(bytes);
    expect_termination(queue, Fes::invalid_header_field, 2);
}

TEST_F(SessionTest, APduOfFourGibibytesIsRefusedAtItsHeader) {
    Queue queue(simulate(), 0);
    queue.initialize();
    queue.send(hex("04 00 48 48 ff ff ff ff"));
    expect_termination(queue, Fes::invalid_header_field, 4);
}

TEST_F(SessionTest, APduThatOnlyAControllerSendsIsRefused) {
    Queue queue(simulate(), 0);
    queue.initialize();
    queue.send(hex("05 00 18 00 18 00 00 00"));
    expect_termination(queue, Fes::invalid_header_field, 0);
}

TEST_F(SessionTest, AWrongHeaderDigestIsToldWithTheDigest) {
    Queue queue(simulate(), 0);
    queue.initialize(1);
    Bytes bytes = nvme::encode(nvme::CapsuleCmd{}, queue.format());
    bytes[72] ^= 0xFFU;
    const auto digest = nvme::load_le<std::uint32_t>(bytes, 72);
    queue.send(bytes);
    expect_termination(queue, Fes::header_digest_error, digest);
}

TEST_F(SessionTest, AWrongDataDigestFailsTheCommandAlone) {
    Queue queue(simulate(), 0);
    queue.initialize(2);
    nvme::ConnectParameters parameters;
    parameters.data.subnqn = simulators.back()->array(0).nqn();
    parameters.data.hostnqn = kHostNqn;
    parameters.data.hostid[0] = 1;
    const auto command = nvme::connect_command(parameters);
    Bytes bytes = nvme::encode(
        nvme::CapsuleCmd{.sqe = nvme::encode_sqe(command, 5, true), .data = command.data_out},
        queue.format());
    bytes.back() ^= 0xFFU;
    queue.send(bytes);
    EXPECT_FALSE(queue.session().closing());
    const Bytes answer = queue.receive();
    ASSERT_EQ(answer.size(), 24U);
    const auto entry = nvme::decode_cqe(nvme::slice(answer, 8, 16));
    EXPECT_EQ(entry.cid, 5);
    EXPECT_EQ(entry.status.code(), 0x022); // Transient Transport Error
    EXPECT_TRUE(queue.run(command).status.ok());
}

TEST_F(SessionTest, ATerminationRequestOfTheHostClosesTheConnection) {
    Queue queue(simulate(), 0);
    queue.initialize();
    queue.send(nvme::Pdu{nvme::TermReq{.from_host = true, .fes = 1, .fei = 0, .data = {}}});
    EXPECT_TRUE(queue.session().closing());
    EXPECT_TRUE(queue.receive().empty());
}

TEST_F(SessionTest, AConnectionThatConnectsNoQueueIsClosed) {
    Queue queue(simulate(), 0);
    queue.initialize();
    const TimePoint deadline = queue.session().next_deadline();
    queue.session().advance(deadline - std::chrono::seconds(1));
    EXPECT_FALSE(queue.session().closing());
    queue.session().advance(deadline);
    EXPECT_TRUE(queue.session().closing());
}

// Connect

TEST_F(SessionTest, ConnectGivesAControllerIdAndCountsTheQueue) {
    Queue queue(simulate(), 0);
    const Reply reply = queue.connect(simulators.back()->array(0).nqn());
    EXPECT_TRUE(reply.status.ok());
    EXPECT_EQ(reply.dword01, 1U);
    EXPECT_EQ(simulators.back()->controllers().size(), 1U);
    queue.drop();
    EXPECT_TRUE(simulators.back()->controllers().empty());
}

TEST_F(SessionTest, CommandsBeforeConnectAreOutOfSequence) {
    Queue queue(simulate(), 0);
    queue.initialize();
    EXPECT_EQ(queue.run(identify(1)).status.code(), status::command_sequence_error);
}

/// Connect with one thing wrong: the status, and where the response says the fault is.
struct WrongConnect {
    const char* name;
    void (*spoil)(nvme::AdminCommand&);
    std::uint16_t code;
    std::uint64_t where;
};

class ConnectTest : public testing::TestWithParam<WrongConnect> {};

TEST_P(ConnectTest, SaysWhatIsWrong) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Queue queue(simulator, 0);
    queue.initialize();
    nvme::ConnectParameters parameters;
    parameters.data.subnqn = simulator.array(0).nqn();
    parameters.data.hostnqn = kHostNqn;
    parameters.data.hostid[0] = 1;
    auto command = nvme::connect_command(parameters);
    GetParam().spoil(command);
    const Reply reply = queue.run(command);
    EXPECT_EQ(reply.status.code(), GetParam().code) << nvme::describe(reply.status);
    EXPECT_TRUE(reply.status.dnr());
    EXPECT_EQ(reply.dword01, GetParam().where);
    EXPECT_TRUE(simulator.controllers().empty());
}

constexpr std::uint64_t kInData = 1U << 16;

INSTANTIATE_TEST_SUITE_P(
    Each, ConnectTest,
    testing::Values(WrongConnect{"record_format", [](auto& c) { c.cdw[0] = 1; },
                                 status::connect_incompatible_format, 0},
                    WrongConnect{"subsystem", [](auto& c) { c.data_out[256] ^= 1U; },
                                 status::connect_invalid_parameters, 256 | kInData},
                    WrongConnect{"host",
                                 [](auto& c) { std::fill_n(c.data_out.begin() + 512, 256, 0); },
                                 status::connect_invalid_parameters, 512 | kInData},
                    WrongConnect{"host_id", [](auto& c) { std::fill_n(c.data_out.begin(), 16, 0); },
                                 status::connect_invalid_parameters, 0 | kInData},
                    WrongConnect{"controller_id", [](auto& c) { c.data_out[16] = 0x10; },
                                 status::connect_invalid_parameters, 16 | kInData},
                    WrongConnect{"queue_size_zero", [](auto& c) { c.cdw[1] &= ~0xFFFFU; },
                                 status::connect_invalid_parameters, 44},
                    WrongConnect{"queue_size_large", [](auto& c) { c.cdw[1] |= 0xFFFFU; },
                                 status::connect_invalid_parameters, 44},
                    WrongConnect{"queue_of_no_controller", [](auto& c) { c.cdw[0] |= 1U << 16; },
                                 status::connect_invalid_parameters, 16 | kInData},
                    WrongConnect{"short_data", [](auto& c) { c.data_out.resize(512); },
                                 status::sgl_length_invalid, 0}),
    [](const auto& bad) { return std::string(bad.param.name); });

TEST_F(SessionTest, AHostThatIsNotAllowedIsRefused) {
    Queue queue(simulate(ScenarioBuilder().array("a").allowed_hosts({"nqn.other"})), 0);
    EXPECT_EQ(queue.connect(simulators.back()->array(0).nqn()).status.code(),
              status::connect_invalid_host);
    Queue discovery(*simulators.back(), 0);
    EXPECT_TRUE(discovery.connect(nvme::kDiscoveryNqn).status.ok());
}

TEST_F(SessionTest, StaticControllersAreConnectedByTheirId) {
    simulate(ScenarioBuilder().array("a").cntlids(5, 6).with(
        [](ArraySpec& spec) { spec.static_controllers = true; }));
    const std::string nqn = simulators.back()->array(0).nqn();
    Queue dynamic(*simulators.back(), 0);
    EXPECT_EQ(dynamic.connect(nqn).status.code(), status::connect_invalid_parameters);
    Queue chosen(*simulators.back(), 0);
    EXPECT_EQ(chosen.connect(nqn, 0, 6).dword01, 6U);
    Queue any(*simulators.back(), 0);
    EXPECT_EQ(any.connect(nqn, 0, nvme::kAnyStaticController).dword01, 5U);
    Queue taken(*simulators.back(), 0);
    EXPECT_FALSE(taken.connect(nqn, 0, 6).status.ok());
}

TEST_F(SessionTest, IoQueuesBelongToTheControllerOfTheSameHost) {
    Admin admin(simulate(), 0);
    const std::string nqn = simulators.back()->array(0).nqn();
    EXPECT_TRUE(admin.run(set_features(nvme::fid::number_of_queues, 0x00010001)).status.ok());
    Io first(*simulators.back(), 0, admin.cntlid, 1);
    Queue again(*simulators.back(), 0);
    EXPECT_EQ(again.connect(nqn, 1, admin.cntlid).status.code(), status::command_sequence_error);
    Queue stranger(*simulators.back(), 0);
    EXPECT_EQ(stranger.connect(nqn, 2, admin.cntlid, "nqn.stranger").status.code(),
              status::connect_invalid_parameters);
    Queue too_many(*simulators.back(), 0);
    EXPECT_EQ(too_many.connect(nqn, 3, admin.cntlid).status.code(),
              status::connect_invalid_parameters);
    admin.drop();
    EXPECT_TRUE(first.session().closing());
}

// Data

TEST_F(SessionTest, AsksForDataThatIsNotInTheCapsuleAndTakesItInPieces) {
    Admin admin(simulate(ScenarioBuilder().array("a").with([](ArraySpec& spec) {
                    spec.r2t_size = 8192;
                    spec.maxh2cdata = 4096;
                })),
                0);
    Io io(*simulators.back(), 0, admin.cntlid);
    Bytes data(20480);
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = static_cast<std::uint8_t>(i / 512 + i);
    }
    io.h2c_data_size = 4096;
    const std::uint16_t cid = io.submit(write_command(1, 4, data), false);
    const auto reply = io.take(cid);
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->status.ok());
    EXPECT_EQ(io.run(read_command(1, 4, 40)).data, data);
}

class DataErrors : public SessionTest {
  protected:
    void SetUp() override {
        admin = std::make_unique<Admin>(simulate(), 0);
        io = std::make_unique<Queue>(*simulators.back(), 0);
        ASSERT_TRUE(io->connect(simulators.back()->array(0).nqn(), 1, admin->cntlid).status.ok());
        // A write of 8 KiB, whose data is still to come.
        const auto command = write_command(1, 0, Bytes(8192));
        io->send(
            nvme::Pdu{nvme::CapsuleCmd{.sqe = nvme::encode_sqe(command, kCid, false), .data = {}}});
        const Bytes bytes = io->receive();
        ASSERT_EQ(bytes.size(), 24U);
        ASSERT_EQ(bytes[0], 0x09); // R2T
        EXPECT_EQ(nvme::load_le<std::uint16_t>(bytes, 8), kCid);
        ttag = nvme::load_le<std::uint16_t>(bytes, 10);
        EXPECT_EQ(nvme::load_le<std::uint32_t>(bytes, 12), 0U);    // R2TO
        EXPECT_EQ(nvme::load_le<std::uint32_t>(bytes, 16), 8192U); // R2TL
    }
    void send_data(std::uint16_t cccid, std::uint16_t tag, std::uint32_t offset, std::size_t size,
                   bool last) {
        io->send(nvme::Pdu{nvme::DataPdu{.from_host = true,
                                         .cccid = cccid,
                                         .ttag = tag,
                                         .datao = offset,
                                         .last = last,
                                         .success = false,
                                         .data = Bytes(size, 0x77)}});
    }

    static constexpr std::uint16_t kCid = 0x0105;
    std::unique_ptr<Admin> admin;
    std::unique_ptr<Queue> io;
    std::uint16_t ttag{};
};

TEST_F(DataErrors, RightDataCompletesTheCommand) {
    send_data(kCid, ttag, 0, 4096, false);
    send_data(kCid, ttag, 4096, 4096, true);
    const Bytes bytes = io->receive();
    ASSERT_EQ(bytes.size(), 24U);
    EXPECT_TRUE(nvme::decode_cqe(nvme::slice(bytes, 8, 16)).status.ok());
}

TEST_F(SessionTest, AWrongDigestOfDataFailsTheCommandWhenAllCame) {
    Admin admin(simulate(), 0);
    Queue io(*simulators.back(), 0);
    ASSERT_EQ(io.initialize(2).dgst, 2);
    nvme::ConnectParameters parameters;
    parameters.data.subnqn = simulators.back()->array(0).nqn();
    parameters.data.hostnqn = kHostNqn;
    parameters.data.hostid = *nvme::parse_uuid("11111111-2222-4333-8444-555555555555");
    parameters.data.cntlid = admin.cntlid;
    parameters.qid = 1;
    ASSERT_TRUE(io.run(nvme::connect_command(parameters)).status.ok());
    const auto command = write_command(1, 0, Bytes(8192, 0x66));
    io.send(nvme::Pdu{nvme::CapsuleCmd{.sqe = nvme::encode_sqe(command, 7, false), .data = {}}});
    const auto ttag = nvme::load_le<std::uint16_t>(io.receive(), 10);
    const auto part = [&](std::uint32_t offset, bool last) {
        return nvme::encode(nvme::DataPdu{.from_host = true,
                                          .cccid = 7,
                                          .ttag = ttag,
                                          .datao = offset,
                                          .last = last,
                                          .success = false,
                                          .data = Bytes(4096, 0x66)},
                            io.format());
    };
    Bytes spoiled = part(0, false);
    spoiled.back() ^= 0xFFU;
    io.send(spoiled);
    EXPECT_TRUE(io.receive().empty());
    io.send(part(4096, true));
    const Bytes answer = io.receive();
    ASSERT_EQ(answer.size(), 24U);
    EXPECT_EQ(nvme::decode_cqe(nvme::slice(answer, 8, 16)).status.code(), 0x022);
    EXPECT_FALSE(io.session().closing());
    EXPECT_EQ(io.run(read_command(1, 0, 1)).data, Bytes(512, 0)); // nothing was written
}

TEST_F(DataErrors, DataForNoCommand) {
    send_data(kCid + 1, ttag, 0, 4096, false);
    expect_termination(*io, Fes::invalid_header_field, 8);
}

TEST_F(DataErrors, DataWithAnotherTag) {
    send_data(kCid, static_cast<std::uint16_t>(ttag + 1), 0, 4096, false);
    expect_termination(*io, Fes::invalid_header_field, 10);
}

TEST_F(DataErrors, DataAtAnotherOffset) {
    send_data(kCid, ttag, 512, 4096, false);
    expect_termination(*io, Fes::data_out_of_range, 12);
}

TEST_F(DataErrors, MoreDataThanAskedFor) {
    send_data(kCid, ttag, 0, 8196, true);
    expect_termination(*io, Fes::data_out_of_range, 16);
}

TEST_F(DataErrors, MoreDataInOnePduThanTheArrayTakes) {
    simulators.back()->array(0).spec().maxh2cdata = 4096;
    send_data(kCid, ttag, 0, 4096, false);
    EXPECT_TRUE(io->receive().empty()) << "as much as it takes";
    send_data(kCid, ttag, 4096, 4100, true);
    expect_termination(*io, Fes::r2t_limit_exceeded, 16);
}

TEST_F(DataErrors, LastPduTooEarly) {
    send_data(kCid, ttag, 0, 4096, true);
    expect_termination(*io, Fes::invalid_header_field, 1);
}

TEST_F(DataErrors, LastPduMissing) {
    send_data(kCid, ttag, 0, 8192, false);
    expect_termination(*io, Fes::invalid_header_field, 1);
}

TEST_F(DataErrors, TheSameCommandIdentifierTwice) {
    io->send(nvme::Pdu{
        nvme::CapsuleCmd{.sqe = nvme::encode_sqe(read_command(1, 0, 1), kCid, false), .data = {}}});
    const Bytes bytes = io->receive();
    ASSERT_EQ(bytes.size(), 24U);
    EXPECT_EQ(nvme::decode_cqe(nvme::slice(bytes, 8, 16)).status.code(),
              status::command_id_conflict);
}

TEST_F(SessionTest, CutsDataIntoPdusOfTheConfiguredSizeAndAlignsThem) {
    simulate(ScenarioBuilder().array("a").with([](ArraySpec& spec) { spec.c2h_data_size = 1024; }));
    Queue queue(*simulators.back(), 0);
    EXPECT_EQ(queue.initialize(0, 15).dgst, 0); // data on multiples of 64 bytes
    nvme::ConnectParameters parameters;
    parameters.data.subnqn = simulators.back()->array(0).nqn();
    parameters.data.hostnqn = kHostNqn;
    parameters.data.hostid[0] = 1;
    ASSERT_TRUE(queue.run(nvme::connect_command(parameters)).status.ok());
    queue.enable();
    queue.send(
        nvme::Pdu{nvme::CapsuleCmd{.sqe = nvme::encode_sqe(identify(1), 9, false), .data = {}}});
    const Bytes bytes = queue.receive();
    EXPECT_EQ(bytes[0], 0x07); // C2HData
    EXPECT_EQ(bytes[3], 64);   // PDO
    EXPECT_EQ(nvme::load_le<std::uint32_t>(bytes, 4), 64U + 1024U);
    EXPECT_EQ(bytes[1] & nvme::pdu_flag::last, 0);
    EXPECT_EQ(bytes.size(), 4 * (64U + 1024U) + 24U);
    EXPECT_NE(bytes[3 * (64U + 1024U) + 1] & nvme::pdu_flag::last, 0);
}

TEST_F(SessionTest, CommandsWithoutSglsAndWithOtherSglTypesAreRefused) {
    Admin admin(simulate(), 0);
    auto sqe = nvme::encode_sqe(identify(1), 100, false);
    sqe[1] = 0; // PRPs
    admin.send(nvme::Pdu{nvme::CapsuleCmd{.sqe = sqe, .data = {}}});
    EXPECT_EQ(nvme::decode_cqe(nvme::slice(admin.receive(), 8, 16)).status.code(),
              status::invalid_field);
    auto keyed = nvme::encode_sqe(set_features(nvme::fid::timestamp, 0), 101, false);
    nvme::store_le(keyed, 32, std::uint32_t{8});
    keyed[39] = 0x40;
    admin.send(nvme::Pdu{nvme::CapsuleCmd{.sqe = keyed, .data = {}}});
    EXPECT_EQ(nvme::decode_cqe(nvme::slice(admin.receive(), 8, 16)).status.code(), 0x011);
}

TEST_F(SessionTest, DataInACapsuleMustBeWhereTheCommandSays) {
    Admin admin(simulate(), 0);
    Io io(*simulators.back(), 0, admin.cntlid);
    const auto command = write_command(1, 0, Bytes(4096, 0x55));
    const auto status_of = [&](std::uint64_t offset, std::uint32_t length) {
        auto sqe = nvme::encode_sqe(command, 100, true);
        nvme::store_le(sqe, 24, offset); // the descriptor's address and length
        nvme::store_le(sqe, 32, length);
        io.send(nvme::Pdu{nvme::CapsuleCmd{.sqe = sqe, .data = command.data_out}});
        return nvme::decode_cqe(nvme::slice(io.receive(), 8, 16)).status;
    };
    EXPECT_TRUE(status_of(0, 4096).ok());
    EXPECT_EQ(status_of(1, 4096).code(), status::invalid_sgl_offset);
    EXPECT_EQ(status_of(0, 4097).code(), status::invalid_sgl_offset);
    EXPECT_EQ(status_of(4097, 1).code(), status::invalid_sgl_offset);
    EXPECT_EQ(status_of(~std::uint64_t{0}, 4096).code(), status::invalid_sgl_offset);
    // None belongs to a command that reads.
    io.send(nvme::Pdu{nvme::CapsuleCmd{.sqe = nvme::encode_sqe(read_command(1, 0, 1), 101, false),
                                       .data = Bytes(512)}});
    EXPECT_EQ(nvme::decode_cqe(nvme::slice(io.receive(), 8, 16)).status.code(),
              status::invalid_field);
}

TEST_F(SessionTest, FabricsCommandsAreOfTheAdminQueue) {
    Admin admin(simulate(), 0);
    Io io(*simulators.back(), 0, admin.cntlid);
    const auto get = nvme::property_get_command(nvme::property::vs, 4);
    EXPECT_TRUE(admin.run(get).status.ok());
    EXPECT_EQ(io.run(get).status.code(), status::invalid_field);
}

TEST_F(SessionTest, AHungArrayHoldsSomeOfWhatComesButNotAnyAmount) {
    Queue queue(simulate(), 0);
    queue.initialize();
    simulators.back()->array(0).power = Power::hung;
    queue.send(Bytes(1U << 20U));
    EXPECT_FALSE(queue.session().closing());
    for (unsigned i = 0; i < 64 && !queue.session().closing(); ++i) {
        queue.send(Bytes(1U << 20U));
    }
    EXPECT_TRUE(queue.session().closing());
}

TEST_F(SessionTest, ResponsesCarryTheSubmissionQueueHead) {
    Queue queue(simulate(), 0);
    queue.initialize();
    nvme::ConnectParameters parameters;
    parameters.data.subnqn = simulators.back()->array(0).nqn();
    parameters.data.hostnqn = kHostNqn;
    parameters.data.hostid[0] = 1;
    parameters.sqsize = 3; // four entries
    const auto head = [&queue](const nvme::AdminCommand& command) {
        const bool data = !command.data_out.empty();
        queue.send(nvme::Pdu{
            nvme::CapsuleCmd{.sqe = nvme::encode_sqe(command, 1, data), .data = command.data_out}});
        const Bytes bytes = queue.receive();
        return nvme::decode_cqe(nvme::slice(bytes, 8, 16)).sqhd;
    };
    EXPECT_EQ(head(nvme::connect_command(parameters)), 1);
    const auto get = nvme::property_get_command(nvme::property::vs, 4);
    EXPECT_EQ(head(get), 2);
    EXPECT_EQ(head(get), 3);
    EXPECT_EQ(head(get), 0);
}

TEST_F(SessionTest, FlowControlIsDisabledWhenAsked) {
    Queue queue(simulate(), 0);
    queue.initialize();
    nvme::ConnectParameters parameters;
    parameters.data.subnqn = simulators.back()->array(0).nqn();
    parameters.data.hostnqn = kHostNqn;
    parameters.data.hostid[0] = 1;
    parameters.sq_flow_control_disable = true;
    const auto command = nvme::connect_command(parameters);
    queue.send(nvme::Pdu{
        nvme::CapsuleCmd{.sqe = nvme::encode_sqe(command, 1, true), .data = command.data_out}});
    EXPECT_EQ(nvme::decode_cqe(nvme::slice(queue.receive(), 8, 16)).sqhd, 0xFFFF);
}

TEST_F(SessionTest, LatencyDelaysResponsesAndKeepsTheirOrder) {
    simulate();
    Admin admin(*simulators.back(), 0);
    simulators.back()->array(0).spec().latency = std::chrono::milliseconds(5);
    const std::uint16_t first = admin.submit(identify(1));
    EXPECT_FALSE(admin.take(first));
    EXPECT_EQ(admin.session().next_deadline(), admin.now() + std::chrono::milliseconds(5));
    admin.at(admin.now() + std::chrono::milliseconds(5));
    EXPECT_TRUE(admin.take(first));
}

TEST(TransferTags, OfTransfersThatAreUnderWayDiffer) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    Queue queue(simulator, 0);
    ASSERT_TRUE(queue.connect(simulator.array(0).nqn(), 1, admin.cntlid).status.ok());
    std::set<std::uint16_t> tags;
    for (std::uint16_t cid = 100; cid < 103; ++cid) {
        queue.send(nvme::CapsuleCmd{
            .sqe = nvme::encode_sqe(write_command(1, 0, filled(16384, 1)), cid, false),
            .data = {}});
        nvme::PduReader reader(true, 4U << 20U);
        reader.feed(queue.receive());
        const auto item = reader.next();
        ASSERT_TRUE(item && std::holds_alternative<nvme::Pdu>(*item));
        const auto* const r2t = std::get_if<nvme::R2t>(&std::get<nvme::Pdu>(*item));
        ASSERT_NE(r2t, nullptr);
        EXPECT_EQ(r2t->cccid, cid);
        EXPECT_EQ(r2t->r2to, 0U);
        EXPECT_EQ(r2t->r2tl, 16384U);
        tags.insert(r2t->ttag);
    }
    EXPECT_EQ(tags.size(), 3U);
}

} // namespace
} // namespace haoh::arraysim::test
