// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attribution/site_evidence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::attribution {
namespace {

using testing::ElementsAre;

std::vector<std::string> arrays(const std::vector<SiteEvidence>& controllers) {
    std::vector<std::string> out;
    for (const Separation& one : separate(controllers)) {
        out.push_back(one.array);
    }
    return out;
}

SiteEvidence controller(std::uint16_t cntlid, std::string serial = "S", std::string endpoint = {}) {
    return {.domainid = 0,
            .serial = std::move(serial),
            .cntlid = cntlid,
            .endpoint = std::move(endpoint)};
}

TEST(Separate, TellsNothingOfControllersThatLookAlike) {
    EXPECT_THAT(arrays({}), ElementsAre());
    EXPECT_THAT(arrays({controller(1)}), ElementsAre(""));
    EXPECT_THAT(arrays({controller(1), controller(2), controller(200)}), ElementsAre("", "", ""));
}

TEST(Separate, GoesByDomains) {
    SiteEvidence first = controller(9);
    SiteEvidence second = controller(1);
    first.domainid = 1;
    second.domainid = 2;
    EXPECT_THAT(arrays({first, second}), ElementsAre("array-b", "array-a"))
        << "named by the lowest controller ID";
    EXPECT_EQ(separate(std::vector{first, second})[0].evidence, "domain ID 1");
    second.domainid = 0;
    EXPECT_THAT(arrays({first, second}), ElementsAre("", ""));
}

TEST(Separate, GoesBySerialNumbers) {
    EXPECT_THAT(arrays({controller(1, "A"), controller(2, "B"), controller(3, "A")}),
                ElementsAre("array-a", "array-b", "array-a"));
    EXPECT_THAT(arrays({controller(1, "A"), controller(2, "")}), ElementsAre("", ""))
        << "one is not known";
}

TEST(Separate, GoesByControllerIdsThatLieApart) {
    const std::vector controllers{controller(1001), controller(2), controller(1002), controller(1)};
    EXPECT_THAT(arrays(controllers), ElementsAre("array-b", "array-a", "array-b", "array-a"));
    EXPECT_EQ(separate(controllers)[0].evidence, "controller IDs 1001-1002, far from the others");
    EXPECT_THAT(arrays({controller(1), controller(256)}), ElementsAre("", ""));
    EXPECT_THAT(arrays({controller(1), controller(257)}), ElementsAre("array-a", "array-b"));
}

TEST(Separate, DoesNotTearAPortApart) {
    EXPECT_THAT(
        arrays({controller(1, "S", "10.0.0.1:4420"), controller(900, "S", "10.0.0.1:4420")}),
        ElementsAre("", ""));
    EXPECT_THAT(
        arrays({controller(1, "S", "10.0.0.1:4420"), controller(900, "S", "10.0.0.2:4420")}),
        ElementsAre("array-a", "array-b"));
}

} // namespace
} // namespace haoh::attribution
