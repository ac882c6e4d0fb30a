// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalogue/case.hpp"

namespace haoh::test {

namespace {

/// Namespaces with a UUID and nothing else, as nvmet makes them.
void uuid_only(Pair& pair) {
    pair.on_all_paths([](Path& path) { path.nguid(std::nullopt).eui64(std::nullopt); });
}

void swap(Node& node, std::uint32_t one, std::uint32_t other) {
    const Path first = node.path(one);
    node.path(one).identity_of(node.path(other));
    node.path(other).identity_of(first);
}

nvme::Uuid uuid_of(const Path& path) {
    for (const nvme::IdDescriptor& descriptor : path.descriptors) {
        if (static_cast<nvme::IdType>(descriptor.nidt) == nvme::IdType::uuid) {
            return nvme::load_array<16>(descriptor.nid, 0);
        }
    }
    return {};
}

} // namespace

std::vector<Case> identity_cases() {
    return {
        {"AUuidThatDiffers",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.uuid(other_uuid()); }); },
         {"FAIL ns.uuid.equal 2"}},
        {"AUuidThatDiffersWhereThereIsNothingElse",
         [](Pair& pair) {
             uuid_only(pair);
             pair.on_b(2, [](Path& path) { path.uuid(other_uuid()); });
         },
         {"FAIL ns.uuid.equal 2"}},
        {"AUuidThatDiffersOnOneController",
         [](Pair& pair) { pair.b[1].path(2).uuid(other_uuid()); },
         {"FAIL ns.uuid.equal 2"}},
        {"UuidsThatAllDiffer",
         [](Pair& pair) {
             uuid_only(pair);
             pair.on_b([](Node& node) {
                 for (Path& path : node.paths) {
                     path.uuid(other_uuid(static_cast<std::uint8_t>(path.nsid)));
                 }
             });
         },
         {"FAIL ns.uuid.equal 1", "FAIL ns.uuid.equal 2", "FAIL ns.uuid.equal 3",
          "FAIL ns.uuid.equal 4"}},
        {"AnNguidThatDiffers",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.nguid(other_nguid()); }); },
         {"FAIL ns.nguid.equal 2"}},
        {"AnEui64ThatDiffers",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.eui64(other_eui64()); }); },
         {"FAIL ns.eui64.equal 2"}},
        {"AnNguidThatIsSwappedWhileTheUuidIsRight",
         [](Pair& pair) {
             pair.on_b([](Node& node) {
                 const nvme::Nguid first = node.path(1).identify.nguid;
                 node.path(1).nguid(node.path(2).identify.nguid);
                 node.path(2).nguid(first);
             });
         },
         {"FAIL ns.nguid.equal 1", "FAIL ns.nguid.equal 2"}},
        {"ACommandSetThatDiffers",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.descriptors.front().nid = {2}; }); },
         {"FAIL ns.csi.equal 2"}},
        {"AUuidOnOneArrayOnly",
         [](Pair& pair) { pair.on_b(2, [](Path& path) { path.uuid(std::nullopt); }); },
         {"FAIL ns.id.set_equal 2"}},
        {"AnNguidOnOneArrayOnly",
         [](Pair& pair) {
             uuid_only(pair);
             pair.on_b(2, [](Path& path) { path.nguid(other_nguid()); });
         },
         {"FAIL ns.id.set_equal 2"}},
        {"NoIdentifierOnOneArray",
         [](Pair& pair) {
             uuid_only(pair);
             pair.on_b(2, [](Path& path) { path.uuid(std::nullopt); });
         },
         {"FAIL ns.id.set_equal 2"}},
        {"AnotherVolume",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) {
                 path.uuid(other_uuid()).nguid(other_nguid()).eui64(other_eui64());
                 // Whatever else differs then follows from it.
                 path.identify.nsze = path.identify.ncap = path.identify.nuse = 0x400000;
                 path.identify.dps = 1;
             });
         },
         {"FAIL ns.nsid.map_equal 2"}},
        {"SwappedNamespaces",
         [](Pair& pair) { pair.on_b([](Node& node) { swap(node, 1, 2); }); },
         {"FAIL ns.nsid.map_equal 1-2"}},
        {"SwappedNamespacesThatDifferInMore",
         [](Pair& pair) {
             pair.on_both(2, [](Path& path) {
                 path.identify.nsze = path.identify.ncap = path.identify.nuse = 0x400000;
             });
             pair.on_b([](Node& node) { node.renumber(1, 100).renumber(2, 1).renumber(100, 2); });
         },
         {"FAIL ns.nsid.map_equal 1-2"}},
        {"SwappedNamespacesOfDifferentGroups",
         [](Pair& pair) { pair.on_b([](Node& node) { swap(node, 1, 4); }); },
         {"FAIL ns.nsid.map_equal 1, 4"}},
        {"SwappedNamespacesWithUuidsOnly",
         [](Pair& pair) {
             uuid_only(pair);
             pair.on_b([](Node& node) { swap(node, 1, 2); });
         },
         {"FAIL ns.nsid.map_equal 1-2"}},
        {"SwappedNamespacesWithNguidsOnly",
         [](Pair& pair) {
             pair.on_all_paths([](Path& path) { path.uuid(std::nullopt).eui64(std::nullopt); });
             pair.on_b([](Node& node) { swap(node, 1, 2); });
         },
         {"FAIL ns.nsid.map_equal 1-2"}},
        {"SwappedNamespacesWithEui64sOnly",
         [](Pair& pair) {
             pair.on_all_paths([](Path& path) { path.uuid(std::nullopt).nguid(std::nullopt); });
             pair.on_b([](Node& node) { swap(node, 1, 2); });
         },
         {"FAIL ns.nsid.map_equal 1-2"}},
        {"AnotherVolumeWithAnIdentifierMore",
         [](Pair& pair) {
             uuid_only(pair);
             pair.on_b(2, [](Path& path) { path.uuid(other_uuid()).nguid(other_nguid()); });
         },
         {"FAIL ns.nsid.map_equal 2"}},
        {"NamespacesThatMovedUpByOne",
         [](Pair& pair) {
             pair.on_b([](Node& node) {
                 node.renumber(4, 5).renumber(3, 4).renumber(2, 3).renumber(1, 2);
             });
         },
         {"FAIL ns.nsid.map_equal 1-5"}},
        {"OneVolumeUnderTwoNumbers",
         [](Pair& pair) { pair.on_b([](Node& node) { node.renumber(1, 5); }); },
         {"FAIL ns.identity.one_nsid 1, 5"}},
        {"TwoNamespacesWithOneUuid",
         [](Pair& pair) {
             pair.on_both([](Node& node) { node.path(2).uuid(uuid_of(node.path(1))); });
         },
         {"FAIL ns.id.unique_in_subsystem 1-2"}},
        {"OneVolumeMappedTwice",
         [](Pair& pair) {
             pair.on_both([](Node& node) { node.path(2).identity_of(node.path(1)); });
         },
         {"FAIL ns.id.unique_in_subsystem 1-2"}},
        {"TwoNamespacesWithOneUuidOnOneArray",
         [](Pair& pair) {
             pair.on_b([](Node& node) { node.path(2).uuid(uuid_of(node.path(1))); });
         },
         {"FAIL ns.uuid.equal 2"}},
        {"ManySwappedPairs",
         [](Pair& pair) {
             pair = Pair(1, 12);
             pair.on_b([](Node& node) {
                 for (std::uint32_t nsid = 1; nsid <= 12; nsid += 2) {
                     swap(node, nsid, nsid + 1);
                 }
             });
         },
         {"FAIL ns.nsid.map_equal 1-12"}},
        {"ManyNamespacesWithTheIdentifiersOfAnother",
         [](Pair& pair) {
             pair = Pair(1, 12);
             pair.on_both([](Node& node) {
                 for (std::uint32_t nsid = 1; nsid <= 12; nsid += 2) {
                     node.path(nsid).identity_of(node.path(nsid + 1));
                 }
             });
         },
         {"FAIL ns.id.unique_in_subsystem 1-12"}},
        {"OneIdentityForAll",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 for (std::uint32_t nsid = 2; nsid <= 4; ++nsid) {
                     node.path(nsid).identity_of(node.path(1));
                 }
             });
         },
         {"FAIL ns.id.unique_in_subsystem 1-4"}},
        {"NoIdentifierAnywhere",
         [](Pair& pair) {
             pair.on_both(1, [](Path& path) {
                 path.uuid(std::nullopt).nguid(std::nullopt).eui64(std::nullopt);
             });
         },
         {"FAIL ns.uuid.required_if_zero 1"}},
        {"AUuidOfZero",
         [](Pair& pair) {
             uuid_only(pair);
             pair.on_both(1, [](Path& path) { path.uuid(nvme::Uuid{}); });
         },
         {"FAIL ns.uuid.required_if_zero 1"}},
        {"NoIdentifierBeforeUuids",
         [](Pair& pair) {
             pair.on_both([](Node& node) {
                 node.id.ver = 0x00010201;
                 node.id.oncs &= 0xFFDF;
                 node.id.cmic = 0x03;
                 node.edit = [](ControllerObservation& out) { out.ana.log = Page{}; };
             });
             pair.on_both(1, [](Path& path) {
                 path.nguid(std::nullopt).eui64(std::nullopt);
                 path.edit = [](NamespaceObservation& out) { out.descriptors = Page{}; };
             });
         },
         {"FAIL ns.id.at_least_one 1"}},
        {"APlaceholder",
         [](Pair& pair) {
             nvme::Nguid nguid;
             nguid.fill(0xFF);
             pair.on_both(1, [nguid](Path& path) { path.nguid(nguid); });
             pair.on_both([](Node& node) { node.id.ieee = {}; });
         },
         {"FAIL ns.id.not_placeholder 1"}},
        {"AUuidOfNoKnownVersion",
         [](Pair& pair) {
             nvme::Uuid uuid = other_uuid();
             uuid[6] = 0xF0;
             pair.on_both(1, [uuid](Path& path) { path.uuid(uuid); });
         },
         {"NOTE ns.uuid.rfc9562 1"}},
        {"AUuidWithTheBytesOfTheNguid",
         [](Pair& pair) { pair.on_all_paths([](Path& path) { path.uuid(path.identify.nguid); }); },
         {}},
        {"AnNguidOfAnotherVendor",
         [](Pair& pair) {
             nvme::Nguid nguid = other_nguid();
             nguid[8] = 0x12;
             pair.on_both(1, [nguid](Path& path) { path.nguid(nguid); });
         },
         {"NOTE ns.nguid.oui 1"}},
        {"AnEui64OfAnotherVendor",
         [](Pair& pair) {
             nvme::Eui64 eui64 = other_eui64();
             eui64[0] = 0x12;
             pair.on_both(1, [eui64](Path& path) { path.eui64(eui64); });
         },
         {"NOTE ns.eui64.oui 1"}},
        {"NguidsBuiltInTwoWays",
         [](Pair& pair) {
             pair.on_both(1, [](Path& path) {
                 nvme::Nguid nguid = path.identify.nguid;
                 std::copy(path.identify.eui64.begin(), path.identify.eui64.end(),
                           nguid.begin() + 8);
                 path.nguid(nguid);
             });
         },
         {"NOTE ns.nguid.embeds_eui64 1-2"}},
        {"ReuseOfIdentifiersThatAreNotThere",
         [](Pair& pair) {
             uuid_only(pair);
             pair.on_both(1, [](Path& path) {
                 path.identify.nsfeat |= 0x08;
                 path.independent.nsfeat |= 0x08;
             });
         },
         {"NOTE ns.uid_reuse.bit 1"}},
        {"ReuseOfIdentifiersOnOneArray",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) {
                 path.identify.nsfeat |= 0x08;
                 path.independent.nsfeat |= 0x08;
             });
         },
         {"FAIL ns.uid_reuse.equal 2"}},
        {"ANamespaceThatIsNotShared",
         [](Pair& pair) {
             pair.on_b(2, [](Path& path) { path.identify.nmic = path.independent.nmic = 0; });
         },
         {"FAIL ns.nmic.shared 2"}},
    };
}

} // namespace haoh::test
