// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/field_text.hpp"

#include <haoh/nvme/fabrics.hpp>
#include <haoh/nvme/identify_namespace.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

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

/// What the specifications have bits in is written bit by bit, and counts are not (Base 2.3, figures
/// of Identify Controller and Identify Namespace; NVM Command Set 1.2, CNS 05h).
TEST(FieldKind, TellsBitsFromNumbersAndTexts) {
    struct Row {
        std::span<const nvme::FieldRange> fields;
        FieldKind kind;
        std::vector<std::string_view> names;
    };
    const auto controller = nvme::identify_controller_fields();
    const auto path = nvme::identify_namespace_fields();
    const auto nvm = nvme::identify_namespace_nvm_fields();
    const auto independent = nvme::identify_namespace_independent_fields();
    const std::vector<Row> rows{
        {controller, FieldKind::text, {"sn", "mn", "fr", "subnqn"}},
        {controller, FieldKind::wide, {"tnvmcap", "unvmcap"}},
        {controller, FieldKind::oui, {"ieee"}},
        {controller,
         FieldKind::flags,
         {"cmic", "oaes", "ctratt", "oacs", "anacap", "oncs", "sgls"}},
        {controller, FieldKind::number, {"cntlid", "mdts", "nn", "mnan", "anatt", "kas", "ioccsz"}},
        {controller, FieldKind::bytes, {"fguid"}},
        {path,
         FieldKind::flags,
         {"nsfeat", "nmic", "flbas", "mc", "dpc", "dps", "rescap", "nsattr"}},
        {path, FieldKind::number, {"nsze", "ncap", "nuse", "nawun", "anagrpid", "nvmsetid"}},
        {path, FieldKind::bytes, {"nguid", "eui64"}},
        {path, FieldKind::format, {"lbaf0", "lbaf1", "lbaf15", "lbaf63"}},
        {path, FieldKind::wide, {"nvmcap"}},
        {nvm, FieldKind::flags, {"lbstm", "pic", "elbaf0", "elbaf63"}},
        {independent, FieldKind::flags, {"nsfeat", "nmic", "rescap", "fpi"}},
        {independent, FieldKind::number, {"anagrpid", "endgid"}},
    };
    for (const Row& row : rows) {
        for (const std::string_view name : row.names) {
            const auto found = std::find_if(row.fields.begin(), row.fields.end(),
                                            [name](const auto& one) { return one.name == name; });
            ASSERT_NE(found, row.fields.end()) << name;
            EXPECT_EQ(field_kind(*found), row.kind) << name;
        }
    }
}

std::string repeated(std::string_view part, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        out += part;
    }
    return out;
}

TEST(FieldText, IsOfTheBytesOfTheFieldAlone) {
    const nvme::Bytes page(nvme::kIdentifySize, 0xAA);
    for (const auto fields :
         {nvme::identify_controller_fields(), nvme::identify_namespace_fields(),
          nvme::identify_namespace_nvm_fields(), nvme::identify_namespace_independent_fields()}) {
        for (const nvme::FieldRange& field : fields) {
            const std::string text = field_text(field, page);
            std::uint64_t number = 0;
            for (std::size_t i = 0; i < std::min<std::size_t>(field.length, 8); ++i) {
                number = number * 256 + 0xAA;
            }
            switch (field_kind(field)) {
            case FieldKind::number:
                EXPECT_EQ(text, std::to_string(number)) << field.name;
                break;
            case FieldKind::flags:
                EXPECT_EQ(text, "0x" + repeated("aa", field.length)) << field.name;
                break;
            case FieldKind::wide:
                EXPECT_EQ(text, "226854911280625642308916404954512140970") << field.name;
                break;
            case FieldKind::text:
                EXPECT_EQ(text, repeated("\\xaa", field.length)) << field.name;
                break;
            case FieldKind::oui:
                EXPECT_EQ(text, "aaaaaa") << field.name;
                break;
            case FieldKind::format:
                EXPECT_EQ(text, "ms 43690, lbads 170, rp 170") << field.name;
                break;
            case FieldKind::bytes:
                EXPECT_EQ(text, repeated("aa", field.length)) << field.name;
                break;
            }
        }
    }
}

TEST(FieldText, WritesAnExtendedFormatBitByBit) {
    nvme::Bytes page(nvme::kIdentifySize);
    for (const nvme::FieldRange& field : nvme::identify_namespace_nvm_fields()) {
        if (field.name == "elbaf0") {
            page[field.offset] = 0x50;
        }
    }
    EXPECT_EQ(text_of(nvme::identify_namespace_nvm_fields(), "elbaf0", page), "0x00000050");
}

TEST(Decimal, WritesNumbersOf128Bits) {
    std::array<std::uint8_t, 16> value{};
    EXPECT_EQ(decimal(value), "0");
    value[0] = 10;
    EXPECT_EQ(decimal(value), "10");
    value.fill(0xFF);
    EXPECT_EQ(decimal(value), "340282366920938463463374607431768211455");
}

TEST(PropertyName, IsThatOfTheRegister) {
    // Base 2.3, figure "Property Definition".
    const std::vector<std::pair<std::uint32_t, std::string>> properties{
        {0x00, "cap"}, {0x08, "vs"}, {0x14, "cc"}, {0x1C, "csts"}, {0x20, "nssr"}, {0x68, "crto"}};
    for (const auto& [offset, name] : properties) {
        EXPECT_EQ(property_name(offset), name);
        EXPECT_EQ(property_offset(name), offset);
        EXPECT_EQ(property_name(offset + 1), fmt::format("0x{:02x}", offset + 1));
    }
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
         {"", "CAP", "0x", "0x0", "0x00", "0x14", "0x0044", "0x100000000", "0x100000044", "44",
          "0xzz", "0x44 ", "0xAB"}) {
        EXPECT_EQ(property_offset(name), std::nullopt) << name;
    }
}

TEST(ParseHexNumber, TakesHexadecimalDigitsOnly) {
    EXPECT_EQ(parse_hex_number("0x0"), 0U);
    EXPECT_EQ(parse_hex_number("0x10"), 16U);
    EXPECT_EQ(parse_hex_number("0xaBcF"), 0xABCFU);
    EXPECT_EQ(parse_hex_number("0xffffffffffffffff"), ~std::uint64_t{0});
    for (const std::string_view text :
         {"", "0x", "ff", "0xg", "0x1 ", "0x10000000000000000", "0x-1", "0X1", " 0x1"}) {
        EXPECT_EQ(parse_hex_number(text), std::nullopt) << text;
    }
}

} // namespace
} // namespace haoh::model
