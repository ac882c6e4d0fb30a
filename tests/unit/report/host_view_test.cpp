// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/list/host_view.hpp"

#include "sample_host.hpp"

#include <haoh/report.hpp>

#include <gmock/gmock.h>

namespace haoh::report {
namespace {

using test::healthy_host;
using test::host_without_root;
using test::Sample;
using test::subsystem_of;
using testing::ElementsAre;
using testing::IsEmpty;

using Ids = std::vector<std::pair<std::string, std::string>>;

ListedSubsystem host_view_of(const Sample& sample) {
    return host_views(sample.observation, sample.report.attributions).front().subsystems.front();
}

/// The identifiers that are told of a head with these attributes.
Ids ids_of(const std::string& wwid, const std::string& uuid, const std::string& nguid,
           const std::string& eui) {
    Sample sample = healthy_host(1);
    KernelNamespace& head = subsystem_of(sample).namespaces[0];
    const auto attribute = [](const std::string& text) {
        return text.empty() ? Attribute{} : Attribute::of(text);
    };
    head.wwid = attribute(wwid);
    head.uuid = attribute(uuid);
    head.nguid = attribute(nguid);
    head.eui = attribute(eui);
    return host_view_of(sample).namespaces[0].ids;
}

TEST(HostView, TakesTheUuidOnlyWhereThereIsOne) {
    const std::string uuid = "5d0f9a61-1c7e-4b02-8a00-0000000001a5";
    const std::string nguid = "d815bd2e-703b-a15b-0268-613200000001";
    const std::string plain = "d815bd2e703ba15b0268613200000001";
    EXPECT_EQ(ids_of("uuid." + uuid, uuid, nguid, ""), (Ids{{"uuid", uuid}, {"nguid", plain}}));
    // Linux shows the NGUID as the UUID of a namespace without one.
    EXPECT_EQ(ids_of("eui." + plain, nguid, nguid, ""), (Ids{{"nguid", plain}}));
    EXPECT_EQ(ids_of("", nguid, nguid, ""), (Ids{{"nguid", plain}}));
    EXPECT_EQ(ids_of("eui.0011223344556677", "", "", "00 11 22 33 44 55 66 77"),
              (Ids{{"eui64", "0011223344556677"}}));
    EXPECT_EQ(ids_of("uuid." + uuid, "", "", ""), (Ids{{"uuid", uuid}}));
    EXPECT_EQ(ids_of("eui." + plain, "", "", ""), (Ids{{"nguid", plain}}));
    EXPECT_EQ(ids_of("nvme.1af4-534e-4d4e-00000001", "", "", ""), Ids{});
}

TEST(HostView, TakesTheEui64FromTheWwidWhereNothingElseTellsIt) {
    EXPECT_EQ(ids_of("eui.0011223344556677", "", "", ""), (Ids{{"eui64", "0011223344556677"}}));
    const std::string uuid = "5d0f9a61-1c7e-4b02-8a00-0000000001a5";
    EXPECT_EQ(ids_of("", uuid, "", "00 11 22 33 44 55 66 77"),
              (Ids{{"uuid", uuid}, {"eui64", "0011223344556677"}}));
}

/// The address that is told of a controller with these attributes.
std::string address_of(const std::string& transport, const std::string& address) {
    Sample sample = healthy_host(1);
    KernelController& controller = subsystem_of(sample).controllers[0];
    controller.transport = transport.empty() ? Attribute{} : Attribute::of(transport);
    controller.address = address.empty() ? Attribute{} : Attribute::of(address);
    return host_view_of(sample).controllers[0].address;
}

TEST(HostView, TellsAddressesOfEveryTransport) {
    EXPECT_EQ(address_of("tcp", "traddr=10.0.0.1,trsvcid=4420"), "tcp 10.0.0.1:4420");
    EXPECT_EQ(address_of("tcp", "traddr=fd00::1,trsvcid=4420"), "tcp [fd00::1]:4420");
    EXPECT_EQ(address_of("tcp", "traddr=10.0.0.1"), "tcp 10.0.0.1");
    EXPECT_EQ(address_of("tcp", "traddr=10.0.0.1,trsvcid=4420,host_traddr=10.9.0.1,"
                                "host_iface=eth1,src_addr=10.9.0.1"),
              "tcp 10.0.0.1:4420 from 10.9.0.1 via eth1");
    EXPECT_EQ(address_of("fc", "traddr=nn-0x10:pn-0x20,host_traddr=nn-0x30:pn-0x40"),
              "fc nn-0x10:pn-0x20 from nn-0x30:pn-0x40");
    EXPECT_EQ(address_of("pcie", "0000:01:00.0"), "pcie 0000:01:00.0");
    EXPECT_EQ(address_of("loop", ""), "loop");
    EXPECT_EQ(address_of("", "traddr=10.0.0.1"), "? 10.0.0.1");
}

TEST(HostView, TellsBlocksWithTheirMetadata) {
    Sample sample = healthy_host(5);
    auto& heads = subsystem_of(sample).namespaces;
    heads[0].logical_block_size = Attribute::of("4096");
    heads[1].metadata_bytes = Attribute::of("8");
    heads[2].metadata_bytes = Attribute::of("0");
    heads[3].logical_block_size = Attribute{};
    heads[3].metadata_bytes = Attribute::of("8");
    heads[4].logical_block_size = {
        .state = Attribute::State::unreadable, .nul_padded = false, .text = "Input/output error"};
    const ListedSubsystem view = host_view_of(sample);
    std::vector<std::string> blocks;
    for (const ListedNamespace& one : view.namespaces) {
        blocks.push_back(one.block);
    }
    EXPECT_THAT(blocks, ElementsAre("4096 B", "512+8 B", "512 B", "?", "not readable"));
}

TEST(HostView, TellsDevicesNsidsAndLinks) {
    Sample sample = healthy_host(3);
    auto& heads = subsystem_of(sample).namespaces;
    heads[1].ro = Attribute::of("1");
    heads[1].links = {"/dev/disk/by-id/a\n"};
    heads[2].dev = Attribute{};
    heads[2].ro = Attribute::of("0");
    heads[2].nsid = Attribute::of("three");
    const ListedSubsystem view = host_view_of(sample);
    EXPECT_EQ(view.namespaces[0].device, "/dev/nvme0n1");
    EXPECT_EQ(view.namespaces[1].device, "/dev/nvme0n2, read-only");
    EXPECT_EQ(view.namespaces[2].device, "nvme0n3, no device node");
    EXPECT_EQ(view.namespaces[1].nsid, "2");
    EXPECT_EQ(view.namespaces[2].nsid, "?");
    EXPECT_THAT(view.namespaces[1].links, ElementsAre("/dev/disk/by-id/a\\x0a"));
    EXPECT_THAT(view.namespaces[0].links, IsEmpty());
}

TEST(HostView, SizesThatAreNoNumbersStayTexts) {
    Sample sample = healthy_host(5);
    auto& heads = subsystem_of(sample).namespaces;
    heads[0].size = Attribute::of("many");
    heads[1].size = Attribute::of("18446744073709551615");
    heads[2].size = Attribute{};
    heads[3].size = Attribute::of("36028797018963967"); // 2^55 - 1 sectors are 2^64 - 512 bytes
    heads[4].size = Attribute::of("36028797018963968");
    const ListedSubsystem view = host_view_of(sample);
    EXPECT_EQ(view.namespaces[3].size, "16.0 EiB");
    EXPECT_EQ(view.namespaces[4].size, "36028797018963968");
    EXPECT_EQ(view.namespaces[0].size, "many");
    EXPECT_EQ(view.namespaces[1].size, "18446744073709551615");
    EXPECT_EQ(view.namespaces[2].size, "?");
}

TEST(HostView, FoldsPathsThatAreAlike) {
    const ListedSubsystem view = host_view_of(healthy_host(8));
    ASSERT_EQ(view.path_sets.size(), 2U);
    EXPECT_EQ(view.path_sets[1].label(4), "NSID 5-8");
    EXPECT_THAT(view.path_sets[1].members, ElementsAre(4, 5, 6, 7));
    ASSERT_EQ(view.path_sets[1].paths.size(), 2U);
    EXPECT_THAT(view.path_sets[1].paths[0].controllers, ElementsAre("nvme0", "nvme1"));
    EXPECT_EQ(view.path_sets[1].paths[0].problem(), "unusable");
    EXPECT_EQ(view.path_sets[1].paths[1].problem(), "");
}

TEST(HostView, AsksNobodyForWhatOnlySysfsTells) {
    const ListedSubsystem view = host_view_of(host_without_root());
    EXPECT_TRUE(view.product_from_sysfs);
    EXPECT_EQ(view.controllers[0].asked, nullptr);
    EXPECT_THAT(view.missing, IsEmpty()); // nobody knows what is offered
    EXPECT_THAT(view.copies, IsEmpty());
}

TEST(HostView, ANamespaceWithoutAnyPathIsASetOfItsOwn) {
    Sample sample = healthy_host();
    subsystem_of(sample).namespaces[1].paths.clear();
    const ListedSubsystem view = host_view_of(sample);
    ASSERT_EQ(view.path_sets.size(), 2U);
    EXPECT_THAT(view.path_sets[1].paths, IsEmpty());
    ASSERT_EQ(view.missing.size(), 1U);
    EXPECT_EQ(view.missing[0].controllers.size(), 4U);
    EXPECT_TRUE(view.missing[0].certain);
}

TEST(HostView, ListsControllersByArrayInTheOrderInWhichArraysAppear) {
    Sample sample = healthy_host(1);
    test::set_array(sample.report, 1, "array-b"); // a, b, a, b
    test::set_array(sample.report, 2, "array-a");
    const ListedSubsystem view = host_view_of(sample);
    std::vector<std::string> controllers;
    for (const ListedController& one : view.controllers) {
        controllers.push_back(one.array + " " + one.name);
    }
    EXPECT_THAT(controllers,
                ElementsAre("array-a nvme0", "array-a nvme2", "array-b nvme1", "array-b nvme3"));
    // NSID 1 is in group 2, which array-b serves: nvme2 and nvme3 say optimized.
    ASSERT_EQ(view.path_sets.size(), 1U);
    std::vector<std::string> paths;
    for (const ListedPath& one : view.path_sets[0].paths) {
        paths.push_back(one.array + " " + one.controllers.front() + " " + one.ana_state);
    }
    EXPECT_THAT(paths, ElementsAre("array-a nvme0 inaccessible", "array-a nvme2 optimized",
                                   "array-b nvme1 inaccessible", "array-b nvme3 optimized"));
}

TEST(HostView, APathWhoseControllerIsGoneComesLast) {
    Sample sample = healthy_host(1);
    test::path_of(sample, 1, 0).controller = "nvme9";
    const ListedSubsystem view = host_view_of(sample);
    ASSERT_EQ(view.path_sets.size(), 1U);
    const ListedPath& last = view.path_sets[0].paths.back();
    EXPECT_THAT(last.controllers, ElementsAre("nvme9"));
    EXPECT_EQ(last.array, "");
    EXPECT_EQ(last.problem(), "unusable: its controller is gone");
    ASSERT_EQ(view.missing.size(), 1U); // nvme0 offers it
    EXPECT_THAT(view.missing[0].controllers, ElementsAre("nvme0"));
}

TEST(HostView, HostNqnsAreThoseThatCanBeRead) {
    Sample sample = healthy_host(1);
    auto& controllers = subsystem_of(sample).controllers;
    controllers[0].hostnqn = Attribute{};
    controllers[1].hostnqn = Attribute::of("nqn.2026-01.com.example:other");
    const auto nqns = host_view_of(sample).hostnqns;
    ASSERT_EQ(nqns.size(), 2U);
    EXPECT_EQ(nqns[0].first, "nqn.2026-01.com.example:other");
    EXPECT_THAT(nqns[0].second, ElementsAre("nvme1"));
    EXPECT_EQ(nqns[1].first, "nqn.2026-01.com.example:host");
    EXPECT_THAT(nqns[1].second, ElementsAre("nvme2", "nvme3"));
}

std::vector<std::string> product_of(const ListedSubsystem& view) {
    std::vector<std::string> out;
    for (const ProductField& field : view.product) {
        std::string line = field.name;
        for (const auto& [value, told_by] : field.values) {
            line += ": " + value + (told_by.empty() ? "" : " by " + told_by);
        }
        out.push_back(line);
    }
    return out;
}

TEST(HostView, TakesTheProductFromSysfsOnlyWhereNobodyWasAsked) {
    Sample sample = host_without_root(1);
    KernelSubsystem& subsystem = subsystem_of(sample);
    EXPECT_THAT(product_of(host_view_of(sample)),
                ElementsAre("serial: SN0001", "model: ArrayOne 9000", "firmware: 1.0"));
    subsystem.serial = {.state = Attribute::State::empty, .nul_padded = false, .text = ""};
    subsystem.model = {.state = Attribute::State::unreadable, .nul_padded = false, .text = "EIO"};
    subsystem.firmware_rev = Attribute{};
    EXPECT_THAT(product_of(host_view_of(sample)),
                ElementsAre("serial: (blank)", "model: not readable"));

    // One that was asked says more than sysfs, although others were not.
    sample = healthy_host(1);
    auto& asked = sample.observation.controllers;
    for (const std::size_t index : {0U, 1U, 3U}) {
        asked[index].identify = Page{};
    }
    nvme::IdentifyController data = asked[2].identify_data();
    data.sn[5] = '7';
    asked[2].identify = Page::of(nvme::encode(data));
    const ListedSubsystem view = host_view_of(sample);
    EXPECT_FALSE(view.product_from_sysfs);
    EXPECT_THAT(product_of(view),
                ElementsAre("serial: SN0007", "model: ArrayOne 9000", "firmware: 1.0"));
    EXPECT_THAT(view.copies,
                ElementsAre("sysfs shows serial SN0001 for nvme2; it says SN0007 itself"));
}

TEST(HostView, TellsEachFieldWhereSysfsShowsAnother) {
    Sample sample = healthy_host(1);
    auto& asked = sample.observation.controllers;
    for (const std::size_t index : {0U, 1U}) {
        nvme::IdentifyController data = asked[index].identify_data();
        data.mn.fill(' ');
        asked[index].identify = Page::of(nvme::encode(data));
    }
    subsystem_of(sample).controllers[2].firmware_rev = Attribute::of("1.1");
    subsystem_of(sample).controllers[3].firmware_rev =
        Attribute{}; // shows nothing: no contradiction
    EXPECT_THAT(host_view_of(sample).copies,
                ElementsAre("sysfs shows model ArrayOne 9000 for nvme0 and nvme1; each says "
                            "nothing itself",
                            "sysfs shows firmware 1.1 for nvme2; it says 1.0 itself"));
}

// sysfs has the bytes as they are; people read a backslash and what is no ASCII escaped.
TEST(HostView, TakesBytesThatPeopleReadEscapedForTheSame) {
    Sample sample = healthy_host(1);
    for (ControllerObservation& asked : sample.observation.controllers) {
        nvme::IdentifyController data = asked.identify_data();
        data.sn.fill(' ');
        data.sn[0] = 'A';
        data.sn[1] = '\\';
        asked.identify = Page::of(nvme::encode(data));
    }
    for (KernelController& controller : subsystem_of(sample).controllers) {
        controller.serial = Attribute::of("A\\");
    }
    EXPECT_THAT(host_view_of(sample).copies, IsEmpty());
    subsystem_of(sample).controllers[2].serial = Attribute::of("A\\\\");
    EXPECT_THAT(host_view_of(sample).copies,
                ElementsAre("sysfs shows serial A\\\\ for nvme2; it says A\\x5c itself"));
}

TEST(HostView, NamesAtMostAFewControllersInOneSentence) {
    Sample sample = healthy_host(1);
    for (std::size_t more = 4; more < 7; ++more) {
        ControllerObservation asked = sample.observation.controllers[0];
        KernelController kernel = subsystem_of(sample).controllers[0];
        Attribution attribution = sample.report.attributions[0];
        asked.name = kernel.name = attribution.controller = "nvme" + std::to_string(more);
        sample.observation.controllers.push_back(asked);
        subsystem_of(sample).controllers.push_back(kernel);
        sample.report.attributions.add(attribution);
    }
    const auto with_wrong_serials = [&sample](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            subsystem_of(sample).controllers[i].serial = Attribute::of("X");
        }
        return host_view_of(sample).copies;
    };
    EXPECT_THAT(with_wrong_serials(5), // by array: nvme4 is of array-a, as nvme0 and nvme1 are
                ElementsAre("sysfs shows serial X for nvme0, nvme1, nvme4, nvme2 and nvme3; each "
                            "says SN0001 itself"));
    EXPECT_THAT(with_wrong_serials(6),
                ElementsAre("sysfs shows serial X for nvme0, nvme1, nvme4, nvme5 and 2 more; each "
                            "says SN0001 itself"));
}

TEST(HostView, SetsNameWhatHasNoNsid) {
    Sample sample = healthy_host(6);
    auto& heads = subsystem_of(sample).namespaces;
    heads[0].nsid = Attribute::of("4294967295");
    heads[1].nsid = Attribute::of("4294967296"); // no NSID: it has 32 bits
    heads[2].nsid = Attribute::of("3");
    heads[4].nsid = Attribute::of("6"); // as a private namespace of another controller has it
    for (const std::size_t index : {0U, 1U, 2U}) {
        for (KernelPath& path : heads[index].paths) {
            path.ana_grpid = Attribute::of(index == 0 ? "4294967295" : "4294967296");
        }
    }
    const ListedSubsystem view = host_view_of(sample);
    ASSERT_EQ(view.path_sets.size(), 2U);
    EXPECT_THAT(view.path_sets[0].nsids, ElementsAre(3, 0xFFFFFFFFU));
    EXPECT_THAT(view.path_sets[0].names, ElementsAre("nvme0n2"));
    EXPECT_THAT(view.path_sets[0].members, ElementsAre(0, 1, 2));
    EXPECT_THAT(view.path_sets[0].groups, ElementsAre(0xFFFFFFFFU));
    EXPECT_EQ(view.path_sets[0].label(4), "NSID 3, 4294967295, nvme0n2");
    EXPECT_THAT(view.path_sets[1].nsids, ElementsAre(4, 6));
    EXPECT_THAT(view.path_sets[1].members, ElementsAre(3, 4, 5));
    EXPECT_EQ(view.path_sets[1].label(4), "NSID 4, 6");
    ListedPathSet named;
    named.names = {"a", "b", "c", "d"};
    EXPECT_EQ(named.label(2), "a, b and 2 more");
}

TEST(HostView, WhatIsOfferedAndHasNoPathIsMissing) {
    Sample sample = healthy_host(3);
    auto& asked = sample.observation.controllers;
    asked[0].active_nsids = {{9, 0, 8, 2}}; // 0 ends a list, and is no namespace
    asked[1].active_nsids = {{8, 9}};
    asked[2].active_nsids.reset();
    asked[3].active_nsids = {{9, 8}};
    KernelPath headless;
    headless.name = "nvme0c3n9";
    headless.controller = "nvme3";
    subsystem_of(sample).headless.push_back(headless);
    const auto missing = host_view_of(sample).missing;
    ASSERT_EQ(missing.size(), 2U);
    EXPECT_THAT(missing[0].controllers, ElementsAre("nvme0", "nvme1"));
    EXPECT_THAT(missing[0].nsids, ElementsAre(8, 9));
    EXPECT_EQ(missing[0].problem(), "offered, no path in the kernel");
    EXPECT_THAT(missing[1].controllers, ElementsAre("nvme3"));
    EXPECT_FALSE(missing[1].certain);
    EXPECT_EQ(missing[1].problem(), "offered, not among the paths whose NSID the kernel shows");
}

TEST(HostView, WhatCannotBeReadIsToldOfEveryKindOfObject) {
    Sample sample = healthy_host(1);
    KernelSubsystem& subsystem = subsystem_of(sample);
    const Attribute broken{
        .state = Attribute::State::unreadable, .nul_padded = false, .text = "Input/output error"};
    subsystem.subsysnqn = broken;
    subsystem.iopolicy = broken;
    for (KernelController& controller : subsystem.controllers) {
        controller.kato = broken;
    }
    subsystem.namespaces[0].eui = broken;
    subsystem.namespaces[0].paths[1].ro = broken;
    KernelPath headless;
    headless.name = "nvme0c9n9";
    headless.controller = "nvme9";
    headless.ana_state = Attribute::of("optimized");
    headless.size = broken;
    subsystem.headless.push_back(headless);
    const ListedSubsystem view = host_view_of(sample);
    EXPECT_EQ(view.subsysnqn, "subsystem without a readable NQN");
    EXPECT_EQ(view.iopolicy, "not readable");
    EXPECT_THAT(
        view.broken,
        ElementsAre("nvme0c9n9: path through nvme9 without a head, ANA state optimized",
                    "eui of nvme0n1 not readable: Input/output error",
                    "iopolicy of nvme-subsys0 not readable: Input/output error",
                    "kato of nvme0, nvme1, nvme2 and nvme3 not readable: Input/output error",
                    "ro of nvme0c1n1 not readable: Input/output error",
                    "size of nvme0c9n9 not readable: Input/output error",
                    "subsysnqn of nvme-subsys0 not readable: Input/output error"));
    subsystem.iopolicy = Attribute{};
    EXPECT_EQ(host_view_of(sample).iopolicy, "");
}

TEST(HostView, ReasonsThatTheAnaStateTellsAreNotToldTwice) {
    const auto problem = [](const std::string& state, const PathUse& use) {
        return ListedPath{
            .array = "", .controllers = {}, .ana_state = state, .use = use, .why = to_string(use)}
            .problem();
    };
    using Kind = PathUse::Kind;
    EXPECT_EQ(problem("optimized", {.kind = Kind::optimized}), "");
    EXPECT_EQ(problem("inaccessible", {.kind = Kind::ana_inaccessible}), "unusable");
    EXPECT_EQ(problem("not readable", {.kind = Kind::ana_unreadable, .detail = "EIO"}), "unusable");
    EXPECT_EQ(problem("optimized", {.kind = Kind::controller_not_live, .detail = "connecting"}),
              "unusable: controller connecting");
}

TEST(HostView, TellsHostsWithTheirKernels) {
    Sample sample = healthy_host(1);
    const auto title = [&sample] {
        return host_views(sample.observation, sample.report.attributions).front().title;
    };
    KernelObservation& kernel = sample.observation.kernels[0];
    EXPECT_EQ(title(), "alpha: Linux 6.12.107-amd64");
    kernel.multipath = Attribute::of("N");
    EXPECT_EQ(title(), "alpha: Linux 6.12.107-amd64, native multipath off "
                       "(nvme_core.multipath=N)");
    kernel.multipath = Attribute{};
    kernel.host.clear();
    EXPECT_EQ(title(), "this host: Linux 6.12.107-amd64");
}

TEST(HostView, StrayControllersHaveTheirArrayAndWhatIsBrokenOfThem) {
    Sample sample = healthy_host(1);
    KernelController stray;
    stray.name = "nvme9";
    stray.cntlid = {.state = Attribute::State::unreadable, .nul_padded = false, .text = "EIO"};
    sample.observation.kernels[0].stray_controllers = {stray};
    const ListedHost host = host_views(sample.observation, sample.report.attributions).front();
    ASSERT_EQ(host.stray_controllers.size(), 1U);
    EXPECT_EQ(host.stray_controllers[0].name, "nvme9");
    EXPECT_EQ(host.stray_controllers[0].cntlid, "?");
    EXPECT_EQ(host.stray_controllers[0].state, "?");
    EXPECT_FALSE(host.stray_controllers[0].live);
    EXPECT_THAT(host.broken, ElementsAre("cntlid of nvme9 not readable: EIO"));
}

TEST(HostView, AnAttributionIsOfItsControllerAndHost) {
    // As `attribute` gives them: what was asked first, then what the kernel alone has.
    Sample sample = host_without_root(1);
    const Sample asked = healthy_host(1);
    sample.observation.controllers = {asked.observation.controllers[2]};
    const auto of = [](const char* host, const char* name, const char* site) {
        return Attribution{
            .host = host, .controller = name, .array = site, .evidence = std::string("e ") + site};
    };
    sample.report.attributions =
        Attributions({of("alpha", "nvme2", "two"), of("alpha", "nvme0", "zero"),
                      of("alpha", "nvme1", "one"), of("alpha", "nvme3", "three")});
    const auto sites = [&sample] {
        std::vector<std::string> out;
        for (const ListedController& one : host_view_of(sample).controllers) {
            out.push_back(one.name + " " + one.array + " " + one.evidence);
        }
        return out;
    };
    EXPECT_THAT(sites(), ElementsAre("nvme0 zero e zero", "nvme1 one e one", "nvme2 two e two",
                                     "nvme3 three e three"));
    // Those of something else, and of another host, are of nobody.
    sample.report.attributions =
        Attributions({of("alpha", "nvme2", "two"), of("alpha", "nvme7", "zero"),
                      of("alpha", "nvme1", "one"), of("beta", "nvme3", "three")});
    EXPECT_THAT(sites(), ElementsAre("nvme0  ", "nvme3  ", "nvme1 one e one", "nvme2 two e two"));
    // An array that was asked directly is not this host's controller, whatever it is called.
    sample.observation.controllers[0].host.clear();
    sample.report.attributions = Attributions({of("", "nvme2", "direct")});
    EXPECT_THAT(sites(), ElementsAre("nvme0  ", "nvme1  ", "nvme2  ", "nvme3  "));
    EXPECT_EQ(host_view_of(sample).controllers[2].asked, nullptr);
}

TEST(HostView, WhatAHostShowsIsNotShownAgain) {
    Sample sample = healthy_host(2);
    EXPECT_THAT(asked_directly(sample.observation, sample.report.attributions), IsEmpty());
    // Another host's, of which there is no kernel, and a controller that this kernel has no more.
    sample.observation.controllers[1].host = "beta";
    sample.observation.controllers[3].name = "nvme9";
    sample.observation.controllers[3].namespaces.resize(1);
    test::change(sample.report, 1, [](Attribution& one) { one.host = "beta"; });
    test::change(sample.report, 3, [](Attribution& one) { one.controller = "nvme9"; });
    const auto direct = asked_directly(sample.observation, sample.report.attributions);
    ASSERT_EQ(direct.size(), 1U);
    ASSERT_EQ(direct[0].arrays.size(), 2U);
    EXPECT_THAT(direct[0].arrays[0].controllers, ElementsAre(&sample.observation.controllers[1]));
    EXPECT_THAT(direct[0].arrays[1].controllers, ElementsAre(&sample.observation.controllers[3]));
    EXPECT_THAT(direct[0].nsids, ElementsAre(1, 2));
    sample.observation.controllers[1].host = "alpha";
    const auto one = asked_directly(sample.observation, sample.report.attributions);
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one[0].arrays.size(), 1U);
    EXPECT_THAT(one[0].nsids, ElementsAre(1));
}

TEST(HostView, NamesSomeOfMany) {
    const std::vector<std::string> items{"a", "b", "c", "d"};
    EXPECT_EQ(some_of(items, 2), "a, b and 2 more");
    EXPECT_EQ(some_of(items, 3), "a, b, c and d");
    EXPECT_EQ(some_of(items, ~std::size_t{0}), "a, b, c and d");
}

} // namespace
} // namespace haoh::report
