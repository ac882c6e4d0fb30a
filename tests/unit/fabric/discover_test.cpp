// SPDX-License-Identifier: LGPL-2.1-or-later
// What is observed where no subsystem is named: all that the targets' discovery logs lead to.
#include "discovery_entries.hpp"
#include "observe_fixture.hpp"

#include <haoh/error.hpp>
#include <haoh/fabric.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace haoh {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using test::FakeArray;
using test::nvm_entry;
using test::ObserveTest;
using test::referral_entry;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct DiscoverTest : ObserveTest {
    DiscoverTest() {
        options.subsysnqn.clear();
        a.log = {nvm_entry(a.address(), a.subsysnqn)};
        b.log = {nvm_entry(b.address(), b.subsysnqn)};
    }
};

TEST_F(DiscoverTest, FollowsTheDiscoveryLogs) {
    const Observation seen = observe_all();
    EXPECT_THAT(seen.unobserved, IsEmpty());
    ASSERT_THAT(seen.controllers, SizeIs(2));
    EXPECT_EQ(seen.controllers[0].target, to_string(a.address()));
    EXPECT_EQ(seen.controllers[0].subsysnqn, a.subsysnqn);
    EXPECT_THAT(seen.discovery, SizeIs(2));
    EXPECT_THAT(seen.controllers[1].probed_cntlids, SizeIs(1));
}

TEST_F(DiscoverTest, GivesEachPortToTheTargetWithItsAddress) {
    a.log = {nvm_entry(b.address(), b.subsysnqn), nvm_entry(a.address(), a.subsysnqn)};
    b.log = a.log;
    const Observation seen = observe_all();
    ASSERT_THAT(seen.controllers, SizeIs(2));
    EXPECT_EQ(seen.controllers[0].target, to_string(a.address()));
    EXPECT_EQ(seen.controllers[0].trsvcid, std::to_string(a.address().trsvcid));
    EXPECT_EQ(seen.controllers[1].target, to_string(b.address()));
    EXPECT_EQ(seen.controllers[1].trsvcid, std::to_string(b.address().trsvcid));
}

TEST_F(DiscoverTest, GivesAPortToTheTargetOnItsAddress) {
    FakeArray near(context, "127.0.0.2");
    FakeArray port(context, "127.0.0.2"); // another port of that target
    FakeArray far(context, "127.0.0.3");  // of none
    options.targets = {a.address(), near.address()};
    a.log = {nvm_entry(port.address(), port.subsysnqn), nvm_entry(far.address(), far.subsysnqn)};
    near.log = a.log;
    const Observation seen = observe_all();
    EXPECT_THAT(seen.unobserved, IsEmpty());
    ASSERT_THAT(seen.controllers, SizeIs(2));
    EXPECT_EQ(seen.controllers[0].traddr, "127.0.0.3");
    EXPECT_EQ(seen.controllers[0].target, to_string(a.address())) << "the first that named it";
    EXPECT_EQ(seen.controllers[1].traddr, "127.0.0.2");
    EXPECT_EQ(seen.controllers[1].target, to_string(near.address()));
}

TEST_F(DiscoverTest, AsksAPortOnceWhateverTheSourceAddress) {
    options.targets[0].host_traddr = "127.0.0.1";
    options.targets[1].host_traddr = "127.0.0.2";
    b.log = a.log;
    const Observation seen = observe_all();
    ASSERT_THAT(seen.controllers, SizeIs(1));
    EXPECT_EQ(seen.controllers[0].target, to_string(a.address()));
}

TEST_F(DiscoverTest, TellsPortsOfTwoAddressesApart) {
    options.targets = {a.address()};
    a.log = {nvm_entry({.traddr = "127.0.0.1", .trsvcid = 1, .host_traddr = {}}, a.subsysnqn),
             nvm_entry({.traddr = "127.0.0.2", .trsvcid = 1, .host_traddr = {}}, a.subsysnqn)};
    const Observation seen = observe_all();
    ASSERT_THAT(seen.unobserved, SizeIs(2));
    EXPECT_EQ(seen.unobserved[0].object, "tcp://127.0.0.1:1");
    EXPECT_EQ(seen.unobserved[1].object, "tcp://127.0.0.2:1");
    EXPECT_EQ(seen.unobserved[1].reason, UnobservedReason::refused);
}

TEST_F(DiscoverTest, ProbesEachSubsystemOnce) {
    FakeArray second_port(context);
    a.log.push_back(nvm_entry(second_port.address(), a.subsysnqn));
    const Observation seen = observe_all();
    ASSERT_THAT(seen.controllers, SizeIs(3));
    EXPECT_THAT(seen.controllers[0].probed_cntlids, ElementsAre(102)) << "100 read the log";
    EXPECT_THAT(seen.controllers[1].probed_cntlids, IsEmpty());
    EXPECT_THAT(seen.controllers[2].probed_cntlids, SizeIs(1));
}

