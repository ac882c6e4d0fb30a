// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fabric/connect_refusal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::fabric {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Address kAddress{.traddr = "10.0.0.1", .trsvcid = 4420, .host_traddr = {}};

ConnectOptions options() {
    ConnectOptions out;
    out.subsysnqn = "nqn.2024-01.com.example:sub";
    out.host.hostnqn = "nqn.2024-01.com.example:host";
    return out;
}

constexpr std::uint32_t kData = 1U << 16U;

std::string text_of(std::uint16_t status, std::uint32_t dword0 = 0) {
    return describe_refusal({.value = status}, dword0, kAddress, options())
        .to_error("connect to", "tcp://10.0.0.1:4420")
        .what();
}

TEST(DescribeRefusal, SendsToTheDiscoveryLogForAnUnknownSubsystem) {
    const Failure failure = describe_refusal({.value = 0x4182}, kData | 256U, kAddress, options());
    EXPECT_EQ(failure.code, Errc::unknown_subsystem);
    EXPECT_THAT(failure.cause, HasSubstr("no subsystem \"nqn.2024-01.com.example:sub\""));
    EXPECT_THAT(failure.advice, HasSubstr("haoh list -t tcp://10.0.0.1:4420"));
}

TEST(DescribeRefusal, NamesTheHostThatIsNotAllowed) {
    const Failure failure = describe_refusal({.value = 0x4184}, kData | 512U, kAddress, options());
    EXPECT_EQ(failure.code, Errc::refused_host);
    EXPECT_THAT(failure.advice,
                AllOf(HasSubstr("nqn.2024-01.com.example:host"), HasSubstr("administrator"),
                      HasSubstr("nqn.2024-01.com.example:sub")));
}

TEST(DescribeRefusal, NamesTheParameterThatIsInvalid) {
    EXPECT_THAT(text_of(0x4182, kData | 16U), HasSubstr("controller ID FFFFh"));
    EXPECT_THAT(text_of(0x4182, kData | 16U), HasSubstr("static"));
    EXPECT_THAT(text_of(0x4182, kData | 512U),
                HasSubstr("host NQN \"nqn.2024-01.com.example:host"));
    EXPECT_THAT(text_of(0x4182, kData | 0U), HasSubstr("host identifier 00000000-"));
    EXPECT_THAT(text_of(0x4182, kData | 900U), HasSubstr("byte 900 of the Connect data"));
    EXPECT_THAT(text_of(0x4182, 44), AllOf(HasSubstr("SQSIZE"), HasSubstr("fewer than 32")));
    EXPECT_THAT(text_of(0x4182, 48), HasSubstr("KATO"));
    EXPECT_THAT(text_of(0x4182, 0), HasSubstr("a field of the command"));
}

// Figure "Connect Command" and "Connect Command - Data" of the NVMe base specification.
TEST(DescribeRefusal, KnowsWhereTheFieldsAre) {
    const auto command = [](std::uint32_t offset) {
        const Failure failure = describe_refusal({.value = 0x4182}, offset, kAddress, options());
        EXPECT_EQ(failure.code, Errc::command_failed);
        const bool size = failure.advice == "ask for a queue with fewer than 32 entries";
        EXPECT_EQ(size, offset == 44 || offset == 45) << offset;
        EXPECT_TRUE(size || failure.advice.empty());
        EXPECT_THAT(failure.cause, HasSubstr("(byte " + std::to_string(offset) + ")"));
        return failure.cause;
    };
    EXPECT_THAT(command(1), HasSubstr(" a field of the command of Connect"));
    EXPECT_THAT(command(39), HasSubstr(" a field of the command of Connect"));
    EXPECT_THAT(command(40), HasSubstr(" RECFMT of Connect"));
    EXPECT_THAT(command(41), HasSubstr(" RECFMT of Connect"));
    EXPECT_THAT(command(42), HasSubstr(" QID of Connect"));
    EXPECT_THAT(command(43), HasSubstr(" QID of Connect"));
    EXPECT_THAT(command(44), HasSubstr(" SQSIZE of Connect"));
    EXPECT_THAT(command(45), HasSubstr(" SQSIZE of Connect"));
    EXPECT_THAT(command(46), HasSubstr(" CATTR of Connect"));
    EXPECT_THAT(command(47), HasSubstr(" a field of the command of Connect"));
    EXPECT_THAT(command(48), HasSubstr(" KATO of Connect"));
    EXPECT_THAT(command(51), HasSubstr(" KATO of Connect"));
    EXPECT_THAT(command(52), HasSubstr(" a field of the command of Connect"));

    EXPECT_THAT(text_of(0x4182, kData | 15U), HasSubstr("host identifier"));
    EXPECT_THAT(text_of(0x4182, kData | 17U), HasSubstr("controller ID FFFFh"));
    EXPECT_THAT(text_of(0x4182, kData | 18U), HasSubstr("byte 18 of the Connect data"));
    EXPECT_THAT(text_of(0x4182, kData | 255U), HasSubstr("byte 255 of the Connect data"));
    EXPECT_THAT(text_of(0x4182, kData | 511U), HasSubstr("no subsystem"));
    EXPECT_THAT(text_of(0x4182, kData | 767U), HasSubstr("host NQN"));
    EXPECT_THAT(text_of(0x4182, kData | 768U), HasSubstr("byte 768 of the Connect data"));
}

TEST(DescribeRefusal, SaysWhatAnUnknownControllerIdMayMean) {
    const auto advice = [](std::uint16_t cntlid) {
        ConnectOptions asked = options();
        asked.cntlid = cntlid;
        return describe_refusal({.value = 0x4182}, kData | 16U, kAddress, asked).advice;
    };
    EXPECT_THAT(advice(0xFFFF), testing::StartsWith("its controllers may be static"));
    EXPECT_THAT(advice(0xFFFE), testing::StartsWith("there is no such static controller"));
    EXPECT_THAT(advice(7), testing::StartsWith("there is no such static controller"));
}

TEST(DescribeRefusal, TellsTheOtherRefusalsApart) {
    EXPECT_THAT(text_of(0x181), HasSubstr("no free controller"));
    EXPECT_THAT(text_of(0x180), HasSubstr("format"));
    EXPECT_THAT(text_of(0x183), HasSubstr("discovery log"));
    EXPECT_THAT(text_of(0x191), HasSubstr("DH-HMAC-CHAP"));
    EXPECT_THAT(text_of(0x006), HasSubstr("Connect failed"));
}

TEST(AuthenticationDemand, IsReadFromTheConnectResponse) {
    EXPECT_FALSE(authentication_demand(0xFFFF));
    const auto plain = authentication_demand(1U << 17U | 5U);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->code, Errc::not_authenticated);
    EXPECT_THAT(plain->cause, HasSubstr("DH-HMAC-CHAP"));
    const auto secure = authentication_demand(1U << 18U);
    ASSERT_TRUE(secure);
    EXPECT_THAT(secure->cause, HasSubstr("TLS"));
}

} // namespace
} // namespace haoh::fabric
