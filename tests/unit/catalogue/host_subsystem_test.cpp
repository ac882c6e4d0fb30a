// SPDX-License-Identifier: LGPL-2.1-or-later
// A kernel's subsystem beside its controllers, and why a path is refused, by nvme_init_ns_head and
// its callees in drivers/nvme/host/core.c.
#include "unit/catalogue/linux_host.hpp"

#include "catalogue/host/host_subsystem.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace haoh::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

KernelSubsystem& first_subsystem(Observation& host) {
    return host.kernels.front().subsystems.front();
}

std::vector<std::string> sites_in(const judge::HostSubsystem& subsystem) {
    std::vector<std::string> out;
    for (const judge::HostController& one : subsystem.controllers) {
        out.push_back(one.kernel->name + " " + one.site);
    }
    return out;
}

TEST(HostView, LeavesDiscoveryAndDrivesOut) {
    Observation host = connected(Pair(1).observation());
    const KernelSubsystem fabric = first_subsystem(host);
    std::vector<KernelSubsystem>& all = host.kernels.front().subsystems;
    all.assign(4, fabric);
    all[0].subsystype = Attribute::of("discovery");
    all[1].controllers[0].transport = all[1].controllers[1].transport = Attribute::of("pcie");
    all[2].controllers[0].transport = Attribute::of("apple-nvme");
    all[2].name = "one-over-tcp";
    all[3].name = "both-over-tcp";
    all[3].subsystype = {};
    const judge::Subject subject(host, {});
    std::vector<std::string> names;
    for (const judge::HostSubsystem& one : judge::host_subsystems(subject)) {
        names.push_back(one.observed->name);
        EXPECT_EQ(one.kernel, &host.kernels.front());
        EXPECT_EQ(one.nqn, kNqn);
    }
    EXPECT_THAT(names, ElementsAre("one-over-tcp", "both-over-tcp"));
}

TEST(HostView, TakesTheLastReleaseForOneThatIsNotTold) {
    for (const auto& [text, release] : std::vector<std::pair<const char*, KernelVersion>>{
             {"6.1.176", {6, 1}}, {"", kLastKnownKernel}, {"rolling", kLastKnownKernel}}) {
        const Observation host = connected(Pair(1).observation(), text);
        const judge::Subject subject(host, {});
        EXPECT_EQ(judge::host_subsystems(subject).front().release, release) << text;
    }
}

TEST(HostView, FindsControllersByHostAndName) {
    Observation host = connected(Pair(1).observation());
    host.controllers[1].host = "host2"; // nvme1 of another machine
    host.controllers[0].identify = Page::of_failure("lost");
    ControllerObservation third = host.controllers[1];
    third.host = "host1";
    host.controllers.push_back(third);
    const judge::Subject subject(host, {});
    const auto all = judge::host_subsystems(subject);
    const judge::HostSubsystem& subsystem = all.front();
    ASSERT_EQ(subsystem.controllers.size(), 2U);
    EXPECT_EQ(subsystem.controllers[0].asked, nullptr) << "Identify failed";
    EXPECT_EQ(subsystem.controllers[1].asked, &subject.controllers[2]);
    EXPECT_EQ(subsystem.controllers[0].kernel, &first_subsystem(host).controllers[0]);
    const FindingValue value = judge::value_of(subsystem.controllers[1], "text");
    EXPECT_EQ(value, (FindingValue{"nvme1", subsystem.controllers[1].site, "text"}));
}

Config sites_by_id() {
    Config config;
    for (const auto cntlid : std::array<std::uint16_t, 4>{1001, 1002, 2001, 2002}) {
        Site& site = config.sites.emplace_back();
        site.name = fmt::format("site-{}", cntlid);
        site.cntlids = {cntlid, cntlid};
    }
    return config;
}

TEST(HostView, KnowsTheSitesOfReadAndUnreadControllers) {
    Observation host = connected(Pair(2).observation());
    // Unread are nvme0 and nvme2; before them one of discovery, and after them another machine's.
    KernelSubsystem discovery = first_subsystem(host);
    discovery.subsystype = Attribute::of("discovery");
    discovery.controllers.resize(1);
    discovery.controllers[0].name = "nvme9";
    discovery.controllers[0].cntlid = Attribute::of("1");
    std::erase_if(host.controllers, [](const ControllerObservation& one) {
        return one.name == "nvme0" || one.name == "nvme2";
    });
    host.kernels.front().subsystems.insert(host.kernels.front().subsystems.begin(), discovery);
    KernelObservation other = host.kernels.front();
    other.host = "host2";
    other.subsystems.erase(other.subsystems.begin());
    host.kernels.push_back(other);
    const Config config = sites_by_id();
    const judge::Subject subject(host, config);
    const auto all = judge::host_subsystems(subject);
    ASSERT_EQ(all.size(), 2U);
    for (const judge::HostSubsystem& one : all) {
        EXPECT_THAT(sites_in(one), ElementsAre("nvme0 site-1001", "nvme1 site-1002",
                                               "nvme2 site-2001", "nvme3 site-2002"));
    }
}

