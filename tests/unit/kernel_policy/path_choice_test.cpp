// SPDX-License-Identifier: LGPL-2.1-or-later
// Which path is next by sysfs, in the situations that the kernel's own steps tell apart.
#include "device.hpp"

#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string why_not(const NodeChoice& choice, const std::string& path) {
    for (const PathNotTaken& one : choice.others) {
        if (one.path == path) {
            return one.why;
        }
    }
    return "taken";
}

// A temporary string as the name would be one that GCC 13 and later take the result to refer to.
const LossOutcome& loss_of(const PathChoice& choice, const char* name) {
    for (const LossOutcome& one : choice.losses) {
        if (one.name == name) {
            return one;
        }
    }
    throw std::runtime_error(std::string("no loss of ") + name);
}

TEST(PathChoice, is_the_only_optimized_path_under_every_policy) {
    for (const char* const policy : {"numa", "round-robin", "queue-depth", "future"}) {
        Device device(policy);
        device.path("non-optimized").path("optimized").path("inaccessible");
        const NodeChoice next = device.next();
        EXPECT_THAT(next.takes, ElementsAre("nvme0c1n1")) << policy;
        EXPECT_EQ(next.certainty, Certainty::known) << policy;
        EXPECT_EQ(why_not(next, "nvme0c0n1"), "it is non-optimized, and nvme0c1n1 is optimized");
        EXPECT_EQ(why_not(next, "nvme0c2n1"), "ANA inaccessible");
    }
}

TEST(PathChoice, says_everything_in_words_that_are_safe_to_print) {
    const std::string hostile = "\x1b]0;owned\x07";
    Device device("a policy " + hostile);
    device.path("optimized").path("optimized").path(hostile);
    device.subsystem().controllers[1].state = Attribute::of(hostile);
    const PathChoice choice = device.explained();
    EXPECT_EQ(choice.policy.text(), "a policy " + hostile) << "a name is exact";
    EXPECT_EQ(choice.paths.at(2).ana_state, hostile);
    EXPECT_THAT(choice.notes,
                Contains(R"(The policy a policy \x1b]0;owned\x07 is not known to this haoh.)"));
    EXPECT_EQ(why_not(choice.nodes.at(0), "nvme0c1n1"), R"(controller \x1b]0;owned\x07)");
    EXPECT_EQ(why_not(choice.nodes.at(0), "nvme0c2n1"), R"(ANA \x1b]0;owned\x07)");
    for (const NodeChoice& node : choice.nodes) {
        EXPECT_EQ(node.why.find('\x1b'), std::string::npos);
    }
}

TEST(PathChoice, says_why_a_path_is_taken) {
    struct Case {
        const char* policy;
        std::vector<const char*> states;
        const char* why;
    };
    const char* const kBest = "optimized";
    const char* const kRest = "non-optimized";
    for (const Case& one : {
             Case{"round-robin", {kBest, kBest}, "the 2 optimized paths take turns"},
             Case{"round-robin", {kRest, kRest, kRest}, "the 3 non-optimized paths take turns"},
             Case{"future", {kBest, kBest}, "one of the 2 optimized paths"},
             Case{"future", {kBest, kBest}, "a policy that is not known here"},
             Case{"", {kBest, kBest}, "a policy that cannot be read"},
             Case{"numa", {kBest, "inaccessible"}, "it is the only optimized path"},
             Case{"numa", {kRest, "inaccessible"}, "it is the only non-optimized path"},
             Case{"numa", {kBest, kBest}, "of 2 optimized paths that are equally near"},
             Case{"queue-depth", {kRest, kRest}, "of 2 non-optimized paths that are equally idle"},
             Case{"numa", {}, "there is no path"},
             Case{"numa", {"inaccessible"}, "a controller is live"},
         }) {
        Device device(one.policy);
        for (const char* const state : one.states) {
            device.path(state);
        }
        EXPECT_THAT(device.next().why, HasSubstr(one.why));
    }
}

TEST(PathChoice, counts_a_path_without_ana_as_optimized) {
    Device device("numa");
    device.path("non-optimized").path("optimized");
    device.path_at(1).ana_state = {};
    EXPECT_THAT(device.next().takes, ElementsAre("nvme0c1n1"));
}

