// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attribution/address_range.hpp"

#include <gtest/gtest.h>

namespace haoh::attribution {
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

TEST(AddressRange, OverlapsByAddressAndPort) {
    EXPECT_TRUE(range("10.1.0.0/16").overlaps(range("10.1.0.1:1")));
    EXPECT_TRUE(range("10.1.0.1:1").overlaps(range("10.1.0.1:1")));
    EXPECT_FALSE(range("10.1.0.1:1").overlaps(range("10.1.0.2:1")));
    EXPECT_FALSE(range("10.1.0.1").overlaps(range("10.1.0.2:1")));
    EXPECT_FALSE(range("10.1.0.1:1").overlaps(range("10.1.0.2")));
}

TEST(AddressRange, HoldsAPortOfItsAddressOnly) {
    EXPECT_FALSE(range("192.0.2.7:4421").contains("192.0.2.8", "4421"));
    EXPECT_FALSE(range("192.0.2.7:4421").contains("192.0.2.7", "4421x"));
    EXPECT_FALSE(range("192.0.2.7:4421").contains("192.0.2.7", ""));
    EXPECT_TRUE(range("192.0.2.7:1").contains("192.0.2.7", "1"));
    EXPECT_TRUE(range("192.0.2.7:65535").contains("192.0.2.7", "65535"));
}

/// The last bit of each prefix counts, and the one behind it does not.
TEST(AddressRange, EndsBehindEachPrefix) {
    for (unsigned prefix = 0; prefix <= 32; ++prefix) {
        const std::uint32_t network = 0x0A0B0C0DU;
        const auto text = [](std::uint32_t value) {
            return boost::asio::ip::make_address_v4(value).to_string();
        };
        const AddressRange tested = range(text(network) + "/" + std::to_string(prefix));
        for (unsigned bit = 0; bit < 32; ++bit) {
            const std::string other = text(network ^ (0x80000000U >> bit));
            EXPECT_EQ(tested.contains(other, "1"), bit >= prefix) << prefix << ": " << other;
            EXPECT_EQ(tested.overlaps(range(other)), bit >= prefix) << prefix << ": " << other;
        }
    }
    for (unsigned prefix = 0; prefix <= 128; ++prefix) {
        boost::asio::ip::address_v6::bytes_type network{};
        network.fill(0x5A);
        const auto text = [](const boost::asio::ip::address_v6::bytes_type& value) {
            return boost::asio::ip::make_address_v6(value).to_string();
        };
        const AddressRange tested = range(text(network) + "/" + std::to_string(prefix));
        for (unsigned bit = 0; bit < 128; ++bit) {
            auto other = network;
            other.at(bit / 8) = static_cast<std::uint8_t>(other.at(bit / 8) ^ (0x80U >> bit % 8));
            EXPECT_EQ(tested.contains(text(other), "1"), bit >= prefix) << prefix << ", " << bit;
        }
    }
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
    EXPECT_EQ(defect_of("[fd00::1]x4420"), "\"[fd00::1]x4420\" is not ADDR:PORT");
    EXPECT_EQ(defect_of("[fd00::1]:"), "\"[fd00::1]:\" is not ADDR:PORT");
    EXPECT_EQ(defect_of("10.1.0.0/4294967296"),
              "\"4294967296\" is not a prefix length from 0 to 32");
    EXPECT_EQ(defect_of("10.1.0.0/8x"), "\"8x\" is not a prefix length from 0 to 32");
}

} // namespace
} // namespace haoh::attribution
