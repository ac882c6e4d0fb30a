// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/nvme/pdu_stream.hpp"

namespace haoh::nvme {
namespace {

TEST(PduReader, DoesNotMindHowTheStreamIsCut) {
    const PduFormat format = with_digests(true, true);
    Bytes stream;
    std::vector<Pdu> sent;
    for (const Pdu& pdu : some_of_each()) {
        if (from_controller(pdu)) {
            put(stream, stream.size(), encode(pdu, format));
            sent.push_back(pdu);
        }
    }
    for (const std::size_t chunk : {1U, 2U, 7U, 8U, 23U, 24U, 28U, 100U, 10000U}) {
        PduReader reader(kToHost, kMaxData);
        reader.set_format(format);
        std::vector<Pdu> got;
        for (std::size_t offset = 0; offset < stream.size(); offset += chunk) {
            reader.feed(slice(stream, offset, chunk));
            while (auto item = reader.next()) {
                ASSERT_TRUE(std::holds_alternative<Pdu>(*item));
                got.push_back(std::get<Pdu>(std::move(*item)));
            }
        }
        EXPECT_EQ(got, sent) << chunk;
        EXPECT_EQ(reader.pending(), 0U);
    }
}

TEST(PduReader, TellsWhatIsPending) {
    PduReader reader(kToHost, kMaxData);
    EXPECT_EQ(reader.pending(), 0U);
    Bytes stream = capsule_resp();
    put(stream, stream.size(), hex("05 00 18"));
    reader.feed(stream);
    EXPECT_TRUE(reader.next().has_value());
    EXPECT_FALSE(reader.next().has_value());
    EXPECT_EQ(reader.pending(), 3U);
}

TEST(PduReader, ChangesTheFormatBetweenPdus) {
    PduReader reader(kToHost, kMaxData);
    reader.feed(ic_resp());
    ASSERT_TRUE(reader.next().has_value());
    const PduFormat format = with_digests(true, false);
    reader.set_format(format);
    CapsuleResp response;
    response.cqe.fill(1);
    reader.feed(encode(response, format));
    const auto item = reader.next();
    ASSERT_TRUE(item.has_value());
    EXPECT_EQ(std::get<Pdu>(*item), Pdu(response));
}

struct BadHeader {
    const char* name;
    bool to_host;
    Bytes bytes;
    std::uint32_t fei;
    const char* text;
};

class BadHeaders : public testing::TestWithParam<BadHeader> {};

TEST_P(BadHeaders, AreRefusedAtOnce) {
    const BadHeader& bad = GetParam();
    const PduError error = read_error(bad.bytes, bad.to_host);
    EXPECT_EQ(error.fes, Fes::invalid_header_field);
    EXPECT_EQ(error.fei, bad.fei);
    EXPECT_EQ(error.text, bad.text);
    EXPECT_EQ(error.header, Bytes(bad.bytes.begin(), bad.bytes.begin() + 8));
    EXPECT_FALSE(error.data_digest);
}

INSTANTIATE_TEST_SUITE_P(
    PduReader, BadHeaders,
    testing::Values(
        BadHeader{"UndefinedType", kToHost, hex("08 00 18 00 18 00 00 00"), 0,
                  "undefined PDU type 08h"},
        BadHeader{"VeryUndefinedType", kToController, hex("ff 00 18 00 18 00 00 00"), 0,
                  "undefined PDU type FFh"},
        BadHeader{"HttpInsteadOfNvme", kToHost, hex("48 54 54 50 2f 31 2e 31"), 0,
                  "undefined PDU type 48h"},
        BadHeader{"CommandToTheHost", kToHost, hex("04 00 48 00 48 00 00 00"), 0,
                  "CapsuleCmd PDU that only a host may send"},
        BadHeader{"ResponseToTheController", kToController, hex("05 00 18 00 18 00 00 00"), 0,
                  "CapsuleResp PDU that only a controller may send"},
        BadHeader{"C2HDataToTheController", kToController, hex("07 00 18 18 1c 00 00 00"), 0,
                  "C2HData PDU that only a controller may send"},
        BadHeader{"HeaderDigestFlag", kToHost, hex("05 01 18 00 1c 00 00 00"), 1,
                  "CapsuleResp PDU with a header digest flag"},
        BadHeader{"DataDigestFlag", kToHost, hex("07 02 18 18 20 00 00 00"), 1,
                  "C2HData PDU with a data digest flag"},
        BadHeader{"DataDigestFlagWithoutData", kToHost, hex("05 02 18 00 18 00 00 00"), 1,
                  "CapsuleResp PDU with a data digest flag and no data"},
        BadHeader{"SuccessThatIsNotLast", kToHost, hex("07 08 18 18 1c 00 00 00"), 1,
                  "C2HData PDU with the SUCCESS flag and without LAST_PDU"},
        BadHeader{"HlenZero", kToHost, hex("05 00 00 00 18 00 00 00"), 2,
                  "CapsuleResp PDU with a header length of 0 bytes (must be 24)"},
        BadHeader{"HlenOfAnotherType", kToController, hex("04 00 18 00 48 00 00 00"), 2,
                  "CapsuleCmd PDU with a header length of 24 bytes (must be 72)"},
        BadHeader{"DataInsideTheHeader", kToHost, hex("07 00 18 14 1c 00 00 00"), 3,
                  "C2HData PDU with its data at offset 20 (must be 24 or more, a multiple of 4)"},
        BadHeader{"DataNotAligned", kToHost, hex("07 00 18 1a 20 00 00 00"), 3,
                  "C2HData PDU with its data at offset 26 (must be 24 or more, a multiple of 4)"},
        BadHeader{"DataBehindThePdu", kToHost, hex("07 00 18 1c 1c 00 00 00"), 3,
                  "C2HData PDU with its data at offset 28 of 28 bytes"},
        BadHeader{"PlenZero", kToHost, hex("07 00 18 18 00 00 00 00"), 4,
                  "C2HData PDU with a length of 0 bytes (its header alone has 24)"},
        BadHeader{"PlenBelowHlen", kToController, hex("04 00 48 00 47 00 00 00"), 4,
                  "CapsuleCmd PDU with a length of 71 bytes (its header alone has 72)"},
        BadHeader{"PlenTooLongForAResponse", kToHost, hex("05 00 18 00 19 00 00 00"), 4,
                  "CapsuleResp PDU with a length of 25 bytes (must be 24)"},
        BadHeader{"PlenTooShortForIcResp", kToHost, hex("01 00 80 00 7f 00 00 00"), 4,
                  "ICResp PDU with a length of 127 bytes (its header alone has 128)"},
        BadHeader{"ResponseOf4GiB", kToHost, hex("05 00 18 00 ff ff ff ff"), 4,
                  "CapsuleResp PDU with a length of 4294967295 bytes (must be 24)"},
        BadHeader{"CommandOf4GiB", kToController, hex("04 00 48 48 ff ff ff ff"), 4,
                  "CapsuleCmd PDU with a length of 4294967295 bytes (at most 8264 may come)"},
        BadHeader{"TerminationOf4GiB", kToHost, hex("03 00 18 00 ff ff ff ff"), 4,
                  "C2HTermReq PDU with a length of 4294967295 bytes (at most 152 may come)"}),
    [](const testing::TestParamInfo<BadHeader>& tested) { return tested.param.name; });

TEST(PduReader, RefusesTooMuchDataForItsDirection) {
    const PduError to_host = read_error(hex("07 00 18 18 ff ff ff ff"), kToHost);
    EXPECT_EQ(to_host.fes, Fes::data_out_of_range);
    EXPECT_EQ(to_host.fei, 4U);
    EXPECT_EQ(to_host.text,
              "C2HData PDU with a length of 4294967295 bytes (at most 8216 may come)");
    const PduError to_controller = read_error(hex("06 00 18 18 ff ff ff ff"), kToController);
    EXPECT_EQ(to_controller.fes, Fes::r2t_limit_exceeded) << "data transfer limit exceeded";
}

TEST(PduReader, AcceptsExactlyTheDataThatMayCome) {
    const DataPdu most{.cccid = 1, .last = true, .data = Bytes(kMaxData, 0x77)};
    EXPECT_EQ(read_one<DataPdu>(encode(most, {}), kToHost), most);
    const DataPdu more{.cccid = 1, .last = true, .data = Bytes(kMaxData + 1, 0x77)};
    EXPECT_EQ(read_error(encode(more, {}), kToHost).text,
              "C2HData PDU with a length of 8217 bytes (at most 8216 may come)");
}

TEST(PduReader, ReportsTheLowestWrongField) {
    EXPECT_EQ(read_error(hex("04 ff 00 00 00 00 00 00"), kToHost).fei, 0U);
    EXPECT_EQ(read_error(hex("07 01 00 00 00 00 00 00"), kToHost).fei, 1U);
    EXPECT_EQ(read_error(hex("07 00 00 00 00 00 00 00"), kToHost).fei, 2U);
    EXPECT_EQ(read_error(hex("07 00 18 00 ff ff ff ff"), kToHost).fei, 3U);
}

TEST(PduReader, RefusesAlignmentsThatCannotBe) {
    Bytes bytes = ic_resp();
    bytes[10] = 31;
    EXPECT_EQ(read_one<IcResp>(bytes, kToHost).cpda, 31U);
    bytes[10] = 32;
    const PduError error = read_error(bytes, kToHost);
    EXPECT_EQ(error.fes, Fes::invalid_header_field);
    EXPECT_EQ(error.fei, 10U);
    EXPECT_EQ(error.text, "ICResp PDU with a data alignment of 33 dwords (at most 32 are allowed)");
    EXPECT_EQ(error.header.size(), 128U);
}

TEST(PduReader, HoldsDataToTheAlignmentThatWasAskedFor) {
    const DataPdu pdu{.from_host = true, .cccid = 1, .ttag = 2, .data = Bytes(10)};
    PduFormat format;
    format.receive_alignment = 16;
    const PduError error = read_error(encode(pdu, format), kToController, format);
    EXPECT_EQ(error.fei, 3U);
    EXPECT_EQ(error.text,
              "H2CData PDU with its data at offset 24 (must be 24 or more, a multiple of 16)");
    format.data_alignment = 16;
    EXPECT_EQ(read_one<DataPdu>(encode(pdu, format), kToController, format), pdu);
}

TEST(PduReader, ComparesTheTwoLengthsOfData) {
    Bytes bytes = c2h_data();
    bytes[16] = 5;
    const PduError error = read_error(bytes, kToHost);
    EXPECT_EQ(error.fes, Fes::invalid_header_field);
    EXPECT_EQ(error.fei, 16U);
    EXPECT_EQ(error.text, "C2HData PDU that announces 5 bytes of data and holds 4");
    EXPECT_EQ(error.header, Bytes(bytes.begin(), bytes.begin() + 24));
}

TEST(PduReader, JudgesHeadersBeforeDataComes) {
    Bytes bytes = c2h_data();
    bytes[16] = 5;
    bytes.resize(24);
    EXPECT_EQ(read_error(bytes, kToHost).fei, 16U);

    PduFormat format = with_digests(true, true);
    Bytes digest = encode(DataPdu{.cccid = 1, .data = Bytes(4096)}, format);
    digest[24] ^= 1U;
    digest.resize(28);
    EXPECT_EQ(read_error(digest, kToHost, format).fes, Fes::header_digest_error);
}

TEST(PduReader, WantsTheDigestsThatWereAgreed) {
    const PduFormat both = with_digests(true, true);
    EXPECT_EQ(read_error(capsule_resp(), kToHost, both).text,
              "CapsuleResp PDU without the header digest");
    const Bytes header_only =
        encode(DataPdu{.cccid = 1, .data = Bytes(4)}, with_digests(true, false));
    EXPECT_EQ(read_error(header_only, kToHost, both).text, "C2HData PDU without the data digest");
    EXPECT_EQ(read_error(header_only, kToHost, both).fei, 1U);
    EXPECT_EQ(read_all(ic_resp(), kToHost, both).size(), 1U) << "ICResp has none, ever";
}

TEST(PduReader, FindsEachFlippedBitUnderTheHeaderDigest) {
    const PduFormat format = with_digests(true, false);
    const Bytes good = encode(R2t{.cccid = 1, .ttag = 2, .r2to = 3, .r2tl = 4}, format);
    for (std::size_t bit = 64; bit < good.size() * 8; ++bit) {
        Bytes bad = good;
        bad[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        const PduError error = read_error(bad, kToHost, format);
        EXPECT_EQ(error.fes, Fes::header_digest_error) << bit;
        EXPECT_EQ(error.fei, load_le<std::uint32_t>(bad, 24)) << "the digest that came";
        EXPECT_EQ(error.header.size(), 24U);
    }
}

TEST(PduReader, GoesOnAfterAWrongDataDigest) {
    const PduFormat format = with_digests(true, true);
    const DataPdu data{.cccid = 9, .last = true, .data = Bytes(100, 0x12)};
    Bytes stream = encode(data, format);
    stream[50] ^= 0x80U;
    put(stream, stream.size(), encode(data, format));
    const std::vector<Item> items = read_all(stream, kToHost, format);
    ASSERT_EQ(items.size(), 2U);
    const auto& error = std::get<PduError>(items[0]);
    EXPECT_TRUE(error.data_digest);
    EXPECT_EQ(load_le<std::uint16_t>(error.header, 8), 9U) << "tells which command failed";
    EXPECT_NE(error.text.find("C2HData PDU with the data digest"), std::string::npos);
    EXPECT_EQ(std::get<Pdu>(items[1]), Pdu(data));
}

TEST(PduReader, EndsAtTheFirstOtherError) {
    PduReader reader(kToHost, kMaxData);
    Bytes stream = hex("08 00 18 00 18 00 00 00");
    put(stream, 8, capsule_resp());
    reader.feed(stream);
    EXPECT_TRUE(std::holds_alternative<PduError>(*reader.next()));
    EXPECT_FALSE(reader.next().has_value());
    EXPECT_EQ(reader.pending(), 0U);
    reader.feed(capsule_resp());
    EXPECT_FALSE(reader.next().has_value());
    EXPECT_EQ(reader.pending(), 0U) << "nothing is held any more";
}

TEST(PduReader, TellsWhenATerminationRequestIsTheMalformedOne) {
    EXPECT_TRUE(read_error(hex("03 00 18 00 17 00 00 00"), kToHost).termination);
    EXPECT_TRUE(read_error(hex("02 00 10 00 18 00 00 00"), kToController).termination);
    EXPECT_FALSE(read_error(hex("05 00 18 00 17 00 00 00"), kToHost).termination);
}

TEST(PduReader, WaitsForEachPartOfAHeader) {
    const Bytes bytes = c2h_data();
    PduReader reader(kToHost, kMaxData);
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        reader.feed(slice(bytes, i, 1));
        EXPECT_FALSE(reader.next().has_value()) << i;
        EXPECT_EQ(reader.pending(), i + 1);
    }
    reader.feed(slice(bytes, bytes.size() - 1, 1));
    EXPECT_TRUE(reader.next().has_value());
}

} // namespace
} // namespace haoh::nvme
