// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/fabrics.hpp>

#include "unit/nvme/literal.hpp"

#include <gtest/gtest.h>

namespace haoh::nvme {
namespace {

constexpr std::string_view kSubnqn = "nqn.2024-01.com.example:pair";
constexpr std::string_view kHostnqn =
    "nqn.2014-08.org.nvmexpress:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";

Bytes connect_page() {
    Bytes page(kConnectDataSize);
    put(page, 0, hex("f81d4fae7dec11d0a76500a0c91e6bf6"));
    put(page, 16, hex("ff ff"));
    put_text(page, 256, kSubnqn);
    put_text(page, 512, kHostnqn);
    return page;
}

TEST(ConnectData, ReadsAPage) {
    const ConnectData data = decode_connect_data(connect_page());
    EXPECT_EQ(format_uuid(data.hostid), "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
    EXPECT_EQ(data.cntlid, kDynamicController);
    EXPECT_EQ(data.subnqn, kSubnqn);
    EXPECT_EQ(data.hostnqn, kHostnqn);
    EXPECT_EQ(encode(data), connect_page());
}

TEST(ConnectData, KeepsNamesThatAreTooLongAndNotMore) {
    Bytes page = connect_page();
    std::fill_n(page.begin() + 256, 256, std::uint8_t{'x'});
    EXPECT_EQ(decode_connect_data(page).subnqn, std::string(256, 'x'))
        << "an unterminated name ends at its field";
    EXPECT_EQ(decode_connect_data(page).hostnqn, kHostnqn);

    ConnectData data = decode_connect_data(connect_page());
    data.subnqn.assign(1000, 'y');
    const ConnectData again = decode_connect_data(encode(data));
    EXPECT_EQ(again.subnqn, std::string(256, 'y'));
    EXPECT_EQ(again.hostnqn, kHostnqn);
}

TEST(ConnectData, ReadsShortDataAsZero) {
    const ConnectData data = decode_connect_data(slice(connect_page(), 0, 260));
    EXPECT_EQ(data.subnqn, "nqn.");
    EXPECT_EQ(data.hostnqn, "");
    EXPECT_EQ(decode_connect_data({}).cntlid, 0U);
}

TEST(ConnectCommand, IsAsLinuxSendsIt) {
    ConnectParameters parameters;
    parameters.data = decode_connect_data(connect_page());
    parameters.kato_ms = 5000;
    const AdminCommand command = connect_command(parameters);
    EXPECT_EQ(command.data_out, connect_page());
    const Sqe sqe = encode_sqe(command, 0, true);
    EXPECT_EQ(Bytes(sqe.begin(), sqe.end()),
              hex("7f 40 00 00 01 00 00 00"
                  "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
                  "00 00 00 00 00 00 00 00 00 04 00 00 00 00 00 01" // 1,024 bytes in the capsule
                  "00 00 00 00 1f 00 00 00 88 13 00 00 00 00 00 00" // QID 0, SQSIZE 31, KATO 5000
                  "00 00 00 00 00 00 00 00"));
}

TEST(ConnectCommand, CarriesQueueAndFlowControl) {
    ConnectParameters parameters;
    parameters.qid = 3;
    parameters.sqsize = 127;
    parameters.sq_flow_control_disable = true;
    const AdminCommand command = connect_command(parameters);
    EXPECT_EQ(command.cdw[0], 0x00030000U);
    EXPECT_EQ(command.cdw[1], 0x0004007FU);
}

TEST(PropertyCommands, NameOffsetAndSize) {
    const AdminCommand get = property_get_command(property::cap, 8);
    EXPECT_EQ(get.opcode, 0x7FU);
    EXPECT_EQ(get.nsid, 0x04U);
    EXPECT_EQ(get.cdw, (std::array<std::uint32_t, 6>{1, 0, 0, 0, 0, 0}));

    const AdminCommand set = property_set_command(property::cc, 4, 0x00460001);
    EXPECT_EQ(set.nsid, 0x00U);
    EXPECT_EQ(set.cdw, (std::array<std::uint32_t, 6>{0, 0x14, 0x00460001, 0, 0, 0}));

    const AdminCommand wide = property_set_command(0x28, 8, 0x1122334455667788);
    EXPECT_EQ(wide.cdw, (std::array<std::uint32_t, 6>{1, 0x28, 0x55667788, 0x11223344, 0, 0}));
}

TEST(Capabilities, AreReadFromCap) {
    // What nvmet reports: MQES 1023, CQR, TO 15 (7.5 s), CSS: NVM and, from 6.x on, IOCSS.
    const Capabilities cap{.raw = 0x000008200F0103FFULL | 1ULL << 43U};
    EXPECT_EQ(cap.mqes(), 1023U);
    EXPECT_EQ(cap.timeout_ms(), 7500U);
    EXPECT_EQ(cap.css(), 0x41U);
    EXPECT_TRUE(cap.io_command_sets());
    EXPECT_FALSE(cap.nssrs());
    EXPECT_EQ(cap.page_bytes(), 4096U);

    EXPECT_EQ(Capabilities{.raw = 0x000F000000000000ULL}.page_bytes(), 1U << 27U);
    EXPECT_TRUE(Capabilities{.raw = 1ULL << 36U}.nssrs());
}

} // namespace
} // namespace haoh::nvme
