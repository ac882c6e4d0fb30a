// SPDX-License-Identifier: LGPL-2.1-or-later
// How much a connection takes and keeps, when it answers, and in which form.
#include "unit/arraysim/host.hpp"

#include <gtest/gtest.h>

namespace haoh::arraysim::test {
namespace {

using namespace std::chrono_literals;
using nvme::Bytes;
using nvme::Fes;
namespace status = nvme::status;

nvme::ConnectParameters parameters_of(Simulator& simulator, std::uint16_t qid = 0,
                                      std::uint16_t cntlid = nvme::kDynamicController) {
    nvme::ConnectParameters parameters;
    parameters.data.hostid = *nvme::parse_uuid("11111111-2222-4333-8444-555555555555");
    parameters.data.subnqn = simulator.array(0).nqn();
    parameters.data.hostnqn = kHostNqn;
    parameters.data.cntlid = cntlid;
    parameters.qid = qid;
    return parameters;
}

nvme::Status status_in(const Bytes& response) {
    return nvme::decode_cqe(nvme::slice(response, 8, 16)).status;
}

/// Puts a command on the wire, with data in its capsule.
void put(Queue& queue, const nvme::AdminCommand& command, std::uint16_t cid, Bytes data = {}) {
    const bool in_capsule = !data.empty();
    queue.send(nvme::encode(nvme::CapsuleCmd{.sqe = nvme::encode_sqe(command, cid, in_capsule),
                                             .data = std::move(data)},
                            queue.format()));
}

TEST(SessionLimits, AnAnswerNeverOvertakesAnEarlierOne) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    simulator.array(0).spec().latency = 10ms;
    const std::uint16_t slow = admin.submit(nvme::get_features_command(0x05));
    simulator.array(0).spec().latency = 0ms;
    const std::uint16_t quick = admin.submit(nvme::get_features_command(0x05));
    EXPECT_FALSE(admin.take(quick));
    admin.at(kStart + 9ms);
    EXPECT_FALSE(admin.take(quick));
    admin.at(kStart + 10ms);
    EXPECT_TRUE(admin.take(slow));
    EXPECT_TRUE(admin.take(quick));
    EXPECT_EQ(admin.session().next_deadline(), TimePoint::max());
}

TEST(SessionLimits, KeepsSixteenMebibytesWhileTheArrayHangs) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Queue queue(simulator, 0);
    simulator.array(0).power = Power::hung;
    queue.send(Bytes(8U << 20U));
    queue.send(Bytes(8U << 20U));
    EXPECT_FALSE(queue.session().closing());
    queue.send(Bytes(1));
    EXPECT_TRUE(queue.session().closing());
    EXPECT_TRUE(queue.session().reset());
}

TEST(SessionLimits, ResetsAHostThatDoesNotRead) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    Io io(simulator, 0, admin.cntlid);
    // Reads of 1 MiB; 256 MiB are kept, and a little of that is headers.
    for (std::uint16_t cid = 0; cid < 255; ++cid) {
        put(io, read_command(1, 0, 2048), cid);
    }
    EXPECT_FALSE(io.session().closing());
    put(io, read_command(1, 0, 2048), 255);
    EXPECT_TRUE(io.session().closing());
    EXPECT_TRUE(io.session().reset());
    EXPECT_TRUE(io.receive().empty());
    EXPECT_FALSE(admin.session().closing());
}

TEST(SessionLimits, WhatWasReadIsNotKept) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    Io io(simulator, 0, admin.cntlid);
    std::size_t all = 0;
    for (unsigned i = 0; i < 300; ++i) {
        put(io, read_command(1, 0, 2048), 1);
        all += io.receive().size();
    }
    EXPECT_GT(all, std::size_t{300} << 20U);
    EXPECT_FALSE(io.session().closing());
}

