// SPDX-License-Identifier: LGPL-2.1-or-later
// What rules that ask one controller or one path make of those to which they do not apply, and of
// those that did not say.
#include "unit/catalogue/counted.hpp"

#include <haoh/nvme/fabrics.hpp>

namespace haoh::test {
namespace {

void without_ana(Node& node) {
    node.id.cmic &= static_cast<std::uint8_t>(~nvme::cmic::ana_reporting);
}
void as_discovery(Pair& pair) {
    pair = Pair(1, 0);
    pair.on_both([](Node& node) {
        node.nqn(std::string(nvme::kDiscoveryNqn));
        without_ana(node);
    });
}
/// Pages of a namespace that a controller does not have.
void without_pages(Path& path) {
    path.edit = [](NamespaceObservation& one) {
        const nvme::Status refused{nvme::status::invalid_field};
        one.descriptors = one.nvm = one.independent = Page::of_status(refused);
    };
}
void lose_pages(Path& path) {
    path.edit = [](NamespaceObservation& one) {
        one.identify = one.descriptors = one.nvm = one.independent = Page::of_failure("lost");
    };
}
void without_properties(Node& node) {
    node.edit = [](ControllerObservation& one) { one.properties.clear(); };
}
void of_version(Node& node, std::uint32_t vs) {
    node.id.ver = vs;
    node.edit = [vs](ControllerObservation& one) { one.properties[nvme::property::vs] = vs; };
}

const CountCase kOfControllersAsked[] = {
    {"WithoutAna",
     [](Pair& pair) { pair.on_both(without_ana); },
     {{"ana.anacap.optimized_bit", kNothing},
      {"ana.anatt.valid", kNothing},
      {"ana.nanagrpid.covers", kNothing},
      {"ana.log.fits_limits", kNothing},
      {"ana.log.fits_mdts", kNothing},
      {"log.supported.ana", kNothing},
      {"log.listed.ana", kNothing},
      {"ana.log.header.size", kNothing},
      {"ana.log.group.order", kNothing},
      {"ana.log.group.nonzero_max", kNothing},
      {"ana.log.group.state_valid", kNothing},
      {"ana.log.group.state_allowed", kNothing},
      {"ana.log.nsid.order", kNothing},
      {"ana.log.nsid.single_group", kNothing},
      {"ana.log.nsid.covers_active", kNothing},
      {"ana.log.nsid.matches_identify", kNothing},
      {"ana.log.no_empty_group", kNothing},
      {"ana.anacap.equal", kNothing},
      {"ana.anagrpmax.equal", kNothing},
      {"snap.ana_consistent", kNothing},
      {"ctrl.mnan.valid", kNothing},
      {"ctrl.cmic.anars.equal", kHeld},
      {"ana.ns.usable_path", kHeld}}},
    {"WithAnaOnOne",
     [](Pair& pair) { without_ana(pair.a[0]); },
     {{"ana.anatt.valid", kHeld},
      {"ana.log.header.size", kHeld},
      {"ana.log.nsid.matches_identify", kHeld},
      {"ana.anagrpmax.equal", kNothing},
      {"ctrl.mnan.valid", kHeld},
      {"ctrl.cmic.anars.equal", kBroken}}},
    {"WithoutTheAnaLog", // that is the finding
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             node.edit = [](ControllerObservation& one) {
                 one.ana.log = Page::of_status(nvme::Status{nvme::status::invalid_log_page});
             };
         });
     },
     {{"log.supported.ana", kBroken},
      {"log.listed.ana", kNothing},
      {"ana.log.header.size", kNothing},
      {"ana.log.nsid.covers_active", kNothing},
      {"ana.log.nsid.matches_identify", kNothing},
      {"ana.nanagrpid.covers", kHeld},
      {"ana.log.fits_limits", kNothing},
      {"ana.ns.usable_path", kUnknown}}},
    {"WithAnAnaLogUnread",
     [](Pair& pair) { lose_ana_log(pair.b[0]); },
     {{"ana.log.header.size", kUnknown},
      {"ana.log.group.order", kUnknown},
      {"ana.log.nsid.matches_identify", kUnknown},
      {"ana.nanagrpid.covers", kUnknown},
      {"ana.log.fits_limits", kUnknown},
      {"ana.log.fits_mdts", kHeld},
      {"log.supported.ana", kUnknown}}},
    {"WithoutTheListOfLogs",
     [](Pair& pair) {
         pair.b[0].edit = [](ControllerObservation& one) {
             one.supported_logs = Page::of_failure("lost");
         };
     },
     {{"log.supported.ana", kHeld}, {"log.listed.ana", kUnknown}}},
    {"Unread",
     [](Pair& pair) { pair.on_both(lose_identify); },
     {{"ctrl.kas.nonzero", kUnknown},
      {"ana.anatt.valid", kUnknown},
      {"ctrl.type.io", kUnknown},
      {"ctrl.type.defined", kUnknown},
      {"ctrl.sqes_cqes", kUnknown},
      {"ctrl.ioccsz.min", kUnknown},
      {"ctrl.dctype", kUnknown},
      {"feat.kato.granularity", kUnknown},
      {"ns.nguid.oui", kUnknown},
      {"ns.eui64.oui", kUnknown},
      {"resv.ieks", kUnknown},
      {"ana.log.header.size", kUnknown},
      {"ctrllist.ascending", kUnknown}}},
    {"OfDiscovery",
     as_discovery,
     {{"ctrl.type.io", kNothing},
      {"ctrl.type.defined", kNothing},
      {"ctrl.sqes_cqes", kNothing},
      {"ctrl.ioccsz.min", kNothing},
      {"ctrl.iorcsz.min", kNothing},
      {"ctrl.dctype", kNothing},
      {"subsys.nqn.connect_match", kNothing},
      {"subsys.nqn.not_discovery", kNothing},
      {"subsys.nqn.format", kHeld},
      {"nslist.active_le_nn", kNothing}}},
    {"One",
     [](Pair& pair) { pair.b.clear(); },
     {{"ctrl.cmic.mctrs", kNothing},
      {"ctrl.cmic.mports", kNothing},
      {"ns.nmic.shared", kNothing},
      {"subsys.nqn.no_array_token", kNothing},
      {"resv.ptpl", kNothing},
      {"ctrl.cmic.ft", kHeld}}},
    {"OneOfThoseThatShouldAnswer",
     [](Pair& pair) {
         pair.b.clear();
         miss_array(pair);
     },
     {{"ctrl.cmic.mctrs", kHeld}, {"ctrl.cmic.mports", kNothing}, {"ns.nmic.shared", kHeld}}},
    {"TwoAtOnePort",
     [](Pair& pair) { pair.on_both([](Node& node) { node.traddr = "10.9.0.1"; }); },
     {{"ctrl.cmic.mports", kNothing}, {"ctrl.cmic.mctrs", kHeld}}},
    {"TwoAtTwoPortsOfAnAddress",
     [](Pair& pair) {
         pair.on_both([](Node& node) { node.traddr = "10.9.0.1"; });
         pair.b[0].trsvcid = "4421";
     },
     {{"ctrl.cmic.mports", kHeld}}},
    {"WithAShortSerialNumber",
     [](Pair& pair) { pair.on_both([](Node& node) { node.id.sn = ascii<20>("0a1b2"); }); },
     {{"subsys.nqn.no_array_token", kNothing}}},
    {"WithASerialNumberJustLongEnough",
     [](Pair& pair) { pair.on_both([](Node& node) { node.id.sn = ascii<20>("0a1b2c"); }); },
     {{"subsys.nqn.no_array_token", kBroken}}},
    {"WithoutAConnection", // a kernel's own
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             node.edit = [](ControllerObservation& one) { one.connection = {}; };
         });
     },
     {{"ctrl.cntlid.connect_match", kNothing}, {"ctrl.cntlid.unique", kHeld}}},
    {"OfAVersionBeforeTheType",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             of_version(node, 0x10300);
             node.id.cntrltype = 0;
         });
     },
     {{"ctrl.type.io", kNothing},
      {"ctrl.type.defined", kNothing},
      {"resv.ieks", kHeld},
      {"ns.uuid.required_if_zero", kHeld}}},
    {"OfTheVersionOfTheType",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             of_version(node, 0x10400);
             node.id.cntrltype = 0;
         });
     },
     {{"ctrl.type.io", kNothing}, {"ctrl.type.defined", kBroken}}},
    {"OfTheTypeOfDiscovery",
     [](Pair& pair) { pair.on_both([](Node& node) { node.id.cntrltype = 2; }); },
     {{"ctrl.type.io", kBroken}, {"ctrl.type.defined", kHeld}}},
    {"OfAVersionBeforeUuids",
     [](Pair& pair) { pair.on_both([](Node& node) { of_version(node, 0x10201); }); },
     {{"ns.uuid.required_if_zero", kNothing},
      {"ns.id.at_least_one", kHeld},
      {"resv.ieks", kNothing}}},
    {"WithoutControllerLists",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             node.edit = [](ControllerObservation& one) {
                 one.controller_list = Page::of_status(nvme::Status{nvme::status::invalid_field});
             };
         });
     },
     {{"ctrllist.ascending", kNothing}}},
    {"WithAControllerListUnread",
     [](Pair& pair) {
         pair.b[0].edit = [](ControllerObservation& one) {
             one.controller_list = Page::of_failure("lost");
         };
     },
     {{"ctrllist.ascending", kUnknown}, {"ctrl.list_cns13.contains_all", kHeld}}},
    {"WithoutAnswersAboutProperties",
     [](Pair& pair) { pair.on_both(without_properties); },
     {{"prop.cap.mps", kUnknown},
      {"prop.cap.to_crto.plausible", kUnknown},
      {"prop.csts.ready_nofatal", kUnknown},
      {"prop.cap.css.equal", kUnknown},
      {"ctrl.ver.matches_vs", kUnknown},
      {"ctrl.maxcmd.nonzero", kUnknown},
      {"ns.desc.csi_present", kUnknown},
      {"prop.vs.supported", kHeld}}}, // Identify Controller has the version, too
    {"WithoutAVersion",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             without_properties(node);
             node.id.ver = 0;
         });
     },
     {{"prop.vs.supported", kUnknown}}},
    {"OfSeveralDomains",
     [](Pair& pair) {
         pair.on_both([](Node& node) { node.id.ctratt |= nvme::ctratt::multi_domain; });
         pair.a[0].id.domainid = 1;
         pair.b[0].id.domainid = 2;
     },
     {{"domain.ana_required", kHeld}, {"domain.mds_domainid", kHeld}, {"domain.id.unique", kHeld}}},
    {"OfSeveralDomainsWithoutAna",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             node.id.ctratt |= nvme::ctratt::multi_domain;
             without_ana(node);
         });
     },
     {{"domain.ana_required", kBroken}}},
    {"WithoutKeepAlive",
     [](Pair& pair) { pair.on_both([](Node& node) { node.id.kas = 0; }); },
     {{"feat.kato.granularity", kNothing},
      {"ctrl.kas.similar", kNothing},
      {"ctrl.kas.nonzero", kBroken}}},
    {"WithKeepAliveOnOne",
     [](Pair& pair) { pair.a[0].id.kas = 0; },
     {{"feat.kato.granularity", kHeld}, {"ctrl.kas.similar", kNothing}}},
    {"WithoutTheFeatureOfKeepAlive",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             node.edit = [](ControllerObservation& one) {
                 one.features[nvme::fid::keep_alive_timer] =
                     Page::of_status(nvme::Status{nvme::status::invalid_field});
             };
         });
     },
     {{"feat.kato.granularity", kNothing}, {"feat.kato.equal", kNothing}}},
    {"WithTheFeatureOfKeepAliveNotAskedFor",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             node.edit = [](ControllerObservation& one) { one.features.clear(); };
         });
     },
     {{"feat.kato.granularity", kNothing}, {"feat.kato.equal", kNothing}}},
    {"WithTheFeatureOfKeepAliveUnread",
     [](Pair& pair) {
         pair.b[0].edit = [](ControllerObservation& one) {
             one.features[nvme::fid::keep_alive_timer] = Page::of_failure("lost");
         };
     },
     {{"feat.kato.granularity", kUnknown}, {"feat.kato.equal", kUnknown}}},
    {"WithoutAnOui",
     [](Pair& pair) { pair.on_both([](Node& node) { node.id.ieee = {}; }); },
     {{"ns.nguid.oui", kNothing}, {"ns.eui64.oui", kNothing}}},
    {"WithNoNamespaces",
     [](Pair& pair) { pair = Pair(1, 0); },
     {{"nslist.active_le_nn", kNothing},
      {"nslist.active.ascending", kHeld},
      {"nslist.active.equal", kNothing},
      {"disp.log17.supported", kNothing}}},
    {"WithANamespaceListUnread",
     [](Pair& pair) { lose_namespace_list(pair.b[0]); },
     {{"nslist.active_le_nn", kUnknown},
      {"nslist.active.ascending", kUnknown},
      {"ana.log.nsid.covers_active", kUnknown}}},
};

