// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

namespace {

void set_states(std::vector<Node>& array, nvme::AnaState state) {
    for (Node& node : array) {
        node.state(state);
    }
}

constexpr auto kInaccessible = nvme::AnaState::inaccessible;
constexpr auto kOptimized = nvme::AnaState::optimized;

} // namespace

std::vector<Case> ana_group_cases() {
    return {
        {"ANamespaceInAnotherGroup",
         [](Pair& pair) { pair.on_b([](Node& node) { node.regroup(2, 2); }); },
         {"WARN ana.group.id.consistent 2"}},
        {"ANamespaceInAGroupOfItsOwn",
         [](Pair& pair) { pair.on_b([](Node& node) { node.regroup(2, 5); }); },
         {"WARN ana.group.id.consistent 2"}},
        {"TheOnlyNamespaceInAnotherGroup",
         [](Pair& pair) {
             pair = Pair(1, 1);
             pair.on_b([](Node& node) { node.regroup(1, 2); });
         },
         {"WARN ana.group.id.consistent 1"}},
        {"GroupsNumberedByEachArray",
         [](Pair& pair) {
             pair.on_b([](Node& node) {
                 for (std::uint32_t nsid = 1; nsid <= 4; ++nsid) {
                     node.regroup(nsid, nsid <= 2 ? 2 : 1);
                 }
             });
         },
         {"FAIL ana.group.id.unique_across_arrays 1-4"}},
        {"AGroupNumberThatWasTakenAlready",
         [](Pair& pair) {
             // Group 1 of A is 5 on B, where 1 is what A calls 2.
             pair.on_b(
                 [](Node& node) { node.regroup(1, 5).regroup(2, 5).regroup(3, 1).regroup(4, 1); });
         },
         {"FAIL ana.group.id.unique_across_arrays 1-4"}},
        {"NoUsablePath",
         [](Pair& pair) {
             set_states(pair.a, kInaccessible);
             pair.on_b([](Node& node) { set_state(node.group(1), 3); });
         },
         {"FAIL ana.ns.usable_path 1", "FAIL ana.ns.usable_path 2", "WARN ana.ns.optimized_path 3",
          "WARN ana.ns.optimized_path 4"}},
        {"NoUsablePathForMany",
         [](Pair& pair) {
             pair = Pair(1, 20);
             set_states(pair.a, kInaccessible);
             set_states(pair.b, nvme::AnaState::persistent_loss);
         },
         {"FAIL ana.ns.usable_path 1-20"}},
        {"NoUsablePathInTransition",
         [](Pair& pair) {
             pair = Pair(1, 1);
             set_states(pair.a, nvme::AnaState::change);
             set_states(pair.b, kInaccessible);
         },
         {"UNKNOWN ana.ns.usable_path 1"}},
        {"NoUsablePathOnTheArrayThatAnswers",
         [](Pair& pair) {
             pair = Pair(1, 1);
             pair.a.clear();
             set_states(pair.b, kInaccessible);
             pair.unobserved.push_back(
                 {.object = "a", .target = "a", .subsysnqn = {}, .error = "refused"});
         },
         {"UNKNOWN ana.ns.usable_path 1", "UNKNOWN snap.verdict_unknown"}},
        {"NoOptimizedPath",
         [](Pair& pair) {
             pair = Pair(1, 1);
             set_states(pair.a, nvme::AnaState::non_optimized);
         },
         {"WARN ana.ns.optimized_path 1"}},
        {"TwoOwnersWithoutAPolicy", [](Pair& pair) { set_states(pair.b, kOptimized); }, {}},
        {"TwoOwnersOfAnActivePassivePair",
         [](Pair& pair) {
             pair = Pair(1, 1);
             set_states(pair.b, kOptimized);
             pair.options.config.policy = Policy::active_passive;
         },
         {"FAIL ana.ns.single_owner 1"}},
        {"OneOwnerOfAnActivePassivePair",
         [](Pair& pair) {
             set_states(pair.b, kInaccessible);
             pair.options.config.policy = Policy::active_passive;
         },
         {}},
        {"AnIdleArrayOfAnActiveActivePair",
         [](Pair& pair) {
             pair = Pair(1, 1);
             set_states(pair.b, kInaccessible);
             pair.options.config.policy = Policy::active_active;
         },
         {"WARN ana.ns.usable_path_per_array 1"}},
        {"ALostCopyOfAnActivePassivePair",
         [](Pair& pair) {
             pair = Pair(1, 1);
             set_states(pair.b, nvme::AnaState::persistent_loss);
             pair.options.config.policy = Policy::active_passive;
         },
         {"WARN ana.ns.usable_path_per_array 1"}},
    };
}

} // namespace haoh::test
