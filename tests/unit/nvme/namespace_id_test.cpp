// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/namespace_id.hpp>

#include <haoh/nvme/identify_controller.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

namespace haoh::nvme {
namespace {

/// What nvmet sends: UUID and, with CAP.CSS.IOCSS, the command set.
Bytes nvmet_descriptors() {
    Bytes page(kIdentifySize);
    put(page, 0, hex("03 10 00 00 f81d4fae7dec11d0a76500a0c91e6bf6"));
    put(page, 20, hex("04 01 00 00 00"));
    return page;
}

TEST(IdDescriptors, ReadsAList) {
    const IdDescriptorList list = decode_id_descriptors(nvmet_descriptors());
    EXPECT_EQ(brief(list.problems), Briefs{});
    ASSERT_EQ(list.descriptors.size(), 2U);
    EXPECT_EQ(list.descriptors[0].nidt, 3U);
    EXPECT_EQ(list.find(IdType::uuid), list.descriptors.data());
    EXPECT_EQ(list.find(IdType::csi)->nid, Bytes{0});
    EXPECT_EQ(list.find(IdType::nguid), nullptr);
    EXPECT_EQ(encode(list.descriptors), nvmet_descriptors());
}

TEST(IdDescriptors, MayBeEmpty) {
    const IdDescriptorList list = decode_id_descriptors(Bytes(kIdentifySize));
    EXPECT_TRUE(list.descriptors.empty());
    EXPECT_EQ(brief(list.problems), Briefs{});
    EXPECT_EQ(encode(std::vector<IdDescriptor>{}), Bytes(kIdentifySize));
}

TEST(IdDescriptors, ReadsAllTypes) {
    Bytes page(kIdentifySize);
    put(page, 0, hex("01 08 00 00 002538b711b2c3d4"));
    put(page, 12, hex("02 10 00 00 ef90689c46c44cde96018b6d3a7f1122"));
    put(page, 32, hex("03 10 00 00 f81d4fae7dec11d0a76500a0c91e6bf6"));
    put(page, 52, hex("04 01 00 00 02"));
    const IdDescriptorList list = decode_id_descriptors(page);
    EXPECT_EQ(brief(list.problems), Briefs{});
    EXPECT_EQ(to_hex(list.find(IdType::eui64)->nid), "002538b711b2c3d4");
    EXPECT_EQ(to_hex(list.find(IdType::nguid)->nid), "ef90689c46c44cde96018b6d3a7f1122");
    EXPECT_EQ(list.find(IdType::csi)->nid, Bytes{2});
    EXPECT_EQ(encode(list.descriptors), page);
}

TEST(IdDescriptors, NameALengthThatTheTypeDoesNotHave) {
    Bytes page(kIdentifySize);
    put(page, 0, hex("02 08 00 00 1122334455667788")); // an NGUID of 8 bytes
    put(page, 12, hex("03 10 00 00 f81d4fae7dec11d0a76500a0c91e6bf6"));
    const IdDescriptorList list = decode_id_descriptors(page);
    EXPECT_EQ(brief(list.problems), Briefs{"nidl bad_length @1"});
    EXPECT_EQ(list.problems[0].text, "NGUID descriptor with a length of 8 bytes (must be 16)");
    EXPECT_EQ(list.find(IdType::nguid), nullptr) << "not usable as one";
    EXPECT_NE(list.find(IdType::uuid), nullptr) << "the list is read on";
    EXPECT_EQ(encode(list.descriptors), page);
}

TEST(IdDescriptors, EndAtALengthOfZeroEvenWithAType) {
    Bytes page = nvmet_descriptors();
    put(page, 25, hex("02 00"));
    const IdDescriptorList list = decode_id_descriptors(page);
    EXPECT_EQ(brief(list.problems), Briefs{"nidl bad_length @26"});
    EXPECT_EQ(list.descriptors.size(), 2U);
}

TEST(IdDescriptors, NameZeroIdsButNotAZeroCommandSet) {
    Bytes page(kIdentifySize);
    put(page, 0, hex("01 08 00 00 0000000000000000"));
    put(page, 12, hex("02 10 00 00 00000000000000000000000000000000"));
    put(page, 32, hex("03 10 00 00 00000000000000000000000000000000"));
    put(page, 52, hex("04 01 00 00 00"));
    const IdDescriptorList list = decode_id_descriptors(page);
    EXPECT_EQ(brief(list.problems),
              (Briefs{"nid zero_value @4", "nid zero_value @16", "nid zero_value @36"}));
    EXPECT_EQ(list.problems[1].text, "NGUID descriptor with an all-zero value");
    EXPECT_EQ(list.descriptors.size(), 4U);
}

TEST(IdDescriptors, NameASecondDescriptorOfAType) {
    Bytes page = nvmet_descriptors();
    put(page, 25, hex("03 10 00 00 a81d4fae7dec11d0a76500a0c91e6bf6"));
    const IdDescriptorList list = decode_id_descriptors(page);
    EXPECT_EQ(brief(list.problems), Briefs{"nidt duplicate @25"});
    EXPECT_EQ(list.problems[0].text, "second UUID descriptor");
    EXPECT_EQ(list.find(IdType::uuid), list.descriptors.data()) << "the first one counts";
}

TEST(IdDescriptors, NameReservedBytesAndTypeZero) {
    Bytes page = nvmet_descriptors();
    page[2] = 0x01;
    put(page, 25, hex("00 02 00 00 aa bb"));
    const IdDescriptorList list = decode_id_descriptors(page);
    EXPECT_EQ(brief(list.problems), (Briefs{"reserved reserved_bits @2", "nidt bad_value @25"}));
    EXPECT_EQ(list.descriptors.size(), 3U);
}

TEST(IdDescriptors, KeepTypesThatAreNotKnownYet) {
    Bytes page = nvmet_descriptors();
    put(page, 25, hex("05 04 00 00 01 02 03 04"));
    const IdDescriptorList list = decode_id_descriptors(page);
    EXPECT_EQ(brief(list.problems), Briefs{});
    ASSERT_EQ(list.descriptors.size(), 3U);
    EXPECT_EQ(list.descriptors[2], (IdDescriptor{5, hex("01 02 03 04")}));
}

TEST(IdDescriptors, NameDataBehindTheEnd) {
    Bytes page = nvmet_descriptors();
    page[29] = 0x01; // behind the four zero bytes that end the list
    EXPECT_EQ(brief(decode_id_descriptors(page).problems), Briefs{"list trailing_data @29"});
    page = nvmet_descriptors();
    page[27] = 0x01; // reserved bytes of the end itself
    EXPECT_EQ(brief(decode_id_descriptors(page).problems), Briefs{"list trailing_data @27"});
    page = nvmet_descriptors();
    page[kIdentifySize - 1] = 0x01;
    EXPECT_EQ(brief(decode_id_descriptors(page).problems), Briefs{"list trailing_data @4095"});
    page.push_back(0x01);
    page[kIdentifySize - 1] = 0x00;
    EXPECT_EQ(brief(decode_id_descriptors(page).problems), Briefs{}) << "not part of the page";
}

TEST(IdDescriptors, NameADescriptorThatRunsPastThePage) {
    std::vector<IdDescriptor> filler;
    for (unsigned i = 0; i < 15; ++i) {
        filler.push_back({static_cast<std::uint8_t>(16 + i), Bytes(255, 0x11)});
    }
    Bytes page = encode(filler); // 15 * 259 = 3,885 bytes
    page[3885] = 0x20;
    page[3886] = 0xFF;
    const IdDescriptorList list = decode_id_descriptors(page);
    EXPECT_EQ(brief(list.problems), Briefs{"nidl truncated @3886"});
    EXPECT_EQ(list.descriptors, filler) << "the one that does not fit is left out";
}

TEST(IdDescriptors, MayFillThePage) {
    std::vector<IdDescriptor> filler;
    for (unsigned i = 0; i < 15; ++i) {
        filler.push_back({static_cast<std::uint8_t>(16 + i), Bytes(255, 0x11)});
    }
    filler.push_back({0x40, Bytes(207, 0x22)});
    const IdDescriptorList list = decode_id_descriptors(encode(filler));
    EXPECT_EQ(brief(list.problems), Briefs{});
    EXPECT_EQ(list.descriptors, filler);

    filler.back().nid.resize(205); // two bytes of the page are left: no room for an end
    EXPECT_EQ(brief(decode_id_descriptors(encode(filler)).problems), Briefs{});
    Bytes page = encode(filler);
    page[kIdentifySize - 2] = 0x03;
    EXPECT_EQ(brief(decode_id_descriptors(page).problems), Briefs{"list trailing_data @4094"});
}

TEST(IdDescriptors, NameAPageThatWasCutShort) {
    EXPECT_EQ(brief(decode_id_descriptors({}).problems), Briefs{"list truncated @0"});
    const Bytes page = nvmet_descriptors();
    EXPECT_EQ(brief(decode_id_descriptors(slice(page, 0, 25)).problems),
              Briefs{"list truncated @25"});
    EXPECT_EQ(brief(decode_id_descriptors(slice(page, 0, 29)).problems), Briefs{})
        << "the end of the list came";
    EXPECT_EQ(brief(decode_id_descriptors(slice(page, 0, 10)).problems),
              Briefs{"nidl truncated @1"});
    EXPECT_EQ(brief(decode_id_descriptors(slice(page, 0, 22)).problems),
              Briefs{"list truncated @22"});
}

TEST(IdType, HasNames) {
    EXPECT_EQ(to_string(IdType::eui64), "eui64");
    EXPECT_EQ(to_string(IdType::nguid), "nguid");
    EXPECT_EQ(to_string(IdType::uuid), "uuid");
    EXPECT_EQ(to_string(IdType::csi), "csi");
    EXPECT_EQ(to_string(static_cast<IdType>(9)), "nidt 9");
}

TEST(Uuid, GoesBothWays) {
    const auto uuid = parse_uuid("F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6");
    ASSERT_TRUE(uuid);
    EXPECT_EQ(format_uuid(*uuid), "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
    EXPECT_EQ(parse_uuid("f81d4fae7dec11d0a76500a0c91e6bf6"), uuid);
    EXPECT_EQ(format_uuid(Uuid{}), "00000000-0000-0000-0000-000000000000");
}

TEST(Uuid, IsRefusedWhenMalformed) {
    for (const std::string_view text :
         {"", "f81d4fae", "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
          "f81d4fae-7dec-11d0-a765-00a0c91e6bf61", "f81d4fae7-dec-11d0-a765-00a0c91e6bf6",
          "g81d4fae-7dec-11d0-a765-00a0c91e6bf6", "{f81d4fae-7dec-11d0-a765-00a0c91e6b}",
          "f81d4fae-7dec-11d0-a765_00a0c91e6bf6", "f81d4fae-7dec-11d0-a76500a0c91e6bf6-",
          "f81d4fae7dec11d0a76500a0c91e6b-6"}) {
        EXPECT_EQ(parse_uuid(text), std::nullopt) << text;
    }
}

TEST(NguidAndEui64, AreReadWithSeparatorsBetweenBytes) {
    const auto nguid = parse_nguid("ef90689c-46c4-4cde-9601-8b6d3a7f1122");
    ASSERT_TRUE(nguid);
    EXPECT_EQ(format_nguid(*nguid), "ef90689c46c44cde96018b6d3a7f1122");
    EXPECT_EQ(parse_nguid("EF90689C46C44CDE96018B6D3A7F1122"), nguid);

    const auto eui64 = parse_eui64("00:25:38:b7:11:b2:c3:d4");
    ASSERT_TRUE(eui64);
    EXPECT_EQ(format_eui64(*eui64), "002538b711b2c3d4");
    EXPECT_EQ(parse_eui64("00 25 38 b7 11 b2 c3 d4"), eui64);
}

TEST(NguidAndEui64, AreRefusedWhenMalformed) {
    EXPECT_EQ(parse_eui64(""), std::nullopt);
    EXPECT_EQ(parse_eui64("002538b711b2c3"), std::nullopt);
    EXPECT_EQ(parse_eui64("002538b711b2c3d4d5"), std::nullopt);
    EXPECT_EQ(parse_eui64("0-02538b711b2c3d4"), std::nullopt) << "inside a byte";
    EXPECT_EQ(parse_eui64("0x2538b711b2c3d4"), std::nullopt);
    EXPECT_EQ(parse_nguid("002538b711b2c3d4"), std::nullopt);
    EXPECT_EQ(parse_nguid(std::string(1000, '-')), std::nullopt);
}

TEST(NamespaceIds, AreComparedByValue) {
    NamespaceIds a;
    EXPECT_FALSE(a.any());
    a.uuid = parse_uuid("f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
    EXPECT_TRUE(a.any());
    NamespaceIds b = a;
    EXPECT_EQ(a, b);
    b.csi = 2;
    EXPECT_NE(a, b);
    EXPECT_LT(NamespaceIds{}, a);
}

} // namespace
} // namespace haoh::nvme
