// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/identify_namespace.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

namespace haoh::nvme {
namespace {

/// A namespace of 1 GiB with 512 B and 4 KiB formats, the second in use.
Bytes namespace_page() {
    Bytes page(kIdentifySize);
    put(page, 0, hex("00 00 04 00 00 00 00 00"));            // NSZE 262,144
    put(page, 8, hex("00 00 04 00 00 00 00 00"));            // NCAP
    put(page, 16, hex("00 00 01 00 00 00 00 00"));           // NUSE
    page[24] = 0x10;                                         // NSFEAT: OPTPERF
    page[25] = 0x01;                                         // NLBAF: two formats
    page[26] = 0x01;                                         // FLBAS
    page[30] = 0x01;                                         // NMIC: shared
    page[31] = 0xFF;                                         // RESCAP
    page[33] = 0x09;                                         // DLFEAT
    put(page, 36, hex("07 00"));                             // NAWUPF
    put(page, 64, hex("0f 00"));                             // NPWG
    put(page, 92, hex("05 00 00 00"));                       // ANAGRPID
    page[99] = 0x01;                                         // NSATTR: write protected
    put(page, 100, hex("02 00 03 00"));                      // NVMSETID, ENDGID
    put(page, 104, hex("ef90689c46c44cde96018b6d3a7f1122")); // NGUID
    put(page, 120, hex("002538b711b2c3d4"));                 // EUI64
    put(page, 128, hex("00 00 09 02"));                      // 512 B, RP good
    put(page, 132, hex("08 00 0c 00"));                      // 4 KiB + 8, RP best
    return page;
}

TEST(IdentifyNamespace, ReadsAPage) {
    const IdentifyNamespace id = decode_identify_namespace(namespace_page());
    EXPECT_EQ(id.nsze, 262144U);
    EXPECT_EQ(id.ncap, 262144U);
    EXPECT_EQ(id.nuse, 65536U);
    EXPECT_EQ(id.nsfeat, 0x10U);
    EXPECT_EQ(id.nlbaf, 1U);
    EXPECT_EQ(id.flbas, 1U);
    EXPECT_EQ(id.nmic, nmic::shared);
    EXPECT_EQ(id.rescap, 0xFFU);
    EXPECT_EQ(id.dlfeat, 9U);
    EXPECT_EQ(id.nawupf, 7U);
    EXPECT_EQ(id.npwg, 15U);
    EXPECT_EQ(id.anagrpid, 5U);
    EXPECT_EQ(id.nsattr, nsattr::write_protected);
    EXPECT_EQ(id.nvmsetid, 2U);
    EXPECT_EQ(id.endgid, 3U);
    EXPECT_EQ(to_hex(id.nguid), "ef90689c46c44cde96018b6d3a7f1122");
    EXPECT_EQ(to_hex(id.eui64), "002538b711b2c3d4");
    EXPECT_EQ(id.lbaf[0], (LbaFormat{.ms = 0, .lbads = 9, .rp = 2}));
    EXPECT_EQ(id.lbaf[1], (LbaFormat{.ms = 8, .lbads = 12, .rp = 0}));
    EXPECT_EQ(id.active_format().lbads, 12U);
    EXPECT_EQ(id.size_bytes(), 1ULL << 30U);
    EXPECT_EQ(encode(id), namespace_page());
}

TEST(IdentifyNamespace, TakesTheUpperFormatBitsOnlyWithMoreThanSixteenFormats) {
    IdentifyNamespace id;
    id.flbas = 0x7F; // lower 1111b, metadata at the end of data, upper 11b
    id.nlbaf = 15;
    EXPECT_EQ(id.format_index(), 15U);
    id.nulbaf = 1;
    EXPECT_EQ(id.format_index(), 63U);
    id.nulbaf = 0;
    id.nlbaf = 63;
    EXPECT_EQ(id.format_index(), 63U);
    id.flbas = 0x20;
    EXPECT_EQ(id.format_index(), 16U);
}

TEST(IdentifyNamespace, HasNoSizeWhereTheFormatHasNone) {
    IdentifyNamespace id;
    id.nsze = 1000;
    EXPECT_EQ(id.size_bytes(), std::nullopt) << "LBADS 0: the format is not available";
    id.lbaf[0].lbads = 8;
    EXPECT_EQ(id.size_bytes(), std::nullopt);
    id.lbaf[0].lbads = 9;
    EXPECT_EQ(id.size_bytes(), 512000U);
    id.lbaf[0].lbads = 255;
    EXPECT_EQ(id.size_bytes(), std::nullopt);
    id.nsze = ~0ULL;
    id.lbaf[0].lbads = 9;
    EXPECT_EQ(id.size_bytes(), std::nullopt) << "more than 64 bits of bytes";
    id.nsze = ~0ULL >> 9U;
    EXPECT_EQ(id.size_bytes(), ~0ULL - 511);
    id.nsze = 0;
    EXPECT_EQ(id.size_bytes(), 0U);
}

TEST(IdentifyNamespace, ReadsAnyBytesWithoutHarm) {
    EXPECT_EQ(encode(decode_identify_namespace({})), Bytes(kIdentifySize));
    const IdentifyNamespace ones = decode_identify_namespace(Bytes(kIdentifySize, 0xFF));
    EXPECT_EQ(ones.active_format().rp, 3U);
    EXPECT_EQ(ones.size_bytes(), std::nullopt);
}

TEST(IdentifyNamespaceFields, LieWhereTheSpecificationPutsThem) {
    const auto fields = identify_namespace_fields();
    EXPECT_EQ(field_at(fields, 0)->name, "nsze");
    EXPECT_EQ(field_at(fields, 26)->name, "flbas");
    EXPECT_EQ(field_at(fields, 30)->name, "nmic");
    EXPECT_EQ(field_at(fields, 63)->name, "nvmcap");
    EXPECT_EQ(field_at(fields, 80)->name, "msrc");
    EXPECT_EQ(field_at(fields, 92)->name, "anagrpid");
    EXPECT_EQ(field_at(fields, 99)->name, "nsattr");
    EXPECT_EQ(field_at(fields, 119)->name, "nguid");
    EXPECT_EQ(field_at(fields, 120)->name, "eui64");
    EXPECT_EQ(field_at(fields, 135)->name, "lbaf1");
    EXPECT_EQ(field_at(fields, 380)->name, "lbaf63");
    EXPECT_EQ(field_at(fields, 96), nullptr);
    EXPECT_EQ(field_at(fields, 384), nullptr) << "vendor specific";
    EXPECT_EQ(find_field(fields, "lbaf63")->offset, 380U);
    EXPECT_EQ(find_field(fields, "lbaf63")->length, 4U);
    EXPECT_EQ(find_field(fields, "lbaf64"), nullptr);
}

TEST(IdentifyNamespaceNvm, ReadsAPage) {
    Bytes page(kIdentifySize);
    put(page, 0, hex("ff 00 00 00 00 00 00 80"));
    page[8] = 0x07;
    page[9] = 0x02;
    put(page, 12, hex("10 00 00 00"));  // 16-bit guard, storage tag of 16 bits
    put(page, 16, hex("00 01 00 00"));  // 64-bit guard
    put(page, 264, hex("a0 00 00 00")); // 32-bit guard, storage tag of 32 bits
    const IdentifyNamespaceNvm id = decode_identify_namespace_nvm(page);
    EXPECT_EQ(id.lbstm, 0x80000000000000FFULL);
    EXPECT_EQ(id.pic, 7U);
    EXPECT_EQ(id.pifa, 2U);
    EXPECT_EQ(id.pif(0), 0U);
    EXPECT_EQ(id.sts(0), 16U);
    EXPECT_EQ(id.pif(1), 2U);
    EXPECT_EQ(id.pif(63), 1U);
    EXPECT_EQ(id.sts(63), 32U);
    EXPECT_EQ(encode(id), page);
    const auto fields = identify_namespace_nvm_fields();
    EXPECT_EQ(field_at(fields, 264)->name, "elbaf63");
    EXPECT_EQ(field_at(fields, 268)->name, "npdgl");
    EXPECT_EQ(field_at(fields, 10), nullptr);
}

TEST(IdentifyNamespaceIndependent, ReadsAPage) {
    Bytes page(kIdentifySize);
    put(page, 0, hex("30 01 ff 80 05 00 00 00 01 00 02 00 03 00 01 0f 10 00 00 00 07 00 00 00"));
    const IdentifyNamespaceIndependent id = decode_identify_namespace_independent(page);
    EXPECT_EQ(id.nsfeat, 0x30U);
    EXPECT_EQ(id.nmic, 1U);
    EXPECT_EQ(id.rescap, 0xFFU);
    EXPECT_EQ(id.fpi, 0x80U);
    EXPECT_EQ(id.anagrpid, 5U);
    EXPECT_EQ(id.nsattr, 1U);
    EXPECT_EQ(id.nvmsetid, 2U);
    EXPECT_EQ(id.endgid, 3U);
    EXPECT_EQ(id.nstat, 1U);
    EXPECT_EQ(id.kpios, 15U);
    EXPECT_EQ(id.maxkt, 16U);
    EXPECT_EQ(id.rgrpid, 7U);
    EXPECT_EQ(encode(id), page);
    const auto fields = identify_namespace_independent_fields();
    EXPECT_EQ(field_at(fields, 14)->name, "nstat");
    EXPECT_EQ(field_at(fields, 9), nullptr);
    EXPECT_EQ(field_at(fields, 24), nullptr);
}

/// A name that two pages share means the same field of the same width in both.
TEST(NamespaceFields, HaveOneWidthForOneName) {
    for (const FieldRange& field : identify_namespace_independent_fields()) {
        const FieldRange* other = find_field(identify_namespace_fields(), field.name);
        if (other != nullptr) {
            EXPECT_EQ(other->length, field.length) << field.name;
        }
    }
}

} // namespace
} // namespace haoh::nvme
