// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/nvme/pdu_stream.hpp"

namespace haoh::nvme {
namespace {

TEST(Pdu, ReadsIcReq) {
    const auto pdu = read_one<IcReq>(ic_req(), kToController);
    EXPECT_EQ(pdu, (IcReq{.pfv = 0, .hpda = 7, .dgst = 3, .maxr2t = 15}));
    EXPECT_EQ(encode(pdu, {}), ic_req());
    EXPECT_EQ(encode(pdu, with_digests(true, true)), ic_req()) << "without digests, always";
}

TEST(Pdu, ReadsIcResp) {
    const auto pdu = read_one<IcResp>(ic_resp(), kToHost);
    EXPECT_EQ(pdu, (IcResp{.pfv = 0, .cpda = 0, .dgst = 1, .maxh2cdata = 0x20000}));
    EXPECT_EQ(encode(pdu, {}), ic_resp());
}

TEST(Pdu, ReadsCapsuleResp) {
    const auto pdu = read_one<CapsuleResp>(capsule_resp(), kToHost);
    EXPECT_EQ(decode_cqe(pdu.cqe).cid, 0x11U);
    EXPECT_EQ(decode_cqe(pdu.cqe).sqhd, 3U);
    EXPECT_EQ(encode(pdu, {}), capsule_resp());
}

TEST(Pdu, ReadsC2HData) {
    const auto pdu = read_one<DataPdu>(c2h_data(), kToHost);
    EXPECT_EQ(pdu, (DataPdu{.from_host = false,
                            .cccid = 17,
                            .ttag = 0,
                            .datao = 4096,
                            .last = true,
                            .success = false,
                            .data = hex("deadbeef")}));
    EXPECT_EQ(encode(pdu, {}), c2h_data());
}

TEST(Pdu, ReadsH2CData) {
    const Bytes bytes = hex("06 00 18 20 24 00 00 00"
                            "11 00 22 00 00 10 00 00 04 00 00 00 00 00 00 00"
                            "00 00 00 00 00 00 00 00" // padding to a multiple of 32
                            "de ad be ef");
    PduFormat format;
    format.data_alignment = 32;
    format.receive_alignment = 32;
    const auto pdu = read_one<DataPdu>(bytes, kToController, format);
    EXPECT_EQ(pdu, (DataPdu{.from_host = true,
                            .cccid = 17,
                            .ttag = 34,
                            .datao = 4096,
                            .last = false,
                            .success = false,
                            .data = hex("deadbeef")}));
    EXPECT_EQ(encode(pdu, format), bytes);
}

TEST(Pdu, ReadsR2t) {
    const Bytes bytes = hex("09 00 18 00 18 00 00 00"
                            "11 00 22 00 00 10 00 00 00 20 00 00 00 00 00 00");
    const auto pdu = read_one<R2t>(bytes, kToHost);
    EXPECT_EQ(pdu, (R2t{.cccid = 17, .ttag = 34, .r2to = 4096, .r2tl = 8192}));
    EXPECT_EQ(encode(pdu, {}), bytes);
}

TEST(Pdu, ReadsTerminationRequests) {
    const Bytes bytes = hex("03 00 18 00 20 00 00 00"
                            "01 00 02 00 00 00 00 00 00 00 00 00 00 00 00 00" // FES 1, FEI 2
                            "04 00 40 00 48 00 00 00");
    const auto pdu = read_one<TermReq>(bytes, kToHost);
    EXPECT_EQ(
        pdu,
        (TermReq{.from_host = false, .fes = 1, .fei = 2, .data = hex("04 00 40 00 48 00 00 00")}));
    EXPECT_EQ(encode(pdu, with_digests(true, true)), bytes) << "without digests, always";
    EXPECT_EQ(read_one<TermReq>(bytes, kToHost, with_digests(true, true)), pdu);

    TermReq from_host{.from_host = true, .fes = 2, .fei = 0, .data = Bytes(200, 0x55)};
    const auto cut = read_one<TermReq>(encode(from_host, {}), kToController);
    EXPECT_TRUE(cut.from_host);
    EXPECT_EQ(cut.data, Bytes(128, 0x55));
}

TEST(Pdu, ReadsCapsuleCmdWithAndWithoutData) {
    Bytes bytes = hex("04 00 48 00 48 00 00 00");
    bytes.resize(72, 0x33);
    const auto bare = read_one<CapsuleCmd>(bytes, kToController);
    EXPECT_EQ(bare.sqe[63], 0x33U);
    EXPECT_TRUE(bare.data.empty());
    EXPECT_EQ(encode(bare, {}), bytes);

    put(bytes, 0, hex("04 00 48 48 4b 00 00 00"));
    put(bytes, 72, hex("01 02 03"));
    const auto with_data = read_one<CapsuleCmd>(bytes, kToController);
    EXPECT_EQ(with_data.data, hex("01 02 03"));
    EXPECT_EQ(encode(with_data, {}), bytes);
}

TEST(Pdu, ReadsKnownDigests) {
    // The digests were computed with a table-free implementation of the polynomial.
    CapsuleResp pdu;
    const PduFormat format = with_digests(true, true);
    const Bytes bytes = encode(pdu, format);
    ASSERT_EQ(bytes.size(), 28U);
    EXPECT_EQ(slice(bytes, 0, 8)[1], pdu_flag::header_digest);
    EXPECT_EQ(load_le<std::uint32_t>(bytes, 4), 28U) << "PLEN counts the digest";
    std::uint32_t crc = 0xFFFFFFFF;
    for (std::size_t i = 0; i < 24; ++i) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
        }
    }
    EXPECT_EQ(load_le<std::uint32_t>(bytes, 24), ~crc);
    EXPECT_EQ(read_one<CapsuleResp>(bytes, kToHost, format), pdu);
}

