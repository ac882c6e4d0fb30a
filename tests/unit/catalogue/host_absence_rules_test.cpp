// SPDX-License-Identifier: LGPL-2.1-or-later
// What a host should have and has not.
#include "unit/catalogue/linux_host.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Observation healthy() {
    return connected(Pair(1, 2).observation());
}

/// A second subsystem of the host, as it is left when all of its controllers were removed.
KernelSubsystem& abandon(Observation& host, bool with_device) {
    KernelSubsystem& out = host.kernels.front().subsystems.emplace_back();
    out.name = "nvme-subsys7";
    out.subsysnqn = Attribute::of("nqn.2026-01.io.example:gone");
    out.subsystype = Attribute::of("nvm");
    out.serial = Attribute::of("S7");
    out.model = Attribute::of("M7");
    if (with_device) {
        KernelNamespace& head = out.namespaces.emplace_back();
        head.name = "nvme7n1";
        head.nsid = Attribute::of("1");
        head.multipath = true;
    }
    return out;
}

TEST(HostSubsystemControllers, TellsOfWhatIsLeftBesideAHealthyOne) {
    ASSERT_THAT(told(healthy(), "host.subsystem.controllers"), IsEmpty());
    Observation host = healthy();
    abandon(host, true);
    const std::vector<std::string> with = told(host, "host.subsystem.controllers");
    ASSERT_THAT(with, SizeIs(2));
    EXPECT_THAT(with[0], HasSubstr("all controllers of nvme-subsys7 were removed; nvme7n1 "));
    EXPECT_EQ(check(host).verdict, Verdict::fail);
    EXPECT_EQ(findings_of(host, "host.subsystem.controllers")[0].subsystem,
              "nqn.2026-01.io.example:gone");
    // Before 6.16 the device goes with its last path; whoever has it open holds the subsystem.
    Observation without = healthy();
    abandon(without, false);
    EXPECT_THAT(told(without, "host.subsystem.controllers")[0],
                HasSubstr("all controllers of nvme-subsys7 were removed; something still has"));
}

TEST(HostSubsystemControllers, IsToldWhenThereIsNothingElse) {
    Observation host;
    host.kernels.emplace_back().host = "host1";
    abandon(host, false);
    const Report report = check(host);
    EXPECT_EQ(report.verdict, Verdict::fail);
    EXPECT_EQ(exit_status(report, FailOn::fail, true), 1);
}

TEST(HostSubsystemControllers, IsNotAskedOfDiscovery) {
    Observation host = healthy();
    abandon(host, false).subsystype = Attribute::of("discovery");
    EXPECT_THAT(findings_of(host, "host.subsystem.controllers"), IsEmpty());
}

TEST(HostNsUsablePath, TellsOfADeviceWithoutAnyPath) {
    Observation host = healthy();
    head_of(host, 2).paths.clear();
    const std::vector<std::string> all = told(host, "host.ns.usable_path");
    ASSERT_THAT(all, SizeIs(3));
    EXPECT_EQ(all[0], "nvme0n2 has no path: every one of them was removed");
    EXPECT_EQ(all[1], "nvme0 (array-a): offers the namespace, has no path");
    EXPECT_EQ(findings_of(host, "host.ns.usable_path")[0].nsid, 2U);
    // Without native multipath a namespace is its own path; what was not read is not missing.
    Observation plain = host;
    head_of(plain, 2).multipath = false;
    EXPECT_THAT(findings_of(plain, "host.ns.usable_path"), IsEmpty());
    Observation unread = host;
    unread.kernels.front().unread = {"controller nvme1: Input/output error"};
    EXPECT_THAT(findings_of(unread, "host.ns.usable_path"), IsEmpty());
}

TEST(HostCtrlSubsystem, NamesStateAndAddressOfAStray) {
    Observation host = healthy();
    KernelController& stray = host.kernels.front().stray_controllers.emplace_back();
    stray.name = "nvme7";
    stray.state = Attribute::of("connecting");
    stray.transport = Attribute::of("tcp");
    stray.address = Attribute::of("traddr=192.0.2.45,trsvcid=4420");
    EXPECT_THAT(told(host, "host.ctrl.subsystem"),
                ElementsAre("nvme7 is connecting and belongs to no subsystem",
                            "nvme7 (): tcp traddr=192.0.2.45,trsvcid=4420"));
    host.kernels.front().stray_controllers.front().state = Attribute::of("deleting");
    EXPECT_THAT(findings_of(host, "host.ctrl.subsystem"), IsEmpty());
    host.kernels.front().stray_controllers.front().state = Attribute::of("connecting");
    host.kernels.front().stray_controllers.front().transport = Attribute::of("pcie");
    EXPECT_THAT(findings_of(host, "host.ctrl.subsystem"), IsEmpty());
}

