// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/arraysim/host.hpp"

#include <haoh/nvme/ana_log.hpp>

#include <gtest/gtest.h>

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

TEST(Fault, SendsGarbageInstead) {
    Simulator simulator(faulty(FaultKind::garbage), kStart);
    Admin admin(simulator, 0);
    const Bytes bytes = answer_to_identify(admin);
    EXPECT_EQ(bytes.size(), 64U);
    EXPECT_GT(bytes[0], 0x09); // no PDU type
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

} // namespace
} // namespace haoh::arraysim::test