TEST(PathChoice, leaves_out_what_cannot_be_used) {
    Device device("numa");
    device.path("optimized").path("optimized").path("optimized").path("non-optimized");
    device.controller(0).state = Attribute::of("connecting");
    device.path_at(1).size = Attribute::of("1");
    device.path_at(2).ana_state = Attribute::of("(null)");
    const NodeChoice next = device.next();
    EXPECT_THAT(next.takes, ElementsAre("nvme0c3n1"));
    EXPECT_EQ(why_not(next, "nvme0c0n1"), "controller connecting");
    EXPECT_EQ(why_not(next, "nvme0c1n1"), "size 1 of 65536 sectors");
    EXPECT_EQ(why_not(next, "nvme0c2n1"), "ANA (null)");
}

TEST(NumaChoice, takes_the_first_of_paths_that_are_near_no_node) {
    Device device("numa");
    device.path("optimized").path("optimized");
    const PathChoice choice = device.explained();
    EXPECT_THAT(choice.nodes.front().takes, ElementsAre("nvme0c0n1"));
    EXPECT_EQ(choice.nodes.front().certainty, Certainty::likely);
    EXPECT_EQ(why_not(choice.nodes.front(), "nvme0c1n1"),
              "it is taken to have been connected after nvme0c0n1");
    EXPECT_THAT(choice.notes, Contains(HasSubstr("order")));
}

TEST(NumaChoice, believes_the_kernel_where_it_tells) {
    Device device("numa", "7.3.4");
    device.path("optimized").path("optimized");
    device.path_at(0).numa_nodes = Attribute::of("");
    device.path_at(1).numa_nodes = Attribute::of("0-1");
    device.numa.nodes = {{0, {10, 20}}, {1, {20, 10}}, {2, {}}};
    const PathChoice choice = device.explained();
    EXPECT_THAT(choice.nodes[0].takes, ElementsAre("nvme0c1n1"));
    EXPECT_EQ(choice.nodes[0].certainty, Certainty::known);
    EXPECT_EQ(why_not(choice.nodes[0], "nvme0c0n1"), "the node keeps to nvme0c1n1");
    EXPECT_THAT(choice.nodes[1].takes, ElementsAre("nvme0c1n1"));
    // It has sent no I/O yet.
    EXPECT_THAT(choice.nodes[2].takes, ElementsAre("nvme0c0n1"));
    EXPECT_EQ(choice.nodes[2].certainty, Certainty::likely);
}

TEST(NumaChoice, leaves_a_cached_path_that_is_no_longer_live_and_optimized) {
    Device device("numa", "7.3.4");
    device.path("optimized").path("optimized");
    device.path_at(0).numa_nodes = Attribute::of("");
    device.path_at(1).numa_nodes = Attribute::of("0");
    device.path_at(1).ana_state = Attribute::of("non-optimized");
    EXPECT_THAT(device.next().takes, ElementsAre("nvme0c0n1"));
    device.path_at(1).ana_state = Attribute::of("optimized");
    device.controller(1).state = Attribute::of("resetting");
    EXPECT_THAT(device.next().takes, ElementsAre("nvme0c0n1"));
}

TEST(NumaChoice, takes_the_nearest_controller_for_each_node) {
    Device device("numa");
    device.path("optimized").path("optimized").path("optimized");
    device.controller(0).numa_node = Attribute::of("0");
    device.controller(1).numa_node = Attribute::of("1");
    device.controller(2).numa_node = Attribute::of("1");
    device.numa.nodes = {{0, {10, 21}}, {1, {21, 10}}};
    const PathChoice choice = device.explained();
    EXPECT_THAT(choice.nodes[0].takes, ElementsAre("nvme0c0n1"));
    EXPECT_EQ(choice.nodes[0].certainty, Certainty::known);
    EXPECT_EQ(why_not(choice.nodes[0], "nvme0c1n1"),
              "its controller is farther, at distance 21, that of nvme0c0n1 at 10");
    EXPECT_THAT(choice.nodes[1].takes, ElementsAre("nvme0c1n1"));
    EXPECT_EQ(choice.nodes[1].certainty, Certainty::likely);
    // A controller that is near no node counts as near each.
    device.controller(2).numa_node = Attribute::of("-1");
    device.controller(0).numa_node = Attribute::of("1");
    EXPECT_THAT(device.next().takes, ElementsAre("nvme0c2n1"));
}

