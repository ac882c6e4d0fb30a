// SPDX-License-Identifier: LGPL-2.1-or-later
// What is said of the kernel's controllers: which of them, what each shows, and where a rule begins
// to hold.
#include "unit/catalogue/linux_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::SizeIs;

KernelSubsystem& only_subsystem(Observation& host) {
    return host.kernels.front().subsystems.front();
}

Attribute unreadable() {
    return {.state = Attribute::State::unreadable, .nul_padded = false, .text = "EACCES"};
}

TEST(HostCtrlLive, ShowsTheStateOfEachController) {
    Observation host = connected(Pair(2).observation());
    controller_of(host, "nvme1").state = Attribute::of("connecting");
    controller_of(host, "nvme3").state = unreadable();
    EXPECT_THAT(told(host, "host.ctrl.live"),
                ElementsAre("1 of 4 controllers not live: nvme1", "nvme0 (array-a): live",
                            "nvme1 (array-a): connecting", "nvme2 (array-b): live",
                            "nvme3 (array-b): state not readable"));
    EXPECT_EQ(findings_of(host, "host.ctrl.live").front().subsystem, kNqn);
    controller_of(host, "nvme1").state = Attribute::of("live");
    EXPECT_THAT(told(host, "host.ctrl.live"),
                testing::Contains("of 1 of 4 controllers the state cannot be read: nvme3"));
    EXPECT_EQ(findings_of(host, "host.ctrl.live").front().verdict, Verdict::unknown);
    controller_of(host, "nvme3").state = Attribute::of("live");
    EXPECT_THAT(told(host, "host.ctrl.live"), IsEmpty());
}

TEST(HostCtrlFirstSeen, WantsSerialAndModelOfOneController) {
    struct Row {
        const char* serial;
        const char* model;
        bool known;
    };
    // A has serial A1 and model MA, B has B1 and MB.
    Pair pair(1);
    pair.a[0].id.sn = ascii<20>("A1");
    pair.a[0].id.mn = ascii<40>("MA");
    pair.b[0].id.sn = ascii<20>("B1");
    pair.b[0].id.mn = ascii<40>("MB");
    for (const Row& row : {Row{"A1", "MA", true}, Row{"B1", "MB", true}, Row{"A1", "MB", false},
                           Row{"B1", "MA", false}, Row{"A1", "M", false}, Row{"A", "MA", false}}) {
        Observation host = connected(pair.observation());
        only_subsystem(host).serial = Attribute::of(row.serial);
        only_subsystem(host).model = Attribute::of(row.model);
        EXPECT_THAT(findings_of(host, "host.ctrl.first_seen"), SizeIs(row.known ? 0 : 1))
            << row.serial << " " << row.model;
    }
}

TEST(HostCtrlFirstSeen, ShowsWhatTheKernelKeepsAndWhatIsThere) {
    Observation host = connected(Pair(1).observation());
    only_subsystem(host).serial = Attribute::of("FORMER");
    EXPECT_THAT(
        told(host, "host.ctrl.first_seen"),
        ElementsAre("no controller has the serial number and model that the kernel saw when "
                    "it first connected",
                    "nvme-subsys0 (): serial FORMER, model Example Stretch Array",
                    "nvme0 (array-a): serial CZ3D4F5G6H, model Example Stretch Array",
                    "nvme1 (array-b): serial CZ3D4F5G6H, model Example Stretch Array"));
    EXPECT_EQ(findings_of(host, "host.ctrl.first_seen").front().subsystem, kNqn);
    // What sysfs does not show says nothing.
    only_subsystem(host).serial = {};
    EXPECT_THAT(told(host, "host.ctrl.first_seen"), IsEmpty());
    only_subsystem(host).serial = Attribute::of("FORMER");
    only_subsystem(host).model = {};
    EXPECT_THAT(told(host, "host.ctrl.first_seen"), IsEmpty());
}

TEST(HostCtrlFirstSeen, LeavesOpenWhoDidNotAnswer) {
    for (const std::size_t silent : {0U, 1U}) {
        Observation host = connected(Pair(1).observation());
        only_subsystem(host).serial = Attribute::of("FORMER");
        ASSERT_THAT(told(host, "host.ctrl.first_seen"), SizeIs(4));
        host.controllers[silent].identify = Page::of_failure("timed out");
        EXPECT_THAT(told(host, "host.ctrl.first_seen"), IsEmpty()) << silent;
    }
}

