// SPDX-License-Identifier: LGPL-2.1-or-later
// What is told of identifiers: which of them, of which namespace, and what each path shows.
#include "unit/catalogue/told.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace haoh::test {
namespace {

enum class Only : std::uint8_t { uuid, nguid, eui64 };

/// Takes away all identifiers of every namespace but one type.
void keep_only(Pair& pair, Only type) {
    pair.on_all_paths([type](Path& path) {
        if (type != Only::uuid) {
            path.uuid(std::nullopt);
        }
        if (type != Only::nguid) {
            path.nguid(std::nullopt);
        }
        if (type != Only::eui64) {
            path.eui64(std::nullopt);
        }
    });
}

const char* name_of(Only type) {
    return type == Only::uuid ? "uuid" : (type == Only::nguid ? "nguid" : "eui64");
}
std::string text_of(Only type, std::uint32_t nsid) {
    return type == Only::uuid ? uuid_text(nsid)
                              : (type == Only::nguid ? nguid_text(nsid) : eui64_text(nsid));
}
std::string only_text(Only type, std::uint32_t nsid) {
    return fmt::format("{} {}", name_of(type), text_of(type, nsid));
}

void trade(Node& node, std::uint32_t one, std::uint32_t other) {
    const Path first = node.path(one);
    node.path(one).identity_of(node.path(other));
    node.path(other).identity_of(first);
}

void larger(Path& path) {
    path.identify.nsze = path.identify.ncap = path.identify.nuse = 0x400000;
}

std::vector<std::string> two(std::string head, const std::string& on_a, const std::string& on_b) {
    return {std::move(head), "  array-a 1001: " + on_a, "  array-b 2001: " + on_b};
}

std::vector<ToldCase> defect_cases() {
    const std::string where = "between array-a and array-b";
    return {
        {"AUuid", small(2, [](Pair& pair) { pair.b[0].path(2).uuid(other_uuid()); }),
         two("FAIL ns.uuid.equal 2: UUID differs " + where, uuid_text(2), kOtherUuid)},
        {"AnNguid", small(2, [](Pair& pair) { pair.b[0].path(2).nguid(other_nguid()); }),
         two("FAIL ns.nguid.equal 2: NGUID differs " + where, nguid_text(2), kOtherNguid)},
        {"AnEui64", small(2, [](Pair& pair) { pair.b[0].path(2).eui64(other_eui64()); }),
         two("FAIL ns.eui64.equal 2: EUI64 differs " + where, eui64_text(2), kOtherEui64)},
        {"ACommandSet",
         small(2, [](Pair& pair) { pair.b[0].path(2).descriptors.front().nid = {2}; }),
         two("FAIL ns.csi.equal 2: command set (CSI) differs " + where, "0", "2")},
        {"AUuidThatOneOfThemLacks",
         small(2, [](Pair& pair) { pair.b[0].path(2).uuid(std::nullopt); }),
         two("FAIL ns.id.set_equal 2: UUID is there on some controllers only: differs " + where,
             ids_text(2), fmt::format("nguid {}, eui64 {}", nguid_text(2), eui64_text(2)))},
        {"TwoTypesThatOneOfThemLacks",
         small(2, [](Pair& pair) { pair.a[0].path(2).nguid(std::nullopt).eui64(std::nullopt); }),
         two("FAIL ns.id.set_equal 2: NGUID and EUI64 is there on some controllers only: differs " +
                 where,
             "uuid " + uuid_text(2), ids_text(2))},
        {"AnotherVolume",
         small(2,
               [](Pair& pair) {
                   pair.b[0].path(2).uuid(other_uuid()).nguid(other_nguid()).eui64(other_eui64());
               }),
         two("FAIL ns.nsid.map_equal 2: nsid 2 is another volume: its identifiers differ " + where,
             ids_text(2),
             fmt::format("uuid {}, nguid {}, eui64 {}", kOtherUuid, kOtherNguid, kOtherEui64))},
        {"AnIdentifierThatDiffersWhereAnotherIsMissing",
         small(2, [](Pair& pair) { pair.b[0].path(2).uuid(std::nullopt).eui64(other_eui64()); }),
         two("FAIL ns.eui64.equal 2: EUI64 differs " + where, eui64_text(2), kOtherEui64)},
        {"NoIdentifierOfOne",
         small(2,
               [](Pair& pair) {
                   pair.b[0].path(2).uuid(std::nullopt).nguid(std::nullopt).eui64(std::nullopt);
               }),
         two("FAIL ns.id.set_equal 2: UUID, NGUID and EUI64 is there on some controllers only: "
             "differs " +
                 where,
             ids_text(2), "no identifier")},
        {"TheControllersOfOneArray",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.b[1].path(1).uuid(other_uuid());
         },
         {"FAIL ns.uuid.equal 1: UUID differs between the controllers of array-b",
          "  array-a 1001: " + uuid_text(1), "  array-a 1002: " + uuid_text(1),
          "  array-b 2001: " + uuid_text(1), std::string{"  array-b 2002: "} + kOtherUuid}},
        {"EqualUuidsSideBySide",
         [](Pair& pair) {
             pair = Pair(3, 1);
             pair.a.resize(1);
             pair.b[1].path(1).uuid(other_uuid());
         },
         {"FAIL ns.uuid.equal 1: UUID differs between the controllers of array-b",
          "  array-a 1001: " + uuid_text(1), "  array-b 2001: " + uuid_text(1),
          "  array-b 2003: " + uuid_text(1), std::string{"  array-b 2002: "} + kOtherUuid}},
        {"EqualValuesSideBySide",
         [](Pair& pair) {
             pair = Pair(3, 1);
             pair.on_b(1, [](Path& path) { path.identify.nuse += 1; });
             pair.b[1].path(1).identify.nuse += 1;
             pair.options.rules = {"ns.nuse"};
         },
         {"NOTE ns.nuse 1: more used than there is on array-b",
          "  array-b 2001: NUSE 2097153, NCAP 2097152",
          "  array-b 2003: NUSE 2097153, NCAP 2097152",
          "  array-b 2002: NUSE 2097154, NCAP 2097152"}},
        {"AUuidThatIsAbsent",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.b[0].path(1).uuid(other_uuid());
             pair.b[1].path(1).uuid(std::nullopt);
         },
         {"FAIL ns.uuid.equal 1: UUID differs between the controllers of array-b",
          "  array-a 1001: " + uuid_text(1), "  array-a 1002: " + uuid_text(1),
          std::string{"  array-b 2001: "} + kOtherUuid, "  array-b 2002: absent"}},
        {"AnNguidThatIsAbsent",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.b[0].path(1).nguid(other_nguid());
             pair.b[1].path(1).nguid(std::nullopt);
         },
         {"FAIL ns.nguid.equal 1: NGUID differs between the controllers of array-b",
          "  array-a 1001: " + nguid_text(1), "  array-a 1002: " + nguid_text(1),
          std::string{"  array-b 2001: "} + kOtherNguid, "  array-b 2002: absent"}},
        {"AnEui64ThatIsAbsent",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.b[0].path(1).eui64(other_eui64());
             pair.b[1].path(1).eui64(std::nullopt);
         },
         {"FAIL ns.eui64.equal 1: EUI64 differs between the controllers of array-b",
          "  array-a 1001: " + eui64_text(1), "  array-a 1002: " + eui64_text(1),
          std::string{"  array-b 2001: "} + kOtherEui64, "  array-b 2002: absent"}},
        {"ADescriptorBesidesAListThatWasNotRead",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.b[0].path(1).descriptors.push_back({.nidt = 9, .nid = {1}});
             pair.b[1].path(1).edit = [](NamespaceObservation& out) {
                 out.descriptors = Page::of_failure("timed out");
             };
             pair.options.rules = {"ns.*"};
         },
         [] {
             const std::string list =
                 fmt::format("csi 00, uuid 5b1c0d1e772a4c3d9e10000001000000, nguid {}, eui64 {}",
                             nguid_text(1), eui64_text(1));
             return std::vector<std::string>{
                 "FAIL ns.desc.bytes_equal 1: list of identifier descriptors differs between "
                 "array-a and array-b",
                 "  array-a 1001: " + list,
                 "  array-a 1002: " + list,
                 "  array-b 2001: " + list + ", nidt 9 01",
                 "UNKNOWN snap.verdict_unknown: tcp://10.2.0.2:4420 controller 2002 could not be "
                 "read completely",
                 "  array-b 2002: pages of 1 namespaces"};
         }()},
        // Of a namespace that only a controller without its list shows nobody knows who has it.
        {"NoPresenceOfANamespaceWithoutAList",
         [](Pair& pair) {
             pair = Pair(2, 2);
             pair.on_both([](Node& node) {
                 if (node.name.find("2002") == std::string::npos) {
                     node.remove(2);
                 }
             });
             pair.b[1].edit = [](ControllerObservation& out) {
                 out.active_nsids.reset();
                 out.unread = {"list"};
             };
             pair.options.rules = {"nslist.*"};
         },
         {"UNKNOWN snap.verdict_unknown: tcp://10.2.0.2:4420 controller 2002 could not be read "
          "completely",
          "  array-b 2002: list"}},
        // A path of which the identifiers are not known is not part of the difference.
        {"NothingOfAPathThatWasNotRead",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.on_b(1, [](Path& path) { path.uuid(other_uuid()); });
             pair.b[1].path(1).edit = [](NamespaceObservation& out) {
                 out.descriptors = Page::of_failure("timed out");
             };
             pair.options.rules = {"ns.uuid.*", "ns.id.*", "ns.nsid.*"};
         },
         {"FAIL ns.uuid.equal 1: UUID differs between array-a and array-b",
          "  array-a 1001: " + uuid_text(1), "  array-a 1002: " + uuid_text(1),
          std::string{"  array-b 2001: "} + kOtherUuid,
          "UNKNOWN snap.verdict_unknown: tcp://10.2.0.2:4420 controller 2002 could not be read "
          "completely",
          "  array-b 2002: pages of 1 namespaces"}},
    };
}

