// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

#include <map>

namespace haoh::test {

namespace {

/// A change of Identify Controller on array B.
std::function<void(Pair&)> on_b(void (*change)(nvme::IdentifyController&)) {
    return [change](Pair& pair) { pair.on_b([change](Node& node) { change(node.id); }); };
}
std::function<void(Pair&)> on_both(void (*change)(nvme::IdentifyController&)) {
    return [change](Pair& pair) { pair.on_both([change](Node& node) { change(node.id); }); };
}

using Id = nvme::IdentifyController;

/// Values of CNS 1Ch: 512 combinations of I/O command sets of 8 bytes each (Base 2.3, Identify CNS 1Ch).
void set_combinations(Node& node, const std::map<std::size_t, std::uint8_t>& sets) {
    node.edit = [sets](ControllerObservation& out) {
        nvme::Bytes page(4096);
        for (const auto& [number, combination] : sets) {
            page[8 * number] = combination;
        }
        out.io_command_sets = Page::of(page);
    };
}

constexpr std::uint8_t kNvm = 1;
constexpr std::uint8_t kNvmAndZoned = 5;

} // namespace

std::vector<Case> capability_cases() {
    return {
        {"NoOtherControllers", on_b([](Id& id) { id.cmic = 0x09; }), {"FAIL ctrl.cmic.mctrs"}},
        {"NoOtherControllersAnywhere",
         on_both([](Id& id) { id.cmic = 0x09; }),
         {"FAIL ctrl.cmic.mctrs"}},
        {"NoOtherControllersWhileTheOtherArrayIsDown",
         [](Pair& pair) {
             // The only controller that answers: whether it has others is not known.
             pair = Pair(1);
             pair.b.clear();
             pair.a[0].id.cmic &= 0xFD;
             pair.unobserved.push_back(
                 {.object = "b", .target = "b", .subsysnqn = kNqn, .error = "refused"});
         },
         {"FAIL ctrl.cmic.mctrs", "UNKNOWN snap.verdict_unknown"}},
        {"NoOtherControllersOfTheOnlyOne",
         [](Pair& pair) {
             pair = Pair(1);
             pair.b.clear();
             pair.a[0].id.cmic &= 0xFD;
         },
         {}},
        {"AnArrayWithoutAna",
         [](Pair& pair) {
             pair.on_b([](Node& node) {
                 node.id.cmic = 0x03;
                 node.id.anatt = node.id.anacap = 0;
                 node.id.anagrpmax = node.id.nanagrpid = 0;
                 node.edit = [](ControllerObservation& out) { out.ana.log = Page{}; };
                 for (Path& path : node.paths) {
                     path.group(0);
                 }
             });
         },
         {"FAIL ctrl.cmic.anars.equal"}},
        {"OnePortOnly", on_both([](Id& id) { id.cmic = 0x0A; }), {"NOTE ctrl.cmic.mports"}},
        {"AVirtualFunction", on_both([](Id& id) { id.cmic = 0x0F; }), {"NOTE ctrl.cmic.ft"}},
        {"AdminCommandsThatDiffer", on_b([](Id& id) { id.oacs = 1; }), {"WARN ctrl.oacs.equal"}},
        {"LockdownThatDiffers", on_b([](Id& id) { id.oacs = 0x400; }), {"FAIL ctrl.oacs.equal"}},
        {"ReservationsOnOneArray",
         on_b([](Id& id) { id.oncs &= 0xFFDF; }),
         {"FAIL resv.support.equal"}},
        {"DataCommandsThatDiffer",
         on_b([](Id& id) { id.oncs |= 0x0100; }),
         {"WARN ctrl.oncs.data_cmds.equal"}},
        {"SavedFeaturesOnOneArray",
         on_b([](Id& id) { id.oncs &= 0xFFEF; }),
         {"WARN ctrl.oncs.save_feature"}},
        {"FusedOperationsThatDiffer",
         on_b([](Id& id) { id.fuses = 0; }),
         {"WARN ctrl.fuses.equal"}},
        {"AWriteCacheOnOneArray",
         on_b([](Id& id) { id.vwc = 0x07; }),
         {"FAIL ctrl.vwc.equal", "WARN ctrl.vwc.stretch_absent 1-4"}},
        {"AWriteCacheOnBothArrays",
         on_both([](Id& id) { id.vwc = 0x07; }),
         {"WARN ctrl.vwc.stretch_absent 1-4"}},
        {"AWriteCacheThatOnlyOneArrayUses",
         [](Pair& pair) {
             pair.on_both([](Node& node) { node.id.vwc = 0x07; });
             pair.on_b([](Node& node) { node.state(3); });
         },
         {}},
        {"AWriteCacheThatTheNamespacesTakeBack",
         [](Pair& pair) {
             pair.on_both([](Node& node) { node.id.vwc = 0x07; });
             pair.on_all_paths([](Path& path) { path.independent.nsfeat = 0x20; });
         },
         {}},
        {"AtomicWritesThatDiffer", on_b([](Id& id) { id.awupf = 0; }), {"WARN ctrl.awupf.equal"}},
        {"MoreAtomicOverAPowerFailureThanWithout",
         on_both([](Id& id) { id.awupf = 15; }),
         {"NOTE ctrl.awun.le"}},
        {"ASmallerTransfer", on_b([](Id& id) { id.mdts = 5; }), {"WARN ctrl.mdts.min"}},
        {"TheSameTransferInOtherUnits",
         [](Pair& pair) {
             pair.on_b([](Node& node) {
                 node.id.mdts = 7;
                 node.edit = [](ControllerObservation& out) {
                     out.properties[nvme::property::cap] |= 1ULL << 48U;
                 };
             });
         },
         {"FAIL prop.cap.mps"}},
        {"OddQueueEntries", on_both([](Id& id) { id.sqes = 0x77; }), {"FAIL ctrl.sqes_cqes"}},
        {"NoMaximumOfCommands",
         on_both([](Id& id) { id.maxcmd = 0; }),
         {"NOTE ctrl.maxcmd.nonzero"}},
        {"QueuesOfOneCommand",
         on_both([](Id& id) { id.maxcmd = 1; }),
         {"FAIL ctrl.queue_depth.min"},
         {{"ctrl.queue_depth.min", Severity::loss, "MAXCMD 1", "MAXCMD 1"}}},
        {"MoreCommandsThanAQueueHolds",
         on_both([](Id& id) { id.maxcmd = 129; }),
         {"NOTE ctrl.maxcmd.nonzero"}},
        {"AnotherLargestNsid", on_b([](Id& id) { id.nn = 2048; }), {"FAIL ctrl.nn.equal"}},
        {"ALargestNsidBelowTheOthers", on_b([](Id& id) { id.nn = 2; }), {"FAIL ctrl.nn.equal"}},
        {"NoNamespacesAllowed", on_b([](Id& id) { id.mnan = 0; }), {"FAIL ctrl.mnan.valid"}},
        {"MoreNamespacesAllowedThanNumbers",
         on_both([](Id& id) { id.mnan = 2000; }),
         {"FAIL ctrl.mnan.valid"}},
        {"OtherNumbersOfNamespaces", on_b([](Id& id) { id.mnan = 512; }), {"WARN ctrl.mnan.equal"}},
        {"AttachmentsThatDifferInsideAnArray",
         [](Pair& pair) { pair.b[1].id.maxdna[0] = 5; },
         {"NOTE ctrl.maxdna.domain"}},
        {"MoreNamespacesThanMayBeAttached",
         on_b([](Id& id) { id.maxcna = 3; }),
         {"NOTE ctrl.maxcna"},
         {{"ctrl.maxcna", Severity::management, "", "4 namespaces, MAXCNA 3"}}},
        {"AsManyNamespacesAsMayBeAttached", on_b([](Id& id) { id.maxcna = 4; }), {}},
        {"CapacitiesThatDifferInsideAnArray",
         [](Pair& pair) {
             pair.b[0].id.tnvmcap[4] = 5;
             pair.b[1].id.tnvmcap[4] = 6;
         },
         {"NOTE ctrl.tnvmcap"}},
        {"CapacitiesThatDifferBetweenArrays", on_b([](Id& id) { id.tnvmcap[4] = 5; }), {}},
        {"AttachmentsThatDifferBetweenArrays", on_b([](Id& id) { id.maxdna[0] = 5; }), {}},
        {"EventsThatDiffer", on_b([](Id& id) { id.oaes |= 0x200; }), {"WARN ctrl.oaes.equal"}},
        {"NoNoticeOfAnaChanges",
         on_both([](Id& id) { id.oaes = 0x100; }),
         {"WARN ctrl.oaes.equal"}},
        {"NoNoticeOfAnaChangesOnOneArray",
         on_b([](Id& id) { id.oaes = 0x100; }),
         {"WARN ctrl.oaes.equal"}},
        {"ShortHostIdentifiers",
         on_b([](Id& id) { id.ctratt &= ~1U; }),
         {"FAIL ctrl.ctratt.hids.equal"}},
        {"KeepAliveOfAnotherStyle",
         on_b([](Id& id) { id.ctratt &= ~0x40U; }),
         {"WARN ctrl.ctratt.tbkas.equal"}},
        {"DomainsOnOneArrayOnly",
         on_b([](Id& id) {
             id.ctratt |= 0x400;
             id.domainid = 2;
         }),
         {"WARN ctrl.ctratt.mds.equal"}},
        {"ReservationsThatTreatHostIdentifiersOtherwise",
         on_b([](Id& id) { id.ctratt |= 1U << 18; }),
         {"FAIL ctrl.ctratt.rhii.equal"}},
        {"OtherAttributesThatDiffer",
         on_b([](Id& id) { id.ctratt |= nvme::ctratt::extended_lba_formats; }),
         {"WARN ctrl.ctratt.other"}},
        {"NoKeepAlive", on_b([](Id& id) { id.kas = 0; }), {"FAIL ctrl.kas.nonzero"}},
        {"OtherGranularityOfKeepAlive",
         on_b([](Id& id) { id.kas = 20; }),
         {"NOTE ctrl.kas.similar"}},
        {"AHostMemoryBuffer",
         on_both([](Id& id) { id.hmpre = 16; }),
         {"NOTE ctrl.rtd3_npss_hmb_thermal"}},
        {"AFormatThatHitsAllNamespaces",
         on_b([](Id& id) { id.fna = 1; }),
         {"WARN ctrl.sanicap_fna.equal"}},
        {"WriteProtectionThatDiffers", on_b([](Id& id) { id.nwpc = 1; }), {"WARN ctrl.nwpc.equal"}},
        {"CommandSetsThatDiffer",
         [](Pair& pair) {
             pair.on_b([](Node& node) {
                 node.edit = [](ControllerObservation& out) {
                     out.io_command_sets = Page::of(nvme::Bytes{5, 0, 0, 0});
                 };
             });
         },
         {"WARN ctrl.csi_vector"}},
        {"CommandSetsThatDifferInTheNinthCombination",
         [](Pair& pair) {
             pair.on_a([](Node& node) { set_combinations(node, {{0, kNvm}, {8, kNvm}}); });
             pair.on_b([](Node& node) { set_combinations(node, {{0, kNvm}, {8, kNvmAndZoned}}); });
         },
         {"WARN ctrl.csi_vector"}},
        {"CommandSetsThatDifferInTheLastCombination",
         [](Pair& pair) {
             pair.on_a([](Node& node) { set_combinations(node, {{0, kNvm}, {511, kNvm}}); });
             pair.on_b([](Node& node) {
                 set_combinations(node, {{0, kNvm}, {511, kNvmAndZoned}});
             });
         },
         {"WARN ctrl.csi_vector"}},
        {"TheSameLastCombinationOfCommandSets",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 set_combinations(node, {{0, kNvm}, {511, kNvmAndZoned}});
             });
         },
         {}},
        {"CopyFormatsThatDiffer", on_b([](Id& id) { id.ocfs = 3; }), {"WARN ctrl.ocfs_copy"}},
    };
}

} // namespace haoh::test
