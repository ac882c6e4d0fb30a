// SPDX-License-Identifier: LGPL-2.1-or-later
#include "monitor/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

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
    seen.namespaces.emplace_back().nsid = 4; // not readable

    const ControllerIdentity identity = identity_of(seen);
    EXPECT_EQ(identity.serial, "SN-1");
    EXPECT_EQ(identity.model, "");
    EXPECT_EQ(identity.subnqn, nqn);
    ASSERT_EQ(identity.namespaces.size(), 1U);
    const NamespaceIdentity& told = identity.namespaces.at(3);
    EXPECT_EQ(told.nguid, "00000000000000000000000000000001");
    EXPECT_EQ(told.uuid, "");
    EXPECT_EQ(told.blocks, 2048U);
    EXPECT_EQ(told.block_bytes, 4096U);
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
