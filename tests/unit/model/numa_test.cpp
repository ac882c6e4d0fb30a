// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/numa.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(NodeList, is_written_as_ranges) {
    EXPECT_THAT(*parse_node_list(""), IsEmpty());
    EXPECT_THAT(*parse_node_list("0"), ElementsAre(0));
    EXPECT_THAT(*parse_node_list("0-2,5,7-8"), ElementsAre(0, 1, 2, 5, 7, 8));
    EXPECT_THAT(*parse_node_list("1023"), ElementsAre(1023));
}

TEST(NodeList, of_something_else_is_nothing) {
    for (const char* const text : {"-1", "0-", "-", "2-1", "1,1", "3,2", "0,", ",0", "1024", "a",
                                   "0-4294967295", "0 1", "0-1-2"}) {
        EXPECT_FALSE(parse_node_list(text)) << text;
    }
}

TEST(NumaTopology, knows_distances_of_nodes_that_are_not_numbered_through) {
    const NumaTopology numa{{{0, {10, 21}}, {4, {21, 10}}, {5, {}}}};
    EXPECT_EQ(numa.distance(0, 4), 21U);
    EXPECT_EQ(numa.distance(4, 4), 10U);
    EXPECT_EQ(numa.distance(0, 3), kLocalDistance);
    EXPECT_EQ(numa.distance(5, 0), kLocalDistance);
    EXPECT_EQ(NumaTopology{}.distance(0, 1), kLocalDistance);
}

} // namespace
} // namespace haoh
