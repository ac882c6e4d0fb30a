// SPDX-License-Identifier: LGPL-2.1-or-later
// What is said of the kernel's namespaces and paths: which of them, what each shows, and where a
// rule begins to hold.
#include "unit/catalogue/linux_host.hpp"

#include "judge/subject.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace haoh::test {
namespace {

using nvme::AnaState;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// The NSIDs of the findings of a rule, those of folded ones together.
std::vector<std::string> nsids_of(const Observation& host, const std::string& rule,
                                  const Config& config = {}) {
    std::vector<std::string> out;
    for (const Finding& finding : findings_of(host, rule, config)) {
        EXPECT_EQ(finding.subsystem, kNqn) << rule;
        out.push_back(finding.nsids.empty() ? fmt::format("{}", finding.nsid.value())
                                            : format_nsids(finding.nsids));
    }
    return out;
}

std::string ids_of(const Observation& host, std::size_t controller, std::uint32_t nsid) {
    return judge::format_ids(host.controllers[controller].find_namespace(nsid)->ids());
}

TEST(HostPathMissing, ShowsWhatEachControllerHas) {
    // nvme3 does not offer the namespace, nvme2 does in vain.
    Pair pair(2);
    pair.b[0].path(2).uuid(other_uuid());
    pair.b[1].remove(2);
    const Observation host = connected(pair.observation());
    const std::vector<std::string> all = told(host, "host.path.missing");
    ASSERT_THAT(all, SizeIs(5));
    EXPECT_THAT(all[0],
                HasSubstr("nvme2 offers nsid 2 and the kernel has no path to it: its UUID"));
    EXPECT_EQ(all[1], "nvme0 (array-a): nvme0c0n2; " + ids_of(host, 0, 2));
    EXPECT_EQ(all[2], "nvme1 (array-a): nvme0c1n2; " + ids_of(host, 1, 2));
    EXPECT_EQ(all[3], "nvme2 (array-b): no path; " + ids_of(host, 2, 2));
    EXPECT_EQ(all[4], "nvme3 (array-b): no path");
    EXPECT_THAT(nsids_of(host, "host.path.missing"), ElementsAre("2"));
}

TEST(HostPathMissing, IsAskedOfWhoIsLiveAndAtRest) {
    Observation healthy = connected(Pair(1).observation());
    refuse(healthy, 2, "nvme1");
    ASSERT_THAT(nsids_of(healthy, "host.path.missing"), ElementsAre("2"));
    Observation down = healthy;
    controller_of(down, "nvme1").state = Attribute::of("resetting");
    EXPECT_THAT(findings_of(down, "host.path.missing"), IsEmpty());
    Observation moving = healthy;
    moving.kernels.front().changed = {"nvme1"};
    EXPECT_THAT(findings_of(moving, "host.path.missing"), IsEmpty());
    Observation silent = healthy;
    silent.controllers[1].identify = Page::of_failure("lost");
    EXPECT_THAT(findings_of(silent, "host.path.missing"), IsEmpty());
}

TEST(HostPathMissing, FoldsWhatReadsAlike) {
    // On nvme2 1-6 for one reason, 7-12 for another, 13-18 for none; on nvme3 1-6 as well.
    Pair pair(2, 18);
    pair.on_b([](Node& node) {
        for (Path& path : node.paths) {
            if (path.nsid <= 6) {
                path.uuid(other_uuid(static_cast<std::uint8_t>(path.nsid)));
            }
        }
    });
    for (std::uint32_t nsid = 7; nsid <= 12; ++nsid) {
        pair.b[0].path(nsid).identify.nmic = 0;
    }
    Observation host = connected(pair.observation());
    for (std::uint32_t nsid = 7; nsid <= 18; ++nsid) {
        refuse(host, nsid, "nvme2");
    }
    std::vector<std::string> about;
    for (const Finding& finding : findings_of(host, "host.path.missing")) {
        about.push_back(format_nsids(finding.nsids) + " " + finding.what.substr(0, 5));
    }
    EXPECT_THAT(about, testing::UnorderedElementsAre("1-6 nvme2", "1-6 nvme3", "7-12 nvme2",
                                                     "13-18 nvme2"));
}

/// What is said of one rule's findings: the NSIDs and the clause.
std::vector<std::string> clauses(const Observation& host, const std::string& rule) {
    std::vector<std::string> out;
    for (const Finding& finding : findings_of(host, rule)) {
        out.push_back(format_nsids(finding.nsids) + ": " + finding.what);
    }
    return out;
}

TEST(HostPathMissing, TellsWhichIdentifierDiffers) {
    // The kernel says the same of all: "IDs don't match for shared namespace N".
    Pair pair(1, 20);
    for (Path& path : pair.b[0].paths) {
        const auto number = static_cast<std::uint8_t>(path.nsid);
        if (path.nsid <= 5) {
            path.uuid(other_uuid(number));
        } else if (path.nsid <= 10) {
            path.nguid(other_nguid(number));
        } else if (path.nsid <= 15) {
            path.eui64(other_eui64(number));
        } else {
            path.uuid(std::nullopt);
        }
    }
    const std::string offers = "nvme1 offers nsid {} and the kernel has no path to it: its {}";
    EXPECT_THAT(
        clauses(connected(pair.observation()), "host.path.missing"),
        testing::UnorderedElementsAre(
            testing::StartsWith("1-5: " + fmt::format(fmt::runtime(offers), 1, "UUID is ")),
            testing::StartsWith("6-10: " + fmt::format(fmt::runtime(offers), 6, "NGUID is ")),
            testing::StartsWith("11-15: " + fmt::format(fmt::runtime(offers), 11, "EUI64 is ")),
            testing::StartsWith("16-20: " +
                                fmt::format(fmt::runtime(offers), 16, "UUID is absent"))));
}

TEST(HostPathMissing, TellsWhichSubsystemHasTheIdentifiers) {
    // 1-5 were moved from one subsystem, 6-10 from another; the host still has both.
    Observation host = connected(Pair(1, 10).observation());
    const KernelSubsystem current = host.kernels.front().subsystems.front();
    for (const std::uint32_t first : {1U, 6U}) {
        KernelSubsystem old = current;
        old.name = fmt::format("nvme-subsys{}", 10 + first);
        old.subsysnqn = Attribute::of(fmt::format("nqn.old-{}", first));
        old.controllers.clear();
        old.controllers.push_back(current.controllers[0]);
        old.controllers[0].name = fmt::format("nvme{}", 10 + first);
        std::erase_if(old.namespaces, [&](const KernelNamespace& one) {
            return one.nsid.number() < first || one.nsid.number() >= first + 5;
        });
        host.kernels.front().subsystems.push_back(old);
    }
    for (std::uint32_t nsid = 1; nsid <= 10; ++nsid) {
        refuse(host, nsid, "nvme1");
    }
    EXPECT_THAT(
        clauses(host, "host.path.missing"),
        testing::UnorderedElementsAre(
            AllOf(testing::StartsWith("1-5: nvme1"), HasSubstr(" of subsystem nqn.old-1 ")),
            AllOf(testing::StartsWith("6-10: nvme1"), HasSubstr(" of subsystem nqn.old-6 "))));
}

TEST(HostPathMissing, TellsWhichRefusalsAreInTheLog) {
    Pair pair(1, 10);
    for (Path& path : pair.b[0].paths) {
        path.uuid(other_uuid(static_cast<std::uint8_t>(path.nsid)));
    }
    Observation host = connected(pair.observation());
    const auto line = [](std::uint32_t nsid) {
        return fmt::format("IDs don't match for shared namespace {}", nsid);
    };
    for (std::uint32_t nsid = 1; nsid <= 10; ++nsid) {
        if (nsid != 5) {
            log(host, "nvme nvme1: " + line(nsid));
        }
    }
    // Of one nothing is said in the log any more, of the others it is: 1-4 and 6-10 read alike.
    const std::string told = "; the kernel's log says \"" + line(1) + "\"";
    EXPECT_THAT(
        clauses(host, "host.path.missing"),
        testing::UnorderedElementsAre(
            AllOf(testing::StartsWith("1-4, 6-10: "), HasSubstr(told)),
            testing::EndsWith("; \"" + line(5) + "\" is not (or no longer) in the kernel's log")));
    log(host, "nvme nvme1: " + line(5));
    EXPECT_THAT(clauses(host, "host.path.missing"),
                ElementsAre(AllOf(testing::StartsWith("1-10: "), HasSubstr(told))));
}

// "%d" of an unsigned NSID (drivers/nvme/host/core.c, nvme_init_ns_head).
TEST(HostPathMissing, KnowsALargeNsidInTheLog) {
    Pair pair(1, 1);
    pair.on_both([](Node& node) { node.renumber(1, 0xFFFFFFFE); });
    pair.b[0].path(0xFFFFFFFE).uuid(other_uuid());
    Observation host = connected(pair.observation());
    log(host, "nvme nvme1: IDs don't match for shared namespace -2");
    EXPECT_THAT(told(host, "host.path.missing").front(),
                testing::EndsWith("; the kernel's log says \"IDs don't match for shared "
                                  "namespace -2\""));
    host.kernels.front().messages.front().text =
        "nvme nvme1: IDs don't match for shared namespace -3";
    EXPECT_THAT(told(host, "host.path.missing").front(),
                testing::EndsWith("is not (or no longer) in the kernel's log"));
}

TEST(HostPathCopied, ShowTheDeviceThenEachPath) {
    Observation host = connected(Pair(1).observation());
    path_of(host, 2, "nvme1").size = Attribute::of("2048");
    path_of(host, 3, "nvme1").logical_block_size = Attribute::of("4096");
    path_of(host, 4, "nvme0").ro = Attribute::of("1");
    // NSZE 200000h of 512 bytes
    EXPECT_THAT(told(host, "host.path.size"),
                ElementsAre("size of nvme0n2 through nvme1 is not that of the device",
                            "nvme0n2 (): 2097152 sectors (1073741824 bytes)",
                            "nvme0 (array-a): 2097152 sectors (1073741824 bytes)",
                            "nvme1 (array-b): 2048 sectors (1048576 bytes)"));
    EXPECT_THAT(told(host, "host.path.block_size"),
                ElementsAre("block size of nvme0n3 through nvme1 is not that of the device",
                            "nvme0n3 (): 512 bytes", "nvme0 (array-a): 512 bytes",
                            "nvme1 (array-b): 4096 bytes"));
    EXPECT_THAT(told(host, "host.path.read_only"),
                ElementsAre("write protection of nvme0n4 through nvme0 is not that of the device",
                            "nvme0n4 (): writable", "nvme0 (array-a): read-only",
                            "nvme1 (array-b): writable"));
    EXPECT_THAT(nsids_of(host, "host.path.size"), ElementsAre("2"));
    EXPECT_THAT(nsids_of(host, "host.path.block_size"), ElementsAre("3"));
    EXPECT_THAT(nsids_of(host, "host.path.read_only"), ElementsAre("4"));
    path_of(host, 2, "nvme0").size = Attribute::of("many");
    EXPECT_THAT(
        told(host, "host.path.size"),
        testing::IsSupersetOf({"size of nvme0n2 through nvme0 and nvme1 is not that of the device",
                               "nvme0 (array-a): many"}));
}

TEST(HostPathCopied, NeedBothValuesOfOneMoment) {
    Observation healthy = connected(Pair(1).observation());
    path_of(healthy, 2, "nvme1").size = Attribute::of("2048");
    ASSERT_THAT(nsids_of(healthy, "host.path.size"), ElementsAre("2"));
    Observation blind = healthy;
    path_of(blind, 2, "nvme1").size.state = Attribute::State::unreadable;
    EXPECT_THAT(findings_of(blind, "host.path.size"), IsEmpty());
    blind = healthy;
    head_of(blind, 2).size = {};
    EXPECT_THAT(findings_of(blind, "host.path.size"), IsEmpty());
    Observation moving = healthy;
    moving.kernels.front().changed = {path_of(moving, 2, "nvme1").name};
    EXPECT_THAT(findings_of(moving, "host.path.size"), IsEmpty());
    moving.kernels.front().changed = {head_of(moving, 2).name};
    EXPECT_THAT(findings_of(moving, "host.path.size"), IsEmpty());
    Observation own = healthy;
    head_of(own, 2).multipath = false;
    EXPECT_THAT(findings_of(own, "host.path.size"), IsEmpty());
}

TEST(HostPathCopied, FoldByTheirPaths) {
    Observation host = connected(Pair(1, 12).observation());
    for (std::uint32_t nsid = 1; nsid <= 12; ++nsid) {
        path_of(host, nsid, nsid <= 6 ? "nvme0" : "nvme1").ro = Attribute::of("1");
    }
    EXPECT_THAT(nsids_of(host, "host.path.read_only"),
                testing::UnorderedElementsAre("1-6", "7-12"));
}

TEST(HostPaths, HaveNoNumberWithoutAnNsid) {
    // 0 is no NSID.
    Observation host = connected(Pair(1, 1).observation());
    KernelNamespace& head = head_of(host, 1);
    head.nsid = {};
    head.dev = {};
    head.paths[1].size = Attribute::of("2048");
    EXPECT_THAT(nsids_of(host, "host.path.size"), ElementsAre("0"));
    EXPECT_THAT(nsids_of(host, "host.ns.usable_arrays"), ElementsAre("0"));
    EXPECT_THAT(nsids_of(host, "host.head.missing"), ElementsAre("0"));
    head.paths[0].ana_state = Attribute::of("invalid state");
    EXPECT_THAT(nsids_of(host, "host.ana.no_group"), ElementsAre("0"));
}

TEST(HostPaths, FoldTheOneWithoutAnNsidAsZero) {
    Observation host = connected(Pair(1, 5).observation());
    head_of(host, 1).nsid = {};
    for (KernelNamespace& head : host.kernels.front().subsystems.front().namespaces) {
        head.dev = {};
        head.paths[0].ana_state = Attribute::of("(null)");
        head.paths[1].size = Attribute::of("2048");
    }
    for (const char* const rule :
         {"host.path.size", "host.head.missing", "host.ns.usable_path", "host.ana.no_group"}) {
        EXPECT_THAT(nsids_of(host, rule), ElementsAre("0, 2-5")) << rule;
    }
}

TEST(HostPaths, TakeNoOtherNamespaceForTheOneWithoutAnNsid) {
    Observation host = connected(Pair(1, 1).observation());
    head_of(host, 1).paths[1].ana_state = Attribute::of("inaccessible");
    ASSERT_THAT(findings_of(host, "host.ana.state"), SizeIs(1));
    head_of(host, 1).nsid = {};
    EXPECT_THAT(findings_of(host, "host.ana.state"), IsEmpty());
}

TEST(HostHeadMissing, ShowsWhyItsPathsAreNotUsed) {
    Observation host = connected(Pair(1).observation());
    head_of(host, 2).dev = {};
    path_of(host, 2, "nvme1").ana_state = Attribute::of("inaccessible");
    EXPECT_THAT(told(host, "host.head.missing"),
                ElementsAre("there is no device /dev/nvme0n2: no path of it was ever usable",
                            "nvme0 (array-a): usable", "nvme1 (array-b): ANA inaccessible"));
    EXPECT_THAT(nsids_of(host, "host.head.missing"), ElementsAre("2"));
    Observation own = host;
    head_of(own, 2).multipath = false;
    EXPECT_THAT(findings_of(own, "host.head.missing"), IsEmpty());
    head_of(host, 2).paths.clear();
    EXPECT_THAT(findings_of(host, "host.head.missing"), IsEmpty()) << "no paths, nothing to open";
}

TEST(HostHeadMissing, ListsPathsThatBelongToNone) {
    Observation host = connected(Pair(1).observation());
    std::vector<KernelPath>& headless = host.kernels.front().subsystems.front().headless;
    headless.resize(2);
    headless[0].name = "nvme0c0n9";
    headless[0].controller = "nvme0";
    headless[1].name = "nvme0c1n9";
    headless[1].controller = "nvme1";
    EXPECT_THAT(
        told(host, "host.head.missing"),
        ElementsAre("2 paths belong to no device", "nvme0 (): nvme0c0n9", "nvme1 (): nvme0c1n9"));
    EXPECT_EQ(findings_of(host, "host.head.missing").front().subsystem, kNqn);
}

TEST(HostUsable, ShowsWhyEachPathIsNot) {
    Observation host = connected(Pair(1).observation());
    path_of(host, 1, "nvme0").ana_state = Attribute::of("persistent-loss");
    path_of(host, 1, "nvme1").ana_state = Attribute::of("inaccessible");
    path_of(host, 2, "nvme0").ana_state = Attribute::of("persistent-loss");
    path_of(host, 3, "nvme1").ana_state = Attribute::of("persistent-loss");
    EXPECT_THAT(told(host, "host.ns.usable_path"),
                ElementsAre("none of the 2 paths of nvme0n1 can be used",
                            "nvme0 (array-a): ANA persistent-loss",
                            "nvme1 (array-b): ANA inaccessible"));
    EXPECT_THAT(told(host, "host.ns.usable_arrays"),
                ElementsAre("only paths on array-b of nvme0n2 can be used",
                            "nvme0 (array-a): ANA persistent-loss", "nvme1 (array-b): usable",
                            "only paths on array-a of nvme0n3 can be used",
                            "nvme0 (array-a): usable", "nvme1 (array-b): ANA persistent-loss"));
    EXPECT_THAT(nsids_of(host, "host.ns.usable_path"), ElementsAre("1"));
    EXPECT_THAT(nsids_of(host, "host.ns.usable_arrays"), ElementsAre("2", "3"));
}

TEST(HostUsable, LeavesOpenWhatCannotBeRead) {
    const Attribute unreadable{
        .state = Attribute::State::unreadable, .nul_padded = false, .text = "too long"};
    Observation host = connected(Pair(1).observation());
    path_of(host, 1, "nvme0").ana_state = unreadable;
    path_of(host, 1, "nvme1").ana_state = unreadable;
    path_of(host, 2, "nvme1").ana_state = unreadable;
    EXPECT_THAT(told(host, "host.ns.usable_path"),
                ElementsAre("of 2 of the 2 paths of nvme0n1 the state cannot be read",
                            "nvme0 (array-a): ANA state not readable: too long",
                            "nvme1 (array-b): ANA state not readable: too long"));
    EXPECT_EQ(findings_of(host, "host.ns.usable_path").front().verdict, Verdict::unknown);
    EXPECT_THAT(told(host, "host.ns.usable_arrays"),
                testing::Contains("of 1 of the 2 paths of nvme0n2 the state cannot be read"));
    EXPECT_EQ(findings_of(host, "host.ns.usable_arrays").front().verdict, Verdict::unknown);
    // The other one is surely of no use: it hangs on what cannot be read.
    path_of(host, 2, "nvme0").ana_state = Attribute::of("persistent-loss");
    EXPECT_THAT(nsids_of(host, "host.ns.usable_path"), ElementsAre("1", "2"));
    // Of a controller whose state is not known nothing is known; of one that is down it is.
    Observation blind = connected(Pair(1, 1).observation());
    controller_of(blind, "nvme0").state = controller_of(blind, "nvme1").state = unreadable;
    EXPECT_EQ(findings_of(blind, "host.ns.usable_path").front().verdict, Verdict::unknown);
    controller_of(blind, "nvme0").state = controller_of(blind, "nvme1").state =
        Attribute::of("dead");
    EXPECT_EQ(findings_of(blind, "host.ns.usable_path").front().verdict, Verdict::fail);
}

TEST(HostHeadMissing, IsNotSaidOfADeviceThatCannotBeRead) {
    Observation host = connected(Pair(1, 1).observation());
    head_of(host, 1).dev = {};
    EXPECT_THAT(findings_of(host, "host.head.missing"), SizeIs(1));
    head_of(host, 1).dev.state = Attribute::State::unreadable;
    EXPECT_THAT(findings_of(host, "host.head.missing"), IsEmpty());
}

TEST(HostUsable, TakesAnArrayInWaitingForReady) {
    // Base 2.3 §8.1.1.4: inaccessible and change end, persistent loss does not.
    for (const AnaState state :
         {AnaState::optimized, AnaState::non_optimized, AnaState::inaccessible,
          AnaState::persistent_loss, AnaState::change}) {
        Observation host = connected(Pair(1, 1).observation());
        path_of(host, 1, "nvme1").ana_state = Attribute::of(nvme::to_string(state));
        EXPECT_THAT(findings_of(host, "host.ns.usable_arrays"),
                    SizeIs(state == AnaState::persistent_loss ? 1 : 0))
            << nvme::to_string(state);
        EXPECT_THAT(findings_of(host, "host.ns.usable_path"), IsEmpty());
    }
}

TEST(HostUsable, TakesNoPathOfAnotherSizeForReady) {
    // nvme_mpath_revalidate_paths takes NVME_NS_READY from it, and no ANA change gives it back.
    for (const AnaState state : {AnaState::inaccessible, AnaState::change}) {
        Observation host = connected(Pair(1, 1).observation());
        path_of(host, 1, "nvme1").ana_state = Attribute::of(nvme::to_string(state));
        EXPECT_THAT(findings_of(host, "host.ns.usable_arrays"), IsEmpty());
        path_of(host, 1, "nvme1").size = Attribute::of("2048");
        EXPECT_THAT(told(host, "host.ns.usable_arrays"),
                    ElementsAre("only paths on array-a of nvme0n1 can be used",
                                "nvme0 (array-a): usable",
                                "nvme1 (array-b): ANA " + nvme::to_string(state)));
    }
}

TEST(HostUsable, CountsArraysOnlyWhereAllAreKnown) {
    Observation host = connected(Pair(1, 1).observation());
    path_of(host, 1, "nvme1").ana_state = Attribute::of("persistent-loss");
    ASSERT_THAT(findings_of(host, "host.ns.usable_arrays"), SizeIs(1));
    // nvme1 may be on the same array.
    Config config;
    config.sites.emplace_back().name = "east";
    config.sites.front().cntlids = {1001, 1001};
    EXPECT_THAT(findings_of(host, "host.ns.usable_arrays", config), IsEmpty());
    config.sites.front().cntlids = {1001, 2001};
    EXPECT_THAT(findings_of(host, "host.ns.usable_arrays", config), IsEmpty()) << "one array";
    path_of(host, 1, "nvme0").ana_state = Attribute::of("persistent-loss");
    EXPECT_THAT(findings_of(host, "host.ns.usable_path", config), SizeIs(1));
}

TEST(HostUsable, NeedsPathsOfKnownControllers) {
    Observation host = connected(Pair(1, 1).observation());
    head_of(host, 1).paths.clear();
    // A head comes with its first path: it had some.
    EXPECT_THAT(told(host, "host.ns.usable_path"),
                ElementsAre("nvme0n1 has no path: every one of them was removed",
                            "nvme0 (array-a): offers the namespace, has no path",
                            "nvme1 (array-b): offers the namespace, has no path"));
    EXPECT_THAT(findings_of(host, "host.ns.usable_arrays"), IsEmpty());
    Observation gone = connected(Pair(1, 1).observation());
    path_of(gone, 1, "nvme1").controller = "nvme8";
    EXPECT_THAT(told(gone, "host.ns.usable_arrays"),
                testing::UnorderedElementsAre("only paths on array-a of nvme0n1 can be used",
                                              "nvme0 (array-a): usable",
                                              "nvme8 (): its controller is gone"));
}

TEST(HostUsable, FoldsUsablePathsWhateverTheirState) {
    Observation host = connected(Pair(1, 12).observation());
    for (std::uint32_t nsid = 1; nsid <= 12; ++nsid) {
        path_of(host, nsid, "nvme0").ana_state =
            Attribute::of(nsid % 2 == 0 ? "optimized" : "non-optimized");
        path_of(host, nsid, "nvme1").ana_state = Attribute::of("persistent-loss");
    }
    EXPECT_THAT(nsids_of(host, "host.ns.usable_arrays"), ElementsAre("1-12"));
}

TEST(HostUsable, FoldsByPathsAndReasons) {
    Observation host = connected(Pair(1, 18).observation());
    for (std::uint32_t nsid = 1; nsid <= 18; ++nsid) {
        const bool other = nsid > 6 && nsid <= 12;
        path_of(host, nsid, other ? "nvme0" : "nvme1").ana_state =
            Attribute::of(nsid > 12 ? "(null)" : "persistent-loss");
    }
    EXPECT_THAT(nsids_of(host, "host.ns.usable_arrays"),
                testing::UnorderedElementsAre("1-6", "7-12", "13-18"));
}

struct LogAndKernel {
    AnaState log{};
    AnaState kernel{};
};

std::ostream& operator<<(std::ostream& out, const LogAndKernel& one) {
    return out << nvme::to_string(one.log) << " but " << nvme::to_string(one.kernel);
}

std::vector<LogAndKernel> logs_and_kernels() {
    constexpr std::array kAll{AnaState::optimized, AnaState::non_optimized, AnaState::inaccessible,
                              AnaState::persistent_loss, AnaState::change};
    std::vector<LogAndKernel> out;
    for (const AnaState log : kAll) {
        for (const AnaState kernel : kAll) {
            out.push_back({log, kernel});
        }
    }
    return out;
}

class HostAnaState : public testing::TestWithParam<LogAndKernel> {};

TEST_P(HostAnaState, FailsWhereIoGoesAnotherWay) {
    const auto& [log, kernel] = GetParam();
    Observation host =
        connected(Pair(1, 1).on_b([&](Node& node) { node.state(GetParam().log); }).observation());
    path_of(host, 1, "nvme1").ana_state = Attribute::of(nvme::to_string(kernel));
    const std::vector<Finding> found = findings_of(host, "host.ana.state");
    if (log == kernel) {
        EXPECT_THAT(found, IsEmpty());
        return;
    }
    ASSERT_THAT(found, SizeIs(1));
    const auto usable = [](AnaState state) {
        return state == AnaState::optimized || state == AnaState::non_optimized;
    };
    EXPECT_EQ(found.front().verdict, usable(log) != usable(kernel) ? Verdict::fail : Verdict::warn);
    EXPECT_THAT(told(host, "host.ana.state"),
                ElementsAre(fmt::format("nvme1 says {} of nsid 1, the kernel goes by {}",
                                        nvme::to_string(log), nvme::to_string(kernel)),
                            fmt::format("nvme1 (array-b): log {}, ana_state {}",
                                        nvme::to_string(log), nvme::to_string(kernel))));
    EXPECT_THAT(nsids_of(host, "host.ana.state"), ElementsAre("1"));
}

INSTANTIATE_TEST_SUITE_P(All, HostAnaState, testing::ValuesIn(logs_and_kernels()));

TEST(HostAnaStates, AreComparedOnLivePathsWithAna) {
    Observation healthy = connected(Pair(1, 1).observation());
    path_of(healthy, 1, "nvme1").ana_state = Attribute::of("inaccessible");
    ASSERT_THAT(findings_of(healthy, "host.ana.state"), SizeIs(1));
    Observation down = healthy;
    controller_of(down, "nvme1").state = Attribute::of("connecting");
    EXPECT_THAT(findings_of(down, "host.ana.state"), IsEmpty());
    Observation blind = healthy;
    path_of(blind, 1, "nvme1").ana_state.state = Attribute::State::unreadable;
    EXPECT_THAT(findings_of(blind, "host.ana.state"), IsEmpty());
    Observation unasked = healthy;
    unasked.controllers[1].identify = Page::of_failure("lost");
    EXPECT_THAT(findings_of(unasked, "host.ana.state"), IsEmpty());
    Observation other = healthy;
    other.controllers[1].namespaces.clear();
    EXPECT_THAT(findings_of(other, "host.ana.state"), IsEmpty());
    Observation moving = healthy;
    moving.controllers[1].ana.stable = false;
    EXPECT_THAT(findings_of(moving, "host.ana.state"), IsEmpty());
    EXPECT_THAT(findings_of(moving, "host.ana.no_group"), IsEmpty());
    Pair pair(1, 1);
    pair.b[0].id.cmic = nvme::cmic::multiple_ports | nvme::cmic::multiple_controllers;
    Observation without = connected(pair.observation());
    path_of(without, 1, "nvme1").ana_state = Attribute::of("inaccessible");
    EXPECT_THAT(findings_of(without, "host.ana.state"), IsEmpty());
    EXPECT_THAT(findings_of(without, "host.ana.no_group"), IsEmpty());
}

TEST(HostAnaStates, FoldByControllerAndBothStates) {
    Observation host = connected(Pair(1, 24).observation());
    const auto set = [&](std::uint32_t first, const char* controller, const char* state) {
        for (std::uint32_t nsid = first; nsid < first + 6; ++nsid) {
            path_of(host, nsid, controller).ana_state = Attribute::of(state);
        }
    };
    set(1, "nvme0", "inaccessible");
    set(7, "nvme1", "inaccessible");
    set(13, "nvme1", "persistent-loss");
    EXPECT_THAT(nsids_of(host, "host.ana.state"),
                testing::UnorderedElementsAre("1-6", "7-12", "13-18"));
    // Another state of the log is another finding: B's second group.
    Pair pair(1, 12);
    pair.b[0].group(2).state = AnaState::persistent_loss;
    pair.b[0].group(2).state_byte = 4;
    host = connected(pair.observation());
    set(1, "nvme1", "inaccessible");
    set(7, "nvme1", "inaccessible");
    EXPECT_THAT(nsids_of(host, "host.ana.state"), testing::UnorderedElementsAre("1-6", "7-12"));
}

TEST(HostAnaNoGroup, TakesWhatTheKernelShowsOrTheLogLeavesOut) {
    for (const char* const shown : {"invalid state", "(null)"}) {
        Observation host = connected(Pair(1, 1).observation());
        path_of(host, 1, "nvme1").ana_state = Attribute::of(shown);
        EXPECT_THAT(told(host, "host.ana.no_group"),
                    ElementsAre(fmt::format("nvme0c1n1 is in no ANA group that nvme1 reports; the "
                                            "kernel has it as \"{}\"",
                                            shown),
                                fmt::format("nvme1 (array-b): ana_state {}, ana_grpid 1", shown)));
        EXPECT_THAT(nsids_of(host, "host.ana.no_group"), ElementsAre("1"));
        EXPECT_THAT(findings_of(host, "host.ana.state"), IsEmpty()) << "told by the other rule";
    }
    Observation healthy = connected(Pair(1, 1).observation());
    EXPECT_THAT(findings_of(healthy, "host.ana.no_group"), IsEmpty());
}

TEST(HostAnaNoGroup, IsNotToldOfALogThatWasCut) {
    const auto seen = [](std::uint16_t announced) {
        Pair pair(1, 4);
        pair.b[0].edit = [announced](ControllerObservation& controller) {
            nvme::AnaLog log = controller.ana_log();
            std::erase(log.groups[0].nsids, 1U);
            log.nagd = announced;
            controller.ana.log = Page::of(nvme::encode(log));
        };
        Observation host = connected(pair.observation());
        KernelPath path = path_of(host, 2, "nvme1");
        path.name = "nvme0c1n1";
        refuse(host, 1, "nvme1");
        head_of(host, 1).paths.push_back(path);
        return host;
    };
    EXPECT_THAT(nsids_of(seen(2), "host.ana.no_group"), ElementsAre("1"));
    const Observation cut = seen(3);
    ASSERT_TRUE(judge::Subject(cut, {}).controllers[1].ana_log_truncated);
    EXPECT_THAT(findings_of(cut, "host.ana.no_group"), IsEmpty()) << "it may be in the rest";
}

TEST(HostAnaNoGroup, FoldsByController) {
    Observation host = connected(Pair(1, 12).observation());
    for (std::uint32_t nsid = 1; nsid <= 12; ++nsid) {
        path_of(host, nsid, nsid <= 6 ? "nvme0" : "nvme1").ana_state = Attribute::of("(null)");
    }
    EXPECT_THAT(nsids_of(host, "host.ana.no_group"), ElementsAre("1-6", "7-12"));
}

TEST(HostPaths, ShowOneArrayAfterTheOther) {
    Observation pair = Pair(2, 2).observation();
    std::swap(pair.controllers[1], pair.controllers[2]); // A B A B
    Observation host = connected(pair);
    refuse(host, 1, "nvme1");
    for (const char* const name : {"nvme1", "nvme3"}) {
        path_of(host, 2, name).ana_state = Attribute::of("persistent-loss");
    }
    for (const char* const rule : {"host.path.missing", "host.ns.usable_arrays"}) {
        const std::vector<Finding> found = findings_of(host, rule);
        ASSERT_THAT(found, SizeIs(1)) << rule;
        std::string order;
        for (const FindingValue& value : found.front().values) {
            order += value.controller + " ";
        }
        EXPECT_EQ(order, "nvme0 nvme2 nvme1 nvme3 ") << rule;
    }
}

TEST(HostPaths, FoldByControllersOfOneArray) {
    Observation host = connected(Pair(2, 12).observation());
    for (std::uint32_t nsid = 1; nsid <= 12; ++nsid) {
        path_of(host, nsid, nsid <= 6 ? "nvme0" : "nvme1").ana_state =
            Attribute::of("non-optimized");
    }
    EXPECT_THAT(nsids_of(host, "host.ana.state"), ElementsAre("1-6", "7-12"));
    for (std::uint32_t nsid = 1; nsid <= 12; ++nsid) {
        refuse(host, nsid, nsid <= 6 ? "nvme0" : "nvme1");
        refuse(host, nsid, "nvme2");
        refuse(host, nsid, "nvme3");
    }
    EXPECT_THAT(nsids_of(host, "host.ns.usable_arrays"),
                testing::UnorderedElementsAre("1-6", "7-12"));
}

} // namespace
} // namespace haoh::test
