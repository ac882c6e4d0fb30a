// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/event_queue.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <utility>

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

TEST(EventQueue, a_joined_event_keeps_the_first_cause_and_the_last_observation) {
    EventQueue queue(1);
    Event first = ana_change("nvme0c0n1", "optimized", "change");
    first.cause = Moment{.monotonic = std::chrono::seconds(1), .wall = {}};
    first.observed = {.monotonic = std::chrono::seconds(2), .wall = {}};
    Event second = ana_change("nvme0c0n1", "change", "inaccessible");
    second.cause = Moment{.monotonic = std::chrono::seconds(8), .wall = {}};
    second.observed = {.monotonic = std::chrono::seconds(9), .wall = {}};
    queue.push(first);
    queue.push(second);
    const auto joined = queue.pop();
    EXPECT_EQ(joined->cause, first.cause) << "the latency of what was waited for longest";
    EXPECT_EQ(joined->observed, second.observed);
    EXPECT_TRUE(queue.empty());
}

TEST(EventQueue, joins_with_the_last_of_several_events) {
    EventQueue queue(3);
    queue.push(ana_change("nvme0c0n1", "optimized", "change"));
    queue.push(ana_change("nvme0c0n1", "change", "inaccessible"));
    EXPECT_EQ(queue.pop()->to, "change") << "the last one can still be joined with";
    queue.push(ana_change("nvme0c0n2", "optimized", "change"));
    queue.push(ana_change("nvme0c0n3", "optimized", "change"));
    queue.push(ana_change("nvme0c0n1", "inaccessible", "optimized"));
    EXPECT_EQ(queue.size(), 3U);
    EXPECT_EQ(queue.pop()->path, "nvme0c0n2");
    EXPECT_EQ(queue.pop()->path, "nvme0c0n3");
    const auto joined = queue.pop();
    EXPECT_EQ(joined->from, "change");
    EXPECT_EQ(joined->to, "optimized");
    EXPECT_EQ(joined->transitions, 2U);
}

TEST(EventQueue, joins_only_events_of_one_object) {
    const std::pair<const char*, std::function<void(Event&)>> others[] = {
        {"host", [](Event& event) { event.host = "other"; }},
        {"subsysnqn", [](Event& event) { event.subsysnqn = "other"; }},
        {"controller", [](Event& event) { event.controller = "other"; }},
        {"device", [](Event& event) { event.device = "other"; }},
        {"path", [](Event& event) { event.path = "other"; }},
        {"rule", [](Event& event) { event.rule = "other"; }},
        {"nsid", [](Event& event) { event.nsid = 7; }},
        {"no nsid", [](Event& event) { event.nsid.reset(); }},
        {"kind", [](Event& event) { event.kind = EventKind::path_added; }},
    };
    Event event = ana_change("nvme0c0n1", "optimized", "change");
    event.nsid = 1;
    for (const auto& [what, change] : others) {
        EventQueue queue(1);
        queue.push(event);
        Event other = event;
        change(other);
        queue.push(other);
        EXPECT_EQ(queue.merged(), 0U) << what;
        EXPECT_EQ(queue.dropped(), 1U) << what;
    }
    // What is not the object: where the event was heard, and what it says.
    EventQueue queue(1);
    queue.push(event);
    Event same = event;
    same.source = "other";
    same.array = "other";
    same.text = "other";
    same.change_count = 5;
    queue.push(same);
    EXPECT_EQ(queue.size(), 1U);
    EXPECT_EQ(queue.pop()->text, "other");
}

TEST(EventQueue, neighbouring_names_are_no_other_object_by_chance) {
    EventQueue queue(1);
    Event event;
    event.host = "ab";
    queue.push(event);
    event.host = "a";
    event.subsysnqn = "b";
    queue.push(event);
    event.rule = "rule";
    event.nsid = 12;
    queue.push(event);
    event.rule = "rule1";
    event.nsid = 2;
    queue.push(event);
    EXPECT_EQ(queue.merged(), 0U);
    EXPECT_EQ(queue.dropped(), 3U);
}

TEST(EventQueue, of_sources_the_source_is_the_object) {
    for (const EventKind kind :
         {EventKind::source_lost, EventKind::source_restored, EventKind::source_late}) {
        EventQueue queue(1);
        Event event;
        event.kind = kind;
        event.source = "trace";
        queue.push(event);
        queue.push(event);
        EXPECT_EQ(queue.size(), 1U);
        event.source = "udev";
        queue.push(event);
        EXPECT_EQ(queue.merged(), 1U);
        EXPECT_EQ(queue.dropped(), 1U);
    }
}

Event of_subsystem(const std::string& nqn, std::uint32_t nsid) {
    Event event;
    event.kind = EventKind::namespace_added;
    event.subsysnqn = nqn;
    event.nsid = nsid;
    return event;
}

