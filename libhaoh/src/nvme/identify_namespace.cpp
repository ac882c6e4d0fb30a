// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/identify_namespace.hpp>

#include "nvme/field_layout.hpp"

#include <limits>

namespace haoh::nvme {

namespace {

constexpr std::size_t kFormats = 64;
constexpr std::size_t kFormatSize = 4;
constexpr detail::IndexedNames<kFormats> kLbafNames("lbaf");
constexpr detail::IndexedNames<kFormats> kElbafNames("elbaf");

template <typename Visitor, typename Page>
requires std::same_as<std::remove_const_t<Page>, IdentifyNamespace>
constexpr void visit(Visitor& v, Page& page) {
    v.field("nsze", 0, page.nsze);
    v.field("ncap", 8, page.ncap);
    v.field("nuse", 16, page.nuse);
    v.field("nsfeat", 24, page.nsfeat);
    v.field("nlbaf", 25, page.nlbaf);
    v.field("flbas", 26, page.flbas);
    v.field("mc", 27, page.mc);
    v.field("dpc", 28, page.dpc);
    v.field("dps", 29, page.dps);
    v.field("nmic", 30, page.nmic);
    v.field("rescap", 31, page.rescap);
    v.field("fpi", 32, page.fpi);
    v.field("dlfeat", 33, page.dlfeat);
    v.field("nawun", 34, page.nawun);
    v.field("nawupf", 36, page.nawupf);
    v.field("nacwu", 38, page.nacwu);
    v.field("nabsn", 40, page.nabsn);
    v.field("nabo", 42, page.nabo);
    v.field("nabspf", 44, page.nabspf);
    v.field("noiob", 46, page.noiob);
    v.field("nvmcap", 48, page.nvmcap);
    v.field("npwg", 64, page.npwg);
    v.field("npwa", 66, page.npwa);
    v.field("npdg", 68, page.npdg);
    v.field("npda", 70, page.npda);
    v.field("nows", 72, page.nows);
    v.field("mssrl", 74, page.mssrl);
    v.field("mcl", 76, page.mcl);
    v.field("msrc", 80, page.msrc);
    v.field("kpios", 81, page.kpios);
    v.field("nulbaf", 82, page.nulbaf);
    v.field("kpiodaag", 84, page.kpiodaag);
    v.field("anagrpid", 92, page.anagrpid);
    v.field("nsattr", 99, page.nsattr);
    v.field("nvmsetid", 100, page.nvmsetid);
    v.field("endgid", 102, page.endgid);
    v.field("nguid", 104, page.nguid);
    v.field("eui64", 120, page.eui64);
    for (std::size_t i = 0; i < kFormats; ++i) {
        v.field(kLbafNames[i], 128 + kFormatSize * i, page.lbaf[i]);
    }
}

template <typename Visitor, typename Page>
requires std::same_as<std::remove_const_t<Page>, IdentifyNamespaceNvm>
constexpr void visit(Visitor& v, Page& page) {
    v.field("lbstm", 0, page.lbstm);
    v.field("pic", 8, page.pic);
    v.field("pifa", 9, page.pifa);
    for (std::size_t i = 0; i < kFormats; ++i) {
        v.field(kElbafNames[i], 12 + kFormatSize * i, page.elbaf[i]);
    }
    v.range("npdgl", 268, 4);
    v.range("nprg", 272, 4);
    v.range("npra", 276, 4);
    v.range("nors", 280, 4);
    v.range("npdal", 284, 4);
    v.range("lbapss", 288, 4);
    v.range("tlbaag", 292, 4);
}

template <typename Visitor, typename Page>
requires std::same_as<std::remove_const_t<Page>, IdentifyNamespaceIndependent>
constexpr void visit(Visitor& v, Page& page) {
    v.field("nsfeat", 0, page.nsfeat);
    v.field("nmic", 1, page.nmic);
    v.field("rescap", 2, page.rescap);
    v.field("fpi", 3, page.fpi);
    v.field("anagrpid", 4, page.anagrpid);
    v.field("nsattr", 8, page.nsattr);
    v.field("nvmsetid", 10, page.nvmsetid);
    v.field("endgid", 12, page.endgid);
    v.field("nstat", 14, page.nstat);
    v.field("kpios", 15, page.kpios);
    v.field("maxkt", 16, page.maxkt);
    v.field("rgrpid", 20, page.rgrpid);
}

template <typename Page>
constexpr std::size_t field_count() {
    Page page;
    detail::FieldCounter counter;
    visit(counter, page);
    return counter.count();
}

template <typename Page>
constexpr auto field_table() {
    Page page;
    detail::FieldLister<field_count<Page>()> lister;
    visit(lister, page);
    return lister.table();
}

constexpr auto kNamespaceFields = field_table<IdentifyNamespace>();
constexpr auto kNvmFields = field_table<IdentifyNamespaceNvm>();
constexpr auto kIndependentFields = field_table<IdentifyNamespaceIndependent>();
static_assert(detail::well_laid_out(kNamespaceFields));
static_assert(detail::well_laid_out(kNvmFields));
static_assert(detail::well_laid_out(kIndependentFields));

template <typename Page>
Page decode_page(ByteView bytes) {
    Page page;
    detail::FieldDecoder decoder(bytes);
    visit(decoder, page);
    return page;
}

template <typename Page>
Bytes encode_page(const Page& page) {
    Bytes bytes(kIdentifySize);
    detail::FieldEncoder encoder(bytes);
    visit(encoder, page);
    return bytes;
}

} // namespace

unsigned IdentifyNamespace::format_index() const {
    const unsigned lower = flbas & 0x0FU;
    const unsigned formats = nlbaf + 1U + nulbaf;
    return formats > 16 ? lower | (flbas & 0x60U) >> 1U : lower;
}

std::optional<std::uint64_t> IdentifyNamespace::size_bytes() const {
    const unsigned shift = active_format().lbads;
    if (shift < 9 || shift >= 64 || nsze > std::numeric_limits<std::uint64_t>::max() >> shift) {
        return std::nullopt;
    }
    return nsze << shift;
}

IdentifyNamespace decode_identify_namespace(ByteView page) {
    return decode_page<IdentifyNamespace>(page);
}

Bytes encode(const IdentifyNamespace& value) {
    return encode_page(value);
}

std::span<const FieldRange> identify_namespace_fields() {
    return kNamespaceFields;
}

IdentifyNamespaceNvm decode_identify_namespace_nvm(ByteView page) {
    return decode_page<IdentifyNamespaceNvm>(page);
}

Bytes encode(const IdentifyNamespaceNvm& value) {
    return encode_page(value);
}

std::span<const FieldRange> identify_namespace_nvm_fields() {
    return kNvmFields;
}

IdentifyNamespaceIndependent decode_identify_namespace_independent(ByteView page) {
    return decode_page<IdentifyNamespaceIndependent>(page);
}

Bytes encode(const IdentifyNamespaceIndependent& value) {
    return encode_page(value);
}

std::span<const FieldRange> identify_namespace_independent_fields() {
    return kIndependentFields;
}

} // namespace haoh::nvme
