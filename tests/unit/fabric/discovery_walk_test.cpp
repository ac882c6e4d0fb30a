// SPDX-License-Identifier: LGPL-2.1-or-later
#include "discovery_entries.hpp"
#include "fake_array.hpp"

#include "fabric/discovery_walk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::fabric {
namespace {

using namespace std::chrono_literals;
using test::FakeArray;
using test::nvm_entry;
using test::referral_entry;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace asio = boost::asio;

const Address kTarget{.traddr = "10.0.0.1", .trsvcid = 8009, .host_traddr = "10.0.0.9"};
const Address kPort{.traddr = "10.0.0.2", .trsvcid = 4420, .host_traddr = {}};

DiscoveredPorts sort(std::vector<nvme::DiscoveryEntry> entries) {
    nvme::DiscoveryLog log;
    log.entries = std::move(entries);
    return sort_entries(log, kTarget);
}

TEST(SortEntries, KeepsSubsystemsAndReferralsApart) {
    auto other = kPort;
    other.trsvcid = 8009;
    const DiscoveredPorts ports = sort({nvm_entry(kPort, "nqn.a"), referral_entry(other),
                                        nvm_entry(kPort, "nqn.b"), nvm_entry(kPort, "nqn.a")});
    ASSERT_THAT(ports.subsystems, SizeIs(2));
    EXPECT_EQ(ports.subsystems[0].subsysnqn, "nqn.a");
    EXPECT_EQ(ports.subsystems[0].address.traddr, "10.0.0.2");
    EXPECT_EQ(ports.subsystems[0].address.host_traddr, "10.0.0.9");
    EXPECT_EQ(ports.subsystems[0].cntlid, 0xFFFF);
    EXPECT_EQ(ports.subsystems[1].subsysnqn, "nqn.b");
    ASSERT_THAT(ports.referrals, SizeIs(1));
    EXPECT_EQ(ports.referrals[0].subsysnqn, nvme::kDiscoveryNqn);
    EXPECT_THAT(ports.unusable, IsEmpty());
}

TEST(SortEntries, PassesOverTheDiscoverySubsystemItself) {
    auto own = referral_entry(kPort);
    own.subtype = 3;
    const DiscoveredPorts ports = sort({own});
    EXPECT_THAT(ports.subsystems, IsEmpty());
    EXPECT_THAT(ports.referrals, IsEmpty());
    EXPECT_THAT(ports.unusable, IsEmpty());
}

TEST(SortEntries, AsksForStaticControllersByTheirId) {
    auto entry = nvm_entry(kPort, "nqn.a");
    entry.cntlid = 0xFFFE;
    EXPECT_EQ(sort({entry}).subsystems.at(0).cntlid, 0xFFFE);
    entry.cntlid = 17;
    EXPECT_EQ(sort({entry}).subsystems.at(0).cntlid, 17);
}

TEST(SortEntries, NamesSubsystemsThatAreOnlyOnOtherTransports) {
    auto fibre = nvm_entry(kPort, "nqn.fc");
    fibre.trtype = 2;
    fibre.traddr = "nn-0x1000:pn-0x2000";
    auto both = nvm_entry(kPort, "nqn.both");
    both.trtype = 1;
    const DiscoveredPorts ports = sort({fibre, both, nvm_entry(kPort, "nqn.both")});
    ASSERT_THAT(ports.unusable, SizeIs(1));
    EXPECT_EQ(ports.unusable[0].subsysnqn, "nqn.fc");
    EXPECT_EQ(ports.unusable[0].target, to_string(kTarget));
    EXPECT_THAT(ports.unusable[0].error, HasSubstr("Fibre Channel"));
    EXPECT_THAT(ports.unusable[0].error, HasSubstr(ports.unusable[0].object)) << "it names it";
    EXPECT_THAT(ports.subsystems, SizeIs(1));
}

TEST(SortEntries, DoesNotTryPortsThatDemandTls) {
    auto entry = nvm_entry(kPort, "nqn.a");
    entry.treq = 1;
    const DiscoveredPorts ports = sort({entry});
    EXPECT_THAT(ports.subsystems, IsEmpty());
    ASSERT_THAT(ports.unusable, SizeIs(1));
    EXPECT_THAT(ports.unusable[0].error, HasSubstr("TLS"));
}

TEST(SortEntries, NamesAddressesThatNobodyCanUse) {
    const auto error_of = [](std::string traddr, std::string trsvcid) {
        auto entry = nvm_entry(kPort, "nqn.a");
        entry.traddr = std::move(traddr);
        entry.trsvcid = std::move(trsvcid);
        const DiscoveredPorts ports = sort({entry});
        return ports.unusable.empty() ? std::string("none") : ports.unusable[0].error;
    };
    EXPECT_EQ(error_of("10.0.0.2", ""), "none");
    EXPECT_EQ(error_of("fd00::1", "4420"), "none");
    EXPECT_THAT(error_of("0.0.0.0", "4420"), HasSubstr("any address"));
    EXPECT_THAT(error_of("::", "4420"), HasSubstr("any address"));
    EXPECT_THAT(error_of("10.0.0.2", "none"), HasSubstr("TRSVCID"));
    EXPECT_THAT(error_of("10.0.0.2", "0"), HasSubstr("TRSVCID"));
    EXPECT_THAT(error_of("10.0.0.2", "65536"), HasSubstr("TRSVCID"));
    EXPECT_THAT(error_of("", "4420"), HasSubstr("missing"));
    EXPECT_THAT(error_of("a b", "4420"), HasSubstr("host name"));
    EXPECT_THAT(error_of("a\x01\n", "4420"),
                AllOf(HasSubstr("\\x01"), testing::Not(HasSubstr("\n"))));
}

TEST(SortEntries, NamesTheTransport) {
    const auto text_of = [](std::uint8_t trtype) {
        auto entry = nvm_entry(kPort, "nqn.a");
        entry.trtype = trtype;
        const DiscoveredPorts ports = sort({entry});
        EXPECT_THAT(ports.subsystems, IsEmpty());
        EXPECT_EQ(ports.unusable.at(0).object, "10.0.0.2 port 4420");
        return ports.unusable.at(0).error;
    };
    const auto expected = [](const std::string& name) {
        return "reach nqn.a at 10.0.0.2 port 4420: it is offered over " + name +
               " only; haoh asks over TCP";
    };
    EXPECT_EQ(text_of(1), expected("RDMA"));
    EXPECT_EQ(text_of(2), expected("Fibre Channel"));
    EXPECT_EQ(text_of(254), expected("loop"));
    EXPECT_EQ(text_of(9), expected("transport type 9"));
}

TEST(SortEntries, FillsInTheUsualPort) {
    auto subsystem = nvm_entry(kPort, "nqn.a");
    subsystem.trsvcid.clear();
    auto referral = referral_entry(kPort);
    referral.trsvcid.clear();
    const DiscoveredPorts ports = sort({subsystem, referral});
    ASSERT_THAT(ports.subsystems, SizeIs(1));
    EXPECT_EQ(ports.subsystems[0].address.trsvcid, 4420);
    ASSERT_THAT(ports.referrals, SizeIs(1));
    EXPECT_EQ(ports.referrals[0].address.trsvcid, 8009);
}

TEST(SortEntries, AsksAReferralForItsOwnSubsystem) {
    auto unnamed = referral_entry(kPort);
    unnamed.subnqn.clear();
    unnamed.cntlid = 7; // of no meaning in a referral
    auto unique = referral_entry(kPort);
    unique.subnqn = "nqn.2024-01.com.example:discovery";
    const DiscoveredPorts ports = sort({unnamed, unique});
    ASSERT_THAT(ports.referrals, SizeIs(2));
    EXPECT_EQ(ports.referrals[0].subsysnqn, "nqn.2014-08.org.nvmexpress.discovery");
    EXPECT_EQ(ports.referrals[0].cntlid, 0xFFFF);
    EXPECT_EQ(ports.referrals[1].subsysnqn, "nqn.2024-01.com.example:discovery");
}

TEST(SortEntries, TakesHostNames) {
    auto entry = nvm_entry(kPort, "nqn.a");
    entry.traddr = "array.example";
    const DiscoveredPorts ports = sort({entry});
    EXPECT_EQ(ports.subsystems.at(0).address.traddr, "array.example");
    EXPECT_THAT(ports.unusable, IsEmpty());
}

TEST(SortEntries, ReportsEachUselessEntryOnce) {
    auto wrong = nvm_entry(kPort, "nqn.a");
    wrong.trsvcid = "4420x";
    auto referral = referral_entry(kPort);
    referral.treq = 1;
    const DiscoveredPorts ports = sort({wrong, referral, wrong, referral});
    EXPECT_THAT(ports.subsystems, IsEmpty());
    EXPECT_THAT(ports.referrals, IsEmpty());
    ASSERT_THAT(ports.unusable, SizeIs(2));
    EXPECT_EQ(ports.unusable[0].object, "10.0.0.2 port 4420x");
    EXPECT_EQ(ports.unusable[0].subsysnqn, "nqn.a");
    EXPECT_THAT(ports.unusable[0].error, HasSubstr("TRSVCID"));
    EXPECT_EQ(ports.unusable[0].reason, UnobservedReason::unusable_entry);
    EXPECT_EQ(ports.unusable[1].object, "tcp://10.0.0.2:4420");
    EXPECT_EQ(ports.unusable[1].subsysnqn, "") << "a referral is no subsystem's";
}

TEST(SortEntries, TakesNoReferralForAPortOfASubsystem) {
    auto fibre = nvm_entry(kPort, "nqn.a");
    fibre.trtype = 2;
    auto referral = referral_entry(kPort); // over TCP, of the same name
    referral.subnqn = "nqn.a";
    auto far = referral_entry(kPort);
    far.trtype = 2;
    far.subnqn = "nqn.b";
    const DiscoveredPorts ports = sort({fibre, referral, far});
    ASSERT_THAT(ports.unusable, SizeIs(1)) << "the subsystem, not the referral over Fibre Channel";
    EXPECT_EQ(ports.unusable[0].subsysnqn, "nqn.a");
    EXPECT_THAT(ports.referrals, SizeIs(1));
}

struct WalkDiscoveryTest : testing::Test {
    WalkDiscoveryTest() {
        options.connect.host = {
            .hostnqn = "nqn.2024-01.com.example:host", .hostid = {1}, .origin = {}};
        options.connect.timeout = 30s;
        options.target = first.address();
        options.max_referrals = 4;
    }
    Walk walk() { return test::run(context, walk_discovery(options)); }