TEST(SessionLimits, AHostHasTimeToConnectAQueueButNotForEver) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Queue silent(simulator, 0);
    const TimePoint deadline = silent.session().next_deadline();
    EXPECT_GE(deadline, kStart + 10s);
    EXPECT_LE(deadline, kStart + 60s);
    // A hung array does nothing at all.
    simulator.array(0).power = Power::hung;
    EXPECT_EQ(silent.session().next_deadline(), TimePoint::max());
    silent.session().advance(deadline);
    EXPECT_FALSE(silent.session().closing());
    simulator.array(0).power = Power::up;
    silent.session().advance(deadline - 1ns);
    EXPECT_FALSE(silent.session().closing());
    silent.session().advance(deadline);
    EXPECT_TRUE(silent.session().closing());
    EXPECT_FALSE(silent.session().reset());
    EXPECT_EQ(silent.session().next_deadline(), TimePoint::max());
    Admin connected(simulator, 0);
    EXPECT_EQ(connected.session().next_deadline(), TimePoint::max());
    connected.session().advance(kStart + 1h);
    EXPECT_FALSE(connected.session().closing());
}

/// The controller's answer to a capsule with so many bytes of data.
void expect_in_capsule(Queue& queue, const nvme::AdminCommand& command, std::size_t fits) {
    if (fits != 0) {
        put(queue, command, 40, Bytes(fits));
        EXPECT_FALSE(queue.session().closing()) << fits;
        EXPECT_EQ(queue.receive().at(0), 0x05) << "CapsuleResp";
    }
    put(queue, command, 41, Bytes(fits + 4));
    EXPECT_TRUE(queue.session().closing());
    const Bytes answer = queue.receive();
    ASSERT_EQ(answer.size(), 24U + 72U) << "the header of the capsule comes back";
    EXPECT_EQ(answer[0], 0x03); // C2HTermReq
    EXPECT_EQ(nvme::load_le<std::uint16_t>(answer, 8),
              static_cast<std::uint16_t>(Fes::invalid_header_field));
    EXPECT_EQ(nvme::load_le<std::uint32_t>(answer, 10), 4U) << "PLEN";
    EXPECT_EQ(answer[24], 0x04); // CapsuleCmd
    EXPECT_EQ(nvme::load_le<std::uint32_t>(answer, 24 + 4), 72U + fits + 4U);
    EXPECT_EQ(nvme::load_le<std::uint16_t>(answer, 24 + 8 + 2), 41U) << "the command identifier";
}

TEST(SessionLimits, CapsulesHoldAsMuchDataAsTheArraySays) {
    {
        Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
        Queue queue(simulator, 0);
        queue.initialize();
        expect_in_capsule(queue, nvme::connect_command(parameters_of(simulator)), 8192);
    }
    // IOCCSZ: 16 bytes each, the command among them.
    const std::pair<std::uint64_t, std::size_t> sizes[] = {
        {(64 + 4096) / 16, 4096}, {4, 0}, {0, 0}};
    for (const auto& [ioccsz, fits] : sizes) {
        Simulator simulator(ScenarioBuilder().field("ioccsz", ioccsz).array("a").build(), kStart);
        Admin admin(simulator, 0);
        Io io(simulator, 0, admin.cntlid);
        expect_in_capsule(io, write_command(1, 0, Bytes(4096)), fits);
    }
}

TEST(SessionLimits, ATerminationQuotesNoMoreThanIsAllowed) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Queue queue(simulator, 0);
    put(queue, nvme::connect_command(parameters_of(simulator)), 1, Bytes(1024));
    EXPECT_EQ(queue.receive().size(), 24U + 128U); // PLEN is 152 at most
}

TEST(SessionLimits, DataIsAskedForUpToTheLargestTransfer) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    Io io(simulator, 0, admin.cntlid);
    put(io, write_command(1, 0, Bytes(1U << 20U)), 1);
    EXPECT_EQ(io.receive().at(0), 0x09); // R2T
    put(io, write_command(1, 0, Bytes((1U << 20U) + 512)), 2);
    EXPECT_EQ(status_in(io.receive()).value, status::sgl_length_invalid | status::dnr);
}

