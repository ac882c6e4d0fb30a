// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor_body.hpp"

#include "monitor_sample.hpp"

#include <fmt/format.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace haoh::tool {
namespace {

using test::ana_change;
using test::at_second;
using test::kNqn;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Lines = std::vector<std::string>;

PathRow a_path(const std::string& array, const std::string& controller,
               const std::string& ana = "optimized") {
    return {.array = array,
            .controllers = {controller},
            .state = ControllerState::live,
            .ana = ana,
            .path = true,
            .use = {},
            .last_change = {},
            .transitions = 0};
}

NamespaceRow a_row(std::uint32_t nsid, Urgency urgency, std::size_t paths = 2) {
    NamespaceRow row{.urgency = urgency,
                     .access = {.paths = 2, .usable = 2, .optimized = 1, .arrays = 2, .ready = 2},
                     .nsids = {nsid},
                     .device = fmt::format("nvme0n{}", nsid),
                     .paths = {}};
    for (std::size_t index = 0; index < paths; ++index) {
        row.paths.push_back(a_path(index == 0 ? "a" : "b", fmt::format("nvme{}", index + 1)));
    }
    return row;
}

SubsystemRow a_subsystem(const std::string& nqn, std::vector<NamespaceRow> rows,
                         std::optional<Verdict> verdict = Verdict::pass) {
    return {.host = "host-a",
            .subsysnqn = nqn,
            .identity = "00000000000000aa",
            .verdict = verdict,
            .controllers = 2,
            .namespaces = rows.size(),
            .rows = std::move(rows)};
}

Lines lines_of_body(const std::vector<SubsystemRow>& subsystems, std::size_t columns,
                    std::size_t room, bool color = false,
                    const TransitionHistory& history = TransitionHistory{}) {
    MonitorBody body{subsystems, history, at_second(60), columns, color};
    return body.render(room);
}

/// Of one namespace with these paths: its lines of paths.
Lines path_lines(std::vector<PathRow> paths, std::size_t columns = 80, bool color = false) {
    NamespaceRow row = a_row(1, Urgency::none);
    row.paths = std::move(paths);
    Lines lines = lines_of_body({a_subsystem(kNqn, {row})}, columns, 60, color);
    EXPECT_THAT(lines, SizeIs(3 + row.paths.size()));
    lines.erase(lines.begin(), lines.begin() + 3);
    return lines;
}

/// H: the heading of paths; S: a subsystem, by its NQN; its namespaces by NSID, with a p for each of
/// their paths; and what is said of those that are hidden.
std::string shape(const Lines& lines) {
    std::string out;
    for (const std::string& line : lines) {
        if (line.starts_with("  and ")) {
            out += " " + line.substr(2);
        } else if (line.starts_with("    array ")) {
            out += " H";
        } else if (line.starts_with("    ")) {
            out += "p";
        } else if (line.starts_with("  ")) {
            const std::size_t begin = line.find("nsid ") + 5;
            out += " " + line.substr(begin, line.find(' ', begin) - begin);
        } else {
            out += " " + line.substr(0, line.find(' '));
        }
    }
    return out;
}

TEST(MonitorBody, says_what_has_room_and_counts_the_rest) {
    const SubsystemRow both = a_subsystem(
        "S", {a_row(1, Urgency::single_array), a_row(2, Urgency::controller_without_path)});
    const std::vector<SubsystemRow> three{
        a_subsystem("S", {a_row(1, Urgency::no_optimized_path, 1)}),
        a_subsystem("F", {a_row(2, Urgency::none, 1)}, Verdict::fail), a_subsystem("E", {})};
    const std::vector<SubsystemRow> worse{a_subsystem("S", {a_row(1, Urgency::single_array, 1)}),
                                          a_subsystem("W", {a_row(2, Urgency::no_path, 1)})};
    NamespaceRow many = a_row(3, Urgency::none);
    many.nsids = {3, 4};
    NamespaceRow lost = a_row(5, Urgency::no_path);
    lost.nsids = {5, 7, 9};
    const std::vector<SubsystemRow> folded{a_subsystem("S", {lost, many})};
    const std::vector<SubsystemRow> empty{a_subsystem("E", {}), a_subsystem("G", {}),
                                          a_subsystem("I", {})};
    const std::vector<SubsystemRow> alike{
        a_subsystem("S", {a_row(1, Urgency::none), a_row(2, Urgency::none)}),
        a_subsystem("T", {a_row(3, Urgency::none)})};
    struct Case {
        std::vector<SubsystemRow> subsystems;
        std::size_t room;
        const char* expected;
    };
    const std::vector<Case> all{
        // What is in trouble has a line first, then its paths, then the rest.
        {{both}, 60, " H S 1pp 2pp"},
        {{both}, 8, " H S 1pp 2pp"},
        {{both}, 7, " H S 1pp 2"},
        {{both}, 6, " H S 1pp 2"},
        {{both}, 5, " S 1 2"},
        {{both}, 3, " S 1 2"},
        {{both}, 2, " and 1 more in trouble, 1 more that is ok"},
        {{both}, 1, " and 1 more in trouble, 1 more that is ok"},
        {{both}, 0, ""},
        // A failed check comes before namespaces that are well, one without namespaces after them.
        {three, 8, " H S 1p F 2p E"},
        {three, 7, " H S 1p F 2 E"},
        {three, 6, " H S 1p F and 1 more that is ok, 1 subsystem without a namespace"},
        {three, 5, " S 1 F 2 E"},
        {three, 4, " S 1 F and 1 more that is ok, 1 subsystem without a namespace"},
        {three, 3, " S 1 and 1 more that is ok, 1 subsystem without a namespace"},
        {three, 2, " and 1 more in trouble, 1 more that is ok, 1 subsystem without a namespace"},
        // The most urgent of all subsystems.
        {worse, 6, " H S 1 W 2p"},
        {worse, 5, " S 1 W 2"},
        {worse, 7, " H S 1p W 2p"},
        {worse, 4, " S 1 W 2"},
        {worse, 3, " W 2 and 1 more in trouble"},
        // Of what is as urgent the first.
        {alike, 4, " S 1 2 and 1 more that is ok"},
        {alike, 3, " S 1 and 2 more that are ok"},
        // Each of those that share a line counts.
        {folded, 3, " S 5, 3-4"},
        {folded, 1, " and 3 more in trouble, 2 more that are ok"},
        {empty, 3, " E G I"},
        {empty, 2, " E and 2 subsystems without a namespace"},
        {empty, 1, " and 3 subsystems without a namespace"},
        {{}, 5, ""},
    };
    for (const Case& one : all) {
        const Lines lines = lines_of_body(one.subsystems, 80, one.room);
        EXPECT_EQ(shape(lines), one.expected) << one.room << " lines";
        EXPECT_LE(lines.size(), one.room);
    }
}

TEST(MonitorBody, says_how_long_ago_a_path_changed) {
    const std::vector<std::pair<std::int64_t, const char*>> all{
        {-5, "0 s"},    {0, "0 s"},        {1, "1 s"},       {99, "99 s"},     {100, "1 min"},
        {119, "1 min"}, {120, "2 min"},    {5999, "99 min"}, {6000, "1 h"},    {7199, "1 h"},
        {7200, "2 h"},  {172'799, "47 h"}, {172'800, "2 d"}, {259'199, "2 d"}, {259'200, "3 d"}};
    for (const auto& [seconds, text] : all) {
        PathRow path = a_path("a", "nvme1");
        path.last_change = at_second(60 - seconds);
        EXPECT_EQ(path_lines({path}, 52).at(0),
                  fmt::format("    a      nvme1 live   optimized  {:<6}        0", text));
    }
    EXPECT_EQ(path_lines({a_path("a", "nvme1")}, 52).at(0),
              "    a      nvme1 live   optimized  -             0");
}

TEST(MonitorBody, counts_changes_to_the_right) {
    const std::vector<std::pair<std::uint64_t, const char*>> all{{0, "-             0"},
                                                                 {12, "-            12"},
                                                                 {1234567, "-       1234567"},
                                                                 {12345678, "-       12345678"}};
    for (const auto& [count, text] : all) {
        PathRow path = a_path("a", "nvme1");
        path.transitions = count;
        EXPECT_THAT(path_lines({path}, 53).at(0), EndsWith(fmt::format("optimized  {}", text)));
    }
    PathRow none = a_path("b", "nvme2", "no path");
    none.path = false;
    none.transitions = 7;
    EXPECT_EQ(path_lines({none}, 52).at(0), "    b      nvme2 live   no path");
}

TEST(MonitorBody, colours_paths_by_what_they_are_good_for) {
    constexpr const char* kPlain = "";
    constexpr const char* kFaint = "\x1b[2m";
    constexpr const char* kWarn = "\x1b[1;33m";
    struct Case {
        const char* state;
        const char* ana;
        bool path;
        const char* sequence;
    };
    const std::vector<Case> all{
        {"live", "optimized", true, kPlain},
        {"live", "non-optimized", true, kPlain},
        {"live", "inaccessible", true, kFaint},
        {"connecting", "optimized", true, kWarn},
        {"lost", "optimized", true, kWarn},
        {"live", "change", true, kWarn},
        {"live", "persistent-loss", true, kWarn},
        {"live", "no path", false, kWarn},
        {"", "no path", false, kWarn},
        // Of a controller that is only a name nothing is known.
        {"", "optimized", true, kFaint},
        {"", "inaccessible", true, kFaint},
    };
    for (const Case& one : all) {
        PathRow path = a_path("a", "nvme1", one.ana);
        path.state = ControllerState::of(one.state);
        path.path = one.path;
        PathFacts facts{.controller_state = {}, .ana_state = PathAnaState::of(one.ana)};
        if (*one.state != '\0') {
            facts.controller_state = path.state;
        }
        path.use = use_of(facts);
        const std::string end = *one.sequence == '\0' ? "" : "\x1b[0m";
        EXPECT_THAT(path_lines({path}, 80, true).at(0),
                    HasSubstr(std::string{"  "} + one.sequence + one.ana + end))
            << one.state << " " << one.ana;
    }
}

TEST(MonitorBody, names_as_many_controllers_as_the_screen_is_wide) {
    const std::vector<std::string> five{"nvme1", "nvme2", "tcp://[::1]:4420 controller 3", "nvme4",
                                        "nvme5"};
    struct Case {
        std::size_t count, columns;
        const char* text;
    };
    const std::vector<Case> all{
        {1, 119, "  nvme1 live  "},
        {2, 119, "  nvme1, nvme2 live  "},
        {3, 119, "  nvme1 and 2 more live  "},
        {3, 120, "  nvme1, nvme2, [::1]:4420 controller 3 live  "},
        {4, 120, "  nvme1, nvme2, [::1]:4420 controller 3, nvme4 live  "},
        {5, 120, "  nvme1 and 4 more live  "},
    };
    for (const Case& one : all) {
        PathRow path = a_path("array-of-site-a", "");
        path.controllers.assign(five.begin(),
                                five.begin() + static_cast<std::ptrdiff_t>(one.count));
        EXPECT_THAT(path_lines({path}, one.columns).at(0), HasSubstr(one.text));
    }
    PathRow unknown = a_path("", "rdma://10.0.0.1");
    unknown.state = {};
    EXPECT_THAT(path_lines({unknown}, 120).at(0),
                StartsWith("    array unknown  rdma://10.0.0.1  optimized"));
}

TEST(MonitorBody, names_an_array_once) {
    const Lines lines = path_lines(
        {a_path("a", "nvme1"), a_path("a", "nvme3", "change"), a_path("b", "nvme2")}, 52);
    EXPECT_EQ(lines[0], "    a      nvme1 live   optimized  -             0");
    EXPECT_EQ(lines[1], "           nvme3 live   change     -             0");
    EXPECT_EQ(lines[2], "    b      nvme2 live   optimized  -             0");
}

/// Where the columns of a table begin.
std::vector<std::size_t> columns_of(const std::string& heading) {
    return {heading.find("controllers"), heading.find("ANA"), heading.find("since"),
            heading.find("changes")};
}

TEST(MonitorBody, names_give_way_to_a_minute_of_the_past) {
    struct Case {
        std::size_t array, controllers, ana, columns;
        std::size_t array_room, controllers_room, ana_room;
    };
    // Without names: 4 columns at the left, 6 and 7 for since and changes, 2 after each of five,
    // 6 for a minute.
    const std::vector<Case> all{
        {1, 10, 1, 200, 5, 11, 3},    // the headings
        {30, 10, 9, 83, 30, 11, 9},   // just enough
        {30, 10, 9, 82, 29, 11, 9},   // the array gives way
        {30, 10, 9, 70, 17, 11, 9},   //
        {30, 10, 9, 65, 12, 11, 9},   // but not further than this
        {30, 10, 9, 64, 11, 11, 9},   // as long as others can
        {30, 10, 9, 59, 6, 11, 9},    //
        {30, 10, 9, 55, 6, 11, 9},    //
        {5, 11, 20, 69, 5, 11, 20},   //
        {5, 11, 20, 66, 5, 11, 17},   // an ANA state gives way first
        {5, 11, 20, 62, 5, 11, 13},   //
        {5, 11, 20, 58, 5, 11, 13},   //
        {5, 30, 9, 77, 5, 30, 9},     //
        {5, 30, 9, 70, 5, 23, 9},     //
        {5, 30, 9, 59, 5, 12, 9},     //
        {5, 30, 9, 55, 5, 12, 9},     //
        {20, 20, 20, 92, 20, 20, 19}, // each in its turn
        {20, 20, 20, 86, 20, 20, 13}, //
        {20, 20, 20, 78, 12, 20, 13}, //
        {20, 20, 20, 77, 12, 19, 13}, //
        {20, 20, 20, 70, 12, 12, 13}, //
        {20, 20, 20, 69, 11, 12, 13}, //
        {20, 20, 20, 64, 6, 12, 13},  //
    };
    for (const Case& one : all) {
        NamespaceRow row = a_row(1, Urgency::none, 1);
        row.paths[0] = a_path(std::string(one.array, 's'), std::string(one.controllers, 'c'),
                              std::string(one.ana, 'a'));
        row.paths[0].state = {};
        const Lines lines = lines_of_body({a_subsystem(kNqn, {row})}, one.columns, 60);
        ASSERT_THAT(lines, SizeIs(4));
        const std::size_t controllers = 4 + one.array_room + 2;
        const std::size_t ana = controllers + one.controllers_room + 2;
        const std::size_t since = ana + one.ana_room + 2;
        if (since + 15 < one.columns) {
            EXPECT_THAT(columns_of(lines[0]), ElementsAre(controllers, ana, since, since + 8))
                << lines[0];
        }
        const auto cell = [](char of, std::size_t length, std::size_t room, bool front) {
            const std::string_view ellipsis = "…";
            const std::string whole(std::min(length, length > room ? room - 1 : room), of);
            const std::string text = length <= room ? whole
                                     : front        ? std::string{ellipsis} + whole
                                                    : whole + std::string{ellipsis};
            return text + std::string(room - std::min(room, length) + 2, ' ');
        };
        EXPECT_THAT(lines[3], StartsWith("    " + cell('s', one.array, one.array_room, false) +
                                         cell('c', one.controllers, one.controllers_room, true) +
                                         cell('a', one.ana, one.ana_room, false) + "-"))
            << lines[3];
    }
}

TEST(MonitorBody, shows_as_many_minutes_as_have_room) {
    TransitionHistory history;
    history.add(ana_change(55, 1, "a")); // ten seconds a column, the last one from 60 on
    history.add(ana_change(-40, 1, "a"));
    struct Case {
        std::size_t columns;
        const char* title;
        const char* line;
    };
    const std::vector<Case> all{
        {57, "changes", "0"},
        {58, "changes  1 min", "  ▁▁▁▁▂▁"},
        {63, "changes  1 min", "  ▁▁▁▁▂▁"},
        {64, "changes  last 2 min", "  ▁▂▁▁▁▁▁▁▁▁▂▁"},
        {75, "changes  last 3 min", "  ▁▁▁▁▁▁▁▂▁▁▁▁▁▁▁▁▂▁"},
        {82, "changes  last 5 min", "  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂▁▁▁▁▁▁▁▁▂▁"},
        {119, "changes  last 5 min", "  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂▁▁▁▁▁▁▁▁▂▁"},
    };
    for (const Case& one : all) {
        const Lines lines = lines_of_body({a_subsystem(kNqn, {a_row(1, Urgency::none)})},
                                          one.columns, 60, false, history);
        ASSERT_THAT(lines, SizeIs(5));
        EXPECT_THAT(lines[0], EndsWith(one.title));
        EXPECT_THAT(lines[3],
                    EndsWith(std::string{"      0"} + (*one.line == '0' ? "" : one.line)));
    }
    // Events are counted by array, so that only its first line shows them.
    NamespaceRow row = a_row(1, Urgency::none);
    row.paths = {a_path("a", "nvme1"), a_path("a", "nvme3", "change")};
    const Lines lines = lines_of_body({a_subsystem(kNqn, {row})}, 58, 60, false, history);
    EXPECT_THAT(lines.at(3), EndsWith("0  ▁▁▁▁▂▁"));
    EXPECT_THAT(lines.at(4), EndsWith(" 0"));
}

TEST(MonitorBody, says_of_a_subsystem_whether_it_is_one) {
    const std::vector<std::pair<std::optional<Verdict>, const char*>> verdicts{
        {Verdict::pass, "\x1b[1;32mpass\x1b[0m"},
        {Verdict::fail, "\x1b[1;31mfail\x1b[0m"},
        {Verdict::warn, "\x1b[1;33mwarn\x1b[0m"},
        {Verdict::unknown, "\x1b[2munknown\x1b[0m"},
        {std::nullopt, "\x1b[2mnot checked\x1b[0m"}};
    for (const auto& [verdict, text] : verdicts) {
        const Lines lines = lines_of_body({a_subsystem("nqn", {}, verdict)}, 80, 5, true);
        EXPECT_THAT(lines, ElementsAre("\x1b[1mnqn\x1b[0m\x1b[2m  identity \x1b[0m" +
                                       std::string{text} + "\x1b[2m  no namespace\x1b[0m"));
    }
    SubsystemRow row = a_subsystem("nqn", {a_row(1, Urgency::none)});
    const auto line = [&row](std::size_t columns) {
        return lines_of_body({row}, columns, 2).at(0);
    };
    EXPECT_EQ(line(119), "nqn  identity pass");
    EXPECT_EQ(line(120), "nqn  identity 00000000000000aa pass  seen by host-a");
    row.host.clear();
    EXPECT_EQ(line(120), "nqn  identity 00000000000000aa pass");
    row.identity.clear();
    EXPECT_EQ(line(120), "nqn  identity pass");
    // The end of the NQN gives way to the verdict.
    row.subsysnqn = std::string(300, 'n');
    EXPECT_EQ(line(40), std::string(24, 'n') + "…  identity pass");
    row.rows.clear();
    EXPECT_EQ(lines_of_body({row}, 40, 2).at(0),
              std::string(10, 'n') + "…  identity pass  no namespace");
    row.host = "host-a";
    EXPECT_EQ(lines_of_body({row}, 120, 2).at(0),
              std::string(74, 'n') + "…  identity pass  seen by host-a  no namespace");
}

TEST(MonitorBody, says_of_namespaces_what_they_have_in_common) {
    NamespaceRow row = a_row(7, Urgency::none);
    row.access = {.paths = 5, .usable = 4, .optimized = 3, .arrays = 2, .ready = 1};
    const auto line = [&row](std::size_t columns, std::size_t room) {
        const Lines lines = lines_of_body({a_subsystem("nqn", {row})}, columns, room);
        return lines.at(room > 3 ? 2 : 1);
    };
    EXPECT_EQ(line(80, 60),
              "  nvme0n7  nsid 7  single_array  4/5 paths usable, 3 optimized, 1/2 arrays");
    row.access.arrays = 1;
    EXPECT_EQ(line(80, 60), "  nvme0n7  nsid 7  ok  4/5 paths usable, 3 optimized");
    row.nsids = {7, 8, 11};
    EXPECT_EQ(line(80, 60),
              "  nvme0n7 and 2 more  nsid 7-8, 11  ok  4/5 paths usable, 3 optimized");
    row.device.clear();
    EXPECT_EQ(line(80, 60), "  nsid 7-8, 11  ok  4/5 paths usable, 3 optimized");
    // Where there is no line for each path.
    EXPECT_EQ(line(80, 2), "  nsid 7-8, 11  ok  a optimized, b optimized");
    row.paths[0].array.clear();
    row.paths[0].state = ControllerState::connecting;
    row.paths[1].state = {};
    row.paths[1].ana = "change";
    EXPECT_EQ(line(80, 2), "  nsid 7-8, 11  ok  array unknown optimized connecting, b change");
    // Their numbers take a third of the line.
    row.nsids = {1, 3, 5, 7, 9, 11, 13, 15, 17, 19};
    EXPECT_THAT(line(80, 60), StartsWith("  nsid 1, 3, 5, 7 and 6 more  ok  "));
    EXPECT_THAT(line(99, 60), StartsWith("  nsid 1, 3, 5, 7, 9, 11, 13, 15, 17, 19  ok  "));
}

TEST(MonitorBody, colours_namespaces_by_their_urgency) {
    struct Case {
        Urgency urgency;
        AccessCounts access;
        const char* text;
    };
    const std::vector<Case> all{
        {Urgency::no_path, {2, 0, 0, 2, 2}, "\x1b[1;31mno_path\x1b[0m"},
        {Urgency::single_array, {2, 1, 1, 2, 1}, "\x1b[1;33msingle_array\x1b[0m"},
        {Urgency::no_optimized_path, {2, 1, 0, 2, 2}, "\x1b[1;33mno_optimized_path\x1b[0m"},
        {Urgency::controller_without_path, {2, 2, 1, 2, 2}, "\x1b[1;32mok\x1b[0m"},
        {Urgency::none, {2, 2, 1, 2, 2}, "\x1b[1;32mok\x1b[0m"},
    };
    for (const Case& one : all) {
        NamespaceRow row = a_row(1, one.urgency);
        row.access = one.access;
        EXPECT_THAT(
            lines_of_body({a_subsystem("nqn", {row})}, 80, 2, true).at(1),
            StartsWith("  \x1b[1mnvme0n1\x1b[0m  \x1b[1mnsid 1\x1b[0m  " + std::string{one.text}));
    }
    const Lines hidden =
        lines_of_body({a_subsystem("nqn", {a_row(1, Urgency::no_path), a_row(2, Urgency::none)}),
                       a_subsystem("empty", {})},
                      80, 1, true);
    EXPECT_THAT(hidden,
                ElementsAre("  \x1b[2mand \x1b[0m\x1b[1;31m1 more in trouble\x1b[0m"
                            "\x1b[2m, \x1b[0m\x1b[2m1 more that is ok\x1b[0m\x1b[2m, \x1b[0m"
                            "\x1b[2m1 subsystem without a namespace\x1b[0m"));
}

} // namespace
} // namespace haoh::tool
