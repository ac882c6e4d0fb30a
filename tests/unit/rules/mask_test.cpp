// SPDX-License-Identifier: LGPL-2.1-or-later
// What no named rule knows, and what must never be compared: each byte of each page, flipped.
#include "rules/mask.hpp"
#include "unit/rules/case.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

/// A page of array B's only controller.
struct Target {
    const char* name;
    std::size_t size;
    std::function<Page&(Observation&)> page;
    std::span<const nvme::FieldRange> fields;
};

ControllerObservation& b_of(Observation& observation) {
    return observation.controllers.back();
}

/// The offsets at which a flip says nothing, as ranges: "16-23, 48-63".
std::string silent_offsets(const Target& target, std::uint8_t flip) {
    const Observation healthy = Pair(1, 1).observation();
    std::vector<std::uint32_t> silent;
    for (std::size_t offset = 0; offset < target.size; ++offset) {
        Observation broken = healthy;
        Page& page = target.page(broken);
        nvme::Bytes bytes = page.whole();
        bytes[offset] = static_cast<std::uint8_t>(bytes[offset] ^ flip);
        page = Page::of(bytes);
        const Report report = check(broken);
        if (report.findings.empty()) {
            silent.push_back(static_cast<std::uint32_t>(offset));
        }
        for (const Finding& finding : report.findings) {
            EXPECT_FALSE(finding.what.empty());
        }
    }
    return format_nsids(silent);
}

TEST(ByteFlip, InIdentifyControllerIsNamedOrOnTheMask) {
    const Target target{
        "Identify Controller", nvme::kIdentifySize,
        [](Observation& observation) -> Page& { return b_of(observation).identify; },
        nvme::identify_controller_fields()};
    // RTD3R, RTD3E; FGUID; CRDT1-3; CIU, CIRN; NVMSR, VWCI, MEC; ACL to NPSS; AVSCC to UNVMCAP but
    // for a host memory buffer; EDSTT, DSTO, FWUG; HCTMA to MXTMT; HMMINDS, HMMAXD; PELS; MEGCAP,
    // TMPTHHA; IPMSR, MSMT; ICSVSCC; MAXDNA, MAXCNA; MSDBD; power states.
    EXPECT_EQ(silent_offsets(target, 0xFF),
              "84-91, 112-133, 135-143, 253-255, 258-271, 276-311, 316-319, 322-327, 332-337, 348, "
              "352-355, 368-384, 392-395, 514, 530, 544-563, 1803, 2048-3071");
}

// NAWUN, NAWUPF, NACWU (they may differ by specification) and NVMCAP.
TEST(ByteFlip, InIdentifyNamespaceIsNamedOrOnTheMask) {
    const Target target{
        "CNS 00h", nvme::kIdentifySize,
        [](Observation& observation) -> Page& { return b_of(observation).namespaces[0].identify; },
        nvme::identify_namespace_fields()};
    EXPECT_EQ(silent_offsets(target, 0xFF), "34-39, 48-63");
    EXPECT_EQ(silent_offsets(target, 0x01), "34-39, 48-63");
}

TEST(ByteFlip, InTheNvmCommandSetPageIsNamed) {
    const Target target{
        "CNS 05h", nvme::kIdentifySize,
        [](Observation& observation) -> Page& { return b_of(observation).namespaces[0].nvm; },
        nvme::identify_namespace_nvm_fields()};
    EXPECT_EQ(silent_offsets(target, 0xFF), "");
}

TEST(ByteFlip, InTheIndependentPageIsNamedOrOnTheMask) {
    const Target target{"CNS 08h", nvme::kIdentifySize,
                        [](Observation& observation) -> Page& {
                            return b_of(observation).namespaces[0].independent;
                        },
                        nvme::identify_namespace_independent_fields()};
    EXPECT_EQ(silent_offsets(target, 0xFF), "");
}

TEST(ByteFlip, InTheDescriptorListIsNamed) {
    const Target target{"CNS 03h",
                        nvme::kIdentifySize,
                        [](Observation& observation) -> Page& {
                            return b_of(observation).namespaces[0].descriptors;
                        },
                        {}};
    EXPECT_EQ(silent_offsets(target, 0xFF), "");
}

} // namespace
} // namespace haoh::test
