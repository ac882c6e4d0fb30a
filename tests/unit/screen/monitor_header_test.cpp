// SPDX-License-Identifier: LGPL-2.1-or-later
// What stands above and below the namespaces on the monitor's screen.
#include "monitor_screen.hpp"

#include "base/safe_text.hpp"

#include "monitor_sample.hpp"
#include "screen_text.hpp"

#include <fmt/format.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace haoh::tool {
namespace {

using namespace std::chrono_literals;
using test::make_namespace;
using test::make_status;
using test::pair_namespace;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<std::string> lines_on(const MonitorScreen& screen, const MonitorStatus& status,
                                  ScreenSize size = {}, bool color = false) {
    std::istringstream text{screen.render(status, size, color)};
    std::vector<std::string> out;
    for (std::string line; std::getline(text, line);) {
        out.push_back(line);
    }
    return out;
}

/// A line of a screen without events.
std::string line_of(std::size_t index, const MonitorStatus& status, unsigned columns = 80,
                    bool color = false) {
    return lines_on(MonitorScreen{}, status, {.columns = columns, .rows = 24}, color).at(index);
}

std::string last_line_of(const MonitorStatus& status, bool color = false) {
    return lines_on(MonitorScreen{}, status, {.columns = 120, .rows = 24}, color).back();
}

TEST(MonitorHeader, says_who_when_and_how_to_end) {
    EXPECT_EQ(line_of(0, make_status({}), 80, true),
              "\x1b[1mhaoh monitor\x1b[0m  \x1b[1mhost-a\x1b[0m  2026-11-22 10:01:00 UTC  running "
              "0:01:00           \x1b[2mq quits\x1b[0m");
    EXPECT_EQ(line_of(0, make_status({}), 79),
              "haoh monitor  host-a  10:01:00 UTC  running 0:01:00                     q quits");
    // Names give way to the clocks, and all of it to the hint.
    EXPECT_EQ(line_of(0, make_status({}), 60),
              "haoh monitor  host-a  10:01:00 UTC  running 0:01:00  q quits");
    EXPECT_EQ(line_of(0, make_status({}), 59),
              "haoh monitor  host…  10:01:00 UTC  running 0:01:00  q quits");
    EXPECT_EQ(line_of(0, make_status({}), 40), "haoh monitor    10:01:00 UTC  …  q quits");
    for (unsigned columns = 9; columns <= 130; ++columns) {
        const std::string line = line_of(0, make_status({}), columns);
        EXPECT_EQ(base::columns(line), columns) << line;
        EXPECT_THAT(line, EndsWith("  q quits"));
    }
    EXPECT_EQ(line_of(0, make_status({}), 8), " q quits");
    EXPECT_EQ(line_of(0, make_status({}), 7), "q quits");
    EXPECT_EQ(line_of(0, make_status({}), 6), "q qui…");
}

TEST(MonitorHeader, names_three_hosts_and_counts_the_rest) {
    const std::vector<std::pair<std::vector<std::string>, const char*>> all{
        {{"b"}, "  b  2026"},
        {{"b", "a"}, "  a, b  2026"},
        {{"b", "a", "b", "c"}, "  a, b, c  2026"},
        {{"d", "b", "a", "c"}, "  a, b, c and 1 more  2026"},
        {{"d", "b", "a", "c", "e"}, "  a, b, c and 2 more  2026"},
        {{""}, "  arrays  2026"},
        {{"", "b"}, "  b, arrays  2026"},
        {{}, "haoh monitor  2026"},
        {{"x\x1b"}, "  x\\x1b  2026"},
    };
    for (const auto& [hosts, text] : all) {
        MonitorStatus status = make_status({});
        status.subsystems.clear();
        status.controllers.clear();
        for (const std::string& host : hosts) {
            status.subsystems.push_back(
                {.host = host, .subsysnqn = test::kNqn, .identity = {}, .verdict = {}});
        }
        EXPECT_THAT(line_of(0, status, 120), HasSubstr(text));
    }
}

TEST(MonitorHeader, its_clocks_go_on_for_days) {
    const std::vector<std::pair<std::chrono::seconds, const char*>> all{
        {-5s, "running 0:00:00 "},          {0s, "running 0:00:00 "},
        {59s, "running 0:00:59 "},          {60s, "running 0:01:00 "},
        {3599s, "running 0:59:59 "},        {3600s, "running 1:00:00 "},
        {86'399s, "running 23:59:59 "},     {86'400s, "running 1 d 0:00:00 "},
        {190'984s, "running 2 d 5:03:04 "}, {8'640'000s, "running 100 d 0:00:00 "}};
    for (const auto& [time, text] : all) {
        MonitorStatus status = make_status({});
        status.now.monotonic = status.began.monotonic + time;
        EXPECT_THAT(line_of(0, status, 120), HasSubstr(text));
    }
    MonitorStatus status = make_status({});
    using std::chrono::year;
    status.now.wall = std::chrono::sys_days{year{2031} / 2 / 3}.time_since_epoch() + 4h + 5min +
                      6s + 999'999'999ns;
    EXPECT_THAT(line_of(0, status), HasSubstr("  2031-02-03 04:05:06 UTC  "));
}

TEST(MonitorHeader, counts_and_says_how_bad_it_is) {
    EXPECT_EQ(line_of(1, make_status({pair_namespace(1, "non-optimized")}), 80, true),
              "1 subsystem, 2 controllers, 1 namespace: \x1b[1;32mall ok\x1b[0m");
    EXPECT_EQ(line_of(1, make_status({}), 80, true),
              "1 subsystem, 2 controllers, 0 namespaces: \x1b[2mnothing to watch so far\x1b[0m");
    // Each of those that share a row counts.
    const std::vector<MonitorStatus::Namespace> worse{pair_namespace(1, "persistent-loss"),
                                                      pair_namespace(2, "persistent-loss"),
                                                      pair_namespace(3, "non-optimized")};
    EXPECT_EQ(line_of(1, make_status(worse), 80, true),
              "1 subsystem, 2 controllers, 3 namespaces: \x1b[1;33m2 in trouble\x1b[0m");
    const auto lost = [](std::uint32_t nsid) {
        return make_namespace(nsid, {{"nvme1", "inaccessible"}, {"nvme2", "inaccessible"}});
    };
    EXPECT_EQ(
        line_of(1, make_status({lost(1), lost(2), lost(3), pair_namespace(4, "change")}), 80, true),
        "1 subsystem, 2 controllers, 4 namespaces: \x1b[1;31m3 in trouble\x1b[0m\x1b[1;31m, "
        "3 without a path\x1b[0m");
}

TEST(MonitorHeader, names_first_the_sources_that_are_lost) {
    MonitorStatus status = make_status({});
    status.sources.push_back({.name = "kmsg", .healthy = false, .problem = "no", .lost = 1});
    status.sources.push_back({.name = "pr\x1bobe", .healthy = false, .problem = "", .lost = 1});
    EXPECT_EQ(line_of(2, status, 120),
              "sources  kmsg LOST: no  pr\\x1bobe LOST  trace ok  udev ok");
    EXPECT_EQ(line_of(2, status, 120, true),
              "\x1b[2msources\x1b[0m  kmsg \x1b[1;31mLOST\x1b[0m: no  pr\\x1bobe "
              "\x1b[1;31mLOST\x1b[0m  trace \x1b[1;32mok\x1b[0m  udev \x1b[1;32mok\x1b[0m");
    status.sources.clear();
    EXPECT_EQ(line_of(2, status, 120, true), "\x1b[2msources\x1b[0m\x1b[1;33m  none\x1b[0m");
}

TEST(MonitorHeader, counts_events_and_what_was_not_seen_as_one) {
    MonitorStatus status = make_status({});
    EXPECT_EQ(last_line_of(status, true), "\x1b[2mno event so far\x1b[0m");
    status.events[EventKind::aen] = 1;
    EXPECT_EQ(last_line_of(status, true), "\x1b[2mlast of 1 event\x1b[0m");
    status.events[EventKind::ana_change] = 1234;
    EXPECT_EQ(last_line_of(status), "last of 1,235 events");
    status.coalesced = 1;
    EXPECT_EQ(last_line_of(status, true),
              "\x1b[2mlast of 1,235 events\x1b[0m\x1b[2m, 1 transition too short to be "
              "seen\x1b[0m");
    status.coalesced = 2;
    status.queue_merged = 1;
    status.queue_dropped = 3;
    EXPECT_EQ(last_line_of(status, true),
              "\x1b[2mlast of 1,235 events\x1b[0m\x1b[2m, 2 transitions too short to be "
              "seen\x1b[0m\x1b[1;33m, 1 joined in the queue\x1b[0m\x1b[1;33m, 3 left out\x1b[0m");
}

TEST(MonitorHeader, the_last_lines_are_kept_and_the_latest_is_at_the_end) {
    MonitorScreen screen;
    for (std::size_t number = 1; number <= MonitorScreen::kMaxLines + 44; ++number) {
        screen.tell(fmt::format("line {}\n", number));
    }
    const MonitorStatus status = make_status({pair_namespace(1, "non-optimized")});
    const std::vector<std::string> lines = lines_on(screen, status, {.columns = 80, .rows = 900});
    ASSERT_GT(lines.size(), MonitorScreen::kMaxLines);
    EXPECT_EQ(lines.back(), "line 300");
    EXPECT_EQ(lines.at(lines.size() - MonitorScreen::kMaxLines), "line 45");
    EXPECT_EQ(lines.at(lines.size() - MonitorScreen::kMaxLines - 1), "no event so far");
}

TEST(MonitorHeader, events_are_told_as_wide_as_the_screen) {
    std::vector<unsigned> widths;
    MonitorScreen screen{[&widths](const Event& /*event*/, unsigned width) {
        widths.push_back(width);
        return std::string(50, 'x') + "\n\n" + std::string(49, 'y') + "\n";
    }};
    screen.push(test::ana_change(1, 1, "array-a"));
    EXPECT_EQ(lines_on(screen, make_status({}), {.columns = 100, .rows = 24}).back(),
              std::string(50, 'x') + " " + std::string(49, 'y'));
    EXPECT_EQ(lines_on(screen, make_status({}), {.columns = 99, .rows = 24}).back(),
              std::string(50, 'x') + " " + std::string(47, 'y') + "…");
    EXPECT_THAT(widths, ElementsAre(100U, 99U));
}

TEST(MonitorHeader, has_its_lines_first_where_there_is_little_room) {
    MonitorScreen screen;
    screen.tell("one\ntwo\nthree\nfour\nfive\n");
    const MonitorStatus status = make_status({pair_namespace(1, "non-optimized")});
    const auto last = [&](unsigned rows) {
        const std::vector<std::string> lines =
            lines_on(screen, status, {.columns = 80, .rows = rows});
        EXPECT_THAT(lines, SizeIs(rows));
        return lines.empty() ? std::string{} : lines.back();
    };
    EXPECT_EQ(last(0), "");
    EXPECT_THAT(last(1), StartsWith("haoh monitor"));
    EXPECT_THAT(last(2), StartsWith("1 subsystem"));
    EXPECT_THAT(last(3), StartsWith("sources"));
    EXPECT_EQ(last(4), "no event so far");
    EXPECT_EQ(last(5), "five");
    // Three events have room before any namespace has.
    EXPECT_THAT(screen.render(status, {80, 7}, false),
                EndsWith("\nno event so far\nthree\nfour\nfive\n"));
    EXPECT_THAT(screen.render(status, {80, 7}, false), Not(HasSubstr("nsid 1")));
    EXPECT_THAT(screen.render(status, {80, 9}, false),
                EndsWith("\nno event so far\nthree\nfour\nfive\n"));
    EXPECT_THAT(screen.render(status, {80, 9}, false), HasSubstr("nsid 1"));
    EXPECT_THAT(screen.render(status, {80, 40}, false),
                EndsWith("\nno event so far\none\ntwo\nthree\nfour\nfive\n"));
}

} // namespace
} // namespace haoh::tool
