// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/field.hpp>

#include <haoh/error.hpp>
#include <haoh/nvme/ana_log.hpp>
#include <haoh/nvme/discovery_log.hpp>
#include <haoh/nvme/namespace_id.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haoh::arraysim {
namespace {

using nvme::Bytes;
using testing::HasSubstr;

Bytes field_of(AnswerKind kind, std::string_view field, const Bytes& answer) {
    const auto place = find_in_answer(kind, field, answer);
    if (!place) {
        return {};
    }
    const auto view = nvme::slice(answer, place->offset, place->length);
    return {view.begin(), view.end()};
}

TEST(Field, NumbersAreLittleEndianAndMustFit) {
    EXPECT_EQ(encode_field("nn", 4, std::uint64_t{0x1234}), (Bytes{0x34, 0x12, 0, 0}));
    EXPECT_EQ(encode_field("ieee", 3, std::uint64_t{0x026861}), (Bytes{0x61, 0x68, 0x02}));
    EXPECT_THROW((void)encode_field("cmic", 1, std::uint64_t{256}), Error);
}

TEST(Field, TextsArePaddedAsTheirFieldDemands) {
    EXPECT_EQ(encode_field("fr", 8, std::string("1.0")),
              (Bytes{'1', '.', '0', ' ', ' ', ' ', ' ', ' '}));
    const Bytes nqn = encode_field("subnqn", 256, std::string("nqn"));
    EXPECT_EQ(nqn.size(), 256U);
    EXPECT_EQ(nqn[3], 0);
    EXPECT_THROW((void)encode_field("fr", 8, std::string("longer than 8")), Error);
}

TEST(Field, OtherTextsAreHexadecimalInWireOrder) {
    EXPECT_EQ(encode_field("lbaf0", 4, std::string("08 00 09 00")), (Bytes{8, 0, 9, 0}));
    try {
        (void)encode_field("lbaf0", 4, std::string("08 00"));
        FAIL() << "2 bytes for a field of 4";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("2 hexadecimal bytes for a field of 4"));
    }
    EXPECT_THROW((void)encode_field("nguid", 16, std::string("zz")), Error);
}

TEST(Field, KnowsTheFieldsOfEveryAnswerWithNames) {
    EXPECT_EQ(field_size(AnswerKind::identify_controller, "sn"), 20U);
    EXPECT_EQ(field_size(AnswerKind::identify_namespace, "nsze"), 8U);
    EXPECT_EQ(field_size(AnswerKind::nvm, "elbaf0"), 4U);
    EXPECT_EQ(field_size(AnswerKind::independent, "nstat"), 1U);
    EXPECT_EQ(field_size(AnswerKind::ana_log, "nagd"), 2U);
    EXPECT_EQ(field_size(AnswerKind::ana_log, "group[7].nsid[3]"), 4U);
    EXPECT_EQ(field_size(AnswerKind::discovery_log, "entry[0].treq"), 1U);
    EXPECT_EQ(field_size(AnswerKind::descriptors, "descriptor[0].nidl"), 1U);
    EXPECT_FALSE(field_size(AnswerKind::identify_controller, "nsze"));
    for (const char* const bad : {"group", "group[x].agid", "group[0]", "group[0].nsid[1].x",
                                  "group]0[.agid", "entry[0].agid", "group[0]agid"}) {
        EXPECT_FALSE(field_size(AnswerKind::ana_log, bad)) << bad;
    }
}

TEST(Field, FindsTheFieldsOfAnAnaLog) {
    nvme::AnaLog log;
    log.chgc = 5;
    log.nagd = 2;
    log.groups.push_back(
        {.agid = 1, .chgc = 2, .state = {}, .state_byte = 0x01, .nsids = {10, 11, 12}});
    log.groups.push_back(
        {.agid = 9, .chgc = 3, .state = nvme::AnaState::change, .state_byte = 0x0F, .nsids = {77}});
    const Bytes bytes = nvme::encode(log);
    EXPECT_EQ(field_of(AnswerKind::ana_log, "chgc", bytes), (Bytes{5, 0, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(field_of(AnswerKind::ana_log, "group[0].nsid[2]", bytes), (Bytes{12, 0, 0, 0}));
    EXPECT_EQ(field_of(AnswerKind::ana_log, "group[1].agid", bytes), (Bytes{9, 0, 0, 0}));
    EXPECT_EQ(field_of(AnswerKind::ana_log, "group[1].state", bytes), (Bytes{0x0F}));
    EXPECT_EQ(field_of(AnswerKind::ana_log, "group[1].nsid[0]", bytes), (Bytes{77, 0, 0, 0}));
    EXPECT_FALSE(find_in_answer(AnswerKind::ana_log, "group[1].nsid[1]", bytes));
    EXPECT_FALSE(find_in_answer(AnswerKind::ana_log, "group[2].agid", bytes));
}

TEST(Field, FindsTheFieldsOfDescriptorsAndDiscoveryEntries) {
    const Bytes page = nvme::encode(std::vector<nvme::IdDescriptor>{
        {.nidt = 1, .nid = Bytes(8, 0xAA)}, {.nidt = 4, .nid = {0}}});
    EXPECT_EQ(field_of(AnswerKind::descriptors, "descriptor[0].nid", page), Bytes(8, 0xAA));
    EXPECT_EQ(field_of(AnswerKind::descriptors, "descriptor[1].nidt", page), Bytes{4});

    nvme::DiscoveryLog log;
    log.genctr = 7;
    log.entries.resize(2);
    log.entries[1].portid = 0x0102;
    const Bytes bytes = nvme::encode(log);
    EXPECT_EQ(field_of(AnswerKind::discovery_log, "entry[1].portid", bytes), (Bytes{2, 1}));
    EXPECT_FALSE(find_in_answer(AnswerKind::discovery_log, "entry[2].portid", bytes));
    EXPECT_FALSE(
        find_in_answer(AnswerKind::discovery_log, "entry[18446744073709551615].portid", bytes));
}

TEST(Field, HexadecimalBytesMayBeSeparatedBetweenBytesOnly) {
    EXPECT_EQ(parse_hex_bytes("00 11:22-33"), (Bytes{0x00, 0x11, 0x22, 0x33}));
    EXPECT_EQ(parse_hex_bytes(""), Bytes{});
    EXPECT_FALSE(parse_hex_bytes("0 0"));
    EXPECT_FALSE(parse_hex_bytes("123"));
    EXPECT_FALSE(parse_hex_bytes("0x12"));
}

} // namespace
} // namespace haoh::arraysim
