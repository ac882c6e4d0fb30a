// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attribution/site_evidence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::attribution {
namespace {

using testing::Each;
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

std::vector<int> confidences(const std::vector<SiteEvidence>& controllers) {
    std::vector<int> out;
    for (const Separation& one : separate(controllers)) {
        out.push_back(one.confidence);
    }
    return out;
}

TEST(Separate, IsSureByDomainsAlone) {
    SiteEvidence first = controller(1);
    SiteEvidence second = controller(2);
    first.domainid = 1;
    second.domainid = 2;
    EXPECT_THAT(confidences({first, second}), Each(95));
    // One domain is one array, however far apart its controller IDs are.
    first.domainid = 2;
    second.cntlid = 700;
    EXPECT_THAT(arrays({first, second}), ElementsAre("", ""));
    EXPECT_THAT(confidences({first, second}), Each(95));
    second.cntlid = 1025; // but if somebody gave them ranges of their own
    EXPECT_THAT(arrays({first, second}), ElementsAre("", ""));
    EXPECT_THAT(confidences({first, second}), Each(50));
}

TEST(Separate, IsNotSureByAGapAlone) {
    EXPECT_THAT(confidences({controller(10), controller(700)}), Each(50))
        << "one array with many hosts gives such IDs";
    EXPECT_THAT(confidences({controller(1), controller(1025)}), Each(85)) << "configured ranges";
    EXPECT_THAT(confidences({controller(7), controller(1029)}), Each(85)) << "some came and went";
    EXPECT_THAT(confidences({controller(1), controller(10001)}), Each(85));
    EXPECT_THAT(confidences({controller(1), controller(257)}), Each(85));
    EXPECT_THAT(confidences({controller(1), controller(270)}), Each(50));
}

TEST(Separate, IsSurerByEvidenceThatAgrees) {
    std::vector<SiteEvidence> all{controller(10, "A"), controller(700, "B")};
    EXPECT_THAT(confidences(all), Each(80)) << "serial numbers and controller IDs";
    all[1].cntlid = 11;
    EXPECT_THAT(confidences(all), Each(60)) << "one serial number a controller is sold";
    all[0].model = "X";
    all[1].model = "Y";
    EXPECT_THAT(confidences(all), Each(96));
    all[1].serial = "A";
    all[1].model = "X";
    all[1].cntlid = 700;
    all[0].firmware = "1";
    all[1].firmware = "2";
    EXPECT_THAT(confidences(all), Each(70)) << "or an upgrade is under way";
    all.push_back(controller(701));
    all[2].serial = "A";
    all[2].model = "X";
    all[2].firmware = "1";
    EXPECT_THAT(confidences(all), Each(50)) << "it separates them otherwise";
}

TEST(Separate, IsSureOfOneArrayOnlyByWhatItHasInCommon) {
    EXPECT_THAT(confidences({controller(1)}), ElementsAre(99));
    EXPECT_THAT(confidences({controller(1), controller(2)}), Each(0))
        << "two arrays may have near ranges";
    EXPECT_THAT(
        confidences({controller(1, "S", "10.0.0.1:4420"), controller(9, "S", "10.0.0.1:4420")}),
        Each(90));
}

} // namespace
} // namespace haoh::attribution
