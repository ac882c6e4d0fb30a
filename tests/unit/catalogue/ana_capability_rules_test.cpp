// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

#include <haoh/nvme/command.hpp>

namespace haoh::test {

std::vector<Case> ana_capability_cases() {
    return {
        {"NoOptimizedStateAnnounced",
         [](Pair& pair) { pair.on_both([](Node& node) { node.id.anacap = 0x5E; }); },
         {"NOTE ana.anacap.optimized_bit"}},
        {"StatesThatDiffer",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.anacap = 0x57; }); },
         {"WARN ana.anacap.equal"}},
        {"GroupIdentifiersThatMayChangeOnOneArray",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.anacap = 0x1F; }); },
         {"WARN ana.anacap.gidcs.equal"}},
        {"NoTransitionTime",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.anatt = 0; }); },
         {"FAIL ana.anatt.valid"}},
        {"ATransitionTimeThatDiffers",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.anatt = 120; }); },
         {"WARN ana.anatt.equal"}},
        {"ALargestGroupThatDiffers",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.anagrpmax = 1; }); },
         {"FAIL ana.anagrpmax.equal"}},
        {"AnAnaLogLargerThanATransfer",
         [](Pair& pair) {
             pair.on_both([](Node& node) { node.id.anagrpmax = 4096; });
             pair.on_b([](Node& node) {
                 node.id.mdts = 1;
                 node.id.nanagrpid = 4096;
             });
         },
         {"FAIL ana.log.fits_mdts", "WARN ctrl.mdts.min"}},
        {"FewerGroupsThanTheLogHas",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.nanagrpid = 1; }); },
         {"WARN ana.nanagrpid.covers"}},
        {"MoreGroupsThanTheSubsystemHas",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.nanagrpid = 129; }); },
         {"WARN ana.nanagrpid.covers"}},
        {"ALogLongerThanItsLimits",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.id.nanagrpid = 1;
                 node.id.mnan = 5;
             });
         },
         {"FAIL ana.log.fits_limits"}},
        {"AnAnaLogThatIsNotListed",
         [](Pair& pair) { pair.on_b([](Node& node) { node.logs.lids[nvme::lid::ana] = 0; }); },
         {"NOTE log.listed.ana"}},
        {"AnAnaLogThatIsRefused",
         [](Pair& pair) {
             pair.b[0].edit = [](ControllerObservation& out) {
                 out.ana.log = Page::of_status({nvme::status::invalid_log_page});
             };
         },
         {"FAIL log.supported.ana"}},
    };
}

} // namespace haoh::test
