// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/event_queue.hpp"

#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

Event ana_change(const std::string& path, const std::string& from, const std::string& to) {
    Event event;
    event.kind = EventKind::ana_change;
    event.path = path;
    event.from = from;
    event.to = to;
    event.transitions = 1;
    return event;
}

TEST(EventQueue, keeps_the_order) {
    EventQueue queue(8);
    EXPECT_TRUE(queue.empty());
    queue.push(ana_change("nvme0c0n1", "optimized", "change"));
    queue.push(ana_change("nvme0c0n2", "optimized", "change"));
    queue.push(ana_change("nvme0c0n1", "change", "inaccessible"));
    EXPECT_EQ(queue.pop()->to, "change");
    EXPECT_EQ(queue.pop()->path, "nvme0c0n2");
    EXPECT_EQ(queue.pop()->to, "inaccessible");
    EXPECT_EQ(queue.pop(), std::nullopt);
    EXPECT_EQ(queue.merged(), 0U);
}

TEST(EventQueue, joins_events_of_one_object_when_it_is_full) {
    EventQueue queue(2);
    queue.push(ana_change("nvme0c0n1", "optimized", "change"));
    queue.push(ana_change("nvme0c0n2", "optimized", "inaccessible"));
    for (int i = 0; i < 1000; ++i) {
        queue.push(ana_change("nvme0c0n1", "change", "inaccessible"));
        queue.push(ana_change("nvme0c0n1", "inaccessible", "change"));
    }
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_EQ(queue.merged(), 2000U);
    EXPECT_EQ(queue.pop()->path, "nvme0c0n2");
    const auto last = queue.pop();
    EXPECT_EQ(last->from, "optimized") << "what the taker knew last";
    EXPECT_EQ(last->to, "change") << "the last state";
    EXPECT_EQ(last->transitions, 2001U);
}

TEST(EventQueue, loses_no_object_when_it_is_full) {
    EventQueue queue(1);
    for (int i = 0; i < 100; ++i) {
        queue.push(ana_change("nvme0c0n" + std::to_string(i), "optimized", "change"));
    }
    EXPECT_EQ(queue.size(), 100U);
    EXPECT_EQ(queue.merged(), 0U);
}

TEST(EventQueue, never_joins_different_kinds) {
    EventQueue queue(1);
    queue.push(ana_change("nvme0c0n1", "optimized", "change"));
    Event lost = ana_change("nvme0c0n1", "change", "");
    lost.kind = EventKind::path_lost;
    queue.push(lost);
    EXPECT_EQ(queue.size(), 2U);
}

TEST(EventQueue, does_not_join_with_what_was_taken) {
    EventQueue queue(1);
    queue.push(ana_change("nvme0c0n1", "optimized", "change"));
    EXPECT_TRUE(queue.pop().has_value());
    queue.push(ana_change("nvme0c0n1", "change", "inaccessible"));
    EXPECT_EQ(queue.pop()->from, "change");
}

} // namespace
} // namespace haoh::monitor
