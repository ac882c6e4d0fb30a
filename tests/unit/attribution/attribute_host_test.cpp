// SPDX-License-Identifier: LGPL-2.1-or-later
// Which array a controller is on: each criterion by itself, at its bounds, and in what order they
// count.
#include "unit/catalogue/linux_host.hpp"

#include "attribution/site_evidence.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using testing::ElementsAre;

/// "east by configuration: ..."
std::vector<std::string> attributed(const Observation& observation,
                                    const std::vector<Site>& sites = {}) {
    std::vector<std::string> out;
    for (const Attribution& one : attribute(observation, sites)) {
        out.push_back(
            one.array.empty() && one.evidence.empty() ? "" : one.array + " by " + one.evidence);
    }
    return out;
}

Site named_site(const char* name, const std::function<void(Site&)>& fill) {
    Site out;
    out.name = name;
    fill(out);
    return out;
}

Observation lone_controller() {
    Observation out;
    ControllerObservation& one = out.controllers.emplace_back();
    one.name = "one";
    one.traddr = "10.0.0.1";
    one.trsvcid = "4420";
    one.subsysnqn = kNqn;
    return out;
}

Page identify_with(std::uint16_t cntlid, std::uint16_t domainid = 0, const char* serial = "S") {
    nvme::IdentifyController id;
    id.cntlid = cntlid;
    id.domainid = domainid;
    id.sn = ascii<20>(serial);
    return Page::of(nvme::encode(id));
}

TEST(SiteByControllerId, IncludesBothBounds) {
    const Site site = named_site("east", [](Site& one) { one.cntlids = {100, 200}; });
    for (const auto& [cntlid, inside] : std::vector<std::pair<std::uint16_t, bool>>{
             {99, false}, {100, true}, {150, true}, {200, true}, {201, false}}) {
        Observation seen = lone_controller();
        seen.controllers[0].connection.hostnqn = "nqn.host";
        seen.controllers[0].connection.cntlid = cntlid;
        EXPECT_THAT(attributed(seen, {site}),
                    ElementsAre(inside ? "east by configuration: controller IDs 100-200" : ""))
            << cntlid;
    }
}

TEST(SiteByControllerId, GoesByTheConnectionThenByIdentify) {
    const Site zero = named_site("zero", [](Site& one) { one.cntlids = {0, 0}; });
    const Site seven = named_site("seven", [](Site& one) { one.cntlids = {7, 7}; });
    const auto site_of = [&](const std::function<void(ControllerObservation&)>& fill) {
        Observation seen = lone_controller();
        fill(seen.controllers[0]);
        return attribute(seen, {zero, seven})[0].array;
    };
    EXPECT_EQ(site_of([](ControllerObservation&) {}), "") << "nothing is known";
    EXPECT_EQ(site_of([](ControllerObservation& one) { one.connection.hostnqn = "nqn.host"; }),
              "zero")
        << "0 is a controller ID";
    EXPECT_EQ(site_of([](ControllerObservation& one) { one.connection.cntlid = 7; }), "seven");
    EXPECT_EQ(site_of([](ControllerObservation& one) { one.identify = identify_with(7); }),
              "seven");
    EXPECT_EQ(site_of([](ControllerObservation& one) {
                  one.identify = identify_with(0);
                  one.connection.cntlid = 7;
              }),
              "seven");
    EXPECT_EQ(site_of([](ControllerObservation& one) {
                  one.identify = identify_with(7);
                  one.connection.hostnqn = "nqn.host";
              }),
              "zero");
}

Observation with_log(const std::function<void(nvme::DiscoveryEntry&)>& change,
                     const char* target = "tcp://10.0.0.1:4420") {
    Observation seen = lone_controller();
    seen.controllers[0].target = "tcp://10.0.0.1:4420";
    nvme::DiscoveryEntry entry;
    entry.portid = 3;
    entry.traddr = "10.0.0.1";
    entry.trsvcid = "4420";
    entry.subnqn = kNqn;
    change(entry);
    nvme::DiscoveryLog log;
    log.entries = {entry};
    log.numrec = 1;
    seen.discovery.push_back(
        {.target = target, .address = target, .log = Page::of(nvme::encode(log)), .stable = true});
    return seen;
}

