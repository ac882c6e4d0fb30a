// SPDX-License-Identifier: LGPL-2.1-or-later
// Identify Namespace in its three pages (NVM Command Set Specification 1.1 Figures 114 and 115, Base
// Specification 2.1 Figures 319 and 320).
#include "unit/catalogue/field_bits.hpp"

#include <haoh/nvme/namespace_id.hpp>

namespace haoh::test {

namespace {

const std::vector<std::string> kTold{"WARN ns.idns_mask.equal"};
const std::vector<std::string> kOutside{"NOTE ns.idns_mask.equal"};
const char* const kMoment = "varies with time";

FieldBits named(const char* name, std::size_t offset, std::size_t length,
                std::vector<std::string> expected) {
    return {.name = name, .offset = offset, .length = length, .expected = std::move(expected)};
}
FieldBits some(const char* name, std::size_t offset, std::size_t length, std::uint64_t mask,
               std::vector<std::string> expected, const char* reason = "") {
    return {.name = name,
            .offset = offset,
            .length = length,
            .mask = mask,
            .expected = std::move(expected),
            .reason = reason};
}
FieldBits told(const char* name, std::size_t offset, std::size_t length,
               std::uint64_t mask = ~std::uint64_t{0}) {
    return some(name, offset, length, mask, kTold, kUnread);
}
FieldBits outside(const char* name, std::size_t offset, std::size_t length) {
    return some(name, offset, length, ~std::uint64_t{0}, kOutside, "reserved or vendor specific");
}
FieldBits with(FieldBits row, void (*prepare)(Pair&)) {
    row.prepare = prepare;
    return row;
}
FieldBits mirrored(FieldBits row, std::size_t mirror) {
    row.mirror = mirror;
    row.prepare = [](Pair& /*pair*/) {};
    return row;
}

template <auto Change>
void everywhere(Pair& pair) {
    pair.on_all_paths([](Path& path) { Change(path); });
}

const char* const kViews = "the two views of the namespace on the flipped path contradict each "
                           "other";

/// The finding of a field that CNS 00h and CNS 08h both hold, when one of them is flipped.
std::vector<std::string> torn(const char* line) {
    return {line, "WARN ns.cns08_match_cns00"};
}

constexpr auto kAtomics = [](Path& path) { path.identify.nsfeat |= 0x02; };
constexpr auto kOneFormat = [](Path& path) {
    path.identify.lbaf.fill({.ms = 0, .lbads = 9, .rp = 0});
    path.identify.nlbaf = 63;
};
constexpr auto kNotReserved = [](Path& path) {
    path.identify.rescap = path.independent.rescap = 0;
};

std::vector<FieldBits> sizes() {
    const char* const kMore = "more capacity than size";
    return {
        named("NSZE", 0, 8, {"FAIL ns.nsze.equal"}),
        some("NCAP", 8, 8, 0x000F'FFFF, {"NOTE ns.ncap.equal"}),
        some("NCAP to 0", 8, 8, 0x0010'0000, {"FAIL ns.ncap.nonzero", "NOTE ns.ncap.equal"}),
        some("NCAP beyond NSZE", 8, 8, ~std::uint64_t{0x001F'FFFF},
             {"NOTE ns.ncap.equal", "NOTE ns.nuse"}, kMore),
        some("NUSE", 16, 8, 0x001F'FFFF, {}, kMoment),
        some("NUSE beyond NCAP", 16, 8, ~std::uint64_t{0x001F'FFFF}, {"NOTE ns.nuse"}),
        some("NSFEAT THINP", 24, 1, 0x01, {"NOTE ns.nsfeat.thin"}),
        some("NSFEAT NSABP", 24, 1, 0x02, {"WARN ns.nsfeat.nsabp.equal"}),
        some("NSFEAT DAE", 24, 1, 0x04, {"FAIL ns.nsfeat.dae"}),
        some("NSFEAT UIDREUSE", 24, 1, 0x08, torn("FAIL ns.uid_reuse.equal"), kViews),
        some("NSFEAT OPTPERF", 24, 1, 0x30, {"WARN ns.optperf.equal"}),
        told("NSFEAT others", 24, 1, 0xC0),
        named("NLBAF", 25, 1, {"WARN ns.lbaf_table.equal"}),
    };
}

/// Bytes 26 to 127.
std::vector<FieldBits> attributes() {
    const char* const kShared = "does not count without NSABP";
    return {
        // The other formats of the table have other blocks, or are none.
        some("FLBAS index 1", 26, 1, 0x01, {"FAIL ns.lbaf_active.equal", "FAIL ns.nsze.equal"},
             "as many blocks of another size"),
        some("FLBAS index 2, 4, 8", 26, 1, 0x0E, {"FAIL ns.lbaf_active.equal"}),
        some("FLBAS metadata", 26, 1, 0x10, {"FAIL ns.flbas.equal"}),
        some("FLBAS upper index", 26, 1, 0x60, {"FAIL ns.flbas.equal"},
             "ignored with up to 16 formats, but not by Linux"),
        told("FLBAS reserved", 26, 1, 0x80),
        named("MC", 27, 1, {"WARN ns.dpc_mc.equal"}),
        named("DPC", 28, 1, {"WARN ns.dpc_mc.equal"}),
        named("DPS", 29, 1, {"FAIL ns.dps.equal"}),
        some("NMIC SHRNS", 30, 1, 0x01, torn("FAIL ns.nmic.shared"), kViews),
        some("NMIC DISNS", 30, 1, 0x02,
             {"FAIL ns.nmic.dispersed.equal", "FAIL disp.log17.supported",
              "WARN ns.cns08_match_cns00"},
             kViews),
        some("NMIC reserved", 30, 1, 0xFC, {"WARN ns.idns_mask.equal", "WARN ns.cns08_match_cns00"},
             kViews),
        some("RESCAP PTPLS", 31, 1, 0x01,
             {"FAIL ns.rescap.equal", "OWN resv.ptpl", "WARN ns.cns08_match_cns00"},
             "a stretched namespace shall keep reservations"),
        some("RESCAP types", 31, 1, 0x7E, torn("FAIL ns.rescap.equal"), kViews),
        some("RESCAP IEKS", 31, 1, 0x80,
             {"FAIL ns.rescap.equal", "WARN resv.ieks", "WARN ns.cns08_match_cns00"},
             "shall be set from 1.3 on"),
        some("FPI", 32, 1, 0xFF, {"WARN ns.cns08_match_cns00"}, kViews),
        named("DLFEAT", 33, 1, {"FAIL ns.dlfeat.equal"}),
        some("NAWUN NAWUPF NACWU", 34, 6, ~std::uint64_t{0}, {}, kShared),
        named("NABSN", 40, 2, {"FAIL ns.nabsn_nabo_nabspf.equal"}),
        named("NABO", 42, 2, {"FAIL ns.nabsn_nabo_nabspf.equal"}),
        named("NABSPF", 44, 2, {"FAIL ns.nabsn_nabo_nabspf.equal"}),
        named("NOIOB", 46, 2, {"WARN ns.optperf.equal"}),
        some("NVMCAP", 48, 16, 0xFF, {}, "zero on paths that are inaccessible (Base 8.1.1.6)"),
        named("NPWG", 64, 2, {"WARN ns.optperf.equal"}),
        named("NPWA", 66, 2, {"WARN ns.optperf.equal"}),
        named("NPDG", 68, 2, {"WARN ns.optperf.equal"}),
        named("NPDA", 70, 2, {"WARN ns.optperf.equal"}),
        named("NOWS", 72, 2, {"WARN ns.optperf.equal"}),
        named("MSSRL", 74, 2, {"WARN ns.copy_limits.equal"}),
        named("MCL", 76, 4, {"WARN ns.copy_limits.equal"}),
        named("MSRC", 80, 1, {"WARN ns.copy_limits.equal"}),
        named("KPIOS", 81, 1, {"FAIL ns.kpios_maxkt.equal"}),
        named("NULBAF", 82, 1, {"WARN ns.lbaf_table.equal"}),
        outside("reserved 83", 83, 1),
        named("KPIODAAG", 84, 4, {"FAIL ns.kpios_maxkt.equal"}),
        outside("reserved 88", 88, 4),
        named("ANAGRPID", 92, 4, {"FAIL ana.log.nsid.matches_identify"}),
        outside("reserved 96", 96, 3),
        some("NSATTR write protection", 99, 1, 0x01, torn("FAIL ns.nsattr.write_protect.equal"),
             kViews),
        some("NSATTR others", 99, 1, 0xFE, {"WARN ns.idns_mask.equal", "WARN ns.cns08_match_cns00"},
             kViews),
        some("NVMSETID", 100, 2, 0xFFFF, torn("NOTE ns.endgid_nvmset.equal"), kViews),
        some("ENDGID", 102, 2, 0xFFFF, torn("NOTE ns.endgid_nvmset.equal"), kViews),
        named("NGUID", 104, 16, {"FAIL ns.desc.match_idns"}),
        named("EUI64", 120, 8, {"FAIL ns.desc.match_idns"}),
    };
}

/// Bytes 128 to 4095.
std::vector<FieldBits> formats() {
    const char* const kAmount = "as many blocks of another size";
    std::vector<FieldBits> out{
        some("LBAF0 MS, in use", 128, 2, 0xFFFF, {"FAIL ns.lbaf_active.equal"}),
        some("LBAF0 LBADS, in use", 130, 1, 0x36,
             {"FAIL ns.lbaf_active.equal", "FAIL ns.nsze.equal"}, kAmount),
        some("LBAF0 LBADS of no block", 130, 1, 0xC9, {"FAIL ns.lbaf_active.equal"},
             "below 512 B, or beyond 64 bits"),
        told("LBAF0 RP", 131, 1),
        outside("vendor specific", 384, 3712),
    };
    for (std::size_t index = 1; index < 64; ++index) {
        const std::size_t offset = 128 + 4 * index;
        const std::string name = "LBAF" + std::to_string(index);
        out.push_back(some((name + " MS LBADS RP").c_str(), offset, 4, 0x03FF'FFFF,
                           {"WARN ns.lbaf_table.equal"}));
        out.push_back(told((name + " reserved").c_str(), offset, 4, 0xFC00'0000));
    }
    return out;
}

std::vector<FieldBits> namespace_alone() {
    return {
        with(named("NAWUN", 34, 2, {"WARN ns.nsfeat.nsabp.equal"}), everywhere<kAtomics>),
        with(some("NAWUPF", 36, 2, 0xFFFC, {"WARN ns.nsfeat.nsabp.equal"}), everywhere<kAtomics>),
        with(some("NAWUPF of 6 and 7 blocks", 36, 2, 0x0003,
                  {"FAIL ns.optperf.physical", "WARN ns.nsfeat.nsabp.equal"},
                  "Linux makes the physical block of it"),
             everywhere<kAtomics>),
        with(named("NACWU", 38, 2, {"WARN ns.nsfeat.nsabp.equal"}), everywhere<kAtomics>),
        with(some("FLBAS of 64 formats", 26, 1, 0x7F, {"FAIL ns.flbas.equal"}),
             everywhere<kOneFormat>),
        mirrored(some("NSFEAT UIDREUSE in both", 24, 1, 0x08, {"FAIL ns.uid_reuse.equal"}), 0),
        mirrored(some("NMIC SHRNS in both", 30, 1, 0x01, {"FAIL ns.nmic.shared"}), 1),
        mirrored(some("NMIC DISNS in both", 30, 1, 0x02,
                      {"FAIL ns.nmic.dispersed.equal", "FAIL disp.log17.supported"},
                      "a dispersed namespace needs log page 17h"),
                 1),
        mirrored(some("RESCAP types in both", 31, 1, 0x7E, {"FAIL ns.rescap.equal"}), 2),
        mirrored(some("NSATTR write protection in both", 99, 1, 0x01,
                      {"FAIL ns.nsattr.write_protect.equal"}),
                 8),
        mirrored(some("NVMSETID in both", 100, 2, 0xFFFF, {"NOTE ns.endgid_nvmset.equal"}), 10),
        mirrored(some("ENDGID in both", 102, 2, 0xFFFF, {"NOTE ns.endgid_nvmset.equal"}), 12),
        mirrored(
            some("ANAGRPID in both", 92, 4, 0xFFFF'FFFF, {"FAIL ana.log.nsid.matches_identify"}),
            4),
        mirrored(some("FPI without a format", 32, 1, 0xFF, {}, kMoment), 3),
        [] {
            FieldBits row =
                mirrored(some("FPI while a format is under way", 32, 1, 0x7F, {"WARN ns.fpi"}), 3);
            row.prepare =
                everywhere<[](Path& path) { path.identify.fpi = path.independent.fpi = 0x80; }>;
            return row;
        }(),
        [] {
            FieldBits row = mirrored(
                some("RESCAP PTPLS and IEKS without types", 31, 1, 0x81, {"FAIL ns.rescap.equal"}),
                2);
            row.prepare = everywhere<kNotReserved>;
            return row;
        }(),
    };
}

void append(std::vector<FieldBits>& to, const std::vector<FieldBits>& rows) {
    to.insert(to.end(), rows.begin(), rows.end());
}

} // namespace

std::vector<FieldBits> namespace_bits() {
    std::vector<FieldBits> out;
    append(out, sizes());
    append(out, attributes());
    append(out, formats());
    append(out, namespace_alone());
    return out;
}

std::vector<FieldBits> nvm_bits() {
    std::vector<FieldBits> out{
        named("LBSTM", 0, 8, {"FAIL ns.elbaf.equal"}),
        named("PIC", 8, 1, {"FAIL ns.elbaf.equal"}),
        named("PIFA", 9, 1, {"FAIL ns.elbaf.equal"}),
        outside("reserved 10", 10, 2),
        named("ELBAF0, in use", 12, 4, {"FAIL ns.elbaf.equal"}),
        told("NPDGL to TLBAAG", 268, 28),
        outside("reserved 296", 296, 3800),
    };
    for (std::size_t index = 1; index < 64; ++index) {
        const std::string name = "ELBAF" + std::to_string(index);
        out.push_back(named(name.c_str(), 12 + 4 * index, 4, {"WARN ns.lbaf_table.equal"}));
    }
    return out;
}

std::vector<FieldBits> independent_bits() {
    return {
        some("NSFEAT UIDREUSE", 0, 1, 0x08, torn("FAIL ns.uid_reuse.equal"), kViews),
        some("NSFEAT RMEDIA", 0, 1, 0x10, {"NOTE ns.rmedia.equal"}),
        some("NSFEAT VWCNP", 0, 1, 0x20, {"FAIL ns.vwcnp.equal"}),
        told("NSFEAT others", 0, 1, 0xC7),
        some("NMIC SHRNS", 1, 1, 0x01, {"WARN ns.cns08_match_cns00"}, kViews),
        some("NMIC DISNS", 1, 1, 0x02, torn("FAIL ns.nmic.dispersed.equal"), kViews),
        some("NMIC reserved", 1, 1, 0xFC, {"WARN ns.idns_mask.equal", "WARN ns.cns08_match_cns00"},
             kViews),
        some("RESCAP", 2, 1, 0xFF, torn("FAIL ns.rescap.equal"), kViews),
        some("FPI", 3, 1, 0xFF, {"WARN ns.cns08_match_cns00"}, kViews),
        named("ANAGRPID", 4, 4, {"FAIL ana.log.nsid.matches_identify"}),
        some("NSATTR write protection", 8, 1, 0x01, torn("FAIL ns.nsattr.write_protect.equal"),
             kViews),
        some("NSATTR others", 8, 1, 0xFE, {"WARN ns.idns_mask.equal", "WARN ns.cns08_match_cns00"},
             kViews),
        outside("reserved 9", 9, 1),
        some("NVMSETID", 10, 2, 0xFFFF, torn("NOTE ns.endgid_nvmset.equal"), kViews),
        some("ENDGID", 12, 2, 0xFFFF, torn("NOTE ns.endgid_nvmset.equal"), kViews),
        some("NSTAT NRDY", 14, 1, 0x01, {"OWN ns.nstat.nrdy"}),
        some("NSTAT others", 14, 1, 0xFE, {}, kMoment),
        named("KPIOS", 15, 1, {"FAIL ns.kpios_maxkt.equal"}),
        named("MAXKT", 16, 2, {"FAIL ns.kpios_maxkt.equal"}),
        outside("reserved 18", 18, 2),
        named("RGRPID", 20, 4, {"WARN reach.rgrpid.unique"}),
        outside("reserved 24", 24, 4072),
    };
}

} // namespace haoh::test
