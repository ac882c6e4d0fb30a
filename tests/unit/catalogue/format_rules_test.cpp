// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

namespace {

using Ns = nvme::IdentifyNamespace;

std::function<void(Pair&)> on_both(void (*change)(Ns&)) {
    return
        [change](Pair& pair) { pair.on_both(2, [change](Path& path) { change(path.identify); }); };
}

/// One format, so that nothing else differs or is out of range.
void format(Ns& id, std::uint16_t ms, std::uint8_t lbads) {
    id.lbaf.fill({.ms = ms, .lbads = lbads, .rp = 0});
}

} // namespace

std::vector<Case> format_cases() {
    return {
        {"BlocksOf4KiB", on_both([](Ns& id) { format(id, 0, 12); }), {}},
        {"BlocksOf8KiB",
         on_both([](Ns& id) { format(id, 0, 13); }),
         {"WARN ns.lbaf_active.page 2"},
         {{"ns.lbaf_active.page", Severity::loss, "8192 B", "8192 B"}}},
        {"BlocksOf128KiB",
         on_both([](Ns& id) { format(id, 0, 17); }),
         {"FAIL ns.lbaf_active.sane 2"},
         {{"ns.lbaf_active.sane", Severity::loss, "LBADS 17", "LBADS 17"}}},
        {"BlocksOf8KiBOnOneArray", // told by the rule that compares them
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.identify.lbaf[0].lbads = 13; }); },
         {"FAIL ns.lbaf_active.equal 2", "FAIL ns.nsze.equal 2"}},
        {"MetadataThatIsNoProtection",
         on_both([](Ns& id) { format(id, 8, 9); }),
         {"FAIL ns.lbaf_active.metadata 2"},
         {{"ns.lbaf_active.metadata", Severity::loss,
           "8 B of metadata, none of it protection information",
           "8 B of metadata, none of it protection information"}}},
        {"MetadataBesideProtection",
         on_both([](Ns& id) {
             format(id, 64, 9);
             id.dps = 1;
         }),
         {"FAIL ns.lbaf_active.metadata 2"},
         {{"ns.lbaf_active.metadata", Severity::loss,
           "64 B of metadata, more than its protection information",
           "64 B of metadata, more than its protection information"}}},
        {"ProtectionAlone",
         on_both([](Ns& id) {
             format(id, 8, 9);
             id.dps = 1;
         }),
         {"FAIL ns.lbaf_active.protection 2"},
         {{"ns.lbaf_active.protection", Severity::loss, "8 B of protection information",
           "8 B of protection information"}}},
        {"ProtectionOf16BytesAlone",
         on_both([](Ns& id) {
             format(id, 16, 12);
             id.dps = 3;
         }),
         {"FAIL ns.lbaf_active.protection 2"}},
        {"ProtectionOverRdma",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.id.sgls = 5;
                 node.edit = [](ControllerObservation& out) { out.transport = "rdma"; };
             });
             pair.on_both(2, [](Path& path) {
                 format(path.identify, 8, 9);
                 path.identify.dps = 1;
             });
         },
         {}},
        {"MetadataOverRdma",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.id.sgls = 5;
                 node.edit = [](ControllerObservation& out) { out.transport = "rdma"; };
             });
             pair.on_both(2, [](Path& path) { format(path.identify, 8, 9); });
         },
         {"FAIL ns.lbaf_active.metadata 2"}},
        {"ABlockAsLargeAsATransfer",
         [](Pair& pair) {
             pair.on_both([](Node& node) { node.id.mdts = 4; });
             pair.on_both(2, [](Path& path) { format(path.identify, 0, 16); });
         },
         {"WARN ns.lbaf_active.page 2"}},
        {"ABlockBeyondATransfer",
         [](Pair& pair) {
             pair.on_both([](Node& node) { node.id.mdts = 3; });
             pair.on_both(2, [](Path& path) { format(path.identify, 0, 16); });
         },
         {"FAIL ns.lbaf_active.mdts 2", "WARN ns.lbaf_active.page 2"},
         {{"ns.lbaf_active.mdts", Severity::loss, "65536 B, largest transfer 32768 B",
           "65536 B, largest transfer 32768 B"}}},
        {"APhysicalBlockThatIsNoPowerOfTwo",
         on_both([](Ns& id) {
             id.nsfeat |= 0x12;
             id.npwg = 2;
             id.nawupf = 7;
         }),
         {"FAIL ns.optperf.physical 2"},
         {{"ns.optperf.physical", Severity::loss, "3 blocks (NPWG 3, NAWUPF 8)",
           "3 blocks (NPWG 3, NAWUPF 8)"}}},
        {"AnAtomicWriteThatIsNoPowerOfTwo",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) { path.identify.nawupf = 4; });
             pair.on_both(2, [](Path& path) { path.identify.nsfeat |= 0x12; });
         },
         {"FAIL ns.optperf.physical 2", "WARN ns.nsfeat.nsabp.equal 2"}},
        {"ALargerSizeThatIsNoPowerOfTwo",
         on_both([](Ns& id) {
             id.nsfeat |= 0x12;
             id.npwg = 11;
             id.nawupf = 7;
         }),
         {}},
        {"SizesThatMakeNoPhysicalBlock", // with an offset of the boundary there are no atomic writes
         on_both([](Ns& id) {
             id.nsfeat |= 0x12;
             id.npwg = 2;
             id.nabo = 1;
         }),
         {}},
        {"NoSize",
         on_both([](Ns& id) { id.nsze = 0; }),
         {"FAIL ns.nsze.sane 2", "NOTE ns.nuse 2"},
         {{"ns.nsze.sane", Severity::loss, "NSZE 0", "NSZE 0"}}},
        {"TheLargestSize",
         on_both([](Ns& id) {
             format(id, 0, 12);
             id.nsze = ~std::uint64_t{0} >> 3U;
         }),
         {}},
        {"ASizeBeyondTheLargest",
         on_both([](Ns& id) {
             format(id, 0, 12);
             id.nsze = (~std::uint64_t{0} >> 3U) + 1;
         }),
         {"FAIL ns.nsze.sane 2"},
         {{"ns.nsze.sane", Severity::loss, "NSZE 2305843009213693952",
           "NSZE 2305843009213693952"}}},
        {"NoCapacity",
         on_both([](Ns& id) { id.ncap = id.nuse = 0; }),
         {"FAIL ns.ncap.nonzero 2"},
         {{"ns.ncap.nonzero", Severity::loss, "NCAP 0", "NCAP 0"}}},
        {"NoCapacityOnOneArray",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) { path.identify.ncap = path.identify.nuse = 0; });
         },
         {"FAIL ns.ncap.nonzero 2", "NOTE ns.ncap.equal 2"}},
    };
}

} // namespace haoh::test