TEST_F(DiscoverTest, AsksForTheControllersThatTheLogNames) {
    std::set<std::uint16_t> asked;
    a.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry&, nvme::ByteView data) {
        if (!data.empty()) {
            asked.insert(nvme::decode_connect_data(data).cntlid);
        }
        return false;
    };
    options.connect.cntlid = 7; // of a subsystem that is named
    EXPECT_THAT(observe_all().controllers.at(0).probed_cntlids, SizeIs(1));
    EXPECT_THAT(asked, ElementsAre(0xFFFF));
}

TEST_F(DiscoverTest, GivesATargetUpWhenItsTimeIsOver) {
    b.on_command = [](const FakeArray::Link&, const nvme::SubmissionEntry&, nvme::ByteView) {
        return true; // no answer
    };
    options.timeout = 1s;
    options.connect.timeout = 60s;
    const auto begin = Clock::now();
    const Observation seen = observe_all();
    EXPECT_LT(Clock::now() - begin, 40s);
    EXPECT_THAT(seen.unobserved,
                testing::Contains(testing::Field(&Unobserved::target, to_string(b.address()))));
}

TEST_F(DiscoverTest, ReportsWhyATargetHasNoSubsystems) {
    b.log[0].trtype = 2; // Fibre Channel
    const Observation seen = observe_all();
    EXPECT_THAT(seen.controllers, SizeIs(1));
    ASSERT_THAT(seen.unobserved, SizeIs(1)) << "that says enough";
    EXPECT_THAT(seen.unobserved[0].error, HasSubstr("Fibre Channel"));
    EXPECT_EQ(seen.unobserved[0].reason, UnobservedReason::unsupported);
}

TEST_F(DiscoverTest, ProbesNoStaticController) {
    auto entry = nvm_entry(a.address(), a.subsysnqn);
    entry.cntlid = 100;
    a.log = {entry};
    const Observation seen = observe_all();
    ASSERT_THAT(seen.controllers, SizeIs(2));
    EXPECT_THAT(seen.controllers[0].probed_cntlids, IsEmpty());
    EXPECT_THAT(seen.controllers[1].probed_cntlids, SizeIs(1));
}

TEST_F(DiscoverTest, NamesEachControllerDifferently) {
    options.targets = {a.address()};
    a.log.clear();
    for (const std::uint16_t cntlid : std::vector<std::uint16_t>{5, 6, 8, 9}) {
        a.log.push_back(nvm_entry(a.address(), a.subsysnqn));
        a.log.back().cntlid = cntlid;
    }
    std::set<std::uint16_t> asked;
    a.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                       nvme::ByteView data) {
        if (data.empty() || nvme::decode_connect_data(data).subnqn == nvme::kDiscoveryNqn) {
            return false;
        }
        asked.insert(nvme::decode_connect_data(data).cntlid);
        link->respond(entry.cid, 0, 7); // whatever was asked for
        return true;
    };
    options.max_controllers = 4; // as many as there are
    const Observation seen = observe_all();
    EXPECT_THAT(seen.unobserved, IsEmpty());
    EXPECT_THAT(asked, ElementsAre(5, 6, 8, 9));
    ASSERT_THAT(seen.controllers, SizeIs(4));
    const std::string name = to_string(a.address()) + " controller 7";
    const std::string longer = name + " of " + a.subsysnqn;
    EXPECT_EQ(seen.controllers[0].name, name);
    EXPECT_EQ(seen.controllers[1].name, longer);
    EXPECT_EQ(seen.controllers[2].name, longer + " (2)");
    EXPECT_EQ(seen.controllers[3].name, longer + " (3)");
}

TEST_F(DiscoverTest, FollowsReferralsToOtherTargets) {
    options.targets = {a.address()};
    a.log.push_back(referral_entry(b.address()));
    const Observation seen = observe_all();
    EXPECT_THAT(seen.controllers, SizeIs(2));
    EXPECT_THAT(seen.discovery, SizeIs(2));
    EXPECT_EQ(seen.controllers[1].target, to_string(a.address()));
}

TEST_F(DiscoverTest, SaysWhatToDoWhereTheLogNamesAddressesThatDoNotAnswer) {
    const Address inside{.traddr = "127.0.0.2", .trsvcid = 1, .host_traddr = {}};
    options.targets = {a.address()};
    a.log = {nvm_entry(inside, a.subsysnqn)};
    const Observation seen = observe_all();
    ASSERT_THAT(seen.unobserved, SizeIs(1));
    EXPECT_THAT(
        seen.unobserved[0].error,
        HasSubstr("the discovery log of " + to_string(a.address()) +
                  " names this address: where addresses are translated on the way, name the "
                  "subsystem (--nqn " +
                  a.subsysnqn + ")"));
    // Where something answers, or the target's own port is listed, it is just down.
    FakeArray other(context, "127.0.0.3");
    a.log = {nvm_entry(inside, a.subsysnqn), nvm_entry(other.address(), other.subsysnqn)};
    const Observation half = observe_all();
    EXPECT_THAT(half.controllers, SizeIs(1));
    ASSERT_THAT(half.unobserved, SizeIs(1));
    EXPECT_THAT(half.unobserved[0].error, testing::Not(HasSubstr("translated")));
    a.log = {
        nvm_entry({.traddr = a.address().traddr, .trsvcid = 1, .host_traddr = {}}, a.subsysnqn)};
    const Observation down = observe_all();
    ASSERT_THAT(down.unobserved, SizeIs(1));
    EXPECT_THAT(down.unobserved[0].error, testing::Not(HasSubstr("translated")));
}