TEST(HostCtrlFirstSeen, NamesWhoAnswersForAnotherSubsystem) {
    Observation host = connected(Pair(1)
                                     .on_b([](Node& node) {
                                         const std::string connected_as = node.subsysnqn;
                                         node.nqn("nqn.2026-01.io.example:other").subsysnqn =
                                             connected_as;
                                     })
                                     .observation());
    EXPECT_THAT(told(host, "host.ctrl.first_seen"),
                ElementsAre("nvme1 now belongs to another subsystem",
                            "nvme-subsys0 (): serial CZ3D4F5G6H, model Example Stretch Array",
                            "nvme0 (array-a): serial CZ3D4F5G6H, model Example Stretch Array",
                            "nvme1 (array-b): NQN nqn.2026-01.io.example:other"));
    EXPECT_EQ(findings_of(host, "host.ctrl.first_seen").front().subsystem, kNqn);
    // Controllers before NVMe 1.2.1 have no SUBNQN.
    Observation old =
        connected(Pair(1).on_b([](Node& node) { node.id.subnqn = {}; }).observation());
    EXPECT_THAT(told(old, "host.ctrl.first_seen"), IsEmpty());
}

// An NQN is UTF-8 (Base 2.3 §4.7), and sysfs shows its bytes as they are.
TEST(HostCtrlFirstSeen, KnowsAnNqnThatIsNoAscii) {
    const std::string nqn = "nqn.2026-01.io.example:gr\xC3\xB6\xC3\x9F"
                            "er";
    Pair pair(1);
    pair.on_both([&](Node& node) { node.nqn(nqn); });
    EXPECT_THAT(told(connected(pair.observation()), "host.ctrl.first_seen"), IsEmpty());
    pair.b[0].nqn(nqn + "e").subsysnqn = nqn;
    EXPECT_THAT(told(connected(pair.observation()), "host.ctrl.first_seen"),
                testing::Contains("nvme1 now belongs to another subsystem"));
}

// sysfs shows serial number and model as they are (Linux nvme_subsys_show_str_function: "%.*s").
TEST(HostCtrlFirstSeen, KnowsASerialNumberThatPeopleReadEscaped) {
    for (const char* const serial : {"A\\1", "SN\xC3\xA9", " A1"}) {
        Pair pair(1);
        pair.on_both([&](Node& node) {
            node.id.sn = ascii<20>(serial);
            node.id.mn = ascii<40>("M\\1");
        });
        Observation host = connected(pair.observation());
        only_subsystem(host).serial = Attribute::of(serial);
        only_subsystem(host).model = Attribute::of("M\\1");
        EXPECT_THAT(told(host, "host.ctrl.first_seen"), IsEmpty()) << serial;
        only_subsystem(host).serial = Attribute::of(nvme::printable(ascii<20>(serial)) + "0");
        EXPECT_THAT(told(host, "host.ctrl.first_seen"), SizeIs(4)) << serial;
    }
    // What is behind a NUL byte is not in sysfs.
    Pair pair(1);
    pair.on_both([&](Node& node) {
        node.id.sn = ascii<20>("A1", '\0');
        node.id.sn[10] = 'x';
    });
    Observation host = connected(pair.observation());
    only_subsystem(host).serial = Attribute::of("A1");
    EXPECT_THAT(told(host, "host.ctrl.first_seen"), IsEmpty());
}

TEST(HostCtrlCntlid, NamesThoseThatShareOne) {
    Observation host = connected(Pair(3).observation());
    // 1001 twice, 2002 twice, two that are not known.
    controller_of(host, "nvme3").cntlid = Attribute::of("1001");
    controller_of(host, "nvme5").cntlid = Attribute::of("2002");
    controller_of(host, "nvme1").cntlid = controller_of(host, "nvme2").cntlid = {};
    EXPECT_THAT(told(host, "host.ctrl.cntlid_unique"),
                ElementsAre("nvme0 and nvme3 have the same controller ID 1001",
                            "nvme0 (array-a): controller ID 1001 at "
                            "traddr=10.1.0.1,trsvcid=4420",
                            "nvme3 (array-b): controller ID 1001 at "
                            "traddr=10.2.0.1,trsvcid=4420",
                            "nvme4 and nvme5 have the same controller ID 2002",
                            "nvme4 (array-b): controller ID 2002 at "
                            "traddr=10.2.0.2,trsvcid=4420",
                            "nvme5 (array-b): controller ID 2002 at "
                            "traddr=10.2.0.3,trsvcid=4420"));
    for (const Finding& finding : findings_of(host, "host.ctrl.cntlid_unique")) {
        EXPECT_EQ(finding.subsystem, kNqn);
    }
}

TEST(HostCtrlCntlid, LeavesItToTheControllersWhereTheySaySo) {
    const Observation host =
        connected(Pair(1).on_b([](Node& node) { node.id.cntlid = 1001; }).observation());
    EXPECT_THAT(findings_of(host, "ctrl.cntlid.unique"), SizeIs(1));
    EXPECT_THAT(findings_of(host, "host.ctrl.cntlid_unique"), IsEmpty());
}