TEST(SessionLimits, NoMoreTransfersAreUnderWayThanTheQueueHasEntries) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    Queue queue(simulator, 0);
    queue.initialize();
    auto parameters = parameters_of(simulator, 1, admin.cntlid);
    parameters.sqsize = 3; // four entries
    ASSERT_TRUE(queue.run(nvme::connect_command(parameters)).status.ok());
    for (std::uint16_t cid = 100; cid < 104; ++cid) {
        put(queue, write_command(1, 0, Bytes(512)), cid);
        EXPECT_EQ(queue.receive().at(0), 0x09) << cid;
    }
    put(queue, write_command(1, 0, Bytes(512)), 104);
    EXPECT_EQ(status_in(queue.receive()).value, status::command_sequence_error | status::dnr);
    // Others go on.
    put(queue, read_command(1, 0, 1), 105);
    EXPECT_EQ(queue.receive().at(0), 0x07); // C2HData
}

TEST(SessionLimits, ACommandIsAnsweredOnce) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Queue queue(simulator, 0);
    queue.initialize();
    put(queue, nvme::property_get_command(nvme::property::vs, 4), 1);
    Bytes answer = queue.receive();
    ASSERT_EQ(answer.size(), 24U);
    EXPECT_EQ(status_in(answer).value, status::command_sequence_error | status::dnr);
    const auto connect = nvme::connect_command(parameters_of(simulator));
    put(queue, connect, 2, connect.data_out);
    answer = queue.receive();
    ASSERT_EQ(answer.size(), 24U);
    EXPECT_TRUE(status_in(answer).ok());
}

TEST(SessionLimits, WhatIsRefusedIsNotWorthARetry) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    Io io(simulator, 0, admin.cntlid);
    const auto refused = [&io](std::uint16_t code) {
        const Bytes answer = io.receive();
        EXPECT_EQ(answer.size(), 24U);
        EXPECT_EQ(status_in(answer).value, code | status::dnr);
    };
    for (const unsigned psdt : {0x00U, 0x80U, 0xC0U}) { // PRPs, SGLs with metadata SGL, reserved
        auto sqe = nvme::encode_sqe(read_command(1, 0, 1), 1, false);
        sqe[1] = static_cast<std::uint8_t>(psdt);
        io.send(nvme::Pdu{nvme::CapsuleCmd{.sqe = sqe, .data = {}}});
        refused(status::invalid_field);
    }
    put(io, nvme::property_get_command(nvme::property::vs, 4), 2);
    refused(status::invalid_field);
    put(io, read_command(1, 0, 1), 3, Bytes(512));
    refused(status::invalid_field);
}

TEST(SessionLimits, AnyCommandKeepsAControllerAliveWhereTheArraySaysSo) {
    for (const bool traffic_based : {false, true}) {
        const std::uint64_t ctratt = traffic_based ? 0x41 : 0x01; // bit 6: TBKAS
        Simulator simulator(ScenarioBuilder().field("ctratt", ctratt).array("a").build(), kStart);
        Queue queue(simulator, 0);
        auto parameters = parameters_of(simulator);
        parameters.kato_ms = 2000;
        queue.initialize();
        const Reply connected = queue.run(nvme::connect_command(parameters));
        ASSERT_TRUE(connected.status.ok());
        ASSERT_EQ(queue.enable(), 1U);
        Io io(simulator, 0, static_cast<std::uint16_t>(connected.dword01));
        for (Queue* const used : {&queue, static_cast<Queue*>(&io)}) {
            used->at(used->now() + 1s);
            const auto command =
                used == &queue ? identify(1) : nvme::AdminCommand(read_command(1, 0, 1));
            const TimePoint before = simulator.next_deadline();
            EXPECT_TRUE(used->run(command).status.ok());
            EXPECT_EQ(simulator.next_deadline(), traffic_based ? used->now() + 2s : before);
        }
    }
}

