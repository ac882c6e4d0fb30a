// SPDX-License-Identifier: LGPL-2.1-or-later
// What is told of single identifiers, of lists of descriptors and of namespaces, of two subsystems
// with one volume, of domains.
#include "unit/catalogue/told.hpp"

#include <gmock/gmock.h>

#include <numeric>

namespace haoh::test {
namespace {

using Observed = NamespaceObservation;

/// A change of the only namespace on array B, or on both.
std::function<void(Pair&)> path_of_b(const std::function<void(Path&)>& change) {
    return small(1, [change](Pair& pair) { change(pair.b[0].path(1)); });
}
std::function<void(Pair&)> path_of_both(const std::function<void(Path&)>& change) {
    return small(1, [change](Pair& pair) { pair.on_both(1, change); });
}

std::vector<std::string> on_b(std::string head, const std::string& value) {
    return {std::move(head), "  array-b 2001: " + value};
}
std::vector<std::string> on_each(std::string head, const std::string& a, const std::string& b) {
    return {std::move(head), "  array-a 1001: " + a, "  array-b 2001: " + b};
}
std::vector<std::string> on_both(std::string head, const std::string& value) {
    return on_each(std::move(head), value, value);
}

template <std::size_t N>
std::array<std::uint8_t, N> counted(std::uint8_t from) {
    std::array<std::uint8_t, N> out{};
    std::iota(out.begin(), out.end(), from);
    return out;
}
template <std::size_t N>
std::array<std::uint8_t, N> filled(std::uint8_t with) {
    std::array<std::uint8_t, N> out{};
    out.fill(with);
    return out;
}

std::vector<ToldCase> placeholder_cases() {
    const std::string head =
        "FAIL ns.id.not_placeholder 1: identifier looks like a placeholder on both arrays";
    const auto alone = [](const std::function<void(Path&)>& change) {
        return small(1, [change](Pair& pair) {
            pair.on_both([](Node& node) { node.id.ieee = {}; }); // not to be compared with
            pair.on_both(1, change);
            pair.options.rules = {"ns.id*", "ns.nguid.*", "ns.eui64.*"};
        });
    };
    std::vector<ToldCase> out{
        {"AUuidOfOneByte", alone([](Path& path) { path.uuid(filled<16>(0x11)); }),
         on_both(head, "uuid 11111111-1111-1111-1111-111111111111")},
        {"AUuidThatIsCounted", alone([](Path& path) { path.uuid(counted<16>(0)); }),
         on_both(head, "uuid 00010203-0405-0607-0809-0a0b0c0d0e0f")},
        {"AnNguidOfOneByte", alone([](Path& path) { path.nguid(filled<16>(0xFF)); }),
         on_both(head, "nguid ffffffffffffffffffffffffffffffff")},
        {"AnNguidThatIsCountedOver", alone([](Path& path) { path.nguid(counted<16>(0xF8)); }),
         on_both(head, "nguid f8f9fafbfcfdfeff0001020304050607")},
        {"AnEui64OfOneByte", alone([](Path& path) { path.eui64(filled<8>(0xAA)); }),
         on_both(head, "eui64 aaaaaaaaaaaaaaaa")},
        {"AnEui64ThatIsCounted", alone([](Path& path) { path.eui64(counted<8>(1)); }),
         on_both(head, "eui64 0102030405060708")},
        // The first of them is told.
        {"AllThreeOfOneByte", alone([](Path& path) {
             path.uuid(filled<16>(1)).nguid(filled<16>(2)).eui64(filled<8>(3));
         }),
         on_both(head, "uuid 01010101-0101-0101-0101-010101010101")},
        {"NoPlaceholderBackwards",
         alone([](Path& path) {
             nvme::Eui64 eui64 = counted<8>(1);
             std::reverse(eui64.begin(), eui64.end());
             path.eui64(eui64);
         }),
         {}},
    };
    // One byte that is another makes an identifier of it.
    for (const std::size_t at : {0U, 1U, 4U, 7U}) {
        for (const bool up : {false, true}) {
            out.push_back({fmt::format("NoPlaceholderBut{}{}", at, up ? "Counted" : "Filled"),
                           alone([at, up](Path& path) {
                               nvme::Eui64 eui64 = up ? counted<8>(1) : filled<8>(0xAA);
                               eui64[at] = 0x77;
                               path.eui64(eui64);
                           }),
                           {}});
        }
    }
    return out;
}

std::vector<ToldCase> identifier_cases() {
    const std::string kind = "NOTE ns.uuid.rfc9562 1: UUID of no known kind on both arrays";
    const auto uuid = [](std::uint8_t version, std::uint8_t variant) {
        return path_of_both([version, variant](Path& path) {
            nvme::Uuid value = other_uuid();
            value[6] = version;
            value[8] = variant;
            path.uuid(value);
        });
    };
    const auto reuse = [](bool nguid, bool eui64) {
        return path_of_both([nguid, eui64](Path& path) {
            path.identify.nsfeat |= 0x08;
            path.independent.nsfeat |= 0x08;
            if (!nguid) {
                path.nguid(std::nullopt);
            }
            if (!eui64) {
                path.eui64(std::nullopt);
            }
        });
    };
    return {
        {"AVersionOfUuid", uuid(0x8C, 0x9E),
         on_both(kind, "ee1c0d1e-772a-8c3d-9e10-00000000ffff (version 8)")},
        {"AVariantOfUuid", uuid(0x4C, 0xDE),
         on_both(kind, "ee1c0d1e-772a-4c3d-de10-00000000ffff (variant is not 10b)")},
        {"AVariantOfNcs", uuid(0x4C, 0x1E),
         on_both(kind, "ee1c0d1e-772a-4c3d-1e10-00000000ffff (variant is not 10b)")},
        {"NoVariantBeyondItsBits", uuid(0x4C, 0xBE), {}},
        {"TheOuiOfAnNguid", path_of_both([](Path& path) {
             nvme::Nguid nguid = path.identify.nguid;
             nguid[8] = 0x12;
             nguid[10] = 0x34;
             path.nguid(nguid);
         }),
         on_both("NOTE ns.nguid.oui 1: NGUID with another OUI on both arrays",
                 "12de34 in the identifier, acde48 of the controller")},
        {"TheOuiOfAnEui64", path_of_both([](Path& path) {
             nvme::Eui64 eui64 = path.identify.eui64;
             eui64[2] = 0x56;
             path.eui64(eui64);
         }),
         on_both("NOTE ns.eui64.oui 1: EUI64 with another OUI on both arrays",
                 "acde56 in the identifier, acde48 of the controller")},
        {"NoOuiOfAControllerThatHasNone",
         small(1, [](Pair& pair) { pair.on_both([](Node& node) { node.id.ieee = {}; }); }),
         {}},
        {"ReuseOfNothing", reuse(false, false),
         on_both("NOTE ns.uid_reuse.bit 1: UIDREUSE without NGUID and EUI64 on both arrays",
                 "NSFEAT 0x18")},
        {"ReuseOfAnNguid", reuse(true, false), {}},
        {"ReuseOfAnEui64", reuse(false, true), {}},
        {"TheKindsOfNguid",
         small(3,
               [](Pair& pair) {
                   // In the lower half (2), as OUI and extension (3), not at all (1).
                   pair.on_both([](Node& node) {
                       node.id.ieee = {};
                       nvme::Nguid low = node.path(2).identify.nguid;
                       std::copy_n(node.path(2).identify.eui64.begin(), 8, low.begin() + 8);
                       node.path(2).nguid(low);
                       nvme::Nguid high = node.path(3).identify.nguid;
                       std::copy_n(node.path(3).identify.eui64.begin(), 8, high.begin());
                       node.path(3).nguid(high);
                   });
               }),
         {"NOTE ns.nguid.embeds_eui64 1-3: NGUID is built from EUI64 for some namespaces only",
          "  array-a 1001: nsid 1 = " + ids_text(1),
          fmt::format("  array-a 1001: nsid 2 = uuid {}, nguid 60014381025d9a11acde480102000000, "
                      "eui64 {}",
                      uuid_text(2), eui64_text(2)),
          fmt::format("  array-a 1001: nsid 3 = uuid {}, nguid acde480103000000acde480003000000, "
                      "eui64 {}",
                      uuid_text(3), eui64_text(3))}},
        {"OneKindOfNguid",
         small(3,
               [](Pair& pair) {
                   pair.on_both([](Node& node) {
                       for (Path& path : node.paths) {
                           nvme::Nguid low = path.identify.nguid;
                           std::copy_n(path.identify.eui64.begin(), 8, low.begin() + 8);
                           path.nguid(low);
                       }
                   });
               }),
         {}},
        {"NoIdentifier", path_of_both([](Path& path) {
             path.uuid(std::nullopt).nguid(std::nullopt).eui64(std::nullopt);
         }),
         on_both("FAIL ns.uuid.required_if_zero 1: no identifier on both arrays",
                 "NGUID 0, EUI64 0, no UUID")},
        {"NotShared",
         path_of_both([](Path& path) { path.identify.nmic = path.independent.nmic = 0; }),
         on_both("FAIL ns.nmic.shared 1: namespace not shared (NMIC bit 0 clear) on both arrays",
                 "NMIC 0x0")},
        // Of a subsystem with one controller there is nobody to share it with,
        {"NotSharedAlone",
         small(1,
               [](Pair& pair) {
                   pair.b.clear();
                   pair.a[0].path(1).identify.nmic = pair.a[0].path(1).independent.nmic = 0;
                   pair.options.rules = {"ns.nmic.*"};
               }),
         {}},
        // but for those that did not answer.
        {"NotSharedWithOneThatDoesNotAnswer",
         small(1,
               [](Pair& pair) {
                   pair.b.clear();
                   pair.a[0].path(1).identify.nmic = pair.a[0].path(1).independent.nmic = 0;
                   pair.unobserved.push_back(
                       {.object = "b", .target = "b", .subsysnqn = kNqn, .error = "refused"});
                   pair.options.rules = {"ns.nmic.*"};
               }),
         {"FAIL ns.nmic.shared 1: namespace not shared (NMIC bit 0 clear) on array-a",
          "  array-a 1001: NMIC 0x0", "UNKNOWN snap.verdict_unknown: b was not observed: refused"}},
    };
}

nvme::IdDescriptor descriptor(std::uint8_t type, nvme::Bytes value) {
    return {.nidt = type, .nid = std::move(value)};
}

std::vector<ToldCase> descriptor_list_cases() {
    const std::string zero =
        "WARN ns.desc.no_zero_ids 1: descriptor with an all-zero identifier on array-b";
    const std::string differ = "FAIL ns.desc.bytes_equal 1: list of identifier descriptors differs "
                               "between array-a and array-b";
    const std::string views = "WARN ns.cns08_match_cns00 1: CNS 00h and CNS 08h differ on both "
                              "arrays";
    const std::string list =
        fmt::format("csi 00, uuid {}, nguid {}, eui64 {}", "5b1c0d1e772a4c3d9e10000001000000",
                    nguid_text(1), eui64_text(1));
    return {
        {"AZeroNguid",
         small(1,
               [](Pair& pair) {
                   pair.on_both(1, [](Path& path) { path.nguid(std::nullopt); });
                   pair.b[0].path(1).descriptors.push_back(descriptor(2, nvme::Bytes(16)));
               }),
         on_b(zero, "nguid descriptor with an all-zero value")},
        {"AZeroEui64",
         small(1,
               [](Pair& pair) {
                   pair.on_both(1, [](Path& path) { path.eui64(std::nullopt); });
                   pair.b[0].path(1).descriptors.push_back(descriptor(1, nvme::Bytes(8)));
               }),
         on_b(zero, "eui64 descriptor with an all-zero value")},
        {"NoZeroUuidBesideAnNguid",
         small(1,
               [](Pair& pair) {
                   pair.on_both(1, [](Path& path) { path.uuid(std::nullopt); });
                   pair.b[0].path(1).descriptors.push_back(descriptor(3, nvme::Bytes(16)));
               }),
         {}},
        {"TwoNguids", path_of_b([](Path& path) { path.identify.nguid = other_nguid(); }),
         on_b("FAIL ns.desc.match_idns 1: two values of one identifier on array-b",
              fmt::format("NGUID {} in the descriptor, {} in Identify Namespace", nguid_text(1),
                          kOtherNguid))},
        {"TwoEui64s", path_of_b([](Path& path) { path.identify.eui64 = other_eui64(); }),
         on_b("FAIL ns.desc.match_idns 1: two values of one identifier on array-b",
              fmt::format("EUI64 {} in the descriptor, {} in Identify Namespace", eui64_text(1),
                          kOtherEui64))},
        {"NoCsi", path_of_b([](Path& path) { path.descriptors.erase(path.descriptors.begin()); }),
         on_b("FAIL ns.desc.csi_present 1: no CSI descriptor on array-b", "no CSI descriptor")},
        // CAP.CSS bit 6: only controllers with I/O command sets have to send it.
        {"NoCsiWhereThereAreNoCommandSets",
         small(1,
               [](Pair& pair) {
                   pair.on_both([](Node& node) {
                       node.path(1).descriptors.erase(node.path(1).descriptors.begin());
                       node.edit = [](ControllerObservation& out) {
                           out.properties[nvme::property::cap] &= ~(1ULL << 43U);
                       };
                   });
               }),
         {}},
        {"ADescriptorOfOneArray", path_of_b([](Path& path) {
             const nvme::Nguid nguid = path.identify.nguid;
             path.nguid(std::nullopt);
             path.identify.nguid = nguid;
         }),
         on_each(differ, list,
                 fmt::format("csi 00, uuid 5b1c0d1e772a4c3d9e10000001000000, eui64 {}",
                             eui64_text(1)))},
        {"ADescriptorOfAnUnknownType", path_of_b([](Path& path) {
             path.descriptors.push_back(descriptor(9, {0xAB, 0xCD}));
         }),
         on_each(differ, list, list + ", nidt 9 abcd")},
        {"ThreeListsOfDescriptors",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.b[0].path(1).descriptors.push_back(descriptor(9, {1}));
             pair.b[1].path(1).descriptors.push_back(descriptor(9, {2}));
         },
         {"FAIL ns.desc.bytes_equal 1: list of identifier descriptors differs between the "
          "controllers of array-b",
          "  array-a 1001: " + list, "  array-a 1002: " + list,
          "  array-b 2001: " + list + ", nidt 9 01", "  array-b 2002: " + list + ", nidt 9 02"}},
        {"NothingOfAListThatHasAnotherProblem", path_of_b([](Path& path) {
             path.descriptors.push_back(descriptor(9, {1}));
             const nvme::Uuid uuid = other_uuid();
             path.descriptors.push_back(descriptor(3, {uuid.begin(), uuid.end()}));
         }),
         on_b("FAIL ns.desc.no_dup_type 1: identifier type described twice on array-b",
              "second UUID descriptor")},
        {"TheViewsOfReuse", path_of_both([](Path& path) { path.independent.nsfeat = 0x08; }),
         on_both(views, "NSFEAT UIDREUSE 0x0 in CNS 00h, 0x8 in CNS 08h")},
        {"TheViewsOfEachField", path_of_both([](Path& path) {
             path.independent.nmic = 0x05;
             path.independent.rescap = 0x7F;
             path.independent.fpi = 0x80;
             path.independent.nsattr = 0x02;
             path.independent.nvmsetid = 3;
             path.independent.endgid = 4;
         }),
         on_both(views,
                 "NMIC 0x1 in CNS 00h, 0x5 in CNS 08h; RESCAP 0xff in CNS 00h, 0x7f in CNS 08h; "
                 "FPI 0x0 in CNS 00h, 0x80 in CNS 08h; NSATTR 0x0 in CNS 00h, 0x2 in CNS 08h; "
                 "NVMSETID 0x0 in CNS 00h, 0x3 in CNS 08h; ENDGID 0x0 in CNS 00h, 0x4 in CNS 08h")},
        // The other bits of NSFEAT are the NVM command set's, and of another meaning.
        {"NoViewsOfOtherFeatures",
         path_of_both([](Path& path) { path.independent.nsfeat = 0x77; }),
         {}},
        {"NoViewsOfOnePage",
         path_of_both([](Path& path) {
             path.independent.rescap = 0x7F;
             path.edit = [](Observed& out) { out.independent = Page{}; };
         }),
         {}},
    };
}

/// What was not read says nothing, and what was refused nothing but that.
std::vector<ToldCase> unread_page_cases() {
    const std::string of =
        "UNKNOWN snap.verdict_unknown: tcp://10.2.0.1:4420 controller 2001 could "
        "not be read completely";
    const auto failed = [](Observed& out) { out.descriptors = Page::of_failure("timed out"); };
    const auto refused = [](Observed& out) {
        out.identify = Page::of_status({nvme::status::invalid_field});
    };
    return {
        {"NoMissingIdentifierOfUnreadDescriptors",
         small(1,
               [failed](Pair& pair) {
                   pair.on_both(1,
                                [](Path& path) { path.nguid(std::nullopt).eui64(std::nullopt); });
                   pair.b[0].path(1).edit = failed;
               }),
         on_b(of, "pages of 1 namespaces")},
        {"NoMissingIdentifierOfRefusedIdentify",
         path_of_both([refused](Path& path) {
             path.uuid(std::nullopt).nguid(std::nullopt).eui64(std::nullopt);
             path.independent.rescap = 1; // nor anything that it differs from
             path.edit = refused;
         }),
         {"UNKNOWN snap.verdict_unknown: tcp://10.1.0.1:4420 controller 1001 could not be read "
          "completely",
          "  array-a 1001: Identify Namespace (CNS 00h) of nsid 1: Invalid Field in Command (sct "
          "0h "
          "sc 02h)",
          of,
          "  array-b 2001: Identify Namespace (CNS 00h) of nsid 1: Invalid Field in Command (sct "
          "0h "
          "sc 02h)"}},
        {"DispersedByAnIdentifyThatWasRead",
         path_of_both([failed](Path& path) {
             path.identify.nmic = path.independent.nmic = 2;
             path.edit = failed;
         }),
         {"FAIL disp.log17.supported: no Dispersed Namespace Participating NVM Subsystems log on "
          "both arrays",
          "  array-a 1001: log page 17h is not among the supported ones",
          "  array-b 2001: log page 17h is not among the supported ones",
          "FAIL ns.nmic.dispersed_implies_shared 1: dispersed but not shared on both arrays",
          "  array-a 1001: NMIC 0x2", "  array-b 2001: NMIC 0x2",
          "UNKNOWN snap.verdict_unknown: tcp://10.1.0.1:4420 controller 1001 could not be read "
          "completely",
          "  array-a 1001: pages of 1 namespaces", of, "  array-b 2001: pages of 1 namespaces"}},
    };
}

std::vector<ToldCase> told_list_cases() {
    const std::string limits =
        "FAIL nslist.active_le_nn: active namespaces beyond the controller's limits on both arrays";
    const auto with_limits = [](std::uint32_t nn, std::uint32_t mnan) {
        return small(4, [nn, mnan](Pair& pair) {
            pair.on_both([nn, mnan](Node& node) {
                node.id.nn = nn;
                node.id.mnan = mnan;
            });
        });
    };
    return {
        {"TheLargestNsid", with_limits(3, 3), on_both(limits, "nsid 4, NN 3")},
        {"TheNumberOfNamespaces", with_limits(1024, 3), on_both(limits, "4 namespaces, MNAN 3")},
        {"TheLimitsThemselves", with_limits(4, 4), {}},
        {"TheArrayThatLacksANamespace", small(2, [](Pair& pair) { pair.b[0].remove(2); }),
         on_each("FAIL nslist.active.equal 2: namespace is absent on array-b", "present",
                 "absent")},
        {"TheControllerThatLacksANamespace",
         [](Pair& pair) {
             pair = Pair(3, 2);
             pair.a[1].remove(2);
         },
         {"WARN nslist.active.equal 2: namespace is absent on 1 of 3 controllers of array-a",
          "  array-a 1001: present", "  array-a 1003: present", "  array-a 1002: absent",
          "  array-b 2001: present", "  array-b 2002: present", "  array-b 2003: present"}},
        // Who was not asked is not counted.
        {"TheArrayThatLacksANamespaceWithoutTheUnread",
         [](Pair& pair) {
             pair = Pair(2, 2);
             pair.on_b([](Node& node) { node.remove(2); });
             pair.b[0].edit = [](ControllerObservation& out) {
                 out.active_nsids.reset();
                 out.unread = {"list"};
             };
         },
         {"FAIL nslist.active.equal 2: namespace is absent on array-b", "  array-a 1001: present",
          "  array-a 1002: present", "  array-b 2002: absent",
          "UNKNOWN snap.verdict_unknown: tcp://10.2.0.1:4420 controller 2001 could not be read "
          "completely",
          "  array-b 2001: list"}},
        {"TheArrayThatLacksANamespaceWhereTheFirstIsUnread",
         [](Pair& pair) {
             pair = Pair(2, 2);
             pair.on_b([](Node& node) { node.remove(1); });
             pair.a[0].edit = [](ControllerObservation& out) {
                 out.active_nsids.reset();
                 out.unread = {"list"};
             };
         },
         {"FAIL nslist.active.equal 1: namespace is absent on array-b", "  array-a 1002: present",
          "  array-b 2001: absent", "  array-b 2002: absent",
          "UNKNOWN snap.verdict_unknown: tcp://10.1.0.1:4420 controller 1001 could not be read "
          "completely",
          "  array-a 1001: list"}},
        {"TheProblemOfAList",
         small(1,
               [](Pair& pair) {
                   pair.b[0].edit = [](ControllerObservation& out) {
                       out.active_problems = {"first", "second"};
                   };
               }),
         on_b("FAIL nslist.active.ascending: malformed list of active namespaces on array-b",
              "first")},
    };
}

constexpr const char* kSecond = "nqn.2026-01.io.example:second";

/// Array B as a subsystem of its own, with the same volumes.
void split(Pair& pair) {
    pair.on_a([](Node& node) { node.listed = {{1001, 1002}}; });
    pair.on_b([](Node& node) {
        node.nqn(kSecond).state(nvme::AnaState::optimized);
        node.id.sn = ascii<20>("SECOND");
        node.listed = {{2001, 2002}};
    });
}
void make_dispersed(Path& path) {
    path.identify.nmic = path.independent.nmic = 3;
}
void list_log17(Node& node) {
    node.logs.lids[0x17] = 1;
}

std::function<void(Pair&)> two_subsystems(unsigned namespaces,
                                          const std::function<void(Pair&)>& change) {
    return small(namespaces, [change](Pair& pair) {
        split(pair);
        change(pair);
    });
}

std::vector<ToldCase> two_subsystem_cases() {
    const std::string second_word = fmt::format("  array-b 2001: {} nsid ", kSecond);
    const std::string first_word = fmt::format("  array-a 1001: {} nsid ", kNqn);
    const std::string dispersed = "; dispersed, which Linux does not support: it ignores the "
                                  "namespaces of the subsystem that connects second";
    const auto only = [](std::size_t which) {
        return two_subsystems(2, [which](Pair& pair) {
            // One identifier of namespace 2 is in the other subsystem, as its namespace 5.
            pair.b[0].remove(1).renumber(2, 5);
            Path& path = pair.b[0].path(5);
            if (which != 0) {
                path.uuid(other_uuid());
            }
            if (which != 1) {
                path.nguid(other_nguid());
            }
            if (which != 2) {
                path.eui64(other_eui64());
            }
        });
    };
    const auto shared = [&](const std::string& ids) {
        return std::vector<std::string>{
            fmt::format("FAIL ns.id.unique_on_host 2: the identifiers of nsid 2 are also in "
                        "subsystem {}",
                        kSecond),
            first_word + "2: " + ids_text(2), second_word + "5: " + ids};
    };
    return {
        {"AUuidInTwoSubsystems", only(0),
         shared(
             fmt::format("uuid {}, nguid {}, eui64 {}", uuid_text(2), kOtherNguid, kOtherEui64))},
        {"AnNguidInTwoSubsystems", only(1),
         shared(
             fmt::format("uuid {}, nguid {}, eui64 {}", kOtherUuid, nguid_text(2), kOtherEui64))},
        {"AnEui64InTwoSubsystems", only(2),
         shared(
             fmt::format("uuid {}, nguid {}, eui64 {}", kOtherUuid, kOtherNguid, eui64_text(2)))},
        {"NoIdentifierInTwoSubsystems", only(3), {}},
        {"DispersedNamespaces",
         two_subsystems(2,
                        [](Pair& pair) { pair.on_both(list_log17).on_all_paths(make_dispersed); }),
         {fmt::format("NOTE ns.id.unique_on_host 1-2: the identifiers of nsid 1-2 are also in "
                      "subsystem {}{}",
                      kSecond, dispersed),
          first_word + "1: " + ids_text(1) + ", dispersed",
          second_word + "1: " + ids_text(1) + ", dispersed"}},
        {"DispersedByOneOnly",
         two_subsystems(1,
                        [](Pair& pair) {
                            list_log17(pair.b[0]);
                            make_dispersed(pair.b[0].path(1));
                        }),
         {fmt::format("FAIL ns.id.unique_on_host 1: the identifiers of nsid 1 are also in "
                      "subsystem {}",
                      kSecond),
          first_word + "1: " + ids_text(1), second_word + "1: " + ids_text(1) + ", dispersed"}},
        {"DispersedByTheOtherOnly",
         two_subsystems(1,
                        [](Pair& pair) {
                            list_log17(pair.a[0]);
                            make_dispersed(pair.a[0].path(1));
                        }),
         {fmt::format("FAIL ns.id.unique_on_host 1: the identifiers of nsid 1 are also in "
                      "subsystem {}",
                      kSecond),
          first_word + "1: " + ids_text(1) + ", dispersed", second_word + "1: " + ids_text(1)}},
        // One that is not dispersed is enough, whichever of them.
        {"AllDispersedButOne",
         two_subsystems(3,
                        [](Pair& pair) {
                            pair.on_both(list_log17).on_all_paths(make_dispersed);
                            pair.on_both(2, [](Path& path) {
                                path.identify.nmic = path.independent.nmic = 1;
                            });
                        }),
         {fmt::format("FAIL ns.id.unique_on_host 1-3: the identifiers of nsid 1-3 are also in "
                      "subsystem {}",
                      kSecond),
          first_word + "1: " + ids_text(1) + ", dispersed",
          second_word + "1: " + ids_text(1) + ", dispersed"}},
        {"TheNguidsOfADispersedNamespace",
         two_subsystems(1,
                        [](Pair& pair) {
                            pair.on_both(list_log17).on_all_paths(make_dispersed);
                            pair.b[0].path(1).nguid(other_nguid());
                        }),
         {"FAIL disp.nguid_or_uuid_same 1: dispersed namespace with different NGUIDs in its "
          "subsystems",
          first_word + "1: " + ids_text(1) + ", dispersed",
          fmt::format("{}1: uuid {}, nguid {}, eui64 {}, dispersed", second_word, uuid_text(1),
                      kOtherNguid, eui64_text(1)),
          fmt::format("NOTE ns.id.unique_on_host 1: the identifiers of nsid 1 are also in "
                      "subsystem {}{}",
                      kSecond, dispersed),
          first_word + "1: " + ids_text(1) + ", dispersed",
          fmt::format("{}1: uuid {}, nguid {}, eui64 {}, dispersed", second_word, uuid_text(1),
                      kOtherNguid, eui64_text(1))}},
        {"TheSizesOfADispersedNamespaceWithAUuidOnly",
         two_subsystems(1,
                        [](Pair& pair) {
                            pair.on_both(list_log17).on_all_paths(make_dispersed);
                            pair.on_all_paths(
                                [](Path& path) { path.nguid(std::nullopt).eui64(std::nullopt); });
                            pair.b[0].path(1).identify.nsze += 8;
                            pair.options.rules = {"ns.nsze.*"};
                        }),
         {"FAIL ns.nsze.equal 1: size (NSZE) differs between array-a and array-b",
          "  array-a 1001: 2097152 blocks of 512 B (1 GiB)",
          "  array-b 2001: 2097160 blocks of 512 B (1 GiB)"}},
        {"NoSizesOfVolumesThatAreNotDispersed",
         two_subsystems(1,
                        [](Pair& pair) {
                            pair.b[0].path(1).identify.nsze += 8;
                            pair.options.rules = {"ns.nsze.*"};
                        }),
         {}},
        {"DispersedAndNotShared",
         path_of_both([](Path& path) { path.identify.nmic = path.independent.nmic = 2; }),
         {"FAIL disp.log17.supported: no Dispersed Namespace Participating NVM Subsystems log on "
          "both arrays",
          "  array-a 1001: log page 17h is not among the supported ones",
          "  array-b 2001: log page 17h is not among the supported ones",
          "FAIL ns.nmic.dispersed_implies_shared 1: dispersed but not shared on both arrays",
          "  array-a 1001: NMIC 0x2", "  array-b 2001: NMIC 0x2"}},
        {"DispersedAndStretched",
         small(3,
               [](Pair& pair) {
                   pair.on_both(list_log17);
                   pair.on_both(2, make_dispersed);
                   make_dispersed(pair.b[0].path(3));
                   pair.options.rules = {"ns.nmic.not_both_models", "disp.*"};
               }),
         on_both("WARN ns.nmic.not_both_models 2: dispersed namespaces in a subsystem that is "
                 "stretched over two arrays",
                 "dispersed (NMIC bit 1)")},
        {"NoLogOfAnOldController",
         small(1,
               [](Pair& pair) {
                   pair.on_both([](Node& node) {
                       make_dispersed(node.path(1));
                       node.edit = [](ControllerObservation& out) { out.supported_logs = Page{}; };
                   });
                   pair.options.rules = {"disp.*"};
               }),
         {}},
    };
}

std::vector<ToldCase> told_domain_cases() {
    const std::string fit = "WARN domain.mds_domainid: DOMAINID does not fit MDS on array-b";
    const auto domains = [](std::uint16_t a, std::uint16_t b) {
        return small(1, [a, b](Pair& pair) {
            pair.on_both([](Node& node) { node.id.ctratt |= nvme::ctratt::multi_domain; });
            pair.options.config.profile = Profile::stretched; // whatever domains they say
            pair.a[0].id.domainid = a;
            pair.b[0].id.domainid = b;
        });
    };
    return {
        {"ADomainOfNoNumber", domains(1, 0), on_b(fit, "MDS 1, DOMAINID 0")},
        {"ANumberOfNoDomain", small(1, [](Pair& pair) { pair.b[0].id.domainid = 3; }),
         on_b(fit, "MDS 0, DOMAINID 3")},
        {"OneDomainOfTwoArrays", domains(7, 7),
         on_both("WARN domain.id.unique: domain ID 7 on both arrays", "7")},
        {"TheControllersOfTheDomain",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.on_both([](Node& node) {
                 node.id.ctratt |= nvme::ctratt::multi_domain;
                 node.id.domainid = node.id.cntlid;
             });
             pair.a[1].id.domainid = pair.b[0].id.domainid = 5;
         },
         {"WARN domain.id.unique: domain ID 5 on 1 of 2 controllers of array-a and 1 of 2 "
          "controllers of array-b",
          "  array-a 1002: 5", "  array-b 2001: 5"}},
        {"OneDomainOfAnArray",
         [](Pair& pair) {
             pair = Pair(2, 1);
             pair.on_both([](Node& node) { node.id.ctratt |= nvme::ctratt::multi_domain; });
             pair.on_a([](Node& node) { node.id.domainid = 1; });
             pair.on_b([](Node& node) { node.id.domainid = 2; });
         },
         {}},
    };
}

INSTANTIATE_TEST_SUITE_P(Placeholders, Told, testing::ValuesIn(placeholder_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(Identifiers, Told, testing::ValuesIn(identifier_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(Descriptors, Told, testing::ValuesIn(descriptor_list_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(UnreadPages, Told, testing::ValuesIn(unread_page_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(Lists, Told, testing::ValuesIn(told_list_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(TwoSubsystems, Told, testing::ValuesIn(two_subsystem_cases()), told_name);
INSTANTIATE_TEST_SUITE_P(Domains, Told, testing::ValuesIn(told_domain_cases()), told_name);

} // namespace
} // namespace haoh::test
