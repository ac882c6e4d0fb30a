// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/report/sample_monitor.hpp"

#include <haoh/journal.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace haoh {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Player : public ::testing::Test {
  protected:
    static JournalEntry entry(JournalEntry::Kind kind, std::uint64_t sequence,
                              std::chrono::nanoseconds began = {}) {
        JournalEntry out{.kind = kind, .sequence = sequence, .status = test::monitor_status()};
        out.status.began = test::moment(began);
        out.status.events = {{EventKind::ana_change, sequence}};
        return out;
    }
    /// nvme1 becomes optimized and inaccessible by turns.
    static Event event(std::uint64_t sequence) {
        Event out = test::ana_event(1, 3700s + sequence * 1ms);
        out.sequence = sequence;
        out.cause = out.observed;
        out.cause->monotonic -= sequence * 1us;
        out.to = sequence % 2 == 0 ? "optimized" : "inaccessible";
        return out;
    }
    [[nodiscard]] std::uint64_t changes() const {
        return player.status().events[EventKind::ana_change];
    }

    JournalPlayer player;
};

TEST_F(Player, knows_at_each_line_what_the_monitor_knew) {
    EXPECT_FALSE(player.running());
    EXPECT_TRUE(player.begins(entry(JournalEntry::Kind::begin, 0)));
    EXPECT_FALSE(player.take(entry(JournalEntry::Kind::begin, 0)).tells);
    EXPECT_TRUE(player.running());
    for (std::uint64_t number = 1; number <= 3; ++number) {
        EXPECT_FALSE(player.begins(event(number)));
        const auto played = player.take(event(number));
        EXPECT_TRUE(played.tells);
        EXPECT_EQ(played.missing, 0U);
        EXPECT_EQ(changes(), number);
    }
    EXPECT_EQ(player.status().namespaces.front().paths.front().ana_state,
              nvme::AnaState::inaccessible);
    EXPECT_THAT(player.latencies(), ElementsAre(1us, 2us, 3us));
    player.take(entry(JournalEntry::Kind::status, 3));
    EXPECT_EQ(player.status(), entry(JournalEntry::Kind::status, 3).status) << "as it is told";
    EXPECT_TRUE(player.running());
    player.take(entry(JournalEntry::Kind::end, 3));
    EXPECT_FALSE(player.running());
    EXPECT_THAT(player.latencies(), SizeIs(3));
}

TEST_F(Player, takes_what_led_to_the_beginning_for_told_and_counts_it_once) {
    player.take(entry(JournalEntry::Kind::begin, 2));
    EXPECT_TRUE(player.take(event(1)).tells);
    EXPECT_TRUE(player.take(event(2)).tells);
    EXPECT_EQ(changes(), 2U) << "they were in it";
    EXPECT_TRUE(player.take(event(3)).tells);
    EXPECT_EQ(changes(), 3U);
    EXPECT_THAT(player.latencies(), SizeIs(3));
}

TEST_F(Player, tells_how_many_events_are_missing) {
    player.take(entry(JournalEntry::Kind::begin, 0));
    player.take(event(1));
    EXPECT_EQ(player.take(event(5)).missing, 3U);
    EXPECT_EQ(player.take(entry(JournalEntry::Kind::status, 9)).missing, 4U);
    EXPECT_EQ(player.take(event(10)).missing, 0U);
    EXPECT_EQ(changes(), 10U) << "the monitor has counted them";
    EXPECT_THAT(player.latencies(), IsEmpty()) << "some are not known";
}

TEST_F(Player, begins_with_a_file_of_the_middle) {
    const auto played = player.take(entry(JournalEntry::Kind::continued, 40));
    EXPECT_EQ(played.missing, 0U) << "who looks at one file knows that there are others";
    EXPECT_EQ(player.take(event(41)).missing, 0U);
    EXPECT_EQ(changes(), 41U);
    EXPECT_THAT(player.latencies(), IsEmpty()) << "others are in the status alone";
}

TEST_F(Player, goes_on_from_one_file_to_the_next) {
    player.take(entry(JournalEntry::Kind::begin, 0));
    player.take(event(1));
    EXPECT_FALSE(player.begins(entry(JournalEntry::Kind::continued, 1)));
    EXPECT_EQ(player.take(entry(JournalEntry::Kind::continued, 1)).missing, 0U);
    player.take(event(2));
    EXPECT_THAT(player.latencies(), SizeIs(2));
}

TEST_F(Player, passes_over_what_was_there_before) {
    player.take(entry(JournalEntry::Kind::begin, 0));
    player.take(event(1));
    player.take(event(2));
    EXPECT_FALSE(player.take(event(2)).tells);
    EXPECT_FALSE(player.take(event(1)).tells);
    player.take(entry(JournalEntry::Kind::status, 1));
    EXPECT_EQ(changes(), 2U) << "an older status";
}

TEST_F(Player, begins_anew_with_another_monitor) {
    player.take(entry(JournalEntry::Kind::begin, 0));
    player.take(event(1));
    EXPECT_TRUE(player.running()) << "it has no end";
    const JournalEntry other = entry(JournalEntry::Kind::begin, 0, 1h);
    EXPECT_TRUE(player.begins(other));
    player.take(other);
    EXPECT_EQ(player.status(), other.status);
    EXPECT_THAT(player.latencies(), IsEmpty());
    EXPECT_EQ(player.take(event(1)).missing, 0U);
    EXPECT_TRUE(player.take(event(2)).tells);
    EXPECT_TRUE(player.begins(entry(JournalEntry::Kind::status, 2, 2h)))
        << "its beginning is not there";
}

TEST_F(Player, has_what_events_alone_say) {
    EXPECT_TRUE(player.take(event(7)).tells);
    EXPECT_EQ(changes(), 1U);
    EXPECT_EQ(player.status().began, event(7).observed);
    EXPECT_EQ(player.take(event(9)).missing, 1U);
    EXPECT_FALSE(player.begins(entry(JournalEntry::Kind::status, 9)))
        << "whose beginning is not known";
    player.take(entry(JournalEntry::Kind::status, 9));
    EXPECT_EQ(changes(), 9U);
    EXPECT_TRUE(player.begins(entry(JournalEntry::Kind::status, 9, 1s)));
}

TEST_F(Player, counts_anew_from_a_moment_on) {
    player.take(entry(JournalEntry::Kind::begin, 0));
    player.take(event(1));
    player.take(event(2));
    player.count_anew();
    EXPECT_EQ(changes(), 0U);
    EXPECT_THAT(player.latencies(), IsEmpty());
    player.take(event(3));
    EXPECT_EQ(changes(), 1U);
    EXPECT_EQ(player.status().began, event(2).observed);
    EXPECT_THAT(player.latencies(), ElementsAre(3us));
    player.take(entry(JournalEntry::Kind::begin, 0, 1h));
    player.take(event(1));
    EXPECT_EQ(changes(), 1U) << "of another monitor all is new";
}

TEST_F(Player, may_be_moved) {
    player.take(entry(JournalEntry::Kind::begin, 0));
    JournalPlayer other = std::move(player);
    other.take(event(1));
    EXPECT_THAT(other.latencies(), SizeIs(1));
    player = std::move(other);
    EXPECT_EQ(changes(), 1U);
}

} // namespace
} // namespace haoh
