// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

std::vector<Case> list_cases() {
    return {
        {"AListOutOfOrder",
         [](Pair& pair) {
             pair.b[0].edit = [](ControllerObservation& out) {
                 out.active_nsids = {1, 3, 2, 4};
                 out.active_problems = {"NSID 2 comes after 3"};
             };
         },
         {"FAIL nslist.active.ascending"}},
        {"ANamespaceThatOneArrayLacks",
         [](Pair& pair) { pair.on_b([](Node& node) { node.remove(2); }); },
         {"FAIL nslist.active.equal 2"}},
        {"ANamespaceThatOneControllerLacks",
         [](Pair& pair) { pair.b[1].remove(2); },
         {"WARN nslist.active.equal 2"}},
        {"AnArrayWithoutNamespaces",
         [](Pair& pair) {
             pair = Pair(2, 6);
             pair.on_b([](Node& node) {
                 for (std::uint32_t nsid = 1; nsid <= 6; ++nsid) {
                     node.remove(nsid);
                 }
             });
         },
         {"FAIL nslist.active.equal 1-6"}},
        {"NoNamespaceOnAnyController",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 for (std::uint32_t nsid = 1; nsid <= 4; ++nsid) {
                     node.remove(nsid);
                 }
             });
         },
         {"UNKNOWN nslist.active.any"}},
        {"AListThatWasNotRead",
         [](Pair& pair) {
             pair.b[1].edit = [](ControllerObservation& out) {
                 out.active_nsids.reset();
                 out.namespaces.clear();
                 out.unread.emplace_back("active namespace list: timed out");
             };
         },
         {"UNKNOWN snap.verdict_unknown"}},
        {"AnNsidBeyondTheLimit",
         [](Pair& pair) { pair.on_both([](Node& node) { node.id.nn = node.id.mnan = 3; }); },
         {"FAIL nslist.active_le_nn"}},
        {"MoreNamespacesThanAllowed",
         [](Pair& pair) { pair.on_both([](Node& node) { node.id.mnan = 3; }); },
         {"FAIL nslist.active_le_nn"}},
    };
}

} // namespace haoh::test