std::vector<ToldCase> move_cases() {
    return {
        {"OneVolumeUnderTwoNumbers", small(2, [](Pair& pair) { pair.b[0].renumber(2, 5); }),
         two("FAIL ns.identity.one_nsid 2, 5: one volume is nsid 2 on array-a and nsid 5 on "
             "array-b",
             "nsid 2 = " + ids_text(2), "nsid 5 = " + ids_text(2))},
        {"TwoThatAreSwapped", small(3, [](Pair& pair) { trade(pair.b[0], 1, 3); }),
         two("FAIL ns.nsid.map_equal 1, 3: nsid 1 and nsid 3 are swapped between array-a and "
             "array-b",
             "nsid 1 = " + ids_text(1) + "; nsid 3 = " + ids_text(3),
             "nsid 1 = " + ids_text(3) + "; nsid 3 = " + ids_text(1))},
        {"ThreeThatAreInACircle",
         small(3,
               [](Pair& pair) {
                   trade(pair.b[0], 1, 2);
                   trade(pair.b[0], 2, 3);
               }),
         two("FAIL ns.nsid.map_equal 1-3: nsid 1-3 name other volumes on each of array-a and "
             "array-b",
             "nsid 1 = " + ids_text(1) + "; nsid 2 = " + ids_text(2) + "; nsid 3 = " + ids_text(3),
             "nsid 1 = " + ids_text(2) + "; nsid 2 = " + ids_text(3) +
                 "; nsid 3 = " + ids_text(1))},
        {"FourThatMovedUp",
         small(3, [](Pair& pair) { pair.b[0].renumber(3, 4).renumber(2, 3).renumber(1, 2); }),
         two("FAIL ns.nsid.map_equal 1-4: nsid 1-4 name other volumes on each of array-a and "
             "array-b",
             "nsid 1 = " + ids_text(1) + "; nsid 2 = " + ids_text(2) + "; nsid 3 = " + ids_text(3),
             "nsid 2 = " + ids_text(1) + "; nsid 3 = " + ids_text(2) +
                 "; nsid 4 = " + ids_text(3))},
        {"FiveThatMovedUp",
         small(4,
               [](Pair& pair) {
                   pair.b[0].renumber(4, 5).renumber(3, 4).renumber(2, 3).renumber(1, 2);
               }),
         two("FAIL ns.nsid.map_equal 1-5: nsid 1-5 name other volumes on each of array-a and "
             "array-b",
             "nsid 1 = " + ids_text(1) + "; nsid 2 = " + ids_text(2) + "; nsid 3 = " + ids_text(3) +
                 "; nsid 4 = " + ids_text(4) + "; ...",
             "nsid 2 = " + ids_text(1) + "; nsid 3 = " + ids_text(2) + "; nsid 4 = " + ids_text(3) +
                 "; ...")},
        {"OneThatTookThePlaceOfAnotherOnEveryController",
         [](Pair& pair) {
             pair = Pair(2, 2);
             pair.on_b([](Node& node) { node.remove(2).renumber(1, 2); });
             pair.options.rules = {"ns.nsid.*", "ns.id*"};
         },
         {"FAIL ns.nsid.map_equal 1-2: nsid 1-2 name other volumes on each of array-a and array-b",
          "  array-a 1001: nsid 1 = " + ids_text(1) + "; nsid 2 = " + ids_text(2),
          "  array-a 1002: nsid 1 = " + ids_text(1) + "; nsid 2 = " + ids_text(2),
          "  array-b 2001: nsid 2 = " + ids_text(1), "  array-b 2002: nsid 2 = " + ids_text(1)}},
        {"TwoThatAreSwappedInsideAnArray",
         [](Pair& pair) {
             pair = Pair(2, 2);
             trade(pair.b[1], 1, 2);
         },
         {"FAIL ns.nsid.map_equal 1-2: nsid 1 and nsid 2 are swapped between the controllers of "
          "array-b",
          "  array-a 1001: nsid 1 = " + ids_text(1) + "; nsid 2 = " + ids_text(2),
          "  array-a 1002: nsid 1 = " + ids_text(1) + "; nsid 2 = " + ids_text(2),
          "  array-b 2001: nsid 1 = " + ids_text(1) + "; nsid 2 = " + ids_text(2),
          "  array-b 2002: nsid 1 = " + ids_text(2) + "; nsid 2 = " + ids_text(1)}},
        // Two numbers that do not name two volumes on both arrays are not swapped.
        {"OneThatTookThePlaceOfAnother",
         small(2,
               [](Pair& pair) {
                   pair.b[0].remove(2).renumber(1, 2);
                   pair.options.rules = {"ns.nsid.*", "ns.id*"};
               }),
         two("FAIL ns.nsid.map_equal 1-2: nsid 1-2 name other volumes on each of array-a and "
             "array-b",
             "nsid 1 = " + ids_text(1) + "; nsid 2 = " + ids_text(2), "nsid 2 = " + ids_text(1))},
    };
}