const CountCase kOfPathsAsked[] = {
    {"WithoutReservations",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             node.id.oncs &= static_cast<std::uint16_t>(~nvme::oncs::reservations);
         });
     },
     {{"resv.ieks", kNothing}, {"resv.ptpl", kNothing}}},
    {"WithoutTypesOfReservations",
     [](Pair& pair) {
         pair.on_all_paths([](Path& path) { path.identify.rescap = 0; });
         pair.on_both([](Node& node) { node.id.oncs |= nvme::oncs::reservations; });
     },
     {{"resv.ieks", kNothing}, {"resv.ptpl", kNothing}}},
    {"WhoseReservationsAreUnread",
     [](Pair& pair) {
         pair.on_both([](Node& node) { node.id.oncs |= nvme::oncs::reservations; });
         lose_pages(pair.b[0].path(1));
     },
     {{"resv.ieks", kUnknown}, {"resv.ptpl", kUnknown}}},
    {"Formatted",
     [](Pair& pair) { pair.on_all_paths([](Path& path) { path.identify.fpi = 0x80; }); },
     {{"ns.fpi", kHeld}}},
    {"BeingFormatted",
     [](Pair& pair) { pair.on_b(1, [](Path& path) { path.identify.fpi = 0x81; }); },
     {{"ns.fpi", kBroken}}},
    {"WithoutOtherPages",
     [](Pair& pair) { pair.on_all_paths(without_pages); },
     {{"ns.nstat.nrdy", kNothing},
      {"ns.desc.lengths", kNothing},
      {"ns.desc.no_dup_type", kNothing},
      {"ns.desc.no_zero_ids", kNothing},
      {"ns.desc.match_idns", kNothing},
      {"ns.desc.csi_present", kNothing},
      {"ns.desc.bytes_equal", kNothing},
      {"ns.cns08_match_cns00", kNothing}}},
    {"Unread",
     [](Pair& pair) { pair.on_all_paths(lose_pages); },
     {{"ns.nstat.nrdy", kUnknown},
      {"ns.desc.lengths", kUnknown},
      {"ns.desc.no_dup_type", kUnknown},
      {"ns.desc.no_zero_ids", kUnknown},
      {"ns.desc.match_idns", kUnknown},
      {"ns.desc.csi_present", kUnknown},
      {"ns.fpi", kUnknown},
      {"ns.uid_reuse.bit", kUnknown},
      {"ns.nmic.shared", kUnknown},
      {"ns.nmic.dispersed_implies_shared", kUnknown},
      {"disp.log17.supported", kUnknown},
      {"ns.id.not_placeholder", kUnknown},
      {"ns.uuid.required_if_zero", kUnknown},
      {"ns.uuid.rfc9562", kUnknown},
      {"ns.nguid.oui", kUnknown},
      {"ana.log.nsid.matches_identify", kUnknown}}},
    {"WithoutUuid",
     [](Pair& pair) { pair.on_all_paths([](Path& path) { path.uuid({}); }); },
     {{"ns.uuid.rfc9562", kNothing},
      {"ns.uuid.equal", kNothing},
      {"ns.uuid.required_if_zero", kHeld},
      {"ns.id.not_placeholder", kHeld}}},
    {"WithoutNguid",
     [](Pair& pair) { pair.on_all_paths([](Path& path) { path.nguid({}); }); },
     {{"ns.nguid.oui", kNothing}, {"ns.nguid.equal", kNothing}, {"ns.desc.match_idns", kHeld}}},
    {"WithoutEui64",
     [](Pair& pair) { pair.on_all_paths([](Path& path) { path.eui64({}); }); },
     {{"ns.eui64.oui", kNothing}, {"ns.eui64.equal", kNothing}, {"ns.desc.match_idns", kHeld}}},
    {"WithoutNguidAndEui64",
     [](Pair& pair) { pair.on_all_paths([](Path& path) { path.nguid({}).eui64({}); }); },
     {{"ns.desc.match_idns", kNothing}, {"ns.uuid.required_if_zero", kHeld}}},
    {"WithoutIdentifiers",
     [](Pair& pair) { pair.on_all_paths([](Path& path) { path.uuid({}).nguid({}).eui64({}); }); },
     {{"ns.id.not_placeholder", kNothing}, {"ns.uuid.required_if_zero", kBroken}}},
    {"WhoseUuidIsTheNguid",
     [](Pair& pair) {
         pair.on_all_paths([](Path& path) {
             const nvme::Nguid id = other_nguid(static_cast<std::uint8_t>(path.nsid));
             path.nguid(id).uuid(id);
         });
     },
     {{"ns.uuid.rfc9562", kNothing}}},
    {"WhoseIdentifiersAreNotReused",
     [](Pair& pair) { pair.on_all_paths([](Path& path) { path.identify.nsfeat |= 0x08; }); },
     {{"ns.uid_reuse.bit", kHeld}}},
    {"Dispersed",
     [](Pair& pair) {
         pair.on_all_paths([](Path& path) { path.identify.nmic |= nvme::nmic::dispersed; });
     },
     {{"ns.nmic.dispersed_implies_shared", kHeld}, {"ns.nmic.shared", kHeld}}},
    {"DispersedAndNotShared",
     [](Pair& pair) {
         pair.on_all_paths([](Path& path) { path.identify.nmic = nvme::nmic::dispersed; });
     },
     {{"ns.nmic.dispersed_implies_shared", kBroken}, {"ns.nmic.shared", kUnknown}}},
    {"OfControllersWithoutCommandSets",
     [](Pair& pair) {
         pair.on_both([](Node& node) {
             node.edit = [](ControllerObservation& one) {
                 constexpr std::uint64_t kNvm = std::uint64_t{1} << 37U;
                 constexpr std::uint64_t kSets = std::uint64_t{1} << 43U;
                 std::uint64_t& cap = one.properties.at(nvme::property::cap);
                 cap = (cap & ~kSets) | kNvm;
             };
         });
         pair.on_all_paths(lose_descriptors);
     },
     {{"ns.desc.csi_present", kNothing}}},
    {"InAnotherGroupThanTheLogHas",
     [](Pair& pair) { pair.b[0].path(1).group(7); },
     {{"ana.log.nsid.matches_identify", kBroken}}},
    {"InNoGroup",
     [](Pair& pair) { std::erase(pair.b[0].group(1).nsids, 1U); },
     {{"ana.log.nsid.matches_identify", kUnknown}, {"ana.log.nsid.covers_active", kBroken}}},
};

INSTANTIATE_TEST_SUITE_P(ControllersAsked, RuleCounts, testing::ValuesIn(kOfControllersAsked),
                         count_name);
INSTANTIATE_TEST_SUITE_P(PathsAsked, RuleCounts, testing::ValuesIn(kOfPathsAsked), count_name);

} // namespace
} // namespace haoh::test
