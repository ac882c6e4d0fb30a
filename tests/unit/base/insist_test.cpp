// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/insist.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace haoh::base {
namespace {

TEST(Insist, does_it_once_where_there_is_memory) {
    int done = 0;
    insist([&] { ++done; });
    EXPECT_EQ(done, 1);
}

TEST(Insist, tries_again_until_there_is) {
    int tried = 0;
    insist([&] {
        if (++tried < 3) {
            throw std::bad_alloc();
        }
    });
    EXPECT_EQ(tried, 3);
}

TEST(Insist, gives_up_after_a_while_and_at_once_for_any_other_reason) {
    int tried = 0;
    const auto without_memory = [&] {
        ++tried;
        throw std::bad_alloc();
    };
    EXPECT_THROW(insist(without_memory), std::bad_alloc);
    EXPECT_GT(tried, 3);
    tried = 0;
    const auto broken = [&] {
        ++tried;
        throw std::runtime_error("broken");
    };
    EXPECT_THROW(insist(broken), std::runtime_error);
    EXPECT_EQ(tried, 1);
}

} // namespace
} // namespace haoh::base