TEST(SessionLimits, SuccessTravelsWithTheDataWhereBothAgreed) {
    const auto answer = [](bool offered, bool no_flow_control, const nvme::AdminCommand& command) {
        ScenarioBuilder builder;
        builder.array("a");
        Scenario scenario = builder.build();
        scenario.arrays[0].c2h_success = offered;
        scenario.arrays[0].c2h_data_size = 1024;
        Simulator simulator(scenario, kStart);
        Queue queue(simulator, 0);
        queue.initialize();
        auto parameters = parameters_of(simulator);
        parameters.sq_flow_control_disable = no_flow_control;
        EXPECT_TRUE(queue.run(nvme::connect_command(parameters)).status.ok());
        EXPECT_EQ(queue.enable(), 1U);
        put(queue, command, 9);
        return queue.receive();
    };
    constexpr std::size_t kParts = 4 * (24 + 1024);
    const Bytes whole = answer(true, true, identify(1));
    ASSERT_EQ(whole.size(), kParts) << "no response";
    for (std::size_t part = 0; part < 4; ++part) {
        EXPECT_EQ(whole[part * (24 + 1024)], 0x07);
        // LAST_PDU is bit 2 and SUCCESS bit 3: both only in the last.
        EXPECT_EQ(whole[part * (24 + 1024) + 1] & 0x0CU, part == 3 ? 0x0CU : 0U);
    }
    for (const auto& [offered, no_flow_control] :
         {std::pair{false, true}, std::pair{true, false}}) {
        const Bytes bytes = answer(offered, no_flow_control, identify(1));
        ASSERT_EQ(bytes.size(), kParts + 24);
        EXPECT_EQ(bytes[kParts - 1024 - 24 + 1] & 0x0CU, 0x04U);
        EXPECT_TRUE(status_in(Bytes(bytes.begin() + kParts, bytes.end())).ok());
    }
    // A result, a failure, or no data at all need a response.
    EXPECT_EQ(answer(true, true, nvme::get_features_command(nvme::fid::host_id, 0, 0, 16)).size(),
              24U + 16U + 24U);
    EXPECT_EQ(answer(true, true, identify(0x55)).size(), 24U);
    EXPECT_EQ(answer(true, true, set_features(0x05, 1)).size(), 24U);
}

TEST(SessionLimits, DataAndResponseAreWrittenApartWhereTheArrayOrThePortDoesSo) {
    struct Case {
        bool array;
        std::optional<bool> port;
        bool apart;
    };
    for (const auto& [array, port, apart] :
         {Case{false, std::nullopt, false}, Case{true, std::nullopt, true}, Case{false, true, true},
          Case{true, false, false}}) {
        Scenario scenario = ScenarioBuilder().array("a").port({.split_answers = port}).build();
        scenario.arrays[0].split_answers = array;
        Simulator simulator(scenario, kStart);
        EXPECT_EQ(simulator.array(0).splits_answers(0), apart);
        Admin queue(simulator, 0);
        put(queue, identify(1), 9);
        const Bytes first = queue.session().take_output(kStart);
        const Bytes second = queue.session().take_output(kStart);
        constexpr std::size_t kDataPdu = 24 + 4096;
        ASSERT_EQ(first.size(), apart ? kDataPdu : kDataPdu + 24);
        ASSERT_EQ(second.size(), apart ? 24U : 0U);
        if (apart) {
            EXPECT_TRUE(status_in(second).ok());
        }
        put(queue, identify(0x55), 10); // without data there is one part
        EXPECT_EQ(queue.session().take_output(kStart).size(), 24U);
        EXPECT_TRUE(queue.session().take_output(kStart).empty());
    }
}

TEST(SessionLimits, HostsAlignTheirDataAsTheArrayAsks) {
    for (const std::uint8_t cpda : std::vector<std::uint8_t>{0, 1, 15, 31}) {
        Scenario scenario = ScenarioBuilder().array("a").build();
        scenario.arrays[0].cpda = cpda;
        Simulator simulator(scenario, kStart);
        Queue queue(simulator, 0);
        EXPECT_EQ(queue.initialize().cpda, cpda);
        EXPECT_TRUE(queue.run(nvme::connect_command(parameters_of(simulator))).status.ok());
    }
}

