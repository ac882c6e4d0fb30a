// SPDX-License-Identifier: LGPL-2.1-or-later
// A host's kernel that follows legal changes, and one with defects under them: what sysfs says is read one
// file after the other, while the kernel changes them one after the other.
#include "moving_host.hpp"

#include <haoh/inspection.hpp>

#include "unit/catalogue/pair.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace haoh::test {
namespace {

constexpr std::size_t kHostChecks = 12;

class HostChanges : public ::testing::TestWithParam<HostChange> {};

TEST_P(HostChanges, are_no_defect) {
    const MovingHost host;
    const Report still = inspect_now(host.source(), {}).report;
    ASSERT_THAT(fails_and_warns(still), testing::IsEmpty());
    std::size_t again = 0;
    std::size_t most = 0;
    std::vector<std::string> doubts;
    const HostChurn churn(host, GetParam(), 1);
    for (std::size_t i = 0; i < kHostChecks; ++i) {
        const Report report = inspect_now(host.source(), {}).report;
        EXPECT_THAT(fails_and_warns(report), testing::IsEmpty()) << report.readings << " readings";
        if (report.verdict != still.verdict) {
            doubts.push_back(fmt::format("{}", fmt::join(lines(report), ", ")));
        }
        again += report.readings > 1 ? 1 : 0;
        most = std::max(most, report.readings);
    }
    std::cout << GetParam().name << ": " << kHostChecks << " checks, " << again
              << " of which looked again, up to " << most << " times; " << doubts.size()
              << " unknown; " << churn.moves() << " moves\n";
    EXPECT_LE(doubts.size(), 1U) << testing::PrintToString(doubts);
}

INSTANTIATE_TEST_SUITE_P(Kinds, HostChanges, testing::ValuesIn(host_changes()),
                         [](const auto& one) { return one.param.name; });

struct HostDefect {
    std::string name;
    std::string told;
    std::vector<HostMove> moves;
};

const std::vector<HostDefect>& host_defects() {
    static const std::vector<HostDefect> defects{
        {.name = "size_of_a_path",
         .told = "FAIL host.path.size 14",
         .moves = {path_size(1, 4, "2097160")}},
        {.name = "block_size_of_a_path",
         .told = "FAIL host.path.block_size 14",
         .moves = {[](const MovingHost& host) {
             host.set_path(1, 4, "queue/logical_block_size", "4096");
         }}},
        {.name = "read_only_path",
         .told = "FAIL host.path.read_only 14",
         .moves = {[](const MovingHost& host) { host.set_path(1, 4, "ro", "1"); }}},
        {.name = "no_usable_path",
         .told = "FAIL host.ns.usable_path 14",
         .moves = {path_state(0, 4, "inaccessible"), path_state(1, 4, "inaccessible")}},
    };
    return defects;
}

class HostDefects : public ::testing::TestWithParam<HostDefect> {};

TEST_P(HostDefects, are_told_beside_each_change) {
    std::vector<std::thread> threads;
    std::vector<std::vector<std::string>> told(host_changes().size());
    for (std::size_t i = 0; i < told.size(); ++i) {
        threads.emplace_back([i, &told, &defect = GetParam()] {
            const MovingHost host;
            for (const HostMove& move : defect.moves) {
                move(host);
            }
            const HostChurn churn(host, host_changes()[i], 2);
            told[i] = fails_and_warns(inspect_now(host.source(), {}).report);
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (std::size_t i = 0; i < told.size(); ++i) {
        EXPECT_THAT(told[i], testing::ElementsAre(GetParam().told)) << host_changes()[i].name;
    }
}

INSTANTIATE_TEST_SUITE_P(Planted, HostDefects, testing::ValuesIn(host_defects()),
                         [](const auto& one) { return one.param.name; });

} // namespace
} // namespace haoh::test
