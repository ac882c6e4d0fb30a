// SPDX-License-Identifier: LGPL-2.1-or-later
// Numbers at which a judgement turns: the last one that is right, and the first that is not.
#include "unit/catalogue/case.hpp"

#include <haoh/nvme/command.hpp>

#include <fmt/format.h>

namespace haoh::test {

namespace {

/// A number in all controllers, and what is said of it.
struct Turn {
    std::uint64_t value{};
    std::vector<std::string> expected;
};

using Set = void (*)(Pair&, std::uint64_t);

void add(std::vector<Case>& to, const std::string& name, Set set, const std::vector<Turn>& turns) {
    for (const Turn& turn : turns) {
        const std::uint64_t value = turn.value;
        to.push_back({.name = fmt::format("{}Of{:X}h", name, value),
                      .damage = [set, value](Pair& pair) { set(pair, value); },
                      .expected = turn.expected});
    }
}

template <auto Member>
void on_controllers(Pair& pair, std::uint64_t value) {
    pair.on_both([value](Node& node) {
        node.id.*Member = static_cast<std::remove_reference_t<decltype(node.id.*Member)>>(value);
    });
}

using Idc = nvme::IdentifyController;

void controller_numbers(std::vector<Case>& out) {
    const std::vector<std::string> kMaxcmd{"NOTE ctrl.maxcmd.nonzero"};
    const std::vector<std::string> kSizes{"FAIL ctrl.sqes_cqes"};
    // A queue of the fixture has 128 entries, NN is 1024, AWUN is 7 and ANAGRPMAX 128.
    add(out, "Maxcmd", on_controllers<&Idc::maxcmd>,
        {{0, kMaxcmd}, {2, {"FAIL ctrl.queue_depth.min"}}, {3, {}}, {128, {}}, {129, kMaxcmd}});
    add(out, "Mnan", on_controllers<&Idc::mnan>,
        {{0, {"FAIL ctrl.mnan.valid"}},
         {1, {"FAIL nslist.active_le_nn"}},
         {3, {"FAIL nslist.active_le_nn"}},
         {4, {}},
         {1024, {}},
         {1025, {"FAIL ctrl.mnan.valid"}}});
    add(out, "Nn",
        [](Pair& pair, std::uint64_t value) {
            pair.on_both([value](Node& node) {
                node.id.nn = static_cast<std::uint32_t>(value);
                node.id.mnan = static_cast<std::uint32_t>(value);
            });
        },
        {{3, {"FAIL nslist.active_le_nn"}}, {4, {}}, {5, {}}});
    add(out, "Awupf", on_controllers<&Idc::awupf>, {{6, {}}, {7, {}}, {8, {"NOTE ctrl.awun.le"}}});
    add(out, "Ioccsz", on_controllers<&Idc::ioccsz>, {{3, {"FAIL ctrl.ioccsz.min"}}, {4, {}}});
    add(out, "Iorcsz", on_controllers<&Idc::iorcsz>, {{0, {"FAIL ctrl.iorcsz.min"}}, {1, {}}});
    add(out, "Sqes", on_controllers<&Idc::sqes>,
        {{0x65, kSizes}, {0x66, {}}, {0x67, kSizes}, {0x76, {}}});
    add(out, "Cqes", on_controllers<&Idc::cqes>,
        {{0x43, kSizes}, {0x44, {}}, {0x45, kSizes}, {0x54, {}}});
    add(out, "Anatt", on_controllers<&Idc::anatt>, {{0, {"FAIL ana.anatt.valid"}}, {1, {}}});
    add(out, "Kas", on_controllers<&Idc::kas>, {{0, {"FAIL ctrl.kas.nonzero"}}, {1, {}}});
    add(out, "Nanagrpid", on_controllers<&Idc::nanagrpid>,
        {{1, {"WARN ana.nanagrpid.covers"}},
         {2, {}},
         {128, {}},
         {129, {"WARN ana.nanagrpid.covers"}}});
    add(out, "Cntrltype", on_controllers<&Idc::cntrltype>,
        {{0, {"NOTE ctrl.type.defined"}},
         {1, {}},
         {2, {"FAIL ctrl.type.io"}},
         {3, {"FAIL ctrl.type.io"}},
         {4, {"NOTE ctrl.type.defined"}}});
    // 16 + 32 x 2 groups + 4 x 4 namespaces: 96 bytes.
    add(out, "AnaLogInItsLimits",
        [](Pair& pair, std::uint64_t value) {
            pair.on_both([value](Node& node) {
                node.id.nanagrpid = 1;
                node.id.mnan = static_cast<std::uint32_t>(value);
            });
        },
        {{11, {"FAIL ana.log.fits_limits"}}, {12, {"WARN ana.nanagrpid.covers"}}});
    // 16 + 32 x 2 groups + 4 x MNAN bytes: 8176 namespaces are the last that fit 32 KiB.
    add(out, "AnaLogInMdts",
        [](Pair& pair, std::uint64_t value) {
            pair.on_both([value](Node& node) {
                node.id.mdts = 3;
                node.id.nanagrpid = 2;
                node.id.nn = 100000;
                node.id.mnan = static_cast<std::uint32_t>(value);
            });
        },
        {{8172, {}}, {8173, {"FAIL ana.log.fits_mdts"}}});
    add(out, "MdtsWithoutALimit",
        [](Pair& pair, std::uint64_t value) {
            pair.on_b([value](Node& node) { node.id.mdts = static_cast<std::uint8_t>(value); });
            pair.on_a([](Node& node) { node.id.mdts = 0; });
        },
        {{0, {}}, {8, {"WARN ctrl.mdts.min"}}});
    add(out, "LastControllerId",
        [](Pair& pair, std::uint64_t value) {
            pair.b[1].id.cntlid = static_cast<std::uint16_t>(value);
        },
        {{0xFFEE, {}}, {0xFFEF, {}}, {0xFFF0, {"FAIL ctrl.cntlid.range"}}});
    add(out, "FirstControllerIdOfA",
        [](Pair& pair, std::uint64_t value) {
            pair.a[0].id.cntlid = static_cast<std::uint16_t>(value);
        },
        {{0, {}}, {1, {}}});
    add(out, "FirstControllerIdOfB",
        [](Pair& pair, std::uint64_t value) {
            pair.b[0].id.cntlid = static_cast<std::uint16_t>(value);
            pair.options.config.profile = Profile::stretched; // else they may be one array
        },
        {{1000, {"WARN ctrl.cntlid.partitioned"}},
         {1002, {"FAIL ctrl.cntlid.unique"}},
         {1003, {}}});
}

/// VS and VER.
void set_version(Pair& pair, std::uint64_t version) {
    on_controllers<&Idc::ver>(pair, version);
}

void versions(std::vector<Case>& out) {
    const std::vector<std::string> kOld{"WARN prop.vs.supported"};
    add(out, "VersionForAna", set_version, {{0x00010201, kOld}, {0x00010300, {}}});
    add(out, "VersionForDomains",
        [](Pair& pair, std::uint64_t version) {
            set_version(pair, version);
            pair.on_both([](Node& node) { node.id.ctratt |= nvme::ctratt::multi_domain; });
            pair.on_a([](Node& node) { node.id.domainid = 1; });
            pair.on_b([](Node& node) { node.id.domainid = 2; });
        },
        {{0x00010400, kOld}, {0x00020000, {}}});
    add(out, "VersionForReservations",
        [](Pair& pair, std::uint64_t version) {
            set_version(pair, version);
            pair.on_both([](Node& node) {
                node.id.cmic &= 0xF7;
                node.id.anatt = node.id.anacap = 0;
                node.id.anagrpmax = node.id.nanagrpid = 0;
                node.id.oaes &= ~nvme::oaes::ana_change;
                for (Path& path : node.paths) {
                    path.group(0);
                }
                node.edit = [](ControllerObservation& seen) { seen.ana.log = Page{}; };
            });
        },
        {{0x00010201, kOld}, {0x00010300, {}}});
    add(out, "VersionForFabrics",
        [](Pair& pair, std::uint64_t version) {
            set_version(pair, version);
            pair.on_both([](Node& node) {
                node.id.oncs &= static_cast<std::uint16_t>(~nvme::oncs::reservations);
                node.id.cmic &= 0xF7;
                node.id.anatt = node.id.anacap = 0;
                node.id.anagrpmax = node.id.nanagrpid = 0;
                node.id.oaes &= ~nvme::oaes::ana_change;
                for (Path& path : node.paths) {
                    path.group(0);
                }
                node.edit = [](ControllerObservation& seen) { seen.ana.log = Page{}; };
            });
        },
        {{0x00010200, kOld}, {0x00010201, {}}});
    add(out, "VersionForATypeNotReported",
        [](Pair& pair, std::uint64_t version) {
            set_version(pair, version);
            pair.on_both([](Node& node) { node.id.cntrltype = 0; });
        },
        {{0x00010300, {}}, {0x00010400, {"NOTE ctrl.type.defined"}}});
    add(out, "VersionForExistingKeys",
        [](Pair& pair, std::uint64_t version) {
            set_version(pair, version);
            pair.on_all_paths(
                [](Path& path) { path.identify.rescap = path.independent.rescap = 0x7F; });
        },
        {{0x00010201, kOld},
         {0x00010300,
          {"WARN resv.ieks 1", "WARN resv.ieks 2", "WARN resv.ieks 3", "WARN resv.ieks 4"}}});
}

template <auto Change>
void on_second(Pair& pair, std::uint64_t value) {
    pair.on_both(2, [value](Path& path) { Change(path, value); });
}

void namespace_numbers(std::vector<Case>& out) {
    const std::vector<std::string> kFormat{"FAIL ns.lbaf_active.sane 2"};
    add(out, "Lbads", on_second<[](Path& path, std::uint64_t value) {
            path.identify.lbaf[0].lbads = static_cast<std::uint8_t>(value);
        }>,
        {{8, kFormat},
         {9, {}},
         {12, {}},
         {13, {"WARN ns.lbaf_active.page 2"}},
         {16, {"WARN ns.lbaf_active.page 2"}},
         {17, kFormat},
         {64, kFormat}});
    // Two formats: index 1 is the last.
    add(out, "FormatIndex", on_second<[](Path& path, std::uint64_t value) {
            path.identify.lbaf.fill({.ms = 0, .lbads = 9, .rp = 0});
            path.identify.flbas = static_cast<std::uint8_t>(value);
        }>,
        {{0, {}}, {1, {}}, {2, kFormat}, {15, kFormat}});
    // One more that is not like the others (NULBAF).
    add(out, "FormatIndexOfUniqueFormats", on_second<[](Path& path, std::uint64_t value) {
            path.identify.lbaf.fill({.ms = 0, .lbads = 9, .rp = 0});
            path.identify.nulbaf = 1;
            path.identify.flbas = static_cast<std::uint8_t>(value);
        }>,
        {{2, {}}, {3, kFormat}});
    // Bits 6:5 of FLBAS are the upper ones of the index, of 64 formats.
    add(out, "FormatIndexOfManyFormats", on_second<[](Path& path, std::uint64_t value) {
            path.identify.lbaf.fill({.ms = 0, .lbads = 9, .rp = 0});
            path.identify.nlbaf = 62;
            path.identify.flbas = static_cast<std::uint8_t>(value);
        }>,
        {{0x6E, {}}, {0x6F, kFormat}});
    add(out, "Nuse", on_second<[](Path& path, std::uint64_t value) { path.identify.nuse = value; }>,
        {{0x200000, {}}, {0x200001, {"NOTE ns.nuse 2"}}});
    add(out, "Ncap", on_second<[](Path& path, std::uint64_t value) { path.identify.ncap = value; }>,
        {{0x1FFFFF, {"NOTE ns.nuse 2"}}, {0x200000, {}}, {0x200001, {"NOTE ns.nuse 2"}}});
    // Version 8 of RFC 9562 is unique by its vendor's word only.
    add(out, "VersionOfUuid", on_second<[](Path& path, std::uint64_t value) {
            nvme::Uuid uuid = other_uuid();
            uuid[6] = static_cast<std::uint8_t>(value << 4U | 0x0CU);
            path.uuid(uuid);
        }>,
        {{0, {"NOTE ns.uuid.rfc9562 2"}},
         {1, {}},
         {7, {}},
         {8, {"NOTE ns.uuid.rfc9562 2"}},
         {15, {"NOTE ns.uuid.rfc9562 2"}}});
    add(out, "FpiRemaining", on_second<[](Path& path, std::uint64_t value) {
            path.identify.fpi = path.independent.fpi = static_cast<std::uint8_t>(value);
        }>,
        {{0x01, {}}, {0x80, {}}, {0x81, {"WARN ns.fpi 2"}}, {0xFF, {"WARN ns.fpi 2"}}});
}

void ana_numbers(std::vector<Case>& out) {
    add(out, "AnaGroup",
        [](Pair& pair, std::uint64_t value) {
            const auto agid = static_cast<std::uint32_t>(value);
            pair.on_both([agid](Node& node) {
                node.group(2).agid = agid;
                node.path(3).group(agid);
                node.path(4).group(agid);
            });
        },
        {{127, {}}, {128, {}}, {129, {"FAIL ana.log.group.nonzero_max"}}});
    add(out, "NsidInTheLog",
        [](Pair& pair, std::uint64_t value) {
            pair.b[0].group(2).nsids.push_back(static_cast<std::uint32_t>(value));
        },
        {{0xFFFFFFFE, {"NOTE ana.log.nsid.only_active 4294967294"}},
         {0xFFFFFFFF, {"FAIL ana.log.nsid.order"}}});
}

void discovery_numbers(std::vector<Case>& out) {
    add(out, "Asqsz",
        [](Pair& pair, std::uint64_t value) {
            pair.with_discovery();
            for (const std::size_t array : {0U, 1U}) {
                pair.edit_discovery(array, [value](nvme::DiscoveryLog& log) {
                    for (nvme::DiscoveryEntry& entry : log.entries) {
                        entry.asqsz = static_cast<std::uint16_t>(value);
                    }
                });
            }
        },
        {{31, {"NOTE disc.entry.asqsz"}}, {32, {}}, {33, {}}});
    // A serial number that is a name's by chance has at most 5 letters.
    add(out, "LettersOfTheSerialNumberInTheName",
        [](Pair& pair, std::uint64_t value) {
            pair.on_both([value](Node& node) {
                node.id.sn = ascii<20>(std::string_view{"0A1B2C3D"}.substr(0, value));
            });
        },
        {{5, {}}, {6, {"NOTE subsys.nqn.no_array_token"}}});
}

} // namespace

std::vector<Case> boundary_cases() {
    std::vector<Case> out;
    controller_numbers(out);
    versions(out);
    namespace_numbers(out);
    ana_numbers(out);
    discovery_numbers(out);
    return out;
}

} // namespace haoh::test
