// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules about what Linux refuses: what they ask, what they leave open, and what they do not ask.
#include "unit/catalogue/counted.hpp"

namespace haoh::test {
namespace {

constexpr std::uint64_t kIoCommandSets = 1ULL << 43U; // CAP.CSS bit 6
constexpr std::uint64_t kCrims = 1ULL << 60U;         // CAP.CRMS.CRIMS

void set_transport(Pair& pair, const char* transport) {
    pair.on_both([transport](Node& node) {
        node.edit = [transport](ControllerObservation& one) { one.transport = transport; };
    });
}
void set_metadata(Pair& pair, std::uint16_t ms, std::uint8_t dps) {
    pair.on_all_paths([ms, dps](Path& path) {
        path.identify.lbaf[0].ms = ms;
        path.identify.dps = dps;
    });
}
void lose_all_pages(Path& path) {
    path.edit = [](NamespaceObservation& one) {
        one.identify = one.descriptors = one.independent = Page::of_failure("lost");
    };
}
void lose_properties(Node& node) {
    node.edit = [](ControllerObservation& one) { one.properties.clear(); };
}

const CountCase kOfRefusals[] = {
    {"AHealthyPair",
     [](Pair&) {},
     {{"ctrl.queue_depth.min", kHeld},
      {"ns.desc.supported", kHeld},
      {"ns.cns08.supported", kNothing},
      {"ns.csi.offered", kHeld},
      {"ns.csi.block", kHeld},
      {"ns.lbaf_active.metadata", kHeld},
      {"ns.lbaf_active.protection", kHeld},
      {"ns.lbaf_active.mdts", kHeld},
      {"ns.optperf.physical", kNothing},
      {"ns.nsze.sane", kHeld},
      {"ns.nsattr.writable", kHeld}}},
    {"PagesThatAreLost",
     [](Pair& pair) { pair.on_all_paths(lose_all_pages); },
     {{"ns.desc.supported", kUnknown},
      {"ns.csi.offered", kUnknown},
      {"ns.csi.block", kUnknown},
      {"ns.lbaf_active.metadata", kUnknown},
      {"ns.lbaf_active.protection", kUnknown},
      {"ns.lbaf_active.mdts", kUnknown},
      {"ns.optperf.physical", kUnknown},
      {"ns.nsze.sane", kUnknown},
      {"ns.nsattr.writable", kUnknown}}},
    {"PropertiesThatAreLost",
     [](Pair& pair) { pair.on_both(lose_properties); },
     {{"ctrl.queue_depth.min", kUnknown},
      {"ns.desc.supported", kHeld}, // VER says the version, too
      {"ns.cns08.supported", kUnknown}}},
    {"AControllerBefore13",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             node.id.ver = 0x00010201;
             node.edit = [](ControllerObservation& one) {
                 one.properties[nvme::property::cap] &= ~kIoCommandSets;
             };
         });
         pair.on_all_paths([](Path& path) {
             path.edit = [](NamespaceObservation& one) { one.descriptors = {}; };
         });
     },
     {{"ns.desc.supported", kNothing}, {"ns.csi.block", kNothing}}},
    {"MediaThatComeLater",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             node.edit = [](ControllerObservation& one) {
                 one.properties[nvme::property::cap] |= kCrims;
             };
         });
     },
     {{"ns.cns08.supported", kHeld}}},
    {"MediaThatComeLaterAndLostPages",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             node.edit = [](ControllerObservation& one) {
                 one.properties[nvme::property::cap] |= kCrims;
             };
         });
         pair.on_all_paths(lose_all_pages);
     },
     {{"ns.cns08.supported", kUnknown}}},
    {"ProtectionOverRdma",
     [](Pair& pair) {
         set_transport(pair, "rdma");
         set_metadata(pair, 8, 1);
     },
     {{"ns.lbaf_active.metadata", kHeld}, {"ns.lbaf_active.protection", kNothing}}},
    {"ProtectionOverFibreChannel",
     [](Pair& pair) {
         set_transport(pair, "fc");
         set_metadata(pair, 8, 1);
     },
     {{"ns.lbaf_active.metadata", kHeld}, {"ns.lbaf_active.protection", kBroken}}},
    {"OtherMetadata",
     [](Pair& pair) { set_metadata(pair, 64, 0); },
     {{"ns.lbaf_active.metadata", kBroken}, {"ns.lbaf_active.protection", kNothing}}},
    {"ADriveInTheMachine",
     [](Pair& pair) {
         set_transport(pair, "pcie");
         set_metadata(pair, 64, 0);
     },
     {{"ns.lbaf_active.metadata", kNothing}, {"ns.lbaf_active.protection", kNothing}}},
    {"NoLimitOfTransfers",
     [](Pair& pair) { pair.on_both([](Node& node) { node.id.mdts = 0; }); },
     {{"ns.lbaf_active.mdts", kHeld}}},
    {"ASecondBitOfOptimalSizesBefore21", // which Linux does not read there
     [](Pair& pair) {
         pair.on_both([](Node& node) { node.id.ver = 0x00020000; });
         pair.on_all_paths([](Path& path) {
             path.identify.nsfeat = 0x22;
             path.identify.npwg = 2;
         });
     },
     {{"ns.optperf.physical", kNothing}}},
    {"ASecondBitOfOptimalSizesOf21",
     [](Pair& pair) {
         pair.on_both([](Node& node) { node.id.ver = 0x00020100; });
         pair.on_all_paths([](Path& path) {
             path.identify.nsfeat = 0x22;
             path.identify.npwg = 2;
         });
     },
     {{"ns.optperf.physical", kBroken}}},
    {"ProtectionOfOneSide", // that is the finding
     [](Pair& pair) {
         pair.on_b(1, [](Path& path) { path.identify.nsattr = path.independent.nsattr = 1; });
     },
     {{"ns.nsattr.writable", kUnknown}, {"ns.nsattr.write_protect.equal", kBroken}}},
};

INSTANTIATE_TEST_SUITE_P(Refusals, RuleCounts, testing::ValuesIn(kOfRefusals), count_name);

} // namespace
} // namespace haoh::test