TEST(Pdu, GoesBothWaysInEachFormat) {
    for (const bool header : {false, true}) {
        for (const bool data : {false, true}) {
            for (const std::uint32_t alignment : {4U, 8U, 60U, 128U}) {
                PduFormat format = with_digests(header, data);
                format.data_alignment = alignment;
                format.receive_alignment = alignment;
                for (const Pdu& pdu : some_of_each()) {
                    const auto items = read_all(encode(pdu, format), from_controller(pdu), format);
                    ASSERT_EQ(items.size(), 1U) << to_string(type_of(pdu));
                    ASSERT_TRUE(std::holds_alternative<Pdu>(items[0])) << to_string(type_of(pdu));
                    EXPECT_EQ(std::get<Pdu>(items[0]), pdu) << to_string(type_of(pdu));
                }
            }
        }
    }
}

TEST(PduNames, AreThoseOfTheSpecification) {
    // NVMe/TCP 1.1 section 3.6.1: PDU types; Figure 25: fatal error status.
    const std::vector<std::pair<unsigned, std::string>> types{
        {0x00, "ICReq"},        {0x01, "ICResp"},      {0x02, "H2CTermReq"},  {0x03, "C2HTermReq"},
        {0x04, "CapsuleCmd"},   {0x05, "CapsuleResp"}, {0x06, "H2CData"},     {0x07, "C2HData"},
        {0x08, "PDU type 08h"}, {0x09, "R2T"},         {0x0A, "PDU type 0Ah"}};
    for (const auto& [value, name] : types) {
        EXPECT_EQ(to_string(static_cast<PduType>(value)), name);
    }
    const std::vector<std::pair<unsigned, std::string>> errors{
        {0x00, "fatal error status 00h"},     {0x01, "invalid PDU header field"},
        {0x02, "PDU sequence error"},         {0x03, "header digest error"},
        {0x04, "data transfer out of range"}, {0x05, "R2T limit or data transfer limit exceeded"},
        {0x06, "unsupported parameter"},      {0x07, "fatal error status 07h"}};
    for (const auto& [value, name] : errors) {
        EXPECT_EQ(to_string(static_cast<Fes>(value)), name);
    }
}

TEST(TypeOf, KnowsTheDirection) {
    EXPECT_EQ(type_of(TermReq{.from_host = true}), PduType::h2c_term_req);
    EXPECT_EQ(type_of(TermReq{.from_host = false}), PduType::c2h_term_req);
    EXPECT_EQ(type_of(DataPdu{.from_host = true}), PduType::h2c_data);
    EXPECT_EQ(type_of(DataPdu{.from_host = false}), PduType::c2h_data);
    EXPECT_EQ(type_of(R2t{}), PduType::r2t);
    EXPECT_EQ(type_of(IcReq{}), PduType::ic_req);
    EXPECT_EQ(type_of(IcResp{}), PduType::ic_resp);
    EXPECT_EQ(type_of(CapsuleCmd{}), PduType::capsule_cmd);
    EXPECT_EQ(type_of(CapsuleResp{}), PduType::capsule_resp);
}

} // namespace
} // namespace haoh::nvme