    asio::io_context context;
    FakeArray first{context};
    FakeArray second{context};
    WalkOptions options;
};

TEST_F(WalkDiscoveryTest, ReadsTheLogOfTheTarget) {
    first.log = {nvm_entry(kPort, "nqn.a")};
    const Walk found = walk();
    ASSERT_THAT(found.logs, SizeIs(1));
    EXPECT_EQ(found.logs[0].target, to_string(first.address()));
    EXPECT_EQ(found.logs[0].address, to_string(first.address()));
    EXPECT_THAT(found.subsystems, SizeIs(1));
    EXPECT_THAT(found.unobserved, IsEmpty());
    EXPECT_EQ(first.shutdowns, 1U);
}

TEST_F(WalkDiscoveryTest, FollowsReferralsOnceEvenInCircles) {
    first.log = {referral_entry(second.address()), nvm_entry(kPort, "nqn.a")};
    second.log = {referral_entry(first.address()), referral_entry(second.address()),
                  nvm_entry(kPort, "nqn.a"), nvm_entry(kPort, "nqn.b")};
    const Walk found = walk();
    ASSERT_THAT(found.logs, SizeIs(2));
    EXPECT_EQ(found.logs[1].target, to_string(first.address()));
    EXPECT_EQ(found.logs[1].address, to_string(second.address()));
    EXPECT_THAT(found.subsystems, SizeIs(2));
    EXPECT_THAT(first.links, SizeIs(1));
    EXPECT_THAT(second.links, SizeIs(1));
}

TEST_F(WalkDiscoveryTest, BoundsReferrals) {
    for (std::uint16_t port = 1; port <= 20; ++port) {
        first.log.push_back(
            referral_entry({.traddr = "127.0.0.1", .trsvcid = port, .host_traddr = {}}));
    }
    const Walk found = walk();
    EXPECT_THAT(found.logs, SizeIs(1));
    ASSERT_THAT(found.unobserved, SizeIs(5));
    EXPECT_THAT(found.unobserved[0].error,
                AllOf(HasSubstr("follow the referral of"), HasSubstr("refused")));
    EXPECT_THAT(found.unobserved[4].error, HasSubstr("4 referrals were followed"));
    EXPECT_EQ(found.unobserved[4].reason, UnobservedReason::budget);
}

/// Those that do not answer leave time for what the target itself names.
TEST_F(WalkDiscoveryTest, ReferralsTakeHalfOfTheTime) {
    using asio::ip::tcp;
    std::vector<tcp::acceptor> silent; // they connect, and nobody says a word
    for (int count = 0; count < 3; ++count) {
        silent.emplace_back(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        first.log.push_back(referral_entry({.traddr = "127.0.0.1",
                                            .trsvcid = silent.back().local_endpoint().port(),
                                            .host_traddr = {}}));
    }
    first.log.push_back(nvm_entry(kPort, "nqn.a"));
    options.deadline = {.at = Clock::now() + 4s, .failure = {}};
    const Walk found = walk();
    EXPECT_THAT(found.logs, SizeIs(1));
    EXPECT_THAT(found.subsystems, SizeIs(1));
    ASSERT_THAT(found.unobserved, SizeIs(2)) << "the first one, and that there is no time for more";
    EXPECT_THAT(found.unobserved[0].error, HasSubstr("no ICResp came in time"));
    EXPECT_THAT(found.unobserved[1].error, HasSubstr("the time for referrals"));
}

TEST_F(WalkDiscoveryTest, FollowsAsManyReferralsAsAllowed) {
    options.max_referrals = 1;
    first.log = {referral_entry(second.address())};
    const Walk found = walk();
    EXPECT_THAT(found.logs, SizeIs(2));
    EXPECT_THAT(found.unobserved, IsEmpty());
}

TEST_F(WalkDiscoveryTest, NamesUselessEntriesOnce) {
    auto useless = nvm_entry(kPort, "nqn.fc");
    useless.trtype = 2;
    first.log = {referral_entry(second.address()), useless};
    auto other = useless;
    other.subnqn = "nqn.other";
    second.log = {useless, other};
    const Walk found = walk();
    ASSERT_THAT(found.unobserved, SizeIs(2));
    EXPECT_EQ(found.unobserved[0].subsysnqn, "nqn.fc");
    EXPECT_EQ(found.unobserved[1].subsysnqn, "nqn.other");
}

TEST_F(WalkDiscoveryTest, AsksForADynamicControllerWithoutKeepAlive) {
    std::vector<std::uint16_t> cntlids;
    std::vector<std::uint32_t> katos;
    first.on_command = [&](const FakeArray::Link&, const nvme::SubmissionEntry& entry,
                           nvme::ByteView data) {
        if (entry.opcode == nvme::opcode::fabrics && entry.fctype == nvme::fctype::connect) {
            cntlids.push_back(nvme::decode_connect_data(data).cntlid);
            katos.push_back(entry.cdw[2]);
        }
        return false;
    };
    options.connect.cntlid = 7; // of the subsystem's controller
    options.connect.keep_alive = 15s;
    walk();
    EXPECT_THAT(cntlids, testing::ElementsAre(0xFFFF));
    EXPECT_THAT(katos, testing::ElementsAre(0));
}

TEST_F(WalkDiscoveryTest, ReadsNoEndlessLog) {
    first.on_command = [](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                          nvme::ByteView) {
        if (entry.opcode != nvme::opcode::get_log_page) {
            return false;
        }
        nvme::Bytes part(entry.sgl_length);
        if (entry.cdw[2] == 0 && entry.cdw[3] == 0) {
            nvme::store_le<std::uint64_t>(part, 8, 1U << 20U); // NUMREC: a log of 1 GiB
        }
        link->respond_data(entry.cid, std::move(part));
        return true;
    };
    const Walk found = walk();
    ASSERT_THAT(found.logs, SizeIs(1));
    EXPECT_LE(found.logs[0].log.length, 4U << 20U);
    EXPECT_GT(found.logs[0].log.length, (4U << 20U) - 4096U);
}

TEST_F(WalkDiscoveryTest, AsksReferralsUnderTheirName) {
    second.subsysnqn = "nqn.2024-01.com.example:discovery";
    second.serves_discovery = false; // not under the well-known name
    auto entry = referral_entry(second.address());
    entry.subnqn = second.subsysnqn;
    first.log = {entry};
    walk();
    ASSERT_THAT(second.links, SizeIs(1));
    EXPECT_EQ(second.links[0]->subsysnqn, second.subsysnqn);
}

/// A target on port 4420, where subsystems have their port.
struct WellKnownPortsTest : WalkDiscoveryTest {
    WellKnownPortsTest() {
        options.target = {.traddr = address, .trsvcid = 4420, .host_traddr = {}};
    }
    [[nodiscard]] std::unique_ptr<FakeArray> array_on(std::uint16_t port) {
        return std::make_unique<FakeArray>(context, address, port);
    }
    Error error() {
        try {
            walk();
        } catch (const Error& caught) {
            return caught;
        }
        ADD_FAILURE() << "a log";
        return Error(make_error_code(Errc::invalid_argument), "", "");
    }
    [[nodiscard]] std::string name(std::uint16_t port) const {
        return to_string(Address{.traddr = address, .trsvcid = port, .host_traddr = {}});
    }

    const std::string address = test::own_loopback_address();
};

TEST_F(WellKnownPortsTest, FindsTheLogOnTheDiscoveryPort) {
    for (const bool listens : {false, true}) {
        std::unique_ptr<FakeArray> subsystem;
        if (listens) {
            subsystem = array_on(4420);
            subsystem->serves_discovery = false;
        }
        const auto discovery = array_on(8009);
        // A log that refers to itself by either port is not read twice.
        discovery->log = {
            nvm_entry({.traddr = address, .trsvcid = 4420, .host_traddr = {}}, "nqn.a"),
            referral_entry({.traddr = address, .trsvcid = 8009, .host_traddr = {}}),
            referral_entry({.traddr = address, .trsvcid = 4420, .host_traddr = {}})};
        const Walk found = walk();
        ASSERT_THAT(found.logs, SizeIs(1));
        EXPECT_EQ(found.logs[0].target, name(4420));
        EXPECT_EQ(found.logs[0].address, name(8009));
        EXPECT_THAT(found.subsystems, SizeIs(1));
        EXPECT_THAT(found.unobserved, IsEmpty());
        EXPECT_THAT(discovery->links, SizeIs(1));
    }
}

TEST_F(WellKnownPortsTest, FollowsAReferralToTheDiscoveryPort) {
    const auto subsystem = array_on(4420);
    const auto discovery = array_on(8009);
    subsystem->log = {referral_entry({.traddr = address, .trsvcid = 8009, .host_traddr = {}})};
    EXPECT_THAT(walk().logs, SizeIs(2)) << "it was not asked before";
}

TEST_F(WellKnownPortsTest, SaysWhatBothPortsAnswered) {
    const Error nobody = error();
    EXPECT_EQ(nobody.code(), std::errc::connection_refused);
    EXPECT_THAT(nobody.what(), testing::StartsWith("read the discovery log of " + name(4420) +
                                                   ": connection refused"));
    EXPECT_THAT(nobody.what(), HasSubstr(", and on port 8009: connection refused"));
    EXPECT_THAT(nobody.advice(), HasSubstr("--nqn"));

    const auto subsystem = array_on(4420);
    subsystem->serves_discovery = false;
    const Error unknown = error();
    EXPECT_EQ(unknown.code(), Errc::unknown_subsystem);
    EXPECT_THAT(unknown.what(), HasSubstr(", and on port 8009: connection refused"));
}

TEST_F(WellKnownPortsTest, AsksNoOtherPortThanTheOneThatWasGiven) {
    options.target.trsvcid = 4421;
    const auto discovery = array_on(8009);
    const Error refused = error();
    EXPECT_EQ(refused.code(), std::errc::connection_refused);
    EXPECT_THAT(refused.what(), testing::Not(HasSubstr("on port 8009:")));
    EXPECT_THAT(discovery->links, IsEmpty());
}

TEST_F(WellKnownPortsTest, AsksTheOtherPortOnlyWhereThatMayHelp) {
    const auto subsystem = array_on(4420);
    subsystem->on_command = [](const FakeArray::Link& link, const nvme::SubmissionEntry& entry,
                               nvme::ByteView) {
        link->respond(entry.cid, nvme::status::connect_invalid_host | nvme::status::dnr);
        return true;
    };
    const auto discovery = array_on(8009);
    EXPECT_EQ(error().code(), Errc::refused_host);
    EXPECT_THAT(discovery->links, IsEmpty());
}

TEST_F(WalkDiscoveryTest, ThrowsWhenTheTargetHasNoLog) {
    first.serves_discovery = false;
    try {
        walk();
        ADD_FAILURE() << "a log";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::unknown_subsystem);
    }
}

} // namespace
} // namespace haoh::fabric
