// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fabric/session.hpp"

#include <haoh/nvme/fabrics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::fabric {
namespace {

using namespace std::chrono_literals;
using nvme::Bytes;
using testing::HasSubstr;

/// A session, a clock that only moves when told, and the other end's bytes.
class SessionTest : public testing::Test {
  protected:
    void start(SessionOptions options = {}, std::uint8_t dgst = 0, std::uint8_t cpda = 0,
               std::uint32_t maxh2cdata = 131072) {
        session.emplace(options);
        session->start(now, now + 1s);
        drop_output();
        receive(nvme::IcResp{.pfv = 0, .cpda = cpda, .dgst = dgst, .maxh2cdata = maxh2cdata});
        format = {.header_digest = (dgst & 1U) != 0, .data_digest = (dgst & 2U) != 0};
        ASSERT_TRUE(session->ready());
    }

    void drop_output() { static_cast<void>(session->take_output()); }
    void receive(const nvme::Pdu& pdu) { receive_bytes(nvme::encode(pdu, format)); }
    void receive_bytes(const Bytes& bytes) { session->receive(bytes, now); }

    std::uint16_t submit(nvme::AdminCommand command, std::chrono::milliseconds timeout = 1s) {
        EXPECT_TRUE(session->can_submit());
        return session->submit(std::move(command), now, now + timeout);
    }
    std::uint16_t identify() { return submit(nvme::identify_controller_command()); }

    void data(std::uint16_t cid, std::uint32_t offset, Bytes bytes, bool last = false,
              bool success = false) {
        nvme::DataPdu pdu;
        pdu.cccid = cid;
        pdu.datao = offset;
        pdu.last = last;
        pdu.success = success;
        pdu.data = std::move(bytes);
        receive(pdu);
    }
    void respond(std::uint16_t cid, std::uint16_t status = 0, std::uint64_t dword01 = 0) {
        nvme::CompletionEntry entry;
        entry.cid = cid;
        entry.status.value = status;
        entry.dword01 = dword01;
        receive(nvme::CapsuleResp{.cqe = nvme::encode_cqe(entry)});
    }

    /// What the session wants to send, decoded.
    std::vector<nvme::Pdu> sent() {
        nvme::PduReader reader(false, kMaxTransfer);
        reader.set_format(format);
        reader.feed(session->take_output());
        std::vector<nvme::Pdu> pdus;
        while (auto item = reader.next()) {
            if (auto* const error = std::get_if<nvme::PduError>(&*item)) {
                ADD_FAILURE() << error->text;
                break;
            }
            pdus.push_back(std::get<nvme::Pdu>(*item));
        }
        EXPECT_EQ(reader.pending(), 0U);
        return pdus;
    }

    /// The result of the next completion. \pre there is one, and it is none of a failure
    nvme::AdminResult result(std::uint16_t cid) {
        const auto completion = session->take_completion();
        if (!completion || !std::holds_alternative<nvme::AdminResult>(completion->outcome)) {
            ADD_FAILURE() << "no result";
            return {};
        }
        EXPECT_EQ(completion->cid, cid);
        return std::get<nvme::AdminResult>(completion->outcome);
    }
    /// The failure of the next completion. \pre there is one
    Failure command_failure(std::uint16_t cid) {
        const auto completion = session->take_completion();
        if (!completion || !std::holds_alternative<Failure>(completion->outcome)) {
            ADD_FAILURE() << "no failure";
            return {};
        }
        EXPECT_EQ(completion->cid, cid);
        return std::get<Failure>(completion->outcome);
    }

    /// The session has failed like this, and tells the peer so.
    void expect_violation(Errc code, nvme::Fes fes, std::uint32_t fei, const std::string& text) {
        ASSERT_TRUE(session->failure());
        EXPECT_EQ(session->failure()->code, code);
        EXPECT_THAT(session->failure()->cause, HasSubstr(text));
        const auto pdus = sent();
        ASSERT_FALSE(pdus.empty());
        const auto* const request = std::get_if<nvme::TermReq>(&pdus.back());
        ASSERT_NE(request, nullptr);
        EXPECT_TRUE(request->from_host);
        EXPECT_EQ(request->fes, static_cast<std::uint16_t>(fes));
        EXPECT_EQ(request->fei, fei);
    }

