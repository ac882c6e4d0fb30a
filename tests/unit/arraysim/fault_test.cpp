// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/arraysim/host.hpp"

#include <haoh/nvme/ana_log.hpp>

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace haoh::arraysim::test {
namespace {

namespace cns = nvme::cns;
using nvme::Bytes;

Scenario faulty(FaultKind kind, AnswerKind answer = AnswerKind::identify_namespace,
                std::optional<std::uint64_t> value = {}, std::string text = {}) {
    FaultSpec fault;
    fault.kind = kind;
    fault.answer = answer;
    fault.value = value;
    fault.text = std::move(text);
    return ScenarioBuilder().array("a").fault(fault).build();
}

/// What the session sends as the answer to Identify Namespace, raw.
Bytes answer_to_identify(Admin& admin) {
    admin.send(nvme::Pdu{nvme::CapsuleCmd{
        .sqe = nvme::encode_sqe(identify(cns::identify_namespace, 1), 50, false), .data = {}}});
    return admin.receive();
}

constexpr std::size_t kData = 24 + 4096; ///< one C2HData PDU
constexpr std::size_t kResponse = 24;

TEST(Fault, WithoutAFaultTheAnswerIsDataAndAResponse) {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    EXPECT_EQ(answer_to_identify(admin).size(), kData + kResponse);
}

TEST(Fault, StallsInTheMiddleAndStaysSilent) {
    Simulator simulator(faulty(FaultKind::stall, AnswerKind::identify_namespace, 100), kStart);
    Admin admin(simulator, 0);
    EXPECT_EQ(answer_to_identify(admin).size(), 100U);
    EXPECT_TRUE(answer_to_identify(admin).empty());
    EXPECT_FALSE(admin.session().closing());
    EXPECT_EQ(admin.session().next_deadline(), TimePoint::max());
}

TEST(Fault, SendsAPartOfTheDataAndCompletes) {
    for (const auto& [value, sent] :
         {std::pair<std::optional<std::uint64_t>, std::size_t>{std::nullopt, 0},
          {100, 24 + 100},
          {4096, kData},
          {5000, kData}}) {
        Simulator simulator(faulty(FaultKind::short_data, AnswerKind::identify_namespace, value),
                            kStart);
        Admin admin(simulator, 0);
        EXPECT_EQ(answer_to_identify(admin).size(), sent + kResponse);
        EXPECT_EQ(answer_to_identify(admin).size(), sent + kResponse) << "and goes on";
    }
}

TEST(Fault, SendsGarbageInstead) {
    Simulator simulator(faulty(FaultKind::garbage), kStart);
    Admin admin(simulator, 0);
    const Bytes bytes = answer_to_identify(admin);
    EXPECT_EQ(bytes.size(), 64U);
    EXPECT_GT(bytes[0], 0x09);                      // no PDU type
    EXPECT_TRUE(answer_to_identify(admin).empty()); // and then nothing
    EXPECT_FALSE(admin.session().closing());
}

TEST(Fault, SpoilsDigests) {
    for (const auto kind : {FaultKind::header_digest, FaultKind::data_digest}) {
        Simulator simulator(faulty(kind), kStart);
        Queue queue(simulator, 0);
        queue.initialize(3);
        nvme::ConnectParameters parameters;
        parameters.data.subnqn = simulator.array(0).nqn();
        parameters.data.hostnqn = kHostNqn;
        parameters.data.hostid[0] = 1;
        ASSERT_TRUE(queue.run(nvme::connect_command(parameters)).status.ok());
        ASSERT_EQ(queue.enable(), 1U);
        (void)queue.submit(identify(cns::identify_namespace, 1));
        ASSERT_TRUE(queue.error);
        EXPECT_EQ(queue.error->data_digest, kind == FaultKind::data_digest);
    }
}

TEST(Fault, LiesAboutTheLengthOfAPdu) {
    Simulator simulator(faulty(FaultKind::length, AnswerKind::identify_namespace, 0xFFFFFFFF),
                        kStart);
    Admin admin(simulator, 0);
    EXPECT_EQ(nvme::load_le<std::uint32_t>(answer_to_identify(admin), 4), 0xFFFFFFFFU);
}

TEST(Fault, SendsAResponseNobodyAskedForFirst) {
    Simulator simulator(faulty(FaultKind::unsolicited, AnswerKind::identify_namespace, 0x1234),
                        kStart);
    Admin admin(simulator, 0);
    const Bytes bytes = answer_to_identify(admin);
    ASSERT_EQ(bytes.size(), kResponse + kData + kResponse);
    EXPECT_EQ(nvme::decode_cqe(nvme::slice(bytes, 8, 16)).cid, 0x1234);
}

TEST(Fault, SendsAResponseTwice) {
    Simulator simulator(faulty(FaultKind::duplicate), kStart);
    Admin admin(simulator, 0);
    EXPECT_EQ(answer_to_identify(admin).size(), kData + 2 * kResponse);
}

TEST(Fault, SendsDataBeyondTheBuffer) {
    Simulator simulator(faulty(FaultKind::data_out_of_range), kStart);
    Admin admin(simulator, 0);
    EXPECT_EQ(nvme::load_le<std::uint32_t>(answer_to_identify(admin), 12), 4096U);
}

TEST(Fault, LeavesACommandUnansweredAndOthersNot) {
    Simulator simulator(faulty(FaultKind::no_answer), kStart);
    Admin admin(simulator, 0);
    EXPECT_TRUE(answer_to_identify(admin).empty());
    EXPECT_TRUE(admin.run(identify(cns::identify_controller)).status.ok());
}

TEST(Fault, ClosesTheConnection) {
    Simulator simulator(faulty(FaultKind::close), kStart);
    Admin admin(simulator, 0);
    EXPECT_TRUE(answer_to_identify(admin).empty());
    EXPECT_TRUE(admin.session().closing());
    EXPECT_TRUE(simulator.controllers().empty());
}

TEST(Fault, TerminatesTheConnection) {
    Simulator simulator(faulty(FaultKind::terminate, AnswerKind::identify_namespace, 4), kStart);
    Admin admin(simulator, 0);
    const Bytes bytes = answer_to_identify(admin);
    ASSERT_EQ(bytes.size(), 24U);
    EXPECT_EQ(bytes[0], 3);
    EXPECT_EQ(bytes[8], 4);
    EXPECT_TRUE(admin.session().closing());
}

TEST(Fault, StrikesTheInitialResponseToo) {
    Simulator simulator(faulty(FaultKind::stall, AnswerKind::ic_resp, 10), kStart);
    Queue queue(simulator, 0);
    queue.send(nvme::encode(nvme::IcReq{}, {}));
    EXPECT_EQ(queue.receive().size(), 10U);
}

TEST(Fault, GreetsLikeSomethingElse) {
    Simulator simulator(faulty(FaultKind::banner, AnswerKind::ic_resp, {}, "220 hello\r\n"),
                        kStart);
    Queue queue(simulator, 0);
    EXPECT_EQ(queue.receive(), (Bytes{'2', '2', '0', ' ', 'h', 'e', 'l', 'l', 'o', '\r', '\n'}));
}

TEST(Fault, GreetsOnlyTheConnectionsItIsAimedAt) {
    FaultSpec fault;
    fault.kind = FaultKind::banner;
    fault.text = "hello";
    fault.when = {.first = 2, .last = 2};
    Simulator simulator(ScenarioBuilder().array("a").fault(fault).build(), kStart);
    for (const bool greeted : {false, true, false}) {
        Queue queue(simulator, 0);
        EXPECT_EQ(queue.receive().empty(), !greeted);
    }
    fault.when = {};
    fault.port = 1;
    Simulator elsewhere(ScenarioBuilder().array("a").fault(fault).build(), kStart);
    EXPECT_TRUE(Queue(elsewhere, 0).receive().empty());
}

TEST(Fault, NeverBecomesReady) {
    Simulator simulator(faulty(FaultKind::not_ready), kStart);
    Queue queue(simulator, 0);
    ASSERT_TRUE(queue.connect(simulator.array(0).nqn()).status.ok());
    EXPECT_EQ(queue.enable(), 0U);
}

TEST(Fault, MovesTheChangeCountAtEachRead) {
    Simulator simulator(faulty(FaultKind::moving_ana_count), kStart);
    Admin admin(simulator, 0);
    const auto count = [&admin] {
        return nvme::decode_ana_log(admin.run(log_page(nvme::lid::ana, 512)).data).chgc;
    };
    const std::uint64_t first = count();
    EXPECT_EQ(count(), first + 1);
    EXPECT_EQ(count(), first + 2);
}

Bytes healthy_answer() {
    Simulator simulator(ScenarioBuilder().array("a").build(), kStart);
    Admin admin(simulator, 0);
    return answer_to_identify(admin);
}

/// The answer to the first Identify Namespace of an array with a fault.
Bytes spoiled(FaultKind kind, std::optional<std::uint64_t> value = {}) {
    Simulator simulator(faulty(kind, AnswerKind::identify_namespace, value), kStart);
    Admin admin(simulator, 0);
    return answer_to_identify(admin);
}

TEST(Fault, HasADefaultWhereItTakesAValue) {
    const Bytes healthy = healthy_answer();
    const Bytes stalled = spoiled(FaultKind::stall);
    EXPECT_EQ(stalled, Bytes(healthy.begin(), healthy.begin() + (kData + kResponse) / 2));
    EXPECT_EQ(spoiled(FaultKind::stall, 1U << 20U), healthy) << "no more than there is";
    EXPECT_EQ(spoiled(FaultKind::garbage, 5).size(), 5U);
    const Bytes length = spoiled(FaultKind::length);
    ASSERT_EQ(length.size(), healthy.size());
    EXPECT_EQ(nvme::load_le<std::uint32_t>(length, 4), 0U);
    const Bytes unsolicited = spoiled(FaultKind::unsolicited);
    ASSERT_EQ(unsolicited.size(), kResponse + healthy.size());
    EXPECT_NE(nvme::decode_cqe(nvme::slice(unsolicited, 8, 16)).cid, 50) << "of no command";
    EXPECT_TRUE(nvme::decode_cqe(nvme::slice(unsolicited, 8, 16)).status.ok());
    EXPECT_EQ(Bytes(unsolicited.begin() + kResponse, unsolicited.end()), healthy);
    const Bytes terminated = spoiled(FaultKind::terminate);
    ASSERT_EQ(terminated.size(), 24U);
    EXPECT_EQ(terminated[0], 3) << "C2HTermReq";
    EXPECT_EQ(terminated[8], 1) << "FES: Invalid PDU Header Field";
    EXPECT_EQ(nvme::load_le<std::uint32_t>(spoiled(FaultKind::data_out_of_range, 77), 12), 77U);
}

TEST(Fault, RepeatsTheResponseAndNothingElse) {
    const Bytes healthy = healthy_answer();
    Bytes expected = healthy;
    expected.insert(expected.end(), healthy.begin() + kData, healthy.end());
    EXPECT_EQ(spoiled(FaultKind::duplicate), expected);
}

TEST(Fault, SpoilsNoDigestWhereThereIsNone) {
    EXPECT_EQ(spoiled(FaultKind::header_digest), healthy_answer());
    EXPECT_EQ(spoiled(FaultKind::data_digest), healthy_answer());
}

TEST(Fault, KindsHaveNames) {
    // haoh-arraysim(1), in the order of the enumeration.
    const char* const names[] = {
        "stall",     "garbage",          "header-digest",     "data-digest",
        "length",    "unsolicited",      "duplicate",         "no-answer",
        "close",     "terminate",        "data-out-of-range", "banner",
        "not-ready", "moving-ana-count", "moving-generation", "short"};
    ASSERT_EQ(fault_kinds().size(), std::size(names));
    for (std::size_t i = 0; i < std::size(names); ++i) {
        const auto kind = static_cast<FaultKind>(i);
        EXPECT_EQ(to_string(kind), names[i]);
        EXPECT_EQ(parse_fault_kind(names[i]), kind);
        EXPECT_EQ(fault_kinds()[i], kind);
    }
    EXPECT_FALSE(parse_fault_kind(""));
}

TEST(Fault, IsTheSameAtEachRun) {
    const Bytes noise = spoiled(FaultKind::garbage, 4096);
    EXPECT_EQ(noise, spoiled(FaultKind::garbage, 4096));
    EXPECT_GT(std::set<std::uint8_t>(noise.begin(), noise.end()).size(), 100U)
        << "not the same byte again and again";
}

TEST(Fault, StrikesOnlyWhatItIsAimedAt) {
    const auto answers = [](const FaultSpec& fault, unsigned times) {
        Simulator simulator(ScenarioBuilder().array("a").fault(fault).build(), kStart);
        Admin admin(simulator, 0);
        std::vector<bool> answered;
        for (unsigned i = 0; i < times; ++i) {
            // Another answer in between does not count.
            EXPECT_TRUE(admin.run(identify(cns::identify_controller)).status.ok());
            answered.push_back(!answer_to_identify(admin).empty());
        }
        return answered;
    };
    FaultSpec fault;
    fault.kind = FaultKind::no_answer;
    fault.answer = AnswerKind::identify_namespace;
    EXPECT_EQ(answers(fault, 2), (std::vector<bool>{false, false}));
    fault.when = {.first = 2, .last = 3};
    EXPECT_EQ(answers(fault, 4), (std::vector<bool>{true, false, false, true}));
    fault.when = {};
    fault.nsid = 1;
    EXPECT_EQ(answers(fault, 1), std::vector<bool>{false});
    fault.nsid = 2;
    EXPECT_EQ(answers(fault, 1), std::vector<bool>{true});
    fault.nsid = std::nullopt;
    fault.port = 0;
    EXPECT_EQ(answers(fault, 1), std::vector<bool>{false});
    fault.port = 1;
    EXPECT_EQ(answers(fault, 1), std::vector<bool>{true});
}

} // namespace
} // namespace haoh::arraysim::test