TEST(EventQueue, holds_no_more_than_it_may_however_many_objects_there_are) {
    EventQueue queue(100);
    for (std::uint32_t nsid = 1; nsid <= 100'000; ++nsid) {
        queue.push(of_subsystem("invents", nsid));
        ASSERT_LE(queue.size(), 100U);
    }
    EXPECT_EQ(queue.merged(), 0U);
    EXPECT_EQ(queue.dropped(), 99'900U);
    const auto told = queue.pop();
    EXPECT_EQ(told->kind, EventKind::source_lost);
    EXPECT_EQ(told->source, "events");
    EXPECT_EQ(told->text.substr(0, 28), "99900 events were left out: ");
    for (std::uint32_t nsid = 99'901; nsid <= 100'000; ++nsid) {
        EXPECT_EQ(queue.pop()->nsid, nsid) << "the latest";
    }
    EXPECT_EQ(queue.pop(), std::nullopt);
    EXPECT_TRUE(queue.empty());
}

TEST(EventQueue, tells_what_was_left_out_once) {
    EventQueue queue(1);
    queue.push(of_subsystem("a", 1));
    queue.push(of_subsystem("a", 2));
    EXPECT_EQ(queue.pop()->text.substr(0, 24), "1 event was left out: mo");
    queue.push(of_subsystem("a", 3));
    EXPECT_EQ(queue.pop()->text.substr(0, 24), "1 event was left out: mo");
    EXPECT_EQ(queue.pop()->nsid, 3U);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.dropped(), 2U);
}

TEST(EventQueue, tells_of_those_for_which_there_was_no_memory) {
    EventQueue queue(10);
    queue.push(of_subsystem("a", 1));
    const Moment moment{.monotonic = std::chrono::hours{1}, .wall = std::chrono::hours{2}};
    queue.lose(moment);
    queue.lose(moment);
    EXPECT_EQ(queue.dropped(), 2U);
    const auto told = queue.pop();
    EXPECT_EQ(told->observed, moment);
    EXPECT_EQ(told->source, "events");
    EXPECT_EQ(told->text,
              "2 events were left out: there was no memory for more; what is known of the "
              "state is whole");
    EXPECT_EQ(queue.pop()->nsid, 1U);
    EXPECT_TRUE(queue.empty());
}

TEST(EventQueue, whoever_invents_objects_loses_its_own_events) {
    EventQueue queue(100);
    for (std::uint32_t nsid = 1; nsid <= 40; ++nsid) {
        queue.push(of_subsystem("honest", nsid));
    }
    for (std::uint32_t nsid = 1; nsid <= 10'000; ++nsid) {
        queue.push(of_subsystem("invents", nsid));
    }
    for (std::uint32_t nsid = 41; nsid <= 45; ++nsid) {
        queue.push(of_subsystem("honest", nsid)); // also when it comes later
    }
    EXPECT_EQ(queue.size(), 100U);
    std::uint32_t honest = 0;
    while (const auto event = queue.pop()) {
        honest += event->subsysnqn == "honest" ? 1U : 0U;
    }
    EXPECT_EQ(honest, 45U);
}

TEST(EventQueue, of_one_subsystem_whoever_has_the_most_events_loses_its_own) {
    EventQueue queue(100);
    for (std::uint32_t nsid = 1; nsid <= 40; ++nsid) {
        queue.push(of_subsystem("nqn", nsid), "honest");
    }
    for (std::uint32_t nsid = 1001; nsid <= 10'000; ++nsid) {
        queue.push(of_subsystem("nqn", nsid), "invents");
    }
    for (std::uint32_t nsid = 41; nsid <= 45; ++nsid) {
        queue.push(of_subsystem("nqn", nsid), nsid % 2 == 0 ? "honest" : "");
    }
    EXPECT_EQ(queue.size(), 100U);
    std::uint32_t honest = 0;
    while (const auto event = queue.pop()) {
        honest += event->nsid.value_or(1000) <= 45 ? 1U : 0U;
    }
    EXPECT_EQ(honest, 45U);
}

TEST(EventQueue, what_was_left_out_is_not_joined_with) {
    EventQueue queue(2);
    queue.push(of_subsystem("a", 1));
    queue.push(of_subsystem("a", 2));
    queue.push(of_subsystem("a", 3)); // instead of 1
    queue.push(of_subsystem("a", 1)); // instead of 2
    EXPECT_EQ(queue.merged(), 0U);
    queue.push(of_subsystem("a", 3)); // joined
    EXPECT_EQ(queue.merged(), 1U);
    EXPECT_EQ(queue.pop()->source, "events");
    EXPECT_EQ(queue.pop()->nsid, 1U);
    EXPECT_EQ(queue.pop()->nsid, 3U);
}

TEST(EventQueue, never_joins_different_kinds) {
    EventQueue queue(1);
    queue.push(ana_change("nvme0c0n1", "optimized", "change"));
    Event lost = ana_change("nvme0c0n1", "change", "");
    lost.kind = EventKind::path_lost;
    queue.push(lost);
    EXPECT_EQ(queue.merged(), 0U);
    EXPECT_EQ(queue.dropped(), 1U);
}

TEST(EventQueue, does_not_join_with_what_was_taken) {
    EventQueue queue(1);
    queue.push(ana_change("nvme0c0n1", "optimized", "change"));
    EXPECT_TRUE(queue.pop().has_value());
    queue.push(ana_change("nvme0c0n1", "change", "inaccessible"));
    EXPECT_EQ(queue.pop()->from, "change");
    // Nor when others fill the queue.
    queue.push(ana_change("nvme0c0n2", "optimized", "change"));
    queue.push(ana_change("nvme0c0n1", "inaccessible", "optimized"));
    EXPECT_EQ(queue.merged(), 0U);
    EXPECT_EQ(queue.pop()->kind, EventKind::source_lost) << "of the other one";
    EXPECT_EQ(queue.pop()->from, "inaccessible");
}

} // namespace
} // namespace haoh::monitor
