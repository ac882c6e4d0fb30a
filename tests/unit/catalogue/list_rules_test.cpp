// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

#include <haoh/nvme/id_list.hpp>

namespace haoh::test {

namespace {

/// CNS 10h.
void allocated(Node& node, std::vector<std::uint32_t> nsids) {
    node.edit = [nsids = std::move(nsids)](ControllerObservation& out) {
        out.allocated_nsids = Page::of(nvme::encode_namespace_list(nsids));
    };
}

/// CNS 12h.
void attached(Path& path, std::vector<std::uint16_t> cntlids) {
    path.edit = [cntlids = std::move(cntlids)](NamespaceObservation& out) {
        out.controllers = Page::of(nvme::encode_controller_list(cntlids));
    };
}

} // namespace

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
        {"AnActiveNamespaceThatIsNotAllocated",
         [](Pair& pair) {
             pair.on_a([](Node& node) { allocated(node, {1, 2, 3, 4, 9}); });
             pair.on_b([](Node& node) { allocated(node, {1, 2, 4}); });
         },
         {"NOTE nslist.active_subset_allocated"},
         {{"nslist.active_subset_allocated", Severity::management, "",
           "nsid 3 is active and not allocated"}}},
        {"ANamespaceOfOtherControllers",
         [](Pair& pair) {
             pair.on_both(2, [](Path& path) { attached(path, {1001, 1002, 2001, 2002}); });
             pair.on_b(3, [](Path& path) { attached(path, {1001, 1002}); });
         },
         {"WARN ctrl.list_cns12.ns_attached 3"}},
        {"ANamespaceOfNoController",
         [](Pair& pair) { pair.on_b(3, [](Path& path) { attached(path, {}); }); },
         {"WARN ctrl.list_cns12.ns_attached 3"},
         {{"ctrl.list_cns12.ns_attached", Severity::degraded, "", "no controller is listed"}}},
    };
}

} // namespace haoh::test
