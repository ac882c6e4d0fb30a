// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// Admin commands as values, submission and completion queue entries, and builders for the commands
/// that haoh sends. Nothing here changes a namespace.
#pragma once

#include <haoh/nvme/bytes.hpp>
#include <haoh/nvme/status.hpp>
#include <haoh/visibility.h>

namespace HAOH_PUBLIC haoh {
namespace nvme {

namespace opcode { // admin
inline constexpr std::uint8_t get_log_page = 0x02;
inline constexpr std::uint8_t identify = 0x06;
inline constexpr std::uint8_t abort = 0x08;
inline constexpr std::uint8_t set_features = 0x09;
inline constexpr std::uint8_t get_features = 0x0A;
inline constexpr std::uint8_t async_event_request = 0x0C;
inline constexpr std::uint8_t keep_alive = 0x18;
inline constexpr std::uint8_t fabrics = 0x7F;
} // namespace opcode
namespace io_opcode { // NVM command set
inline constexpr std::uint8_t flush = 0x00;
inline constexpr std::uint8_t write = 0x01;
inline constexpr std::uint8_t read = 0x02;
inline constexpr std::uint8_t compare = 0x05;
inline constexpr std::uint8_t write_zeroes = 0x08;
inline constexpr std::uint8_t dataset_management = 0x09;
inline constexpr std::uint8_t reservation_register = 0x0D;
inline constexpr std::uint8_t reservation_report = 0x0E;
inline constexpr std::uint8_t reservation_acquire = 0x11;
inline constexpr std::uint8_t reservation_release = 0x15;
} // namespace io_opcode
namespace cns {
inline constexpr std::uint8_t identify_namespace = 0x00;
inline constexpr std::uint8_t identify_controller = 0x01;
inline constexpr std::uint8_t active_namespaces = 0x02;
inline constexpr std::uint8_t namespace_descriptors = 0x03;
inline constexpr std::uint8_t command_set_namespace = 0x05;
inline constexpr std::uint8_t command_set_controller = 0x06;
inline constexpr std::uint8_t independent_namespace = 0x08;
inline constexpr std::uint8_t allocated_namespaces = 0x10;
inline constexpr std::uint8_t namespace_controllers = 0x12;
inline constexpr std::uint8_t subsystem_controllers = 0x13;
inline constexpr std::uint8_t domains = 0x18;
inline constexpr std::uint8_t io_command_sets = 0x1C;
} // namespace cns
namespace lid {
inline constexpr std::uint8_t supported_logs = 0x00;
inline constexpr std::uint8_t error_information = 0x01;
inline constexpr std::uint8_t smart = 0x02;
inline constexpr std::uint8_t firmware_slot = 0x03;
inline constexpr std::uint8_t changed_namespaces = 0x04;
inline constexpr std::uint8_t commands_supported = 0x05;
inline constexpr std::uint8_t ana = 0x0C;
inline constexpr std::uint8_t dispersed_namespaces = 0x17;
inline constexpr std::uint8_t discovery = 0x70;
} // namespace lid
namespace fid {
inline constexpr std::uint8_t volatile_write_cache = 0x06;
inline constexpr std::uint8_t number_of_queues = 0x07;
inline constexpr std::uint8_t async_event_configuration = 0x0B;
inline constexpr std::uint8_t timestamp = 0x0E;
inline constexpr std::uint8_t keep_alive_timer = 0x0F;
inline constexpr std::uint8_t host_behavior = 0x16;
inline constexpr std::uint8_t host_id = 0x81;
} // namespace fid
/// Bytes of data that a feature carries beside dword 0; 0: none, or a feature that haoh does not ask for.
[[nodiscard]] constexpr std::uint32_t feature_data_bytes(std::uint8_t feature) {
    constexpr std::uint32_t kHostBehaviorBytes = 512;
    constexpr std::uint32_t kHostIdBytes = 16;
    return feature == fid::host_behavior ? kHostBehaviorBytes
           : feature == fid::host_id     ? kHostIdBytes
                                         : 0U;
}

/// Every namespace, where a command takes NSID FFFFFFFFh.
inline constexpr std::uint32_t kAllNamespaces = 0xFFFFFFFFU;

/// One admin command without its command identifier and data pointer, which the channel fills in.
/// For a Fabrics command `nsid` holds FCTYPE in its low byte (bytes 7:4 of the entry), as in Linux
/// passthrough.
struct AdminCommand {
    std::uint8_t opcode{};
    std::uint32_t nsid{};
    std::array<std::uint32_t, 6> cdw{}; ///< CDW10..CDW15
    std::uint32_t data_in{};            ///< bytes that the controller may send; 0 = none
    Bytes data_out{};                   ///< bytes that the host sends; empty = none