TEST_F(DiscoverTest, ReportsEntriesThatCannotBeReached) {
    a.log.push_back(nvm_entry({.traddr = "127.0.0.1", .trsvcid = 1, .host_traddr = {}},
                              "nqn.2024-01.com.example:gone"));
    const Observation seen = observe_all();
    EXPECT_THAT(seen.controllers, SizeIs(2));
    ASSERT_THAT(seen.unobserved, SizeIs(1));
    EXPECT_EQ(seen.unobserved[0].object, "tcp://127.0.0.1:1");
    EXPECT_EQ(seen.unobserved[0].subsysnqn, "nqn.2024-01.com.example:gone");
    EXPECT_THAT(seen.unobserved[0].error, HasSubstr("refused"));
}

TEST_F(DiscoverTest, TellsTheFirstOfVeryManyEntriesThatCannotBeFollowed) {
    auto unusable = nvm_entry(a.address(), a.subsysnqn);
    for (int number = 0; number < 3000; ++number) {
        unusable.trsvcid = "x" + std::to_string(number % 1000);
        a.log.push_back(unusable);
    }
    const Observation seen = observe_all();
    EXPECT_THAT(seen.controllers, SizeIs(2)) << "the rest is asked";
    ASSERT_THAT(seen.unobserved, SizeIs(65));
    EXPECT_EQ(seen.unobserved[63].object, "127.0.0.1 port x63");
    EXPECT_EQ(seen.unobserved[64].object, to_string(a.address()));
    EXPECT_THAT(seen.unobserved[64].error, HasSubstr("936 more of their entries cannot be"));
    EXPECT_EQ(seen.unobserved[63].reason, UnobservedReason::unusable_entry);
    EXPECT_EQ(seen.unobserved[64].reason, UnobservedReason::unusable_entry);
}

TEST_F(DiscoverTest, ReportsATargetWithoutSubsystems) {
    b.log.clear();
    const Observation seen = observe_all();
    EXPECT_THAT(seen.controllers, SizeIs(1));
    ASSERT_THAT(seen.unobserved, SizeIs(1));
    EXPECT_EQ(seen.unobserved[0].reason, UnobservedReason::none_offered);
    EXPECT_THAT(seen.unobserved[0].error, AllOf(HasSubstr("offers none to this host"),
                                                HasSubstr(options.connect.host.hostnqn)));
}

TEST_F(DiscoverTest, ReportsATargetWithoutDiscovery) {
    b.serves_discovery = false;
    const Observation seen = observe_all();
    EXPECT_THAT(seen.controllers, SizeIs(1));
    ASSERT_THAT(seen.unobserved, SizeIs(1));
    EXPECT_EQ(seen.unobserved[0].object, to_string(b.address()));
}

TEST_F(DiscoverTest, BoundsTheControllers) {
    options.targets = {a.address()};
    options.max_controllers = 2;
    for (std::uint16_t port = 1; port <= 5; ++port) {
        a.log.push_back(
            nvm_entry({.traddr = "127.0.0.1", .trsvcid = port, .host_traddr = {}}, a.subsysnqn));
    }
    const Observation seen = observe_all();
    EXPECT_THAT(seen.controllers, SizeIs(1));
    ASSERT_THAT(seen.unobserved, SizeIs(2));
    EXPECT_THAT(seen.unobserved[0].error, HasSubstr("only the first 2"));
    EXPECT_EQ(seen.unobserved[0].reason, UnobservedReason::budget);
}

TEST_F(DiscoverTest, TellsControllersOfTwoSubsystemsOnOnePortApart) {
    options.targets = {a.address()};
    const std::string second = "nqn.2024-01.com.example:second";
    a.log.push_back(nvm_entry(a.address(), second));
    a.on_command = [&](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                       nvme::ByteView data) {
        if (data.empty() || nvme::decode_connect_data(data).subnqn == nvme::kDiscoveryNqn) {
            return false;
        }
        link->respond(entry.cid, 0, 7); // both subsystems begin with the same number
        return true;
    };
    const Observation seen = observe_all();
    ASSERT_THAT(seen.controllers, SizeIs(2));
    EXPECT_NE(seen.controllers[0].name, seen.controllers[1].name);
    EXPECT_THAT(seen.controllers[1].name, HasSubstr(second));
}

} // namespace
} // namespace haoh
