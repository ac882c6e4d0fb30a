// SPDX-License-Identifier: LGPL-2.1-or-later
// What no named rule knows, and what must never be compared: each byte of each page, flipped.
#include "unit/rules/case.hpp"

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
using Target = std::function<Page&(ControllerObservation&)>;

/// The offsets at which a flip says nothing, as ranges: "16-23, 48-63".
std::string silent_offsets(const Target& target, std::uint8_t flip) {
    const Observation healthy = Pair(1, 1).observation();
    std::vector<std::uint32_t> silent;
    for (std::size_t offset = 0; offset < nvme::kIdentifySize; ++offset) {
        Observation broken = healthy;
        Page& page = target(broken.controllers.back());
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
    const Target target = [](ControllerObservation& b) -> Page& { return b.identify; };
    EXPECT_EQ(silent_offsets(target, 0xFF),
              "84-91, "   // RTD3R, RTD3E
              "112-133, " // FGUID, CRDT1 to CRDT3
              "135-143, " // CIU, CIRN
              "253-255, " // NVMSR, VWCI, MEC
              "258-271, " // ACL, AERL, FRMW, LPA, ELPE, NPSS, AVSCC, APSTA, WCTEMP, CCTEMP, MTFA
              "276-311, " // HMMIN, TNVMCAP, UNVMCAP
              "316-319, " // EDSTT, DSTO, FWUG
              "322-327, " // HCTMA, MNTMT, MXTMT
              "332-337, " // HMMINDS, HMMAXD
              "348, "     // NANAGRPID, where it stays in its range
              "352-355, " // PELS
              "368-384, " // MEGCAP, TMPTHHA
              "392-395, " // IPMSR, MSMT
              "514, "     // MAXCMD, where it stays in its range
              "530, "     // ICSVSCC
              "544-563, " // MAXDNA, MAXCNA
              "1803, "    // MSDBD
              "2048-3071" // power states
    );
}

TEST(ByteFlip, InIdentifyNamespaceIsNamedOrOnTheMask) {
    const Target target = [](ControllerObservation& b) -> Page& {
        return b.namespaces[0].identify;
    };
    // NAWUN, NAWUPF, NACWU, which do not count here, and NVMCAP. A greater NUSE or a format under
    // way is a finding of another rule.
    EXPECT_EQ(silent_offsets(target, 0xFF), "34-39, 48-63");
    EXPECT_EQ(silent_offsets(target, 0x01), "34-39, 48-63");
}

TEST(ByteFlip, InTheNvmCommandSetPageIsNamed) {
    const Target target = [](ControllerObservation& b) -> Page& { return b.namespaces[0].nvm; };
    EXPECT_EQ(silent_offsets(target, 0xFF), "");
}

TEST(ByteFlip, InTheIndependentPageIsNamedOrOnTheMask) {
    const Target target = [](ControllerObservation& b) -> Page& {
        return b.namespaces[0].independent;
    };
    EXPECT_EQ(silent_offsets(target, 0xFF), "");
}

TEST(ByteFlip, InTheDescriptorListIsNamed) {
    const Target target = [](ControllerObservation& b) -> Page& {
        return b.namespaces[0].descriptors;
    };
    EXPECT_EQ(silent_offsets(target, 0xFF), "");
}

} // namespace
} // namespace haoh::test
