// SPDX-License-Identifier: LGPL-2.1-or-later
// Each field of the Identify pages, held to the figures of the specification: Base 2.3 (Identify
// Controller, I/O Command Set Independent Identify Namespace) and NVM Command Set 1.1.
#include <haoh/nvme/identify_namespace.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

#include <concepts>
#include <functional>

namespace haoh::nvme {
namespace {

/// A field of the figure: where it lies, and the member that holds it, if one does, as on the wire.
template <typename Page>
struct FigureRow {
    std::string_view name;
    std::size_t offset;
    std::size_t length;
    std::function<Bytes(const Page&)> member;
};

Bytes wire(std::unsigned_integral auto value) {
    Bytes bytes(sizeof value);
    store_le(bytes, 0, value);
    return bytes;
}
template <std::size_t N>
Bytes wire(const std::array<std::uint8_t, N>& value) {
    return {value.begin(), value.end()};
}
Bytes wire(const LbaFormat& value) {
    Bytes bytes = wire(value.ms);
    bytes.push_back(value.lbads);
    bytes.push_back(value.rp);
    return bytes;
}

template <typename Page, typename Member>
std::function<Bytes(const Page&)> of(Member Page::*member) {
    return [member](const Page& page) { return wire(page.*member); };
}
template <typename Page, typename Member, std::size_t N>
std::function<Bytes(const Page&)> of(std::array<Member, N> Page::*member, std::size_t index) {
    return [member, index](const Page& page) { return wire((page.*member)[index]); };
}

/// A page in which no two fields of a length read alike. The last byte of each LBA format has
/// reserved bits, which are clear.
Bytes figure_page() {
    Bytes page(kIdentifySize);
    for (std::size_t offset = 0; offset < page.size(); offset += 2) {
        page[offset] = static_cast<std::uint8_t>(offset / 2 % 251 + 1);
        page[offset + 1] = static_cast<std::uint8_t>(offset / 2 % 249 + 3);
    }
    return page;
}

template <typename Page>
void hold_to_figure(const std::vector<FigureRow<Page>>& figure, std::span<const FieldRange> fields,
                    const Bytes& bytes, const Page& page) {
    Bytes named(kIdentifySize);
    for (const FigureRow<Page>& row : figure) {
        const FieldRange* const field = find_field(fields, row.name);
        ASSERT_NE(field, nullptr) << row.name;
        EXPECT_EQ(field->offset, row.offset) << row.name;
        EXPECT_EQ(field->length, row.length) << row.name;
        if (row.member) {
            const ByteView there = slice(bytes, row.offset, row.length);
            EXPECT_EQ(to_hex(row.member(page)), to_hex(there)) << row.name;
            put(named, row.offset, Bytes(there.begin(), there.end()));
        }
    }
    EXPECT_EQ(fields.size(), figure.size()) << "fields that the figure does not have";
    EXPECT_EQ(to_hex(encode(page)), to_hex(named)) << "and back, with nothing else";
}

TEST(IdentifyFigures, ControllerIsLaidOutAsTheSpecificationSays) {
    using Page = IdentifyController;
    std::vector<FigureRow<Page>> figure{{"vid", 0, 2, of(&Page::vid)},
                                        {"ssvid", 2, 2, of(&Page::ssvid)},
                                        {"sn", 4, 20, of(&Page::sn)},
                                        {"mn", 24, 40, of(&Page::mn)},
                                        {"fr", 64, 8, of(&Page::fr)},
                                        {"rab", 72, 1, of(&Page::rab)},
                                        {"ieee", 73, 3, of(&Page::ieee)},
                                        {"cmic", 76, 1, of(&Page::cmic)},
                                        {"mdts", 77, 1, of(&Page::mdts)},
                                        {"cntlid", 78, 2, of(&Page::cntlid)},
                                        {"ver", 80, 4, of(&Page::ver)},
                                        {"rtd3r", 84, 4, of(&Page::rtd3r)},
                                        {"rtd3e", 88, 4, of(&Page::rtd3e)},
                                        {"oaes", 92, 4, of(&Page::oaes)},
                                        {"ctratt", 96, 4, of(&Page::ctratt)},
                                        {"rrls", 100, 2, of(&Page::rrls)},
                                        {"bpcap", 102, 1, {}},
                                        {"nssl", 104, 4, {}},
                                        {"plsi", 110, 1, {}},
                                        {"cntrltype", 111, 1, of(&Page::cntrltype)},
                                        {"fguid", 112, 16, of(&Page::fguid)},
                                        {"crdt1", 128, 2, {}},
                                        {"crdt2", 130, 2, {}},
                                        {"crdt3", 132, 2, {}},
                                        {"crcap", 134, 1, of(&Page::crcap)},
                                        {"ciu", 135, 1, of(&Page::ciu)},
                                        {"cirn", 136, 8, of(&Page::cirn)},
                                        {"nvmsr", 253, 1, {}},
                                        {"vwci", 254, 1, {}},
                                        {"mec", 255, 1, {}},
                                        {"oacs", 256, 2, of(&Page::oacs)},
                                        {"acl", 258, 1, of(&Page::acl)},
                                        {"aerl", 259, 1, of(&Page::aerl)},
                                        {"frmw", 260, 1, of(&Page::frmw)},
                                        {"lpa", 261, 1, of(&Page::lpa)},
                                        {"elpe", 262, 1, of(&Page::elpe)},
                                        {"npss", 263, 1, of(&Page::npss)},
                                        {"avscc", 264, 1, of(&Page::avscc)},
                                        {"apsta", 265, 1, {}},
                                        {"wctemp", 266, 2, {}},
                                        {"cctemp", 268, 2, {}},
                                        {"mtfa", 270, 2, {}},
                                        {"hmpre", 272, 4, of(&Page::hmpre)},
                                        {"hmmin", 276, 4, of(&Page::hmmin)},
                                        {"tnvmcap", 280, 16, of(&Page::tnvmcap)},
                                        {"unvmcap", 296, 16, of(&Page::unvmcap)},
                                        {"rpmbs", 312, 4, {}},
                                        {"edstt", 316, 2, {}},
                                        {"dsto", 318, 1, {}},
                                        {"fwug", 319, 1, {}},
                                        {"kas", 320, 2, of(&Page::kas)},
                                        {"hctma", 322, 2, {}},
                                        {"mntmt", 324, 2, {}},
                                        {"mxtmt", 326, 2, {}},
                                        {"sanicap", 328, 4, of(&Page::sanicap)},
                                        {"hmminds", 332, 4, {}},
                                        {"hmmaxd", 336, 2, {}},
                                        {"nsetidmax", 338, 2, of(&Page::nsetidmax)},
                                        {"endgidmax", 340, 2, of(&Page::endgidmax)},
                                        {"anatt", 342, 1, of(&Page::anatt)},
                                        {"anacap", 343, 1, of(&Page::anacap)},
                                        {"anagrpmax", 344, 4, of(&Page::anagrpmax)},
                                        {"nanagrpid", 348, 4, of(&Page::nanagrpid)},
                                        {"pels", 352, 4, {}},
                                        {"domainid", 356, 2, of(&Page::domainid)},
                                        {"kpioc", 358, 1, {}},
                                        {"mptfawr", 360, 2, {}},
                                        {"megcap", 368, 16, {}},
                                        {"tmpthha", 384, 1, {}},
                                        {"cqt", 386, 2, of(&Page::cqt)},
                                        {"cdpa", 388, 2, {}},
                                        {"mup", 390, 2, {}},
                                        {"ipmsr", 392, 2, {}},
                                        {"msmt", 394, 2, {}},
                                        {"sqes", 512, 1, of(&Page::sqes)},
                                        {"cqes", 513, 1, of(&Page::cqes)},
                                        {"maxcmd", 514, 2, of(&Page::maxcmd)},
                                        {"nn", 516, 4, of(&Page::nn)},
                                        {"oncs", 520, 2, of(&Page::oncs)},
                                        {"fuses", 522, 2, of(&Page::fuses)},
                                        {"fna", 524, 1, of(&Page::fna)},
                                        {"vwc", 525, 1, of(&Page::vwc)},
                                        {"awun", 526, 2, of(&Page::awun)},
                                        {"awupf", 528, 2, of(&Page::awupf)},
                                        {"icsvscc", 530, 1, of(&Page::icsvscc)},
                                        {"nwpc", 531, 1, of(&Page::nwpc)},
                                        {"acwu", 532, 2, of(&Page::acwu)},
                                        {"ocfs", 534, 2, of(&Page::ocfs)},
                                        {"sgls", 536, 4, of(&Page::sgls)},
                                        {"mnan", 540, 4, of(&Page::mnan)},
                                        {"maxdna", 544, 16, of(&Page::maxdna)},
                                        {"maxcna", 560, 4, of(&Page::maxcna)},
                                        {"oaqd", 564, 4, {}},
                                        {"rhiri", 568, 1, {}},
                                        {"hirt", 569, 1, {}},
                                        {"cmmrtd", 570, 2, {}},
                                        {"nmmrtd", 572, 2, {}},
                                        {"minmrtg", 574, 1, {}},
                                        {"maxmrtg", 575, 1, {}},
                                        {"trattr", 576, 1, {}},
                                        {"mcudmq", 578, 2, {}},
                                        {"mnsudmq", 580, 2, {}},
                                        {"mcmr", 582, 2, {}},
                                        {"nmcmr", 584, 2, {}},
                                        {"mcdqpc", 586, 2, {}},
                                        {"subnqn", 768, 256, of(&Page::subnqn)},
                                        {"ioccsz", 1792, 4, of(&Page::ioccsz)},
                                        {"iorcsz", 1796, 4, of(&Page::iorcsz)},
                                        {"icdoff", 1800, 2, of(&Page::icdoff)},
                                        {"fcatt", 1802, 1, of(&Page::fcatt)},
                                        {"msdbd", 1803, 1, of(&Page::msdbd)},
                                        {"ofcs", 1804, 2, of(&Page::ofcs)},
                                        {"dctype", 1806, 1, of(&Page::dctype)},
                                        {"ccrl", 1807, 1, of(&Page::ccrl)}};
    for (FigureRow<Page>& row : figure) {
        if (row.name.starts_with("crdt")) {
            row.member = of(&Page::crdt, static_cast<std::size_t>(row.name.back() - '1'));
        }
    }
    std::array<std::string, 32> names;
    for (std::size_t i = 0; i < names.size(); ++i) {
        names[i] = "psd" + std::to_string(i);
        figure.push_back({names[i], 2048 + 32 * i, 32, {}});
    }
    const Bytes bytes = figure_page();
    hold_to_figure(figure, identify_controller_fields(), bytes, decode_identify_controller(bytes));
}

TEST(IdentifyFigures, NamespaceIsLaidOutAsTheSpecificationSays) {
    using Page = IdentifyNamespace;
    std::vector<FigureRow<Page>> figure{{"nsze", 0, 8, of(&Page::nsze)},
                                        {"ncap", 8, 8, of(&Page::ncap)},
                                        {"nuse", 16, 8, of(&Page::nuse)},
                                        {"nsfeat", 24, 1, of(&Page::nsfeat)},
                                        {"nlbaf", 25, 1, of(&Page::nlbaf)},
                                        {"flbas", 26, 1, of(&Page::flbas)},
                                        {"mc", 27, 1, of(&Page::mc)},
                                        {"dpc", 28, 1, of(&Page::dpc)},
                                        {"dps", 29, 1, of(&Page::dps)},
                                        {"nmic", 30, 1, of(&Page::nmic)},
                                        {"rescap", 31, 1, of(&Page::rescap)},
                                        {"fpi", 32, 1, of(&Page::fpi)},
                                        {"dlfeat", 33, 1, of(&Page::dlfeat)},
                                        {"nawun", 34, 2, of(&Page::nawun)},
                                        {"nawupf", 36, 2, of(&Page::nawupf)},
                                        {"nacwu", 38, 2, of(&Page::nacwu)},
                                        {"nabsn", 40, 2, of(&Page::nabsn)},
                                        {"nabo", 42, 2, of(&Page::nabo)},
                                        {"nabspf", 44, 2, of(&Page::nabspf)},
                                        {"noiob", 46, 2, of(&Page::noiob)},
                                        {"nvmcap", 48, 16, of(&Page::nvmcap)},
                                        {"npwg", 64, 2, of(&Page::npwg)},
                                        {"npwa", 66, 2, of(&Page::npwa)},
                                        {"npdg", 68, 2, of(&Page::npdg)},
                                        {"npda", 70, 2, of(&Page::npda)},
                                        {"nows", 72, 2, of(&Page::nows)},
                                        {"mssrl", 74, 2, of(&Page::mssrl)},
                                        {"mcl", 76, 4, of(&Page::mcl)},
                                        {"msrc", 80, 1, of(&Page::msrc)},
                                        {"kpios", 81, 1, of(&Page::kpios)},
                                        {"nulbaf", 82, 1, of(&Page::nulbaf)},
                                        {"kpiodaag", 84, 4, of(&Page::kpiodaag)},
                                        {"anagrpid", 92, 4, of(&Page::anagrpid)},
                                        {"nsattr", 99, 1, of(&Page::nsattr)},
                                        {"nvmsetid", 100, 2, of(&Page::nvmsetid)},
                                        {"endgid", 102, 2, of(&Page::endgid)},
                                        {"nguid", 104, 16, of(&Page::nguid)},
                                        {"eui64", 120, 8, of(&Page::eui64)}};
    Bytes bytes = figure_page();
    std::array<std::string, 64> names;
    for (std::size_t i = 0; i < names.size(); ++i) {
        names[i] = "lbaf" + std::to_string(i);
        figure.push_back({names[i], 128 + 4 * i, 4, of(&Page::lbaf, i)});
        bytes[128 + 4 * i + 3] &= 0x03U;
    }
    hold_to_figure(figure, identify_namespace_fields(), bytes, decode_identify_namespace(bytes));

    bytes[131] |= 0xFCU;
    EXPECT_EQ(decode_identify_namespace(bytes).lbaf[0].rp, bytes[131] & 0x03U) << "RP has two bits";
}

TEST(IdentifyFigures, NvmNamespaceIsLaidOutAsTheSpecificationSays) {
    using Page = IdentifyNamespaceNvm;
    std::vector<FigureRow<Page>> figure{{"lbstm", 0, 8, of(&Page::lbstm)},
                                        {"pic", 8, 1, of(&Page::pic)},
                                        {"pifa", 9, 1, of(&Page::pifa)},
                                        {"npdgl", 268, 4, {}},
                                        {"nprg", 272, 4, {}},
                                        {"npra", 276, 4, {}},
                                        {"nors", 280, 4, {}},
                                        {"npdal", 284, 4, {}},
                                        {"lbapss", 288, 4, {}},
                                        {"tlbaag", 292, 4, {}}};
    std::array<std::string, 64> names;
    for (std::size_t i = 0; i < names.size(); ++i) {
        names[i] = "elbaf" + std::to_string(i);
        figure.push_back({names[i], 12 + 4 * i, 4, of(&Page::elbaf, i)});
    }
    const Bytes bytes = figure_page();
    hold_to_figure(figure, identify_namespace_nvm_fields(), bytes,
                   decode_identify_namespace_nvm(bytes));
}

TEST(IdentifyFigures, IndependentNamespaceIsLaidOutAsTheSpecificationSays) {
    using Page = IdentifyNamespaceIndependent;
    const std::vector<FigureRow<Page>> figure{
        {"nsfeat", 0, 1, of(&Page::nsfeat)},      {"nmic", 1, 1, of(&Page::nmic)},
        {"rescap", 2, 1, of(&Page::rescap)},      {"fpi", 3, 1, of(&Page::fpi)},
        {"anagrpid", 4, 4, of(&Page::anagrpid)},  {"nsattr", 8, 1, of(&Page::nsattr)},
        {"nvmsetid", 10, 2, of(&Page::nvmsetid)}, {"endgid", 12, 2, of(&Page::endgid)},
        {"nstat", 14, 1, of(&Page::nstat)},       {"kpios", 15, 1, of(&Page::kpios)},
        {"maxkt", 16, 2, of(&Page::maxkt)},       {"rgrpid", 20, 4, of(&Page::rgrpid)}};
    const Bytes bytes = figure_page();
    hold_to_figure(figure, identify_namespace_independent_fields(), bytes,
                   decode_identify_namespace_independent(bytes));
}

} // namespace
} // namespace haoh::nvme