TEST(HostView, TakesAnNsidThatIsOne) {
    for (const auto& [text, nsid] :
         std::vector<std::pair<const char*, std::optional<std::uint32_t>>>{
             {"0", std::nullopt},
             {"1", 1},
             {"4294967294", 4294967294},
             {"4294967295", std::nullopt}, // all namespaces
             {"4294967297", std::nullopt},
             {"one", std::nullopt}}) {
        Observation host = connected(Pair(1, 1).observation());
        head_of(host, 1).nsid = Attribute::of(text);
        const judge::Subject subject(host, {});
        const auto all = judge::host_subsystems(subject);
        const judge::HostSubsystem& subsystem = all.front();
        EXPECT_EQ(subsystem.namespaces.front().nsid, nsid) << text;
        EXPECT_EQ(subsystem.find(nsid.value_or(1)) != nullptr, nsid.has_value()) << text;
    }
}

TEST(HostView, BindsPathsToTheirControllers) {
    Observation host = connected(Pair(1, 3).observation());
    path_of(host, 2, "nvme1").ana_state = Attribute::of("inaccessible");
    refuse(host, 3, "nvme0");
    path_of(host, 3, "nvme1").controller = "nvme8";
    const judge::Subject subject(host, {});
    const auto all = judge::host_subsystems(subject);
    const judge::HostSubsystem& subsystem = all.front();
    const judge::HostNamespace* const second = subsystem.find(2);
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(second->kernel, &head_of(host, 2));
    ASSERT_EQ(second->paths.size(), 2U);
    EXPECT_EQ(second->paths[1].controller, &subsystem.controllers[1]);
    EXPECT_EQ(second->paths[1].kernel, &path_of(host, 2, "nvme1"));
    EXPECT_TRUE(second->paths[0].use.usable());
    EXPECT_EQ(second->paths[1].use.kind, PathUse::Kind::ana_inaccessible);
    EXPECT_EQ(second->find(*subsystem.controllers[1].kernel), &second->paths[1]);
    const judge::HostNamespace* const third = subsystem.find(3);
    ASSERT_NE(third, nullptr);
    EXPECT_EQ(third->paths.front().controller, nullptr);
    EXPECT_EQ(third->find(*subsystem.controllers[0].kernel), nullptr);
    EXPECT_EQ(subsystem.find(4), nullptr);
    // What a controller offers itself.
    EXPECT_EQ(subsystem.controllers[0].find(3), &subject.controllers[0].namespaces[2]);
    EXPECT_EQ(subsystem.controllers[0].find(4), nullptr);
    EXPECT_EQ(subsystem.controllers[0].find(0), nullptr);
    EXPECT_EQ(judge::HostController{}.find(1), nullptr);
}

TEST(HostView, ReadsTheCommandSetOfAHead) {
    KernelNamespace head;
    EXPECT_EQ(judge::head_ids(head).csi, 0);
    head.csi = Attribute::of("2");
    EXPECT_EQ(judge::head_ids(head).csi, 2);
    EXPECT_FALSE(judge::head_ids(head).any());
}

TEST(HostView, TakesTheWordOfTheWwidForAUuid) {
    KernelNamespace head;
    head.uuid = Attribute::of("36525430-5290-0057-0025-384500000001");
    head.nguid = head.uuid;
    head.wwid = Attribute::of("uuid.36525430-5290-0057-0025-384500000001");
    EXPECT_TRUE(judge::head_ids(head).uuid) << "the array numbers both alike";
    head.nguid = {};
    head.wwid = Attribute::of("eui.0025385b00000001");
    EXPECT_FALSE(judge::head_ids(head).uuid);
}

struct Reading {
    KernelVersion release;
    std::uint32_t version{};
    bool answers_independent{};
    bool from_independent{}; ///< core.c, nvme_scan_ns, 6.16 and later
};