constexpr const char* kConnected =
    "nvme nvme5: new ctrl: NQN \"nqn.2014-08.org.nvmexpress:uuid:0a1b2c3d-0000-4000-8000-"
    "000000000001\", addr 10.9.0.1:4420, hostnqn: h";
constexpr const char* kRemoved = "nvme nvme5: Removing ctrl: NQN \"nqn.2014-08.org.nvmexpress:uuid:"
                                 "0a1b2c3d-0000-4000-8000-000000000001\"";

TEST(HostCtrlRemoved, TellsWhatWasGivenUp) {
    Observation host = healthy();
    log(host, kConnected);
    ASSERT_THAT(findings_of(host, "host.ctrl.removed"), IsEmpty());
    log(host, "nvme nvme5: Removing controller (-110)...");
    log(host, kRemoved);
    EXPECT_THAT(told(host, "host.ctrl.removed"),
                ElementsAre("the kernel gave up nvme5 and nothing has connected there since",
                            "nvme5 (): 10.9.0.1:4420: \"Removing controller (-110)...\""));
    EXPECT_EQ(findings_of(host, "host.ctrl.removed")[0].subsystem, kNqn);
    EXPECT_EQ(check(host).verdict, Verdict::warn);
}

TEST(HostCtrlRemoved, IsSilentWhenItCameBack) {
    Observation host = healthy();
    log(host, kConnected);
    log(host, "nvme nvme5: Removing controller (-110)...");
    log(host, kRemoved);
    Observation again = host;
    log(again,
        "nvme nvme9: new ctrl: NQN \"nqn.2014-08.org.nvmexpress:uuid:0a1b2c3d-0000-4000-8000-"
        "000000000001\", addr 10.9.0.1:4420");
    EXPECT_THAT(findings_of(again, "host.ctrl.removed"), IsEmpty());
    // Or the log has been overwritten: sysfs has a controller there.
    Observation there = host;
    controller_of(there, "nvme1").address = Attribute::of("traddr=10.9.0.1,trsvcid=4420");
    EXPECT_THAT(findings_of(there, "host.ctrl.removed"), IsEmpty());
    // Disconnected on request: so was the rest.
    Observation asked = host;
    log(asked,
        "nvme nvme6: Removing ctrl: NQN \"nqn.2014-08.org.nvmexpress:uuid:0a1b2c3d-0000-4000-"
        "8000-000000000001\"");
    EXPECT_THAT(findings_of(asked, "host.ctrl.removed"), IsEmpty());
    Observation on_request = healthy();
    log(on_request, kConnected);
    log(on_request, kRemoved);
    EXPECT_THAT(findings_of(on_request, "host.ctrl.removed"), IsEmpty());
}

TEST(HostCtrlRemoved, GoesByTheNameWhereTheLogHasNoAddress) {
    Observation host = healthy();
    log(host, "nvme nvme5: Removing controller...");
    EXPECT_THAT(told(host, "host.ctrl.removed"), SizeIs(2));
    Observation same_name = healthy();
    log(same_name, "nvme nvme1: Removing controller...");
    EXPECT_THAT(findings_of(same_name, "host.ctrl.removed"), IsEmpty());
    Observation unreadable = host;
    unreadable.kernels.front().messages_error = "Operation not permitted";
    EXPECT_THAT(findings_of(unreadable, "host.ctrl.removed"), IsEmpty());
}

Config stretched_sites() {
    Config config;
    config.profile = Profile::stretched;
    config.sites.resize(2);
    config.sites[0].name = "east";
    config.sites[0].addresses = {"10.1.0.0/16"};
    config.sites[1].name = "west";
    config.sites[1].addresses = {"10.2.0.0/16"};
    return config;
}