/// With one type of identifier only: each has its part in finding a volume again.
std::vector<ToldCase> type_cases() {
    std::vector<ToldCase> out;
    for (const Only type : {Only::uuid, Only::nguid, Only::eui64}) {
        const auto name = [type](const char* what) {
            std::string prefix = name_of(type);
            prefix.front() = static_cast<char>(prefix.front() - 'a' + 'A');
            return prefix + what;
        };
        out.push_back({name("UnderTwoNumbers"),
                       small(2,
                             [type](Pair& pair) {
                                 keep_only(pair, type);
                                 pair.b[0].renumber(2, 5);
                             }),
                       two("FAIL ns.identity.one_nsid 2, 5: one volume is nsid 2 on array-a and "
                           "nsid 5 on array-b",
                           "nsid 2 = " + only_text(type, 2), "nsid 5 = " + only_text(type, 2))});
        out.push_back(
            {name("MappedTwice"),
             small(3,
                   [type](Pair& pair) {
                       keep_only(pair, type);
                       pair.on_both([](Node& node) { node.path(3).identity_of(node.path(1)); });
                   }),
             two("FAIL ns.id.unique_in_subsystem 1, 3: nsid 1, 3 share " + only_text(type, 1),
                 only_text(type, 1), only_text(type, 1))});
        out.push_back(
            {name("MappedTwiceOnOneArray"),
             small(3,
                   [type](Pair& pair) {
                       keep_only(pair, type);
                       pair.a[0].remove(3);
                       pair.b[0].path(3).identity_of(pair.b[0].path(1));
                       pair.options.rules = {"ns.*"};
                   }),
             two("FAIL ns.id.unique_in_subsystem 1, 3: nsid 1, 3 share " + only_text(type, 1),
                 only_text(type, 1), only_text(type, 1))});
        out.push_back(
            {name("OfAnotherVolumeAndSize"),
             small(2,
                   [type](Pair& pair) {
                       keep_only(pair, type);
                       Path& path = pair.b[0].path(2);
                       if (type == Only::uuid) {
                           path.uuid(other_uuid());
                       } else if (type == Only::nguid) {
                           path.nguid(other_nguid());
                       } else {
                           path.eui64(other_eui64());
                       }
                       larger(path);
                   }),
             two(fmt::format(
                     "FAIL ns.{}.equal 2: {} differs between array-a and array-b", name_of(type),
                     type == Only::uuid ? "UUID" : (type == Only::nguid ? "NGUID" : "EUI64")),
                 text_of(type, 2),
                 type == Only::uuid ? kOtherUuid
                                    : (type == Only::nguid ? kOtherNguid : kOtherEui64))});
    }
    return out;
}

