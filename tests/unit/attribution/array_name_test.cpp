// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attribution/array_name.hpp"

#include <gtest/gtest.h>

#include <set>

namespace haoh::attribution {
namespace {

TEST(ArrayName, IsInLetters) {
    EXPECT_EQ(array_name(0), "array-a");
    EXPECT_EQ(array_name(25), "array-z");
    EXPECT_EQ(array_name(26), "array-aa");
    EXPECT_EQ(array_name(27), "array-ab");
    EXPECT_EQ(array_name(701), "array-zz");
    EXPECT_EQ(array_name(702), "array-aaa");
}

TEST(ArrayName, IsOfOneNumber) {
    std::set<std::string> names;
    for (std::size_t number = 0; number < 20'000; ++number) {
        EXPECT_TRUE(names.insert(array_name(number)).second) << number;
    }
}

} // namespace
} // namespace haoh::attribution
