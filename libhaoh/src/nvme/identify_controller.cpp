// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/identify_controller.hpp>

#include "nvme/field_layout.hpp"

namespace haoh::nvme {

namespace {

constexpr std::size_t kPowerStates = 32;
constexpr std::size_t kPowerStateSize = 32;
constexpr std::size_t kPowerStateOffset = 2048;
constexpr detail::IndexedNames<kPowerStates> kPowerStateNames("psd");

template <typename Visitor, typename Page>
constexpr void visit(Visitor& v, Page& page) {
    v.field("vid", 0, page.vid);
    v.field("ssvid", 2, page.ssvid);
    v.field("sn", 4, page.sn);
    v.field("mn", 24, page.mn);
    v.field("fr", 64, page.fr);
    v.field("rab", 72, page.rab);
    v.field("ieee", 73, page.ieee);
    v.field("cmic", 76, page.cmic);
    v.field("mdts", 77, page.mdts);
    v.field("cntlid", 78, page.cntlid);
    v.field("ver", 80, page.ver);
    v.field("rtd3r", 84, page.rtd3r);
    v.field("rtd3e", 88, page.rtd3e);
    v.field("oaes", 92, page.oaes);
    v.field("ctratt", 96, page.ctratt);
    v.field("rrls", 100, page.rrls);
    v.range("bpcap", 102, 1);
    v.range("nssl", 104, 4);
    v.range("plsi", 110, 1);
    v.field("cntrltype", 111, page.cntrltype);
    v.field("fguid", 112, page.fguid);
    v.field("crdt1", 128, page.crdt[0]);
    v.field("crdt2", 130, page.crdt[1]);
    v.field("crdt3", 132, page.crdt[2]);
    v.field("crcap", 134, page.crcap);
    v.field("ciu", 135, page.ciu);
    v.field("cirn", 136, page.cirn);
    v.range("nvmsr", 253, 1);
    v.range("vwci", 254, 1);
    v.range("mec", 255, 1);
    v.field("oacs", 256, page.oacs);
    v.field("acl", 258, page.acl);
    v.field("aerl", 259, page.aerl);
    v.field("frmw", 260, page.frmw);
    v.field("lpa", 261, page.lpa);
    v.field("elpe", 262, page.elpe);
    v.field("npss", 263, page.npss);
    v.field("avscc", 264, page.avscc);
    v.range("apsta", 265, 1);
    v.range("wctemp", 266, 2);
    v.range("cctemp", 268, 2);
    v.range("mtfa", 270, 2);
    v.field("hmpre", 272, page.hmpre);
    v.field("hmmin", 276, page.hmmin);
    v.field("tnvmcap", 280, page.tnvmcap);
    v.field("unvmcap", 296, page.unvmcap);
    v.range("rpmbs", 312, 4);
    v.range("edstt", 316, 2);
    v.range("dsto", 318, 1);
    v.range("fwug", 319, 1);
    v.field("kas", 320, page.kas);
    v.range("hctma", 322, 2);
    v.range("mntmt", 324, 2);
    v.range("mxtmt", 326, 2);
    v.field("sanicap", 328, page.sanicap);
    v.range("hmminds", 332, 4);
    v.range("hmmaxd", 336, 2);
    v.field("nsetidmax", 338, page.nsetidmax);
    v.field("endgidmax", 340, page.endgidmax);
    v.field("anatt", 342, page.anatt);
    v.field("anacap", 343, page.anacap);
    v.field("anagrpmax", 344, page.anagrpmax);
    v.field("nanagrpid", 348, page.nanagrpid);
    v.range("pels", 352, 4);
    v.field("domainid", 356, page.domainid);
    v.range("kpioc", 358, 1);
    v.range("mptfawr", 360, 2);
    v.range("megcap", 368, 16);
    v.range("tmpthha", 384, 1);
    v.field("cqt", 386, page.cqt);
    v.range("cdpa", 388, 2);
    v.range("mup", 390, 2);
    v.range("ipmsr", 392, 2);
    v.range("msmt", 394, 2);
    v.field("sqes", 512, page.sqes);
    v.field("cqes", 513, page.cqes);
    v.field("maxcmd", 514, page.maxcmd);
    v.field("nn", 516, page.nn);
    v.field("oncs", 520, page.oncs);
    v.field("fuses", 522, page.fuses);
    v.field("fna", 524, page.fna);
    v.field("vwc", 525, page.vwc);
    v.field("awun", 526, page.awun);
    v.field("awupf", 528, page.awupf);
    v.field("icsvscc", 530, page.icsvscc);
    v.field("nwpc", 531, page.nwpc);
    v.field("acwu", 532, page.acwu);
    v.field("ocfs", 534, page.ocfs);
    v.field("sgls", 536, page.sgls);
    v.field("mnan", 540, page.mnan);
    v.field("maxdna", 544, page.maxdna);
    v.field("maxcna", 560, page.maxcna);
    v.range("oaqd", 564, 4);
    v.range("rhiri", 568, 1);
    v.range("hirt", 569, 1);
    v.range("cmmrtd", 570, 2);
    v.range("nmmrtd", 572, 2);
    v.range("minmrtg", 574, 1);
    v.range("maxmrtg", 575, 1);
    v.range("trattr", 576, 1);
    v.range("mcudmq", 578, 2);
    v.range("mnsudmq", 580, 2);
    v.range("mcmr", 582, 2);
    v.range("nmcmr", 584, 2);
    v.range("mcdqpc", 586, 2);
    v.field("subnqn", 768, page.subnqn);
    v.field("ioccsz", 1792, page.ioccsz);
    v.field("iorcsz", 1796, page.iorcsz);
    v.field("icdoff", 1800, page.icdoff);
    v.field("fcatt", 1802, page.fcatt);
    v.field("msdbd", 1803, page.msdbd);
    v.field("ofcs", 1804, page.ofcs);
    v.field("dctype", 1806, page.dctype);
    v.field("ccrl", 1807, page.ccrl);
    for (std::size_t i = 0; i < kPowerStates; ++i) {
        v.range(kPowerStateNames[i], kPowerStateOffset + kPowerStateSize * i, kPowerStateSize);
    }
}

constexpr auto kFields = [] {
    IdentifyController page;
    detail::FieldCounter counter;
    visit(counter, page);
    return counter.count();
}();

constexpr auto kFieldTable = [] {
    IdentifyController page;
    detail::FieldLister<kFields> lister;
    visit(lister, page);
    return lister.table();
}();
static_assert(detail::well_laid_out(kFieldTable));

} // namespace

std::string IdentifyController::subsystem_nqn() const {
    const auto* const end = std::find(subnqn.begin(), subnqn.end(), std::uint8_t{0});
    return {subnqn.begin(), end};
}

IdentifyController decode_identify_controller(ByteView page) {
    IdentifyController value;
    detail::FieldDecoder decoder(page);
    visit(decoder, value);
    return value;
}

Bytes encode(const IdentifyController& value) {
    Bytes page(kIdentifySize);
    detail::FieldEncoder encoder(page);
    visit(encoder, value);
    return page;
}

std::span<const FieldRange> identify_controller_fields() {
    return kFieldTable;
}

const FieldRange* find_field(std::span<const FieldRange> fields, std::string_view name) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [name](const FieldRange& field) { return field.name == name; });
    return found == fields.end() ? nullptr : &*found;
}

const FieldRange* field_at(std::span<const FieldRange> fields, std::size_t offset) {
    // The first field behind the offset; what may cover the offset is the one before it.
    const auto behind = std::upper_bound(
        fields.begin(), fields.end(), offset,
        [](std::size_t wanted, const FieldRange& field) { return wanted < field.offset; });
    if (behind == fields.begin()) {
        return nullptr;
    }
    const FieldRange& field = *(behind - 1);
    return offset - field.offset < field.length ? &field : nullptr;
}

} // namespace haoh::nvme
