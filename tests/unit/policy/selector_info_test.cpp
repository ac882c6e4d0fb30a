// SPDX-License-Identifier: LGPL-2.1-or-later
// Selectors and their names: those of the kernel are called as in sysfs, the rest as in the pages.
#include <haoh/selector_info.hpp>
#include <haoh/simulate.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace haoh {
namespace {

using testing::ElementsAre;

TEST(Selectors, AreCalledAsTheyAreWritten) {
    EXPECT_THAT(simulated_policies(),
                ElementsAre("numa", "round-robin", "queue-depth", "site-affinity", "latency",
                            "weighted", "spdk-round-robin"));
    std::set<SelectorKind> kinds;
    for (const std::string_view name : simulated_policies()) {
        const auto kind = parse_selector_kind(name);
        ASSERT_TRUE(kind) << name;
        EXPECT_EQ(to_string(*kind), name);
        kinds.insert(*kind);
    }
    EXPECT_EQ(kinds.size(), simulated_policies().size());
    for (const char* const other : {"", "fastest", "round_robin", "latency2", "spdk"}) {
        EXPECT_EQ(parse_selector_kind(other), std::nullopt) << other;
    }
    EXPECT_EQ(to_string(static_cast<SelectorKind>(7)), "?");
}

TEST(Selectors, ThatChooseAsTheKernelHaveItsNames) {
    for (const IoPolicy policy : {IoPolicy::numa, IoPolicy::round_robin, IoPolicy::queue_depth}) {
        EXPECT_EQ(to_string(selector_of(policy)), to_string(policy));
    }
    for (const SelectorInfo& info : selector_infos()) {
        EXPECT_EQ(to_string(info.kind), info.name);
        EXPECT_EQ(parse_io_policy(info.name), std::nullopt) << "the kernel does not have it";
    }
}

} // namespace
} // namespace haoh