TEST(SiteByPortId, TakesTheEntryOfItsAddressAndSubsystem) {
    const std::vector<Site> sites{named_site("east", [](Site& one) { one.portids = {9, 3}; })};
    const std::string mine = "east by configuration: port ID 3";
    const std::string rest = "array-a by target tcp://10.0.0.1:4420";
    const auto seen = [&](const std::function<void(nvme::DiscoveryEntry&)>& change) {
        return attributed(with_log(change), sites)[0];
    };
    EXPECT_EQ(seen([](nvme::DiscoveryEntry&) {}), mine);
    EXPECT_EQ(seen([](nvme::DiscoveryEntry& one) { one.traddr = "10.0.0.2"; }), rest);
    EXPECT_EQ(seen([](nvme::DiscoveryEntry& one) { one.trsvcid = "4421"; }), rest);
    EXPECT_EQ(seen([](nvme::DiscoveryEntry& one) { one.subnqn = "nqn.other"; }), rest);
    EXPECT_EQ(seen([](nvme::DiscoveryEntry& one) { one.portid = 4; }), rest);
    // A log of another target counts when its own says nothing.
    Observation foreign = with_log([](nvme::DiscoveryEntry&) {}, "tcp://10.9.9.9:4420");
    EXPECT_EQ(attributed(foreign, sites)[0], mine);
    const Observation own = with_log([](nvme::DiscoveryEntry& one) { one.portid = 5; });
    foreign.discovery.push_back(own.discovery[0]);
    EXPECT_EQ(attributed(foreign, sites)[0], rest);
    foreign.discovery[1].log.state = Page::State::failed;
    EXPECT_EQ(attributed(foreign, sites)[0], mine) << "it could not be read";
    foreign.discovery[0].log.state = Page::State::failed;
    EXPECT_EQ(attributed(foreign, sites)[0], rest);
}

TEST(SiteByDomainId, NeedsIdentify) {
    const std::vector<Site> sites{named_site("east", [](Site& one) { one.domainid = 2; }),
                                  named_site("west", [](Site& one) { one.domainid = 3; })};
    Observation seen = lone_controller();
    EXPECT_THAT(attributed(seen, sites), ElementsAre(""));
    seen.controllers[0].identify = identify_with(1, 3);
    EXPECT_THAT(attributed(seen, sites), ElementsAre("west by configuration: domain ID 3"));
    seen.controllers[0].identify = identify_with(1, 4);
    EXPECT_THAT(attributed(seen, sites), ElementsAre(""));
}

TEST(SiteByAddress, TakesTheFirstRangeThatHolds) {
    const std::vector<Site> sites{named_site("east", [](Site& one) {
        one.addresses = {"10.9.0.0/16", "no address", "10.0.0.1", "10.0.0.0/8"};
        one.cntlids = {0, 10};
    })};
    EXPECT_THAT(attributed(lone_controller(), sites),
                ElementsAre("east by configuration: addresses 10.0.0.1"));
}

TEST(SiteNames, CountLikeColumnsOfASheet) {
    Observation seen;
    for (int i = 0; i < 704; ++i) {
        ControllerObservation& one = seen.controllers.emplace_back();
        one.name = fmt::format("{}", i);
        one.target = fmt::format("tcp://array-{}", i);
    }
    // Two controllers of one target, and a name that a configured site bears.
    seen.controllers.push_back(seen.controllers[1]);
    const auto names =
        attribute(seen, {named_site("array-c", [](Site& one) { one.domainid = 1; })});
    EXPECT_EQ(names[0].array, "array-a");
    EXPECT_EQ(names[1].array, "array-b");
    EXPECT_EQ(names[2].array, "array-d") << "array-c is taken";
    EXPECT_EQ(names[24].array, "array-z");
    EXPECT_EQ(names[25].array, "array-aa");
    EXPECT_EQ(names[50].array, "array-az");
    EXPECT_EQ(names[51].array, "array-ba");
    EXPECT_EQ(names[700].array, "array-zz");
    EXPECT_EQ(names[701].array, "array-aaa");
    EXPECT_EQ(names[704].array, "array-b");
    EXPECT_EQ(names[704].controller, "1");
}

/// A host that was looked at without asking its controllers.
Observation unread_host() {
    Observation host = connected(Pair(1, 1).observation());
    host.controllers.clear();
    return host;
}

