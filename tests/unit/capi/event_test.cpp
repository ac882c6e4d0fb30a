// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capi/event.hpp"

#include "freed.hpp"

#include <haoh/event_report.hpp>

#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using namespace std::chrono_literals;

Event full_event() {
    Event event;
    event.kind = EventKind::access;
    event.sequence = 1;
    event.observed = {.monotonic = 2ns, .wall = 3ns};
    event.source = "trace";
    event.host = "a host";
    event.subsysnqn = "an NQN";
    event.controller = "nvme1";
    event.array = "array-b";
    event.nsid = 7;
    event.device = "nvme0n1";
    event.path = "nvme0c1n1";
    event.from = "restored";
    event.to = "no_path";
    event.ana_grpid = 4;
    event.change_count = 5;
    event.transitions = 8;
    event.rule = "a.rule";
    event.text = "a text";
    event.access =
        AccessCounts{.paths = 14, .usable = 13, .optimized = 12, .arrays = 11, .ready = 10};
    return event;
}

TEST(CapiEvent, holds_what_the_event_holds) {
    Event event = full_event();
    const haoh_event handle{event};
    ErrorSlot error;
    haoh_event_info info HAOH_EVENT_INFO_INIT;
    ASSERT_EQ(haoh_event_get(&handle, &info, error), 0) << error.message();
    EXPECT_EQ(info.kind, HAOH_EVENT_ACCESS);
    EXPECT_STREQ(info.name, "access");
    EXPECT_EQ(info.sequence, 1U);
    EXPECT_EQ(info.monotonic_ns, 2);
    EXPECT_EQ(info.wall_ns, 3);
    EXPECT_STREQ(info.source, "trace");
    EXPECT_STREQ(info.host, "a host");
    EXPECT_STREQ(info.subsysnqn, "an NQN");
    EXPECT_STREQ(info.controller, "nvme1");
    EXPECT_STREQ(info.site, "array-b");
    EXPECT_EQ(info.nsid, 7U);
    EXPECT_EQ(info.ana_grpid, 4U);
    EXPECT_EQ(info.change_count, 5U);
    EXPECT_STREQ(info.device, "nvme0n1");
    EXPECT_STREQ(info.path, "nvme0c1n1");
    EXPECT_STREQ(info.from, "restored");
    EXPECT_STREQ(info.to, "no_path");
    EXPECT_EQ(info.transitions, 8U);
    EXPECT_STREQ(info.rule, "a.rule");
    EXPECT_STREQ(info.text, "a text");
    EXPECT_EQ(info.paths, 14U);
    EXPECT_EQ(info.usable, 13U);
    EXPECT_EQ(info.optimized, 12U);
    EXPECT_EQ(info.arrays, 11U);
    EXPECT_EQ(haoh_event_get(&handle, nullptr, error), -HAOH_INVALID_ARGUMENT);
}

TEST(CapiEvent, has_the_number_of_each_kind_in_the_order_of_haoh_h) {
    int number = HAOH_EVENT_ANA_CHANGE;
    for (const EventKindInfo& kind : event_kind_infos()) {
        Event event = full_event();
        event.kind = kind.kind;
        const haoh_event handle{event};
        haoh_event_info info HAOH_EVENT_INFO_INIT;
        ASSERT_EQ(haoh_event_get(&handle, &info, nullptr), 0);
        EXPECT_EQ(info.kind, number++);
        EXPECT_EQ(info.name, kind.name);
    }
    EXPECT_EQ(number - 1, HAOH_EVENT_SOURCE_LATE);
}

TEST(CapiEvent, has_a_latency_where_there_is_a_cause) {
    Event event = full_event();
    event.cause = Moment{.monotonic = -40ns, .wall = {}};
    const haoh_event handle{event};
    haoh_event_info info HAOH_EVENT_INFO_INIT;
    ASSERT_EQ(haoh_event_get(&handle, &info, nullptr), 0);
    EXPECT_EQ(info.latency_ns, 42);
    event.cause.reset();
    event.nsid.reset();
    event.access.reset();
    const haoh_event bare{event};
    ASSERT_EQ(haoh_event_get(&bare, &info, nullptr), 0);
    const haoh_event_info none HAOH_EVENT_INFO_INIT;
    EXPECT_EQ(info.latency_ns, none.latency_ns);
    EXPECT_EQ(info.nsid, 0U);
    EXPECT_EQ(info.paths, 0U);
}

TEST(CapiEvent, is_rendered_as_the_cpp_interface_does) {
    const Event event = full_event();
    const haoh_event handle{event};
    ErrorSlot error;
    EXPECT_EQ(owned(haoh_event_render(&handle, HAOH_TEXT, nullptr, error)), event_line(event));
    EXPECT_EQ(owned(haoh_event_render(&handle, HAOH_JSON, nullptr, error)) + "\n", to_json(event));
    haoh_style style HAOH_STYLE_INIT;
    style.verbose = 1;
    EXPECT_EQ(owned(haoh_event_render(&handle, HAOH_TEXT, &style, error)),
              event_line(event, {.verbose = true}));
    style.verbose = 0;
    style.color = 1;
    EXPECT_EQ(owned(haoh_event_render(&handle, HAOH_TEXT, &style, error)),
              event_line(event, {.color = true}));
    EXPECT_EQ(haoh_event_render(&handle, HAOH_DOT, nullptr, error), nullptr);
}

} // namespace
} // namespace haoh::test