TEST(NumaChoice, does_not_look_at_distances_under_other_policies) {
    Device device("queue-depth");
    device.path("optimized").path("optimized");
    device.controller(0).numa_node = Attribute::of("1");
    device.controller(1).numa_node = Attribute::of("0");
    device.numa.nodes = {{0, {10, 20}}, {1, {20, 10}}};
    EXPECT_THAT(device.next().takes, ElementsAre("nvme0c0n1"));
}

std::vector<std::string> notes_of(const std::string& release, const std::string& policy) {
    Device device(policy, release);
    device.path("optimized").path("optimized");
    return device.explained().notes;
}

// Linux 6.11 made a change of the policy clear the paths that the nodes remember
// (nvme_subsys_iopolicy_update), together with queue-depth.
TEST(Notes, are_of_the_releases_that_they_are_true_of) {
    const auto before = HasSubstr("Before Linux 6.11 each node keeps");
    const auto unknown = HasSubstr("Unless this kernel has the policy queue-depth");
    for (const char* const release :
         {"6.10", "6.10.99-amd64", "6.10.0-rc7", "4.18.0-553.el8_10.x86_64"}) {
        EXPECT_THAT(notes_of(release, "numa"), Contains(before)) << release;
        EXPECT_THAT(notes_of(release, "round-robin"), Each(Not(before))) << release;
    }
    for (const char* const release :
         {"6.11", "6.11.0-rc1", "6.11.1-amd64", "7.0", "5.14.0-570.12.1.el9_6.x86_64"}) {
        EXPECT_THAT(notes_of(release, "numa"), Each(AllOf(Not(before), Not(unknown)))) << release;
    }
    for (const char* const release : {"6.8.0-45-generic", "6.4.0-150600.23-default"}) {
        EXPECT_THAT(notes_of(release, "numa"), Contains(unknown)) << release;
    }
}

TEST(Notes, of_what_is_in_flight_go_by_the_attribute) {
    const auto hidden = Contains(HasSubstr("from Linux 6.15 on"));
    EXPECT_THAT(notes_of("6.14", "queue-depth"), hidden);
    EXPECT_THAT(notes_of("6.14", "round-robin"), Not(hidden));
    // A distribution may have taken it to an older kernel.
    Device device("queue-depth", "5.14.0-687.5.3.el9_8.x86_64");
    device.path("optimized").path("optimized");
    EXPECT_THAT(device.explained().notes, hidden);
    device.path_at(0).queue_depth = Attribute::of("");
    EXPECT_THAT(device.explained().notes, Not(hidden));
}

/// Notes of order, turns and an unknown policy, and of nothing else.
void expect_notes(Device& device, bool order, bool turns, bool unknown = false) {
    const auto notes = device.explained().notes;
    EXPECT_EQ(notes.size(), std::size_t{order} + std::size_t{turns} + std::size_t{unknown});
    const auto holds = [&](const char* const words) {
        return std::ranges::any_of(
            notes, [&](const std::string& note) { return note.find(words) != std::string::npos; });
    };
    EXPECT_EQ(holds("in which order paths arrived"), order);
    EXPECT_EQ(holds("Whose turn it is"), turns);
    EXPECT_EQ(holds("is not known to this haoh"), unknown);
}

