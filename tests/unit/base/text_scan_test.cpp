// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/text_scan.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace haoh::base {
namespace {

TEST(TextScan, takes_a_prefix_or_nothing) {
    std::string_view text = "nvme0: queue";
    EXPECT_TRUE(take_prefix(text, "nvme"));
    EXPECT_EQ(text, "0: queue");
    EXPECT_FALSE(take_prefix(text, "1"));
    EXPECT_FALSE(take_prefix(text, "0: queue and more"));
    EXPECT_EQ(text, "0: queue");
    EXPECT_TRUE(take_prefix(text, ""));
    EXPECT_TRUE(take_prefix(text, "0: queue"));
    EXPECT_EQ(text, "");
}

TEST(TextScan, takes_a_number_that_fits_or_nothing) {
    std::string_view text = "65535 1f,";
    std::uint16_t number{};
    EXPECT_TRUE(take_number(text, number));
    EXPECT_EQ(number, 65535);
    EXPECT_EQ(text, " 1f,");
    EXPECT_FALSE(take_number(text, number)) << "a blank";
    EXPECT_EQ(text, " 1f,");
    text.remove_prefix(1);
    EXPECT_TRUE(take_number(text, number, 16));
    EXPECT_EQ(number, 0x1F);
    EXPECT_EQ(text, ",");
    std::string_view large = "65536 ";
    EXPECT_FALSE(take_number(large, number));
    EXPECT_EQ(large, "65536 ");
    int signed_number{};
    std::string_view negative = "-7";
    EXPECT_TRUE(take_number(negative, signed_number));
    EXPECT_EQ(signed_number, -7);
    EXPECT_EQ(negative, "");
    EXPECT_FALSE(take_number(negative, signed_number)) << "nothing is left";
}

} // namespace
} // namespace haoh::base
