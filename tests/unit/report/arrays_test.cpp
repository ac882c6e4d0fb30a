// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/list/arrays.hpp"

#include "sample.hpp"

#include <gtest/gtest.h>

namespace haoh::report {
namespace {

using test::healthy_pair;
using test::Sample;

std::vector<std::string> names(const Sample& sample, std::initializer_list<std::size_t> which) {
    std::vector<std::string> out;
    for (const std::size_t index : which) {
        out.push_back(sample.observation.controllers[index].name);
    }
    return out;
}

TEST(Arrays, GroupControllersBySubsystemAndSite) {
    Sample sample = healthy_pair(3);
    sample.observation.controllers.push_back(test::sample_controller("10.9.0.1", 7, true, 1));
    sample.observation.controllers.back().subsysnqn = "nqn.2026-01.com.example:other";
    const auto subsystems = subsystems_of(sample.observation, sample.report.attributions);
    ASSERT_EQ(subsystems.size(), 2U);
    EXPECT_EQ(subsystems[0].subsysnqn, test::kSampleNqn);
    ASSERT_EQ(subsystems[0].arrays.size(), 2U);
    EXPECT_EQ(subsystems[0].arrays[0].name, "array-a");
    EXPECT_EQ(subsystems[0].arrays[1].controllers.size(), 2U);
    EXPECT_EQ(subsystems[0].controllers(), 4U);
    EXPECT_EQ(subsystems[0].nsids, (std::set<std::uint32_t>{1, 2, 3}));
    EXPECT_EQ(subsystems[1].arrays.front().name, ""); // nobody attributed it
    EXPECT_EQ(subsystems[1].find_array("array-a"), nullptr);
}

TEST(Arrays, LabelAWholeArrayByItsName) {
    const Sample sample = healthy_pair();
    const auto subsystems = subsystems_of(sample.observation, sample.report.attributions);
    EXPECT_EQ(label_of(&subsystems[0], "array-b", names(sample, {2, 3})), "array-b");
    EXPECT_EQ(label_of(&subsystems[0], "array-b", names(sample, {2})), "array-b controller 1001");
    EXPECT_EQ(label_of(&subsystems[0], "array-b", std::vector<std::string>{""}), "array-b");
    EXPECT_EQ(label_of(&subsystems[0], "", std::vector<std::string>{""}), "");
}

TEST(Arrays, LabelControllersOfNoKnownArrayByTheirIds) {
    Sample sample = healthy_pair();
    sample.report.attributions = {};
    const auto subsystems = subsystems_of(sample.observation, sample.report.attributions);
    EXPECT_EQ(label_of(&subsystems[0], "", names(sample, {0, 2})), "controllers 1, 1001");
    EXPECT_EQ(label_of(&subsystems[0], "", names(sample, {0, 1, 2, 3})),
              "controllers 1-2, 1001-1002");
    sample.observation.controllers[1].connection.cntlid = 1;
    const auto alike = subsystems_of(sample.observation, sample.report.attributions);
    EXPECT_EQ(label_of(&alike[0], "", names(sample, {0, 2})),
              "tcp://10.0.0.1:4420 controller 1, tcp://10.1.0.1:4420 controller 1001");
}

TEST(Arrays, LabelControllersByTheirFullNameWhereIdsDoNotTellThemApart) {
    Sample sample = healthy_pair();
    sample.observation.controllers[1].connection.cntlid = 1;
    const auto subsystems = subsystems_of(sample.observation, sample.report.attributions);
    EXPECT_EQ(label_of(&subsystems[0], "array-a", names(sample, {1})),
              "array-a, tcp://10.0.0.2:4420 controller 2");
    EXPECT_EQ(label_of(&subsystems[0], "array-a", names(sample, {0, 1})), "array-a");
}

TEST(Arrays, LabelWhatWasNotObservedByItsName) {
    EXPECT_EQ(label_of(nullptr, "", std::vector<std::string>{"x"}), "x");
    const Sample sample = healthy_pair();
    const auto subsystems = subsystems_of(sample.observation, sample.report.attributions);
    EXPECT_EQ(label_of(&subsystems[0], "array-a", std::vector<std::string>{"someone"}),
              "array-a, someone");
}

TEST(Arrays, TakeTheControllerIdOfConnectBeforeThatOfIdentify) {
    ControllerObservation controller = test::sample_controller("10.0.0.1", 5, true, 0);
    EXPECT_EQ(cntlid_of(controller), 5);
    controller.connection.cntlid = 6;
    EXPECT_EQ(cntlid_of(controller), 6);
    controller.connection = {};
    EXPECT_EQ(cntlid_of(controller), 5);
}

TEST(Arrays, WriteControllerIdsAsRanges) {
    EXPECT_EQ(controllers_text({4}), "controller 4");
    EXPECT_EQ(controllers_text({3, 1, 2, 9}), "controllers 1-3, 9");
    EXPECT_EQ(controllers_text({1, 3, 5, 7, 9, 11, 13, 15}),
              "controllers 1, 3, 5, 7, 9, 11, 13, 15");
    EXPECT_EQ(controllers_text({1, 3, 5, 7, 9, 11, 13, 15, 17}),
              "controllers 1, 3, 5, 7, 9, 11, 13, 15 and 1 more");
}

} // namespace
} // namespace haoh::report