    std::optional<Session> session;
    nvme::PduFormat format;
    TimePoint now{TimePoint{} + 1h};
};

// ---- connecting

TEST_F(SessionTest, BeginsWithIcReq) {
    session.emplace(SessionOptions{.header_digest = true, .data_digest = true});
    session->start(now, now + 1s);
    Bytes expected(128);
    expected[2] = 128;  // HLEN
    expected[4] = 128;  // PLEN
    expected[11] = 0x3; // header and data digest
    EXPECT_EQ(session->take_output(), expected);
    EXPECT_FALSE(session->ready());
    EXPECT_FALSE(session->can_submit());
    EXPECT_EQ(session->next_deadline(), now + 1s);
}

TEST_F(SessionTest, IsReadyAfterIcRespAndSendsAPlainCapsule) {
    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    drop_output();
    Bytes icresp(128);
    icresp[0] = 0x01;
    icresp[2] = 128;
    icresp[4] = 128;
    icresp[13] = 0x10; // MAXH2CDATA 4096
    receive_bytes(icresp);
    ASSERT_TRUE(session->ready());
    EXPECT_EQ(session->negotiated().maxh2cdata, 4096U);
    EXPECT_EQ(session->next_deadline(), TimePoint::max());

    submit(nvme::property_get_command(nvme::property::cap, 8));
    Bytes capsule(72);
    capsule[0] = 0x04;
    capsule[2] = 72;
    capsule[4] = 72;
    capsule[8] = 0x7F;      // Fabrics
    capsule[9] = 0x40;      // PSDT: SGL
    capsule[12] = 0x04;     // Property Get
    capsule[8 + 39] = 0x5A; // transport data block
    capsule[8 + 40] = 0x01; // 8 bytes
    EXPECT_EQ(session->take_output(), capsule);
    EXPECT_FALSE(session->has_output());
}

TEST_F(SessionTest, ReadsIcRespByteByByte) {
    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    const Bytes icresp = nvme::encode(nvme::IcResp{.maxh2cdata = 8192}, {});
    for (const std::uint8_t byte : icresp) {
        EXPECT_FALSE(session->ready());
        receive_bytes({byte});
    }
    EXPECT_TRUE(session->ready());
}

TEST_F(SessionTest, UsesTheDigestsThatTheTargetAgreesTo) {
    start({.header_digest = true, .data_digest = true}, 1);
    EXPECT_TRUE(session->negotiated().header_digest);
    EXPECT_FALSE(session->negotiated().data_digest);
    identify();
    EXPECT_EQ(session->take_output().size(), 72U + 4U);
}

TEST_F(SessionTest, RejectsADigestThatWasNotAskedFor) {
    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    drop_output();
    receive(nvme::IcResp{.dgst = 2, .maxh2cdata = 4096});
    expect_violation(Errc::malformed, nvme::Fes::invalid_header_field, 11, "data digest");
}

TEST_F(SessionTest, RejectsAnotherPduFormatVersion) {
    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    drop_output();
    receive(nvme::IcResp{.pfv = 1, .maxh2cdata = 4096});
    expect_violation(Errc::unsupported, nvme::Fes::unsupported_parameter, 8,
                     "PDU format version 1");
}

TEST_F(SessionTest, RejectsAnImpossibleMaxh2cdata) {
    for (const std::uint32_t value : {0U, 4092U, 4098U, 0xFFFFFFFFU}) {
        session.emplace(SessionOptions{});
        session->start(now, now + 1s);
        drop_output();
        receive(nvme::IcResp{.maxh2cdata = value});
        expect_violation(Errc::malformed, nvme::Fes::invalid_header_field, 12, "MAXH2CDATA");
    }
}

TEST_F(SessionTest, RejectsASecondIcResp) {
    start();
    receive(nvme::IcResp{.maxh2cdata = 4096});
    expect_violation(Errc::unexpected, nvme::Fes::sequence_error, 0, "a second ICResp");
}

TEST_F(SessionTest, RejectsAnotherPduBeforeIcResp) {
    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    drop_output();
    // The first byte of a CapsuleResp (05h) begins no answer to ICReq at all.
    respond(0);
    ASSERT_TRUE(session->failure());
    EXPECT_THAT(session->failure()->cause, HasSubstr("not NVMe/TCP"));
    EXPECT_FALSE(session->has_output());
}

TEST_F(SessionTest, RejectsBytesGluedToIcResp) {
    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    drop_output();
    Bytes bytes = nvme::encode(nvme::IcResp{.maxh2cdata = 4096}, {});
    bytes.push_back(5);
    receive_bytes(bytes);
    expect_violation(Errc::unexpected, nvme::Fes::sequence_error, 0, "more than ICResp");
}

TEST_F(SessionTest, GivesUpWithoutIcResp) {
    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    session->advance(now + 999ms);
    EXPECT_FALSE(session->failure());
    session->advance(now + 1s);
    ASSERT_TRUE(session->failure());
    EXPECT_EQ(session->failure()->code, Errc::timed_out);
    EXPECT_THAT(session->failure()->cause, HasSubstr("no ICResp"));
}

TEST_F(SessionTest, SaysHowFarIcRespCame) {
    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    Bytes icresp = nvme::encode(nvme::IcResp{.maxh2cdata = 4096}, {});
    icresp.resize(20);
    receive_bytes(icresp);
    session->advance(now + 1s);
    ASSERT_TRUE(session->failure());
    EXPECT_THAT(session->failure()->cause, HasSubstr("stopped after 20 bytes"));
}

TEST_F(SessionTest, NamesAPeerThatSpeaksSomethingElse) {
    const auto failure_of = [&](std::string_view text) {
        session.emplace(SessionOptions{});
        session->start(now, now + 1s);
        drop_output();
        receive_bytes(Bytes(text.begin(), text.end()));
        EXPECT_FALSE(session->has_output()) << "a stranger gets no termination request";
        return session->failure() ? session->failure()->cause + session->failure()->advice
                                  : std::string("none");
    };
    EXPECT_THAT(failure_of("SSH-2.0-OpenSSH_9.2p1 Debian\r\n"),
                HasSubstr("the peer says \"SSH-2.0-OpenSSH_9.2p1 Debian\""));
    EXPECT_THAT(failure_of("HTTP/1.1 400 Bad Request\r\nServer: x\r\n"),
                HasSubstr("\"HTTP/1.1 400 Bad Request\""));
    EXPECT_THAT(failure_of("HTTP/1.1 400 Bad Request\r\n"), HasSubstr("4420"));
    EXPECT_THAT(failure_of("\x15\x03\x01"), HasSubstr("TLS"));
    EXPECT_THAT(failure_of(std::string_view("\x4a\0\0\0\x0a", 5)), HasSubstr("4a0000000a"));
}

TEST_F(SessionTest, SaysThatThePeerClosedBeforeIcResp) {
    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    session->end_of_stream();
    ASSERT_TRUE(session->failure());
    EXPECT_EQ(session->failure()->code, Errc::closed);
    EXPECT_THAT(session->failure()->cause, HasSubstr("without answering ICReq"));
}

TEST_F(SessionTest, ReportsATerminationRequest) {
    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    drop_output();
    nvme::TermReq request;
    request.fes = 6;
    request.fei = 10;
    request.data = Bytes(24);
    receive(request);
    ASSERT_TRUE(session->failure());
    EXPECT_EQ(session->failure()->code, Errc::terminated);
    EXPECT_THAT(session->failure()->cause, HasSubstr("unsupported parameter"));
    EXPECT_THAT(session->failure()->cause, HasSubstr("for byte 10 of our ICReq PDU"));
    EXPECT_FALSE(session->has_output());
}

// ---- commands

TEST_F(SessionTest, DeliversDataAndStatus) {
    start();
    const std::uint16_t cid = identify();
    data(cid, 0, Bytes(4096, 0xAB), true);
    EXPECT_FALSE(session->take_completion());
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
    EXPECT_FALSE(session->take_completion());
    EXPECT_FALSE(session->can_submit());
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

TEST_F(SessionTest, RejectsAPduWithoutItsDigest) {
    start({.header_digest = true}, 1);
    format = {};
    Bytes bytes = nvme::encode(nvme::CapsuleResp{}, {});
    receive_bytes(bytes);
    ASSERT_TRUE(session->failure());
    EXPECT_THAT(session->failure()->cause, HasSubstr("without the header digest"));
}

// ---- time

TEST_F(SessionTest, FailsACommandThatIsNotAnsweredAndGoesOn) {
    start();
    const std::uint16_t stuck = submit(nvme::identify_controller_command(), 300ms);
    EXPECT_EQ(session->next_deadline(), now + 300ms);
    const std::uint16_t other = submit(nvme::identify_controller_command(), 500ms);
    now += 100ms;
    respond(other);
    EXPECT_TRUE(result(other).status.ok());
    now += 200ms;
    session->advance(now);
    const Failure failure = command_failure(stuck);
    EXPECT_EQ(failure.code, Errc::timed_out);
    EXPECT_THAT(failure.cause, HasSubstr("no answer within 300 ms"));
    EXPECT_FALSE(session->failure());
    EXPECT_EQ(session->next_deadline(), TimePoint::max());

    // Its late answer is swallowed, data and all, and only then its identifier is free.
    data(stuck, 0, Bytes(4096), true);
    respond(stuck);
    EXPECT_FALSE(session->failure());
    EXPECT_FALSE(session->take_completion());
    const std::uint16_t next = identify();
    respond(next);
    EXPECT_TRUE(result(next).status.ok());
}

TEST_F(SessionTest, GivesUpAConnectionOnWhichNothingComes) {
    start();
    const std::uint16_t first = submit(nvme::identify_controller_command(), 300ms);
    const std::uint16_t second = submit(nvme::identify_controller_command(), 300ms);
    const std::uint16_t third = submit(nvme::identify_controller_command(), 800ms);
    now += 300ms;
    session->advance(now);
    EXPECT_EQ(command_failure(first).code, Errc::timed_out);
    EXPECT_EQ(command_failure(second).code, Errc::timed_out);
    ASSERT_TRUE(session->failure());
    EXPECT_EQ(session->failure()->code, Errc::timed_out);
    EXPECT_THAT(session->failure()->cause, HasSubstr("nothing came for 300 ms"));
    EXPECT_EQ(command_failure(third).code, Errc::timed_out);
}

TEST_F(SessionTest, GivesUpAConnectionThatStopsInsideAPdu) {
    start();
    const std::uint16_t cid = submit(nvme::identify_controller_command(), 300ms);
    now += 10ms;
    nvme::DataPdu pdu;
    pdu.cccid = cid;
    pdu.data = Bytes(4096);
    Bytes bytes = nvme::encode(pdu, format);
    bytes.resize(100);
    receive_bytes(bytes);
    now += 290ms;
    session->advance(now);
    const Failure failure = command_failure(cid);
    EXPECT_THAT(failure.cause, HasSubstr("in the middle of a PDU after 100 bytes"));
    ASSERT_TRUE(session->failure());
    EXPECT_EQ(session->failure()->code, Errc::timed_out);
}

TEST_F(SessionTest, GivesUpWhenEveryEntryIsTakenByUnansweredCommands) {
    start({.queue_size = 2});
    const std::uint16_t cid = submit(nvme::identify_controller_command(), 300ms);
    now += 300ms;
    session->advance(now);
    EXPECT_EQ(command_failure(cid).code, Errc::timed_out);
    EXPECT_TRUE(session->failure());
}

TEST_F(SessionTest, SwallowsTheAnswerOfAnAbandonedCommand) {
    start();
    const std::uint16_t cid = identify();
    session->abandon(cid);
    std::vector<std::uint16_t> others;
    while (session->can_submit()) {
        others.push_back(identify());
    }
    EXPECT_EQ(others.size(), session->depth() - 1); // its entry is not free yet
    EXPECT_THAT(others, testing::Not(testing::Contains(cid)));
    data(cid, 0, Bytes(4096), true);
    respond(cid);
    EXPECT_FALSE(session->take_completion());
    EXPECT_FALSE(session->failure());
    EXPECT_TRUE(session->can_submit());
}

TEST_F(SessionTest, KeepsTheControllerAlive) {
    start();
    session->start_keep_alive(10s, now);
    EXPECT_EQ(session->next_deadline(), now + 5s);
    drop_output();
    now += 5s;
    session->advance(now);
    auto pdus = sent();
    ASSERT_EQ(pdus.size(), 1U);
    const nvme::SubmissionEntry entry = nvme::decode_sqe(std::get<nvme::CapsuleCmd>(pdus[0]).sqe);
    EXPECT_EQ(entry.opcode, nvme::opcode::keep_alive);
    EXPECT_EQ(session->next_deadline(), now + 10s);
    respond(entry.cid);
    EXPECT_EQ(session->next_deadline(), now + 5s);
    EXPECT_FALSE(session->take_completion()) << "nobody asked for it";
}

TEST_F(SessionTest, KeepsTheControllerAliveAlthoughTheQueueIsFull) {
    start();
    session->start_keep_alive(10s, now);
    while (session->can_submit()) {
        submit(nvme::identify_controller_command(), 1h);
    }
    drop_output();
    now += 5s;
    session->advance(now);
    EXPECT_EQ(sent().size(), 1U);
}

TEST_F(SessionTest, FailsWhenKeepAliveIsNotAnswered) {
    start();
    session->start_keep_alive(10s, now);
    now += 5s;
    session->advance(now);
    now += 10s;
    session->advance(now);
    ASSERT_TRUE(session->failure());
    EXPECT_EQ(session->failure()->code, Errc::timed_out);
}

TEST_F(SessionTest, StopsKeepAliveWhereTheControllerHasNone) {
    start();
    session->start_keep_alive(10s, now);
    drop_output();
    now += 5s;
    session->advance(now);
    const auto pdus = sent();
    ASSERT_EQ(pdus.size(), 1U);
    respond(nvme::decode_sqe(std::get<nvme::CapsuleCmd>(pdus[0]).sqe).cid,
            nvme::status::invalid_opcode);
    EXPECT_FALSE(session->failure());
    EXPECT_EQ(session->next_deadline(), TimePoint::max());
}

// ---- asynchronous events

TEST_F(SessionTest, DeliversEventsAndAsksForMore) {
    start();
    ASSERT_TRUE(session->start_events(now));
    auto pdus = sent();
    ASSERT_EQ(pdus.size(), 1U);
    nvme::SubmissionEntry entry = nvme::decode_sqe(std::get<nvme::CapsuleCmd>(pdus[0]).sqe);
    EXPECT_EQ(entry.opcode, nvme::opcode::async_event_request);
    EXPECT_EQ(session->next_deadline(), TimePoint::max()) << "an event may take any time";
    respond(entry.cid, 0, 0x000C0302);
    const auto event = session->take_event();
    ASSERT_TRUE(event);
    EXPECT_TRUE(event->ana_change());
    EXPECT_EQ(event->log_page, 0x0C);
    pdus = sent();
    ASSERT_EQ(pdus.size(), 1U) << "one is outstanding again";
    EXPECT_FALSE(session->take_event());
}

TEST_F(SessionTest, EventRequestsTakeNoEntryFromCommands) {
    start();
    ASSERT_TRUE(session->start_events(now));
    std::size_t count = 0;
    while (session->can_submit()) {
        identify();
        ++count;
    }
    EXPECT_EQ(count, session->depth());
}

TEST_F(SessionTest, ReportsARefusedEventRequest) {
    start();
    ASSERT_TRUE(session->start_events(now));
    const auto pdus = sent();
    ASSERT_EQ(pdus.size(), 1U);
    respond(nvme::decode_sqe(std::get<nvme::CapsuleCmd>(pdus[0]).sqe).cid,
            nvme::status::aer_limit_exceeded);
    ASSERT_TRUE(session->events_refused());
    EXPECT_EQ(session->events_refused()->code(), nvme::status::aer_limit_exceeded);
    EXPECT_TRUE(sent().empty()) << "it is not asked again";
    EXPECT_FALSE(session->failure());
}

TEST_F(SessionTest, BoundsTheEventsThatNobodyTakes) {
    start();
    ASSERT_TRUE(session->start_events(now));
    std::size_t delivered = 0;
    for (; delivered < 1000; ++delivered) {
        const auto pdus = sent();
        if (pdus.empty()) {
            break;
        }
        respond(nvme::decode_sqe(std::get<nvme::CapsuleCmd>(pdus[0]).sqe).cid, 0, 2);
    }
    EXPECT_EQ(delivered, 256U);
    EXPECT_TRUE(session->take_event());
    EXPECT_EQ(sent().size(), 1U) << "there is room again";
}

// ---- the end

TEST_F(SessionTest, FailsAllCommandsWhenThePeerCloses) {
    start();
    const std::uint16_t first = identify();
    const std::uint16_t second = identify();
    session->abandon(second);
    session->end_of_stream();
    const Failure failure = command_failure(first);
    EXPECT_EQ(failure.code, Errc::closed);
    EXPECT_THAT(failure.cause, HasSubstr("the peer closed the connection"));
    EXPECT_FALSE(session->take_completion());
}

TEST_F(SessionTest, SaysThatThePeerClosedInsideAPdu) {
    start();
    identify();
    receive_bytes({0x05, 0, 24});
    session->end_of_stream();
    ASSERT_TRUE(session->failure());
    EXPECT_THAT(session->failure()->cause, HasSubstr("in the middle of a PDU, after 3 bytes"));
}

TEST_F(SessionTest, ReportsATerminationRequestOfARunningConnection) {
    start();
    const std::uint16_t cid = identify();
    nvme::TermReq request;
    request.fes = 2;
    receive(request);
    EXPECT_EQ(command_failure(cid).code, Errc::terminated);
    EXPECT_THAT(session->failure()->cause, HasSubstr("PDU sequence error"));
}

TEST_F(SessionTest, DoesNotAnswerAMalformedTerminationRequest) {
    start();
    Bytes bytes = nvme::encode(nvme::TermReq{}, {});
    bytes[4] = 200; // PLEN
    receive_bytes(bytes);
    ASSERT_TRUE(session->failure());
    EXPECT_EQ(session->failure()->code, Errc::terminated);
    EXPECT_THAT(session->failure()->cause, HasSubstr("malformed termination request"));
    EXPECT_FALSE(session->has_output());
}

} // namespace
} // namespace haoh::fabric
