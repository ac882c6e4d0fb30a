// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using testing::ElementsAre;

std::vector<std::string> sites_of(const Attributions& attributions) {
    std::vector<std::string> out;
    for (const Attribution& attribution : attributions) {
        out.push_back(attribution.array);
    }
    return out;
}

Site site(const std::string& name) {
    Site out;
    out.name = name;
    return out;
}

TEST(Attribute, TakesEachTargetForAnArray) {
    const auto attributions = attribute(Pair().observation(), {});
    EXPECT_THAT(sites_of(attributions), ElementsAre("array-a", "array-a", "array-b", "array-b"));
    EXPECT_EQ(attributions[0].evidence, "target tcp://10.1.0.1:4420");
    EXPECT_EQ(attributions[0].controller, "tcp://10.1.0.1:4420 controller 1001");
}

TEST(Attribute, GoesByAddressFirst) {
    Site east = site("east");
    east.addresses = {"10.1.0.0/16"};
    Site west = site("west");
    west.addresses = {"10.2.0.1", "10.2.0.2:4420"};
    const auto attributions = attribute(Pair().observation(), {east, west});
    EXPECT_THAT(sites_of(attributions), ElementsAre("east", "east", "west", "west"));
    EXPECT_EQ(attributions[0].evidence, "configuration: addresses 10.1.0.0/16");
    EXPECT_EQ(attributions[3].evidence, "configuration: addresses 10.2.0.2:4420");
}

TEST(Attribute, LeavesOtherPortsOfAnAddressOut) {
    Site west = site("west");
    west.addresses = {"10.2.0.1:4421"};
    EXPECT_THAT(sites_of(attribute(Pair(1).observation(), {west})),
                ElementsAre("array-a", "array-b"));
}

TEST(Attribute, GoesByIpv6) {
    Pair pair(1);
    pair.a[0].traddr = "fd00:1::5";
    pair.b[0].traddr = "fd00:2::5";
    Site east = site("east");
    east.addresses = {"fd00:1::/64"};
    Site west = site("west");
    west.addresses = {"[fd00:2::5]:4420"};
    EXPECT_THAT(sites_of(attribute(pair.observation(), {east, west})), ElementsAre("east", "west"));
}

TEST(Attribute, GoesByControllerId) {
    Site east = site("east");
    east.cntlids = {1000, 1999};
    const auto attributions = attribute(Pair(1).observation(), {east});
    EXPECT_THAT(sites_of(attributions), ElementsAre("east", "array-b"));
    EXPECT_EQ(attributions[0].evidence, "configuration: controller IDs 1000-1999");
}

TEST(Attribute, GoesByPortIdOfTheControllersOwnLog) {
    Pair pair(1);
    pair.with_discovery();
    // A lists B's port under another number than B does.
    pair.edit_discovery(0, [](nvme::DiscoveryLog& log) { log.entries[1].portid = 7; });
    pair.edit_discovery(1, [](nvme::DiscoveryLog& log) { log.entries[1].portid = 9; });
    Site west = site("west");
    west.portids = {9};
    const auto attributions = attribute(pair.observation(), {west});
    EXPECT_THAT(sites_of(attributions), ElementsAre("array-a", "west"));
    EXPECT_EQ(attributions[1].evidence, "configuration: port ID 9");
    west.portids = {7};
    EXPECT_THAT(sites_of(attribute(pair.observation(), {west})), ElementsAre("array-a", "array-b"));
}

TEST(Attribute, GoesByDomainId) {
    Pair pair(1);
    pair.b[0].id.domainid = 2;
    Site west = site("west");
    west.domainid = 2;
    EXPECT_THAT(sites_of(attribute(pair.observation(), {west})), ElementsAre("array-a", "west"));
}

TEST(Attribute, TakesTheFirstSiteThatMatches) {
    Site first = site("first");
    first.cntlids = {0, 0xFFEF};
    Site second = site("second");
    second.addresses = {"10.1.0.0/16"};
    EXPECT_THAT(sites_of(attribute(Pair(1).observation(), {first, second})),
                ElementsAre("first", "first"));
}

TEST(Attribute, KeepsConfiguredNamesToThemselves) {
    Site taken = site("array-a");
    taken.addresses = {"10.2.0.0/16"};
    EXPECT_THAT(sites_of(attribute(Pair(1).observation(), {taken})),
                ElementsAre("array-b", "array-a"));
}

TEST(Attribute, KnowsNothingWithoutEvidence) {
    Pair pair(1);
    pair.a[0].target.clear();
    pair.b[0].target.clear();
    const std::uint16_t far = pair.b[0].id.cntlid;
    pair.b[0].id.cntlid = static_cast<std::uint16_t>(pair.a[0].id.cntlid + 1);
    EXPECT_THAT(sites_of(attribute(pair.observation(), {})), ElementsAre("", ""));
    pair.b[0].id.cntlid = far;
    EXPECT_THAT(sites_of(attribute(pair.observation(), {})), ElementsAre("array-a", "array-b"));
    pair.a[0].id.domainid = 1;
    pair.b[0].id.domainid = 2;
    EXPECT_THAT(sites_of(attribute(pair.observation(), {})), ElementsAre("array-a", "array-b"));
}

TEST(Attribute, HasNamesForManyTargets) {
    Pair pair(28, 1);
    for (std::size_t i = 0; i < pair.a.size(); ++i) {
        pair.a[i].target = "tcp://array-" + std::to_string(i);
    }
    pair.b.clear();
    const auto sites = sites_of(attribute(pair.observation(), {}));
    EXPECT_EQ(sites[25], "array-z");
    EXPECT_EQ(sites[26], "array-aa");
    EXPECT_EQ(sites[27], "array-ab");
}

TEST(Attribute, DecidesWhatIsOneArray) {
    // Two targets that the configuration calls one array: their firmware must not differ.
    Pair pair(1);
    pair.b[0].id.fr = ascii<8>("8");
    Site both = site("both");
    both.addresses = {"10.0.0.0/8"};
    pair.options.config.sites = {both};
    const Report report = pair.report();
    EXPECT_EQ(report.model, Model::single);
    EXPECT_THAT(lines(report), ElementsAre("WARN ctrl.fr.domain"));
}

} // namespace
} // namespace haoh::test
