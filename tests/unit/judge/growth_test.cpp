// SPDX-License-Identifier: LGPL-2.1-or-later
// What a check costs grows with what there is to check, not with its square.
#include "support/growth.hpp"
#include "unit/catalogue/pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::test {
namespace {

void judge(const Observation& observation) {
    // Many findings would cost as well; they fold.
    EXPECT_LE(check(observation).findings.size(), 8U);
}

void expect_linear(const Observation& smaller, const Observation& larger, const char* what) {
    const double ratio = growth([&] { judge(smaller); }, [&] { judge(larger); });
    EXPECT_LT(ratio, kMostForEightTimes) << what;
    testing::Test::RecordProperty(what, static_cast<int>(ratio * 10));
}

/// Everything about the namespaces of array B is wrong.
void break_namespaces(Pair& pair) {
    pair.on_b([](Node& node) {
        for (Path& path : node.paths) {
            path.uuid(other_uuid(static_cast<std::uint8_t>(path.nsid)));
            path.identify.dps = 1;
            path.identify.nsze += 1;
            path.identify.dlfeat = 0;
        }
    });
}

Pair broken(unsigned controllers, unsigned namespaces) {
    Pair pair(controllers, namespaces);
    break_namespaces(pair);
    return pair;
}

/// Each namespace in an ANA group of its own, with another number on array B when `shifted`.
Pair grouped(unsigned namespaces, bool shifted) {
    Pair pair(1, namespaces);
    const auto place = [namespaces](Node& node, std::uint32_t shift) {
        const nvme::AnaState state = node.groups.front().state;
        node.groups.clear();
        node.id.anagrpmax = node.id.nanagrpid = 4096;
        node.id.nn = node.id.mnan = 4096;
        for (std::uint32_t nsid = 1; nsid <= namespaces; ++nsid) {
            const std::uint32_t agid = 1 + (nsid - 1 + shift) % namespaces;
            node.path(nsid).group(agid);
            node.groups.push_back({.agid = agid,
                                   .chgc = 3,
                                   .state = state,
                                   .state_byte = static_cast<std::uint8_t>(state),
                                   .nsids = {nsid}});
        }
        std::sort(node.groups.begin(), node.groups.end(),
                  [](const nvme::AnaGroup& x, const nvme::AnaGroup& y) { return x.agid < y.agid; });
    };
    pair.on_a([&](Node& node) { place(node, 0); });
    pair.on_b([&](Node& node) { place(node, shifted ? 1 : 0); });
    return pair;
}

TEST(Growth, IsLinearInNamespaces) {
    expect_linear(Pair(2, 128).observation(), Pair(2, 1024).observation(), "healthy namespaces");
    expect_linear(broken(2, 128).observation(), broken(2, 1024).observation(), "broken namespaces");
}

TEST(Growth, IsLinearInControllers) {
    expect_linear(Pair(2, 64).observation(), Pair(16, 64).observation(), "healthy controllers");
    expect_linear(broken(2, 64).observation(), broken(16, 64).observation(), "broken controllers");
}

TEST(Growth, IsLinearInAnaGroups) {
    expect_linear(grouped(128, false).observation(), grouped(1024, false).observation(),
                  "healthy groups");
    expect_linear(grouped(128, true).observation(), grouped(1024, true).observation(),
                  "groups numbered by each array");
}

} // namespace
} // namespace haoh::test
