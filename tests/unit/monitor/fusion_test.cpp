// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/fusion.hpp"

#include "support/growth.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::monitor {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kHost = "db1";
const std::string kNqn = "nqn.2024-01.com.example:pair";

std::string line(const Event& event) {
    std::string text(to_string(event.kind));
    for (const std::string& part :
         {event.controller, event.path,
          event.nsid && event.path.empty() ? std::to_string(*event.nsid) : std::string(),
          event.from.empty() && event.to.empty() ? std::string() : event.from + ">" + event.to}) {
        text += part.empty() ? "" : " " + part;
    }
    return text;
}

/// A host with two controllers, one on each array, and a clock of its own.
class FusionTest : public ::testing::Test {
  protected:
    FusionTest() {
        for (unsigned i = 0; i < 2; ++i) {
            view_.controllers.push_back({.name = fmt::format("nvme{}", i),
                                         .subsysnqn = kNqn,
                                         .address = fmt::format("10.0.0.{}:4420", i + 1),
                                         .state = ControllerState::live});
        }
        for (std::uint32_t nsid = 1; nsid <= 2; ++nsid) {
            ViewedNamespace& one = view_.namespaces.emplace_back();
            one.subsysnqn = kNqn;
            one.nsid = nsid;
            one.device = fmt::format("nvme0n{}", nsid);
            one.bytes = 1U << 20U;
            one.read_only = false;
            for (unsigned i = 0; i < 2; ++i) {
                one.paths.push_back(
                    {.controller = fmt::format("nvme{}", i),
                     .name = fmt::format("nvme0c{}n{}", i, nsid),
                     .ana_state = i == 0 ? nvme::AnaState::optimized : nvme::AnaState::inaccessible,
                     .ana_grpid = 1,
                     .bytes = 1U << 20U});
            }
        }
    }

    [[nodiscard]] Occasion occasion(std::optional<Moment> cause = {}) const {
        return {.observed = now_, .cause = cause, .source = "test"};
    }
    void pass(std::chrono::nanoseconds time) {
        now_.monotonic += time;
        now_.wall += time;
    }
    void begin() {
        fusion_.see(kHost, view_, occasion());
        fusion_.set_array(kHost, "nvme0", "array-a");
        fusion_.set_array(kHost, "nvme1", "array-b");
        EXPECT_THAT(take(), IsEmpty()) << "what was there at first is no event";
    }
    std::vector<Event> events() {
        pass(1ms);
        return fusion_.take(occasion());
    }
    std::vector<std::string> take() {
        std::vector<std::string> lines;
        for (const Event& event : events()) {
            lines.push_back(line(event));
        }
        return lines;
    }
    void ana(const std::string& path, const std::string& state) {
        fusion_.see_ana_state(kHost, path, PathAnaState::of(state), occasion());
    }

    Moment now_{.monotonic = 100s, .wall = 1700000000s};
    View view_;
    Fusion fusion_;
};

TEST_F(FusionTest, tells_a_switch_between_arrays) {
    begin();
    ana("nvme0c0n1", "inaccessible");
    EXPECT_THAT(take(), ElementsAre("ana_change nvme0 nvme0c0n1 optimized>inaccessible",
                                    "access 1 restored>no_path"));
    ana("nvme0c1n1", "optimized");
    EXPECT_THAT(take(), ElementsAre("ana_change nvme1 nvme0c1n1 inaccessible>optimized",
                                    "access 1 no_path>restored"));
    ana("nvme0c1n1", "non-optimized");
    EXPECT_THAT(take(), ElementsAre("ana_change nvme1 nvme0c1n1 optimized>non-optimized",
                                    "access 1 restored>no_optimized_path"));
}

TEST_F(FusionTest, does_not_invent_a_gap_within_a_batch) {
    begin();
    ana("nvme0c0n1", "inaccessible");
    ana("nvme0c1n1", "optimized");
    EXPECT_THAT(take(), ElementsAre("ana_change nvme0 nvme0c0n1 optimized>inaccessible",
                                    "ana_change nvme1 nvme0c1n1 inaccessible>optimized"));
}

TEST_F(FusionTest, tells_nothing_twice) {
    begin();
    ana("nvme0c0n1", "optimized");
    fusion_.see(kHost, view_, occasion());
    fusion_.see_controller_state(kHost, "nvme0", ControllerState::live, occasion());
    EXPECT_THAT(take(), IsEmpty());
}

