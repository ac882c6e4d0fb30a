// SPDX-License-Identifier: LGPL-2.1-or-later
// Commands, their data and its digests, one after the other and many at a time.
#include "session_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::fabric::test {
namespace {

using namespace std::chrono_literals;
using nvme::Bytes;
using testing::HasSubstr;

TEST_F(SessionTest, DeliversDataAndStatus) {
    start();
    const std::uint16_t cid = identify();
    data(cid, 0, Bytes(4096, 0xAB), true);
    EXPECT_FALSE(session->has_completion());
    respond(cid, 0, 0x1234567890ABCDEFULL);
    const nvme::AdminResult done = result(cid);
    EXPECT_TRUE(done.status.ok());
    EXPECT_EQ(done.dword01, 0x1234567890ABCDEFULL);
    EXPECT_EQ(done.data, Bytes(4096, 0xAB));
    EXPECT_FALSE(session->failure());
}

TEST_F(SessionTest, AssemblesDataOfSeveralPdus) {
    start();
    const std::uint16_t cid = identify();
    data(cid, 0, Bytes(1000, 1));
    data(cid, 1000, Bytes(3000, 2));
    data(cid, 4000, Bytes(96, 3), true);
    respond(cid);
    const nvme::AdminResult done = result(cid);
    ASSERT_EQ(done.data.size(), 4096U);
    EXPECT_EQ(done.data[999], 1);
    EXPECT_EQ(done.data[1000], 2);
    EXPECT_EQ(done.data[4095], 3);
}

TEST_F(SessionTest, TakesTheSuccessFlagForAResponse) {
    start();
    const std::uint16_t cid = identify();
    data(cid, 0, Bytes(4096, 7), true, true);
    EXPECT_EQ(result(cid).data.size(), 4096U);
    respond(cid);
    expect_violation(Errc::unexpected, nvme::Fes::invalid_header_field, 20, "was answered before");
}

TEST_F(SessionTest, DeliversAnErrorStatus) {
    start();
    const std::uint16_t cid = identify();
    respond(cid, nvme::status::invalid_field | nvme::status::dnr);
    const nvme::AdminResult done = result(cid);
    EXPECT_EQ(done.status.code(), nvme::status::invalid_field);
    EXPECT_TRUE(done.data.empty());
}

TEST_F(SessionTest, DeliversFewerBytesThanAskedFor) {
    start();
    const std::uint16_t cid = identify();
    data(cid, 0, Bytes(512, 7), true);
    respond(cid);
    EXPECT_EQ(result(cid).data.size(), 512U);
}

TEST_F(SessionTest, CompletesOutOfOrder) {
    start();
    const std::uint16_t first = identify();
    const std::uint16_t second = identify();
    ASSERT_NE(first, second);
    data(second, 0, Bytes(4096, 2), true);
    data(first, 0, Bytes(4096, 1), true);
    respond(second);
    respond(first);
    EXPECT_EQ(result(second).data[0], 2);
    EXPECT_EQ(result(first).data[0], 1);
}

TEST_F(SessionTest, FillsTheQueueAndNoMore) {
    start({.queue_size = 32});
    EXPECT_EQ(session->depth(), 29U); // 31 entries, one for Keep Alive, one for events
    std::vector<std::uint16_t> cids;
    while (session->can_submit()) {
        cids.push_back(identify());
    }
    EXPECT_EQ(cids.size(), session->depth());
    std::sort(cids.begin(), cids.end());
    EXPECT_EQ(std::unique(cids.begin(), cids.end()), cids.end());
    respond(cids[3], nvme::status::invalid_field);
    EXPECT_TRUE(session->can_submit());
    identify();
    EXPECT_FALSE(session->can_submit());
}

TEST_F(SessionTest, WorksWithTheSmallestQueue) {
    start({.queue_size = 2});
    EXPECT_EQ(session->depth(), 1U);
    const std::uint16_t cid = identify();
    EXPECT_FALSE(session->can_submit());
    EXPECT_FALSE(session->start_events(now));
    respond(cid);
    EXPECT_TRUE(session->can_submit());
}

TEST_F(SessionTest, SendsUpToEightKibInTheCapsule) {
    start();
    nvme::AdminCommand command;
    command.opcode = nvme::opcode::set_features;
    command.data_out = Bytes(8192, 0x5A);
    submit(command);
    const auto pdus = sent();
    ASSERT_EQ(pdus.size(), 1U);
    const auto& capsule = std::get<nvme::CapsuleCmd>(pdus[0]);
    EXPECT_EQ(capsule.data, Bytes(8192, 0x5A));
    const nvme::SubmissionEntry entry = nvme::decode_sqe(capsule.sqe);
    EXPECT_EQ(entry.sgl_type, nvme::sgl::data_block_offset);
    EXPECT_EQ(entry.sgl_length, 8192U);
}

TEST_F(SessionTest, AlignsInCapsuleDataAsTheTargetAsks) {
    start({}, 0, 31); // 128 bytes
    nvme::AdminCommand command;
    command.opcode = nvme::opcode::set_features;
    command.data_out = Bytes(16, 0x5A);
    submit(command);
    const Bytes bytes = session->take_output();
    ASSERT_EQ(bytes.size(), 128U + 16U);
    EXPECT_EQ(bytes[3], 128); // PDO
}

TEST_F(SessionTest, SendsMoreDataWhenTheControllerIsReady) {
    start({}, 0, 0, 4096);
    nvme::AdminCommand command;
    command.opcode = nvme::opcode::set_features;
    command.data_out = Bytes(10000);
    for (std::size_t i = 0; i < command.data_out.size(); ++i) {
        command.data_out[i] = static_cast<std::uint8_t>(i / 1000);
    }
    const std::uint16_t cid = submit(command);
    auto pdus = sent();
    ASSERT_EQ(pdus.size(), 1U);
    EXPECT_TRUE(std::get<nvme::CapsuleCmd>(pdus[0]).data.empty());
    EXPECT_EQ(nvme::decode_sqe(std::get<nvme::CapsuleCmd>(pdus[0]).sqe).sgl_type,
              nvme::sgl::transport_data_block);

    receive(nvme::R2t{.cccid = cid, .ttag = 77, .r2to = 0, .r2tl = 9000});
    receive(nvme::R2t{.cccid = cid, .ttag = 78, .r2to = 9000, .r2tl = 1000});
    pdus = sent();
    ASSERT_EQ(pdus.size(), 4U);
    const auto part = [&](std::size_t i) { return std::get<nvme::DataPdu>(pdus[i]); };
    EXPECT_EQ(part(0).data.size(), 4096U);
    EXPECT_FALSE(part(1).last);
    EXPECT_EQ(part(1).datao, 4096U);
    EXPECT_EQ(part(2).data.size(), 9000U - 8192U);
    EXPECT_TRUE(part(2).last);
    EXPECT_EQ(part(2).ttag, 77);
    EXPECT_EQ(part(3).ttag, 78);
    EXPECT_EQ(part(3).data, Bytes(1000, 9));
    respond(cid);
    EXPECT_TRUE(result(cid).status.ok());
}

TEST_F(SessionTest, RejectsAnR2tOutOfRange) {
    const std::vector<nvme::R2t> wrong{
        {.cccid = 0, .ttag = 1, .r2to = 0, .r2tl = 10001},
        {.cccid = 0, .ttag = 1, .r2to = 4, .r2tl = 100},
        {.cccid = 0, .ttag = 1, .r2to = 0, .r2tl = 0},
        {.cccid = 0, .ttag = 1, .r2to = 0xFFFFFFFF, .r2tl = 0xFFFFFFFF},
    };
    for (nvme::R2t r2t : wrong) {
        format = {};
        start();
        nvme::AdminCommand command;
        command.opcode = nvme::opcode::set_features;
        command.data_out = Bytes(10000);
        r2t.cccid = submit(command);
        receive(r2t);
        expect_violation(Errc::unexpected, nvme::Fes::data_out_of_range, 0, "R2T for Set Features");
    }
}

TEST_F(SessionTest, RejectsAnR2tForACommandWithoutDataToSend) {
    start();
    const std::uint16_t cid = identify();
    receive(nvme::R2t{.cccid = cid, .ttag = 1, .r2to = 0, .r2tl = 4});
    expect_violation(Errc::unexpected, nvme::Fes::data_out_of_range, 0, "no data to send");
}

TEST_F(SessionTest, RejectsAnR2tForAnUnknownCommand) {
    start();
    receive(nvme::R2t{.cccid = 5, .ttag = 1, .r2to = 0, .r2tl = 4});
    expect_violation(Errc::unexpected, nvme::Fes::invalid_header_field, 8, "0005h");
}

TEST_F(SessionTest, RejectsAnUnsolicitedResponse) {
    start();
    respond(9);
    expect_violation(Errc::unexpected, nvme::Fes::invalid_header_field, 20, "0009h");
}

TEST_F(SessionTest, RejectsAResponseBeyondTheQueue) {
    start();
    respond(0xFFFF);
    expect_violation(Errc::unexpected, nvme::Fes::invalid_header_field, 20, "FFFFh");
}

TEST_F(SessionTest, RejectsASecondResponseEvenAfterReuse) {
    start({.queue_size = 2});
    const std::uint16_t first = identify();
    respond(first);
    const std::uint16_t second = identify(); // the same place in the queue
    EXPECT_NE(first, second);
    drop_output();
    respond(first);
    expect_violation(Errc::unexpected, nvme::Fes::invalid_header_field, 20, "was answered before");
    EXPECT_TRUE(result(first).status.ok());
    EXPECT_EQ(command_failure(second).code, Errc::unexpected);
}

TEST_F(SessionTest, RejectsDataForACommandThatReadsNone) {
    start();
    const std::uint16_t cid = submit(nvme::keep_alive_command());
    data(cid, 0, Bytes(4));
    expect_violation(Errc::unexpected, nvme::Fes::data_out_of_range, 0, "reads no data");
}

TEST_F(SessionTest, RejectsDataForAnUnknownCommand) {
    start();
    data(3, 0, Bytes(4));
    expect_violation(Errc::unexpected, nvme::Fes::invalid_header_field, 8, "0003h");
}

TEST_F(SessionTest, RejectsMoreDataThanAskedFor) {
    start();
    const std::uint16_t cid = identify();
    data(cid, 0, Bytes(4096));
    data(cid, 4096, Bytes(4), true);
    expect_violation(Errc::unexpected, nvme::Fes::data_out_of_range, 0,
                     "4096 bytes were asked for");
}

TEST_F(SessionTest, RejectsDataTwice) {
    start();
    const std::uint16_t cid = identify();
    data(cid, 0, Bytes(2048));
    data(cid, 0, Bytes(2048));
    expect_violation(Errc::unexpected, nvme::Fes::data_out_of_range, 0, "byte 2048 is next");
}

TEST_F(SessionTest, RejectsDataAfterTheLast) {
    start();
    const std::uint16_t cid = identify();
    data(cid, 0, Bytes(2048), true);
    data(cid, 2048, Bytes(2048), true);
    expect_violation(Errc::unexpected, nvme::Fes::sequence_error, 0, "after its last");
}

TEST_F(SessionTest, RejectsSuccessWithoutLast) {
    start();
    const std::uint16_t cid = identify();
    data(cid, 0, Bytes(4096), false, true);
    expect_violation(Errc::malformed, nvme::Fes::invalid_header_field, 1, "LAST_PDU");
}

TEST_F(SessionTest, RejectsEmptyData) {
    start();
    const std::uint16_t cid = identify();
    data(cid, 0, {});
    expect_violation(Errc::malformed, nvme::Fes::invalid_header_field, 16, "without data");
}

TEST_F(SessionTest, RejectsImpossibleLengths) {
    for (const std::uint32_t length : {0U, 7U, 0xFFFFFFFFU}) {
        start();
        Bytes header(24);
        header[0] = 0x07; // C2HData
        header[2] = 24;
        header[3] = 24;
        nvme::store_le(header, 4, length);
        receive_bytes(header);
        expect_violation(Errc::malformed,
                         length == 0xFFFFFFFFU ? nvme::Fes::data_out_of_range
                                               : nvme::Fes::invalid_header_field,
                         4, std::to_string(length) + " bytes");
    }
}

TEST_F(SessionTest, RejectsGarbage) {
    start();
    receive_bytes(Bytes(64, 0xEE));
    expect_violation(Errc::malformed, nvme::Fes::invalid_header_field, 0, "PDU type EEh");
}

TEST_F(SessionTest, IgnoresEverythingAfterAFailure) {
    start();
    const std::uint16_t cid = identify();
    respond(9);
    ASSERT_TRUE(session->failure());
    const std::string cause = session->failure()->cause;
    drop_output();
    respond(cid);
    session->end_of_stream();
    session->advance(now + 1h);
    EXPECT_EQ(session->failure()->cause, cause);
    EXPECT_FALSE(session->has_output());
    EXPECT_EQ(command_failure(cid).cause, cause);
    EXPECT_FALSE(session->has_completion());
    EXPECT_FALSE(session->can_submit());
}

TEST_F(SessionTest, TakesTheSuccessFlagOfTheRightCommand) {
    start();
    const std::uint16_t first = identify();
    const std::uint16_t second = identify();
    data(second, 0, Bytes(4096, 7), true, true);
    const nvme::AdminResult done = result(second);
    EXPECT_TRUE(done.status.ok());
    EXPECT_EQ(done.dword01, 0U);
    respond(first);
    EXPECT_TRUE(result(first).status.ok());
    EXPECT_FALSE(session->failure());
}

TEST_F(SessionTest, TakesALastPduWithoutData) {
    start();
    const std::uint16_t cid = identify();
    data(cid, 0, Bytes(4096, 1));
    data(cid, 4096, {}, true);
    respond(cid);
    EXPECT_EQ(result(cid).data, Bytes(4096, 1));
    EXPECT_FALSE(session->failure());
}

TEST_F(SessionTest, SaysHowFarTooMuchDataReaches) {
    start();
    const std::uint16_t cid = identify();
    data(cid, 0, Bytes(4000));
    data(cid, 4000, Bytes(100), true);
    expect_violation(Errc::unexpected, nvme::Fes::data_out_of_range, 0,
                     "C2HData for Identify (CNS 01h) reaches to byte 4100, but 4096 bytes were "
                     "asked for");
}

TEST_F(SessionTest, SendsNoMoreThanEightKibInTheCapsule) {
    start();
    nvme::AdminCommand command;
    command.opcode = nvme::opcode::set_features;
    command.data_out = Bytes(8193);
    submit(command);
    EXPECT_EQ(session->take_output().size(), 72U);
}

TEST_F(SessionTest, NamesTheCommandInTheDataThatItSends) {
    start();
    identify();
    nvme::AdminCommand command;
    command.opcode = nvme::opcode::set_features;
    command.data_out = Bytes(10000);
    const std::uint16_t cid = submit(command);
    EXPECT_NE(cid, 0U);
    drop_output();
    receive(nvme::R2t{.cccid = cid, .ttag = 77, .r2to = 0, .r2tl = 10000});
    const auto pdus = sent();
    ASSERT_EQ(pdus.size(), 1U);
    EXPECT_EQ(std::get<nvme::DataPdu>(pdus[0]).cccid, cid);
}

TEST_F(SessionTest, SaysWhatAnR2tMayAskFor) {
    start();
    nvme::AdminCommand command;
    command.opcode = nvme::opcode::set_features;
    command.cdw[0] = 0x7F;
    command.data_out = Bytes(10000);
    const std::uint16_t cid = submit(command);
    receive(nvme::R2t{.cccid = cid, .ttag = 1, .r2to = 0, .r2tl = 9000});
    EXPECT_FALSE(session->failure());
    receive(nvme::R2t{.cccid = cid, .ttag = 1, .r2to = 9000, .r2tl = 1001});
    expect_violation(Errc::unexpected, nvme::Fes::data_out_of_range, 0,
                     "R2T for Set Features (FID 7Fh) asks for 1001 bytes from byte 9000, but 1000 "
                     "bytes from byte 9000 are left to be sent");
}

// ---- digests

TEST_F(SessionTest, ChecksHeaderDigests) {
    start({.header_digest = true}, 1);
    const std::uint16_t cid = identify();
    nvme::CompletionEntry entry;
    entry.cid = cid;
    Bytes bytes = nvme::encode(nvme::CapsuleResp{.cqe = nvme::encode_cqe(entry)}, format);
    bytes.back() ^= 1U;
    const auto digest = nvme::load_le<std::uint32_t>(bytes, 24);
    drop_output();
    receive_bytes(bytes);
    expect_violation(Errc::digest, nvme::Fes::header_digest_error, digest, "header digest");
    EXPECT_EQ(command_failure(cid).code, Errc::digest);
}

TEST_F(SessionTest, FailsOnlyTheCommandWhoseDataDigestIsWrong) {
    start({.header_digest = true, .data_digest = true}, 3);
    const std::uint16_t bad = identify();
    const std::uint16_t good = identify();
    nvme::DataPdu pdu;
    pdu.cccid = bad;
    pdu.data = Bytes(2048, 1);
    Bytes bytes = nvme::encode(pdu, format);
    bytes.back() ^= 1U;
    receive_bytes(bytes);
    data(bad, 2048, Bytes(2048, 2), true);
    respond(bad);
    data(good, 0, Bytes(4096, 3), true);
    respond(good);
    const Failure failure = command_failure(bad);
    EXPECT_EQ(failure.code, Errc::digest);
    EXPECT_THAT(failure.cause, HasSubstr("data digest"));
    EXPECT_EQ(result(good).data.size(), 4096U);
    EXPECT_FALSE(session->failure());
}

TEST_F(SessionTest, FailsTheCommandWhenTheOnlyDataPduHasSuccessAndAWrongDigest) {
    start({.data_digest = true}, 2);
    const std::uint16_t cid = identify();
    nvme::DataPdu pdu;
    pdu.cccid = cid;
    pdu.last = true;
    pdu.success = true;
    pdu.data = Bytes(4096, 1);
    Bytes bytes = nvme::encode(pdu, format);
    bytes.back() ^= 1U;
    receive_bytes(bytes);
    EXPECT_EQ(command_failure(cid).code, Errc::digest);
    EXPECT_FALSE(session->failure());
}

TEST_F(SessionTest, RejectsAWrongDataDigestForAnUnknownCommand) {
    start({.data_digest = true}, 2);
    nvme::DataPdu pdu;
    pdu.cccid = 4;
    pdu.data = Bytes(16, 1);
    Bytes bytes = nvme::encode(pdu, format);
    bytes.back() ^= 1U;
    receive_bytes(bytes);
    expect_violation(Errc::digest, nvme::Fes::invalid_header_field, 8, "data digest");
}

/// C2HData whose data digest is wrong.
struct BrokenData : nvme::DataPdu {
    BrokenData(std::uint16_t command, std::uint32_t offset, std::uint32_t length,
               bool is_last = false) {
        cccid = command;
        datao = offset;
        last = is_last;
        data = Bytes(length, 1);
    }
    [[nodiscard]] Bytes bytes(const nvme::PduFormat& format) const {
        Bytes encoded = nvme::encode(static_cast<const nvme::DataPdu&>(*this), format);
        encoded.back() ^= 1U;
        return encoded;
    }
};

TEST_F(SessionTest, FailsOnlyTheCommandWithSeveralWrongDataDigests) {
    start({.data_digest = true}, 2);
    const std::uint16_t good = identify();
    const std::uint16_t bad = identify();
    EXPECT_NE(bad, 0U);
    receive_bytes(BrokenData(bad, 0, 2048).bytes(format));
    receive_bytes(BrokenData(bad, 2048, 2048, true).bytes(format));
    EXPECT_FALSE(session->has_completion()) << "its response is still to come";
    respond(bad);
    const Failure failure = command_failure(bad);
    EXPECT_EQ(failure.code, Errc::digest);
    EXPECT_EQ(failure.cause, "the data digest of the answer is wrong");
    data(good, 0, Bytes(4096, 3), true);
    respond(good);
    EXPECT_EQ(result(good).data, Bytes(4096, 3));
    EXPECT_FALSE(session->failure());
}

TEST_F(SessionTest, RejectsAWrongDataDigestAfterTheLastData) {
    start({.data_digest = true}, 2);
    const std::uint16_t cid = identify();
    data(cid, 0, Bytes(2048), true);
    receive_bytes(BrokenData(cid, 2048, 2048).bytes(format));
    expect_violation(Errc::digest, nvme::Fes::invalid_header_field, 8, "reads no such data");
}

TEST_F(SessionTest, RejectsAWrongDataDigestForACommandThatReadsNone) {
    start({.data_digest = true}, 2);
    const std::uint16_t cid = submit(nvme::keep_alive_command());
    receive_bytes(BrokenData(cid, 0, 4).bytes(format));
    expect_violation(Errc::digest, nvme::Fes::invalid_header_field, 8, "reads no such data");
    EXPECT_EQ(command_failure(cid).code, Errc::digest);
}

TEST_F(SessionTest, CountsDataWithAWrongDigestUpToWhatWasAskedFor) {
    start({.data_digest = true}, 2);
    const std::uint16_t cid = identify();
    data(cid, 0, Bytes(2048));
    receive_bytes(BrokenData(cid, 2048, 4096).bytes(format));
    EXPECT_FALSE(session->failure());
    data(cid, 4096, Bytes(4));
    expect_violation(Errc::unexpected, nvme::Fes::data_out_of_range, 0,
                     "reaches to byte 4100, but 4096 bytes were asked for");
}

TEST_F(SessionTest, RejectsAPduWithoutItsDigest) {
    start({.header_digest = true}, 1);
    format = {};
    Bytes bytes = nvme::encode(nvme::CapsuleResp{}, {});
    receive_bytes(bytes);
    ASSERT_TRUE(session->failure());
    EXPECT_THAT(session->failure()->cause, HasSubstr("without the header digest"));
}

} // namespace
} // namespace haoh::fabric::test