TEST(HostArrayExpected, TellsWhichArrayAHostIsNotConnectedTo) {
    const Config config = stretched_sites();
    ASSERT_THAT(findings_of(healthy(), "host.array.expected", config), IsEmpty());
    Pair pair(2, 2);
    pair.b.clear();
    const Observation host = connected(pair.observation());
    const std::vector<std::string> all = told(host, "host.array.expected", config);
    ASSERT_THAT(all, SizeIs(3));
    EXPECT_EQ(all[0], "nvme-subsys0 is declared as stretched and has no controller to west");
    EXPECT_EQ(all[1], "nvme0 (east): traddr=10.1.0.1,trsvcid=4420");
    // One cause is told once, and without a profile nothing is expected.
    EXPECT_THAT(findings_of(host, "model.detect", config), IsEmpty());
    EXPECT_THAT(findings_of(host, "host.array.expected"), IsEmpty());
    // Two controllers of which nobody knows the array.
    Config unknown = config;
    unknown.sites.clear();
    EXPECT_THAT(findings_of(host, "host.array.expected", unknown), IsEmpty());
    EXPECT_THAT(findings_of(host, "model.detect", unknown), SizeIs(1));
}

/// A second subsystem like the first, over the same addresses.
void copy_subsystem(Observation& host) {
    KernelObservation& kernel = host.kernels.front();
    KernelSubsystem copy = kernel.subsystems.front();
    const auto renamed = [count = copy.controllers.size()](const std::string& name) {
        return fmt::format("nvme{}", std::stoul(name.substr(4)) + count);
    };
    copy.name = "nvme-subsys1";
    copy.subsysnqn = Attribute::of("nqn.2026-01.io.example:second");
    for (KernelController& controller : copy.controllers) {
        controller.name = renamed(controller.name);
        controller.subsysnqn = copy.subsysnqn;
    }
    for (KernelNamespace& head : copy.namespaces) {
        for (KernelPath& path : head.paths) {
            path.controller = renamed(path.controller);
        }
    }
    kernel.subsystems.push_back(std::move(copy));
}

Unobserved not_asked(const std::string& name,
                     UnobservedReason reason = UnobservedReason::not_live) {
    return {.object = name,
            .target = {},
            .subsysnqn = kNqn,
            .error = "ask " + name + ": not live",
            .reason = reason};
}

TEST(HostCtrlLive, TellsAnAddressOnceThatIsDownForSeveralSubsystems) {
    Observation host = healthy();
    copy_subsystem(host);
    ASSERT_THAT(findings_of(host, "host.ctrl.live"), IsEmpty());
    controller_of(host, "nvme1").state = Attribute::of("connecting");
    EXPECT_THAT(told(host, "host.ctrl.live")[0], "1 of 2 controllers not live: nvme1");
    host.kernels.front().subsystems[1].controllers[1].state = Attribute::of("connecting");
    EXPECT_THAT(
        told(host, "host.ctrl.live"),
        ElementsAre("all 2 controllers to tcp 10.2.0.1 not live on host1, in 2 subsystems: nvme1 "
                    "and nvme3",
                    "tcp 10.2.0.1 (): 2 connecting"));
    EXPECT_THAT(findings_of(host, "host.ns.usable_arrays"), IsEmpty());
    host.unobserved = {not_asked("nvme1"), not_asked("nvme3")};
    EXPECT_THAT(told(host, "host.ctrl.live")[0],
                "all 2 controllers to tcp 10.2.0.1 not live on host1, and not asked, in 2 "
                "subsystems: nvme1 and nvme3");
    EXPECT_THAT(findings_of(host, "host.ctrl.live")[0].explains, ElementsAre(0, 1));
    EXPECT_THAT(findings_of(host, "snap.verdict_unknown"), IsEmpty()) << "told once";
}