TEST(HostView, ReadsThePageThatTheReleaseReads) {
    for (const Reading& one :
         {Reading{{6, 15}, 0x20000, true, false}, Reading{{6, 16}, 0x20000, true, true},
          Reading{{7, 3}, 0x20100, true, true}, Reading{{6, 16}, 0x1FFFF, true, false},
          Reading{{6, 16}, 0x20000, false, false}}) {
        for (const bool shared : {true, false}) {
            Pair pair(1, 1);
            pair.b[0].id.ver = one.version;
            // The two pages contradict each other, and one identifier is in CNS 00h alone.
            pair.on_b(1, [&](Path& path) {
                path.independent.nmic = shared ? nvme::nmic::shared : 0;
                path.identify.nmic = shared ? 0 : nvme::nmic::shared;
                std::erase_if(path.descriptors, [](const nvme::IdDescriptor& entry) {
                    return entry.nidt == static_cast<std::uint8_t>(nvme::IdType::eui64);
                });
                path.edit = [&](NamespaceObservation& seen) {
                    if (!one.answers_independent) {
                        seen.independent = Page::of_status({});
                    }
                };
            });
            const Observation seen = pair.observation();
            const judge::Subject subject(seen, {});
            const judge::Namespace& path = subject.controllers[1].namespaces.front();
            EXPECT_EQ(judge::bound_as_shared(path, one.release), shared == one.from_independent)
                << one.release.minor << " " << one.version;
            const nvme::NamespaceIds ids = judge::bound_ids(path, one.release);
            EXPECT_EQ(ids.eui64.has_value(), !one.from_independent);
            EXPECT_TRUE(ids.uuid && ids.nguid);
        }
    }
}

/// Why nvme1 has no path to `nsid`; "-" when it should have one.
std::string refusal_of(const Observation& host, std::uint32_t nsid) {
    const judge::Subject subject(host, {});
    const auto all = judge::host_subsystems(subject);
    const judge::Namespace* const path = all.front().controllers[1].find(nsid);
    if (path == nullptr) {
        return "not offered";
    }
    const auto refusal = judge::explain_refusal(all.front(), *path, all);
    return refusal ? refusal->reason + "; " + refusal->message : "-";
}

TEST(Refusal, SaysWhichIdentifierDiffers) {
    const auto mine = [](const std::function<void(Path&)>& change) {
        return refusal_of(connected(Pair(1, 1).on_b(1, change).observation()), 1);
    };
    const Observation healthy = connected(Pair(1, 1).observation());
    const nvme::NamespaceIds ids = healthy.controllers[0].namespaces[0].ids();
    const std::string uuid = nvme::format_uuid(*ids.uuid);
    const std::string nguid = nvme::format_nguid(*ids.nguid);
    const std::string eui64 = nvme::format_eui64(*ids.eui64);
    const std::string message = "; IDs don't match for shared namespace 1";
    EXPECT_EQ(refusal_of(healthy, 1), "-");
    EXPECT_EQ(mine([](Path& path) { path.uuid(other_uuid()); }),
              "its UUID is " + nvme::format_uuid(other_uuid()) + ", the device's " + uuid +
                  message);
    EXPECT_EQ(mine([](Path& path) { path.uuid(std::nullopt); }),
              "its UUID is absent, the device's " + uuid + message);
    EXPECT_EQ(mine([](Path& path) { path.nguid(other_nguid()); }),
              "its NGUID is " + nvme::format_nguid(other_nguid()) + ", the device's " + nguid +
                  message);
    EXPECT_EQ(mine([](Path& path) { path.eui64(other_eui64()); }),
              "its EUI64 is " + nvme::format_eui64(other_eui64()) + ", the device's " + eui64 +
                  message);
    EXPECT_EQ(mine([](Path& path) {
                  for (nvme::IdDescriptor& one : path.descriptors) {
                      if (one.nidt == static_cast<std::uint8_t>(nvme::IdType::csi)) {
                          one.nid = {2};
                      }
                  }
              }),
              "its command set is 2, the device's 0" + message);
    Observation plain = connected(
        Pair(1, 1).on_a([](Node& node) { node.path(1).eui64(std::nullopt); }).observation());
    EXPECT_EQ(refusal_of(plain, 1), "its EUI64 is " + eui64 + ", the device's absent" + message);
}

/// Leaves one identifier of a path as it is and makes the others unknown.
void keep(Path& path, int kept) {
    if (kept != 0) {
        path.uuid(other_uuid());
    }
    if (kept != 1) {
        path.nguid(other_nguid());
    }
    if (kept != 2) {
        path.eui64(other_eui64());
    }
}

