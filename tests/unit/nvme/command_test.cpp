// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/command.hpp>

#include <haoh/nvme/fabrics.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

namespace haoh::nvme {
namespace {

Bytes as_bytes(const Sqe& sqe) {
    return {sqe.begin(), sqe.end()};
}

TEST(IdentifyCommand, AsksForOnePage) {
    const AdminCommand controller = identify_controller_command();
    EXPECT_EQ(controller.opcode, 0x06U);
    EXPECT_EQ(controller.nsid, 0U);
    EXPECT_EQ(controller.cdw[0], 0x01U);
    EXPECT_EQ(controller.data_in, 4096U);

    const AdminCommand nvm = identify_command(cns::command_set_namespace, 7, 0x1234, 2);
    EXPECT_EQ(nvm.nsid, 7U);
    EXPECT_EQ(nvm.cdw[0], 0x12340005U);
    EXPECT_EQ(nvm.cdw[1], 0x02000000U);
}

TEST(GetLogPageCommand, CountsDwordsFromZero) {
    const AdminCommand command = get_log_page_command(lid::ana, 0, 16);
    EXPECT_EQ(command.opcode, 0x02U);
    EXPECT_EQ(command.nsid, 0xFFFFFFFFU);
    EXPECT_EQ(command.cdw[0], 0x0003800CU) << "NUMDL 3, RAE, LID 0Ch";
    EXPECT_EQ(command.cdw[1], 0U);
    EXPECT_EQ(command.data_in, 16U);
}

TEST(GetLogPageCommand, SplitsLengthAndOffset) {
    const AdminCommand command =
        get_log_page_command(lid::discovery, 0x123456789ABCULL, 0x100000, 0, false, 0xFF);
    EXPECT_EQ(command.nsid, 0U);
    EXPECT_EQ(command.cdw[0], 0xFFFF7F70U) << "LSP has seven bits and RAE is clear";
    EXPECT_EQ(command.cdw[1], 0x3U) << "NUMDU";
    EXPECT_EQ(command.cdw[2], 0x56789ABCU);
    EXPECT_EQ(command.cdw[3], 0x1234U);
}

TEST(GetFeaturesCommand, HoldsFeatureAndSelect) {
    const AdminCommand command = get_features_command(fid::host_id, 3, 2, 16);
    EXPECT_EQ(command.opcode, 0x0AU);
    EXPECT_EQ(command.nsid, 3U);
    EXPECT_EQ(command.cdw[0], 0x281U);
    EXPECT_EQ(command.data_in, 16U);
}

TEST(GetFeaturesCommand, AsksForTheWholeHostIdentifier) {
    const AdminCommand command = get_host_id_command();
    EXPECT_EQ(command.opcode, 0x0AU);
    EXPECT_EQ(command.cdw[0], 0x81U);
    EXPECT_EQ(command.cdw[1], 1U) << "EXHID";
    EXPECT_EQ(command.data_in, 16U);
    EXPECT_EQ(feature_data_bytes(fid::host_behavior), 512U);
    EXPECT_EQ(feature_data_bytes(fid::keep_alive_timer), 0U);
}

TEST(SimpleCommands, HaveNoData) {
    EXPECT_EQ(keep_alive_command().opcode, 0x18U);
    EXPECT_EQ(keep_alive_command().data_in, 0U);
    EXPECT_EQ(async_event_request_command().opcode, 0x0CU);
    EXPECT_EQ(async_event_request_command().data_in, 0U);
}

TEST(DescribeCommand, NamesWhatIsAsked) {
    EXPECT_EQ(describe(identify_command(cns::active_namespaces, 0)), "Identify (CNS 02h)");
    EXPECT_EQ(describe(get_log_page_command(lid::ana, 0, 16)), "Get Log Page (LID 0Ch)");
    EXPECT_EQ(describe(get_features_command(fid::keep_alive_timer)), "Get Features (FID 0Fh)");
    EXPECT_EQ(describe(keep_alive_command()), "Keep Alive");
    EXPECT_EQ(describe(async_event_request_command()), "Asynchronous Event Request");
    EXPECT_EQ(describe(connect_command({})), "Connect");
    EXPECT_EQ(describe(property_get_command(property::csts, 4)), "Property Get (offset 1Ch)");
    EXPECT_EQ(describe(property_set_command(property::cc, 4, 0)), "Property Set (offset 14h)");
    AdminCommand vendor;
    vendor.opcode = 0xC0;
    EXPECT_EQ(describe(vendor), "admin command (opcode C0h)");
    AdminCommand unknown;
    unknown.opcode = opcode::fabrics;
    unknown.nsid = 0x77;
    EXPECT_EQ(describe(unknown), "Fabrics command (FCTYPE 77h)");
}

TEST(EncodeSqe, WritesAnIdentifyAsLinuxDoes) {
    const Sqe sqe = encode_sqe(identify_controller_command(), 0x1234, false);
    EXPECT_EQ(as_bytes(sqe), hex("06 40 34 12  00 00 00 00" // opcode, PSDT, CID, NSID
                                 "00 00 00 00 00 00 00 00"  // CDW2, CDW3
                                 "00 00 00 00 00 00 00 00"  // MPTR
                                 "00 00 00 00 00 00 00 00"  // SGL address
                                 "00 10 00 00 00 00 00 5a"  // length 4096, transport data block
                                 "01 00 00 00 00 00 00 00"  // CNS
                                 "00 00 00 00 00 00 00 00"
                                 "00 00 00 00 00 00 00 00"));
}

TEST(EncodeSqe, DescribesInCapsuleDataByOffset) {
    AdminCommand command = keep_alive_command();
    command.data_out = Bytes(1024);
    const SubmissionEntry in_capsule = decode_sqe(encode_sqe(command, 1, true));
    EXPECT_EQ(in_capsule.sgl_type, 0x01U);
    EXPECT_EQ(in_capsule.sgl_length, 1024U);
    EXPECT_EQ(in_capsule.sgl_address, 0U);

    const SubmissionEntry by_r2t = decode_sqe(encode_sqe(command, 1, false));
    EXPECT_EQ(by_r2t.sgl_type, 0x5AU);
    EXPECT_EQ(by_r2t.sgl_length, 1024U);
}

TEST(EncodeSqe, NeedsNoDataForTheTransportBlock) {
    const SubmissionEntry entry = decode_sqe(encode_sqe(keep_alive_command(), 9, true));
    EXPECT_EQ(entry.sgl_type, 0x5AU);
    EXPECT_EQ(entry.sgl_length, 0U);
}

TEST(DecodeSqe, ReadsWhatAHostSent) {
    Bytes bytes(64);
    put(bytes, 0, hex("02 40 05 00 ff ff ff ff"));
    put(bytes, 24, hex("88 77 66 55 44 33 22 11 00 20 00 00 00 00 00 5a"));
    put(bytes, 40, hex("0c 80 ff 07 01 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00 05 00 00 00"));
    const SubmissionEntry entry = decode_sqe(bytes);
    EXPECT_EQ(entry.opcode, 0x02U);
    EXPECT_EQ(entry.flags, 0x40U);
    EXPECT_EQ(entry.cid, 5U);
    EXPECT_EQ(entry.nsid, 0xFFFFFFFFU);
    EXPECT_EQ(entry.fctype, 0U) << "only Fabrics commands have one";
    EXPECT_EQ(entry.sgl_address, 0x1122334455667788ULL);
    EXPECT_EQ(entry.sgl_length, 0x2000U);
    EXPECT_EQ(entry.cdw, (std::array<std::uint32_t, 6>{0x07FF800C, 1, 2, 3, 4, 5}));
    EXPECT_EQ(as_bytes(entry.raw), bytes);
}

TEST(DecodeSqe, ReadsShortEntriesAsZero) {
    const SubmissionEntry entry = decode_sqe(hex("7f 40 01"));
    EXPECT_EQ(entry.opcode, 0x7FU);
    EXPECT_EQ(entry.cid, 1U);
    EXPECT_EQ(entry.sgl_type, 0U);
}

TEST(Cqe, HoldsTheStatusAboveThePhaseBit) {
    const Bytes bytes = hex("01 00 00 00 00 00 00 00  1f 00 00 00 34 12 04 83");
    const CompletionEntry entry = decode_cqe(bytes);
    EXPECT_EQ(entry.dword01, 1U);
    EXPECT_EQ(entry.sqhd, 0x1FU);
    EXPECT_EQ(entry.sqid, 0U);
    EXPECT_EQ(entry.cid, 0x1234U);
    EXPECT_EQ(entry.status.value, 0x4182U);
    EXPECT_TRUE(entry.status.dnr());
    const Cqe again = encode_cqe(entry);
    EXPECT_EQ(Bytes(again.begin(), again.end()), bytes);
}

TEST(Cqe, GoesBothWaysForEachStatus) {
    for (unsigned value = 0; value < 0x8000; value += 0x7F) {
        CompletionEntry entry{.dword01 = 0x1122334455667788,
                              .sqhd = 1,
                              .sqid = 2,
                              .cid = 3,
                              .status = {static_cast<std::uint16_t>(value)}};
        EXPECT_EQ(decode_cqe(encode_cqe(entry)).status, entry.status);
    }
}

TEST(SubmissionEntry, HasAFabricsTypeUnderFabricsAlone) {
    // FCTYPE is byte 4 of a Fabrics command, where all others have the NSID.
    Bytes bytes(64);
    bytes[4] = 5;
    bytes[0] = opcode::fabrics;
    EXPECT_EQ(decode_sqe(bytes).fctype, 5);
    bytes[0] = opcode::identify;
    EXPECT_EQ(decode_sqe(bytes).fctype, 0);
    EXPECT_EQ(decode_sqe(bytes).nsid, 5U);
}

TEST(CompletionEntry, HasItsFieldsAtTheirPlaces) {
    const CompletionEntry entry{.dword01 = 0x8877665544332211,
                                .sqhd = 0xA2A1,
                                .sqid = 0xB2B1,
                                .cid = 0xC2C1,
                                .status = {0x4123}};
    const Cqe bytes = encode_cqe(entry);
    EXPECT_EQ(std::vector<int>(bytes.begin(), bytes.end()),
              (std::vector<int>{0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0xA1, 0xA2, 0xB1,
                                0xB2, 0xC1, 0xC2, 0x46, 0x82}));
    const CompletionEntry back = decode_cqe(bytes);
    EXPECT_EQ(back.dword01, entry.dword01);
    EXPECT_EQ(back.sqhd, entry.sqhd);
    EXPECT_EQ(back.sqid, entry.sqid);
    EXPECT_EQ(back.cid, entry.cid);
    EXPECT_EQ(back.status, entry.status);
}

// NVM Express Base Specification 2.0, figure of "Asynchronous Event Request - Completion Queue Entry
// Dword 0": type in bits 02:00, information in 15:08, log page in 23:16; all others are reserved.
TEST(AsyncEvent, IsReadFromItsBitsAlone) {
    for (unsigned bit = 0; bit < 32; ++bit) {
        const AsyncEvent event = decode_async_event(std::uint32_t{1} << bit);
        EXPECT_EQ(event.type, bit < 3 ? 1U << bit : 0U) << bit;
        EXPECT_EQ(event.info, bit >= 8 && bit < 16 ? 1U << (bit - 8) : 0U) << bit;
        EXPECT_EQ(event.log_page, bit >= 16 && bit < 24 ? 1U << (bit - 16) : 0U) << bit;
        // What is reserved is not written either.
        const bool known = bit < 3 || (bit >= 8 && bit < 24);
        EXPECT_EQ(encode(event), known ? std::uint32_t{1} << bit : 0U) << bit;
    }
    EXPECT_TRUE(decode_async_event(0xFF0C03FA).ana_change());
    EXPECT_EQ(encode(AsyncEvent{.type = 0xFA, .info = 3, .log_page = 0x0C}), 0x0C0302U);
}

TEST(AsyncEvent, IsTheOneOfTheTracepoint) {
    const AsyncEvent ana = decode_async_event(0x0C0302);
    EXPECT_TRUE(ana.ana_change());
    EXPECT_FALSE(ana.namespace_attribute());
    EXPECT_EQ(ana.log_page, lid::ana);
    EXPECT_EQ(encode(ana), 0x0C0302U);

    EXPECT_TRUE(decode_async_event(0x040002).namespace_attribute());
    EXPECT_TRUE(decode_async_event(0x70F002).discovery_log_change());
    EXPECT_FALSE(decode_async_event(0x040001).namespace_attribute());
}

} // namespace
} // namespace haoh::nvme