TEST_F(FusionTest, says_where_and_when) {
    begin();
    const Moment aen = now_;
    pass(3ms);
    fusion_.see_ana_state(kHost, "nvme0c1n2", PathAnaState::of("optimized"), occasion(aen));
    const std::vector<Event> told = events();
    ASSERT_EQ(told.size(), 1U);
    const Event& event = told[0];
    EXPECT_EQ(event.host, kHost);
    EXPECT_EQ(event.subsysnqn, kNqn);
    EXPECT_EQ(event.array, "array-b");
    EXPECT_EQ(event.nsid, 2U);
    EXPECT_EQ(event.device, "nvme0n2");
    EXPECT_EQ(event.ana_grpid, 1U);
    EXPECT_EQ(event.latency(), 3ms);
    EXPECT_EQ(event.source, "test");
    EXPECT_EQ(fusion_.status(now_).ana_latency.total(), 1U);
}

TEST_F(FusionTest, sees_an_array_leave_and_return) {
    begin();
    fusion_.see_controller_state(kHost, "nvme1", ControllerState::connecting, occasion());
    EXPECT_THAT(take(),
                ElementsAre("controller_state nvme1 live>connecting",
                            "access 1 restored>single_array", "access 2 restored>single_array"));
    View without = view_;
    without.controllers.pop_back();
    for (ViewedNamespace& one : without.namespaces) {
        one.paths.pop_back();
    }
    fusion_.see(kHost, without, occasion());
    EXPECT_THAT(take(), ElementsAre("path_lost nvme1 nvme0c1n1 inaccessible>",
                                    "path_lost nvme1 nvme0c1n2 inaccessible>",
                                    "controller_state nvme1 connecting>lost"));
    fusion_.see(kHost, view_, occasion());
    fusion_.set_array(kHost, "nvme1", "array-b");
    EXPECT_THAT(take(),
                ElementsAre("controller_state nvme1 >live",
                            "path_added nvme1 nvme0c1n1 >inaccessible",
                            "path_added nvme1 nvme0c1n2 >inaccessible",
                            "access 1 single_array>restored", "access 2 single_array>restored"));
}

TEST_F(FusionTest, sees_namespaces_come_and_go) {
    View one = view_;
    one.namespaces.pop_back();
    fusion_.see(kHost, one, occasion());
    EXPECT_THAT(take(), IsEmpty());
    fusion_.see(kHost, view_, occasion());
    EXPECT_THAT(take(), ElementsAre("namespace_added 2", "path_added nvme0 nvme0c0n2 >optimized",
                                    "path_added nvme1 nvme0c1n2 >inaccessible"));
    fusion_.see(kHost, one, occasion());
    EXPECT_THAT(take(), ElementsAre("path_lost nvme0 nvme0c0n2 optimized>",
                                    "path_lost nvme1 nvme0c1n2 inaccessible>",
                                    "namespace_removed 2", "access 2 restored>no_path"));
}

TEST_F(FusionTest, sees_sizes_and_protection) {
    begin();
    view_.namespaces[0].bytes = 2U << 20U;
    view_.namespaces[1].read_only = true;
    fusion_.see(kHost, view_, occasion());
    EXPECT_THAT(take(), ElementsAre("namespace_resized 1 1048576>2097152",
                                    "namespace_read_only 2 writable>read-only",
                                    "access 1 restored>no_path"))
        << "every path of another size is disabled";
    fusion_.see(kHost, view_, occasion());
    EXPECT_THAT(take(), IsEmpty());
}

TEST_F(FusionTest, does_not_believe_states_of_a_view_that_is_late) {
    begin();
    // The view was read before, and comes after.
    ana("nvme0c0n1", "non-optimized");
    fusion_.see_controller_state(kHost, "nvme1", ControllerState::connecting, occasion());
    EXPECT_EQ(take().size(), 4U);
    fusion_.see(kHost, view_, occasion());
    EXPECT_THAT(take(), IsEmpty());
    EXPECT_EQ(fusion_.status(now_).namespaces[0].paths[0].ana_state,
              PathAnaState::of("non-optimized"));
}

