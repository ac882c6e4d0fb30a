// SPDX-License-Identifier: LGPL-2.1-or-later
#include <haoh/nvme/command.hpp>

#include <haoh/nvme/fabrics.hpp>

#include <fmt/format.h>

#include <cassert>

namespace haoh::nvme {

namespace {

constexpr std::uint32_t kIdentifyBytes = 4096;
constexpr std::uint8_t kPsdtSgl = 0x40; ///< SGL for data, metadata (if any) by address

// Offsets in a submission queue entry.
constexpr std::size_t kSqeFlags = 1;
constexpr std::size_t kSqeCid = 2;
constexpr std::size_t kSqeNsid = 4;
constexpr std::size_t kSqeSglAddress = 24;
constexpr std::size_t kSqeSglLength = 32;
constexpr std::size_t kSqeSglType = 39;
constexpr std::size_t kSqeCdw10 = 40;

std::string describe_fabrics(const AdminCommand& command) {
    const auto type = static_cast<std::uint8_t>(command.nsid);
    switch (type) {
    case fctype::property_set:
        return fmt::format("Property Set (offset {:02X}h)", command.cdw[1]);
    case fctype::connect:
        return "Connect";
    case fctype::property_get:
        return fmt::format("Property Get (offset {:02X}h)", command.cdw[1]);
    case fctype::authentication_send:
        return "Authentication Send";
    case fctype::authentication_receive:
        return "Authentication Receive";
    case fctype::disconnect:
        return "Disconnect";
    default:
        return fmt::format("Fabrics command (FCTYPE {:02X}h)", type);
    }
}

} // namespace

AdminCommand identify_controller_command() {
    return identify_command(cns::identify_controller, 0);
}

AdminCommand identify_command(std::uint8_t cns, std::uint32_t nsid, std::uint16_t cntid,
                              std::uint8_t csi) {
    AdminCommand command;
    command.opcode = opcode::identify;
    command.nsid = nsid;
    command.cdw[0] = cns | static_cast<std::uint32_t>(cntid) << 16U;
    command.cdw[1] = static_cast<std::uint32_t>(csi) << 24U;
    command.data_in = kIdentifyBytes;
    return command;
}

AdminCommand get_log_page_command(std::uint8_t lid, std::uint64_t offset, std::uint32_t length,
                                  std::uint32_t nsid, bool retain_event, std::uint8_t lsp) {
    assert(length != 0 && length % 4 == 0 && offset % 4 == 0);
    const std::uint32_t numd = length / 4 - 1;
    AdminCommand command;
    command.opcode = opcode::get_log_page;
    command.nsid = nsid;
    command.cdw[0] = lid | (lsp & 0x7FU) << 8U | (retain_event ? 1U << 15U : 0U) | numd << 16U;
    command.cdw[1] = numd >> 16U;
    command.cdw[2] = static_cast<std::uint32_t>(offset);
    command.cdw[3] = static_cast<std::uint32_t>(offset >> 32U);
    command.data_in = length;
    return command;
}

AdminCommand get_features_command(std::uint8_t fid, std::uint32_t nsid, std::uint8_t select,
                                  std::uint32_t data_in) {
    AdminCommand command;
    command.opcode = opcode::get_features;
    command.nsid = nsid;
    command.cdw[0] = fid | (select & 0x7U) << 8U;
    command.data_in = data_in;
    return command;
}

AdminCommand get_host_id_command() {
    AdminCommand command =
        get_features_command(fid::host_id, 0, 0, feature_data_bytes(fid::host_id));
    command.cdw[1] = 1; // EXHID: 16 bytes, not 8
    return command;
}

AdminCommand keep_alive_command() {
    AdminCommand command;
    command.opcode = opcode::keep_alive;
    return command;
}

AdminCommand async_event_request_command() {
    AdminCommand command;
    command.opcode = opcode::async_event_request;
    return command;
}

std::string describe(const AdminCommand& command) {
    const auto low_byte = static_cast<std::uint8_t>(command.cdw[0]);
    switch (command.opcode) {
    case opcode::get_log_page:
        return fmt::format("Get Log Page (LID {:02X}h)", low_byte);
    case opcode::identify:
        return fmt::format("Identify (CNS {:02X}h)", low_byte);
    case opcode::abort:
        return "Abort";
    case opcode::set_features:
        return fmt::format("Set Features (FID {:02X}h)", low_byte);
    case opcode::get_features:
        return fmt::format("Get Features (FID {:02X}h)", low_byte);
    case opcode::async_event_request:
        return "Asynchronous Event Request";
    case opcode::keep_alive:
        return "Keep Alive";
    case opcode::fabrics:
        return describe_fabrics(command);
    default:
        return fmt::format("admin command (opcode {:02X}h)", command.opcode);
    }
}

SubmissionEntry decode_sqe(ByteView bytes) {
    SubmissionEntry entry;
    entry.raw = load_array<kSqeSize>(bytes, 0);
    const ByteView raw = entry.raw;
    entry.opcode = raw[0];
    entry.flags = raw[kSqeFlags];
    entry.cid = load_le<std::uint16_t>(raw, kSqeCid);
    entry.nsid = load_le<std::uint32_t>(raw, kSqeNsid);
    entry.fctype = entry.opcode == opcode::fabrics ? raw[kSqeNsid] : std::uint8_t{0};
    entry.sgl_address = load_le<std::uint64_t>(raw, kSqeSglAddress);
    entry.sgl_length = load_le<std::uint32_t>(raw, kSqeSglLength);
    entry.sgl_type = raw[kSqeSglType];
    for (std::size_t i = 0; i < entry.cdw.size(); ++i) {
        entry.cdw[i] = load_le<std::uint32_t>(raw, kSqeCdw10 + 4 * i);
    }
    return entry;
}

Sqe encode_sqe(const AdminCommand& command, std::uint16_t cid, bool in_capsule) {
    const bool sends = !command.data_out.empty();
    Sqe sqe{};
    sqe[0] = command.opcode;
    sqe[kSqeFlags] = kPsdtSgl;
    store_le(sqe, kSqeCid, cid);
    store_le(sqe, kSqeNsid, command.nsid);
    store_le(sqe, kSqeSglLength,
             sends ? static_cast<std::uint32_t>(command.data_out.size()) : command.data_in);
    sqe[kSqeSglType] = sends && in_capsule ? sgl::data_block_offset : sgl::transport_data_block;
    for (std::size_t i = 0; i < command.cdw.size(); ++i) {
        store_le(sqe, kSqeCdw10 + 4 * i, command.cdw[i]);
    }
    return sqe;
}

CompletionEntry decode_cqe(ByteView bytes) {
    CompletionEntry entry;
    entry.dword01 = load_le<std::uint64_t>(bytes, 0);
    entry.sqhd = load_le<std::uint16_t>(bytes, 8);
    entry.sqid = load_le<std::uint16_t>(bytes, 10);
    entry.cid = load_le<std::uint16_t>(bytes, 12);
    entry.status.value = static_cast<std::uint16_t>(load_le<std::uint16_t>(bytes, 14) >> 1U);
    return entry;
}

Cqe encode_cqe(const CompletionEntry& entry) {
    Cqe cqe{};
    store_le(cqe, 0, entry.dword01);
    store_le(cqe, 8, entry.sqhd);
    store_le(cqe, 10, entry.sqid);
    store_le(cqe, 12, entry.cid);
    store_le(cqe, 14, static_cast<std::uint16_t>(entry.status.value << 1U));
    return cqe;
}

AsyncEvent decode_async_event(std::uint32_t dword0) {
    return {.type = static_cast<std::uint8_t>(dword0 & 0x7U),
            .info = static_cast<std::uint8_t>(dword0 >> 8U),
            .log_page = static_cast<std::uint8_t>(dword0 >> 16U)};
}

std::uint32_t encode(const AsyncEvent& event) {
    return (event.type & 0x7U) | static_cast<std::uint32_t>(event.info) << 8U |
           static_cast<std::uint32_t>(event.log_page) << 16U;
}

} // namespace haoh::nvme
