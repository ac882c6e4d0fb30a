// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/round.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace haoh::monitor {
namespace {

using ::testing::ElementsAre;

std::vector<NamespaceObservation> known_of(std::uint32_t count, std::uint32_t first = 1) {
    std::vector<NamespaceObservation> known(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        known[i].nsid = first + i;
    }
    return known;
}

/// What had a turn in so many, and how much there was in one of them at most.
struct Seen {
    std::map<std::uint32_t, unsigned> nsids;
    unsigned rounds{};
    std::size_t most{};
};

Seen look(Round& round, const std::vector<NamespaceObservation>& known, std::size_t turns) {
    Seen seen;
    for (std::size_t turn = 0; turn < turns; ++turn) {
        const Round::Portion portion = round.next(known);
        for (const std::uint32_t nsid : portion.nsids) {
            ++seen.nsids[nsid];
        }
        seen.rounds += portion.controller ? 1U : 0U;
        seen.most = std::max(seen.most, portion.nsids.size());
    }
    return seen;
}

TEST(Round, HasAllOfThemInAMinuteAndNeverManyAtOnce) {
    for (const std::uint32_t count : {0U, 1U, 2U, 59U, 60U, 128U, 1000U, 3839U}) {
        SCOPED_TRACE(count);
        const auto known = known_of(count);
        Round round;
        const Seen seen = look(round, known, Round::kTurns);
        EXPECT_EQ(seen.rounds, 1U);
        EXPECT_EQ(seen.nsids.size(), count);
        EXPECT_TRUE(
            std::ranges::all_of(seen.nsids, [](const auto& one) { return one.second == 1; }));
        EXPECT_LE(seen.most, count / Round::kTurns + 1) << "spread evenly";
        EXPECT_EQ(look(round, known, Round::kTurns).rounds, 1U) << "and again";
    }
}

TEST(Round, TakesLongerWithManyRatherThanMoreAtOnce) {
    const auto known = known_of(65536);
    Round round;
    const std::size_t turns = 65536 / Round::kMost + 1;
    const Seen seen = look(round, known, turns);
    EXPECT_EQ(seen.nsids.size(), 65536U);
    EXPECT_EQ(seen.rounds, 1U);
    EXPECT_EQ(seen.most, Round::kMost);
}

TEST(Round, GoesOnWhereItWasWhenNamespacesComeAndGo) {
    Round round;
    const auto before = known_of(120, 100);
    EXPECT_THAT(round.next(before).nsids, ElementsAre(100, 101));
    auto after = known_of(119, 101);
    after.front().nsid = 1; // in the place of 101
    EXPECT_THAT(round.next(after).nsids, ElementsAre(102, 103));
    const Seen seen = look(round, after, 2 * Round::kTurns);
    EXPECT_EQ(seen.nsids.size(), 119U) << "the first of them in the next round";
    EXPECT_EQ(seen.nsids.begin()->first, 1U);
}

TEST(Round, BeginsAnewWhenAllWasRead) {
    const auto known = known_of(59);
    Round round;
    EXPECT_THAT(round.next(known).nsids, ElementsAre(1));
    EXPECT_THAT(round.next(known).nsids, ElementsAre(2));
    round.restart();
    EXPECT_THAT(round.next(known).nsids, ElementsAre(1));
}

TEST(Round, RestsForAsLongAsWhatItFoundCosts) {
    const auto known = known_of(640);
    Round round;
    static_cast<void>(look(round, known, 7));
    round.found(known.size());
    const Seen rest = look(round, known, 10);
    EXPECT_TRUE(rest.nsids.empty());
    EXPECT_EQ(rest.rounds, 0U);
    EXPECT_FALSE(round.next(known).nsids.empty());
    // Of a few it is nothing.
    const auto few = known_of(59);
    round.found(few.size());
    EXPECT_THAT(round.next(few).nsids, ElementsAre(1));
}

} // namespace
} // namespace haoh::monitor
