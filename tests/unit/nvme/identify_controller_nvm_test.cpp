// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/identify_controller_nvm.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

namespace haoh::nvme {
namespace {

TEST(IdentifyControllerNvm, ReadsEachFieldWhereItIs) {
    Bytes page(kIdentifySize);
    put(page, 0, hex("01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18"));
    const IdentifyControllerNvm id = decode_identify_controller_nvm(page);
    EXPECT_EQ(id.vsl, 0x01);
    EXPECT_EQ(id.wzsl, 0x02);
    EXPECT_EQ(id.wusl, 0x03);
    EXPECT_EQ(id.dmrl, 0x04);
    EXPECT_EQ(id.dmrsl, 0x08070605U);
    EXPECT_EQ(id.dmsl, 0x100F0E0D0C0B0A09U);
    EXPECT_EQ(id.kpiocap, 0x11);
    EXPECT_EQ(id.wzdsl, 0x12);
    EXPECT_EQ(id.aocs, 0x1413);
    EXPECT_EQ(id.ver, 0x18171615U);
    EXPECT_EQ(encode(id), page);
}

TEST(IdentifyControllerNvm, ReadsShortPagesAsZero) {
    const IdentifyControllerNvm id = decode_identify_controller_nvm(hex("00 05 00 40 00 20"));
    EXPECT_EQ(id.wzsl, 5);
    EXPECT_EQ(id.dmrl, 0x40);
    EXPECT_EQ(id.dmrsl, 0x2000U);
    EXPECT_EQ(id.dmsl, 0U);
    EXPECT_EQ(encode(decode_identify_controller_nvm({})), Bytes(kIdentifySize));
}

TEST(IdentifyControllerNvm, NamesItsFields) {
    const auto fields = identify_controller_nvm_fields();
    ASSERT_EQ(fields.size(), 10U);
    EXPECT_EQ(find_field(fields, "wzsl")->offset, 1);
    EXPECT_EQ(find_field(fields, "dmrsl")->length, 4);
    EXPECT_EQ(field_at(fields, 15)->name, "dmsl");
    EXPECT_EQ(field_at(fields, 23)->name, "ver");
    EXPECT_EQ(field_at(fields, 24), nullptr);
}

} // namespace
} // namespace haoh::nvme
