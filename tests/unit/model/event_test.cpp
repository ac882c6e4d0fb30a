// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/event.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace haoh {
namespace {

using namespace std::chrono_literals;

std::chrono::nanoseconds steady_now() {
    return std::chrono::steady_clock::now().time_since_epoch();
}

std::chrono::nanoseconds system_now() {
    return std::chrono::system_clock::now().time_since_epoch();
}

TEST(AMoment, of_now_is_read_from_both_clocks) {
    const auto steady_before = steady_now();
    const auto system_before = system_now();
    const Moment now = Moment::now();
    EXPECT_GE(now.monotonic, steady_before);
    EXPECT_LE(now.monotonic, steady_now());
    EXPECT_GE(now.wall, system_before);
    EXPECT_LE(now.wall, system_now());
    EXPECT_EQ(Moment{}, (Moment{.monotonic = 0ns, .wall = 0ns}));
}

TEST(AMoment, known_by_its_monotonic_time_is_as_far_from_now_on_the_other_clock) {
    const Moment now{.monotonic = 100s, .wall = 1'700'000'000s};
    EXPECT_EQ(Moment::at(97s, now), (Moment{.monotonic = 97s, .wall = 1'699'999'997s}));
    EXPECT_EQ(Moment::at(100s, now), now);
    EXPECT_EQ(Moment::at(101s, now), (Moment{.monotonic = 101s, .wall = 1'700'000'001s}));
}

TEST(AnEvent, has_a_latency_where_its_cause_is_known) {
    Event event;
    event.observed = {.monotonic = 12ms, .wall = 5s};
    EXPECT_EQ(event.latency(), std::nullopt);
    event.cause = Moment{.monotonic = 9ms, .wall = 1s}; // the time of day was set meanwhile
    EXPECT_EQ(event.latency(), 3ms);
    event.cause = event.observed;
    EXPECT_EQ(event.latency(), 0ns);
}

TEST(AccessNames, are_those_of_the_schema) {
    // docs/schema/event-1.schema.json
    const std::vector<std::pair<Access, std::string>> names{
        {Access::no_path, "no_path"},
        {Access::single_array, "single_array"},
        {Access::no_optimized_path, "no_optimized_path"},
        {Access::restored, "restored"}};
    for (const auto& [access, name] : names) {
        EXPECT_EQ(to_string(access), name);
        EXPECT_EQ(parse_access(name), access);
        EXPECT_EQ(parse_access(name + " "), std::nullopt);
        EXPECT_EQ(parse_access(name.substr(1)), std::nullopt);
    }
    EXPECT_THROW(static_cast<void>(to_string(static_cast<Access>(names.size()))),
                 std::out_of_range);
}

struct AccessCase {
    AccessCounts counts;
    Access access;
};

TEST(AccessOfANamespace, is_the_worst_that_holds) {
    const std::vector<AccessCase> cases{
        // Two arrays, a path to each.
        {{.paths = 2, .usable = 2, .optimized = 1, .arrays = 2, .ready = 2}, Access::restored},
        {{.paths = 2, .usable = 2, .optimized = 2, .arrays = 2, .ready = 2}, Access::restored},
        {{.paths = 2, .usable = 2, .optimized = 0, .arrays = 2, .ready = 2},
         Access::no_optimized_path},
        // One serves; the other would, after an ANA change.
        {{.paths = 2, .usable = 1, .optimized = 1, .arrays = 2, .ready = 2}, Access::restored},
        {{.paths = 2, .usable = 1, .optimized = 0, .arrays = 2, .ready = 2},
         Access::no_optimized_path},
        // One serves, the other cannot.
        {{.paths = 2, .usable = 1, .optimized = 1, .arrays = 2, .ready = 1}, Access::single_array},
        {{.paths = 1, .usable = 1, .optimized = 0, .arrays = 2, .ready = 1}, Access::single_array},
        {{.paths = 4, .usable = 2, .optimized = 2, .arrays = 2, .ready = 1}, Access::single_array},
        // None serves.
        {{.paths = 2, .usable = 0, .optimized = 0, .arrays = 2, .ready = 2}, Access::no_path},
        {{.paths = 2, .usable = 0, .optimized = 0, .arrays = 2, .ready = 0}, Access::no_path},
        {{.paths = 0, .usable = 0, .optimized = 0, .arrays = 1, .ready = 0}, Access::no_path},
        {{}, Access::no_path},
        // Three arrays: with two left it is not one.
        {{.paths = 3, .usable = 2, .optimized = 1, .arrays = 3, .ready = 2}, Access::restored},
        {{.paths = 3, .usable = 2, .optimized = 1, .arrays = 3, .ready = 1}, Access::single_array},
        // One array is all there ever was.
        {{.paths = 2, .usable = 2, .optimized = 1, .arrays = 1, .ready = 1}, Access::restored},
        {{.paths = 2, .usable = 1, .optimized = 0, .arrays = 1, .ready = 1},
         Access::no_optimized_path},
    };
    for (const AccessCase& one : cases) {
        const AccessCounts& counts = one.counts;
        EXPECT_EQ(counts.access(), one.access)
            << counts.usable << " usable, " << counts.optimized << " optimized, " << counts.ready
            << " of " << counts.arrays << " arrays ready";
    }
}

TEST(EventSource, IsKnownByItsName) {
    for (const EventSource source : {EventSource::trace, EventSource::udev, EventSource::kmsg,
                                     EventSource::sysfs, EventSource::admin, EventSource::aen}) {
        EXPECT_NE(to_string(source), "");
        EXPECT_EQ(event_source(to_string(source)), source);
    }
    EXPECT_EQ(to_string(EventSource::kmsg), "kmsg") << "as haoh.event/1 has it";
    EXPECT_EQ(event_source(""), EventSource::none);
    EXPECT_EQ(event_source("tcp://10.0.0.1:4420"), EventSource::array);
    EXPECT_EQ(event_source("events"), EventSource::other);
    EXPECT_EQ(event_source("traces"), EventSource::other);
    for (const EventSource nameless : {EventSource::none, EventSource::array, EventSource::other}) {
        EXPECT_EQ(to_string(nameless), "");
    }
}

} // namespace
} // namespace haoh
