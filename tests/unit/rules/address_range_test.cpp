// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rules/address_range.hpp"

#include <gtest/gtest.h>

namespace haoh::judge {
namespace {

AddressRange range(std::string_view text) {
    std::string defect;
    const auto parsed = parse_address_range(text, defect);
    EXPECT_TRUE(parsed.has_value()) << text << ": " << defect;
    return parsed.value_or(AddressRange{});
}

std::string defect_of(std::string_view text) {
    std::string defect;
    EXPECT_FALSE(parse_address_range(text, defect).has_value()) << text;
    return defect;
}

TEST(AddressRange, HoldsAddressesOfANetwork) {
    EXPECT_TRUE(range("10.1.0.0/16").contains("10.1.255.255", "4420"));
    EXPECT_FALSE(range("10.1.0.0/16").contains("10.2.0.0", "4420"));
    EXPECT_TRUE(range("10.1.0.0/15").contains("10.0.0.1", "4420"));
    EXPECT_TRUE(range("192.0.2.128/25").contains("192.0.2.200", "4420"));
    EXPECT_FALSE(range("192.0.2.128/25").contains("192.0.2.127", "4420"));
    EXPECT_TRUE(range("0.0.0.0/0").contains("203.0.113.1", "4420"));
    EXPECT_TRUE(range("fd00:1::/33").contains("fd00:1:7fff::1", "4420"));
    EXPECT_FALSE(range("fd00:1::/33").contains("fd00:1:8000::1", "4420"));
}

TEST(AddressRange, HoldsOneAddress) {
    EXPECT_TRUE(range("192.0.2.7").contains("192.0.2.7", "1"));
    EXPECT_FALSE(range("192.0.2.7").contains("192.0.2.6", "1"));
    EXPECT_TRUE(range("fd00::1").contains("fd00:0:0::1", "1"));
    EXPECT_FALSE(range("::/0").contains("192.0.2.7", "1"));
}

TEST(AddressRange, HoldsOnePort) {
    EXPECT_TRUE(range("192.0.2.7:4421").contains("192.0.2.7", "4421"));
    EXPECT_FALSE(range("192.0.2.7:4421").contains("192.0.2.7", "4420"));
    EXPECT_TRUE(range("[fd00::1]:4420").contains("fd00::1", "4420"));
    EXPECT_TRUE(range("[fd00::1]").contains("fd00::1", "8009"));
}

TEST(AddressRange, HoldsNoHostName) {
    EXPECT_FALSE(range("0.0.0.0/0").contains("array.example", "4420"));
    EXPECT_FALSE(range("0.0.0.0/0").contains("", "4420"));
}

TEST(AddressRange, OverlapsWhatItHolds) {
    EXPECT_TRUE(range("10.0.0.0/8").overlaps(range("10.1.0.0/16")));
    EXPECT_TRUE(range("10.1.0.0/16").overlaps(range("10.0.0.0/8")));
    EXPECT_FALSE(range("10.1.0.0/16").overlaps(range("10.2.0.0/16")));
    EXPECT_FALSE(range("10.1.0.1:1").overlaps(range("10.1.0.1:2")));
    EXPECT_TRUE(range("10.1.0.1:1").overlaps(range("10.1.0.0/16")));
    EXPECT_FALSE(range("0.0.0.0/0").overlaps(range("::/0")));
}

TEST(AddressRange, RefusesWhatIsNone) {
    EXPECT_EQ(defect_of("10.1.0.0/33"), "\"33\" is not a prefix length from 0 to 32");
    EXPECT_EQ(defect_of("fd00::/129"), "\"129\" is not a prefix length from 0 to 128");
    EXPECT_EQ(defect_of("10.1.0.0/"), "\"\" is not a prefix length from 0 to 32");
    EXPECT_EQ(defect_of("10.1.0.0/-1"), "\"-1\" is not a prefix length from 0 to 32");
    EXPECT_EQ(defect_of("10.1.0"), "\"10.1.0\" is not an IPv4 or IPv6 address");
    EXPECT_EQ(defect_of("array.example"), "\"array.example\" is not an IPv4 or IPv6 address");
    EXPECT_EQ(defect_of(""), "\"\" is not an IPv4 or IPv6 address");
    EXPECT_EQ(defect_of("10.1.0.1:0"), "\"0\" is not a port from 1 to 65535");
    EXPECT_EQ(defect_of("10.1.0.1:65536"), "\"65536\" is not a port from 1 to 65535");
    EXPECT_EQ(defect_of("10.1.0.1:"), "\"10.1.0.1:\" is not ADDR:PORT");
    EXPECT_EQ(defect_of("[fd00::1"), "\"[fd00::1\" is not ADDR:PORT");
    EXPECT_EQ(defect_of("[fd00::1]x"), "\"[fd00::1]x\" is not ADDR:PORT");
}

} // namespace
} // namespace haoh::judge
