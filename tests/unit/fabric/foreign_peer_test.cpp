// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fabric/foreign_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::fabric {
namespace {

using testing::HasSubstr;

Failure stranger(std::string_view text) {
    const nvme::Bytes bytes(text.begin(), text.end());
    return describe_foreign_peer(bytes);
}

TEST(Stranger, MayBeNvmeTcp) {
    EXPECT_TRUE(may_be_nvme_tcp({}));
    for (unsigned first = 0; first < 256; ++first) {
        // ICResp and C2HTermReq are what may come first.
        const nvme::Bytes bytes{static_cast<std::uint8_t>(first)};
        EXPECT_EQ(may_be_nvme_tcp(bytes), first == 0x01 || first == 0x03) << first;
    }
}

TEST(Stranger, SpeaksTls) {
    // RFC 8446, section 5.1: alert 21, handshake 22, then the version 03 xx.
    for (const std::string_view record :
         {std::string_view("\x15\x03"), std::string_view("\x16\x03"),
          std::string_view("\x16\x03\x03\x01")}) {
        EXPECT_EQ(stranger(record).code, Errc::unsupported);
        EXPECT_THAT(stranger(record).cause, HasSubstr("TLS record"));
    }
    for (const std::string_view record :
         {std::string_view("\x15"), std::string_view("\x16"), std::string_view("\x17\x03\x03"),
          std::string_view("\x15\x02"), std::string_view("\x14\x03")}) {
        EXPECT_EQ(stranger(record).code, Errc::unexpected);
        EXPECT_THAT(stranger(record).cause, HasSubstr("begins with the bytes"));
    }
}

TEST(Stranger, SaysALine) {
    const auto line = [](std::string_view text) {
        EXPECT_EQ(stranger(text).code, Errc::unexpected);
        EXPECT_THAT(stranger(text).advice, HasSubstr("4420"));
        return stranger(text).cause;
    };
    const auto says = [](const std::string& text) {
        return "this is not NVMe/TCP: the peer says \"" + text + "\"";
    };
    EXPECT_EQ(line("220 mail\r\nmore"), says("220 mail"));
    EXPECT_EQ(line("220 mail\nmore"), says("220 mail"));
    EXPECT_EQ(line("220 mail\x7Fmore"), says("220 mail"));
    EXPECT_EQ(line("220\tmail"), says("220\tmail"));
    EXPECT_EQ(line("220~"), says("220~"));
    EXPECT_EQ(line(std::string(60, 'x')), says(std::string(60, 'x')));
    EXPECT_EQ(line(std::string(61, 'x')), says(std::string(60, 'x')));
}

TEST(Stranger, SaysBytes) {
    const std::string begin = "this is not NVMe/TCP: the peer's answer begins with the bytes ";
    EXPECT_EQ(stranger("abc").cause, begin + "616263");
    EXPECT_EQ(stranger(std::string(16, '\xEE')).cause, begin + "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
    EXPECT_EQ(stranger(std::string(17, '\xEE')).cause, begin + "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
    EXPECT_EQ(stranger("abc").code, Errc::unexpected);
}

} // namespace
} // namespace haoh::fabric
