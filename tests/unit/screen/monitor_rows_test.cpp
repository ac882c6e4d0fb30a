// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor_rows.hpp"

#include "monitor_sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <utility>

namespace haoh::tool {
namespace {

using test::at_second;
using test::kNqn;
using test::make_namespace;
using test::make_status;
using test::pair_namespace;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Of a status with one subsystem.
std::vector<NamespaceRow> rows_of(const MonitorStatus& status) {
    const std::vector<SubsystemRow> subsystems = monitor_rows(status);
    EXPECT_THAT(subsystems, SizeIs(1));
    return subsystems.empty() ? std::vector<NamespaceRow>{} : subsystems.front().rows;
}

MonitorStatus::Controller a_controller(const std::string& name, const std::string& site,
                                       ControllerState state = ControllerState::live) {
    return {.host = "host-a",
            .name = name,
            .subsysnqn = kNqn,
            .array = site,
            .address = {},
            .state = std::move(state)};
}

TEST(MonitorRows, join_namespaces_that_are_alike) {
    const std::vector<NamespaceRow> rows =
        rows_of(make_status({pair_namespace(3, "non-optimized"), pair_namespace(1, "non-optimized"),
                             pair_namespace(2, "non-optimized")}));
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_THAT(rows[0].nsids, ElementsAre(1, 2, 3));
    EXPECT_EQ(rows[0].device, "nvme0n3") << "of the one that came first";
    EXPECT_EQ(rows[0].urgency, Urgency::none);
    EXPECT_EQ(rows[0].access, (AccessCounts{2, 2, 1, 2, 2}));
}

TEST(MonitorRows, keep_apart_what_is_not_alike) {
    using Namespace = MonitorStatus::Namespace;
    const std::vector<std::pair<const char*, std::function<void(Namespace&)>>> changes{
        {"paths", [](Namespace& one) { ++one.access.paths; }},
        {"usable", [](Namespace& one) { --one.access.usable; }},
        {"optimized", [](Namespace& one) { ++one.access.optimized; }},
        {"arrays", [](Namespace& one) { ++one.access.arrays; }},
        {"ready", [](Namespace& one) { ++one.access.ready; }},
        {"ANA state", [](Namespace& one) { one.paths[0].ana_state = PathAnaState::of("change"); }},
        {"ANA state of the other",
         [](Namespace& one) { one.paths[1].ana_state = PathAnaState::of("change"); }},
        {"a usable path",
         [](Namespace& one) { one.paths[1].use.kind = PathUse::Kind::ana_change; }},
        {"no path", [](Namespace& one) { one.paths.pop_back(); }},
        {"another controller", [](Namespace& one) { one.paths[1].controller = "nvme9"; }},
    };
    for (const auto& [what, change] : changes) {
        MonitorStatus status =
            make_status({pair_namespace(1, "non-optimized"), pair_namespace(2, "non-optimized")});
        EXPECT_THAT(rows_of(status), SizeIs(1));
        change(status.namespaces[1]);
        EXPECT_THAT(rows_of(status), SizeIs(2)) << what;
    }
    // What each path went through is not what it is.
    MonitorStatus status =
        make_status({pair_namespace(1, "non-optimized"), pair_namespace(2, "non-optimized")});
    status.namespaces[1].paths[0].transitions = 7;
    status.namespaces[1].paths[0].last_change = at_second(3);
    std::swap(status.namespaces[1].paths[0], status.namespaces[1].paths[1]);
    EXPECT_THAT(rows_of(status), SizeIs(1));
}

TEST(MonitorRows, are_as_urgent_as_the_access) {
    const std::vector<std::pair<AccessCounts, Urgency>> all{
        {{2, 0, 0, 2, 2}, Urgency::no_path},
        {{2, 1, 1, 2, 1}, Urgency::single_array},
        {{2, 2, 0, 2, 2}, Urgency::no_optimized_path},
        {{2, 2, 1, 2, 2}, Urgency::none},
    };
    for (const auto& [access, urgency] : all) {
        MonitorStatus status = make_status({pair_namespace(1, "non-optimized")});
        status.namespaces[0].access = access;
        EXPECT_EQ(rows_of(status).at(0).urgency, urgency);
        status.controllers.push_back(a_controller("nvme9", "array-b"));
        EXPECT_EQ(rows_of(status).at(0).urgency,
                  urgency == Urgency::none ? Urgency::controller_without_path : urgency);
    }
    EXPECT_TRUE(is_trouble(Urgency::no_path));
    EXPECT_TRUE(is_trouble(Urgency::no_optimized_path));
    EXPECT_FALSE(is_trouble(Urgency::controller_without_path));
    EXPECT_FALSE(is_trouble(Urgency::none));
}

TEST(MonitorRows, of_a_subsystem_begin_with_the_most_urgent_and_go_on_by_nsid_and_device) {
    MonitorStatus status =
        make_status({pair_namespace(5, "optimized"), pair_namespace(4, "non-optimized"),
                     pair_namespace(9, "persistent-loss"),
                     make_namespace(7, {{"nvme1", "inaccessible"}, {"nvme2", "inaccessible"}}),
                     make_namespace(6, {{"nvme1", "non-optimized"}, {"nvme2", "non-optimized"}})});
    std::vector<std::uint32_t> order;
    for (const NamespaceRow& row : rows_of(status)) {
        order.push_back(row.nsids.front());
    }
    EXPECT_THAT(order, ElementsAre(7, 9, 6, 4, 5));
    // One NSID of two devices, while one replaces the other.
    for (const auto& [first, second] : {std::pair{"nvme0n2", "nvme0n1"}, {"nvme0n1", "nvme0n2"}}) {
        status = make_status({pair_namespace(4, "optimized"), pair_namespace(4, "non-optimized")});
        status.namespaces[0].device = first;
        status.namespaces[1].device = second;
        const std::vector<NamespaceRow> rows = rows_of(status);
        ASSERT_THAT(rows, SizeIs(2));
        EXPECT_EQ(rows[0].device, "nvme0n1");
        EXPECT_EQ(rows[1].device, "nvme0n2");
    }
}

TEST(MonitorRows, of_a_controller_say_what_is_known_of_it) {
    MonitorStatus status = make_status({pair_namespace(1, "non-optimized")});
    status.controllers.push_back(a_controller("nvme3", "array-a", ControllerState::connecting));
    status.controllers.push_back(a_controller("nvme3", "array-z")); // told twice
    status.namespaces[0].paths.push_back({.controller = "nvme8",
                                          .name = {},
                                          .ana_state = {},
                                          .use = {},
                                          .transitions = 4,
                                          .last_change = {}});
    const std::vector<SubsystemRow> subsystems = monitor_rows(status);
    ASSERT_THAT(subsystems, SizeIs(1));
    EXPECT_EQ(subsystems[0].controllers, 3U) << "nvme8 is only a name";
    EXPECT_EQ(subsystems[0].namespaces, 1U);
    ASSERT_THAT(subsystems[0].rows, SizeIs(1));
    const std::vector<PathRow>& paths = subsystems[0].rows[0].paths;
    ASSERT_THAT(paths, SizeIs(4));
    // By array; of nvme8 it is not known.
    EXPECT_THAT(paths[0].controllers, ElementsAre("nvme8"));
    EXPECT_EQ(paths[0].array, "");
    EXPECT_EQ(paths[0].state, ControllerState::unknown);
    EXPECT_EQ(paths[0].ana, "no ANA");
    EXPECT_TRUE(paths[0].path);
    EXPECT_TRUE(paths[0].use.usable());
    EXPECT_EQ(paths[0].transitions, 4U);
    EXPECT_THAT(paths[1].controllers, ElementsAre("nvme1"));
    EXPECT_EQ(paths[1].array, "array-a");
    EXPECT_EQ(paths[1].state, ControllerState::live);
    EXPECT_EQ(paths[1].ana, "optimized");
    EXPECT_TRUE(paths[1].use.usable());
    EXPECT_THAT(paths[2].controllers, ElementsAre("nvme3"));
    EXPECT_EQ(paths[2].array, "array-a");
    EXPECT_EQ(paths[2].state, ControllerState::connecting);
    EXPECT_EQ(paths[2].ana, "no path");
    EXPECT_FALSE(paths[2].path);
    EXPECT_THAT(paths[3].controllers, ElementsAre("nvme2"));
    EXPECT_EQ(paths[3].ana, "non-optimized");
}

TEST(MonitorRows, do_not_blame_a_namespace_for_names_of_others) {
    // nvme8 and nvme9 are told by one namespace's paths only, and no controller of that name is known.
    MonitorStatus status =
        make_status({pair_namespace(1, "non-optimized"), pair_namespace(2, "non-optimized")});
    for (const char* const name : {"nvme8", "nvme9"}) {
        status.namespaces[0].paths.push_back({.controller = name,
                                              .name = {},
                                              .ana_state = PathAnaState::of("optimized"),
                                              .use = {},
                                              .transitions = 0,
                                              .last_change = {}});
    }
    const std::vector<NamespaceRow> rows = rows_of(status);
    ASSERT_THAT(rows, SizeIs(2));
    EXPECT_THAT(rows[0].paths, SizeIs(3));
    EXPECT_THAT(rows[0].paths[0].controllers, ElementsAre("nvme8", "nvme9"));
    EXPECT_THAT(rows[1].paths, SizeIs(2));
    EXPECT_EQ(rows[1].urgency, Urgency::none);
}

TEST(MonitorRows, join_controllers_whose_paths_are_alike) {
    using Status = MonitorStatus;
    const auto pair = [] {
        Status status = make_status({make_namespace(
            1, {{"nvme1", "optimized"}, {"nvme2", "non-optimized"}, {"nvme4", "non-optimized"}})});
        status.controllers.push_back(a_controller("nvme4", "array-b"));
        return status;
    };
    const std::vector<NamespaceRow> joined = rows_of(pair());
    ASSERT_THAT(joined, SizeIs(1));
    ASSERT_THAT(joined[0].paths, SizeIs(2));
    EXPECT_THAT(joined[0].paths[1].controllers, ElementsAre("nvme2", "nvme4"));
    const std::vector<std::pair<const char*, std::function<void(Status&)>>> changes{
        {"array", [](Status& status) { status.controllers[2].array = "array-c"; }},
        {"state",
         [](Status& status) { status.controllers[2].state = ControllerState::connecting; }},
        {"ANA state",
         [](Status& status) {
             status.namespaces[0].paths[2].ana_state = PathAnaState::of("optimized");
         }},
        {"path", [](Status& status) { status.namespaces[0].paths.pop_back(); }},
        {"use", [](Status& status) { status.namespaces[0].paths[2].use.other_size = true; }},
    };
    for (const auto& [what, change] : changes) {
        Status status = pair();
        change(status);
        EXPECT_THAT(rows_of(status).at(0).paths, SizeIs(3)) << what;
    }
    // A path whose ANA state is called so is not the same as none.
    Status status = pair();
    status.namespaces[0].paths[1].ana_state = PathAnaState::of("no path");
    status.namespaces[0].paths[1].use.kind = PathUse::Kind::ana_unknown;
    status.namespaces[0].paths.pop_back();
    EXPECT_THAT(rows_of(status).at(0).paths, SizeIs(3));
}

TEST(MonitorRows, say_of_many_paths_the_most_and_the_latest) {
    struct Case {
        std::vector<std::pair<std::uint64_t, std::int64_t>> paths; ///< transitions, second
        std::uint64_t transitions;
        std::int64_t second; ///< negative: never
    };
    const std::vector<Case> all{
        {{{0, -1}, {0, -1}}, 0, -1}, {{{3, 20}, {1, 30}}, 3, 30}, {{{1, 30}, {3, 20}}, 3, 30},
        {{{2, -1}, {1, 5}}, 2, 5},   {{{1, 5}, {2, -1}}, 2, 5},   {{{1, 5}, {1, 5}, {4, 6}}, 4, 6},
    };
    for (const Case& one : all) {
        std::vector<MonitorStatus::Namespace> namespaces;
        for (const auto& [transitions, second] : one.paths) {
            namespaces.push_back(
                make_namespace(static_cast<std::uint32_t>(namespaces.size()) + 1,
                               {{"nvme1", "optimized", transitions, second}, {"nvme2", "change"}}));
        }
        const std::vector<NamespaceRow> rows = rows_of(make_status(namespaces));
        ASSERT_THAT(rows, SizeIs(1));
        ASSERT_THAT(rows[0].paths, SizeIs(2));
        EXPECT_EQ(rows[0].paths[0].transitions, one.transitions);
        EXPECT_EQ(rows[0].paths[0].last_change,
                  one.second < 0 ? std::nullopt : std::optional{at_second(one.second)});
        EXPECT_EQ(rows[0].paths[1].transitions, 0U) << "of another controller";
        EXPECT_EQ(rows[0].paths[1].last_change, std::nullopt);
    }
}

TEST(MonitorRows, take_the_latest_by_a_clock_that_nobody_sets) {
    MonitorStatus status =
        make_status({pair_namespace(1, "non-optimized"), pair_namespace(2, "non-optimized")});
    Moment later = at_second(30);
    later.wall = at_second(-3600).wall; // set back by an hour meanwhile
    for (const std::size_t first : {0U, 1U}) {
        status.namespaces[first].paths[0].last_change = at_second(20);
        status.namespaces[1 - first].paths[0].last_change = later;
        EXPECT_EQ(rows_of(status).at(0).paths.at(0).last_change, later) << first;
    }
}

TEST(MonitorRows, of_subsystems_are_in_order_of_urgency_then_of_names) {
    MonitorStatus status;
    const auto verdict_of = [](const std::string& host) {
        return host == "a" ? Verdict::pass : Verdict::warn;
    };
    const auto add = [&](const std::string& host, const std::string& nqn, const std::string& ana) {
        status.subsystems.push_back({.host = host,
                                     .subsysnqn = nqn,
                                     .identity = "id of " + host + nqn,
                                     .verdict = verdict_of(host)});
        if (!ana.empty()) {
            MonitorStatus::Namespace one = pair_namespace(1, ana);
            one.host = host;
            one.subsysnqn = nqn;
            status.namespaces.push_back(one);
        }
    };
    add("b", "x", "non-optimized");
    add("a", "z", "non-optimized");
    add("a", "y", "");
    add("b", "y", "persistent-loss");
    add("a", "x", "non-optimized");
    const std::vector<SubsystemRow> rows = monitor_rows(status);
    std::vector<std::string> order;
    for (const SubsystemRow& row : rows) {
        order.push_back(row.host + row.subsysnqn);
        EXPECT_EQ(row.identity, "id of " + order.back());
        EXPECT_EQ(row.verdict, verdict_of(row.host));
        EXPECT_EQ(row.namespaces, order.back() == "ay" ? 0U : 1U);
    }
    EXPECT_THAT(order, ElementsAre("by", "ax", "ay", "az", "bx"));
}

TEST(MonitorRows, are_also_of_what_only_a_controller_or_a_namespace_tells) {
    MonitorStatus status;
    status.controllers.push_back(a_controller("nvme1", "array-a"));
    std::vector<SubsystemRow> rows = monitor_rows(status);
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_EQ(rows[0].subsysnqn, kNqn);
    EXPECT_EQ(rows[0].controllers, 1U);
    EXPECT_EQ(rows[0].urgency(), Urgency::none);
    status.controllers.clear();
    status.namespaces.push_back(pair_namespace(1, "persistent-loss"));
    rows = monitor_rows(status);
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_EQ(rows[0].controllers, 0U);
    EXPECT_EQ(rows[0].verdict, std::nullopt);
    EXPECT_EQ(rows[0].urgency(), Urgency::single_array);
    EXPECT_THAT(monitor_rows({}), IsEmpty());
}

} // namespace
} // namespace haoh::tool