std::vector<ToldCase> shared_cases() {
    return {
        {"AllIdentifiersOfTwo",
         small(3,
               [](Pair& pair) {
                   pair.on_both([](Node& node) { node.path(3).identity_of(node.path(2)); });
               }),
         two(fmt::format("FAIL ns.id.unique_in_subsystem 2-3: nsid 2-3 share eui64 {}, nguid {} "
                         "and uuid {}",
                         eui64_text(2), nguid_text(2), uuid_text(2)),
             ids_text(2), ids_text(2))},
        {"TwoGroupsOfTwo",
         small(4,
               [](Pair& pair) {
                   keep_only(pair, Only::uuid);
                   pair.on_both([](Node& node) {
                       node.path(4).identity_of(node.path(1));
                       node.path(3).identity_of(node.path(2));
                   });
               }),
         {"FAIL ns.id.unique_in_subsystem 1, 4: nsid 1, 4 share uuid " + uuid_text(1),
          "  array-a 1001: uuid " + uuid_text(1), "  array-b 2001: uuid " + uuid_text(1),
          "FAIL ns.id.unique_in_subsystem 2-3: nsid 2-3 share uuid " + uuid_text(2),
          "  array-a 1001: uuid " + uuid_text(2), "  array-b 2001: uuid " + uuid_text(2)}},
        {"OneIdentifierOfTwoVolumes",
         small(2,
               [](Pair& pair) {
                   // Each on one array, so no controller repeats it; the UUIDs say they are two.
                   pair.b[0].renumber(2, 5).path(5).uuid(other_uuid()).eui64(std::nullopt);
                   pair.options.rules = {"ns.id*", "ns.nsid.*"};
               }),
         {"FAIL ns.id.unique_in_subsystem 2, 5: nsid 2, 5 share nguid " + nguid_text(2),
          "  array-a 1001: " + ids_text(2)}},
        {"OneIdentifierOfTwoOfWhichOneIsIncomplete",
         small(2,
               [](Pair& pair) {
                   keep_only(pair, Only::uuid);
                   pair.on_both([](Node& node) { node.path(2).identity_of(node.path(1)); });
                   pair.a[0].path(2).nguid(other_nguid());
               }),
         {"FAIL ns.id.unique_in_subsystem 1-2: nsid 1-2 share uuid " + uuid_text(1),
          "  array-a 1001: uuid " + uuid_text(1), "  array-b 2001: uuid " + uuid_text(1),
          "FAIL ns.id.set_equal 2: NGUID is there on some controllers only: differs between "
          "array-a and array-b",
          fmt::format("  array-a 1001: uuid {}, nguid {}", uuid_text(1), kOtherNguid),
          "  array-b 2001: uuid " + uuid_text(1)}},
        // Of another volume by its number, and shown by two command sets under another.
        {"AMoveOfWhatDiffersBesides",
         [](Pair& pair) {
             pair = Pair(2, 1);
             keep_only(pair, Only::uuid);
             pair.a[1].path(1).descriptors.front().nid = {2};
             pair.on_b([](Node& node) { node.renumber(1, 5); });
             pair.options.rules = {"ns.id*", "ns.nsid.*", "ns.csi.*"};
         },
         {"FAIL ns.nsid.map_equal 1, 5: nsid 1, 5 name other volumes on each of array-a and "
          "array-b",
          "  array-a 1001: nsid 1 = uuid " + uuid_text(1),
          "  array-a 1002: nsid 1 = uuid " + uuid_text(1) + ", csi 2",
          "  array-b 2001: nsid 5 = uuid " + uuid_text(1),
          "  array-b 2002: nsid 5 = uuid " + uuid_text(1)}},
    };
}

