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

TEST(MatchControllers, FindsAControllerThatAnotherHostReads) {
    EXPECT_THAT(
        matched(observation({controller("a", 1, "x")}), observation({controller("a", 9, "y")})),
        UnorderedElementsAre("a 1~a 9"));
}

} // namespace
} // namespace haoh::differ
