// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

namespace haoh::nvme {
namespace {

TEST(LoadLe, ReadsLittleEndian) {
    const Bytes bytes = hex("01 02 03 04 05 06 07 08 09");
    EXPECT_EQ(load_le<std::uint8_t>(bytes, 2), 0x03U);
    EXPECT_EQ(load_le<std::uint16_t>(bytes, 1), 0x0302U);
    EXPECT_EQ(load_le<std::uint32_t>(bytes, 0), 0x04030201U);
    EXPECT_EQ(load_le<std::uint64_t>(bytes, 1), 0x0908070605040302ULL);
}

TEST(LoadLe, ReadsZeroBeyondTheEnd) {
    const Bytes bytes = hex("FF FF FF");
    EXPECT_EQ(load_le<std::uint32_t>(bytes, 1), 0xFFFFU);
    EXPECT_EQ(load_le<std::uint64_t>(bytes, 3), 0U);
    EXPECT_EQ(load_le<std::uint64_t>(bytes, 1000), 0U);
    EXPECT_EQ(load_le<std::uint16_t>({}, 0), 0U);
}

TEST(StoreLe, WritesWhatLoadReads) {
    Bytes bytes(10, 0xEE);
    store_le(bytes, 1, std::uint64_t{0x0123456789ABCDEF});
    EXPECT_EQ(bytes, hex("EE EF CD AB 89 67 45 23 01 EE"));
    store_le(bytes, 0, std::uint16_t{0xBEEF});
    EXPECT_EQ(load_le<std::uint16_t>(bytes, 0), 0xBEEFU);
}

TEST(Slice, IsShortenedToWhatIsThere) {
    const Bytes bytes = hex("00 01 02 03");
    EXPECT_EQ(slice(bytes, 1, 2).size(), 2U);
    EXPECT_EQ(slice(bytes, 1, 2)[0], 1U);
    EXPECT_EQ(slice(bytes, 3, 100).size(), 1U);
    EXPECT_TRUE(slice(bytes, 4, 1).empty());
    EXPECT_TRUE(slice(bytes, 5, static_cast<std::size_t>(-1)).empty());
    EXPECT_EQ(slice(bytes, 1, static_cast<std::size_t>(-1)).size(), 3U);
}

TEST(LoadArray, PadsWithZero) {
    EXPECT_EQ((load_array<4>(hex("01 02 03"), 1)),
              (std::array<std::uint8_t, 4>{0x02, 0x03, 0x00, 0x00}));
}

TEST(AllZero, SeesASingleBit) {
    EXPECT_TRUE(all_zero({}));
    EXPECT_TRUE(all_zero(Bytes(100)));
    Bytes bytes(100);
    bytes[99] = 0x01;
    EXPECT_FALSE(all_zero(bytes));
}

TEST(Hex, GoesBothWays) {
    EXPECT_EQ(to_hex(hex("00 1f A0 ff")), "001fa0ff");
    EXPECT_EQ(to_hex({}), "");
    Bytes out{0x55};
    EXPECT_TRUE(from_hex("001fA0Ff", out));
    EXPECT_EQ(out, (Bytes{0x00, 0x1F, 0xA0, 0xFF}));
    EXPECT_TRUE(from_hex("", out));
    EXPECT_TRUE(out.empty());
}

TEST(Hex, RefusesWhatIsNoHex) {
    Bytes out;
    EXPECT_FALSE(from_hex("0", out));
    EXPECT_FALSE(from_hex("0g", out));
    EXPECT_FALSE(from_hex("g0", out));
    EXPECT_FALSE(from_hex("00 ", out));
    EXPECT_FALSE(from_hex("-1", out));
    EXPECT_FALSE(from_hex(std::string_view("0\0", 2), out));
}

TEST(Printable, CutsPadding) {
    EXPECT_EQ(printable(hex("41 42 20 20")), "AB");
    EXPECT_EQ(printable(hex("41 42 00 00")), "AB");
    EXPECT_EQ(printable(hex("41 20 42 20 00 20")), "A B");
    EXPECT_EQ(printable(hex("20 20 00")), "");
}

TEST(Printable, EscapesWhatIsNotPrintable) {
    EXPECT_EQ(printable(hex("41 00 42")), "A\\x00B");
    EXPECT_EQ(printable(hex("1b 5b 33 31 6d")), "\\x1b[31m");
    EXPECT_EQ(printable(hex("7e 7f 80 ff")), "~\\x7f\\x80\\xff");
    EXPECT_EQ(printable(hex("5c 78 30 30")), "\\x5cx00") << "a backslash is no escape of its own";
}

TEST(Printable, IsTheSameOfText) {
    EXPECT_EQ(printable(std::string("A B  ")), "A B");
    EXPECT_EQ(printable(std::string_view("A\0B\0", 4)), "A\\x00B");
    EXPECT_EQ(printable(std::string("\x1b[31m\xff\\")), "\\x1b[31m\\xff\\x5c");
    EXPECT_EQ(printable(std::string_view{}), "");
}

} // namespace
} // namespace haoh::nvme