/// More than four of a kind are one finding, with the values of the first.
std::vector<ToldCase> folded_cases() {
    const auto swaps = [](unsigned pairs) {
        return small(2 * pairs, [pairs](Pair& pair) {
            keep_only(pair, Only::uuid);
            for (unsigned i = 0; i < pairs; ++i) {
                trade(pair.b[0], 2 * i + 1, 2 * i + 2);
            }
        });
    };
    const auto doubles = [](unsigned pairs) {
        return small(2 * pairs, [pairs](Pair& pair) {
            keep_only(pair, Only::uuid);
            pair.on_both([pairs](Node& node) {
                for (unsigned i = 0; i < pairs; ++i) {
                    node.path(2 * i + 2).identity_of(node.path(2 * i + 1));
                }
            });
        });
    };
    std::vector<std::string> four_swaps;
    std::vector<std::string> four_doubles;
    for (std::uint32_t one = 1; one < 8; one += 2) {
        const std::string here = "uuid " + uuid_text(one);
        const std::string there = "uuid " + uuid_text(one + 1);
        four_swaps.push_back(fmt::format("FAIL ns.nsid.map_equal {0}-{1}: nsid {0} and nsid {1} "
                                         "are swapped between array-a and array-b",
                                         one, one + 1));
        four_swaps.push_back(
            fmt::format("  array-a 1001: nsid {} = {}; nsid {} = {}", one, here, one + 1, there));
        four_swaps.push_back(
            fmt::format("  array-b 2001: nsid {} = {}; nsid {} = {}", one, there, one + 1, here));
        four_doubles.push_back(fmt::format(
            "FAIL ns.id.unique_in_subsystem {0}-{1}: nsid {0}-{1} share {2}", one, one + 1, here));
        four_doubles.push_back("  array-a 1001: " + here);
        four_doubles.push_back("  array-b 2001: " + here);
    }
    const std::string first = "uuid " + uuid_text(1);
    const std::string second = "uuid " + uuid_text(2);
    return {
        {"FourSwaps", swaps(4), four_swaps},
        {"FiveSwaps", swaps(5),
         two("FAIL ns.nsid.map_equal 1-10: 10 volumes have other NSIDs on each array (nsid 1-10; "
             "the values are those of nsid 1-2)",
             fmt::format("nsid 1 = {}; nsid 2 = {}", first, second),
             fmt::format("nsid 1 = {}; nsid 2 = {}", second, first))},
        {"FourSharedIdentifiers", doubles(4), four_doubles},
        {"FiveSharedIdentifiers", doubles(5),
         two("FAIL ns.id.unique_in_subsystem 1-10: 10 namespaces share identifiers with others "
             "(nsid 1-10; the values are those of nsid 1-2)",
             first, first)},
        {"FiveMoves",
         small(5,
               [](Pair& pair) {
                   keep_only(pair, Only::uuid);
                   for (std::uint32_t nsid = 1; nsid <= 5; ++nsid) {
                       pair.b[0].renumber(nsid, 10 + nsid);
                   }
               }),
         two("FAIL ns.identity.one_nsid 1-5, 11-15: 10 volumes have other NSIDs on each array "
             "(nsid 1-5, 11-15; the values are those of nsid 1, 11)",
             "nsid 1 = " + first, "nsid 11 = " + first)},
    };
}