TEST(SiteOfUnread, GoesByWhatSysfsShows) {
    const Observation host = unread_host();
    EXPECT_THAT(
        attributed(host, {named_site("east", [](Site& one) { one.addresses = {"10.1.0.1:4420"}; }),
                          named_site("west",
                                     [](Site& one) {
                                         one.cntlids = {2001, 2001};
                                     })}),
        ElementsAre("east by configuration: addresses 10.1.0.1:4420",
                    "west by configuration: controller IDs 2001-2001"));
    EXPECT_EQ(attribute(host, {})[1].controller, "nvme1");
    // The port ID of a discovery log, by address, service and subsystem.
    Observation with_logs = host;
    Pair pair(1, 1);
    with_logs.discovery = pair.with_discovery().discovery;
    EXPECT_THAT(attributed(with_logs, {named_site("west", [](Site& one) { one.portids = {2}; })}),
                ElementsAre("", "west by configuration: port ID 2"));
}

TEST(SiteOfUnread, HasNoControllerIdThatIsNone) {
    const std::vector<Site> all{named_site("all", [](Site& one) { one.cntlids = {0, 0xFFEF}; })};
    const std::vector<Site> last{named_site("last", [](Site& one) {
        one.cntlids = {0xFFFF, 0xFFFF};
    })};
    Observation host = unread_host();
    ASSERT_EQ(attribute(host, all)[1].array, "all");
    for (const char* const none : {"65536", "65537", "unknown", ""}) {
        controller_of(host, "nvme1").cntlid = Attribute::of(none);
        EXPECT_EQ(attribute(host, all)[1].array, "") << none;
    }
    controller_of(host, "nvme1").cntlid = Attribute::of("0");
    EXPECT_EQ(attribute(host, all)[1].array, "all");
    controller_of(host, "nvme1").cntlid = Attribute::of("65535");
    EXPECT_EQ(attribute(host, last)[1].array, "last");
}

TEST(SiteOfUnread, IsToldAfterThoseThatWereRead) {
    Observation host = connected(Pair(2, 1).observation());
    host.controllers.erase(host.controllers.begin(), host.controllers.begin() + 3);
    host.controllers[0].host = "host9"; // nvme3 of another machine
    std::vector<std::string> names;
    for (const Attribution& one : attribute(host, {})) {
        names.push_back(one.controller);
    }
    EXPECT_THAT(names, ElementsAre("nvme3", "nvme0", "nvme1", "nvme2", "nvme3"));
    host.controllers[0].host = "host1";
    names.clear();
    for (const Attribution& one : attribute(host, {})) {
        names.push_back(one.controller);
    }
    EXPECT_THAT(names, ElementsAre("nvme3", "nvme0", "nvme1", "nvme2"));
}

struct Asked {
    const char* host;
    const char* nqn;
    std::uint16_t cntlid;
    std::uint16_t domainid;
    const char* serial;
    const char* traddr;
};

std::vector<std::string> separated(const std::vector<Asked>& controllers) {
    Observation seen;
    for (const Asked& one : controllers) {
        ControllerObservation& out = seen.controllers.emplace_back();
        out.name = fmt::format("nvme{}", seen.controllers.size());
        out.host = one.host;
        out.subsysnqn = one.nqn;
        out.traddr = one.traddr;
        out.trsvcid = "4420";
        out.identify = identify_with(one.cntlid, one.domainid, one.serial);
    }
    return attributed(seen);
}

TEST(SiteOfTheRest, IsWhatSeparatesThem) {
    EXPECT_THAT(separated({{"h", "n", 1, 7, "S", "a"}, {"h", "n", 2, 8, "S", "b"}}),
                ElementsAre("array-a by domain ID 7", "array-b by domain ID 8"));
    EXPECT_THAT(separated({{"h", "n", 1, 7, "S", "a"}, {"h", "n", 2, 7, "T", "b"}}),
                ElementsAre("", ""))
        << "one domain";
    EXPECT_THAT(separated({{"h", "n", 1, 0, "S", "a"}, {"h", "n", 2, 0, "T", "b"}}),
                ElementsAre("array-a by serial number S", "array-b by serial number T"));
    EXPECT_THAT(separated({{"h", "n", 1, 0, "S", "a"}, {"h", "n", 900, 0, "S", "b"}}),
                ElementsAre("array-a by controller ID 1, far from the others",
                            "array-b by controller ID 900, far from the others"));
    EXPECT_THAT(separated({{"h", "n", 1, 0, "S", "a"}, {"h", "n", 900, 0, "S", "a"}}),
                ElementsAre("", ""))
        << "one port";
    // Of one host and one subsystem each.
    EXPECT_THAT(separated({{"h", "n", 1, 7, "S", "a"}, {"i", "n", 2, 8, "T", "b"}}),
                ElementsAre("", ""));
    EXPECT_THAT(separated({{"h", "n", 1, 7, "S", "a"}, {"h", "m", 2, 8, "T", "b"}}),
                ElementsAre("", ""));
    EXPECT_THAT(separated({{"h", "m", 1, 7, "S", "a"},
                           {"h", "n", 3, 7, "S", "a"},
                           {"h", "m", 2, 8, "S", "b"},
                           {"h", "n", 1, 8, "S", "b"}}),
                ElementsAre("array-a by domain ID 7", "array-b by domain ID 7",
                            "array-b by domain ID 8", "array-a by domain ID 8"))
        << "named by the lowest controller ID of each subsystem";
}