TEST(SessionLimits, DigestsAreAgreedToOneByOne) {
    for (std::uint8_t offered = 0; offered < 4; ++offered) {
        Scenario scenario = ScenarioBuilder().array("a").build();
        scenario.arrays[0].header_digest = (offered & 1U) != 0;
        scenario.arrays[0].data_digest = (offered & 2U) != 0;
        Simulator simulator(scenario, kStart);
        for (std::uint8_t asked = 0; asked < 4; ++asked) {
            Queue queue(simulator, 0);
            EXPECT_EQ(queue.initialize(asked).dgst, asked & offered);
            EXPECT_TRUE(queue.run(nvme::connect_command(parameters_of(simulator))).status.ok());
        }
    }
}

TEST(SessionLimits, AWrongDigestOfACommandFailsItWithoutWorkingOnIt) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    Queue io(simulator, 0);
    ASSERT_EQ(io.initialize(3).dgst, 3);
    ASSERT_TRUE(
        io.run(nvme::connect_command(parameters_of(simulator, 1, admin.cntlid))).status.ok());
    const auto command = write_command(1, 0, Bytes(512, 0x66));
    Bytes capsule = nvme::encode(
        nvme::CapsuleCmd{.sqe = nvme::encode_sqe(command, 7, true), .data = command.data_out},
        io.format());
    capsule.back() ^= 1U;
    io.send(capsule);
    const Bytes answer = io.receive();
    ASSERT_EQ(answer.size(), 24U + 4U); // with a digest of its own
    const auto entry = nvme::decode_cqe(nvme::slice(answer, 8, 16));
    EXPECT_EQ(entry.cid, 7);
    EXPECT_EQ(entry.status.value, 0x022 | status::dnr);
    EXPECT_EQ(io.run(read_command(1, 0, 1)).data, Bytes(512, 0));
}

TEST(SessionLimits, EventsCanBeLiedAbout) {
    OverrideSpec lie;
    lie.answer = AnswerKind::async_event;
    lie.result = 0x00FF0302;
    Simulator simulator(ScenarioBuilder().array("a").lie(lie).build(), kStart);
    Admin admin(simulator, 0);
    ASSERT_TRUE(admin.run(set_features(nvme::fid::async_event_configuration, 0x900)).status.ok());
    bool woken = false;
    admin.session().on_wake = [&woken] { woken = true; };
    const std::uint16_t event = admin.submit(nvme::async_event_request_command());
    EXPECT_FALSE(woken);
    simulator.run(parse_control("ana a 1 inaccessible"), kStart);
    EXPECT_TRUE(woken);
    const auto reply = admin.take(event);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->dword01, 0x00FF0302U);
    woken = false;
    admin.session().close("enough");
    EXPECT_TRUE(woken);
    admin.session().close("again", true);
    EXPECT_FALSE(admin.session().reset()) << "the first reason counts";
    EXPECT_EQ(admin.session().reason(), "enough");
}

// Connect.

/// Where a Connect command is wrong: the status and the offset that the response names.
std::pair<unsigned, std::uint64_t> refused_connect(Simulator& simulator,
                                                   const nvme::ConnectParameters& parameters) {
    Queue queue(simulator, 0);
    queue.initialize();
    const Reply reply = queue.run(nvme::connect_command(parameters));
    EXPECT_TRUE(reply.status.ok() || reply.status.dnr());
    return {reply.status.code(), reply.status.ok() ? 0 : reply.dword01};
}

