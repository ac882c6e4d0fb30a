// SPDX-License-Identifier: LGPL-2.1-or-later
// What becomes of rules about ANA, discovery and models where there is more or less to judge by.
#include "unit/catalogue/counted.hpp"

namespace haoh::test {
namespace {

const CountCase kOfAna[] = {
    {"BothArraysUsable",
     [](Pair& pair) { pair.options.config.policy = Policy::active_active; },
     {{"ana.ns.usable_path", kHeld},
      {"ana.ns.optimized_path", kHeld},
      {"ana.ns.usable_path_per_array", kHeld},
      {"ana.ns.single_owner", kNothing},
      {"ana.group.id.consistent", kHeld},
      {"ana.group.id.unique_across_arrays", kHeld},
      {"ana.log.nsid.covers_active", kHeld},
      {"ctrl.vwc.stretch_absent", kHeld}}},
    {"OneOwner",
     [](Pair& pair) { pair.options.config.policy = Policy::active_passive; },
     {{"ana.ns.single_owner", kHeld}, {"ana.ns.usable_path_per_array", kHeld}}},
    {"OneOwnerOfThoseThatAnswered",
     [](Pair& pair) {
         pair.options.config.policy = Policy::active_passive;
         miss_array(pair);
     },
     {{"ana.ns.single_owner", kUnknown}, {"ana.ns.usable_path", kHeld}}},
    {"TwoOwnersOfThoseThatAnswered",
     [](Pair& pair) {
         pair.options.config.policy = Policy::active_passive;
         pair.on_b([](Node& node) { node.state(nvme::AnaState::optimized); });
         miss_array(pair);
     },
     {{"ana.ns.single_owner", kBroken}}},
    {"OneLogUnread",
     [](Pair& pair) {
         pair.options.config.policy = Policy::active_passive;
         lose_ana_log(pair.b[0]);
     },
     {{"ana.ns.single_owner", kUnknown},
      {"ana.ns.usable_path", kHeld},
      {"ana.ns.optimized_path", kHeld},
      {"ana.group.id.consistent", kUnknown},
      {"ana.group.id.unique_across_arrays", kUnknown},
      {"ana.log.nsid.covers_active", kUnknown},
      {"snap.ana_consistent", kUnknown},
      {"log.supported.ana", kUnknown}}},
    {"TheLogOfTheUsablePathUnread",
     [](Pair& pair) {
         pair.options.config.policy = Policy::active_passive;
         lose_ana_log(pair.a[0]);
         pair.b[0].state(nvme::AnaState::inaccessible);
     },
     {{"ana.ns.usable_path", kUnknown},
      {"ana.ns.optimized_path", kUnknown},
      {"ctrl.vwc.stretch_absent", kNothing}}},
    {"NothingUsable",
     [](Pair& pair) {
         pair.options.config.policy = Policy::active_active;
         pair.on_both([](Node& node) { node.state(nvme::AnaState::inaccessible); });
     },
     {{"ana.ns.usable_path", kBroken},
      {"ana.ns.optimized_path", kUnknown},
      {"ana.ns.usable_path_per_array", kUnknown},
      {"ctrl.vwc.stretch_absent", kNothing}}},
    {"NothingUsableOfThoseThatAnswered",
     [](Pair& pair) {
         pair.on_both([](Node& node) { node.state(nvme::AnaState::inaccessible); });
         miss_array(pair);
     },
     {{"ana.ns.usable_path", kUnknown}}},
    {"NothingUsableDuringATransition",
     [](Pair& pair) {
         pair.on_both([](Node& node) { node.state(nvme::AnaState::inaccessible); });
         pair.b[0].state(nvme::AnaState::change);
     },
     {{"ana.ns.usable_path", kUnknown}, {"ana.ns.optimized_path", kUnknown}}},
    {"NothingOptimized",
     [](Pair& pair) { pair.on_a([](Node& node) { node.state(nvme::AnaState::non_optimized); }); },
     {{"ana.ns.usable_path", kHeld}, {"ana.ns.optimized_path", kBroken}}},
    {"NothingOptimizedOfThoseThatAnswered",
     [](Pair& pair) {
         pair.on_a([](Node& node) { node.state(nvme::AnaState::non_optimized); });
         miss_array(pair);
     },
     {{"ana.ns.optimized_path", kUnknown}}},
    {"NothingOptimizedDuringATransition",
     [](Pair& pair) { pair.on_a([](Node& node) { node.state(nvme::AnaState::change); }); },
     {{"ana.ns.optimized_path", kUnknown}}},
    {"NothingOptimizedBesideALogUnread",
     [](Pair& pair) { lose_ana_log(pair.a[0]); },
     {{"ana.ns.optimized_path", kUnknown}, {"ana.ns.usable_path", kHeld}}},
    {"OneArrayInaccessible",
     [](Pair& pair) {
         pair.options.config.policy = Policy::active_active;
         pair.on_b([](Node& node) { node.state(nvme::AnaState::inaccessible); });
     },
     {{"ana.ns.usable_path_per_array", kBroken}}},
    {"OneArrayInaccessibleAsIsRight",
     [](Pair& pair) {
         pair.options.config.policy = Policy::active_passive;
         pair.on_b([](Node& node) { node.state(nvme::AnaState::inaccessible); });
     },
     {{"ana.ns.usable_path_per_array", kHeld}}},
    {"OneArrayWhoseLogIsUnread",
     [](Pair& pair) {
         pair.options.config.policy = Policy::active_active;
         lose_ana_log(pair.b[0]);
     },
     {{"ana.ns.usable_path_per_array", kUnknown}}},
    {"OneArrayThatDoesNotShowTheNamespace",
     [](Pair& pair) {
         pair.options.config.policy = Policy::active_active;
         pair.b[0].remove(2);
     },
     {{"ana.ns.usable_path_per_array", kUnknown}}},
    {"OneArrayAlone",
     [](Pair& pair) {
         pair.options.config.policy = Policy::active_active;
         pair.b.clear();
     },
     {{"ana.ns.usable_path_per_array", kNothing},
      {"ana.group.id.consistent", kNothing},
      {"ana.group.id.unique_across_arrays", kNothing}}},
    {"VolumesThatDiffer",
     [](Pair& pair) {
         pair.options.config.policy = Policy::active_passive;
         pair.on_b(1, other_volume);
     },
     {{"ana.ns.usable_path_per_array", kUnknown}, {"ana.ns.single_owner", kUnknown}}},
    {"GroupsNumberedByEachArray",
     [](Pair& pair) { pair.b[0].regroup(1, 3).regroup(2, 1).regroup(1, 2); },
     {{"ana.group.id.unique_across_arrays", kBroken}, {"ana.group.id.consistent", kUnknown}}},
    {"ANamespaceInAnotherGroup",
     [](Pair& pair) {
         pair = Pair(1, 4);
         pair.b[0].regroup(1, 2);
     },
     {{"ana.group.id.unique_across_arrays", kHeld}, {"ana.group.id.consistent", kBroken}}},
    {"GroupsOfOneControllerWithAna",
     [](Pair& pair) { pair.b[0].id.cmic &= static_cast<std::uint8_t>(~nvme::cmic::ana_reporting); },
     {{"ana.group.id.unique_across_arrays", kNothing}, {"ana.group.id.consistent", kNothing}}},
    {"CachesOfBothArrays",
     [](Pair& pair) { pair.on_both([](Node& node) { node.id.vwc = 1; }); },
     {{"ctrl.vwc.stretch_absent", kBroken}}},
    {"CachesOfOneThatTakesNoWrites",
     [](Pair& pair) {
         pair.b[0].id.vwc = 1;
         pair.b[0].state(nvme::AnaState::inaccessible);
     },
     {{"ctrl.vwc.stretch_absent", kNothing}}},
    {"CachesOfOneThatMayTakeWrites",
     [](Pair& pair) {
         pair.b[0].id.vwc = 1;
         lose_ana_log(pair.b[0]);
     },
     {{"ctrl.vwc.stretch_absent", kUnknown}}},
    {"NoCachesOfOneThatMayTakeWrites",
     [](Pair& pair) { lose_ana_log(pair.b[0]); },
     {{"ctrl.vwc.stretch_absent", kNothing}}},
    {"ALogThatChanged",
     [](Pair& pair) {
         pair.b[0].edit = [](ControllerObservation& one) { one.ana.stable = false; };
     },
     {{"snap.ana_consistent", kUnknown}}},
};

/// Each log that is named lists its discovery subsystem under a name of its own.
void name_discovery(Pair& pair, std::initializer_list<std::size_t> arrays) {
    pair.with_discovery();
    for (const std::size_t array : arrays) {
        pair.edit_discovery(array, [](nvme::DiscoveryLog& log) {
            log.entries.push_back(log.entries.front());
            log.entries.back().subnqn = "nqn.2014-08.com.example:discovery";
            log.entries.back().subtype =
                static_cast<std::uint8_t>(nvme::SubsystemType::current_discovery);
            log.numrec = log.entries.size();
        });
    }
}
void lose_discovery(Pair& pair) {
    pair.discovery[1].log = Page::of_failure("lost");
}

const CountCase kOfDiscovery[] = {
    {"ALogOfEach",
     [](Pair& pair) { pair.with_discovery(); },
     {{"disc.entry.portid_unique_per_port", kHeld},
      {"disc.entry.subtype", kHeld},
      {"disc.entry.cntlid.model", kHeld},
      {"disc.entry.asqsz", kHeld},
      {"disc.entry.unique", kHeld},
      {"disc.log.complete", kHeld},
      {"disc.log.consistent_between_arrays", kHeld},
      {"disc.header.recfmt", kHeld},
      {"disc.genctr.stable_during_read", kHeld},
      {"disc.entry.nqn_format", kNothing}}},
    {"ALogOfOne",
     [](Pair& pair) {
         pair.with_discovery();
         pair.discovery.pop_back();
     },
     {{"disc.log.consistent_between_arrays", kNothing}, {"disc.log.complete", kHeld}}},
    {"ALogThatLeavesOutAnArrayWhoseOwnWasNotRead",
     [](Pair& pair) {
         pair.with_discovery();
         pair.edit_discovery(0, [&pair](nvme::DiscoveryLog& log) {
             std::erase_if(log.entries, [&pair](const nvme::DiscoveryEntry& entry) {
                 return entry.traddr != pair.a[0].traddr;
             });
             log.numrec = log.entries.size();
         });
         pair.discovery.pop_back();
     },
     {{"disc.log.complete", kUnknown}}},
    {"OneEntry",
     [](Pair& pair) {
         pair.b.clear();
         Pair both(1, 2);
         pair.discovery = both.with_discovery().discovery;
         pair.discovery.pop_back();
         pair.edit_discovery(0, [](nvme::DiscoveryLog& log) {
             log.entries.pop_back();
             log.numrec = 1;
         });
     },
     {{"disc.entry.portid_unique_per_port", kNothing},
      {"disc.entry.unique", kNothing},
      {"disc.entry.cntlid.model", kNothing},
      {"disc.entry.treq.equal", kNothing},
      {"disc.entry.asqsz", kHeld},
      {"disc.entry.subtype", kHeld},
      {"disc.log.complete", kHeld}}},
    {"NoEntry",
     [](Pair& pair) {
         pair.with_discovery();
         for (const std::size_t array : {0U, 1U}) {
             pair.edit_discovery(array, [](nvme::DiscoveryLog& log) {
                 log.entries.clear();
                 log.numrec = 0;
             });
         }
     },
     {{"disc.entry.asqsz", kNothing},
      {"disc.entry.subtype", kNothing},
      {"disc.entry.unique", kNothing},
      {"disc.log.complete", kNothing},
      {"disc.log.consistent_between_arrays", kNothing},
      {"disc.header.recfmt", kHeld}}},
    {"OneLogUnread",
     [](Pair& pair) {
         pair.with_discovery();
         lose_discovery(pair);
     },
     {{"disc.entry.portid_unique_per_port", kUnknown},
      {"disc.entry.cntlid.model", kUnknown},
      {"disc.entry.subtype", kUnknown},
      {"disc.entry.treq.equal", kUnknown},
      {"disc.entry.tsas_sectype.equal", kUnknown},
      {"disc.entry.asqsz", kUnknown},
      {"disc.log.complete", kUnknown},
      {"disc.log.consistent_between_arrays", kUnknown},
      {"disc.header.recfmt", kUnknown},
      {"disc.genctr.stable_during_read", kUnknown},
      {"disc.entry.nqn_format", kUnknown},
      {"disc.entry.unique", kUnknown}}},
    {"TheOnlyLogUnread",
     [](Pair& pair) {
         pair.with_discovery();
         lose_discovery(pair);
         pair.discovery.erase(pair.discovery.begin());
     },
     {{"disc.log.consistent_between_arrays", kNothing}, {"disc.log.complete", kUnknown}}},
    {"OneLogThatChanged",
     [](Pair& pair) {
         pair.with_discovery();
         pair.discovery[1].stable = false;
     },
     {{"disc.genctr.stable_during_read", kUnknown},
      {"disc.entry.unique", kUnknown},
      {"disc.entry.nqn_format", kUnknown},
      {"disc.log.complete", kUnknown},
      {"disc.log.consistent_between_arrays", kUnknown}}},
    {"OneLogUnreadAtAnotherAddressThanTheTarget",
     [](Pair& pair) {
         pair.with_discovery();
         lose_discovery(pair);
         pair.discovery[1].address = "tcp://10.2.0.9:8009";
     },
     {{"disc.log.complete", kUnknown}, {"disc.log.consistent_between_arrays", kUnknown}}},
    {"OneLogUnreadOfATargetThatHasTwo",
     [](Pair& pair) {
         pair.with_discovery();
         lose_discovery(pair);
         pair.discovery[1].target = pair.discovery[0].target;
         pair.discovery[1].address = "tcp://10.1.0.9:8009";
     },
     {{"disc.log.complete", kUnknown}, {"disc.log.consistent_between_arrays", kNothing}}},
    {"OneDiscoveryNameOfBothArrays",
     [](Pair& pair) {
         name_discovery(pair, {0, 1});
     },
     {{"disc.nqn_unique_vs_wellknown", kHeld}}},
    {"ADiscoveryNameOfOneArray",
     [](Pair& pair) { name_discovery(pair, {0}); },
     {{"disc.nqn_unique_vs_wellknown", kNothing}}},
    {"ADiscoveryNameBesideALogUnread",
     [](Pair& pair) {
         name_discovery(pair, {0});
         lose_discovery(pair);
     },
     {{"disc.nqn_unique_vs_wellknown", kUnknown}}},
    {"OneDiscoveryNameInALogThatChanged",
     [](Pair& pair) {
         name_discovery(pair, {0, 1});
         pair.discovery[1].stable = false;
     },
     {{"disc.nqn_unique_vs_wellknown", kUnknown}}},
    {"AnotherSubsystemInALog",
     [](Pair& pair) {
         pair.with_discovery();
         pair.edit_discovery(0, [](nvme::DiscoveryLog& log) {
             log.entries.push_back(log.entries.front());
             log.entries.back().subnqn = "nqn.2014-08.com.example:other";
             log.numrec = log.entries.size();
         });
     },
     {{"disc.entry.nqn_format", kHeld}}},
};

const CountCase kOfModels[] = {
    {"NoProfile", [](Pair&) {}, {{"model.detect", kNothing}}},
    {"Stretched",
     [](Pair& pair) { pair.options.config.profile = Profile::stretched; },
     {{"model.detect", kHeld}}},
    {"StretchedOnOneArray",
     [](Pair& pair) {
         pair.options.config.profile = Profile::stretched;
         pair.b.clear();
     },
     {{"model.detect", kUnknown}}},
    {"DispersedInTwoSubsystems",
     [](Pair& pair) {
         pair.options.config.profile = Profile::dispersed;
         rename_b(pair);
     },
     {{"model.detect", kHeld}}},
    {"DispersedInOneSubsystem",
     [](Pair& pair) { pair.options.config.profile = Profile::dispersed; },
     {{"model.detect", kUnknown}}},
    {"DispersedInNone",
     [](Pair& pair) {
         pair.options.config.profile = Profile::dispersed;
         pair.a.clear();
         pair.b.clear();
     },
     {{"model.detect", kNothing}, {"snap.verdict_unknown", kNothing}}},
    {"NamespacesThatOnlyOneArrayCallsDispersed",
     [](Pair& pair) {
         pair.on_b(1, [](Path& path) { path.identify.nmic |= nvme::nmic::dispersed; });
     },
     {{"ns.nmic.not_both_models", kHeld}}},
    {"DispersedOnOneArrayAlone",
     [](Pair& pair) {
         pair.b.clear();
         pair.a[0].path(1).identify.nmic |= nvme::nmic::dispersed;
     },
     {{"ns.nmic.not_both_models", kNothing}}},
    {"DispersedInAStretchedSubsystem",
     [](Pair& pair) {
         pair.on_both(1, [](Path& path) { path.identify.nmic |= nvme::nmic::dispersed; });
     },
     {{"ns.nmic.not_both_models", kBroken}}},
    {"DispersedAsFarAsWasRead",
     [](Pair& pair) {
         pair.a[0].path(1).identify.nmic |= nvme::nmic::dispersed;
         lose_namespace_page(pair.b[0].path(1));
     },
     {{"ns.nmic.not_both_models", kUnknown}}},
    {"DispersedWithOneNguid",
     [](Pair& pair) {
         rename_b(pair);
         pair.on_all_paths([](Path& path) {
             path.identify.nmic |= nvme::nmic::dispersed;
             path.uuid(std::nullopt);
         });
     },
     {{"disp.nguid_or_uuid_same", kHeld}}},
    {"DispersedWithOneUuid",
     [](Pair& pair) {
         rename_b(pair);
         pair.on_all_paths([](Path& path) {
             path.identify.nmic |= nvme::nmic::dispersed;
             path.nguid(std::nullopt);
         });
     },
     {{"disp.nguid_or_uuid_same", kHeld}}},
    {"OneOfTwoClonesDispersed",
     [](Pair& pair) {
         rename_b(pair);
         pair.on_b(1, [](Path& path) { path.identify.nmic |= nvme::nmic::dispersed; });
     },
     {{"disp.nguid_or_uuid_same", kNothing}}},
    {"DispersedWithoutItsIdentifiers",
     [](Pair& pair) {
         rename_b(pair);
         pair.on_b([](Node& node) {
             Path& path = node.path(1);
             path.uuid(std::nullopt).nguid(std::nullopt).eui64(std::nullopt);
             path.identify.nmic |= nvme::nmic::dispersed;
             lose_descriptors(path);
         });
     },
     {{"disp.nguid_or_uuid_same", kUnknown}}},
};

INSTANTIATE_TEST_SUITE_P(Ana, RuleCounts, testing::ValuesIn(kOfAna), count_name);
INSTANTIATE_TEST_SUITE_P(Discovery, RuleCounts, testing::ValuesIn(kOfDiscovery), count_name);
INSTANTIATE_TEST_SUITE_P(Models, RuleCounts, testing::ValuesIn(kOfModels), count_name);

} // namespace
} // namespace haoh::test