TEST(Notes, are_of_the_choice_now_and_after_a_loss) {
    for (const bool later : {false, true}) { // whether two paths are alike only after a loss
        SCOPED_TRACE(later);
        const auto with = [later](const char* policy) {
            Device device(policy, "7.3.4");
            device.path("non-optimized").path("non-optimized");
            if (later) {
                device.path("optimized");
            }
            for (std::size_t i = 0; i < (later ? 3U : 2U); ++i) {
                device.path_at(i).queue_depth = Attribute::of(""); // there, as in 7.3
            }
            return device;
        };
        Device numa = with("numa");
        expect_notes(numa, true, false);
        Device queue_depth = with("queue-depth");
        expect_notes(queue_depth, true, false);
        Device round_robin = with("round-robin");
        expect_notes(round_robin, false, true);
        Device other = with("service-time");
        expect_notes(other, true, false, true);
    }
    Device only("round-robin", "7.3.4");
    only.path("optimized");
    expect_notes(only, false, false);
}

TEST(Notes, of_remembered_paths_take_two_paths) {
    Device device("numa", "6.1.176");
    device.path("optimized");
    EXPECT_THAT(device.explained().notes, IsEmpty());
}

TEST(RoundRobinChoice, rotates_over_paths_of_the_best_state) {
    Device device("round-robin");
    device.path("optimized").path("non-optimized").path("optimized");
    NodeChoice next = device.next();
    EXPECT_THAT(next.takes, ElementsAre("nvme0c0n1", "nvme0c2n1"));
    EXPECT_EQ(next.certainty, Certainty::rotates);
    device.path_at(0).ana_state = Attribute::of("non-optimized");
    device.path_at(2).ana_state = Attribute::of("non-optimized");
    EXPECT_THAT(device.next().takes, ElementsAre("nvme0c0n1", "nvme0c1n1", "nvme0c2n1"));
}

TEST(QueueDepthChoice, takes_the_least_busy_controller_where_it_is_shown) {
    Device device("queue-depth", "7.3.4");
    device.path("optimized").path("optimized").path("non-optimized");
    device.path_at(0).queue_depth = Attribute::of("3");
    device.path_at(1).queue_depth = Attribute::of("1");
    device.path_at(2).queue_depth = Attribute::of("0");
    const NodeChoice next = device.next();
    EXPECT_THAT(next.takes, ElementsAre("nvme0c1n1"));
    EXPECT_EQ(next.certainty, Certainty::likely) << "it changes all the time";
    EXPECT_EQ(next.why, "its controller had the fewest commands in flight, 1");
    EXPECT_EQ(why_not(next, "nvme0c0n1"),
              "its controller had 3 commands in flight, that of nvme0c1n1 1");
    EXPECT_THAT(why_not(next, "nvme0c2n1"), HasSubstr("non-optimized"));
    device.path_at(0).queue_depth = Attribute::of("1");
    EXPECT_THAT(device.next().takes, ElementsAre("nvme0c0n1"));
    EXPECT_THAT(device.next().why, HasSubstr("equally idle (1 commands in flight)"));
}

TEST(QueueDepthChoice, takes_the_first_where_it_is_not_shown) {
    Device device("queue-depth");
    device.path("optimized").path("optimized");
    EXPECT_THAT(device.next().takes, ElementsAre("nvme0c0n1"));
    EXPECT_THAT(device.explained().notes, Contains(HasSubstr("from Linux 6.15 on")));
}

TEST(UnknownPolicyChoice, names_those_that_it_may_take) {
    Device device("service-time");
    device.path("optimized").path("optimized");
    const PathChoice choice = device.explained();
    EXPECT_THAT(choice.nodes.front().takes, ElementsAre("nvme0c0n1", "nvme0c1n1"));
    EXPECT_EQ(choice.nodes.front().certainty, Certainty::likely);
    EXPECT_THAT(choice.nodes.front().why, HasSubstr("is not known here"));
    EXPECT_THAT(choice.notes, Contains(HasSubstr("service-time is not known")));
    device.subsystem().iopolicy = {};
    EXPECT_THAT(device.explained().notes, Contains(HasSubstr("cannot be read")));
}

