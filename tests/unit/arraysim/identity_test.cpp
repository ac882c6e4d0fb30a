// SPDX-License-Identifier: LGPL-2.1-or-later
// What docs/arraysim.md promises of a healthy array.
#include <arraysim/arrays/identity.hpp>

#include <haoh/nvme/fabrics.hpp>

#include <gtest/gtest.h>

#include <set>

namespace haoh::arraysim {
namespace {

constexpr std::string_view kNqn = "nqn.2014-08.org.example:x";

std::string text(nvme::ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

TEST(Identity, IsTheOneThatIsDocumented) {
    const nvme::IdentifyController id = default_controller(kNqn, 0x00020000, 1, 1);
    EXPECT_EQ(id.vid, 0xFACE);
    EXPECT_EQ(id.ssvid, 0xFACE);
    EXPECT_EQ(text(id.sn), "HAOHSIM0001         ");
    EXPECT_EQ(text(id.mn), "haoh simulated array                    ");
    EXPECT_EQ(text(id.fr), "1.0     ");
    EXPECT_EQ(id.ieee, (std::array<std::uint8_t, 3>{0x61, 0x68, 0x02})); // least significant first
    EXPECT_EQ(id.cmic, 0x0B);
    EXPECT_EQ(id.mdts, 8);
    EXPECT_EQ(id.ver, 0x00020000U);
    EXPECT_EQ(id.oaes, 0x900U);
    EXPECT_EQ(id.ctratt, 1U);
    EXPECT_EQ(id.cntrltype, 1); // I/O controller
    EXPECT_EQ(id.kas, 10);
    EXPECT_EQ(id.anatt, 10);
    EXPECT_EQ(id.anacap, 0x1F);
    EXPECT_EQ(id.anagrpmax, 128U);
    EXPECT_EQ(id.nanagrpid, 128U);
    EXPECT_EQ(id.nn, 1024U);
    EXPECT_EQ(id.mnan, 1024U);
    EXPECT_EQ(id.sqes, 0x66);
    EXPECT_EQ(id.cqes, 0x44);
    EXPECT_EQ(id.maxcmd, 128);
    EXPECT_EQ(id.oncs, 0x2D);
    EXPECT_EQ(id.vwc, 6);
    EXPECT_EQ(id.nwpc, 1);
    EXPECT_EQ(id.sgls, 0x100001U);
    EXPECT_EQ(id.subsystem_nqn(), kNqn);
    EXPECT_EQ(id.subnqn[kNqn.size()], 0);
    // Capsules: a command of 64 bytes and 8 KiB of data, a response of 16; in units of 16.
    EXPECT_EQ(id.ioccsz, (64 + 8192) / 16);
    EXPECT_EQ(id.iorcsz, 1U);
    EXPECT_EQ(id.msdbd, 1);
    EXPECT_EQ(id.frmw, 0x03); // one firmware slot (bits 3:1), read only (bit 0)
    EXPECT_EQ(id.acl, 3);     // 0's based: four Aborts,
    EXPECT_EQ(id.aerl, 3);    // four event requests,
    EXPECT_EQ(id.elpe, 63);   // 64 entries of errors
    // LPA: Commands Supported (bit 1), reading in parts (bit 2), Supported Log Pages (bit 5).
    EXPECT_EQ(id.lpa, 0x26);
    EXPECT_EQ(default_controller(kNqn, 0x00010400, 1, 1).lpa, 0x06);
    EXPECT_EQ(default_controller(kNqn, 0x00010400, 1, 1).ver, 0x00010400U);
}

TEST(Identity, IsLargerWhereTheScenarioNeedsMore) {
    const auto id = [](std::uint32_t nsids, std::uint32_t groups) {
        return default_controller(kNqn, 0x00020000, nsids, groups);
    };
    EXPECT_EQ(id(1024, 128).nn, 1024U);
    EXPECT_EQ(id(1025, 129).nn, 1025U);
    EXPECT_EQ(id(1025, 129).mnan, 1025U);
    EXPECT_EQ(id(1025, 129).nanagrpid, 129U);
    EXPECT_EQ(id(1025, 129).anagrpmax, 129U);
    EXPECT_EQ(id(0, 0).nanagrpid, 128U);
}

TEST(Identity, CapabilitiesFollowTheVersion) {
    for (const std::uint32_t version : {0x00010300U, 0x00010400U, 0x00020000U, 0x00020100U}) {
        const nvme::Capabilities cap{.raw = default_capabilities(version)};
        const bool modern = version >= 0x00020000;
        EXPECT_EQ(cap.mqes(), 127); // 128 entries, 0's based
        EXPECT_EQ(cap.raw >> 16U & 1U, 1U) << "contiguous queues, as fabrics demand";
        EXPECT_EQ(cap.timeout_ms(), 10000U);
        EXPECT_EQ(cap.css(), modern ? 0x41 : 0x01);
        EXPECT_EQ(cap.raw >> 59U & 3U, modern ? 1U : 0U) << "CRMS: ready with media";
        EXPECT_EQ(cap.mpsmin(), 0U);
        EXPECT_EQ(cap.raw >> 52U & 0xFU, 0U) << "MPSMAX";
    }
}

TEST(Identity, MadeIdentifiersAreWellFormedAndDifferent) {
    std::set<nvme::Uuid> uuids;
    std::set<nvme::Nguid> nguids;
    std::set<std::string> extensions;
    std::set<std::string> vendors;
    std::size_t count = 0;
    for (const std::string_view seed : {kNqn, std::string_view("nqn.2014-08.org.example:y")}) {
        for (const std::uint32_t nsid : {1U, 2U, 255U, 256U, 257U, 0x10000U, 0x1000000U}) {
            ++count;
            const nvme::Uuid uuid = made_uuid(seed, nsid);
            EXPECT_EQ(uuid[6] & 0xF0U, 0x40U) << "version 4";
            EXPECT_EQ(uuid[8] & 0xC0U, 0x80U) << "variant of RFC 9562";
            uuids.insert(uuid);
            const nvme::Nguid nguid = made_nguid(seed, nsid);
            // An EUI-64 after eight bytes of the vendor's: its OUI, then what the vendor chose.
            EXPECT_EQ(text(nvme::slice(nguid, 8, 3)), "\x02ha");
            nguids.insert(nguid);
            extensions.insert(text(nvme::slice(nguid, 8, 8)));
            vendors.insert(text(nvme::slice(nguid, 0, 8)));
            EXPECT_EQ(made_uuid(seed, nsid), uuid);
            EXPECT_EQ(made_nguid(seed, nsid), nguid);
        }
    }
    EXPECT_EQ(uuids.size(), count);
    EXPECT_EQ(nguids.size(), count);
    EXPECT_EQ(extensions.size(), count);
    EXPECT_EQ(vendors.size(), count);
}

} // namespace
} // namespace haoh::arraysim
