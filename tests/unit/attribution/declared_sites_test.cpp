// SPDX-License-Identifier: LGPL-2.1-or-later
// Sites that no controller is of: gone, not asked, or written wrongly.
#include "unit/catalogue/linux_host.hpp"

#include <haoh/attribution.hpp>
#include <haoh/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Site site(const std::string& name, std::vector<std::string> addresses) {
    Site out;
    out.name = name;
    out.addresses = std::move(addresses);
    return out;
}

const Site kEast = site("east", {"10.1.0.0/16"});
const Site kWest = site("west", {"10.2.0.0/16"});
const Site kWrong = site("west", {"10.3.0.0/16", "10.4.0.1:4420"});

/// "west absent", ...
std::vector<std::string> missing(const Observation& observation, const std::vector<Site>& sites,
                                 const Expectation* expected = nullptr) {
    std::vector<std::string> out;
    for (const MissingSite& one : missing_sites(observation, sites, expected)) {
        out.push_back(one.site.name + (one.fate == SiteFate::known    ? " known"
                                       : one.fate == SiteFate::absent ? " absent"
                                                                      : " mistaken"));
    }
    return out;
}

std::string refusal(const Observation& observation, const std::vector<Site>& sites) {
    try {
        require_sites(observation, sites);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::invalid_argument);
        return error.what();
    }
    return {};
}

/// Only array A is there.
Pair one_array() {
    Pair pair(1);
    pair.b.clear();
    return pair;
}

TEST(MissingSites, AreNoneWhereEachHasAController) {
    EXPECT_THAT(missing(Pair().observation(), {kEast, kWest}), IsEmpty());
    EXPECT_THAT(missing(Pair().observation(), {}), IsEmpty());
    EXPECT_THAT(missing(connected(Pair(1).observation()), {kEast, kWest}), IsEmpty());
    EXPECT_EQ(refusal(Pair().observation(), {kEast, kWest}), "");
}

TEST(MissingSites, AreMistakenBesideControllersOfNoSite) {
    Pair pair(1);
    EXPECT_THAT(missing(pair.observation(), {kEast, kWrong}), ElementsAre("west mistaken"));
    EXPECT_THAT(missing(connected(pair.observation()), {kEast, kWrong}),
                ElementsAre("west mistaken"));
    EXPECT_THAT(missing(pair.observation(), {kWrong}), ElementsAre("west mistaken"))
        << "no controller is of any site";
    Site placed = kWrong;
    placed.where = "haoh.toml:5";
    placed.cntlids = {3, 9};
    EXPECT_EQ(refusal(pair.observation(), {kEast, placed}),
              "match haoh.toml:5: site \"west\": nothing that was seen is of \"west\" (addresses "
              "10.3.0.0/16, 10.4.0.1:4420, controller IDs 3-9); of no site are 10.2.0.1:4420 "
              "(controller ID 2001); correct what the site is recognised by, or take it out of "
              "the file");
    const Site also = site("north", {"10.9.0.0/16"});
    EXPECT_THAT(refusal(pair.observation(), {kEast, kWrong, also}),
                AllOf(HasSubstr("\"west\" ("), HasSubstr(" or \"north\" (addresses 10.9")));
}

TEST(MissingSites, SayNoMoreThanAFewControllers) {
    Pair pair(12, 1);
    const std::string text = refusal(pair.observation(), {kWrong});
    EXPECT_THAT(text, AllOf(HasSubstr("10.1.0.1:4420 (controller ID 1001), "),
                            HasSubstr(", 16 more; "), Not(HasSubstr("10.2.0.12"))));
}

TEST(MissingSites, AreAbsentWhereAllThatIsThereIsOfOthers) {
    EXPECT_THAT(missing(one_array().observation(), {kEast, kWest}), ElementsAre("west absent"));
    EXPECT_EQ(refusal(one_array().observation(), {kEast, kWest}), "");
    EXPECT_THAT(missing(Observation{}, {kEast}), ElementsAre("east absent"));
    // An array that the configuration leaves out is none that it got wrong.
    Pair other(1);
    other.b[0].nqn("nqn.2026-01.io.example:other");
    EXPECT_THAT(missing(other.observation(), {kEast, kWrong}), ElementsAre("west absent"));
}