TEST(Loss, moves_io_to_what_is_left) {
    Device device("numa");
    device.path("optimized").path("optimized").path("non-optimized");
    device.on_arrays({{"nvme0", "a"}, {"nvme1", "a"}, {"nvme2", "b"}});
    const PathChoice choice = device.explained();
    EXPECT_THAT(loss_of(choice, "nvme0c0n1").nodes.front().takes, ElementsAre("nvme0c1n1"));
    EXPECT_TRUE(loss_of(choice, "nvme0c0n1").changes);
    EXPECT_FALSE(loss_of(choice, "nvme0c2n1").changes);
    const LossOutcome& array = loss_of(choice, "a");
    EXPECT_TRUE(array.array);
    EXPECT_THAT(array.paths, ElementsAre("nvme0c0n1", "nvme0c1n1"));
    EXPECT_THAT(array.nodes.front().takes, ElementsAre("nvme0c2n1"));
    EXPECT_FALSE(loss_of(choice, "b").changes);
}

TEST(Loss, of_the_last_path_queues_as_long_as_the_controller_may_come_back) {
    Device device("numa");
    device.path("optimized");
    const auto after = [&] { return loss_of(device.explained(), "nvme0c0n1").nodes.front(); };
    EXPECT_EQ(after().next, NextIo::queued);
    EXPECT_THAT(after().why, HasSubstr("at most 600 s after it was lost (ctrl_loss_tmo)"));
    device.controller(0).fast_io_fail_tmo = Attribute::of("15");
    EXPECT_THAT(after().why, HasSubstr("at most 15 s after it was lost (fast_io_fail_tmo)"));
    device.controller(0).fast_io_fail_tmo = Attribute::of("off");
    device.controller(0).ctrl_loss_tmo = Attribute::of("off");
    EXPECT_THAT(after().why, HasSubstr("for ever"));
    device.controller(0).ctrl_loss_tmo = Attribute::of("0");
    EXPECT_EQ(after().next, NextIo::failed);
    // PCIe does not reconnect.
    device.controller(0).ctrl_loss_tmo = {};
    EXPECT_EQ(after().next, NextIo::failed);
    device.head().delayed_removal_secs = Attribute::of("30");
    EXPECT_EQ(after().next, NextIo::queued);
    EXPECT_THAT(after().why, HasSubstr("30 s"));
}

TEST(Loss, of_the_last_usable_path_queues_while_another_controller_is_live) {
    Device device("numa");
    device.path("optimized").path("inaccessible");
    device.controller(0).ctrl_loss_tmo = {};
    const NodeChoice after = loss_of(device.explained(), "nvme0c0n1").nodes.front();
    EXPECT_EQ(after.next, NextIo::queued);
    EXPECT_THAT(after.why, HasSubstr("live"));
}

TEST(Loss, queues_for_a_second_too) {
    Device device("numa");
    device.path("optimized");
    const auto after = [&] { return loss_of(device.explained(), "nvme0c0n1").nodes.front(); };
    device.controller(0).ctrl_loss_tmo = Attribute::of("1");
    EXPECT_EQ(after().next, NextIo::queued);
    EXPECT_THAT(after().why, HasSubstr("at most 1 s after it was lost"));
    device.head().delayed_removal_secs = Attribute::of("1");
    EXPECT_THAT(after().why, HasSubstr("at most 2 s after it was lost"));
    device.controller(0).ctrl_loss_tmo = Attribute::of("0");
    EXPECT_EQ(after().next, NextIo::queued);
    EXPECT_THAT(after().why, HasSubstr("I/O waits 1 s for a new one"));
    device.head().delayed_removal_secs = Attribute::of("0");
    EXPECT_EQ(after().next, NextIo::failed);
}

TEST(Loss, of_equal_patience_names_the_attribute_of_the_first_path) {
    Device device("numa");
    device.path("optimized").path("optimized");
    device.controller(0).ctrl_loss_tmo = Attribute::of("15");
    device.controller(1).fast_io_fail_tmo = Attribute::of("15");
    device.on_arrays({{"nvme0", "a"}, {"nvme1", "a"}, {"nvme2", "b"}});
    device.path("inaccessible");
    device.controller(2).state = Attribute::of("dead");
    const auto after = [&] { return loss_of(device.explained(), "a").nodes.front().why; };
    EXPECT_THAT(after(), HasSubstr("at most 15 s after it was lost (ctrl_loss_tmo)"));
    device.controller(1).fast_io_fail_tmo = Attribute::of("16");
    EXPECT_THAT(after(), HasSubstr("at most 16 s after it was lost (fast_io_fail_tmo)"));
}

