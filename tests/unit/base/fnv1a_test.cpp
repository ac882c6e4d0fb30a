// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/fnv1a.hpp"

#include <gtest/gtest.h>

#include <array>

namespace haoh::base {
namespace {

TEST(Fnv1a, is_what_its_authors_list) {
    // http://www.isthe.com/chongo/src/fnv/test_fnv.c: 64 bits, without the NUL at the end.
    EXPECT_EQ(Fnv1a{}.value(), 0xcbf29ce484222325U);
    EXPECT_EQ(Fnv1a{}.add(std::string_view{"a"}).value(), 0xaf63dc4c8601ec8cU);
    EXPECT_EQ(Fnv1a{}.add(std::string_view{"foobar"}).value(), 0x85944171f73967e8U);
}

TEST(Fnv1a, takes_bytes_however_they_come) {
    constexpr std::array<std::uint8_t, 3> kBytes{'f', 'o', 0xFF};
    const std::uint64_t one_by_one =
        Fnv1a{}.add(std::uint8_t{'f'}).add(std::uint8_t{'o'}).add(std::uint8_t{0xFF}).value();
    EXPECT_EQ(Fnv1a{}.add(kBytes).value(), one_by_one);
    EXPECT_EQ(Fnv1a{}.add(std::string_view{"fo\xFF"}).value(), one_by_one);
    EXPECT_NE(Fnv1a{7}.add(kBytes).value(), one_by_one) << "another basis";
}

} // namespace
} // namespace haoh::base
