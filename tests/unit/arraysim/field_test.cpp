// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arraysim/protocol/field.hpp>

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
    EXPECT_EQ(field_size(AnswerKind::nvm_controller, "dmrsl"), 4U);
    EXPECT_EQ(field_size(AnswerKind::firmware_log, "frs7"), 8U);
    EXPECT_EQ(encode_field("frs2", 8, std::string("2.0")),
              (Bytes{'2', '.', '0', ' ', ' ', ' ', ' ', ' '}));
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

TEST(Field, LiesWhereTheSpecificationHasIt) {
    struct Place {
        AnswerKind kind;
        const char* field;
        std::size_t offset;
        std::size_t length;
    };
    // Base 2.3: ANA log, Discovery log, Namespace Identification Descriptors.
    constexpr auto kAna = AnswerKind::ana_log;
    constexpr auto kDiscovery = AnswerKind::discovery_log;
    constexpr auto kDescriptors = AnswerKind::descriptors;
    const Place places[] = {
        {kAna, "chgc", 0, 8},
        {kAna, "nagd", 8, 2},
        {kAna, "group[0].agid", 16, 4},
        {kAna, "group[0].nnv", 20, 4},
        {kAna, "group[0].chgc", 24, 8},
        {kAna, "group[0].state", 32, 1},
        {kAna, "group[0].reserved", 33, 15},
        {kAna, "group[0].nsid[0]", 48, 4},
        {kAna, "group[0].nsid[1]", 52, 4},
        {kAna, "group[1].agid", 56, 4},
        {kAna, "group[1].nsid[0]", 88, 4},
        {kDiscovery, "genctr", 0, 8},
        {kDiscovery, "numrec", 8, 8},
        {kDiscovery, "recfmt", 16, 2},
        {kDiscovery, "entry[0].trtype", 1024, 1},
        {kDiscovery, "entry[0].adrfam", 1025, 1},
        {kDiscovery, "entry[0].subtype", 1026, 1},
        {kDiscovery, "entry[0].treq", 1027, 1},
        {kDiscovery, "entry[0].portid", 1028, 2},
        {kDiscovery, "entry[0].cntlid", 1030, 2},
        {kDiscovery, "entry[0].asqsz", 1032, 2},
        {kDiscovery, "entry[0].eflags", 1034, 2},
        {kDiscovery, "entry[0].trsvcid", 1024 + 32, 32},
        {kDiscovery, "entry[0].subnqn", 1024 + 256, 256},
        {kDiscovery, "entry[0].traddr", 1024 + 512, 256},
        {kDiscovery, "entry[0].tsas", 1024 + 768, 256},
        {kDiscovery, "entry[1].tsas", 2048 + 768, 256},
        {kDescriptors, "descriptor[0].nidt", 0, 1},
        {kDescriptors, "descriptor[0].nidl", 1, 1},
        {kDescriptors, "descriptor[0].nid", 4, 16},
        {kDescriptors, "descriptor[1].nidt", 20, 1},
        {kDescriptors, "descriptor[1].nid", 24, 1},
    };
    const Bytes ana = nvme::encode(nvme::AnaLog{
        .nagd = 2, .groups = {{.agid = 1, .nsids = {1, 2}}, {.agid = 2, .nsids = {3}}}});
    nvme::DiscoveryLog log;
    log.entries.resize(2);
    const Bytes discovery = nvme::encode(log);
    const Bytes ids = nvme::encode(std::vector<nvme::IdDescriptor>{
        {.nidt = 3, .nid = Bytes(16, 0xAA)}, {.nidt = 4, .nid = {0}}});
    for (const Place& place : places) {
        const Bytes& answer = place.kind == kAna ? ana : place.kind == kDiscovery ? discovery : ids;
        const auto found = find_in_answer(place.kind, place.field, answer);
        ASSERT_TRUE(found) << place.field;
        EXPECT_EQ(found->offset, place.offset) << place.field;
        EXPECT_EQ(found->length, place.length) << place.field;
        // There it is as long as all of the answer is there.
        Bytes cut(answer.begin(),
                  answer.begin() + static_cast<std::ptrdiff_t>(place.offset + place.length));
        EXPECT_TRUE(find_in_answer(place.kind, place.field, cut)) << place.field;
        cut.pop_back();
        EXPECT_FALSE(find_in_answer(place.kind, place.field, cut)) << place.field;
        const bool any_length = std::string_view(place.field).ends_with(".nid");
        EXPECT_EQ(field_size(place.kind, place.field), any_length ? 0 : place.length);
    }
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