TEST(PathChoice, of_a_controller_that_is_gone_is_none) {
    Device device("numa");
    device.path("optimized").path("optimized");
    device.path_at(0).controller = "nvme9";
    const PathChoice choice = device.explained();
    EXPECT_EQ(choice.paths.at(0).controller_state, "");
    EXPECT_EQ(choice.paths.at(0).use.kind, PathUse::Kind::controller_gone);
    EXPECT_THAT(choice.nodes.front().takes, ElementsAre("nvme0c1n1"));
}

TEST(PathChoice, has_words_for_what_comes_and_how_sure_it_is) {
    EXPECT_EQ(to_string(NextIo::sent), "sent");
    EXPECT_EQ(to_string(NextIo::queued), "queued");
    EXPECT_EQ(to_string(NextIo::failed), "failed");
    EXPECT_EQ(to_string(Certainty::known), "known");
    EXPECT_EQ(to_string(Certainty::likely), "likely");
    EXPECT_EQ(to_string(Certainty::rotates), "rotates");
}

TEST(PathChoice, says_when_there_is_none) {
    Device device("numa");
    device.path("inaccessible");
    EXPECT_EQ(device.next().next, NextIo::queued);
    EXPECT_THAT(device.next().takes, IsEmpty());
    device.controller(0).state = Attribute::of("deleting");
    EXPECT_EQ(device.next().next, NextIo::failed);
    Device none("numa");
    EXPECT_EQ(none.next().next, NextIo::failed);
    EXPECT_EQ(none.next().why, "there is no path");
}

TEST(PathChoice, tells_whether_all_io_is_sent) {
    Device device("numa");
    device.path("optimized");
    EXPECT_TRUE(all_sent(device.explained()));
    device.path_at(0).ana_state = Attribute::of("inaccessible");
    EXPECT_FALSE(all_sent(device.explained()));
}

TEST(PathChoice, tells_whether_what_chooses_is_known) {
    Device device("numa");
    device.path("optimized");
    EXPECT_TRUE(policy_known(device.explained()));
    device.subsystem().iopolicy = {};
    EXPECT_FALSE(policy_known(device.explained()));
    device.head().multipath = false;
    EXPECT_TRUE(policy_known(device.explained())) << "nothing is chosen";
}

TEST(PathChoice, tells_whether_its_paths_are_known) {
    const Attribute broken{
        .state = Attribute::State::unreadable, .nul_padded = false, .text = "Input/output error"};
    KernelObservation kernel;
    KernelSubsystem subsystem;
    subsystem.controllers.emplace_back().state = Attribute::of("live");
    KernelNamespace head;
    head.paths.emplace_back().ana_state = Attribute::of("inaccessible");
    const FoundDevice device{.subsystem = &subsystem, .head = &head};
    EXPECT_TRUE(paths_known(kernel, device)) << "and there is none that could be used";
    head.paths[0].ana_state = broken;
    EXPECT_FALSE(paths_known(kernel, device));
    head.paths[0].ana_state = {}; // no ANA
    EXPECT_TRUE(paths_known(kernel, device));
    subsystem.controllers[0].state = broken;
    EXPECT_FALSE(paths_known(kernel, device));
    subsystem.controllers[0].state = Attribute::of("live");
    kernel.unread = {"controller nvme0: Input/output error"}; // there may be others
    EXPECT_FALSE(paths_known(kernel, device));
}

TEST(PathChoice, of_a_namespace_without_multipath_is_itself) {
    Device device("numa");
    device.path("optimized");
    device.head().multipath = false;
    device.path_at(0).name = "nvme0n1";
    EXPECT_THAT(device.next().takes, ElementsAre("nvme0n1"));
    EXPECT_THAT(device.next().why, HasSubstr("own and only path"));
}

TEST(PathChoice, says_what_changed_while_it_was_read) {
    Device device("numa");
    device.path("optimized");
    EXPECT_THAT(device.explained().notes, IsEmpty());
    for (const char* const name : {"nvme0c0n1", "nvme0", "nvme0n1"}) {
        device.kernel.changed = {name};
        EXPECT_THAT(device.explained().notes, Contains(HasSubstr("changed while"))) << name;
    }
    device.kernel.changed = {"nvme9"};
    EXPECT_THAT(device.explained().notes, IsEmpty());
}

