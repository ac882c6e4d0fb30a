// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/inspect.hpp>

#include <haoh/error.hpp>
#include <haoh/report.hpp>

#include "churned_pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace haoh::test {
namespace {

TEST(Inspect, judges_what_is_recorded_with_it) {
    ServedPair pair;
    Source all = source_of(pair);
    Source one = all;
    one.targets.pop_back();
    Observation other = observe_now([&] {
        Source second = all;
        second.targets.erase(second.targets.begin());
        return second;
    }());
    ASSERT_EQ(other.controllers.size(), 1U);
    const Inspection seen = inspect_now(one, {}, {std::move(other)});
    EXPECT_EQ(seen.observation.controllers.size(), 2U);
    EXPECT_EQ(seen.report.model, Model::stretched);
}

TEST(Inspect, what_is_wrong_with_the_source_is_thrown) {
    Source source;
    source.targets = {"127.0.0.1:1", "127.0.0.1:1"};
    EXPECT_THROW(static_cast<void>(inspect_now(source, {})), Error);
}

TEST(Inspect, an_array_that_is_down_is_read_once) {
    ServedPair pair;
    const Source source = source_of(pair);
    pair.say("down b");
    const Inspection seen = inspect_now(source, {});
    EXPECT_EQ(seen.report.verdict, Verdict::unknown);
    EXPECT_EQ(seen.report.readings, 1U) << to_text(seen.report, seen.observation);
    EXPECT_THAT(seen.observation.unobserved, testing::SizeIs(1));
}

} // namespace
} // namespace haoh::test
