// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

std::vector<Case> controller_id_cases() {
    return {
        {"AControllerIdOnBothArrays",
         [](Pair& pair) { pair.b[0].id.cntlid = pair.a[0].id.cntlid; },
         {"FAIL ctrl.cntlid.unique"}},
        {"AControllerIdThatAnotherConnectionGot",
         [](Pair& pair) {
             pair.a[0].probed = {3000, 3001};
             pair.b[0].probed = {3001, 3002};
         },
         {"FAIL ctrl.cntlid.unique"}},
        {"AConnectionThatGotTheIdOfTheOtherArray",
         [](Pair& pair) { pair.b[0].probed = {pair.a[1].id.cntlid}; },
         {"FAIL ctrl.cntlid.unique"}},
        {"ControllerIdsThatInterleave",
         [](Pair& pair) {
             pair.a[0].id.cntlid = 1;
             pair.a[1].id.cntlid = 3;
             pair.b[0].id.cntlid = 2;
             pair.b[1].id.cntlid = 4;
             pair.options.config.profile = Profile::stretched; // else they may be one array
         },
         {"WARN ctrl.cntlid.partitioned"}},
        {"FurtherConnectionsThatStayInTheirRange",
         [](Pair& pair) {
             pair.a[0].probed = {1003, 1004};
             pair.b[0].probed = {2003, 2004};
         },
         {}},
        {"AReservedControllerId",
         [](Pair& pair) { pair.b[0].id.cntlid = 0xFFF0; },
         {"FAIL ctrl.cntlid.range"}},
        {"AnIdThatIsNotTheConnectedOne",
         [](Pair& pair) {
             pair.b[0].edit = [](ControllerObservation& out) { out.connection.cntlid = 2222; };
         },
         {"FAIL ctrl.cntlid.connect_match"}},
        {"AStaticControllerThatWasNotTheOneAskedFor",
         [](Pair& pair) {
             pair.b[0].edit = [](ControllerObservation& out) {
                 out.connection.requested_cntlid = 2222;
             };
         },
         {"FAIL ctrl.cntlid.connect_match"}},
        {"AStaticArray",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.fcatt = 1; }); },
         {"FAIL ctrl.model.equal"}},
        {"ADiscoveryControllerAsDataPath",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.cntrltype = 2; }); },
         {"FAIL ctrl.type.io"}},
        {"AControllerOfNoType",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.cntrltype = 0; }); },
         {"NOTE ctrl.type.defined"}},
        {"AVersionThatIsNotVs",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.edit = [](ControllerObservation& out) {
                     out.properties[nvme::property::vs] = 0x00020000;
                 };
             });
         },
         {"NOTE ctrl.ver.matches_vs"}},
        {"AVersionThatDiffers",
         [](Pair& pair) { pair.on_b([](Node& node) { node.id.ver = 0x00020000; }); },
         {"WARN ctrl.ver.domain"}},
        {"AVersionThatDiffersDuringAMigration",
         [](Pair& pair) {
             pair.on_b([](Node& node) { node.id.ver = 0x00020000; });
             pair.options.config.window = Window::migration;
         },
         {"NOTE ctrl.ver.domain"}},
        {"ArraysThatListTheirOwnControllersOnly",
         [](Pair& pair) {
             pair.on_a([](Node& node) { node.listed = {{1001, 1002}}; });
             pair.on_b([](Node& node) { node.listed = {{2001, 2002}}; });
         },
         {"WARN ctrl.list_cns13.contains_all"}},
        {"AListThatWasReadBeforeTheOtherArrayConnected",
         [](Pair& pair) { pair.on_a([](Node& node) {
                              node.listed = {{1001, 1002}};
                          }); },
         {}},
        {"AControllerListOutOfOrder",
         [](Pair& pair) {
             pair.b[0].listed = {{1001, 2002, 2001, 1002}};
         },
         {"NOTE ctrllist.ascending"}},
    };
}

} // namespace haoh::test
