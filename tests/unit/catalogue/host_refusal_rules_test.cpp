// SPDX-License-Identifier: LGPL-2.1-or-later
// Controllers and namespaces that a kernel did not take, by what its log says.
#include "unit/catalogue/linux_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace haoh::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

Observation healthy() {
    return connected(Pair(1, 2).observation());
}

const std::string kConnected = "nvme nvme5: new ctrl: NQN \"nqn.2026-01.io.example:pair\", addr "
                               "10.9.0.1:4420";

TEST(HostCtrlRefused, TellsWhatTheKernelSaid) {
    Observation host = healthy();
    log(host, "nvme nvme0: creating 2 I/O queues.");
    ASSERT_THAT(told(host, "host.ctrl.refused"), IsEmpty());
    log(host, "nvme nvme5: icdoff is not supported!");
    log(host, "nvme nvme6: Duplicate cntlid 1 with nvme0, subsys nqn.2026-01.io.example:pair, "
              "rejecting");
    EXPECT_THAT(
        told(host, "host.ctrl.refused"),
        ElementsAre(
            "the kernel refused nvme5 and nvme6 and has connected none of that name since",
            "nvme5 (): \"icdoff is not supported!\" (ctrl.icdoff)",
            "nvme6 (): \"Duplicate cntlid 1 with nvme0, subsys nqn.2026-01.io.example:pair, "
            "rejecting\" (ctrl.cntlid.unique)"));
    EXPECT_EQ(check(host).verdict, Verdict::warn);
}

TEST(HostCtrlRefused, IsSilentOfWhatWasConnectedSince) {
    Observation host = healthy();
    log(host, "nvme nvme5: Minimum device page size 8192 too large for host (4096)");
    ASSERT_THAT(told(host, "host.ctrl.refused"), SizeIs(2));
    Observation again = host;
    log(again, kConnected);
    EXPECT_THAT(told(again, "host.ctrl.refused"), IsEmpty());
    // Or its message is no longer in the log.
    Observation there = host;
    controller_of(there, "nvme1").name = "nvme5";
    EXPECT_THAT(told(there, "host.ctrl.refused"), IsEmpty());
    // Refused while it reconnects, it is there all the same; given up, it is told as that.
    Observation given_up = host;
    log(given_up, "nvme nvme5: Removing controller (-22)...");
    EXPECT_THAT(told(given_up, "host.ctrl.refused"), IsEmpty());
    EXPECT_THAT(told(given_up, "host.ctrl.removed"), SizeIs(2));
}

TEST(HostCtrlRefused, IsToldUntilAnArrayIsConnectedNotDiscovery) {
    Observation host = healthy();
    log(host, "nvme nvme5: Mandatory sgls are not supported!");
    log(host, "nvme nvme5: new ctrl: NQN \"nqn.2014-08.org.nvmexpress.discovery\", addr "
              "10.9.0.1:8009");
    log(host, "nvme nvme5: Removing ctrl: NQN \"nqn.2014-08.org.nvmexpress.discovery\"");
    EXPECT_THAT(told(host, "host.ctrl.refused"), SizeIs(2));
    // One that was connected before and is refused now is told.
    Observation later = healthy();
    log(later, kConnected);
    log(later, "nvme nvme5: Invalid MNAN value 0");
    EXPECT_THAT(told(later, "host.ctrl.refused"), SizeIs(2));
}

TEST(HostCtrlRefused, NotesWhatTheKernelSaysOfNobody) {
    Observation host = healthy();
    log(host, "nvme_tcp: queue 0: unsupported cpda returned 2");
    log(host, "nvme_fabrics: found same hostnqn nqn.x but different hostid 1");
    log(host, "nvme_tcp: queue 0: unsupported cpda returned 4");
    log(host, "Invalid physical block size (1536)"); // of a disk, perhaps
    EXPECT_THAT(
        told(host, "host.ctrl.refused"),
        ElementsAre("the kernel refused a connection; it does not say to what, nor whether it was "
                    "made since",
                    "nvme_tcp (): \"queue 0: unsupported cpda returned 4\" (conn.cpda)",
                    "nvme_fabrics (): \"found same hostnqn nqn.x but different hostid 1\" "
                    "(host.identity.pair)"));
    EXPECT_EQ(findings_of(host, "host.ctrl.refused").front().verdict, Verdict::note);
    EXPECT_EQ(check(host).verdict, Verdict::pass);
    // Beside one that is named, which is worse.
    log(host, "nvme nvme5: icdoff is not supported!");
    EXPECT_THAT(findings_of(host, "host.ctrl.refused"), SizeIs(2));
    EXPECT_EQ(check(host).verdict, Verdict::warn);
}

