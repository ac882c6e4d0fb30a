// SPDX-License-Identifier: LGPL-2.1-or-later
// The host agents of examples/agents, on simulated arrays.
#include "running_program.hpp"
#include "simulated_arrays.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace haoh::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Agents : public ::testing::TestWithParam<const char*> {
  protected:
    void follow_a_failover(const SimulatedArrays& arrays) {
        const RunningProgram agent({GetParam(), kPairNqn, arrays.target("a"), arrays.target("b")});
        ASSERT_TRUE(agent.wait_text("next I/O to namespace 1: " + arrays.target("a")))
            << agent.told();
        arrays.send({"ana", "a", "all", "inaccessible"});
        ASSERT_TRUE(agent.wait_text("next I/O to namespace 1: " + arrays.target("b")))
            << agent.told();
        arrays.send({"ana", "b", "all", "inaccessible"});
        ASSERT_TRUE(agent.wait_text("next I/O to namespace 1: none")) << agent.told();
        EXPECT_THAT(agent.output(), HasSubstr("no_path")) << agent.told();
        agent.signal(SIGTERM);
        EXPECT_EQ(agent.ended(), 0) << agent.told();
    }
};

TEST_P(Agents, follows_a_failover) {
    follow_a_failover(SimulatedArrays(healthy_pair()));
}

TEST_P(Agents, tells_a_finding_first_and_goes_on) {
    const SimulatedArrays arrays(pair_with_b("serial = \"OTHER\"\n"));
    const RunningProgram agent({GetParam(), kPairNqn, arrays.target("a"), arrays.target("b")});
    ASSERT_TRUE(agent.wait_text("watching")) << agent.told();
    EXPECT_THAT(agent.output(), HasSubstr("finding: ctrl.sn.equal"));
    EXPECT_THAT(agent.output(), HasSubstr("fix: "));
    agent.signal(SIGTERM);
    EXPECT_EQ(agent.ended(), 0) << agent.told();
}

TEST_P(Agents, says_what_is_wrong) {
    const RunningProgram without({GetParam()});
    EXPECT_EQ(without.ended(), 2);
    EXPECT_THAT(without.errors(), HasSubstr("usage"));
    const RunningProgram wrong({GetParam(), kPairNqn, "udp://127.0.0.1"});
    EXPECT_EQ(wrong.ended(), 1);
    EXPECT_THAT(wrong.errors(), HasSubstr("udp://127.0.0.1"));
    EXPECT_THAT(wrong.output(), Not(HasSubstr("watching")));
}

INSTANTIATE_TEST_SUITE_P(All, Agents, ::testing::Values(HAOH_AGENTS), [](const auto& one) {
    const std::string path = one.param;
    return path.substr(path.rfind('/') + 1);
});

} // namespace
} // namespace haoh::test