INSTANTIATE_TEST_SUITE_P(Identity, Told, testing::ValuesIn(defect_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(Moves, Told, testing::ValuesIn(move_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(IdTypes, Told, testing::ValuesIn(type_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(SharedIds, Told, testing::ValuesIn(shared_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(FoldedIds, Told, testing::ValuesIn(folded_cases()), told_name);

/// Whatever belongs to a volume is compared where the paths still lead to one volume, and not where
/// they don't: with one identifier that differs beside one that is alike, they do.
TEST(ToldVolumes, AreComparedWhereTheyAreOne) {
    const std::array<std::pair<const char*, std::function<void(Path&)>>, 5> kDefects{
        {{"ns.uuid.equal", [](Path& path) { path.uuid(other_uuid()); }},
         {"ns.nguid.equal", [](Path& path) { path.nguid(other_nguid()); }},
         {"ns.eui64.equal", [](Path& path) { path.eui64(other_eui64()); }},
         {"ns.csi.equal", [](Path& path) { path.descriptors.front().nid = {2}; }},
         {"ns.id.set_equal", [](Path& path) { path.nguid(std::nullopt); }}}};
    for (const auto& [rule, damage] : kDefects) {
        Pair pair(1, 1);
        damage(pair.b[0].path(1));
        larger(pair.b[0].path(1));
        EXPECT_THAT(lines(pair.report()),
                    testing::ElementsAre(fmt::format("FAIL {} 1", rule), "FAIL ns.nsze.equal 1"));
    }
}

} // namespace
} // namespace haoh::test
