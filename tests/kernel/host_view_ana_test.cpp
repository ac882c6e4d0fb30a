// SPDX-License-Identifier: LGPL-2.1-or-later
// What Linux makes of ANA that is reported wrongly, after a change as well: states of namespaces follow
// the log in the way that haoh says.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host_view.hpp"

namespace haoh::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* kNonOptimized = "2"; ///< as the ANA log has it

/// Namespace 2 is in group 1 by array b's log, and in group 2 by its Identify Namespace.
constexpr std::string_view kTwoStories = R"toml(
[[namespace]]
nsid = 1
[[namespace]]
nsid = 2
[[namespace]]
nsid = 3
ana_group = 2
[[array]]
name = "a"
[[array]]
name = "b"
[array.ana]
log = [
    {group = 1, nsids = [1, 2]},
    {group = 2, state = "inaccessible", nsids = [3]},
]
[[array.override]]
answer = "identify-namespace"
nsid = 2
field = "anagrpid"
value = 2
[[array.override]]
answer = "independent"
nsid = 2
field = "anagrpid"
value = 2
)toml";

/// Two groups, so that one can send the event that makes the kernel look at the other.
std::string two_groups(std::string_view subsystem) {
    return fmt::format("[subsystem]\n{}\n[[namespace]]\nnsid = 1\n[[namespace]]\nnsid = 2\n"
                       "ana_group = 2\n[[array]]\nname = \"a\"\n[[array]]\nname = \"b\"\n",
                       subsystem);
}

/// The group of array b's log at this place gets a state, and the host an event.
void change_group(SimulatedArrays& arrays, int place, std::string_view event_of) {
    arrays.command(fmt::format("override b ana-log group[{}].state {}", place, kNonOptimized));
    arrays.command(fmt::format("ana b {} non-optimized", event_of));
}

TEST_P(HostView, namespaces_out_of_order_keep_their_state) {
    ASSERT_TRUE(connect_scenario("ana_nsids_out_of_order"));
    expect_told("ana.log.nsid.order", "path_unused");
    change_group(arrays(), 0, "1");
    wait_state_on_b(3, "non-optimized");
    EXPECT_EQ(state_on_b(1), "optimized") << "it comes behind 3 in the same group";
    EXPECT_EQ(state_on_b(2), "optimized");
}

TEST_P(HostView, of_two_groups_the_last_counts) {
    ASSERT_TRUE(connect_scenario("ana_nsid_in_two_groups"));
    expect_told("ana.log.nsid.single_group", "unnoticed");
    change_group(arrays(), 1, "2");
    wait_state_on_b(3, "non-optimized");
    EXPECT_EQ(state_on_b(1), "optimized") << "in the first group alone";
    arrays().command("override b clear");
    change_group(arrays(), 0, "1");
    wait_state_on_b(1, "non-optimized");
    wait_state_on_b(3, "optimized");
}

TEST_P(HostView, a_namespace_in_no_group_follows_no_change) {
    // Namespace 2 says that it is in a group that the log has not.
    serve(scenario("ana_nsid_missing"));
    arrays().command("set b 2 anagrpid 9");
    arrays().command("override b ana-log group[1].nsid[0] 7");
    ASSERT_TRUE(connect_each());
    EXPECT_THAT(expect_told("ana.log.nsid.covers_active", "ana_ignored"),
                HasSubstr("\"invalid state\""));
    EXPECT_EQ(state_on_b(2), "invalid_state");
    EXPECT_EQ(state_on_b(3), "optimized") << "the state of the group that Identify names";
    change_group(arrays(), 0, "1");
    wait_state_on_b(1, "non-optimized");
    EXPECT_EQ(state_on_b(3), "optimized");
}

TEST_P(HostView, a_log_that_was_read_counts_for_more_than_identify) {
    serve(kTwoStories);
    ASSERT_TRUE(connect_each());
    expect_told("ana.log.nsid.matches_identify", "unnoticed");
    change_group(arrays(), 0, "1");
    wait_state_on_b(2, "non-optimized");
    EXPECT_EQ(state_on_b(3), "inaccessible") << "the group that Identify names";
}

TEST_P(HostView, a_log_with_a_namespace_too_many_is_taken) {
    ASSERT_TRUE(connect_scenario("ana_log_lists_masked"));
    EXPECT_THAT(ask_directly().findings, Contains("NOTE ana.log.nsid.only_active 7"));
    change_group(arrays(), 0, "1");
    wait_state_on_b(1, "non-optimized");
}

TEST_P(HostView, a_transition_that_may_take_no_time_is_a_reset) {
    constexpr auto kReset = "ANATT timeout, resetting controller.";
    // The healthy case: the kernel waits for the time that the array asks for.
    serve(two_groups("anatt = 10"));
    ASSERT_TRUE(connect_each());
    arrays().command("ana b 1 change");
    arrays().command("ana b 2 non-optimized");
    wait_state_on_b(1, "change");
    EXPECT_THAT(messages(), Not(HasSubstr(kReset)));
    host().disconnect_all();

    serve(two_groups("anatt = 0"));
    ASSERT_TRUE(connect_each());
    EXPECT_THAT(expect_told("ana.anatt.valid", "io_errors"), HasSubstr(kReset));
    arrays().command("ana b 1 change");
    arrays().command("ana b 2 non-optimized");
    guest().wait_until(fmt::format("dmesg | grep -F '{}'", kReset), "the controller to be reset");
    arrays().command("ana b 1 optimized");
    wait_state_on_b(1, "optimized");
}

TEST_P(HostView, the_array_that_comes_first_decides_whether_there_is_ana) {
    serve(scenario("anars_differs"));
    ASSERT_TRUE(connect_each({"b", "a"}));
    const auto said = expect_told("ctrl.cmic.anars.equal", "ana_ignored");
    EXPECT_THAT(paths_of("a"), AllOf(SizeIs(1), Each(Field(&HostPath::ana_state, IsEmpty()))));
    EXPECT_THAT(paths_of("b"), AllOf(SizeIs(1), Each(Field(&HostPath::ana_state, IsEmpty()))));
    host().disconnect_all();
    EXPECT_FALSE(connect_each({"a", "b"}));
    EXPECT_THAT(said, HasSubstr("Failed to get ANA log"));
    EXPECT_THAT(messages(), HasSubstr("Failed to get ANA log"));
    EXPECT_THAT(paths_of("a"), AllOf(SizeIs(1), Each(Field(&HostPath::ana_state, "optimized"))));
}

} // namespace
} // namespace haoh::test