TEST(Refusal, TakesAnyIdentifierForTheSameNamespace) {
    // The volume of nsid 1 is nsid 9 on nvme1; 3: no identifier is the same.
    for (int kept = 0; kept <= 3; ++kept) {
        Pair pair(1, 1);
        pair.on_b([&](Node& node) {
            keep(node.path(1), kept);
            node.renumber(1, 9);
        });
        Observation host = connected(pair.observation());
        first_subsystem(host).namespaces.resize(1);
        EXPECT_EQ(refusal_of(host, 9), kept == 3 ? "-"
                                                 : "nvme0n1 (nsid 1) has the same identifier; "
                                                   "duplicate IDs in subsystem for nsid 9")
            << kept;
    }
    // What both lack is nothing in common.
    Pair pair(1, 1);
    pair.on_all_paths(
        [](Path& path) { path.uuid(std::nullopt).nguid(std::nullopt).eui64(std::nullopt); });
    pair.on_b([](Node& node) { node.renumber(1, 9); });
    Observation host = connected(pair.observation());
    first_subsystem(host).namespaces.resize(1);
    first_subsystem(host).namespaces.front().wwid = Attribute::of("nvme.1cc1-00");
    EXPECT_EQ(refusal_of(host, 9), "-");
}

TEST(Refusal, LooksIntoOtherSubsystemsOfTheSameKernel) {
    Observation host = connected(Pair(1, 1).observation());
    KernelSubsystem old = first_subsystem(host);
    old.name = "nvme-subsys5";
    old.subsysnqn = Attribute::of("nqn.old");
    old.controllers.resize(1);
    old.controllers[0].name = "nvme5";
    old.namespaces[0].name = "nvme5n1";
    KernelObservation other = host.kernels.front();
    other.host = "host2";
    other.subsystems = {old};
    host.kernels.push_back(other);
    EXPECT_EQ(refusal_of(host, 1), "-") << "on another machine";
    host.kernels.front().subsystems.push_back(old);
    EXPECT_EQ(refusal_of(host, 1), "nvme5n1 of subsystem nqn.old has the same identifier; ignoring "
                                   "nsid 1 because of duplicate IDs");
    // Other identifiers there explain nothing.
    KernelNamespace& head = host.kernels.front().subsystems[1].namespaces[0];
    head.uuid = Attribute::of(nvme::format_uuid(other_uuid()));
    head.nguid = Attribute::of(nvme::format_nguid(other_nguid()));
    head.eui = Attribute::of(nvme::format_eui64(other_eui64()));
    EXPECT_EQ(refusal_of(host, 1), "-");
}

TEST(Refusal, SaysThatAPathIsNotShared) {
    EXPECT_EQ(refusal_of(connected(Pair(1, 1)
                                       .on_b(1,
                                             [](Path& path) {
                                                 path.identify.nmic = 0;
                                                 path.uuid(other_uuid());
                                             })
                                       .observation()),
                         1),
              "it says that it is not shared (NMIC); Duplicate unshared namespace 1")
        << "tested before the identifiers";
}

TEST(Logged, WantsObjectAndMessageInOneLine) {
    struct Row {
        const char* line;
        bool there;
    };
    for (const Row& row :
         {Row{"nvme nvme1: shared namespace 2", true}, Row{"nvme nvme1: shared namespace 2.", true},
          Row{"nvme nvme1: shared namespace 20", false},
          Row{"nvme nvme1: shared namespace 29", false},
          Row{"nvme nvme10: shared namespace 2", false},
          Row{"nvme nvme19: shared namespace 2", false},
          Row{"nvme nvme2: shared namespace 2", false}, Row{"shared namespace 2", false},
          Row{"shared namespace 2 of nvme1", false}, Row{"nvme nvme1: namespace 2", false},
          Row{"nvme1/shared namespace 2", true}, Row{"nvme1:shared namespace 2:3", true}}) {
        KernelObservation kernel;
        kernel.messages.push_back({.microseconds = 1, .text = "nvme nvme1: new ctrl"});
        kernel.messages.push_back({.microseconds = 2, .text = row.line});
        EXPECT_EQ(judge::logged(kernel, "nvme1", "shared namespace 2"), row.there) << row.line;
    }
    EXPECT_FALSE(judge::logged({}, "nvme1", "shared namespace 2"));
}

} // namespace
} // namespace haoh::test
