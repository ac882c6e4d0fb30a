// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

namespace {

/// Array B becomes a subsystem of its own with the same volumes.
void part(Pair& pair) {
    pair.on_b([](Node& node) {
        node.nqn("nqn.2026-01.io.example:second");
        node.id.sn = ascii<20>("SECOND");
        node.listed = {{2001, 2002}};
        node.state(nvme::AnaState::optimized);
    });
    pair.on_a([](Node& node) { node.listed = {{1001, 1002}}; });
}

void disperse(Pair& pair) {
    pair.on_both([](Node& node) { node.logs.lids[0x17] = 1; });
    pair.on_all_paths([](Path& path) { path.identify.nmic = path.independent.nmic = 3; });
}

void undisperse(Node& node, const std::vector<std::uint32_t>& nsids) {
    for (const std::uint32_t nsid : nsids) {
        node.path(nsid).identify.nmic = node.path(nsid).independent.nmic = nvme::nmic::shared;
    }
}

} // namespace

std::vector<Case> dispersed_cases() {
    return {
        {"CloneInAnotherSubsystem", part, {"FAIL ns.id.unique_on_host 1-4"}},
        // What name the other subsystem ought to have is another matter.
        {"CloneInASubsystemWhoseNameIsSpeltInTwoWays",
         [](Pair& pair) {
             part(pair);
             pair.b.pop_back();
             Node third = pair.b[0].nqn("nqn.2026-01.io.example:Second");
             pair.b[0].listed = {{2001}};
             third.nqn("nqn.2026-01.io.example:second");
             third.id.sn = ascii<20>("THIRD");
             third.id.cntlid = 3001;
             third.listed = {{3001}};
             third.name = "third";
             third.paths.clear();
             third.groups.clear();
             pair.b.push_back(third);
         },
         // The subsystem of the second spelling shows no namespace: nothing of it can be judged.
         {"FAIL ns.id.unique_on_host 1-4", "FAIL subsys.nqn.equal", "UNKNOWN nslist.active.any"}},
        {"DispersedNamespaces",
         [](Pair& pair) {
             part(pair);
             disperse(pair);
         },
         {"NOTE ns.id.unique_on_host 1-4"}},
        {"CloneOfAnotherSize",
         [](Pair& pair) {
             part(pair);
             pair.on_b(2, [](Path& path) { path.identify.nsze += 8; });
         },
         {"FAIL ns.id.unique_on_host 1-4"}},
        {"ClonesThatOneSubsystemCallsDispersed",
         [](Pair& pair) {
             part(pair);
             disperse(pair);
             pair.on_a([](Node& node) { undisperse(node, {1, 2, 3, 4}); });
         },
         {"FAIL ns.id.unique_on_host 1-4"}},
        {"ClonesThatTheOtherSubsystemCallsDispersed",
         [](Pair& pair) {
             part(pair);
             disperse(pair);
             pair.on_b([](Node& node) { undisperse(node, {1, 2, 3, 4}); });
         },
         {"FAIL ns.id.unique_on_host 1-4"}},
        {"ClonesAmongDispersedNamespaces",
         [](Pair& pair) {
             part(pair);
             disperse(pair);
             pair.on_both([](Node& node) { undisperse(node, {1}); });
         },
         {"FAIL ns.id.unique_on_host 1-4"}},
        {"ClonesBehindDispersedNamespaces",
         [](Pair& pair) {
             part(pair);
             disperse(pair);
             pair.on_both([](Node& node) { undisperse(node, {4}); });
         },
         {"FAIL ns.id.unique_on_host 1-4"}},
        {"ClonesWithDifferentNguids",
         [](Pair& pair) {
             pair = Pair(1, 1);
             part(pair);
             pair.on_b(1, [](Path& path) { path.nguid(other_nguid()).eui64(std::nullopt); });
         },
         {"FAIL ns.id.unique_on_host 1"}},
        {"DispersedOnOneWithDifferentNguids",
         [](Pair& pair) {
             pair = Pair(1, 1);
             part(pair);
             disperse(pair);
             pair.on_a([](Node& node) { undisperse(node, {1}); });
             pair.on_b(1, [](Path& path) { path.nguid(other_nguid()).eui64(std::nullopt); });
         },
         {"FAIL ns.id.unique_on_host 1"}},
        {"DispersedOnTheOtherWithDifferentNguids",
         [](Pair& pair) {
             pair = Pair(1, 1);
             part(pair);
             disperse(pair);
             pair.on_b([](Node& node) { undisperse(node, {1}); });
             pair.on_b(1, [](Path& path) { path.nguid(other_nguid()).eui64(std::nullopt); });
         },
         {"FAIL ns.id.unique_on_host 1"}},
        {"DispersedWhereNoLogsAreListed",
         [](Pair& pair) {
             part(pair);
             disperse(pair);
             pair.on_b([](Node& node) {
                 node.edit = [](ControllerObservation& out) { out.supported_logs = Page{}; };
             });
         },
         {"NOTE ns.id.unique_on_host 1-4"}},
        {"DispersedNamespacesOfDifferentSize",
         [](Pair& pair) {
             part(pair);
             disperse(pair);
             pair.on_b(2, [](Path& path) { path.identify.nsze += 8; });
         },
         {"FAIL ns.nsze.equal 2", "NOTE ns.id.unique_on_host 1-4"}},
        {"DispersedNamespacesInTheirOwnEnduranceGroups",
         [](Pair& pair) {
             part(pair);
             disperse(pair);
             pair.on_b(2, [](Path& path) {
                 path.identify.endgid = path.independent.endgid = 2;
                 path.independent.rgrpid = 5;
             });
         },
         {"NOTE ns.id.unique_on_host 1-4"}},
        {"DispersedNamespacesWithDifferentNguids",
         [](Pair& pair) {
             pair = Pair(1, 1);
             part(pair);
             disperse(pair);
             pair.on_b(1, [](Path& path) { path.nguid(other_nguid()).eui64(std::nullopt); });
         },
         {"FAIL disp.nguid_or_uuid_same 1", "NOTE ns.id.unique_on_host 1"}},
        {"DispersedButNotShared",
         [](Pair& pair) {
             pair.on_both([](Node& node) { node.logs.lids[0x17] = 1; });
             pair.on_both(2, [](Path& path) { path.identify.nmic = path.independent.nmic = 2; });
         },
         {"FAIL ns.nmic.dispersed_implies_shared 2"}},
        {"DispersedInsideAStretchedSubsystem", disperse, {"WARN ns.nmic.not_both_models 1-4"}},
        {"DispersedWithoutTheirLog",
         [](Pair& pair) {
             part(pair);
             disperse(pair);
             pair.on_b([](Node& node) { node.logs.lids[0x17] = 0; });
         },
         {"FAIL disp.log17.supported", "NOTE ns.id.unique_on_host 1-4"}},
    };
}

} // namespace haoh::test
