// SPDX-License-Identifier: LGPL-2.1-or-later
// What is said of settings of the host: where a rule begins to hold, and what it shows.
#include "unit/catalogue/linux_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

KernelSubsystem& shown_subsystem(Observation& host) {
    return host.kernels.front().subsystems.front();
}

Observation numa_host() {
    Observation host = connected(
        Pair(1).on_both([](Node& node) { node.state(nvme::AnaState::optimized); }).observation());
    shown_subsystem(host).iopolicy = Attribute::of("numa");
    return host;
}

TEST(HostOnePath, CountsTheDevicesWithSeveralOptimizedPaths) {
    Observation host = numa_host();
    path_of(host, 1, "nvme0").ana_state = Attribute::of("non-optimized");
    path_of(host, 2, "nvme1").size = Attribute::of("2048"); // gets no I/O
    path_of(host, 3, "nvme0").ana_state = path_of(host, 3, "nvme1").ana_state = {};
    EXPECT_THAT(told(host, "host.iopolicy.one_path"),
                ElementsAre("I/O policy numa sends all I/O of each device down one of its "
                            "optimized paths (2 of 4 devices have several)",
                            "nvme-subsys0 (): iopolicy numa"));
    EXPECT_EQ(findings_of(host, "host.iopolicy.one_path").front().subsystem, kNqn);
    path_of(host, 3, "nvme0").ana_state = Attribute::of("non-optimized");
    path_of(host, 4, "nvme1").ana_state = Attribute::of("non-optimized");
    EXPECT_THAT(told(host, "host.iopolicy.one_path"), IsEmpty());
}

TEST(HostOnePath, IsFineWhereAControllerIsNearANode) {
    for (const char* const name : {"nvme0", "nvme1"}) {
        Observation host = numa_host();
        ASSERT_THAT(findings_of(host, "host.iopolicy.one_path"), SizeIs(1));
        controller_of(host, name).numa_node = Attribute::of("1");
        EXPECT_THAT(findings_of(host, "host.iopolicy.one_path"), IsEmpty()) << name;
    }
    // A path whose controller is gone is near nothing.
    Observation host = numa_host();
    for (std::uint32_t nsid = 1; nsid <= 4; ++nsid) {
        KernelPath gone = path_of(host, nsid, "nvme1");
        gone.controller = "nvme7";
        head_of(host, nsid).paths.push_back(gone);
    }
    EXPECT_THAT(findings_of(host, "host.iopolicy.one_path"), SizeIs(1));
}

Observation host_with_anatt(std::uint8_t seconds) {
    return connected(
        Pair(1).on_both([seconds](Node& node) { node.id.anatt = seconds; }).observation());
}

TEST(HostTimeoutAna, NamesEachTimeoutThatIsShorter) {
    Observation host = host_with_anatt(10);
    KernelController& second = controller_of(host, "nvme1");
    second.ctrl_loss_tmo = Attribute::of("10");
    second.fast_io_fail_tmo = Attribute::of("10");
    EXPECT_THAT(told(host, "host.timeout.ana"), IsEmpty()) << "just long enough";
    second.ctrl_loss_tmo = Attribute::of("9");
    EXPECT_THAT(told(host, "host.timeout.ana"),
                ElementsAre("nvme1 gives up before an ANA transition may end",
                            "nvme1 (array-b): ctrl_loss_tmo 9 s; ANATT 10 s"));
    second.fast_io_fail_tmo = Attribute::of("3");
    EXPECT_THAT(
        told(host, "host.timeout.ana"),
        ElementsAre("nvme1 gives up before an ANA transition may end",
                    "nvme1 (array-b): ctrl_loss_tmo 9 s, fast_io_fail_tmo 3 s; ANATT 10 s"));
    EXPECT_EQ(findings_of(host, "host.timeout.ana").front().subsystem, kNqn);
    // "off" never gives up, and who did not say how long a transition takes is not judged.
    second.ctrl_loss_tmo = second.fast_io_fail_tmo = Attribute::of("off");
    EXPECT_THAT(told(host, "host.timeout.ana"), IsEmpty());
    second.ctrl_loss_tmo = Attribute::of("9");
    host.controllers[1].identify = Page::of_failure("lost");
    EXPECT_THAT(told(host, "host.timeout.ana"), IsEmpty());
}

TEST(HostTimeoutKeepAlive, TakesOneAndAHalfOfIt) {
    struct Row {
        std::uint8_t anatt;
        const char* kato;
        bool late;
    };
    for (const Row& row : {Row{15, "10", false}, Row{15, "11", true}, Row{3, "2", false},
                           Row{2, "2", true}, Row{0, "5", false}, Row{15, "", false}}) {
        Observation host = host_with_anatt(row.anatt);
        controller_of(host, "nvme1").kato = controller_of(host, "nvme0").kato = Attribute::of("0");
        controller_of(host, "nvme1").kato = Attribute::of(row.kato);
        EXPECT_THAT(findings_of(host, "host.timeout.keep_alive"), SizeIs(row.late ? 1 : 0))
            << row.kato << " s beside " << unsigned{row.anatt};
    }
    Observation host = host_with_anatt(15);
    controller_of(host, "nvme0").kato = Attribute::of("30");
    EXPECT_THAT(told(host, "host.timeout.keep_alive"),
                ElementsAre("nvme0 is noticed dead later than an ANA transition may take",
                            "nvme0 (array-a): kato 30 s; ANATT 15 s"));
    EXPECT_EQ(findings_of(host, "host.timeout.keep_alive").front().subsystem, kNqn);
}