TEST(PathChoice, has_what_the_kernel_says) {
    Device device("queue-depth", "7.3.4");
    device.path("optimized").path("inaccessible");
    device.on_arrays({{"nvme1", "array-b"}});
    device.controller(0).numa_node = Attribute::of("1");
    device.path_at(0).queue_depth = Attribute::of("5");
    device.path_at(0).numa_nodes = Attribute::of("0-1,3");
    device.path_at(1).numa_nodes = {
        .state = Attribute::State::empty, .nul_padded = false, .text = {}};
    const PathChoice choice = device.explained();
    EXPECT_EQ(choice.host, "alpha");
    EXPECT_EQ(choice.release, "7.3.4");
    EXPECT_EQ(choice.subsystem, "nvme-subsys0");
    EXPECT_EQ(choice.subsysnqn, "nqn.2026-01.io.example:pair");
    EXPECT_EQ(choice.device, "nvme0n1");
    EXPECT_EQ(choice.nsid, 7U);
    EXPECT_EQ(choice.policy, IoPolicy::queue_depth);
    EXPECT_TRUE(choice.multipath);
    const ExplainedPath first{.path = "nvme0c0n1",
                              .controller = "nvme0",
                              .array = "",
                              .controller_state = "live",
                              .ana_state = "optimized",
                              .numa_node = 1,
                              .queue_depth = 5,
                              .numa_nodes = std::vector<unsigned>{0, 1, 3},
                              .use = {}};
    const ExplainedPath second{
        .path = "nvme0c1n1",
        .controller = "nvme1",
        .array = "array-b",
        .controller_state = "live",
        .ana_state = "inaccessible",
        .numa_node = {},
        .queue_depth = {},
        .numa_nodes = std::vector<unsigned>{},
        .use = {.kind = PathUse::Kind::ana_inaccessible, .detail = "", .other_size = false}};
    EXPECT_THAT(choice.paths, ElementsAre(first, second));
    device.path_at(1).numa_nodes = {};
    EXPECT_EQ(device.explained().paths.at(1).numa_nodes, std::nullopt) << "before Linux 6.15";
    device.head().nsid = Attribute::of("4294967295");
    EXPECT_EQ(device.explained().nsid, 4294967295U);
    device.head().nsid = Attribute::of("4294967296");
    EXPECT_EQ(device.explained().nsid, std::nullopt);
}

TEST(PathChoice, knows_the_arrays_of_its_own_host) {
    Device device("round-robin");
    device.kernel.host = "db1";
    device.attributions =
        Attributions({{.host = "db0", .controller = "nvme0", .array = "b", .evidence = {}},
                      {.host = "db1", .controller = "nvme0", .array = "a", .evidence = {}},
                      {.host = "db1", .controller = "nvme1", .array = {}, .evidence = {}}});
    device.path("optimized").path("optimized");
    EXPECT_EQ(device.explained().paths.at(0).array, "a");
    EXPECT_EQ(device.explained().paths.at(1).array, "");
}

TEST(PathChoice, without_multipath_misses_no_policy) {
    Device device("numa");
    device.path("optimized");
    device.subsystem().iopolicy = {};
    EXPECT_THAT(device.explained().notes, Contains(HasSubstr("cannot be read")));
    device.head().multipath = false;
    EXPECT_THAT(device.explained().notes, IsEmpty());
}

TEST(FindDevice, knows_names_below_dev_and_refuses_others) {
    Device device("numa");
    EXPECT_EQ(find_device(device.kernel, "nvme0n1").head, &device.head());
    EXPECT_EQ(find_device(device.kernel, "/dev/nvme0n1").subsystem, &device.subsystem());
    try {
        static_cast<void>(find_device(device.kernel, "nvme0n2"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::not_found);
        EXPECT_THAT(error.what(), HasSubstr("nvme0n2"));
    }
}

} // namespace
} // namespace haoh::test