TEST(MissingSites, AreKnownWhereSomethingOfThemDidNotAnswer) {
    Pair pair(1);
    pair.b.clear();
    Node stray = Pair(1).b[0];
    stray.traddr = "10.9.0.1";
    pair.a.push_back(stray); // of no site, so that what is not known is mistaken
    ASSERT_THAT(missing(pair.observation(), {kEast, kWest}), ElementsAre("west mistaken"));
    Observation seen = pair.observation();
    seen.unobserved.push_back({.object = "tcp://10.2.0.1:4420",
                               .target = "tcp://10.2.0.1:4420",
                               .subsysnqn = {},
                               .error = "refused"});
    EXPECT_THAT(missing(seen, {kEast, kWest}), ElementsAre("west known"));
    EXPECT_THAT(missing(seen, {kEast, kWrong}), ElementsAre("west mistaken"));
    Site by_id = site("west", {});
    by_id.cntlids = {1, 9};
    EXPECT_THAT(missing(seen, {kEast, by_id}), ElementsAre("west known"))
        << "nobody knows its controller IDs";
    seen.unobserved[0].object = "tcp://array-b:4420";
    EXPECT_THAT(missing(seen, {kEast, kWrong}), ElementsAre("west known"))
        << "a name may have any address";
    seen.unobserved[0] = {.object = "nvme7", .target = {}, .subsysnqn = {}, .error = "refused"};
    EXPECT_THAT(missing(seen, {kEast, by_id}), ElementsAre("west mistaken"))
        << "of a host's controller the kernel knows address and ID";
    // A target that has not answered yet, as a monitor has it.
    seen.unobserved.clear();
    seen.controllers.emplace_back().target = "tcp://10.2.0.1:4420";
    EXPECT_THAT(missing(seen, {kEast, kWest}), ElementsAre("west known"));
}

TEST(MissingSites, AreKnownByLogsAndByWhatWasThereBefore) {
    Pair pair(1);
    pair.with_discovery();
    const Expectation before = expectation_of(pair.observation());
    pair.b[0].traddr = "10.9.0.1";
    EXPECT_THAT(missing(pair.observation(), {kEast, kWest}), ElementsAre("west known"))
        << "a discovery log has the port";
    pair.discovery.clear();
    EXPECT_THAT(missing(pair.observation(), {kEast, kWest}), ElementsAre("west mistaken"));
    EXPECT_THAT(missing(pair.observation(), {kEast, kWest}, &before), ElementsAre("west known"));
    Observation host = connected(pair.observation());
    host.kernels[0].messages.push_back(
        {.text = "nvme nvme1: new ctrl: NQN \"nqn.x\", addr 10.2.0.1:4420, hostnqn: nqn.h"});
    EXPECT_THAT(missing(host, {kEast, kWest}), ElementsAre("west known"))
        << "the kernel's log has it";
}

TEST(MissingSites, AreNotMistakenByWhatWasNotRead) {
    Pair pair(1);
    Site by_port = site("west", {});
    by_port.portids = {7};
    EXPECT_THAT(missing(pair.observation(), {kEast, by_port}), ElementsAre("west known"))
        << "no discovery log says any port ID";
    pair.with_discovery();
    EXPECT_THAT(missing(pair.observation(), {kEast, by_port}), ElementsAre("west mistaken"));
    Site by_domain = site("west", {});
    by_domain.domainid = 7;
    EXPECT_THAT(missing(pair.observation(), {kEast, by_domain}), ElementsAre("west mistaken"));
    pair.b[0].edit = [](ControllerObservation& one) { one.identify = Page::of_failure("lost"); };
    EXPECT_THAT(missing(pair.observation(), {kEast, by_domain}), ElementsAre("west known"));
}

TEST(MissingSites, DoNotCountDrivesInTheMachine) {
    Observation host = connected(one_array().observation());
    host.kernels[0].subsystems.push_back(host.kernels[0].subsystems[0]);
    KernelSubsystem& drive = host.kernels[0].subsystems[1];
    drive.controllers.resize(1);
    drive.controllers[0].name = "nvme9";
    drive.controllers[0].transport = Attribute::of("pcie");
    drive.controllers[0].address = Attribute::of("0000:01:00.0");
    EXPECT_THAT(missing(host, {kEast, kWest}), ElementsAre("west absent"));
}

} // namespace
} // namespace haoh::test
