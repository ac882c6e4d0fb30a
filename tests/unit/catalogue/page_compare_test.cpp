// SPDX-License-Identifier: LGPL-2.1-or-later
// What no named rule knows, and what must never be compared. Each bit of the fixed pages:
// field_test.cpp.
#include "unit/catalogue/case.hpp"
#include "unit/catalogue/field_bits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <set>

namespace haoh::test {

std::vector<Case> mask_cases() {
    return {
        {"VendorBytesOfANamespace",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) {
                 path.edit = [](NamespaceObservation& out) {
                     nvme::Bytes bytes = out.identify.whole();
                     bytes[400] = bytes[401] = 1;
                     out.identify = Page::of(bytes);
                 };
             });
         },
         {"NOTE ns.idns_mask.equal 2"}},
        {"AFieldOfANamespaceThatNoRuleKnows",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.identify.nsfeat |= 0x80; }); },
         {"WARN ns.idns_mask.equal 2"}},
        {"VendorBytesOfAController",
         [](Pair& pair) {
             pair.on_b([](Node& node) {
                 node.edit = [](ControllerObservation& out) {
                     nvme::Bytes bytes = out.identify.whole();
                     bytes[3072] = 1;
                     out.identify = Page::of(bytes);
                 };
             });
         },
         {"NOTE ctrl.idctrl_mask.equal"}},
        {"AFieldOfAControllerThatNoRuleKnows",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.rab = 6; }); },
         {"NOTE ctrl.idctrl_mask.equal"}},
        {"FieldsThatBelongToOneController",
         [](Pair& pair) {
             pair.on_b([](Node& node) {
                 node.id.crdt = {1, 2, 3};
                 node.id.ciu = 7;
                 node.id.rtd3r = 5;
                 node.id.tnvmcap[0] = 9;
                 node.id.aerl = 7;
             });
         },
         {}},
    };
}

namespace {

/// What a flip in the list of descriptors of namespace 2 on the last controller leads to.
std::vector<std::string> flipped_descriptors(const Observation& healthy, std::size_t offset,
                                             unsigned bit) {
    Observation broken = healthy;
    flip_bit(flipped_namespace(broken.controllers.back()).descriptors, offset, bit);
    std::vector<std::string> out;
    for (const Finding& finding : check(broken).findings) {
        out.push_back(finding.rule);
        EXPECT_EQ(finding.nsid, kFlippedNsid) << finding.rule << " for byte " << offset;
    }
    return out;
}

TEST(ByteFlip, InTheDescriptorListIsNamed) {
    // Values of identifiers: link_field_test.cpp. Here their headers, and what comes behind them,
    // where a bit makes another descriptor.
    const Observation healthy = Pair(2, 2).observation();
    const std::set<std::string> kOfIdentifiers{
        "ns.desc.lengths",     "ns.desc.no_dup_type", "ns.desc.match_idns", "ns.desc.csi_present",
        "ns.desc.bytes_equal", "ns.desc.no_zero_ids", "ns.id.set_equal",    "ns.csi.equal",
        "ns.uuid.equal",       "ns.uuid.rfc9562",     "ns.nguid.equal",     "ns.nguid.oui",
        "ns.eui64.equal",      "ns.eui64.oui",        "ns.nsid.map_equal"};
    std::vector<unsigned> bits(8 * nvme::kIdentifySize);
    std::iota(bits.begin(), bits.end(), 0U);
    constexpr unsigned kList = 8 * 64; ///< the descriptors, and a header's worth behind them
    std::vector<unsigned> tried(bits.begin(), bits.begin() + kList);
    const std::vector<unsigned> behind = sample_bits({bits.begin() + kList, bits.end()});
    tried.insert(tried.end(), behind.begin(), behind.end());
    for (const unsigned bit : tried) {
        const std::vector<std::string> found = flipped_descriptors(healthy, bit / 8, bit % 8);
        EXPECT_FALSE(found.empty()) << "byte " << bit / 8 << ", bit " << bit % 8;
        for (const std::string& rule : found) {
            EXPECT_TRUE(kOfIdentifiers.contains(rule)) << rule << " for byte " << bit / 8;
        }
    }
}

TEST(ByteFlip, InALengthOfADescriptorIsTheOnlyFinding) {
    // What the list says behind a wrong length is not known; that it is wrong is the finding.
    const Observation healthy = Pair(2, 2).observation();
    // NIDL of CSI, UUID, NGUID and EUI64, by the length of what comes before.
    for (const std::size_t offset : {1U, 6U, 26U, 46U}) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            EXPECT_THAT(flipped_descriptors(healthy, offset, bit),
                        testing::ElementsAre("ns.desc.lengths"))
                << "byte " << offset << ", bit " << bit;
        }
    }
}

TEST(NamespaceMask, TakesAFieldOfOnePageForNoFieldOfAnother) {
    Pair pair(1, 1);
    pair.b[0].path(1).identify.nsfeat ^= 0x01; // thin provisioning, which has a rule
    const std::vector<std::string> thin = lines(pair.report());
    EXPECT_EQ(std::ranges::count(thin, "NOTE ns.idns_mask.equal 1"), 0);
    pair.b[0].path(1).independent.nsfeat ^= 0x80; // CNS 08h: reserved
    const Report both = pair.report();
    const auto found = std::ranges::find(both.findings, "ns.idns_mask.equal", &Finding::rule);
    ASSERT_NE(found, both.findings.end());
    EXPECT_NE(found->what.find("CNS 08h"), std::string::npos) << found->what;
}

} // namespace
} // namespace haoh::test