constexpr const char* kHostNqn =
    "nqn.2014-08.org.nvmexpress:uuid:11111111-2222-4333-8444-555555555555";
constexpr const char* kHostId = "11111111-2222-4333-8444-555555555555";

TEST(HostIdentity, TellsWhichOfTheTwoIsSeveral) {
    Observation host = connected(Pair(2).observation());
    controller_of(host, "nvme1").hostid = Attribute::of("other-id");
    const std::string healthy = std::string{kHostNqn} + ", host ID " + kHostId;
    EXPECT_THAT(told(host, "host.identity.pair"),
                ElementsAre("one host NQN is used with several host IDs",
                            "nvme0 (array-a): " + healthy,
                            "nvme1 (array-a): " + std::string{kHostNqn} + ", host ID other-id",
                            "nvme2 (array-b): " + healthy, "nvme3 (array-b): " + healthy));
    controller_of(host, "nvme1").hostid = Attribute::of(kHostId);
    controller_of(host, "nvme0").hostnqn = Attribute::of("nqn.other");
    EXPECT_THAT(told(host, "host.identity.pair"),
                ElementsAre("one host ID is used with several host NQNs",
                            "nvme0 (array-a): nqn.other, host ID " + std::string{kHostId},
                            "nvme1 (array-a): " + healthy, "nvme2 (array-b): " + healthy,
                            "nvme3 (array-b): " + healthy));
    // Both are others: another host, as of a container.
    controller_of(host, "nvme0").hostid = Attribute::of("other-id");
    EXPECT_THAT(told(host, "host.identity.pair"), IsEmpty());
}

TEST(HostIdentity, PutsEqualValuesTogether) {
    Observation host = connected(Pair(3).observation());
    controller_of(host, "nvme1").hostid = Attribute::of("other-id");
    const std::vector<std::string> all = told(host, "host.identity.pair");
    ASSERT_THAT(all, SizeIs(7));
    EXPECT_THAT(all[1], EndsWith(kHostId));
    EXPECT_THAT(all[2], testing::StartsWith("nvme2 (array-a)"));
    EXPECT_THAT(all[3], testing::StartsWith("nvme1 (array-a)"));
}

TEST(HostIdentity, SaysNothingOfHalves) {
    Observation host = connected(Pair(1).observation());
    controller_of(host, "nvme1").hostid = Attribute::of("other-id");
    controller_of(host, "nvme1").hostnqn = {};
    EXPECT_THAT(told(host, "host.identity.pair"), IsEmpty());
    controller_of(host, "nvme1").hostnqn = Attribute::of("nqn.other");
    controller_of(host, "nvme1").hostid = {};
    EXPECT_THAT(told(host, "host.identity.pair"), IsEmpty());
}

TEST(HostIdentity, SaysNothingOfSeveralHalves) {
    Observation host = connected(Pair(1).observation());
    for (const char* const name : {"nvme0", "nvme1"}) {
        controller_of(host, name).hostnqn = {};
        controller_of(host, name).hostid = Attribute::of(std::string{"id of "} + name);
    }
    EXPECT_THAT(told(host, "host.identity.pair"), IsEmpty());
    for (const char* const name : {"nvme0", "nvme1"}) {
        controller_of(host, name).hostid = {};
        controller_of(host, name).hostnqn = Attribute::of(std::string{"nqn of "} + name);
    }
    EXPECT_THAT(told(host, "host.identity.pair"), IsEmpty());
}

TEST(HostIdentity, IsOfOneKernelOverAllItsSubsystems) {
    Observation host = connected(Pair(1).observation());
    KernelSubsystem second = only_subsystem(host);
    second.name = "nvme-subsys9";
    second.subsysnqn = Attribute::of("nqn.second");
    second.namespaces.clear();
    second.controllers.resize(1);
    second.controllers[0].name = "nvme9";
    second.controllers[0].hostid = Attribute::of("other-id");
    // On a machine of its own it is another matter.
    KernelObservation other = host.kernels.front();
    other.host = "host2";
    other.subsystems = {second};
    host.kernels.push_back(other);
    EXPECT_THAT(findings_of(host, "host.identity.pair"), IsEmpty());
    host.kernels.pop_back();
    host.kernels.front().subsystems.push_back(second);
    ASSERT_THAT(findings_of(host, "host.identity.pair"), SizeIs(1));
    EXPECT_EQ(findings_of(host, "host.identity.pair").front().subsystem, "")
        << "it is about the host";
}

