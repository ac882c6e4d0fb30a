// SPDX-License-Identifier: LGPL-2.1-or-later
// Why a path is refused, by nvme_init_ns_head and its callees in drivers/nvme/host/core.c.
#include "unit/catalogue/linux_host.hpp"

#include "catalogue/host/path_refusal.hpp"
#include "judge/subject.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace haoh::test {
namespace {

KernelSubsystem& refusing_subsystem(Observation& host) {
    return host.kernels.front().subsystems.front();
}

/// Why nvme1 has no path to `nsid`; "-" when it should have one.
std::string refusal_of(const Observation& host, std::uint32_t nsid) {
    const judge::Subject subject(host, {});
    const std::vector<judge::HostSubsystem>& all = subject.hosts.front().subsystems;
    const judge::Namespace* const path = all.front().controllers[1].find(nsid);
    if (path == nullptr) {
        return "not offered";
    }
    const auto refusal = judge::explain_refusal(all.front(), *path);
    return refusal ? judge::reason_of(*refusal) + "; " +
                         linux_kernel::refusal_message(refusal->kind, nsid)
                   : "-";
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
        refusing_subsystem(host).namespaces.resize(1);
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
    refusing_subsystem(host).namespaces.resize(1);
    refusing_subsystem(host).namespaces.front().wwid = Attribute::of("nvme.1cc1-00");
    EXPECT_EQ(refusal_of(host, 9), "-");
}

TEST(Refusal, LooksIntoOtherSubsystemsOfTheSameKernel) {
    Observation host = connected(Pair(1, 1).observation());
    KernelSubsystem old = refusing_subsystem(host);
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

TEST(LoggedRefusals, AreOfOneControllerOneNamespaceAndOneKind) {
    using linux_kernel::KernelRefusal;
    KernelObservation kernel;
    const auto find = [&](std::uint32_t nsid) {
        return judge::LoggedRefusals(kernel).find("nvme1", KernelRefusal::ids_differ, nsid);
    };
    EXPECT_EQ(find(2), judge::InLog::missing);
    for (const char* const other :
         {"nvme nvme1: new ctrl", "nvme nvme1: IDs don't match for shared namespace 20",
          "nvme nvme10: IDs don't match for shared namespace 2",
          "nvme nvme2: IDs don't match for shared namespace 2",
          "IDs don't match for shared namespace 2",
          "nvme nvme1: duplicate IDs in subsystem for nsid 2",
          "nvme nvme1: Invalid MNAN value 2"}) {
        kernel.messages.push_back({.microseconds = 1, .text = other});
    }
    EXPECT_EQ(find(2), judge::InLog::missing);
    kernel.messages.push_back(
        {.microseconds = 2, .text = "nvme nvme1: IDs don't match for shared namespace 2"});
    EXPECT_EQ(find(2), judge::InLog::there);
    EXPECT_EQ(find(20), judge::InLog::there);
    EXPECT_EQ(find(3), judge::InLog::missing);
    kernel.messages_error = "Operation not permitted";
    EXPECT_EQ(find(2), judge::InLog::unreadable);
}

} // namespace
} // namespace haoh::test
