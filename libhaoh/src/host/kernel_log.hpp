// SPDX-License-Identifier: LGPL-2.1-or-later
/// \file
/// The kernel's log as /dev/kmsg gives it (Documentation/ABI/testing/dev-kmsg): what of it is, or may be,
/// about NVMe on this host.
#pragma once

#include <haoh/kernel.hpp>

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace haoh::host {

struct KmsgRecord {
    unsigned level{}; ///< syslog facility and level
    std::uint64_t sequence{};
    std::uint64_t microseconds{};
    std::string text;      ///< escapes resolved
    std::string subsystem; ///< of the device that it is about: "nvme"; empty when not said

    bool operator==(const KmsgRecord&) const = default;
};

/// "level,sequence,microseconds,flags[,...];text", a line; then " KEY=value" lines, which are about
/// the device. nullopt for what is none. Pure.
[[nodiscard]] std::optional<KmsgRecord> parse_kmsg(std::string_view record);

/// Whether a message is about this host's NVMe: not about nvmet, its target.
[[nodiscard]] bool is_about_nvme(const KmsgRecord& record);

struct KernelLog {
    std::vector<KernelMessage> messages; ///< at most the last `kMaxMessages`
    std::string error;                   ///< why there is no more; empty when all was read
};
inline constexpr std::size_t kMaxMessages = 8192;
inline constexpr std::size_t kMaxRecords = 1U << 20U;

/// Longer than any record (CONSOLE_EXT_LOG_MAX).
inline constexpr std::size_t kRecordBytes = 16384;

/// Reads one record. \return its length, 0 at the end, or a negative errno value
using RecordReader = std::function<ssize_t(std::span<char>)>;

/// Reads until nothing more is there (EAGAIN), and keeps what is about NVMe or may be. Records that were
/// overwritten before they could be read (EPIPE) are passed over.
[[nodiscard]] KernelLog read_kernel_log(const RecordReader& reader);
/// This machine's log.
[[nodiscard]] KernelLog read_kernel_log(const char* device = "/dev/kmsg");

} // namespace haoh::host
