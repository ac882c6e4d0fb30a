// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <utility>

namespace haoh::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ControllerIdentity sample_identity() {
    ControllerIdentity identity{.subnqn = "nqn.2024-01.com.example:pair",
                                .serial = "A1",
                                .model = "Array",
                                .namespaces = {}};
    for (std::uint32_t nsid = 1; nsid <= 12; ++nsid) {
        identity.namespaces[nsid] = {.uuid = "uuid " + std::to_string(nsid),
                                     .nguid = {},
                                     .eui64 = {},
                                     .blocks = 2048,
                                     .block_bytes = 512};
    }
    return identity;
}

TEST(Identity, comes_from_the_pages) {
    nvme::IdentifyController controller;
    const std::string serial = "SN-1                ";
    std::copy(serial.begin(), serial.end(), controller.sn.begin());
    const std::string nqn = "nqn.2024-01.com.example:pair";
    std::copy(nqn.begin(), nqn.end(), controller.subnqn.begin());
    ControllerObservation seen;
    seen.identify = Page::of(nvme::encode(controller));
    nvme::IdentifyNamespace data;
    data.nsze = 2048;
    data.lbaf[0].lbads = 12;
    data.nguid[15] = 1;
    NamespaceObservation& one = seen.namespaces.emplace_back();
    one.nsid = 3;
    one.identify = Page::of(nvme::encode(data));
    nvme::IdDescriptor uuid{.nidt = 3, .nid = nvme::Bytes(16, 0)};
    uuid.nid[15] = 2;
    one.descriptors = Page::of(nvme::encode(std::vector{uuid}));
    seen.namespaces.emplace_back().nsid = 4; // not readable

    const ControllerIdentity identity = identity_of(seen);
    EXPECT_EQ(identity.serial, "SN-1");
    EXPECT_EQ(identity.model, "");
    EXPECT_EQ(identity.subnqn, nqn);
    ASSERT_EQ(identity.namespaces.size(), 1U);
    const NamespaceIdentity& told = identity.namespaces.at(3);
    EXPECT_EQ(told.nguid, "00000000000000000000000000000001");
    EXPECT_EQ(told.uuid, "00000000-0000-0000-0000-000000000002");
    EXPECT_EQ(told.eui64, "");
    EXPECT_EQ(told.blocks, 2048U);
    EXPECT_EQ(told.block_bytes, 4096U);
}

TEST(Identity, takes_the_format_in_use_and_every_identifier) {
    nvme::IdentifyController controller;
    std::fill(controller.sn.begin(), controller.sn.end(), std::uint8_t{0});
    std::fill(controller.mn.begin(), controller.mn.end(), std::uint8_t{' '});
    controller.sn[0] = 'S';
    controller.sn[1] = ' ';
    controller.sn[2] = 'N'; // spaces inside stay, and NUL bytes fill as spaces do
    controller.mn[0] = 'M';
    ControllerObservation seen;
    seen.identify = Page::of(nvme::encode(controller));
    nvme::IdentifyNamespace data;
    data.nsze = 7;
    data.nlbaf = 1;
    data.flbas = 1;
    data.lbaf[0].lbads = 9;
    data.lbaf[1].lbads = 12;
    data.eui64 = {0, 1, 2, 3, 4, 5, 6, 7};
    seen.namespaces.emplace_back().nsid = 3;
    seen.namespaces[0].identify = Page::of(nvme::encode(data));
    data.lbaf[1].lbads = 64; // no shift of a 64-bit number
    seen.namespaces.emplace_back().nsid = 4;
    seen.namespaces[1].identify = Page::of(nvme::encode(data));
    data.lbaf[1].lbads = 63;
    seen.namespaces.emplace_back().nsid = 5;
    seen.namespaces[2].identify = Page::of(nvme::encode(data));
    const ControllerIdentity identity = identity_of(seen);
    EXPECT_EQ(identity.serial, "S N");
    EXPECT_EQ(identity.model, "M");
    EXPECT_EQ(identity.namespaces.at(3).block_bytes, 4096U);
    EXPECT_EQ(identity.namespaces.at(3).eui64, "0001020304050607");
    EXPECT_EQ(identity.namespaces.at(3).nguid, "");
    EXPECT_EQ(identity.namespaces.at(3).blocks, 7U);
    EXPECT_EQ(identity.namespaces.at(4).block_bytes, 0U);
    EXPECT_EQ(identity.namespaces.at(5).block_bytes, std::uint64_t{1} << 63U);
}

TEST(Identity, each_field_can_differ) {
    ControllerIdentity before = sample_identity();
    before.namespaces[1].nguid = "n";
    before.namespaces[1].eui64 = "e";
    const std::pair<const char*, std::function<void(ControllerIdentity&)>> changes[] = {
        {"subsystem NQN \"nqn.2024-01.com.example:pair\" is now \"x\"",
         [](ControllerIdentity& one) { one.subnqn = "x"; }},
        {"serial number \"A1\" is now \"x\"", [](ControllerIdentity& one) { one.serial = "x"; }},
        {"model \"Array\" is now \"x\"", [](ControllerIdentity& one) { one.model = "x"; }},
        {"UUID of nsid 1 \"uuid 1\" is now \"x\"",
         [](ControllerIdentity& one) { one.namespaces[1].uuid = "x"; }},
        {"NGUID of nsid 1 \"n\" is now \"x\"",
         [](ControllerIdentity& one) { one.namespaces[1].nguid = "x"; }},
        {"EUI64 of nsid 1 \"e\" is now none",
         [](ControllerIdentity& one) { one.namespaces[1].eui64 = ""; }},
        {"block size of nsid 12 was 512, is 4096 bytes",
         [](ControllerIdentity& one) { one.namespaces[12].block_bytes = 4096; }},
    };
    for (const auto& [told, change] : changes) {
        ControllerIdentity now = before;
        change(now);
        EXPECT_THAT(identity_differences(before, now), ElementsAre(told));
    }
}

