// SPDX-License-Identifier: LGPL-2.1-or-later
// What is told of ANA: of logs, of groups, of the states of paths, of what controllers announce.
#include "unit/catalogue/told.hpp"

namespace haoh::test {
namespace {

using nvme::AnaState;
using Group = nvme::AnaGroup;

/// A change of the controller of array B.
std::function<void(Pair&)> second(unsigned namespaces, const std::function<void(Node&)>& change) {
    return small(namespaces, [change](Pair& pair) { change(pair.b[0]); });
}

/// One finding, about array B.
std::vector<std::string> of_b(std::string head, const std::string& value) {
    return {std::move(head), "  array-b 2001: " + value};
}
std::vector<std::string> of_each(std::string head, const std::string& a, const std::string& b) {
    return {std::move(head), "  array-a 1001: " + a, "  array-b 2001: " + b};
}

Group group_of(std::uint32_t agid, std::vector<std::uint32_t> nsids,
               AnaState state = AnaState::non_optimized) {
    return {.agid = agid,
            .chgc = 3,
            .state = state,
            .state_byte = static_cast<std::uint8_t>(state),
            .nsids = std::move(nsids)};
}

std::vector<std::uint32_t> numbers(std::uint32_t first, std::uint32_t last,
                                   std::uint32_t step = 1) {
    std::vector<std::uint32_t> out;
    for (std::uint32_t number = first; number <= last; number += step) {
        out.push_back(number);
    }
    return out;
}

std::vector<ToldCase> ana_page_cases() {
    const auto group_range = "FAIL ana.log.group.nonzero_max: ANA group identifier out of range on "
                             "array-b";
    const auto order = "FAIL ana.log.nsid.order: NSIDs of an ANA group not in ascending order on "
                       "array-b";
    return {
        {"AGroupAgain",
         second(4,
                [](Node& node) {
                    node.groups = {group_of(1, {1}), group_of(1, {2}), group_of(2, {3, 4})};
                }),
         of_b("FAIL ana.log.group.order: ANA groups not in ascending order on array-b",
              "group 1 is described again")},
        {"AGroupOutOfOrder",
         second(2, [](Node& node) { std::swap(node.groups[0], node.groups[1]); }),
         of_b("FAIL ana.log.group.order: ANA groups not in ascending order on array-b",
              "group 1 comes after group 2")},
        {"AGroupOfNone", second(2, [](Node& node) { node.groups[0].agid = 0; }),
         of_b(group_range, "group 0, ANAGRPMAX 128")},
        {"AGroupAboveTheLast", second(2, [](Node& node) { node.groups[1].agid = 129; }),
         of_b(group_range, "group 129, ANAGRPMAX 128")},
        // What the largest group is, is then the finding, but for 0, which is none anywhere.
        {"AGroupOfNoneWhereTheLargestDiffers",
         second(2,
                [](Node& node) {
                    node.groups[0].agid = 0;
                    node.id.anagrpmax = 1;
                    node.id.nanagrpid = 1;
                }),
         {"FAIL ana.anagrpmax.equal: largest ANA group (ANAGRPMAX) differs between array-a and "
          "array-b",
          "  array-a 1001: 128", "  array-b 2001: 1", group_range,
          "  array-b 2001: group 0, ANAGRPMAX 1"}},
        {"TheStateByte", second(2, [](Node& node) { set_state(node.groups[1], 0x0E); }),
         of_b("FAIL ana.log.group.state_valid: undefined ANA state on array-b",
              "group 2 in the undefined state Eh")},
        {"TheReservedBits", second(2, [](Node& node) { set_state(node.groups[1], 0x22); }),
         of_b("FAIL ana.log.group.state_valid: undefined ANA state on array-b",
              "group 2 with reserved bits in its state byte 22h")},
        {"TheNumberThatIsNone",
         second(2,
                [](Node& node) {
                    node.groups[0].nsids = {0, 1};
                }),
         of_b(order, "nsid 0x0 in group 1")},
        {"TheNumberOfAll",
         second(2,
                [](Node& node) {
                    node.groups[1].nsids = {2, 0xFFFFFFFF};
                }),
         of_b(order, "nsid 0xffffffff in group 2")},
        {"TheNumberThatComesLate",
         second(4,
                [](Node& node) {
                    node.groups[1].nsids = {4, 3};
                }),
         of_b(order, "nsid 3 comes after 4 in group 2")},
        {"TheNumberThatComesAgain",
         second(4,
                [](Node& node) {
                    node.groups[0].nsids = {1, 2, 2};
                }),
         of_b(order, "nsid 2 comes after 2 in group 1")},
        {"TheGroupsOfANamespace",
         second(4,
                [](Node& node) {
                    node.groups[1].nsids = {1, 3, 4};
                }),
         of_b("FAIL ana.log.nsid.single_group: namespace in several ANA groups on array-b",
              "nsid 1 in groups 1 and 2")},
        {"TheEmptyGroups",
         second(2,
                [](Node& node) {
                    node.groups.push_back(group_of(3, {}));
                    node.groups.push_back(group_of(4, {}));
                }),
         of_b("NOTE ana.log.no_empty_group: empty ANA groups on array-b", "2 of 4 groups")},
        {"TheGroupInIdentify", second(2, [](Node& node) { node.path(2).identify.anagrpid = 7; }),
         of_b("FAIL ana.log.nsid.matches_identify 2: two ANA groups for one namespace on array-b",
              "group 2 in the log, 7 in Identify Namespace (CNS 00h)")},
        {"TheGroupInTheIndependentPage",
         second(2, [](Node& node) { node.path(2).independent.anagrpid = 9; }),
         of_b("FAIL ana.log.nsid.matches_identify 2: two ANA groups for one namespace on array-b",
              "group 2 in the log, 9 in Identify Namespace (CNS 08h)")},
        // How many groups there are is not how large their numbers are.
        {"TheGroupInIdentifyOfALargeNumber",
         second(2,
                [](Node& node) {
                    node.id.nanagrpid = 2;
                    node.groups[1].agid = 100;
                    node.path(2).group(7);
                }),
         {"FAIL ana.log.nsid.matches_identify 2: two ANA groups for one namespace on array-b",
          "  array-b 2001: group 100 in the log, 7 in Identify Namespace (CNS 00h)",
          "WARN ana.group.id.consistent 2: ANA group differs between array-a and array-b",
          "  array-a 1001: group 2", "  array-b 2001: group 100"}},
        // Where there is no page there is no other group.
        {"NoGroupOfAPageThatIsNotThere",
         second(2,
                [](Node& node) {
                    node.path(2).independent.anagrpid = 9;
                    node.path(2).edit = [](NamespaceObservation& out) { out.independent = Page{}; };
                }),
         {}},
        {"NoSecondGroupWhereTheFirstIsOutOfRange",
         small(2,
               [](Pair& pair) {
                   pair.on_both([](Node& node) {
                       node.groups[1].agid = 129;
                       node.path(2).group(7);
                   });
               }),
         of_each("FAIL ana.log.group.nonzero_max: ANA group identifier out of range on both arrays",
                 "group 129, ANAGRPMAX 128", "group 129, ANAGRPMAX 128")},
    };
}

/// Four namespaces of several groups are named.
ToldCase in_several_groups(std::uint32_t count) {
    std::string words;
    for (std::uint32_t nsid = 1; nsid <= std::min(count, 4U); ++nsid) {
        words += fmt::format("{}nsid {} in groups 1 and 2", nsid == 1 ? "" : ", ", nsid);
    }
    return {fmt::format("{}InSeveralGroups", count),
            second(12,
                   [count](Node& node) {
                       std::vector<std::uint32_t> nsids = numbers(1, count);
                       const std::vector<std::uint32_t> own = numbers(7, 12);
                       nsids.insert(nsids.end(), own.begin(), own.end());
                       node.groups[1].nsids = nsids;
                   }),
            of_b("FAIL ana.log.nsid.single_group: namespace in several ANA groups on array-b",
                 words + (count > 4 ? ", ..." : ""))};
}

/// Sixteen numbers are named, as ranges or alone.
ToldCase not_listed(std::uint32_t count, const std::string& nsids, const std::string& words) {
    return {fmt::format("{}InNoGroup", count),
            second(80,
                   [count](Node& node) {
                       for (std::uint32_t i = 0; i < count; ++i) {
                           std::erase(node.groups[0].nsids, 2 * i + 2);
                       }
                   }),
            of_b("FAIL ana.log.nsid.covers_active " + nsids +
                     ": active namespace in no ANA group on array-b",
                 "nsid " + words)};
}

std::vector<ToldCase> ana_coverage_cases() {
    std::string sixteen = "2";
    for (std::uint32_t nsid = 4; nsid <= 32; nsid += 2) {
        sixteen += fmt::format(", {}", nsid);
    }
    return {
        in_several_groups(4),
        in_several_groups(5),
        not_listed(1, "2", "2"),
        not_listed(16, sixteen, sixteen),
        not_listed(18, sixteen + ", 34, 36", sixteen + " and 2 more"),
        {"BothWays",
         small(2,
               [](Pair& pair) {
                   pair.a[0].groups[1].nsids = {2, 7};
                   pair.b[0].groups[0].nsids = {8};
               }),
         {"FAIL ana.log.nsid.covers_active 1: active namespace in no ANA group on array-b",
          "  array-b 2001: nsid 1",
          "NOTE ana.log.nsid.only_active 7-8: ANA log lists a namespace that is not active on "
          "both arrays",
          "  array-a 1001: nsid 7", "  array-b 2001: nsid 8"}},
        {"NothingOfAListThatWasNotRead",
         second(2,
                [](Node& node) {
                    node.groups[1].nsids = {2, 7};
                    node.edit = [](ControllerObservation& out) { out.active_nsids.reset(); };
                }),
         of_b("UNKNOWN snap.verdict_unknown: tcp://10.2.0.1:4420 controller 2001 could not be read "
              "completely",
              "active namespace list: not read")},
        // In an order that is a finding of the list.
        {"NothingOfAListOutOfOrder",
         second(4,
                [](Node& node) {
                    node.edit = [](ControllerObservation& out) {
                        out.active_nsids = {4, 2, 3, 1};
                        out.active_problems = {"NSID 2 comes after 4"};
                    };
                }),
         of_b("FAIL nslist.active.ascending: malformed list of active namespaces on array-b",
              "NSID 2 comes after 4")},
        {"NothingWhereTheLogWasNotStable",
         second(4,
                [](Node& node) {
                    node.groups = {group_of(0, {0, 9, 9, 1}), group_of(0, {1}), group_of(700, {})};
                    set_state(node.groups[0], 0x0E);
                    node.edit = [](ControllerObservation& out) {
                        out.ana.stable = false;
                        out.ana.attempts = 5;
                    };
                }),
         of_b("UNKNOWN snap.ana_consistent: the ANA log of tcp://10.2.0.1:4420 controller 2001 "
              "changed during each reading",
              "5 readings")},
    };
}

std::vector<ToldCase> ana_announced_cases() {
    return {
        {"TheOptimizedState",
         second(1, [](Node& node) { node.id.anacap = 0x5E; }),
         {"WARN ana.anacap.equal: reportable ANA states (ANACAP bits 4:0) differs between array-a "
          "and array-b",
          "  array-a 1001: 0x1f", "  array-b 2001: 0x1e",
          "NOTE ana.anacap.optimized_bit: ANACAP bit 0 clear on array-b",
          "  array-b 2001: ANACAP 0x5e"}},
        // A time of none is no time that differs.
        {"NoTransitionTime", second(1, [](Node& node) { node.id.anatt = 0; }),
         of_b("FAIL ana.anatt.valid: ANATT is 0 on array-b", "0")},
        {"MoreGroupsThanAnnounced", second(2, [](Node& node) { node.id.nanagrpid = 1; }),
         of_b("WARN ana.nanagrpid.covers: NANAGRPID does not fit on array-b",
              "NANAGRPID 1, 2 groups in the log")},
        // 16 + 2 x 32 + 2 x 4 bytes, and room for 16 + 32 + 9 x 4.
        {"ALogLongerThanAnnounced",
         small(2,
               [](Pair& pair) {
                   pair.on_both([](Node& node) { node.id.mnan = 9; });
                   pair.on_b([](Node& node) { node.id.nanagrpid = 1; });
               }),
         of_b("FAIL ana.log.fits_limits: ANA log longer than announced on array-b",
              "88 bytes (2 groups, 2 NSIDs), NANAGRPID 1 and MNAN 9 allow 84")},
        {"AsManyGroupsAsAnnounced", second(2, [](Node& node) { node.id.nanagrpid = 2; }), {}},
        {"MoreGroupsThanTheLargest", second(2, [](Node& node) { node.id.nanagrpid = 129; }),
         of_b("WARN ana.nanagrpid.covers: NANAGRPID does not fit on array-b",
              "NANAGRPID 129, ANAGRPMAX 128")},
        // 16 + 32 x 128 + 4 x 2000 = 12112 bytes, in transfers of 2 x 4 KiB.
        {"ALogLargerThanATransfer",
         small(1,
               [](Pair& pair) {
                   pair.on_both([](Node& node) {
                       node.id.mdts = 1;
                       node.id.nn = node.id.mnan = 2000;
                   });
               }),
         of_each("FAIL ana.log.fits_mdts: ANA log larger than one transfer on both arrays",
                 "12112 bytes (16 + 32 x NANAGRPID 128 + 4 x MNAN 2000), MDTS 8192 bytes",
                 "12112 bytes (16 + 32 x NANAGRPID 128 + 4 x MNAN 2000), MDTS 8192 bytes")},
        {"NoLogThatIsListed", second(1, [](Node& node) { node.logs.lids[nvme::lid::ana] = 0; }),
         of_b("NOTE log.listed.ana: ANA log not listed on array-b",
              "log page 0Ch is not among the supported ones")},
        {"NoLogThatIsListedOrRead",
         second(1,
                [](Node& node) {
                    node.logs.lids[nvme::lid::ana] = 0;
                    node.edit = [](ControllerObservation& out) { out.ana.log = Page{}; };
                }),
         of_b("FAIL log.supported.ana: no ANA log on array-b",
              "log page 0Ch is not among the supported ones")},
        {"NoLogToAnswerWith",
         second(1,
                [](Node& node) {
                    node.edit = [](ControllerObservation& out) {
                        out.ana.log = Page::of_status({nvme::status::invalid_log_page});
                    };
                }),
         of_b("FAIL log.supported.ana: no ANA log on array-b", "Invalid Log Page (sct 1h sc 09h)")},
        {"NoFieldToAskFor",
         second(1,
                [](Node& node) {
                    node.edit = [](ControllerObservation& out) {
                        out.ana.log =
                            Page::of_status({nvme::status::invalid_field | nvme::status::dnr});
                    };
                }),
         of_b("FAIL log.supported.ana: no ANA log on array-b",
              "Invalid Field in Command (sct 0h sc 02h, do not retry)")},
    };
}

std::vector<ToldCase> ana_told_group_cases() {
    const std::string unique = "ANA group identifiers mean different groups on different "
                               "controllers";
    return {
        {"TheGroupsOfOneNamespace", second(4, [](Node& node) { node.regroup(2, 5); }),
         of_each("WARN ana.group.id.consistent 2: ANA group differs between array-a and array-b",
                 "group 1", "group 5")},
        {"TheGroupsInsideAnArray",
         [](Pair& pair) {
             pair = Pair(3, 4);
             pair.b[1].regroup(2, 5);
             pair.b[2].regroup(2, 6);
         },
         {"WARN ana.group.id.consistent 2: ANA group differs between the controllers of array-b",
          "  array-a 1001: group 1", "  array-a 1002: group 1", "  array-a 1003: group 1",
          "  array-b 2001: group 1", "  array-b 2002: group 5", "  array-b 2003: group 6"}},
        {"TheGroupsThatAreNumberedTwice",
         second(2, [](Node& node) { node.regroup(1, 9).regroup(2, 1).regroup(1, 2); }),
         of_each("FAIL ana.group.id.unique_across_arrays 1-2: 2 " + unique,
                 "group 1 = nsid 1; group 2 = nsid 2", "group 1 = nsid 2; group 2 = nsid 1")},
        // Of which only one number is used on both.
        {"TheNumberThatWasTaken",
         second(4,
                [](Node& node) { node.regroup(1, 5).regroup(2, 5).regroup(3, 1).regroup(4, 1); }),
         of_each("FAIL ana.group.id.unique_across_arrays 1-4: 3 " + unique,
                 "group 1 = nsid 1-2; group 2 = nsid 3-4",
                 "group 1 = nsid 3-4; group 5 = nsid 1-2")},
        // A group that is the same on both is not shown,
        {"TheGroupsThatConflict",
         small(3,
               [](Pair& pair) {
                   pair.a[0].regroup(2, 2).regroup(3, 3);
                   pair.b[0].regroup(3, 3).regroup(1, 9).regroup(2, 1).regroup(1, 2);
               }),
         of_each("FAIL ana.group.id.unique_across_arrays 1-2: 2 " + unique,
                 "group 1 = nsid 1; group 2 = nsid 2", "group 1 = nsid 2; group 2 = nsid 1")},
        // and a log that was not stable says nothing.
        {"NoGroupOfALogThatWasNotStable",
         [](Pair& pair) {
             pair = Pair(2, 4);
             pair.on_b([](Node& node) { node.regroup(2, 5); });
             pair.b[1].edit = [](ControllerObservation& out) {
                 out.ana.stable = false;
                 out.ana.attempts = 2;
             };
         },
         {"WARN ana.group.id.consistent 2: ANA group differs between array-a and array-b",
          "  array-a 1001: group 1", "  array-a 1002: group 1", "  array-b 2001: group 5",
          "UNKNOWN snap.ana_consistent: the ANA log of tcp://10.2.0.2:4420 controller 2002 changed "
          "during each reading",
          "  array-b 2002: 2 readings"}},
        // The one of another group is not among the namespaces that both have.
        {"NoNumberTakenByWhatOnlyOneHas",
         second(3,
                [](Node& node) {
                    node.regroup(1, 5).regroup(2, 5);
                    node.groups.insert(node.groups.begin(), group_of(1, {77}));
                }),
         {"WARN ana.group.id.consistent 1: ANA group differs between array-a and array-b",
          "  array-a 1001: group 1", "  array-b 2001: group 5",
          "WARN ana.group.id.consistent 2: ANA group differs between array-a and array-b",
          "  array-a 1001: group 1", "  array-b 2001: group 5",
          "NOTE ana.log.nsid.only_active 77: ANA log lists a namespace that is not active on "
          "array-b",
          "  array-b 2001: nsid 77"}},
        {"NoGroupOutOfRange", second(2, [](Node& node) { node.regroup(2, 300); }),
         of_b("FAIL ana.log.group.nonzero_max: ANA group identifier out of range on array-b",
              "group 300, ANAGRPMAX 128")},
    };
}

/// Groups that are numbered the other way round: four are shown, and sixteen namespaces of each.
ToldCase renumbered(const char* name, std::uint32_t groups, std::uint32_t each,
                    const std::string& on_a, const std::string& on_b) {
    const std::uint32_t count = groups * each;
    return {name,
            small(count,
                  [groups, each](Pair& pair) {
                      const auto place = [groups, each](Node& node, bool reversed) {
                          const AnaState state = node.groups.front().state;
                          node.groups.clear();
                          for (std::uint32_t agid = 1; agid <= groups; ++agid) {
                              const std::uint32_t at = reversed ? groups - agid : agid - 1;
                              node.groups.push_back(
                                  group_of(agid, numbers(at * each + 1, (at + 1) * each), state));
                              for (const std::uint32_t nsid : node.groups.back().nsids) {
                                  node.path(nsid).group(agid);
                              }
                          }
                      };
                      place(pair.a[0], false);
                      place(pair.b[0], true);
                  }),
            of_each(fmt::format("FAIL ana.group.id.unique_across_arrays 1-{}: {} ANA group "
                                "identifiers mean different groups on different controllers",
                                count, groups),
                    on_a, on_b)};
}

std::vector<ToldCase> ana_many_group_cases() {
    return {
        renumbered("FourGroupsShown", 4, 1,
                   "group 1 = nsid 1; group 2 = nsid 2; group 3 = nsid 3; group 4 = nsid 4",
                   "group 1 = nsid 4; group 2 = nsid 3; group 3 = nsid 2; group 4 = nsid 1"),
        renumbered("FourOfSixGroupsShown", 6, 1,
                   "group 1 = nsid 1; group 2 = nsid 2; group 3 = nsid 3; group 4 = nsid 4; ...",
                   "group 1 = nsid 6; group 2 = nsid 5; group 3 = nsid 4; group 4 = nsid 3; ..."),
        renumbered("SixteenNamespacesShown", 2, 16, "group 1 = nsid 1-16; group 2 = nsid 17-32",
                   "group 1 = nsid 17-32; group 2 = nsid 1-16"),
        renumbered("SixteenOfMoreNamespacesShown", 2, 18,
                   "group 1 = nsid 1-16, ...; group 2 = nsid 19-34, ...",
                   "group 1 = nsid 19-34, ...; group 2 = nsid 1-16, ..."),
    };
}

std::function<void(Pair&)> states(AnaState a, AnaState b, std::optional<Policy> policy = {}) {
    return small(1, [a, b, policy](Pair& pair) {
        pair.a[0].state(a);
        pair.b[0].state(b);
        pair.options.config.policy = policy;
    });
}

std::vector<ToldCase> ana_told_state_cases() {
    return {
        {"NoUsablePath", states(AnaState::inaccessible, AnaState::persistent_loss),
         of_each("FAIL ana.ns.usable_path 1: no usable path", "inaccessible", "persistent-loss")},
        {"NoUsablePathYet", states(AnaState::inaccessible, AnaState::change),
         of_each("UNKNOWN ana.ns.usable_path 1: no usable path among those observed; a transition "
                 "is under way",
                 "inaccessible", "change")},
        {"NoOptimizedPath", states(AnaState::inaccessible, AnaState::non_optimized),
         of_each("WARN ana.ns.optimized_path 1: no optimized path", "inaccessible",
                 "non-optimized")},
        {"TwoOwners", states(AnaState::optimized, AnaState::optimized, Policy::active_passive),
         of_each("FAIL ana.ns.single_owner 1: optimized on array-a and array-b at once",
                 "optimized", "optimized")},
        {"AnIdleArray", states(AnaState::inaccessible, AnaState::optimized, Policy::active_active),
         of_each("WARN ana.ns.usable_path_per_array 1: no usable path on array-a", "inaccessible",
                 "optimized")},
        {"ALostArray",
         states(AnaState::optimized, AnaState::persistent_loss, Policy::active_passive),
         of_each("WARN ana.ns.usable_path_per_array 1: no reachable path on array-b", "optimized",
                 "persistent-loss")},
        // One path of the array is enough.
        {"NoIdleArrayWithAPath",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.b[0].state(AnaState::optimized);
             pair.b[1].state(AnaState::inaccessible);
             pair.options.config.policy = Policy::active_active;
         },
         {}},
        {"TwoOwnersByOnePathEach",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.a[1].state(AnaState::persistent_loss);
             pair.b[0].state(AnaState::optimized);
             pair.b[1].state(AnaState::inaccessible);
             pair.options.config.policy = Policy::active_passive;
         },
         {"FAIL ana.ns.single_owner 1: optimized on array-a and array-b at once",
          "  array-a 1001: optimized", "  array-a 1002: persistent-loss",
          "  array-b 2001: optimized", "  array-b 2002: inaccessible"}},
        // A path that is not known may be the one that is missing.
        {"NothingWhereAStateIsNotKnown",
         small(2,
               [](Pair& pair) {
                   pair.on_both([](Node& node) { node.state(AnaState::inaccessible); });
                   pair.b[0].groups[1].nsids = {};
                   pair.options.config.policy = Policy::active_active;
                   pair.options.rules = {"ana.ns.*"};
               }),
         of_each("FAIL ana.ns.usable_path 1: no usable path", "inaccessible", "inaccessible")},
        {"NoIdleArrayWhereAStateIsUndefined",
         small(1,
               [](Pair& pair) {
                   set_state(pair.b[0].groups[0], 0x0E);
                   pair.options.config.policy = Policy::active_active;
               }),
         of_b("FAIL ana.log.group.state_valid: undefined ANA state on array-b",
              "group 1 in the undefined state Eh")},
        // The paths lead to two volumes: there is nothing to say of one.
        {"NothingOfTwoVolumes",
         small(1,
               [](Pair& pair) {
                   pair.on_both([](Node& node) { node.state(AnaState::inaccessible); });
                   pair.b[0].path(1).uuid(other_uuid()).nguid(other_nguid()).eui64(other_eui64());
                   pair.b[0].regroup(1, 5);
                   pair.options.rules = {"ana.*"};
               }),
         {}},
        {"NothingOfAVolumeThatMoved",
         small(1,
               [](Pair& pair) {
                   pair.on_both([](Node& node) { node.state(AnaState::inaccessible); });
                   pair.b[0].renumber(1, 5);
                   pair.options.rules = {"ana.*"};
               }),
         {}},
    };
}

INSTANTIATE_TEST_SUITE_P(AnaLog, Told, testing::ValuesIn(ana_page_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(AnaCoverage, Told, testing::ValuesIn(ana_coverage_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(AnaAnnounced, Told, testing::ValuesIn(ana_announced_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(AnaGroups, Told, testing::ValuesIn(ana_told_group_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(AnaManyGroups, Told, testing::ValuesIn(ana_many_group_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(AnaStates, Told, testing::ValuesIn(ana_told_state_cases()), told_name);

} // namespace
} // namespace haoh::test