TEST(HostCtrlRefused, IsUnknownWithoutALog) {
    Observation host = healthy();
    log(host, "nvme nvme5: icdoff is not supported!");
    host.kernels.front().messages_error = "Operation not permitted";
    EXPECT_THAT(told(host, "host.ctrl.refused"), IsEmpty());
}

TEST(HostPathMissing, SaysWhatTheLogHasWhereNothingElseSpeaksAgainstThePath) {
    Observation host = healthy();
    refuse(host, 2, "nvme1");
    const auto what = [&] { return told(host, "host.path.missing").front(); };
    const auto fix = [&] { return findings_of(host, "host.path.missing").front().fix; };
    EXPECT_EQ(what(), "nvme1 offers nsid 2 and the kernel has no path to it");
    EXPECT_THAT(fix(), StartsWith("Host: rescan the controller"));
    // What went by identifiers that are equal now is mended by the rescan.
    log(host, "nvme nvme1: IDs don't match for shared namespace 2");
    log(host, "nvme nvme1: Command set not reported for nsid:20");
    log(host, "nvme nvme10: Command set not reported for nsid:2");
    EXPECT_EQ(what(), "nvme1 offers nsid 2 and the kernel has no path to it");
    log(host, "nvme nvme1: Command set not reported for nsid:2");
    EXPECT_EQ(what(), "nvme1 offers nsid 2 and the kernel has no path to it: the kernel's log says "
                      "\"Command set not reported for nsid:2\"");
    EXPECT_THAT(fix(), StartsWith("Array: mend what is said here"));
}

TEST(HostPathMissing, KnowsANamespaceByItsBlocks) {
    // Neither message has an NSID, and the block layer's not even a controller.
    Pair pair(1, 2);
    pair.on_b(2, [](Path& path) {
        path.identify.nsfeat |= 0x12;
        path.identify.npwg = 2;
        path.identify.nawupf = 2;
        path.identify.lbaf[0].lbads = 9;
    });
    Observation host = connected(pair.observation());
    refuse(host, 2, "nvme1");
    const std::string bare = "nvme1 offers nsid 2 and the kernel has no path to it";
    const auto what = [&] { return told(host, "host.path.missing").front(); };
    log(host, "Invalid physical block size (3072)");
    log(host, "nvme nvme1: invalid LBA data size 9, skipping namespace"); // of too many blocks
    EXPECT_EQ(what(), bare);
    log(host, "Invalid physical block size (1536)");
    EXPECT_EQ(what(), bare +
                          ": its blocks are such as the kernel's log says \"Invalid physical block "
                          "size (1536)\" of");
    EXPECT_THAT(findings_of(host, "host.path.missing").front().fix,
                StartsWith("Array: mend what is said here"));
    Pair small(1, 2);
    small.on_b(2, [](Path& path) { path.identify.lbaf[0].lbads = 8; });
    host = connected(small.observation());
    refuse(host, 2, "nvme1");
    log(host, "nvme nvme0: invalid LBA data size 8, skipping namespace");
    log(host, "nvme nvme1: invalid LBA data size 7, skipping namespace");
    EXPECT_EQ(what(), bare);
    log(host, "nvme nvme1: invalid LBA data size 8, skipping namespace");
    EXPECT_THAT(what(), HasSubstr("\"invalid LBA data size 8, skipping namespace\" of"));
}

TEST(HostPathMissing, KnowsWhereTheKernelSaysNothing) {
    Pair pair(1, 2);
    pair.on_b(2, [](Path& path) { path.identify.ncap = path.identify.nuse = 0; });
    Observation host = connected(pair.observation());
    refuse(host, 2, "nvme1");
    EXPECT_EQ(told(host, "host.path.missing").front(),
              "nvme1 offers nsid 2 and the kernel has no path to it: its capacity is 0 (NCAP)");
    EXPECT_THAT(findings_of(host, "host.path.missing").front().fix,
                HasSubstr("mend what is said here"));
    Pair busy(1, 2);
    busy.on_b(2, [](Path& path) { path.independent.nstat = 0; });
    host = connected(busy.observation());
    refuse(host, 2, "nvme1");
    EXPECT_THAT(told(host, "host.path.missing").front(),
                HasSubstr(": it is not ready (NSTAT NRDY)"));
}

} // namespace
} // namespace haoh::test
