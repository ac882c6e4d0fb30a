// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/protocol/answer.hpp>

#include <gtest/gtest.h>

namespace haoh::arraysim {
namespace {

TEST(AnswerKind, EveryNameReadsBackAsItsKind) {
    for (const AnswerKind kind : answer_kinds()) {
        EXPECT_EQ(parse_answer_kind(to_string(kind)), kind) << to_string(kind);
    }
    EXPECT_FALSE(parse_answer_kind("identify"));
}

TEST(AnswerKind, HasTheNamesThatAreDocumented) {
    // docs/arraysim.md, in the order of the enumeration.
    const char* const names[] = {"icresp",
                                 "connect",
                                 "property",
                                 "identify-controller",
                                 "identify-namespace",
                                 "descriptors",
                                 "nvm",
                                 "nvm-controller",
                                 "independent",
                                 "namespace-list",
                                 "namespace-controllers",
                                 "controller-list",
                                 "io-command-sets",
                                 "allocated-list",
                                 "domain-list",
                                 "supported-logs",
                                 "error-log",
                                 "smart-log",
                                 "firmware-log",
                                 "changed-namespaces-log",
                                 "commands-log",
                                 "ana-log",
                                 "dispersed-log",
                                 "discovery-log",
                                 "features",
                                 "set-features",
                                 "async-event",
                                 "keep-alive",
                                 "read",
                                 "write",
                                 "other"};
    ASSERT_EQ(answer_kinds().size(), std::size(names));
    for (const char* const name : names) {
        const auto kind = parse_answer_kind(name);
        ASSERT_TRUE(kind) << name;
        EXPECT_EQ(to_string(*kind), name);
    }
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