TEST(HostCtrlLive, TellsWhatWasNotAskedForItsState) {
    Observation host = connected(Pair(2).observation());
    controller_of(host, "nvme1").state = Attribute::of("connecting");
    controller_of(host, "nvme3").state = {
        .state = Attribute::State::unreadable, .nul_padded = false, .text = "EACCES"};
    host.unobserved = {not_asked("nvme3", UnobservedReason::unreadable), not_asked("nvme1")};
    EXPECT_THAT(told(host, "host.ctrl.live")[0],
                "1 of 4 controllers not live, and not asked: nvme1");
    EXPECT_THAT(findings_of(host, "host.ctrl.live")[0].explains, ElementsAre(1, 0));
    EXPECT_THAT(findings_of(host, "snap.verdict_unknown"), IsEmpty());
    const Report report = check(host);
    EXPECT_THAT(report.unobserved, SizeIs(2));
    EXPECT_EQ(report.verdict, Verdict::unknown) << "what was not asked is not good";
    // Who is live has another reason, and so has what is no controller of this host.
    for (const Unobserved& other :
         {not_asked("nvme0", UnobservedReason::timed_out), not_asked("nvme0"), not_asked("nvme9"),
          not_asked("nvme1", UnobservedReason::recorded)}) {
        host.unobserved = {other};
        EXPECT_THAT(findings_of(host, "snap.verdict_unknown"), SizeIs(1)) << other.object;
    }
    host.unobserved = {not_asked("nvme1")};
    host.unobserved[0].host = "elsewhere";
    EXPECT_THAT(findings_of(host, "snap.verdict_unknown"), SizeIs(1));
    host.unobserved[0].host = "host1";
    EXPECT_THAT(findings_of(host, "snap.verdict_unknown"), IsEmpty());
}

TEST(HostNsUsableArrays, IsExplainedByAnAddressOnlyWhereTheWholeArrayIsDown) {
    Observation host = connected(Pair(2, 2).observation()); // nvme2 and nvme3 to array B
    copy_subsystem(host);
    controller_of(host, "nvme2").state = Attribute::of("connecting");
    host.kernels.front().subsystems[1].controllers[2].state = Attribute::of("connecting");
    ASSERT_THAT(told(host, "host.ctrl.live"), SizeIs(2)) << "an address, once";
    ASSERT_THAT(findings_of(host, "host.ns.usable_arrays"), IsEmpty()) << "nvme3 is a way to B";
    // Another fault: nvme3 is live and has lost a path.
    refuse(host, 1, "nvme3");
    const std::vector<Finding> lost = findings_of(host, "host.ns.usable_arrays");
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].nsid, 1U);
    EXPECT_EQ(lost[0].what, "only paths on array-a of nvme0n1 can be used");
    // All of B is down, for both subsystems: the addresses tell it.
    controller_of(host, "nvme3").state = Attribute::of("connecting");
    host.kernels.front().subsystems[1].controllers[3].state = Attribute::of("connecting");
    EXPECT_THAT(findings_of(host, "host.ns.usable_arrays"), IsEmpty());
}

TEST(HostCtrlLossTmo, IsTheMakers) {
    Observation host = healthy(); // ctrl_loss_tmo 600
    EXPECT_THAT(findings_of(host, "host.ctrl_loss_tmo.maker"), IsEmpty());
    host.kernels.front().subsystems.front().model = Attribute::of("NetApp ONTAP Controller");
    EXPECT_THAT(told(host, "host.ctrl_loss_tmo.maker"),
                ElementsAre("ctrl_loss_tmo takes 2 of 2 controllers away after that time, and the "
                            "maker of NetApp ONTAP Controller asks for -1",
                            "nvme0 (array-a): 600 s", "nvme1 (array-b): 600 s"));
    controller_of(host, "nvme0").ctrl_loss_tmo = Attribute::of("off");
    controller_of(host, "nvme1").transport = Attribute::of("rdma");
    EXPECT_THAT(findings_of(host, "host.ctrl_loss_tmo.maker"), IsEmpty());
}

TEST(HostPathMissing, AdvisesARescanWhereNothingSpeaksAgainstThePath) {
    Observation host = healthy();
    refuse(host, 2, "nvme1");
    const std::vector<Finding> lost = findings_of(host, "host.path.missing");
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_THAT(lost[0].fix, HasSubstr("Host: rescan the controller"));
    Pair pair(1, 2);
    pair.b[0].path(2).uuid(other_uuid());
    const std::vector<Finding> refused =
        findings_of(connected(pair.observation()), "host.path.missing");
    ASSERT_THAT(refused, SizeIs(1));
    EXPECT_THAT(refused[0].fix, HasSubstr("Array: present the namespace"));
}

} // namespace
} // namespace haoh::test