TEST(SessionConnect, AnIoQueueIsThatOfTheHostAndTheController) {
    constexpr unsigned kInvalid = status::connect_invalid_parameters;
    constexpr std::uint64_t kInTheData = 1U << 16;
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    ASSERT_TRUE(admin.run(set_features(nvme::fid::number_of_queues, 0x00030003)).status.ok());
    const auto good = parameters_of(simulator, 1, admin.cntlid);
    const auto refused = [&](auto change) {
        auto parameters = good;
        change(parameters);
        return refused_connect(simulator, parameters);
    };
    using Where = std::pair<unsigned, std::uint64_t>;
    EXPECT_EQ(refused([](auto& p) { p.data.hostnqn = "nqn.x"; }),
              Where(kInvalid, 512 | kInTheData));
    EXPECT_EQ(refused([](auto& p) { p.data.hostid[3] ^= 1U; }), Where(kInvalid, 0 | kInTheData));
    EXPECT_EQ(refused([](auto& p) { ++p.data.cntlid; }), Where(kInvalid, 16 | kInTheData));
    EXPECT_EQ(refused([](auto& p) { p.qid = 5; }), Where(kInvalid, 42)); // four were granted
    EXPECT_EQ(refused([](auto& p) { p.data.subnqn = nvme::kDiscoveryNqn; }), Where(kInvalid, 42));
    EXPECT_EQ(refused([](auto& p) { p.sqsize = 128; }), Where(kInvalid, 44)); // MQES is 127
    EXPECT_EQ(refused([](auto& p) { p.sqsize = 127; }), Where(0, 0));
    EXPECT_EQ(refused([](auto& p) { p.qid = 4; }), Where(0, 0));
    EXPECT_TRUE(admin.run(nvme::property_set_command(nvme::property::cc, 4, 0)).status.ok());
    EXPECT_EQ(refused([](auto&) {}), Where(status::command_sequence_error, 0)) << "not ready";
}

TEST(SessionConnect, AControllerIsChosenAsTheModelOfTheArrayDemands) {
    constexpr unsigned kInvalid = status::connect_invalid_parameters;
    using Where = std::pair<unsigned, std::uint64_t>;
    const Where wrong_id(kInvalid, 16 | 1U << 16U);
    Simulator simulator(ScenarioBuilder().array("a").cntlids(7, 7).build(), kStart);
    EXPECT_EQ(refused_connect(simulator, parameters_of(simulator, 0, 7)), wrong_id);
    EXPECT_EQ(refused_connect(simulator, parameters_of(simulator, 0, nvme::kAnyStaticController)),
              wrong_id);
    auto discovery = parameters_of(simulator);
    discovery.data.subnqn = nvme::kDiscoveryNqn;
    EXPECT_EQ(refused_connect(simulator, discovery), Where(0, 0));
    discovery.data.cntlid = 7;
    EXPECT_EQ(refused_connect(simulator, discovery), wrong_id);
    {
        Admin only(simulator, 0);
        EXPECT_EQ(only.cntlid, 7);
        EXPECT_EQ(refused_connect(simulator, parameters_of(simulator)),
                  Where(status::connect_controller_busy, 0));
    }
    EXPECT_EQ(refused_connect(simulator, parameters_of(simulator)), Where(0, 0));

    Simulator fixed(ScenarioBuilder()
                        .array("a")
                        .cntlids(7, 7)
                        .with([](ArraySpec& spec) { spec.static_controllers = true; })
                        .build(),
                    kStart);
    EXPECT_EQ(refused_connect(fixed, parameters_of(fixed)), wrong_id);
    EXPECT_EQ(refused_connect(fixed, parameters_of(fixed, 0, 8)), wrong_id);
    Queue taken(fixed, 0);
    taken.initialize();
    ASSERT_TRUE(taken.run(nvme::connect_command(parameters_of(fixed, 0, 7))).status.ok());
    EXPECT_EQ(refused_connect(fixed, parameters_of(fixed, 0, 7)), wrong_id);
    EXPECT_EQ(refused_connect(fixed, parameters_of(fixed, 0, nvme::kAnyStaticController)),
              Where(status::connect_controller_busy, 0));
}

TEST(SessionConnect, ARefusedIoQueueCanBeConnectedAgain) {
    OverrideSpec lie;
    lie.answer = AnswerKind::connect;
    lie.status = 0x4182;
    lie.when = {.first = 2, .last = 2};
    Simulator simulator(ScenarioBuilder().array("a").lie(lie).build(), kStart);
    Admin admin(simulator, 0);
    EXPECT_EQ(refused_connect(simulator, parameters_of(simulator, 1, admin.cntlid)).first, 0x182U);
    EXPECT_FALSE(admin.session().closing());
    Io again(simulator, 0, admin.cntlid);
}

} // namespace
} // namespace haoh::arraysim::test