TEST(HostTimeouts, AreNotAskedWithoutAna) {
    Observation host = connected(Pair(1)
                                     .on_both([](Node& node) {
                                         node.id.cmic = nvme::cmic::multiple_ports |
                                                        nvme::cmic::multiple_controllers;
                                         node.id.anatt = 10;
                                     })
                                     .observation());
    for (const char* const name : {"nvme0", "nvme1"}) {
        controller_of(host, name).ctrl_loss_tmo = Attribute::of("1");
        controller_of(host, name).kato = Attribute::of("60");
    }
    EXPECT_THAT(findings_of(host, "host.timeout.ana"), IsEmpty());
    EXPECT_THAT(findings_of(host, "host.timeout.keep_alive"), IsEmpty());
}

TEST(HostMultipath, IsAskedOfSeveralControllers) {
    Observation host = connected(Pair(1).observation());
    host.kernels.front().multipath = Attribute::of("N");
    EXPECT_THAT(told(host, "host.multipath.on"),
                ElementsAre("native multipath is off (nvme_core.multipath=N) and the subsystem has "
                            "2 controllers"));
    EXPECT_EQ(findings_of(host, "host.multipath.on").front().subsystem, kNqn);
    host.kernels.front().multipath = {};
    EXPECT_THAT(told(host, "host.multipath.on"), IsEmpty()) << "not known";
    host.kernels.front().multipath = Attribute::of("N");
    shown_subsystem(host).controllers.pop_back();
    EXPECT_THAT(told(host, "host.multipath.on"), IsEmpty());
}

TEST(HostMultipath, KnowsDmMultipathByItsMaps) {
    Observation host = connected(Pair(1, 1).observation());
    host.kernels.front().multipath = Attribute::of("N");
    KernelNamespace& head = head_of(host, 1);
    head.multipath = false;
    head.holders.push_back({.name = "dm-0", .dm_uuid = Attribute::of("LVM-abc")});
    EXPECT_THAT(told(host, "host.multipath.on"), testing::SizeIs(1)) << "a volume group alone";
    EXPECT_THAT(told(host, "host.multipath.dm"), IsEmpty());
    head.holders.push_back({.name = "dm-1", .dm_uuid = Attribute::of("mpath-eui.1")});
    EXPECT_THAT(told(host, "host.multipath.on"), IsEmpty());
    EXPECT_THAT(told(host, "host.multipath.dm"),
                ElementsAre("native multipath is off (nvme_core.multipath=N), and dm-multipath "
                            "joins the paths in 1 map",
                            "dm-1 (): dm-multipath"));
}

TEST(HostPathMissing, FindsEachControllersOwnDeviceWithoutNativeMultipath) {
    Observation host = connected(Pair(1, 1).observation());
    KernelSubsystem& subsystem = shown_subsystem(host);
    KernelNamespace own = head_of(host, 1);
    own.multipath = false;
    subsystem.namespaces = {own, own};
    subsystem.namespaces[0].paths.resize(1);
    subsystem.namespaces[1].paths.erase(subsystem.namespaces[1].paths.begin());
    EXPECT_THAT(findings_of(host, "host.path.missing"), IsEmpty());
    subsystem.namespaces.pop_back();
    EXPECT_THAT(findings_of(host, "host.path.missing"), testing::SizeIs(1));
}

TEST(HostUdev, KnowsTheModelsOfNvmeCli) {
    // nvme-cli nvmf-autoconnect/udev-rules/71-nvmf-*.rules
    for (const char* const model :
         {"NetApp ONTAP Controller", "NetApp E-Series", "HPE Alletra 9060", "VASTData"}) {
        Observation host = connected(Pair(1).observation());
        shown_subsystem(host).model = Attribute::of(model);
        EXPECT_THAT(
            told(host, "host.udev.iopolicy"),
            ElementsAre("no udev rule sets an I/O policy",
                        "nvme-subsys0 (): model " + std::string{model} + ", iopolicy round-robin"));
        EXPECT_EQ(findings_of(host, "host.udev.iopolicy").front().subsystem, kNqn);
    }
    Observation host = connected(Pair(1).observation());
    shown_subsystem(host).model = Attribute::of("Not NetApp E-Series");
    EXPECT_THAT(told(host, "host.udev.iopolicy"), IsEmpty());
}

} // namespace
} // namespace haoh::test
