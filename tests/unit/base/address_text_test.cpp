// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/address_text.hpp"

#include <gtest/gtest.h>

namespace haoh::base {
namespace {

TEST(AddressText, has_one_spelling_of_an_address) {
    EXPECT_EQ(numeric_address("10.0.0.1"), "10.0.0.1");
    EXPECT_EQ(numeric_address("fd00:0000:0000:0000:0000:0000:0000:0001"), "fd00::1");
    EXPECT_EQ(numeric_address("FD00::1"), "fd00::1");
    for (const char* const other : {"", "array-a", "10.0.0", "10.0.0.1:4420", "[fd00::1]",
                                    "nn-0x1000000044001123:pn-0x2000000055001123"}) {
        EXPECT_EQ(numeric_address(other), std::nullopt) << other;
        EXPECT_EQ(plain_address(other), other);
    }
    EXPECT_EQ(plain_address("FD00::0001"), "fd00::1");
}

TEST(AddressText, has_brackets_where_a_colon_would_be_taken_for_the_ports) {
    EXPECT_EQ(bracketed("fd00::1"), "[fd00::1]");
    EXPECT_EQ(bracketed("10.0.0.1"), "10.0.0.1");
    EXPECT_EQ(bracketed("array-a"), "array-a");
    EXPECT_EQ(bracketed(""), "");
}

} // namespace
} // namespace haoh::base
