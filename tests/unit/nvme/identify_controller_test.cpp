// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/identify_controller.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

#include <set>

namespace haoh::nvme {
namespace {

/// A page as nvmet of Linux 7.x fills it, written byte by byte from its behaviour.
Bytes nvmet_page() {
    Bytes page(kIdentifySize);
    put_text(page, 4, "SN-A-0001           ");
    put_text(page, 24, "Linux                                   ");
    put_text(page, 64, "7.2.12  ");
    page[72] = 0x06;                    // RAB
    page[76] = 0x0B;                    // CMIC: ports, controllers, ANA
    page[77] = 0x00;                    // MDTS: no limit
    put(page, 78, hex("e9 03"));        // CNTLID 1001
    put(page, 80, hex("00 01 02 00"));  // VER 2.1
    put(page, 92, hex("00 09 00 00"));  // OAES: namespaces, ANA
    put(page, 96, hex("11 80 00 00"));  // CTRATT: 128-bit host ID, endurance groups, ELBAS
    page[111] = 0x01;                   // I/O controller
    page[258] = 0x03;                   // ACL
    page[259] = 0x03;                   // AERL
    page[260] = 0x03;                   // FRMW
    page[261] = 0x04;                   // LPA: extended data
    put(page, 320, hex("0a 00"));       // KAS: 1 s
    page[342] = 0x0A;                   // ANATT
    page[343] = 0x1F;                   // ANACAP
    put(page, 344, hex("80 00 00 00")); // ANAGRPMAX 128
    put(page, 348, hex("80 00 00 00")); // NANAGRPID 128
    page[512] = 0x66;                   // SQES
    page[513] = 0x44;                   // CQES
    put(page, 514, hex("80 00"));       // MAXCMD 128
    put(page, 516, hex("00 04 00 00")); // NN 1024
    put(page, 520, hex("4c 00"));       // ONCS
    page[525] = 0x01;                   // VWC
    put(page, 536, hex("01 00 10 00")); // SGLS
    put(page, 540, hex("00 04 00 00")); // MNAN 1024
    put_text(page, 768, "nqn.2024-01.com.example:pair");
    put(page, 1792, hex("04 01 00 00")); // IOCCSZ: 64 + 4,096 bytes
    put(page, 1796, hex("01 00 00 00")); // IORCSZ
    page[1803] = 0x01;                   // MSDBD
    put(page, 2048, hex("c4 09"));       // power state 0: 25 W
    put(page, 3072, hex("de ad be ef")); // vendor specific
    return page;
}

TEST(IdentifyController, ReadsAPage) {
    const IdentifyController id = decode_identify_controller(nvmet_page());
    EXPECT_EQ(printable(id.sn), "SN-A-0001");
    EXPECT_EQ(printable(id.mn), "Linux");
    EXPECT_EQ(printable(id.fr), "7.2.12");
    EXPECT_EQ(id.rab, 6U);
    EXPECT_EQ(id.cmic, 0x0BU);
    EXPECT_TRUE(id.ana());
    EXPECT_EQ(id.cntlid, 1001U);
    EXPECT_EQ(id.ver, 0x00020100U);
    EXPECT_EQ(id.oaes, oaes::namespace_attribute | oaes::ana_change);
    EXPECT_EQ(id.ctratt,
              ctratt::host_id_128 | ctratt::endurance_groups | ctratt::extended_lba_formats);
    EXPECT_EQ(id.cntrltype, static_cast<std::uint8_t>(ControllerType::io));
    EXPECT_EQ(id.acl, 3U);
    EXPECT_EQ(id.aerl, 3U);
    EXPECT_EQ(id.frmw, 3U);
    EXPECT_EQ(id.lpa, 4U);
    EXPECT_EQ(id.kas, 10U);
    EXPECT_EQ(id.anatt, 10U);
    EXPECT_EQ(id.anacap, 0x1FU);
    EXPECT_EQ(id.anagrpmax, 128U);
    EXPECT_EQ(id.nanagrpid, 128U);
    EXPECT_EQ(id.sqes, 0x66U);
    EXPECT_EQ(id.cqes, 0x44U);
    EXPECT_EQ(id.maxcmd, 128U);
    EXPECT_EQ(id.nn, 1024U);
    EXPECT_EQ(id.oncs, oncs::dataset_management | oncs::write_zeroes | 0x40U);
    EXPECT_EQ(id.vwc, 1U);
    EXPECT_EQ(id.sgls, 0x00100001U);
    EXPECT_EQ(id.mnan, 1024U);
    EXPECT_EQ(id.subsystem_nqn(), "nqn.2024-01.com.example:pair");
    EXPECT_EQ(id.ioccsz, 260U);
    EXPECT_EQ(id.iorcsz, 1U);
    EXPECT_EQ(id.msdbd, 1U);
}

TEST(IdentifyController, LosesOnlyWhatItDoesNotName) {
    Bytes page = nvmet_page();
    const Bytes again = encode(decode_identify_controller(page));
    ASSERT_EQ(again.size(), kIdentifySize);
    put(page, 2048, hex("00 00"));
    put(page, 3072, hex("00 00 00 00"));
    EXPECT_EQ(again, page);
}

/// Each byte of a page is in a field that is kept whole, or in none.
TEST(IdentifyController, KeepsEachNamedFieldWhole) {
    const Bytes ones(kIdentifySize, 0xFF);
    const Bytes again = encode(decode_identify_controller(ones));
    for (const FieldRange& field : identify_controller_fields()) {
        const ByteView bytes = slice(again, field.offset, field.length);
        const bool kept =
            std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0xFF; });
        EXPECT_TRUE(kept || all_zero(bytes)) << field.name;
    }
    for (std::size_t offset = 0; offset < kIdentifySize; ++offset) {
        if (field_at(identify_controller_fields(), offset) == nullptr) {
            EXPECT_EQ(again[offset], 0U) << offset;
        }
    }
}