TEST(SiteOfTheRest, LeavesTheConfiguredOut) {
    Observation seen = lone_controller();
    seen.controllers.push_back(seen.controllers[0]);
    seen.controllers.push_back(seen.controllers[0]);
    seen.controllers[0].identify = identify_with(1, 0, "A");
    seen.controllers[1].identify = identify_with(2, 0, "B");
    seen.controllers[2].identify = identify_with(3, 0, "B");
    const Site east = named_site("east", [](Site& one) { one.cntlids = {1, 1}; });
    EXPECT_THAT(attributed(seen, {east}),
                ElementsAre("east by configuration: controller IDs 1-1", "", ""))
        << "the other two look alike";
}

using attribution::separate;
using attribution::SiteEvidence;

std::vector<std::string> texts(const std::vector<SiteEvidence>& controllers) {
    std::vector<std::string> out;
    for (const attribution::Separation& one : separate(controllers)) {
        out.push_back(one.array + " " + one.evidence);
    }
    return out;
}

SiteEvidence by_id(std::optional<std::uint16_t> cntlid, const char* endpoint = "",
                   const char* serial = "S") {
    return {.domainid = 0, .serial = serial, .cntlid = cntlid, .endpoint = endpoint};
}

TEST(SeparateAgain, TellsRangesOfControllerIds) {
    EXPECT_THAT(texts({by_id(900, "p2"), by_id(1, "p1"), by_id(3, "p1"), by_id(2000), by_id(2001)}),
                ElementsAre("array-b controller ID 900, far from the others",
                            "array-a controller IDs 1-3, far from the others",
                            "array-a controller IDs 1-3, far from the others",
                            "array-c controller IDs 2000-2001, far from the others",
                            "array-c controller IDs 2000-2001, far from the others"));
    // A chain of short steps is one range, however long.
    EXPECT_THAT(texts({by_id(1), by_id(200), by_id(400), by_id(600)}),
                ElementsAre(" ", " ", " ", " "));
    EXPECT_THAT(texts({by_id(1), by_id(900), by_id(std::nullopt)}), ElementsAre(" ", " ", " "));
    EXPECT_THAT(texts({by_id(0), by_id(256)}),
                ElementsAre("array-a controller ID 0, far from the others",
                            "array-b controller ID 256, far from the others"));
    EXPECT_THAT(texts({by_id(1, "p1"), by_id(900, "p2"), by_id(901, "p1")}),
                ElementsAre(" ", " ", " "))
        << "p1 hands out both";
}

TEST(SeparateAgain, NamesAsManyAsThereAre) {
    std::vector<SiteEvidence> many;
    std::vector<std::string> serials;
    for (std::uint16_t i = 0; i < 28; ++i) {
        serials.push_back(fmt::format("serial {}", i));
    }
    for (std::uint16_t i = 0; i < 28; ++i) {
        many.push_back(by_id(i, "", serials[i].c_str()));
    }
    const auto found = separate(many);
    EXPECT_EQ(found[0].array, "array-a");
    EXPECT_EQ(found[25].array, "array-z");
    EXPECT_EQ(found[26].array, "array-aa");
    EXPECT_EQ(found[27].array, "array-ab");
    EXPECT_EQ(found[27].evidence, "serial number serial 27");
}

