// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/field_text.hpp"

#include <haoh/nvme/fabrics.hpp>
#include <haoh/nvme/identify_namespace.hpp>

#include <gmock/gmock.h>

namespace haoh::model {
namespace {

std::string text_of(std::span<const nvme::FieldRange> fields, std::string_view name,
                    nvme::ByteView page) {
    for (const nvme::FieldRange& field : fields) {
        if (field.name == name) {
            return field_text(field, page);
        }
    }
    return "no such field";
}

TEST(FieldText, WritesAControllerFieldAsItIsMeant) {
    nvme::IdentifyController id;
    id.sn = {'S', '1', 0x07, ' ', ' '};
    id.ieee = {0xE0, 0x37, 0xA9};
    id.cmic = 0x0B;
    id.cntlid = 1001;
    id.oncs = 0x2D;
    id.tnvmcap = {0, 0, 0, 0, 0, 0, 0, 0, 1};
    id.fguid = {0xAB};
    const nvme::Bytes page = nvme::encode(id);
    const auto fields = nvme::identify_controller_fields();
    EXPECT_EQ(text_of(fields, "sn", page), "S1\\x07");
    EXPECT_EQ(text_of(fields, "ieee", page), "a937e0");
    EXPECT_EQ(text_of(fields, "cmic", page), "0x0b");
    EXPECT_EQ(text_of(fields, "cntlid", page), "1001");
    EXPECT_EQ(text_of(fields, "oncs", page), "0x002d");
    EXPECT_EQ(text_of(fields, "tnvmcap", page), "18446744073709551616");
    EXPECT_EQ(text_of(fields, "fguid", page), "ab000000000000000000000000000000");
}

TEST(FieldText, WritesANamespaceFieldAsItIsMeant) {
    nvme::IdentifyNamespace id;
    id.nsze = ~std::uint64_t{0};
    id.eui64 = {1, 2, 3, 4, 5, 6, 7, 8};
    id.lbaf[1] = {.ms = 8, .lbads = 12, .rp = 2};
    const nvme::Bytes page = nvme::encode(id);
    const auto fields = nvme::identify_namespace_fields();
    EXPECT_EQ(text_of(fields, "nsze", page), "18446744073709551615");
    EXPECT_EQ(text_of(fields, "eui64", page), "0102030405060708");
    EXPECT_EQ(text_of(fields, "lbaf1", page), "ms 8, lbads 12, rp 2");
}

TEST(FieldText, ReadsWhatIsMissingAsZero) {
    EXPECT_EQ(text_of(nvme::identify_controller_fields(), "fguid", {}), std::string(32, '0'));
    EXPECT_EQ(text_of(nvme::identify_controller_fields(), "nn", {}), "0");
    EXPECT_EQ(text_of(nvme::identify_controller_fields(), "tnvmcap", {}), "0");
}

TEST(FieldKind, OfEveryFieldFitsItsLength) {
    for (const auto fields :
         {nvme::identify_controller_fields(), nvme::identify_namespace_fields(),
          nvme::identify_namespace_nvm_fields(), nvme::identify_namespace_independent_fields()}) {
        for (const nvme::FieldRange& field : fields) {
            switch (field_kind(field)) {
            case FieldKind::number:
            case FieldKind::flags:
                EXPECT_LE(field.length, 8) << field.name;
                break;
            case FieldKind::wide:
                EXPECT_EQ(field.length, 16) << field.name;
                break;
            case FieldKind::oui:
                EXPECT_EQ(field.length, 3) << field.name;
                break;
            case FieldKind::format:
                EXPECT_EQ(field.length, 4) << field.name;
                break;
            case FieldKind::text:
            case FieldKind::bytes:
                EXPECT_GE(field.length, 8) << field.name;
                break;
            }
        }
    }
}

TEST(Decimal, WritesNumbersOf128Bits) {
    std::array<std::uint8_t, 16> value{};
    EXPECT_EQ(decimal(value), "0");
    value[0] = 10;
    EXPECT_EQ(decimal(value), "10");
    value.fill(0xFF);
    EXPECT_EQ(decimal(value), "340282366920938463463374607431768211455");
}

TEST(PropertyName, IsReadBack) {
    for (const std::uint32_t offset :
         {0U, 8U, 0x14U, 0x1CU, 0x20U, 0x68U, 4U, 0x3CU, 0xFFFFFFFFU}) {
        EXPECT_EQ(property_offset(property_name(offset)), offset);
    }
    EXPECT_EQ(property_name(nvme::property::cap), "cap");
    EXPECT_EQ(property_name(0x44), "0x44");
}

TEST(PropertyName, ThatIsNoneIsRefused) {
    for (const std::string_view name :
         {"", "CAP", "0x", "0x0", "0x00", "0x14", "0x0044", "0x100000000", "44", "0xzz", "0x44 "}) {
        EXPECT_EQ(property_offset(name), std::nullopt) << name;
    }
}

TEST(ParseHexNumber, TakesHexadecimalDigitsOnly) {
    EXPECT_EQ(parse_hex_number("0x0"), 0U);
    EXPECT_EQ(parse_hex_number("0xffffffffffffffff"), ~std::uint64_t{0});
    for (const std::string_view text :
         {"", "0x", "ff", "0xg", "0x1 ", "0x10000000000000000", "0x-1", "0X1", " 0x1"}) {
        EXPECT_EQ(parse_hex_number(text), std::nullopt) << text;
    }
}

} // namespace
} // namespace haoh::model
