// SPDX-License-Identifier: LGPL-2.1-or-later
// What a session keeps count of: entries of the queue, command identifiers, time, what it says.
#include "session_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace haoh::fabric::test {
namespace {

using namespace std::chrono_literals;
using nvme::Bytes;
using testing::HasSubstr;

/// Of the only command among what a session sent.
std::uint16_t only_cid(const std::vector<nvme::Pdu>& pdus) {
    EXPECT_EQ(pdus.size(), 1U);
    return pdus.empty() ? std::uint16_t{0xFFFF}
                        : nvme::decode_sqe(std::get<nvme::CapsuleCmd>(pdus[0]).sqe).cid;
}

std::uint8_t opcode_of(const nvme::Pdu& pdu) {
    return nvme::decode_sqe(std::get<nvme::CapsuleCmd>(pdu).sqe).opcode;
}

/// ICReq sent, no answer yet.
struct ConnectingSessionTest : SessionTest {
    void begin(SessionOptions options = {}) {
        format = {};
        session.emplace(options);
        session->start(now, now + 1s);
        drop_output();
    }
    std::string failure_of(const nvme::Pdu& answer, SessionOptions options = {}) {
        begin(options);
        receive(answer);
        EXPECT_FALSE(session->ready());
        return session->failure() != nullptr ? session->failure()->cause : "none";
    }
};

// ---- entries of the queue

TEST_F(SessionTest, KeepsEntriesBackWhereTheQueueIsLargeEnough) {
    const auto depth_of = [](std::uint16_t entries) {
        return Session(SessionOptions{.queue_size = entries}).depth();
    };
    // One entry of a queue always stays empty.
    EXPECT_EQ(depth_of(2), 1U);
    EXPECT_EQ(depth_of(3), 2U);
    EXPECT_EQ(depth_of(4), 3U);
    EXPECT_EQ(depth_of(5), 2U) << "4 entries: Keep Alive and an event request have theirs";
    EXPECT_EQ(depth_of(6), 3U);
    EXPECT_EQ(Session(SessionOptions{}).depth(), 29U) << "32 entries unless told otherwise";
    // What an admin queue can have: 2 to 4096.
    EXPECT_EQ(depth_of(4096), 4093U);
    EXPECT_EQ(depth_of(4097), 4093U);
    EXPECT_EQ(depth_of(0xFFFF), 4093U);
    EXPECT_EQ(depth_of(1), 1U);
    EXPECT_EQ(depth_of(0), 1U);
}

TEST_F(SessionTest, HasRoomForEventsInAQueueOfTwoCommands) {
    start({.queue_size = 3});
    EXPECT_TRUE(session->start_events(now));
    EXPECT_EQ(only_cid(sent()), 0U);
    EXPECT_TRUE(session->can_submit());
    const std::uint16_t cid = identify();
    EXPECT_FALSE(session->can_submit()) << "depth is 2, but one entry has the event request";
    respond(cid);
    EXPECT_TRUE(session->can_submit());
}

TEST_F(SessionTest, AsksForEventsAsSoonAsThereIsRoom) {
    start({.queue_size = 3});
    const std::uint16_t cid = identify();
    identify();
    drop_output();
    EXPECT_TRUE(session->start_events(now));
    EXPECT_FALSE(session->has_output());
    respond(cid);
    const auto pdus = sent();
    ASSERT_EQ(pdus.size(), 1U);
    EXPECT_EQ(opcode_of(pdus[0]), nvme::opcode::async_event_request);
}

TEST_F(SessionTest, SendsADueKeepAliveAsSoonAsThereIsRoom) {
    start({.queue_size = 2});
    session->start_keep_alive(10s, now);
    const std::uint16_t cid = submit(nvme::identify_controller_command(), 1h);
    drop_output();
    EXPECT_EQ(session->next_deadline(), now + 1h) << "it cannot be sent before";
    now += 5s;
    session->advance(now);
    EXPECT_FALSE(session->has_output());
    now += 1s;
    respond(cid);
    const auto pdus = sent();
    ASSERT_EQ(pdus.size(), 1U);
    EXPECT_EQ(opcode_of(pdus[0]), nvme::opcode::keep_alive);
    EXPECT_EQ(session->next_deadline(), now + 10s);
}

TEST_F(SessionTest, CountsOnlyTheCallersCommands) {
    start();
    session->start_keep_alive(10s, now);
    ASSERT_TRUE(session->start_events(now));
    const std::uint16_t event = only_cid(sent());
    respond(event, 0, 2);
    drop_output();
    now += 5s;
    session->advance(now);
    respond(only_cid(sent()));
    EXPECT_FALSE(session->has_completion());
    std::set<std::uint16_t> cids;
    std::size_t count = 0;
    for (; session->can_submit(); ++count) {
        cids.insert(identify());
    }
    EXPECT_EQ(count, session->depth());
    EXPECT_EQ(cids.size(), count);
}

TEST_F(SessionTest, SharesNoEntryWithTheNextEventRequest) {
    start();
    ASSERT_TRUE(session->start_events(now));
    respond(only_cid(sent()), 0, 2);
    const std::uint16_t event = only_cid(sent());
    EXPECT_NE(identify(), event);
    EXPECT_EQ(session->events_refused(), nullptr);
    EXPECT_TRUE(session->take_event());
}

TEST_F(SessionTest, IgnoresAnUnknownCommandThatIsAbandoned) {
    start();
    const std::uint16_t cid = identify();
    session->abandon(static_cast<std::uint16_t>(cid + 1));
    session->abandon(0xFFFF);
    respond(cid);
    EXPECT_TRUE(result(cid).status.ok());
}

TEST_F(SessionTest, SaysWhereTheControllersQueueIs) {
    start();
    nvme::CompletionEntry entry;
    entry.cid = identify();
    entry.sqhd = 0x1234;
    entry.sqid = 7;
    receive(nvme::CapsuleResp{.cqe = nvme::encode_cqe(entry)});
    EXPECT_EQ(session->sqhd(), 0x1234);
}

// ---- command identifiers

TEST_F(SessionTest, TellsAnsweredCommandsFromThoseThatNeverWere) {
    const auto complaint = [&](std::uint16_t cid) {
        start({.queue_size = 32});
        identify();
        const std::uint16_t answered = identify();
        EXPECT_EQ(answered, 1U);
        respond(answered);
        respond(cid);
        EXPECT_FALSE(session->ready());
        return session->failure() != nullptr ? session->failure()->cause : "none";
    };
    EXPECT_EQ(complaint(0x0001),
              "a response came for command identifier 0001h, which was answered before");
    for (const auto& [cid, text] : std::vector<std::pair<std::uint16_t, std::string>>{
             {0x0009, "0009h"},    // an entry that had no command yet
             {0xF009, "F009h"},    // nor in the round before the first
             {0x5001, "5001h"},    // used, but not in this round
             {0x001F, "001Fh"}}) { // the first beyond the queue
        EXPECT_EQ(complaint(cid),
                  "a response came for command identifier " + text + ", which is not outstanding");
    }
}

TEST_F(SessionTest, KnowsAnAnsweredCommandOfALaterRound) {
    start({.queue_size = 2});
    for (int round = 0; round < 3; ++round) {
        respond(identify());
    }
    drop_output();
    respond(0x2000);
    expect_violation(Errc::unexpected, nvme::Fes::invalid_header_field, 20,
                     "2000h, which was answered before");
}

TEST_F(SessionTest, CompletesWithTheCommandThatItBelongsTo) {
    start({.data_digest = true}, 2);
    nvme::AdminCommand command;
    command.opcode = nvme::opcode::get_log_page;
    command.nsid = 0x01020304;
    command.cdw = {1, 2, 3, 4, 5, 6};
    command.data_in = 512;
    const auto check = [&](const Completion& completion) {
        EXPECT_EQ(completion.command.opcode, 0x02);
        EXPECT_EQ(completion.command.nsid, 0x01020304U);
        EXPECT_EQ(completion.command.cdw, command.cdw);
        EXPECT_EQ(completion.command.data_in, 512U);
        EXPECT_TRUE(completion.command.data_out.empty());
    };
    respond(submit(command));
    check(next_completion());
    const std::uint16_t late = submit(command, 100ms);
    const std::uint16_t last = submit(command);
    EXPECT_NE(late, last);
    now += 100ms;
    session->advance(now);
    check(next_completion());
    EXPECT_FALSE(session->failure()) << "one without an answer is its own misfortune";
    session->end_of_stream();
    check(next_completion());
}

// ---- time

TEST_F(SessionTest, IsPatientWithOneSilentCommand) {
    start();
    now += 10ms;
    const std::uint16_t cid = submit(nvme::identify_controller_command(), 300ms);
    now += 300ms;
    session->advance(now);
    EXPECT_EQ(command_failure(cid).cause, "no answer within 300 ms");
    EXPECT_FALSE(session->failure());
    EXPECT_TRUE(session->can_submit());
}

TEST_F(SessionTest, IsPatientWhileSomethingComes) {
    start();
    const std::uint16_t first = submit(nvme::identify_controller_command(), 300ms);
    const std::uint16_t second = submit(nvme::identify_controller_command(), 300ms);
    const std::uint16_t third = submit(nvme::identify_controller_command(), 800ms);
    now += 100ms;
    respond(third);
    EXPECT_TRUE(result(third).status.ok());
    now += 200ms;
    session->advance(now);
    EXPECT_EQ(command_failure(first).code, Errc::timed_out);
    EXPECT_EQ(command_failure(second).code, Errc::timed_out);
    EXPECT_FALSE(session->failure());
}

TEST_F(SessionTest, WhatIsSentIsNoSignOfLife) {
    start();
    now += 10ms;
    submit(nvme::identify_controller_command(), 300ms);
    now += 50ms;
    session->start_keep_alive(1h, now);
    now += 50ms;
    submit(nvme::identify_controller_command(), 200ms);
    now += 200ms;
    session->advance(now);
    ASSERT_TRUE(session->failure());
    EXPECT_EQ(session->failure()->cause, "the connection is stuck: nothing came for 310 ms");
}

TEST_F(SessionTest, LivesAsLongAsAnEntryIsLeft) {
    start({.queue_size = 2});
    session->advance(now + 1s);
    EXPECT_FALSE(session->failure()) << "nothing is overdue";
    start({.queue_size = 3});
    const std::uint16_t cid = submit(nvme::identify_controller_command(), 300ms);
    now += 300ms;
    session->advance(now);
    EXPECT_EQ(command_failure(cid).code, Errc::timed_out);
    EXPECT_FALSE(session->failure());
    EXPECT_TRUE(session->can_submit());
}

TEST_F(SessionTest, IsStuckInsideAPduAfterHalfTheTimeOfACommand) {
    for (const bool long_enough : {true, false}) {
        start();
        const std::uint16_t cid = submit(nvme::identify_controller_command(), 300ms);
        now += long_enough ? 150ms : 151ms;
        receive_bytes({0x05});
        now += long_enough ? 150ms : 149ms;
        session->advance(now);
        EXPECT_EQ(command_failure(cid).cause,
                  "no answer within 300 ms, the peer stopped in the middle of a PDU after 1 bytes "
                  "of it");
        EXPECT_EQ(session->failure() != nullptr, long_enough);
    }
}

TEST_F(SessionTest, AnOverdueCommandCostsTheOthersNoTime) {
    start();
    const std::uint16_t late = submit(nvme::identify_controller_command(), 300ms);
    const std::uint16_t slow = submit(nvme::identify_controller_command(), 10s);
    const std::uint16_t quick = submit(nvme::identify_controller_command(), 10s);
    now += 100ms;
    respond(quick);
    EXPECT_TRUE(result(quick).status.ok());
    now += 200ms;
    session->advance(now);
    EXPECT_EQ(command_failure(late).code, Errc::timed_out);
    now += 700ms;
    nvme::CompletionEntry entry;
    entry.cid = slow;
    Bytes bytes = nvme::encode(nvme::CapsuleResp{.cqe = nvme::encode_cqe(entry)}, {});
    receive_bytes(Bytes(bytes.begin(), bytes.begin() + 10));
    now += 1s; // more than half of what `late` had, less than half of what `slow` has
    session->advance(now);
    EXPECT_FALSE(session->failure());
    receive_bytes(Bytes(bytes.begin() + 10, bytes.end()));
    EXPECT_TRUE(result(slow).status.ok());
}

TEST_F(SessionTest, AnAbandonedCommandDoesNotTimeOut) {
    start();
    const std::uint16_t cid = submit(nvme::identify_controller_command(), 300ms);
    session->abandon(cid);
    now += 300ms;
    session->advance(now);
    EXPECT_FALSE(session->has_completion());
    EXPECT_FALSE(session->failure());
}

TEST_F(SessionTest, SendsNoSecondKeepAliveBeforeTheFirstIsAnswered) {
    start();
    session->start_keep_alive(10s, now);
    ASSERT_TRUE(session->start_events(now)); // an outstanding event request makes no difference
    drop_output();
    now += 5s;
    session->advance(now);
    const std::uint16_t cid = only_cid(sent());
    now += 5s;
    session->advance(now);
    EXPECT_FALSE(session->has_output());
    EXPECT_FALSE(session->failure());
    respond(cid);
    EXPECT_EQ(only_cid(sent()) & kCidIndexMask, cid & kCidIndexMask) << "now the next is due";
}

TEST_F(SessionTest, FailsForAKeepAliveWhateverElseIsOverdue) {
    start();
    session->start_keep_alive(10s, now);
    now += 5s;
    session->advance(now);
    const std::uint16_t keep_alive = only_cid(sent());
    now += 1s;
    const std::uint16_t late = submit(nvme::identify_controller_command(), 9s);
    const std::uint16_t quick = submit(nvme::identify_controller_command(), 1h);
    EXPECT_LT(keep_alive, late) << "it comes first in the queue";
    now += 1s;
    respond(quick);
    EXPECT_TRUE(result(quick).status.ok());
    now += 8s;
    session->advance(now);
    EXPECT_TRUE(session->failure());
    EXPECT_EQ(command_failure(late).code, Errc::timed_out);
    EXPECT_FALSE(session->has_completion()) << "nobody asked for the Keep Alive";
}

TEST_F(SessionTest, SendsNoKeepAliveWithoutATimeout) {
    start();
    session->start_keep_alive(0ms, now);
    drop_output();
    EXPECT_EQ(session->next_deadline(), TimePoint::max());
    session->advance(now + 1h);
    EXPECT_FALSE(session->has_output());
    session->start_keep_alive(1ms, now); // the shortest
    EXPECT_NE(session->next_deadline(), TimePoint::max());
}

TEST_F(SessionTest, SendsADueKeepAliveWhenAnEventIsTaken) {
    start();
    session->start_keep_alive(10s, now);
    ASSERT_TRUE(session->start_events(now));
    respond(only_cid(sent()), 0, 2);
    now += 6s;
    identify();
    drop_output();
    EXPECT_TRUE(session->take_event());
    const auto pdus = sent();
    ASSERT_EQ(pdus.size(), 1U);
    EXPECT_EQ(opcode_of(pdus[0]), nvme::opcode::keep_alive);
}

// ---- the end

TEST_F(SessionTest, SendsOnlyTheTerminationRequestAfterAViolation) {
    start();
    session->start_keep_alive(10s, now);
    ASSERT_TRUE(session->start_events(now));
    respond(only_cid(sent()), 0, 2);
    drop_output();
    now += 5s;
    respond(9);
    ASSERT_TRUE(session->failure());
    const auto pdus = sent();
    ASSERT_EQ(pdus.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<nvme::TermReq>(pdus[0]));
    EXPECT_TRUE(session->take_event()) << "it came before";
    EXPECT_FALSE(session->take_event());
    EXPECT_FALSE(session->has_output());
    EXPECT_EQ(session->next_deadline(), TimePoint::max());
}

TEST_F(SessionTest, AsksForNoMoreEventsAfterTheEnd) {
    start();
    ASSERT_TRUE(session->start_events(now));
    for (int i = 0; i < 256; ++i) {
        respond(only_cid(sent()), 0, 2);
    }
    EXPECT_FALSE(session->has_output()) << "as many wait as are kept";
    session->end_of_stream();
    EXPECT_TRUE(session->take_event());
    EXPECT_FALSE(session->has_output());
}

TEST_F(SessionTest, SendsTheHeaderOfWhatItComplainsAbout) {
    start();
    const Bytes response{0x05, 0,    24,   0,    24, 0, 0,    0,     // common header
                         1,    2,    3,    4,    5,  6, 7,    8,     // dwords 0 and 1
                         0x22, 0x11, 0x44, 0x33, 9,  0, 0x06, 0x40}; // SQHD, SQID, CID, status
    drop_output();
    receive_bytes(response);
    Bytes expected{0x02, 0, 24, 0, 48, 0, 0, 0, // H2CTermReq
                   1,    0, 20, 0, 0,  0};      // FES invalid header field, FEI: the CID
    expected.resize(24);
    expected.insert(expected.end(), response.begin(), response.end());
    EXPECT_EQ(session->take_output(), expected);

    start();
    Bytes data{0x07, 0x04, 24, 24, 32, 0, 0, 0,  // C2HData, the last
               3,    0,    0,  0,  0,  0, 0, 0,  // CCCID 3, DATAO 0
               8,    0,    0,  0,  0,  0, 0, 0}; // DATAL 8
    const Bytes header = data;
    data.resize(32, 0xDD);
    receive_bytes(data);
    expected = {0x02, 0, 24, 0, 48, 0, 0, 0, 1, 0, 8, 0, 0, 0};
    expected.resize(24);
    expected.insert(expected.end(), header.begin(), header.end());
    EXPECT_EQ(session->take_output(), expected) << "the header alone";
}

TEST_F(SessionTest, SaysForWhichPduOfOursThePeerEnds) {
    const auto cause = [&](nvme::Fes fes, Bytes header) {
        start();
        nvme::TermReq request;
        request.fes = static_cast<std::uint16_t>(fes);
        request.fei = 9;
        request.data = std::move(header);
        receive(request);
        return session->failure() != nullptr ? session->failure()->cause : "none";
    };
    Bytes capsule(72);
    capsule[0] = 0x04;
    capsule[2] = 72;
    const std::string begin = "the peer ended the connection with the termination request ";
    EXPECT_EQ(cause(nvme::Fes::invalid_header_field, capsule),
              begin + "\"invalid PDU header field\" (for byte 9 of our CapsuleCmd PDU)");
    EXPECT_EQ(cause(nvme::Fes::sequence_error, capsule),
              begin + "\"PDU sequence error\" (for our CapsuleCmd PDU)");
    EXPECT_EQ(cause(nvme::Fes::sequence_error, {}), begin + "\"PDU sequence error\"");
}

TEST_F(SessionTest, SaysHowMuchOfAPduCameBeforeTheEnd) {
    start();
    session->end_of_stream();
    EXPECT_EQ(session->failure()->cause, "the peer closed the connection");
    start();
    receive_bytes({0x05});
    session->end_of_stream();
    EXPECT_EQ(session->failure()->cause,
              "the peer closed the connection in the middle of a PDU, after 1 bytes of it");
}

// ---- connecting

TEST_F(ConnectingSessionTest, AsksForTheDigestsThatAreWanted) {
    const auto dgst = [&](bool header, bool data) {
        session.emplace(SessionOptions{.header_digest = header, .data_digest = data});
        session->start(now, now + 1s);
        EXPECT_TRUE(session->has_output());
        return session->take_output().at(11);
    };
    EXPECT_EQ(dgst(false, false), 0U);
    EXPECT_EQ(dgst(true, false), 1U);
    EXPECT_EQ(dgst(false, true), 2U);
    EXPECT_EQ(dgst(true, true), 3U);
}

TEST_F(ConnectingSessionTest, NamesTheDigestThatWasNotAskedFor) {
    const auto failure = [&](std::uint8_t dgst, SessionOptions options) {
        return failure_of(nvme::IcResp{.dgst = dgst, .maxh2cdata = 4096}, options);
    };
    const std::string header = "ICResp turns on the header digest, which was not asked for";
    const std::string data = "ICResp turns on the data digest, which was not asked for";
    EXPECT_EQ(failure(1, {}), header);
    EXPECT_EQ(failure(2, {}), data);
    EXPECT_EQ(failure(3, {}), header);
    EXPECT_EQ(failure(1, {.data_digest = true}), header);
    EXPECT_EQ(failure(3, {.data_digest = true}), header);
    EXPECT_EQ(failure(2, {.header_digest = true}), data);
    EXPECT_EQ(failure(3, {.header_digest = true}), data);
}

TEST_F(ConnectingSessionTest, IsNotReadyAfterAWrongIcResp) {
    EXPECT_THAT(failure_of(nvme::IcResp{.pfv = 1, .maxh2cdata = 4096}), HasSubstr("version 1"));
    EXPECT_THAT(failure_of(nvme::IcResp{.maxh2cdata = 4095}), HasSubstr("4095 bytes"));
    begin();
    Bytes bytes = nvme::encode(nvme::IcResp{.maxh2cdata = 4096}, {});
    bytes.push_back(5);
    receive_bytes(bytes);
    EXPECT_FALSE(session->ready());
    EXPECT_TRUE(session->failure());
    start();
    receive(nvme::IcResp{.maxh2cdata = 4096}); // the second
    EXPECT_FALSE(session->ready());
    EXPECT_FALSE(session->can_submit());
}

TEST_F(ConnectingSessionTest, HearsNothingBeforeItsStart) {
    session.emplace(SessionOptions{});
    receive(nvme::IcResp{.maxh2cdata = 4096});
    EXPECT_FALSE(session->ready());
    EXPECT_FALSE(session->failure());
    EXPECT_FALSE(session->has_output());
    EXPECT_EQ(session->next_deadline(), TimePoint::max());
    start();
}

TEST_F(ConnectingSessionTest, KeepsWhatIsNotSentYet) {
    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    receive(nvme::IcResp{.maxh2cdata = 4096});
    EXPECT_TRUE(session->ready());
    EXPECT_EQ(session->take_output().size(), 128U) << "ICReq";
}

TEST_F(ConnectingSessionTest, SaysWhatCameInsteadOfIcResp) {
    begin();
    session->advance(now + 1s);
    EXPECT_EQ(session->failure()->cause, "the TCP connection stands, but no ICResp came in time");
    session.emplace(SessionOptions{});
    session->start(now, now + 1s);
    session->advance(now + 1s); // ICReq did not even leave
    EXPECT_EQ(session->failure()->cause, "the TCP connection stands, but no ICResp came in time");
    begin();
    receive_bytes({0x01, 0, 128});
    session->end_of_stream();
    EXPECT_EQ(session->failure()->code, Errc::closed);
    EXPECT_EQ(session->failure()->cause, "the peer closed the connection after 3 bytes of ICResp");
    nvme::TermReq request;
    request.fes = 2;
    EXPECT_EQ(failure_of(request), "the peer ended the connection in answer to ICReq with the "
                                   "termination request \"PDU sequence error\"");
}

} // namespace
} // namespace haoh::fabric::test
