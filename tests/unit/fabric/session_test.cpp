// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fabric/session.hpp"

#include "session_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::fabric::test {
namespace {

using namespace std::chrono_literals;
using nvme::Bytes;
using testing::HasSubstr;

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

TEST_F(SessionTest, SaysThatAPortMayWantTlsWhereItResetsBeforeIcResp) {
    const auto reset = std::make_error_code(std::errc::connection_reset);
    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    session->connection_lost(reset, "reset by peer");
    ASSERT_TRUE(session->failure());
    EXPECT_EQ(session->failure()->code, reset);
    EXPECT_EQ(session->failure()->cause, "the connection was lost: reset by peer");
    EXPECT_THAT(session->failure()->advice, HasSubstr("TLS"));

    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    Bytes icresp = nvme::encode(nvme::IcResp{.maxh2cdata = 4096}, {});
    icresp.resize(20);
    receive_bytes(icresp);
    session->connection_lost(reset, "reset by peer");
    EXPECT_EQ(session->failure()->advice, "") << "it had begun to answer";
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
    EXPECT_FALSE(session->has_completion());
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
    EXPECT_FALSE(session->has_completion());
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
    EXPECT_FALSE(session->has_completion()) << "nobody asked for it";
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
    EXPECT_FALSE(session->has_completion());
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
} // namespace haoh::fabric::test
