// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/answer.hpp>

#include <gtest/gtest.h>

namespace haoh::arraysim {
namespace {

TEST(AnswerKind, EveryNameReadsBackAsItsKind) {
    for (const AnswerKind kind : answer_kinds()) {
        EXPECT_EQ(parse_answer_kind(to_string(kind)), kind) << to_string(kind);
    }
    EXPECT_FALSE(parse_answer_kind("identify"));
}

TEST(Occurrence, ReadsANumberARangeAndAnOpenRange) {
    EXPECT_EQ(parse_occurrence("3"), (Occurrence{.first = 3, .last = 3}));
    EXPECT_EQ(parse_occurrence("2-4"), (Occurrence{.first = 2, .last = 4}));
    const auto open = parse_occurrence("2-");
    ASSERT_TRUE(open);
    EXPECT_FALSE(open->contains(1));
    EXPECT_TRUE(open->contains(2));
    EXPECT_TRUE(open->contains(1000000));
}

TEST(Occurrence, RefusesZeroDescendingRangesAndText) {
    for (const char* const text : {"", "0", "-", "-2", "4-2", "x", "1-x", "1 ", "1-2-3"}) {
        EXPECT_FALSE(parse_occurrence(text)) << text;
    }
}

} // namespace
} // namespace haoh::arraysim
