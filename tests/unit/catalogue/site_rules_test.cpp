// SPDX-License-Identifier: LGPL-2.1-or-later
// Declared sites without a controller.
#include "unit/catalogue/case.hpp"
#include "unit/catalogue/linux_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {

namespace {

std::vector<Site> sites_east_and_west() {
    Site east;
    east.name = "east";
    east.addresses = {"10.1.0.0/16"};
    Site west;
    west.name = "west";
    west.addresses = {"10.2.0.0/16"};
    return {east, west};
}

} // namespace

std::vector<Case> site_cases() {
    return {
        {"EveryDeclaredSiteHasAController",
         [](Pair& pair) { pair.options.config.sites = sites_east_and_west(); },
         {}},
        {"ADeclaredSiteWasNotAsked",
         [](Pair& pair) {
             pair.options.config.sites = sites_east_and_west();
             pair.b.clear();
         },
         {"UNKNOWN expect.site"}},
        {"ADeclaredSiteDidNotAnswer",
         [](Pair& pair) {
             pair.options.config.sites = sites_east_and_west();
             pair.b.clear();
             pair.unobserved.push_back({.object = "tcp://10.2.0.1:4420",
                                        .target = "tcp://10.2.0.1:4420",
                                        .subsysnqn = kNqn,
                                        .error = "connect to tcp://10.2.0.1:4420: refused"});
         },
         {"UNKNOWN snap.verdict_unknown"}},
    };
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kExpectSite = "expect.site";

/// A host with array A only.
Observation left_alone() {
    Pair pair(2);
    pair.b.clear();
    return connected(pair.observation());
}

TEST(ExpectSite, WarnsOfAHostThatIsNotConnectedToIt) {
    Config config;
    config.sites = sites_east_and_west();
    EXPECT_THAT(findings_of(connected(Pair().observation()), kExpectSite, config), IsEmpty());
    const std::vector<Finding> found = findings_of(left_alone(), kExpectSite, config);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].verdict, Verdict::warn);
    EXPECT_EQ(found[0].host, "host1");
    EXPECT_EQ(found[0].what, "no controller that was seen is of the declared site west");
    ASSERT_THAT(found[0].values, SizeIs(1));
    EXPECT_EQ(found[0].values[0].value, "addresses 10.2.0.0/16");
}

TEST(ExpectSite, LeavesItToWhatTellsMore) {
    Config config;
    config.sites = sites_east_and_west();
    config.profile = Profile::stretched;
    EXPECT_THAT(findings_of(left_alone(), kExpectSite, config), IsEmpty());
    EXPECT_THAT(findings_of(left_alone(), "host.array.expected", config), SizeIs(1));
    // The kernel's log has the address, and that it was given up.
    config.profile = Profile::automatic;
    Observation logged = left_alone();
    const std::string place = std::string("nvme nvme2: new ctrl: NQN \"") + kNqn +
                              "\", addr 10.2.0.1:4420, hostnqn: nqn.h";
    logged.kernels[0].messages = {{.text = place},
                                  {.text = "nvme nvme2: Removing controller (-110)..."}};
    EXPECT_THAT(findings_of(logged, kExpectSite, config), IsEmpty());
    EXPECT_THAT(findings_of(logged, "host.ctrl.removed", config), SizeIs(1));
}

} // namespace
} // namespace haoh::test