TEST(SeparateAgain, NamesByTheLowestIdThenByOrder) {
    EXPECT_THAT(texts({by_id(5, "", "B"), by_id(std::nullopt, "", "A"), by_id(3, "", "C")}),
                ElementsAre("array-c serial number B", "array-a serial number A",
                            "array-b serial number C"))
        << "one that is not known counts as 0";
    for (const auto& first : {by_id(std::nullopt, "", "A"), by_id(0, "", "A")}) {
        const bool known = first.cntlid.has_value();
        EXPECT_THAT(
            texts({first, by_id(known ? std::nullopt : std::optional<std::uint16_t>{0}, "", "B")}),
            ElementsAre("array-a serial number A", "array-b serial number B"));
    }
    EXPECT_THAT(texts({by_id(3, "", "B"), by_id(3, "", "A")}),
                ElementsAre("array-a serial number B", "array-b serial number A"));
}

TEST(SeparateAgain, ShowsTheSerialNumberOfEach) {
    EXPECT_THAT(texts({by_id(1, "", "A"), by_id(2, "", "A"), by_id(3, "", "B")}),
                ElementsAre("array-a serial number A", "array-a serial number A",
                            "array-b serial number B"));
}

TEST(SiteByPortId, CountsALogByItsTargetAlsoFromAReferral) {
    const std::vector<Site> sites{named_site("east", [](Site& one) { one.portids = {3}; })};
    Observation seen = with_log([](nvme::DiscoveryEntry&) {}, "tcp://10.9.9.9:4420");
    const Observation own = with_log([](nvme::DiscoveryEntry& one) { one.portid = 5; });
    seen.discovery.push_back(own.discovery[0]);
    seen.discovery[1].address = "tcp://10.0.0.9:8009";
    EXPECT_EQ(attributed(seen, sites)[0], "array-a by target tcp://10.0.0.1:4420");
}

TEST(SiteNames, AreNotUsedUpByNoTarget) {
    Observation seen = lone_controller();
    seen.controllers.push_back(seen.controllers[0]);
    seen.controllers[1].target = "tcp://10.0.0.1:4420";
    EXPECT_THAT(attributed(seen), ElementsAre("", "array-a by target tcp://10.0.0.1:4420"));
}

TEST(SiteOfUnread, IsSeparatedByHost) {
    Observation host = unread_host();
    ASSERT_THAT(attributed(host),
                ElementsAre("array-a by controller ID 1001, far from the others",
                            "array-b by controller ID 2001, far from the others"));
    KernelObservation other = host.kernels.front();
    other.host = "host2";
    other.subsystems.front().controllers.erase(other.subsystems.front().controllers.begin());
    host.kernels.front().subsystems.front().controllers.pop_back();
    host.kernels.push_back(other);
    EXPECT_THAT(attributed(host), ElementsAre("", "")) << "one on each";
}

TEST(SiteOfTheRest, TellsPortsByAddressAndService) {
    Observation seen = lone_controller();
    seen.controllers.push_back(seen.controllers[0]);
    seen.controllers[0].identify = identify_with(1);
    seen.controllers[1].identify = identify_with(900);
    EXPECT_THAT(attributed(seen), ElementsAre("", ""));
    seen.controllers[1].trsvcid = "4421";
    EXPECT_THAT(attributed(seen), ElementsAre("array-a by controller ID 1, far from the others",
                                              "array-b by controller ID 900, far from the others"));
}

// Names that are made up are told from names that an administrator has given.
TEST(SiteOfTheRest, BearsNoNameOfAConfiguredSite) {
    Observation seen;
    for (const auto cntlid : std::vector<std::uint16_t>{100, 5000, 9000}) {
        ControllerObservation one = lone_controller().controllers.front();
        one.name = fmt::format("nvme{}", cntlid);
        one.host = "host1";
        one.traddr = fmt::format("10.0.0.{}", seen.controllers.size() + 1);
        one.identify = identify_with(cntlid);
        seen.controllers.push_back(one);
    }
    const auto sites_with = [&](const char* name) {
        std::vector<std::string> out;
        for (const Attribution& one : attribute(seen, {named_site(name, [](Site& site) {
                                                    site.cntlids = {9000, 9999};
                                                })})) {
            out.push_back(one.array);
        }
        return out;
    };
    EXPECT_THAT(sites_with("east"), ElementsAre("array-a", "array-b", "east"));
    EXPECT_THAT(sites_with("array-a"), ElementsAre("array-b", "array-c", "array-a"));
    EXPECT_THAT(sites_with("array-b"), ElementsAre("array-a", "array-c", "array-b"));
}

} // namespace
} // namespace haoh::test
