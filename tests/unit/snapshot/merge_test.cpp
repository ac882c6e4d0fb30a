// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/observation.hpp>

#include "support/growth.hpp"
#include "unit/model/sample_kernel.hpp"
#include "unit/model/sample_observation.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>

namespace haoh {
namespace {

using testing::ElementsAre;

constexpr const char* kEarly = "2026-01-31T12:00:00Z";
constexpr const char* kLate = "2026-01-31T12:00:01Z";

/// The controllers of one array of a healthy pair.
Observation one_array(std::size_t index, const char* observed_at) {
    Observation part = test::healthy_pair(2, 1);
    part.observed_at = observed_at;
    part.controllers = {part.controllers[index]};
    return part;
}

Unobserved failure_of(const ControllerObservation& controller) {
    return {.object = "tcp://" + controller.traddr + ":4420",
            .target = controller.target,
            .subsysnqn = controller.subsysnqn,
            .error = "connect to it: no answer in 5 s"};
}

TEST(Merge, OfOneObservationIsThatObservation) {
    const Observation pair = test::healthy_pair(4, 2);
    EXPECT_EQ(merge({pair}), pair);
    EXPECT_EQ(merge({}), Observation{});
}

TEST(Merge, OfTwoArraysHasTheControllersOfBoth) {
    const Observation a = one_array(0, kLate);
    const Observation b = one_array(1, kEarly);
    const Observation both = merge({a, b});
    ASSERT_EQ(both.controllers.size(), 2U);
    EXPECT_EQ(both.controllers[0], a.controllers[0]);
    EXPECT_EQ(both.controllers[1], b.controllers[0]);
    EXPECT_EQ(both.observed_at, kEarly);
    EXPECT_EQ(both.hostnqn, a.hostnqn);
}

TEST(Merge, KeepsTheLaterReadingOfAController) {
    const Observation early = one_array(0, kEarly);
    Observation late = one_array(0, kLate);
    late.controllers[0].unread = {"newer"};
    const Observation other = one_array(1, kEarly);
    for (const auto& parts : {std::vector{early, other, late}, std::vector{late, other, early}}) {
        const Observation merged = merge(parts);
        ASSERT_EQ(merged.controllers.size(), 2U);
        EXPECT_EQ(merged.controllers[0], late.controllers[0]);
        EXPECT_EQ(merged.controllers[1], other.controllers[0]);
    }
}

TEST(Merge, KeepsControllersOfTwoSubsystemsApartThatHaveOneName) {
    const Observation a = one_array(0, kEarly);
    Observation b = a;
    b.controllers[0].subsysnqn = "nqn.other";
    const Observation merged = merge({a, b});
    ASSERT_EQ(merged.controllers.size(), 2U);
    EXPECT_EQ(merged.controllers[0].name, a.controllers[0].name);
    EXPECT_EQ(merged.controllers[1].name, a.controllers[0].name + " of nqn.other");
}

TEST(Merge, KeepsTheLatestOfThreeReadingsInAnyOrder) {
    std::vector<Observation> parts;
    for (const char* const time :
         {"2026-01-31T12:00:00Z", "2026-01-31T12:00:01Z", "2026-01-31T12:00:02Z"}) {
        parts.push_back(one_array(0, time));
        parts.back().controllers[0].unread = {time};
    }
    std::vector<std::size_t> order{0, 1, 2};
    do {
        const Observation merged = merge({parts[order[0]], parts[order[1]], parts[order[2]]});
        ASSERT_EQ(merged.controllers.size(), 1U);
        EXPECT_EQ(merged.controllers[0], parts[2].controllers[0])
            << order[0] << order[1] << order[2];
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Merge, GivesNoTwoControllersOneName) {
    Observation part = one_array(0, kEarly);
    const ControllerObservation first = part.controllers[0];
    part.controllers.assign(3, first);
    part.controllers[1].subsysnqn = "nqn.b";
    part.controllers[2].subsysnqn = "nqn.c";
    part.controllers[2].name = first.name + " of nqn.b"; // as the second will be called
    const Observation merged = merge({part});
    ASSERT_EQ(merged.controllers.size(), 3U);
    EXPECT_EQ(merged.controllers[0].name, first.name);
    EXPECT_EQ(merged.controllers[1].name, first.name + " of nqn.b");
    EXPECT_EQ(merged.controllers[2].name, first.name + " of nqn.b of nqn.c");
}

TEST(Merge, OfHostsThatDifferHasNoHost) {
    const Observation a = one_array(0, kEarly);
    Observation b = one_array(1, kEarly);
    b.hostnqn = "nqn.host-b";
    EXPECT_EQ(merge({a, b}).hostnqn, "");
    EXPECT_EQ(merge({a, b}).hostid, a.hostid);
    b.hostnqn = "";
    EXPECT_EQ(merge({a, b}).hostnqn, a.hostnqn);
    EXPECT_EQ(merge({b, a}).hostnqn, a.hostnqn);
}

TEST(Merge, KeepsADiscoveryLogOnceTheLaterOne) {
    Observation early;
    early.observed_at = kEarly;
    early.discovery = {{.target = "t", .address = "a", .log = Page::of(nvme::Bytes{1})},
                       {.target = "t", .address = "b", .log = Page::of(nvme::Bytes{2})}};
    Observation late;
    late.observed_at = kLate;
    late.discovery = {{.target = "t", .address = "a", .log = Page::of(nvme::Bytes{3})}};
    const Observation merged = merge({late, early});
    ASSERT_EQ(merged.discovery.size(), 2U);
    EXPECT_EQ(merged.discovery[0].log, Page::of(nvme::Bytes{3}));
    EXPECT_EQ(merged.discovery[1].log, Page::of(nvme::Bytes{2}));
}

TEST(Merge, DropsAFailureThatAnotherPartMadeUpFor) {
    const Observation good = one_array(0, kLate);
    Observation bad;
    bad.observed_at = kEarly;
    bad.unobserved = {failure_of(good.controllers[0])};
    EXPECT_TRUE(merge({bad, good}).unobserved.empty());
    EXPECT_TRUE(merge({good, bad}).unobserved.empty());
    // Nothing is known of the subsystem when the port does not even answer.
    bad.unobserved[0].subsysnqn.clear();
    EXPECT_TRUE(merge({bad, good}).unobserved.empty());
}

TEST(Merge, KeepsAFailureThatIsYoungerThanTheObservation) {
    const Observation good = one_array(0, kEarly);
    Observation bad;
    bad.observed_at = kLate;
    bad.unobserved = {failure_of(good.controllers[0])};
    EXPECT_EQ(merge({good, bad}).unobserved, bad.unobserved);
}

TEST(Merge, KeepsAFailureOfAnotherPortSubsystemOrTarget) {
    const Observation good = one_array(0, kEarly);
    const Unobserved failure = failure_of(good.controllers[0]);
    Observation bad;
    bad.observed_at = kEarly;
    bad.unobserved = {failure, failure, failure};
    bad.unobserved[0].object = "tcp://10.99.0.1:4420";
    bad.unobserved[1].subsysnqn = "nqn.other";
    bad.unobserved[2].target = "tcp://10.99.0.1:4420";
    EXPECT_EQ(merge({good, bad}).unobserved, bad.unobserved);
}

TEST(Merge, KeepsAFailureOfThePartThatAlsoSucceeded) {
    Observation part = one_array(0, kEarly);
    part.unobserved = {failure_of(part.controllers[0])};
    EXPECT_EQ(merge({part, one_array(1, kEarly)}).unobserved, part.unobserved);
}

TEST(Merge, DropsAFailureForAnObservationNoOlderOfAnotherPartInAnyOrder) {
    const Observation good = one_array(0, kEarly);
    constexpr std::array kTimes{"2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z",
                                "2026-01-01T00:00:02Z"};
    // Each part has seen it; one of them failed to, too.
    for (std::array<std::size_t, 3> order{0, 1, 2};;) {
        for (std::size_t failing = 0; failing < kTimes.size(); ++failing) {
            std::vector<Observation> parts;
            for (const std::size_t time : order) {
                parts.push_back(good);
                parts.back().observed_at = kTimes.at(time);
                if (time == failing) {
                    parts.back().unobserved = {failure_of(good.controllers[0])};
                }
            }
            EXPECT_EQ(merge(parts).unobserved.size(), failing == 2 ? 1U : 0U)
                << order[0] << order[1] << order[2] << ": " << failing;
        }
        if (!std::next_permutation(order.begin(), order.end())) {
            break;
        }
    }
}

TEST(Merge, KeepsTheSameFailureOnce) {
    Observation bad;
    bad.unobserved = {{.object = "o", .target = "t", .subsysnqn = "s", .error = "e"}};
    EXPECT_EQ(merge({bad, bad}).unobserved, bad.unobserved);
}

TEST(Merge, KeepsEveryFailureThatDiffersInAnything) {
    const Unobserved one{.object = "o", .target = "t", .subsysnqn = "s", .error = "e"};
    std::vector<Unobserved> all{one};
    for (std::string Unobserved::*const member :
         {&Unobserved::object, &Unobserved::target, &Unobserved::subsysnqn, &Unobserved::error,
          &Unobserved::host}) {
        all.push_back(one);
        all.back().*member = "another";
    }
    all.push_back(one);
    all.back().reason = UnobservedReason::timed_out;
    Observation whole;
    whole.unobserved = all;
    EXPECT_EQ(merge({whole}).unobserved, all) << "within a part";
    Observation first;
    first.unobserved = {one};
    for (std::size_t i = 1; i < all.size(); ++i) {
        Observation second;
        second.unobserved = {all[i]};
        EXPECT_EQ(merge({first, second}).unobserved, (std::vector{one, all[i]})) << i;
        EXPECT_EQ(merge({second, first}).unobserved, (std::vector{all[i], one})) << i;
        EXPECT_EQ(merge({first, second, first, second}).unobserved, (std::vector{one, all[i]}));
    }
}

TEST(Merge, TellsOfTheFailuresOfBothPartsInTheirOrder) {
    Observation a = one_array(0, kEarly);
    a.unobserved = {failure_of(one_array(1, kEarly).controllers[0])};
    a.unobserved[0].object = "tcp://10.99.0.1:4420";
    Observation b = one_array(1, kLate);
    b.unobserved = {failure_of(one_array(0, kEarly).controllers[0])};
    b.unobserved[0].object = "tcp://10.99.0.2:4420";
    const Observation both = merge({a, b});
    EXPECT_EQ(both.controllers.size(), 2U);
    EXPECT_EQ(both.unobserved, (std::vector{a.unobserved[0], b.unobserved[0]}));
    EXPECT_EQ(merge({both, both}), both) << "nothing is told twice";
}

TEST(Merge, OfTimesThatDifferTakesTheEarliestThatIsKnown) {
    const auto at = [](const char* time) {
        Observation part;
        part.observed_at = time;
        return part;
    };
    EXPECT_EQ(merge({at(kLate), at(kEarly)}).observed_at, kEarly);
    EXPECT_EQ(merge({at(kEarly), at(kLate)}).observed_at, kEarly);
    EXPECT_EQ(merge({at(""), at(kLate)}).observed_at, kLate);
    EXPECT_EQ(merge({at(kLate), at("")}).observed_at, kLate);
    EXPECT_EQ(merge({at(""), at("")}).observed_at, "");
}

TEST(Merge, OfReadingsOfOneTimeKeepsTheOneGivenLast) {
    const Observation first = one_array(0, kEarly);
    Observation second = first;
    second.controllers[0].unread = {"second"};
    EXPECT_EQ(merge({first, second}).controllers[0].unread, std::vector<std::string>{"second"});
    EXPECT_TRUE(merge({second, first}).controllers[0].unread.empty());
    // And a reading that is no older makes up for a failure.
    Observation bad;
    bad.observed_at = kEarly;
    bad.unobserved = {failure_of(first.controllers[0])};
    EXPECT_TRUE(merge({bad, first}).unobserved.empty());
}

TEST(Merge, KeepsTheLaterReadingOfEachThingAtThePlaceOfTheFirst) {
    // The controller is younger in one part, another is older there: each by itself.
    Observation early = test::healthy_pair(2, 1);
    early.observed_at = kEarly;
    Observation late = one_array(1, kLate);
    late.controllers[0].unread = {"late"};
    for (const auto& parts : {std::vector{early, late}, std::vector{late, early}}) {
        const Observation merged = merge(parts);
        ASSERT_EQ(merged.controllers.size(), 2U);
        const std::size_t younger = parts[0].controllers.size() == 1 ? 0 : 1;
        EXPECT_EQ(merged.controllers[younger], late.controllers[0]);
        EXPECT_EQ(merged.controllers[1 - younger], early.controllers[0]);
    }
}

TEST(Merge, DropsADiscoveryFailureThatAnotherPartMadeUpFor) {
    Observation good;
    good.discovery = {{.target = "t", .address = "a", .log = Page::of(nvme::Bytes{1})}};
    Observation bad;
    bad.unobserved = {{.object = "a", .target = "t", .subsysnqn = "", .error = "e"},
                      {.object = "b", .target = "t", .subsysnqn = "", .error = "e"}};
    const Observation merged = merge({bad, good});
    ASSERT_EQ(merged.unobserved.size(), 1U);
    EXPECT_EQ(merged.unobserved[0].object, "b");
    // Another target led there, or a subsystem behind it is what failed, or it failed later.
    bad.unobserved = {{.object = "a", .target = "u", .subsysnqn = "", .error = "e"},
                      {.object = "a", .target = "t", .subsysnqn = "nqn.s", .error = "e"}};
    EXPECT_EQ(merge({bad, good}).unobserved, bad.unobserved);
    bad.unobserved = {{.object = "a", .target = "t", .subsysnqn = "", .error = "e"}};
    bad.observed_at = kLate;
    good.observed_at = kEarly;
    EXPECT_EQ(merge({bad, good}).unobserved, bad.unobserved);
}

TEST(Merge, FindsAPortByItsIpv6Address) {
    Observation good = one_array(0, kEarly);
    good.controllers[0].traddr = "fd00::1";
    good.controllers[0].target = "tcp://array-a:8009";
    Observation bad;
    bad.unobserved = {{.object = "tcp://[fd00::1]:4420",
                       .target = "tcp://array-a:8009",
                       .subsysnqn = good.controllers[0].subsysnqn,
                       .error = "e"}};
    EXPECT_TRUE(merge({good, bad}).unobserved.empty());
}

/// What one host says of its nvme0, with its kernel.
Observation one_host(const std::string& host, const char* observed_at) {
    Observation part = one_array(0, observed_at);
    part.controllers[0].name = "nvme0";
    part.controllers[0].host = host;
    part.controllers[0].target.clear();
    part.kernels = {test::sample_kernel(host, 1)};
    return part;
}

TEST(Merge, KeepsControllersOfOneNameOnTwoHosts) {
    const Observation a = one_host("alpha", kEarly);
    const Observation b = one_host("beta", kEarly);
    const Observation both = merge({a, b});
    ASSERT_EQ(both.controllers.size(), 2U);
    ASSERT_EQ(both.kernels.size(), 2U);
    EXPECT_EQ(both.controllers[1], b.controllers[0]);
    EXPECT_EQ(both.kernel_of(both.controllers[1])->host, "beta");
    EXPECT_EQ(merge({both}), both);
}

TEST(Merge, KeepsTheLaterReadingOfAHost) {
    const Observation early = one_host("alpha", kEarly);
    Observation late = one_host("alpha", kLate);
    late.kernels[0].release = "7.3.4";
    late.controllers[0].subsysnqn = "nqn.another"; // nvme0 is something else by now
    for (const auto& parts : {std::vector{early, late}, std::vector{late, early}}) {
        const Observation merged = merge(parts);
        ASSERT_EQ(merged.kernels.size(), 1U);
        EXPECT_EQ(merged.kernels[0].release, "7.3.4");
        ASSERT_EQ(merged.controllers.size(), 1U);
        EXPECT_EQ(merged.controllers[0].subsysnqn, "nqn.another");
    }
}

TEST(Merge, DropsAFailureOfAHostOnlyForAReadingOfThatHost) {
    Observation failing = one_host("alpha", kEarly);
    failing.controllers.clear();
    failing.unobserved = {
        {.object = "/dev/nvme0", .target = "", .subsysnqn = "", .error = "Permission denied"}};
    EXPECT_TRUE(merge({failing, one_host("alpha", kLate)}).unobserved.empty());
    const Observation others = merge({failing, one_host("beta", kLate)});
    ASSERT_EQ(others.unobserved.size(), 1U);
    EXPECT_EQ(others.unobserved[0].object, "/dev/nvme0");
    EXPECT_EQ(others.unobserved[0].host, "alpha");
    Observation beta = failing;
    beta.kernels = {test::sample_kernel("beta", 1)};
    EXPECT_EQ(merge({failing, beta}).unobserved.size(), 2U);
}

TEST(Merge, KnowsTheHostOfAFailure) {
    const auto host_of = [](Observation failing, const Observation& other) {
        const std::vector<Unobserved> left = merge({std::move(failing), other}).unobserved;
        return left.size() == 1 ? left[0].host : std::string("not one");
    };
    Observation alpha;
    alpha.kernels = {test::sample_kernel("alpha", 1)};
    Observation beta;
    beta.kernels = {test::sample_kernel("beta", 1)};
    alpha.unobserved = {{.object = "nvme3", .target = "", .subsysnqn = "", .error = "e"}};
    EXPECT_EQ(host_of(alpha, beta), "alpha") << "the only one of its part";
    EXPECT_EQ(host_of(alpha, alpha), "alpha");
    EXPECT_EQ(merge({alpha, beta}).unobserved[0].object, "nvme3") << "an object is an object";
    alpha.unobserved[0].host = "alpha";
    EXPECT_EQ(host_of(alpha, beta), "alpha") << "as it says itself";
    // A target says where it is, whoever asked it.
    alpha.unobserved[0].host.clear();
    alpha.unobserved[0].target = "tcp://10.0.0.1:4420";
    EXPECT_EQ(host_of(alpha, beta), "");
    // Of which of its hosts a part speaks is not known, unless it says so.
    alpha.unobserved[0].target.clear();
    alpha.kernels.push_back(test::sample_kernel("gamma", 1));
    EXPECT_EQ(host_of(alpha, beta), "");
    alpha.unobserved[0].host = "gamma";
    EXPECT_EQ(host_of(alpha, beta), "gamma");
}

TEST(Merge, KnowsAFailureByEachNameOfItsController) {
    // What was asked directly: by its target, its name, or its address.
    Observation direct = one_array(0, kLate);
    direct.controllers[0].target = "tcp://array-a:8009";
    const ControllerObservation& controller = direct.controllers[0];
    const auto left = [](const Observation& good, const std::string& object,
                         const std::string& target, const std::string& host) {
        Observation bad;
        bad.observed_at = kEarly;
        if (!host.empty()) {
            bad.kernels = {test::sample_kernel(host, 1)};
        }
        bad.unobserved = {{.object = object, .target = target, .subsysnqn = "", .error = "e"}};
        return merge({bad, good}).unobserved.size();
    };
    const std::string address = "tcp://" + controller.traddr + ":" + controller.trsvcid;
    for (const std::string& object : {controller.target, controller.name, address}) {
        EXPECT_EQ(left(direct, object, controller.target, ""), 0U) << object;
        EXPECT_EQ(left(direct, object + "0", controller.target, ""), 1U) << object;
    }
    // What a host connected: by the kernel's name on that host.
    const Observation on_host = one_host("alpha", kLate);
    EXPECT_EQ(left(on_host, "nvme0", "", "alpha"), 0U);
    EXPECT_EQ(left(on_host, "/dev/nvme0", "", "alpha"), 0U);
    EXPECT_EQ(left(on_host, "nvme0", "", "beta"), 1U);
    EXPECT_EQ(left(on_host, "nvme0", "", ""), 1U) << "of which host?";
    EXPECT_EQ(left(on_host, "nvme1", "", "alpha"), 1U);
    EXPECT_EQ(left(on_host, "alpha nvme0", "", "alpha"), 1U) << "no such name on any host";
}

/// A host with one connection, asked and failing to be asked.
Observation connected_host(const std::string& name, const std::string& address,
                           const std::string& hostnqn, const char* observed_at) {
    Observation part = one_host(name, observed_at);
    part.controllers[0].name = "nvme9";
    part.unobserved = {
        {.object = "nvme0", .target = "", .subsysnqn = "", .error = "e " + address, .host = name}};
    KernelObservation kernel;
    kernel.host = name;
    KernelController& controller = kernel.subsystems.emplace_back().controllers.emplace_back();
    controller.name = "nvme0";
    controller.address = Attribute::of("traddr=10.0.0.1,trsvcid=4420,src_addr=" + address);
    controller.cntlid = Attribute::of("1");
    controller.hostnqn = Attribute::of(hostnqn);
    part.kernels = {kernel};
    return part;
}

std::vector<std::string> hosts_of(const Observation& merged) {
    std::vector<std::string> out;
    for (const KernelObservation& kernel : merged.kernels) {
        out.push_back(kernel.host);
    }
    return out;
}

TEST(Merge, KeepsTwoHostsOfOneNameApart) {
    const Observation a = connected_host("db", "10.0.0.8", "nqn.a", kEarly);
    const Observation b = connected_host("db", "10.0.0.9", "nqn.a", kLate); // a clone
    const Observation both = merge({a, b});
    EXPECT_THAT(hosts_of(both), ElementsAre("db (10.0.0.8)", "db (10.0.0.9)"));
    ASSERT_EQ(both.controllers.size(), 2U);
    EXPECT_EQ(both.controllers[0].host, "db (10.0.0.8)");
    EXPECT_EQ(both.kernel_of(both.controllers[1]), &both.kernels[1]);
    ASSERT_EQ(both.unobserved.size(), 2U);
    EXPECT_EQ(both.unobserved[0].host, "db (10.0.0.8)");
    EXPECT_EQ(both.unobserved[1].host, "db (10.0.0.9)");
    EXPECT_EQ(both.kernels[0].node, "db");
    // Whatever is added to that: each is known again.
    EXPECT_EQ(merge({both}), both);
    EXPECT_EQ(merge({both, both}), both);
    EXPECT_EQ(merge({both, b}), both);
    EXPECT_EQ(merge({a, b, a}), both);
    EXPECT_EQ(observation_from_json(to_json(both), "both.json"), both);
    // With the same address it is the same host, and needs no other name.
    const Observation later = connected_host("db", "10.0.0.8", "nqn.a", kLate);
    EXPECT_EQ(merge({a, later}).kernels, later.kernels);
    EXPECT_EQ(merge({a, later}).controllers, later.controllers);
}

TEST(Merge, KeepsHostsOfOneNameApartByTheirHostNqn) {
    Observation a = connected_host("db", "10.0.0.8", "nqn.a", kEarly);
    Observation b = connected_host("db", "10.0.0.8", "nqn.b", kEarly);
    EXPECT_THAT(hosts_of(merge({a, b})), ElementsAre("db (nqn.a)", "db (nqn.b)"));
    // Who said nothing at first is whom it turns out to be, and nobody else.
    Observation silent = connected_host("db", "10.0.0.8", "nqn.a", kEarly);
    silent.kernels[0].subsystems.clear();
    const Observation other = connected_host("db", "10.0.0.9", "nqn.a", kEarly);
    EXPECT_THAT(hosts_of(merge({silent, a, other})), ElementsAre("db (10.0.0.8)", "db (10.0.0.9)"));
    EXPECT_THAT(hosts_of(merge({a, other, silent})), ElementsAre("db (10.0.0.8)", "db (10.0.0.9)"));
    // What is not told tells nobody apart.
    b.kernels[0].subsystems[0].controllers[0].hostnqn = {};
    EXPECT_THAT(hosts_of(merge({a, b})), ElementsAre("db"));
}

TEST(Merge, TakesHostsWithoutANameForOneOnlyWhereTheyShareAConnection) {
    for (const std::string name : {"", "localhost", "localhost.localdomain", "(none)"}) {
        const Observation a = connected_host(name, "10.0.0.8", "nqn.a", kEarly);
        const Observation b = connected_host(name, "10.0.0.9", "nqn.a", kLate);
        EXPECT_EQ(merge({a}), a) << "alone it needs no name";
        const std::string base = name.empty() ? "unnamed host" : name;
        const Observation both = merge({a, b});
        EXPECT_THAT(hosts_of(both), ElementsAre(base + " (10.0.0.8)", base + " (10.0.0.9)"));
        EXPECT_EQ(both.kernels[0].node, name);
        EXPECT_EQ(both.controllers.size(), 2U);
        EXPECT_EQ(both.unobserved.size(), 2U);
        EXPECT_EQ(merge({both, a}), both);
        Observation again = a;
        again.observed_at = kLate;
        again.kernels[0].release = "6.12";
        EXPECT_EQ(merge({a, again}).kernels, again.kernels);
        EXPECT_EQ(merge({a, again}).unobserved, again.unobserved);
        // Without a connection nothing tells, but what is the same to the letter.
        Observation idle = a;
        idle.kernels[0].subsystems.clear();
        idle.controllers.clear();
        idle.unobserved.clear();
        EXPECT_EQ(merge({idle, idle}).kernels.size(), 1U);
        Observation other = idle;
        other.kernels[0].release = "6.12";
        EXPECT_THAT(hosts_of(merge({idle, other})), ElementsAre(base + " (1)", base + " (2)"));
        // Beside a host with a name it has one, too.
        const Observation named = connected_host("db", "10.0.0.7", "nqn.a", kLate);
        EXPECT_THAT(hosts_of(merge({a, named})), ElementsAre(base, "db"));
    }
}

TEST(Merge, GivesNoTwoHostsOneName) {
    const Observation a = connected_host("db", "10.0.0.8", "nqn.a", kEarly);
    const Observation b = connected_host("db", "10.0.0.9", "nqn.a", kEarly);
    const Observation liar = connected_host("db (10.0.0.8)", "10.0.0.7", "nqn.a", kEarly);
    EXPECT_THAT(hosts_of(merge({a, b, liar})),
                ElementsAre("db (10.0.0.8) #2", "db (10.0.0.9)", "db (10.0.0.8)"));
}

/// Controllers, and failures of others.
Observation failures(std::size_t count, const std::string& target) {
    Observation out;
    out.observed_at = kEarly;
    for (std::size_t number = 0; number < count; ++number) {
        ControllerObservation& one = out.controllers.emplace_back();
        one.target = target;
        one.name = target + " controller " + std::to_string(number);
        one.subsysnqn = "nqn.2026-01.io.example:" + std::to_string(number);
        out.unobserved.push_back({.object = "tcp://10.0.0.3:" + std::to_string(number),
                                  .target = target,
                                  .subsysnqn = one.subsysnqn,
                                  .error = "e"});
    }
    return out;
}

TEST(Merge, CostsNoMoreThanItsPartsAreLong) {
    const auto join = [](std::size_t count) {
        return [parts =
                    std::vector{failures(count, "a"), failures(count, "a"), failures(count, "b")}] {
            EXPECT_FALSE(merge(parts).unobserved.empty());
        };
    };
    EXPECT_LT(test::growth(join(250), join(2000)), test::kMostForEightTimes);
    // As many failures in few parts, and in many.
    const auto spread = [](std::size_t count) {
        std::vector<Observation> parts;
        for (std::size_t part = 0; part < count; ++part) {
            parts.push_back(failures(20, std::to_string(part)));
        }
        return [parts = std::move(parts)] { EXPECT_FALSE(merge(parts).unobserved.empty()); };
    };
    EXPECT_LT(test::growth(spread(100), spread(800)), test::kMostForEightTimes);
    // Hosts that all have one name, or none, and an address each.
    const auto hosts = [](std::size_t count, const std::string& name) {
        std::vector<Observation> parts;
        for (std::size_t number = 0; number < count; ++number) {
            parts.push_back(
                connected_host(name, "10.0.0." + std::to_string(number), "nqn.a", kEarly));
            parts.back().unobserved.clear();
            if (number % 2 == 1) {
                parts.back().kernels[0].subsystems.clear();
                parts.back().kernels[0].release = std::to_string(number);
            }
        }
        return [parts = std::move(parts)] { EXPECT_FALSE(merge(parts).kernels.empty()); };
    };
    for (const char* const name : {"db", "localhost"}) {
        EXPECT_LT(test::growth(hosts(100, name), hosts(800, name)), test::kMostForEightTimes)
            << name;
    }
}

} // namespace
} // namespace haoh
