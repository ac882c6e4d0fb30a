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
    EXPECT_THAT(*parse_node_list("5-5"), ElementsAre(5));
    EXPECT_THAT(*parse_node_list("0,1,3"), ElementsAre(0, 1, 3));
    EXPECT_EQ(parse_node_list("0-1023")->size(), 1024U);
}

TEST(NodeList, of_something_else_is_nothing) {
    for (const char* const text :
         {"-1", "0-", "-", "2-1", "1,1", "3,2", "0,", ",0", "1024", "a", "0-4294967295", "0-1024",
          "0 1", "0-1-2", "0-3,3", "0-3,2-5", ",", "0,,1"}) {
        EXPECT_FALSE(parse_node_list(text)) << text;
    }
}

TEST(NumaTopology, knows_distances_of_nodes_that_are_not_numbered_through) {
    // A firmware's table need not be symmetric, and a row may be short.
    const NumaTopology numa{{{0, {10, 21, 24}}, {4, {31, 10, 12}}, {5, {}}, {7, {41}}}};
    EXPECT_EQ(numa.distance(0, 4), 21U);
    EXPECT_EQ(numa.distance(4, 0), 31U);
    EXPECT_EQ(numa.distance(0, 5), 24U);
    EXPECT_EQ(numa.distance(4, 5), 12U);
    EXPECT_EQ(numa.distance(7, 0), 41U);
    EXPECT_EQ(numa.distance(7, 4), kLocalDistance) << "not in its row";
    EXPECT_EQ(numa.distance(3, 0), kLocalDistance);
    EXPECT_EQ(kLocalDistance, 10U) << "include/linux/topology.h";
    EXPECT_EQ(numa.distance(4, 4), 10U);
    EXPECT_EQ(numa.distance(0, 3), kLocalDistance);
    EXPECT_EQ(numa.distance(5, 0), kLocalDistance);
    EXPECT_EQ(NumaTopology{}.distance(0, 1), kLocalDistance);
}

} // namespace
} // namespace haoh
