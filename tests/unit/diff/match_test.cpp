// SPDX-License-Identifier: LGPL-2.1-or-later
#include "diff/match.hpp"

#include <gmock/gmock.h>

namespace haoh::differ {
namespace {

ControllerObservation controller(std::string traddr, std::uint16_t cntlid,
                                 std::string hostnqn = "nqn.host") {
    ControllerObservation out;
    out.name = traddr + " " + std::to_string(cntlid);
    out.transport = "tcp";
    out.traddr = std::move(traddr);
    out.trsvcid = "4420";
    out.subsysnqn = "nqn.subsystem";
    out.connection.cntlid = cntlid;
    out.connection.hostnqn = std::move(hostnqn);
    return out;
}

Observation observation(std::vector<ControllerObservation> controllers) {
    Observation out;
    out.controllers = std::move(controllers);
    return out;
}

/// "BEFORE=AFTER", with "~" for a match under another ID and "-" for nothing.
std::vector<std::string> matched(const Observation& before, const Observation& after) {
    std::vector<std::string> out;
    for (const Match& match : match_controllers(before, after)) {
        out.push_back((match.before != nullptr ? match.before->name : "-") +
                      (match.renumbered ? "~" : "=") +
                      (match.after != nullptr ? match.after->name : "-"));
    }
    return out;
}

using testing::UnorderedElementsAre;

TEST(MatchControllers, FindsTheSameControllersInAnyOrder) {
    EXPECT_THAT(matched(observation({controller("a", 1), controller("b", 2)}),
                        observation({controller("b", 2), controller("a", 1)})),
                UnorderedElementsAre("a 1=a 1", "b 2=b 2"));
    EXPECT_TRUE(matched({}, {}).empty());
}

TEST(MatchControllers, FindsADynamicControllerUnderItsNewId) {
    EXPECT_THAT(matched(observation({controller("a", 1), controller("b", 2)}),
                        observation({controller("a", 7), controller("b", 8)})),
                UnorderedElementsAre("a 1~a 7", "b 2~b 8"));
}

TEST(MatchControllers, GoesByTheIdWhereItIsTheSame) {
    EXPECT_THAT(matched(observation({controller("a", 1), controller("a", 2)}),
                        observation({controller("a", 3), controller("a", 2)})),
                UnorderedElementsAre("a 2=a 2", "a 1~a 3"));
}

TEST(MatchControllers, GuessesNothingWhereSeveralCouldBeMeant) {
    EXPECT_THAT(matched(observation({controller("a", 1), controller("a", 2)}),
                        observation({controller("a", 3), controller("a", 4)})),
                UnorderedElementsAre("a 1=-", "a 2=-", "-=a 3", "-=a 4"));
}

TEST(MatchControllers, TakesAStaticControllerWithAnotherIdForAnother) {
    ControllerObservation before = controller("a", 1);
    ControllerObservation after = controller("a", 2);
    before.connection.requested_cntlid = 1;
    after.connection.requested_cntlid = 2;
    EXPECT_THAT(matched(observation({before}), observation({after})),
                UnorderedElementsAre("a 1=-", "-=a 2"));
}

TEST(MatchControllers, KeepsHostsAndPortsAndSubsystemsApart) {
    EXPECT_THAT(matched(observation({controller("a", 1, "x"), controller("a", 2, "y")}),
                        observation({controller("a", 3, "y"), controller("a", 4, "x")})),
                UnorderedElementsAre("a 1~a 4", "a 2~a 3"));
    ControllerObservation other = controller("a", 1);
    other.subsysnqn = "nqn.other";
    EXPECT_THAT(matched(observation({controller("a", 1)}), observation({other})),
                UnorderedElementsAre("a 1=-", "-=a 1"));
}

TEST(MatchControllers, GoesByTheHostBeforeItGoesByTheIdAlone) {
    // Two hosts were given the same ID, one after the other.
    ControllerObservation x = controller("a", 1, "x");
    ControllerObservation y = controller("a", 1, "y");
    x.name = "x";
    y.name = "y";
    EXPECT_THAT(matched(observation({x, y}), observation({y, x})),
                UnorderedElementsAre("x=x", "y=y"));
}

TEST(MatchControllers, GoesByTheIdWhereTheHostIsAnother) {
    EXPECT_THAT(matched(observation({controller("a", 1, "x"), controller("a", 2, "x")}),
                        observation({controller("a", 2, "z"), controller("a", 1, "z")})),
                UnorderedElementsAre("a 1=a 1", "a 2=a 2"));
}

/// As a host's kernel names it.
ControllerObservation on_host(const std::string& host, const std::string& name,
                              std::uint16_t cntlid, const std::string& hostnqn = "nqn.host") {
    ControllerObservation out = controller("a", cntlid, hostnqn);
    out.host = host;
    out.name = name;
    return out;
}

TEST(MatchControllers, GoesByTheNameInSysfsWhereAControllerReconnected) {
    EXPECT_THAT(matched(observation({on_host("alpha", "nvme0", 1), on_host("alpha", "nvme1", 2)}),
                        observation({on_host("alpha", "nvme1", 7), on_host("alpha", "nvme0", 8)})),
                UnorderedElementsAre("nvme0~nvme0", "nvme1~nvme1"));
    // The names of what is asked directly are made of the ID.
    EXPECT_THAT(matched(observation({on_host("", "n1", 1), on_host("", "n2", 2)}),
                        observation({on_host("", "n1", 7), on_host("", "n2", 8)})),
                UnorderedElementsAre("n1=-", "n2=-", "-=n1", "-=n2"));
}

TEST(MatchControllers, GoesByTheHostWhereNamesChangedAfterABoot) {
    for (const std::string beta_nqn : {"nqn.host", "nqn.other"}) { // machines may be clones
        EXPECT_THAT(
            matched(observation({on_host("alpha", "a0", 1), on_host("beta", "b0", 2, beta_nqn)}),
                    observation({on_host("beta", "b5", 3, beta_nqn), on_host("alpha", "a5", 4)})),
            UnorderedElementsAre("a0~a5", "b0~b5"));
    }
    EXPECT_THAT(
        matched(observation({on_host("alpha", "a0", 1, "x"), on_host("alpha", "a1", 2, "y")}),
                observation({on_host("alpha", "a5", 3, "y"), on_host("alpha", "a6", 4, "x")})),
        UnorderedElementsAre("a0~a6", "a1~a5"));
}

TEST(MatchControllers, NeedsNoNameOfSysfsWhereTheIdIsTheSame) {
    // Each of two machines was given the same ID; all names changed.
    EXPECT_THAT(
        matched(observation({on_host("alpha", "a0", 1, "x"), on_host("beta", "b0", 1, "y")}),
                observation({on_host("alpha", "a5", 1, "x"), on_host("beta", "b5", 1, "y")})),
        UnorderedElementsAre("a0=a5", "b0=b5"));
    // And the host's NQN with them.
    EXPECT_THAT(
        matched(observation({on_host("alpha", "a0", 1, "x"), on_host("alpha", "a1", 2, "x")}),
                observation({on_host("alpha", "a5", 1, "z"), on_host("alpha", "a6", 2, "z")})),
        UnorderedElementsAre("a0=a5", "a1=a6"));
    // Where all of this changed, the port is left.
    EXPECT_THAT(matched(observation({on_host("alpha", "a0", 1, "x")}),
                        observation({on_host("beta", "b0", 2, "z")})),
                UnorderedElementsAre("a0~b0"));
}

TEST(MatchControllers, FindsTheSameIdOnlyAtTheSamePort) {
    const ControllerObservation good = controller("a", 1);
    for (std::string ControllerObservation::*const member :
         {&ControllerObservation::transport, &ControllerObservation::traddr,
          &ControllerObservation::trsvcid, &ControllerObservation::subsysnqn}) {
        ControllerObservation other = good;
        other.*member = "other";
        EXPECT_THAT(matched(observation({good}), observation({other})),
                    UnorderedElementsAre("a 1=-", "-=a 1"));
    }
}

TEST(MatchControllers, TakesOnlyDynamicControllersForTheSameUnderAnotherId) {
    ControllerObservation fixed = controller("a", 2);
    fixed.connection.requested_cntlid = 0xFFFE;
    EXPECT_THAT(matched(observation({controller("a", 1)}), observation({fixed})),
                UnorderedElementsAre("a 1=-", "-=a 2"));
    EXPECT_THAT(matched(observation({fixed}), observation({controller("a", 1)})),
                UnorderedElementsAre("a 2=-", "-=a 1"));
    fixed.connection.cntlid = 1;
    EXPECT_THAT(matched(observation({controller("a", 1)}), observation({fixed})),
                UnorderedElementsAre("a 1=a 2"));
}

TEST(MatchControllers, FindsAControllerThatAnotherHostReads) {
    EXPECT_THAT(
        matched(observation({controller("a", 1, "x")}), observation({controller("a", 9, "y")})),
        UnorderedElementsAre("a 1~a 9"));
}

} // namespace
} // namespace haoh::differ
