// SPDX-License-Identifier: LGPL-2.1-or-later
// What `haoh list` shows of a host.
#include "sample_host.hpp"
#include "terminal.hpp"

#include <haoh/report.hpp>

#include <gmock/gmock.h>

#include <algorithm>

namespace haoh {
namespace {

using test::healthy_host;
using test::host_without_root;
using test::path_of;
using test::Sample;
using test::subsystem_of;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

Attribute unreadable(const std::string& why) {
    return {.state = Attribute::State::unreadable, .nul_padded = false, .text = why};
}

TEST(HostText, ShowsWhatTheKernelMadeOfTwoHealthyArrays) {
    EXPECT_EQ(list_of(healthy_host()), R"(alpha: Linux 6.12.107-amd64

nqn.2026-01.com.example:stretched-1
  nvme-subsys0, iopolicy numa
  serial SN0001, model ArrayOne 9000, firmware 1.0

  array-a  nvme0  controller 1     live  tcp 10.0.0.1:4420
           nvme1  controller 2     live  tcp 10.0.0.2:4420
  array-b  nvme2  controller 1001  live  tcp 10.1.0.1:4420
           nvme3  controller 1002  live  tcp 10.1.0.2:4420

  NSID      size  block  device        ID
     1  64.0 GiB  512 B  /dev/nvme0n1  uuid 5d0f9a61-1c7e-4b02-8a00-0000000001a5
                                       nguid 5d0f9a611c7e4b028a00000000000177
     2  64.0 GiB  512 B  /dev/nvme0n2  uuid 5d0f9a61-1c7e-4b02-8a00-0000000002a5
                                       nguid 5d0f9a611c7e4b028a00000000000277

  paths of NSID 1, ANA group 1
    array-a  nvme0, nvme1  optimized
    array-b  nvme2, nvme3  inaccessible  unusable
  paths of NSID 2, ANA group 2
    array-a  nvme0, nvme1  inaccessible  unusable
    array-b  nvme2, nvme3  optimized
)");
}

TEST(HostText, WorksWithoutAnyControllerAsked) {
    EXPECT_EQ(list_of(host_without_root(1)), R"(alpha: Linux 6.12.107-amd64

nqn.2026-01.com.example:stretched-1
  nvme-subsys0, iopolicy numa
  serial SN0001, model ArrayOne 9000, firmware 1.0 (sysfs: one controller's, no
    controller was asked)

  array-a  nvme0  controller 1     live  tcp 10.0.0.1:4420
           nvme1  controller 2     live  tcp 10.0.0.2:4420
  array-b  nvme2  controller 1001  live  tcp 10.1.0.1:4420
           nvme3  controller 1002  live  tcp 10.1.0.2:4420

  NSID      size  block  device        ID
     1  64.0 GiB  512 B  /dev/nvme0n1  uuid 5d0f9a61-1c7e-4b02-8a00-0000000001a5
                                       nguid 5d0f9a611c7e4b028a00000000000177

  paths of NSID 1, ANA group 2
    array-a  nvme0, nvme1  inaccessible  unusable
    array-b  nvme2, nvme3  optimized

NOT OBSERVED
  open /dev/nvme0: Permission denied; run haoh as root
  open /dev/nvme1: Permission denied; run haoh as root
  open /dev/nvme2: Permission denied; run haoh as root
  open /dev/nvme3: Permission denied; run haoh as root
)");
}

TEST(HostText, FoldsHundredsOfNamespacesWithTheSamePaths) {
    const std::string text = list_of(healthy_host(512));
    EXPECT_THAT(
        text,
        HasSubstr(R"(   512  64.0 GiB  512 B  /dev/nvme0n512  5d0f9a61-1c7e-4b02-8a00-0000000200a5

  paths of NSID 1-256, ANA group 1
    array-a  nvme0, nvme1  optimized
    array-b  nvme2, nvme3  inaccessible  unusable
  paths of NSID 257-512, ANA group 2
    array-a  nvme0, nvme1  inaccessible  unusable
    array-b  nvme2, nvme3  optimized
)"));
    EXPECT_EQ(std::ranges::count(text, '\n'), 512 + 21) << text.substr(0, 3000);
    EXPECT_THAT(text, EndsWith("\n\n-v shows all of it.\n"));
    EXPECT_THAT(list_of(healthy_host(512), {.verbose = true}), HasSubstr("nguid"));
}

TEST(HostText, TellsTheTruthWhereSysfsShowsACopy) {
    Sample sample = healthy_host();
    for (const std::size_t index : {2U, 3U}) {
        ControllerObservation& controller = sample.observation.controllers[index];
        nvme::IdentifyController data = controller.identify_data();
        data.sn[5] = '2';
        controller.identify = Page::of(nvme::encode(data));
    }
    EXPECT_THAT(
        list_of(sample, {.width = 120}),
        HasSubstr(
            R"(  serial SN0001 (array-a) and SN0002 (array-b), model ArrayOne 9000, firmware 1.0
  sysfs shows serial SN0001 for nvme2 and nvme3; each says SN0002 itself
)"));
}

TEST(HostText, ShowsARefusedPathAsMissing) {
    Sample sample = healthy_host();
    for (const std::size_t index : {3U, 2U}) {
        auto& paths = subsystem_of(sample).namespaces[1].paths;
        paths.erase(paths.begin() + static_cast<std::ptrdiff_t>(index));
    }
    sample.observation.controllers[2].active_nsids->push_back(7);
    EXPECT_THAT(list_of(sample), HasSubstr(R"(  paths of NSID 2, ANA group 2: no usable path
    array-a  nvme0, nvme1  inaccessible  unusable

  nvme2: nsid 2, 7 offered, no path in the kernel
  nvme3: nsid 2 offered, no path in the kernel
)"));
}

TEST(HostText, ShowsEveryReasonThatMakesAPathUnusable) {
    Sample sample = healthy_host();
    path_of(sample, 1, 1).size = Attribute::of("2048");
    path_of(sample, 2, 0).ana_state = Attribute::of("(null)");
    path_of(sample, 2, 1).ana_state = unreadable("Input/output error");
    path_of(sample, 2, 2).ana_state = Attribute{};
    path_of(sample, 2, 3).controller = "nvme9";
    subsystem_of(sample).controllers[3].state = Attribute::of("connecting");
    EXPECT_THAT(list_of(sample), HasSubstr(R"(  paths of NSID 1, ANA group 1
    array-a  nvme0  optimized
             nvme1  optimized     unusable: size 2048 of 134217728 sectors
    array-b  nvme2  inaccessible  unusable
             nvme3  inaccessible  unusable: controller connecting
  paths of NSID 2, ANA group 2
    array-a        nvme0  (null)        unusable
                   nvme1  not readable  unusable
    array-b        nvme2  no ANA
    array unknown  nvme9  optimized     unusable: its controller is gone

  nvme3: nsid 2 offered, no path in the kernel

  ana_state of nvme0c1n2 not readable: Input/output error
)"));
}

TEST(HostText, ShowsAPassivePathThatWillNotTakeOver) {
    Sample sample = healthy_host();
    const auto faint = [](const std::string& text) { return HasSubstr("\x1b[2m" + text); };
    ASSERT_THAT(list_of(sample, {.color = true}), faint("unusable"));
    path_of(sample, 1, 2).size = Attribute::of("2048");
    path_of(sample, 1, 3).size = Attribute::of("2048");
    EXPECT_THAT(list_of(sample), HasSubstr(R"(  paths of NSID 1, ANA group 1
    array-a  nvme0, nvme1  optimized
    array-b  nvme2, nvme3  inaccessible  unusable, and of another size
  paths of NSID 2, ANA group 2
    array-a  nvme0, nvme1  inaccessible  unusable
)"));
    EXPECT_THAT(list_of(sample, {.color = true}), Not(faint("unusable, and")));
}

TEST(HostText, ShowsBrokenObjectsAsBroken) {
    Sample sample = healthy_host();
    KernelSubsystem& subsystem = subsystem_of(sample);
    subsystem.controllers[0].state = Attribute::of("deleting (no IO)");
    subsystem.controllers[1].cntlid = unreadable("Permission denied");
    subsystem.namespaces[0].nsid = unreadable("Input/output error");
    subsystem.namespaces[0].dev = Attribute{};
    subsystem.namespaces[1].ro = Attribute::of("1");
    subsystem.namespaces[1].uuid = Attribute{};
    subsystem.namespaces[1].nguid = Attribute{};
    subsystem.namespaces[1].wwid = Attribute::of("nvme.1af4-534e-4d4e-00000002");
    for (const char* name : {"nvme0c3n7", "nvme0c3n8"}) {
        KernelPath path;
        path.name = name;
        path.controller = "nvme3";
        path.ana_state = Attribute::of("inaccessible");
        subsystem.headless.push_back(path);
    }
    KernelController stray;
    stray.name = "nvme9";
    stray.state = Attribute::of("connecting");
    stray.transport = Attribute::of("tcp");
    stray.address = Attribute::of("traddr=fd00::1,trsvcid=4420,host_iface=eth1");
    sample.observation.kernels[0].stray_controllers.push_back(stray);
    sample.observation.kernels[0].unread = {"open sys/class/nvme/nvme5: Permission denied"};
    EXPECT_EQ(list_of(sample), R"(alpha: Linux 6.12.107-amd64

nqn.2026-01.com.example:stretched-1
  nvme-subsys0, iopolicy numa
  serial SN0001, model ArrayOne 9000, firmware 1.0

  array-a  nvme0  controller 1     deleting (no IO)  tcp 10.0.0.1:4420
           nvme1  controller ?     live              tcp 10.0.0.2:4420
  array-b  nvme2  controller 1001  live              tcp 10.1.0.1:4420
           nvme3  controller 1002  live              tcp 10.1.0.2:4420

  NSID ?: 64.0 GiB, 512 B blocks, nvme0n1, no device node
    uuid 5d0f9a61-1c7e-4b02-8a00-0000000001a5
    nguid 5d0f9a611c7e4b028a00000000000177
  NSID 2: 64.0 GiB, 512 B blocks, /dev/nvme0n2, read-only
    no ID in the kernel

  paths of nvme0n1, ANA group 1
    array-a  nvme0         optimized     unusable: controller deleting (no IO)
             nvme1         optimized
    array-b  nvme2, nvme3  inaccessible  unusable
  paths of NSID 2, ANA group 2
    array-a  nvme0         inaccessible  unusable: controller deleting (no IO)
             nvme1         inaccessible  unusable
    array-b  nvme2, nvme3  optimized

  nvme0, nvme1, nvme2, nvme3: nsid 1 offered, not among the paths whose NSID the
    kernel shows

  nvme0c3n7 and nvme0c3n8: path through nvme3 without a head, ANA state
    inaccessible
  cntlid of nvme1 not readable: Permission denied
  nsid of nvme0n1 not readable: Input/output error

controllers of no subsystem
  nvme9  controller ?  connecting  tcp [fd00::1]:4420 via eth1

NOT OBSERVED
  open sys/class/nvme/nvme5: Permission denied
)");
}

TEST(HostText, SaysThatThereIsNothing) {
    Observation observation;
    observation.kernels.push_back({});
    observation.kernels[0].release = "6.1.0";
    EXPECT_EQ(list_text(observation, {}),
              "this host: Linux 6.1.0\n\nThis host's kernel has no NVMe subsystem.\n");
}

TEST(HostText, AHostWithControllersOfNoSubsystemIsNotEmpty) {
    Observation observation;
    observation.kernels.push_back({});
    observation.kernels[0].release = "6.1.0";
    KernelController stray;
    stray.name = "nvme9";
    stray.state = Attribute::of("connecting");
    stray.transport = Attribute::of("loop");
    observation.kernels[0].stray_controllers.push_back(stray);
    EXPECT_EQ(list_text(observation, {}), "this host: Linux 6.1.0\n\n"
                                          "controllers of no subsystem\n"
                                          "  nvme9  controller ?  connecting  loop\n");
}

TEST(HostText, NamesEveryMissingNamespaceWhenVerbose) {
    Sample sample = healthy_host(1);
    for (std::uint32_t nsid = 3; nsid < 19; nsid += 2) {
        sample.observation.controllers[0].active_nsids->push_back(nsid);
    }
    EXPECT_THAT(list_of(sample), HasSubstr("  nvme0: nsid 3, 5, 7, 9, 11, 13 and 2 more offered"));
    EXPECT_THAT(list_of(sample, {.verbose = true}),
                HasSubstr("  nvme0: nsid 3, 5, 7, 9, 11, 13, 15, 17 offered"));
}

TEST(HostText, WritesRowsOneByOneWhereATableIsTooWide) {
    EXPECT_THAT(list_of(healthy_host(1), {.width = 40}),
                HasSubstr("  array-a  nvme0  controller 1  live\n"
                          "    tcp 10.0.0.1:4420\n"
                          "  array-a  nvme1  controller 2  live\n"
                          "    tcp 10.0.0.2:4420\n"));
}

TEST(HostText, NamesTheHostsNqnsWhenThereAreSeveral) {
    Sample sample = healthy_host();
    subsystem_of(sample).controllers[3].hostnqn = Attribute::of("nqn.2026-01.com.example:other");
    EXPECT_THAT(list_of(sample),
                HasSubstr("  host NQN nqn.2026-01.com.example:host (nvme0, nvme1, nvme2)\n"
                          "  host NQN nqn.2026-01.com.example:other (nvme3)\n"));
}

TEST(HostText, TellsTwoHostsWithTheSameNamesApart) {
    Sample sample = healthy_host(1);
    Observation beta = healthy_host(1).observation;
    beta.kernels[0].host = "beta";
    for (ControllerObservation& controller : beta.controllers) {
        controller.host = "beta";
    }
    subsystem_of(sample).controllers[0].state = Attribute::of("resetting");
    sample.observation = merge({sample.observation, beta});
    const auto attributions = sample.report.attributions;
    for (Attribution attribution : attributions) {
        attribution.host = "beta";
        attribution.array = "other";
        sample.report.attributions.add(attribution);
    }
    const std::string text = list_of(sample);
    EXPECT_THAT(text, HasSubstr("\nbeta: Linux"));
    EXPECT_THAT(text, HasSubstr("  array-a  nvme0  controller 1     resetting"));
    EXPECT_THAT(text, HasSubstr("  other  nvme0  controller 1     live"));
}

TEST(HostText, ShowsTheLinksOfDevicesWhenVerbose) {
    Sample sample = healthy_host(1);
    subsystem_of(sample).namespaces[0].links = {"/dev/disk/by-id/nvme-uuid.1", "nvme-eui.2"};
    const std::string text = list_of(sample, {.verbose = true});
    EXPECT_THAT(text, HasSubstr("  NSID 1 /dev/disk/by-id/nvme-uuid.1\n"
                                "  NSID 1 /dev/disk/by-id/nvme-eui.2\n"));
}

TEST(HostText, GroupsByArrayWhatWasNotAsked) {
    const Sample sample = host_without_root(1);
    Site site;
    site.name = "east";
    site.addresses = {"10.0.0.0/16"};
    const std::string text = list_text(sample.observation, attribute(sample.observation, {site}));
    EXPECT_THAT(text, HasSubstr("  east           nvme0  controller 1"));
    EXPECT_THAT(text, HasSubstr("  array unknown  nvme2  controller 1001"));
}

TEST(HostText, ShowsArraysThatWereAskedDirectlyBelow) {
    Sample sample = healthy_host(1);
    const Sample direct = test::healthy_pair(1);
    for (std::size_t i = 0; i < direct.observation.controllers.size(); ++i) {
        sample.observation.controllers.push_back(direct.observation.controllers[i]);
        sample.report.attributions.add(direct.report.attributions[i]);
    }
    EXPECT_THAT(list_of(sample), EndsWith(list_of(direct)));
}

TEST(HostText, FitsEveryWidthAndNeverPassesControlBytesOn) {
    Sample sample = healthy_host(3);
    KernelSubsystem& subsystem = subsystem_of(sample);
    const Attribute evil = Attribute::of("\x1b[2J\x07");
    for (const auto& row : controller_attributes()) {
        subsystem.controllers[1].*row.member = evil;
    }
    for (const auto& row : path_attributes()) {
        subsystem.namespaces[0].paths[1].*row.member = evil;
    }
    for (const auto& row : namespace_attributes()) {
        subsystem.namespaces[2].*row.member = evil;
    }
    for (const auto& row : subsystem_attributes()) {
        subsystem.*row.member = evil;
    }
    subsystem.controllers[2].model = unreadable("\x1b");
    subsystem.controllers[3].name = "\x1b";
    sample.observation.kernels[0].release = "\x1b";
    sample.observation.kernels[0].host = "\x1b";
    for (const unsigned width : {40U, 80U, 120U}) {
        const std::string text = list_of(sample, {.width = width, .verbose = true});
        EXPECT_EQ(test::unprintable_bytes(text), "");
        EXPECT_EQ(test::lines_beyond(list_of(healthy_host(3), {.width = width}), width), "");
    }
    EXPECT_EQ(test::without_colour(list_of(sample, {.color = true})), list_of(sample));
    EXPECT_THAT(list_of(sample, {.color = true}), Not(list_of(sample)));
}

TEST(HostText, WrapsBelowWhatALineIsAbout) {
    Sample sample = healthy_host(1);
    KernelSubsystem& subsystem = subsystem_of(sample);
    subsystem.namespaces[0].links = {"nvme-uuid.5d0f9a61-1c7e-4b02-8a00-0000000001a5"};
    subsystem.namespaces[0].paths.resize(2);
    subsystem.controllers[0].cntlid = unreadable("Input/output error of a bus");
    subsystem.controllers[0].serial = Attribute::of("another serial number");
    const std::string text = list_of(sample, {.width = 40, .verbose = true});
    EXPECT_THAT(text,
                HasSubstr("  NSID 1\n"
                          "    /dev/disk/by-id/nvme-uuid.5d0f9a61-1c7e-4b02-8a00-0000000001a5\n"));
    EXPECT_THAT(text, HasSubstr("  nvme2, nvme3: nsid 1 offered, no path\n"
                                "    in the kernel\n"
                                "\n"
                                "  cntlid of nvme0 not readable:\n"
                                "    Input/output error of a bus\n"));
    EXPECT_THAT(text, HasSubstr("  sysfs shows serial another serial\n"
                                "    number for nvme0; it says SN0001\n"
                                "    itself\n"));
}

} // namespace
} // namespace haoh
