// SPDX-License-Identifier: LGPL-2.1-or-later
#include "transition_history.hpp"

#include "monitor_sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::tool {
namespace {

using test::ana_change;
using test::at_second;
using test::kNqn;

TransitionHistory::Counts peak(const TransitionHistory& history,
                               const std::vector<std::uint32_t>& nsids, std::int64_t second) {
    return history.peak("host-a", kNqn, "array-a", nsids, at_second(second));
}

std::uint32_t sum(const TransitionHistory::Counts& counts) {
    std::uint32_t out = 0;
    for (const std::uint32_t count : counts) {
        out += count;
    }
    return out;
}

TEST(TransitionHistory, counts_by_slot_and_array) {
    TransitionHistory history;
    history.add(ana_change(0, 1, "array-a"));
    history.add(ana_change(9, 1, "array-a"));
    history.add(ana_change(10, 1, "array-a"));
    history.add(ana_change(10, 1, "array-b"));
    const auto counts = peak(history, {1}, 15);
    EXPECT_EQ(counts[TransitionHistory::kSlots - 2], 2U);
    EXPECT_EQ(counts[TransitionHistory::kSlots - 1], 1U);
    EXPECT_EQ(sum(counts), 3U);
}

TEST(TransitionHistory, of_several_namespaces_the_most_that_one_saw_counts) {
    TransitionHistory history;
    for (std::uint32_t nsid = 1; nsid <= 100; ++nsid) {
        history.add(ana_change(0, nsid, "array-a"));
    }
    history.add(ana_change(1, 7, "array-a"));
    EXPECT_EQ(sum(peak(history, {1, 2, 3}, 5)), 1U);
    EXPECT_EQ(sum(peak(history, {6, 7, 8}, 5)), 2U);
}

TEST(TransitionHistory, forgets_what_is_over) {
    TransitionHistory history;
    history.add(ana_change(0, 1, "array-a"));
    EXPECT_EQ(sum(peak(history, {1}, 299)), 1U);
    EXPECT_EQ(sum(peak(history, {1}, 300)), 0U);
    history.add(ana_change(100'000, 1, "array-a"));
    EXPECT_EQ(sum(peak(history, {1}, 100'000)), 1U);
    // Out of order, though within what is kept, and far outside.
    history.add(ana_change(99'990, 1, "array-a"));
    history.add(ana_change(0, 1, "array-a"));
    EXPECT_EQ(sum(peak(history, {1}, 100'000)), 2U);
}

TEST(TransitionHistory, begins_with_the_clock) {
    TransitionHistory history;
    history.add(ana_change(-1000, 1, "array-a")); // the clock's zero
    EXPECT_EQ(at_second(-1000).monotonic.count(), 0);
    history.add(ana_change(-1010, 1, "array-a"));
    history.add(ana_change(-1500, 1, "array-a"));
    const auto counts = peak(history, {1}, -1000);
    EXPECT_EQ(counts.back(), 1U);
    EXPECT_EQ(sum(counts), 1U);
}

TEST(TransitionHistory, does_not_take_what_is_new_for_what_was_long_ago) {
    TransitionHistory history;
    history.add(ana_change(0, 1, "array-a"));
    EXPECT_EQ(sum(peak(history, {1}, 5)), 1U);
    history.add(ana_change(290, 1, "array-a"));
    history.add(ana_change(300, 1, "array-a")); // a whole round later
    EXPECT_EQ(peak(history, {1}, 300).back(), 1U);
    EXPECT_EQ(sum(peak(history, {1}, 5)), 0U);
    EXPECT_EQ(sum(peak(history, {1}, 300)), 2U);
    EXPECT_EQ(sum(peak(history, {1}, 600)), 0U);
}

TEST(TransitionHistory, is_kept_by_host_subsystem_array_and_namespace) {
    TransitionHistory history;
    history.add(ana_change(0, 1, "array-a"));
    const std::vector<std::uint32_t> one{1};
    const std::vector<std::uint32_t> other{2};
    const auto now = at_second(5);
    EXPECT_EQ(sum(history.peak("host-a", kNqn, "array-a", one, now)), 1U);
    EXPECT_EQ(sum(history.peak("host-b", kNqn, "array-a", one, now)), 0U);
    EXPECT_EQ(sum(history.peak("host-a", "nqn", "array-a", one, now)), 0U);
    EXPECT_EQ(sum(history.peak("host-a", kNqn, "array-b", one, now)), 0U);
    EXPECT_EQ(sum(history.peak("host-a", kNqn, "array-a", other, now)), 0U);
}

TEST(TransitionHistory, counts_all_transitions_of_an_event_and_does_not_overflow) {
    TransitionHistory history;
    Event event = ana_change(0, 1, "array-a");
    event.transitions = 7;
    history.add(event);
    history.add(event);
    EXPECT_EQ(sum(peak(history, {1}, 5)), 14U);
    event.transitions = 1'000'000;
    history.add(event);
    EXPECT_EQ(sum(peak(history, {1}, 5)), 65535U);
    for (const EventKind kind : {EventKind::path_added, EventKind::path_lost}) {
        event.kind = kind;
        event.nsid = 2;
        event.transitions = 1;
        history.add(event);
    }
    EXPECT_EQ(sum(peak(history, {2}, 5)), 2U);
}

TEST(TransitionHistory, leaves_out_what_changes_no_path) {
    TransitionHistory history;
    Event event = ana_change(0, 1, "array-a");
    event.kind = EventKind::aen;
    history.add(event);
    event.kind = EventKind::path_lost;
    event.transitions = 0;
    history.add(event);
    event.nsid.reset();
    history.add(event);
    EXPECT_EQ(sum(peak(history, {1}, 0)), 1U);
}

TEST(TransitionHistory, is_bounded_and_makes_room_when_series_rest) {
    TransitionHistory history;
    for (std::uint32_t nsid = 1; nsid <= 65'636; ++nsid) {
        history.add(ana_change(0, nsid, "array-a"));
    }
    EXPECT_EQ(history.size(), 65'536U) << "what the header promises";
    history.add(ana_change(1000, 1'000'000, "array-a"));
    EXPECT_EQ(history.size(), 1U);
    EXPECT_EQ(sum(peak(history, {1'000'000}, 1000)), 1U);
    for (int array = 0; array < 3000; ++array) {
        history.add(ana_change(1000, 1, "array-" + std::to_string(array)));
    }
    EXPECT_EQ(history.size(), 1024U) << "a series for each array, the first one's is older";
    history.add(ana_change(1000, 2, "array-a"));
    EXPECT_EQ(history.size(), 1025U) << "one that is known goes on";
}

TEST(TransitionHistory, makes_room_for_others_as_soon_as_all_slots_are_over) {
    TransitionHistory history;
    for (std::uint32_t nsid = 1; nsid <= TransitionHistory::kMaxSeries; ++nsid) {
        history.add(ana_change(nsid == 1 ? 10 : 0, nsid, "array-a"));
    }
    history.add(ana_change(299, 1'000'000, "array-a"));
    EXPECT_EQ(history.size(), TransitionHistory::kMaxSeries) << "of five minutes nothing is lost";
    EXPECT_EQ(sum(peak(history, {1'000'000}, 299)), 0U);
    history.add(ana_change(300, 1'000'000, "array-a"));
    EXPECT_EQ(history.size(), 2U) << "it and the one that changed ten seconds later";
    EXPECT_EQ(sum(peak(history, {1'000'000}, 300)), 1U);
}

TEST(Sparkline, has_one_scale_for_all) {
    const std::vector<std::uint32_t> counts{0, 1, 2, 3, 4, 8, 16, 32, 64, 65535};
    EXPECT_EQ(sparkline(counts), "▁▂▃▃▄▅▆▇██");
}

} // namespace
} // namespace haoh::tool
