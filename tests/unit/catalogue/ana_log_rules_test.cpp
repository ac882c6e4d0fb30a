// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

namespace {

/// A change of the encoded log on array B.
std::function<void(Pair&)> with_log(void (*change)(nvme::Bytes&)) {
    return [change](Pair& pair) {
        pair.on_b([change](Node& node) {
            node.edit = [change](ControllerObservation& out) {
                nvme::Bytes bytes = out.ana.log.whole();
                change(bytes);
                out.ana.log = Page::of(bytes);
            };
        });
    };
}

} // namespace

std::vector<Case> ana_log_cases() {
    return {
        {"MoreGroupsThanTheLogHolds",
         with_log([](nvme::Bytes& log) { nvme::store_le<std::uint16_t>(log, 8, 9); }),
         {"FAIL ana.log.header.size"}},
        {"MoreNamespacesThanTheLogHolds",
         with_log([](nvme::Bytes& log) { nvme::store_le<std::uint32_t>(log, 20, 0xFFFFFFFF); }),
         {"FAIL ana.log.header.size"}},
        {"AnEmptyLog",
         with_log([](nvme::Bytes& log) { log.clear(); }),
         {"FAIL ana.log.header.size"}},
        {"GroupsOutOfOrder",
         [](Pair& pair) {
             pair.on_b([](Node& node) { std::swap(node.groups[0], node.groups[1]); });
         },
         {"FAIL ana.log.group.order"}},
        {"GroupZero",
         [](Pair& pair) { pair.on_b([](Node& node) { node.groups[0].agid = 0; }); },
         {"FAIL ana.log.group.nonzero_max"}},
        {"AGroupAboveTheLargest",
         [](Pair& pair) { pair.on_b([](Node& node) { node.groups[1].agid = 129; }); },
         {"FAIL ana.log.group.nonzero_max"}},
        {"AnUndefinedState",
         [](Pair& pair) { pair.on_b([](Node& node) { set_state(node.groups[0], 5); }); },
         {"FAIL ana.log.group.state_valid"}},
        {"ReservedBitsInTheState",
         [](Pair& pair) { pair.on_b([](Node& node) { set_state(node.groups[0], 0x12); }); },
         {"FAIL ana.log.group.state_valid"}},
        {"AStateThatIsNotAnnounced",
         [](Pair& pair) { pair.on_both([](Node& node) { node.id.anacap = 0x5D; }); },
         {"WARN ana.log.group.state_allowed"}},
        {"NamespacesOutOfOrder",
         [](Pair& pair) { pair.on_b([](Node& node) {
                              node.group(1).nsids = {2, 1};
                          }); },
         {"FAIL ana.log.nsid.order"}},
        {"ANamespaceTwiceInAGroup",
         [](Pair& pair) { pair.on_b([](Node& node) {
                              node.group(1).nsids = {1, 1, 2};
                          }); },
         {"FAIL ana.log.nsid.order"}},
        {"ANamespaceInTwoGroups",
         [](Pair& pair) { pair.on_b([](Node& node) {
                              node.group(2).nsids = {2, 3, 4};
                          }); },
         {"FAIL ana.log.nsid.single_group"}},
        {"ANamespaceInNoGroup",
         [](Pair& pair) { pair.on_b([](Node& node) { node.group(1).nsids = {1}; }); },
         {"FAIL ana.log.nsid.covers_active 2"}},
        {"ANamespaceInNoGroupAnywhere",
         [](Pair& pair) { pair.on_both([](Node& node) { node.group(1).nsids = {1}; }); },
         {"FAIL ana.log.nsid.covers_active 2"}},
        {"ANamespaceThatIsNotActive",
         [](Pair& pair) { pair.on_b([](Node& node) { node.group(2).nsids.push_back(77); }); },
         {"NOTE ana.log.nsid.only_active 77"}},
        {"AnotherGroupInIdentify",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.group(7); }); },
         {"FAIL ana.log.nsid.matches_identify 2"}},
        {"AnotherGroupInTheIndependentPage",
         [](Pair& pair) { pair.on_both(2, [](Path& path) { path.independent.anagrpid = 7; }); },
         {"FAIL ana.log.nsid.matches_identify 2"}},
        {"AnEmptyGroup",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.groups.push_back({.agid = 9,
                                        .chgc = 1,
                                        .state = nvme::AnaState::inaccessible,
                                        .state_byte = 3,
                                        .nsids = {}});
             });
         },
         {"NOTE ana.log.no_empty_group"}},
    };
}

} // namespace haoh::test