TEST_F(FusionTest, writes_what_it_knows_over_a_scan) {
    begin();
    ana("nvme0c0n1", "change");
    KernelObservation kernel;
    kernel.host = kHost;
    KernelSubsystem& subsystem = kernel.subsystems.emplace_back();
    subsystem.controllers.emplace_back().name = "nvme1";
    subsystem.controllers[0].state = Attribute::of("resetting");
    KernelNamespace& head = subsystem.namespaces.emplace_back();
    for (const char* name : {"nvme0c0n1", "nvme0c0n9"}) {
        KernelPath& path = head.paths.emplace_back();
        path.name = name;
        path.controller = "nvme0";
        path.ana_state = Attribute::of("optimized");
    }
    fusion_.write_states(kernel);
    EXPECT_EQ(subsystem.controllers[0].state.text, "live");
    EXPECT_EQ(head.paths[0].ana_state.text, "change");
    EXPECT_EQ(head.paths[1].ana_state.text, "optimized") << "not known";
}

TEST_F(FusionTest, tells_at_the_beginning_what_is_wrong_already) {
    view_.namespaces[0].paths[0].ana_state = PathAnaState::of("inaccessible");
    fusion_.see(kHost, view_, occasion());
    EXPECT_THAT(take(), ElementsAre("access 1 >no_path"));
}

TEST_F(FusionTest, counts_what_was_too_fast_to_be_seen) {
    begin();
    fusion_.see_change_count(kHost, "nvme0", 7, occasion());
    EXPECT_THAT(take(), IsEmpty()) << "the first count says nothing";
    // One transition of the group: two paths of one controller.
    ana("nvme0c0n1", "change");
    ana("nvme0c0n2", "change");
    fusion_.see_change_count(kHost, "nvme0", 8, occasion());
    EXPECT_THAT(take().size(), 4U) << "two changes, two losses of access";
    ana("nvme0c0n1", "optimized");
    ana("nvme0c0n2", "optimized");
    fusion_.see_change_count(kHost, "nvme0", 18, occasion());
    const std::vector<Event> told = events();
    ASSERT_EQ(told.size(), 5U);
    const Event& event = told[2];
    EXPECT_EQ(event.kind, EventKind::ana_coalesced);
    EXPECT_EQ(event.transitions, 9U);
    EXPECT_EQ(event.change_count, 18U);
    EXPECT_EQ(event.controller, "nvme0");
    EXPECT_EQ(fusion_.status(now_).coalesced, 9U);
    // Nothing happened since.
    fusion_.see_change_count(kHost, "nvme0", 18, occasion());
    // A counter of another array, after a reconnect.
    fusion_.see_change_count(kHost, "nvme0", 3, occasion());
    fusion_.forget_change_count(kHost, "nvme0");
    fusion_.see_change_count(kHost, "nvme0", 4000, occasion());
    EXPECT_THAT(take(), IsEmpty());
}

TEST_F(FusionTest, compares_a_log_with_what_was_seen) {
    begin();
    nvme::AnaLog log;
    log.groups.push_back({.agid = 1, .state = nvme::AnaState::optimized, .nsids = {1, 2}});
    EXPECT_TRUE(fusion_.agrees(kHost, "nvme0", log));
    EXPECT_FALSE(fusion_.agrees(kHost, "nvme1", log));
    EXPECT_FALSE(fusion_.agrees("elsewhere", "nvme0", log));
}

TEST_F(FusionTest, sees_another_identity_behind_a_controller) {
    begin();
    ControllerIdentity identity{.subnqn = kNqn, .serial = "A1", .model = "Array", .namespaces = {}};
    identity.namespaces[1].uuid = "one";
    fusion_.see_identity(kHost, "nvme0", identity, occasion());
    identity.namespaces[2].uuid = "two"; // a namespace more is another matter
    fusion_.see_identity(kHost, "nvme0", identity, occasion());
    EXPECT_THAT(take(), IsEmpty());
    identity.serial = "B1";
    identity.namespaces[1].uuid = "other";
    fusion_.see_identity(kHost, "nvme0", identity, occasion());
    const std::vector<Event> told = events();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].kind, EventKind::identity_changed);
    EXPECT_THAT(told[0].text, HasSubstr("serial number \"A1\" is now \"B1\""));
    EXPECT_THAT(told[0].text, HasSubstr("UUID of nsid 1 \"one\" is now \"other\""));
}