TEST(HostIdentity, LeavesItToTheConnectionsWhereTheySaySo) {
    const Observation host = connected(Pair(1)
                                           .on_b([](Node& node) {
                                               node.edit = [](ControllerObservation& seen) {
                                                   seen.connection.hostid.fill(7);
                                               };
                                           })
                                           .observation());
    EXPECT_THAT(findings_of(host, "conn.hostnqn_hostid.same"), SizeIs(1));
    EXPECT_THAT(findings_of(host, "host.identity.pair"), IsEmpty());
}

/// No path of the controller has a state.
void forget_states(Observation& host, const std::string& controller) {
    for (KernelNamespace& head : only_subsystem(host).namespaces) {
        for (KernelPath& path : head.paths) {
            if (path.controller == controller) {
                path.ana_state = {};
            }
        }
    }
}

TEST(HostAnaIgnored, SaysThatTheLogDoesNotFit) {
    // 16 bytes, 32 for each of NANAGRPID groups, 4 for each of MNAN namespaces; 2^MDTS pages.
    const auto seen = [](std::uint32_t groups, std::uint32_t namespaces) {
        Observation host = connected(Pair(1)
                                         .on_b([&](Node& node) {
                                             node.id.mdts = 1;
                                             node.id.nanagrpid = groups;
                                             node.id.mnan = namespaces;
                                         })
                                         .observation());
        forget_states(host, "nvme1");
        return told(host, "host.ana.ignored");
    };
    EXPECT_THAT(seen(128, 1021),
                ElementsAre("nvme1 reports ANA and the kernel does not follow it: its ANA log can "
                            "have 8196 bytes, a transfer 8192 (MDTS)",
                            "nvme1 (array-b): no ana_state in sysfs"));
    // drivers/nvme/host/multipath.c, nvme_mpath_init_identify: ana_log_size > max_transfer_size
    EXPECT_THAT(seen(128, 1020),
                ElementsAre("nvme1 reports ANA and the kernel does not follow it: a controller "
                            "that was connected first reported none",
                            "nvme1 (array-b): no ana_state in sysfs"));
}

TEST(HostAnaIgnored, NamesTheControllerWithoutAna) {
    Pair pair(2);
    pair.a[1].id.cmic = nvme::cmic::multiple_ports | nvme::cmic::multiple_controllers;
    pair.a[0].edit = [](ControllerObservation& seen) { seen.identify = Page::of_failure("lost"); };
    // Without a limit of transfers.
    pair.on_both([](Node& node) { node.id.mdts = 0; });
    Observation host = connected(pair.observation());
    forget_states(host, "nvme3");
    forget_states(host, "nvme1");
    forget_states(host, "nvme0");
    EXPECT_THAT(told(host, "host.ana.ignored"),
                ElementsAre("nvme3 reports ANA and the kernel does not follow it: nvme1 reports no "
                            "ANA, and was connected first",
                            "nvme3 (array-b): no ana_state in sysfs"))
        << "nvme0 did not say whether it reports ANA";
    EXPECT_EQ(findings_of(host, "host.ana.ignored").front().subsystem, kNqn);
}

TEST(HostAnaIgnored, IsAboutPathsOfLiveControllersUnderAHead) {
    Observation healthy = connected(Pair(1).observation());
    forget_states(healthy, "nvme1");
    ASSERT_THAT(findings_of(healthy, "host.ana.ignored"), SizeIs(1));

    Observation down = healthy;
    controller_of(down, "nvme1").state = Attribute::of("connecting");
    EXPECT_THAT(findings_of(down, "host.ana.ignored"), IsEmpty());

    Observation alone = healthy;
    for (KernelNamespace& head : only_subsystem(alone).namespaces) {
        head.multipath = false;
    }
    EXPECT_THAT(findings_of(alone, "host.ana.ignored"), IsEmpty());

    Observation without = healthy;
    for (std::uint32_t nsid = 1; nsid <= 4; ++nsid) {
        refuse(without, nsid, "nvme1");
    }
    EXPECT_THAT(findings_of(without, "host.ana.ignored"), IsEmpty());

    Observation secret = healthy;
    for (std::uint32_t nsid = 1; nsid <= 4; ++nsid) {
        path_of(secret, nsid, "nvme1").ana_state = unreadable();
    }
    EXPECT_THAT(findings_of(secret, "host.ana.ignored"), IsEmpty());

    Observation one = healthy;
    for (std::uint32_t nsid = 1; nsid <= 3; ++nsid) {
        path_of(one, nsid, "nvme1").ana_state = Attribute::of("optimized");
    }
    EXPECT_THAT(findings_of(one, "host.ana.ignored"), SizeIs(1));
}

} // namespace
} // namespace haoh::test