    bool operator==(const AdminCommand&) const = default;
};

/// What an executed command gave. A transport failure is an exception of the channel, never a
/// result.
struct AdminResult {
    Status status{};
    std::uint64_t dword01{}; ///< CQE DW0 and DW1
    Bytes data{};            ///< at most `data_in` bytes, as many as came

    bool operator==(const AdminResult&) const = default;
};

[[nodiscard]] AdminCommand identify_controller_command();
/// \param cns  a CNS value; \param csi only for CNS 05h, 06h
[[nodiscard]] AdminCommand identify_command(std::uint8_t cns, std::uint32_t nsid,
                                            std::uint16_t cntid = 0, std::uint8_t csi = 0);
/// Get Log Page with Retain Asynchronous Event set unless told otherwise.
/// \param length  bytes, a multiple of 4, not 0; \param offset bytes, a multiple of 4
[[nodiscard]] AdminCommand get_log_page_command(std::uint8_t lid, std::uint64_t offset,
                                                std::uint32_t length,
                                                std::uint32_t nsid = kAllNamespaces,
                                                bool retain_event = true, std::uint8_t lsp = 0);
[[nodiscard]] AdminCommand get_features_command(std::uint8_t fid, std::uint32_t nsid = 0,
                                                std::uint8_t select = 0, std::uint32_t data_in = 0);
/// Get Features of the host identifier (81h), in its form of 128 bits.
[[nodiscard]] AdminCommand get_host_id_command();
[[nodiscard]] AdminCommand keep_alive_command();
[[nodiscard]] AdminCommand async_event_request_command();
/// A short name for messages: "Identify (CNS 02h)", "Get Log Page (LID 0Ch)".
[[nodiscard]] std::string describe(const AdminCommand& command);

// Queue entries on the wire.

inline constexpr std::size_t kSqeSize = 64;
inline constexpr std::size_t kCqeSize = 16;
using Sqe = std::array<std::uint8_t, kSqeSize>;
using Cqe = std::array<std::uint8_t, kCqeSize>;

/// SGL descriptor types used on NVMe/TCP (first byte of the descriptor's byte 15).
namespace sgl {
inline constexpr std::uint8_t data_block_offset =
    0x01; ///< in capsule: data block, address is an offset
inline constexpr std::uint8_t transport_data_block =
    0x5A; ///< transport SGL data block, transport specific
} // namespace sgl

/// A decoded submission queue entry; `raw` keeps all bytes.
struct SubmissionEntry {
    std::uint8_t opcode{};
    std::uint8_t flags{}; ///< FUSE 1:0, PSDT 7:6
    std::uint16_t cid{};
    std::uint32_t nsid{};
    std::uint8_t fctype{}; ///< byte 4 when the opcode is 7Fh
    std::uint64_t sgl_address{};
    std::uint32_t sgl_length{};
    std::uint8_t sgl_type{}; ///< byte 39
    std::array<std::uint32_t, 6> cdw{};
    Sqe raw{};
};
[[nodiscard]] SubmissionEntry decode_sqe(ByteView bytes);
/// The entry for a command. `in_capsule`: `data_out` follows in the same capsule.
[[nodiscard]] Sqe encode_sqe(const AdminCommand& command, std::uint16_t cid, bool in_capsule);

/// A completion queue entry.
struct CompletionEntry {
    std::uint64_t dword01{};
    std::uint16_t sqhd{};
    std::uint16_t sqid{};
    std::uint16_t cid{};
    Status status{};
};
[[nodiscard]] CompletionEntry decode_cqe(ByteView bytes);
[[nodiscard]] Cqe encode_cqe(const CompletionEntry& entry);

/// Completion of an Asynchronous Event Request: DW0.
struct AsyncEvent {
    std::uint8_t type{};
    std::uint8_t info{};
    std::uint8_t log_page{};

    [[nodiscard]] bool ana_change() const { return type == 2 && info == 3; }
    [[nodiscard]] bool namespace_attribute() const { return type == 2 && info == 0; }
    [[nodiscard]] bool discovery_log_change() const { return type == 2 && info == 0xF0; }
    bool operator==(const AsyncEvent&) const = default;
};
[[nodiscard]] AsyncEvent decode_async_event(std::uint32_t dword0);
[[nodiscard]] std::uint32_t encode(const AsyncEvent& event);

} // namespace nvme
} // namespace haoh