TEST_F(FusionTest, tells_once_that_a_change_takes_too_long) {
    begin();
    fusion_.set_anatt(kHost, "nvme0", 10);
    EXPECT_EQ(fusion_.next_deadline(), std::nullopt);
    ana("nvme0c0n1", "change");
    EXPECT_EQ(take().size(), 2U);
    ASSERT_TRUE(fusion_.next_deadline());
    pass(9s);
    fusion_.pass_time(now_);
    EXPECT_THAT(take(), IsEmpty());
    pass(2s);
    fusion_.pass_time(now_);
    fusion_.pass_time(now_);
    EXPECT_THAT(take(), ElementsAre("anatt_exceeded nvme0 nvme0c0n1 change>"));
    EXPECT_EQ(fusion_.next_deadline(), std::nullopt);
    ana("nvme0c0n1", "optimized");
    ana("nvme0c0n1", "change");
    EXPECT_TRUE(fusion_.next_deadline()) << "a new change has its own time";
}

TEST_F(FusionTest, tells_of_sources_once) {
    fusion_.restore_source("trace", now_);
    EXPECT_THAT(take(), IsEmpty()) << "it works from the beginning";
    fusion_.lose_source("trace", "no permission", now_);
    fusion_.lose_source("trace", "no permission", now_);
    const std::vector<Event> told = events();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].kind, EventKind::source_lost);
    EXPECT_EQ(told[0].source, "trace");
    EXPECT_EQ(told[0].text, "no permission");
    fusion_.restore_source("trace", now_);
    fusion_.restore_source("trace", now_);
    EXPECT_THAT(take(), ElementsAre("source_restored"));
}

TEST_F(FusionTest, passes_over_what_it_does_not_know) {
    begin();
    ana("nvme9c9n9", "change");
    fusion_.see_controller_state(kHost, "nvme9", ControllerState::connecting, occasion());
    fusion_.notice(kHost, {.controller = "nvme9", .event = {.type = 2, .info = 3, .log_page = 12}},
                   occasion());
    EXPECT_THAT(take(), IsEmpty());
}

TEST_F(FusionTest, gives_a_status_that_hosts_can_be_compared_by) {
    begin();
    const auto identity_at = [&](const std::string& host) {
        for (const MonitorStatus::Subsystem& one : fusion_.status(now_).subsystems) {
            if (one.host == host) {
                return one.identity;
            }
        }
        return std::string();
    };
    fusion_.see("db2", view_, occasion());
    ControllerIdentity identity{.subnqn = kNqn, .serial = "A1", .model = "Array", .namespaces = {}};
    fusion_.see_identity(kHost, "nvme0", identity, occasion());
    fusion_.see_identity("db2", "nvme1", identity, occasion());
    EXPECT_EQ(identity_at(kHost).size(), 16U);
    EXPECT_EQ(identity_at(kHost), identity_at("db2"));
    identity.namespaces[1].uuid = "one";
    fusion_.see_identity("db2", "nvme1", identity, occasion());
    EXPECT_NE(identity_at(kHost), identity_at("db2"));

    const MonitorStatus status = fusion_.status(now_);
    EXPECT_EQ(status.controllers.size(), 4U);
    ASSERT_EQ(status.namespaces.size(), 4U);
    EXPECT_EQ(status.namespaces[0].access.paths, 2U);
    EXPECT_EQ(status.namespaces[0].access.usable, 1U);
    EXPECT_EQ(status.namespaces[0].access.arrays, 2U);
}

/// So many namespaces, and a transition of each.
class FusionOfMany : public FusionTest {
  protected:
    void see(std::uint32_t count) {
        View large;
        large.controllers = view_.controllers;
        for (std::uint32_t nsid = 1; nsid <= count; ++nsid) {
            ViewedNamespace one = view_.namespaces[0];
            one.nsid = nsid;
            one.device = fmt::format("nvme0n{}", nsid);
            for (unsigned i = 0; i < 2; ++i) {
                one.paths[i].name = fmt::format("nvme0c{}n{}", i, nsid);
            }
            large.namespaces.push_back(one);
        }
        fusion_ = {};
        fusion_.see(kHost, large, occasion());
        EXPECT_THAT(take(), IsEmpty());
    }
    void flip(std::uint32_t count) {
        see(count);
        fusion_.see_change_count(kHost, "nvme1", 1, occasion());
        for (std::uint32_t nsid = 1; nsid <= count; ++nsid) {
            ana(fmt::format("nvme0c1n{}", nsid), "optimized");
        }
        fusion_.see_change_count(kHost, "nvme1", 2, occasion());
        EXPECT_EQ(take().size(), count) << "one transition of the group, nothing coalesced";
    }
};

TEST_F(FusionOfMany, takes_time_in_proportion) {
    EXPECT_LT(test::growth([this] { flip(512); }, [this] { flip(8 * 512); }),
              test::kMostForEightTimes);
}

} // namespace
} // namespace haoh::monitor
