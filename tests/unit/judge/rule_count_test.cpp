// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules that compare hold where there are two of what they compare, and are silent of one; what was
// not read leaves them open, and what is wrong all the same breaks them.
#include "unit/catalogue/counted.hpp"

#include <algorithm>

namespace haoh::test {
namespace {

TEST_P(RuleCounts, AreOfWhatIsThere) {
    Pair pair(1, 2);
    GetParam().change(pair);
    const Report report = pair.report();
    for (const auto& [rule, wanted] : GetParam().states) {
        const auto found = std::ranges::find(report.rules, rule, &RuleResult::rule);
        ASSERT_NE(found, report.rules.end()) << rule;
        EXPECT_EQ(to_string(found->state), to_string(wanted)) << rule;
    }
}

const CountCase kOfIdentity[] = {
    {"OneNamespace",
     [](Pair& pair) { pair = Pair(1, 1); },
     {{"ns.nguid.embeds_eui64", kNothing},
      {"ns.id.unique_in_subsystem", kNothing},
      {"ns.identity.one_nsid", kNothing},
      {"ns.uuid.equal", kHeld},
      {"ns.nsid.map_equal", kHeld}}},
    {"TwoNamespaces",
     [](Pair&) {},
     {{"ns.nguid.embeds_eui64", kHeld},
      {"ns.id.unique_in_subsystem", kHeld},
      {"ns.identity.one_nsid", kHeld},
      {"ns.id.set_equal", kHeld},
      {"ns.csi.equal", kHeld}}},
    {"TwoNamespacesOfWhichOneHasBothIdentifiers",
     [](Pair& pair) { pair.on_both(2, [](Path& path) { path.eui64(std::nullopt); }); },
     {{"ns.nguid.embeds_eui64", kNothing}, {"ns.eui64.equal", kHeld}}},
    {"OneNamespaceWhoseIdentifiersAreLost",
     [](Pair& pair) {
         pair = Pair(1, 1);
         pair.on_both(1, lose_descriptors);
     },
     {{"ns.nguid.embeds_eui64", kNothing},
      {"ns.id.unique_in_subsystem", kNothing},
      {"ns.uuid.equal", kUnknown},
      {"ns.nsid.map_equal", kUnknown}}},
    {"TwoNamespacesOfWhichOneHasLostIdentifiers",
     [](Pair& pair) { pair.on_both(2, lose_descriptors); },
     {{"ns.nguid.embeds_eui64", kHeld}, // CNS 00h says both
      {"ns.id.unique_in_subsystem", kUnknown},
      {"ns.identity.one_nsid", kUnknown},
      {"ns.id.set_equal", kUnknown},
      {"ns.csi.equal", kUnknown}}},
    {"OneNamespaceThatMayHaveBothIdentifiers",
     [](Pair& pair) {
         pair = Pair(1, 1);
         pair.on_both(1, [](Path& path) { lose_descriptors(path.nguid({}).eui64({})); });
     },
     {{"ns.nguid.embeds_eui64", kNothing}}},
    {"TwoNamespacesThatMayHaveBothIdentifiers",
     [](Pair& pair) {
         pair.on_both(2, [](Path& path) { lose_descriptors(path.nguid({}).eui64({})); });
     },
     {{"ns.nguid.embeds_eui64", kUnknown}}},
    {"NoIdentifiers",
     [](Pair& pair) {
         pair.on_all_paths(
             [](Path& path) { path.uuid(std::nullopt).nguid(std::nullopt).eui64(std::nullopt); });
     },
     {{"ns.nsid.map_equal", kUnknown},
      {"ns.uuid.equal", kNothing},
      {"ns.nguid.equal", kNothing},
      {"ns.eui64.equal", kNothing},
      {"ns.id.set_equal", kNothing},
      {"ns.csi.equal", kHeld},
      {"ns.id.unique_in_subsystem", kNothing},
      {"ns.identity.one_nsid", kNothing}}},
    {"AnIdentifierOnOneSideOnly",
     [](Pair& pair) { pair.on_b(1, [](Path& path) { path.eui64(std::nullopt); }); },
     {{"ns.id.set_equal", kBroken},
      {"ns.nsid.map_equal", kUnknown},
      {"ns.uuid.equal", kHeld},
      {"ns.eui64.equal", kHeld}}},
    {"AnotherUuid",
     [](Pair& pair) { pair.on_b(1, [](Path& path) { path.uuid(other_uuid()); }); },
     {{"ns.uuid.equal", kBroken}, {"ns.nsid.map_equal", kUnknown}, {"ns.nguid.equal", kHeld}}},
    {"AnotherVolume",
     [](Pair& pair) { pair.on_b(1, other_volume); },
     {{"ns.nsid.map_equal", kBroken},
      {"ns.uuid.equal", kUnknown},
      {"ns.nguid.equal", kUnknown},
      {"ns.eui64.equal", kUnknown},
      {"ns.id.set_equal", kHeld},
      {"ns.identity.one_nsid", kHeld},
      {"ana.group.id.consistent", kUnknown},
      {"ana.group.id.unique_across_arrays", kUnknown},
      {"ana.ns.usable_path", kUnknown},
      {"ana.ns.optimized_path", kUnknown}}},
    {"VolumesSwapped",
     [](Pair& pair) { pair.b[0].renumber(1, 3).renumber(2, 1).renumber(3, 2); },
     {{"ns.nsid.map_equal", kBroken},
      {"ns.identity.one_nsid", kUnknown},
      {"ns.id.unique_in_subsystem", kUnknown},
      {"ns.uuid.equal", kUnknown}}},
    {"AVolumeUnderANumberOfItsOwn",
     [](Pair& pair) { pair.b[0].renumber(2, 7); },
     {{"ns.identity.one_nsid", kBroken},
      {"ns.nsid.map_equal", kHeld},
      {"ns.id.unique_in_subsystem", kUnknown},
      {"nslist.active.equal", kUnknown}}},
    {"OneControllerWithTwoNamespaces",
     [](Pair& pair) { pair.b.clear(); },
     {{"ns.id.unique_in_subsystem", kHeld},
      {"ns.identity.one_nsid", kNothing},
      {"ns.uuid.equal", kNothing},
      {"ns.nsid.map_equal", kNothing},
      {"ns.desc.bytes_equal", kNothing},
      {"nslist.active.equal", kNothing},
      {"ns.nmic.shared", kNothing}}},
    {"OneControllerWhoseDescriptorsAreLost",
     [](Pair& pair) {
         pair.b.clear();
         lose_descriptors(pair.a[0].path(1));
     },
     {{"ns.desc.bytes_equal", kNothing}, {"ns.uuid.equal", kNothing}}},
    {"DescriptorsLostOnOneSide",
     [](Pair& pair) { lose_descriptors(pair.b[0].path(1)); },
     {{"ns.desc.bytes_equal", kUnknown}}},
    {"IdentifiersThatDiffer", // that is the finding, and no other of the lists
     [](Pair& pair) { pair.on_b(1, [](Path& path) { path.uuid(other_uuid()); }); },
     {{"ns.desc.bytes_equal", kUnknown}}},
    {"OneNamespaceListUnread",
     [](Pair& pair) { lose_namespace_list(pair.b[0]); },
     {{"nslist.active.equal", kUnknown}, {"ns.nmic.shared", kUnknown}}},
    {"ANamespaceOnOneSide",
     [](Pair& pair) { pair.b[0].remove(2); },
     {{"nslist.active.equal", kBroken}}},
};

const CountCase kOfControllers[] = {
    {"Two",
     [](Pair&) {},
     {{"ctrl.oacs.equal", kHeld},
      {"ctrl.oaes.equal", kHeld},
      {"ctrl.fr.domain", kHeld},
      {"ctrl.cntlid.unique", kHeld},
      {"ctrl.cntlid.partitioned", kHeld},
      {"ctrl.list_cns13.contains_all", kHeld},
      {"conn.hostnqn_hostid.same", kHeld},
      {"subsys.nqn.equal", kHeld},
      {"ctrl.idctrl_mask.equal", kHeld},
      {"ns.idns_mask.equal", kHeld},
      {"snap.verdict_unknown", kHeld},
      {"snap.ana_consistent", kHeld},
      {"ctrl.sn.not_shared_by_nqns", kNothing},
      {"ctrl.fguid.domain", kNothing},
      {"domain.id.unique", kNothing}}},
    {"One",
     [](Pair& pair) { pair.b.clear(); },
     {{"ctrl.oacs.equal", kNothing},
      {"ctrl.oaes.equal", kHeld}, // the notice that ANA needs
      {"ctrl.fr.domain", kNothing},
      {"ctrl.cntlid.unique", kNothing},
      {"ctrl.cntlid.partitioned", kNothing},
      {"ctrl.list_cns13.contains_all", kNothing},
      {"conn.hostnqn_hostid.same", kNothing},
      {"subsys.nqn.equal", kNothing},
      {"ctrl.idctrl_mask.equal", kNothing},
      {"ns.idns_mask.equal", kNothing},
      {"snap.verdict_unknown", kHeld}}},
    {"OneWithoutAna",
     [](Pair& pair) {
         pair.b.clear();
         pair.a[0].id.cmic &= static_cast<std::uint8_t>(~nvme::cmic::ana_reporting);
     },
     {{"ctrl.oaes.equal", kNothing}, {"snap.ana_consistent", kNothing}}},
    {"OneUnread",
     [](Pair& pair) {
         pair.b.clear();
         lose_identify(pair.a[0]);
     },
     {{"ctrl.oacs.equal", kNothing},
      {"ctrl.fr.domain", kNothing},
      {"ctrl.idctrl_mask.equal", kNothing},
      {"ctrl.fguid.domain", kNothing},
      {"domain.id.unique", kNothing},
      {"ctrl.oaes.equal", kUnknown},
      {"snap.ana_consistent", kUnknown},
      {"snap.verdict_unknown", kUnknown}}},
    {"TwoOfWhichOneIsUnread",
     [](Pair& pair) { lose_identify(pair.b[0]); },
     {{"ctrl.oacs.equal", kUnknown},
      {"ctrl.oaes.equal", kUnknown},
      {"ctrl.fr.domain", kUnknown},
      {"ctrl.idctrl_mask.equal", kUnknown},
      {"ctrl.fguid.domain", kUnknown},
      {"domain.id.unique", kUnknown},
      {"ctrl.cntlid.unique", kHeld}, // Connect says it, too
      {"ctrl.vwc.stretch_absent", kUnknown},
      {"ctrl.list_cns13.contains_all", kHeld}}},
    {"OneWithoutAnId",
     [](Pair& pair) {
         pair.b[0].edit = [](ControllerObservation& one) {
             one.identify = Page::of_failure("lost");
             one.connection = {};
         };
     },
     {{"ctrl.cntlid.unique", kUnknown}, {"ctrl.cntlid.partitioned", kUnknown}}},
    {"OneAloneWithoutAnId",
     [](Pair& pair) {
         pair.b.clear();
         pair.a[0].edit = [](ControllerObservation& one) {
             one.identify = Page::of_failure("lost");
             one.connection = {};
         };
     },
     {{"ctrl.cntlid.unique", kNothing}, {"ctrl.cntlid.partitioned", kNothing}}},
    {"OneAloneWhoseListIsUnread",
     [](Pair& pair) {
         pair.b.clear();
         pair.a[0].edit = [](ControllerObservation& one) {
             one.controller_list = Page::of_failure("lost");
         };
     },
     {{"ctrl.list_cns13.contains_all", kNothing}}},
    {"OneAloneWithAFurtherConnection",
     [](Pair& pair) {
         pair.b.clear();
         pair.a[0].probed = {1009};
     },
     {{"ctrl.cntlid.unique", kHeld}, {"ctrl.cntlid.partitioned", kNothing}}},
    {"NoticesBesideOneThatIsUnread",
     [](Pair& pair) {
         pair = Pair(2, 1);
         pair.a[0].id.oaes = 0;
         lose_identify(pair.b[0]);
     },
     {{"ctrl.oaes.equal", kBroken}}},
    {"ListsOfTheOwnArrayOnly",
     [](Pair& pair) { pair.on_both([](Node& node) { node.listed = {{node.id.cntlid}}; }); },
     {{"ctrl.list_cns13.contains_all", kBroken}}},
    {"ListsOfTheOwnArrayAndOneUnread",
     [](Pair& pair) {
         pair.a[0].listed = {{pair.a[0].id.cntlid}};
         pair.b[0].edit = [](ControllerObservation& one) {
             one.controller_list = Page::of_failure("lost");
         };
     },
     {{"ctrl.list_cns13.contains_all", kUnknown}}},
    {"NoListOfOne",
     [](Pair& pair) {
         pair.a[0].listed = {{pair.a[0].id.cntlid}};
         pair.b[0].edit = [](ControllerObservation& one) {
             one.controller_list = Page::of_status(nvme::Status{nvme::status::invalid_field});
         };
     },
     {{"ctrl.list_cns13.contains_all", kNothing}}},
    {"UnitsOfTheirOwn",
     [](Pair& pair) {
         pair.a[0].id.fguid[0] = 1;
         pair.b[0].id.fguid[0] = 2;
         pair.a[0].id.domainid = 1;
         pair.b[0].id.domainid = 2;
     },
     {{"ctrl.fguid.domain", kHeld}, {"domain.id.unique", kHeld}}},
    {"AUnitOfOneArrayOnly",
     [](Pair& pair) {
         pair.a[0].id.fguid[0] = 1;
         pair.a[0].id.domainid = 1;
     },
     {{"ctrl.fguid.domain", kNothing}, {"domain.id.unique", kNothing}}},
    {"OneUnitOfBothArrays",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             node.id.fguid[0] = 1;
             node.id.domainid = 1;
         });
         pair.options.config.profile = Profile::stretched;
     },
     {{"ctrl.fguid.domain", kBroken}, {"domain.id.unique", kBroken}}},
    {"TwoSubsystems",
     rename_b,
     {{"ctrl.sn.not_shared_by_nqns", kBroken},
      {"ns.id.unique_on_host", kBroken},
      {"subsys.nqn.equal", kHeld}}},
    {"TwoSubsystemsThatShareNothing",
     [](Pair& pair) {
         rename_b(pair);
         pair.on_b([](Node& node) {
             node.id.sn = ascii<20>("OTHER");
             for (Path& path : node.paths) {
                 const auto number = static_cast<std::uint8_t>(0xE0 + path.nsid);
                 path.uuid(other_uuid(number)).nguid(other_nguid(number));
                 path.eui64(other_eui64(number));
             }
         });
     },
     {{"ctrl.sn.not_shared_by_nqns", kHeld},
      {"ns.id.unique_on_host", kHeld},
      {"subsys.nqn.equal", kHeld},
      {"disp.nguid_or_uuid_same", kNothing}}},
    {"TwoSubsystemsOfWhichOneIsUnread",
     [](Pair& pair) {
         rename_b(pair);
         lose_identify(pair.b[0]);
     },
     {{"ctrl.sn.not_shared_by_nqns", kUnknown}}},
    {"TwoSubsystemsOfWhichOneHasNoSerialNumber",
     [](Pair& pair) {
         rename_b(pair);
         pair.b[0].id.sn = ascii<20>("");
     },
     {{"ctrl.sn.not_shared_by_nqns", kNothing}}},
    {"TwoSubsystemsOfWhichOneDoesNotListItsNamespaces",
     [](Pair& pair) {
         rename_b(pair);
         lose_namespace_list(pair.b[0]);
     },
     {{"ns.id.unique_on_host", kUnknown}}},
    {"TwoSubsystemsOfWhichOneHasNoNamespaces",
     [](Pair& pair) {
         rename_b(pair);
         pair.b[0].remove(1).remove(2);
     },
     {{"ns.id.unique_on_host", kNothing}}},
    {"OneMisspeltSubsystem",
     [](Pair& pair) {
         pair.on_b([](Node& node) {
             std::string name = kNqn;
             name[0] = 'N';
             node.nqn(name);
         });
     },
     {{"subsys.nqn.equal", kBroken}, {"ns.id.unique_on_host", kUnknown}}},
};

INSTANTIATE_TEST_SUITE_P(Identity, RuleCounts, testing::ValuesIn(kOfIdentity), count_name);
INSTANTIATE_TEST_SUITE_P(Controllers, RuleCounts, testing::ValuesIn(kOfControllers), count_name);

} // namespace
} // namespace haoh::test
