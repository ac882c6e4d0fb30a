// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/source_problem.hpp"

#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

TEST(SourceProblem, of_an_error_has_its_advice_apart) {
    const SourceProblem advised =
        Error(Errc::closed, "read", "/dev/kmsg", "no; not now", "be root");
    EXPECT_EQ(advised.what, "read /dev/kmsg: no; not now");
    EXPECT_EQ(advised.advice, "be root");
    EXPECT_EQ(advised.text(), "read /dev/kmsg: no; not now; be root");
    const Error error(Errc::closed, "read", "/dev/kmsg", "no; not now");
    const SourceProblem plain = error;
    EXPECT_EQ(plain.advice, "");
    EXPECT_EQ(plain.text(), error.what());
}

TEST(SourceProblem, of_words_has_no_advice_whatever_they_look_like) {
    const SourceProblem problem = "it ended; see there";
    EXPECT_EQ(problem.advice, "");
    EXPECT_EQ(problem.text(), "it ended; see there");
    EXPECT_FALSE(problem.empty());
    EXPECT_TRUE(SourceProblem().empty());
    EXPECT_TRUE(SourceProblem(std::string()).empty());
}

} // namespace
} // namespace haoh::monitor
