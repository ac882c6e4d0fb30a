// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor_screen.hpp"

#include "monitor_sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::tool {
namespace {

using test::ana_change;
using test::at_second;
using test::make_namespace;
using test::make_status;
using test::pair_namespace;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::string number_of(const Event& event, unsigned /*width*/) {
    return "event " + std::to_string(event.sequence) + "\n";
}

Event numbered(std::uint64_t sequence) {
    Event event = ana_change(35, 1, "array-b");
    event.sequence = sequence;
    return event;
}

TEST(MonitorScreen, folds_what_is_alike_when_all_is_well) {
    MonitorScreen screen{number_of};
    screen.push(numbered(1));
    MonitorStatus status =
        make_status({make_namespace(1, {{"nvme1", "optimized"}, {"nvme2", "non-optimized", 2, 35}}),
                     make_namespace(2, {{"nvme1", "optimized"}, {"nvme2", "non-optimized", 1, 20}}),
                     pair_namespace(4, "non-optimized")});
    status.events[EventKind::ana_change] = 1;
    EXPECT_EQ(screen.render(status, {80, 24}, false),
              R"(haoh monitor  host-a  2026-11-22 10:01:00 UTC  running 0:01:00           q quits
1 subsystem, 2 controllers, 3 namespaces: all ok
sources  trace ok  udev ok
    array    controllers  ANA            since   changes  last 3 min
nqn.2026-01.org.example:pair  identity pass
  nvme0n1 and 2 more  nsid 1-2, 4  ok  2/2 paths usable, 1 optimized, 2/2 arrays
    array-a  nvme1 live   optimized      -             0  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
    array-b  nvme2 live   non-optimized  25 s          2  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂▁▁▁
last of 1 event
event 1
)");
}

MonitorStatus troubled() {
    MonitorStatus status = make_status(
        {pair_namespace(1, "non-optimized"), pair_namespace(2, "non-optimized"),
         make_namespace(3, {{"nvme1", "inaccessible"}, {"nvme2", "inaccessible", 1, 35}}),
         pair_namespace(4, "persistent-loss")});
    status.controllers.push_back({.host = "host-a",
                                  .name = "nvme4",
                                  .subsysnqn = test::kNqn,
                                  .array = "array-b",
                                  .address = "10.0.0.2:4420",
                                  .state = ControllerState::connecting});
    status.sources.push_back(
        {.name = "kmsg", .healthy = false, .problem = "no permission", .lost = 1});
    return status;
}

TEST(MonitorScreen, puts_trouble_first) {
    EXPECT_EQ(MonitorScreen{number_of}.render(troubled(), {80, 24}, false),
              R"(haoh monitor  host-a  2026-11-22 10:01:00 UTC  running 0:01:00           q quits
1 subsystem, 3 controllers, 4 namespaces: 2 in trouble, 1 without a path
sources  kmsg LOST: no permission  trace ok  udev ok
    array    controllers       ANA              since   changes  last 2 min
nqn.2026-01.org.example:pair  identity pass
  nvme0n3  nsid 3  no_path  0/2 paths usable, 0 optimized, 2/2 arrays
    array-a  nvme1 live        inaccessible     -             0  ▁▁▁▁▁▁▁▁▁▁▁▁
    array-b  nvme2 live        inaccessible     25 s          1  ▁▁▁▁▁▁▁▁▁▁▁▁
             nvme4 connecting  no path
  nvme0n4  nsid 4  single_array  1/2 paths usable, 1 optimized, 1/2 arrays
    array-a  nvme1 live        optimized        -             0  ▁▁▁▁▁▁▁▁▁▁▁▁
    array-b  nvme2 live        persistent-loss  -             0  ▁▁▁▁▁▁▁▁▁▁▁▁
             nvme4 connecting  no path
  nvme0n1 and 1 more  nsid 1-2  ok  2/2 paths usable, 1 optimized, 2/2 arrays
    array-a  nvme1 live        optimized        -             0  ▁▁▁▁▁▁▁▁▁▁▁▁
    array-b  nvme2 live        non-optimized    -             0  ▁▁▁▁▁▁▁▁▁▁▁▁
             nvme4 connecting  no path
no event so far
)");
}

TEST(MonitorScreen, says_less_of_each_where_there_is_little_room) {
    MonitorScreen screen{number_of};
    for (std::uint64_t sequence = 1; sequence <= 9; ++sequence) {
        screen.push(numbered(sequence));
    }
    EXPECT_EQ(screen.render(troubled(), {80, 12}, false),
              R"(haoh monitor  host-a  2026-11-22 10:01:00 UTC  running 0:01:00           q quits
1 subsystem, 3 controllers, 4 namespaces: 2 in trouble, 1 without a path
sources  kmsg LOST: no permission  trace ok  udev ok
nqn.2026-01.org.example:pair  identity pass
  nvme0n3  nsid 3  no_path  array-a inaccessible, array-b inaccessible, array-b…
  nvme0n4  nsid 4  single_array  array-a optimized, array-b persistent-loss, ar…
  nvme0n1 and 1 more  nsid 1-2  ok  array-a optimized, array-b non-optimized, a…
no event so far
event 6
event 7
event 8
event 9
)");
    EXPECT_EQ(screen.render(troubled(), {60, 10}, false),
              R"(haoh monitor  host-a  10:01:00 UTC  running 0:01:00  q quits
1 subsystem, 3 controllers, 4 namespaces: 2 in trouble, 1 w…
sources  kmsg LOST: no permission  trace ok  udev ok
nqn.2026-01.org.example:pair  identity pass
  nvme0n3  nsid 3  no_path  array-a inaccessible, array-b i…
  and 1 more in trouble, 2 more that are ok
no event so far
event 7
event 8
event 9
)");
}

TEST(MonitorScreen, shows_nothing_where_nothing_is) {
    EXPECT_EQ(MonitorScreen{number_of}.render(MonitorStatus{}, {80, 24}, false),
              R"(haoh monitor  1970-01-01 00:00:00 UTC  running 0:00:00                   q quits
0 subsystems, 0 controllers, 0 namespaces: nothing to watch so far
sources  none
no event so far
)");
    MonitorStatus status = make_status({});
    EXPECT_THAT(MonitorScreen{number_of}.render(status, {80, 24}, false),
                HasSubstr("\nnqn.2026-01.org.example:pair  identity pass  no namespace\n"));
}

TEST(MonitorScreen, colours_what_it_says_and_nothing_else) {
    const std::string screen = MonitorScreen{number_of}.render(troubled(), {80, 24}, true);
    EXPECT_THAT(screen, HasSubstr("\x1b[1;31mno_path\x1b[0m"));
    EXPECT_THAT(screen, HasSubstr("\x1b[1;33msingle_array\x1b[0m"));
    EXPECT_THAT(screen, HasSubstr("\x1b[1;32mok\x1b[0m"));
    EXPECT_THAT(screen, HasSubstr("kmsg \x1b[1;31mLOST\x1b[0m"));
    std::string plain = screen;
    for (std::size_t begin = 0; (begin = plain.find('\x1b')) != std::string::npos;) {
        plain.erase(begin, plain.find('m', begin) + 1 - begin);
    }
    EXPECT_EQ(plain, MonitorScreen{number_of}.render(troubled(), {80, 24}, false));
}

TEST(MonitorScreen, what_comes_from_outside_cannot_draw) {
    MonitorStatus status = troubled();
    for (MonitorStatus::Controller& controller : status.controllers) {
        controller.array += "\x1b[2J\n";
        controller.state = ControllerState::of("live\x9b");
    }
    status.sources[2].problem = "\r\n\x1b]0;title\x07";
    for (MonitorStatus::Namespace& one : status.namespaces) {
        one.device += "\x1b[H";
        one.paths[0].ana_state = PathAnaState::of("\xff");
    }
    MonitorScreen screen{
        [](const Event& /*event*/, unsigned /*width*/) { return "two\nlines \x1b[2J"; }};
    screen.push(numbered(1));
    const std::string text = screen.render(status, {200, 60}, false);
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\r")));
    EXPECT_THAT(text, EndsWith("\ntwo lines \\x1b[2J\n"));
}

TEST(MonitorScreen, takes_lines_of_others_without_their_colours) {
    MonitorScreen screen;
    screen.push(numbered(1));
    screen.tell("\x1b[1;31m10:00:35 nvme0 nsid 1-4096\x1b[0m: inaccessible\n\nsecond\n");
    const std::string text = screen.render(make_status({}), {80, 24}, true);
    EXPECT_THAT(text, EndsWith("\n10:00:35 nvme0 nsid 1-4096: inaccessible\nsecond\n"));
}

TEST(MonitorScreen, takes_off_colours_and_escapes_all_else) {
    const std::vector<std::pair<std::string, std::string>> all{
        {"\x1b[mplain", "plain"},
        {"a\x1b[0;1;32mb\x1b[39mc", "abc"},
        {"a\x1b[2Jb", "a\\x1b[2Jb"}, // clears the screen
        {"a\x1b[1;31", "a\\x1b[1;31"},
        {"a\x1b[", "a\\x1b["},
        {"a\x1b", "a\\x1b"},
        {"a\x1b]m", "a\\x1b]m"},
        {"[1mb", "[1mb"},
    };
    for (const auto& [text, shown] : all) {
        MonitorScreen screen;
        screen.tell(text);
        EXPECT_THAT(screen.render(make_status({}), {80, 24}, false), EndsWith("\n" + shown + "\n"));
    }
}

TEST(MonitorScreen, of_a_line_without_end_keeps_what_a_screen_may_show) {
    for (const std::size_t size : {4095U, 4096U, 4097U, 6000U}) {
        MonitorScreen screen;
        screen.tell(std::string(size, 'x'));
        EXPECT_THAT(screen.render(make_status({}), {5000, 24}, false),
                    EndsWith("\n" + std::string(std::min<std::size_t>(size, 4096), 'x') + "\n"));
    }
}

TEST(MonitorScreen, one_subsystem_of_two_hosts_is_two) {
    MonitorStatus status = make_status({pair_namespace(1, "non-optimized")});
    MonitorStatus other = make_status({pair_namespace(1, "non-optimized")});
    other.subsystems[0].host = "host-b";
    other.namespaces[0].host = "host-b";
    status.subsystems.push_back(other.subsystems[0]);
    status.namespaces.push_back(other.namespaces[0]);
    for (MonitorStatus::Controller& controller : other.controllers) {
        controller.host = "host-b";
        controller.state = ControllerState::connecting;
        status.controllers.push_back(controller);
    }
    const std::string text = MonitorScreen{}.render(status, {160, 24}, false);
    EXPECT_THAT(text, HasSubstr("haoh monitor  host-a, host-b  2026"));
    EXPECT_THAT(text, HasSubstr("2 subsystems, 4 controllers, 2 namespaces"));
    EXPECT_THAT(text, HasSubstr("seen by host-a\n"));
    EXPECT_THAT(text, HasSubstr("seen by host-b\n"));
    EXPECT_THAT(text, HasSubstr("nvme1 connecting"));
}

TEST(MonitorScreen, names_controllers_of_arrays_by_the_end_of_their_names) {
    MonitorStatus status = make_status({});
    status.controllers.clear();
    status.subsystems[0].host.clear();
    MonitorStatus::Namespace one = pair_namespace(1, "non-optimized");
    one.host.clear();
    one.device.clear();
    for (std::size_t index = 0; index < 2; ++index) {
        one.paths[index].controller = "tcp://10.0.0." + std::to_string(index + 1) +
                                      ":4420 controller " + std::to_string(12 + index);
        status.controllers.push_back({.host = {},
                                      .name = one.paths[index].controller,
                                      .subsysnqn = test::kNqn,
                                      .array = index == 0 ? "array-a" : "array-b",
                                      .address = {},
                                      .state = ControllerState::live});
    }
    status.namespaces.push_back(one);
    const std::string text = MonitorScreen{}.render(status, {80, 24}, false);
    EXPECT_THAT(text, HasSubstr("haoh monitor  arrays  2026"));
    EXPECT_THAT(text, HasSubstr("\n  nsid 1  ok  "));
    EXPECT_THAT(text, HasSubstr("controller 12 live"));
    EXPECT_THAT(text, HasSubstr("controller 13 live"));
    EXPECT_THAT(MonitorScreen{}.render(status, {120, 24}, false),
                HasSubstr(" 10.0.0.1:4420 controller 12 live "));
}

} // namespace
} // namespace haoh::tool
