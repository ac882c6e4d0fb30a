// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a rule has nothing to say, beside the case where it has: what a controller does not have,
// what only looks like a defect, what another finding has said.
#include "unit/catalogue/told.hpp"

#include <haoh/nvme/command.hpp>

namespace haoh::test {
namespace {

std::function<void(Pair&)> judged_by(std::vector<std::string> rules,
                                     const std::function<void(Pair&)>& damage) {
    return [rules = std::move(rules), damage](Pair& pair) {
        damage(pair);
        pair.options.rules = rules;
    };
}

/// Numbers of ANA that would all be wrong, or differ.
void odd_ana(Node& node) {
    node.id.anatt = 120;
    node.id.anacap = 0x06;
    node.id.anagrpmax = 1;
    node.id.nanagrpid = 8192;
    node.id.mdts = 1;
    node.logs.lids[nvme::lid::ana] = 0;
}
void no_ana(Node& node) {
    node.id.cmic &= static_cast<std::uint8_t>(~nvme::cmic::ana_reporting);
}

std::vector<ToldCase> without_ana() {
    const std::vector<std::string> rules{"ana.ana*", "ana.nana*", "ana.log.*", "log.*"};
    return {
        {"NumbersOfAna",
         judged_by(rules, small(1, [](Pair& pair) { odd_ana(pair.b[0]); })),
         {"FAIL ana.log.fits_mdts: ANA log larger than one transfer on array-b",
          "  array-b 2001: 266256 bytes (16 + 32 x NANAGRPID 8192 + 4 x MNAN 1024), MDTS 8192 "
          "bytes",
          "FAIL ana.anagrpmax.equal: largest ANA group (ANAGRPMAX) differs between array-a and "
          "array-b",
          "  array-a 1001: 128", "  array-b 2001: 1",
          "WARN ana.anacap.equal: reportable ANA states (ANACAP bits 4:0) differs between array-a "
          "and array-b",
          "  array-a 1001: 0x1f", "  array-b 2001: 0x6",
          "WARN ana.anacap.gidcs.equal: group identifiers (ANACAP bits 7:6) differs between "
          "array-a and array-b",
          "  array-a 1001: 0x1", "  array-b 2001: 0x0",
          "WARN ana.anatt.equal: ANA transition time (ANATT) differs between array-a and array-b",
          "  array-a 1001: 10 s", "  array-b 2001: 120 s",
          "NOTE ana.anacap.optimized_bit: ANACAP bit 0 clear on array-b",
          "  array-b 2001: ANACAP 0x6", "NOTE log.listed.ana: ANA log not listed on array-b",
          "  array-b 2001: log page 0Ch is not among the supported ones"}},
        {"NoNumbersOfAnaWithoutAna",
         judged_by(rules, small(1,
                                [](Pair& pair) {
                                    odd_ana(pair.b[0]);
                                    no_ana(pair.b[0]);
                                })),
         {}},
        {"AnAnaLogThatFailed",
         judged_by({"snap.*"}, small(1,
                                     [](Pair& pair) {
                                         pair.b[0].edit = [](ControllerObservation& out) {
                                             out.ana.log = Page::of_failure("timed out");
                                         };
                                     })),
         {"UNKNOWN snap.verdict_unknown: tcp://10.2.0.1:4420 controller 2001 could not be read "
          "completely",
          "  array-b 2001: ANA log: timed out"}},
        {"NoAnaLogThatFailedWithoutAna",
         judged_by({"snap.*"}, small(1,
                                     [](Pair& pair) {
                                         no_ana(pair.b[0]);
                                         pair.b[0].edit = [](ControllerObservation& out) {
                                             out.ana.log = Page::of_failure("timed out");
                                         };
                                     })),
         {}},
        // Units that are replaced together are of one array, with ANA or without.
        {"OneUnitOfTwoArraysWithoutAna",
         judged_by({"ctrl.fguid.*"}, small(1,
                                           [](Pair& pair) {
                                               pair.on_both([](Node& node) {
                                                   no_ana(node);
                                                   node.id.fguid[0] = 0xAB;
                                               });
                                           })),
         {"NOTE ctrl.fguid.domain: one FRU GUID on both arrays",
          "  array-a 1001: ab000000000000000000000000000000",
          "  array-b 2001: ab000000000000000000000000000000"}},
    };
}

std::vector<ToldCase> capabilities() {
    const auto one_port = [](std::uint8_t cmic) {
        return judged_by({"ctrl.cmic.mports"}, small(1, [cmic](Pair& pair) {
                             pair.on_both([cmic](Node& node) {
                                 node.traddr = "10.9.0.1";
                                 node.id.cmic = cmic;
                             });
                         }));
    };
    const auto commands = [](std::uint16_t a, std::uint16_t b) {
        return small(1, [a, b](Pair& pair) {
            pair.a[0].id.oacs = a;
            pair.b[0].id.oacs = b;
        });
    };
    const auto keys = [](std::uint16_t oncs, std::uint8_t rescap) {
        return judged_by({"resv.ieks", "resv.ptpl"}, small(1, [oncs, rescap](Pair& pair) {
                             pair.on_both([oncs, rescap](Node& node) {
                                 node.id.oncs = oncs;
                                 node.path(1).identify.rescap = rescap;
                                 node.path(1).independent.rescap = rescap;
                             });
                         }));
    };
    const std::string missing = "RESCAP 0x7e";
    return {
        {"NoManyPortsWhereThereIsOne", one_port(0x0A), {}},
        {"AdminCommandsOnly",
         commands(0x02, 0x06),
         {"WARN ctrl.oacs.equal: supported admin commands (OACS) differ between array-a and "
          "array-b",
          "  array-a 1001: 0x2", "  array-b 2001: 0x6"}},
        {"AdminCommandsBesideLockdownOfBoth",
         commands(0x402, 0x406),
         {"WARN ctrl.oacs.equal: supported admin commands (OACS) differ between array-a and "
          "array-b",
          "  array-a 1001: 0x402", "  array-b 2001: 0x406"}},
        {"LockdownOfOne",
         commands(0x002, 0x402),
         {"FAIL ctrl.oacs.equal: support for Lockdown and admin commands (OACS) differ between "
          "array-a and array-b",
          "  array-a 1001: 0x2", "  array-b 2001: 0x402"}},
        {"ReservationsWithoutWhatTheyNeed",
         keys(nvme::oncs::reservations, 0x7E),
         {"FAIL resv.ptpl 1: reservations do not persist on both arrays",
          "  array-a 1001: " + missing, "  array-b 2001: " + missing,
          "WARN resv.ieks 1: RESCAP bit 7 clear on both arrays", "  array-a 1001: " + missing,
          "  array-b 2001: " + missing}},
        {"NoReservationsThatTheControllerDoesNotSupport", keys(0, 0x7E), {}},
        {"NoReservationsOfNoType", keys(nvme::oncs::reservations, 0x00), {}},
    };
}

/// Controller IDs of three arrays, each with one of a further connection; the third target was named
/// by another address than the one at which it answers, so that it does not tell which are one array.
std::function<void(Pair&)> three_ranges(std::array<std::array<std::uint16_t, 2>, 3> ids) {
    return judged_by({"ctrl.cntlid.partitioned"}, [ids](Pair& pair) {
        pair = Pair(2, 1);
        pair.a.pop_back();
        pair.b[1].target = "tcp://10.3.0.1:4420";
        Node* const nodes[] = {&pair.a[0], &pair.b[0], &pair.b[1]};
        for (std::size_t i = 0; i < 3; ++i) {
            nodes[i]->id.cntlid = ids.at(i)[0];
            nodes[i]->probed = {ids.at(i)[1]};
            nodes[i]->name = fmt::format("controller {}", ids.at(i)[0]);
            Site site;
            site.name = fmt::format("array-{}", static_cast<char>('a' + i));
            site.addresses = {nodes[i]->traddr};
            pair.options.config.sites.push_back(site);
        }
    });
}

std::vector<ToldCase> controller_ids() {
    return {
        {"ThreeRangesThatInterleave",
         three_ranges({{{1001, 1005}, {1003, 1007}, {1006, 1009}}}),
         {"WARN ctrl.cntlid.partitioned: controller IDs of the arrays interleave: array-a "
          "(1001-1005), array-b (1003-1007) and array-c (1006-1009)",
          "  array-a 1001: 1001 (further connections got 1005)",
          "  array-b 1003: 1003 (further connections got 1007)",
          "  array-c 1006: 1006 (further connections got 1009)"}},
        {"ThreeRangesOfWhichTheLastTwoInterleave",
         three_ranges({{{1001, 1002}, {1003, 1007}, {1006, 1009}}}),
         {"WARN ctrl.cntlid.partitioned: controller IDs of the arrays interleave: array-b "
          "(1003-1007) and array-c (1006-1009)",
          "  array-a 1001: 1001 (further connections got 1002)",
          "  array-b 1003: 1003 (further connections got 1007)",
          "  array-c 1006: 1006 (further connections got 1009)"}},
        {"NoRangesSideBySide", three_ranges({{{1001, 1002}, {1003, 1007}, {1008, 1009}}}), {}},
    };
}

/// A descriptor list without a CSI in which something else is odd.
std::vector<ToldCase> descriptors() {
    const auto no_csi = [](const std::function<void(Path&)>& change) {
        return judged_by({"ns.desc.csi*"}, small(1, [change](Pair& pair) {
                             Path& path = pair.b[0].path(1);
                             std::erase_if(path.descriptors, [](const nvme::IdDescriptor& one) {
                                 return one.nidt == static_cast<std::uint8_t>(nvme::IdType::csi);
                             });
                             change(path);
                         }));
    };
    return {
        {"NoCsiBesideATypeThatIsNone",
         no_csi([](Path& path) { path.descriptors.push_back({.nidt = 9, .nid = {1}}); }),
         {"FAIL ns.desc.csi_present 1: no CSI descriptor on array-b",
          "  array-b 2001: no CSI descriptor"}},
        {"NothingOfCsiBehindAWrongLength",
         no_csi([](Path& path) { path.descriptors.back().nid.resize(7); }),
         {}},
    };
}

std::vector<ToldCase> block_sizes() {
    // The one that was not read, or has no descriptors, is not of another block size.
    const auto odd_boundary = [](const std::function<void(Pair&)>& change) {
        return judged_by({"ns.noiob*", "ns.lbaf*", "ns.nabsn*"}, [change](Pair& pair) {
            pair = Pair(2, 1);
            pair.b[1].path(1).identify.nabo = 4;
            change(pair);
        });
    };
    const std::vector<std::string> told{
        "FAIL ns.nabsn_nabo_nabspf.equal 1: NABO differs between the controllers of array-b",
        "  array-a 1002: 0", "  array-b 2001: 0", "  array-b 2002: 4"};
    std::vector<std::string> unread = told;
    unread.insert(unread.end(),
                  {"UNKNOWN snap.verdict_unknown: tcp://10.1.0.1:4420 controller 1001 could not be "
                   "read completely",
                   "  array-a 1001: pages of 1 namespaces"});
    return {
        {"ABoundaryBesideAPageThatWasNotRead", odd_boundary([](Pair& pair) {
             pair.a[0].path(1).edit = [](NamespaceObservation& out) {
                 out.identify = Page::of_failure("timed out");
             };
         }),
         unread},
    };
}

INSTANTIATE_TEST_SUITE_P(WithoutAna, Told, testing::ValuesIn(without_ana()), told_name);
INSTANTIATE_TEST_SUITE_P(SilentCapabilities, Told, testing::ValuesIn(capabilities()), told_name);
INSTANTIATE_TEST_SUITE_P(Ranges, Told, testing::ValuesIn(controller_ids()), told_name);
INSTANTIATE_TEST_SUITE_P(SilentDescriptors, Told, testing::ValuesIn(descriptors()), told_name);
INSTANTIATE_TEST_SUITE_P(BlockSizes, Told, testing::ValuesIn(block_sizes()), told_name);

} // namespace
} // namespace haoh::test