TEST(IdentifyController, ReadsShortPagesAsZero) {
    const IdentifyController id = decode_identify_controller(slice(nvmet_page(), 0, 79));
    EXPECT_EQ(id.cntlid, 0xE9U);
    EXPECT_EQ(id.nn, 0U);
    EXPECT_EQ(id.subsystem_nqn(), "");
    EXPECT_EQ(encode(decode_identify_controller({})), Bytes(kIdentifySize));
}

TEST(IdentifyController, TakesAnUnterminatedNqnWhole) {
    Bytes page = nvmet_page();
    std::fill_n(page.begin() + 768, 256, std::uint8_t{'n'});
    page[1024] = 'x';
    EXPECT_EQ(decode_identify_controller(page).subsystem_nqn(), std::string(256, 'n'));
}

TEST(IdentifyControllerFields, HaveNamesOfTheirOwn) {
    std::set<std::string_view> names;
    for (const FieldRange& field : identify_controller_fields()) {
        EXPECT_TRUE(names.insert(field.name).second) << field.name;
    }
    EXPECT_EQ(find_field(identify_controller_fields(), "SN"), nullptr);
    EXPECT_EQ(find_field(identify_controller_fields(), ""), nullptr);
}

TEST(FieldAt, NamesAByte) {
    const auto fields = identify_controller_fields();
    EXPECT_EQ(field_at(fields, 0)->name, "vid");
    EXPECT_EQ(field_at(fields, 4)->name, "sn");
    EXPECT_EQ(field_at(fields, 23)->name, "sn");
    EXPECT_EQ(field_at(fields, 24)->name, "mn");
    EXPECT_EQ(field_at(fields, 1023)->name, "subnqn");
    EXPECT_EQ(field_at(fields, 103), nullptr) << "reserved";
    EXPECT_EQ(field_at(fields, 3072), nullptr) << "vendor specific";
    EXPECT_EQ(field_at(fields, 100000), nullptr);
    EXPECT_EQ(field_at({}, 0), nullptr);
}

} // namespace
} // namespace haoh::nvme