TEST(Identity, as_many_differences_as_may_be_are_told_in_full) {
    const ControllerIdentity before = sample_identity();
    ControllerIdentity now = before;
    for (std::uint32_t nsid = 1; nsid <= 8; ++nsid) {
        now.namespaces[nsid].uuid = "x";
    }
    EXPECT_EQ(identity_differences(before, now).size(), 8U);
    now.namespaces[9].uuid = "x";
    EXPECT_EQ(identity_differences(before, now).size(), 9U);
    EXPECT_EQ(identity_differences(before, now).back(), "and 1 more");
}

/// FNV-1a with 64 bits over each text and FFh, computed elsewhere: other hosts, and other versions,
/// compare with it.
TEST(Identity, digest_stays_what_it_was) {
    const NamespaceIdentity identity{
        .uuid = "u", .nguid = "n", .eui64 = "e", .blocks = 2048, .block_bytes = 512};
    EXPECT_EQ(identity.digest(), "ce0fdfa997f37ccc");
    ControllerIdentity controller{.subnqn = "nqn", .serial = "S", .model = "M", .namespaces = {}};
    controller.namespaces[7] = identity;
    const std::array<const ControllerIdentity*, 1> all{&controller};
    EXPECT_EQ(identity_digest(all), "5a5ff21becd83579");
}

TEST(Identity, digest_depends_on_each_field) {
    ControllerIdentity before = sample_identity();
    const std::function<void(ControllerIdentity&)> changes[] = {
        [](ControllerIdentity& one) { one.subnqn = "x"; },
        [](ControllerIdentity& one) { one.serial = "x"; },
        [](ControllerIdentity& one) { one.model = "x"; },
        [](ControllerIdentity& one) { one.namespaces[3].uuid = "x"; },
        [](ControllerIdentity& one) { one.namespaces[3].nguid = "x"; },
        [](ControllerIdentity& one) { one.namespaces[3].eui64 = "x"; },
        [](ControllerIdentity& one) { one.namespaces[3].blocks = 1; },
        [](ControllerIdentity& one) { one.namespaces[3].block_bytes = 1; },
        [](ControllerIdentity& one) { one.namespaces[99] = one.namespaces[3]; },
        [](ControllerIdentity& one) { std::swap(one.namespaces[3], one.namespaces[4]); },
    };
    const std::array<const ControllerIdentity*, 1> first{&before};
    std::set<std::string> digests{identity_digest(first)};
    for (const auto& change : changes) {
        ControllerIdentity now = before;
        change(now);
        const std::array<const ControllerIdentity*, 1> all{&now};
        digests.insert(identity_digest(all));
    }
    EXPECT_EQ(digests.size(), std::size(changes) + 1);
    // A field is not the beginning of the next one.
    EXPECT_NE((NamespaceIdentity{.uuid = "ab", .nguid = "c", .eui64 = {}}).digest(),
              (NamespaceIdentity{.uuid = "a", .nguid = "bc", .eui64 = {}}).digest());
}

TEST(Identity, differences_are_clauses) {
    const ControllerIdentity before = sample_identity();
    EXPECT_THAT(identity_differences(before, before), IsEmpty());
    ControllerIdentity now = before;
    now.model = "";
    now.namespaces[2].nguid = "ff";
    now.namespaces[3].block_bytes = 4096;
    now.namespaces.erase(4);
    now.namespaces[99].uuid = "new";
    EXPECT_THAT(identity_differences(before, now),
                ElementsAre("model \"Array\" is now none", "NGUID of nsid 2 none is now \"ff\"",
                            "block size of nsid 3 was 512, is 4096 bytes"));
}

TEST(Identity, differences_are_bounded) {
    const ControllerIdentity before = sample_identity();
    ControllerIdentity now = before;
    for (auto& [nsid, identity] : now.namespaces) {
        identity.uuid += "x";
    }
    const auto told = identity_differences(before, now, 3);
    ASSERT_EQ(told.size(), 4U);
    EXPECT_EQ(told.back(), "and 9 more");
}

TEST(Identity, a_resize_is_no_other_identity) {
    const ControllerIdentity before = sample_identity();
    ControllerIdentity now = before;
    now.namespaces[1].blocks *= 2;
    EXPECT_THAT(identity_differences(before, now), IsEmpty());
    EXPECT_NE(now.namespaces[1].digest(), before.namespaces.at(1).digest());
}

TEST(Identity, digest_does_not_depend_on_order_or_number) {
    const ControllerIdentity a = sample_identity();
    ControllerIdentity b = sample_identity();
    b.serial = "B1";
    const std::array<const ControllerIdentity*, 2> ab{&a, &b};
    const std::array<const ControllerIdentity*, 3> baa{&b, &a, &a};
    EXPECT_EQ(identity_digest(ab), identity_digest(baa));
    const std::array<const ControllerIdentity*, 1> only{&a};
    EXPECT_NE(identity_digest(ab), identity_digest(only));
    EXPECT_EQ(identity_digest(ab).size(), 16U);
    EXPECT_EQ(identity_digest(ab).find_first_not_of("0123456789abcdef"), std::string::npos);
}

} // namespace
} // namespace haoh::monitor
