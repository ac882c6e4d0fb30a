// SPDX-License-Identifier: LGPL-2.1-or-later
// Identify Controller (CNS 01h), Base Specification 2.1 Figure 312.
#include "unit/catalogue/field_bits.hpp"

namespace haoh::test {

namespace {

const std::vector<std::string> kUnnamed{"NOTE ctrl.idctrl_mask.equal"};
constexpr std::uint64_t kEach = 0x0101'0101'0101'0101; ///< byte of a field of 8
const char* const kOwn = "a property of one controller, unit or moment";

/// A field that some rule compares or checks.
FieldBits row(const char* name, std::size_t offset, std::size_t length,
              std::vector<std::string> expected) {
    return {.name = name, .offset = offset, .length = length, .expected = std::move(expected)};
}
/// Some bits of such a field.
FieldBits bits(const char* name, std::size_t offset, std::size_t length, std::uint64_t mask,
               std::vector<std::string> expected, const char* reason = "",
               Where where = Where::anywhere) {
    return {.name = name,
            .offset = offset,
            .length = length,
            .mask = mask,
            .expected = std::move(expected),
            .reason = reason,
            .where = where};
}
FieldBits own(const char* name, std::size_t offset, std::size_t length) {
    return {.name = name, .offset = offset, .length = length, .expected = {}, .reason = kOwn};
}
FieldBits unnamed(const char* name, std::size_t offset, std::size_t length,
                  std::uint64_t mask = ~std::uint64_t{0}) {
    return {.name = name,
            .offset = offset,
            .length = length,
            .mask = mask,
            .expected = kUnnamed,
            .reason = kUnread};
}
FieldBits prepared(FieldBits row, void (*prepare)(Pair&)) {
    row.prepare = prepare;
    row.where = Where::anywhere;
    return row;
}

/// Bits 5 and 6 of a text make another letter, none at all, or a NUL of a space.
FieldBits text(const char* name, std::size_t offset, std::size_t length,
               std::vector<std::string> expected,
               std::vector<std::vector<std::string>> alternatives) {
    return {.name = name,
            .offset = offset,
            .length = length,
            .mask = length == 8 ? kEach * 0x60 : 0x60,
            .expected = std::move(expected),
            .alternatives = std::move(alternatives)};
}

void add(std::vector<FieldBits>& to, std::vector<FieldBits> rows) {
    to.insert(to.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
}

/// Bytes 00h to FFh: who the controller is.
std::vector<FieldBits> identity_bytes() {
    const char* const kText = "SN and MN shall be ASCII: bit 7 is no letter";
    const std::vector<std::string> kPadding{"WARN ctrl.sn_mn.ascii_padded"};
    const std::vector<std::string> kSn{"WARN ctrl.sn.equal", kPadding.front()};
    const std::vector<std::string> kMn{"FAIL ctrl.mn.equal", kPadding.front()};
    const char* const kOui = "the identifiers of the namespaces hold the OUI of the array that "
                             "made them";
    return {
        row("VID", 0, 2, {"NOTE ctrl.vid.equal"}),
        row("SSVID", 2, 2, {"NOTE ctrl.ssvid.equal"}),
        bits("SN", 4, 20, 0x1F, {"WARN ctrl.sn.equal"}),
        bits("MN", 24, 40, 0x1F, {"FAIL ctrl.mn.equal"}),
        bits("FR of one controller", 64, 8, kEach * 0x1F, {"WARN ctrl.fr.domain"},
             "inside one array", Where::one_controller),
        unnamed("RAB", 72, 1),
        bits("IEEE", 73, 3, ~0U,
             {"NOTE ctrl.ieee.equal", "NOTE ns.eui64.oui 1", "NOTE ns.eui64.oui 2",
              "NOTE ns.nguid.oui 1", "NOTE ns.nguid.oui 2"},
             kOui),
        bits("CMIC MPORTS", 76, 1, 0x01, {"NOTE ctrl.cmic.mports"}),
        bits("CMIC MCTRS", 76, 1, 0x02, {"FAIL ctrl.cmic.mctrs"}),
        bits("CMIC FT", 76, 1, 0x04, {"NOTE ctrl.cmic.ft"}),
        bits("CMIC ANARS", 76, 1, 0x08, {"FAIL ctrl.cmic.anars.equal"}),
        unnamed("CMIC reserved", 76, 1, 0xF0),
        row("MDTS", 77, 1, {"WARN ctrl.mdts.min"}),
        row("CNTLID", 78, 2, {"FAIL ctrl.cntlid.connect_match"}),
        row("VER", 80, 4, {"NOTE ctrl.ver.matches_vs"}),
        own("RTD3R", 84, 4),
        own("RTD3E", 88, 4),
        bits("OAES notices", 92, 4, (1U << 8U) | (1U << 9U) | (1U << 17U) | (1U << 19U),
             {"WARN ctrl.oaes.equal"}),
        bits("OAES ANA change", 92, 4, 1U << 11U, {"WARN ctrl.oaes.equal"}),
        unnamed("OAES other notices", 92, 4, 0xFFF5'F4FF),
        bits("CTRATT HIDS", 96, 4, 1U << 0U, {"FAIL ctrl.ctratt.hids.equal"}),
        bits("CTRATT NSETS", 96, 4, 1U << 2U, {"WARN ctrl.ctratt.other"}),
        bits("CTRATT EGS", 96, 4, 1U << 4U, {"WARN ctrl.ctratt.other"}),
        bits("CTRATT TBKAS", 96, 4, 1U << 6U, {"WARN ctrl.ctratt.tbkas.equal"}),
        bits("CTRATT UUIDL", 96, 4, 1U << 9U, {"WARN ctrl.ctratt.other"}),
        bits("CTRATT MDS", 96, 4, 1U << 10U, {"WARN ctrl.ctratt.mds.equal"}),
        bits("CTRATT DEG", 96, 4, 1U << 13U, {"WARN ctrl.ctratt.other"}),
        bits("CTRATT DNVMS", 96, 4, 1U << 14U, {"WARN ctrl.ctratt.other"}),
        bits("CTRATT ELBAS", 96, 4, 1U << 15U, {"WARN ctrl.ctratt.other"}),
        bits("CTRATT RHII", 96, 4, 1U << 18U, {"FAIL ctrl.ctratt.rhii.equal"}),
        bits("CTRATT FDPS", 96, 4, 1U << 19U, {"WARN ctrl.ctratt.other"}),
        unnamed("CTRATT other attributes", 96, 4, 0xFFF3'19AA),
        unnamed("RRLS to PLSI", 100, 11),
        bits("CNTRLTYPE administrative", 111, 1, 0x02, {"FAIL ctrl.type.io"}, "3"),
        bits("CNTRLTYPE of none", 111, 1, 0xFD, {"NOTE ctrl.type.defined"},
             "0, or not defined: Linux takes it for one of I/O"),
        own("FGUID and CRDT", 112, 22),
        row("CRCAP", 134, 1, {"WARN reach.supported.equal"}),
        own("CIU and CIRN", 135, 9),
        unnamed("reserved 144", 144, 109),
        own("NVMSR VWCI MEC", 253, 3),
        bits("FR of an array", 64, 8, kEach * 0x1F, {"NOTE ctrl.fr.domain"},
             "arrays may run different firmware: only worth knowing", Where::whole_array),
        bits("SN other bits", 4, 20, 0x80, {"WARN ctrl.sn.equal", "WARN ctrl.sn_mn.ascii_padded"},
             kText),
        bits("MN other bits", 24, 40, 0x80, {"FAIL ctrl.mn.equal", "WARN ctrl.sn_mn.ascii_padded"},
             kText),
        text("SN case", 4, 20, {"WARN ctrl.sn.equal"}, {kSn, kPadding}),
        text("MN case", 24, 40, {"FAIL ctrl.mn.equal"}, {kMn, kPadding}),
        text("FR case", 64, 8, {"WARN ctrl.fr.domain"}, {{"NOTE ctrl.fr.domain"}, kUnnamed}),
        bits("FR other bits of one controller", 64, 8, kEach * 0x80, {"WARN ctrl.fr.domain"},
             "inside one array", Where::one_controller),
        bits("FR other bits of an array", 64, 8, kEach * 0x80, {"NOTE ctrl.fr.domain"},
             "arrays may run different firmware: only worth knowing", Where::whole_array),
    };
}

/// Bytes 100h to 1FFh: admin command set attributes.
std::vector<FieldBits> admin_bytes() {
    return {
        bits("OACS", 256, 2, 0xFBFF, {"WARN ctrl.oacs.equal"}),
        bits("OACS Lockdown", 256, 2, 0x0400, {"FAIL ctrl.oacs.equal"},
             "shall be the same for all controllers"),
        own("ACL to MTFA", 258, 14),
        row("HMPRE", 272, 4, {"NOTE ctrl.rtd3_npss_hmb_thermal"}),
        own("HMMIN TNVMCAP UNVMCAP", 276, 36),
        unnamed("RPMBS", 312, 4),
        own("EDSTT DSTO FWUG", 316, 4),
        bits("KAS 200 ms", 320, 2, 0x0008, {"NOTE ctrl.kas.similar"},
             "of which 10 s are a multiple"),
        bits("KAS", 320, 2, 0xFFF7, {"NOTE ctrl.kas.similar", "NOTE feat.kato.granularity"},
             "10 s are no multiple of the other granularity"),
        own("HCTMA MNTMT MXTMT", 322, 6),
        row("SANICAP", 328, 4, {"WARN ctrl.sanicap_fna.equal"}),
        own("HMMINDS HMMAXD", 332, 6),
        row("NSETIDMAX", 338, 2, {"NOTE domain.endgid_unique"}),
        row("ENDGIDMAX", 340, 2, {"NOTE domain.endgid_unique"}),
        row("ANATT", 342, 1, {"WARN ana.anatt.equal"}),
        bits("ANACAP optimized", 343, 1, 0x01,
             {"WARN ana.anacap.equal", "NOTE ana.anacap.optimized_bit"}, "shall be set"),
        bits("ANACAP non-optimized on A", 343, 1, 0x02, {"WARN ana.anacap.equal"}, "",
             Where::array_a),
        bits("ANACAP non-optimized on B", 343, 1, 0x02,
             {"WARN ana.log.group.state_allowed", "WARN ana.anacap.equal"},
             "B's paths are non-optimized", Where::array_b),
        bits("ANACAP inaccessible, lost, change", 343, 1, 0x1C, {"WARN ana.anacap.equal"}),
        unnamed("ANACAP reserved", 343, 1, 0x20),
        bits("ANACAP group identifiers", 343, 1, 0xC0, {"WARN ana.anacap.gidcs.equal"}),
        row("ANAGRPMAX", 344, 4, {"FAIL ana.anagrpmax.equal"}),
        bits("NANAGRPID", 348, 4, 0x7FFF, {"WARN ana.nanagrpid.covers"},
             "beyond ANAGRPMAX, or 0 with groups in the log"),
        bits("NANAGRPID of a log beyond MDTS", 348, 4, 0xFFFF'8000, {"FAIL ana.log.fits_mdts"},
             "32 bytes for each group: 1 MiB"),
        own("PELS", 352, 4),
        row("DOMAINID", 356, 2, {"WARN domain.mds_domainid"}),
        unnamed("KPIOC to reserved 362", 358, 10),
        own("MEGCAP TMPTHHA", 368, 17),
        unnamed("reserved 385", 385, 1),
        row("CQT", 386, 2, {"WARN feat.cqt.equal"}),
        unnamed("CDPA MUP", 388, 4),
        own("IPMSR MSMT", 392, 4),
        unnamed("reserved 396", 396, 116),
    };
}

/// Bytes 200h to 2FFh: NVM command set attributes.
std::vector<FieldBits> nvm_bytes() {
    const char* const kOrder = "AWUPF may not be greater than AWUN";
    return {
        bits("SQES required", 512, 1, 0x0F, {"FAIL ctrl.sqes_cqes"}),
        unnamed("SQES maximum", 512, 1, 0xF0),
        bits("CQES required", 513, 1, 0x0F, {"FAIL ctrl.sqes_cqes"}),
        unnamed("CQES maximum", 513, 1, 0xF0),
        row("MAXCMD", 514, 2, {"NOTE ctrl.maxcmd.nonzero"}),
        row("NN", 516, 4, {"FAIL ctrl.nn.equal"}),
        bits("ONCS Compare", 520, 2, 1U << 0U, {"WARN ctrl.oncs.data_cmds.equal"}),
        bits("ONCS Write Uncorrectable", 520, 2, 1U << 1U, {"WARN ctrl.oncs.data_cmds.equal"}),
        bits("ONCS Dataset Management", 520, 2, 1U << 2U, {"WARN ctrl.oncs.data_cmds.equal"}),
        bits("ONCS Write Zeroes", 520, 2, 1U << 3U, {"WARN ctrl.oncs.data_cmds.equal"}),
        bits("ONCS Save", 520, 2, 1U << 4U, {"WARN ctrl.oncs.save_feature"}),
        bits("ONCS Reservations", 520, 2, 1U << 5U, {"FAIL resv.support.equal"}),
        bits("ONCS Verify", 520, 2, 1U << 7U, {"WARN ctrl.oncs.data_cmds.equal"}),
        bits("ONCS Copy", 520, 2, 1U << 8U, {"WARN ctrl.oncs.data_cmds.equal"}),
        unnamed("ONCS Timestamp and others", 520, 2, 0xFE40),
        row("FUSES", 522, 2, {"OWN ctrl.fuses.equal"}),
        row("FNA", 524, 1, {"WARN ctrl.sanicap_fna.equal"}),
        bits("VWC present", 525, 1, 0x01,
             {"FAIL ctrl.vwc.equal", "WARN ctrl.vwc.stretch_absent 1-2"},
             "both arrays take writes for both namespaces"),
        bits("VWC flush to all", 525, 1, 0x06, {"NOTE ctrl.idctrl_mask.equal"},
             "nothing to flush: there is no cache"),
        unnamed("VWC reserved", 525, 1, 0xF8),
        bits("AWUN", 526, 2, 0xFFF8, {"WARN ctrl.awupf.equal"}),
        bits("AWUN below AWUPF", 526, 2, 0x0007, {"WARN ctrl.awupf.equal", "NOTE ctrl.awun.le"},
             kOrder),
        bits("AWUPF", 528, 2, 0x0007, {"WARN ctrl.awupf.equal"}),
        bits("AWUPF above AWUN", 528, 2, 0xFFF8, {"WARN ctrl.awupf.equal", "NOTE ctrl.awun.le"},
             kOrder),
        own("ICSVSCC", 530, 1),
        row("NWPC", 531, 1, {"WARN ctrl.nwpc.equal"}),
        row("ACWU", 532, 2, {"WARN ctrl.awupf.equal"}),
        row("OCFS", 534, 2, {"WARN ctrl.ocfs_copy"}),
        bits("SGLS", 536, 4, ~std::uint64_t{0x1}, {"WARN ctrl.sgls.equal"}),
        bits("SGLS bit 0", 536, 4, 0x1, {"OWN ctrl.sgls.supported"}),
        bits("MNAN", 540, 4, 0x0003'FBFF, {"FAIL ctrl.mnan.valid", "WARN ctrl.mnan.equal"},
             "more than NN"),
        bits("MNAN 0", 540, 4, 0x0000'0400, {"FAIL ctrl.mnan.valid"},
             "0 is no number to compare; with ANA it shall be from 1 to NN"),
        bits("MNAN of a log beyond MDTS", 540, 4, 0xFFFC'0000,
             {"FAIL ana.log.fits_mdts", "FAIL ctrl.mnan.valid", "WARN ctrl.mnan.equal"},
             "more than NN; 4 bytes for each: 1 MiB"),
        bits("MAXDNA of one controller", 544, 8, ~std::uint64_t{0}, {"NOTE ctrl.maxdna.domain"}, "",
             Where::one_controller),
        bits("MAXDNA of an array", 544, 8, ~std::uint64_t{0}, {}, "a maximum of the domain",
             Where::whole_array),
        {.name = "MAXDNA upper half",
         .offset = 552,
         .length = 8,
         .expected = {},
         .reason = "no domain has 2^64 attachments"},
        bits("MAXCNA of one", 560, 4, 0x0000'0001, {"NOTE ctrl.maxcna"},
             "the pair has two namespaces"),
        {.name = "MAXCNA of more",
         .offset = 560,
         .length = 4,
         .mask = 0xFFFF'FFFE,
         .expected = {},
         .reason = kOwn},
        unnamed("OAQD to reserved 588", 564, 204),
    };
}

/// Bytes 300h to FFFh: name, fabrics, power states, vendor.
std::vector<FieldBits> fabrics_bytes() {
    const std::size_t length = std::string_view{kNqn}.size();
    return {
        // Another name, well formed or not, or the same in other case.
        {.name = "SUBNQN",
         .offset = 768,
         .length = length + 1,
         .mask = 0x7F,
         .expected = {"FAIL subsys.nqn.connect_match"},
         .alternatives = {{"FAIL subsys.nqn.format"}}},
        bits("SUBNQN no UTF-8", 768, length + 1, 0x80, {"FAIL subsys.nqn.format"}),
        unnamed("SUBNQN behind its end", 768 + length + 1, 256 - length - 1),
        unnamed("reserved 1024", 1024, 768),
        row("IOCCSZ", 1792, 4, {"WARN ctrl.ioccsz.equal_transport"}),
        bits("IORCSZ", 1796, 4, 0x0000'0001, {"FAIL ctrl.iorcsz.min"}),
        unnamed("IORCSZ larger", 1796, 4, 0xFFFF'FFFE),
        row("ICDOFF", 1800, 2, {"OWN ctrl.icdoff"}),
        bits("FCATT", 1802, 1, 0x01, {"FAIL ctrl.model.equal"}),
        unnamed("FCATT reserved", 1802, 1, 0xFE),
        own("MSDBD", 1803, 1),
        bits("OFCS", 1804, 2, 0x0001, {"WARN ctrl.ofcs.equal"}),
        unnamed("OFCS reserved", 1804, 2, 0xFFFE),
        row("DCTYPE", 1806, 1, {"NOTE ctrl.dctype"}),
        bits("CCRL", 1807, 1, 0xFF, {"WARN ccr.fields_present", "WARN ccr.support.equal"},
             "it comes with CIU, CIRN and CQT"),
        unnamed("reserved 1808", 1808, 240),
        own("power states", 2048, 1024),
        unnamed("vendor specific", 3072, 1024),
    };
}

void digits_of_the_name(std::vector<FieldBits>& to) {
    // The last digits of the UUID: another digit makes another good name.
    FieldBits digits = bits("SUBNQN last digits", 768 + std::string_view{kNqn}.size() - 12, 12,
                            0x01, {"FAIL subsys.nqn.connect_match"});
    digits.prepare = [](Pair& /*pair*/) {};
    to.push_back(digits);
}

/// Fields alone that bring others along in the tables above.
std::vector<FieldBits> controller_alone() {
    return {
        prepared(bits("KAS alone", 320, 2, 0xFFFF, {"NOTE ctrl.kas.similar"}),
                 [](Pair& pair) {
                     pair.on_both([](Node& node) {
                         node.edit = [](ControllerObservation& out) {
                             out.features.erase(nvme::fid::keep_alive_timer);
                         };
                     });
                 }),
        prepared(bits("CCRL of all", 1807, 1, 0xFB, {"NOTE ccr.limit"}),
                 [](Pair& pair) {
                     pair.on_both([](Node& node) {
                         node.id.ccrl = 4;
                         node.id.ciu = 1;
                         node.id.cirn[0] = 1;
                         node.id.cqt = 5000;
                     });
                 }),
        prepared(bits("MNAN alone", 540, 4, 0xBFF, {"WARN ctrl.mnan.equal"}),
                 [](Pair& pair) { pair.on_both([](Node& node) { node.id.nn = 4096; }); }),
        prepared(bits("NANAGRPID within its range", 348, 4, 0xF7F, {}, kOwn),
                 [](Pair& pair) {
                     pair.on_both([](Node& node) {
                         node.id.anagrpmax = 0x1000;
                         node.id.mnan = 4;
                     });
                 }),
        prepared(bits("MAXCMD within its range", 514, 2, 0x1F, {}, kOwn),
                 [](Pair& pair) { pair.on_both([](Node& node) { node.id.maxcmd = 64; }); }),
        prepared(bits("AWUN alone", 526, 2, 0xFFFF, {"WARN ctrl.awupf.equal"}),
                 [](Pair& pair) { pair.on_both([](Node& node) { node.id.awupf = 0; }); }),
        prepared(bits("AWUPF alone", 528, 2, 0xFFFF, {"WARN ctrl.awupf.equal"}),
                 [](Pair& pair) { pair.on_both([](Node& node) { node.id.awun = 0xFFFF; }); }),
        prepared(bits("IEEE alone", 73, 3, ~0U, {"NOTE ctrl.ieee.equal"}),
                 [](Pair& pair) {
                     pair.on_all_paths(
                         [](Path& path) { path.nguid(std::nullopt).eui64(std::nullopt); });
                 }),
        prepared(bits("VWC present alone", 525, 1, 0x01, {"FAIL ctrl.vwc.equal"}),
                 [](Pair& pair) { pair.on_b([](Node& node) { node.state(3); }); }),
        prepared(bits("ANACAP optimized alone", 343, 1, 0x1E, {"WARN ana.anacap.equal"}),
                 [](Pair& pair) { pair.on_b([](Node& node) { node.state(1); }); }),
        prepared(
            bits("DOMAINID with domains", 356, 2, 0xFFF8, {}, "each array is a domain of its own"),
            [](Pair& pair) {
                pair.on_both([](Node& node) { node.id.ctratt |= nvme::ctratt::multi_domain; });
                pair.on_a([](Node& node) { node.id.domainid = 1; });
                pair.on_b([](Node& node) { node.id.domainid = 2; });
            }),
    };
}

} // namespace

std::vector<FieldBits> controller_bits() {
    std::vector<FieldBits> out;
    add(out, identity_bytes());
    add(out, admin_bytes());
    add(out, nvm_bytes());
    add(out, fabrics_bytes());
    add(out, controller_alone());
    digits_of_the_name(out);
    return out;
}

} // namespace haoh::test
