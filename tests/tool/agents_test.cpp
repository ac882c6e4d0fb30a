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
    /// The array that the last line about the next I/O names.
    static std::string chosen(const SimulatedArrays& arrays, const std::string& output) {
        const std::string rest = output.substr(output.rfind(kNext) + kNext.size());
        return rest.starts_with(arrays.target("a")) ? "a" : "b";
    }
    static inline const std::string kNext = "next I/O to namespace 1: ";
};

TEST_P(Agents, follows_a_failover) {
    const SimulatedArrays arrays(healthy_scenario());
    const RunningProgram agent({GetParam(), kPairNqn, arrays.target("a"), arrays.target("b")});
    ASSERT_TRUE(agent.wait_text(kNext + "tcp://")) << agent.told();
    const std::string first = chosen(arrays, agent.output());
    const std::string second = first == "a" ? "b" : "a";
    arrays.send({"ana", first, "all", "inaccessible"});
    ASSERT_TRUE(agent.wait_text(kNext + arrays.target(second))) << agent.told();
    arrays.send({"ana", second, "all", "inaccessible"});
    ASSERT_TRUE(agent.wait_text(kNext + "none")) << agent.told();
    ASSERT_TRUE(agent.wait_text("NO PATH LEFT")) << agent.told();
    arrays.send({"ana", first, "all", "optimized"});
    const auto back = [&] {
        return agent.output().rfind(kNext + arrays.target(first)) >
               agent.output().rfind(kNext + "none");
    };
    EXPECT_TRUE(agent.wait_for(back)) << agent.told();
    agent.signal(SIGTERM);
    EXPECT_EQ(agent.ended(), 0) << agent.told();
}

TEST_P(Agents, tells_a_finding_first_and_goes_on) {
    const SimulatedArrays arrays(pair_with_b("[array.subsystem]\nserial = \"OTHER\"\n"));
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
